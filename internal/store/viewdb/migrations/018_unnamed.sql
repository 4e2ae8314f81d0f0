-- Portions of views whose signer is not among the portion's originators.
CREATE TABLE unnamed (
  idx BIGINT  NOT NULL,
  n   INTEGER NOT NULL,
  PRIMARY KEY (idx, n)
) WITHOUT ROWID;
