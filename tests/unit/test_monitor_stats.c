#include "monitor/status/stats.h"

#include "tests/unit/suite.h"

static struct record sample(int outcome, int failure, int32_t lateness_us)
{
	return (struct record){ .kind = RECORD_SAMPLE,
		                .outcome = (uint8_t)outcome,
		                .failure = (uint8_t)failure,
		                .lateness_us = lateness_us };
}

START_TEST(samples_are_counted_by_outcome_and_failure)
{
	const struct record records[] = {
		sample(SAMPLE_UP, FAILURE_NONE, 100),          sample(SAMPLE_DOWN, FAILURE_TIMEOUT, 200),
		sample(SAMPLE_DOWN, FAILURE_LOSS, 300),        sample(SAMPLE_MISSED, FAILURE_RATE_LIMIT, -1),
		sample(SAMPLE_MISSED, FAILURE_RATE_LIMIT, -1), { .kind = RECORD_CLOCK, .lateness_us = 5000 },
		{ .kind = RECORD_STATUS, .lateness_us = 5000 }
	};
	struct tally t = { 0 };

	for (size_t i = 0; i < ROWS(records); i++)
		tally_count(&t, &records[i]);
	ck_assert_int_eq(t.up, 1);
	ck_assert_int_eq(t.down, 2);
	ck_assert_int_eq(t.missed, 2);
	ck_assert_int_eq(t.failed[FAILURE_NONE], 0);
	ck_assert_int_eq(t.failed[FAILURE_TIMEOUT], 1);
	ck_assert_int_eq(t.failed[FAILURE_LOSS], 1);
	ck_assert_int_eq(t.failed[FAILURE_RATE_LIMIT], 2);
	ck_assert_int_eq(t.lateness.all, 3); /* what was never sent was not late */
	ck_assert_int_eq(t.lateness.most_us, 300);
}
END_TEST

/* single is JSON with ' for " */
static void assert_described(const char *single, const char *want)
{
	char json[4096];
	json_t *document;
	struct text text = { 0 };

	snprintf(json, sizeof json, "%s", single);
	for (char *at = json; (at = strchr(at, '\''));)
		*at = '"';
	document = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(document);
	stats_describe(document, &text);
	ck_assert_str_eq(text_string(&text), want);
	text_release(&text);
	json_decref(document);
}

START_TEST(a_running_one_is_described)
{
	assert_described(
	    "{ 'running': true, 'targets': 3, 'vantage': { 'id': 'tokyo' },"
	    "  'process': { 'pid': 42, 'version': '9.9', 'uptime_s': 90061, 'reloads': 2, 'refused_reloads': "
	    "1,"
	    "    'memory_kb': 12345, 'memory_most_kb': 13000, 'cpu_ms': 1250 },"
	    "  'since_start': { 'ms': 90061000, 'up': 1000, 'down': 4, 'missed': 3,"
	    "    'down_by': { 'timeout': 3, 'tls expired': 1 }, 'missed_by': { 'own side': 3 },"
	    "    'lateness': { 'p50_us': 95, 'p99_us': 1535, 'most_us': 20001 } },"
	    "  'last_minute': { 'ms': 60000, 'up': 180, 'down': 1, 'missed': 0, 'cpu_ms': 720,"
	    "    'lateness': { 'p50_us': 1, 'p99_us': 2, 'most_us': 3 } },"
	    "  'probes': { 'in_flight': 7, 'in_flight_max': 20000, 'in_flight_most': 44, 'handshakes': 1,"
	    "    'handshakes_waiting': 5, 'handshakes_max': 8 },"
	    "  'spool': { 'records': 40, 'in_memory': 2, 'bytes': 1250000, 'limit_bytes': 1024000000,"
	    "    'oldest_age_ms': 7500000, 'lost': 8, 'invalid': 1, 'stuck': true },"
	    "  'ship': { 'state': 'backing off', 'records': 12, 'failures': 3, 'last_error': 'no route' },"
	    "  'clock': { 'synchronised': true, 'max_error_us': 1234 },"
	    "  'troubles': [ { 'what': 'it rains', 'todo': 'open the umbrella' } ] }",
	    "slamon       9.9, vantage 'tokyo', 3 targets, process 42, running for 25 h 1 min, 2 reloads, 1 "
	    "refused\n"
	    "health       not OK\n"
	    "  trouble    it rains\n"
	    "    to do    open the umbrella\n"
	    "samples      1000 up, 4 down, 3 missed; in the last minute 3.0 a second, 0 missed\n"
	    "  down       timeout 3, tls expired 1\n"
	    "  missed     own side 3\n"
	    "lateness     50 % within 0.095 ms, 99 % within 1.535 ms, all within 20.001 ms\n"
	    "             50 % within 0.001 ms, 99 % within 0.002 ms, all within 0.003 ms in the last "
	    "minute\n"
	    "in flight    7 of at most 20000; most so far 44\n"
	    "handshakes   1 of at most 8, 5 waiting\n"
	    "spool        42 records, 1.2 of at most 1024 MB, the oldest 2 h 5 min old, 9 lost; the disk "
	    "takes nothing, 2 wait in memory\n"
	    "ship         backing off, 12 records since the start, 3 failures\n"
	    "             last error: no route\n"
	    "clock        synchronised, wrong by at most 1.234 ms\n"
	    "memory       12.3 MB, most so far 13.0 MB\n"
	    "processor    1.2 s since the start; in the last minute 1.2 % of one\n");
}
END_TEST

