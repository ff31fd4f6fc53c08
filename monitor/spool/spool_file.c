#include "monitor/spool/spool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x67534c41 /* "gSLA": tells a spool from any other SQLite file */
#define FORMAT         2
#define PAGE_BYTES     4096
#define OLDEST_ROWS    64          /* looked at for one that knows its time */
#define CHECK_MOST     (256 << 20) /* bytes of a file whose whole structure is checked when it is opened */

static const char *const sql_of[SPOOL_STATEMENTS] = {
	[SPOOL_BEGIN] = "BEGIN IMMEDIATE",
	[SPOOL_COMMIT] = "COMMIT",
	[SPOOL_ROLLBACK] = "ROLLBACK",
	[SPOOL_APPEND] = "INSERT INTO record (seq, data) VALUES (?1, ?2)",
	[SPOOL_WRITE_STATE] = "UPDATE state SET vantage = ?1, stream = ?2, last_seq = ?3, pending = ?4,"
	                      " deleted_through = ?5, sent_through = ?6, sending = ?7, checksum = ?8"
	                      " WHERE checksum = ?9",
	[SPOOL_READ_STATE] =
	    "SELECT vantage, stream, last_seq, pending, deleted_through, sent_through, sending,"
	    " checksum FROM state",
	[SPOOL_DELETE] = "DELETE FROM record WHERE seq <= ?1",
	[SPOOL_REPLACE] = "UPDATE record SET data = ?2 WHERE seq = ?1",
	[SPOOL_READ] = "SELECT seq, data FROM record WHERE seq > ?1 ORDER BY seq LIMIT ?2",
	[SPOOL_ASIDE] = "INSERT INTO refused (stream, seq, data, reason) "
	                "SELECT (SELECT stream FROM state), seq, data, ?2 FROM record WHERE seq = ?1",
	[SPOOL_PAGES] = "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count",
};

