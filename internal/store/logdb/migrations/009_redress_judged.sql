-- How requests for redress were judged whose views are forgotten: views made again judge them alike.
CREATE TABLE redress_judged (
  idx        BIGINT  PRIMARY KEY, -- of the request
  not_holder INTEGER NOT NULL
);
