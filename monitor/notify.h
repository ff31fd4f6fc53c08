/*
 * notify: tells whoever supervises the process how it is: the protocol of sd_notify(3), without its library.
 *
 * A datagram for each word, to the Unix socket that the environment names (NOTIFY_SOCKET); nothing where it names none.
 * What does not arrive is not an error: the work goes on the same. READY=1, without which a supervisor waits for ever or
 * kills, is said again until its queue has room. Says nothing of what is observed.
 *
 *     struct notify notify = notify_open();      before rights are given up
 *     notify_say(&notify, "READY=1\nSTATUS=observes 6 targets");
 *     every notify.watchdog_ms / 2:  notify_say(&notify, "WATCHDOG=1");
 *     every second or so:  notify_again(&notify);
 *     notify_close(&notify);
 */
#ifndef GOVSLA_MONITOR_NOTIFY_H
#define GOVSLA_MONITOR_NOTIFY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NOTIFY_SIZE 500

struct notify {
	int fd; /* -1: nobody asks */
	struct sockaddr_un address;
	socklen_t length;
	int64_t
	    watchdog_ms; /* after so long without WATCHDOG=1 it kills the process; 0: never (WATCHDOG_USEC) */
	char waiting[NOTIFY_SIZE]; /* READY=1 and its state, when the queue was full; "": none */
};

struct notify notify_open(void);

/*
 * Words, one a line; STATUS= is the last, and whatever its text holds it stays one line. Cut at NOTIFY_SIZE bytes, between
 * two characters. Does not wait.
 */
void notify_say(struct notify *notify, const char *format, ...) PRINTF_LIKE(2, 3);

/* Says what waits. Returns whether nothing waits any more. */
bool notify_again(struct notify *notify);

void notify_close(struct notify *notify);

#endif
