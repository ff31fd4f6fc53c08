/* probe_tls: TLS handshakes alone, each on a connection of its own, as a probe kind. See probe.h. */
#ifndef GOVSLA_MONITOR_PROBE_TLS_H
#define GOVSLA_MONITOR_PROBE_TLS_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_tls;

#endif
