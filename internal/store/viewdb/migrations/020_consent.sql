-- The words of one originator on a portion are found without passing those of others.
CREATE INDEX consent_word ON consent (portion, originator, member, idx, step) WHERE step <> 'ask';
CREATE INDEX consent_answered ON consent (answers, originator, step) WHERE answers <> '';
