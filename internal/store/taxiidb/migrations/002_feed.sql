-- Collections that are made of reports. An object that several reports bring
-- stands once, at the place of the first; the others keep a place for it in
-- spare, so that it moves there when the first goes.
ALTER TABLE objects ADD COLUMN report BIGINT; -- log index of the report that it came with, NULL for what was written
CREATE INDEX objects_report ON objects (collection, report) WHERE report IS NOT NULL;

CREATE TABLE spare (
    collection BIGINT NOT NULL,
    report     BIGINT NOT NULL,
    id         TEXT   NOT NULL,
    spec       TEXT   NOT NULL,
    vkey       TEXT   NOT NULL,
    version    TEXT   NOT NULL,
    type       TEXT   NOT NULL,
    added      BIGINT NOT NULL,
    raw        TEXT, -- NULL where the identifier settles the bytes
    PRIMARY KEY (collection, report, id, spec, vkey)
) WITHOUT ROWID;
CREATE INDEX spare_id ON spare (collection, id, added);

-- Which reports a collection is made of.
CREATE TABLE held (
    collection BIGINT NOT NULL,
    report     BIGINT NOT NULL,
    PRIMARY KEY (collection, report)
) WITHOUT ROWID;
CREATE INDEX held_report ON held (report);

-- How far each of them has come.
CREATE TABLE feeds (
    collection BIGINT NOT NULL PRIMARY KEY,
    cursor     BIGINT NOT NULL -- first leaf of the log that was not looked at
);

-- What was written and is on its way into the section's intake, in order. What
-- has arrived keeps its row without bytes for a while, to be counted.
CREATE TABLE intake (
    seq     INTEGER  NOT NULL PRIMARY KEY,
    account TEXT     NOT NULL,
    officer TEXT     NOT NULL, -- who answers for it
    at      BIGINT   NOT NULL,
    persons SMALLINT NOT NULL, -- records of persons in it (rule 2)
    raw     TEXT     NOT NULL  -- empty when it has arrived
);
CREATE INDEX intake_waiting ON intake (seq) WHERE raw <> '';
CREATE INDEX intake_account ON intake (account, at);
