#include "case/bands.h"
#include "calc/exact.h"
#include "case/bands_part.h"

#include <stdlib.h>
#include <string.h>

const char *bands_property_name(enum bands_property property)
{
	static const char *const names[] = { "total", "disjoint", "monotone", "capped" };

	return names[property];
}

struct bands_finding *bands_add(struct table *t, enum bands_property property, const char *witness,
                                const char *text)
{
	struct bands_findings *f = t->findings;

	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 8;
		struct bands_finding *list = arena_array(t->arena, room, sizeof *list);

		if (f->count)
			memcpy(list, f->list, f->count * sizeof *list);
		f->list = list;
		f->room = room;
	}
	f->list[f->count] = (struct bands_finding){ .property = property, .witness = witness, .text = text };
	return &f->list[f->count++];
}

/* ---- the scale: bounds, and what lies between them ---- */

/*
 * Elements in ascending order: bound 0, the open interval to bound 1, bound 1, … the last interval is without end where
 * the scale is.
 */
static bool is_point(size_t element)
{
	return element % 2 == 0;
}

static void add_bound(struct table *t, exact at)
{
	if (!at || exact_compare(at, t->low) < 0 || (t->high && exact_compare(at, t->high) > 0))
		return;
	for (size_t i = 0; i < t->bound_count; i++)
		if (exact_compare(t->bounds[i], at) == 0)
			return;
	t->bounds[t->bound_count++] = at;
}

static int by_value(const void *left, const void *right)
{
	const exact *a = left, *b = right;

	return exact_compare(*a, *b);
}

static void lay_out(struct table *t)
{
	const struct credit_rule *c = t->level->credit;

	t->falls = t->level->op == AT_LEAST || t->level->op == MORE_THAN;
	t->low = t->falls ? "0" : t->level->objective;
	t->high = t->falls ? t->level->objective : t->level->unit == UNIT_PERCENT ? "100" : NULL;
	t->bounds = arena_array(t->arena, 2 * c->band_count + c->equality_count + 2, sizeof(exact));
	for (size_t i = 0; i < c->band_count; i++) { /* as the table writes them */
		add_bound(t, c->bands[i].from);
		add_bound(t, c->bands[i].to);
	}
	for (size_t i = 0; i < c->equality_count; i++)
		add_bound(t, c->equalities[i].at);
	add_bound(t, t->low);
	add_bound(t, t->high);
	qsort(t->bounds, t->bound_count, sizeof(exact), by_value);
	t->element_count = 2 * t->bound_count - (t->high ? 1 : 0);
}

static bool reaches_end(const struct table *t, const struct band *b)
{
	return !b->to || (!t->falls && t->high && exact_compare(b->to, t->high) >= 0);
}

static bool holds(const struct table *t, const struct band *b, size_t element)
{
	enum band_closed closed = t->level->credit->closed;
	exact at = t->bounds[element / 2];
	int from = exact_compare(at, b->from), to;

	if (!is_point(element))
		return from >= 0 && (!b->to || (element + 1 < t->element_count &&
		                                exact_compare(t->bounds[element / 2 + 1], b->to) <= 0));
	if (from < 0 ||
	    (from == 0 && closed != CLOSED_FROM && !(t->falls && exact_compare(b->from, "0") == 0)))
		return false;
	to = b->to ? exact_compare(at, b->to) : -1;
	return to < 0 || (to == 0 && (closed == CLOSED_TO || reaches_end(t, b)));
}

static size_t bands_at(const struct table *t, size_t element)
{
	size_t count = 0;

	for (size_t i = 0; i < t->level->credit->band_count; i++)
		count += holds(t, &t->level->credit->bands[i], element);
	return count;
}

/* Whether the element is the objective itself. */
static bool is_objective(const struct table *t, size_t element)
{
	return is_point(element) && exact_compare(t->bounds[element / 2], t->level->objective) == 0;
}

bool bands_misses(const struct table *t, size_t element)
{
	return !is_objective(t, element) || t->level->op == MORE_THAN || t->level->op == LESS_THAN;
}

static const struct equality *equality_at(const struct table *t, size_t element)
{
	const struct credit_rule *c = t->level->credit;

	for (size_t i = 0; is_point(element) && i < c->equality_count; i++)
		if (exact_compare(c->equalities[i].at, t->bounds[element / 2]) == 0)
			return &c->equalities[i];
	return NULL;
}

