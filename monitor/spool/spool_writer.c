/* spool_writer: the thread that owns the disk: commits what waits, deletes what was shipped, does what ship asks. */
#include "monitor/spool/spool_part.h"

#include <stdio.h>

#define GATHER_MS   200 /* how long the writer lets records gather: one flush to disk for all of them */
#define COMMIT_MOST 16384
#define RETRY_MS    250  /* after a transaction failed */
#define WATCH_MS    1000 /* how often the files are looked after when there is nothing to write */

/* All functions are called with the mutex held unless said otherwise. */

/* The transaction failed: says so once, then waits a little so that a full disk is not hammered. */
static void writer_failed(struct spool *spool, const struct error *err)
{
	struct timespec until = spool_after_ms(RETRY_MS);
	bool first = !spool->counters.stuck;
	char line[900];

	if (err->code == ERROR_DATA && !spool->damaged) { /* repaired at the next turn, and said there */
		spool->damaged = true;
		return;
	}

	spool->counters.failures++;
	spool->counters.stuck = true;
	pthread_cond_broadcast(&spool->progress);
	if (first) {
		pthread_mutex_unlock(&spool->mutex);
		snprintf(line, sizeof(line), "%s; records wait in memory, trying again%s%s", err->text,
		         err->hint[0] ? "; " : "", err->hint);
		spool_tell(spool, line);
		pthread_mutex_lock(&spool->mutex);
	}
	while (!spool->stopping && spool_wait(spool, &spool->work, &until))
		;
}

static void writer_succeeded(struct spool *spool)
{
	bool was_stuck = spool->counters.stuck;

	spool->counters.stuck = false;
	spool->counters.commits++;
	spool_note_file(spool);
	spool->stream = spool->writing.state.stream;
	spool_write_note(spool);
	pthread_cond_broadcast(&spool->progress);
	if (was_stuck) {
		pthread_mutex_unlock(&spool->mutex);
		spool_tell(spool, "the disk takes records again");
		pthread_mutex_lock(&spool->mutex);
	}
}

/* Commits what waits at the head. The slots stay in the ring, which nobody else frees, until they are on disk. */
static bool writer_append(struct spool *spool)
{
	struct error err = { 0 };
	size_t contiguous = spool->queue.count - spool->head;
	size_t take = spool->count < contiguous ? spool->count : contiguous, gaps = 0;
	int result;

	if (take > COMMIT_MOST)
		take = COMMIT_MOST;
	pthread_mutex_unlock(&spool->mutex);
	for (size_t i = 0; i < take; i++)
		gaps += spool_row_is_gap(&spool->queue.slots[spool->head + i]);
	result = spool_file_append(&spool->writing, spool->queue.slots + spool->head, take, &err);
	pthread_mutex_lock(&spool->mutex);
	if (result < 0) {
		writer_failed(spool, &err);
		return false;
	}
	spool->count -= take;
	/* the same few pages again, which are in the cache, rather than all of the ring */
	spool->head = spool->count == 0 ? 0 : (spool->head + take) % spool->queue.count;
	spool->committed_put += (int64_t)(take - gaps);
	spool->counters.queued = (int64_t)spool->count;
	writer_succeeded(spool);
	return true;
}

static bool writer_delete(struct spool *spool)
{
	struct error err = { 0 };
	int64_t through = spool->delete_through;
	int result;

	pthread_mutex_unlock(&spool->mutex);
	result = spool_file_delete(&spool->writing, through, &err);
	pthread_mutex_lock(&spool->mutex);
	if (result < 0) {
		writer_failed(spool, &err);
		return false;
	}
	spool->deleted_through = through;
	writer_succeeded(spool);
	return true;
}

static void writer_do_job(struct spool *spool)
{
	struct spool_job *job = spool->job;
	int result = 0;

	pthread_mutex_unlock(&spool->mutex);
	if (job->kind == JOB_SET_ASIDE)
		result = spool_file_set_aside(&spool->writing, job->seq, job->why, job->reason, &job->error);
	else if (job->kind == JOB_RENEW)
		result = spool_file_renew(&spool->writing, job->seq, &job->error);
	else
		result = spool_file_will_send(&spool->writing, &job->error);
	pthread_mutex_lock(&spool->mutex);
	spool->job = NULL;
	job->done = true;
	if (result == 0)
		writer_succeeded(spool);
	else if (result == ERROR_DATA)
		spool->damaged = true;
	if (result < 0)
		pthread_cond_broadcast(&spool->progress);
}

static bool writer_has_work(const struct spool *spool)
{
	return spool->count > 0 || spool->delete_through > spool->deleted_through || spool->job ||
	       spool->damaged;
}

/* Lets records gather for a moment, unless somebody waits or there are enough. */
static void writer_gather(struct spool *spool)
{
	struct timespec until = spool_after_ms(GATHER_MS);

	while (!spool->stopping && !spool->hurry && !spool->job && spool->count < SPOOL_GATHER_ENOUGH)
		if (!spool_wait(spool, &spool->work, &until))
			return;
}

/* Looks after the files. Returns false when the file is damaged and could not be repaired yet. */
static bool writer_watch(struct spool *spool)
{
	struct error err = { 0 };
	int result;

	pthread_mutex_unlock(&spool->mutex);
	result = spool_watch(spool, &err);
	pthread_mutex_lock(&spool->mutex);
	if (result < 0)
		writer_failed(spool, &err);
	return result == 0;
}

/* One turn; returns false when the writer is to end. */
static bool writer_turn(struct spool *spool)
{
	bool watched = writer_watch(spool);

	if (spool->job)
		writer_do_job(spool);
	if (!watched)
		return !spool->stopping;
	/* deleting first: on a full disk it makes the room that appending needs */
	if (spool->delete_through > spool->deleted_through && !writer_delete(spool) && spool->stopping)
		spool->delete_through = spool->deleted_through; /* the mark says it again next time */
	(void)spool_enqueue_losses(spool);
	return spool->count == 0 || writer_append(spool) || !spool->stopping || spool->damaged;
}

void *spool_writer_main(void *argument)
{
	struct spool *spool = argument;

	pthread_mutex_lock(&spool->mutex);
	for (;;) {
		struct timespec until = spool_after_ms(WATCH_MS);

		while (!spool->stopping && !writer_has_work(spool))
			if (!spool_wait(spool, &spool->work, &until))
				break;
		if (spool->stopping && !writer_has_work(spool) && spool_enqueue_losses(spool) &&
		    spool->count == 0)
			break;
		if (writer_has_work(spool))
			writer_gather(spool);
		if (!writer_turn(spool))
			break;
	}
	pthread_mutex_unlock(&spool->mutex);
	return NULL;
}
