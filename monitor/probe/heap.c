#include "monitor/probe/heap.h"

#include <stdlib.h>

#define CHILDREN 4

static void put(struct heap *h, size_t i, struct heap_slot slot)
{
	h->at[i] = slot;
	slot.entry->place = i + 1;
}

static void sift_up(struct heap *h, size_t i, struct heap_slot slot)
{
	while (i > 0 && h->at[(i - 1) / CHILDREN].key > slot.key) {
		put(h, i, h->at[(i - 1) / CHILDREN]);
		i = (i - 1) / CHILDREN;
	}
	put(h, i, slot);
}

static size_t least_child(const struct heap *h, size_t i)
{
	size_t first = CHILDREN * i + 1, end = first + CHILDREN < h->count ? first + CHILDREN : h->count;
	size_t least = first;

	for (size_t child = first + 1; child < end; child++)
		if (h->at[child].key < h->at[least].key)
			least = child;
	return least;
}

static void sift_down(struct heap *h, size_t i, struct heap_slot slot)
{
	for (;;) {
		size_t child = least_child(h, i);

		if (child >= h->count || h->at[child].key >= slot.key)
			break;
		put(h, i, h->at[child]);
		i = child;
	}
	put(h, i, slot);
}

static void settle(struct heap *h, size_t i, struct heap_slot slot)
{
	if (i > 0 && h->at[(i - 1) / CHILDREN].key > slot.key)
		sift_up(h, i, slot);
	else
		sift_down(h, i, slot);
}

int heap_reserve(struct heap *h, size_t count)
{
	size_t size = h->size ? h->size : 64;
	struct heap_slot *at;

	if (count <= h->size)
		return 0;
	while (size < count)
		size *= 2;
	at = realloc(h->at, size * sizeof *at);
	if (!at)
		return ERROR_MEMORY;
	h->at = at;
	h->size = size;
	return 0;
}

int heap_add(struct heap *h, struct heap_entry *entry, int64_t key)
{
	if (heap_reserve(h, h->count + 1) < 0)
		return ERROR_MEMORY;
	entry->key = key;
	sift_up(h, h->count++, (struct heap_slot){ key, entry });
	return 0;
}

void heap_remove(struct heap *h, struct heap_entry *entry)
{
	size_t i = entry->place;
	struct heap_slot last;

	if (!i)
		return;
	entry->place = 0;
	last = h->at[--h->count];
	if (last.entry != entry)
		settle(h, i - 1, last);
}

void heap_clear(struct heap *h)
{
	for (size_t i = 0; i < h->count; i++)
		h->at[i].entry->place = 0;
	h->count = 0;
}

void heap_move(struct heap *h, struct heap_entry *entry, int64_t key)
{
	entry->key = key;
	settle(h, entry->place - 1, (struct heap_slot){ key, entry });
}

void heap_release(struct heap *h)
{
	free(h->at);
	*h = (struct heap){ 0 };
}
