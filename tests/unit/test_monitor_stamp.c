/* The packets of RFC 8762 byte by byte, and what their numbers come to. */
#include "monitor/stamp/stamp.h"

#include "monitor/stamp/stamp_sum.h"
#include "tests/unit/suite.h"

#include <ctype.h>

static const struct stamp_key no_key = { .length = 0 };

static struct stamp_key test_key(void)
{
	struct stamp_key key = { .length = 32 };

	for (size_t i = 0; i < key.length; i++)
		key.bytes[i] = (uint8_t)(0xa0 + i);
	return key;
}

/* Hexadecimal digits, blanks skipped; "xx*12" repeats a byte. Returns the number of bytes. */
static size_t bytes_of(const char *notation, uint8_t *out)
{
	size_t n = 0;

	while (*notation) {
		char pair[3] = { notation[0], notation[1], '\0' }, *end;
		long times = 1;

		if (isspace((unsigned char)*notation)) {
			notation++;
			continue;
		}
		notation += 2;
		if (*notation == '*') {
			times = strtol(notation + 1, &end, 10);
			notation = end;
		}
		while (times-- > 0)
			out[n++] = (uint8_t)strtol(pair, NULL, 16);
	}
	return n;
}

static void assert_packet(const uint8_t *got, size_t length, const char *notation)
{
	uint8_t want[300];

	ck_assert_uint_eq(length, bytes_of(notation, want));
	for (size_t i = 0; i < length; i++)
		ck_assert_msg(got[i] == want[i], "byte %zu is %02x, not %02x", i, got[i], want[i]);
}

static const struct stamp_request request = {
	.sequence = 0x01020304, .timestamp = 0x1112131415161718, .error = 0x8a21, .session = 0x3132
};
static const struct stamp_answer answer = {
	.sequence = 0x41424344,
	.timestamp = 0x5152535455565758,
	.error = 0x8161,
	.session = 0x3132,
	.received = 0x7172737475767778,
	.request = { .sequence = 0x01020304, .timestamp = 0x1112131415161718, .error = 0x8a21 },
	.ttl = 0xfe,
};

START_TEST(requests_are_those_of_the_rfc)
{
	struct stamp_key key = test_key();
	uint8_t packet[300];

	memset(packet, 0xff, sizeof packet);
	assert_packet(packet, stamp_put_request(packet, &request, 0, &no_key),
	              "01020304 1112131415161718 8a21 3132 00*28");
	memset(packet, 0xff, sizeof packet);
	assert_packet(packet, stamp_put_request(packet, &request, 20, &no_key),
	              "01020304 1112131415161718 8a21 3132 00*28 80 01 0010 00*16");
	memset(packet, 0xff, sizeof packet);
	/* python3: hmac.new(bytes(range(0xa0, 0xc0)), packet[:96], "sha256").digest()[:16] */
	assert_packet(
	    packet, stamp_put_request(packet, &request, 4, &key),
	    "01020304 00*12 1112131415161718 8a21 3132 00*68 a930e62f36cd307c4f3783e5eec6ca88 80010000");
}
END_TEST

START_TEST(answers_are_those_of_the_rfc)
{
	struct stamp_key key = test_key();
	uint8_t packet[300];

	memset(packet, 0xff, sizeof packet);
	assert_packet(packet, stamp_put_answer(packet, &answer, &no_key),
	              "41424344 5152535455565758 8161 3132 7172737475767778"
	              "01020304 1112131415161718 8a21 0000 fe 000000");
	ck_assert_uint_eq(packet[STAMP_PLAIN_SIZE], 0xff); /* what follows is not touched */
	memset(packet, 0xff, sizeof packet);
	assert_packet(packet, stamp_put_answer(packet, &answer, &key),
	              "41424344 00*12 5152535455565758 8161 3132 00*4 7172737475767778 00*8 "
	              "01020304 00*12 1112131415161718 8a21 00*6 fe 00*15 5adf1452902294b8a0770613b04b8f40");
	ck_assert_uint_eq(packet[STAMP_SEALED_SIZE], 0xff);
}
END_TEST

static void assert_request(const struct stamp_request *got)
{
	ck_assert_uint_eq(got->sequence, request.sequence);
	ck_assert_uint_eq(got->timestamp, request.timestamp);
	ck_assert_uint_eq(got->error, request.error);
}

