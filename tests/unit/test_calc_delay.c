/*
 * Levels of single samples: loss, the share over a limit, a rise that lasts. Against a count by definition, and the
 * law that taking samples away only widens the range.
 */
#include "calc/exact.h"
#include "calc/statement.h"

#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define SAMPLES     240
#define SAMPLE_US   US_PER_MINUTE
#define INTERVAL_US (10 * US_PER_MINUTE)
#define INTERVALS   ((size_t)(SAMPLES * SAMPLE_US / INTERVAL_US))
#define WINDOW      3
#define TIMEOUT_US  (2 * US_PER_S)
#define BASELINE_MS "8"

struct judgement {
	struct arena arena;
	struct sla_case c;
	struct party party;
	struct terms terms;
	struct level level;
	struct observation observation;
	struct service service;
	const char *target;
	struct statement *s;
};

static struct level level_of(enum metric metric)
{
	return (struct level){ .id = "l",
		               .metric = metric,
		               .binding = BINDING_TARGET,
		               .op = metric == METRIC_LATENCY_RISE ? LESS_THAN : AT_MOST,
		               .objective = "2",
		               .unit = metric == METRIC_LATENCY_RISE ? UNIT_MS : UNIT_PERCENT,
		               .months_running = 1,
		               .rule = { .limit_us = 30000,
		                         .interval_us = INTERVAL_US,
		                         .lasting_us = WINDOW * INTERVAL_US - 1 } };
}

static void judge(struct judgement *j, struct level l, struct sample *samples, size_t count)
{
	struct error err = { 0 };

	*j = (struct judgement){ .level = l, .target = "t" };
	j->party = (struct party){ .id = "p", .kind = PARTY_NSP };
	j->terms = (struct terms){ .id = "terms", .levels = &j->level, .level_count = 1 };
	j->observation = (struct observation){ .target = "t",
		                               .vantage = "v",
		                               .interval_us = SAMPLE_US,
		                               .gap_limit_us = SAMPLE_US * 3 / 2,
		                               .samples = samples,
		                               .sample_count = count,
		                               .origin = "",
		                               .timeout_us = TIMEOUT_US };
	j->service = (struct service){ .id = "s",
		                       .provider = &j->party,
		                       .terms = &j->terms,
		                       .targets = &j->target,
		                       .target_count = 1,
		                       .quorum = { 1, false },
		                       .baseline_ms = BASELINE_MS };
	j->c = (struct sla_case){ .period = { .span = { 0, SAMPLES * SAMPLE_US } },
		                  .parties = &j->party,
		                  .party_count = 1,
		                  .terms = &j->terms,
		                  .terms_count = 1,
		                  .observations = &j->observation,
		                  .observation_count = 1,
		                  .services = &j->service,
		                  .service_count = 1 };
	ck_assert_int_eq(statement_make(&j->arena, &j->c, &j->s, &err), 0);
}

static void end(struct judgement *j)
{
	statement_free(j->s);
	arena_release(&j->arena);
}

static const char *text(const struct judgement *j, int figure)
{
	return figure_text(j->s, figure);
}

static const struct level_result *result(const struct judgement *j)
{
	return &j->s->services[0].levels[0];
}

static void random_samples(struct random *r, struct sample *samples)
{
	int64_t base = random_in(r, 5000, 15000);

	for (size_t i = 0; i < SAMPLES; i++) {
		bool lost = random_one_of(r, 12);

		if (random_one_of(r, 25))
			base = random_in(r, 5000, 40000);
		samples[i] = (struct sample){ (int64_t)i * SAMPLE_US,
			                      lost ? -1 : (int32_t)(base + random_in(r, 0, 300)),
			                      lost ? SAMPLE_DOWN : SAMPLE_UP, 0 };
	}
}

