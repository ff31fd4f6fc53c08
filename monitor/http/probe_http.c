#include "monitor/http/probe_http.h"

#include "monitor/http/http_judge.h"
#include "monitor/http/http_loop.h"
#include "monitor/http/http_transfer.h"

#include <stdlib.h>
#include <sys/socket.h>

struct service {
	const struct probe_context *context;
	struct http_loop *http;
	struct tls_contexts contexts;
	struct http_transfers transfers;
	struct http_transfer *shaken; /* their handshakes are over: their passes are to be given back */
};

/* ---- the end of a probe ---- */

static void end(struct http_transfer *t, struct verdict verdict)
{
	struct service *service = t->plan->service;
	struct probe_run *run = t->run;
	int32_t rtt_us = http_counted_us(t->plan->config, &run->record);

	if (t->pass.state != GATE_OUTSIDE)
		gate_leave(service->context->handshakes, &t->pass);
	http_transfer_put_back(&service->transfers, t);
	probe_end(run, verdict, rtt_us > 0 ? rtt_us : 0);
}

/* ---- the steps of a request: its name, the gate, libcurl ---- */

static void request(void *owner)
{
	struct http_transfer *t = owner;
	struct service *service = t->plan->service;
	int cause;

	if (t->pass.state != GATE_OUTSIDE)
		probe_waited(t->run, t->queued);
	t->begun_us = moment_between(t->run->started, moment_now());
	cause = http_loop_add(service->http, t->easy);
	if (cause)
		end(t, verdict_not_sent(cause));
}

static void pass_gate(struct http_transfer *t)
{
	const struct service *service = t->plan->service;

	if (!t->at->tls || !service->context->handshakes) {
		request(t);
		return;
	}
	t->queued = moment_now();
	gate_request(service->context->handshakes, &t->pass, request, t);
}

/* The proxy is this side's choice: its name says nothing about the target. */
static struct verdict unresolved(const struct http_transfer *t, struct verdict verdict)
{
	return t->plan->proxy.host && verdict.failure != FAILURE_SEND ? verdict_of(FAILURE_PROXY) : verdict;
}

static void resolved(struct resolve_query *query)
{
	struct http_transfer *t = query->owner;

	t->resolving = false;
	if (!query->address_count) {
		end(t, unresolved(t, query->verdict));
		return;
	}
	t->name_us = moment_between(t->run->started, moment_now());
	http_transfer_point(t);
	pass_gate(t);
}

static void look_up(struct http_transfer *t, const char *host)
{
	const struct service *service = t->plan->service;

	t->resolving = true;
	t->name_us = -1;
	t->query = (struct resolve_query){ .done = resolved, .owner = t };
	resolve_start(service->context->resolver, host, &t->plan->config->egress, &t->query);
}

/* ---- redirects ---- */

/* The name of the next place, unless it is known: the same host again, an address, or left to the proxy. */
static void find_next(struct http_transfer *t, bool same_host)
{
	t->name_us = moment_between(t->run->started, moment_now());
	if (!t->plan->proxy.host && (!same_host || !t->query.address_count)) {
		if (!address_literal(t->at->host, egress_family_number(&t->plan->config->egress),
		                     &t->query.addresses[0])) {
			look_up(t, t->at->host);
			return;
		}
		t->query.address_count = 1;
	}
	http_transfer_point(t);
	pass_gate(t);
}

static void follow(struct http_transfer *t, const char *url, int status)
{
	const struct http_config *config = t->plan->config;
	struct service *service = t->plan->service;
	struct error err = { 0 };
	struct http_place next;
	bool same_host;

	if (http_place_of(url, &next, &err) < 0) {
		end(t, err.code == ERROR_MEMORY ? verdict_not_sent(ENOMEM) : verdict_of(FAILURE_REDIRECT));
		return;
	}
	if (t->hops >= config->redirects_most ||
	    !http_redirect_allowed((enum http_redirects)config->redirects, t->at, &next)) {
		http_place_release(&next);
		end(t, verdict_of(FAILURE_REDIRECT));
		return;
	}
	same_host = http_place_same_host(t->at, &next);
	if (t->pass.state != GATE_OUTSIDE)
		gate_leave(service->context->handshakes, &t->pass);
	http_transfer_redirect(t, url, status, &next);
	http_forget_phases(&t->run->record);
	find_next(t, same_host);
}

