/*
 * round_trip: the time between a send and the kernel's receive stamp of the answer.
 *
 * Receive stamps (SO_TIMESTAMPNS) are time of day: when that was stepped between send and receipt, or a stamp is
 * missing or impossible, the monotonic clock gives the round trip, which then includes our own delay in reading.
 *
 *     round_trip_start(&trip);                       right before sendto()
 *     round_trip_ns(&trip, round_trip_stamp_ns(&header), &run->kernel_timed)      after recvmsg()
 */
#ifndef GOVSLA_MONITOR_ROUND_TRIP_H
#define GOVSLA_MONITOR_ROUND_TRIP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct round_trip {
	int64_t sent_wall_ns; /* time of day */
	int64_t sent_ns;      /* monotonic */
};

void round_trip_start(struct round_trip *trip);

/* stamp_ns: 0 without a stamp. Sets whether the result comes from the stamp: then it holds however late we read. */
int64_t round_trip_ns(const struct round_trip *trip, int64_t stamp_ns, bool *kernel_timed);

/* The receive stamp among the control messages, time of day; 0 when there is none. */
int64_t round_trip_stamp_ns(struct msghdr *header);

#endif
