#include "monitor/spool.h"

#include "monitor/spool_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_SIZE_LIMIT   (INT64_C(1) << 30)
#define LEAST_SIZE_LIMIT     (INT64_C(4) << 20)
#define DEFAULT_QUEUE        65536
#define GATHER_MS            100 /* how long the writer lets records gather: one flush to disk for all of them */
#define GATHER_ENOUGH        1024
#define COMMIT_MOST          16384
#define RETRY_MS             250 /* after a transaction failed */
#define PUT_MANY_PATIENCE_MS 10000

/* A change that another thread asks the writer for, and waits. */
struct job {
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
	size_t ring_size, head,
	    count;             /* the entries [head, head + count) wait; the writer commits from head */
	int64_t lost_since;    /* lost after the newest entry of the ring */
	int64_t committed_put; /* how many accepted records were committed, for spool_flush */
	int64_t delete_through, deleted_through;
	int64_t stream, sent_through;
	bool will_send; /* it is noted on disk */
	struct job *job;
	struct spool_counters counters;
	bool hurry, stopping, losing;
};

static void tell(struct spool *spool, const char *text)
{
	if (spool->report)
		spool->report(spool->report_context, text);
}

static struct timespec after_ms(int64_t ms)
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

const char *record_fault(const struct record *r)
{
	bool missed_reason = r->failure >= FAILURE_IN_FLIGHT_CAP && r->failure < FAILURE_NO_RECORD;

	if (r->kind == RECORD_CLOCK)
		return r->max_error_us < -1 ? "a clock's error below zero" : NULL;
	if (r->kind != RECORD_SAMPLE)
		return "a kind that does not exist";
	if (r->target <= 0)
		return "no target";
	switch (r->outcome) {
	case SAMPLE_UP:
		if (r->failure != FAILURE_NONE)
			return "an outcome up with a failure";
		return r->rtt_us < 0 ? "an outcome up without a round trip" : NULL;
	case SAMPLE_DOWN:
		if (r->failure == FAILURE_NONE || r->failure > FAILURE_PROTOCOL)
			return "an outcome down without a failure of the target";
		return r->rtt_us != -1 ? "an outcome down with a round trip" : NULL;
	case SAMPLE_MISSED:
		if (!missed_reason)
			return "an outcome missed without a failure of the monitor";
		if (r->sent_us != 0)
			return "an outcome missed with a send time";
		return r->rtt_us != -1 ? "an outcome missed with a round trip" : NULL;
	default:
		return "an outcome that does not exist";
	}
}

/* ---- the writer thread; called with the mutex held unless said otherwise ---- */

/* The transaction failed: says so once, then waits a little so that a full disk is not hammered. */
static void writer_failed(struct spool *spool, const struct error *err)
{
	struct timespec until = after_ms(RETRY_MS);
	bool first = !spool->counters.stuck;

	spool->counters.failures++;
	spool->counters.stuck = true;
	pthread_cond_broadcast(&spool->progress);
	if (first) {
		pthread_mutex_unlock(&spool->mutex);
		tell(spool, err->text);
		pthread_mutex_lock(&spool->mutex);
	}
	while (!spool->stopping && pthread_cond_timedwait(&spool->work, &spool->mutex, &until) != ETIMEDOUT)
		;
}

static void writer_succeeded(struct spool *spool)
{
	bool was_stuck = spool->counters.stuck;

	spool->counters.stuck = false;
	spool->counters.commits++;
	spool->counters.pending = spool->writing.pending;
	spool->counters.last_seq = spool->writing.last_seq;
	spool->stream = spool->writing.stream;
	pthread_cond_broadcast(&spool->progress);
	if (was_stuck) {
		pthread_mutex_unlock(&spool->mutex);
		tell(spool, "the disk takes records again");
		pthread_mutex_lock(&spool->mutex);
	}
}

