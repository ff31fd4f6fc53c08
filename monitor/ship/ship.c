/* ship: its life, its states, and what happens between them: connecting, failing, backing off. */
#include "monitor/ship/ship_part.h"

#include "monitor/ship/ship_advice.h"
#include "monitor/ship/ship_sql.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BACK_OFF_DOUBLINGS 6 /* the longest wait is about 60 times the first */

static const char *const state_names[] = {
	[SHIP_IDLE] = "idle",
	[SHIP_RESOLVING] = "resolving",
	[SHIP_CONNECTING] = "connecting",
	[SHIP_OPENING] = "opening",
	[SHIP_MARKING] = "marking",
	[SHIP_CLEARING] = "clearing",
	[SHIP_WAITING] = "waiting",
	[SHIP_PARTITIONING] = "partitioning",
	[SHIP_LOCKING] = "locking",
	[SHIP_COPYING] = "copying",
	[SHIP_COMMITTING] = "committing",
	[SHIP_TIDYING] = "tidying",
	[SHIP_BACKING_OFF] = "backing off",
	[SHIP_CLOSING] = "closing",
};

static void on_stall(uv_timer_t *timer);
static void on_tick(uv_timer_t *timer);

void ship_tell(struct ship *ship, const char *text)
{
	if (ship->options.report)
		ship->options.report(ship->options.report_context, text);
}

void ship_enter(struct ship *ship, enum ship_state state)
{
	ship->state = state;
	ship->counters.connected = state >= SHIP_OPENING && state <= SHIP_TIDYING;
	if (state == SHIP_WAITING || state == SHIP_BACKING_OFF || state == SHIP_CLOSING ||
	    state == SHIP_TIDYING)
		uv_timer_stop(&ship->stall);
	else
		uv_timer_start(&ship->stall, on_stall, (uint64_t)ship->options.stall_ms, 0);
}

void ship_ask(struct ship *ship, enum ship_state state)
{
	assert(!text_failed(&ship->sql)); /* a few hundred bytes, allocated in ship_init */
	ship_enter(ship, state);
	ship_link_query(&ship->link, text_string(&ship->sql));
}

/* ---- failing and backing off ---- */

static int64_t back_off_ms(const struct ship *ship)
{
	int doublings =
	    ship->failed_in_a_row < BACK_OFF_DOUBLINGS ? ship->failed_in_a_row : BACK_OFF_DOUBLINGS;
	int64_t most = (int64_t)ship->options.back_off_ms << doublings;
	uint32_t jitter = 0;

	/* half of it by chance, so that a thousand monitors do not come back in step */
	if (getrandom(&jitter, sizeof(jitter), 0) != (ssize_t)sizeof(jitter))
		jitter = (uint32_t)uv_hrtime();
	return most / 2 + (int64_t)(jitter % (uint64_t)(most / 2 + 1));
}

void ship_back_off(struct ship *ship)
{
	int64_t wait_ms = back_off_ms(ship);

	ship_link_close(&ship->link);
	ship->sending = NULL;
	ship->known_days = 0;
	ship->failed_in_a_row++;
	ship_enter(ship, SHIP_BACKING_OFF);
	uv_timer_start(&ship->tick, on_tick, (uint64_t)wait_ms, 0);
}

static void fail(struct ship *ship, const char *text, const char *advice)
{
	char line[1000];

	ship->counters.failures++;
	/* said once, not at every attempt of a long outage */
	if (strcmp(ship->counters.last_error, text) != 0) {
		snprintf(ship->counters.last_error, sizeof(ship->counters.last_error), "%s", text);
		snprintf(line, sizeof(line), "%s; records wait in the spool, trying again%s%s", text,
		         advice ? "; " : "", advice ? advice : "");
		ship_tell(ship, line);
	}
	ship_back_off(ship);
}

void ship_fail(struct ship *ship, const char *text)
{
	fail(ship, text, NULL);
}

void ship_fail_of(struct ship *ship, const char *sqlstate, const char *text)
{
	fail(ship, text, ship_advice(sqlstate, text));
}

static void on_stall(uv_timer_t *timer)
{
	struct ship *ship = timer->data;
	char text[200];

	snprintf(text, sizeof(text), "no progress while %s for %d ms%s", state_names[ship->state],
	         (int)ship->options.stall_ms,
	         ship_link_computes(&ship->link)
	             ? ": the server has us compute without end, as SCRAM allows: is it PostgreSQL?"
	             : "");
	/* perhaps the transaction is more than the server can do in that time */
	if (ship->sending && ship->sending->records > 1)
		ship->limit = ship->sending->records / 2;
	if (ship->state == SHIP_RESOLVING)
		uv_cancel((uv_req_t *)&ship->resolve);
	ship_fail(ship, text);
}

/* ---- connecting ---- */

