/*
 * heap: entries ordered by an int64_t key, the least on top. Intrusive: an entry is a member of the caller's
 * struct, which must stay where it is while the entry is in the heap.
 *
 * Four children to a node, and the keys beside the pointers: with 50,000 targets most of an operation's time is
 * waiting for memory, and this way it looks at about 8 places, all in the heap's own array.
 *
 *     struct heap h = { 0 };
 *     if (heap_add(&h, &target->due, due_us) < 0) ...
 *     while ((e = heap_top(&h)) && e->key <= now_us) ... heap_remove(&h, e);
 *     heap_release(&h);
 */
#ifndef GOVSLA_MONITOR_HEAP_H
#define GOVSLA_MONITOR_HEAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct heap_entry {
	int64_t key;
	size_t place; /* 1-based position in the heap; 0 = not in a heap */
};

struct heap_slot {
	int64_t key; /* the entry's */
	struct heap_entry *entry;
};

struct heap { /* all zero is a valid empty heap */
	struct heap_slot *at;
	size_t count, size;
};

/* Adds an entry that is in no heap. Returns 0 or ERROR_MEMORY. */
int heap_add(struct heap *h, struct heap_entry *entry, int64_t key) MUST_CHECK;

/* Makes room for count entries, so that heap_add() of as many does not fail. Returns 0 or ERROR_MEMORY. */
int heap_reserve(struct heap *h, size_t count) MUST_CHECK;

/* Takes an entry out; one that is in no heap is left alone. */
void heap_remove(struct heap *h, struct heap_entry *entry);

/* Takes all of them out; the room stays. */
void heap_clear(struct heap *h);

/* Gives an entry of the heap another key. */
void heap_move(struct heap *h, struct heap_entry *entry, int64_t key);

/* The entry with the least key, or NULL. */
static inline struct heap_entry *heap_top(const struct heap *h)
{
	return h->count ? h->at[0].entry : NULL;
}

/* Gives the memory back; the entries are the caller's. */
void heap_release(struct heap *h);

#endif
