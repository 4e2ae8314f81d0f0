-- When what is forgotten had ended by its own marking (Unix seconds of log time, 0 when it had not) and, of own reports,
-- the id of the view: the readers' receipts of destruction are held against both after the contents are gone.
ALTER TABLE forgotten ADD COLUMN ends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE forgotten ADD COLUMN act TEXT NOT NULL DEFAULT '';
CREATE INDEX forgotten_ends ON forgotten (ends, idx) WHERE ends <> 0;
-- Receipts by which a member said that what had ended is destroyed there: all below size in the log that ended at or
-- before upto. One row each time when that covered something new.
CREATE TABLE destruction (
  member  TEXT   NOT NULL,
  upto    BIGINT NOT NULL,
  size    BIGINT NOT NULL,
  told    BIGINT NOT NULL, -- log time at which it came
  receipt BLOB   NOT NULL,
  PRIMARY KEY (member, upto, size)
);
