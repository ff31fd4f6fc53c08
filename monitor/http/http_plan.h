/*
 * http_plan: what is made of a target's configuration once: its place, its proxy, the contents of its files.
 *
 * Reads files and so fails with a message when one is missing or is not what it should be. No network.
 */
#ifndef GOVSLA_MONITOR_HTTP_PLAN_H
#define GOVSLA_MONITOR_HTTP_PLAN_H

#include "base/text.h"
#include "monitor/http/http_config.h"
#include "monitor/http/http_place.h"
#include "monitor/net/resolve.h"
#include "monitor/probe/probe.h"
#include "monitor/tls/tls_contexts.h"

#include <curl/curl.h>
#include <openssl/types.h>
#include <stdbool.h>

struct http_transfer;

struct http_plan {
	struct probe_plan common;
	const struct http_config *config;
	void *service;                                   /* of probe_http.c, as is the next */
	void (*handshake_over)(struct http_transfer *t); /* from within libcurl */
	struct http_place place;
	struct http_place proxy; /* host NULL: none */
	bool literal;            /* the host to connect to, the proxy's or the target's, is an address */
	union address address;
	struct curl_slist *headers;
	struct curl_slist *bodiless_headers; /* a list of its own: those that say nothing of a body */
	struct curl_slist *bare_headers;     /* of headers those for any host */
	struct text body;
	char *proxy_user; /* "name:password"; NULL none */
	SSL_CTX *ctx;     /* whom it trusts and what it shows; NULL: never TLS */
};

struct http_trust {
	const char *ca_file; /* for targets that name none; NULL none */
	struct tls_contexts *contexts;
};

/* Config and contexts must outlive the plan. Returns 0 with *out, or a negative code. */
int http_plan_make(const struct http_config *config, const struct http_trust *trust, struct http_plan **out,
                   struct error *err) MUST_CHECK;

/* Whether TLS can come up: from the start or by a redirect. */
static inline bool http_plan_tls(const struct http_plan *plan)
{
	return plan->place.tls || plan->config->redirects != HTTP_REDIRECTS_NONE;
}

void http_plan_free(struct http_plan *plan);

#endif
