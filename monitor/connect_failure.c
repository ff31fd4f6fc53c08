/* connect_failure: what an errno says about whose fault it is. */
#include "monitor/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#define ANY_PORT 9

/* Whether this machine has a route at all. Connecting UDP sends nothing. */
static bool has_route(const struct sockaddr_storage *address)
{
	struct sockaddr_storage to = *address;
	bool v6 = to.ss_family == AF_INET6;
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed;

	if (fd < 0)
		return false;
	if (v6)
		((struct sockaddr_in6 *)&to)->sin6_port = htons(ANY_PORT);
	else
		((struct sockaddr_in *)&to)->sin_port = htons(ANY_PORT);
	routed = connect(fd, (struct sockaddr *)&to,
	                 v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) == 0;
	close(fd);
	return routed;
}

enum sample_failure connect_failure_of(int cause, const struct sockaddr_storage *to)
{
	switch (cause) {
	case ECONNREFUSED:
		return FAILURE_REFUSED;
	case ETIMEDOUT:
		return FAILURE_TIMEOUT;
	case ECONNRESET:
		return FAILURE_RESET;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EACCES:
	case EPERM:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return FAILURE_SEND;
	default:
		return has_route(to) ? FAILURE_UNREACHABLE : FAILURE_SEND;
	}
}
