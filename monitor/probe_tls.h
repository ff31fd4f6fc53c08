/* probe_tls: TLS handshakes alone, on a connection of their own: chain, expiry, version, client certificate. See probe.h. */
#ifndef GOVSLA_MONITOR_PROBE_TLS_H
#define GOVSLA_MONITOR_PROBE_TLS_H

#include "monitor/probe.h"

extern const struct probe_kind probe_tls;

#endif
