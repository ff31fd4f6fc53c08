#include "monitor/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* WATCHDOG_PID: whose the watchdog is, where it is not that of every process of the service. */
static int64_t watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return strtoll(usec, NULL, 10) / 1000;
}

struct notify notify_open(void)
{
	struct notify notify = { .fd = -1, .address = { .sun_family = AF_UNIX } };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (length < 2 || length >= sizeof notify.address.sun_path || (path[0] != '/' && path[0] != '@'))
		return notify;
	memcpy(notify.address.sun_path, path, length);
	if (path[0] == '@')
		notify.address.sun_path[0] = '\0'; /* unix(7): of the abstract namespace */
	notify.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	notify.watchdog_ms = watchdog_ms();
	return notify;
}

/* A name in the state may hold a line of its own, which would be a word to whoever supervises: MAINPID=1. */
static void make_state_one_line(char *text)
{
	char *state = strstr(text, "STATUS=");

	for (char *at = state; at && *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
}

/* Of a character of UTF-8 that a cut went through nothing stays: for the rest of it the whole state would be refused. */
static void drop_cut_character(char *text)
{
	size_t length = strlen(text), at = length;
	unsigned char first;

	while (at > 0 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0)
		return;
	first = (unsigned char)text[--at];
	if (length - at < (first >= 0xf0 ? 4u : first >= 0xe0 ? 3u : first >= 0xc0 ? 2u : 1u))
		text[at] = '\0';
}

static bool hand_over(const struct notify *notify, const char *text)
{
	return sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&notify->address,
	              notify->length) >= 0;
}

bool notify_again(struct notify *notify)
{
	if (notify->waiting[0] && hand_over(notify, notify->waiting))
		notify->waiting[0] = '\0';
	return !notify->waiting[0];
}

void notify_say(struct notify *notify, const char *format, ...)
{
	char text[NOTIFY_SIZE] = "";
	va_list args;
	int length;

	if (notify->fd < 0)
		return;
	va_start(args, format);
	length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	make_state_one_line(text);
	drop_cut_character(text);
	if (length <= 0 || (notify_again(notify) && hand_over(notify, text)))
		return;
	if (strncmp(text, "READY=1", 7) == 0) /* the others are said again anyhow, or make no difference */
		memcpy(notify->waiting, text, sizeof notify->waiting);
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}
