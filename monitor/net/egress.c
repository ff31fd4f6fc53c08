#include "monitor/net/egress.h"

#include "monitor/net/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define DSCP_SHIFT 2 /* in the traffic class: the lower two bits are ECN's */

static const char *const family_words[] = { "any", "ipv4", "ipv6", NULL };

static int check_address(const char *value, struct error *err)
{
	union address address;

	if (!address_literal(value, AF_UNSPEC, &address))
		return error_set(err, ERROR_DATA, "'%.64s' is not an IPv4 or IPv6 address", value);
	if (address_fault(&address))
		return error_set(err, ERROR_DATA, "'%.64s' %s", value, address_fault(&address));
	return 0;
}

const struct setting egress_settings[] = {
	{ .key = "address_family",
	  .type = SETTING_WORD,
	  .standard = "any",
	  .words = family_words,
	  .place = offsetof(struct egress, family),
	  .help = "which addresses of a name are used" },
	{ .key = "source_address",
	  .type = SETTING_STRING,
	  .check = check_address,
	  .place = offsetof(struct egress, source_address),
	  .help = "address of this machine to probe from; absent: the kernel chooses" },
	{ .key = "dscp",
	  .type = SETTING_INTEGER,
	  .standard = "0",
	  .most = 63,
	  .place = offsetof(struct egress, dscp),
	  .help = "differentiated services codepoint of the packets sent, such as 46 (EF)" },
	{ .key = "dns_servers",
	  .type = SETTING_STRING,
	  .check = address_check_servers,
	  .place = offsetof(struct egress, dns_servers),
	  .help = "name servers for this target, ADDRESS[:PORT] separated by commas" },
	{ .key = "charge_dns",
	  .type = SETTING_BOOLEAN,
	  .standard = "false",
	  .place = offsetof(struct egress, charge_dns),
	  .help =
	      "the name servers are part of the target: when none of them says anything it is down (dns); "
	      "otherwise missed (send)" },
	{ .key = NULL },
};

static int check_family(const struct node *probe, const char *key, const char *value, int family,
                        struct error *err)
{
	struct node node = node_member(probe, key);
	union address address;

	if (!value || family == AF_UNSPEC || !address_literal(value, AF_UNSPEC, &address) ||
	    address.any.sa_family == family)
		return 0;
	return node_fail(&node, err, "'%.64s' is not an IPv%d address", value, family == AF_INET ? 4 : 6);
}

int egress_check_host(const struct node *probe, const char *value, const char *key, struct error *err)
{
	struct node node = node_member(probe, key);
	union address address;
	bool digits = value && value[strspn(value, "0123456789.")] == '\0'; /* no name: RFC 1123, 2.1 */

	if (!value)
		return 0;
	if (address_literal(value, AF_UNSPEC, &address))
		return address_fault(&address)
		           ? node_fail(&node, err, "'%.64s' %s", value, address_fault(&address))
		           : 0;
	if (!digits &&
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0')
		return 0;
	node_fail(&node, err, "'%.64s' is neither an address nor a host name", value);
	if (strchr(value, '/'))
		return error_hint(err, "the host alone; a whole URL is probed by the kind 'http'");
	if (strchr(value, ':'))
		return error_hint(err, "the host alone, IPv6 without brackets; the port is the key 'port'");
	if (digits)
		return error_hint(err, "an IPv4 address is four numbers of 0 to 255");
	return error_hint(err, "ASCII letters, digits, '-', '_' and '.'; other scripts in their xn-- form");
}

/* What speaks of name servers would be of no effect, and who wrote it thinks that it is. */
static int check_lookups(const struct node *probe, const struct egress *egress, const char *host,
                         struct error *err)
{
	struct node charge = node_member(probe, "charge_dns"), servers = node_member(probe, "dns_servers");
	union address address;

	if (!address_literal(host, AF_UNSPEC, &address))
		return 0;
	if (egress->charge_dns)
		return node_fail(&charge, err, "'%.64s' is an address: no name server is asked", host);
	if (egress->dns_servers)
		return node_fail(&servers, err, "'%.64s' is an address: no name server is asked", host);
	return 0;
}

int egress_check(const struct node *probe, const struct egress *egress, const char *host,
                 const char *host_key, bool elsewhere, struct error *err)
{
	int family = egress->family == EGRESS_IPV4   ? AF_INET
	             : egress->family == EGRESS_IPV6 ? AF_INET6
	                                             : AF_UNSPEC;

	if (check_family(probe, "source_address", egress->source_address, family, err) < 0 ||
	    egress_check_host(probe, host, host_key, err) < 0 ||
	    (!elsewhere && check_lookups(probe, egress, host, err) < 0))
		return err->code;
	return check_family(probe, host_key, host, egress_family_number(egress), err);
}

int egress_family_number(const struct egress *egress)
{
	union address address;

	if (egress->family != EGRESS_ANY)
		return egress->family == EGRESS_IPV4 ? AF_INET : AF_INET6;
	if (egress->source_address && address_literal(egress->source_address, AF_UNSPEC, &address))
		return address.any.sa_family;
	return AF_UNSPEC;
}

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) < 0 ? errno : 0;
}

static int mark(const struct egress *egress, int fd, int family)
{
	int value = (int)egress->dscp << DSCP_SHIFT;

	if (!egress->dscp)
		return 0;
	return family == AF_INET6 ? set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, value)
	                          : set_option(fd, IPPROTO_IP, IP_TOS, value);
}

static uint8_t *add_control(uint8_t *at, int level, int type, const void *data, size_t size)
{
	struct cmsghdr head = { .cmsg_len = CMSG_LEN(size), .cmsg_level = level, .cmsg_type = type };

	memcpy(at, &head, sizeof head);
	memcpy(at + CMSG_LEN(0), data, size);
	return at + CMSG_SPACE(size);
}

static uint8_t *add_source(uint8_t *at, const union address *address)
{
	struct in_pktinfo v4 = { .ipi_spec_dst = address->v4.sin_addr };
	struct in6_pktinfo v6 = { .ipi6_addr = address->v6.sin6_addr };

	return address->any.sa_family == AF_INET6
	           ? add_control(at, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6)
	           : add_control(at, IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4);
}

size_t egress_control(const struct egress *egress, int family, uint8_t control[EGRESS_CONTROL_SIZE])
{
	int value = (int)egress->dscp << DSCP_SHIFT;
	union address address;
	uint8_t *at = control;

	memset(control, 0, EGRESS_CONTROL_SIZE);
	if (egress->source_address && address_literal(egress->source_address, family, &address))
		at = add_source(at, &address);
	if (value)
		at = family == AF_INET6 ? add_control(at, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value)
		                        : add_control(at, IPPROTO_IP, IP_TOS, &value, sizeof value);
	return (size_t)(at - control);
}

int egress_apply(const struct egress *egress, int fd, int family)
{
	union address address;
	int cause = mark(egress, fd, family);

	if (cause || !egress->source_address)
		return cause;
	if (!address_literal(egress->source_address, family, &address))
		return EAFNOSUPPORT;
	/* the port is chosen when connecting: many probes from one address do not run out of them */
	(void)set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	return bind(fd, &address.any, address_size(&address)) < 0 ? errno : 0;
}