/* Elements first to last in words: "[95.0, 95.5)", "99", "72 and above", "above 72". */
const char *bands_interval(const struct table *t, size_t first, size_t last)
{
	exact from = t->bounds[first / 2];

	if (first == last && is_point(first))
		return from;
	if (last / 2 + 1 >= t->bound_count && !is_point(last))
		return is_point(first) ? arena_printf(t->arena, "%s and above", from)
		                       : arena_printf(t->arena, "above %s", from);
	return arena_printf(t->arena, "%c%s, %s%c", is_point(first) ? '[' : '(', from,
	                    t->bounds[(last + 1) / 2], is_point(last) ? ']' : ')');
}

/* ---- total ---- */

static const char *const settle_hint =
    "say with 'closed' to which band it belongs, or settle it with an 'equality' and its reason";

static void point_without_rate(struct table *t, size_t element)
{
	const char *at = t->bounds[element / 2];
	const struct equality *e = equality_at(t, element);
	struct bands_finding *f =
	    bands_add(t, BANDS_TOTAL, at, arena_printf(t->arena, "no band holds exactly %s", at));

	f->hint = settle_hint;
	if (e)
		f->declared = arena_printf(t->arena, "equality: %s, %s", e->rate, e->why);
}

/* A table whose closed end lies on an objective that is met there. */
static void objective_with_rate(struct table *t, size_t element)
{
	const char *at = t->bounds[element / 2];
	const struct equality *e = equality_at(t, element);
	struct bands_finding *f = bands_add(
	    t, BANDS_TOTAL, at,
	    arena_printf(t->arena, "exactly %s meets the objective, and a band gives it a rate", at));

	f->hint = "make the objective '>', or settle it with an 'equality' of rate 0 and its reason";
	if (e)
		f->declared = arena_printf(t->arena, "equality: %s, %s", e->rate, e->why);
}

static bool uncovered(const struct table *t, size_t element)
{
	return bands_misses(t, element) && bands_at(t, element) == 0 && !equality_at(t, element);
}

static void examine_gaps(struct table *t)
{
	for (size_t e = 0; e < t->element_count; e++) {
		size_t last = e;

		if (!bands_misses(t, e) && t->level->op == AT_LEAST &&
		    t->level->credit->closed == CLOSED_TO && bands_at(t, e))
			objective_with_rate(t, e);
		if (bands_misses(t, e) && bands_at(t, e) == 0 && equality_at(t, e))
			point_without_rate(t, e);
		if (!uncovered(t, e))
			continue;
		while (last + 1 < t->element_count && uncovered(t, last + 1))
			last++;
		if (e == last && is_point(e))
			point_without_rate(t, e);
		else
			bands_add(t, BANDS_TOTAL, bands_interval(t, e, last),
			          arena_printf(t->arena, "nothing covers %s", bands_interval(t, e, last)));
		e = last;
	}
}

static void examine_declared_gaps(struct table *t)
{
	const struct credit_rule *c = t->level->credit;

	for (size_t i = 0; i < c->band_count; i++) {
		const struct band *b = &c->bands[i];
		const char *interval;

		if (!b->gap)
			continue;
		interval = b->to ? arena_printf(t->arena, "%c%s, %s%c", c->closed == CLOSED_FROM ? '[' : '(',
		                                b->from, b->to, c->closed == CLOSED_TO ? ']' : ')')
		                 : arena_printf(t->arena, "%s and above", b->from);
		bands_add(t, BANDS_TOTAL, interval,
		          arena_printf(t->arena, "the source's own table does not cover %s", interval))
		    ->declared = b->gap;
	}
}

/* ---- disjoint ---- */

static void examine_overlaps(struct table *t)
{
	for (size_t e = 0, last; e < t->element_count; e = last + 1) {
		struct bands_finding *f;
		const char *interval;

		last = e;
		if (bands_at(t, e) < 2 || !bands_misses(t, e))
			continue;
		while (last + 1 < t->element_count && bands_at(t, last + 1) == bands_at(t, e) &&
		       bands_misses(t, last + 1))
			last++;
		interval = bands_interval(t, e, last);
		f = bands_add(t, BANDS_ONE_ANSWER, interval,
		              arena_printf(t->arena, "more than one band covers %s", interval));
		f->hint = "if the most severe band applies, say \"band_rule\": \"most_severe\"";
		if (t->level->credit->band_rule == BANDS_MOST_SEVERE)
			f->declared = "the most severe band applies";
	}
}

