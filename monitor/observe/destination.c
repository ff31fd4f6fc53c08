#include "monitor/observe/destination.h"

#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct destination {
	struct heap_entry next; /* when the next token comes; in the heap while somebody waits */
	struct bucket bucket;
	struct destination_pass *first, *last;
	int users;
	char host[];
};

static int by_host(const void *a, const void *b)
{
	return strcasecmp(((const struct destination *)a)->host, ((const struct destination *)b)->host);
}

static struct destination *make(const char *host)
{
	size_t size = strlen(host) + 1;
	struct destination *d = calloc(1, sizeof *d + size);

	if (d)
		memcpy(d->host, host, size);
	return d;
}

struct destination *destination_use(struct destinations *all, const char *host)
{
	struct destination *wanted = make(host), **found;

	/* room for all in the heap, so that none of them is ever refused to wait */
	if (!wanted || heap_reserve(&all->waiting, all->count + 1) < 0) {
		free(wanted);
		return NULL;
	}
	found = tsearch(wanted, &all->by_host, by_host);
	if (!found || *found != wanted)
		free(wanted);
	else
		all->count++;
	if (!found)
		return NULL;
	(*found)->users++;
	return *found;
}

void destination_drop(struct destinations *all, struct destination *host)
{
	if (--host->users > 0)
		return;
	heap_remove(&all->waiting, &host->next);
	(void)tdelete(host, &all->by_host, by_host);
	all->count--;
	free(host);
}

void destination_limit(struct destination *host, int64_t rate_per_s, int64_t burst, struct moment now)
{
	bucket_set(&host->bucket, rate_per_s, burst, now);
}

/* ---- waiting ---- */

static void append(struct destination *host, struct destination_pass *pass)
{
	pass->before = host->last;
	pass->after = NULL;
	*(host->last ? &host->last->after : &host->first) = pass;
	host->last = pass;
	pass->at = host;
}

static void take_out(struct destination *host, struct destination_pass *pass)
{
	*(pass->before ? &pass->before->after : &host->first) = pass->after;
	*(pass->after ? &pass->after->before : &host->last) = pass->before;
	pass->at = NULL;
}

void destination_request(struct destinations *all, struct destination *host, struct destination_pass *pass,
                         void (*go)(void *owner), void *owner, struct moment now)
{
	*pass = (struct destination_pass){ .go = go, .owner = owner };
	if (!host->first && bucket_take(&host->bucket, now)) {
		go(owner);
		return;
	}
	append(host, pass);
	if (host->next.place == 0) /* cannot fail: reserved */
		(void)!heap_add(&all->waiting, &host->next, now.us + bucket_wait_us(&host->bucket, now));
}

void destination_give_up(struct destinations *all, struct destination_pass *pass)
{
	struct destination *host = pass->at;

	if (!host)
		return;
	take_out(host, pass);
	if (!host->first)
		heap_remove(&all->waiting, &host->next);
}

/* Lets those go for whom there is a token. A pass may ask again from within its go(). */
static void serve(struct destinations *all, struct destination *host, struct moment now)
{
	while (host->first && bucket_take(&host->bucket, now)) {
		struct destination_pass *pass = host->first;

		destination_give_up(all, pass);
		pass->go(pass->owner);
	}
	if (host->first && host->next.place)
		heap_move(&all->waiting, &host->next, now.us + bucket_wait_us(&host->bucket, now));
}

void destinations_serve(struct destinations *all, struct moment now)
{
	struct heap_entry *top;

	while ((top = heap_top(&all->waiting)) && top->key <= now.us)
		serve(all, (struct destination *)((char *)top - offsetof(struct destination, next)), now);
}

struct moment destinations_next(const struct destinations *all)
{
	const struct heap_entry *top = heap_top(&all->waiting);

	return (struct moment){ top ? top->key : INT64_MAX };
}

void destinations_release(struct destinations *all)
{
	heap_release(&all->waiting);
}
