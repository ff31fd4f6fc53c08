/*
 * build_delay: one level of single samples (loss, a share over a limit, a rise that lasts), judged over samples of a target
 * that is probed each minute for four hours.
 *
 *     struct judgement j;
 *     judge(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
 *     assert_figure(j.s, result(&j)->measure.best, "4");
 *     end(&j);
 */
#ifndef GOVSLA_TESTS_UNIT_BUILD_DELAY_H
#define GOVSLA_TESTS_UNIT_BUILD_DELAY_H

#include "calc/statement.h"

#include "tests/unit/build_case.h"

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

static inline void end(struct judgement *j)
{
	statement_free(j->s);
	arena_release(&j->arena);
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
	struct error err = { 0 };

	judge(j, l, samples, count);
	statement_free(j->s);
	j->c.period.span.end = 3 * INTERVAL_US;
	ck_assert_int_eq(statement_make(&j->arena, &j->c, &j->s, &err), 0);
}

#endif
