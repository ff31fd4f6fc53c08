/*
 * explain: one figure from the top down: value, what it is, by which clause, its formula with the numbers put in, its
 * rounding, then the same of what it is made of, to the given figures and what stands behind those (evidence.h).
 *
 * A figure that several others rest on is told once and referred to after that. Whatever is left out by a limit is
 * counted and said.
 *
 *     struct explanation x = { .language = LANGUAGE_JA, .most = 40 };
 *     explain_text(&x, s, &outline, node, item, &text);
 */
#ifndef GOVSLA_REPORT_EXPLAIN_H
#define GOVSLA_REPORT_EXPLAIN_H

#include "base/text.h"
#include "report/outline.h"
#include "report/words.h"

#include <jansson.h>

struct explanation {
	enum language language;
	size_t depth; /* levels below the figure; 0: all */
	size_t most;  /* inputs of one node, and pieces of evidence of one node, that are told; 0: all */
};

/* item: the figure's place in the statement; NULL for a node that no place names. */
void explain_text(const struct explanation *x, const struct statement *s, const struct outline *o, int node,
                  const struct outline_item *item, struct text *out);

/* { "figure", "value", "node", "nodes": { "n41": { …, "evidence": [ … ] }, … }, "left_out": 0 }: depth counts, most does not. */
json_t *explain_json(const struct explanation *x, const struct statement *s, const struct outline *o,
                     int node, const struct outline_item *item);

/* The service whose figure the item is; NULL. */
const struct service_result *explain_service(const struct statement *s, const struct outline_item *item);

/* The level of it, a reading included; NULL. */
const struct level_result *explain_level(const struct statement *s, const struct outline_item *item);

#endif
