/* The whole of a case: keys, references, the period, services, exclusions. Texts of refusals are exact. */
#include "tests/unit/build_case.h"

static const struct refusal rows[] = {
	{ { .more = "'nonsense': 1" }, "case.json:8: nonsense: unknown key 'nonsense'" },
	{ { .more = "'as_of': '2026-11-20'" },
	  "case.json:8: as_of: '2026-11-20' is not an instant with offset like 2026-10-10T01:00:00+09:00" },
	{ { .more = "'title': ''" }, "case.json:8: title: must not be empty" },
	/* the period */
	{ { .period = "{ 'month': '2026-10' }" },
	  "case.json:3: period: the key 'time_zone' is missing"
	  "\nhint: give it here, or in the terms that a service names" },
	{ { .period = "{ 'month': '2026-1', 'time_zone': 'Asia/Tokyo' }" },
	  "case.json:3: period.month: '2026-1' is not a month like 2026-10" },
	{ { .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Edo' }" },
	  "case.json:3: period.time_zone: 'Asia/Edo' is not a time zone like Asia/Tokyo" },
	{ { .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'start_day': 29 }" },
	  "case.json:3: period.start_day: 29 is not in 1 to 28" },
	{ { .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'hours': 0 }" },
	  "case.json:3: period.hours: 0 is not in 1 to 8784" },
	{ { .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'start': '2026-10-01T00:00:00Z' }" },
	  "case.json:3: period.start: 'month' and 'start' exclude each other" },
	{ { .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'end': '2026-10-01T00:00:00Z' }" },
	  "case.json:3: period.end: 'month' and 'end' exclude each other" },
	{ { .period = "{ 'start': '2026-10-01T00:00:00Z' }" },
	  "case.json:3: period: the key 'end' is missing" },
	{ { .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T09:00:00+09:00' }" },
	  "case.json:3: period: the end is not after the start" },
	{ { .period = "{ 'start': '2026-10-01T00:00:00+09:00', 'end': '2026-10-01T00:00:00.000001+09:00' }" },
	  "accepted" },
	{ { .period = "[]" }, "case.json:3: period: must be an object" },
	/* what the terms say about it */
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'UTC' }" },
	  "case.json:3: period: the time zone 'Asia/Tokyo' disagrees with 'UTC' of the terms 'own-line'" },
	{ { .settle = FLOOR_YEN ", 'period': { 'start_day': 21 }",
	    .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'start_day': 20 }" },
	  "case.json:3: period: the start day 20 disagrees with 21 of the terms 'own-line'" },
	{ { .settle = FLOOR_YEN ", 'period': { 'hours': 720 }" },
	  "case.json:3: period: the terms 'own-line' count fixed 720 hours, the period 0" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'from': '2026-10-02' }" },
	  "case.json:3: period: the terms 'own-line' are not in force before 2026-10-02" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'from': '2026-10-01' }" }, "accepted" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'to': '2026-10-01' }" },
	  "case.json:3: period: the terms 'own-line' are in force only before 2026-10-01" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'to': '2026-10-02' }" }, "accepted" },
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'Asia/Tokyo' }",
	    .period = "{ 'start': '2026-10-31T00:00:00+09:00', 'end': '2026-11-01T00:00:01+09:00' }" },
	  "case.json:3: period: reaches beyond one billing month of the terms 'own-line'" },
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'Asia/Tokyo' }",
	    .period = "{ 'start': '2026-10-31T00:00:00+09:00', 'end': '2026-11-01T00:00:00+09:00' }" },
	  "accepted" },
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'Asia/Tokyo', 'start_day': 15 }",
	    .period = "{ 'start': '2027-01-14T23:00:00+09:00', 'end': '2027-01-15T00:00:01+09:00' }" },
	  "case.json:3: period: reaches beyond one billing month of the terms 'own-line'" },
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'Asia/Tokyo', 'start_day': 15 }",
	    .period = "{ 'start': '2027-01-15T00:00:00+09:00', 'end': '2027-02-15T00:00:00+09:00' }" },
	  "accepted" },
	{ { .settle = FLOOR_YEN ", 'period': { 'time_zone': 'Asia/Tokyo', 'start_day': 15 }",
	    .period = "{ 'start': '2027-01-15T00:00:00+09:00', 'end': '2027-02-15T00:00:00.000001+09:00' }" },
	  "case.json:3: period: reaches beyond one billing month of the terms 'own-line'" },
	/* parties */
	{ { .parties = "[ { 'id': 'lg-a', 'kind': 'lg' } ]" },
	  "case.json:4: parties[0].kind: 'lg' is not one of: CSP, NSP, DA, LG, OMA, ASP" },
	{ { .parties = "[ { 'id': 'x', 'kind': 'LG' }, { 'id': 'x', 'kind': 'LG' } ]" },
	  "case.json:4: parties[1]: the party 'x' is there twice" },
	{ { .parties = "[ { 'id': 'x', 'kind': 'DA' }, { 'id': 'y', 'kind': 'DA' } ]" },
	  "case.json:4: parties[1]: there is one Digital Agency; 'y' is a second" },
	{ { .parties = "[ 1 ]" }, "case.json:4: parties[0]: must be an object" },
	/* services */
	{ { .services = "[ {} ]" }, "case.json:7: services[0]: the key 'id' is missing" },
	{ { .services = "[ { 'id': 'a', 'provider': 'nobody' } ]" },
	  "case.json:7: services[0].provider: no party 'nobody'" },
	{ { .services = "[ { 'id': 'a', 'provider': 'carrier', 'terms': 'none' } ]" },
	  "case.json:7: services[0].terms: no terms 'none'" },
	{ { .services = "[ { 'id': 'a', 'provider': 'carrier', 'terms': 'own-line' } ]" },
	  "case.json:7: services[0]: a service has either 'targets' or 'outages'" },
	{ { .seen = "'targets': [ 't1' ], 'outages': []" },
	  "case.json:7: services[0]: a service has either 'targets' or 'outages'" },
	{ { .seen = "'targets': []" }, "case.json:7: services[0].targets: at least one target is needed" },
	{ { .seen = "'targets': [ 't1' ]" },
	  "case.json:7: services[0].targets[0]: no target 't1' is observed" },
	{ { .outages = "[ { 'start': '2026-10-02T00:00:00Z', 'end': '2026-10-01T00:00:00Z' } ]" },
	  "case.json:7: services[0].outages[0]: the end is not after the start" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '1/0', 'currency': 'JPY' } ]" },
	  "case.json:7: services[0].fees[0].amount: '1/0' is not an exact number like 250000, 99.99 or "
	  "20/37" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '-5', 'currency': 'JPY' } ]" },
	  "case.json:7: services[0].fees[0].amount: '-5' must not be negative" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': 250000, 'currency': 'JPY' } ]" },
	  "case.json:7: services[0].fees[0].amount: must be a string" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '5' } ]" },
	  "case.json:7: services[0].fees[0]: the key 'currency' is missing" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '5', 'currency': 'JPY', 'state_share': '50' } ]" },
	  "case.json:7: services[0].fees[0].state_share: a share is a fraction of 1; 50 is more" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '5', 'currency': 'JPY' }, { 'payer': 'lg-b', 'amount': "
	            "'5', 'currency': 'USD' } ]" },
	  "case.json:7: services[0].fees[1].currency: one service is billed in one currency; 'JPY' and 'USD' "
	  "are two" },
	{ { .fees = "[ { 'payer': 'lg-a', 'amount': '5', 'currency': 'JPY' }, { 'payer': 'lg-a', 'amount': "
	            "'5', 'currency': 'JPY' } ]" },
	  "case.json:7: services[0].fees[1]: the payer 'lg-a' is there twice" },
	/* exclusions */
	{ { .more =
	        "'exclusions': [ { 'id': 'x', 'services': [ 'no' ], 'start': '2026-10-02T00:00:00Z', 'end': "
	        "'2026-10-03T00:00:00Z', 'kind': 'maintenance' } ]" },
	  "case.json:8: exclusions[0].services[0]: no service 'no'" },
	{ { .more = "'exclusions': [ { 'id': 'x', 'services': [ 'line', 'line' ], 'start': "
	            "'2026-10-02T00:00:00Z', "
	            "'end': '2026-10-03T00:00:00Z', 'kind': 'maintenance' } ]" },
	  "case.json:8: exclusions[0].services[1]: the service 'line' is there twice" },
	{ { .more = "'exclusions': [ { 'id': 'x', 'services': [], 'start': '2026-10-02T00:00:00Z', 'end': "
	            "'2026-10-02T00:00:00Z', 'kind': 'maintenance' } ]" },
	  "case.json:8: exclusions[0]: the end is not after the start" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

START_TEST(what_the_case_leaves_open_the_terms_fill)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .period = "{ 'month': '2026-10' }",
	                                     .settle = FLOOR_YEN
	                                     ", 'period': { 'time_zone': 'Asia/Tokyo', 'start_day': 21 }" });
	char at[INSTANT_TEXT_SIZE];

	ck_assert_str_eq(instant_format(s->the_case->period.span.start, at), "2026-10-20T15:00:00Z");
	ck_assert_str_eq(instant_format(s->the_case->period.span.end, at), "2026-11-20T15:00:00Z");
	ck_assert_int_eq(s->the_case->period.zone_offset_s, 32400);
	statement_free(s);
	arena_release(&a);
}
END_TEST