/* Equalities that settle nothing, or against the objective. */
static void examine_equalities(struct table *t)
{
	for (size_t e = 0; e < t->element_count; e++) {
		const struct equality *equal = equality_at(t, e);

		if (!equal)
			continue;
		if (!bands_misses(t, e) && exact_compare(equal->rate, "0") != 0)
			bands_add(t, BANDS_ONE_ANSWER, equal->at,
			          arena_printf(t->arena,
			                       "exactly %s meets the objective: its rate can only be 0",
			                       equal->at));
		else if (bands_misses(t, e) && bands_at(t, e))
			bands_add(t, BANDS_ONE_ANSWER, equal->at,
			          arena_printf(t->arena, "exactly %s has a rate already: a band holds it",
			                       equal->at));
	}
}

/* ---- what lies outside the scale ---- */

static void beyond(struct table *t, const char *text, exact at)
{
	bands_add(t, BANDS_ONE_ANSWER, at,
	          arena_printf(t->arena, "%s %s, %s the objective of %s", text, at,
	                       t->falls ? "above" : "below", t->level->objective));
}

static void examine_bounds(struct table *t)
{
	const struct credit_rule *c = t->level->credit;

	for (size_t i = 0; i < c->band_count; i++) {
		const struct band *b = &c->bands[i];

		if (b->to && exact_compare(b->from, b->to) >= 0)
			bands_add(t, BANDS_ONE_ANSWER, b->from,
			          arena_printf(t->arena, "the band from %s to %s is empty", b->from, b->to));
		else if (t->falls && exact_compare(b->to, t->high) > 0)
			beyond(t, "a band reaches", b->to);
		else if (!t->falls && exact_compare(b->from, t->low) < 0)
			beyond(t, "a band starts at", b->from);
	}
	for (size_t i = 0; i < c->equality_count; i++)
		if (exact_compare(c->equalities[i].at, t->level->objective) * (t->falls ? 1 : -1) > 0)
			beyond(t, "there is an equality at", c->equalities[i].at);
}

/* ---- together ---- */

static bool examine_table(struct table *t)
{
	examine_bounds(t);
	if (t->findings->count)
		return false;
	lay_out(t);
	examine_gaps(t);
	examine_declared_gaps(t);
	examine_overlaps(t);
	examine_equalities(t);
	return true;
}

void bands_examine(struct arena *a, const struct level *l, const struct terms *terms,
                   struct bands_findings *out)
{
	struct table t = { .arena = a, .level = l, .terms = terms, .findings = out };

	*out = (struct bands_findings){ NULL, 0, 0 };
	if (!l->credit)
		return;
	t.falls = l->op == AT_LEAST || l->op == MORE_THAN;
	t.low = t.falls ? "0" : l->objective;
	t.high = t.falls ? l->objective : NULL;
	if (l->credit->bands && examine_table(&t))
		bands_examine_order(&t);
	bands_examine_cap(&t);
}

static int by_from(const void *left, const void *right)
{
	const struct band *a = left, *b = right;
	int order = exact_compare(a->from, b->from);

	if (order || !a->to || !b->to)
		return order ? order : !a->to - !b->to;
	return exact_compare(a->to, b->to);
}

int bands_check(struct arena *a, const struct node *where, struct level *l, struct error *err)
{
	struct bands_findings found;

	qsort(l->credit->bands, l->credit->band_count, sizeof *l->credit->bands, by_from);
	bands_examine(a, l, NULL, &found);
	for (size_t i = 0; i < found.count; i++) {
		const struct bands_finding *f = &found.list[i];

		if (f->declared || f->property == BANDS_MONOTONE || f->property == BANDS_CAPPED)
			continue;
		node_fail(where, err, "%s", f->text);
		return f->hint ? error_hint(err, "%s", f->hint) : err->code;
	}
	return 0;
}
