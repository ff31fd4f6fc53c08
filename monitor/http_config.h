/*
 * http_config: what the configuration can say about an HTTP probe, and what is derived from it once a target.
 * No network.
 */
#ifndef GOVSLA_MONITOR_HTTP_CONFIG_H
#define GOVSLA_MONITOR_HTTP_CONFIG_H

#include "monitor/egress.h"
#include "monitor/setting.h"

#include <stdbool.h>
#include <stdint.h>

enum http_phase {
	HTTP_PHASE_NAME,
	HTTP_PHASE_CONNECT,
	HTTP_PHASE_TLS,
	HTTP_PHASE_FIRST_BYTE,
	HTTP_PHASE_TOTAL
};

struct http_config {
	int kind;
	const char *url, *method, *body;
	struct setting_strings headers;
	const char *expect_status, *expect_body;
	bool verify_tls;
	const char *ca_file;
	int rtt_phase; /* enum http_phase */
	int64_t body_limit_bytes;
	struct egress egress;
};

extern const struct setting http_settings[];

/* Rules between keys. Returns 0 or ERROR_DATA. */
int http_config_check(const struct node *probe, const void *config, struct error *err) MUST_CHECK;

/* Where a URL leads. */
struct http_place {
	char *host; /* without the brackets of an IPv6 address; free() */
	bool tls;
};

/* Splits a URL that http_config_check() has accepted. Returns 0 or ERROR_MEMORY. */
int http_place_of(const char *url, struct http_place *out, struct error *err) MUST_CHECK;

/* Whether a status is in a list like "200-299,304", which http_config_check() has accepted. */
bool http_status_expected(const char *list, int status);

#endif
