#include "monitor/probe/heap.h"
#include "monitor/status/lateness.h"
#include "monitor/observe/schedule.h"
#include "suite.h"

#define S INT64_C(1000000)

/* The numbers were computed apart from this program: FNV-1a, MurmurHash3's finaliser, modulo the 10 ms slots. */
START_TEST(offset_is_the_documented_hash)
{
	ck_assert_int_eq(schedule_offset_us("v1", "t1", 60 * S, false), 53540000);
	ck_assert_int_eq(schedule_offset_us("v1", "t2", 60 * S, false), 27310000);
	ck_assert_int_eq(schedule_offset_us("v1", "t1", 10 * S, false), 3540000);
	ck_assert_int_ne(schedule_offset_us("v1", "2t", 60 * S, false),
	                 schedule_offset_us("v12", "t", 60 * S, false));
}
END_TEST

START_TEST(what_may_be_gathered_is_due_at_fewer_instants)
{
	static const struct {
		int64_t interval, slot;
	} cases[] = { { S, 10000 },      { 29 * S, 10000 }, { 30 * S, 20000 },
		      { 59 * S, 30000 }, { 60 * S, 40000 }, { 86400 * S, 40000 } };

	ck_assert_int_eq(schedule_offset_us("v1", "t1", 60 * S, true), 53520000);
	ck_assert_int_eq(schedule_offset_us("v1", "t2", 60 * S, true), 27280000);
	ck_assert_int_eq(schedule_offset_us("v1", "t1", 10 * S, true), 3540000);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int n = 0; n < 1000; n++) {
			char id[16];
			int64_t offset, gathered;

			snprintf(id, sizeof id, "t%d", n);
			offset = schedule_offset_us("tokyo", id, cases[i].interval, false);
			gathered = schedule_offset_us("tokyo", id, cases[i].interval, true);
			ck_assert_int_eq(gathered, offset / cases[i].slot * cases[i].slot);
		}
}
END_TEST

START_TEST(offsets_are_spread_over_the_interval)
{
	int per_second[60] = { 0 };

	for (int i = 0; i < 6000; i++) {
		char id[16];
		int64_t offset;

		snprintf(id, sizeof id, "t%d", i);
		offset = schedule_offset_us("tokyo", id, 60 * S, false);
		ck_assert(offset >= 0 && offset < 60 * S && offset % SCHEDULE_SLOT_US == 0);
		per_second[offset / S]++;
	}
	for (int i = 0; i < 60; i++) /* 100 expected, standard deviation 10 */
		ck_assert_msg(per_second[i] > 50 && per_second[i] < 150, "second %d: %d", i, per_second[i]);
}
END_TEST

START_TEST(first_instant_is_on_the_grid)
{
	static const struct {
		int64_t from, interval, offset, want;
	} cases[] = {
		{ 0, 60 * S, 0, 0 },
		{ 0, 60 * S, 7 * S, 7 * S },
		{ 7 * S, 60 * S, 7 * S, 7 * S },
		{ 7 * S + 1, 60 * S, 7 * S, 67 * S },
		{ 1795234658396000, 60 * S, 12340000, 1795234692340000 },
		{ 1795234692340000, 60 * S, 12340000, 1795234692340000 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_int_eq(schedule_first_us(cases[i].from, cases[i].interval, cases[i].offset),
		                 cases[i].want);
}
END_TEST

START_TEST(late_instants_are_sent_or_missed)
{
	static const struct {
		int64_t now, send, first_missed, missed, next;
	} cases[] = {
		{ 100 * S, 100 * S, 0, 0, 110 * S },
		{ 100 * S + 1, 100 * S, 0, 0, 110 * S },
		{ 110 * S - 1, 100 * S, 0, 0, 110 * S },
		{ 110 * S, 110 * S, 100 * S, 1, 120 * S },
		{ 135 * S, 130 * S, 100 * S, 3, 140 * S },
		/* 72 h and no more: 25,920 instants of 10 s */
		{ 100 * S + 100 * 86400 * S, 8640100 * S, (8640100 - 259200) * S, 25920, 8640110 * S },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct schedule_turn turn = schedule_turn(100 * S, cases[i].now, 10 * S);

		ck_assert_int_eq(turn.send_us, cases[i].send);
		ck_assert_int_eq(turn.missed, cases[i].missed);
		if (turn.missed)
			ck_assert_int_eq(turn.missed_us, cases[i].first_missed);
		ck_assert_int_eq(turn.next_us, cases[i].next);
	}
}
END_TEST

/* Random adds, moves and removals, and now and then all of them removed, against a plain search for the least key. */
START_TEST(heap_keeps_the_least_on_top)
{
	struct heap_entry entries[200] = { 0 };
	struct heap heap = { 0 };

	srand(1);
	for (int step = 0; step < 20000; step++) {
		struct heap_entry *e = &entries[rand() % 200];
		const struct heap_entry *top;
		int64_t least = INT64_MAX;

		if (!e->place)
			ck_assert_int_eq(heap_add(&heap, e, rand() % 1000), 0);
		else if (rand() % 2)
			heap_move(&heap, e, rand() % 1000);
		else
			heap_remove(&heap, e);
		if (step % 1000 == 999)
			heap_clear(&heap);
		for (int i = 0; i < 200; i++)
			if (entries[i].place && entries[i].key < least)
				least = entries[i].key;
		top = heap_top(&heap);
		ck_assert(top ? top->key == least : least == INT64_MAX);
		ck_assert(step % 1000 != 999 || !top);
	}
	heap_release(&heap);
}
END_TEST

START_TEST(lateness_is_the_percentile)
{
	struct lateness l = { 0 };

	ck_assert_int_eq(lateness_within_us(&l, 99), 0);
	lateness_count(&l, -1);
	ck_assert_int_eq(lateness_within_us(&l, 99), 0);
	for (int i = 0; i < 990; i++)
		lateness_count(&l, 1500);
	for (int i = 0; i < 10; i++)
		lateness_count(&l, 700000);
	ck_assert_int_eq(lateness_within_us(&l, 50), 1535);
	ck_assert_int_eq(lateness_within_us(&l, 99), 1535);
	ck_assert_int_eq(lateness_within_us(&l, 100), 700000);
	ck_assert_int_eq(l.most_us, 700000);
	lateness_count(&l, 700000);
	ck_assert_int_eq(lateness_within_us(&l, 99), 700000);
}
END_TEST

START_TEST(lateness_is_never_understated)
{
	for (int64_t us = 0; us < INT64_C(1) << 40; us += us / 7 + 1) {
		struct lateness l = { .most_us = INT64_MAX }; /* so that it is the step that is told */
		int64_t told;

		lateness_count(&l, us);
		told = lateness_within_us(&l, 99);
		ck_assert_int_ge(told, us);
		if (us < INT64_C(1) << 32)
			ck_assert_int_le(told, us + us / 8);
	}
}
END_TEST

int main(void)
{
	return run_suite("monitor/schedule",
	                 (const TTest *const[]){
	                     offset_is_the_documented_hash, what_may_be_gathered_is_due_at_fewer_instants,
	                     offsets_are_spread_over_the_interval, first_instant_is_on_the_grid,
	                     late_instants_are_sent_or_missed, heap_keeps_the_least_on_top,
	                     lateness_is_the_percentile, lateness_is_never_understated, NULL });
}
