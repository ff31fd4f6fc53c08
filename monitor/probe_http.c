#include "monitor/probe_http.h"

#include "monitor/http_judge.h"
#include "monitor/http_transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64

struct service {
	const struct probe_context *context;
	CURLM *multi;
	int epoll; /* of libcurl's sockets */
	uv_poll_t poll;
	uv_timer_t timer;
	int handles; /* of libuv that are not closed yet */
};

/* ---- the end of a probe ---- */

static void end(struct http_transfer *t, enum sample_failure failure)
{
	struct probe_run *run = t->run;
	int32_t rtt_us = http_counted_us(t->plan->config, &run->record);

	http_transfer_put_back(t);
	if (failure == FAILURE_SEND)
		probe_not_sent(run);
	else if (failure != FAILURE_NONE)
		probe_down(run, failure);
	else
		probe_up(run, rtt_us > 0 ? rtt_us : 0);
}

static void complete(struct http_transfer *t, CURLcode code)
{
	const struct service *service = t->plan->service;
	enum sample_failure failure;

	http_keep_phases(t, &t->run->record);
	failure = http_judge(t, code, t->run->record.http_status);
	curl_multi_remove_handle(service->multi, t->easy);
	end(t, failure);
}

/* ---- libcurl on libuv ---- */

static void read_messages(struct service *service)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(service->multi, &left))) {
		CURLcode code = message->data.result;
		struct http_transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		complete(t, code);
	}
}

static void act(struct service *service, curl_socket_t fd, int flags)
{
	int running;

	curl_multi_socket_action(service->multi, fd, flags, &running);
	read_messages(service);
}

/*
 * libcurl's sockets are in an epoll of their own, which the loop watches as one: each lives for one probe, and
 * adding a socket to libuv and taking it out again costs twice as many system calls.
 */
static void on_sockets(uv_poll_t *poll, int status, int events)
{
	struct service *service = poll->data;
	struct epoll_event ready[EVENTS];
	int n = epoll_wait(service->epoll, ready, EVENTS, 0); /* the rest in the loop's next turn */

	(void)status;
	(void)events;
	for (int i = 0; i < n; i++) {
		int flags = ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;

		if (ready[i].events & (EPOLLIN | EPOLLHUP))
			flags |= CURL_CSELECT_IN;
		if (ready[i].events & EPOLLOUT)
			flags |= CURL_CSELECT_OUT;
		act(service, ready[i].data.fd, flags);
	}
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct service *service = arg;

	(void)multi;
	if (wait_ms < 0)
		uv_timer_stop(&service->timer);
	else
		uv_timer_start(&service->timer, on_timer, (uint64_t)wait_ms, 0);
	return 0;
}

