-- How many rows there are, so that nobody has to count them.
CREATE TABLE total (
  name TEXT PRIMARY KEY,
  n    BIGINT NOT NULL
);
INSERT INTO total (name, n) SELECT 'reports', count(*) FROM report;
INSERT INTO total (name, n) SELECT 'own', count(*) FROM report WHERE own = 1;
INSERT INTO total (name, n) SELECT 'quarantined', count(*) FROM quarantine;
