#include "monitor/dns/dns_judge.h"
#include "tests/unit/dns_bytes.h"
#include "tests/unit/suite.h"

#define QUESTION        "\3www\4test\0\0\1\0\1"                   /* www.test A IN, at 12; "test" at 16 */
#define A_1             "\300\14\0\1\0\1\0\0\0\x3c\0\4\300\0\2\1" /* www.test A 192.0.2.1 */
#define A_2             "\300\14\0\1\0\1\0\0\0\x3c\0\4\300\0\2\2"
#define A_CHAOS         "\300\14\0\1\0\3\0\0\0\x3c\0\4\300\0\2\1" /* of another class */
#define OTHER_A         "\300\20\0\1\0\1\0\0\0\x3c\0\4\300\0\2\1" /* of test */
#define SHORT_A         "\300\14\0\1\0\1\0\0\0\x3c\0\3\300\0\2"
#define ALIAS           "\300\14\0\5\0\1\0\0\0\x3c\0\2\300\20" /* www.test is test */
#define BACK            "\300\20\0\5\0\1\0\0\0\x3c\0\2\300\14" /* test is www.test */
#define BAD_ALIAS       "\300\14\0\5\0\1\0\0\0\x3c\0\3\300\20\0"
#define ANSWER(records) records, sizeof(records) - 1

static enum sample_failure judge(unsigned status, unsigned count, const char *records, size_t length,
                                 const struct dns_expectation *expected)
{
	static const struct dns_wanted addresses[] = { { (const uint8_t *)"\300\0\2\1", 4 },
		                                       { (const uint8_t *)"\300\0\2\2", 4 } };
	struct dns_data *room = malloc(sizeof *room);
	struct bytes *b = malloc(sizeof *b);
	struct dns_query query = query_for(7, "www.test", 1);
	struct dns_expectation with = *expected;
	struct dns_message message;
	enum sample_failure failure;

	with.wanted = addresses;
	add_header(b, 7, 0x8180 | status, 1, count, 0, 0);
	ADD(b, QUESTION);
	add_bytes(b, records, length);
	ck_assert_int_eq(dns_parse(b->at, b->length, &query, &message), DNS_ANSWERS);
	failure = dns_judge(&message, &query.name, &with, room);
	free(b);
	free(room);
	return failure;
}

START_TEST(status_is_judged)
{
	static const struct {
		enum dns_status expected;
		unsigned status;
		enum sample_failure failure;
	} rows[] = {
		{ DNS_NOERROR, DNS_NOERROR, FAILURE_NONE },
		{ DNS_NOERROR, DNS_NXDOMAIN, FAILURE_DNS_NO_NAME },
		{ DNS_NOERROR, DNS_SERVFAIL, FAILURE_DNS_STATUS },
		{ DNS_NOERROR, DNS_REFUSED, FAILURE_DNS_STATUS },
		{ DNS_NXDOMAIN, DNS_NXDOMAIN, FAILURE_NONE },
		{ DNS_NXDOMAIN, DNS_NOERROR, FAILURE_DNS_STATUS },
		{ DNS_NXDOMAIN, DNS_SERVFAIL, FAILURE_DNS_STATUS },
		{ DNS_REFUSED, DNS_REFUSED, FAILURE_NONE },
		{ DNS_REFUSED, DNS_NXDOMAIN, FAILURE_DNS_NO_NAME },
		{ DNS_REFUSED, DNS_NOERROR, FAILURE_DNS_STATUS },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dns_expectation expected = { .type = DNS_A, .status = rows[i].expected };

		ck_assert_msg(judge(rows[i].status, 1, ANSWER(A_1), &expected) == rows[i].failure, "row %zu",
		              i);
	}
}
END_TEST

/* wanted: how many of 192.0.2.1 and 192.0.2.2. */
START_TEST(answers_are_judged)
{
	static const struct {
		enum dns_match match;
		size_t wanted;
		unsigned count;
		const char *records;
		size_t length;
		enum sample_failure failure;
	} rows[] = {
		{ DNS_MATCH_ALL, 0, 0, ANSWER(""), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ANY, 0, 0, ANSWER(""), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_EXACT, 0, 0, ANSWER(""), FAILURE_NONE },
		{ DNS_MATCH_ALL, 0, 1, ANSWER(A_2), FAILURE_NONE },
		{ DNS_MATCH_ANY, 0, 1, ANSWER(A_2), FAILURE_NONE },
		{ DNS_MATCH_EXACT, 0, 1, ANSWER(A_2), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 1, 1, ANSWER(A_1), FAILURE_NONE },
		{ DNS_MATCH_ALL, 1, 1, ANSWER(A_2), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 1, 2, ANSWER(A_2 A_1), FAILURE_NONE },
		{ DNS_MATCH_ALL, 2, 1, ANSWER(A_1), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 2, 2, ANSWER(A_2 A_1), FAILURE_NONE },
		{ DNS_MATCH_ANY, 2, 1, ANSWER(A_2), FAILURE_NONE },
		{ DNS_MATCH_ANY, 1, 1, ANSWER(A_2), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_EXACT, 1, 2, ANSWER(A_1 A_2), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_EXACT, 2, 1, ANSWER(A_1), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_EXACT, 2, 3, ANSWER(A_1 A_2 A_1), FAILURE_NONE },
		/* of another name or class: not the answer */
		{ DNS_MATCH_ALL, 1, 1, ANSWER(OTHER_A), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 1, 1, ANSWER(A_CHAOS), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 0, 1, ANSWER(OTHER_A), FAILURE_ANSWER_MISMATCH },
		/* through an alias, in any order */
		{ DNS_MATCH_ALL, 1, 2, ANSWER(ALIAS OTHER_A), FAILURE_NONE },
		{ DNS_MATCH_ALL, 1, 2, ANSWER(OTHER_A ALIAS), FAILURE_NONE },
		{ DNS_MATCH_ALL, 1, 1, ANSWER(ALIAS), FAILURE_ANSWER_MISMATCH },
		{ DNS_MATCH_ALL, 0, 2, ANSWER(ALIAS BACK), FAILURE_ANSWER_MISMATCH }, /* a loop */
		/* malformed where it is looked at */
		{ DNS_MATCH_ANY, 1, 2, ANSWER(A_1 SHORT_A), FAILURE_PROTOCOL },
		{ DNS_MATCH_ALL, 0, 1, ANSWER(BAD_ALIAS), FAILURE_PROTOCOL },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dns_expectation expected = { .type = DNS_A,
			                            .match = rows[i].match,
			                            .wanted_count = rows[i].wanted };
		enum sample_failure failure =
		    judge(0, rows[i].count, rows[i].records, rows[i].length, &expected);

		ck_assert_msg(failure == rows[i].failure, "row %zu: %s", i, sample_failure_name(failure));
	}
}
END_TEST

