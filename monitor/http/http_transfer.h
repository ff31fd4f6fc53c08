/*
 * http_transfer: one libcurl easy handle with all options of its target.
 *
 * Finished ones are kept for any target's next probe: there are as many as probes were in flight at once, and the
 * few in use are in the cache. Not here: when it runs (probe_http.c) and what its end means (http_judge.h).
 *
 *     struct http_transfers transfers = { 0 };
 *     t = http_transfer_take(&transfers, plan);
 *     http_transfer_point(t);          where it connects: t->query, unless that is a literal
 *     … it runs; redirected: http_transfer_redirect(t, url, status, &place), point and run it again …
 *     http_transfer_put_back(&transfers, t);
 *     http_transfers_release(&transfers);
 */
#ifndef GOVSLA_MONITOR_HTTP_TRANSFER_H
#define GOVSLA_MONITOR_HTTP_TRANSFER_H

#include "base/text.h"
#include "monitor/net/gate.h"
#include "monitor/http/http_plan.h"
#include "monitor/probe/probe.h"
#include "monitor/net/resolve.h"
#include "monitor/tls/tls_watch.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_HEADERS_MOST 65536 /* bytes of an answer's status line and headers */

struct http_transfers { /* all zero: none */
	struct http_transfer *idle;
};

struct http_transfer {
	CURL *easy;
	struct probe_run *run;
	struct http_plan *plan;
	struct resolve_query query; /* its addresses stay until the end */
	struct gate_pass pass;
	struct moment queued;       /* when it asked for the pass */
	struct http_transfer *next; /* idle, or of those whose handshake is over */

	/* the request under way, the first or that of a redirect */
	const struct http_place *at; /* the plan's place, or hop */
	struct http_place hop;
	int64_t name_us;    /* since the start of the probe: its name was known */
	int64_t begun_us;   /* libcurl started */
	int32_t connect_us; /* its handshake started; -1 not reached */
	int fd;             /* the last socket */
	struct tls_watch tls;
	int64_t header_length, body_length;
	struct text window; /* the end of the body as far as it may hold a part of expect_body */
	int socket_errno;   /* of why it could not have or watch its socket; 0 it could */
	int hops;           /* redirects followed */
	const char *method; /* of the request under way */
	bool resolving, too_long, found;
	bool
	    headers_ended; /* the final answer's, by their empty line: libcurl takes a connection closed before for a
	                       complete answer */
	bool body_left_out; /* by a redirect that changed the method */
	bool strangers;     /* redirected to where the headers must not be shown */
	bool connected;     /* when its time was over */
	bool shaken;        /* in that list */

	/* what libcurl borrows */
	struct curl_slist connect_to, resolve;
	char connect_text[96];
	char resolve_text[512];
};

/* A transfer for the target, which must outlive its use; NULL when out of memory. */
struct http_transfer *http_transfer_take(struct http_transfers *transfers, struct http_plan *plan);

/* Makes libcurl connect to the addresses of the query, or to the proxy there; nothing to do for a literal. */
void http_transfer_point(struct http_transfer *t);

/* The transfer becomes that of the place, whose memory it takes, as an answer with the status asked for. */
void http_transfer_redirect(struct http_transfer *t, const char *url, int status, struct http_place *place);

/* Its easy handle must be in no multi handle any more. */
void http_transfer_put_back(struct http_transfers *transfers, struct http_transfer *t);

/* Frees the idle ones; none may be in use. */
void http_transfers_release(struct http_transfers *transfers);

#endif