static const char schema[] =
    "PRAGMA application_id = 1733512257;" /* APPLICATION_ID */
    "PRAGMA user_version = 2;"            /* FORMAT */
    "CREATE TABLE state (vantage INTEGER NOT NULL, stream INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " pending INTEGER NOT NULL, deleted_through INTEGER NOT NULL, sent_through INTEGER NOT NULL,"
    " sending INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;"
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE refused (stream INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL,"
    " reason TEXT NOT NULL) STRICT;";

/* ---- what went wrong ---- */

/* Our statements never change: where one is wrong, the file's schema is not what it was. */
static bool is_damage(int result)
{
	return result == SQLITE_ERROR || (result & 0xff) == SQLITE_CORRUPT ||
	       (result & 0xff) == SQLITE_NOTADB || result == SQLITE_IOERR_SHORT_READ;
}

static int fail(struct spool_file *f, const char *doing, struct error *err)
{
	int result = sqlite3_extended_errcode(f->db);

	switch (result & 0xff) {
	case SQLITE_FULL:
		error_set(err, ERROR_DATABASE, "spool '%s': %s: disk or size limit full", f->path, doing);
		return error_hint(err,
		                  "free space on its disk, raise spool.size_mb, or bring PostgreSQL back");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		error_set(err, ERROR_DATABASE, "spool '%s': %s: another program has it locked", f->path,
		          doing);
		return error_hint(err, "end the program that has it open: fuser '%s'", f->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		error_set(err, ERROR_DATABASE, "spool '%s': %s: %s", f->path, doing, sqlite3_errmsg(f->db));
		return error_hint(err,
		                  "the user of slamon must own the file and be able to write in its folder");
	default:
		error_set(err, is_damage(result) ? ERROR_DATA : ERROR_DATABASE,
		          "spool '%s': %s: %s (SQLite error %d)", f->path, doing, sqlite3_errmsg(f->db),
		          result);
		return error_hint(err, "look at the disk it is on: dmesg, df, smartctl");
	}
}

static int damaged(struct spool_file *f, const char *what, struct error *err)
{
	error_set(err, ERROR_DATA, "spool '%s' is damaged: %s", f->path, what);
	return error_hint(err, "look at the disk it is on: dmesg, df, smartctl");
}

static sqlite3_stmt *prepared(struct spool_file *f, enum spool_statement which)
{
	if (!f->statement[which] && sqlite3_prepare_v3(f->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT,
	                                               &f->statement[which], NULL) != SQLITE_OK)
		return NULL;
	return f->statement[which];
}

/* Runs a statement that returns no rows, with up to one integer bound. */
static bool run(struct spool_file *f, enum spool_statement which, int64_t parameter)
{
	sqlite3_stmt *s = prepared(f, which);
	int result;

	if (!s)
		return false;
	if (sqlite3_bind_parameter_count(s) > 0)
		sqlite3_bind_int64(s, 1, parameter);
	result = sqlite3_step(s);
	sqlite3_reset(s);
	return result == SQLITE_DONE;
}

/* Ends a transaction that failed; err holds why. SQLite may have rolled back by itself (disk full). */
static int give_up(struct spool_file *f, const char *doing, struct error *err)
{
	if (!err->code)
		fail(f, doing, err);
	if (!sqlite3_get_autocommit(f->db))
		run(f, SPOOL_ROLLBACK, 0);
	return err->code;
}

/* ---- what lies there now: for whoever asks how deep the spool is; an error leaves what was known ---- */

static void look_at_size(struct spool_file *f)
{
	sqlite3_stmt *s = prepared(f, SPOOL_PAGES);

	if (s && sqlite3_step(s) == SQLITE_ROW)
		f->bytes = sqlite3_column_int64(s, 0) * PAGE_BYTES;
	sqlite3_reset(s);
}

/* The first row above a number. Returns its number, 0 where there is none; *row is all zero where it is damaged. */
static int64_t row_after(struct spool_file *f, int64_t after, struct record *row)
{
	sqlite3_stmt *s = prepared(f, SPOOL_READ);
	int64_t seq = 0;

	memset(row, 0, sizeof(*row));
	if (!s)
		return 0;
	sqlite3_bind_int64(s, 1, after);
	sqlite3_bind_int64(s, 2, 1);
	if (sqlite3_step(s) == SQLITE_ROW) {
		seq = sqlite3_column_int64(s, 0);
		if (!spool_row_decode(row, seq, sqlite3_column_blob(s, 1),
		                      (size_t)sqlite3_column_bytes(s, 1)))
			memset(row, 0, sizeof(*row));
	}
	sqlite3_reset(s);
	return seq;
}

/* The first row that knows its time: a gap may not, nor does a damaged one. */
static void look_at_oldest(struct spool_file *f)
{
	struct record row = { 0 };
	int64_t seq = f->state.deleted_through;

	for (int i = 0; i < OLDEST_ROWS && f->state.pending && !row.scheduled_us; i++) {
		seq = row_after(f, seq, &row);
		if (seq == 0)
			break;
	}
	f->oldest_us = row.scheduled_us;
	look_at_size(f);
}

/* ---- the state ---- */

static int64_t state_checksum(const struct spool_state *state)
{
	return spool_checksum(FORMAT, state, sizeof(*state));
}

static void bind_state(sqlite3_stmt *s, const struct spool_state *state)
{
	const int64_t values[] = { state->vantage, state->stream,          state->last_seq,
		                   state->pending, state->deleted_through, state->sent_through,
		                   state->sending, state_checksum(state) };

	for (int i = 0; i < 8; i++)
		sqlite3_bind_int64(s, i + 1, values[i]);
}

int spool_file_read_state(struct spool_file *f, struct spool_state *state, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_READ_STATE);
	int64_t checksum;

	if (!s || sqlite3_step(s) != SQLITE_ROW) {
		if (s && sqlite3_errcode(f->db) == SQLITE_DONE)
			damaged(f, "its state is missing", err);
		else
			fail(f, "its state cannot be read", err);
		sqlite3_reset(s);
		return err->code;
	}
	*state = (struct spool_state){
		.vantage = sqlite3_column_int64(s, 0),
		.stream = sqlite3_column_int64(s, 1),
		.last_seq = sqlite3_column_int64(s, 2),
		.pending = sqlite3_column_int64(s, 3),
		.deleted_through = sqlite3_column_int64(s, 4),
		.sent_through = sqlite3_column_int64(s, 5),
		.sending = sqlite3_column_int64(s, 6),
	};
	checksum = sqlite3_column_int64(s, 7);
	sqlite3_reset(s);
	return checksum == state_checksum(state) ? 0 : damaged(f, "its state contradicts its checksum", err);
}

/* Within a transaction. The state that we know must be there: else another process, or another file, is at work. */
static bool write_state(struct spool_file *f, const struct spool_state *state, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_WRITE_STATE);
	int result;

	if (!s)
		return false;
	bind_state(s, state);
	sqlite3_bind_int64(s, 9, state_checksum(&f->state));
	result = sqlite3_step(s);
	sqlite3_reset(s);
	if (result == SQLITE_DONE && sqlite3_changes(f->db) != 1)
		damaged(f, "its state was changed by somebody else", err);
	return result == SQLITE_DONE && !err->code;
}