#define IN_USE(more)                                                                                         \
	"{ 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': "                  \
	"'duration_ratio', 'objective': "                                                                    \
	"{ 'op': '>=', 'percent': '99' } } ]" more " }"
#define UNUSED(period)                                                                                       \
	"{ 'id': 'unused', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': 'duration_ratio', "  \
	"'objective': { "                                                                                    \
	"'op': '>=', 'percent': '99' } } ], 'period': " period " }"

/* Terms that no service is under say nothing about the period. */
START_TEST(terms_that_are_not_in_use_are_silent)
{
	struct arena a = { 0 };
	struct case_parts p = { .period = "{ 'month': '2026-10' }" };
	struct statement *s;
	char at[INSTANT_TEXT_SIZE];

	p.terms =
	    arena_printf(&a, "[ %s, %s ]", UNUSED("{ 'time_zone': 'UTC', 'start_day': 7, 'hours': 720 }"),
	                 IN_USE(", 'period': { 'time_zone': 'Asia/Tokyo' }"));
	s = judged(&a, &p);
	ck_assert_str_eq(instant_format(s->the_case->period.span.start, at), "2026-09-30T15:00:00Z");
	statement_free(s);
	p.terms = arena_printf(&a, "[ %s, %s ]", UNUSED("{ 'time_zone': 'UTC' }"), IN_USE(""));
	ck_assert_str_eq(refusal_of(&a, &p), "case.json:3: period: the key 'time_zone' is missing"
	                                     "\nhint: give it here, or in the terms that a service names");
	arena_release(&a);
}
END_TEST

