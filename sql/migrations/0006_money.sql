-- What a case says of liability and money beside 0004's contracts and records: agreements, exchange rates, invoices, late
-- payments, instalments, apportionments; the consumption tax of a fee. Each is a kind of record, kept as case/ checked it.

ALTER TABLE fee ADD COLUMN tax jsonb CHECK (jsonb_typeof(tax) = 'object');
COMMENT ON COLUMN fee.tax IS 'whether the amount holds consumption tax, and how much; null: not stated';
CREATE OR REPLACE VIEW fee_now AS SELECT * FROM fee_at(2147483647);

-- These services, with the fees that hold in the month. more: to be merged into the service.
CREATE OR REPLACE FUNCTION case_services_of(up_to int, month date, ids text[]) RETURNS json LANGUAGE sql STABLE AS $$
	WITH chosen AS MATERIALIZED (SELECT * FROM service_at(up_to) s WHERE s.id = ANY (ids)),
	watched AS (
		SELECT st.service, json_agg(n.id ORDER BY st.position) AS targets
		FROM service_target_at(up_to) st JOIN target_number n USING (target)
		WHERE st.service = ANY (ids) GROUP BY st.service),
	paid AS (
		SELECT f.service, json_agg(json_build_object('payer', f.payer, 'amount', f.amount, 'currency', f.currency,
			'state_share', f.state_share, 'bases', CASE WHEN f.bases <> '{}' THEN f.bases END, 'tax', f.tax)
			ORDER BY f.position) AS fees
		FROM fee_at(up_to) f
		WHERE f.service = ANY (ids) AND f.from_month <= month AND month < f.to_month GROUP BY f.service)
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object(
		'id', s.id, 'name', s.name, 'provider', s.provider, 'terms', s.terms, 'targets', w.targets,
		'quorum', json_build_object('vantages', s.quorum_vantages, 'targets', s.quorum_targets),
		'fees', coalesce(p.fees, '[]'), 'more', CASE WHEN s.more <> '{}' THEN s.more END)) ORDER BY s.id), '[]')
	FROM chosen s LEFT JOIN watched w ON w.service = s.id LEFT JOIN paid p ON p.service = s.id
$$;

-- The records of one kind, whole.
CREATE FUNCTION case_list(up_to int, of_kind text) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY id), '[]') FROM record_at(up_to) WHERE kind = of_kind
$$;

CREATE OR REPLACE FUNCTION case_records(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(body ORDER BY body->>'at', id), '[]') FROM record_at(up_to)
	WHERE kind IN ('loss', 'claim', 'acknowledgement', 'reduction', 'recovery', 'payment', 'reversal')
$$;

-- Invoices; of the services that one names, those of the case. One of other services only is not of this case.
CREATE FUNCTION case_invoices(up_to int, services json) RETURNS json LANGUAGE sql STABLE AS $$
	WITH mine AS MATERIALIZED (SELECT s->>'id' AS id FROM json_array_elements(services) s)
	SELECT coalesce(json_agg(CASE WHEN own.ids IS NULL THEN r.body
		ELSE r.body || jsonb_build_object('services', own.ids) END ORDER BY r.id), '[]')
	FROM record_at(up_to) r
	CROSS JOIN LATERAL (SELECT jsonb_agg(m.id ORDER BY m.id) AS ids FROM mine m WHERE r.body->'services' ? m.id) own
	WHERE r.kind = 'invoice'
		AND (own.ids IS NOT NULL OR coalesce(jsonb_array_length(r.body->'services'), 0) = 0)
$$;

