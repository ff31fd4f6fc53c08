/* spool: opening and closing. */
#include "monitor/spool/spool_part.h"

#include "monitor/spool/spool_repair.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_SIZE_LIMIT (INT64_C(1) << 30)
#define LEAST_SIZE_LIMIT   (INT64_C(4) << 20)
#define DEFAULT_QUEUE      65536

void spool_tell(struct spool *spool, const char *text)
{
	if (spool->report)
		spool->report(spool->report_context, text);
}

void spool_tell_all(struct spool *spool, const char *why, const char *done)
{
	char line[1000];

	snprintf(line, sizeof(line), "%s; %s", why, done);
	spool_tell(spool, line);
}

void spool_show_repair(void *arg, int64_t done, int64_t total)
{
	struct spool *spool = arg;
	char line[200];

	if (done == 0 && total >= SPOOL_REPAIR_LONG) {
		snprintf(line, sizeof(line),
		         "%" PRId64 " numbers are looked at, to save what can be read: that takes a while",
		         total);
		spool_tell(spool, line);
	}
	if (spool->opening)
		progress_show(spool->opening, done, total);
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

bool spool_wait(struct spool *spool, pthread_cond_t *condition, const struct timespec *until)
{
	return pthread_cond_clockwait(condition, &spool->mutex, CLOCK_MONOTONIC, until) != ETIMEDOUT;
}

void spool_note_file(struct spool *spool)
{
	spool->counters.pending = spool->writing.state.pending;
	spool->counters.bytes = spool->writing.bytes;
	spool->counters.oldest_us = spool->writing.oldest_us;
	spool->counters.last_seq = spool->writing.state.last_seq;
}

struct file_identity spool_identify(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct file_identity){ 0 };
	return (struct file_identity){ .device = (uint64_t)st.st_dev, .inode = (uint64_t)st.st_ino };
}

struct spool_note spool_note_of(const struct spool *spool)
{
	const struct spool_state *state = &spool->writing.state;

	return (struct spool_note){ .stream = state->stream,
		                    .last_seq = state->last_seq,
		                    .deleted_through = state->deleted_through,
		                    .vantage = spool->vantage,
		                    .device = spool->file.device,
		                    .inode = spool->file.inode };
}

void spool_write_note(struct spool *spool)
{
	struct spool_note note = spool_note_of(spool);

	spool_queue_note(&spool->queue, &note);
}

/* ---- opening ---- */

static int make_mutexes(struct spool *spool, struct error *err)
{
	if (pthread_mutex_init(&spool->mutex, NULL) != 0 || pthread_mutex_init(&spool->read_mutex, NULL) != 0)
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", spool->path);
	pthread_cond_init(&spool->work, NULL);
	pthread_cond_init(&spool->progress, NULL);
	spool->mutex_made = true;
	return 0;
}

static int start_writer(struct spool *spool, struct error *err)
{
	const struct spool_state *state = &spool->writing.state;
	int result;

	spool_note_file(spool);
	spool->given = state->last_seq;
	spool->sent_through = state->sent_through;
	spool->deleted_through = spool->delete_through = state->deleted_through;
	spool->stream = state->stream;
	spool_write_note(spool);
	spool->opening = NULL;
	result = pthread_create(&spool->writer, NULL, spool_writer_main, spool);
	if (result != 0)
		return error_set(err, ERROR_MEMORY, "no thread for the spool: %s", strerror(result));
	spool->writer_started = true;
	return 0;
}

/* The note of this spool's former process; without a stream where it is of another vantage, or where there is none. */
static struct spool_note former_note(const struct spool *spool)
{
	struct spool_note note = spool->queue.former;

	if (note.vantage != spool->vantage)
		memset(&note, 0, sizeof(note));
	note.vantage = spool->vantage;
	return note;
}

