/*
 * http_transfer: one libcurl easy handle with all options of its target, and the target's plan.
 *
 * Setting an easy handle up costs more than a request, so a finished one is kept for the target's next probe;
 * several exist only while several probes of the target are in flight. Not here: when it runs (probe_http.c) and
 * what its end means (http_judge.h).
 */
#ifndef GOVSLA_MONITOR_HTTP_TRANSFER_H
#define GOVSLA_MONITOR_HTTP_TRANSFER_H

#include "base/text.h"
#include "monitor/http_config.h"
#include "monitor/probe.h"
#include "monitor/resolve.h"
#include "monitor/tls_watch.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct http_transfer {
	CURL *easy;
	struct probe_run *run;
	struct http_plan *plan;
	struct http_transfer *next;
	struct resolve_query query;
	struct sockaddr_storage address;
	struct curl_slist connect_to;
	char connect_text[80];
	struct text body;
	int64_t body_length;
	int64_t name_us;
	struct tls_watch tls;
	int socket_errno;
	bool resolving, too_long;
};

struct http_plan {
	const struct http_config *config;
	void *service; /* of probe_http.c */
	struct http_place place;
	bool literal; /* the host is an address */
	struct sockaddr_storage address;
	struct curl_slist *headers;
	const char *ca_file;
	struct http_transfer *spare;
};

/* A transfer of the target that is not in use, with its counters at zero; NULL when out of memory. */
struct http_transfer *http_transfer_take(struct http_plan *plan);

/* Gives it back to its target; its easy handle must be in no multi handle any more. */
void http_transfer_put_back(struct http_transfer *t);

void http_transfer_free(struct http_transfer *t);

#endif
