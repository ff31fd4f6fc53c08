/* spool_put: records come in: the queue in memory, and waiting for it. */
#include "monitor/spool_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define PUT_MANY_PATIENCE_MS 10000

static void enqueue(struct spool *spool, const struct record *record)
{
	struct spool_entry *entry = &spool->ring[(spool->head + spool->count) % spool->ring_size];

	entry->record = *record;
	entry->lost_before = spool->lost_since;
	spool->lost_since = 0;
	spool->count++;
	spool->counters.put++;
	spool->counters.queued = (int64_t)spool->count;
}

/* The writer sleeps without work, gathers when there is some: it need not hear of every record. */
static void wake_writer(struct spool *spool, size_t count_before)
{
	if (count_before == 0 || (count_before < SPOOL_GATHER_ENOUGH && spool->count >= SPOOL_GATHER_ENOUGH))
		pthread_cond_signal(&spool->work);
}

bool spool_put(struct spool *spool, const struct record *record)
{
	const char *fault = record_fault(record);
	bool accepted = false, first_lost = false;
	char text[200];

	pthread_mutex_lock(&spool->mutex);
	if (fault) {
		spool->counters.invalid++;
		spool->lost_since++;
	} else if (spool->count == spool->ring_size) {
		first_lost = !spool->losing;
		spool->losing = true;
		spool->counters.lost++;
		spool->lost_since++;
	} else {
		accepted = true;
		spool->losing = false;
		enqueue(spool, record);
		wake_writer(spool, spool->count - 1);
	}
	pthread_mutex_unlock(&spool->mutex);
	if (fault) {
		snprintf(text, sizeof(text), "a record of target %" PRId32 " is refused: %s", record->target,
		         fault);
		spool_tell(spool, text);
	} else if (first_lost) {
		spool_tell(spool, "the queue in memory is full, records are being lost");
	}
	return accepted;
}

/* Waits for room in the ring. Returns whether there is some. */
static bool wait_for_room(struct spool *spool)
{
	struct timespec until = spool_after_ms(PUT_MANY_PATIENCE_MS);

	while (spool->count == spool->ring_size)
		if (pthread_cond_timedwait(&spool->progress, &spool->mutex, &until) == ETIMEDOUT)
			return spool->count < spool->ring_size;
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
		if (spool->count == spool->ring_size && !wait_for_room(spool)) {
			error_set(err, ERROR_DATABASE, "spool '%s' has taken nothing for %d s", spool->path,
			          PUT_MANY_PATIENCE_MS / 1000);
			break;
		}
		enqueue(spool, &records[i]);
		wake_writer(spool, spool->count - 1);
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
		if (pthread_cond_timedwait(&spool->progress, &spool->mutex, &until) == ETIMEDOUT)
			break;
	spool->hurry = false;
	if (spool->committed_put < wanted)
		error_set(err, ERROR_RETRY,
		          "spool '%s': %" PRId64 " records are still not on disk after %" PRId64 " ms",
		          spool->path, wanted - spool->committed_put, timeout_ms);
	pthread_mutex_unlock(&spool->mutex);
	return err->code;
}