START_TEST(a_case_file_names_itself)
{
	struct arena a = { 0 };
	struct error err = { 0 };
	struct sla_case *c;

	ck_assert_int_eq(case_load(&a, "/no/such/case.json", &c, &err), ERROR_IO);
	assert_error(&err, "/no/such/case.json: cannot open: No such file or directory");
	arena_release(&a);
}
END_TEST

/* Every key of the plain case, one by one: absent, null, and of a wrong type are refused or are optional. */
START_TEST(no_value_of_a_wrong_type_gets_through)
{
	static const char *const wrong[] = { "null", "true", "7",     "\"\"",    "\"x\"",
		                             "[]",   "{}",   "[ 1 ]", "[ null ]" };
	struct arena a = { 0 };
	const char *text = case_text(&a, &(struct case_parts){ .period = NULL });
	int refused = 0;

	for (const char *colon = strstr(text, "\": "); colon; colon = strstr(colon + 1, "\": ")) {
		for (size_t i = 0; i < ROWS(wrong); i++) {
			const char *value = colon + 3;
			size_t length = *value == '"' ? (size_t)(strchr(value + 1, '"') - value) + 1 : 1;
			char *changed;
			struct document doc = { 0 };
			struct error err = { 0 };
			struct sla_case *c;

			if (*value !=
			    '"') /* a container: only its opening is replaced, which must not parse */
				continue;
			changed =
			    arena_printf(&a, "%.*s%s%s", (int)(value - text), text, wrong[i], value + length);
			if (document_parse(&doc, "case.json", changed, strlen(changed), &err) == 0 &&
			    case_read(&a, &doc, NULL, NULL, &c, &err) < 0) {
				refused++;
				ck_assert_int_ne(err.code, 0);
				ck_assert(err.text[0] && err.line > 0);
			}
			document_release(&doc);
		}
	}
	ck_assert_int_gt(refused, 300);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("case", (const TTest *const[]){ refusals, what_the_case_leaves_open_the_terms_fill,
	                                                 terms_that_are_not_in_use_are_silent,
	                                                 a_case_file_names_itself,
	                                                 no_value_of_a_wrong_type_gets_through, NULL });
}
