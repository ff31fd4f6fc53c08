#include "monitor/tls/probe_tls.h"

#include "monitor/net/connect.h"
#include "monitor/net/gate.h"
#include "monitor/tls/tls_config.h"
#include "monitor/tls/tls_contexts.h"
#include "monitor/tls/tls_handshake.h"

#include <stdlib.h>

struct service {
	const struct probe_context *context;
	struct connector *connector;
	struct tls_contexts contexts;
};

struct plan {
	struct probe_plan common;
	const struct tls_config *config;
	SSL_CTX *ctx;
};

struct flight {
	struct probe_run *run;
	struct service *service;
	const struct plan *plan;
	struct connect_attempt attempt;
	struct gate_pass pass;
	struct moment arrived; /* at the gate */
	struct tls_handshake handshake;
};

/* ---- the end of a probe ---- */

static void end(struct flight *flight, struct verdict verdict)
{
	struct probe_run *run = flight->run;
	struct service *service = flight->service;

	if (flight->handshake.finished.us)
		run->record.tls_us = record_fit32(moment_between(run->started, flight->handshake.finished));
	run->record.certificate_expiry_us = flight->handshake.watch.expiry_us;
	tls_handshake_release(&flight->handshake);
	connect_end(&flight->attempt);
	if (service->context->handshakes)
		gate_leave(service->context->handshakes, &flight->pass);
	free(flight);
	probe_end(run, verdict, run->record.tls_us);
}

/* What a finished handshake is still judged by. */
static enum sample_failure judge(const struct flight *flight)
{
	const struct tls_config *config = flight->plan->config;

	enum sample_failure failure = tls_demand_judge(&config->demand, flight->handshake.watch.expiry_us);

	if (failure != FAILURE_NONE)
		return failure;
	if (config->alpn.count && !tls_handshake_protocol_chosen(&flight->handshake))
		return FAILURE_ANSWER_MISMATCH;
	return FAILURE_NONE;
}

/* ---- the handshake ---- */

static void go_on(struct flight *flight)
{
	struct sockets *sockets = connector_sockets(flight->service->connector);
	struct verdict verdict = { 0 };
	uint32_t events = 0;
	int cause;

	switch (tls_handshake_go_on(&flight->handshake, &events, &verdict)) {
	case TLS_HANDSHAKE_WAITS:
		cause = sockets_watch(sockets, &flight->attempt.watch, events);
		if (cause)
			end(flight, verdict_not_sent(cause));
		break;
	case TLS_HANDSHAKE_FAILED:
		end(flight, verdict);
		break;
	case TLS_HANDSHAKE_DONE:
		end(flight, verdict_of(judge(flight)));
		break;
	}
}

static void on_ready(struct socket_watch *watch, uint32_t events)
{
	struct connect_attempt *attempt = watch->owner;

	(void)events;
	go_on(attempt->owner);
}

/* Has been let in by the gate. */
static void enter(void *owner)
{
	struct flight *flight = owner;

	probe_waited(flight->run, flight->arrived);
	if (tls_handshake_init(&flight->handshake, flight->plan->ctx, flight->plan->config,
	                       flight->attempt.watch.fd) < 0)
		end(flight, verdict_not_sent(ENOMEM));
	else
		go_on(flight);
}

/* ---- one probe ---- */

static void connected(struct connect_attempt *attempt)
{
	struct flight *flight = attempt->owner;
	struct gate *gate = flight->service->context->handshakes;

	connect_keep_phases(attempt, flight->run->started, &flight->run->record);
	if (attempt->verdict.failure != FAILURE_NONE) {
		end(flight, attempt->verdict);
		return;
	}
	sockets_forget(connector_sockets(flight->service->connector), &attempt->watch);
	attempt->watch.ready = on_ready;
	flight->arrived = moment_now();
	if (gate)
		gate_request(gate, &flight->pass, enter, flight);
	else
		enter(flight);
}

static void start(struct probe_run *run)
{
	struct service *service = run->service;
	const struct plan *plan = run->plan;
	struct flight *flight = probe_new_state(run, sizeof *flight);

	if (!flight)
		return;
	run->record.sent_us = moment_wall_us();
	flight->run = run;
	flight->service = service;
	flight->plan = plan;
	flight->attempt.done = connected;
	flight->attempt.owner = flight;
	connect_start(service->connector, &plan->config->place, moment_after(run->started, run->timeout_us),
	              &flight->attempt);
}

/* Whoever waits at the gate until then was kept by this side's own limit. */
static void expire(struct probe_run *run)
{
	struct flight *flight = run->state;

	if (flight->pass.state == GATE_WAITING) {
		end(flight, verdict_of(FAILURE_IN_FLIGHT_CAP));
		return;
	}
	if (!flight->attempt.connected.us)
		connect_keep_phases(&flight->attempt, run->started, &run->record);
	end(flight, connect_expired(&flight->attempt));
}

static int64_t turn(void *service_pointer)
{
	struct service *service = service_pointer;

	return connector_turn(service->connector) ? PROBE_TURN_US : PROBE_NO_TURN;
}

/* ---- life cycle ---- */

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);

	if (!service)
		return error_set(err, ERROR_MEMORY, "out of memory");
	service->context = context;
	if (connector_open(&service->connector, context->loop, context->resolver, err) < 0) {
		free(service);
		return err->code;
	}
	*out = service;
	return 0;
}

static int prepare(void *service_pointer, const void *config_pointer, struct probe_plan **out,
                   struct error *err)
{
	struct service *service = service_pointer;
	const struct tls_config *config = config_pointer;
	struct plan *plan = calloc(1, sizeof *plan);

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	plan->common.destination = config->place.host;
	*out = &plan->common;
	return tls_demand_context(&config->demand, service->context->ca_file, tls_config_name(config),
	                          &service->contexts, &plan->ctx, err);
}

static void close_service(void *service_pointer)
{
	struct service *service = service_pointer;

	connector_close(service->connector);
	tls_contexts_release(&service->contexts);
	free(service);
}

const struct probe_kind probe_tls = {
	.name = "tls",
	.help = "TLS handshake alone: chain, name, expiry, versions, client certificate; the round trip ends "
	        "with it and begins with the name's resolution",
	.settings = tls_settings,
	.config_size = sizeof(struct tls_config),
	.check = tls_config_check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.turn = turn,
	.unprepare = free,
	.close = close_service,
};
