/*
 * http_plan: what is made of a target's configuration once: its place, its proxy, the contents of its files.
 *
 * Reads files and so fails with a message when one is missing or is not what it should be. No network.
 */
#ifndef GOVSLA_MONITOR_HTTP_PLAN_H
#define GOVSLA_MONITOR_HTTP_PLAN_H

#include "base/text.h"
#include "monitor/http_config.h"
#include "monitor/http_place.h"
#include "monitor/resolve.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdbool.h>

struct http_transfer;

struct http_plan {
	const struct http_config *config;
	void *service;                                   /* of probe_http.c, as is the next */
	void (*handshake_over)(struct http_transfer *t); /* from within libcurl */
	struct http_place place;
	struct http_place proxy; /* host NULL: none */
	bool literal;            /* the host to connect to, the proxy's or the target's, is an address */
	struct sockaddr_storage address;
	struct curl_slist *headers;
	struct curl_slist *bare_headers; /* of them those for any host */
	struct text body;
	char *proxy_user; /* "name:password"; NULL none */
	SSL_CTX *client;  /* holds the client certificate; NULL none */
	const char *ca_file;
	struct http_transfer *spare; /* of http_transfer.c */
};

/*
 * ca_file: for targets that name none; NULL none. config must outlive the plan. Returns 0 with *out, or a negative
 * code.
 */
int http_plan_make(const struct http_config *config, const char *ca_file, struct http_plan **out,
                   struct error *err) MUST_CHECK;

void http_plan_free(struct http_plan *plan);

#endif
