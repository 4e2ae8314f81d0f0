-- When what is quarantined ends, by log time: at its own mark; 0 never; -1 a fixed time after it was logged.
ALTER TABLE quarantine ADD COLUMN ends BIGINT NOT NULL DEFAULT 0;
CREATE INDEX quarantine_ends ON quarantine (ends) WHERE ends <> 0;
