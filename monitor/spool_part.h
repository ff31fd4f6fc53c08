/*
 * spool_part: the inside of struct spool, for the four files that are spool: spool.c (opening and closing), spool_put.c
 * (records come in), spool_writer.c (the thread that owns the disk) and spool_ship.c (what ship reads and has done).
 * No other file includes it.
 *
 * Two threads and more: whoever puts and whoever ships change what the mutex guards and wake the writer; the writer
 * alone touches the file, without the mutex, so that nobody waits for the disk who did not ask to.
 */
#ifndef GOVSLA_MONITOR_SPOOL_PART_H
#define GOVSLA_MONITOR_SPOOL_PART_H

#include "monitor/spool.h"
#include "monitor/spool_file.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define SPOOL_GATHER_ENOUGH 1024 /* records that the writer does not let wait for more */

/* A change that another thread asks the writer for, and waits. */
struct spool_job {
	enum { JOB_SET_ASIDE, JOB_RENEW, JOB_WILL_SEND } kind;
	int64_t seq;
	const char *reason;
	struct error error;
	bool done;
};

struct spool {
	char *path, *lock_path;
	int lock_fd;
	int32_t vantage;
	spool_report *report;
	void *report_context;

	struct spool_file writing; /* the writer thread's, from its start to its end */
	struct spool_file reading; /* of whoever calls spool_read */
	pthread_t writer;
	bool writer_started, mutex_made;

	pthread_mutex_t mutex;   /* everything below */
	pthread_cond_t work;     /* the writer waits for it */
	pthread_cond_t progress; /* signalled after every commit and every failure */
	struct spool_entry *ring;
	size_t ring_size;
	size_t head, count;    /* the entries [head, head + count) wait; the writer commits from head */
	int64_t lost_since;    /* lost after the newest entry of the ring */
	int64_t committed_put; /* how many accepted records were committed, for spool_flush */
	int64_t delete_through, deleted_through;
	int64_t stream, sent_through;
	bool will_send; /* it is noted on disk */
	struct spool_job *job;
	struct spool_counters counters;
	bool hurry, stopping, losing;
};

/* ---- spool.c ---- */

/* One line for the operator. Without the mutex. */
void spool_tell(struct spool *spool, const char *text);

/* Takes over into the counters what the file holds now. With the mutex, or before the writer runs. */
void spool_note_file(struct spool *spool);

/* The instant that long from now, on the clock of the condition variables. */
struct timespec spool_after_ms(int64_t ms);

/* ---- spool_writer.c ---- */

/* The writer thread, from spool_open to spool_close; the argument is the spool. */
void *spool_writer_main(void *argument);

#endif
