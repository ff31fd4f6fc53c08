/*
 * bands: what can be proved of a credit table: that it is total, disjoint, monotone and capped.
 *
 * A level's values that miss its objective must each have exactly one rate: from the objective to 0 % or to 100 %, or
 * without end. The table is looked at bound by bound and between the bounds, so that nothing is overlooked. Loading
 * refuses a table that is not total or not disjoint, unless the terms declare why (`gap`, `equality`, `band_rule`);
 * that it is not monotone or not capped is only said.
 *
 * At the objective the comparison decides, not the table: with '<=' the first band is open there. The ends of the
 * scale (0 and 100 per cent) belong to the bands that reach them.
 *
 *     struct bands_findings found;
 *     bands_examine(&arena, level, terms, &found);
 *     for (size_t i = 0; i < found.count; i++) ... found.list[i].property, .text, .declared ...
 */
#ifndef GOVSLA_CASE_BANDS_H
#define GOVSLA_CASE_BANDS_H

#include "base/document.h"
#include "calc/case.h"

enum bands_property {
	BANDS_TOTAL,      /* every value that misses has a rate */
	BANDS_ONE_ANSWER, /* no value has two: disjoint */
	BANDS_MONOTONE,   /* a worse value never has a lower rate */
	BANDS_CAPPED,     /* never more than the whole base, or the terms cap it */
	BANDS_PROPERTY_COUNT,
};

/* "total", "disjoint", "monotone", "capped" */
const char *bands_property_name(enum bands_property property);

struct bands_finding { /* a property that does not hold by itself */
	enum bands_property property;
	const char *witness;  /* where: "[95.0, 95.5)", "99", "above 72"; NULL: of the whole table */
	const char *text;     /* "nothing covers [95.0, 95.5)" */
	const char *hint;     /* NULL: none */
	const char *declared; /* how the terms settle it, and their reason; NULL: they do not */
};

struct bands_findings {
	struct bands_finding *list;
	size_t count, room;
};

/*
 * All findings about the credit of a level (none without credit), in the order of its values. terms (may be NULL)
 * gives the caps. Flat rates and proportions are total, disjoint and monotone by what they are.
 */
void bands_examine(struct arena *a, const struct level *l, const struct terms *t, struct bands_findings *out);

/* Sorts the bands. Refuses the first finding against totality or disjointness that is not declared. */
int bands_check(struct arena *a, const struct node *where, struct level *l, struct error *err) MUST_CHECK;

#endif
