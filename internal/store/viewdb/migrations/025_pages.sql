-- The pages of the ledger are read newest first: what has ended, and what stands
-- against something of it.
CREATE INDEX report_ended ON report (idx, ends) WHERE ends <> 0;
CREATE INDEX caution_stands ON caution (idx) WHERE withdrawn + doubt > 0;
-- The last word on a portion is that under its digest.
DROP INDEX consent_word;
CREATE INDEX consent_word ON consent (portion, originator, member, digest, idx, step) WHERE step <> 'ask';
