-- Everything else that a case can say: who answers for each hop, what kind of observation a target gives, what a service
-- is beside its targets, other amounts that a credit may be a part of; incidents, corrections, claims, history, calendars.
--
-- What case/ reads and checks is kept as it was checked, in one JSON column (`more`, `bases`); a column of its
-- own has only what SQL joins or chooses by. Views and functions below replace those of 0002 and 0004.

ALTER TABLE segment ADD COLUMN own boolean NOT NULL DEFAULT false;
ALTER TABLE segment ALTER COLUMN party DROP NOT NULL;
ALTER TABLE segment ADD CONSTRAINT segment_answered CHECK (own = (party IS NULL));
COMMENT ON COLUMN segment.own IS 'the monitor''s own side: nobody answers for it';

-- A log of requests has no schedule; its probe is {"kind": "requests"} and no monitor watches it.
ALTER TABLE target ALTER COLUMN interval_s DROP NOT NULL;
ALTER TABLE target ALTER COLUMN timeout_s DROP NOT NULL;
ALTER TABLE target ADD COLUMN more jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(more) = 'object');
ALTER TABLE target ADD CONSTRAINT target_scheduled
	CHECK (interval_s IS NOT NULL AND timeout_s IS NOT NULL OR probe->>'kind' = 'requests');
COMMENT ON COLUMN target.more IS 'further keys of its observations in a case: kind, gap_limit_s';

-- A path of which some hops are not targets but services whose outages are known: hops in order, by their ids.
CREATE TABLE named_path (
	last text NOT NULL,
	vantage int NOT NULL REFERENCES vantage (number),
	version int NOT NULL REFERENCES applied_version,
	hops text[] NOT NULL CHECK (hops[cardinality(hops)] = last),
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (last, vantage, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON named_path
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION named_path_at(up_to int) RETURNS SETOF public.named_path LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT * FROM (SELECT DISTINCT ON (last, vantage) * FROM named_path WHERE version <= up_to
		ORDER BY last, vantage, version DESC) latest WHERE NOT withdrawn
$$;
GRANT SELECT ON named_path TO govsla_calc, govsla_read, govsla_admin;
GRANT INSERT ON named_path TO govsla_admin;

ALTER TABLE service ADD COLUMN more jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(more) = 'object');
COMMENT ON COLUMN service.more IS 'further keys of the service in a case: outages, attributes, members, deployed, subscribed, …';

ALTER TABLE fee ADD COLUMN bases jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(bases) = 'object');
COMMENT ON COLUMN fee.bases IS 'other amounts that a credit may be a per cent of, by name, as exact texts';

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['segment', 'target', 'service', 'fee'] LOOP
		EXECUTE format('CREATE OR REPLACE VIEW %I AS SELECT * FROM %I(2147483647)', name || '_now', name || '_at');
	END LOOP;
END $$;

-- ---- the parts of a case ----

CREATE FUNCTION instant_text_us(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- These services, with the fees that hold in the month. more: to be merged into the service.
CREATE FUNCTION case_services_of(up_to int, month date, ids text[]) RETURNS json LANGUAGE sql STABLE AS $$
	WITH chosen AS MATERIALIZED (SELECT * FROM service_at(up_to) s WHERE s.id = ANY (ids)),
	watched AS (
		SELECT st.service, json_agg(n.id ORDER BY st.position) AS targets
		FROM service_target_at(up_to) st JOIN target_number n USING (target)
		WHERE st.service = ANY (ids) GROUP BY st.service),
	paid AS (
		SELECT f.service, json_agg(json_build_object('payer', f.payer, 'amount', f.amount, 'currency', f.currency,
			'state_share', f.state_share, 'bases', CASE WHEN f.bases <> '{}' THEN f.bases END) ORDER BY f.position) AS fees
		FROM fee_at(up_to) f
		WHERE f.service = ANY (ids) AND f.from_month <= month AND month < f.to_month GROUP BY f.service)
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object(
		'id', s.id, 'name', s.name, 'provider', s.provider, 'terms', s.terms, 'targets', w.targets,
		'quorum', json_build_object('vantages', s.quorum_vantages, 'targets', s.quorum_targets),
		'fees', coalesce(p.fees, '[]'), 'more', CASE WHEN s.more <> '{}' THEN s.more END)) ORDER BY s.id), '[]')
	FROM chosen s LEFT JOIN watched w ON w.service = s.id LEFT JOIN paid p ON p.service = s.id
$$;

