#include "monitor/spool/spool.h"

#include "tests/unit/spool_place.h"
#include "tests/unit/spool_reading.h"
#include "tests/unit/suite.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

START_TEST(reopened_it_keeps_stream_and_sequence)
{
	struct place place;
	struct spool *spool;
	struct stat st;
	int64_t stream;

	place_make(&place);
	spool = place_open(&place, 1);
	stream = spool_stream(spool);
	ck_assert_int_gt(stream, 0);
	ck_assert_int_eq(spool_vantage(spool), 1);
	ck_assert_int_eq(counters_of(spool).last_seq, 0);
	put_echoes(spool, 1, 3);
	spool_close(spool); /* without a flush: closing keeps what is queued */
	ck_assert_int_eq(stat(place.spool, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);

	spool = place_open(&place, 1);
	ck_assert_int_eq(spool_stream(spool), stream);
	ck_assert_int_eq(counters_of(spool).last_seq, 3);
	ck_assert_int_eq(counters_of(spool).pending, 3);
	put_echoes(spool, 4, 5);
	flush_all(spool);
	ck_assert_int_eq(read_all(spool, 0).rows, 5);
	ck_assert_int_eq(read_all(spool, 0).holes, 0);
	ck_assert(read_all(spool, 0).rising);
	ck_assert_int_eq(read_all(spool, 3).first_seq, 4);
	spool_close(spool);
	ck_assert_str_eq(place.said, "");
	place_remove(&place);

	place_make(&place);
	spool = place_open(&place, 1);
	ck_assert_int_ne(spool_stream(spool), stream); /* a new spool is another stream */
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_drained_spool_does_not_count_from_1_again)
{
	struct place place;
	struct spool *spool;

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 3);
	flush_all(spool);
	spool_delete(spool, 3);
	WAIT_UNTIL(counters_of(spool).pending == 0);
	ck_assert_int_eq(read_all(spool, 0).rows, 0);
	put_echoes(spool, 4, 4);
	flush_all(spool);
	ck_assert_int_eq(read_all(spool, 0).first_seq, 4);
	spool_delete(spool, 4);
	spool_close(spool); /* deleting is done before */

	spool = place_open(&place, 1);
	ck_assert_int_eq(counters_of(spool).pending, 0);
	ck_assert_int_eq(counters_of(spool).last_seq, 4);
	put_echoes(spool, 5, 5);
	flush_all(spool);
	ck_assert_int_eq(read_all(spool, 0).first_seq, 5);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(its_depth_is_told)
{
	struct place place;
	struct spool *spool;
	int64_t empty_bytes, first_us = echo_record(0).scheduled_us;

	place_make(&place);
	spool = place_open(&place, 1);
	empty_bytes = counters_of(spool).bytes;
	ck_assert_int_gt(empty_bytes, 0);
	ck_assert_int_eq(counters_of(spool).oldest_us, 0);
	for (int i = 0; i < 5000; i++) {
		struct record record = echo_record(i);

		record.scheduled_us += i;
		ck_assert(spool_put(spool, &record));
	}
	flush_all(spool);
	ck_assert_int_eq(counters_of(spool).oldest_us, first_us);
	ck_assert_int_gt(counters_of(spool).bytes, empty_bytes + 5000 * 15);
	spool_close(spool);
	spool = place_open(&place, 1); /* told by the file, not remembered */
	ck_assert_int_eq(counters_of(spool).oldest_us, first_us);
	spool_delete(spool, 4999);
	WAIT_UNTIL(counters_of(spool).pending == 1);
	ck_assert_int_eq(counters_of(spool).oldest_us, first_us + 4999);
	ck_assert_int_lt(counters_of(spool).bytes, empty_bytes + 5000 * 15);
	spool_delete(spool, 5000);
	WAIT_UNTIL(counters_of(spool).pending == 0);
	ck_assert_int_eq(counters_of(spool).oldest_us, 0);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_refused_record_leaves_a_hole_also_at_the_end)
{
	struct place place;
	struct spool *spool;
	struct record bad = echo_record(0);
	struct error err = { 0 };

	place_make(&place);
	spool = place_open(&place, 1);
	bad.failure = FAILURE_TLS;
	put_echoes(spool, 1, 1);
	ck_assert(!spool_put(spool, &bad));
	put_echoes(spool, 2, 2);
	ck_assert(!spool_put(spool, &bad));
	ck_assert_int_eq(counters_of(spool).invalid, 2);
	ck_assert_int_eq(counters_of(spool).put, 2);
	ck_assert_int_eq(counters_of(spool).lost, 0);
	ck_assert_int_eq(spool_put_many(spool, &bad, 1, &err), ERROR_DATA);
	assert_error(&err, "record 0, of target 3: an outcome up with a failure");
	spool_close(spool);
	ck_assert_str_eq(place.said, "a record of target 3 is refused: an outcome up with a failure\n"
	                             "a record of target 3 is refused: an outcome up with a failure\n");

	spool = place_open(&place, 1);
	put_echoes(spool, 3, 3);
	flush_all(spool);
	ck_assert_int_eq(read_all(spool, 0).rows, 3);
	ck_assert_int_eq(read_all(spool, 0).last_seq, 5);
	ck_assert_int_eq(read_all(spool, 0).holes, 2);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_damaged_row_is_told_and_the_others_are_read)
{
	struct place place;
	struct spool *spool;
	struct error err = { 0 };
	struct reading reading;
	char text[100];

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 4);
	spool_close(spool);
	place_sql(&place, "UPDATE record SET data = substr(data, 1, 6) WHERE seq = 2;"
	                  "UPDATE record SET data = x'' WHERE seq = 3");
	spool = place_open(&place, 1);
	reading = read_all(spool, 0);
	ck_assert_int_eq(reading.rows, 4);
	ck_assert_int_eq(reading.damaged, 2);
	ck_assert_int_eq(reading.last_damaged, 3);
	ck_assert_int_eq(reading.last_number, 4);
	ck_assert_int_eq(spool_set_aside(spool, 2, GAP_DAMAGED, "the row is damaged", &err), 0);
	ck_assert_int_eq(read_all(spool, 0).damaged, 1);
	ck_assert_int_eq(read_all(spool, 0).holes, 1);
	ck_assert_int_eq(counters_of(spool).pending, 4); /* the gap in its place is shipped too */
	ck_assert_int_eq(read_all(spool, 0).gap.gap.reason, GAP_DAMAGED);
	spool_close(spool);
	ck_assert_str_eq(
	    place_ask(&place, "SELECT group_concat(seq || ' ' || reason) FROM refused", text, sizeof text),
	    "2 the row is damaged");
	place_remove(&place);
}
END_TEST

