#include "monitor/tcp/probe_tcp.h"

#include "base/text.h"
#include "monitor/net/connect.h"
#include "monitor/net/egress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define CHUNK 4096

struct tcp_config {
	struct connect_place place;
	const char *send, *expect;
	int64_t expect_limit_bytes;
};

#define PLACE(member) .place = offsetof(struct tcp_config, member)

static const struct setting settings[] = {
	{ .key = "host",
	  .type = SETTING_STRING,
	  .required = true,
	  .check = setting_check_filled,
	  PLACE(place.host),
	  .help = "address or name; of a name's addresses the next is tried when one fails or is silent" },
	{ .key = "port",
	  .type = SETTING_INTEGER,
	  .required = true,
	  .least = 1,
	  .most = 65535,
	  PLACE(place.port),
	  .help = "TCP port" },
	{ .key = "send",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(send),
	  .help = "text to send once connected, such as \"HELO govsla\\r\\n\"; needs expect" },
	{ .key = "expect",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(expect),
	  .help = "text that must come, such as \"220 \", compared byte by byte; otherwise down (answer "
	          "mismatch, or timeout while the other side neither closes nor goes on)" },
	{ .key = "expect_limit_bytes",
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "4096",
	  .least = 1,
	  .most = 1048576,
	  PLACE(expect_limit_bytes),
	  .help = "within how many bytes of the answer" },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(place.egress) },
	{ .key = NULL },
};

struct plan {
	struct probe_plan common;
	const struct tcp_config *config;
};

struct flight {
	struct probe_run *run;
	const struct tcp_config *config;
	struct sockets *sockets;
	struct connect_attempt attempt;
	size_t sent;
	struct text answer;
};

/* ---- the end of a probe ---- */

static int32_t elapsed_us(const struct flight *flight)
{
	return record_fit32(moment_between(flight->run->started, moment_now()));
}

/* The round trip of the SYN is the kernel's; that an expected text was in time is known when it was read in time. */
static bool is_kernel_timed(const struct flight *flight)
{
	const struct connect_attempt *attempt = &flight->attempt;
	struct moment over = flight->config->expect ? moment_now() : attempt->connected;

	return attempt->kernel_timed && moment_between(flight->run->started, over) <= flight->run->timeout_us;
}

static void end(struct flight *flight, struct verdict verdict)
{
	struct probe_run *run = flight->run;
	int64_t rtt_us = flight->attempt.round_trip_us;

	run->kernel_timed = verdict.failure == FAILURE_NONE && is_kernel_timed(flight);
	connect_keep_phases(&flight->attempt, run->started, &run->record);
	if (flight->answer.length > 0)
		run->record.total_us = elapsed_us(flight);
	connect_end(&flight->attempt);
	text_release(&flight->answer);
	free(flight);
	probe_end(run, verdict, rtt_us);
}

/* ---- what is said on the connection ---- */

static struct verdict failure_now(void)
{
	switch (errno) {
	case ETIMEDOUT:
		return verdict_of(FAILURE_TIMEOUT);
	case ENOMEM:
	case ENOBUFS:
		return verdict_not_sent(errno);
	default:
		return verdict_of(FAILURE_RESET);
	}
}

/* Takes a piece of the answer. True: that decides it. */
static bool take(struct flight *flight, const char *bytes, size_t length, struct verdict *out)
{
	const struct tcp_config *config = flight->config;
	struct text *answer = &flight->answer;
	size_t expected = strlen(config->expect), room = (size_t)config->expect_limit_bytes - answer->length;
	size_t seen =
	    answer->length >= expected ? answer->length - expected + 1 : 0; /* no match starts before */

	if (answer->length == 0)
		flight->run->record.first_byte_us = elapsed_us(flight);
	text_append(answer, bytes, length < room ? length : room);
	*out = verdict_not_sent(ENOMEM);
	if (text_failed(answer))
		return true;
	*out = verdict_of(FAILURE_NONE);
	if (memmem(answer->bytes + seen, answer->length - seen, config->expect, expected))
		return true;
	*out = verdict_of(FAILURE_ANSWER_MISMATCH);
	return length >= room;
}

