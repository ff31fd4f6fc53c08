/*
 * outline: everything that a statement says, each under a path that a person can type.
 *
 *     services.line-1.levels.availability.credit.amount
 *     obligations.da-lg-a/5.3-1.payable      payable_to.lg-a.amount
 *
 * Made by walking the tree that the JSON is written from, so that the two cannot differ: a new key of the statement
 * is a new path here. Members of a list are called by what names them (id, payer, to, debtor-creditor/basis, the
 * instant at which they start), else by their place; both may be typed. Leading parts may be left out where the rest
 * is unique, and a path that stops at an object means its main figure (amount, payable, by_method, …).
 *
 * Not a query language; and not the derivations, which derivation.h has.
 */
#ifndef GOVSLA_REPORT_OUTLINE_H
#define GOVSLA_REPORT_OUTLINE_H

#include "base/arena.h"
#include "base/error.h"
#include "calc/statement.h"

struct outline_part {                     /* one step of a path, from the leaf to the root */
	const struct outline_part *above; /* NULL: the first */
	const char *name;                 /* unique among its siblings */
	const char *alias;                /* a shorter name that need not be; NULL */
	int64_t index;                    /* the place in a list; -1: a key */
};

enum outline_kind {
	OUTLINE_FIGURE,  /* a figure, with its node */
	OUTLINE_WORD,    /* verdicts, reasons, names, instants */
	OUTLINE_COUNT,   /* counts of samples, days left */
	OUTLINE_FLAG,    /* true, false */
	OUTLINE_NOTHING, /* null: not defined, not stated */
};

struct outline_item {
	const char *path;
	const struct outline_part *part;
	enum outline_kind kind;
	int node;         /* FIGURE_UNKNOWN unless a figure */
	const char *text; /* exact; NULL for OUTLINE_NOTHING */
};

struct outline {
	struct outline_item *items; /* in the order of the statement */
	size_t count;
};

/* All of it lives in the arena. */
struct outline outline_of(struct arena *a, const struct statement *s);

/*
 * The figure that a path means. Returns 0, or ERROR_USAGE: there is none (the hint names a path that is near), or
 * several.
 */
int outline_find(const struct outline *o, const char *path, const struct outline_item **out,
                 struct error *err) MUST_CHECK;

/* The item of exactly that path, whatever it is; NULL. */
const struct outline_item *outline_at(const struct outline *o, const char *path);

/* The first figure, in the order of the statement, with that node; NULL: none has it. */
const struct outline_item *outline_of_node(const struct outline *o, int node);

/*
 * The name in the k-th part of the item's path (0 the first), NULL beyond its end:
 * outline_name(item, 0) "services", outline_name(item, 1) "line-1". index, if not NULL, gets the place in its list.
 */
const char *outline_name(const struct outline_item *item, size_t k, int64_t *index);

#endif
