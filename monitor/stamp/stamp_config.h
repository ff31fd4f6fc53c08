/* stamp_config: what the configuration can say about a stamp probe. No network, no files. */
#ifndef GOVSLA_MONITOR_STAMP_CONFIG_H
#define GOVSLA_MONITOR_STAMP_CONFIG_H

#include "monitor/net/egress.h"
#include "monitor/probe/setting.h"

#include <stdint.h>

enum stamp_reflector { STAMP_REFLECTOR_STATELESS, STAMP_REFLECTOR_STATEFUL };

struct stamp_config {
	const char *host;
	int64_t port;
	const char *key_file; /* NULL: unauthenticated */
	int reflector;        /* enum stamp_reflector */
	int64_t packets, spacing_ms, padding_bytes, loss_allowed;
	struct egress egress;
};

extern const struct setting stamp_settings[];

/* From the first packet of a probe to the last. */
int64_t stamp_config_sends_for_ms(const void *config);

/* Rules between keys. Returns 0 or ERROR_DATA. */
int stamp_config_check(const struct node *probe, const void *config, struct error *err) MUST_CHECK;

#endif
