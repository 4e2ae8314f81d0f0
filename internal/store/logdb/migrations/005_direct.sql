-- Envelopes that came straight from their originator, before the log certified them (spec/recall.md).
CREATE TABLE direct (
  hash       BLOB    PRIMARY KEY,
  originator TEXT    NOT NULL,
  envelope   BLOB    NOT NULL,
  seen       BIGINT  NOT NULL,
  expired    INTEGER NOT NULL
);
CREATE INDEX direct_originator ON direct (originator);
