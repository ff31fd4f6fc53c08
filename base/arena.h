/*
 * arena: memory that lives and dies together.
 *
 * For the batch side (case, calc, report): everything read or computed for one statement comes from one arena
 * and goes with one arena_release(). Nothing is freed singly. Out of memory aborts the process with a
 * message, as GMP does, whose integers live beside it; a statement is never half made, because nothing is
 * written until it is complete. Not for the monitor, which must survive: it uses malloc and checks.
 *
 *     struct arena a = { 0 };
 *     char *name = arena_copy(&a, "line-a");
 *     arena_release(&a);
 */
#ifndef GOVSLA_BASE_ARENA_H
#define GOVSLA_BASE_ARENA_H

#include "base/error.h"

#include <stddef.h>

struct arena_chunk;

struct arena { /* all zero is a valid empty arena */
	struct arena_chunk *chunk;
	size_t used, size; /* bytes of the current chunk */
};

/* Zeroed memory for count objects of size bytes, aligned for any type. Never NULL. */
void *arena_array(struct arena *a, size_t count, size_t size);

#define arena_new(a, type) ((type *)arena_array((a), 1, sizeof(type)))

/* A copy of text (NULL gives NULL). */
char *arena_copy(struct arena *a, const char *text);

/* printf into the arena. */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

/* Gives all memory back; the arena is empty and usable again. */
void arena_release(struct arena *a);

#endif
