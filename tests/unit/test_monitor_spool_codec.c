#include "monitor/spool/spool_codec.h"

#include "monitor/record/record.h"
#include "tests/unit/random.h"
#include "tests/unit/spool_place.h"
#include "tests/unit/suite.h"

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
	if (want->kind == RECORD_STATUS) {
		ck_assert_mem_eq(&got->status, &want->status, sizeof want->status);
		return;
	}
	ck_assert_int_eq(got->stamp.packets, want->stamp.packets);
	ck_assert_int_eq(got->stamp.lost, want->stamp.lost);
	ck_assert_int_eq(got->stamp.lost_forward, want->stamp.lost_forward);
	ck_assert_int_eq(got->stamp.lost_backward, want->stamp.lost_backward);
	ck_assert_int_eq(got->stamp.reflector_us, want->stamp.reflector_us);
	ck_assert_int_eq(got->stamp.forward_us, want->stamp.forward_us);
	ck_assert_int_eq(got->stamp.backward_us, want->stamp.backward_us);
	ck_assert_int_eq(got->stamp.one_way_error_us, want->stamp.one_way_error_us);
}

static struct record stamp_record(void)
{
	struct record r = echo_record(9);

	r.stamp = (struct record_stamp){ .reflector_us = 40,
		                         .forward_us = -1,
		                         .backward_us = -1,
		                         .one_way_error_us = 70000,
		                         .lost_forward = 3,
		                         .lost_backward = 0,
		                         .packets = 10,
		                         .lost = 2 };
	return r;
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
	struct record r = record_blank(RECORD_CLOCK, PLACE_EPOCH_US);

	r.synchronised = 1;
	r.max_error_us = 16000000;
	r.stepped_us = -3600000000;
	return r;
}

static struct record status_record(void)
{
	struct record r = clock_record();

	r.kind = RECORD_STATUS;
	r.stepped_us = 0;
	r.max_error_us = 1200;
	r.status = (struct record_status){ .period_ms = 60000,
		                           .up = 300,
		                           .down = 1,
		                           .missed = { 1, 2, 3, 0, 5, 6, 7 },
		                           .lateness_p50_us = 200,
		                           .lateness_p99_us = 1500,
		                           .lateness_most_us = 9000,
		                           .cpu_ms = 80,
		                           .memory_kb = 12000,
		                           .in_flight = 4,
		                           .in_flight_most = 44,
		                           .handshakes_waiting = 2,
		                           .spool_records = 70000,
		                           .spool_bytes = 4096000,
		                           .spool_lost = 0,
		                           .ship_lag_us = INT64_C(3600) * US_PER_S };
	return r;
}

static struct record extreme_status(void)
{
	struct record r = status_record();
	int32_t *const first = &r.status.period_ms;

	r.scheduled_us = r.max_error_us = INT64_MIN;
	for (int32_t *field = first; field < (int32_t *)&r.status.spool_records; field++)
		*field = INT32_MIN;
	r.status.spool_records = r.status.spool_bytes = r.status.spool_lost = r.status.ship_lag_us =
	    INT64_MIN;
	return r;
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
	struct record echo = echo_record(7), http = http_record(), clock = clock_record(), extreme = http,
	              stamp = stamp_record(), status = status_record(), worst_status = extreme_status();

