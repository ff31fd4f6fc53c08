/* spool_put: records come in: the queue in memory, and waiting for it. */
#include "monitor/spool/spool_part.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PUT_MANY_PATIENCE_MS 10000

/* ---- the queue; with the mutex ---- */

static void enqueue(struct spool *spool, int64_t seq, const struct record *record)
{
	size_t i = (spool->head + spool->count) % spool->queue.count;

	spool_row_encode(&spool->queue.slots[i], seq, record);
	spool_queue_keep(&spool->queue, i);
	spool->given = seq;
	spool->count++;
	spool->counters.queued = (int64_t)spool->count;
}

static bool has_room(const struct spool *spool, size_t slots)
{
	return spool->count + slots <= spool->queue.count;
}

bool spool_enqueue_losses(struct spool *spool)
{
	struct spool_losses *losses = &spool->queue.losses;
	struct record gap = record_of_gap(GAP_FULL, losses->count, losses->from_us, losses->until_us);

	if (losses->count == 0)
		return true;
	if (!has_room(spool, 1))
		return false;
	enqueue(spool, spool->given + losses->count, &gap);
	memset(losses, 0, sizeof(*losses));
	spool_queue_keep_losses(&spool->queue);
	return true;
}

static void lose(struct spool *spool, const struct record *record)
{
	struct spool_losses *losses = &spool->queue.losses;

	int64_t us = record->scheduled_us;

	if (losses->count == 0)
		*losses = (struct spool_losses){ .from_us = us, .until_us = us, .after = spool->given };
	/* answers do not come in the order in which they were due */
	losses->from_us = us < losses->from_us ? us : losses->from_us;
	losses->until_us = us > losses->until_us ? us : losses->until_us;
	losses->count++;
	spool_queue_keep_losses(&spool->queue);
}

/* The writer sleeps without work, gathers when there is some: it need not hear of every record. */
static void wake_writer(struct spool *spool, size_t count_before)
{
	if (count_before == 0 || (count_before < SPOOL_GATHER_ENOUGH && spool->count >= SPOOL_GATHER_ENOUGH))
		pthread_cond_signal(&spool->work);
}

/* Puts a record, behind the gap of what was lost before it. Returns whether there was room. */
static bool put(struct spool *spool, const struct record *record)
{
	size_t before = spool->count;

	if (!has_room(spool, spool->queue.losses.count > 0 ? 2 : 1) || !spool_enqueue_losses(spool))
		return false;
	enqueue(spool, spool->given + 1, record);
	wake_writer(spool, before);
	return true;
}

/* ---- putting ---- */

/* A record that contradicts itself is our own fault: it leaves a gap in its place. */
static void refuse(struct spool *spool, const struct record *record)
{
	struct record gap = record_of_gap(GAP_INVALID, 1, record->scheduled_us, record->scheduled_us);

	spool->counters.invalid++;
	if (!put(spool, &gap))
		lose(spool, record);
}

bool spool_put(struct spool *spool, const struct record *record)
{
	const char *fault = record_fault(record);
	bool accepted = false, first_lost = false;
	char text[200];

	pthread_mutex_lock(&spool->mutex);
	if (fault) {
		refuse(spool, record);
	} else if (put(spool, record)) {
		accepted = true;
		spool->losing = false;
		spool->counters.put++;
	} else {
		first_lost = !spool->losing;
		spool->losing = true;
		spool->counters.lost++;
		lose(spool, record);
	}
	pthread_mutex_unlock(&spool->mutex);
	if (fault) {
		snprintf(text, sizeof(text), "a record of target %" PRId32 " is refused: %s", record->target,
		         fault);
		spool_tell(spool, text);
	} else if (first_lost) {
		spool_tell(
		    spool,
		    "the queue in memory is full, records are being lost: free space on the spool's disk; "
		    "how many, and from when to when, is recorded once there is room");
	}
	return accepted;
}

/* Waits for room in the ring. Returns whether there is some. */
static bool wait_for_room(struct spool *spool)
{
	struct timespec until = spool_after_ms(PUT_MANY_PATIENCE_MS);

	while (!has_room(spool, 2)) /* a gap, perhaps, and the record */
		if (!spool_wait(spool, &spool->progress, &until))
			return has_room(spool, 2);
	return true;
}

int spool_put_many(struct spool *spool, const struct record *records, size_t count, struct error *err)
{
	pthread_mutex_lock(&spool->mutex);
	for (size_t i = 0; i < count; i++) {
		const char *fault = record_fault(&records[i]);

		if (fault) {
			error_set(err, ERROR_DATA, "record %zu, of target %" PRId32 ": %s", i,
			          records[i].target, fault);
			break;
		}
		if (!put(spool, &records[i]) && !(wait_for_room(spool) && put(spool, &records[i]))) {
			error_set(err, ERROR_DATABASE, "spool '%s' has taken nothing for %d s", spool->path,
			          PUT_MANY_PATIENCE_MS / 1000);
			break;
		}
		spool->counters.put++;
	}
	pthread_mutex_unlock(&spool->mutex);
	return err->code;
}

int spool_flush(struct spool *spool, int64_t timeout_ms, struct error *err)
{
	struct timespec until = spool_after_ms(timeout_ms);
	int64_t wanted;

	pthread_mutex_lock(&spool->mutex);
	wanted = spool->counters.put;
	spool->hurry = true;
	pthread_cond_signal(&spool->work);
	while (spool->committed_put < wanted)
		if (!spool_wait(spool, &spool->progress, &until))
			break;
	spool->hurry = false;
	if (spool->committed_put < wanted)
		error_set(err, ERROR_RETRY,
		          "spool '%s': %" PRId64 " records are still not on disk after %" PRId64 " ms",
		          spool->path, wanted - spool->committed_put, timeout_ms);
	pthread_mutex_unlock(&spool->mutex);
	return err->code;
}
