/* probe_icmp: ICMP and ICMPv6 echo, as a probe kind; its settings are at the top of probe_icmp.c. */
#ifndef GOVSLA_MONITOR_PROBE_ICMP_H
#define GOVSLA_MONITOR_PROBE_ICMP_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_icmp;

#endif
