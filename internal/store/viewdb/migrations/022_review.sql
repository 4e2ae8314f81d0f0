-- A portion is known by its id and its digest (spec/act.md, "Ids"): what stands against one under an id stands against
-- no other under it. These rows are made again with the views.
DROP TABLE review;
CREATE TABLE review (
  portion BLOB   NOT NULL,
  digest  BLOB   NOT NULL,
  cause   BIGINT NOT NULL,
  PRIMARY KEY (portion, digest)
) WITHOUT ROWID;
CREATE INDEX review_cause ON review (cause);
DROP TABLE touched;
CREATE TABLE touched (
  portion BLOB   NOT NULL,
  digest  BLOB   NOT NULL,
  cause   BIGINT NOT NULL,
  PRIMARY KEY (portion, digest)
) WITHOUT ROWID;
