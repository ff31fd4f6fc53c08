/* http_config: what the configuration can say about an HTTP probe. No network, no files: those are http_plan.h's. */
#ifndef GOVSLA_MONITOR_HTTP_CONFIG_H
#define GOVSLA_MONITOR_HTTP_CONFIG_H

#include "monitor/net/egress.h"
#include "monitor/http/http_place.h"
#include "monitor/probe/setting.h"
#include "monitor/tls/tls_demand.h"

#include <stdbool.h>
#include <stdint.h>

enum http_phase {
	HTTP_PHASE_NAME,
	HTTP_PHASE_CONNECT,
	HTTP_PHASE_TLS,
	HTTP_PHASE_FIRST_BYTE,
	HTTP_PHASE_TOTAL
};

enum http_version { HTTP_VERSION_1_1, HTTP_VERSION_2, HTTP_VERSION_2_PRIOR_KNOWLEDGE };

struct http_config {
	const char *url, *method, *body, *body_file;
	struct setting_strings headers;
	const char *headers_file;
	int http_version; /* enum http_version */
	const char *expect_status, *expect_body;
	int64_t body_limit_bytes;
	int redirects; /* enum http_redirects */
	int64_t redirects_most;
	const char *proxy, *proxy_user_file;
	int rtt_phase; /* enum http_phase */
	struct tls_demand demand;
	struct egress egress;
};

extern const struct setting http_settings[];

/* Rules between keys. Returns 0 or ERROR_DATA. */
int http_config_check(const struct node *probe, const void *config, struct error *err) MUST_CHECK;

/* Whether a line is "Name: value". Returns 0 or ERROR_DATA. */
int http_config_check_header(const char *line, struct error *err) MUST_CHECK;

/* Whether a status is in a list like "200-299,304", which http_config_check() has accepted. */
bool http_status_expected(const char *list, int status);

#endif
