-- The ledger: what happened to each obligation, in double entry, append-only. Computed by calc/ (calc/liability/ledger.h has the
-- chart of accounts), posted by `slacalc ledger post`; the same invariants hold here against any other SQL:
--   - every movement of an entry sums to zero on its edge, in whole yen;
--   - 0 <= paid <= payable on every edge; on those of 5.3① the sum of payable <= what was recovered into their pot;
--   - nothing but a reversal that names its cause takes back what was claimed, acknowledged, determined, payable, paid;
--   - entries are numbered without a gap, in the order of their days, and never change.

-- What one debtor owes one creditor on one basis for one incident.
CREATE TABLE ledger_edge (
	edge int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	debtor text NOT NULL CHECK (debtor <> ''),
	creditor text NOT NULL CHECK (creditor <> '' AND creditor <> debtor),
	basis text NOT NULL CHECK (basis <> ''),
	incident text CHECK (incident <> ''),
	pot text CHECK (pot <> ''),
	CONSTRAINT capped_by_what_is_recovered CHECK ((basis = '5.3-1' OR basis LIKE '5.3-1/%') = (pot IS NOT NULL)),
	UNIQUE NULLS NOT DISTINCT (debtor, creditor, basis, incident)
);
COMMENT ON COLUMN ledger_edge.pot IS '5.3①: the party from which it must be recovered first; the debtor itself: what is paid '
	'here was recovered, and may run ahead of what is payable; null: not capped';

CREATE INDEX ledger_edge_pot ON ledger_edge (pot, debtor);

CREATE TABLE ledger_entry (
	number bigint PRIMARY KEY,
	record text NOT NULL UNIQUE,
	at date NOT NULL,
	kind text NOT NULL CHECK (kind IN ('loss', 'claim', 'acknowledgement', 'reduction', 'recovery', 'payment', 'reversal')),
	document text,
	reverses text UNIQUE REFERENCES ledger_entry (record),
	cause text,
	engine text NOT NULL,
	posted_at timestamptz NOT NULL,
	posted_by text NOT NULL,
	posted_in xid8 NOT NULL,
	CONSTRAINT reversal_names_its_cause CHECK (CASE WHEN kind = 'reversal' THEN reverses IS NOT NULL AND btrim(cause) <> ''
		AND cause IS NOT NULL ELSE reverses IS NULL AND cause IS NULL END)
);
COMMENT ON COLUMN ledger_entry.posted_in IS 'the transaction: only it may add the postings of the entry';

CREATE TABLE ledger_posting (
	entry bigint NOT NULL REFERENCES ledger_entry,
	position int NOT NULL CHECK (position > 0),
	edge int NOT NULL REFERENCES ledger_edge,
	account text NOT NULL CHECK (account IN ('Claimed', 'Asserted', 'Acknowledged', 'Admitted', 'Entitled', 'Loss', 'Cut',
		'Payable', 'Paid-cash', 'Paid-credit', 'Paid-set-off', 'Reduced', 'Billed')),
	amount numeric NOT NULL CONSTRAINT whole_yen CHECK (amount::text ~ '^-?[1-9][0-9]*$'),
	PRIMARY KEY (entry, position)
);
CREATE INDEX ledger_posting_edge ON ledger_posting (edge, entry);

-- KIND:DEBTOR:CREDITOR:BASIS, then :INCIDENT where one is named: as in JSON and journals.
CREATE FUNCTION ledger_account_name(account text, debtor text, creditor text, basis text, incident text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT string_agg(replace(replace(part, '%', '%25'), ':', '%3A'), ':' ORDER BY place)
	FROM unnest(ARRAY[account, debtor, creditor, basis, incident]) WITH ORDINALITY AS parts (part, place)
	WHERE part IS NOT NULL
$$;

CREATE VIEW ledger_balance AS
	SELECT ledger_account_name(p.account, e.debtor, e.creditor, e.basis, e.incident) AS name, p.account, e.debtor,
		e.creditor, e.basis, e.incident, sum(p.amount) AS balance
	FROM ledger_posting p JOIN ledger_edge e USING (edge)
	GROUP BY p.account, e.edge;

-- ---- append-only ----

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the ledger is append-only: % of "%" is refused', lower(TG_OP), TG_TABLE_NAME
		USING HINT = 'enter a reversal that names its cause, and post it';
END $$;

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['ledger_edge', 'ledger_entry', 'ledger_posting'] LOOP
		EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
			'FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()', name);
	END LOOP;