	ck_assert_uint_le(assert_round_trip(&echo), 20);
	ck_assert_uint_le(assert_round_trip(&http), 45);
	assert_round_trip(&clock);
	ck_assert_uint_le(assert_round_trip(&stamp), 31);
	ck_assert_uint_le(assert_round_trip(&status), 60);
	ck_assert_uint_le(assert_round_trip(&worst_status), SPOOL_CODEC_SIZE);
	extreme.scheduled_us = INT64_MIN;
	extreme.sent_us = INT64_MAX;
	extreme.certificate_expiry_us = INT64_MIN;
	extreme.target = extreme.rtt_us = INT32_MIN;
	extreme.lateness_us = extreme.name_us = INT32_MAX;
	extreme.http_status = INT16_MIN;
	extreme.connect_us = extreme.tls_us = extreme.first_byte_us = extreme.total_us = INT32_MIN;
	extreme.stamp = (struct record_stamp){ INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN,
		                               INT32_MIN, INT32_MIN, INT16_MIN, INT16_MIN };
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
		struct record record = i % 3 == 0   ? echo_record(i)
		                       : i % 3 == 1 ? stamp_record()
		                                    : http_record();

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

START_TEST(bytes_of_a_stamp_are_as_documented)
{
	/* after sent - scheduled: reflector 40, -1, -1, 70000, lost forward 3, backward 0, packets 10, lost 2 */
	static const uint8_t want[] = { 0x90, 0x00, 0x04, 0x06, 0x80, 0x01, 0x01, 0xd8, 0x04, 0x50,
		                        0x01, 0x01, 0xe0, 0xc5, 0x08, 0x06, 0x00, 0x14, 0x04 };
	struct record record = echo_record(64);
	uint8_t bytes[SPOOL_CODEC_SIZE];

	record.stamp = stamp_record().stamp;
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
		{ "a status that is too short", { 0x81, 0, 4, 6 }, 4 },
		{ "a stamp without packets", { 0x80, 0, 4, 6, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0 }, 14 },
		{ "a number that does not end", { 0, 0, 0x84, 0x80, 0x80 }, 5 },
		{ "a number of more than 64 bits",
		  { 1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0 },
		  14 },
		{ "a target of more than 32 bits", { 0, 0, 4, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 1 }, 10 },
		{ "an HTTP status of more than 16 bits",
		  { 0x20, 0, 4, 6, 0, 1, 1, 1, 1, 1, 1, 0x80, 0x80, 0x04 },
		  14 },
	};
	const struct record records[] = { echo_record(7), http_record(), clock_record(), stamp_record(),
		                          status_record() };
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
		{ 2, 0, 0, 0, -1, 0, -1, NULL },
		{ 2, 0, 0, 0, -1, 0, -2, "a clock's error below zero" },
		{ 3, 0, 0, 1, -1, 0, -1, "a kind that does not exist" },
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

START_TEST(a_status_counts_from_zero)
{
	struct record r = status_record();
	int32_t *const counts[] = { &r.status.period_ms, &r.status.up,        &r.status.down,
		                    &r.status.missed[0], &r.status.missed[6], &r.status.in_flight };
	int64_t *const sizes[] = { &r.status.spool_records, &r.status.spool_bytes, &r.status.spool_lost,
		                   &r.status.ship_lag_us };

	ck_assert_ptr_null(record_fault(&r));
	for (size_t i = 0; i < ROWS(counts); i++) {
		*counts[i] = -1;
		ck_assert_str_eq(record_fault(&r), "a status with a count below zero");
		*counts[i] = 0;
	}
	for (size_t i = 0; i < ROWS(sizes); i++) {
		*sizes[i] = -1;
		ck_assert_str_eq(record_fault(&r), "a status with a count below zero");
		*sizes[i] = 0;
	}
	ck_assert_ptr_null(record_fault(&r));
}
END_TEST

START_TEST(contradictions_of_a_stamp_are_named)
{
	static const struct {
		int outcome;
		struct record_stamp
		    stamp; /* reflector, forward, backward, error, lost there, back, packets, lost */
		const char *want;
	} rows[] = {
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, 2, 10, 3 }, NULL },
		{ SAMPLE_UP, { -1, -1, -1, -1, -1, -1, 1, 0 }, NULL },
		{ SAMPLE_UP, { 4, -1, -1, 7, 40000, 0, 10, 0 }, NULL }, /* of earlier probes */
		{ SAMPLE_DOWN, { -1, -1, -1, -1, -1, -1, 10, 10 }, NULL },
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, 2, 10, 10 }, "an outcome up without an answer" },
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, 2, 10, 11 }, "more packets lost than sent" },
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, 2, 10, -1 }, "more packets lost than sent" },
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, 2, -1, -1 }, "more packets lost than sent" },
		{ SAMPLE_UP, { 4, 5, 6, 7, 1, -1, 10, 1 }, "packets lost in one direction only known" },
		{ SAMPLE_UP, { 4, 5, -1, 7, 1, 2, 10, 1 }, "a one-way delay without its error" },
		{ SAMPLE_DOWN, { 4, 5, 6, -1, 1, 2, 10, 9 }, "a one-way delay without its error" },
		{ SAMPLE_MISSED, { 4, 5, 6, 7, 1, 2, 10, 0 }, "an outcome missed with packets" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct record r = echo_record(7);
		const char *got;

		r.outcome = (uint8_t)rows[i].outcome;
		r.stamp = rows[i].stamp;
		r.failure = (uint8_t)(r.outcome == SAMPLE_UP     ? FAILURE_NONE
		                      : r.outcome == SAMPLE_DOWN ? FAILURE_LOSS
		                                                 : FAILURE_SEND);
		if (r.outcome != SAMPLE_UP)
			r.rtt_us = -1;
		if (r.outcome == SAMPLE_MISSED)
			r.sent_us = 0;
		got = record_fault(&r);
		ck_assert_msg(!got == !rows[i].want && (!got || strcmp(got, rows[i].want) == 0),
		              "row %zu: %s", i, got ? got : "nothing");
	}
}
END_TEST

int main(void)
{
	return run_suite(
	    "spool_codec",
	    (const TTest *const[]){ a_record_comes_back_as_it_was, any_record_comes_back_as_it_was,
	                            bytes_are_as_documented, bytes_of_a_stamp_are_as_documented,
	                            damaged_bytes_are_refused, contradictions_are_named,
	                            contradictions_of_a_stamp_are_named, a_status_counts_from_zero, NULL });
}