/* Reads what is there. True: the probe is decided. */
static bool hear(struct flight *flight, struct verdict *out)
{
	char bytes[CHUNK];

	for (;;) {
		ssize_t n = recv(flight->attempt.watch.fd, bytes, sizeof bytes, 0);

		if (n > 0 && take(flight, bytes, (size_t)n, out))
			return true;
		if (n == 0) {
			*out = verdict_of(flight->answer.length ? FAILURE_ANSWER_MISMATCH : FAILURE_RESET);
			return true;
		}
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR) {
			*out = failure_now();
			return true;
		}
	}
}

/* Sends what is left to be sent. True: that failed. */
static bool say(struct flight *flight, struct verdict *out)
{
	const char *text = flight->config->send;

	while (text && text[flight->sent]) {
		ssize_t n = send(flight->attempt.watch.fd, text + flight->sent, strlen(text + flight->sent),
		                 MSG_NOSIGNAL);

		if (n >= 0)
			flight->sent += (size_t)n;
		else if (errno == EAGAIN)
			return false;
		else if (errno != EINTR) {
			*out = failure_now();
			return true;
		}
	}
	return false;
}

/* Hears first: a server that refuses may have said so before it closed. */
static void talk(struct flight *flight)
{
	const char *text = flight->config->send;
	struct verdict verdict;
	int cause;

	if (hear(flight, &verdict) || say(flight, &verdict)) {
		end(flight, verdict);
		return;
	}
	cause = sockets_watch(flight->sockets, &flight->attempt.watch,
	                      EPOLLIN | (text && text[flight->sent] ? EPOLLOUT : 0));
	if (cause)
		end(flight, verdict_not_sent(cause));
}

static void on_ready(struct socket_watch *watch, uint32_t events)
{
	struct connect_attempt *attempt = watch->owner;

	(void)events;
	talk(attempt->owner);
}

/* ---- one probe ---- */

static void connected(struct connect_attempt *attempt)
{
	struct flight *flight = attempt->owner;

	if (attempt->verdict.failure != FAILURE_NONE || !flight->config->expect) {
		end(flight, attempt->verdict);
		return;
	}
	attempt->watch.ready = on_ready;
	talk(flight);
}

static void start(struct probe_run *run)
{
	struct connector *connector = run->service;
	const struct plan *plan = run->plan;
	struct flight *flight = probe_new_state(run, sizeof *flight);

	if (!flight)
		return;
	run->record.sent_us = moment_wall_us();
	flight->run = run;
	flight->config = plan->config;
	flight->sockets = connector_sockets(connector);
	flight->attempt.done = connected;
	flight->attempt.owner = flight;
	connect_start(connector, &plan->config->place, moment_after(run->started, run->timeout_us),
	              &flight->attempt);
}

static void expire(struct probe_run *run)
{
	struct flight *flight = run->state;

	end(flight, connect_expired(&flight->attempt));
}

static int64_t turn(void *connector)
{
	return connector_turn(connector) ? PROBE_TURN_US : PROBE_NO_TURN;
}

/* ---- life cycle ---- */

static int check(const struct node *probe, const void *config_pointer, struct error *err)
{
	const struct tcp_config *config = config_pointer;
	struct node node = node_member(probe, "send"), expect = node_member(probe, "expect");

	if (config->send && !config->expect)
		return node_fail(&node, err, "needs the key 'expect'");
	if (config->expect && (int64_t)strlen(config->expect) > config->expect_limit_bytes)
		return node_fail(&expect, err, "is longer than 'expect_limit_bytes', %lld",
		                 (long long)config->expect_limit_bytes);
	return egress_check(probe, &config->place.egress, config->place.host, "host", false, err);
}

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct connector *connector;

	if (connector_open(&connector, context->loop, context->resolver, err) < 0)
		return err->code;
	*out = connector;
	return 0;
}

static int prepare(void *service, const void *config_pointer, struct probe_plan **out, struct error *err)
{
	const struct tcp_config *config = config_pointer;
	struct plan *plan = calloc(1, sizeof *plan);

	(void)service;
	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	plan->common.destination = config->place.host;
	*out = &plan->common;
	return 0;
}

static void close_service(void *connector)
{
	connector_close(connector);
}

const struct probe_kind probe_tcp = {
	.name = "tcp",
	.help = "TCP connection, and what is said on it; the round trip is that of the SYN, without the "
	        "name's resolution",
	.settings = settings,
	.config_size = sizeof(struct tcp_config),
	.check = check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.turn = turn,
	.unprepare = free,
	.close = close_service,
};