/* Commits what waits at the head. The entries stay in the ring, which nobody else frees, until they are on disk. */
static bool writer_append(struct spool *spool)
{
	struct error err = { 0 };
	size_t contiguous = spool->ring_size - spool->head;
	size_t take = spool->count < contiguous ? spool->count : contiguous;
	int64_t lost_after;
	int result;

	if (take > COMMIT_MOST)
		take = COMMIT_MOST;
	/* a hole after the newest record is written down at the end, when no record can carry it any more */
	lost_after = spool->stopping && take == spool->count ? spool->lost_since : 0;
	pthread_mutex_unlock(&spool->mutex);
	result = spool_file_append(&spool->writing, spool->ring + spool->head, take, lost_after, &err);
	pthread_mutex_lock(&spool->mutex);
	if (result < 0) {
		writer_failed(spool, &err);
		return false;
	}
	spool->head = (spool->head + take) % spool->ring_size;
	spool->count -= take;
	spool->lost_since -= lost_after;
	spool->committed_put += (int64_t)take;
	spool->counters.queued = (int64_t)spool->count;
	writer_succeeded(spool);
	return true;
}

static void writer_delete(struct spool *spool)
{
	struct error err = { 0 };
	int64_t through = spool->delete_through;
	int result;

	pthread_mutex_unlock(&spool->mutex);
	result = spool_file_delete(&spool->writing, through, &err);
	pthread_mutex_lock(&spool->mutex);
	if (result < 0) {
		writer_failed(spool, &err);
		return;
	}
	spool->deleted_through = through;
	writer_succeeded(spool);
}

static void writer_do_job(struct spool *spool)
{
	struct job *job = spool->job;
	int result = 0;

	pthread_mutex_unlock(&spool->mutex);
	if (job->kind == JOB_SET_ASIDE)
		result = spool_file_set_aside(&spool->writing, job->seq, job->reason, &job->error);
	else if (job->kind == JOB_RENEW)
		result = spool_file_renew(&spool->writing, job->seq, &job->error);
	else
		result = spool_file_will_send(&spool->writing, &job->error);
	pthread_mutex_lock(&spool->mutex);
	spool->job = NULL;
	job->done = true;
	if (result == 0)
		writer_succeeded(spool);
	else
		pthread_cond_broadcast(&spool->progress);
}

static bool writer_has_work(const struct spool *spool)
{
	return spool->count > 0 || spool->delete_through > spool->deleted_through || spool->job ||
	       (spool->stopping && spool->lost_since > 0);
}

/* Lets records gather for a moment, unless somebody waits or there are enough. */
static void writer_gather(struct spool *spool)
{
	struct timespec until = after_ms(GATHER_MS);

	while (!spool->stopping && !spool->hurry && !spool->job && spool->count < GATHER_ENOUGH)
		if (pthread_cond_timedwait(&spool->work, &spool->mutex, &until) == ETIMEDOUT)
			return;
}

static void *writer_main(void *argument)
{
	struct spool *spool = argument;

	pthread_mutex_lock(&spool->mutex);
	for (;;) {
		while (!spool->stopping && !writer_has_work(spool))
			pthread_cond_wait(&spool->work, &spool->mutex);
		if (!writer_has_work(spool))
			break;
		writer_gather(spool);
		if (spool->job)
			writer_do_job(spool);
		/* deleting first: on a full disk it makes the room that appending needs */
		if (spool->delete_through > spool->deleted_through)
			writer_delete(spool);
		if ((spool->count > 0 || (spool->stopping && spool->lost_since > 0)) &&
		    !writer_append(spool) && spool->stopping)
			break;
	}
	pthread_mutex_unlock(&spool->mutex);
	return NULL;
}

/* ---- opening and closing ---- */

/* SQLite's own locks are released while nothing is written: this one holds as long as the process has it open. */
static int lock_spool(struct spool *spool, struct error *err)
{
	spool->lock_fd = open(spool->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock_fd < 0)
		return error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", spool->path,
		                 strerror(errno));
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

	spool->counters.last_seq = spool->writing.last_seq;
	spool->sent_through = spool->writing.sent_through;
	spool->counters.pending = spool->writing.pending;
	spool->stream = spool->writing.stream;
	result = pthread_create(&spool->writer, NULL, writer_main, spool);
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
		tell(spool, text);
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

