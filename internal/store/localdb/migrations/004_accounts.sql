-- Service accounts of the section's own tools. Rows of removed ones stay, for
-- their names stand in the audit log and are never given twice.
CREATE TABLE accounts (
    name    TEXT     NOT NULL PRIMARY KEY,
    secret  BYTEA    NOT NULL, -- SHA-256 of it, never the secret
    officer TEXT     NOT NULL, -- who answers for what it writes, empty when it only reads
    grants  TEXT     NOT NULL, -- what it may see, in the words of who serves it
    created BIGINT   NOT NULL,
    removed SMALLINT NOT NULL
);
