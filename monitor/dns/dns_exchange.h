/*
 * dns_exchange: one query put to one name server, on a socket of its own, and what came back. Nothing blocks.
 *
 * Over UDP from a random port (the kernel's), connected, so that only the server's own packets arrive; of these, the
 * ones of another id or question are passed over. A truncated answer is asked for again over TCP (RFC 7766 section 5), and
 * without EDNS0 who answers that he does not know it (RFC 6891 section 7: FORMERR and no OPT record). The round trip goes
 * from the first send (over TCP: from the start of connecting) to the answer: over UDP by the kernel's receive stamp.
 *
 *     x = (struct dns_exchange){ .query = …, .address = …, .egress = …, .sockets = …, .watch = { .ready = … } };
 *     dns_exchange_start(&x, tcp);      from then on when ready() is called, and a last time before giving up:
 *     if (dns_exchange_read(&x, room, &result)) …            the result is complete
 *     dns_exchange_end(&x);             in every case; result.message is borrowed until then
 */
#ifndef GOVSLA_MONITOR_DNS_EXCHANGE_H
#define GOVSLA_MONITOR_DNS_EXCHANGE_H

#include "monitor/dns/dns_message.h"
#include "monitor/net/egress.h"
#include "monitor/net/resolve.h"
#include "monitor/net/round_trip.h"
#include "monitor/net/sockets.h"
#include "monitor/record/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_exchange {
	struct dns_query query;
	union address address; /* of the server, with port */
	const struct egress *egress;
	struct sockets *sockets;
	struct socket_watch watch; /* fd -1: no socket */
	struct round_trip trip;
	bool formerr_counts; /* is the answer, whether or not EDNS0 was its cause */

	/* its own */
	bool tcp, asked;
	bool again;        /* asked once more: how soon after the first answer is not the kernel's to tell */
	uint8_t *received; /* over TCP: the length of the answer (2 bytes), then the answer */
	size_t received_length;
};

/* What datagrams are read into: one for all exchanges. */
struct dns_room {
	uint8_t bytes[DNS_MESSAGE_MOST];
};

struct dns_result {
	struct verdict verdict; /* FAILURE_NONE: message holds an answer; FAILURE_SEND: our own fault */
	struct dns_message message;
	int64_t rtt_ns;
	bool kernel_timed;
};

/* Sends the query, or starts to connect. FAILURE_NONE, or why it could not: mostly FAILURE_SEND. */
struct verdict dns_exchange_start(struct dns_exchange *x, bool tcp);

/* Reads what there is. True when that ends the exchange. */
bool dns_exchange_read(struct dns_exchange *x, struct dns_room *room, struct dns_result *result);

void dns_exchange_end(struct dns_exchange *x);

#endif