static int open_file(struct spool *spool, struct error *err)
{
	struct spool_state fresh = { .vantage = spool->vantage };

	if (spool_file_random_stream(&fresh.stream, err) < 0)
		return err->code;
	return spool_file_open(&spool->writing, spool->path, &fresh, spool->size_limit_bytes, err);
}

static int repair_file(struct spool *spool, const char *why, struct error *err)
{
	struct spool_note note = former_note(spool);
	struct text said = { 0 };

	if (spool_repair(&(struct spool_repair){ .path = spool->path,
	                                         .note = &note,
	                                         .size_limit_bytes = spool->size_limit_bytes,
	                                         .progress = spool_show_repair,
	                                         .context = spool },
	                 &said, err) == 0)
		spool_tell_all(spool, why, text_string(&said));
	text_release(&said);
	return err->code ? err->code : open_file(spool, err);
}

/*
 * Opens the file, or what can be made of it. Only what the note says was a spool is taken for a damaged one: any other
 * file belongs to somebody.
 */
static int open_sound(struct spool *spool, struct error *err)
{
	struct spool_note note = former_note(spool);
	struct error why = { 0 };
	bool was_here = note.stream > 0;
	char text[600];

	if (spool_repair_finish(spool->path, err) < 0)
		return err->code;
	if (was_here && spool_identify(spool->path).inode == 0) {
		snprintf(text, sizeof(text), "spool '%s' is gone", spool->path);
		return repair_file(spool, text, err);
	}
	if (spool_repair_log_damaged(spool->path)) {
		snprintf(text, sizeof(text), "spool '%s' is damaged: its log '%s-wal' does not sum up",
		         spool->path, spool->path);
		return repair_file(spool, text, err);
	}
	if (open_file(spool, &why) == 0)
		return 0;
	spool_file_close(&spool->writing);
	if (why.code == ERROR_DATA || (was_here && why.code == ERROR_UNSUPPORTED))
		return repair_file(spool, why.text, err);
	*err = why;
	if (err->code == ERROR_UNSUPPORTED || err->code == ERROR_USAGE)
		err->code = ERROR_DATA;
	return err->code;
}

static int append_gap(struct spool *spool, const struct spool_losses *losses, enum record_gap_reason why,
                      struct error *err)
{
	struct record gap = record_of_gap(why, losses->count, losses->from_us, losses->until_us);
	struct spool_slot slot;

	spool_row_encode(&slot, spool->writing.state.last_seq + losses->count, &gap);
	return spool_file_append(&spool->writing, &slot, 1, err);
}

/* What the note knows and the file does not: it is older than it should be, and its last numbers were given already. */
static bool is_older(const struct spool *spool, const struct spool_note *note)
{
	return note->stream == spool->writing.state.stream && note->last_seq > spool->writing.state.last_seq;
}

/*
 * Whoever had the file open last may have sent all that is in it. So may another process, where this is the first
 * time that the file is opened under this name: it may be a copy.
 */
static int settle_state(struct spool *spool, struct error *err)
{
	struct spool_note note = former_note(spool);
	struct spool_state state = spool->writing.state;
	bool known = note.stream == state.stream && note.inode == spool->file.inode &&
	             note.device == spool->file.device;
	char text[600];

	if (is_older(spool, &note)) {
		snprintf(text, sizeof(text),
		         "spool '%s' is older than it was, or its log is gone: %" PRId64
		         " records are missing, "
		         "and will show as a gap where they are not in the database",
		         spool->path, note.last_seq - state.last_seq);
		spool_tell(spool, text);
		if (append_gap(spool, &(struct spool_losses){ .count = note.last_seq - state.last_seq },
		               GAP_DAMAGED, err) < 0)
			return err->code;
		state = spool->writing.state;
		known = false;
	}
	if (state.sending || !known)
		state.sent_through = state.last_seq;
	state.sending = 0;
	return spool_file_set_state(&spool->writing, &state, err);
}

