#include "monitor/dns/dns_message.h"
#include "tests/unit/dns_bytes.h"
#include "tests/unit/suite.h"

#define QUESTION "\3www\4test\0\0\1\0\1" /* www.test A IN, at 12; its end at 26 */

START_TEST(names_are_read_from_text)
{
	static const struct {
		const char *text, *bytes; /* NULL: refused */
		size_t length;
	} rows[] = {
		{ ".", "", 1 },
		{ "test", "\4test", 6 },
		{ "www.test.", "\3www\4test", 10 },
		{ "WWW.Test", "\3www\4test", 10 },
		{ "_sip._tcp.a-b.test", "\4_sip\4_tcp\3a-b\4test", 20 },
		{ "a\\.b.test", "\3a.b\4test", 10 },
		{ "a\\\\b", "\3a\\b", 5 },
		{ "\\065\\000z", "\3a\0z", 5 },
		{ "\\255", "\1\377", 3 },
		{ "", NULL, 0 },
		{ "..", NULL, 0 },
		{ ".test", NULL, 0 },
		{ "www..test", NULL, 0 },
		{ "www.test..", NULL, 0 },
		{ "a b", NULL, 0 },
		{ "\xe6\x97\xa5", NULL, 0 },
		{ "a\\", NULL, 0 },
		{ "a\\25", NULL, 0 },
		{ "a\\256", NULL, 0 },
		{ "a\\2x5", NULL, 0 },
		{ "a\\ ", NULL, 0 },
		{ "a\x7f", NULL, 0 },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dns_name name;
		bool ok = dns_name_parse(rows[i].text, strlen(rows[i].text), &name);

		ck_assert_msg(ok == (rows[i].bytes != NULL), "row %zu", i);
		if (!ok)
			continue;
		ck_assert_msg(name.length == rows[i].length, "row %zu: %zu", i, name.length);
		ck_assert_msg(memcmp(name.bytes, rows[i].bytes, name.length) == 0, "row %zu", i);
	}
}
END_TEST

START_TEST(names_keep_to_their_limits)
{
	struct dns_name name;
	char text[400];

	memset(text, 'a', sizeof text);
	ck_assert(dns_name_parse(text, 63, &name));
	ck_assert(!dns_name_parse(text, 64, &name));
	for (size_t i = 63; i < sizeof text; i += 64)
		text[i] = '.';
	ck_assert(dns_name_parse(text, 253, &name)); /* 64 + 64 + 64 + 62 + 1 = 255 bytes */
	ck_assert_uint_eq(name.length, DNS_NAME_MOST);
	ck_assert_uint_eq(name.bytes[254], 0);
	ck_assert(!dns_name_parse(text, 254, &name));
	ck_assert(!dns_name_parse(text, 255, &name));
	for (size_t i = 1; i < sizeof text; i += 2)
		text[i] = '.';
	for (size_t i = 0; i < sizeof text; i += 2)
		text[i] = 'a';
	ck_assert(dns_name_parse(text, 254, &name)); /* 127 labels, the last with a dot behind it */
	ck_assert_uint_eq(name.length, 255);
	ck_assert(!dns_name_parse(text, 255, &name));
}
END_TEST

START_TEST(query_is_well_formed)
{
	struct dns_query query = query_for(0xabcd, "www.test", 28);
	uint8_t packet[DNS_QUERY_MOST];
	static const uint8_t head[] = "\xab\xcd\1\0\0\1\0\0\0\0\0\1\3www\4test\0\0\x1c\0\1";
	static const uint8_t edns[] = "\0\0\x29\4\xd0\0\0\0\0\0";

	ck_assert_uint_eq(dns_build(&query, packet), sizeof head - 1 + sizeof edns);
	ck_assert_mem_eq(packet, head, sizeof head - 1);
	ck_assert_mem_eq(packet + sizeof head - 1, edns, sizeof edns);
	query.edns_bytes = 0;
	query.recursion_desired = false;
	ck_assert_uint_eq(dns_build(&query, packet), sizeof head - 1);
	ck_assert_uint_eq(packet[2], 0);
	ck_assert_uint_eq(packet[11], 0);
	query.name.length = DNS_NAME_MOST;
	query.edns_bytes = 512;
	ck_assert_uint_eq(dns_build(&query, packet), DNS_QUERY_MOST);
}
END_TEST

