/*
 * egress: how a probe leaves this machine. The same keys for every kind of probe: address family, source address,
 * DSCP, name servers.
 *
 * A kind has a `struct egress` in its configuration, a row of type SETTING_SHARED with egress_settings in its table,
 * calls egress_check() from its own check, and egress_apply() on each socket before it connects or sends; or, when its
 * targets share a socket, egress_control() for each packet.
 * Not here: resolving (resolve.h), connecting (connect.h).
 */
#ifndef GOVSLA_MONITOR_EGRESS_H
#define GOVSLA_MONITOR_EGRESS_H

#include "base/document.h"
#include "base/error.h"
#include "monitor/probe/setting.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum egress_family { EGRESS_ANY, EGRESS_IPV4, EGRESS_IPV6 };

struct egress {
	int family;                 /* enum egress_family */
	const char *source_address; /* of this machine; NULL: the kernel's choice */
	int64_t dscp;               /* differentiated services codepoint, 0 … 63 (RFC 2474) */
	const char *dns_servers;    /* NULL: those of the file */
	bool charge_dns;            /* silent name servers are the target's fault, not ours */
};

extern const struct setting egress_settings[];

/*
 * Rules between the keys of one probe: host is an address or a name; source address and host, when it is an address, are
 * of the family; nothing is said of name servers when none is asked. host: as in the configuration; host_key: what it is
 * called there; elsewhere: the probe may be led on to other hosts. Returns 0 or ERROR_DATA.
 */
int egress_check(const struct node *probe, const struct egress *egress, const char *host,
                 const char *host_key, bool elsewhere, struct error *err) MUST_CHECK;

/*
 * A host is the address of one host (address_fault()) or a name of letters, digits, '-', '_' and '.', not of digits and dots alone: what else somebody
 * wrote, such as a URL or 192.0.2.256, would only fail as a name that does not exist or that no certificate has, and
 * look like the target's fault. NULL is right. Returns 0 or ERROR_DATA.
 */
int egress_check_host(const struct node *probe, const char *host, const char *host_key,
                      struct error *err) MUST_CHECK;

/* AF_UNSPEC, AF_INET or AF_INET6: the addresses of a name that may be used (a source address narrows them). */
int egress_family_number(const struct egress *egress);

/*
 * Binds the socket, of address family AF_INET or AF_INET6, to the source address and marks it. Returns 0 or the
 * errno of what failed: this machine's own fault (probe_not_sent).
 */
int egress_apply(const struct egress *egress, int fd, int family);

/*
 * The same for a single packet of a socket that targets share: the control messages for sendmsg(). Returns their
 * length; 0: none is needed. A source address that is not this machine's makes sendmsg() fail with EINVAL.
 */
#define EGRESS_CONTROL_SIZE (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)))
size_t egress_control(const struct egress *egress, int family, uint8_t control[EGRESS_CONTROL_SIZE]);

#endif