END $$;

-- One writer at a time, until it commits: whoever comes second sees what the first wrote. The number is that of
-- slacalc's store_ledger.c.
CREATE FUNCTION ledger_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(113727466761315);
	RETURN NULL;
END $$;
CREATE TRIGGER one_writer BEFORE INSERT ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_lock();

-- A pot is what the Agency recovers from a CSP or NSP, and draws on it what the Agency owes a municipality: nobody else's
-- payments may run ahead of what is payable.
CREATE FUNCTION ledger_edge_pot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.pot IS NULL OR EXISTS (SELECT FROM party provider, party agency
		WHERE provider.id = NEW.pot AND provider.kind IN ('CSP', 'NSP') AND agency.kind = 'DA'
		AND agency.id = CASE WHEN NEW.pot = NEW.debtor THEN NEW.creditor ELSE NEW.debtor END) THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'what ''%'' owes ''%'' is not recovered from ''%'' by 5.3-1', NEW.debtor, NEW.creditor, NEW.pot;
END $$;
CREATE TRIGGER pot BEFORE INSERT ON ledger_edge FOR EACH ROW EXECUTE FUNCTION ledger_edge_pot();

-- An entry comes after the last one, in number and in day; a reversal after what it undoes, which is no reversal itself.
-- Who wrote it and when is not for the writer to say.
CREATE FUNCTION ledger_entry_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	before ledger_entry%ROWTYPE;
BEGIN
	SELECT * INTO before FROM ledger_entry ORDER BY number DESC LIMIT 1;
	IF NEW.number IS DISTINCT FROM coalesce(before.number, 0) + 1 THEN
		RAISE EXCEPTION 'the next entry of the ledger has the number %, not %', coalesce(before.number, 0) + 1, NEW.number;
	END IF;
	IF NEW.at < before.at THEN
		RAISE EXCEPTION 'the record ''%'' of % comes before ''%'' of %, which is posted', NEW.record, NEW.at,
			before.record, before.at;
	END IF;
	IF NEW.reverses IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.record = NEW.reverses
		AND e.kind <> 'reversal') THEN
		RAISE EXCEPTION 'the record ''%'' reverses ''%'', which is no record posted before it that can be reversed',
			NEW.record, NEW.reverses;
	END IF;
	NEW.posted_at := now();
	NEW.posted_by := session_user;
	NEW.posted_in := pg_current_xact_id();
	RETURN NEW;
END $$;
CREATE TRIGGER place BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_place();

-- Postings come with their entry, never later, and in their order: behind what was checked nothing is put before it.
CREATE FUNCTION ledger_posting_with_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	old text;
BEGIN
	SELECT e.record INTO old FROM fresh f JOIN ledger_entry e ON e.number = f.entry
		WHERE e.posted_in <> pg_current_xact_id() LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'the entry of ''%'' is posted: it takes no more postings', old
			USING HINT = 'enter a reversal that names its cause, and post it';
	END IF;
	IF (SELECT count(*) FROM ledger_posting p, (SELECT entry, position FROM fresh ORDER BY entry, position LIMIT 1) first
		WHERE (p.entry, p.position) >= (first.entry, first.position)) <> (SELECT count(*) FROM fresh) THEN
		RAISE EXCEPTION 'postings are added in their order, of one entry after the other';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER with_entry AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_with_entry();

-- ---- the invariants, after every entry ----

-- What the edges that an entry touches, and the pots of these, had come to before it and after it.
CREATE FUNCTION ledger_totals(of_entry bigint) RETURNS TABLE (edge int, debtor text, creditor text, basis text,
	incident text, pot text, is_pot boolean, odd numeric, claimed numeric[], acknowledged numeric[], determined numeric[],
	payable numeric[], paid numeric[], reduced numeric[])