static void free_when_closed(struct service *service)
{
	if (--service->handles > 0)
		return;
	close(service->epoll);
	free(service);
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct service *service = arg;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(service->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events =
	    (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (epoll_ctl(service->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	if (!known)
		curl_multi_assign(service->multi, fd, service); /* known from now on */
	return 0;
}

/* ---- one probe ---- */

static void request(struct http_transfer *t)
{
	struct service *service = t->plan->service;

	if (curl_multi_add_handle(service->multi, t->easy) != CURLM_OK) {
		end(t, FAILURE_SEND);
		return;
	}
	act(service, CURL_SOCKET_TIMEOUT, 0); /* connects now rather than in the loop's next turn */
}

static void resolved(struct resolve_query *query)
{
	struct http_transfer *t = query->owner;
	char host[INET6_ADDRSTRLEN];
	bool v6 = query->address.ss_family == AF_INET6;

	t->resolving = false;
	t->name_us = moment_between(t->run->started, moment_now());
	if (!query->address_length) {
		t->run->record.name_us = -1;
		end(t, FAILURE_DNS);
		return;
	}
	t->address = query->address;
	resolve_text(&query->address, host, sizeof host);
	snprintf(t->connect_text, sizeof t->connect_text, "::%s%s%s:", v6 ? "[" : "", host, v6 ? "]" : "");
	t->connect_to = (struct curl_slist){ t->connect_text, NULL };
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, &t->connect_to);
	request(t);
}

static void start(struct probe_run *run)
{
	const struct service *service = run->service;
	struct http_plan *plan = run->plan;
	struct http_transfer *t = http_transfer_take(plan);

	if (!t) {
		probe_not_sent(run);
		return;
	}
	run->state = t;
	run->record.sent_us = moment_wall_us();
	t->run = run;
	if (plan->literal) {
		t->address = plan->address;
		request(t);
		return;
	}
	t->resolving = true;
	t->query = (struct resolve_query){ .done = resolved, .owner = t };
	resolve_start(service->context->resolver, plan->config->egress.dns_servers, plan->place.host,
	              egress_family_number(&plan->config->egress), &t->query);
}

static void expire(struct probe_run *run)
{
	struct http_transfer *t = run->state;

	if (t->resolving) {
		resolve_forget(&t->query);
		t->resolving = false;
		end(t, FAILURE_DNS);
		return;
	}
	complete(t, CURLE_OPERATION_TIMEDOUT);
}

/* ---- life cycle ---- */

static void handle_closed(uv_handle_t *handle)
{
	free_when_closed(handle->data);
}

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);

	if (service && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		service->multi = curl_multi_init();
	if (service && service->multi)
		service->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!service || !service->multi || service->epoll < 0 ||
	    uv_poll_init(context->loop, &service->poll, service->epoll) < 0) {
		free(service);
		return error_set(err, ERROR_IO, "cannot set up libcurl: %s", strerror(errno));
	}
	service->context = context;
	service->handles = 2;
	uv_timer_init(context->loop, &service->timer);
	service->timer.data = service->poll.data = service;
	uv_poll_start(&service->poll, UV_READABLE, on_sockets);
	curl_multi_setopt(service->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(service->multi, CURLMOPT_SOCKETDATA, service);
	curl_multi_setopt(service->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(service->multi, CURLMOPT_TIMERDATA, service);
	*out = service;
	return 0;
}

static int prepare_tls(struct http_plan *plan, struct error *err)
{
	const struct probe_context *context = ((const struct service *)plan->service)->context;

	plan->ca_file = plan->config->ca_file ? plan->config->ca_file : context->ca_file;
	if (!plan->place.tls || !plan->config->verify_tls)
		return 0;
	if (!plan->ca_file)
		return error_set(err, ERROR_DATA, "no ca_file to verify '%.200s' with", plan->config->url);
	if (access(plan->ca_file, R_OK) < 0)
		return error_set(err, ERROR_IO, "cannot read ca_file '%s': %s", plan->ca_file,
		                 strerror(errno));
	return 0;
}

static int prepare(void *service, const void *config_pointer, void **out, struct error *err)
{
	const struct http_config *config = config_pointer;
	struct http_plan *plan = calloc(1, sizeof *plan);
	socklen_t length;

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	plan->service = service;
	*out = plan;
	if (http_place_of(config->url, &plan->place, err) < 0 || prepare_tls(plan, err) < 0)
		return err->code;
	plan->literal = resolve_literal(plan->place.host, AF_UNSPEC, &plan->address, &length);
	for (size_t i = 0; i < config->headers.count; i++) {
		struct curl_slist *more = curl_slist_append(plan->headers, config->headers.at[i]);

		if (!more)
			return error_set(err, ERROR_MEMORY, "out of memory");
		plan->headers = more;
	}
	return 0;
}

static void unprepare(void *service, void *plan_pointer)
{
	struct http_plan *plan = plan_pointer;

	(void)service;
	if (plan->spare)
		http_transfer_free(plan->spare);
	curl_slist_free_all(plan->headers);
	free(plan->place.host);
	free(plan);
}

static void close_service(void *service_pointer)
{
	struct service *service = service_pointer;

	curl_multi_cleanup(service->multi);
	uv_close((uv_handle_t *)&service->timer, handle_closed);
	uv_close((uv_handle_t *)&service->poll, handle_closed);
}

const struct probe_kind probe_http = {
	.name = "http",
	.help = "HTTP(S) request by libcurl",
	.settings = http_settings,
	.config_size = sizeof(struct http_config),
	.check = http_config_check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.unprepare = unprepare,
	.close = close_service,
};
