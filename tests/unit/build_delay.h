/*
 * build_delay: one level of single samples (loss, a share over a limit, a rise that lasts), judged over samples of a target
 * that is probed each minute for four hours.
 *
 *     struct judgement j;
 *     judge(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
 *     assert_figure(j.s, result(&j)->measure.best, "4");
 *     judgement_end(&j);
 */
#ifndef GOVSLA_TESTS_UNIT_BUILD_DELAY_H
#define GOVSLA_TESTS_UNIT_BUILD_DELAY_H

#include "tests/unit/build_case.h"
#include "tests/unit/build_judged.h"

#define SAMPLES     240
#define SAMPLE_US   US_PER_MINUTE
#define INTERVAL_US (10 * US_PER_MINUTE)
#define INTERVALS   ((size_t)(SAMPLES * SAMPLE_US / INTERVAL_US))
#define WINDOW      3
#define TIMEOUT_US  (2 * US_PER_S)
#define BASELINE_MS "8"

static inline struct level level_of(enum metric metric)
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

static inline void judge(struct judgement *j, struct level l, struct sample *samples, size_t count)
{
	judgement_lay_out(j, l, 1);
	judgement_observe(j, 0, samples, count, SAMPLE_US);
	j->observations[0].timeout_us = TIMEOUT_US;
	j->service.baseline_ms = BASELINE_MS;
	j->c.period.span = (struct span){ 0, SAMPLES * SAMPLE_US };
	judgement_make(j);
}

static inline const char *text(const struct judgement *j, int figure)
{
	return figure_text(j->s, figure);
}

static inline const struct level_result *result(const struct judgement *j)
{
	return &j->s->services[0].levels[0];
}

/* A period of exactly three intervals of ten samples; count of them are there, from the first on. */
static inline void judge_three(struct judgement *j, struct level l, struct sample *samples, size_t count)
{
	judge(j, l, samples, count);
	j->c.period.span.end = 3 * INTERVAL_US;
	judgement_make(j);
}

#endif
