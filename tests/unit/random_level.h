/*
 * random_level: a random world's promises, as JSON: every metric and method with its keys, treatments, credit tables,
 * rounding, caps. What a world is made of (struct random_case), and the text of its parts.
 *
 * Part of random_case.h, which says what it is for.
 */
#ifndef GOVSLA_TESTS_UNIT_RANDOM_LEVEL_H
#define GOVSLA_TESTS_UNIT_RANDOM_LEVEL_H

#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define SAMPLES_MOST 400
#define WATCH_MOST   10
#define ITEMS_MOST   8
#define TEXT_MOST    4096

static const int64_t world_start_us = INT64_C(1791594000) * US_PER_S; /* 2026-10-10T10:00:00+09:00 */

struct watch {
	const char *target, *vantage;
	int64_t interval_us, gap_us;
	bool requests;
	struct sample samples[SAMPLES_MOST];
	size_t count;
};

struct list { /* items of a JSON list */
	char items[ITEMS_MOST][TEXT_MOST];
	size_t count;
};

struct wish { /* what a law asks for of its worlds */
	bool
	    bounds_only; /* unmeasured_time and obscured_time are "bounds": nothing is assumed of what is missing */
	bool no_path;
	bool no_corrections;
	bool one_watch;     /* one observation alone */
	bool samples_alone; /* no exclusions, corrections or incidents */
	bool no_requests;   /* no logs of requests */
	bool no_readings;
	bool monotone_money; /* tables in which worse is never cheaper */
};

struct random_case {
	int64_t length_us;
	struct list levels, services, fees, exclusions, corrections, incidents, paths;
	struct watch watches[WATCH_MOST];
	size_t watch_count;
	char settle[TEXT_MOST]; /* keys of the terms after the levels */
	bool turned;            /* all lists the other way round */
	const char *drop;       /* id of an exclusion or correction to leave out; NULL none */
};

/* ---- text ---- */

__attribute__((format(printf, 2, 3))) static inline void add_text(char *text, const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	va_start(args, format);
	ck_assert_int_lt(vsnprintf(text + length, TEXT_MOST - length, format, args),
	                 (int)(TEXT_MOST - length));
	va_end(args);
}

static inline char *new_item(struct list *l)
{
	ck_assert_uint_lt(l->count, ITEMS_MOST);
	l->items[l->count][0] = '\0';
	return l->items[l->count++];
}

#define one_of(r, ...)                                                                                       \
	((const char *const[]){ __VA_ARGS__ }[random_in(                                                     \
	    (r), 0, (int64_t)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)) - 1)])

/* An instant of the world, whole seconds; beyond its ends too. */
static inline const char *instant_text(char *text, size_t size, int64_t second)
{
	int64_t s = 10 * 3600 + second;

	ck_assert(s >= 0 && s < 86400);
	snprintf(text, size, "2026-10-10T%02d:%02d:%02d+09:00", (int)(s / 3600), (int)(s / 60 % 60),
	         (int)(s % 60));
	return text;
}

static inline void add_instant(char *item, const char *key, int64_t second)
{
	char text[40];

	add_text(item, ", '%s': '%s'", key, instant_text(text, sizeof text, second));
}

static inline void add_span(struct random *r, const struct random_case *w, char *item)
{
	int64_t length = w->length_us / US_PER_S, from = random_in(r, -600, length - 1);

	add_instant(item, "start", from);
	add_instant(item, "end", from + random_in(r, 1, random_one_of(r, 3) ? length : 600));
}

/* ---- levels ---- */

/* Rates that rise as it gets worse, over bounds from the best to the worst end. */
static inline void add_bands(struct random *r, char *item, const char *const *bounds, size_t count,
                             bool downwards, bool monotone)
{
	int64_t rate = random_in(r, 0, 10);

	add_text(item, "'bands': [ ");
	for (size_t i = 0; i + 1 < count; i++) {
		const char *from = downwards ? bounds[i + 1] : bounds[i],
		           *to = downwards ? bounds[i] : bounds[i + 1];

		add_text(item, "%s{ 'from': '%s', 'rate': '%lld'", i ? ", " : "", from, (long long)rate);
		if (to)
			add_text(item, ", 'to': '%s'", to);
		add_text(item, " }");
		rate = monotone ? rate + random_in(r, 0, 20) : random_in(r, 0, 100);
	}
	add_text(item, " ]");
}

