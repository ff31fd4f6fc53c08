/* spool, full: the file at its limit, the queue in memory too; what is lost is told once, and what waits is kept. */
#include "monitor/spool/spool.h"

#include "tests/unit/spool_place.h"
#include "tests/unit/spool_reading.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <sys/stat.h>

/* Puts until the file has reached its limit; returns the last number put. */
static int32_t fill_up(struct spool *spool)
{
	int32_t number = 0;

	while (!counters_of(spool).stuck) {
		ck_assert_int_lt(number, 400000);
		put_echoes(spool, number + 1, number + 2000);
		number += 2000;
		WAIT_UNTIL(counters_of(spool).queued == 0 || counters_of(spool).stuck);
	}
	return number;
}

START_TEST(at_the_size_limit_records_wait_in_memory)
{
	struct place place;
	struct spool_options options;
	struct spool_counters c;
	struct spool *spool;
	struct record record;
	struct stat st;
	int32_t number;
	char want[600];

	place_make(&place);
	options = place_options(&place, 1);
	options.size_limit_bytes = 4 << 20;
	options.queue_records = 5000;
	spool = place_open_with(&options);
	number = fill_up(spool);
	c = counters_of(spool);
	ck_assert_int_eq(c.queued, number - c.last_seq);
	ck_assert_int_gt(c.failures, 0);
	ck_assert_int_eq(stat(place.spool, &st), 0);
	ck_assert_int_le(st.st_size, 4 << 20);

	put_echoes(spool, number + 1, number + 5000 - (int32_t)c.queued);
	number += 5000 - (int32_t)c.queued;
	record = echo_record(number + 1);
	for (int i = 0; i < 3; i++) {
		ck_assert(!spool_put(spool, &record));
		record.scheduled_us++;
	}
	record.scheduled_us -= 3;
	ck_assert_int_eq(counters_of(spool).lost, 3);
	ck_assert_int_eq(counters_of(spool).queued, 5000);

	spool_delete(spool, c.last_seq); /* what was there is shipped: there is room */
	flush_all(spool);
	put_echoes(spool, number + 1, number + 1);
	flush_all(spool);
	ck_assert(!counters_of(spool).stuck);
	ck_assert_int_eq(counters_of(spool).queued, 0);
	ck_assert_int_eq(counters_of(spool).pending, 5002);
	ck_assert_int_eq(read_all(spool, 0).rows, 5001);
	ck_assert_int_eq(read_all(spool, 0).first_seq, c.last_seq + 1);
	ck_assert(read_all(spool, 0).rising);
	ck_assert_int_eq(read_all(spool, 0).holes, 3); /* exactly those that were lost */
	ck_assert_int_eq(read_all(spool, 0).gaps, 1);
	ck_assert_int_eq(read_all(spool, 0).reason, GAP_FULL);
	ck_assert_int_eq(read_all(spool, 0).gap.scheduled_us, record.scheduled_us);
	ck_assert_int_eq(read_all(spool, 0).gap.gap.until_us, record.scheduled_us + 2);
	spool_close(spool);
	snprintf(
	    want, sizeof want,
	    "spool '%s': cannot be written: disk or size limit full; records wait in memory, trying again; "
	    "free space on its disk, raise spool.size_mb, or bring PostgreSQL back\n"
	    "the queue in memory is full, records are being lost: free space on the spool's disk; "
	    "how many, and from when to when, is recorded once there is room\n"
	    "the disk takes records again\n",
	    place.spool);
	ck_assert_str_eq(place.said, want);
	place_remove(&place);
}
END_TEST