START_TEST(compressed_names_are_read)
{
	static const uint8_t bytes[] = "\4Test\0\3www\300\0\1a\300\6";
	struct dns_name name;
	size_t at = 6;

	ck_assert(dns_read_name(bytes, sizeof bytes - 1, &at, &name));
	ck_assert_uint_eq(at, 12);
	ck_assert_uint_eq(name.length, 10);
	ck_assert_mem_eq(name.bytes, "\3www\4test", 10);
	ck_assert(dns_read_name(bytes, sizeof bytes - 1, &at, &name)); /* two pointers after one another */
	ck_assert_uint_eq(at, 16);
	ck_assert_mem_eq(name.bytes, "\1a\3www\4test", 12);
	ck_assert(!dns_read_name(bytes, sizeof bytes - 1, &at, &name)); /* the end */
}
END_TEST

START_TEST(looping_names_are_refused)
{
	static const struct {
		const char *bytes;
		size_t length, at;
	} rows[] = {
		{ "\300\0", 2, 0 },             /* itself */
		{ "\1a\300\0", 4, 0 },          /* the label before it, which leads here again */
		{ "\300\2\300\0", 4, 2 },       /* two at each other */
		{ "\1a\1b\300\2", 6, 2 },       /* into its own start */
		{ "\1a\300\4\1b\300\0", 8, 0 }, /* forwards */
		{ "\300\5", 2, 0 },             /* behind the end */
		{ "\300", 1, 0 },               /* half a pointer */
		{ "\1a\300", 3, 0 },            /* likewise behind a label */
		{ "\100aaaa", 5, 0 },           /* label types that do not exist: 01 and 10 */
		{ "\200aaaa", 5, 0 },
		{ "\3ab", 3, 0 }, /* a label longer than the message */
		{ "\2ab", 3, 0 }, /* no root */
		{ "", 0, 0 },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dns_name name;
		size_t at = rows[i].at;

		ck_assert_msg(!dns_read_name((const uint8_t *)rows[i].bytes, rows[i].length, &at, &name),
		              "row %zu", i);
		ck_assert_msg(at == rows[i].at, "row %zu", i);
	}
}
END_TEST

/* A chain of pointers, each to the one before it: within the limit a name, whatever their number. */
START_TEST(long_names_are_refused)
{
	uint8_t bytes[1024];
	struct dns_name name;
	size_t at = 0;

	memset(bytes, 'a', sizeof bytes);
	for (size_t i = 0; i < 4; i++)
		bytes[i * 64] = 63;
	bytes[192] = 61;
	bytes[254] = 0;
	ck_assert(dns_read_name(bytes, sizeof bytes, &at, &name));
	ck_assert_uint_eq(name.length, DNS_NAME_MOST);
	ck_assert_uint_eq(at, 255);
	bytes[255] = 1; /* one label more in front of all that */
	bytes[257] = 0xc0;
	bytes[258] = 0;
	ck_assert(!dns_read_name(bytes, sizeof bytes, &at, &name));
	bytes[192] = 62;
	bytes[255] = 0;
	at = 0;
	ck_assert(!dns_read_name(bytes, sizeof bytes, &at, &name)); /* 256 bytes */
	memset(bytes, 0, 2);
	for (size_t i = 2; i < sizeof bytes; i += 2) {
		bytes[i] = (uint8_t)(0xc0 | (i - 2) >> 8);
		bytes[i + 1] = (uint8_t)(i - 2);
	}
	at = sizeof bytes - 2;
	ck_assert(dns_read_name(bytes, sizeof bytes, &at, &name)); /* 511 hops to the root */
	ck_assert_uint_eq(name.length, 1);
}
END_TEST