/* ---- who may open what ---- */

static void assert_refused(const struct spool_options *options, enum error_code code, const char *format)
{
	struct spool *spool;
	struct error err = { 0 };
	char want[400];

	ck_assert_int_eq(spool_open(&spool, options, &err), code);
	ck_assert_ptr_null(spool);
	snprintf(want, sizeof want, format, options->path);
	assert_error(&err, want);
}

START_TEST(what_is_not_this_vantages_spool_is_refused)
{
	struct place place;
	struct spool_options options;
	struct spool_counters counted;
	struct error err = { 0 };
	bool in_use;

	place_make(&place);
	spool_close(place_open(&place, 1));
	options = place_options(&place, 2);
	assert_refused(&options, ERROR_DATA,
	               "spool '%s' belongs to vantage 1, not to vantage 2\n"
	               "hint: each vantage needs a spool of its own");
	ck_assert_int_eq(spool_look(place.spool, 2, &counted, &in_use, &err), ERROR_DATA);
	place_sql(&place, "PRAGMA user_version = 3");
	options.vantage = 1;
	assert_refused(&options, ERROR_DATA,
	               "spool '%s' has format 3, this program reads 2\n"
	               "hint: empty it with 'slamon ship' of the version that made it, then move it away");
	options.size_limit_bytes = 1000;
	assert_refused(&options, ERROR_DATA, "size limit of 1000 bytes is below 4 MiB");
	place_remove(&place);
	options = (struct spool_options){ .path = place.spool, .vantage = 1 }; /* its folder is gone */
	assert_refused(&options, ERROR_IO,
	               "spool '%s' cannot be opened: No such file or directory\n"
	               "hint: make its folder, or name another in spool.path");
}
END_TEST

