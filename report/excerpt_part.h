/* excerpt_part: what excerpt.c and excerpt_keep.c share. Internal to them. */
#ifndef GOVSLA_REPORT_EXCERPT_PART_H
#define GOVSLA_REPORT_EXCERPT_PART_H

#include "report/excerpt.h"
#include "report/owner.h"

struct excerpts {
	struct arena arena;
	const struct statement *s;
	struct owners *owners;
	unsigned char *wanted; /* by node */
	int *of_account;       /* whose, by account of the ledger */
};

struct excerpt {
	struct excerpts *all;
	const struct party *party;
	int owner; /* the municipality's number; OWNER_NONE: of a party to whom nothing is hidden */
	const char *const *asked_for; /* ids of services */
	size_t asked_for_count;
};

/* Whether a figure, record or party that is an owner's must not be shown. */
static inline bool excerpt_foreign(const struct excerpt *e, int owner)
{
	return e->owner != OWNER_NONE && owner >= 0 && owner != e->owner;
}

/* excerpt_keep.c: s is a copy of the whole statement, with s->excerpt set; leaves in it what concerns the party. */
void excerpt_keep(struct arena *a, struct statement *s);

#endif
