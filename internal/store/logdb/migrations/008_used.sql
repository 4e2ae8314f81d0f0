-- What acts that were forgotten here had used: the ids under which they stood and those of their portions, each as a
-- digest, with whose it was and how a portion was stated. Views that are made again name and judge what else came as before.
CREATE TABLE used (
  key   BLOB   PRIMARY KEY,
  idx   BIGINT NOT NULL,
  value TEXT   NOT NULL
) WITHOUT ROWID;
