-- Rows with a wrapped key never move and are never deleted: they are appended
-- in order of rowid, and destroyed by overwriting them with a value of the same
-- length, which SQLite does in place. Deleting would let it move neighbours
-- between pages and leave stale copies behind.

CREATE TABLE self (
    member  TEXT NOT NULL,
    wrapped BLOB NOT NULL  -- a known value: tells whether the local key fits
);

CREATE TABLE epoch_key (
    slot       INTEGER PRIMARY KEY,
    epoch      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    public     BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    UNIQUE (epoch, generation)
);

CREATE TABLE set_key (
    slot        INTEGER PRIMARY KEY,
    originator  TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    packet      INTEGER NOT NULL,
    lookup      BLOB NOT NULL UNIQUE,  -- own: keyed hash of the recipients; else filler
    wrapped     BLOB NOT NULL,
    UNIQUE (originator, incarnation, epoch, packet)
);
CREATE INDEX set_key_epoch ON set_key (epoch);

CREATE TABLE envelope_key (
    slot    INTEGER PRIMARY KEY,
    id      BLOB NOT NULL UNIQUE,  -- originator, incarnation, sequence; else filler
    wrapped BLOB NOT NULL
);

-- Slots of envelope_key that were overwritten and can be used again.
CREATE TABLE free_slot (slot INTEGER PRIMARY KEY);

CREATE TABLE forgotten_epoch (epoch INTEGER PRIMARY KEY);