/* Takes a stretch away, and makes or takes away some more. */
static size_t lose_some(struct random *r, struct sample *samples, size_t count)
{
	int64_t from = random_in(r, 0, SAMPLES) * SAMPLE_US, to = from + random_in(r, 0, 60) * SAMPLE_US;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if ((samples[i].scheduled_us >= from && samples[i].scheduled_us < to) || random_one_of(r, 20))
			continue;
		samples[kept] = samples[i];
		if (random_one_of(r, 20)) {
			samples[kept].outcome = SAMPLE_MISSED;
			samples[kept].rtt_us = -1;
		}
		kept++;
	}
	return kept;
}

static void assert_holds(const struct judgement *outer, const struct judgement *inner)
{
	const struct measure *o = &result(outer)->measure, *i = &result(inner)->measure;

	if (i->best < 0 || i->worst < 0)
		return;
	ck_assert_int_le(exact_compare(text(outer, o->best), text(inner, i->best)), 0);
	ck_assert_int_ge(exact_compare(text(outer, o->worst), text(inner, i->worst)), 0);
	if (o->point >= 0) {
		ck_assert_int_le(exact_compare(text(outer, o->best), text(outer, o->point)), 0);
		ck_assert_int_ge(exact_compare(text(outer, o->worst), text(outer, o->point)), 0);
	}
}

START_TEST(taking_samples_away_only_widens)
{
	static const enum metric metrics[] = { METRIC_LOSS, METRIC_SHARE_OVER_LIMIT, METRIC_LATENCY_RISE };
	for (int round = 0; round < 150; round++) {
		struct random r = random_start(round);
		struct level l = level_of(metrics[round % 3]);
		struct sample samples[SAMPLES];
		struct judgement full, some, few;
		size_t count;

		random_samples(&r, samples);
		judge(&full, l, samples, SAMPLES);
		count = lose_some(&r, samples, SAMPLES);
		judge(&some, l, samples, count);
		assert_holds(&some, &full);
		count = lose_some(&r, samples, count);
		judge(&few, l, samples, count);
		assert_holds(&few, &some);
		assert_holds(&few, &full);
		end(&some);
		judge(&some, l, samples, 0); /* nothing is left */
		assert_holds(&some, &few);
		ck_assert_int_eq(result(&some)->verdict, VERDICT_NOT_PROVABLE);
		end(&full);
		end(&few);
		end(&some);
	}
}
END_TEST

/* ---- a rise by definition: every window of three, its lowest mean ---- */

static void mean(mpq_ptr out, const struct sample *samples, size_t interval)
{
	unsigned long sum = 0, count = 0;

	for (size_t i = interval * SAMPLES / INTERVALS; i < (interval + 1) * SAMPLES / INTERVALS; i++)
		if (samples[i].outcome == SAMPLE_UP) {
			sum += (unsigned long)samples[i].rtt_us;
			count++;
		}
	ck_assert_uint_gt(count, 0);
	mpq_set_ui(out, sum, count * 1000);
	mpq_canonicalize(out);
}

static char *rise_by_definition(struct arena *a, const struct sample *samples)
{
	mpq_t best, lowest, m, baseline;
	char *out;

	mpq_inits(best, lowest, m, baseline, NULL);
	exact_read(baseline, BASELINE_MS);
	for (size_t start = 0; start + WINDOW <= INTERVALS; start++) {
		mean(lowest, samples, start);
		for (size_t i = start + 1; i < start + WINDOW; i++) {
			mean(m, samples, i);
			if (mpq_cmp(m, lowest) < 0)
				mpq_set(lowest, m);
		}
		mpq_sub(lowest, lowest, baseline);
		if (mpq_cmp(lowest, best) > 0)
			mpq_set(best, lowest);
	}
	out = exact_write(a, best);
	mpq_clears(best, lowest, m, baseline, NULL);
	return out;
}

