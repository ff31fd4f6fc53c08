/*
 * spool_part: the inside of struct spool, for the five files that are spool: spool.c (opening and closing), spool_put.c
 * (records come in), spool_writer.c (the thread that owns the disk), spool_watch.c (a file that is damaged or gone while
 * it is in use) and spool_ship.c (what ship reads and has done).
 * No other file includes it.
 *
 * Two threads and more: whoever puts and whoever ships change what the mutex guards and wake the writer; the writer
 * alone touches the file, without the mutex, so that nobody waits for the disk who did not ask to.
 */
#ifndef GOVSLA_MONITOR_SPOOL_PART_H
#define GOVSLA_MONITOR_SPOOL_PART_H

#include "monitor/spool/spool.h"
#include "monitor/spool/spool_file.h"
#include "monitor/spool/spool_queue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define SPOOL_REPAIR_LONG   1000000 /* numbers; that a repair of so many has begun is told */
#define SPOOL_GATHER_ENOUGH 1024    /* records that the writer does not let wait for more */

/* A change that another thread asks the writer for, and waits. */
struct spool_job {
	enum { JOB_SET_ASIDE, JOB_RENEW, JOB_WILL_SEND } kind;
	int64_t seq;
	enum record_gap_reason why;
	const char *reason;
	struct error error;
	bool done;
};

/* A file by what it is, not by its name. */
struct file_identity {
	uint64_t device, inode; /* 0: none */
};

struct spool {
	char *path;
	int32_t vantage;
	int64_t size_limit_bytes;
	spool_report *report;
	void *report_context;
	struct progress *opening; /* spool_open()'s; NULL once the writer runs */

	struct spool_file writing; /* the writer thread's, from its start to its end */
	pthread_mutex_t read_mutex;
	struct spool_file
	    reading; /* under read_mutex: whoever calls spool_read, or the writer that changes the file */
	struct file_identity file, log;            /* what the writer has open */
	struct timespec repair_after, renew_after; /* not before: the file, the queue's; the writer's */
	bool gone_told, queue_told, blind_told;    /* the writer's */
	pthread_t writer;
	bool writer_started, mutex_made;

	pthread_mutex_t mutex;   /* everything below */
	pthread_cond_t work;     /* the writer waits for it */
	pthread_cond_t progress; /* signalled after every commit and every failure */
	struct spool_queue queue;
	size_t head, count;    /* the slots [head, head + count) wait; the writer commits from head */
	int64_t given;         /* highest number given to what waits, or committed */
	int64_t committed_put; /* how many accepted records were committed, for spool_flush */
	int64_t delete_through, deleted_through;
	int64_t stream, sent_through;
	bool will_send; /* it is noted on disk */
	bool damaged;   /* the file must be repaired */
	struct spool_job *job;
	struct spool_counters counters;
	bool hurry, stopping, losing;
};

/* ---- spool.c ---- */

/* One line for the operator. Without the mutex. */
void spool_tell(struct spool *spool, const char *text);

/* The same of a cause and what was done about it. */
void spool_tell_all(struct spool *spool, const char *why, const char *done);

/* A spool_repair_progress; the context is the spool. */
void spool_show_repair(void *spool, int64_t done, int64_t total);

/* Takes over into the counters what the file holds now. With the mutex, or before the writer runs. */
void spool_note_file(struct spool *spool);

/* What the file holds now, as the queue's file notes it. */
struct spool_note spool_note_of(const struct spool *spool);

/* Writes down what the file should hold now. With the mutex, or before there is a writer. */
void spool_write_note(struct spool *spool);

/* What lies under a name; all zero when nothing. */
struct file_identity spool_identify(const char *path);

/* The instant that long from now, on the monotonic clock. */
struct timespec spool_after_ms(int64_t ms);

/*
 * Waits for one of the spool's conditions; returns false once it is past that instant. The clock is named here, not in
 * the condition's attributes, which libfaketime 0.9.10 overlooks: it then returns at once. With the mutex.
 */
bool spool_wait(struct spool *spool, pthread_cond_t *condition, const struct timespec *until);

/* ---- spool_writer.c ---- */

/* The writer thread, from spool_open to spool_close; the argument is the spool. */
void *spool_writer_main(void *argument);

/* ---- spool_put.c ---- */

/* Puts what was lost into the queue, as a gap, if there is room. Returns whether nothing is left. With the mutex. */
bool spool_enqueue_losses(struct spool *spool);

/* ---- spool_watch.c; of the writer, without the mutex ---- */

/*
 * Sees to it that the files under our names are those that are open, and repairs what is damaged. Returns 0 when
 * records may be written, also when only the name is gone and cannot be had back yet.
 */
int spool_watch(struct spool *spool, struct error *err) MUST_CHECK;

#endif
