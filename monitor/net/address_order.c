#include "monitor/net/address_order.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define DISCARD_PORT   9 /* connecting a UDP socket sends nothing */
#define RANK_ROUTE     1000
#define RANK_SAME_KIND 100

struct kind { /* a row of the default policy table, RFC 6724 2.1; the rows differ in their label too */
	uint8_t prefix[16];
	int bits, precedence;
};

static const struct kind kinds[] = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 128, 50 }, /* loopback */
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96, 35 },        /* IPv4 */
	{ { 0x20, 0x02 }, 16, 30 },                                      /* 6to4 */
	{ { 0x20, 0x01 }, 32, 5 },                                       /* Teredo */
	{ { 0xfe, 0x80 }, 10, 40 },                                      /* link-local: rule 2 */
	{ { 0xfc }, 7, 3 },                                              /* unique local */
	{ { 0 }, 0, 40 },                                                /* any other */
};

static bool begins_with(const uint8_t *bytes, const struct kind *kind)
{
	int whole = kind->bits / 8, rest = kind->bits % 8;

	return memcmp(bytes, kind->prefix, (size_t)whole) == 0 &&
	       (rest == 0 || (bytes[whole] ^ kind->prefix[whole]) >> (8 - rest) == 0);
}

static const struct kind *kind_of(const union address *address)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };
	const struct kind *kind = kinds;

	if (address->any.sa_family == AF_INET6)
		memcpy(bytes, address_bytes(address), 16);
	else
		memcpy(bytes + 12, address_bytes(address), 4);
	while (!begins_with(bytes, kind))
		kind++; /* the last row is any */
	return kind;
}

int address_rank(const union address *destination, const union address *source)
{
	const struct kind *kind = kind_of(destination);

	return kind->precedence + (source ? RANK_ROUTE : 0) +
	       (source && kind_of(source) == kind ? RANK_SAME_KIND : 0);
}

bool address_source(const union address *destination, union address *source)
{
	union address to = *destination;
	bool found;
	socklen_t length = sizeof *source;
	int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	address_set_port(&to, DISCARD_PORT);
	found = connect(fd, &to.any, address_size(&to)) == 0 && getsockname(fd, &source->any, &length) == 0;
	close(fd);
	return found;
}

static bool is_choice(const union address *addresses, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (addresses[i].any.sa_family != addresses[0].any.sa_family)
			return true;
	return false;
}

size_t address_order(union address *addresses, size_t count)
{
	int ranks[RESOLVE_ADDRESSES_MOST] = { 0 };

	assert(count <= RESOLVE_ADDRESSES_MOST);
	if (!is_choice(addresses, count))
		return count;
	for (size_t i = 0; i < count; i++) {
		union address moved = addresses[i], source;
		int rank = address_rank(&moved, address_source(&moved, &source) ? &source : NULL);
		size_t place = i;

		for (; place > 0 && ranks[place - 1] < rank; place--) {
			addresses[place] = addresses[place - 1];
			ranks[place] = ranks[place - 1];
		}
		addresses[place] = moved;
		ranks[place] = rank;
	}
	while (count > 1 && ranks[0] >= RANK_ROUTE && ranks[count - 1] < RANK_ROUTE)
		count--;
	return count;
}
