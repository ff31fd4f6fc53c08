#include "monitor/ship.h"

#include "base/instant.h"
#include "monitor/ship_batch.h"
#include "monitor/ship_connect.h"
#include "monitor/ship_link.h"
#include "monitor/ship_sql.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BACK_OFF_DOUBLINGS 6   /* the longest wait is about 60 times the first */
#define KNOWN_DAYS         128 /* days whose partition was asked for on this connection */

enum ship_state {
	SHIP_IDLE,
	SHIP_RESOLVING,
	SHIP_CONNECTING,
	SHIP_OPENING,
	SHIP_MARKING,  /* asking the mark */
	SHIP_CLEARING, /* terminating an old session that holds the mark */
	SHIP_WAITING,  /* connected, nothing under way */
	SHIP_PARTITIONING,
	SHIP_LOCKING,
	SHIP_COPYING_SAMPLES,
	SHIP_COPYING_CLOCKS,
	SHIP_COMMITTING,
	SHIP_TIDYING, /* the spool is told something that must be done before going on */
	SHIP_BACKING_OFF,
	SHIP_CLOSING,
};

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
	[SHIP_COPYING_SAMPLES] = "copying",
	[SHIP_COPYING_CLOCKS] = "copying",
	[SHIP_COMMITTING] = "committing",
	[SHIP_TIDYING] = "tidying",
	[SHIP_BACKING_OFF] = "backing off",
	[SHIP_CLOSING] = "closing",
};

/* What the thread pool does for us, one thing at a time: all that waits for the disk. */
enum task_kind { TASK_NONE, TASK_READ, TASK_SET_ASIDE, TASK_RENEW };

struct task {
	enum task_kind kind;
	struct ship_batch *batch; /* to be filled */
	int64_t seq;              /* read after it, set it aside, or renew with it as the last one shipped */
	int64_t limit;
	char reason[400];
	struct error error;
};

struct ship {
	struct ship_options options;
	uv_loop_t *loop;
	struct ship_connect connect;
	struct ship_link link;
	uv_timer_t tick, stall;
	uv_getaddrinfo_t resolve;
	uv_work_t work;
	bool resolving, take_role;
	int open_timers;

	enum ship_state state;
	struct task task, next_task;
	struct ship_batch batch[2];
	struct ship_batch *sending, *ready; /* of batch; NULL: none */
	size_t chunk;                       /* the next of sending */
	int64_t limit;                      /* rows of the next batch; less than batch_rows after a refusal */
	int64_t sent_through; /* highest number that we, or the spool before us, may have shipped */
	int32_t days[KNOWN_DAYS];
	size_t known_days;
	int failed_in_a_row;
	struct text sql;
	struct ship_counters counters;
	void (*closed)(void *context);
	void *closed_context;
};

static void consider(struct ship *ship);
static void connect_now(struct ship *ship);
static void release_if_done(struct ship *ship);

static void tell(struct ship *ship, const char *text)
{
	if (ship->options.report)
		ship->options.report(ship->options.report_context, text);
}

static void on_stall(uv_timer_t *timer);
static void on_tick(uv_timer_t *timer);

/* Every step, forward or back, goes through here: whatever waits for the server has stall_ms to go on. */
static void enter(struct ship *ship, enum ship_state state)
{
	ship->state = state;
	ship->counters.connected = state >= SHIP_OPENING && state <= SHIP_TIDYING;
	if (state == SHIP_WAITING || state == SHIP_BACKING_OFF || state == SHIP_CLOSING ||
	    state == SHIP_TIDYING)
		uv_timer_stop(&ship->stall);
	else
		uv_timer_start(&ship->stall, on_stall, (uint64_t)ship->options.stall_ms, 0);
}

