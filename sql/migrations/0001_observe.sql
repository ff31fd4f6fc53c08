-- What monitors observe: vantages, the streams of their spools, samples, clock states; and the roles.
--
-- Plain SQL, one transaction, by a superuser or a role with CREATEROLE that owns the database.
--
-- Who may write: each vantage logs in as its own role govsla_vantage_N, a member of govsla_monitor. It has INSERT on
-- every column but vantage, which its default takes from session_user: nothing a client says can set it (SET ROLE
-- does not change session_user). No trigger, no row-level security: COPY FROM is refused on a table that has the
-- latter. A vantage can therefore lie about itself only, and the identity of a record is (vantage, stream, seq).
-- Role names are shared by all databases of a cluster: keep one govsla in a cluster, or refuse CONNECT to the others.

-- ---- roles ----

DO $$
DECLARE
	wanted text;
BEGIN
	FOREACH wanted IN ARRAY ARRAY['govsla_monitor', 'govsla_calc', 'govsla_read', 'govsla_admin'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
		END IF;
	END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO govsla_monitor, govsla_calc, govsla_read, govsla_admin;

-- ---- vantages ----

CREATE TABLE vantage (
	number int PRIMARY KEY CHECK (number > 0),
	id text NOT NULL UNIQUE CHECK (id <> ''),
	name text NOT NULL,
	role name NOT NULL UNIQUE GENERATED ALWAYS AS (('govsla_vantage_' || number::text)::name) STORED
);
COMMENT ON TABLE vantage IS 'places from which slamon observes; each logs in as its role';

-- The number of the vantage whose role logged in; an error for any other role. Not a look-up: it is evaluated for
-- every row that is copied.
CREATE FUNCTION vantage_of_session() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN left(session_user::text, 15) = 'govsla_vantage_' THEN substr(session_user::text, 16)::int END;

-- Registers a vantage, or renames it; makes its role. Returns the role, which has no password yet: set one, or let
-- pg_hba.conf say how it proves who it is.
CREATE FUNCTION vantage_register(number int, id text, name text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	made text;
BEGIN
	INSERT INTO vantage (number, id, name) VALUES ($1, $2, $3)
	ON CONFLICT ON CONSTRAINT vantage_pkey DO UPDATE SET id = excluded.id, name = excluded.name
	RETURNING role INTO made;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made) THEN
		EXECUTE format('CREATE ROLE %I LOGIN', made);
	END IF;
	EXECUTE format('GRANT govsla_monitor TO %I', made);
	RETURN made;
END
$$;
REVOKE EXECUTE ON FUNCTION vantage_register(int, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vantage_register(int, text, text) TO govsla_admin;

-- ---- streams: one per spool file; the mark is the highest number of which the row is here ----

CREATE TABLE stream (
	id bigint NOT NULL CHECK (id > 0),
	vantage int NOT NULL REFERENCES vantage (number),
	mark bigint NOT NULL DEFAULT 0 CHECK (mark >= 0),
	first_seen timestamptz NOT NULL DEFAULT now(),
	last_seen timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (id)
);
COMMENT ON COLUMN stream.mark IS 'highest seq of the stream that is in sample or clock_state; advanced in the transaction of its rows';

-- Locks the stream until the end of the transaction, making it at its first use, and returns its mark. The first
-- statement of every shipping transaction.
CREATE FUNCTION stream_lock(wanted bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	mine int := vantage_of_session();
	found_mark bigint;
BEGIN
	IF mine IS NULL OR NOT EXISTS (SELECT FROM vantage WHERE number = mine) THEN
		RAISE EXCEPTION 'role "%" is not the role of a registered vantage', session_user
		USING ERRCODE = 'insufficient_privilege', HINT = 'register the vantage with: slacalc apply DIR';
	END IF;
	SELECT mark INTO found_mark FROM stream WHERE id = wanted AND vantage = mine FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO stream (id, vantage) VALUES (wanted, mine) ON CONFLICT DO NOTHING;
		SELECT mark INTO found_mark FROM stream WHERE id = wanted AND vantage = mine FOR UPDATE;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'stream % belongs to another vantage', wanted
			USING ERRCODE = 'insufficient_privilege';
		END IF;
	END IF;
	RETURN found_mark;
END
$$;

-- Advances the mark of a stream of the session's own vantage. The last statement before COMMIT.
CREATE FUNCTION stream_advance(wanted bigint, new_mark bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE stream SET mark = new_mark, last_seen = clock_timestamp()
	WHERE id = wanted AND vantage = vantage_of_session() AND mark < new_mark;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'mark of stream % cannot be advanced to %', wanted, new_mark
		USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION stream_lock(bigint), stream_advance(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stream_lock(bigint), stream_advance(bigint, bigint) TO govsla_monitor;

-- ---- samples ----

-- Columns are ordered by width, so that no row carries padding. NULL: does not apply. Outcome and failure are the
-- numbers of base/sample.h.
CREATE TABLE sample (
	stream bigint NOT NULL,
	seq bigint NOT NULL,
	scheduled timestamptz NOT NULL,
	sent timestamptz,
	certificate_expiry timestamptz,
	target int NOT NULL,
	vantage int NOT NULL DEFAULT vantage_of_session(),
	lateness_us int,
	rtt_us int,
	name_us int,
	connect_us int,
	tls_us int,
	first_byte_us int,
	total_us int,
	outcome smallint NOT NULL,
	failure smallint NOT NULL,
	http_status smallint,
	CONSTRAINT sample_failure CHECK (CASE outcome
		WHEN 0 THEN failure = 0 AND rtt_us >= 0 AND rtt_us IS NOT NULL
		WHEN 1 THEN failure BETWEEN 1 AND 19 AND rtt_us IS NULL
		WHEN 2 THEN failure BETWEEN 20 AND 39 AND rtt_us IS NULL AND sent IS NULL
		ELSE false END)
) PARTITION BY RANGE (scheduled);
COMMENT ON TABLE sample IS 'one scheduled probe of one target from one vantage; identity (vantage, stream, seq)';
COMMENT ON COLUMN sample.outcome IS '0 up, 1 down, 2 missed (scheduled, never sent)';
COMMENT ON COLUMN sample.sent IS 'NULL when it was never sent';
COMMENT ON COLUMN sample.rtt_us IS 'the round trip that counts; NULL unless up';
COMMENT ON COLUMN sample.name_us IS 'HTTP phases, cumulative from the start as libcurl counts them';

-- Not unique: a clock may step back, so that an instant is scheduled twice. It carries what judging reads, so that a
-- month of one target is read from the index alone: rows arrive interleaved with those of all other targets.
CREATE INDEX sample_target_scheduled ON sample (target, scheduled) INCLUDE (vantage, rtt_us, failure);

-- Catches what has no partition of its own: late rows of a day that was sealed and dropped, absurd times.
CREATE TABLE sample_default PARTITION OF sample DEFAULT;

-- Makes the partitions of the UTC days first_day to last_day, both included, where missing, and returns how many it
-- made. Rows of such a day that were caught by the default partition move into it.
CREATE FUNCTION sample_partitions_ensure(first_day date, last_day date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	day date;
	part text;
	made int := 0;
BEGIN
	IF first_day > last_day OR last_day - first_day > 400 THEN
		RAISE EXCEPTION 'days % to % are not a span of at most 400 days', first_day, last_day
		USING ERRCODE = 'invalid_parameter_value';
	END IF;
	day := first_day;
	WHILE day <= last_day LOOP
		part := 'sample_' || to_char(day, 'YYYYMMDD');
		IF to_regclass(part) IS NULL THEN
			-- one at a time; whoever waited finds it made
			PERFORM pg_advisory_xact_lock(hashtext('sample_partitions_ensure'));
			IF to_regclass(part) IS NULL THEN
				PERFORM sample_partition_make(part, day);
				made := made + 1;
			END IF;
		END IF;
		day := day + 1;
	END LOOP;
	RETURN made;
END
$$;

-- ATTACH locks the parent less than CREATE TABLE … PARTITION OF would: other monitors go on copying meanwhile, unless
-- into the default partition.
CREATE FUNCTION sample_partition_make(part text, day date) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	from_time timestamptz := day::timestamptz;
	to_time timestamptz := (day + 1)::timestamptz;
BEGIN
	EXECUTE format('CREATE TABLE %I (LIKE sample INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
	LOCK TABLE sample_default IN ACCESS EXCLUSIVE MODE;
	EXECUTE format('WITH moved AS (DELETE FROM sample_default WHERE scheduled >= %L AND scheduled < %L RETURNING *) '
		'INSERT INTO %I SELECT * FROM moved', from_time, to_time, part);
	EXECUTE format('ALTER TABLE sample ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, from_time, to_time);
END
$$;

REVOKE EXECUTE ON FUNCTION sample_partitions_ensure(date, date), sample_partition_make(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sample_partitions_ensure(date, date) TO govsla_monitor, govsla_calc, govsla_admin;

-- ---- the monitors' clocks ----

CREATE TABLE clock_state (
	vantage int NOT NULL DEFAULT vantage_of_session(),
	synchronised boolean NOT NULL,
	at timestamptz NOT NULL,
	max_error_us bigint CHECK (max_error_us >= 0),
	stream bigint NOT NULL,
	seq bigint NOT NULL
);
COMMENT ON TABLE clock_state IS 'what a vantage''s kernel said of its clock, at the start and on change; holds up to the next row';
COMMENT ON COLUMN clock_state.max_error_us IS 'NULL: unknown';
CREATE INDEX clock_state_vantage_at ON clock_state (vantage, at);

-- ---- grants ----

GRANT INSERT (stream, seq, scheduled, sent, certificate_expiry, target, lateness_us, rtt_us, name_us, connect_us,
	tls_us, first_byte_us, total_us, outcome, failure, http_status) ON sample TO govsla_monitor;
GRANT INSERT (synchronised, at, max_error_us, stream, seq) ON clock_state TO govsla_monitor;
GRANT SELECT ON vantage, stream, sample, clock_state TO govsla_calc, govsla_admin;
GRANT SELECT ON vantage TO govsla_read;
GRANT INSERT, UPDATE ON vantage TO govsla_admin;
