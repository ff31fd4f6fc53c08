/*
 * icmp_socket: one socket for the echoes of one address family.
 *
 * A ping socket (SOCK_DGRAM) where net.ipv4.ping_group_range allows it, else a raw socket (CAP_NET_RAW). Set
 * up for kernel receive stamps, a random identifier and, when raw, a filter that drops all but replies and
 * errors. Not the matching of answers to echoes: probe_icmp.c.
 */
#ifndef GOVSLA_MONITOR_ICMP_SOCKET_H
#define GOVSLA_MONITOR_ICMP_SOCKET_H

#include "base/error.h"
#include "monitor/icmp/icmp.h"
#include "monitor/net/address.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct icmp_socket {
	int fd; /* -1: not open */
	bool v6, raw;
	uint16_t id;
};

/* What arrived: a message that icmp_parse() recognised, from whom, and when. */
struct icmp_arrival {
	struct icmp_message message;
	union address from; /* of a reply the target, of an error who reported it */
	int64_t stamp_ns;   /* kernel's receive stamp, time of day; 0 when there is none */
};

struct icmp_receiver; /* buffers for a batch, shared by the sockets of a service */

/* Opens either kind. Returns 0 or ERROR_IO with a hint; fd is -1 then, and errno says why. */
int icmp_socket_open(struct icmp_socket *s, bool v6, struct error *err) MUST_CHECK;
void icmp_socket_close(struct icmp_socket *s);

struct icmp_receiver *icmp_receiver_new(void); /* NULL when out of memory */
void icmp_receiver_free(struct icmp_receiver *r);

/* Hands every message that waits in the socket to take(). Never blocks. */
void icmp_socket_receive(struct icmp_socket *s, struct icmp_receiver *r,
                         void (*take)(void *arg, const struct icmp_arrival *arrival), void *arg);

#endif