LANGUAGE sql STABLE AS $$
	WITH touched AS MATERIALIZED (
		SELECT e.* FROM ledger_edge e WHERE e.edge IN (SELECT p.edge FROM ledger_posting p WHERE p.entry = of_entry)),
	wanted AS MATERIALIZED (
		SELECT * FROM touched
		UNION SELECT e.* FROM touched t JOIN ledger_edge e
			ON e.debtor = t.pot AND e.creditor = t.debtor AND e.basis = t.basis AND e.incident IS NOT DISTINCT FROM t.incident),
	summed AS MATERIALIZED (
		SELECT p.edge, p.account, coalesce(sum(p.amount) FILTER (WHERE p.entry < of_entry), 0) AS earlier,
			sum(p.amount) AS total
		FROM ledger_posting p WHERE p.entry <= of_entry AND p.edge IN (SELECT w.edge FROM wanted w)
		GROUP BY p.edge, p.account),
	at AS (
		SELECT s.edge, s.account, moment.place, moment.amount
		FROM summed s CROSS JOIN LATERAL (VALUES (1, s.earlier), (2, s.total)) AS moment (place, amount)),
	both_ends AS (
		SELECT w.edge, m.place,
			coalesce(sum(a.amount) FILTER (WHERE a.account = 'Claimed'), 0) AS claimed,
			coalesce(sum(a.amount) FILTER (WHERE a.account = 'Acknowledged'), 0) AS acknowledged,
			coalesce(-sum(a.amount) FILTER (WHERE a.account = 'Loss'), 0) AS determined,
			coalesce(sum(a.amount) FILTER (WHERE a.account = 'Payable' OR a.account LIKE 'Paid-%'), 0) AS payable,
			coalesce(sum(a.amount) FILTER (WHERE a.account LIKE 'Paid-%'), 0) AS paid,
			coalesce(sum(a.amount) FILTER (WHERE a.account = 'Reduced'), 0) AS reduced,
			abs(coalesce(sum(a.amount) FILTER (WHERE a.account IN ('Claimed', 'Asserted')), 0))
				+ abs(coalesce(sum(a.amount) FILTER (WHERE a.account IN ('Acknowledged', 'Admitted')), 0))
				+ abs(coalesce(sum(a.amount) FILTER (WHERE a.account IN ('Reduced', 'Billed')), 0))
				+ abs(coalesce(sum(a.amount), 0)) AS odd
		FROM wanted w CROSS JOIN (VALUES (1), (2)) AS m (place)
		LEFT JOIN at a ON a.edge = w.edge AND a.place = m.place
		GROUP BY w.edge, m.place)
	SELECT w.edge, w.debtor, w.creditor, w.basis, w.incident, w.pot,
		w.pot IS NOT DISTINCT FROM w.debtor,
		max(b.odd), array_agg(b.claimed ORDER BY b.place), array_agg(b.acknowledged ORDER BY b.place),
		array_agg(b.determined ORDER BY b.place), array_agg(b.payable ORDER BY b.place),
		array_agg(b.paid ORDER BY b.place), array_agg(b.reduced ORDER BY b.place)
	FROM wanted w JOIN both_ends b USING (edge)
	GROUP BY w.edge, w.debtor, w.creditor, w.basis, w.incident, w.pot
$$;