/* Ends a transaction with the new state. */
static int commit_state(struct spool_file *f, const struct spool_state *state, const char *doing,
                        struct error *err)
{
	if (!write_state(f, state, err) || !run(f, SPOOL_COMMIT, 0))
		return give_up(f, doing, err);
	f->state = *state;
	look_at_oldest(f);
	return 0;
}

int spool_file_set_state(struct spool_file *f, const struct spool_state *state, struct error *err)
{
	if (!run(f, SPOOL_BEGIN, 0))
		return fail(f, "cannot be written", err);
	return commit_state(f, state, "cannot be written", err);
}

/* ---- opening ---- */

static bool read_integer(struct spool_file *f, const char *sql, int64_t *out)
{
	sqlite3_stmt *s = NULL;
	bool found = false;

	if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		found = true;
	}
	sqlite3_finalize(s);
	return found;
}

static int not_a_spool(struct spool_file *f, struct error *err)
{
	error_set(err, ERROR_UNSUPPORTED, "'%s' is not a spool", f->path);
	return error_hint(err, "name another file, or move this one away");
}

int spool_file_random_stream(int64_t *out, struct error *err)
{
	uint64_t bits = 0;

	while (bits == 0) {
		if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
			return error_set(err, ERROR_IO, "no random number: %s", strerror(errno));
		bits &= INT64_MAX;
	}
	*out = (int64_t)bits;
	return 0;
}

static int make_schema(struct spool_file *f, const struct spool_state *state, struct error *err)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_exec(f->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	          sqlite3_exec(f->db, schema, NULL, NULL, NULL) == SQLITE_OK &&
	          sqlite3_prepare_v2(f->db, "INSERT INTO state VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", -1,
	                             &s, NULL) == SQLITE_OK;

	if (ok) {
		bind_state(s, state);
		ok = sqlite3_step(s) == SQLITE_DONE;
		sqlite3_reset(s);
		ok = ok && sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
	}
	if (!ok)
		give_up(f, "cannot be made", err);
	sqlite3_finalize(s);
	return err->code;
}

static int check_schema(struct spool_file *f, int64_t vantage, struct error *err)
{
	int64_t application, format;

	if (!read_integer(f, "PRAGMA application_id", &application) || application != APPLICATION_ID)
		return not_a_spool(f, err);
	if (!read_integer(f, "PRAGMA user_version", &format))
		return fail(f, "its format cannot be read", err);
	if (format != FORMAT) {
		error_set(err, ERROR_USAGE, "spool '%s' has format %" PRId64 ", this program reads %d",
		          f->path, format, FORMAT);
		return error_hint(
		    err, "empty it with 'slamon ship' of the version that made it, then move it away");
	}
	if (spool_file_read_state(f, &f->state, err) < 0)
		return err->code;
	if (f->state.vantage != vantage) {
		error_set(err, ERROR_USAGE,
		          "spool '%s' belongs to vantage %" PRId64 ", not to vantage %" PRId64, f->path,
		          f->state.vantage, vantage);
		return error_hint(err, "each vantage needs a spool of its own");
	}
	return 0;
}

