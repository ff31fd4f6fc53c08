/*
 * excerpt: what of a statement one party is shown (docs/decisions/0019).
 *
 * A municipality's excerpt holds what concerns it: its services, its obligations and what they are paid from, its part of
 * every sharing with the totals that are needed to check it, its entries of the ledger. Losses, fees, shares and
 * payments of other municipalities are not in it, nor the names of their records: a figure that is made from theirs (the total of a pot) keeps its
 * value and loses its formula; their own figures are left out. The Agency's excerpt hides nothing.
 *
 * An excerpt is a statement that every report/ function takes. Its derivations are those that the figures which were
 * written rest on; so a writer that prints derivations calls excerpt_begin(), writes (each figure calls
 * excerpt_want()), then excerpt_close(), and asks excerpt_shows() of each node. On a whole statement these do nothing.
 *
 * Not a judgement: no figure is computed here. Not a secret-keeping device either: of two municipalities each can
 * subtract its own part from a total.
 *
 *     struct excerpts *e = excerpts_new(s);
 *     const struct statement *mine = excerpt_make(e, &arena, party);
 *     report_json(mine, &out);                     the arena keeps mine
 *     excerpts_free(e);                            after the last use of mine
 */
#ifndef GOVSLA_REPORT_EXCERPT_H
#define GOVSLA_REPORT_EXCERPT_H

#include "base/arena.h"
#include "calc/statement.h"

/* In place of the id of another municipality's record, which changed what is left for this one. */
#define EXCERPT_NAMELESS "*"

enum shown {
	SHOWN_NOT,
	SHOWN_VALUE, /* made from figures of others: the value without its formula */
	SHOWN_FULL,
};

struct excerpts;

/* Prepares excerpts of a whole statement: of whom each node is. One pass over the book. */
struct excerpts *excerpts_new(const struct statement *s);
void excerpts_free(struct excerpts *e);

/* The excerpt of one party. One excerpt of e is written at a time: they share marks. */
const struct statement *excerpt_make(struct excerpts *e, struct arena *a, const struct party *party);

/* All of the statement, for a page that shows a part of its figures: of the derivations, what these rest on. */
const struct statement *excerpt_whole(struct excerpts *e, struct arena *a);

/*
 * The excerpt of the municipality with a code. asked_for: ids of services that are its own whoever pays (those of a month
 * of the database that was loaded for it; what stands beside them because of records that all share is of others), or
 * NULL. NULL where no party of the case has the code, unless services were asked for: then nothing in it is of a
 * municipality but those.
 */
const struct statement *excerpt_of_code(struct excerpts *e, struct arena *a, const char *code,
                                        const char *const *asked_for, size_t asked_for_count);

/* The Agency's; the whole where the case has no Agency. */
const struct statement *excerpt_agency(struct excerpts *e, struct arena *a);

/* The party whose excerpt it is; NULL: the whole statement. */
const struct party *excerpt_party(const struct statement *s);

/* Whether figures of others are hidden. */
bool excerpt_hides(const struct statement *s);

void excerpt_begin(const struct statement *s);
void excerpt_want(const struct statement *s, int node); /* FIGURE_UNKNOWN is fine */
size_t excerpt_wanted(const struct statement *s);       /* how many different nodes, so far */
/* Takes in what the wanted ones are made from; all of it, or, where that would be more than so many, none. */
void excerpt_close_within(const struct statement *s, size_t most);
void excerpt_close(const struct statement *s);

/* Whether a node's formula may be seen: nothing of others is among its inputs. True of a whole statement. */
bool excerpt_is_open(const struct statement *s, int node);

enum shown excerpt_shows(const struct statement *s, int node);

/* A label of a node that is shown; NULL when it names a municipality that is not shown. */
const char *excerpt_label(const struct statement *s, const char *label);

/* The municipalities that have a part in the statement, in the order of the case: those with a page each. */
size_t excerpt_bodies(struct excerpts *e, struct arena *a, const struct party ***bodies);

#endif
