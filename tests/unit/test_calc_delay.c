/*
 * Levels of single samples: loss, the share over a limit, a rise that lasts. Against a count by definition, and the
 * law that taking samples away only widens the range.
 */
#include "calc/exact.h"

#include "tests/unit/build_delay.h"
#include "tests/unit/random.h"

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
		judgement_end(&some);
		judge(&some, l, samples, 0); /* nothing is left */
		assert_holds(&some, &few);
		ck_assert_int_eq(result(&some)->verdict, VERDICT_NOT_PROVABLE);
		judgement_end(&full);
		judgement_end(&few);
		judgement_end(&some);
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
		judgement_end(&j);
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
		judgement_end(&j);
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
	judgement_end(&j);
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.worst, "1992.001"); /* answers came 1 µs after it */
	judgement_end(&j);
	samples[0].rtt_us = -1; /* and one of them after nobody knows how long */
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, 1);
	assert_figure(j.s, result(&j)->measure.worst, "1992");
	judgement_end(&j);
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
		struct judgement j;

		for (size_t k = 0; k < ROWS(samples); k++)
			samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, 12000, SAMPLE_UP, 0 };
		l.excluded_time = times[i].treatment;
		l.counted = times[i].deployed.end ? COUNT_DEPLOYED : COUNT_PERIOD;
		judge_three(&j, l, samples, ROWS(samples));
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
		judgement_make(&j);
		assert_figure(j.s, result(&j)->measure.best, times[i].best);
		assert_figure(j.s, result(&j)->measure.worst, times[i].worst);
		assert_figure(j.s, result(&j)->measure.point, times[i].point);
		judgement_end(&j);
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
		struct judgement j;

		l.min_coverage = "0.5";
		judge_three(&j, l, &sample, 1);
		ck_assert(result(&j)->unbounded); /* one of thirty samples */
		use = (struct exclusion_use){ .service = &j.service };
		exclusion.uses = &use;
		j.terms.maintenance_notice_days = -1;
		j.c.exclusions = &exclusion;
		j.c.exclusion_count = 1;
		judgement_make(&j);
		ck_assert_int_eq(result(&j)->verdict, VERDICT_NOT_COVERED);
		ck_assert_int_lt(result(&j)->measure.worst, 0);
		judgement_end(&j);
	}
}
END_TEST

/* A schedule of a sample each µs: more is missing than 64 bits of waiting can hold. */
START_TEST(more_is_missing_than_can_be_added_up)
{
	struct level l = level_of(METRIC_LATENCY_RISE);
	struct sample sample = { 0, 12000, SAMPLE_UP, 0 };
	struct judgement j;

	l.rule.interval_us = l.rule.lasting_us = 3 * US_PER_HOUR;
	judge(&j, l, &sample, 1);
	j.observations[0].interval_us = 1;
	j.observations[0].gap_limit_us = 1;
	j.observations[0].timeout_us = 0;
	judgement_make(&j);
	assert_figure(j.s, result(&j)->measure.best, "0");
	assert_figure(j.s, result(&j)->measure.worst, "2147475.647"); /* the longest a sample can hold */
	assert_figure(j.s, result(&j)->measure.point, "4");
	judgement_end(&j);
}
END_TEST

/* A gap limit above two intervals: a sample that is missing is missing. */
START_TEST(a_wide_gap_limit_hides_nothing)
{
	struct sample samples[2] = { { 0, 100, SAMPLE_UP, 0 }, { 29 * SAMPLE_US, 100, SAMPLE_UP, 0 } };
	struct judgement j;

	judge_three(&j, level_of(METRIC_LOSS), samples, 2);
	j.observations[0].gap_limit_us = US_PER_HOUR;
	judgement_make(&j);
	assert_figure(j.s, result(&j)->measure.worst, "2800/30");
	judgement_end(&j);
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
	judgement_end(&j);
}
END_TEST

int main(void)
{
	return run_suite(
	    "calc_delay",
	    (const TTest *const[]){
	        taking_samples_away_only_widens, a_rise_is_that_of_the_best_window,
	        treatments_of_an_interval_without_samples, a_timeout_that_was_none_bounds_nothing,
	        time_that_counts_for_a_rise, nothing_counts, more_is_missing_than_can_be_added_up,
	        a_wide_gap_limit_hides_nothing, a_period_shorter_than_the_window_has_no_rise, NULL });
}
