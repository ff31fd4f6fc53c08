/* What a case states of a service beside its samples: refusals, and what is read. Services stand on line 7. */
#include "tests/unit/build_case.h"

#define OUT(keys)  "'outages': [], " keys
#define SEEN(keys) "'targets': [ 't1', 't2' ], " keys
#define SPAN(s, e) "{ 'start': '2026-10-" s "T00:00:00+09:00', 'end': '2026-10-" e "T00:00:00+09:00' }"
#define AT         "case.json:7: services[0]."
#define FEE(bases) "[ { 'payer': 'lg-a', 'amount': '5', 'currency': 'JPY', 'bases': " bases " } ]"
#define OBSERVED                                                                                             \
	"[ { 'target': 't1', 'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': 5 } }, { 'target': "   \
	"'t2', "                                                                                             \
	"'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': 5 } } ]"

static const struct refusal rows[] = {
	{ { .seen = OUT("'attributes': { 'disk': 1 }") }, AT "attributes.disk: must be a string" },
	{ { .seen = OUT("'attributes': [ 'disk' ]") }, AT "attributes: must be an object" },
	{ { .seen = OUT("'members': [ { 'target': 't1' } ]") },
	  AT "members: a service with known outages has no members" },
	{ { .seen = SEEN("'members': [ { 'target': 't3' } ]"), .observations = OBSERVED },
	  AT "members[0].target: 't3' is not one of the service's targets" },
	{ { .seen = SEEN("'members': [ { 'target': 't1' }, { 'target': 't1' } ]"), .observations = OBSERVED },
	  AT "members[1].target: the target 't1' is there twice" },
	{ { .seen = SEEN("'members': [ { 'zone': 'a' } ]"), .observations = OBSERVED },
	  AT "members[0]: the key 'target' is missing" },
	{ { .seen = SEEN("'members': [ { 'target': 't1', 'deployed': [ " SPAN("02", "01") " ] } ]"),
	    .observations = OBSERVED },
	  AT "members[0].deployed[0]: the end is not after the start" },
	{ { .seen = OUT("'deployed': " SPAN("01", "02")) }, AT "deployed: must be an array" },
	{ { .seen = OUT("'deployed': [ " SPAN("02", "02") " ]") },
	  AT "deployed[0]: the end is not after the start" },
	{ { .seen = OUT("'deployed': [ { 'start': '2026-10-01T00:00:00Z' } ]") },
	  AT "deployed[0]: the key 'end' is missing" },
	{ { .seen = OUT("'subscribed': " SPAN("02", "01")) },
	  AT "subscribed: the end is not after the start" },
	{ { .seen = OUT("'subscribed': { 'from': '2026-10-02' }") },
	  AT "subscribed.from: unknown key 'from'" },
	{ { .seen = OUT("'subscribed': { 'start': '2026-11-01T00:00:00+09:00' }") },
	  AT "subscribed: the service is not subscribed in the period" },
	{ { .seen = OUT("'subscribed': { 'end': '2026-10-01T00:00:00+09:00' }") },
	  AT "subscribed: the service is not subscribed in the period" },
	{ { .seen = OUT("'subscribed': " SPAN("02", "03")),
	    .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'hours': 720 }" },
	  AT "subscribed: a part of the month and fixed hours exclude each other: T is 720 h" },
	{ { .seen = OUT("'subscribed': { 'start': '2026-10-01T00:00:00+09:00' }"),
	    .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'hours': 720 }" },
	  "accepted" },
	{ { .seen = OUT("'network': ''") }, AT "network: must not be empty" },
	{ { .seen = OUT("'baseline_ms': 8") }, AT "baseline_ms: must be a string" },
	{ { .seen = OUT("'opening': {}") }, AT "opening: the key 'due' is missing" },
	{ { .seen = OUT("'opening': { 'due': '2026-10-01', 'done': '2026-10-02' }") },
	  AT "opening.done: unknown key 'done'" },
	{ { .seen = OUT("'opening': { 'due': '2026-10-01', 'opened': null }") }, "accepted" },
	{ { .seen = OUT("'choice': 'availability'") },
	  AT "choice: the terms 'own-line' leave no level to choose: their overlap is another" },
	{ { .fees = FEE("{ 'fee_of_all': '5' }") }, AT "fees[0].bases.fee_of_all: unknown key 'fee_of_all'" },
	{ { .fees = FEE("{ 'basic_fee': '-5' }") }, AT "fees[0].bases.basic_fee: '-5' must not be negative" },
	{ { .fees = FEE("{ 'basic_fee': 5 }") }, AT "fees[0].bases.basic_fee: must be a string" },
	{ { .fees = FEE("[]") }, AT "fees[0].bases: must be an object" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

static struct sla_case *read_good(struct arena *a, const struct case_parts *parts)
{
	struct error err = { 0 };
	struct sla_case *c;

	ck_assert_msg(read_case(a, parts, &c, &err) == 0, "%s: %s", err.field, err.text);
	return c;
}

START_TEST(facts_are_read)
{
	struct arena a = { 0 };
	struct sla_case *c = read_good(
	    &a,
	    &(struct case_parts){
	        .observations = OBSERVED,
	        .fees = FEE("{ 'connection_fee': '200000', 'hourly_fee': '1/3' }"),
	        .seen = SEEN(
	            "'attributes': { 'disk': 'ultra', 'tier': '2' }, 'members': [ { 'target': 't2', "
	            "'zone': 'a', 'deployed': [ " SPAN(
	                "02",
	                "03") " ] }, { 'target': 't1' } ], "
	                      "'network': 'n', 'baseline_ms': '8.5', 'opening': { 'due': '1970-01-03' }") });
	const struct service *s = &c->services[0];

	ck_assert_uint_eq(s->attribute_count, 2);
	ck_assert_str_eq(s->attributes[1].name, "tier");
	ck_assert_str_eq(s->attributes[1].value, "2");
	ck_assert_uint_eq(s->member_count, 2);
	ck_assert_str_eq(s->members[0].target, "t2");
	ck_assert_str_eq(s->members[0].zone, "a");
	ck_assert(s->members[0].has_deployed && s->members[0].deployed_count == 1);
	ck_assert(!s->members[1].has_deployed && !s->members[1].zone && !s->has_deployed);
	ck_assert_str_eq(s->network, "n");
	ck_assert_str_eq(s->baseline_ms, "8.5");
	ck_assert(s->has_opening && s->due_day == 2 && s->opened_day == INT64_MAX);
	ck_assert_uint_eq(s->fees[0].base_count, 2);
	ck_assert_str_eq(s->fees[0].bases[1].name, "hourly_fee");
	ck_assert_str_eq(s->fees[0].bases[1].amount, "1/3");
	arena_release(&a);
}
END_TEST

/* Calendar days of the zone: a day begun is a day. */
START_TEST(subscribed_days_are_counted_in_the_zone)
{
	static const struct {
		const char *subscribed;
		int64_t days;
	} table[] = {
		{ "{ 'start': '2026-10-11T00:00:00+09:00' }", 21 },
		{ "{ 'start': '2026-10-11T23:59:59+09:00' }", 21 },
		{ "{ 'start': '2026-10-10T15:00:00Z' }", 21 },
		{ "{ 'start': '2026-10-10T14:59:59Z' }", 22 },
		{ "{ 'end': '2026-10-11T00:00:00+09:00' }", 10 },
		{ "{ 'end': '2026-10-11T00:00:00.000001+09:00' }", 11 },
		{ "{ 'start': '2026-01-01T00:00:00Z', 'end': '2027-01-01T00:00:00Z' }", 31 },
	};

	for (size_t i = 0; i < ROWS(table); i++) {
		struct arena a = { 0 };
		struct case_parts parts = { .seen = arena_printf(&a, OUT("'subscribed': %s"),
			                                         table[i].subscribed) };
		struct sla_case *c = read_good(&a, &parts);

		ck_assert_msg(c->services[0].subscribed_days == table[i].days, "row %zu: %lld", i,
		              (long long)c->services[0].subscribed_days);
		ck_assert_int_eq(c->services[0].period_days, 31);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("service", (const TTest *const[]){ refusals, facts_are_read,
	                                                    subscribed_days_are_counted_in_the_zone, NULL });
}
