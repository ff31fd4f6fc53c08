#include "monitor/dns/dns_message.h"

#include "base/big_endian.h"

#include <string.h>

#define FLAG_RESPONSE  0x8000U
#define FLAG_TRUNCATED 0x0200U
#define FLAG_RECURSE   0x0100U
#define MASK_OPCODE    0x7800U
#define MASK_STATUS    0x000fU
#define POINTER        0xc0U

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* ---- names ---- */

/* The byte at text[*i], which may be escaped. Returns it and moves *i behind it; -1 when malformed. */
static int read_character(const char *text, size_t length, size_t *i)
{
	const unsigned char *c = (const unsigned char *)text + *i;
	size_t left = length - *i;
	int value = 0;

	if (*c != '\\') {
		++*i;
		return *c > ' ' && *c < 0x7f ? *c : -1;
	}
	if (left < 2)
		return -1;
	if (c[1] < '0' || c[1] > '9') {
		*i += 2;
		return c[1] > ' ' && c[1] < 0x7f ? c[1] : -1;
	}
	if (left < 4)
		return -1;
	for (int digit = 1; digit <= 3; digit++) {
		if (c[digit] < '0' || c[digit] > '9')
			return -1;
		value = value * 10 + (c[digit] - '0');
	}
	*i += 4;
	return value <= 255 ? value : -1;
}

/* The label that starts at text[*i], up to its dot or the end. */
static bool parse_label(const char *text, size_t length, size_t *i, struct dns_name *out)
{
	size_t start = out->length++;

	while (*i < length && text[*i] != '.') {
		int byte = read_character(text, length, i);

		/* one byte is kept for the root's */
		if (byte < 0 || out->length - start > DNS_LABEL_MOST || out->length >= DNS_NAME_MOST - 1)
			return false;
		out->bytes[out->length++] = lower((uint8_t)byte);
	}
	out->bytes[start] = (uint8_t)(out->length - start - 1);
	return out->bytes[start] > 0;
}

bool dns_name_parse(const char *text, size_t length, struct dns_name *out)
{
	size_t i = 0;

	out->length = 0;
	if (length == 0)
		return false;
	if (length == 1 && text[0] == '.')
		i = 1;
	while (i < length) {
		if (out->length >= DNS_NAME_MOST - 1 || !parse_label(text, length, &i, out))
			return false;
		i += i < length; /* the dot */
	}
	out->bytes[out->length++] = 0;
	return true;
}

