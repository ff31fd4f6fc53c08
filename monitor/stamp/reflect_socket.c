#include "monitor/stamp/reflect_socket.h"

#include "monitor/stamp/stamp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_BYTES (4 * 1024 * 1024) /* requests, should this process stand still */
#define TTL_SENT    255               /* RFC 4656 section 4.1.2: senders see the hops of the way back */

int reflect_socket_place(const char *text, char address[REFLECT_ADDRESS_SIZE], long *port, struct error *err)
{
	const char *bracket = *text == '[' ? strchr(text, ']') : NULL, *start = bracket ? text + 1 : text;
	const char *colon = strchr(bracket ? bracket : text, ':'), *stop;
	char *end = NULL;
	size_t length;

	if (!bracket && colon && strchr(colon + 1, ':'))
		colon = NULL; /* a bare IPv6 address */
	stop = bracket ? bracket : colon ? colon : text + strlen(text);
	length = (size_t)(stop - start);
	*port = STAMP_PORT;
	if (colon)
		*port = strtol(colon + 1, &end, 10);
	if (length >= REFLECT_ADDRESS_SIZE || *port < 0 || *port > 65535 || (colon && (*end || !colon[1])) ||
	    (bracket && bracket[1] && bracket + 1 != colon))
		return error_set(err, ERROR_USAGE, "'%.64s' is not an address with a port such as '[::]:862'",
		                 text);
	memcpy(address, start, length);
	address[length] = '\0';
	return 0;
}

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value);
}

static void set_options(int fd, bool v6)
{
	(void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	(void)set_option(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
	if (v6) {
		(void)set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		(void)set_option(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
		(void)set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		(void)set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL_SENT);
	} else {
		(void)set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
		(void)set_option(fd, IPPROTO_IP, IP_RECVTTL, 1);
		(void)set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
		(void)set_option(fd, IPPROTO_IP, IP_TTL, TTL_SENT);
	}
}

int reflect_socket_open(union address *address)
{
	bool v6 = address->any.sa_family == AF_INET6;
	socklen_t size = address_size(address);
	int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), cause;

	if (fd < 0)
		return -errno;
	set_options(fd, v6);
	if ((v6 && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) || bind(fd, &address->any, size) < 0 ||
	    getsockname(fd, &address->any, &size) < 0) {
		cause = errno;
		close(fd);
		return -cause;
	}
	return fd;
}
