/* memory: small blocks when the system gives none, each once, and back again. */
#include "monitor/probe/memory.h"
#include "suite.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdint.h>

/* The sanitizer would end the program where memory is refused. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

START_TEST(each_block_of_the_reserve_is_given_once_until_it_comes_back)
{
	static char *blocks[RESERVE_BLOCKS];

	for (size_t i = 0; i < RESERVE_BLOCKS; i++) {
		blocks[i] = memory_reserve_take();
		ck_assert_ptr_nonnull(blocks[i]);
		ck_assert(memory_reserve_holds(blocks[i]));
		ck_assert_uint_eq((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
		memset(blocks[i], (int)(i % 251), RESERVE_BLOCK);
	}
	ck_assert_ptr_null(memory_reserve_take());
	for (size_t i = 0; i < RESERVE_BLOCKS; i++) {
		char want[RESERVE_BLOCK];

		ck_assert_mem_eq(blocks[i], memset(want, (int)(i % 251), sizeof(want)), sizeof(want));
	}
	memory_reserve_give(blocks[7]);
	memory_reserve_give(blocks[9]);
	ck_assert_ptr_eq(memory_reserve_take(), blocks[9]);
	ck_assert_ptr_eq(memory_reserve_take(), blocks[7]);
	ck_assert_ptr_null(memory_reserve_take());
}
END_TEST

START_TEST(what_is_not_of_the_reserve_is_not_taken_for_it)
{
	char *first = memory_reserve_take(), other;

	ck_assert(!memory_reserve_holds(&other));
	ck_assert(!memory_reserve_holds(NULL));
	ck_assert(!memory_reserve_holds(first - 1));
	ck_assert(memory_reserve_holds(first + RESERVE_BLOCK));
	ck_assert(!memory_reserve_holds(first + (size_t)RESERVE_BLOCK * RESERVE_BLOCKS));
}
END_TEST

START_TEST(a_block_of_the_reserve_grows_into_memory_and_keeps_what_it_holds)
{
	char *block = memory_reserve_take(), *grown;

	memset(block, 'x', RESERVE_BLOCK);
	ck_assert_ptr_eq(memory_resize(block, RESERVE_BLOCK), block);
	grown = memory_resize(block, 2 * RESERVE_BLOCK);
	ck_assert(!memory_reserve_holds(grown));
	for (size_t i = 0; i < RESERVE_BLOCK; i++)
		ck_assert_int_eq(grown[i], 'x');
	ck_assert_ptr_eq(memory_reserve_take(), block); /* it came back */
	free(grown);
}
END_TEST

START_TEST(what_memory_has_not_is_refused_and_nothing_lost)
{
	struct moment before = moment_now();
	char *block = memory_reserve_take();

	memset(block, 'x', RESERVE_BLOCK);
	ck_assert_int_eq(memory_refused().us, 0);
	ck_assert_ptr_null(memory_resize(block, SIZE_MAX / 4));
	ck_assert(moment_between(before, memory_refused()) >= 0);
	ck_assert_int_eq(block[RESERVE_BLOCK - 1], 'x');
	ck_assert_ptr_ne(memory_reserve_take(), block);
}
END_TEST

static void *take_and_stop(void *arg)
{
	atomic_bool *stop = arg;
	void *before;

	memory_obey(stop);
	before = CRYPTO_malloc(1, "", 0);
	ck_assert_ptr_nonnull(before);
	CRYPTO_free(before, "", 0);
	atomic_store(stop, true);
	return CRYPTO_malloc(1, "", 0);
}

START_TEST(a_thread_that_is_told_to_stop_gets_no_more_and_others_do)
{
	atomic_bool stop = false;
	struct error err = { 0 };
	pthread_t thread;
	void *got = &thread, *other;

	ck_assert_int_eq(memory_begin(&err), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, take_and_stop, &stop), 0);
	ck_assert_int_eq(pthread_join(thread, &got), 0);
	ck_assert_ptr_null(got);
	ck_assert_int_eq(memory_refused().us, 0); /* it was no want of memory */
	other = CRYPTO_malloc(1, "", 0);
	ck_assert_ptr_nonnull(other);
	CRYPTO_free(other, "", 0);
}
END_TEST

int main(void)
{
	return run_suite("memory", (const TTest *const[]){
	                               each_block_of_the_reserve_is_given_once_until_it_comes_back,
	                               what_is_not_of_the_reserve_is_not_taken_for_it,
	                               a_block_of_the_reserve_grows_into_memory_and_keeps_what_it_holds,
	                               what_memory_has_not_is_refused_and_nothing_lost,
	                               a_thread_that_is_told_to_stop_gets_no_more_and_others_do, NULL });
}
