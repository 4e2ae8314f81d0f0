-- Everything here is made from the log, the bodies and the keys, and can be made again.
CREATE TABLE report (
  idx         BIGINT PRIMARY KEY,
  id          TEXT NOT NULL,
  originator  TEXT NOT NULL,
  own         INTEGER NOT NULL,
  type        TEXT NOT NULL,
  title       TEXT NOT NULL,
  written     TEXT NOT NULL,
  logged      BIGINT NOT NULL,
  class       TEXT NOT NULL,
  banner      TEXT NOT NULL,
  grade       TEXT NOT NULL,
  portions    INTEGER NOT NULL,
  recipients  TEXT NOT NULL,
  batch       TEXT NOT NULL,
  supersedes  TEXT NOT NULL,
  act         BLOB NOT NULL
);
CREATE UNIQUE INDEX report_id ON report (id);
CREATE INDEX report_supersedes ON report (supersedes);
-- Where each portion can be read; a portion may stand in several views.
CREATE TABLE portion (
  id     BLOB NOT NULL,
  idx    BIGINT NOT NULL,
  n      INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (id, idx)
);
-- The present state of each listing, by whom it was filed.
CREATE TABLE designation (
  originator TEXT NOT NULL,
  authority  TEXT NOT NULL,
  list       TEXT NOT NULL,
  reference  TEXT NOT NULL,
  idx        BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL,
  PRIMARY KEY (originator, list, reference)
);
-- What opened and was not understood, kept and passed.
CREATE TABLE quarantine (
  idx        BIGINT PRIMARY KEY,
  originator TEXT NOT NULL,
  code       TEXT NOT NULL
);
-- Own envelopes and those they were sealed to, for receipts.
CREATE TABLE sent (
  idx        BIGINT PRIMARY KEY,
  hash       BLOB NOT NULL,
  recipients TEXT NOT NULL
);
-- What this node has opened of each originator, for receipts.
CREATE TABLE tally (
  originator TEXT PRIMARY KEY,
  opened     BIGINT NOT NULL,
  hash       BLOB NOT NULL,
  failed     BIGINT NOT NULL
);
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
