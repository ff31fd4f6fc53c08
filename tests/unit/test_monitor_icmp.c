#include "monitor/icmp/icmp.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static uint16_t sum_of(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void seal(uint8_t *icmp, size_t length)
{
	uint16_t sum;

	icmp[2] = icmp[3] = 0;
	sum = sum_of(icmp, length);
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
}

/* An IPv4 header of 20 bytes for a payload of length bytes, to 192.0.2.7. */
static size_t put_ip(uint8_t *at, size_t length)
{
	static const uint8_t header[20] = {
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 7
	};

	memcpy(at, header, sizeof header);
	at[2] = (uint8_t)((20 + length) >> 8);
	at[3] = (uint8_t)(20 + length);
	return 20;
}

/* The reply to our request as a raw IPv4 socket gives it. Returns the length. */
static size_t make_reply(uint8_t *packet)
{
	size_t length = icmp_build(false, 0x1234, 0xfffe, 0x1122334455667788, 56, packet + 20);

	put_ip(packet, length);
	packet[20] = 0;
	seal(packet + 20, length);
	return 20 + length;
}

/* Destination unreachable with that code, quoting our request with quoted bytes of it. */
static size_t make_error(uint8_t *packet, int code, size_t quoted)
{
	uint8_t request[ICMP_PACKET_MOST];
	size_t length = icmp_build(false, 7, 8, 9, 56, request), at;

	at = put_ip(packet, 8 + 20 + quoted);
	memset(packet + at, 0, 8);
	packet[at] = 3;
	packet[at + 1] = (uint8_t)code;
	put_ip(packet + at + 8, length);
	memcpy(packet + at + 28, request, quoted);
	seal(packet + at, 8 + 20 + quoted);
	return at + 28 + quoted;
}

START_TEST(request_is_well_formed)
{
	uint8_t packet[ICMP_PACKET_MOST];
	struct icmp_message m;
	size_t length = icmp_build(false, 0xabcd, 0x0102, 42, 56, packet);

	ck_assert_uint_eq(length, 64);
	ck_assert_int_eq(packet[0], 8);
	ck_assert_int_eq(sum_of(packet, length), 0);
	ck_assert(icmp_parse_request(false, packet, length, &m));
	ck_assert_int_eq(m.id, 0xabcd);
	ck_assert_int_eq(m.sequence, 0x0102);
	ck_assert(m.has_nonce && m.nonce == 42);
	ck_assert_uint_eq(icmp_build(true, 1, 2, 3, ICMP_PAYLOAD_MOST, packet), ICMP_PACKET_MOST);
	ck_assert_int_eq(packet[0], 128);
	ck_assert(!icmp_parse(false, false, packet, ICMP_PACKET_MOST, &m));
}
END_TEST

START_TEST(reply_is_read)
{
	uint8_t packet[ICMP_PACKET_MOST + 20];
	struct icmp_message m;
	size_t length = make_reply(packet);

	ck_assert(icmp_parse(false, true, packet, length, &m));
	ck_assert_int_eq(m.meaning, ICMP_MEANS_REPLY);
	ck_assert_int_eq(m.id, 0x1234);
	ck_assert_int_eq(m.sequence, 0xfffe);
	ck_assert(m.has_nonce && m.nonce == 0x1122334455667788);
	ck_assert(icmp_parse(false, false, packet + 20, length - 20, &m));
	ck_assert(icmp_parse(false, true, packet, length + 6, &m)); /* padding of a short frame */
}
END_TEST

START_TEST(damaged_reply_is_nothing)
{
	uint8_t packet[ICMP_PACKET_MOST + 20];
	struct icmp_message m;
	size_t length = make_reply(packet);

	for (size_t i = 20; i < length; i++) { /* any single bit of the message */
		packet[i] ^= 0x10;
		ck_assert(!icmp_parse(false, true, packet, length, &m));
		packet[i] ^= 0x10;
	}
	packet[9] = 6; /* TCP */
	ck_assert(!icmp_parse(false, true, packet, length, &m));
	packet[9] = 1;
	packet[0] = 0x4f; /* a header of 60 bytes: into the message */
	ck_assert(!icmp_parse(false, true, packet, length, &m));
	packet[0] = 0x44;
	ck_assert(!icmp_parse(false, true, packet, length, &m));
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	uint8_t packet[ICMP_PACKET_MOST + 60];
	struct icmp_message m;
	size_t lengths[] = { make_reply(packet), 0 };

	for (size_t n = 0; n < lengths[0]; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, packet, n);
		ck_assert(!icmp_parse(false, true, copy, n, &m));
		free(copy);
	}
	lengths[1] = make_error(packet, 1, 16);
	for (size_t n = 0; n < lengths[1]; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, packet, n);
		(void)icmp_parse(true, false, copy, n, &m);
		ck_assert(!icmp_parse(false, true, copy, n, &m));
		free(copy);
	}
}
END_TEST

