#include "monitor/ship/ship.h"

#include "monitor/ship/ship_batch.h"
#include "monitor/ship/ship_part.h"
#include "monitor/ship/ship_sql.h"
#include "tests/unit/spool_place.h"
#include "tests/unit/suite.h"

#include <ctype.h>

/* ---- what is sent: the bytes of COPY ---- */

#define HEADER  "50 47 43 4f 50 59 0a ff 0d 0a 00  00000000 00000000 "
#define TRAILER "ffff"
#define NONE    "ffffffff "
#define STREAM  "00000008 SSSSSSSSSSSSSSSS "

/* Hexadecimal digits as bytes; blanks are skipped, 16 times S is the stream. Returns their number. */
static size_t bytes_of(const char *notation, int64_t stream, char *out, size_t most)
{
	char hex[17], pair[3] = "";
	size_t digits = 0, of_stream = 0;

	snprintf(hex, sizeof hex, "%016llx", (long long)stream);
	for (; *notation; notation++) {
		if (isspace((unsigned char)*notation))
			continue;
		pair[digits % 2] = *notation == 'S' ? hex[of_stream++ % 16] : *notation;
		ck_assert_uint_lt(digits / 2, most);
		if (digits++ % 2)
			out[digits / 2 - 1] = (char)strtol(pair, NULL, 16);
	}
	return digits / 2;
}

static void assert_bytes(const char *got, size_t length, const char *notation, int64_t stream)
{
	char want[2000];

	ck_assert_uint_eq(length, bytes_of(notation, stream, want, sizeof want));
	for (size_t i = 0; i < length; i++)
		ck_assert_msg(got[i] == want[i], "byte %zu is %02x, not %02x", i, (unsigned char)got[i],
		              (unsigned char)want[i]);
}

static void put(struct spool *spool, const struct record *record)
{
	ck_assert(spool_put(spool, record));
}

static void fill(struct ship_batch *batch, struct spool *spool, int64_t after, int64_t limit)
{
	struct error err = { 0 };

	ck_assert_msg(ship_batch_fill(batch, spool, after, limit, &err) == 0, "%s", err.text);
}

/* An HTTP probe answered with 503 a day later, and one that was missed. */
static void put_two_others(struct spool *spool)
{
	struct record http = echo_record(8), missed = echo_record(-1);

	http.scheduled_us += US_PER_DAY;
	http.sent_us = http.scheduled_us + 7;
	http.certificate_expiry_us = PLACE_EPOCH_US + 2;
	http.outcome = SAMPLE_DOWN;
	http.failure = FAILURE_HTTP_STATUS;
	http.rtt_us = -1;
	http.name_us = 0;
	http.connect_us = 1;
	http.tls_us = 2;
	http.first_byte_us = 3;
	http.total_us = 256;
	http.http_status = 503;
	put(spool, &http);
	missed.sent_us = 0;
	missed.outcome = SAMPLE_MISSED;
	missed.failure = FAILURE_NOT_RUNNING;
	missed.rtt_us = -1;
	put(spool, &missed);
}

