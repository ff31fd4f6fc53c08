/* comparison_part: what the files that make the parts of a comparison share. Internal to them. */
#ifndef GOVSLA_SLACALC_COMPARISON_PART_H
#define GOVSLA_SLACALC_COMPARISON_PART_H

#include "slacalc/change.h"
#include "slacalc/comparison.h"

struct stepper { /* one service on its way from our figures to theirs */
	struct arena *arena;
	const char *path;
	struct document doc; /* the case as it has become */
	json_t *before;      /* as it was before the part that is being made */
	const struct statement *ours;
	const struct service_result *result; /* of ours */
	struct compared_service *service;
	struct quantities *now; /* of the last judgement, by level */
	exact now_credit;
	size_t corrections; /* made so far */
};

/* A new part; the document may be changed after it. Good until the next one. */
struct difference_part *comparison_part(struct stepper *w, enum part_kind kind);

/* Judges the changed document and counts what the part did; one that is skipped changes nothing. */
int comparison_step(struct stepper *w, struct difference_part *p, struct error *err) MUST_CHECK;

/* comparison_seen.c: outages and unmeasured time; comparison_rules.c: exclusions and rules. */
int comparison_outages(struct stepper *w, struct error *err) MUST_CHECK;
int comparison_unmeasured(struct stepper *w, struct error *err) MUST_CHECK;
int comparison_exclusions(struct stepper *w, struct error *err) MUST_CHECK;
int comparison_rules(struct stepper *w, struct error *err) MUST_CHECK;

#endif
