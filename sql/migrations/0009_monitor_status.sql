-- What each monitor says of itself, once a minute: how late it sends, what it missed and why, what waits in its spool.
--
-- Written in the same transactions as the samples, so exactly once; never changed. No figure of a contract comes from
-- it: what a monitor missed is in the samples themselves. It tells whoever runs the monitors, and whoever doubts them.

CREATE TABLE monitor_status (
	stream bigint NOT NULL,
	seq bigint NOT NULL,
	at timestamptz NOT NULL,
	spool_records bigint NOT NULL CHECK (spool_records >= 0),
	spool_bytes bigint NOT NULL CHECK (spool_bytes >= 0),
	spool_lost bigint NOT NULL CHECK (spool_lost >= 0),
	ship_lag_us bigint NOT NULL CHECK (ship_lag_us >= 0),
	clock_error_us bigint CHECK (clock_error_us >= 0),
	vantage int NOT NULL DEFAULT vantage_of_session(),
	period_ms int NOT NULL CHECK (period_ms >= 0),
	up int NOT NULL CHECK (up >= 0),
	down int NOT NULL CHECK (down >= 0),
	missed_in_flight_cap int NOT NULL CHECK (missed_in_flight_cap >= 0),
	missed_not_running int NOT NULL CHECK (missed_not_running >= 0),
	missed_send int NOT NULL CHECK (missed_send >= 0),
	missed_own_side int NOT NULL CHECK (missed_own_side >= 0),
	missed_proxy int NOT NULL CHECK (missed_proxy >= 0),
	missed_rate_limit int NOT NULL CHECK (missed_rate_limit >= 0),
	lateness_p50_us int NOT NULL,
	lateness_p99_us int NOT NULL,
	lateness_most_us int NOT NULL,
	cpu_ms int NOT NULL,
	memory_kb int,
	in_flight int NOT NULL CHECK (in_flight >= 0),
	in_flight_most int NOT NULL,
	handshakes_waiting int NOT NULL,
	clock_synchronised boolean NOT NULL,
	PRIMARY KEY (vantage, stream, seq)
);
COMMENT ON TABLE monitor_status IS 'each monitor''s own state, one row a minute; counts are those since the row before';
COMMENT ON COLUMN monitor_status.period_ms IS 'over how long was counted';
COMMENT ON COLUMN monitor_status.spool_records IS 'records that waited, on disk and in memory';
COMMENT ON COLUMN monitor_status.spool_bytes IS 'room that they took on disk';
COMMENT ON COLUMN monitor_status.spool_lost IS 'records that could not be kept since the monitor was started: the gaps in the numbers of its stream';
COMMENT ON COLUMN monitor_status.ship_lag_us IS 'age of the oldest record that PostgreSQL did not have; 0: it had all';
COMMENT ON COLUMN monitor_status.clock_error_us IS 'by how much the clock could be wrong, as the kernel said; NULL: unknown';
COMMENT ON COLUMN monitor_status.lateness_p99_us IS 'within it 99 of 100 probes were sent';
COMMENT ON COLUMN monitor_status.cpu_ms IS 'processor time used, all threads';
COMMENT ON COLUMN monitor_status.memory_kb IS 'resident; NULL: unknown';
COMMENT ON COLUMN monitor_status.in_flight_most IS 'probes in flight at once, the most since the monitor was started';
COMMENT ON COLUMN monitor_status.handshakes_waiting IS 'probes that waited for their turn to begin a TLS handshake';

CREATE INDEX monitor_status_vantage_at ON monitor_status (vantage, at);

GRANT INSERT (stream, seq, at, period_ms, up, down, missed_in_flight_cap, missed_not_running, missed_send, missed_own_side,
	missed_proxy, missed_rate_limit, lateness_p50_us, lateness_p99_us, lateness_most_us, cpu_ms, memory_kb, in_flight,
	in_flight_most, handshakes_waiting, spool_records, spool_bytes, spool_lost, ship_lag_us, clock_error_us,
	clock_synchronised) ON monitor_status TO govsla_monitor;
GRANT SELECT ON monitor_status TO govsla_calc, govsla_admin, govsla_read;

-- The newest row of each vantage; age_s: how long ago it was written. NULLs: the monitor never told.
CREATE VIEW monitor_now AS
SELECT v.number AS vantage, v.id, v.name, m.at, extract(epoch FROM now() - m.at)::bigint AS age_s,
	m.period_ms, m.up, m.down,
	m.missed_in_flight_cap + m.missed_not_running + m.missed_send + m.missed_own_side + m.missed_proxy
		+ m.missed_rate_limit AS missed,
	m.lateness_p50_us, m.lateness_p99_us, m.lateness_most_us, m.in_flight, m.in_flight_most, m.handshakes_waiting,
	m.spool_records, m.spool_bytes, m.spool_lost, m.ship_lag_us, m.clock_synchronised, m.clock_error_us,
	m.memory_kb, m.cpu_ms
