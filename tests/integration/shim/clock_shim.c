/*
 * clock_shim: LD_PRELOADed, gives one process a clock that the test sets: steps of the time of day, a suspended
 * machine, what the kernel says of the clock. lab_clock.py makes and steers it.
 *
 * The wishes are in the file CLOCK_SHIM, mapped: a step takes effect when the real time of day passes `at`, for all
 * clocks at once and for what was stamped since, as if the kernel's clock had been set. Suspended time is added to
 * CLOCK_BOOTTIME and, as an offset of the time of day, to CLOCK_REALTIME; CLOCK_MONOTONIC does not know of it.
 * System calls are made directly: no other preloaded library is needed or asked.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

struct wishes {        /* lab_clock.py packs it */
	int64_t at_ns; /* real time of day */
	int64_t wall_before_ns, wall_after_ns, boot_before_ns, boot_after_ns;
	int64_t result, status, maxerror_us, esterror_us; /* of ntp_adjtime(); result -1: refused */
};

/* Mapped when first asked for, which may be before any constructor has run. */
static volatile const struct wishes *wishes(void)
{
	static volatile const struct wishes *mapped;
	void *place;
	int fd;

	if (mapped)
		return mapped;
	fd = open(getenv("CLOCK_SHIM"), O_RDONLY | O_CLOEXEC);
	place = mmap(NULL, sizeof *mapped, PROT_READ, MAP_SHARED, fd, 0);
	if (place == MAP_FAILED)
		abort();
	close(fd);
	mapped = place;
	return mapped;
}

static int64_t real_ns(clockid_t clock)
{
	struct timespec t;

	syscall(SYS_clock_gettime, clock, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static struct timespec spec_of(int64_t ns)
{
	return (struct timespec){ ns / NS_PER_S, ns % NS_PER_S };
}

/* What the time of day was at that real one. */
static int64_t wall_ns(int64_t real)
{
	return real + (real < wishes()->at_ns ? wishes()->wall_before_ns : wishes()->wall_after_ns);
}

static int64_t boot_ns(void)
{
	return real_ns(CLOCK_BOOTTIME) + (real_ns(CLOCK_REALTIME) < wishes()->at_ns
	                                      ? wishes()->boot_before_ns
	                                      : wishes()->boot_after_ns);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		*t = spec_of(wall_ns(real_ns(clock)));
	else if (clock == CLOCK_BOOTTIME)
		*t = spec_of(boot_ns());
	else
		return (int)syscall(SYS_clock_gettime, clock, t);
	return 0;
}

time_t time(time_t *out)
{
	time_t now = (time_t)(wall_ns(real_ns(CLOCK_REALTIME)) / NS_PER_S);

	if (out)
		*out = now;
	return now;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	int64_t ns = wall_ns(real_ns(CLOCK_REALTIME));

	(void)zone;
	*t = (struct timeval){ ns / NS_PER_S, ns % NS_PER_S / 1000 };
	return 0;
}

int ntp_adjtime(struct timex *t)
{
	memset(t, 0, sizeof *t);
	t->status = (int)wishes()->status;
	t->maxerror = wishes()->maxerror_us;
	t->esterror = wishes()->esterror_us;
	return (int)wishes()->result;
}

/* ---- the kernel's stamps of receipt are times of day ---- */

static void shift_stamp(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof t);
			t = spec_of(wall_ns(t.tv_sec * NS_PER_S + t.tv_nsec));
			memcpy(CMSG_DATA(c), &t, sizeof t);
		}
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags)
{
	ssize_t n = syscall(SYS_recvmsg, fd, header, flags);

	if (n >= 0)
		shift_stamp(header);
	return n;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	int n = (int)syscall(SYS_recvmmsg, fd, messages, count, flags, timeout);

	for (int i = 0; i < n; i++)
		shift_stamp(&messages[i].msg_hdr);
	return n;
}
