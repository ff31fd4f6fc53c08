#include "monitor/net/drops.h"

#include "suite.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS 200 /* far more than the least buffer takes */

/* Two UDP sockets, of which the second sends to the first, whose buffer is the least there is. */
static void open_pair(int *to, int *from)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof address;
	int least = 1;

	*to = socket(AF_INET, SOCK_DGRAM, 0);
	*from = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert(*to >= 0 && *from >= 0);
	ck_assert_int_eq(setsockopt(*to, SOL_SOCKET, SO_RCVBUF, &least, sizeof least), 0);
	ck_assert_int_eq(bind(*to, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(*to, (struct sockaddr *)&address, &length), 0);
	ck_assert_int_eq(connect(*from, (struct sockaddr *)&address, length), 0);
}

static int dropped(int to)
{
	uint32_t about[SK_MEMINFO_VARS];
	socklen_t length = sizeof about;

	ck_assert_int_eq(getsockopt(to, SOL_SOCKET, SO_MEMINFO, about, &length), 0);
	return (int)about[SK_MEMINFO_DROPS];
}

/* Returns how many of the packets arrived, which are read; a busy kernel may deliver them a little later. */
static int send_and_read(int to, int from, int packets)
{
	char bytes[1000] = { 0 };
	int got = 0, before = dropped(to);

	for (int i = 0; i < packets; i++)
		ck_assert_int_eq(send(from, bytes, sizeof bytes, 0), sizeof bytes);
	while (got + dropped(to) - before < packets)
		got += recv(to, bytes, sizeof bytes, MSG_DONTWAIT) >= 0;
	return got;
}

START_TEST(what_is_lost_counts_for_what_was_sent_before)
{
	struct drops drops = { 0 };
	struct drops_log log = { .who = "test" };
	struct moment before, after;
	int to, from, got;

	open_pair(&to, &from);
	ck_assert_int_eq(send_and_read(to, from, 1), 1);
	before = moment_now();
	drops_look(&drops, to, &log);
	ck_assert(!drops_since(&drops, before));
	got = send_and_read(to, from, PACKETS);
	ck_assert_int_lt(got, PACKETS);
	ck_assert(!drops_since(&drops, before)); /* it has not looked yet */
	drops_look(&drops, to, &log);
	after = moment_now();
	ck_assert(drops_since(&drops, before));
	ck_assert(!drops_since(&drops, after));
	ck_assert_uint_eq(drops.count, (uint32_t)(PACKETS - got));
	drops_look(&drops, to, &log); /* nothing more */
	ck_assert(!drops_since(&drops, after));
	close(to);
	close(from);
}
END_TEST

START_TEST(it_is_told_at_once_and_then_once_a_minute)
{
	struct drops drops = { 0 };
	struct drops_log log = { .who = "test" };
	int to, from, got;

	open_pair(&to, &from);
	(void)send_and_read(to, from, PACKETS);
	drops_look(&drops, to, &log);
	ck_assert_int_eq(log.untold, 0);
	got = send_and_read(to, from, PACKETS);
	drops_look(&drops, to, &log);
	ck_assert_int_eq(log.untold, PACKETS - got);
	log.told = moment_after(moment_now(), -60000000);
	(void)send_and_read(to, from, PACKETS);
	drops_look(&drops, to, &log);
	ck_assert_int_eq(log.untold, 0);
	close(to);
	close(from);
}
END_TEST

START_TEST(what_cannot_be_looked_at_has_lost_nothing)
{
	struct drops drops = { .count = 7 };
	struct drops_log log = { .who = "test" };

	drops_look(&drops, -1, &log);
	ck_assert_uint_eq(drops.count, 7);
	ck_assert(!drops_since(&drops, (struct moment){ 0 }));
}
END_TEST

int main(void)
{
	return run_suite("monitor/drops",
	                 (const TTest *const[]){ what_is_lost_counts_for_what_was_sent_before,
	                                         it_is_told_at_once_and_then_once_a_minute,
	                                         what_cannot_be_looked_at_has_lost_nothing, NULL });
}
