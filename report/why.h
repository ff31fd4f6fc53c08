/*
 * why: why a figure is what it is, and why it is not more, from the statement's own facts.
 *
 * Each reason names the rule that holds it up: what would have had to be otherwise. Nothing is supposed: a reason is there
 * because the statement says so (a verdict, an effect, a note, a cut), and a figure that no rule speaks of has none.
 *
 *     struct reasons r = why_not(&arena, s, item, LANGUAGE_EN);
 *     for (size_t i = 0; i < r.count; i++) ... r.items[i].rule, r.items[i].text ...
 */
#ifndef GOVSLA_REPORT_WHY_H
#define GOVSLA_REPORT_WHY_H

#include "report/outline.h"
#include "report/words.h"

struct reason {
	const char *rule; /* "met", "not provable", "exclusion", "cut", …: the same in all languages */
	const char *text;
};

struct reasons {
	struct reason *items;
	size_t count, size;
};

/* What decided the figure: verdict and reading of a level, basis of an obligation. */
struct reasons why(struct arena *a, const struct statement *s, const struct outline_item *item,
                   enum language language);

/* Why there is no credit, or no more; why less is payable than determined; why an exclusion was refused. */
struct reasons why_not(struct arena *a, const struct statement *s, const struct outline_item *item,
                       enum language language);

#endif
