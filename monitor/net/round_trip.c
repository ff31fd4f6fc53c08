#include "monitor/net/round_trip.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP_NS INT64_C(100000) /* wall and monotonic clock went apart by more: the time of day was stepped */

static int64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void round_trip_start(struct round_trip *trip)
{
	trip->sent_ns = read_ns(CLOCK_BOOTTIME);
	trip->sent_wall_ns = read_ns(CLOCK_REALTIME);
}

int64_t round_trip_ns(const struct round_trip *trip, int64_t stamp_ns, bool *kernel_timed)
{
	int64_t now_ns = read_ns(CLOCK_BOOTTIME), wall_ns = read_ns(CLOCK_REALTIME);
	int64_t passed_ns = now_ns - trip->sent_ns;
	int64_t step_ns = (wall_ns - trip->sent_wall_ns) - passed_ns;
	int64_t rtt_ns = stamp_ns - trip->sent_wall_ns;

	*kernel_timed = stamp_ns && llabs(step_ns) < STEP_NS && rtt_ns >= 0 && rtt_ns <= passed_ns + STEP_NS;
	return *kernel_timed ? rtt_ns : passed_ns;
}

int64_t round_trip_stamp_ns(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof t);
			return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
		}
	return 0;
}