/* ---- answers ---- */

static enum dns_relation relation(const struct bytes *b, struct dns_message *message)
{
	struct dns_query query = query_for(0x1234, "www.test", 1);

	return dns_parse(b->at, b->length, &query, message);
}

static void make_answer(struct bytes *b)
{
	add_header(b, 0x1234, 0x8180, 1, 1, 1, 1);
	ADD(b, QUESTION);
	ADD(b, "\300\14\0\1\0\1\0\0\0\x3c\0\4\300\0\2\1");  /* www.test A 192.0.2.1 */
	ADD(b, "\300\20\0\2\0\1\0\0\0\x3c\0\5\2ns\300\20"); /* test NS ns.test */
	ADD(b, "\0\0\x29\4\xd0\0\0\0\0\0\0");               /* OPT */
}

START_TEST(answer_is_read)
{
	struct bytes b;
	struct dns_message m;
	struct dns_record r;
	size_t at;

	make_answer(&b);
	ck_assert_int_eq(relation(&b, &m), DNS_ANSWERS);
	ck_assert_int_eq(m.status, DNS_NOERROR);
	ck_assert_uint_eq(m.answer_count, 1);
	at = m.answers;
	ck_assert_uint_eq(at, 26);
	ck_assert(dns_read_record(&m, &at, &r));
	ck_assert_uint_eq(r.type, 1);
	ck_assert_uint_eq(r.class, 1);
	ck_assert_uint_eq(r.ttl_s, 60);
	ck_assert_uint_eq(r.data_length, 4);
	ck_assert_uint_eq(r.data, 38);
	ck_assert_uint_eq(r.name.length, 10);
	ck_assert_uint_eq(at, 42);
	ADD(&b, "garbage behind the message");
	ck_assert_int_eq(relation(&b, &m), DNS_ANSWERS);
	memcpy(b.at + 13, "WwW", 3); /* the case does not matter */
	ck_assert_int_eq(relation(&b, &m), DNS_ANSWERS);
}
END_TEST

START_TEST(every_truncation_is_malformed)
{
	struct bytes b;
	struct dns_query query = query_for(0x1234, "www.test", 1);
	struct dns_message m;

	make_answer(&b);
	for (size_t n = 0; n < b.length; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, b.at, n);
		ck_assert_msg(dns_parse(copy, n, &query, &m) == (n < 2 ? DNS_UNRELATED : DNS_MALFORMED),
		              "%zu bytes", n);
		free(copy);
	}
}
END_TEST

START_TEST(others_answers_are_unrelated)
{
	struct bytes b;
	struct dns_message m;

	make_answer(&b);
	b.at[1] ^= 1; /* the id */
	ck_assert_int_eq(relation(&b, &m), DNS_UNRELATED);
	make_answer(&b);
	b.at[14] = 'x'; /* the name */
	ck_assert_int_eq(relation(&b, &m), DNS_UNRELATED);
	make_answer(&b);
	b.at[23] = 28; /* the type */
	ck_assert_int_eq(relation(&b, &m), DNS_UNRELATED);
	make_answer(&b);
	b.at[25] = 3; /* the class */
	ck_assert_int_eq(relation(&b, &m), DNS_UNRELATED);
}
END_TEST

START_TEST(what_is_no_answer_is_malformed)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{ 2, 0x01 },  /* our own query come back */
		{ 2, 0xa1 },  /* another opcode */
		{ 4, 1 },     /* 257 questions */
		{ 5, 0 },     /* no question, and no failure */
		{ 5, 2 },     /* two questions */
		{ 6, 0xff },  /* more answers than there are */
		{ 9, 2 },     /* more authorities */
		{ 11, 2 },    /* more additionals */
		{ 12, 0xc0 }, /* a pointer forwards in the question */
		{ 26, 0x40 }, /* a label of no type in a record's name */
		{ 27, 26 },   /* a name that is itself */
		{ 36, 1 },    /* a record longer than the message */
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bytes b;
		struct dns_message m;

		make_answer(&b);
		b.at[rows[i].at] = rows[i].value;
		ck_assert_msg(relation(&b, &m) == DNS_MALFORMED, "row %zu", i);
	}
}
END_TEST

