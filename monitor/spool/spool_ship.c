/* spool_ship: what ship wants of a spool: its identity, its records, and changes that the writer makes for it. */
#include "monitor/spool/spool_part.h"

#include <assert.h>

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

/* The writer is to repair the file; what is asked of it meanwhile fails, and is asked again. */
static void note_damage(struct spool *spool)
{
	pthread_mutex_lock(&spool->mutex);
	spool->damaged = true;
	pthread_cond_signal(&spool->work);
	pthread_mutex_unlock(&spool->mutex);
}

int64_t spool_read(struct spool *spool, int64_t after, int64_t limit, spool_take *take, void *context,
                   struct error *err)
{
	int64_t taken;

	pthread_mutex_lock(&spool->read_mutex);
	taken = spool->reading.db ? spool_file_read(&spool->reading, after, limit, take, context, err)
	                          : error_set(err, ERROR_DATABASE, "spool '%s' is not open", spool->path);
	pthread_mutex_unlock(&spool->read_mutex);
	if (taken == ERROR_DATA)
		note_damage(spool);
	return taken;
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

static int have_done(struct spool *spool, struct spool_job *job, struct error *err)
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

int spool_set_aside(struct spool *spool, int64_t seq, enum record_gap_reason why, const char *reason,
                    struct error *err)
{
	struct spool_job job = { .kind = JOB_SET_ASIDE, .seq = seq, .why = why, .reason = reason };

	return have_done(spool, &job, err);
}

int spool_renew(struct spool *spool, int64_t shipped_through, struct error *err)
{
	struct spool_job job = { .kind = JOB_RENEW, .seq = shipped_through };

	return have_done(spool, &job, err);
}

int spool_will_send(struct spool *spool, struct error *err)
{
	struct spool_job job = { .kind = JOB_WILL_SEND };
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