static size_t contents(const char *path, char *buffer, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t got = fread(buffer, 1, size, file);

	fclose(file);
	return got;
}

START_TEST(another_file_is_refused_and_left_as_it_is)
{
	static const char refusal[] = "'%s' is not a spool\nhint: name another file, or move this one away";
	static char before[65536], after[65536];
	struct place place;
	struct spool_options options;
	size_t size;
	FILE *file;

	place_make(&place);
	options = place_options(&place, 1);
	place_sql(&place, "CREATE TABLE state (vantage INTEGER); INSERT INTO state VALUES (1)");
	size = contents(place.spool, before, sizeof before);
	assert_refused(&options, ERROR_DATA, refusal);
	ck_assert_uint_eq(contents(place.spool, after, sizeof after), size);
	ck_assert_mem_eq(before, after, size);

	file = fopen(place.spool, "w");
	fputs("a diary, and no database at all\n", file);
	fclose(file);
	assert_refused(&options, ERROR_DATA, refusal);
	ck_assert_uint_eq(contents(place.spool, after, sizeof after), 32);
	place_remove(&place);
}
END_TEST

START_TEST(a_second_process_is_refused_until_the_first_has_ended)
{
	struct place place;
	struct spool_options options;
	struct spool *spool;
	int ready[2];
	char byte;
	pid_t child;

	place_make(&place);
	options = place_options(&place, 1);
	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		spool = place_open(&place, 1);
		put_echoes(spool, 1, 2);
		flush_all(spool);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	assert_refused(&options, ERROR_RETRY,
	               "spool '%s' is in use by another process\n"
	               "hint: one slamon at a time: stop the other, or give this one its own spool");
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	spool = place_open(&place, 1);
	ck_assert_int_eq(read_all(spool, 0).rows, 2); /* flushed is kept, whatever happens to the process */
	spool_close(spool);
	place_remove(&place);
}
END_TEST

/* ---- for ship ---- */

START_TEST(what_may_have_been_sent_is_known_to_the_next_process)
{
	struct place place;
	struct spool *spool;
	struct error err = { 0 };

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 5);
	spool_close(spool);
	spool = place_open(&place, 1);
	ck_assert_int_eq(spool_sent_through(spool), 0); /* nobody said that it would send */
	ck_assert_int_eq(spool_will_send(spool, &err), 0);
	spool_sending(spool, 2);
	ck_assert_int_eq(spool_sent_through(spool), 2);
	spool_sending(spool, 1);
	ck_assert_int_eq(spool_sent_through(spool), 2);
	spool_close(spool);
	spool = place_open(&place, 1);
	ck_assert_int_eq(spool_sent_through(spool), 5); /* any of them may have been */
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_renewed_stream_keeps_what_was_not_shipped)
{
	struct place place;
	struct spool *spool;
	struct error err = { 0 };
	int64_t stream;

	place_make(&place);
	spool = place_open(&place, 1);
	stream = spool_stream(spool);
	put_echoes(spool, 1, 5);
	flush_all(spool);
	ck_assert_int_eq(spool_renew(spool, 3, &err), 0);
	ck_assert_int_ne(spool_stream(spool), stream);
	stream = spool_stream(spool);
	ck_assert_int_eq(read_all(spool, 0).first_seq, 4);
	ck_assert_int_eq(counters_of(spool).pending, 2);
	spool_close(spool);
	spool = place_open(&place, 1);
	ck_assert_int_eq(spool_stream(spool), stream);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { reopened_it_keeps_stream_and_sequence,

		                       a_drained_spool_does_not_count_from_1_again,
		                       a_refused_record_leaves_a_hole_also_at_the_end,
		                       its_depth_is_told,
		                       a_damaged_row_is_told_and_the_others_are_read,
		                       what_is_not_this_vantages_spool_is_refused,
		                       another_file_is_refused_and_left_as_it_is,
		                       a_second_process_is_refused_until_the_first_has_ended,
		                       what_may_have_been_sent_is_known_to_the_next_process,
		                       a_renewed_stream_keeps_what_was_not_shipped,
		                       NULL };

	return run_suite("spool", tests);
}
