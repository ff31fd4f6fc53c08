/* probe_tcp: TCP connections, one for each probe, and what the other side says on them. See probe.h. */
#ifndef GOVSLA_MONITOR_PROBE_TCP_H
#define GOVSLA_MONITOR_PROBE_TCP_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_tcp;

#endif
