/* probe_dns: a query to a name server, as a probe kind; its settings are at the top of probe_dns.c. */
#ifndef GOVSLA_MONITOR_PROBE_DNS_H
#define GOVSLA_MONITOR_PROBE_DNS_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_dns;

#endif
