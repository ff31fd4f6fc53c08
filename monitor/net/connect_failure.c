/* connect_failure: what an errno says about whose fault it is. */
#include "monitor/net/connect.h"

#include <errno.h>

static bool has_route(const union address *to)
{
	union address source;

	return address_source(to, &source);
}

enum sample_failure connect_failure_of(int cause, const union address *to)
{
	switch (cause) {
	case ECONNREFUSED:
		return FAILURE_REFUSED;
	case ETIMEDOUT:
		return FAILURE_TIMEOUT;
	case ECONNRESET:
		return FAILURE_RESET;
	case EACCES: /* of IPv6 "administratively prohibited" (RFC 4443 3.1), else a rule of this machine */
		return to->any.sa_family == AF_INET6 && has_route(to) ? FAILURE_UNREACHABLE : FAILURE_SEND;
	case 0: /* libcurl does not know */
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case EPROTO:
	case EMSGSIZE: /* what the kernel makes of ICMP errors, and of its own routes */
		return has_route(to) ? FAILURE_UNREACHABLE : FAILURE_SEND;
	default:
		return FAILURE_SEND;
	}
}
