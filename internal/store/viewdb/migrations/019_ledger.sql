-- What this member took back from one holder alone; it keeps it itself, so no view of its own changes by it.
CREATE TABLE narrowed (
  portion BLOB   NOT NULL,
  idx     BIGINT NOT NULL,
  holder  TEXT   NOT NULL,
  reason  TEXT   NOT NULL,
  PRIMARY KEY (portion, idx)
) WITHOUT ROWID;
CREATE INDEX narrowed_idx ON narrowed (idx);
-- Own answers that decline a part of what was asked, or say that there is nothing to give.
ALTER TABLE answer ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;
CREATE INDEX answer_declined ON answer (idx) WHERE declined = 1;
