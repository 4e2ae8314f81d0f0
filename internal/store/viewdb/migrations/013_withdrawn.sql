-- By which word (its index plus one) a report was taken back from this node; 0 when it was not.
ALTER TABLE report ADD COLUMN withdrawn BIGINT NOT NULL DEFAULT 0;
CREATE INDEX report_withdrawn ON report (withdrawn) WHERE withdrawn <> 0;
