/*
 * spool_queue: the file "-queue" beside a spool: its lock, what the writer last did, and the records that wait for the
 * writer. Part of spool: no other module uses it.
 *
 * The queue is plain memory; all that changes in it is copied into the file, which is mapped, so that putting a record
 * costs no system call and what waits survives kill -9 (not a power cut: it is not flushed). Whoever opens the spool next
 * finds the records that the former process did not commit. The file's space is allocated beforehand. Where there is none,
 * or the file is deleted or truncated by somebody, the queue goes on without, until spool_queue_renew() succeeds; a page
 * that is missing does not kill the process: spool_queue_begin() sets a handler of SIGBUS.
 *
 * The note tells what the spool's file should hold: a file that is gone, older, or another one is noticed by it.
 *
 *     spool_queue_open(&q, path, &err)              takes the lock; the former note and records are there to be read
 *     spool_queue_left(&q, after, ...)              what waited when the former process ended
 *     spool_queue_begin(&q, 65536)                  the ring is empty from here on
 *     spool_row_encode(&q.slots[i], ...), spool_queue_keep(&q, i); spool_queue_note(&q, &note) ...
 *     spool_queue_close(&q)
 *
 * On disk: a page of head (magic, size and number of the slots, two notes of which the newer whole one counts, the
 * losses), then the slots. Numbers in this machine's order: the file does not leave it.
 */
#ifndef GOVSLA_MONITOR_SPOOL_QUEUE_H
#define GOVSLA_MONITOR_SPOOL_QUEUE_H

#include "base/error.h"
#include "monitor/spool/spool_row.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool_note {
	int64_t stream;          /* 0: there is no note */
	int64_t last_seq;        /* highest number committed */
	int64_t deleted_through; /* every record up to this one was shipped and deleted */
	int64_t vantage;
	uint64_t device, inode; /* of the spool's file */
};

/* Records that were lost because the queue was full, since the newest that waits. */
struct spool_losses {
	int64_t count;
	int64_t from_us, until_us; /* when the earliest and the latest of them were due */
	int64_t after; /* the number given last before them: where a higher one waits, their gap does too */
};

struct spool_queue {
	int fd; /* holds the lock; -1 closed */
	char *path;
	struct spool_slot *slots;      /* the ring; spool_queue_keep() after every change */
	size_t count;                  /* of slots */
	struct spool_losses losses;    /* spool_queue_keep_losses() after every change */
	struct spool_queue_head *file; /* the copy; NULL: there is none */
	struct spool_note note;
	uint64_t generation; /* of the note in the file */
	struct spool_note former;
};

/* Whether some process has the spool open. */
bool spool_queue_in_use(const char *spool_path);

/* Opens or makes the file and locks it. ERROR_RETRY: another process has it; ERROR_IO. */
int spool_queue_open(struct spool_queue *q, const char *spool_path, struct error *err) MUST_CHECK;

/*
 * Copies, in the order of their numbers, the whole rows with numbers above after that waited when the former process
 * ended; the caller frees *slots. *losses gets what was lost after them. Before spool_queue_begin.
 */
int spool_queue_left(struct spool_queue *q, int64_t after, struct spool_slot **slots, size_t *count,
                     struct spool_losses *losses, struct error *err) MUST_CHECK;

/* Makes an empty ring of so many slots, and its copy if there is room. Returns 0, or ERROR_MEMORY. */
int spool_queue_begin(struct spool_queue *q, size_t slots, struct error *err) MUST_CHECK;

/* Copies a slot, or the losses, into the file. */
void spool_queue_keep(struct spool_queue *q, size_t i);
void spool_queue_keep_losses(struct spool_queue *q);

void spool_queue_note(struct spool_queue *q, const struct spool_note *note);

/* Whether the copy is there, whole and under its name: what waits survives kill -9. */
bool spool_queue_survives(const struct spool_queue *q);

/* Makes the copy again, with the count slots from head on that wait. Returns whether there is one now. */
bool spool_queue_renew(struct spool_queue *q, size_t head, size_t count);

void spool_queue_close(struct spool_queue *q);

#endif
