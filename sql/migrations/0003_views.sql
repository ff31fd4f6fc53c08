-- What dashboards and `slacalc status` read, and who may do what.

-- The day that "today" means: it begins at midnight in Japan, whose law the contracts follow.
CREATE FUNCTION today_start() RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT date_trunc('day', now() AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo'
$$;

CREATE FUNCTION instant_text(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

-- Each target from each vantage: its last sample, and how much of today was measured. due: the instants of today, since
-- the target is known, whose answer can be here by now; coverage: the share of them that has a sample other than missed.
CREATE VIEW target_status AS
SELECT t.target, t.id, v.number AS vantage, v.id AS vantage_id, t.segment, t.interval_s,
	last.scheduled AS last_scheduled, last.outcome AS last_outcome, last.failure AS last_failure, last.rtt_us AS last_rtt_us,
	today.due, today.up, today.down, today.missed,
	CASE WHEN today.due > 0 THEN least(1, round((today.up + today.down)::numeric / today.due, 6)) END AS coverage
FROM target_now t
CROSS JOIN LATERAL unnest(t.vantages) AS watched (vantage)
JOIN vantage v ON v.number = watched.vantage
LEFT JOIN LATERAL (
	SELECT s.scheduled, s.outcome, s.failure, s.rtt_us FROM sample s
	WHERE s.target = t.target AND s.vantage = v.number AND s.scheduled > now() - interval '32 days'
	ORDER BY s.target, s.scheduled DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
	SELECT greatest(today_start(), min(a.known_from)) AS start
	FROM target first JOIN applied_version a ON a.number = first.version WHERE first.target = t.target
) since
CROSS JOIN LATERAL (
	SELECT greatest(0, floor(extract(epoch FROM now() - since.start - make_interval(secs => t.timeout_s)) / t.interval_s))::bigint AS due,
		count(DISTINCT s.scheduled) FILTER (WHERE s.outcome = 0) AS up,
		count(DISTINCT s.scheduled) FILTER (WHERE s.outcome = 1) AS down,
		count(DISTINCT s.scheduled) FILTER (WHERE s.outcome = 2) AS missed
	FROM sample s
	WHERE s.target = t.target AND s.vantage = v.number AND s.scheduled >= since.start AND s.scheduled < now()
) today;

-- Each vantage: how far its samples have come. lag_s: the age of its newest sample in the database, that is the
-- time spent in the spool and on the way, plus at most one interval; null when there is none.
CREATE VIEW vantage_status AS
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
	SELECT c.synchronised, c.max_error_us FROM clock_state c WHERE c.vantage = v.number ORDER BY c.at DESC LIMIT 1
) clock ON true;

-- Both, as one document (govsla-status/1): what `slacalc status` shows. Outcomes and times are in words.
CREATE FUNCTION status_now() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('format', 'govsla-status/1', 'at', instant_text(now()), 'today', instant_text(today_start()),
		'registry', (SELECT json_build_object('version', number, 'known_from', instant_text(known_from))
			FROM applied_version ORDER BY number DESC LIMIT 1),
		'vantages', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'streams', streams,
			'records', records, 'newest_sample', instant_text(newest_sample), 'lag_s', lag_s,
			'clock_synchronised', clock_synchronised, 'clock_max_error_us', clock_max_error_us) ORDER BY vantage), '[]')
			FROM vantage_status),
		'targets', (SELECT coalesce(json_agg(json_build_object('id', id, 'vantage', vantage_id, 'segment', segment,
			'interval_s', interval_s, 'last_sample', instant_text(last_scheduled),
			'last_outcome', (ARRAY['up', 'down', 'missed'])[last_outcome + 1], 'last_failure', last_failure,
			'last_rtt_us', last_rtt_us, 'due', due, 'up', up, 'down', down, 'missed', missed,
			'coverage', coverage::text) ORDER BY target, vantage), '[]')
			FROM target_status))
$$;

-- ---- who may do what ----

GRANT SELECT ON applied_version, applied_file, slamon_file, organisation, party, segment, target_number, target, path,
	service, service_target, fee, terms, record, vantage, stream, sample, clock_state,
	organisation_now, party_now, segment_now, target_now, path_now, service_now, service_target_now, fee_now, terms_now,
	record_now, target_status, vantage_status
	TO govsla_calc, govsla_admin;

-- Dashboards: no records, which hold claims and losses.
GRANT SELECT ON organisation_now, party_now, segment_now, target_now, path_now, service_now, service_target_now,
	terms_now, target_status, vantage_status, vantage, clock_state, sample, target_number, organisation, party, segment,
	target, path, service, service_target, terms, applied_version, stream
	TO govsla_read;

GRANT INSERT ON applied_version, applied_file, slamon_file, organisation, party, segment, target_number, target, path,
	service, service_target, fee, terms, record
	TO govsla_admin;
