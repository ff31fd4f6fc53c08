/* connect_failure: what an errno says about whose fault it is. */
#include "monitor/net/connect.h"

#include <errno.h>
#include <string.h>

static bool has_route(const struct sockaddr_storage *to)
{
	union resolve_address destination, source;

	memcpy(&destination, to, sizeof destination);
	return address_source(&destination, &source);
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