/* Whether SQLite's structure holds together; of a large file that would take too long before a start. */
static int check_structure(struct spool_file *f, struct error *err)
{
	struct stat st;
	sqlite3_stmt *s = NULL;
	bool sound;

	if (stat(f->path, &st) != 0 || st.st_size > CHECK_MOST)
		return 0;
	sound = sqlite3_prepare_v2(f->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK &&
	        sqlite3_step(s) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
	sqlite3_finalize(s);
	return sound ? 0 : damaged(f, "its structure does not hold together", err);
}

/* SQLite makes files by the umask; what a spool holds is nobody else's business. */
static int make_private(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat about;

	if (fd >= 0 && fstat(fd, &about) == 0 && !S_ISREG(about.st_mode)) {
		close(fd);
		return error_set(err, ERROR_IO, "spool '%s' is not a regular file", path);
	}
	if (fd < 0) {
		error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", path, strerror(errno));
		return error_hint(err,
		                  "the user of slamon must own the file and be able to write in its folder");
	}
	close(fd);
	return 0;
}

static int connect_file(struct spool_file *f, const char *path, struct error *err)
{
	memset(f, 0, sizeof(*f));
	f->path = path;
	/* threads do not share a connection, so SQLite's own mutexes would only cost */
	if (sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return fail(f, "cannot be opened", err);
	sqlite3_busy_timeout(f->db, 2000);
	return 0;
}

/*
 * A full disk also blocks deleting: the limit in pages keeps the file below the operator's size, and the
 * frequent checkpoint keeps the log beside it small (512 pages are 2 MiB).
 */
static int configure(struct spool_file *f, int64_t size_limit_bytes, struct error *err)
{
	int64_t for_log = size_limit_bytes / 4 < 8 << 20 ? size_limit_bytes / 4 : 8 << 20;
	char sql[300];

	snprintf(sql, sizeof(sql),
	         "PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	         "PRAGMA wal_autocheckpoint = 512; PRAGMA journal_size_limit = 4194304;"
	         "PRAGMA cache_size = -8000; PRAGMA max_page_count = %" PRId64 ";",
	         PAGE_BYTES, (size_limit_bytes - for_log) / PAGE_BYTES);
	return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(f, "cannot be set up", err);
}

int spool_file_open(struct spool_file *f, const char *path, const struct spool_state *fresh,
                    int64_t size_limit_bytes, struct error *err)
{
	int64_t tables = 0;

	memset(f, 0, sizeof(*f));
	if (make_private(path, err) < 0 || connect_file(f, path, err) < 0)
		return err->code;
	if (!read_integer(f, "SELECT count(*) FROM sqlite_schema", &tables)) {
		/* another program's file, perhaps: only who knows that a spool was here may take it for damaged */
		if ((sqlite3_errcode(f->db) & 0xff) == SQLITE_NOTADB)
			return not_a_spool(f, err);
		return fail(f, "cannot be read", err);
	}
	/* looked at before anything is set: the file of another program is left as it is */
	if (tables > 0 && (check_schema(f, fresh->vantage, err) < 0 || check_structure(f, err) < 0))
		return err->code;
	if (configure(f, size_limit_bytes, err) < 0)
		return err->code;
	if (tables == 0 && make_schema(f, fresh, err) < 0)
		return err->code;
	if (check_schema(f, fresh->vantage, err) == 0)
		look_at_oldest(f);
	return err->code;
}

int spool_file_open_reader(struct spool_file *f, const char *path, struct error *err)
{
	if (connect_file(f, path, err) < 0)
		return err->code;
	if (sqlite3_exec(f->db, "PRAGMA query_only = 1; PRAGMA cache_size = -8000;", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return fail(f, "cannot be set up for reading", err);
	return 0;
}

int spool_file_open_damaged(struct spool_file *f, const char *path, struct error *err)
{
	if (connect_file(f, path, err) < 0)
		return err->code;
	sqlite3_db_config(f->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return 0;
}

int spool_file_peek(struct spool_file *f, const char *path, int32_t vantage, struct error *err)
{
	if (spool_file_open_reader(f, path, err) < 0 || check_schema(f, vantage, err) < 0)
		return err->code;
	look_at_oldest(f);
	return 0;
}

void spool_file_close(struct spool_file *f)
{
	for (int i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_finalize(f->statement[i]);
	sqlite3_close(f->db);
	memset(f, 0, sizeof(*f));
}

/* ---- changes ---- */

static bool append_one(sqlite3_stmt *s, const struct spool_slot *slot)
{
	int result;

	sqlite3_bind_int64(s, 1, slot->seq);
	sqlite3_bind_blob(s, 2, slot->bytes, slot->size, SQLITE_STATIC);
	result = sqlite3_step(s);
	sqlite3_reset(s);
	return result == SQLITE_DONE;
}

/* A gap of the numbers between, where a row does not follow the one before. */
static bool append_gap(sqlite3_stmt *s, int64_t before, int64_t first, struct spool_state *state)
{
	struct record gap = { .kind = RECORD_GAP,
		              .gap = { .count = first - before - 1, .reason = GAP_DAMAGED } };
	struct spool_slot slot;

	if (gap.gap.count <= 0)
		return true;
	spool_row_encode(&slot, first - 1, &gap);
	state->pending++;
	return append_one(s, &slot);
}

static int64_t first_of(const struct spool_slot *slot)
{
	struct record record;

	return spool_row_decode(&record, slot->seq, slot->bytes, slot->size)
	           ? spool_row_first(slot->seq, &record)
	           : slot->seq;
}

int spool_file_append(struct spool_file *f, const struct spool_slot *slots, size_t count, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_APPEND);
	struct spool_state state = f->state;

	if (!s || !run(f, SPOOL_BEGIN, 0))
		return fail(f, "cannot be written", err);
	for (size_t i = 0; i < count; i++) {
		if (slots[i].seq != state.last_seq + 1 &&
		    !append_gap(s, state.last_seq, first_of(&slots[i]), &state))
			return give_up(f, "cannot be written", err);
		if (!append_one(s, &slots[i]))
			return give_up(f, "cannot be written", err);
		state.last_seq = slots[i].seq;
		state.pending++;
	}
	return commit_state(f, &state, "cannot be written", err);
}

int spool_file_delete(struct spool_file *f, int64_t through, struct error *err)
{
	static const char doing[] = "shipped rows cannot be deleted";
	struct spool_state state = f->state;

	if (through > state.last_seq)
		through = state.last_seq;
	if (!run(f, SPOOL_BEGIN, 0))
		return fail(f, doing, err);
	if (!run(f, SPOOL_DELETE, through))
		return give_up(f, doing, err);
	state.pending -= sqlite3_changes64(f->db);
	if (through > state.deleted_through)
		state.deleted_through = through;
	if (state.pending < 0 || (through == state.last_seq && state.pending != 0)) {
		damaged(f, "its rows are not as many as it says", err);
		return give_up(f, doing, err);
	}
	return commit_state(f, &state, doing, err);
}

/* A gap in place of the row, which knows the row's time where that can still be read. */
static void gap_instead(struct spool_file *f, int64_t seq, enum record_gap_reason why,
                        struct spool_slot *slot)
{
	struct record gap = { .kind = RECORD_GAP, .gap = { .count = 1, .reason = (uint8_t)why } }, row;

	bool there = row_after(f, seq - 1, &row) == seq;

	if (there && row.kind == RECORD_GAP)
		gap.gap.count = row.gap.count; /* nothing but its times can have been refused */
	else if (there && row.scheduled_us)
		gap.scheduled_us = gap.gap.until_us = row.scheduled_us;
	spool_row_encode(slot, seq, &gap);
}

int spool_file_set_aside(struct spool_file *f, int64_t seq, enum record_gap_reason why, const char *reason,
                         struct error *err)
{
	static const char doing[] = "a refused row cannot be set aside";
	sqlite3_stmt *s = prepared(f, SPOOL_ASIDE), *replace = prepared(f, SPOOL_REPLACE);
	struct spool_slot slot;
	bool ok;

	gap_instead(f, seq, why, &slot);
	if (!s || !replace || !run(f, SPOOL_BEGIN, 0))
		return fail(f, doing, err);
	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_text(s, 2, reason, -1, SQLITE_STATIC);
	ok = sqlite3_step(s) == SQLITE_DONE;
	sqlite3_reset(s);
	ok = ok && append_one(replace, &slot);
	if (ok && sqlite3_changes64(f->db) != 1)
		ok = damaged(f, "a row that was there is not", err) == 0;
	return ok ? commit_state(f, &f->state, doing, err) : give_up(f, doing, err);
}

int spool_file_will_send(struct spool_file *f, struct error *err)
{
	struct spool_state state = f->state;

	state.sending = 1;
	return spool_file_set_state(f, &state, err);
}

int spool_file_renew(struct spool_file *f, int64_t shipped_through, struct error *err)
{
	static const char doing[] = "stream cannot be renewed";
	struct spool_state state = f->state;

	if (spool_file_random_stream(&state.stream, err) < 0)
		return err->code;
	if (!run(f, SPOOL_BEGIN, 0))
		return fail(f, doing, err);
	if (!run(f, SPOOL_DELETE, shipped_through))
		return give_up(f, doing, err);
	state.pending -= sqlite3_changes64(f->db);
	if (shipped_through > state.deleted_through)
		state.deleted_through = shipped_through;
	return commit_state(f, &state, doing, err);
}

/* ---- reading ---- */

struct reading {
	struct spool_file *f;
	int64_t after; /* the number before the one that must come next */
	int64_t limit, taken;
	spool_take *take;
	void *context;
	bool ended; /* the taker has enough */
};

/* One row. Numbers follow each other, or a gap says that they do not: anything else is damage. */
static void read_row(struct reading *r, sqlite3_stmt *s, struct error *err)
{
	int64_t seq = sqlite3_column_int64(s, 0);
	const uint8_t *bytes = sqlite3_column_blob(s, 1);
	struct record record;
	bool whole = spool_row_decode(&record, seq, bytes, (size_t)sqlite3_column_bytes(s, 1));

	if (seq <= r->after || (whole ? spool_row_first(seq, &record) > r->after + 1 : seq != r->after + 1)) {
		damaged(r->f, "rows are missing", err);
		return;
	}
	if (whole && record.kind == RECORD_GAP && record.gap.count > seq - r->after) {
		record.gap.count = seq - r->after; /* part of it is shipped already */
		record.scheduled_us = 0;
	}
	r->after = seq;
	r->taken++;
	r->ended = !r->take(r->context, seq, whole ? &record : NULL);
}

static int read_rows(struct reading *r, struct error *err)
{
	sqlite3_stmt *s = prepared(r->f, SPOOL_READ);
	int result = SQLITE_ROW;

	if (!s)
		return fail(r->f, "cannot be read", err);
	sqlite3_bind_int64(s, 1, r->after);
	sqlite3_bind_int64(s, 2, r->limit);
	while (!err->code && !r->ended && (result = sqlite3_step(s)) == SQLITE_ROW)
		read_row(r, s, err);
	if (!err->code && !r->ended && result != SQLITE_DONE)
		fail(r->f, "cannot be read", err);
	sqlite3_reset(s);
	return err->code;
}

int64_t spool_file_read(struct spool_file *f, int64_t after, int64_t limit, spool_take *take, void *context,
                        struct error *err)
{
	struct reading r = { .f = f, .after = after, .limit = limit, .take = take, .context = context };
	struct spool_state state;

	/* one transaction: the state is that of the rows */
	if (sqlite3_exec(f->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return fail(f, "cannot be read", err);
	if (spool_file_read_state(f, &state, err) == 0) {
		if (state.deleted_through > after)
			r.after = state.deleted_through;
		if (read_rows(&r, err) == 0 && !r.ended && r.taken < limit && r.after < state.last_seq)
			damaged(f, "the last rows are missing", err);
	}
	sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL);
	return err->code ? err->code : r.taken;
}