START_TEST(a_rise_is_that_of_the_best_window)
{
	for (int round = 0; round < 60; round++) {
		struct random r = random_start(round);
		struct sample samples[SAMPLES];
		struct judgement j;

		random_samples(&r, samples);
		for (size_t i = 0; i < SAMPLES; i += 10) /* no interval is wholly lost */
			samples[i] = (struct sample){ samples[i].scheduled_us, 9000, SAMPLE_UP, 0 };
		judge(&j, level_of(METRIC_LATENCY_RISE), samples, SAMPLES);
		assert_figure(j.s, result(&j)->measure.point, rise_by_definition(&j.arena, samples));
		assert_figure(j.s, result(&j)->measure.best, text(&j, result(&j)->measure.point));
		assert_figure(j.s, result(&j)->measure.worst, text(&j, result(&j)->measure.point));
		end(&j);
	}
}
END_TEST

/* ---- what is not known of an interval, and how the terms count it ---- */

static const struct {
	enum unmeasured_time unmeasured;
	const char *best, *worst, *point;
} treatments[] = {
	/* 12 ms throughout but for one interval of the three, which is missing */
	{ UNMEASURED_BOUNDS, "0", "4", "unknown" },
	{ UNMEASURED_UP, "0", "0", "0" },
	{ UNMEASURED_DOWN, "4", "4", "4" },
	{ UNMEASURED_REMOVE, "unknown", "unknown", "unknown" },
};

/* A period of exactly three intervals of ten samples; count of them are there, from the first on. */
static void judge_three(struct judgement *j, struct level l, struct sample *samples, size_t count)
{
	struct error err = { 0 };

	judge(j, l, samples, count);
	statement_free(j->s);
	j->c.period.span.end = 3 * INTERVAL_US;
	ck_assert_int_eq(statement_make(&j->arena, &j->c, &j->s, &err), 0);
}

START_TEST(treatments_of_an_interval_without_samples)
{
	for (size_t i = 0; i < ROWS(treatments); i++) {
		struct level l = level_of(METRIC_LATENCY_RISE);
		struct sample samples[20];
		struct judgement j;

		for (size_t k = 0; k < ROWS(samples); k++)
			samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, 12000, SAMPLE_UP, 0 };
		l.unmeasured_time = treatments[i].unmeasured;
		judge_three(&j, l, samples, ROWS(samples));
		assert_figure(j.s, result(&j)->measure.best, treatments[i].best);
		assert_figure(j.s, result(&j)->measure.worst, treatments[i].worst);
		assert_figure(j.s, result(&j)->measure.point, treatments[i].point);
		ck_assert(result(&j)->unbounded == (treatments[i].unmeasured == UNMEASURED_REMOVE));
		end(&j);
	}
}
END_TEST

START_TEST(a_timeout_that_was_none_bounds_nothing)
{
	struct sample samples[10];
	struct judgement j;

	for (size_t k = 0; k < ROWS(samples); k++)
		samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, 2000001, SAMPLE_UP, 0 };
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, 0);
	assert_figure(j.s, result(&j)->measure.worst, "1992"); /* the timeout of 2 s less 8 ms */
	end(&j);
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.worst, "1992.001"); /* answers came 1 µs after it */
	end(&j);
	samples[0].rtt_us = -1; /* and one of them after nobody knows how long */
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, 1);
	assert_figure(j.s, result(&j)->measure.worst, "1992");
	end(&j);
}
END_TEST

/* ---- which time counts for a rise: three intervals of ten samples, 12 ms against 8 ms ---- */