-- The first invariant that an edge breaks; null: none.
CREATE FUNCTION ledger_breaks(reversal boolean, odd numeric, claimed numeric[], acknowledged numeric[],
	determined numeric[], payable numeric[], paid numeric[], reduced numeric[], is_pot boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
		WHEN odd <> 0 THEN format('sum of postings = 0'': %s', odd)
		WHEN NOT reversal AND claimed[2] < claimed[1] THEN format('claimed falls only by a reversal'': %s > %s', claimed[1], claimed[2])
		WHEN NOT reversal AND acknowledged[2] < acknowledged[1] THEN
			format('acknowledged falls only by a reversal'': %s > %s', acknowledged[1], acknowledged[2])
		WHEN NOT reversal AND determined[2] < determined[1] THEN
			format('determined falls only by a reversal'': %s > %s', determined[1], determined[2])
		WHEN NOT reversal AND payable[2] < payable[1] THEN format('payable falls only by a reversal'': %s > %s', payable[1], payable[2])
		WHEN NOT reversal AND paid[2] < paid[1] THEN format('paid falls only by a reversal'': %s > %s', paid[1], paid[2])
		WHEN NOT reversal AND reduced[2] < reduced[1] THEN format('reduced falls only by a reversal'': %s > %s', reduced[1], reduced[2])
		WHEN claimed[2] < 0 THEN format('0 <= claimed'': 0 > %s', claimed[2])
		WHEN acknowledged[2] < 0 THEN format('0 <= acknowledged'': 0 > %s', acknowledged[2])
		WHEN determined[2] < 0 THEN format('0 <= determined'': 0 > %s', determined[2])
		WHEN payable[2] < 0 THEN format('0 <= payable'': 0 > %s', payable[2])
		WHEN paid[2] < 0 THEN format('0 <= paid'': 0 > %s', paid[2])
		WHEN reduced[2] < 0 THEN format('0 <= reduced'': 0 > %s', reduced[2])
		WHEN NOT is_pot AND paid[2] > payable[2] THEN format('paid <= payable'': %s > %s', paid[2], payable[2])
	END
$$;

CREATE FUNCTION ledger_entry_check(of_entry ledger_entry) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	wrong record;
BEGIN
	FOR wrong IN
		SELECT t.debtor, t.creditor, t.basis, t.incident, ledger_breaks(of_entry.kind = 'reversal', t.odd,
			t.claimed, t.acknowledged, t.determined, t.payable, t.paid, t.reduced, t.is_pot) AS what
		FROM ledger_totals(of_entry.number) t ORDER BY t.edge
	LOOP
		IF wrong.what IS NOT NULL THEN
			RAISE EXCEPTION 'the record ''%'' breaks ''% of ''%'' to ''%'' (%)', of_entry.record, wrong.what, wrong.debtor,
				wrong.creditor, concat_ws(', ', wrong.basis, wrong.incident) USING ERRCODE = 'integrity_constraint_violation';
		END IF;
	END LOOP;
	-- Nothing else makes more payable under 5.3①, or less recovered.
	IF of_entry.kind <> 'reversal' AND NOT EXISTS (SELECT FROM ledger_posting p JOIN ledger_edge e USING (edge)
			WHERE p.entry = of_entry.number AND e.pot <> e.debtor AND (p.account = 'Payable' OR p.account LIKE 'Paid-%')) THEN
		RETURN;
	END IF;
	SELECT t.debtor, t.creditor, t.basis, t.incident, t.paid[2] AS recovered, drawn.payable INTO wrong
	FROM ledger_totals(of_entry.number) t CROSS JOIN LATERAL (
		SELECT coalesce(sum(p.amount), 0) AS payable
		FROM ledger_edge c JOIN ledger_posting p ON p.edge = c.edge AND p.entry <= of_entry.number
			AND (p.account = 'Payable' OR p.account LIKE 'Paid-%')
		WHERE c.pot = t.debtor AND c.debtor = t.creditor AND c.basis = t.basis AND c.incident IS NOT DISTINCT FROM t.incident) drawn
	WHERE t.is_pot AND drawn.payable > t.paid[2] LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'the record ''%'' breaks ''sum of payable <= recovered'': % > % of ''%'' to ''%'' (%)', of_entry.record,
			wrong.payable, wrong.recovered, wrong.debtor, wrong.creditor, concat_ws(', ', wrong.basis, wrong.incident)
			USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	-- a capped edge of which the pot was never paid into
	SELECT e.debtor, e.creditor, e.basis, e.incident, e.pot INTO wrong
	FROM ledger_posting p JOIN ledger_edge e USING (edge)
	WHERE p.entry = of_entry.number AND e.pot <> e.debtor AND NOT EXISTS (SELECT FROM ledger_edge pot WHERE pot.debtor = e.pot
		AND pot.creditor = e.debtor AND pot.basis = e.basis AND pot.incident IS NOT DISTINCT FROM e.incident)
	GROUP BY e.edge HAVING sum(p.amount) FILTER (WHERE p.account = 'Payable' OR p.account LIKE 'Paid-%') > 0 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'the record ''%'' breaks ''sum of payable <= recovered'': nothing was recovered of ''%'' to ''%'' (%)',
			of_entry.record, wrong.pot, wrong.debtor, concat_ws(', ', wrong.basis, wrong.incident)
			USING ERRCODE = 'integrity_constraint_violation';
	END IF;
END $$;
-- Once for each entry, by its last posting (by any that no other follows); deferred, when all of them are there.
CREATE FUNCTION ledger_posting_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	of_entry ledger_entry%ROWTYPE;
BEGIN
	IF NOT EXISTS (SELECT FROM ledger_posting WHERE entry = NEW.entry AND position = NEW.position + 1) THEN
		SELECT * INTO of_entry FROM ledger_entry WHERE number = NEW.entry;
		PERFORM ledger_entry_check(of_entry);
	END IF;
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invariants AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION ledger_posting_check();

GRANT SELECT ON ledger_edge, ledger_entry, ledger_posting, ledger_balance TO govsla_calc, govsla_admin;
GRANT INSERT ON ledger_edge, ledger_entry, ledger_posting TO govsla_admin;
