/* vitals: what this process takes of the machine, as the kernel counts it. Linux: /proc/self/statm, getrusage(2). */
#ifndef GOVSLA_MONITOR_VITALS_H
#define GOVSLA_MONITOR_VITALS_H

#include <stdint.h>

struct vitals {
	int64_t memory_kb;      /* resident now; -1 unknown */
	int64_t memory_most_kb; /* since the start */
	int64_t cpu_ms;         /* of all threads, user and system, since the start */
};

struct vitals vitals_read(void);

#endif
