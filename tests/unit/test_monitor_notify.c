/* notify: what arrives at the socket of whoever supervises. */
#include "monitor/notify.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int listener;

static void supervise(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];
	int length = snprintf(name, sizeof name, "@govsla-notify-%d", (int)getpid());

	memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address,
	                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)),
	                 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void assert_heard(const char *want)
{
	char heard[1000] = "";

	ck_assert_int_ge(recv(listener, heard, sizeof heard - 1, 0), 0);
	ck_assert_str_eq(heard, want);
}

START_TEST(words_arrive_one_a_line)
{
	struct notify notify;

	supervise();
	notify = notify_open();
	notify_say(&notify, "READY=1\nSTATUS=%d targets", 6);
	assert_heard("READY=1\nSTATUS=6 targets");
	notify_say(&notify, "WATCHDOG=1");
	assert_heard("WATCHDOG=1");
	notify_close(&notify);
	notify_say(&notify, "WATCHDOG=1");
	ck_assert_int_lt(recv(listener, (char[1]){ 0 }, 1, 0), 0); /* nothing any more */
	close(listener);
}
END_TEST

/* A supervisor that does not come to read: what it waits for is told once it does. */
START_TEST(ready_waits_for_room_and_nothing_passes_it)
{
	struct notify notify;
	char heard[100];

	supervise();
	notify = notify_open();
	for (int i = 0; i < 100000; i++) /* more than any queue holds */
		notify_say(&notify, "WATCHDOG=1");
	ck_assert(notify_again(&notify));
	notify_say(&notify, "READY=1\nSTATUS=%d targets", 6);
	ck_assert(!notify_again(&notify));
	ck_assert_int_ge(recv(listener, heard, sizeof heard, 0), 0);
	while (recv(listener, heard, sizeof heard, 0) >= 0)
		;
	notify_say(&notify, "STOPPING=1");
	assert_heard("READY=1\nSTATUS=6 targets");
	assert_heard("STOPPING=1");
	ck_assert(notify_again(&notify));
	ck_assert_int_lt(recv(listener, heard, sizeof heard, 0), 0); /* once */
	notify_close(&notify);
	close(listener);
}
END_TEST

START_TEST(a_state_is_one_line_whatever_a_name_in_it_holds)
{
	struct notify notify;

	supervise();
	notify = notify_open();
	notify_say(&notify, "READY=1\nSTATUS=cannot read '%s'", "a\nMAINPID=1\r\tSTATUS=b\x7f");
	assert_heard("READY=1\nSTATUS=cannot read 'a MAINPID=1  STATUS=b '");
	notify_close(&notify);
	close(listener);
}
END_TEST

START_TEST(a_cut_goes_between_two_characters)
{
	static const char *const long_ones[] = { "é", "東", "🎌" }; /* of 2, 3 and 4 bytes */
	struct notify notify;
	char text[1000], heard[1000];

	supervise();
	notify = notify_open();
	for (size_t i = 0; i < 3; i++)
		for (size_t room = 0; room <= 4; room++) {
			size_t all = strlen(long_ones[i]), kept = room < all ? 0 : all;

			/* 499 bytes fit */
			memset(text, 'x', sizeof text);
			snprintf(text + 499 - strlen("STATUS=") - room, 100, "%sxxxxx", long_ones[i]);
			notify_say(&notify, "STATUS=%s", text);
			memset(heard, 0, sizeof heard);
			ck_assert_int_ge(recv(listener, heard, sizeof heard - 1, 0), 0);
			ck_assert_uint_eq(strlen(heard), kept ? 499 : 499 - room);
			ck_assert(!kept || strstr(heard, long_ones[i]));
			ck_assert(kept || heard[498 - room] == 'x');
		}
	notify_close(&notify);
	close(listener);
}
END_TEST

START_TEST(without_somebody_to_tell_nothing_is_told)
{
	static const char *const none[] = { "", "/", "relative" };
	struct notify notify;

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		setenv("NOTIFY_SOCKET", none[i], 1);
		notify = notify_open();
		ck_assert_int_eq(notify.fd, -1);
		notify_say(&notify, "READY=1");
	}
	unsetenv("NOTIFY_SOCKET");
	notify = notify_open();
	ck_assert_int_eq(notify.fd, -1);
}
END_TEST

int main(void)
{
	return run_suite("notify", (const TTest *const[]){ words_arrive_one_a_line,
	                                                   ready_waits_for_room_and_nothing_passes_it,
	                                                   a_state_is_one_line_whatever_a_name_in_it_holds,
	                                                   a_cut_goes_between_two_characters,
	                                                   without_somebody_to_tell_nothing_is_told, NULL });
}
