/*
 * change: what if? One fact of a case document made otherwise, before it is read.
 *
 *     --drop KIND:ID                  an exclusion, correction, incident, record, claim, invoice or agreement
 *     --set KEY=VALUE                 any key of the case, such as services[line-1].fees[0].amount=300000; members of a
 *                                     list by place or by id; KEY:=JSON for a value that is no text
 *     --band TERMS/LEVEL:FROM-TO=RATE the rate of one band; TERMS/LEVEL=RATE the rate of any miss
 *     --fault LOSS:csp=1/2,da=1/2     the shares of fault of a loss; turns on the policies that this needs
 *     --policy NAME=VALUE
 *     --reading SERVICE/LEVEL=READING another reading becomes the level, for that service alone
 *     --as-of INSTANT                 with what was entered by then
 *
 * The changed document goes through the ordinary reader, so that a change that makes no sense gets the ordinary error.
 * Here only what cannot be found is refused.
 */
#ifndef GOVSLA_SLACALC_CHANGE_H
#define GOVSLA_SLACALC_CHANGE_H

#include "base/arena.h"
#include "base/document.h"

struct change {
	const char *option; /* "drop", … */
	const char *value;
};

struct change_list {
	struct change *items;
	size_t count;
	const char **done; /* what changing did, in words that name the case's keys */
	size_t done_count;
};

/* Takes the options above out of argv, in their order; they may be given more than once. Returns 0 or ERROR_USAGE. */
int change_options(struct arena *a, int *argc, char **argv, struct change_list *out,
                   struct error *err) MUST_CHECK;

/* Changes the document's value in place. Returns 0, or ERROR_USAGE: what is not there, or is not understood. */
int change_apply(struct arena *a, struct document *doc, struct change_list *changes,
                 struct error *err) MUST_CHECK;

/* The member of a list with that id; NULL. index, if not NULL, gets its place. */
json_t *change_member(const json_t *list, const char *id, size_t *index);

/* The terms of a service as an object of its own that may be changed: written out, and of that service alone. */
int change_own_terms(struct arena *a, struct document *doc, const char *service, json_t **out,
                     struct error *err) MUST_CHECK;

#endif