static const struct {
	struct span excluded, subscribed, deployed; /* minutes; empty: none */
	enum excluded_time treatment;
	const char *best, *worst, *point;
} times[] = {
	{ { 0, 0 }, { 0, 0 }, { 0, 0 }, EXCLUDED_REMOVE, "4", "4", "4" },
	/* a part of an interval is excluded: the rest of it tells */
	{ { 10, 19 }, { 0, 0 }, { 0, 0 }, EXCLUDED_REMOVE, "4", "4", "4" },
	/* a whole interval: nobody knows */
	{ { 10, 20 }, { 0, 0 }, { 0, 0 }, EXCLUDED_REMOVE, "0", "4", "unknown" },
	{ { 10, 20 }, { 0, 0 }, { 0, 0 }, EXCLUDED_COUNT_AS_UP, "0", "0", "0" },
	{ { 10, 20 }, { 0, 0 }, { 0, 0 }, EXCLUDED_IGNORE, "4", "4", "4" },
	/* intervals start with the subscription: then two fit, and the window needs three */
	{ { 0, 0 }, { 5, 30 }, { 0, 0 }, EXCLUDED_REMOVE, "unknown", "unknown", "unknown" },
	{ { 0, 0 }, { 0, 30 }, { 0, 0 }, EXCLUDED_REMOVE, "4", "4", "4" },
	/* not deployed: left out */
	{ { 0, 0 }, { 0, 0 }, { 0, 20 }, EXCLUDED_REMOVE, "unknown", "unknown", "unknown" },
	{ { 0, 0 }, { 0, 0 }, { 0, 21 }, EXCLUDED_REMOVE, "4", "4", "4" },
};

static struct span minutes(struct span s)
{
	return (struct span){ s.start * US_PER_MINUTE, s.end * US_PER_MINUTE };
}

START_TEST(time_that_counts_for_a_rise)
{
	for (size_t i = 0; i < ROWS(times); i++) {
		struct level l = level_of(METRIC_LATENCY_RISE);
		struct span deployed = minutes(times[i].deployed);
		struct exclusion_use use;
		struct exclusion exclusion;
		struct sample samples[30];
		struct error err = { 0 };
		struct judgement j;

		for (size_t k = 0; k < ROWS(samples); k++)
			samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, 12000, SAMPLE_UP, 0 };
		l.excluded_time = times[i].treatment;
		l.counted = times[i].deployed.end ? COUNT_DEPLOYED : COUNT_PERIOD;
		judge_three(&j, l, samples, ROWS(samples));
		statement_free(j.s);
		use = (struct exclusion_use){ .service = &j.service };
		exclusion = (struct exclusion){ .id = "x",
			                        .kind = "other",
			                        .span = minutes(times[i].excluded),
			                        .uses = &use,
			                        .use_count = 1 };
		j.terms.maintenance_notice_days = -1;
		j.c.exclusions = &exclusion;
		j.c.exclusion_count = times[i].excluded.end > 0;
		j.service.has_subscribed = times[i].subscribed.end > 0;
		j.service.subscribed = minutes(times[i].subscribed);
		j.service.has_deployed = times[i].deployed.end > 0;
		j.service.deployed = &deployed;
		j.service.deployed_count = 1;
		ck_assert_int_eq(statement_make(&j.arena, &j.c, &j.s, &err), 0);
		assert_figure(j.s, result(&j)->measure.best, times[i].best);
		assert_figure(j.s, result(&j)->measure.worst, times[i].worst);
		assert_figure(j.s, result(&j)->measure.point, times[i].point);
		end(&j);
	}
}
END_TEST

/* An exclusion of all that counts leaves no coverage to be enough. */
START_TEST(nothing_counts)
{
	static const enum metric metrics[] = { METRIC_LOSS, METRIC_LATENCY_RISE };

	for (size_t i = 0; i < ROWS(metrics); i++) {
		struct level l = level_of(metrics[i]);
		struct exclusion_use use;
		struct exclusion exclusion = {
			.id = "x", .kind = "other", .span = { 0, 3 * INTERVAL_US }, .use_count = 1
		};
		struct sample sample = { 0, 12000, SAMPLE_UP, 0 };
		struct error err = { 0 };
		struct judgement j;

		l.min_coverage = "0.5";
		judge_three(&j, l, &sample, 1);
		ck_assert(result(&j)->unbounded); /* one of thirty samples */
		statement_free(j.s);
		use = (struct exclusion_use){ .service = &j.service };
		exclusion.uses = &use;
		j.terms.maintenance_notice_days = -1;
		j.c.exclusions = &exclusion;
		j.c.exclusion_count = 1;
		ck_assert_int_eq(statement_make(&j.arena, &j.c, &j.s, &err), 0);
		ck_assert_int_eq(result(&j)->verdict, VERDICT_NOT_COVERED);
		ck_assert_int_lt(result(&j)->measure.worst, 0);
		end(&j);
	}
}
END_TEST