START_TEST(what_was_written_is_read)
{
	const struct stamp_key keys[] = { no_key, test_key() };

	for (size_t i = 0; i < ROWS(keys); i++) {
		struct stamp_request r;
		struct stamp_answer a;
		uint8_t packet[300] = { 0 };
		size_t length = stamp_put_request(packet, &request, 20, &keys[i]);

		ck_assert_int_eq(stamp_get_request(&r, packet, length, &keys[i]), STAMP_GOOD);
		assert_request(&r);
		ck_assert_uint_eq(r.session, request.session);
		length = stamp_put_answer(packet, &answer, &keys[i]);
		ck_assert_int_eq(stamp_get_answer(&a, packet, length + 20, &keys[i]), STAMP_GOOD);
		assert_request(&a.request);
		ck_assert_uint_eq(a.sequence, answer.sequence);
		ck_assert_uint_eq(a.timestamp, answer.timestamp);
		ck_assert_uint_eq(a.error, answer.error);
		ck_assert_uint_eq(a.session, answer.session);
		ck_assert_uint_eq(a.received, answer.received);
		ck_assert_uint_eq(a.ttl, answer.ttl);
	}
}
END_TEST

START_TEST(truncated_packets_are_short)
{
	const struct stamp_key keys[] = { no_key, test_key() };

	for (size_t i = 0; i < ROWS(keys); i++)
		for (size_t n = 0; n < stamp_base_size(&keys[i]); n++) {
			uint8_t packet[300], *copy = malloc(n + 1);
			struct stamp_request r;
			struct stamp_answer a;

			stamp_put_request(packet, &request, 0, &keys[i]);
			memcpy(copy, packet, n);
			ck_assert_int_eq(stamp_get_request(&r, copy, n, &keys[i]), STAMP_SHORT);
			ck_assert_int_eq(stamp_get_answer(&a, copy, n, &keys[i]), STAMP_SHORT);
			free(copy);
		}
}
END_TEST

