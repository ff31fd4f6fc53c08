/*
 * build_judged: a case of one provider whose one service has one level, as structs, and the statement about it. Its
 * targets "t" and "u" are probed from "v" at the same interval.
 *
 *     struct judgement j;
 *     judgement_lay_out(&j, level, 1);
 *     judgement_observe(&j, 0, samples, count, interval_us);      each target
 *     j.c.period.span = us;                                       and whatever else the test speaks of
 *     judgement_make(&j);
 *     … j.s …
 *     judgement_end(&j);
 *
 * It points into itself: not to be copied.
 */
#ifndef GOVSLA_TESTS_UNIT_BUILD_JUDGED_H
#define GOVSLA_TESTS_UNIT_BUILD_JUDGED_H

#include "calc/statement.h"

#include "tests/unit/suite.h"

#define JUDGED_TARGETS_MOST 2

struct judgement {
	struct arena arena;
	struct sla_case c;
	struct party party;
	struct terms terms;
	struct level level;
	struct observation observations[JUDGED_TARGETS_MOST];
	const char *targets[JUDGED_TARGETS_MOST];
	struct service service;
	const struct service *services; /* the one, for incidents that name theirs */
	struct exclusion exclusion;     /* of the service; counts once c.exclusion_count is 1 */
	struct exclusion_use use;
	struct statement *s;
};

static inline void judgement_lay_out(struct judgement *j, struct level level, size_t targets)
{
	*j = (struct judgement){ .party = { .id = "p", .kind = PARTY_NSP },
		                 .level = level,
		                 .targets = { "t", "u" },
		                 .services = &j->service };
	j->terms = (struct terms){
		.id = "terms", .levels = &j->level, .level_count = 1, .maintenance_notice_days = -1
	};
	j->service = (struct service){ .id = "s",
		                       .provider = &j->party,
		                       .terms = &j->terms,
		                       .targets = j->targets,
		                       .target_count = targets,
		                       .quorum = { 1, false } };
	j->use = (struct exclusion_use){ .service = &j->service };
	j->exclusion = (struct exclusion){ .id = "x", .kind = "other", .uses = &j->use, .use_count = 1 };
	j->c = (struct sla_case){ .parties = &j->party,
		                  .party_count = 1,
		                  .terms = &j->terms,
		                  .terms_count = 1,
		                  .observations = j->observations,
		                  .observation_count = targets,
		                  .services = &j->service,
		                  .service_count = 1,
		                  .exclusions = &j->exclusion };
}

/* The samples are borrowed. */
static inline void judgement_observe(struct judgement *j, size_t target, struct sample *samples, size_t count,
                                     int64_t interval_us)
{
	j->observations[target] = (struct observation){ .target = j->targets[target],
		                                        .vantage = "v",
		                                        .interval_us = interval_us,
		                                        .gap_limit_us = interval_us * 3 / 2,
		                                        .samples = samples,
		                                        .sample_count = count,
		                                        .origin = "" };
}

/* May be repeated after a change. */
static inline void judgement_make(struct judgement *j)
{
	struct error err = { 0 };

	statement_free(j->s);
	ck_assert_int_eq(statement_make(&j->arena, &j->c, &j->s, &err), 0);
}

static inline void judgement_end(struct judgement *j)
{
	statement_free(j->s);
	arena_release(&j->arena);
}

#endif
