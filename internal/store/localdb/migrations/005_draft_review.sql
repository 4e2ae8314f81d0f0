-- By when the personal data in a draft are to be reviewed (Unix seconds of log time), 0 when there are none, -1 until
-- that was looked at.
ALTER TABLE drafts ADD COLUMN review BIGINT NOT NULL DEFAULT -1;
CREATE INDEX drafts_review ON drafts (review, id) WHERE review > 0 AND erased = 0;
CREATE INDEX drafts_unlooked ON drafts (id) WHERE review = -1 AND erased = 0;