static void ask(struct ship *ship, enum ship_state state)
{
	assert(!text_failed(&ship->sql)); /* a few hundred bytes, allocated in ship_init */
	enter(ship, state);
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

static void failed(struct ship *ship, const char *text)
{
	int64_t wait_ms = back_off_ms(ship);
	char line[700];

	ship_link_close(&ship->link);
	ship->sending = NULL;
	ship->known_days = 0;
	ship->counters.failures++;
	/* said once, not at every attempt of a long outage */
	if (strcmp(ship->counters.last_error, text) != 0) {
		snprintf(ship->counters.last_error, sizeof(ship->counters.last_error), "%s", text);
		snprintf(line, sizeof(line), "%s; records wait in the spool, trying again", text);
		tell(ship, line);
	}
	ship->failed_in_a_row++;
	enter(ship, SHIP_BACKING_OFF);
	uv_timer_start(&ship->tick, on_tick, (uint64_t)wait_ms, 0);
}

static void on_stall(uv_timer_t *timer)
{
	struct ship *ship = timer->data;
	char text[100];

	snprintf(text, sizeof(text), "no progress while %s for %d ms", state_names[ship->state],
	         (int)ship->options.stall_ms);
	/* perhaps the transaction is more than the server can do in that time */
	if (ship->sending && ship->sending->rows > 1)
		ship->limit = ship->sending->rows / 2;
	if (ship->state == SHIP_RESOLVING)
		uv_cancel((uv_req_t *)&ship->resolve);
	failed(ship, text);
}

/* ---- the thread pool ---- */

static void do_task(uv_work_t *work)
{
	struct ship *ship = work->data;
	struct task *task = &ship->task;
	int result = 0;

	switch (task->kind) {
	case TASK_READ:
		result = spool_will_send(ship->options.spool, &task->error);
		if (result == 0)
			result = ship_batch_fill(task->batch, ship->options.spool, task->seq, task->limit,
			                         &task->error);
		break;
	case TASK_SET_ASIDE:
		result = spool_set_aside(ship->options.spool, task->seq, task->reason, &task->error);
		break;
	case TASK_RENEW:
		result = spool_renew(ship->options.spool, task->seq, &task->error);
		break;
	case TASK_NONE:
		break;
	}
	assert((result < 0) == (task->error.code < 0));
}

static void task_done(uv_work_t *work, int status);

static void start_task(struct ship *ship, const struct task *task)
{
	if (ship->task.kind != TASK_NONE) {
		ship->next_task = *task; /* only a read can be under way */
		return;
	}
	ship->task = *task;
	ship->work.data = ship;
	uv_queue_work(ship->loop, &ship->work, do_task, task_done);
}

static void start_read(struct ship *ship, int64_t after)
{
	struct task task = { .kind = TASK_READ, .seq = after, .limit = ship->limit };

	task.batch = ship->sending == &ship->batch[0] ? &ship->batch[1] : &ship->batch[0];
	ship->ready = NULL;
	start_task(ship, &task);
}

/* Has a row set aside that can never be shipped; then asks the mark and begins anew. */
static void set_aside(struct ship *ship, int64_t seq, const char *reason)
{
	struct task task = { .kind = TASK_SET_ASIDE, .seq = seq };
	char line[600];

	snprintf(task.reason, sizeof(task.reason), "%s", reason);
	snprintf(line, sizeof(line), "record %" PRId64 " is set aside: %s", seq, reason);
	tell(ship, line);
	ship->sending = NULL;
	enter(ship, SHIP_TIDYING);
	start_task(ship, &task);
}

static void ask_mark(struct ship *ship)
{
	ship->sending = NULL;
	text_clear(&ship->sql);
	ship_sql_mark(&ship->sql, spool_stream(ship->options.spool));
	ask(ship, SHIP_MARKING);
}

static void read_done(struct ship *ship, const struct task *task)
{
	const struct ship_batch *batch = task->batch;

	if (batch->damaged && ship->state == SHIP_WAITING && batch->after == ship->counters.mark)
		set_aside(ship, batch->damaged, "the row is damaged");
	else if (batch->rows > 0)
		ship->ready = task->batch;
}

static void task_done(uv_work_t *work, int status)
{
	struct ship *ship = work->data;
	struct task task = ship->task, next = ship->next_task;

	(void)status;
	ship->task.kind = ship->next_task.kind = TASK_NONE;
	if (ship->state == SHIP_CLOSING) {
		release_if_done(ship);
		return;
	}
	if (task.error.code) {
		failed(ship, task.error.text);
		return;
	}
	if (task.kind == TASK_READ)
		read_done(ship, &task);
	else if (task.kind == TASK_RENEW)
		ship->ready = NULL; /* encoded with the old stream */
	if (next.kind != TASK_NONE && ship->task.kind == TASK_NONE)
		start_task(ship, &next);
	else if (task.kind == TASK_SET_ASIDE && ship->state == SHIP_TIDYING)
		ask_mark(ship);
	else if (task.kind == TASK_RENEW && ship->state == SHIP_TIDYING) {
		/* the session is named after the stream */
		ship_link_close(&ship->link);
		connect_now(ship);
	} else
		consider(ship);
}

/* ---- one transaction ---- */

static void begin(struct ship *ship)
{
	text_clear(&ship->sql);
	ship_sql_begin(&ship->sql, spool_stream(ship->options.spool));
	ask(ship, SHIP_LOCKING);
}

static bool day_known(const struct ship *ship, int32_t day)
{
	for (size_t i = 0; i < ship->known_days; i++)
		if (ship->days[i] == day)
			return true;
	return false;
}

static void add_day(struct ship *ship, int32_t day, int32_t *missing, size_t *count)
{
	if (day_known(ship, day))
		return;
	if (ship->known_days < KNOWN_DAYS)
		ship->days[ship->known_days++] = day;
	missing[(*count)++] = day;
}

/*
 * Asks for the partitions of the batch's days, and tomorrow's ahead of time. Not for days a monitor cannot have
 * observed (a clock gone mad): the default partition takes those. Returns whether there was something to ask.
 */
static bool ask_partitions(struct ship *ship)
{
	int32_t today = (int32_t)(time(NULL) / 86400), missing[SHIP_BATCH_DAYS + 1];
	size_t count = 0;

	if (ship->known_days + SHIP_BATCH_DAYS + 1 > KNOWN_DAYS)
		ship->known_days = 0;
	for (size_t i = 0; i < ship->sending->days; i++) {
		int32_t day = ship->sending->day[i];

		if (day > today + 1 || day < today - 800)
			continue;
		add_day(ship, day, missing, &count);
		if (day == today && count < SHIP_BATCH_DAYS)
			add_day(ship, day + 1, missing, &count);
	}
	if (count == 0)
		return false;
	text_clear(&ship->sql);
	ship_sql_partitions(&ship->sql, missing, count);
	ask(ship, SHIP_PARTITIONING);
	return true;
}

/* The next thing to do with the batch that is being sent, after the mark was locked. */
static void next_copy(struct ship *ship)
{
	text_clear(&ship->sql);
	if (ship->state == SHIP_LOCKING && ship->sending->samples > 0) {
		ship_sql_copy_samples(&ship->sql);
		ask(ship, SHIP_COPYING_SAMPLES);
	} else if (ship->state != SHIP_COPYING_CLOCKS && ship->sending->clocks > 0) {
		ship_sql_copy_clocks(&ship->sql);
		ask(ship, SHIP_COPYING_CLOCKS);
	} else {
		ship_sql_commit(&ship->sql, spool_stream(ship->options.spool), ship->sending->last);
		ask(ship, SHIP_COMMITTING);
	}
	ship->chunk = 0;
}

static void send_data(struct ship *ship)
{
	const struct ship_batch *batch = ship->sending;
	bool clocks = ship->state == SHIP_COPYING_CLOCKS;
	size_t chunks = clocks ? 1 : batch->chunks, at = ship->chunk++;

	enter(ship, ship->state);
	if (at >= chunks)
		ship_link_copy_end(&ship->link);
	else if (clocks)
		ship_link_copy(&ship->link, batch->clock.bytes, batch->clock.length);
	else
		ship_link_copy(&ship->link, batch->chunk[at].bytes, batch->chunk[at].length);
}

static void committed(struct ship *ship)
{
	const struct ship_batch *batch = ship->sending;
	bool more = batch->rows >= ship->limit || ship->ready;

	ship->counters.mark = batch->last;
	ship->counters.rows += batch->rows;
	ship->counters.transactions++;
	ship->counters.last_error[0] = '\0';
	ship->failed_in_a_row = 0;
	ship->sending = NULL;
	spool_delete(ship->options.spool, ship->counters.mark);
	ship->limit = ship->limit * 2 < ship->options.batch_rows ? ship->limit * 2 : ship->options.batch_rows;
	enter(ship, SHIP_WAITING);
	if (more)
		consider(ship);
}

static void start_sending(struct ship *ship)
{
	ship->sending = ship->ready;
	ship->ready = NULL;
	spool_sending(ship->options.spool, ship->sending->last);
	if (ship->sending->rows >= ship->limit && ship->task.kind == TASK_NONE)
		start_read(ship, ship->sending->last); /* while this one is sent */
	if (!ask_partitions(ship))
		begin(ship);
}

/* Begins what can be begun now: sends the batch that is ready, else reads one. */
static void consider(struct ship *ship)
{
	struct spool_counters spool;

	if (ship->state != SHIP_WAITING)
		return;
	if (ship->ready && ship->ready->after == ship->counters.mark) {
		start_sending(ship);
		return;
	}
	ship->ready = NULL;
	spool_count(ship->options.spool, &spool);
	if (ship->task.kind == TASK_NONE && spool.last_seq > ship->counters.mark)
		start_read(ship, ship->counters.mark);
}

/* ---- answers ---- */

static void marked(struct ship *ship, int64_t mark)
{
	struct task renew = { .kind = TASK_RENEW, .seq = spool_sent_through(ship->options.spool) };

	if (mark > renew.seq) {
		tell(ship,
		     "the database has records of this stream that this spool has not: an older copy of it "
		     "was put back; a new stream begins");
		ship->counters.mark = -1;
		enter(ship, SHIP_TIDYING);
		start_task(ship, &renew);
		return;
	}
	if (ship->counters.last_error[0]) {
		ship->counters.last_error[0] = '\0';
		tell(ship, "connected again");
	}
	ship->counters.mark = mark;
	spool_delete(ship->options.spool, mark);
	enter(ship, SHIP_WAITING);
	uv_timer_start(&ship->tick, on_tick, (uint64_t)ship->options.interval_ms,
	               (uint64_t)ship->options.interval_ms);
	consider(ship);
}

static void clear_others(struct ship *ship)
{
	text_clear(&ship->sql);
	ship_sql_clear(&ship->sql, spool_vantage(ship->options.spool), spool_stream(ship->options.spool),
	               ship->take_role);
	ask(ship, SHIP_CLEARING);
}

static void connected(struct ship *ship)
{
	ship->counters.connections++;
	ship->take_role = strcmp(PQuser(ship->link.conn), ship->connect.role) != 0;
	text_clear(&ship->sql);
	ship_sql_open(&ship->sql, spool_vantage(ship->options.spool), ship->take_role);
	ask(ship, SHIP_OPENING);
}

static void answered(struct ship *ship, const struct ship_answer *answer)
{
	switch (ship->state) {
	case SHIP_OPENING:
		ask_mark(ship);
		break;
	case SHIP_MARKING:
		marked(ship, answer->value);
		break;
	case SHIP_CLEARING:
		ship->counters.terminated += answer->value;
		if (answer->value > 0)
			ask_mark(ship);
		else
			failed(ship, "another session holds the stream, and cannot be found");
		break;
	case SHIP_PARTITIONING:
		begin(ship);
		break;
	case SHIP_LOCKING:
		/* another session has shipped for us: its transaction was still open when we asked */
		if (answer->value != ship->sending->after)
			ask_mark(ship);
		else
			next_copy(ship);
		break;
	case SHIP_COPYING_SAMPLES:
	case SHIP_COPYING_CLOCKS:
		next_copy(ship);
		break;
	case SHIP_COMMITTING:
		if (strcmp(answer->tag, "COMMIT") == 0)
			committed(ship);
		else
			failed(ship, "the database rolled the transaction back");
		break;
	default:
		assert(!"an answer without a question");
	}
}

/* The server refused. It is still there; what it said decides. */
static void refused(struct ship *ship, const struct ship_answer *answer)
{
	bool of_data = strncmp(answer->sqlstate, "22", 2) == 0 || strncmp(answer->sqlstate, "23", 2) == 0;
	bool locked = strcmp(answer->sqlstate, "55P03") == 0;
	char text[500];

	if (locked && (ship->state == SHIP_MARKING || ship->state == SHIP_LOCKING)) {
		clear_others(ship);
	} else if (ship->state == SHIP_PARTITIONING) {
		snprintf(text, sizeof(text), "no partition for these days, the default one takes them: %s",
		         answer->text);
		tell(ship, text);
		begin(ship);
	} else if (of_data && (ship->state == SHIP_COPYING_SAMPLES || ship->state == SHIP_COPYING_CLOCKS)) {
		/* one bad row must not hold up the others: halve until it stands alone */
		ship->limit = ship->sending->rows / 2;
		if (ship->limit > 0) {
			ask_mark(ship);
		} else {
			ship->limit = 1;
			set_aside(ship, ship->sending->last, answer->text);
		}
	} else {
		failed(ship, answer->text);
	}
}

static void on_event(void *context, enum ship_link_event event, const struct ship_answer *answer)
{
	struct ship *ship = context;

	switch (event) {
	case LINK_CONNECTED:
		connected(ship);
		break;
	case LINK_ANSWERED:
		if (answer->ok)
			answered(ship, answer);
		else
			refused(ship, answer);
		break;
	case LINK_COPYING:
	case LINK_FLUSHED:
		send_data(ship);
		break;
	case LINK_BROKEN:
		failed(ship, answer->text);
		break;
	case LINK_RELEASED:
		release_if_done(ship);
		break;
	}
}

/* ---- connecting ---- */

static void connect_resolved(struct ship *ship)
{
	char application[SHIP_APPLICATION_SIZE];

	enter(ship, SHIP_CONNECTING);
	ship_link_connect(&ship->link, ship_connect_start(
	                                   &ship->connect,
	                                   ship_application(application, spool_stream(ship->options.spool))));
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct ship *ship = request->data;
	bool ok = status == 0 && ship_connect_resolved(&ship->connect, found);
	char text[300];

	ship->resolving = false;
	uv_freeaddrinfo(found);
	if (ship->state == SHIP_CLOSING) {
		release_if_done(ship);
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
	failed(ship, text);
}

static void connect_now(struct ship *ship)
{
	struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

	if (!ship->connect.host) {
		connect_resolved(ship);
		return;
	}
	enter(ship, SHIP_RESOLVING);
	if (ship->resolving) /* an old request that could not be cancelled: its answer will do */
		return;
	ship->resolve.data = ship;
	if (uv_getaddrinfo(ship->loop, &ship->resolve, on_resolved, ship->connect.host, ship->connect.port,
	                   &wanted) < 0) {
		failed(ship, "the host of the database cannot be resolved");
		return;
	}
	ship->resolving = true;
}

static void on_tick(uv_timer_t *timer)
{
	struct ship *ship = timer->data;

	if (ship->state == SHIP_BACKING_OFF)
		connect_now(ship);
	else
		consider(ship);
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
	ship_link_init(&ship->link, loop, on_event, ship);
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
	connect_now(ship);
}

void ship_hurry(struct ship *ship)
{
	consider(ship);
}

void ship_count(const struct ship *ship, struct ship_counters *out)
{
	*out = ship->counters;
	out->state = state_names[ship->state];
}

static void release_if_done(struct ship *ship)
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
	release_if_done(ship);
}

void ship_close(struct ship *ship, void (*closed)(void *context), void *context)
{
	ship->closed = closed;
	ship->closed_context = context;
	enter(ship, SHIP_CLOSING);
	ship_link_close(&ship->link);
	if (ship->resolving)
		uv_cancel((uv_req_t *)&ship->resolve);
	uv_close((uv_handle_t *)&ship->tick, on_timer_closed);
	uv_close((uv_handle_t *)&ship->stall, on_timer_closed);
}
