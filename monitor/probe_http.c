#include "monitor/probe_http.h"

#include "monitor/http_config.h"
#include "monitor/resolve.h"
#include "monitor/tls_expiry.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define RECEIVE_BUFFER 4096
#define EVENTS         64

struct service {
	const struct probe_context *context;
	CURLM *multi;
	int epoll; /* of libcurl's sockets */
	uv_poll_t poll;
	uv_timer_t timer;
	int handles; /* of libuv that are not closed yet */
};

/*
 * One easy handle with the target's options. Setting it up costs more than a request, so a finished one is
 * kept for the target's next probe; several exist only while several probes of the target are in flight.
 */
struct transfer {
	CURL *easy;
	struct probe_run *run;
	struct plan *plan;
	struct transfer *next;
	struct resolve_query query;
	struct sockaddr_storage address;
	struct curl_slist connect_to;
	char connect_text[80];
	struct text body;
	int64_t body_length;
	int64_t name_us;
	int64_t expiry_us;
	int socket_errno;
	bool resolving, too_long;
};

struct plan {
	const struct http_config *config;
	struct service *service;
	struct http_place place;
	bool literal; /* the host is an address */
	struct sockaddr_storage address;
	struct curl_slist *headers;
	const char *ca_file;
	struct transfer *spare;
};

/* ---- the end of a probe ---- */

/* Whether this machine has a route at all; asked only after a failure. Connecting UDP sends nothing. */
static bool has_route(const struct sockaddr_storage *address)
{
	socklen_t length =
	    address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	struct sockaddr_storage to = *address;
	int fd = socket(address->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed;

	if (fd < 0)
		return false;
	((struct sockaddr_in *)&to)->sin_port = htons(9); /* the same place in sockaddr_in6 */
	routed = connect(fd, (struct sockaddr *)&to, length) == 0;
	close(fd);
	return routed;
}

/* FAILURE_SEND: not the target's fault. */
static enum sample_failure connect_failure(const struct transfer *t)
{
	long cause = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &cause);
	if (t->socket_errno)
		return FAILURE_SEND;
	switch (cause) {
	case ECONNREFUSED:
		return FAILURE_REFUSED;
	case ETIMEDOUT:
		return FAILURE_TIMEOUT;
	case ECONNRESET:
		return FAILURE_RESET;
	case EADDRNOTAVAIL:
	case EACCES:
	case EPERM:
	case ENOBUFS:
	case ENOMEM:
		return FAILURE_SEND;
	default:
		return has_route(&t->address) ? FAILURE_UNREACHABLE : FAILURE_SEND;
	}
}

static enum sample_failure transfer_failure(const struct transfer *t, CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return connect_failure(t);
	case CURLE_COULDNT_RESOLVE_HOST:
		return FAILURE_DNS;
	case CURLE_OPERATION_TIMEDOUT:
		return FAILURE_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return FAILURE_TLS;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return FAILURE_RESET;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
		return FAILURE_SEND;
	default: /* not HTTP, too long, a header without end … */
		return FAILURE_PROTOCOL;
	}
}

/* A cumulative phase, -1 when it was not reached. */
static int32_t phase_us(const struct transfer *t, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, info, &us);
	if (us <= 0)
		return -1;
	us += t->name_us;
	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

static void keep_phases(const struct transfer *t, struct record *record)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	record->http_status = (int16_t)status;
	record->name_us = t->name_us < INT32_MAX ? (int32_t)t->name_us : INT32_MAX;
	record->connect_us = phase_us(t, CURLINFO_CONNECT_TIME_T);
	record->tls_us = t->plan->place.tls ? phase_us(t, CURLINFO_APPCONNECT_TIME_T) : -1;
	record->first_byte_us = phase_us(t, CURLINFO_STARTTRANSFER_TIME_T);
	record->total_us = phase_us(t, CURLINFO_TOTAL_TIME_T);
	record->certificate_expiry_us = t->expiry_us;
}

static int32_t counted_us(const struct http_config *config, const struct record *record)
{
	switch ((enum http_phase)config->rtt_phase) {
	case HTTP_PHASE_NAME:
		return record->name_us;
	case HTTP_PHASE_CONNECT:
		return record->connect_us;
	case HTTP_PHASE_TLS:
		return record->tls_us;
	case HTTP_PHASE_FIRST_BYTE:
		return record->first_byte_us;
	case HTTP_PHASE_TOTAL:
		break;
	}
	return record->total_us;
}

static enum sample_failure judge(const struct transfer *t, CURLcode code, int status)
{
	const struct http_config *config = t->plan->config;

	if (t->too_long)
		return FAILURE_PROTOCOL;
	if (code != CURLE_OK)
		return transfer_failure(t, code);
	if (!http_status_expected(config->expect_status, status))
		return FAILURE_HTTP_STATUS;
	if (text_failed(&t->body))
		return FAILURE_SEND;
	if (config->expect_body &&
	    !memmem(text_string(&t->body), t->body.length, config->expect_body, strlen(config->expect_body)))
		return FAILURE_BODY_MISMATCH;
	return FAILURE_NONE;
}

