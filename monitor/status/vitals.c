#include "monitor/status/vitals.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* The second number of statm: pages resident. */
static int64_t resident_kb(void)
{
	char text[128] = "", *rest = text;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return -1;
	strtoll(rest, &rest, 10);
	return strtoll(rest, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static int64_t ms_of(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

struct vitals vitals_read(void)
{
	struct vitals v = { .memory_kb = resident_kb() };
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0) {
		/* the kernel notes the most only now and then */
		v.memory_most_kb = usage.ru_maxrss > v.memory_kb ? usage.ru_maxrss : v.memory_kb;
		v.cpu_ms = ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
	}
	return v;
}
