#include "monitor/spool.h"

#include "monitor/spool_codec.h"
#include "tests/unit/random.h"
#include "tests/unit/spool_place.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- codec ---- */

static void assert_same(const struct record *got, const struct record *want)
{
	ck_assert_int_eq(got->scheduled_us, want->scheduled_us);
	ck_assert_int_eq(got->sent_us, want->sent_us);
	ck_assert_int_eq(got->certificate_expiry_us, want->certificate_expiry_us);
	ck_assert_int_eq(got->max_error_us, want->max_error_us);
	ck_assert_int_eq(got->target, want->target);
	ck_assert_int_eq(got->lateness_us, want->lateness_us);
	ck_assert_int_eq(got->rtt_us, want->rtt_us);
	ck_assert_int_eq(got->name_us, want->name_us);
	ck_assert_int_eq(got->connect_us, want->connect_us);
	ck_assert_int_eq(got->tls_us, want->tls_us);
	ck_assert_int_eq(got->first_byte_us, want->first_byte_us);
	ck_assert_int_eq(got->total_us, want->total_us);
	ck_assert_int_eq(got->http_status, want->http_status);
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_int_eq(got->outcome, want->outcome);
	ck_assert_int_eq(got->failure, want->failure);
	ck_assert_int_eq(got->synchronised, want->synchronised);
}

static struct record http_record(void)
{
	struct record r = echo_record(12);

	r.certificate_expiry_us = INT64_C(2000000000) * US_PER_S;
	r.name_us = 100;
	r.connect_us = 20000;
	r.tls_us = 40000;
	r.first_byte_us = 65536;
	r.total_us = INT32_MAX;
	r.http_status = 503;
	r.outcome = SAMPLE_DOWN;
	r.failure = FAILURE_HTTP_STATUS;
	r.rtt_us = -1;
	return r;
}

static struct record clock_record(void)
{
	return (struct record){ .kind = RECORD_CLOCK,
		                .scheduled_us = PLACE_EPOCH_US,
		                .synchronised = 1,
		                .max_error_us = 16000000,
		                .lateness_us = 0,
		                .rtt_us = -1,
		                .name_us = -1,
		                .connect_us = -1,
		                .tls_us = -1,
		                .first_byte_us = -1,
		                .total_us = -1 };
}

static size_t assert_round_trip(const struct record *record)
{
	uint8_t bytes[SPOOL_CODEC_SIZE];
	size_t size = spool_encode(bytes, record);
	struct record back;

	ck_assert(size <= SPOOL_CODEC_SIZE);
	ck_assert(spool_decode(&back, bytes, size));
	assert_same(&back, record);
	return size;
}

START_TEST(a_record_comes_back_as_it_was)
{
	struct record echo = echo_record(7), http = http_record(), clock = clock_record(), extreme = http;

	ck_assert_uint_le(assert_round_trip(&echo), 20);
	ck_assert_uint_le(assert_round_trip(&http), 45);
	assert_round_trip(&clock);
	extreme.scheduled_us = INT64_MIN;
	extreme.sent_us = INT64_MAX;
	extreme.certificate_expiry_us = INT64_MIN;
	extreme.target = extreme.rtt_us = INT32_MIN;
	extreme.lateness_us = extreme.name_us = INT32_MAX;
	extreme.http_status = INT16_MIN;
	assert_round_trip(&extreme);
}
END_TEST

/* Sets one field of many to a number of random length. */
static void disturb(struct random *random, struct record *r)
{
	int64_t value = (int64_t)(random_bits(random) >> random_in(random, 0, 63));
	int32_t *const fields[] = { &r->target,     &r->lateness_us, &r->rtt_us,        &r->name_us,
		                    &r->connect_us, &r->tls_us,      &r->first_byte_us, &r->total_us };

	switch (random_in(random, 0, 3)) {
	case 0:
		r->scheduled_us = value;
		break;
	case 1:
		r->sent_us = value;
		break;
	case 2:
		r->http_status = (int16_t)value;
		break;
	default:
		*fields[random_in(random, 0, ROWS(fields) - 1)] = (int32_t)value;
	}
}

START_TEST(any_record_comes_back_as_it_was)
{
	struct random random = random_start(1);

	for (int i = 0; i < 20000; i++) {
		struct record record = i % 2 ? echo_record(i) : http_record();

		for (int n = 0; n < 4; n++)
			disturb(&random, &record);
		assert_round_trip(&record);
	}
}
END_TEST

START_TEST(bytes_are_as_documented)
{
	/* flags: sent; no failure; scheduled 2, target 3, lateness 64, rtt -1, sent - scheduled 300: zigzag, 7 bits */
	static const uint8_t want[] = { 0x10, 0x00, 0x04, 0x06, 0x80, 0x01, 0x01, 0xd8, 0x04 };
	struct record record = echo_record(64);
	uint8_t bytes[SPOOL_CODEC_SIZE];

	record.scheduled_us = 2;
	record.sent_us = 302;
	record.rtt_us = -1;
	ck_assert_uint_eq(spool_encode(bytes, &record), sizeof want);
	ck_assert_mem_eq(bytes, want, sizeof want);
}
END_TEST

