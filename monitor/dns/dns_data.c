#include "monitor/dns/dns_data.h"

#include <arpa/inet.h>
#include <string.h>

const char *const dns_type_words[DNS_TYPES + 1] = {
	[DNS_A] = "A",         [DNS_AAAA] = "AAAA",   [DNS_CAA] = "CAA", [DNS_CNAME] = "CNAME",
	[DNS_DS] = "DS",       [DNS_HTTPS] = "HTTPS", [DNS_MX] = "MX",   [DNS_NAPTR] = "NAPTR",
	[DNS_NS] = "NS",       [DNS_PTR] = "PTR",     [DNS_SOA] = "SOA", [DNS_SRV] = "SRV",
	[DNS_SSHFP] = "SSHFP", [DNS_TLSA] = "TLSA",   [DNS_TXT] = "TXT",
};

struct layout {
	uint16_t number;
	const char *fields;
	const char *example;
};

static const struct layout layouts[DNS_TYPES] = {
	[DNS_A] = { 1, "4", "192.0.2.1" },
	[DNS_AAAA] = { 28, "6", "2001:db8::1" },
	[DNS_CAA] = { 257, "biv", "0 issue \"ca.example.jp\"" }, /* RFC 8659 */
	[DNS_CNAME] = { DNS_TYPE_CNAME, "n", "www.example.jp" },
	[DNS_DS] = { 43, "sbbx", "12345 13 2 3f8a…" }, /* RFC 4034 */
	[DNS_HTTPS] = { 65, "x", "000100…" },          /* RFC 9460 */
	[DNS_MX] = { 15, "sn", "10 mail.example.jp" },
	[DNS_NAPTR] = { 35, "ssiicn",
	                "100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:info@example.jp!\" ." }, /* RFC 3403 */
	[DNS_NS] = { 2, "n", "ns1.example.jp" },
	[DNS_PTR] = { 12, "n", "www.example.jp" },
	[DNS_SOA] = { 6, "nnlllll", "ns1.example.jp hostmaster.example.jp 2026010101 3600 900 604800 300" },
	[DNS_SRV] = { 33, "sssn", "10 5 443 www.example.jp" }, /* RFC 2782 */
	[DNS_SSHFP] = { 44, "bbx", "4 2 9e1b…" },              /* RFC 4255 */
	[DNS_TLSA] = { 52, "bbbx", "3 1 1 0d6f…" },            /* RFC 6698 */
	[DNS_TXT] = { 16, "t", "v=spf1 mx -all" },
};

uint16_t dns_type_number(enum dns_type type)
{
	return layouts[type].number;
}

const char *dns_type_example(enum dns_type type)
{
	return layouts[type].example;
}

static bool put(struct dns_data *out, const void *bytes, size_t length)
{
	if (length > sizeof out->bytes - out->length)
		return false;
	memcpy(out->bytes + out->length, bytes, length);
	out->length += length;
	return true;
}

/* Makes lower case of the character string that starts there and ends the data. */
static bool lower(struct dns_data *data, size_t start)
{
	for (size_t i = start + 1; i < data->length; i++)
		if (data->bytes[i] >= 'A' && data->bytes[i] <= 'Z')
			data->bytes[i] = (uint8_t)(data->bytes[i] - 'A' + 'a');
	return true;
}

/* Bytes of a field whose size is fixed; 0 for the others. */
static size_t fixed_size(char field)
{
	switch (field) {
	case 'b':
		return 1;
	case 's':
		return 2;
	case 'l':
	case '4':
		return 4;
	case '6':
		return 16;
	default:
		return 0;
	}
}

/* ---- from a message ---- */

struct reader { /* of a record's data */
	const struct dns_message *message;
	size_t at, end;
};

static bool copy(struct reader *in, size_t length, struct dns_data *out)
{
	if (length > in->end - in->at || !put(out, in->message->bytes + in->at, length))
		return false;
	in->at += length;
	return true;
}

static bool read_name(struct reader *in, struct dns_data *out)
{
	struct dns_name name;

	/* up to the data's end for what is in place; a pointer leads further back */
	return dns_read_name(in->message->bytes, in->end, &in->at, &name) &&
	       put(out, name.bytes, name.length);
}

static bool read_string(struct reader *in, struct dns_data *out)
{
	return in->at < in->end && copy(in, (size_t)1 + in->message->bytes[in->at], out);
}

