/* health: each trouble by itself, with what to do; nothing when all is well, nor because targets are down. */
#include "monitor/status/health.h"
#include "suite.h"

#include <string.h>

#define WELL_MINUTE                                                                                          \
	"'last_minute': { 'ms': 60000, 'down': 500, 'cpu_ms': 48000, 'missed_by': {},"                       \
	" 'lateness': { 'p99_us': 1000000 } }"
#define WELL_SPOOL                                                                                           \
	"'spool': { 'bytes': 80999999, 'limit_bytes': 100000000, 'lost': 0, 'invalid': 0, 'stuck': false }"
#define WELL_SHIP  "'ship': { 'last_error': null }"
#define WELL_CLOCK "'clock': { 'synchronised': true }"

/* The troubles of a document that is JSON with ' for ", one after another: "WHAT: REMEDY|". */
static const char *troubles_of(const char *single)
{
	static char all[4096];
	char json[4096];
	json_t *document, *troubles, *trouble;
	size_t i;

	snprintf(json, sizeof json, "%s", single);
	for (char *at = json; (at = strchr(at, '\''));)
		*at = '"';
	document = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(document);
	troubles = health_troubles(document);
	ck_assert(json_is_array(troubles));
	all[0] = '\0';
	json_array_foreach (troubles, i, trouble)
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s: %s|",
		         json_string_value(json_object_get(trouble, "what")),
		         json_string_value(json_object_get(trouble, "todo")));
	json_decref(troubles);
	json_decref(document);
	return all;
}

START_TEST(all_is_well)
{
	ck_assert_str_eq(troubles_of("{" WELL_MINUTE "," WELL_SPOOL "," WELL_SHIP "," WELL_CLOCK "}"), "");
	/* just begun, without a database */
	ck_assert_str_eq(troubles_of("{ 'last_minute': null, 'ship': null, " WELL_SPOOL "," WELL_CLOCK "}"),
	                 "");
}
END_TEST

START_TEST(each_reason_of_missed_has_its_own_advice)
{
	const char *said = troubles_of(
	    "{ 'last_minute': { 'ms': 60000, 'missed_by': { 'in-flight cap': 7, 'not running': 1,"
	    " 'send': 2, 'own side': 3, 'proxy': 4, 'rate limit': 5 } }," WELL_SPOOL "," WELL_CLOCK "}");

	ck_assert_ptr_nonnull(
	    strstr(said, "7 probes were missed in the last minute: in-flight cap: raise in_flight_max"));
	ck_assert_ptr_nonnull(
	    strstr(said, "1 probes were missed in the last minute: not running: the process was stopped"));
	ck_assert_ptr_nonnull(
	    strstr(said, "2 probes were missed in the last minute: send: the log says why"));
	ck_assert_ptr_nonnull(
	    strstr(said, "3 probes were missed in the last minute: own side: look at this side's own"));
	ck_assert_ptr_nonnull(
	    strstr(said, "4 probes were missed in the last minute: proxy: look at the proxy"));
	ck_assert_ptr_nonnull(
	    strstr(said, "5 probes were missed in the last minute: rate limit: raise destination_rate"));
}
END_TEST

START_TEST(each_other_trouble)
{
	static const struct {
		const char *document, *want;
	} rows[] = {
		{ "{ 'last_minute': { 'ms': 60000, 'cpu_ms': 48600, 'lateness': { 'p99_us': 1 } }," WELL_CLOCK
		  "}",
		  "81 % of a processor in the last minute: fewer targets" },
		{ "{ 'last_minute': { 'ms': 60000, 'cpu_ms': 1, 'lateness': { 'p99_us': 1000001 } "
		  "}," WELL_CLOCK "}",
		  "probes were sent late in the last minute: 99 % within 1000 ms: more processor" },
		{ "{ 'spool': { 'bytes': 81000000, 'limit_bytes': 100000000 }," WELL_CLOCK "}",
		  "the spool is 81 % full: bring PostgreSQL back" },
		{ "{ 'spool': { 'bytes': 100, 'limit_bytes': 1000000, 'stuck': true }," WELL_CLOCK "}",
		  "the spool's disk takes no records: free space" },
		{ "{ 'spool': { 'lost': 8, 'invalid': 1 }," WELL_CLOCK "}",
		  "9 records were lost since the start: the log" },
		{ "{ 'ship': { 'last_error': 'no route to host' }," WELL_CLOCK "}",
		  "PostgreSQL does not take the records: no route to host: see the manual" },
		{ "{ 'clock': { 'synchronised': false } }",
		  "the clock is not synchronised: run a time daemon" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *said = troubles_of(rows[i].document), *end = strchr(said, '|');

		ck_assert_msg(strncmp(said, rows[i].want, strlen(rows[i].want)) == 0, "%s", said);
		ck_assert_msg(end && !end[1], "more than one: %s", said);
	}
}
END_TEST

int main(void)
{
	return run_suite("health",
	                 (const TTest *const[]){ all_is_well, each_reason_of_missed_has_its_own_advice,
	                                         each_other_trouble, NULL });
}
