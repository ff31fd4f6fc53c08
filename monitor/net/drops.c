#include "monitor/net/drops.h"

#include "base/instant.h"
#include "base/log.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#define TELL_EVERY_US US_PER_MINUTE

/* The kernel's count, which wraps; the former one where it cannot be read. */
static uint32_t read_count(int fd, uint32_t former)
{
	uint32_t facts[SK_MEMINFO_VARS] = { 0 };
	socklen_t size = sizeof facts;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, facts, &size) < 0 ||
	    size < (SK_MEMINFO_DROPS + 1) * sizeof *facts)
		return former;
	return facts[SK_MEMINFO_DROPS];
}

static void tell(struct drops_log *log, struct moment now)
{
	if (log->told.us && moment_between(log->told, now) < TELL_EVERY_US)
		return;
	log_line(log->who,
	         "%lld packets were lost at this machine's receive buffer, which was full: probes without an "
	         "answer at that time are missed, not down",
	         (long long)log->untold);
	log_line("hint", "a larger buffer: sysctl net.core.rmem_max; or fewer targets for this machine");
	log->untold = 0;
	log->told = now;
}

void drops_look(struct drops *drops, int fd, struct drops_log *log)
{
	uint32_t count = read_count(fd, drops->count);

	if (count == drops->count)
		return;
	log->untold += count - drops->count;
	drops->count = count;
	drops->grown = moment_now();
	tell(log, drops->grown);
}