START_TEST(damaged_bytes_are_refused)
{
	static const struct {
		const char *what;
		uint8_t bytes[24];
		size_t size;
	} rows[] = {
		{ "a flag that does not exist", { 0x80, 0, 4, 6, 0, 1 }, 6 },
		{ "a number that does not end", { 0, 0, 0x84, 0x80, 0x80 }, 5 },
		{ "a number of more than 64 bits",
		  { 1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0 },
		  14 },
		{ "a target of more than 32 bits", { 0, 0, 4, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 1 }, 10 },
		{ "an HTTP status of more than 16 bits",
		  { 0x20, 0, 4, 6, 0, 1, 1, 1, 1, 1, 1, 0x80, 0x80, 0x04 },
		  14 },
	};
	const struct record records[] = { echo_record(7), http_record(), clock_record() };
	struct record back;

	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_msg(!spool_decode(&back, rows[i].bytes, rows[i].size), "%s", rows[i].what);
	for (size_t i = 0; i < ROWS(records); i++) {
		uint8_t bytes[SPOOL_CODEC_SIZE + 1] = { 0 };
		size_t size = spool_encode(bytes, &records[i]);

		for (size_t cut = 0; cut < size; cut++)
			ck_assert_msg(!spool_decode(&back, bytes, cut), "record %zu cut to %zu", i, cut);
		ck_assert_msg(!spool_decode(&back, bytes, size + 1), "record %zu and a byte more", i);
	}
}
END_TEST

/* ---- what is refused before it is kept ---- */

