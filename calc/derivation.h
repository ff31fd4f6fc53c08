/*
 * derivation: arithmetic that explains itself.
 *
 * A book is a list of nodes n1, n2, … Each is either given (a count of seconds, a fee, a rate, with its
 * source) or derived: a formula over earlier nodes that this module itself evaluates, exactly. The formula
 * that a reader sees is the formula that was computed; the two cannot drift apart.
 *
 * Formula: numbers, inputs $1 $2 …, + - * / ( ), and the functions
 *     min(a, …) max(a, …)            floor(x, unit) ceil(x, unit) half_up(x, unit) half_even(x, unit)
 *     rate(x, from, to, rate, …)     the rate of the band with from <= x < to, 0 when there is none
 *     severest(x, from, to, rate, …) the largest rate among the bands that hold x, 0 when there is none
 *     rate_to(…) severest_to(…)      the same with from < x <= to
 *     rate_open(…) severest_open(…)  the same with from < x < to
 *     lt(x, y, rate) le gt ge eq     rate when x < y (<=, >, >=, =), else 0
 * Rounding functions round to a multiple of unit; half_up rounds half away from zero (JIS Z 8401 rule B),
 * half_even is its rule A.
 *
 * Not a general calculator: no variables, no conditions. No floating point, no default rounding: a node is
 * rounded only by a rounding function, and then carries its rule and its clause.
 *
 *     int fee  = derive_given(book, "fee of lg-a", "services[0].fees[0].amount", "250000");
 *     int rate = derive_given(book, "rate", "terms own-line", "1");
 *     int due  = derive(book, "credit", NULL, "$1 * $2 / 100", 2, (int[]){ fee, rate });
 *
 * Errors in a formula are our bugs (assert); division by zero gives FIGURE_UNKNOWN (-1), as does any unknown
 * input.
 */
#ifndef GOVSLA_CALC_DERIVATION_H
#define GOVSLA_CALC_DERIVATION_H

#include "base/arena.h"
#include "base/error.h"

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

struct book;

struct node_rounding {
	const char *rule;   /* "floor", … */
	const char *unit;   /* "1" */
	const char *of;     /* "credit", "reduced_fee", … */
	const char *clause; /* the law or clause that says so */
};

struct derivation {
	const char *label;   /* what the figure is, in words */
	const char *clause;  /* rule of the standard, contract or method; for a given node its source */
	const char *formula; /* with $1 … for the inputs; "given" for a given node */
	const int *inputs;   /* node numbers, 0-based */
	size_t input_count;
	const struct node_rounding *rounding; /* NULL unless the formula rounds */
	const char *value;                    /* exact, after rounding */
	const char *before; /* exact, before rounding; the same as value when nothing is rounded */
};

struct book *book_new(struct arena *a);
void book_free(struct book *b); /* GMP's memory; the arena keeps the texts */

size_t book_count(const struct book *b);
const struct derivation *book_at(const struct book *b, int node);

/* A given figure: value is exact text that exact_check() accepts. NULL value gives FIGURE_UNKNOWN. */
int derive_given(struct book *b, const char *label, const char *source, const char *value);
int derive_given_int(struct book *b, const char *label, const char *source, long long value);

/* A derived figure. Any unknown input, or a division by zero, makes it unknown (-1). Texts are copied. */
int derive(struct book *b, const char *label, const char *clause, const char *formula, size_t count,
           const int *inputs);

/* The sum of figures: one alone is its own node, the sum of none is 0. */
int derive_sum(struct book *b, const char *label, const char *clause, const int *parts, size_t count);

/* A rounded figure: RULE($1, unit), by a rounding that names its clause. */
int derive_rounded(struct book *b, const char *label, int input, const struct node_rounding *rounding);

/*
 * What is computed once more is not told once more: from book_remember() on the book remembers its nodes, and while
 * book_reuse() is on, the same derivation of the same inputs is the node that was there first.
 */
void book_remember(struct book *b);
void book_reuse(struct book *b, bool on);

/* Compares two figures that are known: negative, 0, positive. */
int book_compare(const struct book *b, int left, int right);
int book_sign(const struct book *b, int node);

/* The number itself; borrowed. The node must be known. */
mpq_srcptr book_value(const struct book *b, int node);

#endif
