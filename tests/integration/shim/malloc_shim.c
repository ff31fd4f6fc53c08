/*
 * malloc_shim: memory that is refused at random, for a process that preloads it, while the file MALLOC_SHIM exists: one
 * in MALLOC_SHIM_RATE of what its main thread asks for. Other threads get theirs.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_EVERY 256 /* calls: whether the file exists */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static bool refuses(void)
{
	static unsigned long calls, rate, chance = 1;
	static bool on;

	if (syscall(SYS_gettid) != getpid())
		return false;
	if (calls++ % LOOK_EVERY == 0) {
		const char *file = getenv("MALLOC_SHIM"), *wanted = getenv("MALLOC_SHIM_RATE");

		rate = wanted ? strtoul(wanted, NULL, 10) : 0;
		on = rate && file && access(file, F_OK) == 0;
	}
	chance = chance * 6364136223846793005 + 1442695040888963407;
	return on && (chance >> 33) % rate == 0;
}

void *malloc(size_t size)
{
	return refuses() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return refuses() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return refuses() ? NULL : __libc_realloc(block, size);
}
