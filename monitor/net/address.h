/*
 * address: an IPv4 or IPv6 address and a port. Nothing is asked of anyone: names are resolve.h's.
 *
 *     union address to;
 *     if (address_literal("2001:db8::1", AF_UNSPEC, &to)) {
 *             address_set_port(&to, 53);
 *             connect(fd, &to.any, address_size(&to));
 *     }
 */
#ifndef GOVSLA_MONITOR_ADDRESS_H
#define GOVSLA_MONITOR_ADDRESS_H

#include "base/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

union address { /* all zero: none, its family AF_UNSPEC */
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/*
 * An address in text form, with port 0. False, and none, when the text is not an address of that family (AF_UNSPEC:
 * of either).
 */
bool address_literal(const char *text, int family, union address *out);

/*
 * Why a probe can be exchanged with no single host at that address, to be said behind it; NULL: it can. What the kernel
 * would refuse for each packet, or take for this machine itself.
 */
const char *address_fault(const union address *address);

/* "192.0.2.1" or "2001:db8::1", without the port. Returns buffer. */
const char *address_text(const union address *address, char *buffer, size_t size);

/* Whether they are equal but for the port. */
bool address_same_host(const union address *a, const union address *b);

/*
 * Whether a host of some network can have it. Not: 0.0.0.0 and ::, which are this machine; multicast; broadcast; an IPv6
 * address of a link, which says nothing without its interface. Whoever names such an address as its own names none: that
 * is not this machine's fault, though only this machine can see that it cannot send there. What is merely reserved
 * (RFC 6890: the rest of 0.0.0.0/8 and of 240.0.0.0/4) can be had: Linux sends there, and some networks use it.
 */
bool address_of_host(const union address *address);

/* The address alone, in network order: 16 bytes of IPv6, else 4. */
static inline const void *address_bytes(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? (const void *)&address->v6.sin6_addr
	                                          : (const void *)&address->v4.sin_addr;
}

/* For connect(2), bind(2), sendto(2). */
static inline socklen_t address_size(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

static inline void address_set_port(union address *address, uint16_t port)
{
	*(address->any.sa_family == AF_INET6 ? &address->v6.sin6_port : &address->v4.sin_port) = htons(port);
}

static inline uint16_t address_port(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

/* Whether a text is a list ADDRESS[:PORT],… of name servers, for setting tables. Returns 0 or ERROR_DATA. */
int address_check_servers(const char *servers, struct error *err) MUST_CHECK;

#endif
