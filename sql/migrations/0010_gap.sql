-- Why numbers of a stream have no record: every number from a stream's first row here to its mark is that of a record,
-- or lies within a row of this table.

CREATE TABLE stream_gap (
	vantage int NOT NULL DEFAULT vantage_of_session(),
	stream bigint NOT NULL,
	first_seq bigint NOT NULL CHECK (first_seq > 0),
	last_seq bigint NOT NULL,
	from_time timestamptz,
	until_time timestamptz,
	reason smallint NOT NULL CHECK (reason BETWEEN 1 AND 19),
	PRIMARY KEY (stream, last_seq),
	CONSTRAINT stream_gap_numbers CHECK (first_seq <= last_seq)
);
COMMENT ON TABLE stream_gap IS 'records that a monitor numbered and could not keep: the instants they were due at have no sample, and count as unmeasured';
COMMENT ON COLUMN stream_gap.vantage IS 'who observed: taken from the session, not from what it says';
COMMENT ON COLUMN stream_gap.stream IS 'of the spool, as in sample';
COMMENT ON COLUMN stream_gap.first_seq IS 'the lost numbers, both ends included';
COMMENT ON COLUMN stream_gap.last_seq IS 'the lost numbers, both ends included';
COMMENT ON COLUMN stream_gap.from_time IS 'about when the first of them was due; NULL: not known';
COMMENT ON COLUMN stream_gap.until_time IS 'about when the last of them was due; NULL: not known';
COMMENT ON COLUMN stream_gap.reason IS '1 the spool''s disk and queue were full, 2 a record contradicted itself, 3 the spool''s file was damaged, deleted or an older copy, 4 this database refused the row for ever (it is in the spool''s table refused)';

GRANT INSERT (stream, first_seq, last_seq, from_time, until_time, reason) ON stream_gap TO govsla_monitor;
GRANT SELECT ON stream_gap TO govsla_calc, govsla_admin, govsla_read;
