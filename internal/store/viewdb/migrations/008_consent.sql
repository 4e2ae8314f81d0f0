-- What originators have said about their own material, a row for each portion and member.
CREATE TABLE consent (
  idx        BIGINT  NOT NULL,
  n          INTEGER NOT NULL,
  portion    BLOB    NOT NULL,
  digest     BLOB    NOT NULL,
  originator TEXT    NOT NULL,
  member     TEXT    NOT NULL,
  step       TEXT    NOT NULL,
  since      BIGINT  NOT NULL,
  until      BIGINT  NOT NULL,
  answers    TEXT    NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
CREATE INDEX consent_portion ON consent (portion, idx);
CREATE INDEX consent_answers ON consent (answers) WHERE answers <> '';
-- What each portion cites. Like portions, cited ones are found by the first eight bytes of their ids.
CREATE TABLE cite (
  idx BIGINT  NOT NULL,
  n   INTEGER NOT NULL,
  k   INTEGER NOT NULL,
  key BLOB    NOT NULL,
  id  BLOB    NOT NULL,
  PRIMARY KEY (idx, n, k)
) WITHOUT ROWID;
CREATE INDEX cite_key ON cite (key);
-- Whose consent a report rests on that lapses, and why its marking is in doubt; empty when neither is so.
ALTER TABLE report ADD COLUMN rests TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
