#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)64 * 1024)

struct arena_chunk {
	struct arena_chunk *previous;
	alignas(max_align_t) unsigned char bytes[];
};

static void out_of_memory(void)
{
	fputs("govsla: out of memory\n", stderr);
	abort();
}

static void grow(struct arena *a, size_t need)
{
	size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
	struct arena_chunk *chunk;

	if (size > SIZE_MAX - sizeof *chunk)
		out_of_memory();
	chunk = calloc(1, sizeof *chunk + size);
	if (!chunk)
		out_of_memory();
	chunk->previous = a->chunk;
	a->chunk = chunk;
	a->used = 0;
	a->size = size;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t need;
	void *at;

	if (size && count > (SIZE_MAX - align) / size)
		out_of_memory();
	need = (count * size + align - 1) / align * align;
	if (!a->chunk || a->size - a->used < need)
		grow(a, need);
	at = a->chunk->bytes + a->used;
	a->used += need;
	return at;
}

char *arena_copy(struct arena *a, const char *text)
{
	size_t size;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	return memcpy(arena_array(a, size, 1), text, size);
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	char first[256]; /* most texts are short: formatted once */
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(first, sizeof first, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	text = arena_array(a, (size_t)length + 1, 1);
	if ((size_t)length < sizeof first)
		memcpy(text, first, (size_t)length + 1);
	else
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

void arena_release(struct arena *a)
{
	while (a->chunk) {
		struct arena_chunk *previous = a->chunk->previous;

		free(a->chunk);
		a->chunk = previous;
	}
	a->used = a->size = 0;
}
