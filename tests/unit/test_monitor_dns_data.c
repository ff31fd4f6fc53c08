#include "monitor/dns/dns_data.h"
#include "tests/unit/dns_bytes.h"
#include "tests/unit/suite.h"

/* A record's data behind "\4test\0" at 0, so that names may point there. Returns whether it can be read. */
static bool read_data(const char *bytes, size_t length, enum dns_type type, struct dns_data *out)
{
	uint8_t *whole = malloc(6 + length); /* of that size, for the sanitizer */
	struct dns_message message = { .bytes = whole, .length = 6 + length };
	struct dns_record record = { .data = 6, .data_length = length };
	bool ok;

	memcpy(whole, "\4test", 6);
	memcpy(whole + 6, bytes, length);
	ok = dns_data_read(&message, &record, type, out);
	free(whole);
	return ok;
}

struct row {
	enum dns_type type;
	const char *text;
	const char *data; /* as in a message */
	size_t length;
	const char *bytes; /* what both become */
	size_t size;
};

#define DATA(literal) literal, sizeof(literal) - 1

static const struct row rows[] = {
	{ DNS_A, "192.0.2.1", DATA("\300\0\2\1"), DATA("\300\0\2\1") },
	{ DNS_AAAA, "2001:DB8:0:0::1", DATA("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	  DATA("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1") },
	{ DNS_NS, "Ns1.test.", DATA("\3nS1\300\0"), DATA("\3ns1\4test\0") },
	{ DNS_CNAME, "test", DATA("\300\0"), DATA("\4test\0") },
	{ DNS_PTR, ".", DATA("\0"), DATA("\0") },
	{ DNS_MX, "10 mail.test", DATA("\0\12\4mail\300\0"), DATA("\0\12\4mail\4test\0") },
	{ DNS_MX, " 0   . ", DATA("\0\0\0"), DATA("\0\0\0") }, /* RFC 7505 */
	{ DNS_SRV, "1 2 5060 sip.test", DATA("\0\1\0\2\x13\xc4\3sip\4TEST\0"),
	  DATA("\0\1\0\2\x13\xc4\3sip\4test\0") },
	{ DNS_SOA, "a.test b.test 4294967295 1 2 3 4",
	  DATA("\1a\300\0\1b\300\0\377\377\377\377\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
	  DATA("\1a\4test\0\1b\4test\0\377\377\377\377\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4") },
	{ DNS_TXT, "v=spf1 -all", DATA("\13v=spf1 -all"), DATA("v=spf1 -all") },
	{ DNS_TXT, "v=spf1 -all", DATA("\4v=sp\0\7f1 -all"), DATA("v=spf1 -all") },
	{ DNS_TXT, "", DATA("\0"), DATA("") },
	{ DNS_TXT, "\"quoted\"", DATA("\10\"quoted\""), DATA("\"quoted\"") },
	{ DNS_CAA, "128 issue \"ca.test; a=b\"", DATA("\200\5issueca.test; a=b"),
	  DATA("\200\5issueca.test; a=b") },
	{ DNS_CAA, "0 ISSUE CA.test", DATA("\0\5IsSueCA.test"),
	  DATA("\0\5issueCA.test") }, /* RFC 8659 section 4.1 */
	{ DNS_CAA, "0 issue ;", DATA("\0\5issue;"), DATA("\0\5issue;") },
	{ DNS_CAA, "0 issue \"\"", DATA("\0\5issue"), DATA("\0\5issue") },
	{ DNS_NAPTR, "100 10 \"u\" E2u+sip \"!^.*$!sip:A b!\" .",
	  DATA("\0\144\0\12\1U\7E2U+sip\16!^.*$!sip:A b!\0"),
	  DATA("\0\144\0\12\1u\7e2u+sip\16!^.*$!sip:A b!\0") },
	{ DNS_DS, "12345 13 2 00fFa0", DATA("\x30\x39\15\2\0\377\240"), DATA("\x30\x39\15\2\0\377\240") },
	{ DNS_SSHFP, "4 2 9e", DATA("\4\2\x9e"), DATA("\4\2\x9e") },
	{ DNS_TLSA, "3 1 1 0d6f", DATA("\3\1\1\xd\x6f"), DATA("\3\1\1\xd\x6f") },
	{ DNS_HTTPS, "000100", DATA("\0\1\0"), DATA("\0\1\0") },
};

START_TEST(text_and_message_become_the_same)
{
	struct dns_data *data = malloc(sizeof *data);

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_msg(dns_data_parse(rows[i].text, rows[i].type, data), "row %zu", i);
		ck_assert_msg(data->length == rows[i].size, "row %zu: %zu", i, data->length);
		ck_assert_msg(memcmp(data->bytes, rows[i].bytes, data->length) == 0, "row %zu", i);
		ck_assert_msg(read_data(rows[i].data, rows[i].length, rows[i].type, data), "row %zu", i);
		ck_assert_msg(data->length == rows[i].size, "row %zu: %zu", i, data->length);
		ck_assert_msg(memcmp(data->bytes, rows[i].bytes, data->length) == 0, "row %zu", i);
	}
	free(data);
}
END_TEST

/* All but those that may end anywhere. */
START_TEST(shorter_and_longer_data_is_malformed)
{
	struct dns_data *data = malloc(sizeof *data);

	for (size_t i = 0; i < ROWS(rows); i++) {
		enum dns_type type = rows[i].type;
		char longer[100];

		if (type == DNS_TXT || type == DNS_CAA || type == DNS_DS || type == DNS_SSHFP ||
		    type == DNS_TLSA || type == DNS_HTTPS)
			continue;
		for (size_t n = 0; n < rows[i].length; n++)
			ck_assert_msg(!read_data(rows[i].data, n, type, data), "row %zu, %zu bytes", i, n);
		memcpy(longer, rows[i].data, rows[i].length);
		longer[rows[i].length] = 0;
		ck_assert_msg(!read_data(longer, rows[i].length + 1, type, data), "row %zu", i);
	}
	free(data);
}
END_TEST

START_TEST(malformed_data_is_refused)
{
	static const struct {
		enum dns_type type;
		const char *data;
		size_t length;
	} bad[] = {
		{ DNS_TXT, DATA("") },                /* one string at least */
		{ DNS_TXT, DATA("\4abc") },           /* a string longer than the data */
		{ DNS_TXT, DATA("\3abc\1") },         /* likewise the second */
		{ DNS_CAA, DATA("\0") },              /* no tag */
		{ DNS_CAA, DATA("\0\6issue") },       /* a tag longer than the data */
		{ DNS_DS, DATA("\0\1\1") },           /* no digest type */
		{ DNS_NS, DATA("\300\6") },           /* itself */
		{ DNS_NS, DATA("\300\200") },         /* behind the end */
		{ DNS_MX, DATA("\0\12\3www\4test") }, /* no root */
	};
	struct dns_data *data = malloc(sizeof *data);

	for (size_t i = 0; i < ROWS(bad); i++)
		ck_assert_msg(!read_data(bad[i].data, bad[i].length, bad[i].type, data), "row %zu", i);
	free(data);
}
END_TEST

START_TEST(texts_of_no_such_record_are_refused)
{
	static const struct {
		enum dns_type type;
		const char *text;
	} bad[] = {
		{ DNS_A, "" },
		{ DNS_A, "192.0.2" },
		{ DNS_A, "192.0.2.1 192.0.2.2" },
		{ DNS_A, "2001:db8::1" },
		{ DNS_A, "www.test" },
		{ DNS_AAAA, "192.0.2.1" },
		{ DNS_AAAA, "2001:db8::1%lo" },
		{ DNS_AAAA, "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111" },
		{ DNS_NS, "ns1..test" },
		{ DNS_NS, "ns1.test ns2.test" },
		{ DNS_MX, "mail.test" },
		{ DNS_MX, "10" },
		{ DNS_MX, "10 " },
		{ DNS_MX, "65536 mail.test" },
		{ DNS_MX, "-1 mail.test" },
		{ DNS_MX, "10 mail.test x" },
		{ DNS_MX, "10 \"mail.test" },
		{ DNS_MX, "10 \"mail\".test" },
		{ DNS_SOA, "a.test b.test 4294967296 1 2 3 4" },
		{ DNS_SOA, "a.test b.test 99999999999 1 2 3 4" },
		{ DNS_SOA, "a.test b.test 1 1 2 3" },
		{ DNS_CAA, "256 issue x" },
		{ DNS_DS, "1 1 1 abc" },
		{ DNS_DS, "1 1 1 ag" },
		{ DNS_DS, "1 1 1 \"\"" },
		{ DNS_HTTPS, "1 www.test" },
	};
	struct dns_data *data = malloc(sizeof *data);

	for (size_t i = 0; i < ROWS(bad); i++)
		ck_assert_msg(!dns_data_parse(bad[i].text, bad[i].type, data), "row %zu", i);
	free(data);
}
END_TEST

START_TEST(strings_keep_to_their_limits)
{
	struct dns_data *data = malloc(sizeof *data);
	char *text = malloc(DNS_DATA_MOST + 2);

	memset(text, 'a', DNS_DATA_MOST + 2);
	text[DNS_DATA_MOST + 1] = '\0';
	ck_assert(!dns_data_parse(text, DNS_TXT, data));
	text[DNS_DATA_MOST] = '\0';
	ck_assert(dns_data_parse(text, DNS_TXT, data));
	ck_assert_uint_eq(data->length, DNS_DATA_MOST);
	memcpy(text, "0 ", 2);
	memcpy(text + 2 + 255, " x", 3);
	ck_assert(dns_data_parse(text, DNS_CAA, data)); /* a tag of 255 */
	memset(text + 2, 'a', 256);
	memcpy(text + 2 + 256, " x", 3);
	ck_assert(!dns_data_parse(text, DNS_CAA, data));
	free(text);
	free(data);
}
END_TEST

START_TEST(every_type_is_described)
{
	static const uint16_t numbers[DNS_TYPES] = {
		1, 28, 257, 5, 43, 65, 15, 35, 2, 12, 6, 33, 44, 52, 16
	};

	for (size_t i = 0; i < DNS_TYPES; i++) {
		ck_assert_ptr_nonnull(dns_type_words[i]);
		ck_assert_uint_eq(dns_type_number((enum dns_type)i), numbers[i]);
		ck_assert_uint_gt(strlen(dns_type_example((enum dns_type)i)), 0);
	}
	ck_assert_ptr_null(dns_type_words[DNS_TYPES]);
}
END_TEST

int main(void)
{
	return run_suite("monitor/dns_data", (const TTest *const[]){
	                                         text_and_message_become_the_same,
	                                         shorter_and_longer_data_is_malformed,
	                                         malformed_data_is_refused,
	                                         texts_of_no_such_record_are_refused,
	                                         strings_keep_to_their_limits,
	                                         every_type_is_described,
	                                         NULL,
	                                     });
}
