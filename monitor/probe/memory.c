/* memory: what libraries work with. */
#include "monitor/probe/memory.h"

#include <ares.h>
#include <curl/curl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

union block {
	union block *next; /* of those that were given back */
	max_align_t aligned;
	char bytes[RESERVE_BLOCK];
};

static struct {
	atomic_int_least64_t refused_us; /* moment of the last time; 0 never */
	pthread_mutex_t lock;            /* of the reserve */
	union block *back;
	size_t used; /* blocks that were ever taken */
	union block blocks[RESERVE_BLOCKS];
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local const atomic_bool *obeyed; /* NULL: nothing */

void memory_obey(const atomic_bool *stop)
{
	obeyed = stop;
}

struct moment memory_refused(void)
{
	return (struct moment){ atomic_load(&memory.refused_us) };
}

/* ---- the reserve ---- */

void *memory_reserve_take(void)
{
	union block *block = NULL;

	pthread_mutex_lock(&memory.lock);
	if (memory.back) {
		block = memory.back;
		memory.back = block->next;
	} else if (memory.used < RESERVE_BLOCKS) {
		block = &memory.blocks[memory.used++];
	}
	pthread_mutex_unlock(&memory.lock);
	return block;
}

bool memory_reserve_holds(const void *block)
{
	const char *at = block, *first = memory.blocks[0].bytes;

	return at >= first && at < first + sizeof memory.blocks;
}

void memory_reserve_give(void *given)
{
	union block *block = given;

	pthread_mutex_lock(&memory.lock);
	block->next = memory.back;
	memory.back = block;
	pthread_mutex_unlock(&memory.lock);
}

/* ---- what the libraries call ---- */

/* Where the system refused a block of that size. */
static void *instead(size_t size)
{
	void *block = size <= RESERVE_BLOCK ? memory_reserve_take() : NULL;

	if (!block)
		atomic_store(&memory.refused_us, moment_now().us);
	return block;
}

void *memory_take(size_t size)
{
	void *block = malloc(size);

	return block || !size ? block : instead(size);
}

static void *take_zeros(size_t count, size_t size)
{
	void *block = calloc(count, size);

	if (block || !count || !size)
		return block;
	block = instead(count > RESERVE_BLOCK / size ? RESERVE_BLOCK + 1 : count * size);
	return block ? memset(block, 0, RESERVE_BLOCK) : NULL;
}

static void give(void *block)
{
	if (memory_reserve_holds(block))
		memory_reserve_give(block);
	else
		free(block);
}

static void *move(void *from, size_t held, void *to, size_t size)
{
	if (!to)
		return NULL;
	memcpy(to, from, held < size ? held : size);
	give(from);
	return to;
}

void *memory_resize(void *block, size_t size)
{
	void *resized;

	if (!block)
		return memory_take(size);
	if (memory_reserve_holds(block) && size)
		return size <= RESERVE_BLOCK ? block : move(block, RESERVE_BLOCK, memory_take(size), size);
	if (!size) {
		give(block);
		return NULL;
	}
	resized = realloc(block, size);
	return resized ? resized : move(block, malloc_usable_size(block), instead(size), size);
}

static char *copy(const char *text)
{
	size_t size = strlen(text) + 1;
	void *block = memory_take(size);

	return block ? memcpy(block, text, size) : NULL;
}

/* It is no want of memory, so nothing is kept of it. */
static bool gets_none(void)
{
	return obeyed && atomic_load(obeyed);
}

static void *crypto_take(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return gets_none() ? NULL : memory_take(size);
}

static void *crypto_resize(void *block, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return gets_none() ? NULL : memory_resize(block, size);
}

static void crypto_give(void *block, const char *file, int line)
{
	(void)file, (void)line;
	give(block);
}

int memory_begin(struct error *err)
{
	if (CRYPTO_set_mem_functions(crypto_take, crypto_resize, crypto_give) == 1 &&
	    uv_replace_allocator(memory_take, memory_resize, take_zeros, give) == 0 &&
	    ares_library_init_mem(ARES_LIB_INIT_ALL, memory_take, give, memory_resize) == ARES_SUCCESS &&
	    curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_take, give, memory_resize, copy, take_zeros) ==
	        CURLE_OK)
		return 0;
	return error_set(err, ERROR_MEMORY, "cannot give the libraries their memory");
}
