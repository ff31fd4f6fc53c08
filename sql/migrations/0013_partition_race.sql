-- Two monitors that need the same new day at once: whoever waited for the other must see the day's table. to_regclass()
-- remembers that there was none, since an advisory lock does not make a session read what others changed; a query of
-- the catalogue sees what was committed. Before, the second one's rows went into the default partition.

CREATE OR REPLACE FUNCTION sample_partitions_ensure(first_day date, last_day date) RETURNS int
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
			PERFORM pg_advisory_xact_lock(hashtext('sample_partitions_ensure'));
			IF NOT EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
				PERFORM sample_partition_make(part, day);
				made := made + 1;
			END IF;
		END IF;
		day := day + 1;
	END LOOP;
	RETURN made;
END
$$;