/* A schedule of a sample each µs: more is missing than 64 bits of waiting can hold. */
START_TEST(more_is_missing_than_can_be_added_up)
{
	struct level l = level_of(METRIC_LATENCY_RISE);
	struct sample sample = { 0, 12000, SAMPLE_UP, 0 };
	struct error err = { 0 };
	struct judgement j;

	l.rule.interval_us = l.rule.lasting_us = 3 * US_PER_HOUR;
	judge(&j, l, &sample, 1);
	statement_free(j.s);
	j.observation.interval_us = 1;
	j.observation.gap_limit_us = 1;
	j.observation.timeout_us = 0;
	ck_assert_int_eq(statement_make(&j.arena, &j.c, &j.s, &err), 0);
	assert_figure(j.s, result(&j)->measure.best, "0");
	assert_figure(j.s, result(&j)->measure.worst, "2147475.647"); /* the longest a sample can hold */
	assert_figure(j.s, result(&j)->measure.point, "4");
	end(&j);
}
END_TEST

/* A gap limit above two intervals: a sample that is missing is missing. */
START_TEST(a_wide_gap_limit_hides_nothing)
{
	struct sample samples[2] = { { 0, 100, SAMPLE_UP, 0 }, { 29 * SAMPLE_US, 100, SAMPLE_UP, 0 } };
	struct error err = { 0 };
	struct judgement j;

	judge_three(&j, level_of(METRIC_LOSS), samples, 2);
	statement_free(j.s);
	j.observation.gap_limit_us = US_PER_HOUR;
	ck_assert_int_eq(statement_make(&j.arena, &j.c, &j.s, &err), 0);
	assert_figure(j.s, result(&j)->measure.worst, "2800/30");
	end(&j);
}
END_TEST

START_TEST(a_period_shorter_than_the_window_has_no_rise)
{
	struct level l = level_of(METRIC_LATENCY_RISE);
	struct sample samples[30];
	struct judgement j;

	for (size_t k = 0; k < ROWS(samples); k++)
		samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, 12000, SAMPLE_UP, 0 };
	l.rule.lasting_us = 4 * INTERVAL_US;
	judge_three(&j, l, samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.best, "unknown");
	ck_assert_int_eq(result(&j)->verdict, VERDICT_NOT_PROVABLE);
	end(&j);
}
END_TEST

/* ---- what is not known of a sample ---- */

START_TEST(an_answer_without_a_round_trip_is_not_known)
{
	struct sample samples[30];
	struct judgement j;

	for (size_t k = 0; k < ROWS(samples); k++)
		samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, k == 3 ? -1 : 12000, SAMPLE_UP, 0 };
	judge_three(&j, level_of(METRIC_SHARE_OVER_LIMIT), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.best, "0");
	assert_figure(j.s, result(&j)->measure.worst, "10/3");
	assert_figure(j.s, result(&j)->measure.point, "0");
	end(&j);
	judge_three(&j, level_of(METRIC_LOSS), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.worst, "0"); /* it was received */
	end(&j);
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.best, "2.8"); /* 9 × 12 / 10 − 8 */
	assert_figure(j.s, result(&j)->measure.worst, "4");
	end(&j);
}
END_TEST

