-- The first answers of an addressee to a request, however many others name it.
CREATE INDEX answer_of ON answer (request, originator, asker, idx);
DROP INDEX answer_request;