bool dns_name_same(const struct dns_name *a, const struct dns_name *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Follows the pointer at 'at'. Each must lead to before all that was read of the name. */
static bool follow(const uint8_t *bytes, size_t length, size_t *at, size_t *lowest)
{
	size_t target;

	if (length - *at < 2)
		return false;
	target = big_get16(bytes + *at) & 0x3fffU;
	if (target >= *lowest)
		return false;
	*at = *lowest = target;
	return true;
}

bool dns_read_name(const uint8_t *bytes, size_t length, size_t *at, struct dns_name *out)
{
	size_t place = *at, lowest = *at, behind = 0;

	out->length = 0;
	for (;;) {
		size_t label;

		if (place >= length)
			return false;
		label = bytes[place];
		if (label >= POINTER) {
			if (!behind)
				behind = place + 2;
			if (!follow(bytes, length, &place, &lowest))
				return false;
			continue;
		}
		if (label > DNS_LABEL_MOST || label >= length - place ||
		    out->length + 1 + label > DNS_NAME_MOST - (label > 0))
			return false;
		out->bytes[out->length++] = (uint8_t)label;
		for (size_t i = 1; i <= label; i++)
			out->bytes[out->length++] = lower(bytes[place + i]);
		place += 1 + label;
		if (label == 0)
			break;
	}
	*at = behind ? behind : place;
	return true;
}

/* ---- queries ---- */

/* An OPT record (RFC 6891 section 6.1.2): root, type, size, and nothing else. */
static uint8_t *put_edns(uint8_t *at, uint16_t bytes)
{
	*at++ = 0;
	at = big_put16(at, DNS_TYPE_OPT);
	at = big_put16(at, bytes);
	memset(at, 0, 6);
	return at + 6;
}

size_t dns_build(const struct dns_query *query, uint8_t *packet)
{
	uint8_t *at = packet;

	at = big_put16(at, query->id);
	at = big_put16(at, query->recursion_desired ? FLAG_RECURSE : 0);
	at = big_put16(at, 1);
	at = big_put16(at, 0);
	at = big_put16(at, 0);
	at = big_put16(at, query->edns_bytes > 0);
	memcpy(at, query->name.bytes, query->name.length);
	at = big_put16(at + query->name.length, query->type);
	at = big_put16(at, DNS_CLASS_IN);
	if (query->edns_bytes)
		at = put_edns(at, query->edns_bytes);
	return (size_t)(at - packet);
}

/* ---- answers ---- */

bool dns_read_record(const struct dns_message *message, size_t *at, struct dns_record *out)
{
	const uint8_t *bytes = message->bytes;
	size_t place = *at;

	if (!dns_read_name(bytes, message->length, &place, &out->name) || message->length - place < 10)
		return false;
	out->type = big_get16(bytes + place);
	out->class = big_get16(bytes + place + 2);
	out->ttl_s = big_get32(bytes + place + 4);
	out->data_length = big_get16(bytes + place + 8);
	out->data = place + 10;
	if (out->data_length > message->length - out->data)
		return false;
	*at = out->data + out->data_length;
	return true;
}

/* Reads past the questions. Sets whether they are the query's; a failure may come without. */
static bool read_questions(struct dns_message *m, const struct dns_query *query, bool *ours)
{
	size_t count = big_get16(m->bytes + 4), at = DNS_HEADER_SIZE;
	struct dns_name name;

	*ours = true;
	m->answers = at;
	if (count == 0)
		return m->status != DNS_NOERROR && m->status != DNS_NXDOMAIN;
	if (count > 1 || !dns_read_name(m->bytes, m->length, &at, &name) || m->length - at < 4)
		return false;
	*ours = dns_name_same(&name, &query->name) && big_get16(m->bytes + at) == query->type &&
	        big_get16(m->bytes + at + 2) == DNS_CLASS_IN;
	m->answers = at + 4;
	return true;
}

/*
 * Reads all records once: that they can be, and the upper bits of the status, which are in the OPT record, one at the most
 * and among the additional ones (RFC 6891 section 6.1.1).
 */
static bool read_records(struct dns_message *m)
{
	size_t others = m->answer_count + big_get16(m->bytes + 8), count = others + big_get16(m->bytes + 10);
	size_t at = m->answers;

	for (size_t i = 0; i < count; i++) {
		struct dns_record record;

		if (!dns_read_record(m, &at, &record))
			return false;
		if (record.type != DNS_TYPE_OPT || i < others)
			continue;
		if (m->edns)
			return false;
		m->edns = true;
		m->status |= (int)(record.ttl_s >> 24 << 4);
	}
	return true;
}

enum dns_relation dns_parse(const uint8_t *bytes, size_t length, const struct dns_query *query,
                            struct dns_message *out)
{
	unsigned flags;
	bool ours;

	if (length < 2 || big_get16(bytes) != query->id)
		return DNS_UNRELATED;
	if (length < DNS_HEADER_SIZE)
		return DNS_MALFORMED;
	flags = big_get16(bytes + 2);
	*out = (struct dns_message){ .bytes = bytes,
		                     .length = length,
		                     .status = (int)(flags & MASK_STATUS),
		                     .answer_count = big_get16(bytes + 6) };
	if (!(flags & FLAG_RESPONSE) || (flags & MASK_OPCODE) || !read_questions(out, query, &ours))
		return DNS_MALFORMED;
	if (!ours)
		return DNS_UNRELATED;
	if (flags & FLAG_TRUNCATED)
		return DNS_TRUNCATED;
	return read_records(out) ? DNS_ANSWERS : DNS_MALFORMED;
}