FROM vantage v
LEFT JOIN LATERAL (
	SELECT * FROM monitor_status s WHERE s.vantage = v.number ORDER BY s.at DESC, s.seq DESC LIMIT 1
) m ON true;
COMMENT ON VIEW monitor_now IS 'the last that each monitor said of itself';

-- Each vantage and hour (UTC). counted_s: how much of the hour the rows cover; what is missing, the monitor did not run
-- or its rows are not here yet.
CREATE VIEW monitor_hour AS
SELECT s.vantage, v.id, date_trunc('hour', s.at, 'UTC') AS hour, round(sum(s.period_ms) / 1000.0) AS counted_s,
	sum(s.up) AS up, sum(s.down) AS down,
	sum(s.missed_in_flight_cap) AS missed_in_flight_cap, sum(s.missed_not_running) AS missed_not_running,
	sum(s.missed_send) AS missed_send, sum(s.missed_own_side) AS missed_own_side, sum(s.missed_proxy) AS missed_proxy,
	sum(s.missed_rate_limit) AS missed_rate_limit,
	max(s.lateness_p50_us) AS lateness_p50_us, max(s.lateness_p99_us) AS lateness_p99_us,
	max(s.lateness_most_us) AS lateness_most_us, max(s.in_flight) AS in_flight,
	max(s.handshakes_waiting) AS handshakes_waiting, max(s.spool_records) AS spool_records,
	max(s.spool_bytes) AS spool_bytes, max(s.ship_lag_us) AS ship_lag_us,
	bool_and(s.clock_synchronised) AS clock_synchronised,
	-- one unknown makes the worst unknown
	CASE WHEN count(s.clock_error_us) = count(*) THEN max(s.clock_error_us) END AS clock_error_us,
	max(s.memory_kb) AS memory_kb, sum(s.cpu_ms) AS cpu_ms
FROM monitor_status s
JOIN vantage v ON v.number = s.vantage
GROUP BY s.vantage, v.id, date_trunc('hour', s.at, 'UTC');
COMMENT ON VIEW monitor_hour IS 'each monitor by hour (UTC): sums of what it counted, and the worst of its rows';

GRANT SELECT ON monitor_now, monitor_hour TO govsla_calc, govsla_admin, govsla_read;

-- As in 0003, with what each vantage's monitor last said of itself.
CREATE OR REPLACE FUNCTION status_now() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('format', 'govsla-status/1', 'at', instant_text(now()), 'today', instant_text(today_start()),
		'registry', (SELECT json_build_object('version', number, 'known_from', instant_text(known_from))
			FROM applied_version ORDER BY number DESC LIMIT 1),
		'vantages', (SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'streams', streams,
			'records', records, 'newest_sample', instant_text(newest_sample), 'lag_s', lag_s,
			'clock_synchronised', s.clock_synchronised, 'clock_max_error_us', clock_max_error_us,
			'monitor', CASE WHEN m.at IS NOT NULL THEN json_build_object('at', instant_text(m.at), 'age_s', m.age_s,
				'period_ms', m.period_ms, 'up', m.up, 'down', m.down, 'missed', m.missed,
				'lateness_p99_us', m.lateness_p99_us, 'in_flight', m.in_flight, 'spool_records', m.spool_records,
				'spool_bytes', m.spool_bytes, 'spool_lost', m.spool_lost, 'ship_lag_us', m.ship_lag_us,
				'memory_kb', m.memory_kb, 'cpu_ms', m.cpu_ms) END) ORDER BY s.vantage), '[]')
			FROM vantage_status s JOIN monitor_now m ON m.vantage = s.vantage),
		'targets', (SELECT coalesce(json_agg(json_build_object('id', id, 'vantage', vantage_id, 'segment', segment,
			'interval_s', interval_s, 'last_sample', instant_text(last_scheduled),
			'last_outcome', (ARRAY['up', 'down', 'missed'])[last_outcome + 1], 'last_failure', last_failure,
			'last_rtt_us', last_rtt_us, 'due', due, 'up', up, 'down', down, 'missed', missed,
			'coverage', coverage::text) ORDER BY target, vantage), '[]')
			FROM target_status))
$$;
