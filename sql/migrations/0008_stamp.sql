-- What STAMP probes (RFC 8762) add to their samples: time in the reflector, one-way delays, loss by direction.
--
-- Written by monitors in the transaction of the samples themselves, so each row has its sample, with the same
-- (vantage, stream, seq), and is there exactly once. Not partitioned: samples are dropped once their day is sealed, which
-- keeps only what contracts count; these rows are few (stamp targets only) and stay.

CREATE TABLE stamp (
	stream bigint NOT NULL,
	seq bigint NOT NULL,
	scheduled timestamptz NOT NULL,
	target int NOT NULL,
	vantage int NOT NULL DEFAULT vantage_of_session(),
	reflector_us int CHECK (reflector_us >= 0),
	forward_us int CHECK (forward_us >= 0),
	backward_us int CHECK (backward_us >= 0),
	one_way_error_us int CHECK (one_way_error_us >= 0),
	lost_forward int CHECK (lost_forward >= 0),
	lost_backward int CHECK (lost_backward >= 0),
	packets smallint NOT NULL CHECK (packets > 0),
	lost smallint NOT NULL CHECK (lost BETWEEN 0 AND packets),
	CONSTRAINT stamp_one_way CHECK ((forward_us IS NULL) = (backward_us IS NULL)
		AND (forward_us IS NULL OR one_way_error_us IS NOT NULL)),
	CONSTRAINT stamp_directions CHECK ((lost_forward IS NULL) = (lost_backward IS NULL))
);
COMMENT ON TABLE stamp IS 'what a STAMP probe adds to its sample of the same (vantage, stream, seq); NULL: not known';
COMMENT ON COLUMN stamp.stream IS 'of the spool, as in sample';
COMMENT ON COLUMN stamp.seq IS 'in the stream: that of the sample';
COMMENT ON COLUMN stamp.scheduled IS 'that of the sample';
COMMENT ON COLUMN stamp.target IS 'number in the registry';
COMMENT ON COLUMN stamp.vantage IS 'who measured: taken from the session, not from what it says';
COMMENT ON COLUMN stamp.reflector_us IS 'mean time in the reflector, already taken off sample.rtt_us; NULL: nothing was taken off';
COMMENT ON COLUMN stamp.forward_us IS 'mean delay to the reflector; NULL unless both clocks had a known bound';
COMMENT ON COLUMN stamp.backward_us IS 'mean delay from the reflector; NULL unless both clocks had a known bound';
COMMENT ON COLUMN stamp.one_way_error_us IS 'by how much the one-way delays may be wrong: the sum of both clocks'' bounds';
COMMENT ON COLUMN stamp.lost_forward IS 'packets lost on the way there, as a stateful reflector''s own numbers tell, since the last row of the target that is not NULL: also of earlier probes; NULL: not told';
COMMENT ON COLUMN stamp.lost_backward IS 'the same on the way back; a late answer counts as lost';
COMMENT ON COLUMN stamp.packets IS 'sent by this probe';
COMMENT ON COLUMN stamp.lost IS 'of packets, without an answer within the timeout';

CREATE INDEX stamp_target_scheduled ON stamp (target, scheduled);

GRANT INSERT (stream, seq, scheduled, target, reflector_us, forward_us, backward_us, one_way_error_us, lost_forward,
	lost_backward, packets, lost) ON stamp TO govsla_monitor;
GRANT SELECT ON stamp TO govsla_calc, govsla_admin, govsla_read;

-- Each target, vantage and hour (UTC): delay and loss. Loss by direction is the sum of what was told; unattributed: lost
-- packets of which no direction was told in that hour (an answer after the hour may still tell it, so never below 0).
CREATE VIEW stamp_hour AS
SELECT s.target, n.id, s.vantage, v.id AS vantage_id, date_trunc('hour', s.scheduled, 'UTC') AS hour,
	count(*) AS probes, sum(s.packets) AS packets, sum(s.lost) AS lost,
	sum(s.lost_forward) AS lost_forward, sum(s.lost_backward) AS lost_backward,
	greatest(0, sum(s.lost) - coalesce(sum(s.lost_forward + s.lost_backward), 0)) AS unattributed,
	round(avg(s.reflector_us)) AS reflector_us,
	count(s.forward_us) AS one_way_probes, round(avg(s.forward_us)) AS forward_us,
	round(avg(s.backward_us)) AS backward_us, max(s.one_way_error_us) AS one_way_error_us
FROM stamp s
JOIN vantage v ON v.number = s.vantage
LEFT JOIN target_number n ON n.target = s.target
GROUP BY s.target, n.id, s.vantage, v.id, date_trunc('hour', s.scheduled, 'UTC');
COMMENT ON VIEW stamp_hour IS 'delay and loss of STAMP probes by target, vantage and hour (UTC)';
GRANT SELECT ON stamp_hour TO govsla_calc, govsla_admin, govsla_read;
