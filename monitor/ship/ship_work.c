/* ship_work: what libuv's thread pool does for ship, one thing at a time: all that waits for the disk. */
#include "monitor/ship/ship_part.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static void do_task(uv_work_t *work)
{
	struct ship *ship = work->data;
	struct ship_task *task = &ship->task;
	int result = 0;

	switch (task->kind) {
	case TASK_READ:
		result = spool_will_send(ship->options.spool, &task->error);
		if (result == 0)
			result = ship_batch_fill(task->batch, ship->options.spool, task->seq, task->limit,
			                         &task->error);
		break;
	case TASK_SET_ASIDE:
		result =
		    spool_set_aside(ship->options.spool, task->seq, task->why, task->reason, &task->error);
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

static void start_task(struct ship *ship, const struct ship_task *task)
{
	if (ship->task.kind != TASK_NONE) {
		ship->next_task = *task; /* only a read can be under way */
		return;
	}
	ship->task = *task;
	ship->work.data = ship;
	uv_queue_work(ship->loop, &ship->work, do_task, task_done);
}

void ship_start_read(struct ship *ship, int64_t after)
{
	struct ship_task task = { .kind = TASK_READ, .seq = after, .limit = ship->limit };

	task.batch = ship->sending == &ship->batch[0] ? &ship->batch[1] : &ship->batch[0];
	ship->ready = NULL;
	start_task(ship, &task);
}

void ship_set_aside(struct ship *ship, int64_t seq, enum record_gap_reason why, const char *reason)
{
	struct ship_task task = { .kind = TASK_SET_ASIDE, .seq = seq, .why = why };
	char line[600];

	snprintf(task.reason, sizeof(task.reason), "%s", reason);
	snprintf(line, sizeof(line), "record %" PRId64 " is set aside: %s", seq, reason);
	ship_tell(ship, line);
	ship->sending = NULL;
	ship_enter(ship, SHIP_TIDYING);
	start_task(ship, &task);
}

void ship_renew(struct ship *ship, int64_t shipped_through)
{
	struct ship_task task = { .kind = TASK_RENEW, .seq = shipped_through };

	ship_enter(ship, SHIP_TIDYING);
	start_task(ship, &task);
}

static void read_done(struct ship *ship, const struct ship_task *task)
{
	const struct ship_batch *batch = task->batch;

	if (batch->damaged && ship->state == SHIP_WAITING && batch->after == ship->counters.mark)
		ship_set_aside(ship, batch->damaged, GAP_DAMAGED, "the row is damaged");
	else if (batch->records > 0)
		ship->ready = task->batch;
}

static void task_done(uv_work_t *work, int status)
{
	struct ship *ship = work->data;
	struct ship_task task = ship->task, next = ship->next_task;

	(void)status;
	ship->task.kind = ship->next_task.kind = TASK_NONE;
	if (ship->state == SHIP_CLOSING) {
		ship_release_if_closed(ship);
		return;
	}
	if (task.error.code) {
		ship_fail(ship, task.error.text);
		return;
	}
	if (task.kind == TASK_READ)
		read_done(ship, &task);
	else if (task.kind == TASK_RENEW)
		ship->ready = NULL; /* encoded with the old stream */
	if (next.kind != TASK_NONE && ship->task.kind == TASK_NONE)
		start_task(ship, &next);
	else if (task.kind == TASK_SET_ASIDE && ship->state == SHIP_TIDYING)
		ship_ask_mark(ship);
	else if (task.kind == TASK_RENEW && ship->state == SHIP_TIDYING) {
		/* the session is named after the stream; and a server that is ahead of each new one gets no tenth a second */
		ship_back_off(ship);
	} else
		ship_consider(ship);
}
