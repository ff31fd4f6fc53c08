#include "monitor/heap.h"

#include <stdlib.h>

static void put(struct heap *h, size_t i, struct heap_entry *entry)
{
	h->at[i] = entry;
	entry->place = i + 1;
}

static void sift_up(struct heap *h, size_t i, struct heap_entry *entry)
{
	while (i > 0 && h->at[(i - 1) / 2]->key > entry->key) {
		put(h, i, h->at[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(h, i, entry);
}

static void sift_down(struct heap *h, size_t i, struct heap_entry *entry)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < h->count && h->at[child + 1]->key < h->at[child]->key)
			child++;
		if (child >= h->count || h->at[child]->key >= entry->key)
			break;
		put(h, i, h->at[child]);
		i = child;
	}
	put(h, i, entry);
}

static void settle(struct heap *h, size_t i, struct heap_entry *entry)
{
	if (i > 0 && h->at[(i - 1) / 2]->key > entry->key)
		sift_up(h, i, entry);
	else
		sift_down(h, i, entry);
}

int heap_add(struct heap *h, struct heap_entry *entry, int64_t key)
{
	if (h->count == h->size) {
		size_t size = h->size ? 2 * h->size : 64;
		struct heap_entry **at = realloc(h->at, size * sizeof *at);

		if (!at)
			return ERROR_MEMORY;
		h->at = at;
		h->size = size;
	}
	entry->key = key;
	sift_up(h, h->count++, entry);
	return 0;
}

void heap_remove(struct heap *h, struct heap_entry *entry)
{
	size_t i = entry->place;
	struct heap_entry *last;

	if (!i)
		return;
	entry->place = 0;
	last = h->at[--h->count];
	if (last != entry)
		settle(h, i - 1, last);
}

void heap_move(struct heap *h, struct heap_entry *entry, int64_t key)
{
	entry->key = key;
	settle(h, entry->place - 1, entry);
}

void heap_release(struct heap *h)
{
	free(h->at);
	*h = (struct heap){ 0 };
}
