/*
 * ship_part: the inside of struct ship, for the three files that are ship: ship.c (life, states, connecting, failing),
 * ship_talk.c (what is said to the database) and ship_work.c (the thread pool). No other file includes it.
 *
 * All of it runs on the loop, but for the task that the thread pool works at: that belongs to the pool until it is
 * done. Whatever happens, happens as an event (of the link, a timer, a task, the resolver); each ends by entering one
 * state and beginning one thing, so that there is always exactly one thing that will come next.
 */
#ifndef GOVSLA_MONITOR_SHIP_PART_H
#define GOVSLA_MONITOR_SHIP_PART_H

#include "base/text.h"
#include "monitor/ship/ship.h"
#include "monitor/ship/ship_batch.h"
#include "monitor/ship/ship_connect.h"
#include "monitor/ship/ship_link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define SHIP_KNOWN_DAYS 128 /* days whose partition was asked for on this connection */

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
	SHIP_COPYING, /* into ship->table */
	SHIP_COMMITTING,
	SHIP_TIDYING, /* the spool is told something that must be done before going on */
	SHIP_BACKING_OFF,
	SHIP_CLOSING,
};

/* What the thread pool does for us, one thing at a time: all that waits for the disk. */
enum ship_task_kind { TASK_NONE, TASK_READ, TASK_SET_ASIDE, TASK_RENEW };

struct ship_task {
	enum ship_task_kind kind;
	struct ship_batch *batch; /* to be filled */
	int64_t seq;              /* read after it, set it aside, or renew with it as the last one shipped */
	int64_t limit;
	enum record_gap_reason why;
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
	struct ship_task task, next_task;
	struct ship_batch batch[2];
	struct ship_batch *sending, *ready; /* of batch; NULL: none */
	enum ship_table table;              /* that is being copied */
	size_t chunk;                       /* the next of it */
	int64_t limit;                      /* rows of the next batch; less than batch_rows after a refusal */
	int32_t days[SHIP_KNOWN_DAYS];
	size_t known_days;
	int failed_in_a_row;
	struct text sql;
	struct ship_counters counters;
	void (*closed)(void *context);
	void *closed_context;
};

/* ---- ship.c ---- */

/* One line for the operator. */
void ship_tell(struct ship *ship, const char *text);

/* Every step, forward or back, goes through here: whatever waits for the server has stall_ms to go on. */
void ship_enter(struct ship *ship, enum ship_state state);

/* Sends the statements in ship->sql; the answer comes in this state. */
void ship_ask(struct ship *ship, enum ship_state state);

/* Ends the connection and backs off. Nothing is lost: what is not committed is read from the spool again. */
void ship_fail(struct ship *ship, const char *text);

/* The same of an error of the database, with what to do about it. */
void ship_fail_of(struct ship *ship, const char *sqlstate, const char *text);

/* Ends the connection, and begins another after a while, the longer the more often in a row. */
void ship_back_off(struct ship *ship);

/* Begins a connection. */
void ship_go_online(struct ship *ship);

/* Looks every interval_ms whether the spool has records, until the connection fails. */
void ship_keep_looking(struct ship *ship);

/* Frees ship when it is closing and nothing holds it any more. */
void ship_release_if_closed(struct ship *ship);

/* ---- ship_talk.c ---- */

/* Begins what can be begun now: sends the batch that is ready, else reads one. */
void ship_consider(struct ship *ship);

/* Asks the database how far the stream is; everything not committed begins anew from there. */
void ship_ask_mark(struct ship *ship);

/* The link's callback; context is the ship. */
void ship_on_event(void *context, enum ship_link_event event, const struct ship_answer *answer);

/* ---- ship_work.c ---- */

/* Fills the batch that is not being sent with the records after the given number. */
void ship_start_read(struct ship *ship, int64_t after);

/* Has a row set aside that can never be shipped; then asks the mark and begins anew. */
void ship_set_aside(struct ship *ship, int64_t seq, enum record_gap_reason why, const char *reason);

/* Has the spool begin a new stream, without the records up to and with shipped_through; then connects anew. */
void ship_renew(struct ship *ship, int64_t shipped_through);

#endif
