-- What was read in texts, for officers to accept or reject, and what they said
-- of it. A text is a portion in one wording; nothing here repeats its words. It
-- lives as long as a draft or a report that holds it, and goes with the last.

CREATE TABLE readings (
    id       BIGINT  NOT NULL PRIMARY KEY,
    portion  BYTEA   NOT NULL, -- id, 16 bytes
    digest   BYTEA   NOT NULL, -- SHA-256 of the text
    edition  BIGINT  NOT NULL, -- the methods that read it
    dated    TEXT    NOT NULL, -- the day against which it was read, empty for none
    found    INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    body     BYTEA   NOT NULL  -- what was found
);
CREATE INDEX readings_portion ON readings (portion);
CREATE INDEX readings_edition ON readings (edition, found, accepted, rejected);

-- Who holds a text: a draft by its id, or a report by its index in the log.
CREATE TABLE reading_holders (
    draft   TEXT    NOT NULL, -- empty for a report
    idx     BIGINT  NOT NULL, -- -1 for a draft
    place   INTEGER NOT NULL, -- number of the portion, from 1
    reading BIGINT  NOT NULL REFERENCES readings (id),
    PRIMARY KEY (draft, idx, place)
);
CREATE INDEX reading_holders_reading ON reading_holders (reading);

-- Drafts whose texts are to be read.
CREATE TABLE reading_queue (
    draft TEXT   NOT NULL PRIMARY KEY,
    at    BIGINT NOT NULL
);

-- How far the reports were read, and by which edition of the methods.
CREATE TABLE reading_state (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
CREATE TABLE reading_editions (
    id      BIGINT NOT NULL PRIMARY KEY,
    methods TEXT   NOT NULL UNIQUE
);

-- What officers said of suggestions; the last one holds.
CREATE TABLE suggestion_judgements (
    reading BIGINT   NOT NULL REFERENCES readings (id),
    n       INTEGER  NOT NULL,
    seq     BIGINT   NOT NULL, -- from 1
    says    SMALLINT NOT NULL,
    login   TEXT     NOT NULL,
    at      BIGINT   NOT NULL,
    PRIMARY KEY (reading, n, seq)
);

-- What officers said of a name in a text and a listing, or another name: the
-- same, not the same, unsure. The last one of a pair holds.
CREATE TABLE name_judgements (
    seq           BIGINT   NOT NULL PRIMARY KEY,
    reading       BIGINT   NOT NULL REFERENCES readings (id),
    n             INTEGER  NOT NULL,
    listing       TEXT     NOT NULL, -- empty for another name
    other_reading BIGINT   NOT NULL, -- 0 for a listing
    other_n       INTEGER  NOT NULL,
    says          SMALLINT NOT NULL,
    login         TEXT     NOT NULL,
    reason        TEXT     NOT NULL,
    at            BIGINT   NOT NULL
);
CREATE INDEX name_judgements_name ON name_judgements (reading, n, seq);
CREATE INDEX name_judgements_other ON name_judgements (other_reading, other_n, seq);
CREATE INDEX name_judgements_listing ON name_judgements (listing) WHERE listing <> '';