START_TEST(samples_are_encoded_column_by_column)
{
	/* stream, seq, scheduled, sent, certificate; target, lateness, rtt; five phases; outcome, failure, status */
	static const char want[] = HEADER
	    "0010 " STREAM
	    "00000008 0000000000000001 00000008 00000000000f4240 00000008 00000000000f4247 " NONE
	    "00000004 00000003 00000004 00000007 00000004 000001f4 " NONE NONE NONE NONE NONE
	    "00000002 0000 00000002 0000 " NONE "0010 " STREAM
	    "00000008 0000000000000002 00000008 000000141de6a240 00000008 000000141de6a247 "
	    "00000008 0000000000000002 00000004 00000003 00000004 00000008 " NONE
	    "00000004 00000000 00000004 00000001 00000004 00000002 00000004 00000003 00000004 00000100 "
	    "00000002 0001 00000002 0007 00000002 01f7 "
	    "0010 " STREAM "00000008 0000000000000003 00000008 00000000000f4240 " NONE NONE
	    "00000004 00000003 " NONE NONE NONE NONE NONE NONE NONE
	    "00000002 0002 00000002 0015 " NONE TRAILER;
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 7, 7);
	put_two_others(spool);
	flush_all(spool);
	fill(&batch, spool, 0, 100);
	ck_assert_int_eq(batch.records, 3);
	ck_assert_int_eq(batch.table[SHIP_SAMPLE].rows, 3);
	ck_assert_int_eq(batch.table[SHIP_CLOCK_STATE].rows, 0);
	ck_assert_int_eq(batch.first, 1);
	ck_assert_int_eq(batch.last, 3);
	ck_assert_uint_eq(batch.table[SHIP_SAMPLE].chunks, 1);
	ck_assert_uint_eq(batch.days, 2);
	ck_assert_int_eq(batch.day[0], 10957); /* 2000-01-01 */
	ck_assert_int_eq(batch.day[1], 10958);
	assert_bytes(batch.table[SHIP_SAMPLE].chunk[0].bytes, batch.table[SHIP_SAMPLE].chunk[0].length, want,
	             spool_stream(spool));
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_stamp_is_a_row_in_two_tables)
{
	/* stream, seq, scheduled, target; reflector, forward, backward, error; lost there, back; packets, lost */
	static const char want[] =
	    HEADER "000c " STREAM "00000008 0000000000000002 00000008 00000000000f4240 00000004 00000003 "
	           "00000004 00000028 " NONE NONE "00000004 00000100 00000004 00000003 00000004 00000000 "
	           "00000002 000a 00000002 0002 " TRAILER;
	struct record_stamp stamp = { 40, -1, -1, 256, 3, 0, 10, 2 };
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;
	struct record record = echo_record(8);

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 7, 7);
	record.stamp = stamp;
	put(spool, &record);
	flush_all(spool);
	fill(&batch, spool, 0, 100);
	ck_assert_int_eq(batch.records, 2);
	ck_assert_int_eq(batch.table[SHIP_SAMPLE].rows, 2);
	ck_assert_int_eq(batch.table[SHIP_STAMP].rows, 1);
	assert_bytes(batch.table[SHIP_STAMP].chunk[0].bytes, batch.table[SHIP_STAMP].chunk[0].length, want,
	             spool_stream(spool));
	fill(&batch, spool, 2, 100);
	ck_assert_int_eq(batch.table[SHIP_STAMP].rows, 0);
	ck_assert_uint_eq(batch.table[SHIP_STAMP].chunks, 0);
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_status_is_a_row_of_its_own)
{
	/* stream, seq, at; period, up, down; missed but for no record; lateness; cpu, memory, in flight, waiting; spool, lag; clock */
	static const char want[] = HEADER
	    "001a " STREAM "00000008 0000000000000002 00000008 00000000000f4240 "
	    "00000004 0000ea60 00000004 0000000b 00000004 0000000c "
	    "00000004 00000001 00000004 00000002 00000004 00000003 00000004 00000005 00000004 00000006 "
	    "00000004 00000007 00000004 00000015 00000004 00000016 00000004 00000017 00000004 00000018 " NONE
	    "00000004 0000001a 00000004 0000001b 00000004 0000001c "
	    "00000008 000000000000001d 00000008 000000000000001e 00000008 000000000000001f "
	    "00000008 0000000000000020 " NONE "00000001 01" TRAILER;
	struct record_status status = {
		60000, 11, 12, { 1, 2, 3, 0, 5, 6, 7 }, 21, 22, 23, 24, -1, 26, 27, 28, 29, 30, 31, 32
	};
	struct record record = echo_record(8);
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 7, 7);
	record = (struct record){ .kind = RECORD_STATUS,
		                  .scheduled_us = record.scheduled_us,
		                  .max_error_us = -1,
		                  .synchronised = 1,
		                  .status = status };
	put(spool, &record);
	flush_all(spool);
	fill(&batch, spool, 0, 100);
	ck_assert_int_eq(batch.records, 2);
	ck_assert_int_eq(batch.table[SHIP_SAMPLE].rows, 1);
	ck_assert_int_eq(batch.table[SHIP_CLOCK_STATE].rows, 0);
	ck_assert_int_eq(batch.table[SHIP_MONITOR_STATUS].rows, 1);
	assert_bytes(batch.table[SHIP_MONITOR_STATUS].chunk[0].bytes,
	             batch.table[SHIP_MONITOR_STATUS].chunk[0].length, want, spool_stream(spool));
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(clock_records_are_encoded_apart)
{
	/* stream, seq, scheduled, max_error, stepped, synchronised */
	static const char want[] =
	    HEADER "0006 " STREAM
	           "00000008 0000000000000001 00000008 0000000000000000 00000008 00000000000003e8 " NONE
	           "00000001 01 "
	           "0006 " STREAM "00000008 0000000000000003 00000008 ffffffffffffffff " NONE
	           "00000008 fffffffffffffffe 00000001 00 " TRAILER;
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;
	struct record clock = { .kind = RECORD_CLOCK, .scheduled_us = PLACE_EPOCH_US };

	place_make(&place);
	spool = place_open(&place, 1);
	clock.max_error_us = 1000;
	clock.synchronised = 1;
	put(spool, &clock);
	put_echoes(spool, 1, 1);
	clock.scheduled_us--;
	clock.max_error_us = -1;
	clock.synchronised = 0;
	clock.stepped_us = -2;
	put(spool, &clock);
	flush_all(spool);
	fill(&batch, spool, 0, 100);
	ck_assert_int_eq(batch.records, 3);
	ck_assert_int_eq(batch.table[SHIP_SAMPLE].rows, 1);
	ck_assert_int_eq(batch.table[SHIP_CLOCK_STATE].rows, 2);
	assert_bytes(batch.table[SHIP_CLOCK_STATE].chunk[0].bytes,
	             batch.table[SHIP_CLOCK_STATE].chunk[0].length, want, spool_stream(spool));
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_batch_is_limited_and_filled_anew)
{
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;
	size_t bytes = 0;

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 10000);
	flush_all(spool);
	fill(&batch, spool, 0, 100000);
	ck_assert_int_eq(batch.records, 10000);
	for (size_t i = 0; i < batch.table[SHIP_SAMPLE].chunks; i++) {
		ck_assert_uint_le(batch.table[SHIP_SAMPLE].chunk[i].length, SHIP_CHUNK_BYTES);
		bytes += batch.table[SHIP_SAMPLE].chunk[i].length;
	}
	/* header and trailer; 2 + 4 x 12 + 3 x 8 + 2 x 6 bytes and seven columns that are null, a row */
	ck_assert_uint_eq(bytes, 19 + 2 + 10000 * (2 + 48 + 24 + 12 + 7 * 4));
	ck_assert_uint_eq(batch.table[SHIP_SAMPLE].chunks, (bytes + SHIP_CHUNK_BYTES - 1) / SHIP_CHUNK_BYTES);
	fill(&batch, spool, 7, 2);
	ck_assert_int_eq(batch.after, 7);
	ck_assert_int_eq(batch.first, 8);
	ck_assert_int_eq(batch.last, 9);
	ck_assert_int_eq(batch.records, 2);
	ck_assert_uint_eq(batch.table[SHIP_SAMPLE].chunks, 1);
	ck_assert_uint_eq(batch.table[SHIP_SAMPLE].chunk[0].length, 19 + 2 + 2 * 114);
	fill(&batch, spool, 10000, 2);
	ck_assert_int_eq(batch.records, 0);
	ck_assert_uint_eq(batch.table[SHIP_SAMPLE].chunks, 0);
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_batch_ends_before_a_damaged_row)
{
	struct place place;
	struct ship_batch batch = { 0 };
	struct spool *spool;

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 4);
	spool_close(spool);
	place_sql(&place, "UPDATE record SET data = x'ff' WHERE seq = 3");
	spool = place_open(&place, 1);
	fill(&batch, spool, 0, 100);
	ck_assert_int_eq(batch.records, 2);
	ck_assert_int_eq(batch.last, 2);
	ck_assert_int_eq(batch.damaged, 0);
	fill(&batch, spool, 2, 100);
	ck_assert_int_eq(batch.records, 0);
	ck_assert_int_eq(batch.damaged, 3);
	ship_batch_release(&batch);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

