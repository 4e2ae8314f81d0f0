-- Which one of its asker's a request for redress is on the day for which it counts,
-- as of other requests (017).
ALTER TABLE redress ADD COLUMN counted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE redress ADD COLUMN nth BIGINT NOT NULL DEFAULT 0;
DROP INDEX redress_day;
CREATE INDEX redress_asker ON redress (originator, own, idx);
