-- Rows of one report lie together, so that it can be deleted by its index alone. Portions are found by an index over
-- their ids, listings by reference; the newest row of a listing is its present state.
DROP TABLE portion;
CREATE TABLE portion (
  idx    BIGINT  NOT NULL,
  n      INTEGER NOT NULL,
  id     BLOB    NOT NULL,
  digest BLOB    NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX portion_id ON portion (id, idx);
DROP TABLE designation;
CREATE TABLE designation (
  idx        BIGINT  NOT NULL,
  n          INTEGER NOT NULL,
  originator TEXT NOT NULL,
  authority  TEXT NOT NULL,
  list       TEXT NOT NULL,
  reference  TEXT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX designation_reference ON designation (reference, originator, list, idx, n);
-- Which reports hold which attachment.
CREATE TABLE attachment (
  idx    BIGINT  NOT NULL,
  n      INTEGER NOT NULL,
  digest BLOB    NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX attachment_digest ON attachment (digest);
DROP INDEX report_supersedes;
CREATE INDEX report_supersedes ON report (supersedes) WHERE supersedes <> '';