/* One string at least, RFC 1035 section 3.3.14. */
static bool read_strings(struct reader *in, struct dns_data *out)
{
	if (in->at == in->end)
		return false;
	while (in->at < in->end) {
		size_t length = in->message->bytes[in->at++];

		if (!copy(in, length, out))
			return false;
	}
	return true;
}

static bool read_field(struct reader *in, char field, struct dns_data *out)
{
	size_t start = out->length;

	switch (field) {
	case 'n':
		return read_name(in, out);
	case 'c':
		return read_string(in, out);
	case 'i':
		return read_string(in, out) && lower(out, start);
	case 't':
		return read_strings(in, out);
	case 'v':
	case 'x':
		return copy(in, in->end - in->at, out);
	default:
		return copy(in, fixed_size(field), out);
	}
}

bool dns_data_read(const struct dns_message *message, const struct dns_record *record, enum dns_type type,
                   struct dns_data *out)
{
	struct reader in = { message, record->data, record->data + record->data_length };

	out->length = 0;
	for (const char *field = layouts[type].fields; *field; field++)
		if (!read_field(&in, *field, out))
			return false;
	return in.at == in.end;
}

/* ---- from text ---- */

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_hexadecimal(const char *text, size_t length, struct dns_data *out)
{
	for (size_t i = 0; i + 1 < length; i += 2) {
		int high = hexadecimal(text[i]), low = hexadecimal(text[i + 1]);
		uint8_t byte = (uint8_t)(high * 16 + low);

		if (high < 0 || low < 0 || !put(out, &byte, 1))
			return false;
	}
	return length > 0 && length % 2 == 0;
}

static bool parse_number(const char *text, size_t length, size_t size, struct dns_data *out)
{
	uint64_t value = 0;
	uint8_t bytes[4];

	if (length == 0 || length > 10)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	for (size_t i = size; i-- > 0; value >>= 8)
		bytes[i] = (uint8_t)value;
	return value == 0 && put(out, bytes, size);
}

static bool parse_address(const char *text, size_t length, int family, struct dns_data *out)
{
	char copied[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	if (length >= sizeof copied)
		return false;
	memcpy(copied, text, length);
	copied[length] = '\0';
	return inet_pton(family, copied, bytes) == 1 && put(out, bytes, family == AF_INET ? 4 : 16);
}

static bool parse_name(const char *text, size_t length, struct dns_data *out)
{
	struct dns_name name;

	return dns_name_parse(text, length, &name) && put(out, name.bytes, name.length);
}

static bool parse_string(const char *text, size_t length, struct dns_data *out)
{
	uint8_t size = (uint8_t)length;

	return length <= UINT8_MAX && put(out, &size, 1) && put(out, text, length);
}

static bool parse_field(const char *text, size_t length, char field, struct dns_data *out)
{
	size_t start = out->length;

	switch (field) {
	case '4':
		return parse_address(text, length, AF_INET, out);
	case '6':
		return parse_address(text, length, AF_INET6, out);
	case 'n':
		return parse_name(text, length, out);
	case 'c':
		return parse_string(text, length, out);
	case 'i':
		return parse_string(text, length, out) && lower(out, start);
	case 'v':
		return put(out, text, length);
	case 'x':
		return parse_hexadecimal(text, length, out);
	default:
		return parse_number(text, length, fixed_size(field), out);
	}
}

/* The next word of *at, with or without quotes; moves *at behind it and the spaces. False when there is none. */
static bool next_word(const char **at, const char **word, size_t *length)
{
	bool quoted = **at == '"';

	*word = *at + quoted;
	*length = strcspn(*word, quoted ? "\"" : " ");
	*at = *word + *length;
	if (quoted && *(*at)++ != '"')
		return false;
	if (**at && **at != ' ')
		return false;
	*at += strspn(*at, " ");
	return quoted || *length > 0;
}

bool dns_data_parse(const char *text, enum dns_type type, struct dns_data *out)
{
	const char *at = text + strspn(text, " "), *word;
	size_t length;

	out->length = 0;
	if (type == DNS_TXT)
		return put(out, text, strlen(text));
	for (const char *field = layouts[type].fields; *field; field++)
		if (!next_word(&at, &word, &length) || !parse_field(word, length, *field, out))
			return false;
	return *at == '\0';
}
