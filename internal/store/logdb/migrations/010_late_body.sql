-- Bodies past the window by the log that wait for what their headers claim.
CREATE TABLE late_body (
  idx  BIGINT PRIMARY KEY,
  time BIGINT NOT NULL -- the claim, Unix seconds
);
CREATE INDEX late_body_time ON late_body (time);
-- They were passed over for good before: the log is swept once more.
DELETE FROM setting WHERE name = 'swept';
