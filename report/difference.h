/*
 * difference: what differs between two statements, figure by figure, under the paths of their outlines.
 *
 * A figure that one of them does not have is there with NULL on that side. Of what is no figure only findings are compared:
 * verdicts, what is accepted or in effect, notes and reasons; not the nodes, whose numbers move.
 */
#ifndef GOVSLA_REPORT_DIFFERENCE_H
#define GOVSLA_REPORT_DIFFERENCE_H

#include "report/outline.h"

struct difference {
	const char *path;
	const char *before, *after; /* exact, or words; NULL: not there, or not defined */
	const char *change;         /* after less before, exact; NULL where one is no number */
	bool figure;                /* before and after are exact numbers, not words */
};

struct difference_list {
	struct difference *items; /* in the order of the statements: of before, then what only after has */
	size_t count;
};

struct difference_list differences_of(struct arena *a, const struct outline *before,
                                      const struct outline *after);

/* after less before, exact; NULL where one is NULL. */
const char *difference_change(struct arena *a, const char *before, const char *after);

/*
 * A sum over all figures whose path begins with first and ends with last: "services" and "credit_total". currency, where
 * not NULL, is asked of the key "currency" beside. "0" of none.
 */
const char *difference_total(struct arena *a, const struct outline *o, const char *first, const char *last,
                             const char *currency);

#endif
