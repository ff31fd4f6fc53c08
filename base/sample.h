/*
 * sample: one scheduled probe of one target from one vantage, and what came of it.
 *
 * The words are the same in slamon, the spool, SQL, JSON and the report; the numbers are stored and must
 * never be renumbered (append only).
 */
#ifndef GOVSLA_BASE_SAMPLE_H
#define GOVSLA_BASE_SAMPLE_H

#include <stdint.h>

enum sample_outcome {
	SAMPLE_UP = 0,     /* answered as expected, within the timeout */
	SAMPLE_DOWN = 1,   /* sent, and not answered as expected: the target's or the path's fault */
	SAMPLE_MISSED = 2, /* scheduled and not observed, by this side's own fault: mostly never sent */
};

enum sample_failure {
	FAILURE_NONE = 0,
	/* of a sample that is down */
	FAILURE_TIMEOUT = 1,          /* no answer within the timeout */
	FAILURE_DNS = 2,              /* the name could not be resolved */
	FAILURE_REFUSED = 3,          /* connection refused, or ICMP port unreachable */
	FAILURE_UNREACHABLE = 4,      /* network or host unreachable */
	FAILURE_RESET = 5,            /* connection closed before the answer was complete */
	FAILURE_TLS = 6,              /* a handshake that failed for no reason named below */
	FAILURE_HTTP_STATUS = 7,      /* a status code that was not expected */
	FAILURE_BODY_MISMATCH = 8,    /* the expected text is not in the body */
	FAILURE_PROTOCOL = 9,         /* an answer that is not of the protocol, or too large */
	FAILURE_TLS_CERTIFICATE = 10, /* not trusted: chain, host name, purpose, self-signed */
	FAILURE_TLS_EXPIRED = 11,     /* not valid at this time, or for fewer days than asked for */
	FAILURE_TLS_VERSION = 12,     /* no protocol version, or one below the least, in common */
	FAILURE_DNS_NO_NAME = 13,     /* NXDOMAIN, of a dns probe */
	FAILURE_DNS_STATUS = 14,      /* any other response code that was not expected, of a dns probe */
	FAILURE_ANSWER_MISMATCH = 15, /* a well-formed answer that is not the expected one */
	FAILURE_REDIRECT = 16,        /* a redirect that the policy forbids, or too many */
	FAILURE_LOSS = 17,            /* more packets of a burst lost than allowed */
	FAILURE_DOWN_LAST = FAILURE_LOSS,
	/* of a sample that is missed: the reason */
	FAILURE_IN_FLIGHT_CAP = 20, /* the stated limit of probes in flight was reached */
	FAILURE_NOT_RUNNING = 21,   /* the process could not run at that time */
	FAILURE_SEND = 22,          /* this machine could not send: no route, no buffer, no descriptor */
	FAILURE_NO_RECORD = 23,     /* no record of a scheduled instant exists (made by calc, never stored) */
	FAILURE_OWN_SIDE = 24,      /* sent and failed, while every reference of the own network failed too */
	FAILURE_PROXY = 25,         /* the proxy that this side chose could not be used */
	FAILURE_RATE_LIMIT = 26,    /* the stated limit of probes to one destination was reached */
	FAILURE_MISSED_LAST = FAILURE_RATE_LIMIT,
};

/* The word for an outcome ("up"), or NULL for a number that is none. */
const char *sample_outcome_name(int outcome);

/* The outcome of a word, or -1. */
int sample_outcome_parse(const char *name);

/* The word for a failure class ("http status"), "" for FAILURE_NONE, NULL for a number that is none. */
const char *sample_failure_name(int failure);

/* What calc sees of a sample. */
struct sample {
	int64_t scheduled_us; /* the instant at which it was due, UTC */
	int32_t rtt_us;       /* round trip of the phase that counts; -1 unless up and known */
	uint8_t outcome;      /* enum sample_outcome */
	uint8_t failure;      /* enum sample_failure */
};

#endif
