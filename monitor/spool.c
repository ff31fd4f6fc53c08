/* spool: opening and closing. */
#include "monitor/spool_part.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define DEFAULT_SIZE_LIMIT (INT64_C(1) << 30)
#define LEAST_SIZE_LIMIT   (INT64_C(4) << 20)
#define DEFAULT_QUEUE      65536

void spool_tell(struct spool *spool, const char *text)
{
	if (spool->report)
		spool->report(spool->report_context, text);
}

struct timespec spool_after_ms(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

void spool_note_file(struct spool *spool)
{
	spool->counters.pending = spool->writing.pending;
	spool->counters.bytes = spool->writing.bytes;
	spool->counters.oldest_us = spool->writing.oldest_us;
	spool->counters.last_seq = spool->writing.last_seq;
}

/* ---- opening ---- */

/* SQLite's own locks are released while nothing is written: this one holds as long as the process has it open. */
static int lock_spool(struct spool *spool, struct error *err)
{
	spool->lock_fd = open(spool->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock_fd < 0) {
		int cause = errno;

		error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", spool->path, strerror(cause));
		if (cause == ENOENT)
			error_hint(err, "make its folder, or name another in spool.path");
		return err->code;
	}
	if (flock(spool->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	error_set(err, ERROR_RETRY, "spool '%s' is in use by another process", spool->path);
	return error_hint(err, "one slamon at a time: stop the other, or give this one its own spool");
}

static int make_queue(struct spool *spool, size_t records, struct error *err)
{
	pthread_condattr_t monotonic;

	spool->ring_size = records ? records : DEFAULT_QUEUE;
	spool->ring = calloc(spool->ring_size, sizeof(*spool->ring));
	if (!spool->ring)
		return error_set(err, ERROR_MEMORY, "no memory for a queue of %zu records", spool->ring_size);
	pthread_mutex_init(&spool->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&spool->work, &monotonic);
	pthread_cond_init(&spool->progress, &monotonic);
	pthread_condattr_destroy(&monotonic);
	spool->mutex_made = true;
	return 0;
}

static int start_writer(struct spool *spool, struct error *err)
{
	int result;

	spool_note_file(spool);
	spool->sent_through = spool->writing.sent_through;
	spool->stream = spool->writing.stream;
	result = pthread_create(&spool->writer, NULL, spool_writer_main, spool);
	if (result != 0)
		return error_set(err, ERROR_MEMORY, "no thread for the spool: %s", strerror(result));
	spool->writer_started = true;
	return 0;
}

static int open_parts(struct spool *spool, const struct spool_options *options, struct error *err)
{
	int64_t limit = options->size_limit_bytes ? options->size_limit_bytes : DEFAULT_SIZE_LIMIT;

	if (limit < LEAST_SIZE_LIMIT)
		return error_set(err, ERROR_DATA, "size limit of %" PRId64 " bytes is below 4 MiB", limit);
	spool->path = strdup(options->path);
	if (!spool->path || asprintf(&spool->lock_path, "%s-lock", options->path) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", options->path);
	if (lock_spool(spool, err) < 0 || make_queue(spool, options->queue_records, err) < 0 ||
	    spool_file_open(&spool->writing, spool->path, options->vantage, limit, err) < 0 ||
	    spool_file_open_reader(&spool->reading, spool->path, err) < 0)
		return err->code;
	return start_writer(spool, err);
}

int spool_open(struct spool **out, const struct spool_options *options, struct error *err)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	assert(options->path && options->vantage > 0);
	*out = NULL;
	if (!spool)
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", options->path);
	spool->lock_fd = -1;
	spool->vantage = options->vantage;
	spool->report = options->report;
	spool->report_context = options->report_context;
	if (open_parts(spool, options, err) < 0) {
		spool_close(spool);
		return err->code;
	}
	*out = spool;
	return 0;
}

/* ---- closing ---- */

static void stop_writer(struct spool *spool)
{
	char text[200];

	pthread_mutex_lock(&spool->mutex);
	spool->stopping = true;
	pthread_cond_signal(&spool->work);
	pthread_mutex_unlock(&spool->mutex);
	pthread_join(spool->writer, NULL);
	if (spool->count > 0) {
		snprintf(text, sizeof(text), "%zu records could not be written and are lost", spool->count);
		spool_tell(spool, text);
	}
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	if (spool->writer_started)
		stop_writer(spool);
	spool_file_close(&spool->reading);
	spool_file_close(&spool->writing);
	if (spool->mutex_made) {
		pthread_cond_destroy(&spool->work);
		pthread_cond_destroy(&spool->progress);
		pthread_mutex_destroy(&spool->mutex);
	}
	if (spool->lock_fd >= 0)
		close(spool->lock_fd);
	free(spool->ring);
	free(spool->lock_path);
	free(spool->path);
	free(spool);
}

void spool_count(struct spool *spool, struct spool_counters *out)
{
	pthread_mutex_lock(&spool->mutex);
	*out = spool->counters;
	pthread_mutex_unlock(&spool->mutex);
}
