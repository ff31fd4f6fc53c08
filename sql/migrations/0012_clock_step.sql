-- When a monitor's time of day was stepped, and by how much: the record that follows the step says so.

ALTER TABLE clock_state ADD COLUMN stepped_us bigint CHECK (stepped_us <> 0);
COMMENT ON COLUMN clock_state.stepped_us IS 'the time of day was stepped by so much, at most a second before this row; from where to where is (at - stepped_us, at). NULL: it was not';
COMMENT ON TABLE clock_state IS 'what a vantage''s kernel said of its clock, at the start, on change and after a step; holds up to the next row in the order of seq';
CREATE INDEX clock_state_stream_seq ON clock_state (stream, seq);
GRANT INSERT (stepped_us) ON clock_state TO govsla_monitor;

-- The newest row is the last that was written: after a step back an older one has the later time.
CREATE OR REPLACE VIEW vantage_status AS
SELECT v.number AS vantage, v.id, v.name,
	(SELECT count(*) FROM stream s WHERE s.vantage = v.number) AS streams,
	(SELECT sum(s.mark) FROM stream s WHERE s.vantage = v.number) AS records,
	newest.scheduled AS newest_sample,
	extract(epoch FROM now() - newest.scheduled)::bigint AS lag_s,
	clock.synchronised AS clock_synchronised, clock.max_error_us AS clock_max_error_us
FROM vantage v
LEFT JOIN LATERAL (
	SELECT max(t.last_scheduled) AS scheduled FROM target_status t WHERE t.vantage = v.number
) newest ON true
LEFT JOIN LATERAL (
	SELECT c.synchronised, c.max_error_us FROM clock_state c
	WHERE c.stream = (SELECT s.id FROM stream s WHERE s.vantage = v.number ORDER BY s.last_seen DESC, s.id LIMIT 1)
	ORDER BY c.seq DESC LIMIT 1
) clock ON true;
