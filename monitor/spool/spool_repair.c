#include "monitor/spool/spool_repair.h"

#include "base/big_endian.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BLOCK     2048 /* rows written in one transaction */
#define STEP      64   /* numbers skipped at once where a page cannot be read: fewer than a page holds */
#define PATH_SIZE 4200

/* ---- the files' names ---- */

static char *named(char buffer[PATH_SIZE], const char *path, const char *ending)
{
	snprintf(buffer, PATH_SIZE, "%s%s", path, ending);
	return buffer;
}

static void remove_database(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char name[PATH_SIZE];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		unlink(named(name, path, endings[i]));
}

int spool_repair_finish(const char *path, struct error *err)
{
	char repaired[PATH_SIZE], unfinished[PATH_SIZE];

	remove_database(named(unfinished, path, ".unfinished"));
	named(repaired, path, ".repaired");
	if (access(path, F_OK) == 0) {
		remove_database(repaired); /* its source is still in place: made again if need be */
		return 0;
	}
	if (rename(repaired, path) != 0 && errno != ENOENT)
		return error_set(err, ERROR_IO, "'%s' cannot be renamed: %s", repaired, strerror(errno));
	return 0;
}

/* A name for the damaged file that no other has. */
static void name_aside(char out[PATH_SIZE], const char *path)
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32], ending[64];

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(ending, sizeof(ending), ".damaged-%s", stamp);
	named(out, path, ending);
	for (int n = 2; access(out, F_OK) == 0; n++) {
		snprintf(ending, sizeof(ending), ".damaged-%s-%d", stamp, n);
		named(out, path, ending);
	}
}

/* The log goes with the file; the shared memory is made anew by whoever opens it. */
static int set_aside(const char *path, char aside[PATH_SIZE], struct error *err)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	name_aside(aside, path);
	if (rename(path, aside) != 0 && errno != ENOENT)
		return error_set(err, ERROR_IO, "'%s' cannot be renamed: %s", path, strerror(errno));
	(void)rename(named(from, path, "-wal"), named(to, aside, "-wal"));
	unlink(named(from, path, "-shm"));
	return 0;
}

/* ---- the write-ahead log (SQLite documentation, "WAL-mode File Format") ---- */

struct wal {
	FILE *file;
	uint8_t frame[24 + 65536];
	uint32_t page, salt[2], sum[2];
	bool big;
};

static void wal_sum(struct wal *w, const uint8_t *at, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint32_t word[2];

		memcpy(word, at + i, 8);
		w->sum[0] += (w->big ? be32toh(word[0]) : le32toh(word[0])) + w->sum[1];
		w->sum[1] += (w->big ? be32toh(word[1]) : le32toh(word[1])) + w->sum[0];
	}
}

/* Returns whether the header is sound; *empty: there is none. */
static bool wal_header(struct wal *w, bool *empty)
{
	uint8_t header[32];

	*empty = fread(header, 1, sizeof(header), w->file) != sizeof(header);
	if (*empty)
		return true;
	w->big = (header[3] & 1) != 0;
	w->page = big_get32(header + 8);
	w->salt[0] = big_get32(header + 16);
	w->salt[1] = big_get32(header + 20);
	wal_sum(w, header, 24);
	return (big_get32(header) | 1) == 0x377f0683 && w->page >= 512 && w->page <= 65536 &&
	       w->sum[0] == big_get32(header + 24) && w->sum[1] == big_get32(header + 28);
}

/*
 * Whether there is a commit that nobody will see: behind a frame that does not sum up, one that does with the frame before
 * it. One that does not is what kill -9 left of a commit before it was whole, or of an earlier one of those.
 */
static bool wal_frames_damaged(struct wal *w)
{
	bool broken = false;

	while (fread(w->frame, 1, 24 + w->page, w->file) == 24 + w->page) {
		bool ours = big_get32(w->frame + 8) == w->salt[0] && big_get32(w->frame + 12) == w->salt[1];
		bool commits = big_get32(w->frame + 4) != 0;
		uint32_t said[2] = { big_get32(w->frame + 16), big_get32(w->frame + 20) };
		bool sound;

		wal_sum(w, w->frame, 8);
		wal_sum(w, w->frame + 24, w->page);
		sound = ours && w->sum[0] == said[0] && w->sum[1] == said[1];
		if (broken && sound && commits)
			return true;
		broken |= !sound;
		memcpy(w->sum, said, sizeof(said));
	}
	return false;
}

