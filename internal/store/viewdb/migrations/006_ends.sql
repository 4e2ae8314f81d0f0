-- When a report ceases to be shown, by log time; 0 when never.
ALTER TABLE report ADD COLUMN ends BIGINT NOT NULL DEFAULT 0;
CREATE INDEX report_ends ON report (ends) WHERE ends <> 0;
