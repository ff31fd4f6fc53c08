/* probe_stamp: STAMP (RFC 8762) session-sender, as a probe kind; its keys: stamp_config.h. */
#ifndef GOVSLA_MONITOR_PROBE_STAMP_H
#define GOVSLA_MONITOR_PROBE_STAMP_H

#include "monitor/probe/probe.h"

extern const struct probe_kind probe_stamp;

#endif
