#include "monitor/net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool address_literal(const char *text, int family, union address *out)
{
	memset(out, 0, sizeof *out);
	if (family != AF_INET6 && inet_pton(AF_INET, text, &out->v4.sin_addr) == 1)
		out->any.sa_family = AF_INET;
	else if (family != AF_INET && inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1)
		out->any.sa_family = AF_INET6;
	return out->any.sa_family != AF_UNSPEC;
}

const char *address_text(const union address *address, char *buffer, size_t size)
{
	if (!inet_ntop(address->any.sa_family, address_bytes(address), buffer, (socklen_t)size))
		snprintf(buffer, size, "?");
	return buffer;
}

bool address_same_host(const union address *a, const union address *b)
{
	return a->any.sa_family == b->any.sa_family &&
	       memcmp(address_bytes(a), address_bytes(b), a->any.sa_family == AF_INET6 ? 16 : 4) == 0;
}