START_TEST(failures_may_come_without_their_question)
{
	struct bytes b;
	struct dns_message m;

	for (unsigned status = 0; status < 16; status++) {
		bool named = status == DNS_NOERROR || status == DNS_NXDOMAIN;

		add_header(&b, 0x1234, 0x8000 | status, 0, 0, 0, 0);
		ck_assert_int_eq(relation(&b, &m), named ? DNS_MALFORMED : DNS_ANSWERS);
		ck_assert_int_eq(m.status, (int)status);
	}
}
END_TEST

START_TEST(truncated_answers_are_read_no_further)
{
	struct bytes b;
	struct dns_message m;

	add_header(&b, 0x1234, 0x8380, 1, 5, 0, 0);
	ADD(&b, QUESTION "\300\14\0\1\0\1\0"); /* cut within a record */
	ck_assert_int_eq(relation(&b, &m), DNS_TRUNCATED);
	b.at[1]++;
	ck_assert_int_eq(relation(&b, &m), DNS_UNRELATED);
}
END_TEST

START_TEST(extended_status_is_read)
{
	struct bytes b;
	struct dns_message m;

	add_header(&b, 0x1234, 0x8180, 1, 0, 0, 1);
	ADD(&b, QUESTION "\0\0\x29\4\xd0\1\0\0\0\0\0"); /* BADVERS: 16 */
	ck_assert_int_eq(relation(&b, &m), DNS_ANSWERS);
	ck_assert_int_eq(m.status, 16);
	ck_assert(m.edns);
	b.at[11] = 2; /* two OPT records, RFC 6891 section 6.1.1 */
	ADD(&b, "\0\0\x29\4\xd0\1\0\0\0\0\0");
	ck_assert_int_eq(relation(&b, &m), DNS_MALFORMED);
}
END_TEST

START_TEST(opt_records_elsewhere_say_nothing)
{
	struct bytes b;
	struct dns_message m;

	for (int answer = 0; answer <= 1; answer++) {
		add_header(&b, 0x1234, 0x8181, 1, (unsigned)answer, (unsigned)!answer, 0);
		ADD(&b, QUESTION "\0\0\x29\4\xd0\1\0\0\0\0\0");
		ck_assert_int_eq(relation(&b, &m), DNS_ANSWERS);
		ck_assert(m.status == DNS_FORMERR && !m.edns);
	}
}
END_TEST

/* The largest message there is, full of the smallest records. */
START_TEST(a_full_message_is_read)
{
	struct bytes *b = calloc(1, sizeof *b);
	struct dns_message m;
	size_t count = (sizeof b->at - 26) / 11;

	add_header(b, 0x1234, 0x8180, 1, (unsigned)count, 0, 0);
	ADD(b, QUESTION);
	for (size_t i = 0; i < count; i++)
		ADD(b, "\0\0\1\0\1\0\0\0\0\0\0");
	ck_assert_int_eq(relation(b, &m), DNS_ANSWERS);
	ck_assert_uint_eq(m.answer_count, count);
	free(b);
}
END_TEST

int main(void)
{
	return run_suite("monitor/dns_message", (const TTest *const[]){
	                                            names_are_read_from_text,
	                                            names_keep_to_their_limits,
	                                            query_is_well_formed,
	                                            compressed_names_are_read,
	                                            looping_names_are_refused,
	                                            long_names_are_refused,
	                                            answer_is_read,
	                                            every_truncation_is_malformed,
	                                            others_answers_are_unrelated,
	                                            what_is_no_answer_is_malformed,
	                                            failures_may_come_without_their_question,
	                                            truncated_answers_are_read_no_further,
	                                            extended_status_is_read,
	                                            opt_records_elsewhere_say_nothing,
	                                            a_full_message_is_read,
	                                            NULL,
	                                        });
}
