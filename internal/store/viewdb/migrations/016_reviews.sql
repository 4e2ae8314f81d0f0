-- By when the personal data of a report are to be reviewed (Unix seconds of log time), 0 when it has none.
ALTER TABLE report ADD COLUMN review BIGINT NOT NULL DEFAULT 0;
CREATE INDEX report_review ON report (review, idx) WHERE review <> 0;
-- Portions that a member's officers say they have destroyed before their term.
CREATE TABLE gone_early (
  idx     BIGINT NOT NULL,
  n       INTEGER NOT NULL,
  holder  TEXT   NOT NULL,
  portion BLOB   NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX gone_early_portion ON gone_early (portion, holder);