START_TEST(errors_name_the_echo)
{
	static const struct {
		int code;
		size_t quoted;
		enum icmp_meaning meaning;
		bool nonce;
	} cases[] = {
		{ 0, 8, ICMP_MEANS_UNREACHABLE, false },  { 1, 64, ICMP_MEANS_UNREACHABLE, true },
		{ 3, 8, ICMP_MEANS_REFUSED, false },      { 4, 8, ICMP_MEANS_TOO_BIG, false },
		{ 13, 16, ICMP_MEANS_UNREACHABLE, true },
	};
	static const uint8_t destination[4] = { 192, 0, 2, 7 };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t packet[256];
		struct icmp_message m;
		size_t length = make_error(packet, cases[i].code, cases[i].quoted);

		ck_assert(icmp_parse(false, true, packet, length, &m));
		ck_assert_int_eq(m.meaning, cases[i].meaning);
		ck_assert_int_eq(m.id, 7);
		ck_assert_int_eq(m.sequence, 8);
		ck_assert_int_eq(m.has_nonce, cases[i].nonce);
		ck_assert(m.has_destination);
		ck_assert_mem_eq(m.destination, destination, 4);
	}
}
END_TEST

/* Only the first piece of an echo has its header; errors about others name none. */
START_TEST(errors_about_pieces_name_the_echo)
{
	uint8_t packet[256];
	struct icmp_message m;
	size_t length = make_error(packet, 1, 64);
	uint8_t *flags = packet + 20 + 8 + 6;

	flags[0] = 0x20; /* more follow */
	seal(packet + 20, length - 20);
	ck_assert(icmp_parse(false, true, packet, length, &m));
	flags[1] = 1;
	seal(packet + 20, length - 20);
	ck_assert(!icmp_parse(false, true, packet, length, &m));
}
END_TEST

START_TEST(v6_errors_about_pieces_name_the_echo)
{
	uint8_t packet[8 + 48 + 64] = { 3 };
	struct icmp_message m;
	uint8_t *fragment = packet + 48;

	packet[8] = 0x60;
	packet[8 + 6] = 44;
	fragment[0] = 58;
	fragment[3] = 1; /* more follow */
	icmp_build(true, 5, 6, 7, 56, packet + 56);
	ck_assert(icmp_parse(true, false, packet, sizeof packet, &m));
	ck_assert(m.meaning == ICMP_MEANS_UNREACHABLE && m.id == 5 && m.sequence == 6 && m.nonce == 7);
	for (size_t n = 0; n < 56 + 8; n++)
		ck_assert(!icmp_parse(true, false, packet, n, &m));
	fragment[3] = 9; /* the second */
	ck_assert(!icmp_parse(true, false, packet, sizeof packet, &m));
	fragment[3] = 1;
	fragment[0] = 17;
	ck_assert(!icmp_parse(true, false, packet, sizeof packet, &m));
}
END_TEST

START_TEST(v6_error_names_the_echo)
{
	uint8_t packet[8 + 40 + 64] = { 1, 4 };
	struct icmp_message m;

	packet[8] = 0x60;
	packet[8 + 6] = 58;
	memset(packet + 8 + 24, 0xee, 16);
	icmp_build(true, 5, 6, 7, 56, packet + 48);
	ck_assert(icmp_parse(true, false, packet, sizeof packet, &m));
	ck_assert_int_eq(m.meaning, ICMP_MEANS_REFUSED);
	packet[0] = 2;
	ck_assert(icmp_parse(true, false, packet, sizeof packet, &m));
	ck_assert_int_eq(m.meaning, ICMP_MEANS_TOO_BIG);
	packet[0] = 1;
	ck_assert(icmp_parse(true, false, packet, sizeof packet, &m));
	ck_assert_int_eq(m.meaning, ICMP_MEANS_REFUSED);
	ck_assert_int_eq(m.id, 5);
	ck_assert_int_eq(m.sequence, 6);
	ck_assert_int_eq(m.destination[15], 0xee);
	packet[8 + 6] = 17; /* an error about UDP is not ours */
	ck_assert(!icmp_parse(true, false, packet, sizeof packet, &m));
	packet[0] = 135; /* neighbour solicitation */
	ck_assert(!icmp_parse(true, false, packet, sizeof packet, &m));
}
END_TEST

int main(void)
{
	return run_suite("monitor/icmp", (const TTest *const[]){
	                                     request_is_well_formed, reply_is_read, damaged_reply_is_nothing,
	                                     every_truncation_is_survived, errors_name_the_echo,
	                                     errors_about_pieces_name_the_echo, v6_error_names_the_echo,
	                                     v6_errors_about_pieces_name_the_echo, NULL });
}
