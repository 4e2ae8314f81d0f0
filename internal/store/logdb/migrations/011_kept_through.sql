-- What was reached through what is forgotten, in what is here: portions under review, with the recall that brought it about
-- last, and reports that were taken back, with the word. Views made again come to the same.
CREATE TABLE kept_review (
  portion BLOB   NOT NULL,
  digest  BLOB   NOT NULL,
  cause   BIGINT NOT NULL, -- log index of the recall
  PRIMARY KEY (portion, digest)
) WITHOUT ROWID;
CREATE INDEX kept_review_cause ON kept_review (cause);
CREATE TABLE kept_withdrawn (
  idx        BIGINT PRIMARY KEY, -- of the report
  word       BIGINT NOT NULL,    -- log index
  originator TEXT   NOT NULL
);
CREATE INDEX kept_withdrawn_word ON kept_withdrawn (word);
