-- Which recall an acknowledgement is about.
CREATE TABLE acknowledged (
  idx    BIGINT PRIMARY KEY,
  recall TEXT NOT NULL
);
CREATE INDEX acknowledged_recall ON acknowledged (recall, idx);
