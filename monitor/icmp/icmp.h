/*
 * icmp: echo packets of ICMP (RFC 792) and ICMPv6 (RFC 4443), built and read. Pure: no socket, no clock.
 *
 * Not trusted: everything received. A message is only recognised, its parts bounded by its length; whether it
 * answers one of our echoes is for the caller to decide by identifier, sequence, nonce and address.
 *
 *     echo request:  type 8 / 128 | code 0 | checksum | identifier | sequence | nonce (8 bytes) | filler
 */
#ifndef GOVSLA_MONITOR_ICMP_H
#define GOVSLA_MONITOR_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_HEADER_SIZE  8
#define ICMP_NONCE_SIZE   8
#define ICMP_PAYLOAD_MOST 1400
#define ICMP_PACKET_MOST  (ICMP_HEADER_SIZE + ICMP_PAYLOAD_MOST)

enum icmp_meaning {
	ICMP_MEANS_REPLY,       /* echo reply */
	ICMP_MEANS_REFUSED,     /* an error about an echo request: port unreachable */
	ICMP_MEANS_TOO_BIG,     /* an error about an echo request: too big for the path in one piece */
	ICMP_MEANS_UNREACHABLE, /* an error about an echo request: any other cause, also hops used up */
};

struct icmp_message {
	enum icmp_meaning meaning;
	uint16_t id, sequence;   /* of the echo */
	bool has_nonce;          /* errors often quote too little for it */
	uint64_t nonce;          /* as given to icmp_build */
	bool has_destination;    /* an error: the address that the echo was sent to */
	uint8_t destination[16]; /* network order, 4 bytes of IPv4 or 16 of IPv6 */
};

/*
 * Builds an echo request with payload bytes (ICMP_NONCE_SIZE to ICMP_PAYLOAD_MOST) behind the header into
 * packet (ICMP_PACKET_MOST bytes). The checksum is filled for IPv4; the kernel fills it for ICMPv6. Returns
 * the packet's length.
 */
size_t icmp_build(bool v6, uint16_t id, uint16_t sequence, uint64_t nonce, size_t payload, uint8_t *packet);

/*
 * Recognises a received packet. ip_header: the packet starts with its IPv4 header (raw IPv4 sockets). Returns
 * false for anything that is not an echo reply, nor an error about an echo request, or is damaged.
 */
bool icmp_parse(bool v6, bool ip_header, const uint8_t *packet, size_t length, struct icmp_message *out);

/*
 * What an error of that type and code means (RFC 792, RFC 1122 section 3.2.2.1; RFC 4443 section 3); false when the type is
 * no error about delivery.
 */
bool icmp_error_meaning(bool v6, int type, int code, enum icmp_meaning *out);

/* Identifier, sequence and nonce of an echo request that we built. False when it is none. */
bool icmp_parse_request(bool v6, const uint8_t *packet, size_t length, struct icmp_message *out);

#endif
