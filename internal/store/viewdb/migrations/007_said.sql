-- What members say beside their reports: consents, requests, recalls.
CREATE TABLE said (
  idx        BIGINT PRIMARY KEY,
  id         TEXT NOT NULL,
  originator TEXT NOT NULL,
  own        INTEGER NOT NULL,
  type       TEXT NOT NULL,
  written    TEXT NOT NULL,
  recipients TEXT NOT NULL,
  act        BLOB NOT NULL
);
CREATE UNIQUE INDEX said_id ON said (id);
CREATE INDEX said_type ON said (type, idx);
