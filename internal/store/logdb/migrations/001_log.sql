-- Headers in runs as they were appended: n headers of 256 bytes from index first on.
CREATE TABLE chunk (
  first   BIGINT PRIMARY KEY,
  n       INTEGER NOT NULL,
  headers BLOB NOT NULL
);
-- Bodies beside the leaves. A missing row is a body that was deleted, or has not come yet (table missing).
CREATE TABLE body (
  idx  BIGINT PRIMARY KEY,
  data BLOB NOT NULL
);
-- Indices whose body has still to come.
CREATE TABLE missing (
  idx BIGINT PRIMARY KEY
);
-- Merkle tiles of height 8: up to 256 hashes each.
CREATE TABLE tile (
  level  INTEGER NOT NULL,
  idx    BIGINT  NOT NULL,
  hashes BLOB    NOT NULL,
  PRIMARY KEY (level, idx)
);
-- The last leaf of each originator in the log.
CREATE TABLE chain (
  originator  TEXT PRIMARY KEY,
  incarnation BIGINT NOT NULL,
  sequence    BIGINT NOT NULL,
  hash        BLOB   NOT NULL,
  bytes       BIGINT NOT NULL
);
-- Leaves that everybody can read.
CREATE TABLE public_leaf (
  idx        BIGINT PRIMARY KEY,
  kind       INTEGER NOT NULL,
  originator TEXT NOT NULL,
  epoch      BIGINT NOT NULL
);
-- This node's own envelopes: what asked for them (so that nothing is filed twice) and where they stand, once logged.
CREATE TABLE own (
  incarnation BIGINT NOT NULL,
  sequence    BIGINT NOT NULL,
  ref         TEXT,
  idx         BIGINT,
  PRIMARY KEY (incarnation, sequence)
);
CREATE UNIQUE INDEX own_ref ON own (ref);
CREATE INDEX own_idx ON own (idx);
-- Signed here and not yet in the log.
CREATE TABLE outbox (
  incarnation BIGINT NOT NULL,
  sequence    BIGINT NOT NULL,
  header      BLOB NOT NULL,
  body        BLOB NOT NULL,
  PRIMARY KEY (incarnation, sequence)
);
-- Certified heads, one a minute and the last.
CREATE TABLE head (
  minute BIGINT PRIMARY KEY,
  size   BIGINT NOT NULL,
  time   BIGINT NOT NULL,
  note   BLOB   NOT NULL
);
-- The highest header that an originator announced directly.
CREATE TABLE announced (
  originator TEXT PRIMARY KEY,
  header     BLOB NOT NULL
);
-- What proves a fault, kept for ever.
CREATE TABLE evidence (
  id     TEXT PRIMARY KEY,
  kind   TEXT NOT NULL,
  seen   BIGINT NOT NULL,
  data   BLOB NOT NULL
);
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
);
