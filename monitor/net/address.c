#include "monitor/net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
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

static const char *fault_v4(uint32_t address)
{
	if (address == INADDR_BROADCAST || IN_MULTICAST(address))
		return "is the address of many hosts";
	if (address == INADDR_ANY)
		return "is the address of no host";
	return NULL;
}

static const char *fault_v6(const struct in6_addr *address)
{
	if (IN6_IS_ADDR_UNSPECIFIED(address))
		return "is the address of no host";
	if (IN6_IS_ADDR_MULTICAST(address))
		return "is the address of many hosts";
	if (IN6_IS_ADDR_LINKLOCAL(address))
		return "is link-local, and an interface cannot be named";
	if (IN6_IS_ADDR_V4MAPPED(address))
		return "is an IPv4 address, to be written as one";
	return NULL;
}

const char *address_fault(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? fault_v6(&address->v6.sin6_addr)
	                                          : fault_v4(ntohl(address->v4.sin_addr.s_addr));
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

bool address_of_host(const union address *address)
{
	uint32_t v4;

	if (address->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
		return !address_fault(address);
	memcpy(&v4, &address->v6.sin6_addr.s6_addr[12], sizeof v4);
	return !fault_v4(ntohl(v4));
}

/* One server of length bytes: an address, 192.0.2.1:53 or [2001:db8::1]:53. */
static bool is_server(const char *text, size_t length)
{
	char server[80], *host = server, *port;
	union address address;

	if (length == 0 || length >= sizeof server)
		return false;
	memcpy(server, text, length);
	server[length] = '\0';
	if (address_literal(server, AF_UNSPEC, &address))
		return true;
	port = strrchr(server, ':');
	if (!port || strspn(port + 1, "0123456789") != strlen(port + 1) || strtol(port + 1, NULL, 10) < 1 ||
	    strtol(port + 1, NULL, 10) > 65535)
		return false;
	*port = '\0';
	if (*host == '[' && port[-1] == ']') {
		port[-1] = '\0';
		return address_literal(host + 1, AF_INET6, &address);
	}
	return address_literal(host, AF_INET, &address);
}

int address_check_servers(const char *servers, struct error *err)
{
	const char *at = servers;

	for (;;) {
		size_t length = strcspn(at, ",");

		if (!is_server(at, length))
			return error_set(err, ERROR_DATA,
			                 "'%.64s' is not a list of name servers such as "
			                 "\"192.0.2.1,192.0.2.2:5353\"",
			                 servers);
		if (!at[length])
			return 0;
		at += length + 1;
	}
}
