-- What a TAXII server serves. Times are Unix microseconds. Types are those
-- that SQLite and PostgreSQL both take.

CREATE TABLE discovery (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    body TEXT    NOT NULL -- the resource of clause 4.1.1
);

CREATE TABLE roots (
    name TEXT   NOT NULL PRIMARY KEY, -- path without slashes around it
    pos  BIGINT NOT NULL,             -- order of listing
    body TEXT   NOT NULL              -- the resource of clause 4.2.1
);

CREATE TABLE collections (
    no         INTEGER NOT NULL PRIMARY KEY,
    root       TEXT    NOT NULL REFERENCES roots (name),
    id         TEXT    NOT NULL,
    pos        BIGINT  NOT NULL,
    body       TEXT    NOT NULL, -- the resource of clause 5.2.1
    last_added BIGINT  NOT NULL, -- never decreases, whatever is deleted
    UNIQUE (root, id)
);

CREATE TABLE objects (
    seq        INTEGER  NOT NULL PRIMARY KEY,
    collection BIGINT   NOT NULL REFERENCES collections (no),
    id         TEXT     NOT NULL,
    type       TEXT     NOT NULL,
    spec       TEXT     NOT NULL,
    vkey       TEXT     NOT NULL, -- version in a form that sorts
    version    TEXT     NOT NULL, -- as written
    added      BIGINT   NOT NULL,
    -- The latest date added among the objects of the same identifier that are
    -- greater by (spec, vkey); a constant before all dates where there is none.
    -- An object is the one that a filter without match[version] and
    -- match[spec_version] means exactly when covered is not after added_after.
    covered    BIGINT   NOT NULL,
    head       SMALLINT NOT NULL, -- 1 when covered < added: it can be meant at all
    media      TEXT     NOT NULL, -- empty: that of spec
    flaw       TEXT     NOT NULL, -- what validation found, empty for nothing
    raw        TEXT     NOT NULL  -- byte for byte
);
CREATE INDEX objects_version ON objects (collection, id, spec, vkey, added);
CREATE INDEX objects_added ON objects (collection, added, seq);
CREATE INDEX objects_head ON objects (collection, added, seq) WHERE head = 1;
CREATE INDEX objects_type ON objects (collection, type, added, seq);
CREATE INDEX objects_flaw ON objects (collection, added, seq) WHERE flaw <> '';

CREATE TABLE statuses (
    root    TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    owner   TEXT   NOT NULL, -- the user whose request it is, empty for everybody
    expires BIGINT NOT NULL, -- 0 never
    body    TEXT   NOT NULL, -- the resource of clause 4.3.1
    PRIMARY KEY (root, id)
);
CREATE INDEX statuses_expires ON statuses (expires) WHERE expires > 0;
