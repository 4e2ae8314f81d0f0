-- The draft is what a review of personal data came to, as the data-protection officer wrote it.
ALTER TABLE drafts ADD COLUMN of_review SMALLINT NOT NULL DEFAULT 0;