/* ---- the course of a probe ---- */

static void complete(struct http_transfer *t, CURLcode code)
{
	struct record *record = &t->run->record;
	struct verdict verdict;
	const char *url;

	http_keep_phases(t, record);
	verdict = http_judge_transfer(t, code, record->http_status);
	if (verdict.failure != FAILURE_NONE) {
		end(t, verdict);
		return;
	}
	url = http_judge_redirect(t, record->http_status);
	if (url)
		follow(t, url, record->http_status);
	else
		end(t, http_judge_answer(t, record->http_status));
}

static void done(void *arg, CURL *easy, CURLcode code)
{
	const struct service *service = arg;
	struct http_transfer *t = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		t->socket_errno = http_loop_fault(service->http);
	complete(t, code);
}

static void handshake_over(struct http_transfer *t)
{
	struct service *service = t->plan->service;

	if (t->pass.state != GATE_OUTSIDE && !t->shaken) {
		t->shaken = true;
		t->next = service->shaken;
		service->shaken = t;
	}
}

/* Others may enter, which libcurl does not allow from within handshake_over(). */
static void after_turn(void *arg)
{
	struct service *service = arg;

	while (service->shaken) {
		struct http_transfer *t = service->shaken;

		service->shaken = t->next;
		t->shaken = false;
		gate_leave(service->context->handshakes, &t->pass);
	}
}

static void start(struct probe_run *run)
{
	struct service *service = run->service;
	struct http_plan *plan = run->plan;
	struct http_transfer *t = http_transfer_take(&service->transfers, plan);

	if (!t) {
		probe_not_sent(run, ENOMEM);
		return;
	}
	run->state = t;
	run->record.sent_us = moment_wall_us();
	t->run = run;
	if (plan->literal)
		pass_gate(t);
	else
		look_up(t, plan->proxy.host ? plan->proxy.host : plan->place.host);
}

/* Whether the transfer, whose time is over, was at least connected; libcurl does not tell. */
static bool is_connected(const struct http_transfer *t)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof peer;

	return t->fd >= 0 && getpeername(t->fd, (struct sockaddr *)&peer, &length) == 0;
}

static void expire(struct probe_run *run)
{
	struct http_transfer *t = run->state;
	const struct service *service = run->service;

	if (t->resolving) {
		end(t, unresolved(t, resolve_expire(&t->query)));
	} else if (t->pass.state == GATE_WAITING) {
		end(t, verdict_of(FAILURE_IN_FLIGHT_CAP));
	} else {
		t->connected = is_connected(t);
		http_loop_remove(service->http, t->easy);
		complete(t, CURLE_OPERATION_TIMEDOUT);
	}
}

/* ---- life cycle ---- */

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);
	struct http_loop_calls calls = { .done = done, .after = after_turn, .arg = service };

	if (!service)
		return error_set(err, ERROR_MEMORY, "out of memory");
	service->context = context;
	if (http_loop_open(&service->http, context->loop, &calls, err) < 0) {
		free(service);
		return err->code;
	}
	*out = service;
	return 0;
}

static int prepare(void *service_pointer, const void *config, struct probe_plan **out, struct error *err)
{
	struct service *service = service_pointer;
	struct http_trust trust = { service->context->ca_file, &service->contexts };
	struct http_plan *plan;

	if (http_plan_make(config, &trust, &plan, err) < 0)
		return err->code;
	plan->service = service;
	plan->handshake_over = handshake_over;
	*out = &plan->common;
	return 0;
}

static void unprepare(void *plan)
{
	http_plan_free(plan);
}

static void close_service(void *service_pointer)
{
	struct service *service = service_pointer;

	http_loop_close(service->http);
	http_transfers_release(&service->transfers);
	tls_contexts_release(&service->contexts);
	free(service);
}

const struct probe_kind probe_http = {
	.name = "http",
	.help = "HTTP or HTTPS request by libcurl, on a connection of its own",
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
