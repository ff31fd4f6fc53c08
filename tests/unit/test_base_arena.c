/* arena: zeroed, aligned, kept apart, given back at once. */
#include "base/arena.h"
#include "suite.h"

#include <stdalign.h>
#include <stdint.h>

/* How many of the bytes are another than value. */
static size_t others(const unsigned char *bytes, size_t count, unsigned char value)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += bytes[i] != value;
	return n;
}

START_TEST(memory_is_zeroed_aligned_and_apart)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 15, 16, 17, 1000, 65535, 65536, 65537, 1000000, 3 };
	unsigned char *at[ROWS(sizes)];
	struct arena a = { 0 };

	for (size_t i = 0; i < ROWS(sizes); i++) {
		at[i] = arena_array(&a, sizes[i], 1);
		ck_assert_ptr_nonnull(at[i]);
		ck_assert_uint_eq((uintptr_t)at[i] % alignof(max_align_t), 0);
		ck_assert_uint_eq(others(at[i], sizes[i], 0), 0);
		memset(at[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ROWS(sizes); i++) /* nobody wrote over another's bytes */
		ck_assert_uint_eq(others(at[i], sizes[i], (unsigned char)(i + 1)), 0);
	arena_release(&a);
}
END_TEST

START_TEST(texts_are_copies)
{
	struct arena a = { 0 };
	char original[] = "line-a";
	char *copy = arena_copy(&a, original);

	original[0] = 'X';
	ck_assert_str_eq(copy, "line-a");
	ck_assert_ptr_null(arena_copy(&a, NULL));
	ck_assert_str_eq(arena_copy(&a, ""), "");
	ck_assert_str_eq(arena_printf(&a, "%s of %d", "n17", 42), "n17 of 42");
	arena_release(&a);
}
END_TEST

START_TEST(a_released_arena_can_be_used_again)
{
	struct arena a = { 0 };

	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(arena_printf(&a, "%0100000d", i) + 99999, i == 0 ? "0" : i == 1 ? "1" : "2");
		arena_release(&a);
	}
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("arena",
	                 (const TTest *const[]){ memory_is_zeroed_aligned_and_apart, texts_are_copies,
	                                         a_released_arena_can_be_used_again, NULL });
}
