#include "monitor/stamp/probe_stamp.h"

#include "base/log.h"
#include "monitor/record/clock.h"
#include "monitor/probe/heap.h"
#include "monitor/net/resolve.h"
#include "monitor/stamp/stamp_config.h"
#include "monitor/stamp/stamp_key.h"
#include "monitor/stamp/stamp_session.h"

#include <errno.h>
#include <stdlib.h>

struct service {
	const struct probe_context *context;
	struct heap sends; /* of flights, by the moment of their next packet */
	uv_timer_t timer;
	struct stamp_counts counts;
	struct drops_log drops_log;
};

struct plan {
	struct probe_plan common;
	struct service *service;
	const struct stamp_config *config;
	union address literal; /* AF_UNSPEC: a name */
	struct stamp_key key;
	struct stamp_options options;
	struct stamp_session *session; /* in use; NULL: none yet */
};

/* Of a run. */
struct flight {
	struct probe_run *run;
	struct resolve_query query;
	struct heap_entry next_send;
	struct stamp_burst *burst; /* NULL while the name is being resolved */
};

/* ---- ending ---- */

/* Takes everything from a run that has sent; the burst's numbers are returned, the burst is the session's. */
static struct stamp_burst let_go(struct probe_run *run, int32_t *forward, int32_t *backward)
{
	struct plan *plan = run->plan;
	struct flight *flight = run->state;
	struct stamp_burst burst = *flight->burst;

	heap_remove(&plan->service->sends, &flight->next_send);
	stamp_session_end(burst.session, flight->burst, forward, backward);
	if (burst.session != plan->session && !stamp_session_busy(burst.session))
		stamp_session_close(burst.session);
	free(flight);
	run->state = NULL;
	return burst;
}

/* cause: an errno. */
static void not_sent(struct probe_run *run, int cause)
{
	int32_t forward, backward;

	(void)let_go(run, &forward, &backward);
	probe_not_sent(run, cause);
}

/* dropped: answers may have been lost at this machine. */
static enum sample_failure failure_of(const struct stamp_burst *burst, int64_t loss_allowed, bool dropped)
{
	size_t lost = burst->packets - burst->answered;

	if (burst->answered && (int64_t)lost <= loss_allowed)
		return FAILURE_NONE;
	if (dropped && lost > burst->refused)
		return FAILURE_NOT_RUNNING;
	if (burst->answered)
		return FAILURE_LOSS;
	return burst->refused ? (enum sample_failure)burst->failure : FAILURE_TIMEOUT;
}

/* Judges the run, whose packets have all been sent, by the answers that are here. */
static void judge(struct probe_run *run)
{
	const struct plan *plan = run->plan;
	struct record_stamp *stamp = &run->record.stamp;
	const struct stamp_burst *sent = ((struct flight *)run->state)->burst;
	bool dropped = stamp_session_dropped(sent->session, sent);
	int32_t forward, backward;
	struct stamp_burst burst = let_go(run, &forward, &backward);
	int64_t rtt_us = -1;

	*stamp = (struct record_stamp){ -1,
		                        -1,
		                        -1,
		                        -1,
		                        forward,
		                        backward,
		                        (int16_t)burst.packets,
		                        (int16_t)(burst.packets - burst.answered) };
	if (burst.answered)
		rtt_us = stamp_sum_delays(&burst.sum, clock_state_read().max_error_us, stamp);
	run->kernel_timed = burst.answered && burst.kernel_timed;
	probe_end(run, verdict_of(failure_of(&burst, plan->config->loss_allowed, dropped)), rtt_us);
}

static void conclude(struct probe_run *run)
{
	const struct stamp_burst *burst = ((struct flight *)run->state)->burst;

	if (burst->cause)
		not_sent(run, burst->cause);
	else
		judge(run);
}

static void on_complete(struct stamp_burst *burst)
{
	conclude(((struct flight *)burst->owner)->run);
}

/* Answers may be waiting in the socket, if this process could not run: read before judging. */
static void expire(struct probe_run *run)
{
	struct flight *flight = run->state;

	if (!flight->burst) {
		struct verdict verdict = resolve_expire(&flight->query);

		free(flight);
		run->state = NULL;
		probe_end(run, verdict, -1);
		return;
	}
	if (flight->burst->sent < flight->burst->packets) { /* the loop could not keep up */
		not_sent(run, ETIME);
		return;
	}
	stamp_session_receive(flight->burst->session);
	if (run->state == flight)
		conclude(run);
}

/* ---- sending ---- */

static void arm(struct service *service);

static void send_next(struct flight *flight)
{
	struct probe_run *run = flight->run;
	struct plan *plan = run->plan;
	struct stamp_burst *burst = flight->burst;
	struct service *service = plan->service;
	struct moment now = moment_now();
	int cause;

	heap_remove(&service->sends, &flight->next_send);
	cause = stamp_session_send(burst->session, burst);
	if (cause) {
		not_sent(run, cause);
		return;
	}
	if (burst->sent == 1)
		run->record.sent_us = burst->packet[0].trip.sent_wall_ns / 1000;
	if (burst->sent < burst->packets &&
	    heap_add(&service->sends, &flight->next_send,
	             moment_after(now, plan->config->spacing_ms * 1000).us) < 0)
		not_sent(run, ENOMEM);
}

