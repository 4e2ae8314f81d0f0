-- Requests that are to this member or from it: each has one asker and one addressee.
CREATE TABLE request (
  idx        BIGINT  PRIMARY KEY,
  id         TEXT    NOT NULL,
  originator TEXT    NOT NULL, -- who asks
  member     TEXT    NOT NULL, -- who is asked
  own        INTEGER NOT NULL,
  person     INTEGER NOT NULL, -- it asks about a person
  day        BIGINT  NOT NULL, -- of its header, since 1970
  ltiov      BIGINT  NOT NULL, -- Unix seconds
  joins      TEXT    NOT NULL
);
CREATE UNIQUE INDEX request_id ON request (id);
CREATE INDEX request_own ON request (own, idx);
CREATE INDEX request_ltiov ON request (ltiov);
CREATE INDEX request_day ON request (originator, day, idx);
CREATE INDEX request_joins ON request (joins) WHERE joins <> '';
CREATE TABLE request_part (
  idx  BIGINT NOT NULL,
  part TEXT   NOT NULL,
  PRIMARY KEY (idx, part)
) WITHOUT ROWID;
CREATE TABLE answer (
  idx        BIGINT  PRIMARY KEY,
  request    TEXT    NOT NULL,
  originator TEXT    NOT NULL, -- who answers
  asker      TEXT    NOT NULL,
  final      INTEGER NOT NULL
);
CREATE INDEX answer_request ON answer (request, idx);
CREATE TABLE answer_part (
  idx  BIGINT NOT NULL,
  part TEXT   NOT NULL,
  PRIMARY KEY (idx, part)
) WITHOUT ROWID;
CREATE TABLE closing (
  idx        BIGINT PRIMARY KEY,
  request    TEXT   NOT NULL,
  originator TEXT   NOT NULL, -- who asked
  member     TEXT   NOT NULL -- who was asked
);
CREATE INDEX closing_request ON closing (request, idx);
-- Lines of registers: requirements, and who covers what. Of one name the last one of an originator stands.
CREATE TABLE line (
  idx        BIGINT PRIMARY KEY,
  type       TEXT   NOT NULL,
  originator TEXT   NOT NULL,
  own        INTEGER NOT NULL,
  name       TEXT   NOT NULL,
  state      TEXT   NOT NULL,
  until      BIGINT NOT NULL, -- Unix seconds; 0: it is ended by a line
  recipients TEXT   NOT NULL
);
CREATE INDEX line_name ON line (type, originator, name, idx);