START_TEST(a_log_of_requests_lacks_none)
{
	struct sample samples[3] = { { SAMPLE_US, 100, SAMPLE_UP, 0 },
		                     { 20 * SAMPLE_US, -1, SAMPLE_DOWN, 0 },
		                     { 29 * SAMPLE_US, 100, SAMPLE_UP, 0 } };
	struct error err = { 0 };
	struct judgement j;

	judge_three(&j, level_of(METRIC_LOSS), samples, 3);
	assert_figure(j.s, result(&j)->measure.worst, "2800/30"); /* 27 of 30 are not there */
	statement_free(j.s);
	j.observation.requests = true;
	ck_assert_int_eq(statement_make(&j.arena, &j.c, &j.s, &err), 0);
	assert_figure(j.s, result(&j)->measure.best, "100/3");
	assert_figure(j.s, result(&j)->measure.worst, "100/3");
	end(&j);
}
END_TEST

#define LEVEL(keys)                                                                                          \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'l', " keys                                               \
	", 'credit': { 'base': 'monthly_fee', 'rate': '10' } } ], " FLOOR_YEN " } ]"

/* Behind a router that is down: three minutes of lost samples of the cloud are obscured. */
static const struct {
	const char *terms, *best, *worst, *point;
} obscured[] = {
	{ LEVEL("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '1' }"), "0", "5", "0" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'up', 'objective': { 'op': '<=', 'percent': '1' }"), "0",
	  "0", "0" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'down', 'objective': { 'op': '<=', 'percent': '1' }"),
	  "5", "5", "5" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'remove', 'objective': { 'op': '<=', 'percent': '1' }"),
	  "0", "0", "0" },
	{ LEVEL("'metric': 'share_over_limit', 'limit_ms': 7, 'objective': { 'op': '<=', 'percent': '1' }"),
	  "95", "100", "100" },
	/* of the quarter from 00:00 twelve samples of 8 ms are known: 12 × 8 / 15 − 5 at the least */
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'objective': { 'op': '<', "
	        "'ms': '1' }"),
	  "1.4", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'down', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'up', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'remove', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
};

START_TEST(obscured_samples)
{
	static const char out[] = "'except': [ { 'from': '2026-10-01T00:10:00Z', 'to': "
	                          "'2026-10-01T00:13:00Z', 'outcome': 'down' } ] }";

	for (size_t i = 0; i < ROWS(obscured); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T01:00:00Z' }",
		        .terms = obscured[i].terms,
		        .seen = "'targets': [ 'cloud' ], 'baseline_ms': '5'",
		        .observations = arena_printf(&a,
		                                     "[ { 'target': 'router', 'vantage': 'v', 'interval_s': "
		                                     "60, 'samples': { 'all_up': true, %s }, { "
		                                     "'target': 'cloud', 'vantage': 'v', 'interval_s': 60, "
		                                     "'samples': { 'all_up': true, 'rtt_us': "
		                                     "8000, %s } ]",
		                                     out, out),
		        .more = "'paths': [ { 'vantage': 'v', 'hops': [ 'router', 'cloud' ] } ]" });

		assert_figure(s, s->services[0].levels[0].measure.best, obscured[i].best);
		assert_figure(s, s->services[0].levels[0].measure.worst, obscured[i].worst);
		assert_figure(s, s->services[0].levels[0].measure.point, obscured[i].point);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Known outages have no samples: nothing is known of single answers. */
START_TEST(without_samples_nothing_is_provable)
{
	static const char *const terms[] = {
		LEVEL("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '1' }"),
		LEVEL("'metric': 'share_over_limit', 'limit_ms': 5, 'objective': { 'op': '<=', 'percent': "
		      "'1' }"),
		LEVEL("'metric': 'latency_rise', 'lasting_s': 3600, 'objective': { 'op': '<', 'ms': '1' }"),
	};

	for (size_t i = 0; i < ROWS(terms); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){ .terms = terms[i],
		                                     .seen = "'baseline_ms': '8', 'outages': []" });
		const struct level_result *r = &s->services[0].levels[0];

		ck_assert_int_eq(r->verdict, VERDICT_NOT_PROVABLE);
		assert_figure(s, r->credit.least, "0");
		assert_figure(s, r->credit.most, "25000");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* One timeout that nobody states leaves a rise without a bound. */
