#include "case/bands.h"
#include "calc/exact.h"

#include <stdlib.h>

static int by_from(const void *left, const void *right)
{
	const struct band *a = left, *b = right;
	int order = exact_compare(a->from, b->from);

	return order ? order : exact_compare(a->to, b->to);
}

static int gap(const struct node *where, exact from, exact to, struct error *err)
{
	return node_fail(where, err, "nothing covers [%s, %s)", from, to);
}

static int overlap(const struct node *where, exact from, exact to, struct error *err)
{
	node_fail(where, err, "more than one band covers [%s, %s)", from, to);
	return error_hint(err, "if the most severe band applies, say \"band_rule\": \"most_severe\"");
}

int bands_check(const struct node *where, struct credit_rule *rule, exact objective, struct error *err)
{
	exact covered = "0"; /* up to here */

	qsort(rule->bands, rule->band_count, sizeof *rule->bands, by_from);
	for (size_t i = 0; i < rule->band_count; i++) {
		const struct band *b = &rule->bands[i];
		int order = exact_compare(b->from, covered);

		if (exact_compare(b->from, b->to) >= 0)
			return node_fail(where, err, "the band from %s to %s is empty", b->from, b->to);
		if (order > 0)
			return gap(where, covered, b->from, err);
		if (order < 0 && rule->band_rule == BANDS_DISJOINT)
			return overlap(where, b->from, exact_compare(b->to, covered) < 0 ? b->to : covered,
			               err);
		if (exact_compare(b->to, covered) > 0)
			covered = b->to;
	}
	if (exact_compare(covered, objective) < 0)
		return gap(where, covered, objective, err);
	if (exact_compare(covered, objective) > 0)
		return node_fail(where, err, "a band reaches %s, above the objective of %s", covered,
		                 objective);
	return 0;
}
