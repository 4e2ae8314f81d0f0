-- Words as the analyser folds them, one row for each report, under the report's index plus one.
CREATE VIRTUAL TABLE search USING fts5(words, content='', contentless_delete=1, tokenize='ascii', detail=none);
CREATE VIRTUAL TABLE search_words USING fts5vocab('search', 'row');
