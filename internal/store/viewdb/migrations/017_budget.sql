-- Which one of its asker's a request is on the day for which it counts: a board
-- is shown without counting again.
ALTER TABLE request ADD COLUMN counted BIGINT NOT NULL DEFAULT 0; -- day for which it counts, since 1970
ALTER TABLE request ADD COLUMN nth BIGINT NOT NULL DEFAULT 0; -- of that day, from 1
ALTER TABLE request ADD COLUMN nth_person BIGINT NOT NULL DEFAULT 0; -- how many of them are about persons, this one with them
CREATE INDEX request_asker ON request (originator, own, idx);