START_TEST(a_rise_needs_all_timeouts)
{
	static const char *const first[] = { "", "'timeout_s': 5," };
	static const char *const want[] = { "2147478.647", "4995" };

	for (size_t i = 0; i < ROWS(first); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T01:00:00Z' }",
		        .terms = LEVEL(
		            "'metric': 'latency_rise', 'lasting_s': 3600, 'objective': { 'op': '<', 'ms': "
		            "'1' }"),
		        .seen = "'targets': [ 't1' ], 'baseline_ms': '5'",
		        .observations = arena_printf(&a,
		                                     "[ { 'target': 't1', 'vantage': 'v', 'interval_s': 60, "
		                                     "%s 'samples': { 'all_up': true, "
		                                     "'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': "
		                                     "'2026-10-01T01:00:00Z', 'outcome': "
		                                     "'missed' } ] } }, { 'target': 't1', 'vantage': 'w', "
		                                     "'interval_s': 60, 'timeout_s': 5, "
		                                     "'samples': { 'all_up': true, 'except': [ { 'from': "
		                                     "'2026-10-01T00:00:00Z', 'to': "
		                                     "'2026-10-01T01:00:00Z', 'outcome': 'missed' } ] } } ]",
		                                     first[i]) });

		assert_figure(s, s->services[0].levels[0].measure.worst, want[i]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Timeouts are put in for lost samples only where every observation states one. */
START_TEST(a_mean_with_timeouts_needs_all_of_them)
{
	static const struct {
		const char *first, *second, *want;
	} rows[] = {
		{ "'timeout_s': 5,", "'timeout_s': 2,", "354.5" }, /* (18 × 5 + 5000 + 2000) / 20 */
		{ "", "'timeout_s': 2,", "unknown" },
		{ "'timeout_s': 5,", "", "unknown" },
	};
	static const char samples[] = "'samples': { 'all_up': true, 'rtt_us': 5000, 'except': [ { 'from': "
	                              "'2026-10-01T00:00:00Z', 'to': "
	                              "'2026-10-01T00:01:00Z', 'outcome': 'down' } ] }";

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a, &(struct case_parts){
		            .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:10:00Z' }",
		            .terms = LEVEL(
		                "'metric': 'latency_mean', 'clause': 'article 3', 'objective': { 'op': '<=', "
		                "'ms': '5' }"),
		            .seen = "'targets': [ 't1' ]",
		            .observations = arena_printf(
		                &a,
		                "[ { 'target': 't1', 'vantage': 'v', 'interval_s': 60, %s %s }, { "
		                "'target': 't1', 'vantage': 'w', 'interval_s': 60, %s %s } ]",
		                rows[i].first, samples, rows[i].second, samples) });
		const struct latency_figures *f = &s->services[0].levels[0].latency;

		assert_figure(s, f->mean, "5");
		ck_assert_str_eq(book_at(s->book, f->mean)->clause, "article 3");
		assert_figure(s, f->with_timeouts, rows[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("calc_delay",
	                 (const TTest *const[]){
	                     taking_samples_away_only_widens, a_rise_is_that_of_the_best_window,
	                     treatments_of_an_interval_without_samples,
	                     a_timeout_that_was_none_bounds_nothing, time_that_counts_for_a_rise,
	                     nothing_counts, more_is_missing_than_can_be_added_up,
	                     a_wide_gap_limit_hides_nothing, a_period_shorter_than_the_window_has_no_rise,
	                     an_answer_without_a_round_trip_is_not_known, a_log_of_requests_lacks_none,
	                     obscured_samples, without_samples_nothing_is_provable,
	                     a_mean_with_timeouts_needs_all_of_them, a_rise_needs_all_timeouts, NULL });
}
