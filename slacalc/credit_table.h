/*
 * credit_table: whether the table of credits of a level is total, disjoint, monotone and capped, with a witness where it
 * is not.
 *
 * Tries every value at which the rate can change (bounds, steps, the objective), and one between each two of them, which
 * is every value for tables of steps. Written apart from the reader that refuses tables (case/bands.h) and from the
 * code that rates (calc/), so that it also checks these. For reports, not for judging.
 *
 *     struct table_finding found[TABLE_PROPERTIES];
 *     credit_table_examine(&a, terms, level, found);
 */
#ifndef GOVSLA_SLACALC_CREDIT_TABLE_H
#define GOVSLA_SLACALC_CREDIT_TABLE_H

#include "base/arena.h"
#include "calc/terms.h"

enum table_property {
	TABLE_TOTAL,    /* every miss has a rate */
	TABLE_DISJOINT, /* and only one; most_severe is how the terms declare otherwise */
	TABLE_MONOTONE, /* a worse value never pays less */
	TABLE_CAPPED,   /* never more than 100 % of the base, or than a cap of the terms */
	TABLE_PROPERTIES
};

struct table_finding {
	bool holds;
	const char *witness;  /* where it does not hold; NULL when it does */
	const char *declared; /* the terms themselves say so: most_severe, a gap; NULL when they do not */
};

const char *table_property_name(enum table_property p);

/* The level has a credit. Texts are in the arena. */
void credit_table_examine(struct arena *a, const struct terms *t, const struct level *l,
                          struct table_finding found[TABLE_PROPERTIES]);

#endif