static void connect_resolved(struct ship *ship)
{
	char application[SHIP_APPLICATION_SIZE];

	ship_enter(ship, SHIP_CONNECTING);
	ship_link_connect(&ship->link, &ship->connect,
	                  ship_application(application, spool_stream(ship->options.spool)));
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct ship *ship = request->data;
	bool ok = status == 0 && ship_connect_resolved(&ship->connect, found);
	char text[300];

	ship->resolving = false;
	uv_freeaddrinfo(found);
	if (ship->state == SHIP_CLOSING) {
		ship_release_if_closed(ship);
		return;
	}
	if (ship->state != SHIP_RESOLVING)
		return;
	if (ok) {
		connect_resolved(ship);
		return;
	}
	snprintf(text, sizeof(text), "host '%s' of the database cannot be resolved: %s", ship->connect.host,
	         status < 0 ? uv_strerror(status) : "no address");
	ship_fail(ship, text);
}

void ship_go_online(struct ship *ship)
{
	struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

	if (ship_link_dials(&ship->link)) { /* one that was given up, held up in some library: never two */
		ship_back_off(ship);
		return;
	}
	if (!ship->connect.host) {
		connect_resolved(ship);
		return;
	}
	ship_enter(ship, SHIP_RESOLVING);
	if (ship->resolving) /* an old request that could not be cancelled: its answer will do */
		return;
	ship->resolve.data = ship;
	if (uv_getaddrinfo(ship->loop, &ship->resolve, on_resolved, ship->connect.host, ship->connect.port,
	                   &wanted) < 0) {
		ship_fail(ship, "the host of the database cannot be resolved");
		return;
	}
	ship->resolving = true;
}

/* ---- looking into the spool, or trying again ---- */

static void on_tick(uv_timer_t *timer)
{
	struct ship *ship = timer->data;

	if (ship->state == SHIP_BACKING_OFF)
		ship_go_online(ship);
	else
		ship_consider(ship);
}

void ship_keep_looking(struct ship *ship)
{
	uv_timer_start(&ship->tick, on_tick, (uint64_t)ship->options.interval_ms,
	               (uint64_t)ship->options.interval_ms);
}

/* ---- life ---- */

static void default_to(int32_t *option, int32_t value)
{
	if (*option <= 0)
		*option = value;
}

int ship_init(struct ship **out, uv_loop_t *loop, const struct ship_options *options, struct error *err)
{
	struct ship *ship = calloc(1, sizeof(*ship));

	*out = NULL;
	if (!ship)
		return error_set(err, ERROR_MEMORY, "no memory for shipping");
	ship->options = *options;
	ship->options.database = NULL; /* read here, not kept */
	default_to(&ship->options.interval_ms, 1000);
	default_to(&ship->options.batch_rows, 50000);
	default_to(&ship->options.back_off_ms, 500);
	default_to(&ship->options.stall_ms, 30000);
	ship->loop = loop;
	ship->limit = ship->options.batch_rows;
	ship->counters.mark = -1;
	text_printf(&ship->sql, "%2000s", ""); /* enough for every text: the partitions' is the longest */
	if (ship_connect_init(&ship->connect, options->database, spool_vantage(options->spool), err) < 0 ||
	    (text_failed(&ship->sql) && error_set(err, ERROR_MEMORY, "no memory for shipping") < 0)) {
		ship_connect_release(&ship->connect);
		text_release(&ship->sql);
		free(ship);
		return err->code;
	}
	ship_link_init(&ship->link, loop, ship_on_event, ship);
	uv_timer_init(loop, &ship->tick);
	uv_timer_init(loop, &ship->stall);
	ship->tick.data = ship->stall.data = ship;
	ship->open_timers = 2;
	*out = ship;
	return 0;
}

void ship_start(struct ship *ship)
{
	assert(ship->state == SHIP_IDLE);
	ship_go_online(ship);
}

void ship_hurry(struct ship *ship)
{
	ship_consider(ship);
}

void ship_count(const struct ship *ship, struct ship_counters *out)
{
	*out = ship->counters;
	out->state = state_names[ship->state];
}

void ship_release_if_closed(struct ship *ship)
{
	void (*closed)(void *) = ship->closed;
	void *context = ship->closed_context;

	if (ship->state != SHIP_CLOSING || ship->open_timers > 0 || ship->resolving ||
	    ship->task.kind != TASK_NONE || ship_link_busy(&ship->link))
		return;
	ship_batch_release(&ship->batch[0]);
	ship_batch_release(&ship->batch[1]);
	ship_connect_release(&ship->connect);
	text_release(&ship->sql);
	free(ship);
	if (closed)
		closed(context);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct ship *ship = handle->data;

	ship->open_timers--;
	ship_release_if_closed(ship);
}

void ship_close(struct ship *ship, void (*closed)(void *context), void *context)
{
	ship->closed = closed;
	ship->closed_context = context;
	ship_enter(ship, SHIP_CLOSING);
	ship_link_close(&ship->link);
	if (ship->resolving)
		uv_cancel((uv_req_t *)&ship->resolve);
	uv_close((uv_handle_t *)&ship->tick, on_timer_closed);
	uv_close((uv_handle_t *)&ship->stall, on_timer_closed);
}