/* Killed after the losses were committed as a gap, and before the queue's file was emptied: they are told once. */
START_TEST(losses_are_told_once)
{
	struct place place;
	struct spool_options options;
	struct spool *spool;
	struct record record;
	int32_t number;
	int64_t last;
	char command[300];

	place_make(&place);
	options = place_options(&place, 1);
	options.size_limit_bytes = 4 << 20;
	options.queue_records = 5000;
	spool = place_open_with(&options);
	number = fill_up(spool);
	last = counters_of(spool).last_seq;
	put_echoes(spool, number + 1, (int32_t)last + 5000);
	record = echo_record((int32_t)last + 5001);
	ck_assert(!spool_put(spool, &record));
	record.scheduled_us -= 40; /* due before, answered after */
	ck_assert(!spool_put(spool, &record));
	snprintf(command, sizeof command, "cp %s-queue %s-copy", place.spool, place.spool);
	ck_assert_int_eq(system(command), 0);
	spool_delete(spool, last);
	flush_all(spool);
	WAIT_UNTIL(counters_of(spool).last_seq == last + 5002);
	spool_close(spool);
	snprintf(command, sizeof command, "mv %s-copy %s-queue", place.spool, place.spool);
	ck_assert_int_eq(system(command), 0);
	spool = place_open_with(&options);
	ck_assert_int_eq(counters_of(spool).last_seq, last + 5002);
	ck_assert_int_eq(read_all(spool, 0).gaps, 1);
	ck_assert_int_eq(read_all(spool, 0).holes, 2);
	ck_assert_int_eq(read_all(spool, 0).gap.scheduled_us, record.scheduled_us);
	ck_assert_int_eq(read_all(spool, 0).gap.gap.until_us, record.scheduled_us + 40);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

/* What is set aside may itself be a gap: it stands for as many numbers as before. */
START_TEST(a_gap_set_aside_keeps_its_numbers)
{
	struct place place;
	struct spool *spool;
	struct error err = { 0 };

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 5);
	flush_all(spool);
	ck_assert_int_eq(spool_set_aside(spool, 3, GAP_REFUSED, "a test", &err), 0);
	ck_assert_int_eq(spool_set_aside(spool, 3, GAP_REFUSED, "a test", &err), 0);
	ck_assert_int_eq(read_all(spool, 0).gaps, 1);
	ck_assert_int_eq(read_all(spool, 0).gap.scheduled_us, 0);
	ck_assert_int_eq(read_all(spool, 0).rows, 4);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

struct putting {
	struct spool *spool;
	bool done;
	int result;
};

static void *put_hundred(void *argument)
{
	struct putting *p = argument;
	struct record records[100];
	struct error err = { 0 };

	for (int32_t i = 0; i < 100; i++)
		records[i] = echo_record(i + 1);
	p->result = spool_put_many(p->spool, records, 100, &err);
	__atomic_store_n(&p->done, true, __ATOMIC_RELEASE);
	return NULL;
}

START_TEST(put_many_waits_for_room)
{
	struct place place;
	struct spool_options options;
	struct putting putting = { 0 };
	sqlite3 *db;
	pthread_t thread;
	struct error err = { 0 };

	place_make(&place);
	options = place_options(&place, 1);
	options.queue_records = 10;
	putting.spool = place_open_with(&options);
	db = place_database(&place);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(pthread_create(&thread, NULL, put_hundred, &putting), 0);
	WAIT_UNTIL(counters_of(putting.spool).put == 10);
	usleep(200000);
	ck_assert(!__atomic_load_n(&putting.done, __ATOMIC_ACQUIRE));
	ck_assert_int_eq(counters_of(putting.spool).put, 10);
	ck_assert_int_eq(counters_of(putting.spool).lost, 0);
	ck_assert_int_eq(spool_flush(putting.spool, 1, &err), ERROR_RETRY);
	ck_assert_ptr_nonnull(strstr(err.text, "10 records are still not on disk after 1 ms"));

	ck_assert_int_eq(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	pthread_join(thread, NULL);
	ck_assert_int_eq(putting.result, 0);
	flush_all(putting.spool);
	ck_assert_int_eq(read_all(putting.spool, 0).rows, 100);
	ck_assert(read_all(putting.spool, 0).rising);
	ck_assert_int_eq(read_all(putting.spool, 0).holes, 0);
	ck_assert_int_ge(counters_of(putting.spool).commits, 10);
	spool_close(putting.spool);
	sqlite3_close(db);
	place_remove(&place);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { at_the_size_limit_records_wait_in_memory, losses_are_told_once,
		                       a_gap_set_aside_keeps_its_numbers, put_many_waits_for_room, NULL };

	return run_suite("spool, full", tests);
}
