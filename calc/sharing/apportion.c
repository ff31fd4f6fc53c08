#include "calc/sharing/apportion.h"
#include "calc/sharing/cut_off.h"
#include "calc/exact.h"
#include "calc/sharing/webster.h"

#include <string.h>

static int *unknown_figures(struct judge *j, size_t count)
{
	int *figures = arena_array(j->arena, count, sizeof *figures);

	for (size_t i = 0; i < count; i++)
		figures[i] = FIGURE_UNKNOWN;
	return figures;
}

const char *apportion_unit(const char *currency)
{
	return strcmp(currency, "JPY") == 0 ? "1" : "0.01";
}

struct pot *apportion_pot(struct judge *j, const char *method, const char *clause,
                          const struct party **bodies, size_t count)
{
	struct pot *pot = arena_new(j->arena, struct pot);

	*pot = (struct pot){ .method = method ? method : "floor",
		             .clause = clause,
		             .bodies = bodies,
		             .weights = unknown_figures(j, count),
		             .granted = unknown_figures(j, count),
		             .shares = unknown_figures(j, count),
		             .count = count,
		             .granted_as = "payable to",
		             .unit = "1",
		             .given = FIGURE_UNKNOWN,
		             .shared = FIGURE_UNKNOWN };
	return pot;
}

static int *copy_of(struct judge *j, const int *figures, size_t count)
{
	int *copy = arena_array(j->arena, count, sizeof *copy);

	memcpy(copy, figures, count * sizeof *copy);
	return copy;
}

void apportion_version(struct judge *j, struct pot *pot)
{
	if (pot->shared < 0)
		return; /* nothing was shared by the weights so far */
	pot->before = copy_of(j, pot->shares, pot->count);
	pot->granted_before = copy_of(j, pot->granted, pot->count);
	pot->shared_before = pot->shared;
}

/* One sharing: of the bodies that take part. */
struct sharing {
	struct judge *j;
	struct pot *pot;
	size_t *who; /* index of the body */
	int *weight, *open, *grant;
	size_t count;
	int part; /* whole units to be shared now */
};

/* A formula with the pot's unit for U. */
static const char *in_units(const struct sharing *s, const char *formula)
{
	const char *u = strchr(formula, 'U');

	return u ? in_units(s, arena_printf(s->j->arena, "%.*s%s%s", (int)(u - formula), formula,
	                                    s->pot->unit, u + 1))
	         : formula;
}

static bool is(const struct pot *pot, const char *method)
{
	return strcmp(pot->method, method) == 0;
}

/* ---- shares and open claims ---- */

/* What a body's share is counted by. */
static int weight_of(const struct sharing *s, size_t i)
{
	return is(s->pot, "equal")
	           ? derive(s->j->book, "takes part", "equal shares", "gt($1, 0, 1)", 1, &s->pot->weights[i])
	           : s->pot->weights[i];
}

static int weights_in_all(const struct sharing *s, int *weights)
{
	int *known = arena_array(s->j->arena, s->pot->count, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < s->pot->count; i++) {
		weights[i] = weight_of(s, i);
		if (weights[i] >= 0)
			known[n++] = weights[i];
	}
	return derive_sum(s->j->book, "weights in all", s->pot->why, known, n);
}

/* The exact cumulative share: of the parts before the weights in force, what it was then. */
static int share_of(const struct sharing *s, size_t i, int total, int weight, int weights)
{
	const struct pot *pot = s->pot;
	const char *label = arena_printf(s->j->arena, "share of %s, exact", pot->bodies[i]->id);

	if (!pot->before)
		return derive(s->j->book, label, pot->why, "$1 * $2 / $3", 3,
		              (int[]){ total, weight, weights });
	if (pot->before[i] < 0)
		return derive(s->j->book, label, pot->why, "($1 - $2) * $3 / $4", 4,
		              (int[]){ total, pot->shared_before, weight, weights });
	return derive(s->j->book, label, pot->why, "$5 + ($1 - $2) * $3 / $4", 5,
	              (int[]){ total, pot->shared_before, weight, weights, pot->before[i] });
}

/* Fills shares[] and the open claims of those who take part. */
static void open_claims(struct sharing *s, int total, int *shares)
{
	struct pot *pot = s->pot;
	int *weights = arena_array(s->j->arena, pot->count, sizeof *weights);
	int all = weights_in_all(s, weights);

	for (size_t i = 0; i < pot->count; i++) {
		shares[i] = share_of(s, i, total, weights[i], all);
		if (shares[i] < 0)
			continue; /* takes no part, or nobody has a weight */
		s->open[s->count] = pot->granted[i] < 0
		                        ? shares[i]
		                        : derive(s->j->book, "share less what was granted already", NULL,
		                                 "$1 - $2", 2, (int[]){ shares[i], pot->granted[i] });
		s->weight[s->count] = weights[i];
		s->who[s->count++] = i;
	}
}

/* ---- grants ---- */

