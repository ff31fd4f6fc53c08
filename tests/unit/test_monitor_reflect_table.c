#include "monitor/stamp/reflect_table.h"

#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#define IDLE_US 1000

static struct reflect_key key_of(uint32_t n)
{
	struct reflect_key key = { .peer_port = (uint16_t)n, .local_port = 862 };

	memcpy(key.peer + 12, &n, sizeof n);
	return key;
}

/* The number that the session's packet gets; -1 when it has no place. */
static int64_t packet(struct reflect_table *table, uint32_t session, int64_t now_us)
{
	struct reflect_key key = key_of(session);
	uint32_t number;

	return reflect_table_next(table, &key, now_us, &number) ? (int64_t)number : -1;
}

static struct reflect_table *make(size_t most)
{
	struct reflect_table *table = reflect_table_new(most, IDLE_US);

	ck_assert_ptr_nonnull(table);
	return table;
}

START_TEST(places_are_given_and_kept)
{
	static const struct {
		const char *what;
		uint32_t session;
		int64_t now_us, want;
	} rows[] = {
		{ "the first", 1, 0, 0 },
		{ "its second", 1, 1, 1 },
		{ "another", 2, 2, 0 },
		{ "a third takes the place of the new one", 3, 3, 0 },
		{ "which begins again, in the place of the third", 2, 4, 0 },
		{ "the known one goes on", 1, 5, 2 },
		{ "the other becomes known", 2, 6, 1 },
		{ "no place is left", 3, 7, -1 },
		{ "until one is idle", 3, 1006, 0 },
		{ "the one that is new was idle longest of the new", 1, 1007, 0 },
		{ "the idle one is there still, and begins anew", 2, 2000, 0 },
	};
	struct reflect_table *table = make(2);

	for (size_t i = 0; i < ROWS(rows); i++) {
		int64_t got = packet(table, rows[i].session, rows[i].now_us);

		ck_assert_msg(got == rows[i].want, "%s: %lld, not %lld", rows[i].what, (long long)got,
		              (long long)rows[i].want);
	}
	ck_assert_uint_eq(reflect_table_count(table), 2);
	reflect_table_free(table);
}
END_TEST

START_TEST(every_part_of_the_key_tells_sessions_apart)
{
	struct reflect_table *table = make(200);
	struct reflect_key key = key_of(1);
	uint32_t number;

	ck_assert(reflect_table_next(table, &key, 0, &number));
	for (size_t i = 0; i < offsetof(struct reflect_key, zero); i++) {
		struct reflect_key other = key;

		((uint8_t *)&other)[i] ^= 1;
		ck_assert(reflect_table_next(table, &other, 0, &number));
		ck_assert_msg(number == 0, "byte %zu", i);
	}
	ck_assert(reflect_table_next(table, &key, 0, &number));
	ck_assert_uint_eq(number, 1);
	reflect_table_free(table);
}
END_TEST

/* Many sessions at random, against a count of each: while there is a place for all, no number is ever wrong. */
START_TEST(numbers_are_counted_by_session)
{
	struct random random = random_start(3);
	struct reflect_table *table = make(500);
	int64_t counted[500] = { 0 };

	for (int64_t now_us = 0; now_us < 100000; now_us++) {
		uint32_t session = (uint32_t)random_in(&random, 0, 499);
		int64_t got = packet(table, session, now_us / 100000);

		ck_assert_int_eq(got, counted[session]++);
	}
	reflect_table_free(table);
}
END_TEST

/* A flood of others never takes a place from who has sent twice and goes on. */
START_TEST(a_flood_changes_nothing_for_who_is_known)
{
	struct reflect_table *table = make(50);

	for (uint32_t session = 0; session < 49; session++)
		ck_assert_int_eq(packet(table, session, 0), 0);
	for (uint32_t session = 0; session < 49; session++)
		ck_assert_int_eq(packet(table, session, 1), 1);
	for (uint32_t stranger = 1000; stranger < 101000; stranger++)
		ck_assert_int_eq(packet(table, stranger, 2), 0);
	for (uint32_t session = 0; session < 49; session++)
		ck_assert_int_eq(packet(table, session, 3), 2);
	ck_assert_uint_eq(reflect_table_count(table), 50);
	reflect_table_free(table);
}
END_TEST

int main(void)
{
	return run_suite("reflect_table",
	                 (const TTest *const[]){ places_are_given_and_kept,
	                                         every_part_of_the_key_tells_sessions_apart,
	                                         numbers_are_counted_by_session,
	                                         a_flood_changes_nothing_for_who_is_known, NULL });
}
