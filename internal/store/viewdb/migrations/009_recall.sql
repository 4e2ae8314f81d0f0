-- By what digest a portion is cited, and who holds contents for parties outside: what is withdrawn reaches what was made of it.
ALTER TABLE cite ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE cite ADD COLUMN originator TEXT NOT NULL DEFAULT '';
CREATE TABLE held_for (
  idx    BIGINT  NOT NULL,
  n      INTEGER NOT NULL,
  holder TEXT    NOT NULL,
  PRIMARY KEY (idx, n, holder)
) WITHOUT ROWID;
-- What recalls say of portions; those that the log has not certified have a number below zero in the place of an index.
CREATE TABLE recalled (
  portion BLOB    NOT NULL,
  idx     BIGINT  NOT NULL,
  key     BLOB    NOT NULL,
  digest  BLOB    NOT NULL,
  by_whom TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  act     TEXT    NOT NULL,
  effect  INTEGER NOT NULL,
  PRIMARY KEY (portion, idx)
) WITHOUT ROWID;
CREATE INDEX recalled_idx ON recalled (idx);
CREATE INDEX recalled_waiting ON recalled (key) WHERE effect = 0;
-- Portions that rest on what was withdrawn or is in doubt, with the last recall that put them there.
CREATE TABLE review (
  portion BLOB   PRIMARY KEY,
  cause   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX review_cause ON review (cause);
-- How many portions of a report are withdrawn, under review, in doubt; no row when none is.
CREATE TABLE caution (
  idx       BIGINT  PRIMARY KEY,
  withdrawn INTEGER NOT NULL,
  review    INTEGER NOT NULL,
  doubt     INTEGER NOT NULL,
  hidden    INTEGER NOT NULL
);
CREATE INDEX caution_hidden ON caution (idx) WHERE hidden = 1;
-- Portions whose standing changes in the transaction at hand; empty between transactions.
CREATE TABLE touched (
  portion BLOB   PRIMARY KEY,
  cause   BIGINT NOT NULL
) WITHOUT ROWID;
