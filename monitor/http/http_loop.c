#include "monitor/http/http_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64

struct http_loop {
	struct http_loop_calls calls;
	CURLM *multi;
	int epoll; /* of libcurl's sockets */
	int fault; /* errno of the last socket that could not be watched */
	uv_poll_t poll;
	uv_timer_t timer;
	int handles; /* of libuv that are not closed yet */
};

static void read_messages(struct http_loop *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(http->multi, easy);
		http->calls.done(http->calls.arg, easy, code);
	}
}

static void act(struct http_loop *http, curl_socket_t fd, int flags)
{
	int running;

	curl_multi_socket_action(http->multi, fd, flags, &running);
	http->calls.after(http->calls.arg);
	read_messages(http);
}

/*
 * libcurl's sockets are in an epoll of their own, which the loop watches as one: each lives for one probe, and
 * adding a socket to libuv and taking it out again costs twice as many system calls.
 */
static void on_sockets(uv_poll_t *poll, int status, int events)
{
	struct http_loop *http = poll->data;
	struct epoll_event ready[EVENTS];
	int n = epoll_wait(http->epoll, ready, EVENTS, 0); /* the rest in the loop's next turn */

	(void)status;
	(void)events;
	for (int i = 0; i < n; i++) {
		int flags = ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;

		if (ready[i].events & (EPOLLIN | EPOLLHUP))
			flags |= CURL_CSELECT_IN;
		if (ready[i].events & EPOLLOUT)
			flags |= CURL_CSELECT_OUT;
		act(http, ready[i].data.fd, flags);
	}
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct http_loop *http = arg;

	(void)multi;
	if (wait_ms < 0)
		uv_timer_stop(&http->timer);
	else
		uv_timer_start(&http->timer, on_timer, (uint64_t)wait_ms, 0);
	return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct http_loop *http = arg;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events =
	    (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (epoll_ctl(http->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0) {
		http->fault = errno;
		return -1;
	}
	if (!known)
		curl_multi_assign(http->multi, fd, http); /* known from now on */
	return 0;
}

int http_loop_add(struct http_loop *http, CURL *easy)
{
	CURLMcode code = curl_multi_add_handle(http->multi, easy);

	if (code != CURLM_OK)
		return code == CURLM_ABORTED_BY_CALLBACK && http->fault ? http->fault : ENOMEM;
	act(http, CURL_SOCKET_TIMEOUT, 0);
	return 0;
}

int http_loop_fault(const struct http_loop *http)
{
	return http->fault;
}

void http_loop_remove(struct http_loop *http, CURL *easy)
{
	curl_multi_remove_handle(http->multi, easy);
}

/* ---- life cycle ---- */

static void handle_closed(uv_handle_t *handle)
{
	struct http_loop *http = handle->data;

	if (--http->handles > 0)
		return;
	close(http->epoll);
	free(http);
}

static void set_options(struct http_loop *http)
{
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
}

int http_loop_open(struct http_loop **out, uv_loop_t *loop, const struct http_loop_calls *calls,
                   struct error *err)
{
	struct http_loop *http = calloc(1, sizeof *http);

	if (http && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		http->multi = curl_multi_init();
	if (http && http->multi)
		http->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!http || !http->multi || http->epoll < 0 || uv_poll_init(loop, &http->poll, http->epoll) < 0) {
		error_set(err, ERROR_IO, "cannot set up libcurl: %s", strerror(errno));
		if (http && http->multi)
			curl_multi_cleanup(http->multi);
		if (http && http->epoll > 0)
			close(http->epoll);
		free(http);
		return err->code;
	}
	http->calls = *calls;
	http->handles = 2;
	uv_timer_init(loop, &http->timer);
	http->timer.data = http->poll.data = http;
	uv_poll_start(&http->poll, UV_READABLE, on_sockets);
	set_options(http);
	*out = http;
	return 0;
}

void http_loop_close(struct http_loop *http)
{
	curl_multi_cleanup(http->multi);
	uv_close((uv_handle_t *)&http->timer, handle_closed);
	uv_close((uv_handle_t *)&http->poll, handle_closed);
}
