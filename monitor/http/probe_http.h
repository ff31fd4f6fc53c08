/* probe_http: HTTP and HTTPS requests, as a probe kind; its settings are at the top of http_config.c. */
#ifndef GOVSLA_MONITOR_PROBE_HTTP_H
#define GOVSLA_MONITOR_PROBE_HTTP_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_http;

#endif
