-- A month as the parts of a case (govsla-case/1): what store_load_case() puts together. up_to is the version of the
-- registry; services are those of the case. No rule of judging is here: parts are chosen and shaped.

-- The services of one organisation (or all), or one service, with the fees that hold in the month.
CREATE FUNCTION case_services(up_to int, month date, of_organisation text, of_service text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object(
		'id', s.id, 'name', s.name, 'provider', s.provider, 'terms', s.terms,
		'targets', (SELECT json_agg(n.id ORDER BY st.position)
			FROM service_target_at(up_to) st JOIN target_number n USING (target) WHERE st.service = s.id),
		'quorum', json_build_object('vantages', s.quorum_vantages, 'targets', s.quorum_targets),
		'fees', (SELECT coalesce(json_agg(json_build_object('payer', f.payer, 'amount', f.amount,
				'currency', f.currency, 'state_share', f.state_share) ORDER BY f.position), '[]')
			FROM fee_at(up_to) f WHERE f.service = s.id AND f.from_month <= month AND month < f.to_month)
		)) ORDER BY s.id), '[]')
	FROM service_at(up_to) s
	WHERE (of_organisation IS NULL OR s.organisation = of_organisation) AND (of_service IS NULL OR s.id = of_service)
$$;

-- Of each of the services' terms, the version in force on the first day of its billing month.
CREATE FUNCTION case_terms(up_to int, month date, services json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(t.body::json ORDER BY t.id), '[]')
	FROM terms_at(up_to) t
	WHERE t.id IN (SELECT s->>'terms' FROM json_array_elements(services) s)
		AND month + coalesce((t.body::json #>> '{period,start_day}')::int, 1) - 1
			BETWEEN t.effective_from AND t.effective_to - 1
$$;

-- The paths that lead over a target of the services.
CREATE FUNCTION case_paths(up_to int, services json) RETURNS SETOF public.path LANGUAGE sql STABLE AS $$
	SELECT p.* FROM path_at(up_to) p WHERE p.hops && (
		SELECT array_agg(n.target) FROM json_array_elements(services) s, json_array_elements_text(s->'targets') t
		JOIN target_number n ON n.id = t)
$$;

-- The targets of the services and those on their paths; vantages are numbers.
CREATE FUNCTION case_targets(up_to int, services json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_build_object('number', t.target, 'id', t.id, 'interval_s', t.interval_s,
		'timeout_s', t.timeout_s, 'vantages', t.vantages) ORDER BY t.target), '[]')
	FROM target_at(up_to) t
	WHERE t.id IN (SELECT json_array_elements_text(s->'targets') FROM json_array_elements(services) s)
		OR t.target IN (SELECT unnest(p.hops) FROM case_paths(up_to, services) p)
$$;

CREATE FUNCTION case_paths_json(up_to int, services json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_build_object('vantage', v.id,
		'hops', (SELECT json_agg(n.id ORDER BY h.at)
			FROM unnest(p.hops) WITH ORDINALITY h (target, at) JOIN target_number n USING (target))
		) ORDER BY p.vantage, p.target), '[]')
	FROM case_paths(up_to, services) p JOIN vantage v ON v.number = p.vantage
$$;

-- Exclusions that touch the span and concern a service of the case; of their services, those of the case.
CREATE FUNCTION case_exclusions(up_to int, services json, span_start timestamptz, span_end timestamptz) RETURNS json
LANGUAGE sql STABLE AS $$
	WITH mine AS (SELECT s->>'id' AS id FROM json_array_elements(services) s)
	SELECT coalesce(json_agg(r.body || jsonb_build_object('services', own.ids) ORDER BY r.id), '[]')
	FROM record_at(up_to) r
	CROSS JOIN LATERAL (SELECT jsonb_agg(m.id ORDER BY m.id) AS ids FROM mine m WHERE r.body->'services' ? m.id) own
	WHERE r.kind = 'exclusion' AND own.ids IS NOT NULL
		AND (r.body->>'start')::timestamptz < span_end AND (r.body->>'end')::timestamptz > span_start
$$;

CREATE FUNCTION case_contracts(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY id), '[]') FROM record_at(up_to) WHERE kind = 'contract'
$$;

CREATE FUNCTION case_records(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY body->>'at', id), '[]')
	FROM record_at(up_to) WHERE kind NOT IN ('exclusion', 'contract', 'policy')
$$;

CREATE FUNCTION case_policies(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_object_agg(id, body ORDER BY id), '{}') FROM record_at(up_to) WHERE kind = 'policy'
$$;

-- Every party but the municipalities, and of these the ones that the case speaks of.
CREATE FUNCTION case_parties(up_to int, case_so_far jsonb) RETURNS json LANGUAGE sql STABLE AS $$
	WITH spoken AS (
		SELECT jsonb_path_query(case_so_far, '$.services[*].fees[*].payer') #>> '{}' AS id
		UNION SELECT jsonb_path_query(case_so_far, '$.services[*].provider') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.contracts[*].parties[*]') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.contracts[*].caps[*].debtor') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.records[*].*') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.records[*].fault.keyvalue().key') #>> '{}')
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object('id', p.id, 'kind', p.kind, 'code', p.code,
		'name', p.name)) ORDER BY p.id), '[]')
	FROM party_at(up_to) p WHERE p.kind <> 'LG' OR p.id IN (SELECT id FROM spoken)
$$;
