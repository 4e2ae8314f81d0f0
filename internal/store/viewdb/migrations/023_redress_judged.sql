-- Whether a request names a portion that its asker did not get from this member: judged once, by what was here before
-- it in the log, so that nothing that comes or goes later voids it.
ALTER TABLE redress ADD COLUMN not_holder INTEGER NOT NULL DEFAULT 0;
-- What a holder says it has destroyed is a portion by id and digest.
ALTER TABLE gone_early ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
