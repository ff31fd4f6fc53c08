-- The registry: who promises what to whom, where it is measured, and what people have entered.
--
-- Append-only and versioned. `slacalc apply` loads a directory as one version; a row that differs from the last
-- one of its key is added with that version's number, a key that is gone gets a row that says `withdrawn`.
-- Nothing is updated or deleted, so what was known at any instant can be had again: TABLE_at(version_at(instant)).
-- SQL stores and constrains; the rules of judging are in C, once.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'table "%" is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP)
		USING HINT = 'a later version supersedes an earlier one: slacalc apply';
END $$;

-- 全国地方公共団体コード: prefecture (01 to 47), body, check digit. The check digit is the last digit of 11 minus the
-- remainder by 11 of the five digits' sum, weighted 6 to 2.
CREATE FUNCTION organisation_code_valid(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT CASE WHEN code ~ '^(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}$'
		THEN right(code, 1)::int = (11 - (
			6 * substr(code, 1, 1)::int + 5 * substr(code, 2, 1)::int + 4 * substr(code, 3, 1)::int +
			3 * substr(code, 4, 1)::int + 2 * substr(code, 5, 1)::int) % 11) % 10
		ELSE false END
$$;

-- An exact number as text, as in a case: "250000", "99.99", "20/37".
CREATE DOMAIN exact AS text CHECK (VALUE ~ '^[0-9]{1,60}(\.[0-9]{1,60}|/[0-9]*[1-9][0-9]*)?$');

CREATE DOMAIN sha256 AS text CHECK (VALUE ~ '^[0-9a-f]{64}$');

CREATE TABLE applied_version (
	number int PRIMARY KEY CHECK (number > 0),
	known_from timestamptz NOT NULL UNIQUE,
	applied_by text NOT NULL DEFAULT session_user,
	directory_sha256 sha256 NOT NULL
);

CREATE TABLE applied_file (
	version int NOT NULL REFERENCES applied_version,
	name text NOT NULL,
	sha256 sha256 NOT NULL,
	PRIMARY KEY (version, name)
);

-- The configuration each vantage was given; a new row when it changed.
CREATE TABLE slamon_file (
	vantage int NOT NULL REFERENCES vantage (number),
	written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	version int NOT NULL REFERENCES applied_version,
	sha256 sha256 NOT NULL,
	PRIMARY KEY (vantage, written_at)
);

CREATE TABLE organisation (
	code char(6) NOT NULL CHECK (organisation_code_valid(code)),
	version int NOT NULL REFERENCES applied_version,
	name text NOT NULL,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (code, version)
);

CREATE TABLE party (
	id text NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	kind text NOT NULL CHECK (kind IN ('CSP', 'NSP', 'DA', 'LG', 'OMA', 'ASP')),
	code char(6) CHECK (organisation_code_valid(code)),
	name text,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (id, version)
);

CREATE TABLE segment (
	id text NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	name text,
	party text NOT NULL,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (id, version)
);

-- The number of a target is given once and never again.
CREATE TABLE target_number (
	target int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text NOT NULL UNIQUE
);

CREATE FUNCTION target_number_of(of_id text) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT target FROM target_number WHERE id = of_id
$$;

CREATE FUNCTION target_id_of(number int) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT id FROM target_number WHERE target = number
$$;

CREATE FUNCTION vantage_number_of(of_id text) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT number FROM vantage WHERE id = of_id
$$;

CREATE TABLE target (
	target int NOT NULL REFERENCES target_number,
	version int NOT NULL REFERENCES applied_version,
	id text NOT NULL,
	segment text,
	interval_s int NOT NULL CHECK (interval_s > 0),
	timeout_s int NOT NULL CHECK (timeout_s > 0),
	vantages int[] NOT NULL CHECK (cardinality(vantages) > 0),
	probe jsonb NOT NULL CHECK (probe ? 'kind'),
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (target, version)
);

-- One vantage's way to its deepest hop, which is `target`; hops in order from the vantage, the last is `target`.
CREATE TABLE path (
	target int NOT NULL REFERENCES target_number,
	vantage int NOT NULL REFERENCES vantage (number),
	version int NOT NULL REFERENCES applied_version,
	hops int[] NOT NULL CHECK (hops[cardinality(hops)] = target),
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (target, vantage, version)
);

CREATE TABLE service (
	id text NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	name text,
	organisation char(6) NOT NULL,
	provider text NOT NULL,
	terms text NOT NULL,
	quorum_vantages int NOT NULL DEFAULT 1 CHECK (quorum_vantages > 0),
	quorum_targets text NOT NULL DEFAULT 'any' CHECK (quorum_targets IN ('any', 'all')),
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (id, version)
);

CREATE TABLE service_target (
	target int NOT NULL REFERENCES target_number,
	service text NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	position int NOT NULL,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (target, service, version)
);

-- What one payer pays for one service a month, in the months from from_month up to, not including, to_month.
CREATE TABLE fee (
	service text NOT NULL,
	payer text NOT NULL,
	from_month date NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	to_month date NOT NULL CHECK (to_month > from_month),
	amount exact NOT NULL,
	currency char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	state_share exact NOT NULL,
	position int NOT NULL,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (service, payer, from_month, version)
);

-- A contract's SLA as data, in force from effective_from up to, not including, effective_to; body is the file.
CREATE TABLE terms (
	id text NOT NULL,
	effective_from date NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	effective_to date NOT NULL CHECK (effective_to > effective_from),
	sha256 sha256 NOT NULL,
	body text NOT NULL CHECK (json_typeof(body::json) = 'object'),
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (id, effective_from, version)
);

-- What people enter: body is the object as it stands in a case; its own dates say when it happened, the version
-- when it became known. supersedes: the version of the same record that this one replaces.
CREATE TABLE record (
	kind text NOT NULL,
	id text NOT NULL,
	version int NOT NULL REFERENCES applied_version,
	supersedes int,
	body jsonb NOT NULL,
	withdrawn boolean NOT NULL DEFAULT false,
	PRIMARY KEY (kind, id, version),
	FOREIGN KEY (kind, id, supersedes) REFERENCES record (kind, id, version),
	CHECK (supersedes < version)
);

CREATE FUNCTION record_supersede() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.supersedes := (SELECT max(version) FROM record r WHERE r.kind = NEW.kind AND r.id = NEW.id);
	RETURN NEW;
END $$;

CREATE TRIGGER supersede BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION record_supersede();

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['applied_version', 'applied_file', 'slamon_file', 'organisation', 'party', 'segment',
		'target_number', 'target', 'path', 'service', 'service_target', 'fee', 'terms', 'record', 'schema_migration']
	LOOP
		CONTINUE WHEN to_regclass(name) IS NULL; -- schema_migration, when these files are run by hand
		EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
			'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
	END LOOP;
END $$;

-- ---- what was known ----

-- The last version known at an instant; 0 when nothing was.
CREATE FUNCTION version_at(at timestamptz) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(max(number), 0) FROM applied_version WHERE known_from <= at
$$;

-- (The type is named with its schema: path and record are also types of PostgreSQL.)
-- TABLE_at(version): the rows in force in that version, one for each key; TABLE_now: in the last one.
DO $$
DECLARE
	keys jsonb := '{"organisation": "code", "party": "id", "segment": "id", "target": "target", "path": "target, vantage",
		"service": "id", "service_target": "target, service", "fee": "service, payer, from_month",
		"terms": "id, effective_from", "record": "kind, id"}';
	name text;
	key text;
BEGIN
	FOR name, key IN SELECT * FROM jsonb_each_text(keys) LOOP
		EXECUTE format('CREATE FUNCTION %1$I(up_to int) RETURNS SETOF %4$I.%2$I LANGUAGE sql STABLE PARALLEL SAFE AS '
			'''SELECT * FROM (SELECT DISTINCT ON (%3$s) * FROM %2$I WHERE version <= up_to '
			'ORDER BY %3$s, version DESC) latest WHERE NOT withdrawn''', name || '_at', name, key, current_schema());
		EXECUTE format('CREATE VIEW %I AS SELECT * FROM %I(2147483647)', name || '_now', name || '_at');
	END LOOP;
END $$;
