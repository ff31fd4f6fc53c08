#include "monitor/observe/lasting.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct lasting *lasting_new(void)
{
	struct lasting *l = calloc(1, sizeof *l);

	if (l) {
		l->users = 1;
		l->held_until.us = INT64_MAX;
	}
	return l;
}

struct lasting *lasting_use(struct lasting *l)
{
	l->users++;
	return l;
}

void lasting_drop(struct lasting *l)
{
	if (--l->users > 0)
		return;
	destinations_release(&l->destinations);
	free(l);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct lasting_target *)a)->id, ((const struct lasting_target *)b)->id);
}

struct lasting_target *lasting_target_use(struct lasting *l, const char *id)
{
	size_t size = strlen(id) + 1;
	struct lasting_target *wanted = calloc(1, sizeof *wanted + size), **found;

	if (!wanted)
		return NULL;
	wanted->last_outcome = -1;
	memcpy(wanted->id, id, size);
	found = tsearch(wanted, &l->targets, by_id);
	if (!found || *found != wanted)
		free(wanted);
	if (!found)
		return NULL;
	(*found)->users++;
	return *found;
}

void lasting_target_drop(struct lasting *l, struct lasting_target *target)
{
	if (--target->users > 0)
		return;
	(void)tdelete(target, &l->targets, by_id);
	own_side_release(&target->reference);
	free(target);
}
