/*
 * stamp_session: one socket to one reflector: sends the packets of probes, takes their answers, tells losses by
 * direction. The sender's side of STAMP; what a probe is judged by is probe_stamp.c.
 *
 * The socket is connected, from a random port of its own, so that the kernel delivers only what comes from the
 * reflector's address and port; an answer counts when it repeats sequence number, time and error estimate of a request
 * under way exactly, and, with a key, its HMAC is right. Everything else is counted and dropped. Round trips end with
 * the kernel's receive stamp. Sequence numbers begin at 0 and go on from probe to probe as long as the session lives
 * (RFC 8762 section 4.2).
 *
 *     stamp_session_open(&session, loop, &options, &address)
 *     burst = stamp_burst_new(n); burst->… = …; stamp_session_begin(session, burst);
 *     stamp_session_send(session, burst);          n times; answers come by themselves from then on
 *     options.complete(burst)                      every packet was sent, and answered or refused, or burst->cause is set
 *     stamp_session_receive(session);              what waits in the socket, before judging a timeout
 *     stamp_session_end(session, burst, …);        exactly once a burst, which belongs to the session from then on
 *     stamp_session_close(session);                when no burst is under way
 */
#ifndef GOVSLA_MONITOR_STAMP_SESSION_H
#define GOVSLA_MONITOR_STAMP_SESSION_H

#include "monitor/net/drops.h"
#include "monitor/net/egress.h"
#include "monitor/net/resolve.h"
#include "monitor/net/round_trip.h"
#include "monitor/stamp/stamp.h"
#include "monitor/stamp/stamp_sum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct stamp_session;

enum stamp_packet_state { STAMP_UNDER_WAY, STAMP_ANSWERED, STAMP_REFUSED };

struct stamp_packet {
	struct round_trip trip;
	struct stamp_request request;
	uint32_t answer; /* sequence number of its answer */
	enum stamp_packet_state state;
	int again; /* times it was sent again, in pieces */
};

/* The packets of one probe. */
struct stamp_burst {
	struct stamp_burst *next; /* of the session, in the order of their beginning */
	struct stamp_session *session;
	void *owner;
	struct moment begun;
	int64_t timeout_us; /* a packet's answer that took longer does not count */
	size_t packets, sent, answered, refused;
	int cause;         /* errno: a packet that was too big could not be sent again; 0 none */
	uint8_t failure;   /* what the network said of a refused packet: enum sample_failure */
	bool kernel_timed; /* of all answers */
	bool ended;
	bool
	    mixed; /* its packets are not in a row, not all sent (again), or answers dropped: losses cannot be told by them */
	struct stamp_sum sum;
	struct stamp_span span;
	struct stamp_packet packet[];
};

/* What came and was no answer. */
struct stamp_counts {
	int64_t stray;  /* not to a request under way: late, forged, of a wrong length */
	int64_t forged; /* a wrong HMAC */
	int64_t again;  /* to a request that had been answered */
};

struct stamp_options { /* borrowed while the session lives */
	const struct egress *egress;
	const struct stamp_key *key;
	size_t padding;
	bool stateful; /* the reflector's numbers are its own */
	struct stamp_counts *counts;
	struct drops_log *drops_log;
	void (*complete)(struct stamp_burst *burst);
};

/* NULL when out of memory. */
struct stamp_burst *stamp_burst_new(size_t packets);

/* Returns 0 or an errno: this machine could not. */
int stamp_session_open(struct stamp_session **out, uv_loop_t *loop, const struct stamp_options *options,
                       const union address *address);

/* The address (with port) is that of the session. */
bool stamp_session_is_to(const struct stamp_session *session, const union address *address);

void stamp_session_begin(struct stamp_session *session, struct stamp_burst *burst);

/* Sends the next packet. Returns 0 or an errno: this machine could not send it, or an earlier one again. */
int stamp_session_send(struct stamp_session *session, struct stamp_burst *burst);

void stamp_session_receive(struct stamp_session *session);

/* Whether answers to the burst may have been lost in this machine's own buffer (drops.h), as the last receiving told. */
bool stamp_session_dropped(const struct stamp_session *session, const struct stamp_burst *burst);

/* Whether some burst has begun and not ended. */
bool stamp_session_busy(const struct stamp_session *session);

/*
 * What the burst has not got is lost. Sets *forward and *backward to the packets lost on each way, as far as the
 * session's answers tell more than at the last time; -1 when they do not. Bursts are told in the order of their
 * beginning, so one that waits for an older one is told with it.
 */
void stamp_session_end(struct stamp_session *session, struct stamp_burst *burst, int32_t *forward,
                       int32_t *backward);

/* Frees itself as its handle closes. */
void stamp_session_close(struct stamp_session *session);

#endif
