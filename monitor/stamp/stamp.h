/*
 * stamp: the packets of STAMP (RFC 8762), as bytes and as numbers; nothing else. No I/O, no clock.
 *
 * Not here: sending (probe_stamp.c), reflecting (reflector.c), what answers and losses come to (stamp_sum.h).
 *
 *              unauthenticated, 44 bytes              authenticated, 112 bytes
 *     request   0 sequence                             0 sequence
 *               4 timestamp                           16 timestamp
 *              12 error estimate                      24 error estimate
 *              14 session id (RFC 8972)               26 session id
 *              16 zero                                28 zero; 96 HMAC
 *     answer    0 sequence                             0 sequence
 *               4 timestamp                           16 timestamp
 *              12 error estimate                      24 error estimate
 *              14 session id                          26 session id
 *              16 receive timestamp                   32 receive timestamp
 *              24 request's sequence                  48 request's sequence
 *              28 request's timestamp                 64 request's timestamp
 *              36 request's error estimate            72 request's error estimate
 *              40 request's TTL                       80 request's TTL
 *                                                     96 HMAC
 * All else is zero when sent and ignored when received. Integers are big-endian. The HMAC is HMAC-SHA-256 over the first
 * 96 bytes, of which the first 16 bytes are kept (RFC 8762 section 4.4). What follows the base packet is padding or
 * TLVs of RFC 8972: a reflector returns it as it came, so that both ways carry packets of the same size; the U flag
 * that senders set in each TLV then comes back set, which says that it was not understood.
 *
 * A timestamp is kept as the 64 bits of the packet: seconds and fractions of NTP (RFC 5905), or, where the error
 * estimate's Z bit says so, seconds and nanoseconds of PTP (RFC 8186).
 */
#ifndef GOVSLA_MONITOR_STAMP_H
#define GOVSLA_MONITOR_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAMP_PORT          862 /* RFC 8762 section 4.1 */
#define STAMP_PLAIN_SIZE    44
#define STAMP_SEALED_SIZE   112
#define STAMP_PACKET_MOST   9000 /* of UDP payload: a large frame; more is refused */
#define STAMP_PADDING_LEAST 4    /* a TLV's header */
#define STAMP_KEY_LEAST     16   /* bytes */
#define STAMP_KEY_MOST      64   /* more is hashed first (RFC 2104): no gain */

struct stamp_key { /* length 0: unauthenticated */
	uint8_t bytes[STAMP_KEY_MOST];
	size_t length;
};

struct stamp_request {
	uint32_t sequence;
	uint64_t timestamp;
	uint16_t error; /* error estimate */
	uint16_t session;
};

struct stamp_answer {
	uint32_t sequence;
	uint64_t timestamp; /* when it was sent */
	uint16_t error;
	uint16_t session;
	uint64_t received;            /* when the request was received */
	struct stamp_request request; /* as it was received; its session is not repeated */
	uint8_t ttl;                  /* of the request, when received */
};

/* 44, or 112 with a key. */
size_t stamp_base_size(const struct stamp_key *key);

/*
 * Writes a request and padding bytes behind it, as one Extra Padding TLV (RFC 8972 section 4.1). padding: 0, or at
 * least STAMP_PADDING_LEAST. packet has room for stamp_base_size() + padding. Returns the length.
 */
size_t stamp_put_request(uint8_t *packet, const struct stamp_request *request, size_t padding,
                         const struct stamp_key *key);

/*
 * Writes the base packet of an answer; what follows it is left as it is. Returns its length.
 */
size_t stamp_put_answer(uint8_t *packet, const struct stamp_answer *answer, const struct stamp_key *key);

enum stamp_verdict {
	STAMP_GOOD,
	STAMP_SHORT,  /* fewer bytes than the base packet */
	STAMP_FORGED, /* the HMAC is not that of the key */
};

/* Any length is accepted from the base packet's on. */
enum stamp_verdict stamp_get_request(struct stamp_request *request, const uint8_t *packet, size_t length,
                                     const struct stamp_key *key);
enum stamp_verdict stamp_get_answer(struct stamp_answer *answer, const uint8_t *packet, size_t length,
                                    const struct stamp_key *key);

/*
 * Where a packet of at least the base size is an answer: when its sender sent what it answers, by that one's clock. In a
 * request, zero (RFC 8762 section 4.2: MUST be zeroed) or TWAMP's padding, which may be anything.
 */
uint64_t stamp_answered_time(const uint8_t *packet, const struct stamp_key *key);

/* ---- times ---- */

/* Of the time of day in ns since 1970, after 1970. Rounded up to the next fraction, so that it comes back exactly. */
uint64_t stamp_time(int64_t wall_ns);

/* 'to' minus 'from' in ns, both of the format of this error estimate; right within 68 years, also over 2036. */
int64_t stamp_between_ns(uint64_t from, uint64_t to, uint16_t error);

/* ---- error estimates: RFC 4656 section 4.1.2, the Z bit RFC 8186 ---- */

#define STAMP_SYNCHRONISED 0x8000 /* S */
#define STAMP_PTP          0x4000 /* Z */

/*
 * bound_us: the bound of the clock's error, -1 unknown. A known bound is rounded up and marked synchronised; an
 * unknown one is the greatest that can be said, not synchronised.
 */
uint16_t stamp_error(int64_t bound_us);

/*
 * The bound in µs, rounded up; -1 unknown: not synchronised, more than 2^40 µs, or no multiplier. RFC 4656 would have a
 * packet without multiplier discarded; that would be a loss which nobody suffered.
 */
int64_t stamp_error_us(uint16_t error);

#endif