static void on_timer(uv_timer_t *timer)
{
	struct service *service = timer->data;
	int64_t now_us = moment_now().us;
	struct heap_entry *top;

	while ((top = heap_top(&service->sends)) && top->key <= now_us)
		send_next((struct flight *)((char *)top - offsetof(struct flight, next_send)));
	arm(service);
}

static void arm(struct service *service)
{
	const struct heap_entry *top = heap_top(&service->sends);
	int64_t wait_us = top ? top->key - moment_now().us : -1;

	if (!top)
		return;
	uv_update_time(service->context->loop);
	uv_timer_start(&service->timer, on_timer, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

/* The session to one of the addresses: the one that is there, as long as the name still has its address. */
static int use_session(struct plan *plan, const union address *addresses, size_t count)
{
	struct stamp_session *former = plan->session, *session;
	union address address = addresses[0];
	int cause;

	for (size_t i = 0; former && i < count; i++)
		if (stamp_session_is_to(former, &addresses[i]))
			return 0;
	address_set_port(&address, (uint16_t)plan->config->port);
	cause = stamp_session_open(&session, plan->service->context->loop, &plan->options, &address);
	if (cause)
		return cause;
	plan->session = session;
	if (former && !stamp_session_busy(former))
		stamp_session_close(former);
	return 0;
}

static void begin(struct flight *flight, const union address *addresses, size_t count)
{
	struct probe_run *run = flight->run;
	struct plan *plan = run->plan;
	size_t packets = (size_t)plan->config->packets;
	struct stamp_burst *burst = NULL;
	int cause = use_session(plan, addresses, count);

	if (!cause)
		burst = stamp_burst_new(packets);
	if (!burst) {
		free(flight);
		run->state = NULL;
		probe_not_sent(run, cause ? cause : ENOMEM);
		return;
	}
	burst->owner = flight;
	burst->timeout_us = run->timeout_us;
	flight->burst = burst;
	stamp_session_begin(plan->session, burst);
	send_next(flight);
	arm(plan->service);
}

static void resolved(struct resolve_query *query)
{
	struct flight *flight = query->owner;
	struct probe_run *run = flight->run;

	if (query->address_count) {
		begin(flight, query->addresses, query->address_count);
		return;
	}
	run->state = NULL;
	probe_end(run, query->verdict, -1);
	free(flight);
}

static void start(struct probe_run *run)
{
	struct plan *plan = run->plan;
	struct flight *flight = probe_new_state(run, sizeof *flight);
	const struct stamp_config *config = plan->config;

	if (!flight)
		return;
	flight->run = run;
	if (plan->literal.any.sa_family != AF_UNSPEC) {
		begin(flight, &plan->literal, 1);
		return;
	}
	run->record.sent_us = moment_wall_us();
	flight->query = (struct resolve_query){ .done = resolved, .owner = flight };
	resolve_start(plan->service->context->resolver, config->host, &config->egress, &flight->query);
}

/* ---- life cycle ---- */

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);

	if (!service)
		return error_set(err, ERROR_MEMORY, "out of memory");
	service->context = context;
	service->drops_log.who = probe_stamp.name;
	uv_timer_init(context->loop, &service->timer);
	service->timer.data = service;
	*out = service;
	return 0;
}

static int prepare(void *service_pointer, const void *config_pointer, struct probe_plan **out,
                   struct error *err)
{
	struct service *service = service_pointer;
	const struct stamp_config *config = config_pointer;
	struct plan *plan = calloc(1, sizeof *plan);

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->service = service;
	plan->config = config;
	plan->common.destination = config->host;
	*out = &plan->common;
	if (config->key_file && stamp_key_load(&plan->key, config->key_file, err) < 0)
		return err->code;
	plan->options = (struct stamp_options){ .egress = &config->egress,
		                                .key = &plan->key,
		                                .padding = (size_t)config->padding_bytes,
		                                .stateful = config->reflector == STAMP_REFLECTOR_STATEFUL,
		                                .counts = &service->counts,
		                                .drops_log = &service->drops_log,
		                                .complete = on_complete };
	(void)address_literal(config->host, egress_family_number(&config->egress), &plan->literal);
	return 0;
}

static void unprepare(void *plan_pointer)
{
	struct plan *plan = plan_pointer;

	if (plan->session)
		stamp_session_close(plan->session);
	free(plan);
}

static void free_service(uv_handle_t *handle)
{
	struct service *service = handle->data;

	heap_release(&service->sends);
	free(service);
}

static void close_service(void *service_pointer)
{
	struct service *service = service_pointer;
	const struct stamp_counts *counts = &service->counts;

	if (counts->stray || counts->forged || counts->again)
		log_line("stamp", "dropped: %lld strange or late, %lld with a wrong key, %lld doubled",
		         (long long)counts->stray, (long long)counts->forged, (long long)counts->again);
	uv_close((uv_handle_t *)&service->timer, free_service);
}

const struct probe_kind probe_stamp = {
	.name = "stamp",
	.help = "STAMP (RFC 8762) to a reflector, such as `slamon reflect`: round trip less the reflector's "
	        "time, one-way delays, loss by direction",
	.settings = stamp_settings,
	.config_size = sizeof(struct stamp_config),
	.shares_socket = true, /* one for each target, kept */
	.sends_for_ms = stamp_config_sends_for_ms,
	.check = stamp_config_check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.unprepare = unprepare,
	.close = close_service,
};
