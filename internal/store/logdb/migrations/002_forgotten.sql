-- What this node has opened and has forgotten since: body and key are destroyed. That the envelope was opened, and to
-- whom an own one was sealed, remains; done is 0 until every copy is gone.
CREATE TABLE forgotten (
  idx        BIGINT PRIMARY KEY,
  failed     INTEGER NOT NULL,
  recipients TEXT NOT NULL,
  login      TEXT NOT NULL,
  basis      TEXT NOT NULL,
  done       INTEGER NOT NULL
);
CREATE INDEX forgotten_undone ON forgotten (idx) WHERE done = 0;