START_TEST(contradictions_are_named)
{
	static const struct {
		uint8_t kind, outcome, failure;
		int32_t target, rtt_us;
		int64_t sent_us, max_error_us;
		const char *want; /* NULL: it may be kept */
	} rows[] = {
		{ 0, SAMPLE_UP, FAILURE_NONE, 1, 0, 9, -1, NULL },
		{ 0, SAMPLE_UP, FAILURE_TIMEOUT, 1, 5, 9, -1, "an outcome up with a failure" },
		{ 0, SAMPLE_UP, FAILURE_NONE, 1, -1, 9, -1, "an outcome up without a round trip" },
		{ 0, SAMPLE_UP, FAILURE_NONE, 0, 5, 9, -1, "no target" },
		{ 0, SAMPLE_DOWN, FAILURE_TIMEOUT, 1, -1, 9, -1, NULL },
		{ 0, SAMPLE_DOWN, FAILURE_PROTOCOL, 1, -1, 9, -1, NULL },
		{ 0, SAMPLE_DOWN, FAILURE_NONE, 1, -1, 9, -1,
		  "an outcome down without a failure of the target" },
		{ 0, SAMPLE_DOWN, FAILURE_SEND, 1, -1, 9, -1,
		  "an outcome down without a failure of the target" },
		{ 0, SAMPLE_DOWN, FAILURE_DNS, 1, 0, 9, -1, "an outcome down with a round trip" },
		{ 0, SAMPLE_MISSED, FAILURE_IN_FLIGHT_CAP, 1, -1, 0, -1, NULL },
		{ 0, SAMPLE_MISSED, FAILURE_SEND, 1, -1, 0, -1, NULL },
		{ 0, SAMPLE_MISSED, FAILURE_NO_RECORD, 1, -1, 0, -1,
		  "an outcome missed without a failure of the monitor" },
		{ 0, SAMPLE_MISSED, FAILURE_DNS, 1, -1, 0, -1,
		  "an outcome missed without a failure of the monitor" },
		{ 0, SAMPLE_MISSED, FAILURE_SEND, 1, -1, 9, -1, "an outcome missed with a send time" },
		{ 0, SAMPLE_MISSED, FAILURE_SEND, 1, 0, 0, -1, "an outcome missed with a round trip" },
		{ 0, 3, FAILURE_NONE, 1, -1, 0, -1, "an outcome that does not exist" },
		{ 1, 0, 0, 0, -1, 0, -1, NULL },
		{ 1, 0, 0, 0, -1, 0, -2, "a clock's error below zero" },
		{ 2, 0, 0, 1, -1, 0, -1, "a kind that does not exist" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct record r = { .kind = rows[i].kind,
			            .outcome = rows[i].outcome,
			            .failure = rows[i].failure,
			            .target = rows[i].target,
			            .rtt_us = rows[i].rtt_us,
			            .sent_us = rows[i].sent_us,
			            .max_error_us = rows[i].max_error_us };
		const char *got = record_fault(&r);

		ck_assert_msg(!got == !rows[i].want && (!got || strcmp(got, rows[i].want) == 0),
		              "row %zu: %s", i, got ? got : "nothing");
	}
}
END_TEST

/* ---- reading back ---- */

struct reading {
	int64_t rows, damaged, last_damaged;
	int64_t first_seq, last_seq;
	int64_t holes; /* numbers left out between first and last */
	int32_t first_number, last_number;
	bool rising; /* the numbers of the records rose by one each time */
};

static bool note(void *context, int64_t seq, const struct record *record)
{
	struct reading *r = context;

	if (r->rows++ == 0) {
		r->first_seq = seq;
		r->rising = true;
		r->first_number = record ? record->lateness_us : -1;
	} else {
		r->holes += seq - r->last_seq - 1;
		r->rising = r->rising && record && record->lateness_us == r->last_number + 1;
	}
	r->last_seq = seq;
	if (record)
		r->last_number = record->lateness_us;
	else
		r->last_damaged = seq, r->damaged++;
	return true;
}

static struct reading read_all(struct spool *spool, int64_t after)
{
	struct reading reading = { 0 };
	struct error err = { 0 };
	int64_t taken = spool_read(spool, after, INT64_MAX, note, &reading, &err);

	ck_assert_msg(taken == reading.rows, "%s", err.text);
	return reading;
}

static struct spool_counters counters_of(struct spool *spool)
{
	struct spool_counters counters;

	spool_count(spool, &counters);
	return counters;
}

/* The writer works when it likes: waits up to 20 s for what it will do. */
#define WAIT_UNTIL(condition)                                                                                \
	for (int tries_ = 0; !(condition); tries_++) {                                                       \
		ck_assert_msg(tries_ < 4000, "still not: %s", #condition);                                   \
		usleep(5000);                                                                                \
	}

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
}
END_TEST

START_TEST(two_spools_are_two_streams)
{
	struct place one, other;
	struct spool *a, *b;

	place_make(&one);
	place_make(&other);
	a = place_open(&one, 1);
	b = place_open(&other, 1);
	ck_assert_int_ne(spool_stream(a), spool_stream(b));
	spool_close(a);
	spool_close(b);
	place_remove(&one);
	place_remove(&other);
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
	ck_assert_int_eq(spool_set_aside(spool, 2, "the row is damaged", &err), 0);
	ck_assert_int_eq(read_all(spool, 0).damaged, 1);
	ck_assert_int_eq(counters_of(spool).pending, 3);
	ck_assert_int_eq(spool_set_aside(spool, 2, "again", &err), ERROR_DATABASE);
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

	place_make(&place);
	spool_close(place_open(&place, 1));
	options = place_options(&place, 2);
	assert_refused(&options, ERROR_DATA,
	               "spool '%s' belongs to vantage 1, not to vantage 2\n"
	               "hint: each vantage needs a spool of its own");
	place_sql(&place, "PRAGMA user_version = 2");
	options.vantage = 1;
	assert_refused(&options, ERROR_DATA, "spool '%s' has format 2, this program reads 1");
	options.size_limit_bytes = 1000;
	assert_refused(&options, ERROR_DATA, "size limit of 1000 bytes is below 4 MiB");
	place_remove(&place);
	options = (struct spool_options){ .path = place.spool, .vantage = 1 }; /* its folder is gone */
	assert_refused(&options, ERROR_IO, "spool '%s' cannot be opened: No such file or directory");
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

/* ---- full ---- */

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
	char want[400];

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
	for (int i = 0; i < 3; i++)
		ck_assert(!spool_put(spool, &record));
	ck_assert_int_eq(counters_of(spool).lost, 3);
	ck_assert_int_eq(counters_of(spool).queued, 5000);

	spool_delete(spool, c.last_seq); /* what was there is shipped: there is room */
	flush_all(spool);
	put_echoes(spool, number + 1, number + 1);
	flush_all(spool);
	ck_assert(!counters_of(spool).stuck);
	ck_assert_int_eq(counters_of(spool).queued, 0);
	ck_assert_int_eq(counters_of(spool).pending, 5001);
	ck_assert_int_eq(read_all(spool, 0).rows, 5001);
	ck_assert_int_eq(read_all(spool, 0).first_seq, c.last_seq + 1);
	ck_assert(read_all(spool, 0).rising);
	ck_assert_int_eq(read_all(spool, 0).holes, 3); /* exactly those that were lost */
	spool_close(spool);
	snprintf(want, sizeof want,
	         "spool '%s': cannot be written: disk or size limit full\n"
	         "the queue in memory is full, records are being lost\n"
	         "the disk takes records again\n",
	         place.spool);
	ck_assert_str_eq(place.said, want);
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
	ck_assert_int_eq(sqlite3_open(place.spool, &db), SQLITE_OK);
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
	return run_suite(
	    "spool",
	    (const TTest *const[]){
	        a_record_comes_back_as_it_was, any_record_comes_back_as_it_was, bytes_are_as_documented,
	        damaged_bytes_are_refused, contradictions_are_named, reopened_it_keeps_stream_and_sequence,
	        two_spools_are_two_streams, a_drained_spool_does_not_count_from_1_again,
	        a_refused_record_leaves_a_hole_also_at_the_end, a_damaged_row_is_told_and_the_others_are_read,
	        what_is_not_this_vantages_spool_is_refused, another_file_is_refused_and_left_as_it_is,
	        a_second_process_is_refused_until_the_first_has_ended,
	        at_the_size_limit_records_wait_in_memory, put_many_waits_for_room,
	        what_may_have_been_sent_is_known_to_the_next_process,
	        a_renewed_stream_keeps_what_was_not_shipped, NULL });
}
