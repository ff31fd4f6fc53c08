/* connect_failure: what an errno says about whose fault it is. */
#include "monitor/net/connect.h"

#include <errno.h>

static bool has_route(const union address *to)
{
	union address source;

	return address_source(to, &source);
}

static struct verdict unless_no_route(int cause, const union address *to)
{
	return has_route(to) ? verdict_of(FAILURE_UNREACHABLE)
	                     : verdict_not_sent(cause ? cause : ENETUNREACH);
}

struct verdict connect_verdict(int cause, const union address *to)
{
	switch (cause) {
	case ECONNREFUSED:
		return verdict_of(FAILURE_REFUSED);
	case ETIMEDOUT:
		return verdict_of(FAILURE_TIMEOUT);
	case ECONNRESET:
		return verdict_of(FAILURE_RESET);
	case EACCES: /* of IPv6 "administratively prohibited" (RFC 4443 3.1), else a rule of this machine */
		return to->any.sa_family == AF_INET6 ? unless_no_route(cause, to) : verdict_not_sent(cause);
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
		return unless_no_route(cause, to);
	default:
		return verdict_not_sent(cause);
	}
}
