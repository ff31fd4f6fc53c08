/*
 * overlap: one credit of the credits of several levels that the same event missed.
 */
#include "calc/credit/bill.h"

#include <string.h>

/* FUNCTION($1, $2, …) */
static char *of_all(struct arena *a, const char *function, size_t count)
{
	char *formula = arena_printf(a, "%s($1", function);

	for (size_t i = 1; i < count; i++)
		formula = arena_printf(a, "%s, $%zu", formula, i + 1);
	return arena_printf(a, "%s)", formula);
}

/* The sum or the largest of the levels' credits of one payer. */
static int sum_or_max(struct bill *b, const int *credits, bool sum)
{
	struct judge *j = b->judge;
	const char *label = "credit of all levels, exact";

	if (b->due_count == 1)
		return credits[0];
	if (sum)
		return derive_sum(j->book, label, "overlap sum", credits, b->due_count);
	return derive(j->book, label, "overlap max", of_all(j->arena, "max", b->due_count), b->due_count,
	              credits);
}

/* What a level comes to for all payers at a reading; FIGURE_UNKNOWN: not known or without limit. */
static int level_total(const struct bill *b, size_t level, size_t reading)
{
	size_t payers = b->service->fee_count;
	int *parts = arena_array(b->judge->arena, payers, sizeof *parts);

	for (size_t p = 0; p < payers; p++)
		parts[p] = *bill_exact(b, p, level, reading);
	return derive_sum(b->judge->book, "credit of the level, all payers, exact", NULL, parts, payers);
}

#define NONE_DUE ((size_t)-1)

/* The level that was chosen, or the largest at the reading; NONE_DUE: the chosen one carries no credit here. */
static size_t one_level(const struct bill *b, size_t reading, bool *known)
{
	size_t largest = 0;
	int most = FIGURE_UNKNOWN;

	*known = true;
	for (size_t l = 0; b->service->choice && l < b->due_count; l++)
		if (strcmp(b->due[l]->level->id, b->service->choice) == 0)
			return l;
	if (b->service->choice)
		return NONE_DUE;
	for (size_t l = 0; l < b->due_count; l++) {
		int total = level_total(b, l, reading);

		*known = *known && total >= 0;
		if (total >= 0 && (most < 0 || book_compare(b->judge->book, total, most) > 0)) {
			most = total;
			largest = l;
		}
	}
	return largest;
}

/* The credit of the level for one payer, beside those that it was chosen from. */
static int chosen_credit(struct bill *b, size_t payer, size_t level, size_t reading)
{
	struct judge *j = b->judge;
	const char *label = "credit of the level chosen";
	const char *clause =
	    b->service->choice ? "overlap choose_one, as chosen" : "overlap choose_one, the largest";
	int *all = arena_array(j->arena, b->due_count, sizeof *all);

	for (size_t l = 0; l < b->due_count; l++)
		all[l] = *bill_exact(b, payer, l, reading);
	if (level == NONE_DUE)
		return derive_given(j->book, label, clause, "0");
	/* which level is the largest of all payers together may change what one of them gets either way */
	if (!b->service->choice && reading != AT_POINT && !bill_in_proportion(b))
		return derive(j->book, label, clause,
		              of_all(j->arena, reading == AT_BEST ? "min" : "max", b->due_count),
		              b->due_count, all);
	return derive(j->book, label, clause, arena_printf(j->arena, "$%zu", level + 1), b->due_count, all);
}

static const char *choice_note(const struct bill *b, size_t level)
{
	struct arena *a = b->judge->arena;
	const char *choice = b->service->choice;

	if (level == NONE_DUE)
		return arena_printf(a, "one level only, as chosen: %s, which gives nothing here", choice);
	return choice ? arena_printf(a, "one level only, as chosen: %s", choice)
	              : arena_printf(a, "one level only, the largest: %s", b->due[level]->level->id);
}

static void choose_one(struct bill *b)
{
	for (size_t r = 0; r < READING_COUNT; r++) {
		bool known;
		size_t level = one_level(b, r, &known);

		for (size_t p = 0; known && p < b->service->fee_count; p++)
			*bill_credit(b, p, r) = chosen_credit(b, p, level, r);
		if (r == AT_POINT && known && (b->due_count > 1 || level == NONE_DUE))
			bill_note(b, choice_note(b, level));
	}
}

void overlap_combine(struct bill *b)
{
	enum overlap_rule rule = b->terms->overlap;
	int *credits = arena_array(b->judge->arena, b->due_count, sizeof *credits);

	for (size_t i = 0; i < b->service->fee_count * READING_COUNT; i++)
		b->credits[i] = FIGURE_UNKNOWN;
	if (rule == OVERLAP_CHOOSE_ONE) {
		choose_one(b);
		return;
	}
	for (size_t p = 0; p < b->service->fee_count; p++)
		for (size_t r = 0; r < READING_COUNT; r++) {
			for (size_t l = 0; l < b->due_count; l++)
				credits[l] = *bill_exact(b, p, l, r);
			*bill_credit(b, p, r) = sum_or_max(b, credits, rule != OVERLAP_MAX);
		}
}