/* Of another stream, they were never committed under it: they get numbers of this one. */
static void renumber(struct spool_slot *slots, size_t count, int64_t last_seq)
{
	struct record record;

	for (size_t i = 0; i < count; i++)
		if (spool_row_decode(&record, slots[i].seq, slots[i].bytes, slots[i].size))
			spool_row_encode(&slots[i], ++last_seq, &record);
}

/* Commits what waited when the former process ended. */
static int take_left(struct spool *spool, struct error *err)
{
	struct spool_file *f = &spool->writing;
	bool same = spool->queue.former.stream == f->state.stream;
	int64_t after = same ? f->state.last_seq : spool->queue.former.last_seq;
	struct spool_losses losses;
	struct spool_slot *slots;
	size_t count;

	if (spool->queue.former.vantage != spool->vantage)
		return 0;
	if (spool_queue_left(&spool->queue, after, &slots, &count, &losses, err) < 0)
		return err->code;
	if (losses.after < (count > 0 ? slots[count - 1].seq : after))
		losses.count = 0; /* killed when their gap was among the rows already */
	if (!same)
		renumber(slots, count, f->state.last_seq);
	if (count > 0)
		err->code = spool_file_append(f, slots, count, err);
	free(slots);
	if (!err->code && losses.count > 0)
		err->code = append_gap(spool, &losses, GAP_FULL, err);
	return err->code;
}

static int open_parts(struct spool *spool, const struct spool_options *options, struct error *err)
{
	if (spool->size_limit_bytes < LEAST_SIZE_LIMIT)
		return error_set(err, ERROR_DATA, "size limit of %" PRId64 " bytes is below 4 MiB",
		                 spool->size_limit_bytes);
	spool->path = strdup(options->path);
	if (!spool->path)
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", options->path);
	if (make_mutexes(spool, err) < 0 || spool_queue_open(&spool->queue, spool->path, err) < 0 ||
	    open_sound(spool, err) < 0)
		return err->code;
	spool->file = spool_identify(spool->path);
	if (settle_state(spool, err) < 0 || take_left(spool, err) < 0 ||
	    spool_queue_begin(&spool->queue, options->queue_records ? options->queue_records : DEFAULT_QUEUE,
	                      err) < 0 ||
	    spool_file_open_reader(&spool->reading, spool->path, err) < 0)
		return err->code;
	spool->queue_told = !spool_queue_survives(&spool->queue);
	if (spool->queue_told)
		spool_tell(spool,
		           "no room for the queue's file: kill -9 would lose what waits, at most 0.2 s; "
		           "free space on its disk");
	return start_writer(spool, err);
}

int spool_open(struct spool **out, const struct spool_options *options, struct error *err)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	assert(options->path && options->vantage > 0);
	*out = NULL;
	if (!spool)
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", options->path);
	spool->queue.fd = -1;
	spool->vantage = options->vantage;
	spool->size_limit_bytes = options->size_limit_bytes ? options->size_limit_bytes : DEFAULT_SIZE_LIMIT;
	spool->report = options->report;
	spool->report_context = options->report_context;
	spool->opening = options->progress;
	(void)open_parts(spool, options, err);
	if (options->progress)
		progress_end(options->progress);
	if (err->code) {
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
		snprintf(text, sizeof(text), "%zu records could not be written to the disk; %s", spool->count,
		         spool_queue_survives(&spool->queue)
		             ? "they wait in the queue's file for the next start"
		             : "they are lost");
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
		pthread_mutex_destroy(&spool->read_mutex);
	}
	spool_queue_close(&spool->queue);
	free(spool->path);
	free(spool);
}

void spool_count(struct spool *spool, struct spool_counters *out)
{
	struct record first;

	pthread_mutex_lock(&spool->mutex);
	*out = spool->counters;
	if (out->pending == 0 && spool->count > 0) {
		const struct spool_slot *slot = &spool->queue.slots[spool->head];

		if (spool_row_decode(&first, slot->seq, slot->bytes, slot->size))
			out->oldest_us = first.scheduled_us;
	}
	pthread_mutex_unlock(&spool->mutex);
}
