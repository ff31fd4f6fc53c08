-- One more reason why numbers of a stream have no record.

COMMENT ON COLUMN stream_gap.reason IS '1 the spool''s disk and queue were full, 2 a record contradicted itself, 3 the spool''s file was damaged, deleted or an older copy, 4 this database refused the row for ever (it is in the spool''s table refused), 5 this database had confirmed them and has them no more: an older state of it was put back, or it is another one';