-- What the two parties of a contract pay each other for services in the months in which a loss was caused, where the
-- contract limits liability by it: a loss of last year is limited by the fee of last year.
CREATE FUNCTION contract_fees(up_to int, parties jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
	WITH months AS (SELECT DISTINCT body->>'cause_month' AS month FROM record_at(up_to)
		WHERE kind = 'loss' AND body->>'cause_month' IS NOT NULL)
	SELECT coalesce(jsonb_object_agg(month, total), '{}') FROM (
		SELECT m.month, sum(CASE WHEN f.amount::text !~ '/' THEN f.amount::numeric END)::text AS total
		FROM months m JOIN fee_at(up_to) f
			ON f.from_month <= (m.month || '-01')::date AND (m.month || '-01')::date < f.to_month
		JOIN service_at(up_to) s ON s.id = f.service
		WHERE parties ? s.provider AND parties ? f.payer AND s.provider <> f.payer
		GROUP BY m.month HAVING bool_and(f.currency = 'JPY' AND f.amount::text !~ '/')) fees
$$;

CREATE OR REPLACE FUNCTION case_contracts(up_to int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(CASE WHEN fees <> '{}' THEN body || jsonb_build_object('monthly_fees',
		fees || coalesce(body->'monthly_fees', '{}')) ELSE body END ORDER BY id), '[]')
	FROM record_at(up_to) r CROSS JOIN LATERAL (SELECT CASE
		WHEN r.body ? 'form' OR r.body @? '$.caps[*].rule.months_of_fee' THEN contract_fees(up_to, r.body->'parties')
		ELSE '{}' END AS fees) of_months
	WHERE r.kind = 'contract'
$$;

-- The services that records speak of: what reduced their fees is shared by these, and a loss may come from their miss.
CREATE FUNCTION services_in_records(up_to int) RETURNS text[] LANGUAGE sql STABLE AS $$
	SELECT coalesce(array_agg(DISTINCT named.id), '{}') FROM record_at(up_to) r
	CROSS JOIN LATERAL (SELECT jsonb_array_elements_text(r.body->'services') AS id WHERE r.kind = 'reduction'
		UNION ALL SELECT jsonb_path_query(r.body, '$.misses[*].service') #>> '{}' WHERE r.kind = 'loss') named
	WHERE r.kind IN ('reduction', 'loss')
$$;

-- What must be judged beside the services of a case: what an incident of theirs names as its root cause, what their paths
-- lead over, who answers for a target of theirs when it is none of their providers, the other services of their networks
-- under terms that judge a network as one (network_terms): all of these without their fees; and, with them, what the
-- records speak of, since a reduction is shared by the fees of all who pay for what was reduced.
-- (Each part is asked only where there can be an answer: planning them costs more than a small registry takes to read.)
CREATE OR REPLACE FUNCTION case_beside(up_to int, month date, services json, network_terms jsonb,
	span_start timestamptz, span_end timestamptz) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
	mine text[] := (SELECT array_agg(s->>'id') FROM json_array_elements(services) s);
	beside text[] := '{}';
	named text[] := '{}';
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
	IF EXISTS (SELECT FROM record WHERE kind IN ('reduction', 'loss')) THEN
		named := ARRAY(SELECT unnest(services_in_records(up_to)) EXCEPT SELECT unnest(mine));
	END IF;
	beside := ARRAY(SELECT unnest(beside) EXCEPT SELECT unnest(mine) EXCEPT SELECT unnest(named));
	IF beside = '{}' AND named = '{}' THEN
		RETURN '[]';
	END IF;
	RETURN (SELECT coalesce(json_agg(one), '[]') FROM (
		SELECT json_array_elements(case_services_of(up_to, month, named)) AS one
		UNION ALL SELECT jsonb_set(s::jsonb, '{fees}', '[]')::json
			FROM json_array_elements(case_services_of(up_to, month, beside)) s) every);
END
$$;

-- Every party but the municipalities, and of these the ones that the case speaks of: as a value or, where shares, weights
-- and amounts are by party, as a key.
CREATE OR REPLACE FUNCTION case_parties(up_to int, case_so_far jsonb) RETURNS json LANGUAGE sql STABLE AS $$
	WITH lists AS MATERIALIZED (
		SELECT jsonb_path_query(case_so_far, '$.keyvalue() ? (@.key == "contracts" || @.key == "agreements"
			|| @.key == "records" || @.key == "invoices" || @.key == "late_payments" || @.key == "instalments"
			|| @.key == "apportionments").value') AS list),
	spoken AS (
		SELECT jsonb_path_query(case_so_far, '$.services[*].fees[*].payer') #>> '{}' AS id
		UNION SELECT jsonb_path_query(case_so_far, '$.services[*].provider') #>> '{}'
		UNION SELECT jsonb_path_query(case_so_far, '$.paths[*].hops[*].party') #>> '{}'
		UNION SELECT jsonb_path_query(list, 'strict $.** ? (@.type() == "string")') #>> '{}' FROM lists
		UNION SELECT jsonb_path_query(list, 'strict $.** ? (@.type() == "object").keyvalue().key') #>> '{}' FROM lists)
	SELECT coalesce(json_agg(json_strip_nulls(json_build_object('id', p.id, 'kind', p.kind, 'code', p.code,
		'name', p.name)) ORDER BY p.id), '[]')
	FROM party_at(up_to) p WHERE p.kind <> 'LG' OR p.id IN (SELECT id FROM spoken)
$$;