START_TEST(any_changed_bit_of_a_sealed_packet_is_forged)
{
	struct stamp_key key = test_key(), other = key;
	struct stamp_request r;
	struct stamp_answer a;
	uint8_t packet[300];

	stamp_put_request(packet, &request, 0, &key);
	other.bytes[31] ^= 1;
	ck_assert_int_eq(stamp_get_request(&r, packet, STAMP_SEALED_SIZE, &other), STAMP_FORGED);
	for (size_t bit = 0; bit < STAMP_SEALED_SIZE * 8; bit++) {
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(stamp_get_request(&r, packet, STAMP_SEALED_SIZE, &key), STAMP_FORGED);
		ck_assert_int_eq(stamp_get_answer(&a, packet, STAMP_SEALED_SIZE, &key), STAMP_FORGED);
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(stamp_get_request(&r, packet, STAMP_SEALED_SIZE, &key), STAMP_GOOD);
}
END_TEST

START_TEST(times_are_those_of_ntp)
{
	static const int64_t walls[] = { 0,
		                         1,
		                         999999999,
		                         1000000000,
		                         INT64_C(1792345678123456789),
		                         INT64_C(2085978495999999999) /* the last ns of NTP's era 0 */ };
	uint64_t epoch = stamp_time(0);

	ck_assert_uint_eq(epoch, UINT64_C(2208988800) << 32);
	ck_assert_uint_eq(stamp_time(500000000), epoch + 0x80000000);
	for (size_t i = 0; i < ROWS(walls); i++)
		for (size_t j = 0; j < ROWS(walls); j++)
			if (llabs(walls[i] - walls[j]) < INT64_C(2000000000000000000)) {
				int64_t got = stamp_between_ns(stamp_time(walls[i]), stamp_time(walls[j]), 0);

				ck_assert_msg(llabs(got - (walls[j] - walls[i])) <= 1, "%zu to %zu", i, j);
			}
	/* over the end of the era, in 2036 */
	ck_assert_int_eq(stamp_between_ns(stamp_time(INT64_C(2085978495500000000)),
	                                  stamp_time(INT64_C(2085978496500000000)), 0),
	                 1000000000);
	ck_assert_int_eq(stamp_between_ns(5, 3, 0), -1);
	/* PTP: seconds and nanoseconds */
	ck_assert_int_eq(stamp_between_ns(UINT64_C(7) << 32 | 999999999, UINT64_C(8) << 32 | 1, STAMP_PTP),
	                 2);
	ck_assert_int_eq(stamp_between_ns(UINT64_C(0xffffffff) << 32 | 999999999, 1, STAMP_PTP), 2);
}
END_TEST

START_TEST(error_estimates_hold_their_bound)
{
	static const struct {
		uint16_t error;
		int64_t us;
	} rows[] = {
		{ 0x8001, 1 },                     /* 2^-32 s */
		{ 0x8000 | 32 << 8 | 1, 1000000 }, /* 1 s */
		{ 0x8000 | 22 << 8 | 1, 977 },     /* 2^-10 s is 976.6 µs */
		{ 0xc000 | 32 << 8 | 1, 1000000 }, /* the Z bit does not matter */
		{ 0x0000 | 32 << 8 | 1, -1 },      /* not synchronised */
		{ 0x8000 | 32 << 8, -1 },          /* no multiplier */
		{ 0x8000 | 63 << 8 | 255, -1 },    /* absurd */
		{ 0x8000 | 50 << 8 | 255, INT64_C(66846720000000) },
	};
	static const int64_t bounds[] = { 0, 1, 59, 60, 61, 1000, 1500, 123456, 16000000, INT64_C(1) << 40 };

	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_msg(stamp_error_us(rows[i].error) == rows[i].us, "row %zu", i);
	for (size_t i = 0; i < ROWS(bounds); i++) {
		uint16_t error = stamp_error(bounds[i]);
		int64_t back = stamp_error_us(error);

		ck_assert_msg((error & 0xff) && (error & 0xc000) == STAMP_SYNCHRONISED, "bound %zu", i);
		ck_assert_msg(back >= bounds[i] && back <= bounds[i] + bounds[i] / 100 + 1,
		              "bound %zu became %lld", i, (long long)back);
	}
	ck_assert_uint_eq(stamp_error(-1), 0x3fff);
	ck_assert_uint_eq(stamp_error((INT64_C(1) << 40) + 1), 0x3fff);
}
END_TEST

/* ---- delays ---- */

#define SENT_NS INT64_C(1792345678000000000)

/* An exchange: µs on the way there, in the reflector, on the way back; the reflector's clock ahead by ahead_us. */
static void add_sent(struct stamp_sum *sum, uint16_t our_error, int64_t there_us, int64_t dwell_us,
                     int64_t back_us, int64_t ahead_us, uint16_t error)
{
	struct stamp_request r = { .timestamp = stamp_time(SENT_NS), .error = our_error };
	struct stamp_answer a = { .error = error };
	int64_t trip_ns = (there_us + dwell_us + back_us) * 1000;
	struct stamp_receipt receipt = { trip_ns, SENT_NS + trip_ns };

	a.received = stamp_time(SENT_NS + (there_us + ahead_us) * 1000);
	a.timestamp = stamp_time(SENT_NS + (there_us + ahead_us + dwell_us) * 1000);
	stamp_sum_add(sum, &r, &a, &receipt);
}

static void add(struct stamp_sum *sum, int64_t there_us, int64_t dwell_us, int64_t back_us, int64_t ahead_us,
                uint16_t error)
{
	add_sent(sum, stamp_error(20), there_us, dwell_us, back_us, ahead_us, error);
}

static void assert_delays(const struct stamp_sum *sum, int64_t our_bound_us, int64_t trip_us,
                          struct record_stamp want)
{
	struct record_stamp got;

	ck_assert_int_eq(stamp_sum_delays(sum, our_bound_us, &got), trip_us);
	ck_assert_int_eq(got.reflector_us, want.reflector_us);
	ck_assert_int_eq(got.forward_us, want.forward_us);
	ck_assert_int_eq(got.backward_us, want.backward_us);
	ck_assert_int_eq(got.one_way_error_us, want.one_way_error_us);
}

START_TEST(delays_are_means)
{
	const uint16_t bound = stamp_error(100), none = stamp_error(-1);
	struct stamp_sum sum = { 0 };
	int64_t theirs_us = stamp_error_us(bound);
	int32_t error_us = (int32_t)(50 + theirs_us);

	add(&sum, 1000, 300, 2000, 0, bound);
	add(&sum, 3001, 500, 2000, 0, bound);
	/* (3000 + 5001) / 2 rounded up at the half */
	assert_delays(&sum, 50, 4001, (struct record_stamp){ 400, 2001, 2000, error_us });
	assert_delays(&sum, -1, 4001, (struct record_stamp){ 400, -1, -1, -1 });
	add(&sum, 3000, 500, 2000, 0, none); /* one answer without a bound */
	assert_delays(&sum, 50, 4334, (struct record_stamp){ 433, -1, -1, -1 });
}
END_TEST

START_TEST(clocks_apart_move_only_the_one_way_delays)
{
	const uint16_t bound = stamp_error(100), ptp = bound | STAMP_PTP;
	int32_t error_us = (int32_t)(50 + stamp_error_us(bound));
	struct stamp_sum within = { 0 }, beyond = { 0 }, absurd = { 0 }, of_ptp = { 0 };

	add(&within, 30, 10, 500, -100, bound);
	assert_delays(&within, 50, 530, (struct record_stamp){ 10, 0, 600, error_us });
	add(&beyond, 30, 10, 500, -1000, bound);
	assert_delays(&beyond, 50, 530, (struct record_stamp){ 10, -1, -1, -1 });
	for (int i = 0; i < 1000; i++) /* years off, with the greatest bound: no sum overflows */
		add(&absurd, 30, 10, 500, INT64_C(-1000000000000000), 0x8000 | 50 << 8 | 255);
	assert_delays(&absurd, 50, 530, (struct record_stamp){ 10, -1, -1, -1 });
	add(&of_ptp, 30, 0, 500, 0, ptp); /* no time in the reflector, whichever the format */
	assert_delays(&of_ptp, 50, 530, (struct record_stamp){ 0, -1, -1, -1 });
}
END_TEST

START_TEST(our_clock_is_worth_what_it_was_at_its_worst)
{
	const uint16_t bound = stamp_error(100), before = stamp_error(7000);
	struct stamp_sum sum = { 0 };
	int32_t error_us = (int32_t)(stamp_error_us(before) + stamp_error_us(bound));

	add_sent(&sum, before, 30, 10, 500, 0, bound);
	add(&sum, 30, 10, 500, 0, bound);
	assert_delays(&sum, 50, 530, (struct record_stamp){ 10, 30, 500, error_us });
	add_sent(&sum, stamp_error(-1), 30, 10, 500, 0, bound); /* when this was sent it was unknown */
	assert_delays(&sum, 50, 530, (struct record_stamp){ 10, -1, -1, -1 });
}
END_TEST

START_TEST(impossible_times_in_the_reflector_are_left_out)
{
	const uint16_t none = stamp_error(-1);
	struct stamp_sum sum = { 0 };

	add(&sum, 1500, -1000, 1000, 0, none); /* its clock was stepped back meanwhile */
	assert_delays(&sum, 50, 1500, (struct record_stamp){ -1, -1, -1, -1 });
	add(&sum, 1000, 200, 1000, 0, none);
	assert_delays(&sum, 50, 2000, (struct record_stamp){ 200, -1, -1, -1 });
	add(&sum, -2000, 9000, 1000, 0, none); /* longer than the round trip: the step was forward */
	assert_delays(&sum, 50, 2000, (struct record_stamp){ 200, -1, -1, -1 });
}
END_TEST

/* ---- loss by direction ---- */

#define ANSWERS_MOST 8

START_TEST(losses_are_told_by_the_next_answer)
{
	/* each row: a probe's answers as request:answer pairs; what is then told, "-" nothing */
	static const struct {
		const char *what;
		struct {
			uint32_t request, answer;
		} answers[ANSWERS_MOST];
		size_t count;
		const char *told;
		bool fresh; /* a new session */
		uint32_t doubled;
	} rows[] = {
		{ "the first answer", { { 0, 0 } }, 1, "0 0", true },
		{ "without loss", { { 1, 1 }, { 2, 2 } }, 2, "0 0" },
		{ "lost on the way there", { { 3, 3 }, { 6, 4 } }, 2, "2 0" },
		{ "lost on the way back", { { 7, 5 }, { 10, 8 } }, 2, "0 2" },
		{ "both, before the first", { { 15, 11 } }, 1, "2 2" },
		{ "no answer", { { 0, 0 } }, 0, "-" },
		{ "told by a later probe", { { 20, 15 } }, 1, "1 3" },
		{ "in another order", { { 22, 16 }, { 21, 17 } }, 2, "0 0" },
		{ "the reflector restarted", { { 25, 0 } }, 1, "-" },
		{ "goes on from there", { { 26, 1 } }, 1, "0 0" },
		{ "numbers stand still: it restarted", { { 27, 1 } }, 1, "-" },
		{ "more answers than requests", { { 28, 9 } }, 1, "-" },
		{ "one request was doubled", { { 29, 11 } }, 1, "0 0", false, 1 },
		{ "a new session, first answer late", { { 5, 3 } }, 1, "0 0", true },
		{ "a new session, loss within", { { 1, 0 }, { 4, 2 }, { 5, 3 } }, 3, "1 1", true },
		{ "a session at the wrap", { { UINT32_MAX - 1, UINT32_MAX } }, 1, "0 0", true },
		{ "over the wrap", { { 1, 0 } }, 1, "2 0" },
		{ "over the wrap, in one probe", { { UINT32_MAX, 4 }, { 2, 6 } }, 2, "1 1", true },
	};
	struct stamp_loss loss = { 0 };

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct stamp_span span = { 0 };
		int32_t forward = -7, backward = -7;
		char told[30] = "-";

		if (rows[i].fresh)
			loss = (struct stamp_loss){ 0 };
		for (uint32_t n = 0; n < rows[i].doubled; n++)
			stamp_loss_doubled(&loss, loss.answer + 1 + n);
		for (size_t n = 0; n < rows[i].count; n++)
			stamp_span_add(&span, rows[i].answers[n].request, rows[i].answers[n].answer);
		if (stamp_loss_settle(&loss, &span, &forward, &backward))
			snprintf(told, sizeof told, "%d %d", forward, backward);
		ck_assert_msg(strcmp(told, rows[i].told) == 0, "%s: %s, not %s", rows[i].what, told,
		              rows[i].told);
	}
}
END_TEST