/* Figures in units of the pot: numbers of their own, to be given back. */
static mpq_t *in_whole(const struct sharing *s, const int *figures, size_t count, mpq_srcptr *borrowed)
{
	mpq_t unit, *q = arena_array(s->j->arena, count, sizeof *q);

	mpq_init(unit);
	exact_read(unit, s->pot->unit);
	for (size_t i = 0; i < count; i++) {
		mpq_init(q[i]);
		mpq_div(q[i], book_value(s->j->book, figures[i]), unit);
		borrowed[i] = q[i];
	}
	mpq_clear(unit);
	return q;
}

static void give_back(mpq_t *q, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mpq_clear(q[i]);
}

static struct cut_off find_cut_off(const struct sharing *s, bool give)
{
	mpq_srcptr *claims = arena_array(s->j->arena, s->count, sizeof *claims), part;
	mpq_t *q = in_whole(s, s->open, s->count, claims), *p = in_whole(s, &s->part, 1, &part);
	struct cut_off cut = cut_off_find(s->j->arena, claims, s->count, mpq_numref(part), give);

	give_back(q, s->count);
	give_back(p, 1);
	return cut;
}

static int cut_off_node(const struct sharing *s, const struct cut_off *cut)
{
	struct book *b = s->j->book;
	int level;
	const char *label;

	label = cut->border == NO_BORDER ? ""
	                                 : arena_printf(s->j->arena, "cut-off: the remainder of %s",
	                                                s->pot->bodies[s->who[cut->border]]->id);
	if (cut->cut == CUT_GIVE)
		return derive(b, label, "largest remainder first; ties favour the lower code",
		              in_units(s, "$1 - floor($1, U)"), 1, &s->open[cut->border]);
	level = derive_given(b, "cut-off: whole units that each gives as far as it has them",
	                     "others are ahead of their share", cut->level);
	if (cut->border == NO_BORDER)
		return derive(b, "cut-off", "others are ahead of their share", in_units(s, "$1 * U"), 1,
		              &level);
	return derive(b, label, "smallest remainder gives first; ties favour the lower code",
	              in_units(s, "$1 * U + $2 - floor($2, U)"), 2, (int[]){ level, s->open[cut->border] });
}

static const char *grant_formula(const struct cut_off *cut, size_t i)
{
	switch (cut->cut) {
	case CUT_NONE:
		return "max(0, floor($1, U))";
	case CUT_GIVE:
		return i <= cut->border ? "max(0, floor($1, U) + ge($1 - floor($1, U), $2, U))"
		                        : "max(0, floor($1, U) + gt($1 - floor($1, U), $2, U))";
	default:
		return i < cut->border ? "max(0, floor($1 - $2, U))" : "max(0, ceil($1 - $2, U) - U)";
	}
}

static const char *grant_clause(const struct cut_off *cut, const struct pot *pot)
{
	if (cut->cut == CUT_GIVE)
		return "one more where the remainder is above the cut-off; ties favour the lower code";
	if (cut->cut == CUT_TAKE)
		return "others are ahead of their share: one less where the remainder is below the cut-off";
	return is(pot, "floor") ? "floor; the residual is carried" : "whole units of the open claim";
}

static const char *grant_label(const struct sharing *s, size_t i)
{
	return arena_printf(s->j->arena, "granted to %s of this part", s->pot->bodies[s->who[i]]->id);
}

static void grants_by_remainder(struct sharing *s)
{
	bool give = is(s->pot, "largest_remainder") || is(s->pot, "equal");
	struct cut_off cut = find_cut_off(s, give);
	int at = cut.cut == CUT_NONE ? FIGURE_UNKNOWN : cut_off_node(s, &cut);

	for (size_t i = 0; i < s->count; i++)
		s->grant[i] =
		    derive(s->j->book, grant_label(s, i), grant_clause(&cut, s->pot),
		           in_units(s, grant_formula(&cut, i)), at < 0 ? 1 : 2, (int[]){ s->open[i], at });
}

/* What the others leave goes to the first body by code whose weight is above 0. */
static void rest_to_the_first(struct sharing *s)
{
	int *others = arena_array(s->j->arena, s->count, sizeof *others), sum;
	size_t first = 0, n = 0;

	while (book_sign(s->j->book, s->weight[first]) == 0)
		first++;
	for (size_t i = 0; i < s->count; i++)
		if (i != first)
			others[n++] = s->grant[i];
	sum = derive_sum(s->j->book, "granted to the others", NULL, others, n);
	s->grant[first] =
	    derive(s->j->book, grant_label(s, first), "all fractions go to the first body by code", "$1 - $2",
	           2, (int[]){ s->part, sum });
}

/* ---- grants by quotients ---- */

/* What a body holds under the weights in force. */
static int held_by(const struct sharing *s, size_t i)
{
	const struct pot *pot = s->pot;
	size_t body = s->who[i];

	if (pot->granted[body] < 0)
		return derive_given(s->j->book, "granted so far", "nothing yet", "0");
	if (!pot->granted_before || pot->granted_before[body] < 0)
		return pot->granted[body];
	return derive(s->j->book, "granted under these weights", NULL, "$1 - $2", 2,
	              (int[]){ pot->granted[body], pot->granted_before[body] });
}

