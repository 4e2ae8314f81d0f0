-- Redress that this member asks or is asked, and what was answered (spec/redress.md).
CREATE TABLE redress (
  idx        BIGINT  PRIMARY KEY,
  id         TEXT    NOT NULL,
  originator TEXT    NOT NULL, -- who asks
  member     TEXT    NOT NULL, -- who is asked; may be who asks
  own        INTEGER NOT NULL,
  ask        TEXT    NOT NULL,
  subject    BLOB    NOT NULL, -- digest of what is asked of which portions
  day        BIGINT  NOT NULL, -- of its header, since 1970
  due        BIGINT  NOT NULL  -- Unix seconds
);
CREATE UNIQUE INDEX redress_id ON redress (id);
CREATE INDEX redress_own ON redress (own, idx);
CREATE INDEX redress_day ON redress (originator, day, idx);
CREATE INDEX redress_subject ON redress (originator, subject, idx);
CREATE INDEX redress_due ON redress (due);
CREATE TABLE redress_portion (
  idx     BIGINT NOT NULL, -- of a redress or of an answer
  portion BLOB   NOT NULL,
  key     BLOB   NOT NULL,
  digest  BLOB   NOT NULL,
  PRIMARY KEY (idx, portion)
) WITHOUT ROWID;
CREATE INDEX redress_portion_portion ON redress_portion (portion);
CREATE TABLE redress_answer (
  idx        BIGINT PRIMARY KEY,
  redress    TEXT   NOT NULL,
  originator TEXT   NOT NULL, -- who answers
  asker      TEXT   NOT NULL,
  outcome    TEXT   NOT NULL
);
CREATE INDEX redress_answer_redress ON redress_answer (redress, idx);
