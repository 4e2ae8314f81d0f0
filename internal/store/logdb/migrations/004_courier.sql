-- Bundles made for a member, noted before they are given to anybody.
CREATE TABLE bundle_out (
  member   TEXT   NOT NULL,
  number   BIGINT NOT NULL,
  since    BIGINT NOT NULL,
  log_from BIGINT NOT NULL,
  log_to   BIGINT NOT NULL,
  digest   TEXT   NOT NULL,
  file     TEXT   NOT NULL,
  size     BIGINT NOT NULL,
  made     BIGINT NOT NULL,
  PRIMARY KEY (member, number)
);
-- Bundles of a member that were imported whole.
CREATE TABLE bundle_in (
  member   TEXT   NOT NULL,
  number   BIGINT NOT NULL,
  since    BIGINT NOT NULL,
  log_to   BIGINT NOT NULL,
  received BIGINT NOT NULL,
  digest   TEXT   NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (member, number)
);
-- The copy of a bundle whose adoption has begun; it is finished after a crash.
CREATE TABLE bundle_adopting (
  file  TEXT PRIMARY KEY,
  login TEXT NOT NULL
);
-- Envelopes of others that came by courier and are handed to the lead until the log holds them.
CREATE TABLE relay (
  originator  TEXT   NOT NULL,
  incarnation BIGINT NOT NULL,
  sequence    BIGINT NOT NULL,
  header      BLOB   NOT NULL,
  body        BLOB   NOT NULL,
  PRIMARY KEY (originator, incarnation, sequence)
);
