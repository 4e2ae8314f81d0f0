-- Envelopes of a bundle that is not adopted yet are kept with the copy that they came in, and are not handed to the lead.
ALTER TABLE relay ADD COLUMN file TEXT NOT NULL DEFAULT '';
CREATE INDEX relay_file ON relay (file, originator, incarnation, sequence);