static inline void add_credit(struct random *r, char *item, const char *const *bounds, size_t count,
                              bool downwards, bool parts, bool monotone)
{
	add_text(item, ", 'credit': { 'base': '%s', ",
	         one_of(r, "monthly_fee", "monthly_fee", "connection_fee"));
	if (random_one_of(r, 4))
		add_text(item, "'rate': '%lld'", (long long)random_in(r, 0, 50));
	else if (random_one_of(r, 4))
		add_text(item, "'proportional': { 'rate': '%lld', 'per': '%s' }",
		         (long long)random_in(r, 0, 5), downwards ? "0.01" : "7");
	else
		add_bands(r, item, bounds, count, downwards, monotone);
	if (random_one_of(r, 4))
		add_text(item, ", 'unit': '%s'", one_of(r, "days", "hours"));
	if (parts && random_one_of(r, 2)) {
		bool largest = random_one_of(r, 3);

		add_text(item, ", 'per': 'outage', 'among': '%s'", largest ? "largest" : "sum");
		if (!largest && random_one_of(r, 3))
			add_text(item, ", 'most_per_day': %lld", (long long)random_in(r, 1, 3));
		if (!largest && random_one_of(r, 3))
			add_text(item, ", 'week_cap': '%lld'", (long long)random_in(r, 1, 50));
	}
	add_text(item, " }");
}

static inline void add_method_keys(struct random *r, char *item, const char *method)
{
	bool ratio = strcmp(method, "duration_ratio") == 0, minutes = strncmp(method, "minute_", 7) == 0,
	     rate = strcmp(method, "minute_error_rate") == 0, run = strcmp(method, "run_min_duration") == 0,
	     intervals = strcmp(method, "consecutive_intervals") == 0, requests = false;

	if (strcmp(method, "interval_error_mean") == 0) {
		requests = true;
		add_text(item, ", 'interval_s': %s, 'empty_interval': '%s'", one_of(r, "300", "3600", "100"),
		         one_of(r, "no_error", "unmeasured"));
	} else if (strcmp(method, "request_ratio") == 0) {
		requests = true;
		if (random_one_of(r, 3))
			add_text(item, ", 'retry': { 'window_s': %s }", one_of(r, "60", "300", "90"));
		else if (random_one_of(r, 2))
			add_text(item, ", 'retry': { 'first_s': 30, 'factor': 2, 'most_s': 240 }");
	} else if (intervals) {
		add_text(item, ", 'interval_s': %s, 'loss_percent': '%s', 'consecutive': %lld",
		         one_of(r, "60", "90", "300"), one_of(r, "0", "20", "50"),
		         (long long)random_in(r, 1, 4));
	} else if (rate) {
		add_text(item, ", 'error_percent': '%s', 'min_attempts': %lld",
		         one_of(r, "0", "50", "99", "100/3"), (long long)random_in(r, 1, 3));
	} else if (strcmp(method, "minute_all_members") == 0) {
		add_text(item, ", 'min_members': %lld", (long long)random_in(r, 1, 2));
	}
	if (run || (rate && random_one_of(r, 2)))
		add_text(item, ", 'min_run_s': %s, 'part_minute': '%s'", one_of(r, "60", "120", "90", "300"),
		         one_of(r, "count", "drop", "round_up"));
	if ((ratio || (minutes && !rate)) && random_one_of(r, 3))
		add_text(item, ", 'min_outage_s': %s", one_of(r, "60", "200", "600"));
	if ((ratio || run) && random_one_of(r, 3))
		add_text(item, ", 'clock': '%s'", one_of(r, "known", "reported"));
	if (!requests && random_one_of(r, 4))
		add_text(item, ", 'min_cumulative_s': %s", one_of(r, "60", "600"));
	if (random_one_of(r, 4))
		add_text(item, ", 'slow_ms': %s", one_of(r, "1", "5"));
	if (random_one_of(r, 4))
		add_text(item, ", 'time': 'deployed'%s", random_one_of(r, 2) ? "" : ", 'not_deployed': 'up'");
}

static inline void add_outage_keys(struct random *r, char *item, const char *method)
{
	if (strcmp(method, "clock_hour") == 0)
		add_text(item, ", 'over_s': %s", one_of(r, "60", "360", "90"));
	if (random_one_of(r, 2))
		add_text(item, ", 'min_outage_s': %s", one_of(r, "60", "200", "600"));
	if (random_one_of(r, 3))
		add_text(item, ", 'clock': '%s'", one_of(r, "known", "reported"));
	if (strcmp(method, "cumulative_outage_bands") == 0 && random_one_of(r, 3))
		add_text(item, ", 'min_cumulative_s': %s", one_of(r, "60", "600"));
	if (random_one_of(r, 4))
		add_text(item, ", 'slow_ms': %s", one_of(r, "1", "5"));
	if (random_one_of(r, 4))
		add_text(item, ", 'time': 'deployed'");
}

static inline void add_treatments(struct random *r, char *item, const struct wish *wish)
{
	add_text(item, ", 'excluded_time': '%s'", one_of(r, "remove", "count_as_up", "ignore"));
	if (wish->bounds_only)
		return;
	add_text(item, ", 'unmeasured_time': '%s', 'obscured_time': '%s'",
	         one_of(r, "bounds", "up", "down", "remove"), one_of(r, "bounds", "up", "down", "remove"));
}

