/*
 * dns_bytes: DNS messages byte by byte, for the tests of monitor/dns_*.
 *
 *     struct bytes b = { 0 };
 *     add_header(&b, 0x1234, 0x8180, 1, 1, 0, 0);
 *     ADD(&b, "\3www\4test\0" "\0\1\0\1");          a string literal, its final zero left out
 */
#ifndef GOVSLA_TESTS_UNIT_DNS_BYTES_H
#define GOVSLA_TESTS_UNIT_DNS_BYTES_H

#include "monitor/dns/dns_message.h"

#include <string.h>

struct bytes {
	uint8_t at[DNS_MESSAGE_MOST];
	size_t length;
};

#define ADD(bytes, literal) add_bytes((bytes), (literal), sizeof(literal) - 1)

static inline void add_bytes(struct bytes *b, const void *bytes, size_t length)
{
	memcpy(b->at + b->length, bytes, length);
	b->length += length;
}

static inline void add_16(struct bytes *b, unsigned value)
{
	b->at[b->length++] = (uint8_t)(value >> 8);
	b->at[b->length++] = (uint8_t)value;
}

static inline void add_header(struct bytes *b, unsigned id, unsigned flags, unsigned questions,
                              unsigned answers, unsigned authorities, unsigned additionals)
{
	b->length = 0;
	add_16(b, id);
	add_16(b, flags);
	add_16(b, questions);
	add_16(b, answers);
	add_16(b, authorities);
	add_16(b, additionals);
}

/* The name is a C string without escapes. */
static inline struct dns_query query_for(uint16_t id, const char *name, uint16_t type)
{
	struct dns_query query = { .id = id, .type = type, .recursion_desired = true, .edns_bytes = 1232 };

	if (!dns_name_parse(name, strlen(name), &query.name))
		query.name.length = 0;
	return query;
}

#endif
