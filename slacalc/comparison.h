/*
 * comparison: the difference between our figures and a provider's, in parts that sum to it exactly.
 *
 * The case is judged again and again, each time with one more thing as the provider states it, always in this order:
 *     1. outages, by time: stretches that they do not count, that only they count, to which they give other ends
 *     2. exclusions, by time: made by them and not here, refused here, accepted here and not made by them, other ends
 *     3. time that was not measured, which they count as up
 *     4. rules: the fee, T, keys of the terms, keys of a level, in this order
 * A part is the difference between two judgements, so every part is a difference of true figures; what is left between the
 * last of them and the figure that the provider states is "unexplained", never spread over the others. The order matters
 * to the single parts, not to their sum. A thing that cannot be judged (it contradicts the case) is a part of nothing that
 * says why, and stays in what is unexplained.
 */
#ifndef GOVSLA_SLACALC_COMPARISON_H
#define GOVSLA_SLACALC_COMPARISON_H

#include "slacalc/judged.h"
#include "slacalc/provider.h"

struct quantities { /* exact; NULL: not defined, not stated */
	exact measure, downtime_s, credit;
	const char *verdict;
};

enum part_kind {
	PART_OUTAGE_OURS,
	PART_OUTAGE_THEIRS,
	PART_OUTAGE_ENDS,
	PART_EXCLUSION_THEIRS,  /* the case does not have it */
	PART_EXCLUSION_REFUSED, /* the case has it, and it was refused */
	PART_EXCLUSION_OURS,    /* accepted here, and they do not make it */
	PART_EXCLUSION_ENDS,
	PART_UNMEASURED,
	PART_FEE,
	PART_DENOMINATOR,
	PART_RULE,
	PART_KIND_COUNT
};

struct difference_part {
	enum part_kind kind;
	const char *name;          /* of the exclusion, payer or key; NULL */
	const char *why;           /* of the refused exclusion: an English phrase of calc/; NULL */
	struct span span;          /* µs; empty where it has none */
	struct span ours, theirs;  /* µs: the ends; empty: none */
	size_t stretches;          /* of unmeasured time */
	const char *skipped;       /* why it could not be judged; NULL */
	struct quantities *levels; /* of the service's levels, in their order: what it changed */
	exact credit;              /* of the service */
};

struct compared_level {
	const struct level *level;
	struct quantities ours, reached, theirs; /* reached: after all parts */
	struct quantities whole, unexplained;    /* theirs less ours, theirs less reached */
};

struct compared_service {
	const struct provider_service *stated;
	const struct service *service;
	struct compared_level *levels;
	size_t level_count;
	exact ours, reached, theirs, whole, unexplained; /* the credit of the service */
	struct difference_part *parts;
	size_t part_count, part_size;
};

struct compared {
	struct compared_service *services; /* those that the provider speaks of, in its order */
	size_t service_count;
	const char **unspoken; /* services of the case that it does not speak of */
	size_t unspoken_count;
};

/* path: of the case's file. ours: it, judged. Everything lives in the arena. */
int comparison_make(struct arena *a, const char *path, const struct document *doc, const struct judged *ours,
                    const struct provider *p, struct compared *out, struct error *err) MUST_CHECK;

#endif