START_TEST(an_alias_itself_can_be_asked_for)
{
	struct dns_expectation expected = { .type = DNS_CNAME, .wanted_count = 1 };
	struct dns_wanted wanted = { (const uint8_t *)"\4test", 6 };
	struct dns_data *room = malloc(sizeof *room);
	struct bytes b;
	struct dns_query query = query_for(7, "www.test", 5);
	struct dns_message message;

	expected.wanted = &wanted;
	add_header(&b, 7, 0x8180, 1, 2, 0, 0);
	ADD(&b, "\3www\4test\0\0\5\0\1" ALIAS BACK);
	ck_assert_int_eq(dns_parse(b.at, b.length, &query, &message), DNS_ANSWERS);
	ck_assert_int_eq(dns_judge(&message, &query.name, &expected, room), FAILURE_NONE);
	wanted.length = 5;
	ck_assert_int_eq(dns_judge(&message, &query.name, &expected, room), FAILURE_ANSWER_MISMATCH);
	free(room);
}
END_TEST

/* A chain of so many aliases x1 → x2 → …, and the address of the last. */
static enum sample_failure judge_chain(int aliases)
{
	struct dns_expectation expected = { .type = DNS_A };
	struct dns_data *room = malloc(sizeof *room);
	struct bytes b;
	struct dns_query query = query_for(7, "a", 1);
	struct dns_message message;
	enum sample_failure failure;

	add_header(&b, 7, 0x8180, 1, (unsigned)aliases + 1, 0, 0);
	ADD(&b, "\1a\0\0\1\0\1");
	for (int i = 0; i < aliases; i++) {
		char names[] = { 1, (char)('a' + i), 0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 3, 1, (char)('b' + i), 0 };

		add_bytes(&b, names, sizeof names);
	}
	add_bytes(&b, (char[]){ 1, (char)('a' + aliases), 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4 }, 17);
	ck_assert_int_eq(dns_parse(b.at, b.length, &query, &message), DNS_ANSWERS);
	failure = dns_judge(&message, &query.name, &expected, room);
	free(room);
	return failure;
}

START_TEST(chains_of_aliases_have_a_limit)
{
	ck_assert_int_eq(judge_chain(1), FAILURE_NONE);
	ck_assert_int_eq(judge_chain(DNS_ALIASES_MOST), FAILURE_NONE);
	ck_assert_int_eq(judge_chain(DNS_ALIASES_MOST + 1), FAILURE_ANSWER_MISMATCH);
}
END_TEST

START_TEST(as_many_may_be_wanted_as_there_are_bits)
{
	struct dns_wanted wanted[DNS_WANTED_MOST];
	struct dns_expectation expected = {
		.type = DNS_A, .match = DNS_MATCH_EXACT, .wanted = wanted, .wanted_count = DNS_WANTED_MOST
	};
	uint8_t addresses[DNS_WANTED_MOST][4];
	struct dns_data *room = malloc(sizeof *room);
	struct bytes b;
	struct dns_query query = query_for(7, "www.test", 1);
	struct dns_message message;

	add_header(&b, 7, 0x8180, 1, DNS_WANTED_MOST, 0, 0);
	ADD(&b, QUESTION);
	for (size_t i = 0; i < DNS_WANTED_MOST; i++) {
		memcpy(addresses[i], (uint8_t[]){ 192, 0, 2, (uint8_t)i }, 4);
		wanted[i] = (struct dns_wanted){ addresses[i], 4 };
		ADD(&b, "\300\14\0\1\0\1\0\0\0\x3c\0\4");
		add_bytes(&b, addresses[i], 4);
	}
	ck_assert_int_eq(dns_parse(b.at, b.length, &query, &message), DNS_ANSWERS);
	ck_assert_int_eq(dns_judge(&message, &query.name, &expected, room), FAILURE_NONE);
	addresses[63][3] = 200;
	ck_assert_int_eq(dns_judge(&message, &query.name, &expected, room), FAILURE_ANSWER_MISMATCH);
	free(room);
}
END_TEST

int main(void)
{
	return run_suite("monitor/dns_judge", (const TTest *const[]){
	                                          status_is_judged,
	                                          answers_are_judged,
	                                          an_alias_itself_can_be_asked_for,
	                                          chains_of_aliases_have_a_limit,
	                                          as_many_may_be_wanted_as_there_are_bits,
	                                          NULL,
	                                      });
}
