-- The section's own state. Times are Unix milliseconds, identifiers 32
-- hexadecimal digits, digests 32 bytes. Types are those that SQLite and
-- PostgreSQL both take.

CREATE TABLE officers (
    login        TEXT     NOT NULL PRIMARY KEY,
    name         TEXT     NOT NULL,
    roles        INTEGER  NOT NULL,
    disabled     SMALLINT NOT NULL,
    must_change  SMALLINT NOT NULL,
    password     TEXT     NOT NULL,
    created      BIGINT   NOT NULL,
    password_no  BIGINT   NOT NULL, -- counts the passwords, not the hashes of one
    password_set BIGINT   NOT NULL,
    last_log_in  BIGINT   NOT NULL
);

CREATE TABLE sessions (
    token   BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the token, never the token
    id      TEXT   NOT NULL UNIQUE,      -- by which it is listed and ended
    login   TEXT   NOT NULL REFERENCES officers (login),
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    idle    BIGINT NOT NULL,             -- ends at seen + idle,
    ends    BIGINT NOT NULL,             -- and never later than this
    client  TEXT   NOT NULL
);
CREATE INDEX sessions_login ON sessions (login, seen, id);
CREATE INDEX sessions_ends ON sessions (ends);

CREATE TABLE audit (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    login   TEXT   NOT NULL,
    op      TEXT   NOT NULL,
    object  TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    detail  TEXT   NOT NULL,
    hash    BYTEA  NOT NULL
);
CREATE INDEX audit_login ON audit (login, seq);
CREATE INDEX audit_object ON audit (object, seq);

CREATE TABLE audit_head (
    one  SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
    seq  BIGINT   NOT NULL,
    hash BYTEA    NOT NULL
);

CREATE TABLE batches (
    id          TEXT     NOT NULL PRIMARY KEY,
    source_kind TEXT     NOT NULL,
    source      TEXT     NOT NULL,
    login       TEXT     NOT NULL REFERENCES officers (login),
    closed      SMALLINT NOT NULL,
    position    TEXT     NOT NULL, -- where the importer goes on, in its own words
    added       BIGINT   NOT NULL,
    changed     BIGINT   NOT NULL,
    same        BIGINT   NOT NULL,
    created     BIGINT   NOT NULL,
    modified    BIGINT   NOT NULL
);
CREATE INDEX batches_created ON batches (created, id);

CREATE TABLE drafts (
    id          TEXT     NOT NULL PRIMARY KEY,
    kind        TEXT     NOT NULL,
    state       SMALLINT NOT NULL,
    version     BIGINT   NOT NULL,
    content     BYTEA    NOT NULL,
    digest      BYTEA    NOT NULL, -- of kind, content and attachments
    plan        BYTEA,             -- digest of the release plan, when planned
    decision    TEXT,              -- the open decision that it is part of
    batch       TEXT,              -- the import that it came with
    attachments INTEGER  NOT NULL, -- how many
    created     BIGINT   NOT NULL,
    modified    BIGINT   NOT NULL,
    erased      BIGINT   NOT NULL  -- when the content was destroyed, 0 if not
);
CREATE INDEX drafts_modified ON drafts (state, modified, id);
CREATE INDEX drafts_batch ON drafts (batch, id) WHERE batch IS NOT NULL;
CREATE INDEX drafts_decision ON drafts (decision, id) WHERE decision IS NOT NULL;

-- Who wrote which version: the draft's authors. The contents of earlier
-- versions are not kept.
CREATE TABLE draft_versions (
    draft   TEXT   NOT NULL REFERENCES drafts (id),
    version BIGINT NOT NULL,
    login   TEXT   NOT NULL REFERENCES officers (login),
    digest  BYTEA  NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (draft, version)
);

CREATE TABLE draft_attachments (
    draft   TEXT    NOT NULL REFERENCES drafts (id),
    place   INTEGER NOT NULL,
    digest  BYTEA   NOT NULL,
    size    BIGINT  NOT NULL,
    media   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    PRIMARY KEY (draft, place)
);

-- Where a released draft stands in the nation's own chain of envelopes.
CREATE TABLE draft_envelopes (
    draft       TEXT   NOT NULL REFERENCES drafts (id),
    incarnation BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    PRIMARY KEY (draft, incarnation, sequence)
);

CREATE TABLE decisions (
    id          TEXT     NOT NULL PRIMARY KEY,
    kind        SMALLINT NOT NULL,
    alone       SMALLINT NOT NULL,
    state       SMALLINT NOT NULL,
    digest      BYTEA    NOT NULL, -- of every subject, its content and its plan
    subjects    BIGINT   NOT NULL,
    released    BIGINT   NOT NULL,
    prepared_by TEXT     NOT NULL REFERENCES officers (login),
    prepared    BIGINT   NOT NULL,
    decided_by  TEXT     NOT NULL, -- empty until somebody decides
    decided     BIGINT   NOT NULL,
    reason      TEXT     NOT NULL
);
CREATE INDEX decisions_state ON decisions (state, prepared, id);
CREATE INDEX decisions_decided_by ON decisions (decided_by, state);

CREATE TABLE decision_drafts (
    decision TEXT     NOT NULL REFERENCES decisions (id),
    draft    TEXT     NOT NULL REFERENCES drafts (id),
    digest   BYTEA    NOT NULL,
    plan     BYTEA    NOT NULL,
    released SMALLINT NOT NULL,
    PRIMARY KEY (decision, draft)
);
CREATE INDEX decision_drafts_draft ON decision_drafts (draft);

-- What was imported already: nothing is taken in twice.
CREATE TABLE import_keys (
    source_kind TEXT  NOT NULL,
    item        TEXT  NOT NULL,
    digest      BYTEA NOT NULL,
    draft       TEXT  NOT NULL,
    batch       TEXT  NOT NULL,
    PRIMARY KEY (source_kind, item)
);

CREATE TABLE annotations (
    id       TEXT   NOT NULL PRIMARY KEY,
    subject  TEXT   NOT NULL,
    login    TEXT   NOT NULL REFERENCES officers (login),
    body     TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    created  BIGINT NOT NULL,
    modified BIGINT NOT NULL
);
CREATE INDEX annotations_subject ON annotations (subject, created, id);

CREATE TABLE settings (
    name     TEXT   NOT NULL PRIMARY KEY,
    value    TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    login    TEXT   NOT NULL,
    modified BIGINT NOT NULL
);
