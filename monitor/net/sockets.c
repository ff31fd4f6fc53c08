#include "monitor/net/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64

struct sockets {
	uv_poll_t poll;
	int epoll;
	struct epoll_event ready[EVENTS]; /* of this turn; data.ptr NULL: forgotten meanwhile */
	int ready_count;
};

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct sockets *sockets = poll->data;

	(void)status;
	(void)events;
	sockets->ready_count = epoll_wait(sockets->epoll, sockets->ready, EVENTS, 0); /* the rest next turn */
	for (int i = 0; i < sockets->ready_count; i++) {
		struct socket_watch *watch = sockets->ready[i].data.ptr;

		if (watch)
			watch->ready(watch, sockets->ready[i].events);
	}
	sockets->ready_count = 0;
}

int sockets_open(struct sockets **out, uv_loop_t *loop, struct error *err)
{
	struct sockets *sockets = calloc(1, sizeof *sockets);
	int rc;

	if (!sockets)
		return error_set(err, ERROR_MEMORY, "out of memory");
	sockets->epoll = epoll_create1(EPOLL_CLOEXEC);
	rc = sockets->epoll < 0 ? -errno : uv_poll_init(loop, &sockets->poll, sockets->epoll);
	if (rc < 0) {
		if (sockets->epoll >= 0)
			close(sockets->epoll);
		free(sockets);
		return error_set(err, ERROR_IO, "cannot watch sockets: %s", strerror(-rc));
	}
	sockets->poll.data = sockets;
	uv_poll_start(&sockets->poll, UV_READABLE, on_ready);
	*out = sockets;
	return 0;
}

int sockets_watch(struct sockets *sockets, struct socket_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	int what = watch->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (watch->events == events)
		return 0;
	if (epoll_ctl(sockets->epoll, what, watch->fd, &event) < 0)
		return errno;
	watch->events = events;
	return 0;
}

void sockets_forget(struct sockets *sockets, struct socket_watch *watch)
{
	if (!watch->events)
		return;
	(void)epoll_ctl(sockets->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->events = 0;
	for (int i = 0; i < sockets->ready_count; i++)
		if (sockets->ready[i].data.ptr == watch)
			sockets->ready[i].data.ptr = NULL;
}

static void closed(uv_handle_t *handle)
{
	struct sockets *sockets = handle->data;

	close(sockets->epoll);
	free(sockets);
}

void sockets_close(struct sockets *sockets)
{
	uv_close((uv_handle_t *)&sockets->poll, closed);
}