static void free_transfer(struct transfer *t)
{
	if (t->easy)
		curl_easy_cleanup(t->easy);
	text_release(&t->body);
	free(t);
}

/* Gives the transfer back to its target; its easy handle is in no multi handle any more. */
static void put_back(struct transfer *t)
{
	t->run = NULL;
	if (t->plan->spare) {
		free_transfer(t);
		return;
	}
	if (t->body.size > 65536)
		text_release(&t->body);
	t->plan->spare = t;
}

static void end(struct transfer *t, enum sample_failure failure)
{
	struct probe_run *run = t->run;
	int32_t rtt_us = counted_us(t->plan->config, &run->record);

	put_back(t);
	if (failure == FAILURE_SEND)
		probe_not_sent(run);
	else if (failure != FAILURE_NONE)
		probe_down(run, failure);
	else
		probe_up(run, rtt_us > 0 ? rtt_us : 0);
}

static void complete(struct transfer *t, CURLcode code)
{
	enum sample_failure failure;

	keep_phases(t, &t->run->record);
	failure = judge(t, code, t->run->record.http_status);
	curl_multi_remove_handle(t->plan->service->multi, t->easy);
	end(t, failure);
}

/* ---- libcurl on libuv ---- */

static void read_messages(struct service *service)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(service->multi, &left))) {
		CURLcode code = message->data.result;
		struct transfer *t = NULL;

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

/* ---- setting up ---- */

static size_t keep_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t length = size * count;

	t->body_length += (int64_t)length;
	if (t->body_length > t->plan->config->body_limit_bytes) {
		t->too_long = true;
		return 0;
	}
	if (t->plan->config->expect_body)
		text_append(&t->body, bytes, length);
	return length;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);

	(void)purpose;
	t->socket_errno = fd < 0 ? errno : 0;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static CURLcode set_up_tls(CURL *easy, void *ssl_ctx, void *arg)
{
	struct transfer *t = arg;

	(void)easy;
	tls_expiry_watch(ssl_ctx, &t->expiry_us);
	return CURLE_OK;
}

static void set_tls_options(struct transfer *t)
{
	const struct http_config *config = t->plan->config;

	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, config->verify_tls ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, config->verify_tls ? 2L : 0L);
	/* a CA directory, Debian's default, keeps libcurl from sharing the parsed CA file */
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, t->plan->ca_file);
	curl_easy_setopt(t->easy, CURLOPT_CA_CACHE_TIMEOUT, 3600L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
}

static void set_request_options(struct transfer *t)
{
	const struct http_config *config = t->plan->config;

	if (config->body) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(config->body));
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, config->body);
	}
	if (strcmp(config->method, "HEAD") == 0)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else if (strcmp(config->method, "GET") != 0 || config->body)
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, config->method);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "govsla-slamon/" GOVSLA_VERSION);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->plan->headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void set_options(struct transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_URL, t->plan->config->url);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, ""); /* not that of the environment */
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, 4000L); /* the observer keeps the time */
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	set_request_options(t);
	if (t->plan->place.tls)
		set_tls_options(t);
}

static struct transfer *take_transfer(struct plan *plan)
{
	struct transfer *t = plan->spare;

	if (t) {
		plan->spare = NULL;
		return t;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->plan = plan;
	t->easy = curl_easy_init();
	if (!t->easy) {
		free(t);
		return NULL;
	}
	set_options(t);
	return t;
}

/* ---- one probe ---- */

static void request(struct transfer *t)
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
	struct transfer *t = query->owner;
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

static int family_number(const struct http_config *config)
{
	return config->family == HTTP_FAMILY_V4   ? AF_INET
	       : config->family == HTTP_FAMILY_V6 ? AF_INET6
	                                          : AF_UNSPEC;
}

static void start(struct probe_run *run)
{
	struct plan *plan = run->plan;
	struct transfer *t = take_transfer(plan);

	if (!t) {
		probe_not_sent(run);
		return;
	}
	run->state = t;
	run->record.sent_us = moment_wall_us();
	t->run = run;
	t->name_us = t->expiry_us = t->body_length = 0;
	t->socket_errno = 0;
	t->too_long = false;
	text_clear(&t->body);
	if (plan->literal) {
		t->address = plan->address;
		request(t);
		return;
	}
	t->resolving = true;
	t->query = (struct resolve_query){ .done = resolved, .owner = t };
	resolve_start(plan->service->context->resolver, plan->config->dns_servers, plan->place.host,
	              family_number(plan->config), &t->query);
}

static void expire(struct probe_run *run)
{
	struct transfer *t = run->state;

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

static int prepare_tls(struct plan *plan, struct error *err)
{
	plan->ca_file = plan->config->ca_file ? plan->config->ca_file : plan->service->context->ca_file;
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
	struct plan *plan = calloc(1, sizeof *plan);
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
	struct plan *plan = plan_pointer;

	(void)service;
	if (plan->spare)
		free_transfer(plan->spare);
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