/* ---- the machine, without a server ---- */

START_TEST(the_wait_doubles_up_to_a_limit_half_of_it_by_chance)
{
	struct place place;
	struct ship_options options = { .database = "host=/nonexistent", .back_off_ms = 1000 };
	struct ship_counters counters;
	struct error err = { 0 };
	struct ship *ship;
	uv_loop_t loop;
	uint64_t most = 1000;

	place_make(&place);
	options.spool = place_open(&place, 1);
	options.report = place_say;
	options.report_context = &place;
	uv_loop_init(&loop);
	ck_assert_int_eq(ship_init(&ship, &loop, &options, &err), 0);
	for (int i = 0; i < 10; i++) {
		uint64_t wait;

		ship_fail(ship, "the cable is cut");
		wait = uv_timer_get_due_in(&ship->tick);
		ck_assert_msg(wait >= most / 2 && wait <= most, "wait %d is %d of at most %d ms", i,
		              (int)wait, (int)most);
		if (most < 64000)
			most *= 2;
	}
	ship_count(ship, &counters);
	ck_assert_int_eq(counters.failures, 10);
	ck_assert(!counters.connected);
	ck_assert_str_eq(counters.state, "backing off");
	ck_assert_str_eq(counters.last_error, "the cable is cut");
	ship_close(ship, NULL, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	spool_close(options.spool);
	ck_assert_str_eq(place.said,
	                 "the cable is cut; records wait in the spool, trying again\n"); /* once */
	place_remove(&place);
}
END_TEST

START_TEST(without_a_database_records_stay_in_the_spool)
{
	struct place place;
	struct ship_options options = { .database = "host=/nonexistent", .back_off_ms = 1 };
	struct spool_counters counters;
	struct error err = { 0 };

	place_make(&place);
	options.spool = place_open(&place, 1);
	put_echoes(options.spool, 1, 3);
	flush_all(options.spool);
	/* until there was time to be refused, on a machine that is busy */
	for (int timeout_ms = 100; !strstr(err.text, "/nonexistent"); timeout_ms *= 2) {
		int64_t rows = -1;
		char want[100];

		ck_assert_int_lt(timeout_ms, 100000);
		ck_assert_int_eq(ship_drain(&options, timeout_ms, &rows, &err), ERROR_RETRY);
		ck_assert_int_eq(rows, 0);
		snprintf(want, sizeof want, "3 records are not shipped after %d ms: ", timeout_ms);
		ck_assert_msg(strncmp(err.text, want, strlen(want)) == 0, "%s", err.text);
		ck_assert_str_eq(err.hint, "they are safe in the spool: slamon ship tries again");
	}
	spool_count(options.spool, &counters);
	ck_assert_int_eq(counters.pending, 3);
	spool_close(options.spool);
	place_remove(&place);
}
END_TEST

START_TEST(a_connection_string_that_is_none_is_refused)
{
	struct place place;
	struct ship_options options = { .database = "colour=green" };
	struct error err = { 0 };
	struct ship *ship;
	uv_loop_t loop;

	place_make(&place);
	options.spool = place_open(&place, 1);
	uv_loop_init(&loop);
	ck_assert_int_eq(ship_init(&ship, &loop, &options, &err), ERROR_DATA);
	ck_assert_ptr_null(ship);
	ck_assert_ptr_nonnull(strstr(err.text, "colour"));
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	spool_close(options.spool);
	place_remove(&place);
}
END_TEST

int main(void)
{
	return run_suite("ship", (const TTest *const[]){
	                             samples_are_encoded_column_by_column, clock_records_are_encoded_apart,
	                             a_stamp_is_a_row_in_two_tables, a_status_is_a_row_of_its_own,
	                             a_batch_is_limited_and_filled_anew, a_batch_ends_before_a_damaged_row,
	                             the_wait_doubles_up_to_a_limit_half_of_it_by_chance,
	                             without_a_database_records_stay_in_the_spool,
	                             a_connection_string_that_is_none_is_refused, NULL });
}