START_TEST(a_doubled_request_is_no_loss)
{
	struct stamp_loss loss = { 0 };
	struct stamp_span first = { 0 }, second = { 0 };
	int32_t forward, backward;

	stamp_loss_doubled(&loss, 3); /* before the first answer there is nothing to count from */
	ck_assert_uint_eq(loss.doubled, 0);
	stamp_span_add(&first, 0, 0);
	stamp_span_add(&first, 2,
	               1); /* 1 is lost on the way there; 2 is doubled, and its second answer comes too */
	stamp_span_doubled(&first, 2);
	ck_assert(stamp_loss_settle(&loss, &first, &forward, &backward));
	ck_assert_int_eq(forward, 1);
	ck_assert_int_eq(backward, 0);
	stamp_loss_doubled(&loss, 2); /* told already */
	ck_assert_uint_eq(loss.doubled, 0);
	stamp_loss_doubled(&loss, 3); /* another copy of it, late */
	stamp_span_add(&second, 4, 5);
	ck_assert(stamp_loss_settle(&loss, &second, &forward, &backward));
	ck_assert_int_eq(forward, 0);
	ck_assert_int_eq(backward, 1);
}
END_TEST

int main(void)
{
	return run_suite(
	    "stamp",
	    (const TTest *const[]){
	        requests_are_those_of_the_rfc, answers_are_those_of_the_rfc, what_was_written_is_read,
	        truncated_packets_are_short, any_changed_bit_of_a_sealed_packet_is_forged,
	        times_are_those_of_ntp, error_estimates_hold_their_bound, delays_are_means,
	        clocks_apart_move_only_the_one_way_delays, our_clock_is_worth_what_it_was_at_its_worst,
	        impossible_times_in_the_reflector_are_left_out, losses_are_told_by_the_next_answer,
	        a_doubled_request_is_no_loss, NULL });
}
