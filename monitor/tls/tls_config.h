/* tls_config: what the configuration can say about a tls probe. No network. */
#ifndef GOVSLA_MONITOR_TLS_CONFIG_H
#define GOVSLA_MONITOR_TLS_CONFIG_H

#include "monitor/net/connect.h"
#include "monitor/probe/setting.h"
#include "monitor/tls/tls_demand.h"
#include "monitor/tls/tls_name.h"

#include <stdbool.h>
#include <stdint.h>

struct tls_config {
	struct connect_place place;
	const char *server_name; /* NULL: the host */
	struct setting_strings alpn;
	struct tls_demand demand;
};

extern const struct setting tls_settings[];

/* Rules between keys. Returns 0 or ERROR_DATA. */
int tls_config_check(const struct node *probe, const void *config, struct error *err) MUST_CHECK;

/* The name that the certificate must be for. */
const char *tls_config_name(const struct tls_config *config);

#endif
