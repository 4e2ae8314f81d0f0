-- What an import left out or could not take in, in the order of the file.
CREATE TABLE import_notes (
    batch TEXT    NOT NULL REFERENCES batches (id),
    place INTEGER NOT NULL, -- from 1
    line  BIGINT  NOT NULL, -- of the file, 0 where it has none
    rule  TEXT    NOT NULL, -- number of the hard rule that is the reason, or ''
    text  TEXT    NOT NULL,
    PRIMARY KEY (batch, place)
);