/* NULL for what is not there; also for a pipe, at which fopen() would wait. */
static FILE *open_regular(const char *path)
{
	struct error ignored = { 0 };
	int fd = text_open_file(path, &ignored);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

bool spool_repair_log_damaged(const char *path)
{
	char name[PATH_SIZE];
	struct wal *w = calloc(1, sizeof(*w));
	bool damaged = false, empty;

	if (w)
		w->file = open_regular(named(name, path, "-wal"));
	if (w && w->file) {
		damaged = !wal_header(w, &empty) || (!empty && wal_frames_damaged(w));
		fclose(w->file);
	}
	free(w);
	return damaged;
}

/* ---- what can be read ---- */

struct saving {
	const struct spool_repair *task;
	struct spool_file *from, to;
	sqlite3_stmt *next;
	struct spool_slot block[BLOCK];
	size_t count;
	int64_t after;   /* highest number taken */
	int64_t last_us; /* its time, for the gap that may follow */
	int64_t saved, lost;
	bool known; /* the stream that it had */
};

static int write_block(struct saving *s, struct error *err)
{
	if (s->count > 0 && spool_file_append(&s->to, s->block, s->count, err) < 0)
		return err->code;
	s->count = 0;
	return 0;
}

static int add(struct saving *s, int64_t seq, const struct record *record, struct error *err)
{
	spool_row_encode(&s->block[s->count++], seq, record);
	s->after = seq;
	return s->count == BLOCK ? write_block(s, err) : 0;
}

static int add_gap(struct saving *s, int64_t through, int64_t until_us, struct error *err)
{
	struct record gap = record_of_gap(GAP_DAMAGED, through - s->after, s->last_us, until_us);

	if (gap.gap.count <= 0)
		return 0;
	s->lost += gap.gap.count;
	return add(s, through, &gap, err);
}

static int64_t end_of(const struct record *record)
{
	return record->kind == RECORD_GAP ? record->gap.until_us : record->scheduled_us;
}

/* A row that bears its checksum and lies above all before; what is between is a gap. */
static int save_row(struct saving *s, int64_t seq, struct record *record, struct error *err)
{
	int64_t first = spool_row_first(seq, record);

	if (first <= s->after) { /* a gap of which a part is known better */
		record->gap.count = seq - s->after;
		first = s->after + 1;
	}
	if (add_gap(s, first - 1, record->scheduled_us, err) < 0 || add(s, seq, record, err) < 0)
		return err->code;
	s->last_us = end_of(record);
	s->saved += record->kind != RECORD_GAP;
	return 0;
}

/*
 * The next row above a number. Returns 1, 0 at the end, -1 where the file cannot be read. One statement a row: a
 * position in a damaged tree is not worth keeping.
 */
static int next_row(struct saving *s, int64_t above, int64_t *seq, struct record *record, bool *whole)
{
	int result;

	sqlite3_bind_int64(s->next, 1, above);
	result = sqlite3_step(s->next);
	if (result == SQLITE_ROW) {
		*seq = sqlite3_column_int64(s->next, 0);
		*whole = spool_row_decode(record, *seq, sqlite3_column_blob(s->next, 1),
		                          (size_t)sqlite3_column_bytes(s->next, 1));
	}
	sqlite3_reset(s->next);
	return result == SQLITE_ROW ? 1 : result == SQLITE_DONE ? 0 : -1;
}

/* Where to look again, when what follows a number cannot be read: a step on, or the first place that can be read. */
static int64_t skip_unreadable(struct saving *s, int64_t at, int64_t most)
{
	int64_t to = at + STEP < most ? at + STEP : most, seq;
	struct record record;
	bool whole;

	if (next_row(s, to, &seq, &record, &whole) < 0)
		return to;
	while (++at < to && next_row(s, at, &seq, &record, &whole) < 0)
		;
	return at;
}

/* Takes every row up to most that can be read. */
static int save_rows(struct saving *s, int64_t most, struct error *err)
{
	int64_t first = s->after, at = first, seq = 0;
	struct record record;
	bool whole = false, held;

	if (sqlite3_prepare_v2(s->from->db,
	                       "SELECT seq, data FROM record WHERE seq > ?1 ORDER BY seq LIMIT 1", -1,
	                       &s->next, NULL) != SQLITE_OK)
		return 0; /* nothing can be read */
	/* or the file's locks are taken and given back for each row: half of the time */
	held = sqlite3_exec(s->from->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
	while (at < most && !err->code) {
		int found = next_row(s, at, &seq, &record, &whole);

		s->task->progress(s->task->context, at - first, most - first);
		if (found == 0 || (found > 0 && seq <= at)) /* the end, or a tree that leads in a circle */
			break;
		at = found < 0 ? skip_unreadable(s, at, most) : seq;
		if (found > 0 && whole && seq <= most)
			(void)save_row(s, seq, &record, err);
	}
	sqlite3_finalize(s->next);
	if (held) /* where an error has not ended it already */
		sqlite3_exec(s->from->db, "ROLLBACK", NULL, NULL, NULL);
	return err->code;
}

/* The highest number among rows that bear their checksum, found from the end; 0 where none is readable there. */
static int64_t highest_row(struct spool_file *f)
{
	sqlite3_stmt *s = NULL;
	int64_t highest = 0;
	struct record record;

	if (sqlite3_prepare_v2(f->db, "SELECT seq, data FROM record ORDER BY seq DESC LIMIT 1000", -1, &s,
	                       NULL) == SQLITE_OK)
		while (sqlite3_step(s) == SQLITE_ROW) {
			int64_t seq = sqlite3_column_int64(s, 0);

			if (seq > highest && spool_row_decode(&record, seq, sqlite3_column_blob(s, 1),
			                                      (size_t)sqlite3_column_bytes(s, 1)))
				highest = seq;
		}
	sqlite3_finalize(s);
	return highest;
}

/* ---- the new file ---- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What the new file begins with; *last gets the highest number that was ever given. */
static int fresh_state(struct saving *s, const struct spool_note *note, struct spool_state *fresh,
                       int64_t *last, struct error *err)
{
	struct spool_state found = { 0 };
	struct error ignored = { 0 };
	bool known = s->from->db && spool_file_read_state(s->from, &found, &ignored) == 0 &&
	             found.vantage == note->vantage;
	bool noted = note->stream > 0 && (!known || found.stream == note->stream);

	memset(fresh, 0, sizeof(*fresh));
	fresh->vantage = note->vantage;
	fresh->sending = 1; /* any of it may be in the database */
	*last = 0;
	s->known = known || noted;
	if (!s->known)
		return spool_file_random_stream(&fresh->stream, err);
	fresh->stream = known ? found.stream : note->stream;
	fresh->deleted_through = larger(known ? found.deleted_through : 0, noted ? note->deleted_through : 0);
	*last =
	    larger(larger(known ? found.last_seq : 0, noted ? note->last_seq : 0), fresh->deleted_through);
	if (s->from->db)
		*last = larger(*last, highest_row(s->from));
	return 0;
}

static int fill_new(struct saving *s, int64_t last, struct error *err)
{
	struct spool_state state = s->to.state;

	state.last_seq = s->after = state.deleted_through;
	if (spool_file_set_state(&s->to, &state, err) < 0)
		return err->code;
	if (s->from->db && last > s->after && save_rows(s, last, err) < 0)
		return err->code;
	if (add_gap(s, last, 0, err) < 0 || write_block(s, err) < 0)
		return err->code;
	state = s->to.state;
	state.sent_through = state.last_seq;
	return spool_file_set_state(&s->to, &state, err);
}

/* All of it in one file, without a log beside it, so that a rename moves it. */
static int make_new(struct saving *s, const char *unfinished, struct error *err)
{
	struct spool_state fresh;
	int64_t last;

	if (fresh_state(s, s->task->note, &fresh, &last, err) < 0 ||
	    spool_file_open(&s->to, unfinished, &fresh, s->task->size_limit_bytes, err) < 0 ||
	    fill_new(s, last, err) < 0)
		return err->code;
	if (sqlite3_wal_checkpoint_v2(s->to.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
		return error_set(err, ERROR_DATABASE, "spool '%s' cannot be repaired: %s", unfinished,
		                 sqlite3_errmsg(s->to.db));
	return 0;
}

static void tell(struct text *said, const struct saving *s, const char *aside)
{
	if (aside[0])
		text_printf(said, "it is kept as '%s'; ", aside);
	if (!s->known)
		text_add(said,
		         "its stream is not known, so nothing of it can be shipped without the danger of "
		         "shipping it twice: a new stream begins");
	else
		text_printf(said,
		            "%" PRId64 " records were saved, %" PRId64
		            " are lost or shipped already and will show as a gap where they are not in "
		            "the database; observing goes on",
		            s->saved, s->lost);
}

int spool_repair(const struct spool_repair *task, struct text *said, struct error *err)
{
	const char *path = task->path;
	char unfinished[PATH_SIZE], repaired[PATH_SIZE], aside[PATH_SIZE] = "";
	struct saving *s = calloc(1, sizeof(*s));
	struct spool_file old = { 0 };
	struct error ignored = { 0 };
	bool there = access(path, F_OK) == 0;

	if (!s)
		return error_set(err, ERROR_MEMORY, "no memory to repair spool '%s'", path);
	named(unfinished, path, ".unfinished");
	named(repaired, path, ".repaired");
	remove_database(unfinished);
	s->task = task;
	s->from = task->open ? task->open : &old;
	if (!task->open && there && spool_file_open_damaged(&old, path, &ignored) < 0)
		spool_file_close(&old);
	make_new(s, unfinished, err);
	spool_file_close(&s->to);
	spool_file_close(&old);
	if (!err->code && rename(unfinished, repaired) != 0)
		error_set(err, ERROR_IO, "'%s' cannot be renamed: %s", unfinished, strerror(errno));
	if (!err->code && there)
		set_aside(path, aside, err);
	if (!err->code && rename(repaired, path) != 0)
		error_set(err, ERROR_IO, "'%s' cannot be renamed: %s", repaired, strerror(errno));
	if (!err->code)
		tell(said, s, aside);
	free(s);
	return err->code;
}
