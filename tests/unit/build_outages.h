/*
 * build_outages: cases with one level that looks at outages, incidents or hours, and what it came to.
 *
 * Builds on build_case.h: the plain service "line" of October 2026 in Tokyo under one level "l" without money.
 */
#ifndef GOVSLA_TESTS_UNIT_BUILD_OUTAGES_H
#define GOVSLA_TESTS_UNIT_BUILD_OUTAGES_H

#include "tests/unit/build_case.h"

/* Terms with one level of these keys beside its id. */
static inline const char *terms_of(struct arena *a, const char *level)
{
	return arena_printf(a, "[ { 'id': 'own-line', 'levels': [ { 'id': 'l', %s } ] } ]", level);
}

/* A day of October as outage, incident or exclusion: "'start': '2026-10-DDTFROM+09:00', 'end': …". */
#define FROM_TO(day, from, to)                                                                               \
	"'start': '2026-10-" day "T" from "+09:00', 'end': '2026-10-" day "T" to "+09:00'"
#define OUTAGE(day, from, to) "{ " FROM_TO(day, from, to) " }"
#define AT(day, time)         "'2026-10-" day "T" time "+09:00'"

/* One target t each 60 s of which these samples are not up: "{ 'from': …, 'to': …, 'outcome': … }". */
#define EXCEPT(day, from_, to_, outcome)                                                                     \
	"{ 'from': '2026-10-" day "T" from_ "+09:00', 'to': '2026-10-" day "T" to_                           \
	"+09:00', 'outcome': '" outcome "' }"

static inline const char *probed(struct arena *a, const char *exceptions)
{
	return arena_printf(a,
	                    "[ { 'target': 't', 'interval_s': 60, 'samples': { 'all_up': true, 'except': [ "
	                    "%s ] } } ]",
	                    exceptions);
}

static inline struct statement *judged_outages(struct arena *a, const char *level, const char *outages,
                                               const char *more)
{
	return judged(a,
	              &(struct case_parts){ .terms = terms_of(a, level), .outages = outages, .more = more });
}

static inline struct statement *judged_samples(struct arena *a, const char *level, const char *exceptions,
                                               const char *more)
{
	return judged(a, &(struct case_parts){ .terms = terms_of(a, level),
	                                       .observations = probed(a, exceptions),
	                                       .seen = "'targets': [ 't' ]",
	                                       .more = more });
}

static inline const struct level_result *level_of(const struct statement *s)
{
	return &s->services[0].levels[0];
}

/* "best worst point verdict" of the level, figures in its unit. */
static inline const char *outcome(struct arena *a, const struct statement *s)
{
	const struct level_result *r = level_of(s);
	const char *best = figure_text(s, r->measure.best), *worst = figure_text(s, r->measure.worst),
	           *point = figure_text(s, r->measure.point);

	return arena_printf(a, "%s %s %s %s", best ? best : "?", worst ? worst : "?", point ? point : "?",
	                    verdict_name(r->verdict));
}

/* "best worst point" of part i, with its incident and its remark: "[!]BEST WORST POINT (ID) REMARK". */
static inline const char *part_text(struct arena *a, const struct statement *s, size_t i)
{
	const struct part *p = &level_of(s)->parts[i];
	const char *worst = figure_text(s, p->length.worst);

	ck_assert_msg(i < level_of(s)->part_count, "there is no part %zu", i);
	return arena_printf(a, "%s%s %s %s%s%s%s%s%s", p->counted ? "" : "!", figure_text(s, p->length.best),
	                    worst ? worst : "?", figure_text(s, p->length.point), p->id ? " (" : "",
	                    p->id ? p->id : "", p->id ? ")" : "", p->why ? " " : "", p->why ? p->why : "");
}

#endif
