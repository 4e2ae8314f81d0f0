-- Portions are found by the first eight bytes of their ids: random keys make every insert touch a page of its own, so
-- the pages of that index are kept few. The whole id decides.
DROP INDEX portion_id;
DROP TABLE portion;
CREATE TABLE portion (
  idx    BIGINT  NOT NULL,
  n      INTEGER NOT NULL,
  key    BLOB    NOT NULL,
  id     BLOB    NOT NULL,
  digest BLOB    NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX portion_key ON portion (key);
-- Fewer, larger merges of the search index.
INSERT INTO search (search, rank) VALUES ('automerge', 8);