-- Whether a service may be subscribed in a month, wherever the month begins: C looks closely, once it knows that.
CREATE FUNCTION service_may_be_subscribed(more jsonb, month date) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce((more#>>'{subscribed,start}')::timestamptz, '-infinity') < month + 62
		AND coalesce((more#>>'{subscribed,end}')::timestamptz, 'infinity') > month - 2
$$;

-- The services of one organisation (or all), or one service.
CREATE OR REPLACE FUNCTION case_services(up_to int, month date, of_organisation text, of_service text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT case_services_of(up_to, month, coalesce(array_agg(s.id), '{}'))
	FROM service_at(up_to) s
	WHERE (of_organisation IS NULL OR s.organisation = of_organisation) AND (of_service IS NULL OR s.id = of_service)
		AND service_may_be_subscribed(s.more, month)
$$;

-- The paths that lead over a target of the services, or over one of them that is known by its outages.
CREATE FUNCTION case_ways(up_to int, services json) RETURNS TABLE (hops text[], vantage int) LANGUAGE sql STABLE AS $$
	WITH ids AS MATERIALIZED (
		SELECT json_array_elements_text(s->'targets') AS id FROM json_array_elements(services) s
		UNION SELECT s->>'id' FROM json_array_elements(services) s)
	SELECT (SELECT array_agg(n.id ORDER BY h.at) FROM unnest(p.hops) WITH ORDINALITY h (target, at)
		JOIN target_number n USING (target)), p.vantage
	FROM path_at(up_to) p
	WHERE p.hops && (SELECT array_agg(n.target) FROM ids JOIN target_number n USING (id))
	UNION ALL SELECT p.hops, p.vantage FROM named_path_at(up_to) p WHERE p.hops && (SELECT array_agg(id) FROM ids)
$$;

-- The records of a kind. Where a record does not say when it was entered, the version of its last change does.
CREATE FUNCTION case_entered(up_to int, of_kind text) RETURNS TABLE (id text, body jsonb) LANGUAGE sql STABLE AS $$
	SELECT r.id, CASE WHEN r.body->>'entered' IS NULL
		THEN r.body || jsonb_build_object('entered', instant_text_us(a.known_from)) ELSE r.body END
	FROM record_at(up_to) r JOIN applied_version a ON a.number = r.version WHERE r.kind = of_kind
$$;

-- Incidents of which a span or an instant touches the span, and of their services those of the case.
CREATE FUNCTION case_incidents(up_to int, services json, span_start timestamptz, span_end timestamptz)
RETURNS json LANGUAGE sql STABLE AS $$
	WITH mine AS (SELECT s->>'id' AS id FROM json_array_elements(services) s)
	SELECT coalesce(json_agg(r.body || jsonb_build_object('services', own.ids) ORDER BY r.id), '[]')
	FROM case_entered(up_to, 'incident') r
	CROSS JOIN LATERAL (SELECT jsonb_agg(m.id ORDER BY m.id) AS ids FROM mine m WHERE r.body->'services' ? m.id) own
	CROSS JOIN LATERAL (
		SELECT min(value::timestamptz) AS first, max(value::timestamptz) AS last FROM jsonb_each_text(r.body)
		WHERE key IN ('start', 'end', 'known', 'reported', 'notified', 'replaced')) at
	WHERE own.ids IS NOT NULL AND at.first < span_end AND at.last >= span_start
$$;

-- What must be judged beside the services of a case: what an incident of theirs names as its root cause, what their paths
-- lead over, who answers for a target of theirs when it is none of their providers, and the other services of their
-- networks under terms that judge a network as one (network_terms).
-- (Each part is asked only where there can be an answer: planning them costs more than a small registry takes to read.)
CREATE FUNCTION case_beside(up_to int, month date, services json, network_terms jsonb, span_start timestamptz,
	span_end timestamptz) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
	mine text[] := (SELECT array_agg(s->>'id') FROM json_array_elements(services) s);
	beside text[] := '{}';
BEGIN
	IF EXISTS (SELECT FROM record WHERE kind = 'incident') THEN
		beside := beside || ARRAY(SELECT n->>'root_cause'
			FROM json_array_elements(case_incidents(up_to, services, span_start, span_end)) n
			WHERE n->>'root_cause' IS NOT NULL);
	END IF;
	IF EXISTS (SELECT FROM named_path) THEN
		beside := beside || ARRAY(SELECT s.id
			FROM case_ways(up_to, services) w JOIN service_at(up_to) s ON s.id = ANY (w.hops));
	END IF;
	IF EXISTS (SELECT FROM segment) THEN
		beside := beside || ARRAY(SELECT s.id
			FROM target_at(up_to) t JOIN segment_at(up_to) g ON g.id = t.segment
			JOIN service_target_at(up_to) st USING (target) JOIN service_at(up_to) s ON s.id = st.service
			WHERE t.id IN (SELECT json_array_elements_text(m->'targets') FROM json_array_elements(services) m)
				AND s.provider = g.party
				AND NOT EXISTS (SELECT FROM json_array_elements(services) m
					WHERE m->>'provider' = g.party AND (m->'targets')::jsonb ? t.id));
	END IF;
	IF network_terms <> '[]' THEN
		beside := beside || ARRAY(SELECT s.id FROM service_at(up_to) s
			WHERE network_terms ? s.terms AND service_may_be_subscribed(s.more, month)
				AND EXISTS (SELECT FROM json_array_elements(services) m
					WHERE m->>'terms' = s.terms AND m->>'network' = s.more->>'network'));
	END IF;
	beside := ARRAY(SELECT unnest(beside) EXCEPT SELECT unnest(mine));
	RETURN CASE WHEN beside = '{}' THEN '[]' ELSE case_services_of(up_to, month, beside) END;
END
$$;

-- The paths of the services. Then, from each vantage, the services' targets on no path of that vantage whose segment is
-- known: a path of one hop says who answers for it. A hop is the target (or service) alone, or with the segment that ends
-- at it and who answers for that.
CREATE OR REPLACE FUNCTION case_paths_json(up_to int, services json) RETURNS json LANGUAGE sql STABLE AS $$
	WITH led AS MATERIALIZED (SELECT * FROM case_ways(up_to, services)),
	alone AS (
		SELECT ARRAY[t.id] AS hops, v.vantage
		FROM target_at(up_to) t CROSS JOIN LATERAL unnest(t.vantages) v (vantage)
		WHERE t.segment IS NOT NULL
			AND t.id IN (SELECT json_array_elements_text(s->'targets') FROM json_array_elements(services) s)
			AND NOT EXISTS (SELECT FROM led WHERE led.vantage = v.vantage AND t.id = ANY (led.hops))),
	every AS (SELECT 0 AS place, hops, vantage FROM led UNION ALL SELECT 1, hops, vantage FROM alone),
	hop AS (
		SELECT t.id, CASE WHEN s.id IS NULL THEN to_json(t.id) ELSE json_strip_nulls(json_build_object(
			'target', t.id, 'party', s.party, 'segment', coalesce(s.name, s.id), 'own', nullif(s.own, false))) END AS said
		FROM target_at(up_to) t LEFT JOIN segment_at(up_to) s ON s.id = t.segment
		WHERE t.id IN (SELECT unnest(hops) FROM every))
	SELECT coalesce(json_agg(json_build_object('vantage', v.id, 'hops',
			(SELECT json_agg(coalesce(hop.said, to_json(h.id)) ORDER BY h.at)
			FROM unnest(p.hops) WITH ORDINALITY h (id, at) LEFT JOIN hop USING (id))
		) ORDER BY p.place, p.vantage, p.hops), '[]')
	FROM every p JOIN vantage v ON v.number = p.vantage
$$;

-- The targets of the services and those on their paths; vantages are numbers.
CREATE OR REPLACE FUNCTION case_targets(up_to int, services json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_build_object('number', t.target, 'id', t.id, 'interval_s', t.interval_s,
		'timeout_s', t.timeout_s, 'vantages', t.vantages, 'more', t.more) ORDER BY t.target), '[]')
	FROM target_at(up_to) t
	WHERE t.id IN (SELECT json_array_elements_text(s->'targets') FROM json_array_elements(services) s)
		OR t.id IN (SELECT unnest(w.hops) FROM case_ways(up_to, services) w)
$$;

-- Exclusions that touch the span and concern a service of the case; of their services, those of the case.
CREATE OR REPLACE FUNCTION case_exclusions(up_to int, services json, span_start timestamptz, span_end timestamptz)
RETURNS json LANGUAGE sql STABLE AS $$
	WITH mine AS (SELECT s->>'id' AS id FROM json_array_elements(services) s)
	SELECT coalesce(json_agg(r.body || jsonb_build_object('services', own.ids) ORDER BY r.id), '[]')
	FROM case_entered(up_to, 'exclusion') r
	CROSS JOIN LATERAL (SELECT jsonb_agg(m.id ORDER BY m.id) AS ids FROM mine m WHERE r.body->'services' ? m.id) own
	WHERE own.ids IS NOT NULL
		AND (r.body->>'start')::timestamptz < span_end AND (r.body->>'end')::timestamptz > span_start
$$;

-- Corrections of these targets that touch the span, with those that they supersede and those that supersede them.
CREATE FUNCTION case_corrections(up_to int, targets json, span_start timestamptz, span_end timestamptz)
RETURNS json LANGUAGE sql STABLE AS $$
	WITH RECURSIVE every AS MATERIALIZED (SELECT id, body, body->>'supersedes' AS supersedes
		FROM case_entered(up_to, 'correction')),
	chosen AS (
		SELECT e.id, e.supersedes FROM every e
		WHERE e.body->>'target' IN (SELECT t->>'id' FROM json_array_elements(targets) t)
			AND (e.body->>'start')::timestamptz < span_end AND (e.body->>'end')::timestamptz > span_start
		UNION SELECT e.id, e.supersedes FROM every e JOIN chosen c ON e.supersedes = c.id OR e.id = c.supersedes)
	SELECT coalesce(json_agg(e.body ORDER BY e.id), '[]') FROM every e WHERE e.id IN (SELECT id FROM chosen)
$$;

-- Claims for the month; a case holds one month, so that its claims do not name it.
CREATE FUNCTION case_claims(up_to int, services json, month text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(r.body - 'month' ORDER BY r.id), '[]')
	FROM record_at(up_to) r
	WHERE r.kind = 'claim_made'
		AND EXISTS (SELECT FROM json_array_elements(services) s
			WHERE s->>'terms' = r.body->>'terms' AND (r.body->>'service' IS NULL OR s->>'id' = r.body->>'service'))
		AND r.body->>'month' = month
$$;

-- What people entered of spans before the month, as far back as a rolling year reaches.
CREATE FUNCTION case_history(up_to int, services json, span_start timestamptz) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(r.body ORDER BY r.body->>'service', r.body->>'level', (r.body->>'start')::timestamptz), '[]')
	FROM record_at(up_to) r
	WHERE r.kind = 'history' AND r.body->>'service' IN (SELECT s->>'id' FROM json_array_elements(services) s)
		AND (r.body->>'end')::timestamptz <= span_start
		AND (r.body->>'start')::timestamptz >= span_start - interval '400 days'
$$;

-- Of each of the services' terms, the version in force on the first day of its billing month, which starts on the day that
-- the terms, or what is agreed beside the catalogue's, say.
CREATE OR REPLACE FUNCTION case_terms(up_to int, month date, services json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(t.body::json ORDER BY t.id), '[]')
	FROM terms_at(up_to) t
	WHERE t.id IN (SELECT s->>'terms' FROM json_array_elements(services) s)
		AND month + coalesce((t.body::json #>> '{period,start_day}')::int,
			(t.body::json #>> '{agreed,period,start_day}')::int, 1) - 1
			BETWEEN t.effective_from AND t.effective_to - 1
$$;

CREATE FUNCTION case_calendars(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY id), '[]') FROM record_at(up_to) WHERE kind = 'calendar'
$$;

CREATE OR REPLACE FUNCTION case_records(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY body->>'at', id), '[]')
	FROM record_at(up_to) WHERE kind NOT IN ('exclusion', 'contract', 'policy', 'incident', 'correction', 'claim_made',
		'history', 'calendar')
$$;

-- Every party but the municipalities, and of these the ones that the case speaks of.
CREATE OR REPLACE FUNCTION case_parties(up_to int, case_so_far jsonb) RETURNS json LANGUAGE sql STABLE AS $$
	WITH spoken AS (
		SELECT jsonb_path_query(case_so_far, '$.services[*].fees[*].payer') #>> '{}' AS id
		UNION SELECT jsonb_path_query(case_so_far, '$.services[*].provider') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.paths[*].hops[*].party') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.contracts[*].parties[*]') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.contracts[*].caps[*].debtor') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.records[*].*') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.records[*].fault.keyvalue().key') #>> '{}')
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object('id', p.id, 'kind', p.kind, 'code', p.code,
		'name', p.name)) ORDER BY p.id), '[]')
	FROM party_at(up_to) p WHERE p.kind <> 'LG' OR p.id IN (SELECT id FROM spoken)
$$;
