-- Who holds which portion of this nation's: a row for each portion and holder, of own views and of others' that carry its mark.
CREATE TABLE disclosure (
  idx    BIGINT  NOT NULL,
  n      INTEGER NOT NULL,
  holder TEXT    NOT NULL,
  review BIGINT  NOT NULL,
  PRIMARY KEY (idx, n, holder)
) WITHOUT ROWID;
CREATE INDEX disclosure_holder ON disclosure (holder, idx, n);
-- By when what has personal data in it is to be reviewed.
CREATE INDEX disclosure_review ON disclosure (review, idx, n, holder) WHERE review <> 0;
-- What was refused and withdrawn, newest first.
CREATE INDEX consent_refused ON consent (idx) WHERE step IN ('refuse', 'withdraw');
