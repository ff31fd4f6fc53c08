/*
 * spool_watch: a file that is damaged, or whose name is gone, while it is in use.
 *
 * A deleted file lives on as long as it is open: what it holds is read from it into a new one under the old name. Where
 * that cannot be made (the folder is gone), observing and shipping go on with the nameless file, and it is tried again.
 */
#include "monitor/spool/spool_part.h"
#include "monitor/spool/spool_repair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define AGAIN_MS 1000

static bool same_file(const struct file_identity *a, const struct file_identity *b)
{
	return a->inode == b->inode && a->device == b->device;
}

static struct file_identity identify_log(const struct spool *spool)
{
	char name[4200];

	snprintf(name, sizeof(name), "%s-wal", spool->path);
	return spool_identify(name);
}

static bool is_due(const struct timespec *at)
{
	struct timespec now = spool_after_ms(0);

	return now.tv_sec > at->tv_sec || (now.tv_sec == at->tv_sec && now.tv_nsec >= at->tv_nsec);
}

/* Opens what now lies under the name, for the writer and for readers. With the read mutex. */
static int open_again(struct spool *spool, struct error *err)
{
	struct spool_state same = { .vantage = spool->vantage, .stream = spool->writing.state.stream };

	spool_file_close(&spool->reading);
	spool_file_close(&spool->writing);
	if (spool_file_open(&spool->writing, spool->path, &same, spool->size_limit_bytes, err) < 0 ||
	    spool_file_open_reader(&spool->reading, spool->path, err) < 0)
		return err->code;
	spool->file = spool_identify(spool->path);
	memset(&spool->log, 0, sizeof(spool->log));
	return 0;
}

/* What this process may have sent stays what it was: the new file takes all of it for sent. */
static int keep_state(struct spool *spool, struct error *err)
{
	struct spool_state state = spool->writing.state;

	pthread_mutex_lock(&spool->mutex);
	state.sending = spool->will_send;
	state.sent_through = spool->sent_through;
	spool->stream = state.stream;
	spool_note_file(spool);
	spool_write_note(spool);
	pthread_mutex_unlock(&spool->mutex);
	return spool_file_set_state(&spool->writing, &state, err);
}

/* open: read from the connection, whose file has no name any more; else from what lies under the name. */
static int repair(struct spool *spool, bool open, const char *why, struct error *err)
{
	struct spool_note note = spool_note_of(spool);
	struct text said = { 0 };
	int result;

	pthread_mutex_lock(&spool->read_mutex);
	if (!open) {
		spool_file_close(&spool->reading);
		sqlite3_db_config(spool->writing.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	result = spool_repair(&(struct spool_repair){ .path = spool->path,
	                                              .open = open ? &spool->writing : NULL,
	                                              .note = &note,
	                                              .size_limit_bytes = spool->size_limit_bytes,
	                                              .progress = spool_show_repair,
	                                              .context = spool },
	                      &said, err);
	if (result == 0)
		result = open_again(spool, err);
	else if (!open && !spool->reading.db)
		(void)!spool_file_open_reader(&spool->reading, spool->path, &(struct error){ 0 });
	pthread_mutex_unlock(&spool->read_mutex);
	if (result == 0 && keep_state(spool, err) == 0)
		spool_tell_all(spool, why, text_string(&said));
	text_release(&said);
	return err->code;
}

/* The name is gone, or another file has it. */
static void have_name_back(struct spool *spool, const struct file_identity *there)
{
	struct error err = { 0 };
	char why[600], text[1500];

	snprintf(why, sizeof(why), "spool '%s' was %s while it was in use", spool->path,
	         there->inode ? "replaced" : "deleted");
	if (repair(spool, true, why, &err) == 0) {
		spool->gone_told = false;
		return;
	}
	spool->repair_after = spool_after_ms(AGAIN_MS);
	if (spool->gone_told)
		return;
	spool->gone_told = true;
	snprintf(
	    text, sizeof(text),
	    "%s and cannot be made again: %s; records go on to the file that has no name any more, and are "
	    "lost if slamon ends before the folder is back or PostgreSQL has them",
	    why, err.text);
	spool_tell(spool, text);
}

/* The log alone is gone: what is in it still reaches the file, from the log that has no name any more. */
static void have_log_back(struct spool *spool)
{
	struct error err = { 0 };
	int result;

	pthread_mutex_lock(&spool->read_mutex);
	spool_file_close(&spool->reading);
	result = sqlite3_wal_checkpoint_v2(spool->writing.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (result == SQLITE_OK)
		result = open_again(spool, &err);
	else
		(void)!spool_file_open_reader(&spool->reading, spool->path, &err);
	pthread_mutex_unlock(&spool->read_mutex);
	if (result == 0)
		spool_tell(spool, "the spool's log '-wal' was deleted while it was in use: nothing is lost");
	else
		spool->repair_after = spool_after_ms(AGAIN_MS);
}

/* The copy of what waits: deleted, truncated, or never made because the disk was full. */
static void check_queue(struct spool *spool)
{
	bool kept = spool_queue_survives(&spool->queue);

	if (kept)
		spool->queue_told = false;
	if (kept || !is_due(&spool->renew_after))
		return;
	pthread_mutex_lock(&spool->mutex);
	kept = spool_queue_renew(&spool->queue, spool->head, spool->count);
	pthread_mutex_unlock(&spool->mutex);
	if (kept)
		spool_tell(spool, "the file '-queue' beside the spool is made again: nothing is lost");
	else if (!spool->queue_told)
		spool_tell(
		    spool,
		    "the file '-queue' beside the spool is gone and cannot be made again: kill -9 would lose "
		    "what waits, at most 0.2 s, and another slamon is not kept away; free space on its disk");
	spool->queue_told = !kept;
	spool->renew_after = spool_after_ms(AGAIN_MS);
}

/* Whether one may look what lies under the name: without the right to, nothing is known to be gone. */
static bool may_look(struct spool *spool)
{
	struct stat st;
	bool may = stat(spool->path, &st) == 0 || errno == ENOENT || errno == ENOTDIR;
	char text[600];

	if (may == !spool->blind_told)
		return may;
	if (may)
		snprintf(text, sizeof(text), "spool '%s' can be looked at again", spool->path);
	else
		snprintf(
		    text, sizeof(text),
		    "spool '%s' cannot be looked at: %s; records go on to what is open, but slamon could not "
		    "start again; give the user of slamon its rights to the folder back",
		    spool->path, strerror(errno));
	spool->blind_told = !may;
	spool_tell(spool, text);
	return may;
}

int spool_watch(struct spool *spool, struct error *err)
{
	struct file_identity file, log;
	bool damaged;

	pthread_mutex_lock(&spool->mutex);
	damaged = spool->damaged;
	spool->damaged = false;
	pthread_mutex_unlock(&spool->mutex);
	if (damaged && repair(spool, false, "the spool's file is damaged", err) < 0) {
		pthread_mutex_lock(&spool->mutex);
		spool->damaged = true;
		pthread_mutex_unlock(&spool->mutex);
		return err->code;
	}
	if (!may_look(spool))
		return 0;
	check_queue(spool);
	if (!is_due(&spool->repair_after))
		return 0;
	file = spool_identify(spool->path);
	if (!same_file(&file, &spool->file)) {
		have_name_back(spool, &file);
		return 0;
	}
	log = identify_log(spool);
	if (spool->log.inode && !same_file(&log, &spool->log))
		have_log_back(spool);
	else
		spool->log = log;
	return 0;
}