static struct webster find_webster(const struct sharing *s, const int *held)
{
	mpq_srcptr *weights = arena_array(s->j->arena, s->count, sizeof *weights), part;
	mpq_srcptr *units = arena_array(s->j->arena, s->count, sizeof *units);
	mpq_t *q = in_whole(s, held, s->count, units), *p = in_whole(s, &s->part, 1, &part);
	struct webster w;

	for (size_t i = 0; i < s->count; i++)
		weights[i] = book_value(s->j->book, s->weight[i]);
	w = webster_find(s->j->arena, weights, units, s->count, mpq_numref(part));
	give_back(q, s->count);
	give_back(p, 1);
	return w;
}

static void grants_by_quotient(struct sharing *s)
{
	struct book *b = s->j->book;
	int *held = arena_array(s->j->arena, s->count, sizeof *held), divisor;
	struct webster w;

	for (size_t i = 0; i < s->count; i++)
		held[i] = held_by(s, i);
	w = find_webster(s, held);
	divisor = derive_given(b,
	                       arena_printf(s->j->arena, "units that %s holds with the last one",
	                                    s->pot->bodies[s->who[w.border]]->id),
	                       "each next unit to the largest weight / (2 × held + 1)", w.held);
	divisor = derive(b, "divisor", "its last unit is at a half", "$1 / ($2 - 0.5)", 2,
	                 (int[]){ s->weight[w.border], divisor });
	for (size_t i = 0; i < s->count; i++)
		s->grant[i] =
		    derive(b, grant_label(s, i),
		           "weight / divisor to the nearest unit, less what it holds; ties favour the "
		           "lower code",
		           in_units(s, i <= w.border ? "max(0, floor($1 / $2 + 0.5, 1) * U - $3)"
		                                     : "max(0, ceil($1 / $2 - 0.5, 1) * U - $3)"),
		           3, (int[]){ s->weight[i], divisor, held[i] });
}

static void grant_nodes(struct sharing *s)
{
	if (is(s->pot, "webster") && book_sign(s->j->book, s->part) > 0) {
		grants_by_quotient(s);
		return;
	}
	grants_by_remainder(s); /* of a part of nothing, all methods grant nothing */
	if (is(s->pot, "first"))
		rest_to_the_first(s);
}

/* ---- what the pot holds then ---- */

static int granted_now(const struct sharing *s)
{
	return derive_sum(s->j->book, "granted of this part", s->pot->clause, s->grant, s->count);
}

static void enter_grants(struct sharing *s, int sum)
{
	struct judge *j = s->j;
	struct pot *pot = s->pot;

	for (size_t i = 0; i < s->count; i++) {
		int *granted = &pot->granted[s->who[i]];

		*granted =
		    *granted < 0
		        ? s->grant[i]
		        : derive(j->book,
		                 arena_printf(j->arena, "%s %s", pot->granted_as, pot->bodies[s->who[i]]->id),
		                 NULL, "$1 + $2", 2, (int[]){ *granted, s->grant[i] });
	}
	pot->given = pot->given < 0
	                 ? sum
	                 : derive(j->book, "granted in all", NULL, "$1 + $2", 2, (int[]){ pot->given, sum });
}

/* What of the total nobody got yet. */
static int left_of(const struct sharing *s, const char *label, int total, int given)
{
	return given < 0 ? total : derive(s->j->book, label, NULL, "$1 - $2", 2, (int[]){ total, given });
}

void apportion_share(struct judge *j, struct pot *pot, int total, bool hypothetical, int *grants,
                     int *residual)
{
	struct sharing s = { .j = j, .pot = pot };
	int *shares = unknown_figures(j, pot->count), sum;

	for (size_t i = 0; i < pot->count; i++)
		grants[i] = FIGURE_UNKNOWN;
	*residual = left_of(&s, "not yet shared", total, pot->given);
	s.part =
	    derive(j->book, "of it in whole units", NULL, in_units(&s, "max(0, floor($1, U))"), 1, residual);
	if (book_sign(j->book, s.part) == 0 && !hypothetical && pot->shared >= 0 &&
	    book_compare(j->book, pot->shared, total) == 0)
		return; /* nothing came, and nothing is there */
	s.who = arena_array(j->arena, pot->count, sizeof *s.who);
	s.weight = unknown_figures(j, pot->count);
	s.open = unknown_figures(j, pot->count);
	s.grant = unknown_figures(j, pot->count);
	open_claims(&s, total, shares);
	if (s.count == 0)
		return;
	grant_nodes(&s);
	for (size_t i = 0; i < s.count; i++)
		grants[s.who[i]] = s.grant[i];
	sum = granted_now(&s);
	*residual = derive(j->book, "residual, carried to the next part", NULL, "$1 - $2", 2,
	                   (int[]){ *residual, sum });
	if (hypothetical)
		return;
	enter_grants(&s, sum);
	pot->shares = shares;
	pot->shared = total;
}
