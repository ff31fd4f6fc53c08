/*
 * memory: what libraries work with, so that memory that runs out is neither an outage nor an end.
 *
 * libcurl, OpenSSL, c-ares and libuv all say when they cannot begin something for want of memory. In the middle of it
 * they do not: OpenSSL calls a certificate untrusted, c-ares a name unknown, and libcurl 7.88 divides by the size of a
 * table that it could not make (SIGFPE in trhash()). So all of them get their memory here:
 * - small blocks (RESERVE_BLOCK) that the system refuses come out of a reserve. What begins something is
 *   larger, so that without memory nothing is begun, and the reserve is for what is under way;
 * - when something is refused nevertheless is kept, and a probe that failed about then is no observation (observe).
 *
 * These libraries' hooks have no argument, and several threads use them: reserve and time are the process's, behind a
 * lock. Until it is needed the reserve takes addresses, but no memory. Not here: SQLite, libpq, and our own code, which
 * look at each block they ask for.
 */
#ifndef GOVSLA_MONITOR_MEMORY_H
#define GOVSLA_MONITOR_MEMORY_H

#include "base/error.h"
#include "monitor/record/moment.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define RESERVE_BLOCK  512 /* bytes */
#define RESERVE_BLOCKS 2048

/* Gives the libraries their memory; before anything else is asked of them. Returns 0 or ERROR_MEMORY. */
int memory_begin(struct error *err) MUST_CHECK;

/* When a library was last refused memory; 0: never. */
struct moment memory_refused(void);

/*
 * Once *stop is true, OpenSSL gets no memory in the thread that calls this, so that it cannot go on with what has no end: the
 * only way to stop a library that does not ask. stop: borrowed until the thread ends.
 */
void memory_obey(const atomic_bool *stop);

/* ---- the hooks' parts, for tests ---- */

/* One block of the reserve, aligned for anything; NULL: none is left. */
void *memory_reserve_take(void);

/* Whether a block is one of the reserve's; those are given back, never freed. */
bool memory_reserve_holds(const void *block);
void memory_reserve_give(void *block);

/* As malloc() and realloc(). NULL: refused, and the time kept; what was to be resized is as it was. */
void *memory_take(size_t size);
void *memory_resize(void *block, size_t size);

#endif
