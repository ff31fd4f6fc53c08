/* bands_part: what the files that examine a credit table share. Internal to them. */
#ifndef GOVSLA_CASE_BANDS_PART_H
#define GOVSLA_CASE_BANDS_PART_H

#include "case/bands.h"

struct table {
	struct arena *arena;
	const struct level *level;
	const struct terms *terms; /* NULL: not known yet */
	struct bands_findings *findings;
	bool falls;      /* less is worse */
	exact low, high; /* the scale; high NULL: without end */
	exact *bounds;   /* ascending, each once */
	size_t bound_count, element_count;
};

struct bands_finding *bands_add(struct table *t, enum bands_property property, const char *witness,
                                const char *text);

/* Whether the values of an element miss the objective. */
bool bands_misses(const struct table *t, size_t element);

/* Elements first to last in words. */
const char *bands_interval(const struct table *t, size_t first, size_t last);

/* bands_rates.c: monotone, capped. */
void bands_examine_order(struct table *t);
void bands_examine_cap(struct table *t);

#endif