START_TEST(one_that_has_just_begun_is_described)
{
	assert_described(
	    "{ 'running': true, 'targets': 1, 'vantage': { 'id': 'a' }, 'process': { 'version': '9.9' },"
	    "  'since_start': { 'lateness': {} }, 'last_minute': null, 'probes': {}, 'spool': {},"
	    "  'ship': null, 'clock': { 'synchronised': false, 'max_error_us': null } }",
	    "slamon       9.9, vantage 'a', 1 targets, process 0, running for 0 s, 0 reloads\n"
	    "health       OK\n"
	    "samples      0 up, 0 down, 0 missed\n"
	    "lateness     50 % within 0.000 ms, 99 % within 0.000 ms, all within 0.000 ms\n"
	    "in flight    0 of at most 0; most so far 0\n"
	    "handshakes   0 of at most 0, 0 waiting\n"
	    "spool        0 records, 0.0 MB\n"
	    "ship         no database is configured: all stays in the spool\n"
	    "clock        not synchronised, error unknown\n"
	    "memory       0.0 MB, most so far 0.0 MB\n"
	    "processor    0.0 s since the start\n");
}
END_TEST

START_TEST(one_that_does_not_run_is_described)
{
	assert_described("{ 'running': false, 'spool': null }", "slamon       not running\n");
	assert_described("{ 'running': false, 'spool': { 'records': 3, 'bytes': 4096, 'limit_bytes': 2000000,"
	                 " 'oldest_age_ms': 300000000 } }",
	                 "slamon       not running\n"
	                 "spool        3 records, 0.0 of at most 2 MB, the oldest 3 d 11 h old\n");
}
END_TEST

START_TEST(what_somebody_else_said_is_always_a_string)
{
	static const struct {
		const char *said, *want;
	} rows[] = {
		{ "", "" },
		{ "no route", "no route" },
		{ "\xe6\x8e\xa5\xe7\xb6\x9a", "\xe6\x8e\xa5\xe7\xb6\x9a" },
		{ "\xe6\x8e\xa5\xe7\xb6", "\xe6\x8e\xa5" }, /* cut off */
		{ "\xe6", "" },
		{ "\xc0\xdc\xc2\xb3 5432", "???? 5432" }, /* EUC-JP */
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		json_t *quoted = stats_quote(rows[i].said);

		ck_assert_str_eq(json_string_value(quoted), rows[i].want);
		json_decref(quoted);
	}
}
END_TEST

int main(void)
{
	return run_suite("stats", (const TTest *const[]){ samples_are_counted_by_outcome_and_failure,
	                                                  a_running_one_is_described,
	                                                  one_that_has_just_begun_is_described,
	                                                  one_that_does_not_run_is_described,
	                                                  what_somebody_else_said_is_always_a_string, NULL });
}
