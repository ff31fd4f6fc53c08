#include "monitor/ship/ship_sql.h"

#include "base/instant.h"

#include <inttypes.h>

char *ship_role(char buffer[SHIP_ROLE_SIZE], int32_t vantage)
{
	snprintf(buffer, SHIP_ROLE_SIZE, "govsla_vantage_%" PRId32, vantage);
	return buffer;
}

char *ship_application(char buffer[SHIP_APPLICATION_SIZE], int64_t stream)
{
	snprintf(buffer, SHIP_APPLICATION_SIZE, "slamon %" PRId64, stream);
	return buffer;
}

static void take_the_role(struct text *sql, int32_t vantage)
{
	char role[SHIP_ROLE_SIZE];

	text_printf(sql, "SET SESSION AUTHORIZATION %s;", ship_role(role, vantage));
}

void ship_sql_open(struct text *sql, int32_t vantage, bool take_role)
{
	/*
	 * lock_timeout: an old session that holds the mark is noticed. The keepalives and timeouts let the server
	 * notice that we are gone. A commit that is confirmed must be on disk, whatever the server's default. How long
	 * a statement may take is ours to say: ship gives up, and halves the batch, when nothing goes on.
	 */
	text_add(
	    sql,
	    "SET client_min_messages = error; SET lock_timeout = '2s';"
	    "SET idle_in_transaction_session_timeout = '60s'; SET statement_timeout = 0;"
	    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
	    "SET search_path = public;"
	    "SELECT set_config('synchronous_commit', 'on', false)"
	    " WHERE current_setting('synchronous_commit') = 'off';");
	if (take_role)
		take_the_role(sql, vantage);
}

void ship_sql_mark(struct text *sql, int64_t stream)
{
	text_printf(sql, "ROLLBACK; BEGIN; SELECT stream_lock(%" PRId64 "); COMMIT", stream);
}

void ship_sql_clear(struct text *sql, int32_t vantage, int64_t stream, bool take_role)
{
	char application[SHIP_APPLICATION_SIZE];

	/* the right to terminate is that of the role that connected */
	text_add(sql, take_role ? "ROLLBACK; RESET SESSION AUTHORIZATION;" : "ROLLBACK;");
	text_printf(sql,
	            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
	            " WHERE application_name = '%s' AND datname = current_database()"
	            " AND pid <> pg_backend_pid();",
	            ship_application(application, stream));
	if (take_role)
		take_the_role(sql, vantage);
}

void ship_sql_partitions(struct text *sql, const int32_t *days, size_t count)
{
	text_add(sql, "SELECT sum(sample_partitions_ensure(day, day)) FROM unnest('{");
	for (size_t i = 0; i < count; i++) {
		struct date d = date_from_days(days[i]);

		text_printf(sql, "%s%04d-%02d-%02d", i ? "," : "", d.year, d.month, d.day);
	}
	text_add(sql, "}'::date[]) AS day");
}

void ship_sql_begin(struct text *sql, int64_t stream)
{
	text_printf(sql, "BEGIN; SELECT stream_lock(%" PRId64 ")", stream);
}

void ship_sql_copy(struct text *sql, enum ship_table table)
{
	static const char *const columns[SHIP_TABLES] = {
		[SHIP_SAMPLE] =
		    "sample (stream, seq, scheduled, sent, certificate_expiry, target, lateness_us,"
		    " rtt_us, name_us, connect_us, tls_us, first_byte_us, total_us, outcome,"
		    " failure, http_status)",
		[SHIP_CLOCK_STATE] = "clock_state (stream, seq, at, max_error_us, stepped_us, synchronised)",
		[SHIP_STAMP] = "stamp (stream, seq, scheduled, target, reflector_us, forward_us, backward_us,"
		               " one_way_error_us, lost_forward, lost_backward, packets, lost)",
		[SHIP_MONITOR_STATUS] =
		    "monitor_status (stream, seq, at, period_ms, up, down, missed_in_flight_cap,"
		    " missed_not_running, missed_send, missed_own_side, missed_proxy, missed_rate_limit,"
		    " lateness_p50_us, lateness_p99_us, lateness_most_us, cpu_ms, memory_kb, in_flight,"
		    " in_flight_most, handshakes_waiting, spool_records, spool_bytes, spool_lost, "
		    "ship_lag_us,"
		    " clock_error_us, clock_synchronised)",
		[SHIP_STREAM_GAP] = "stream_gap (stream, first_seq, last_seq, from_time, until_time, reason)",
	};

	text_printf(sql, "COPY %s FROM STDIN (FORMAT binary)", columns[table]);
}

void ship_sql_commit(struct text *sql, int64_t stream, int64_t mark)
{
	text_printf(sql, "SELECT stream_advance(%" PRId64 ", %" PRId64 "); COMMIT", stream, mark);
}