/* ---- putting ---- */

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
	if (count_before == 0 || (count_before < GATHER_ENOUGH && spool->count >= GATHER_ENOUGH))
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
		tell(spool, text);
	} else if (first_lost) {
		tell(spool, "the queue in memory is full, records are being lost");
	}
	return accepted;
}

/* Waits for room in the ring. Returns whether there is some. */
static bool wait_for_room(struct spool *spool)
{
	struct timespec until = after_ms(PUT_MANY_PATIENCE_MS);

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
	struct timespec until = after_ms(timeout_ms);
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

void spool_count(struct spool *spool, struct spool_counters *out)
{
	pthread_mutex_lock(&spool->mutex);
	*out = spool->counters;
	pthread_mutex_unlock(&spool->mutex);
}

/* ---- for ship ---- */

int64_t spool_stream(struct spool *spool)
{
	int64_t stream;

	pthread_mutex_lock(&spool->mutex);
	stream = spool->stream;
	pthread_mutex_unlock(&spool->mutex);
	return stream;
}

int32_t spool_vantage(const struct spool *spool)
{
	return spool->vantage;
}

int64_t spool_sent_through(struct spool *spool)
{
	int64_t seq;

	pthread_mutex_lock(&spool->mutex);
	seq = spool->sent_through;
	pthread_mutex_unlock(&spool->mutex);
	return seq;
}

void spool_sending(struct spool *spool, int64_t seq)
{
	pthread_mutex_lock(&spool->mutex);
	assert(spool->will_send);
	if (seq > spool->sent_through)
		spool->sent_through = seq;
	pthread_mutex_unlock(&spool->mutex);
}

int64_t spool_read(struct spool *spool, int64_t after, int64_t limit, spool_take *take, void *context,
                   struct error *err)
{
	return spool_file_read(&spool->reading, after, limit, take, context, err);
}

void spool_delete(struct spool *spool, int64_t seq)
{
	pthread_mutex_lock(&spool->mutex);
	if (seq > spool->delete_through) {
		spool->delete_through = seq;
		pthread_cond_signal(&spool->work);
	}
	pthread_mutex_unlock(&spool->mutex);
}

static int have_done(struct spool *spool, struct job *job, struct error *err)
{
	pthread_mutex_lock(&spool->mutex);
	while (spool->job) /* somebody else's */
		pthread_cond_wait(&spool->progress, &spool->mutex);
	spool->job = job;
	pthread_cond_signal(&spool->work);
	while (!job->done)
		pthread_cond_wait(&spool->progress, &spool->mutex);
	pthread_mutex_unlock(&spool->mutex);
	return job->error.code ? error_set(err, job->error.code, "%s", job->error.text) : 0;
}

int spool_set_aside(struct spool *spool, int64_t seq, const char *reason, struct error *err)
{
	struct job job = { .kind = JOB_SET_ASIDE, .seq = seq, .reason = reason };

	return have_done(spool, &job, err);
}

int spool_renew(struct spool *spool, int64_t shipped_through, struct error *err)
{
	struct job job = { .kind = JOB_RENEW, .seq = shipped_through };

	return have_done(spool, &job, err);
}

int spool_will_send(struct spool *spool, struct error *err)
{
	struct job job = { .kind = JOB_WILL_SEND };
	bool noted;

	pthread_mutex_lock(&spool->mutex);
	noted = spool->will_send;
	pthread_mutex_unlock(&spool->mutex);
	if (noted)
		return 0;
	if (have_done(spool, &job, err) < 0)
		return err->code;
	pthread_mutex_lock(&spool->mutex);
	spool->will_send = true;
	pthread_mutex_unlock(&spool->mutex);
	return 0;
}