static inline void add_availability(struct random *r, char *item, const struct wish *wish)
{
	const char *method =
	    one_of(r, "duration_ratio", "minute_bucket_all_fail", "minute_all_members", "run_min_duration",
	           "minute_error_rate", "interval_error_mean", "request_ratio", "consecutive_intervals");
	const char *bounds[] = { one_of(r, "100", "99", "95"), "90", "50", "0" };

	add_text(item,
	         "'metric': 'availability', 'method': '%s', 'objective': { 'op': '>=', 'percent': '%s' }",
	         method, bounds[0]);
	add_method_keys(r, item, method);
	add_treatments(r, item, wish);
	add_credit(r, item, bounds, 4, true, false, wish->monotone_money);
}

static inline void add_outages(struct random *r, char *item, const struct wish *wish)
{
	static const char *const ways[][2] = { { "downtime", "cumulative_outage_bands" },
		                               { "recovery_time", "per_outage_bands" },
		                               { "bad_hours", "clock_hour" } };
	size_t way = (size_t)random_in(r, 0, 2);
	const char *bounds[] = { way == 2 ? "0" : one_of(r, "0", "60", "300"), way == 2 ? "1" : "600",
		                 way == 2 ? "2" : "3600", NULL };

	add_text(item, "'metric': '%s', 'method': '%s', 'objective': { 'op': '<=', '%s': '%s' }",
	         ways[way][0], ways[way][1], way == 2 ? "count" : "s", bounds[0]);
	add_outage_keys(r, item, ways[way][1]);
	add_treatments(r, item, wish);
	add_credit(r, item, bounds, 4, false, way == 1, wish->monotone_money);
}

static inline void add_delay(struct random *r, char *item, const struct wish *wish)
{
	const char *share[] = { one_of(r, "0", "10", "50"), "60", "100" }, *rise[] = { "1", "3", NULL };
	int way = (int)random_in(r, 0, 2);

	if (way == 2)
		add_text(item,
		         "'metric': 'latency_rise', 'lasting_s': 1200, 'interval_s': %s, 'objective': { "
		         "'op': '<=', "
		         "'ms': '1' }",
		         one_of(r, "300", "600"));
	else
		add_text(item, "'metric': '%s', %s 'objective': { 'op': '<=', 'percent': '%s' }",
		         way ? "share_over_limit" : "loss", way ? "'limit_ms': 3," : "", share[0]);
	add_treatments(r, item, wish);
	if (way == 2)
		add_credit(r, item, rise, 3, false, false, wish->monotone_money);
	else
		add_credit(r, item, share, 3, false, false, wish->monotone_money);
}

static inline void add_level(struct random *r, struct random_case *w, const struct wish *wish)
{
	char *item = new_item(&w->levels);
	int64_t way = random_in(r, 0, 9);

	add_text(item, "'id': 'l%zu', ", w->levels.count);
	if (way < 5)
		add_availability(r, item, wish);
	else if (way < 8)
		add_outages(r, item, wish);
	else
		add_delay(r, item, wish);
}

/* Under a cap over several payers amounts are held only to within their rounding (docs/decisions/0016). */
static inline void add_settlement(struct random *r, struct random_case *w)
{
	if (random_one_of(r, 2)) {
		add_text(w->settle,
		         "'rounding': { 'rule': 'floor', 'unit': '1', 'of': 'credit', 'clause': '1' }");
		add_text(w->settle, ", 'caps': [ { 'of': '%s', '%s': '%lld' } ]",
		         one_of(r, "service", "month"), random_one_of(r, 2) ? "percent_of_fee" : "amount",
		         (long long)random_in(r, 0, 90));
	} else {
		add_text(
		    w->settle,
		    "'rounding': { 'rule': '%s', 'unit': '%s', 'of': '%s', 'side': '%s', 'clause': '1' }",
		    one_of(r, "floor", "ceil", "half_up", "half_even"), one_of(r, "1", "10", "1/3"),
		    one_of(r, "credit", "reduced_fee"), one_of(r, "claim", "debt", "public"));
	}
	add_text(w->settle, ", 'overlap': '%s'", one_of(r, "sum", "max", "choose_one", "root_cause"));
	if (random_one_of(r, 3))
		add_text(w->settle, ", 'cap': { 'percent_of_fee': '%lld' }", (long long)random_in(r, 0, 60));
	if (random_one_of(r, 4))
		add_text(w->settle, ", 'minimum': { 'amount': '%lld', 'op': '>=' }",
		         (long long)random_in(r, 1, 30000));
}

#endif
