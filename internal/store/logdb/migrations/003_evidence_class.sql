-- What a proof shows of whom: of one class only so many are kept. Proofs from before bear none and are not counted.
ALTER TABLE evidence ADD COLUMN class TEXT NOT NULL DEFAULT '';
CREATE INDEX evidence_class ON evidence (class);
