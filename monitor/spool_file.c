#include "monitor/spool_file.h"

#include "monitor/spool_codec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define APPLICATION_ID 0x67534c41 /* "gSLA": tells a spool from any other SQLite file */
#define FORMAT         1
#define PAGE_BYTES     4096

static const char *const sql_of[SPOOL_STATEMENTS] = {
	[SPOOL_BEGIN] = "BEGIN IMMEDIATE",
	[SPOOL_COMMIT] = "COMMIT",
	[SPOOL_ROLLBACK] = "ROLLBACK",
	[SPOOL_APPEND] = "INSERT INTO record (seq, data) VALUES (?1, ?2)",
	[SPOOL_STATE] = "UPDATE state SET last_seq = ?1, pending = ?2",
	[SPOOL_DELETE] = "DELETE FROM record WHERE seq <= ?1",
	[SPOOL_READ] = "SELECT seq, data FROM record WHERE seq > ?1 ORDER BY seq LIMIT ?2",
	[SPOOL_ASIDE] = "INSERT INTO refused (stream, seq, data, reason) "
	                "SELECT (SELECT stream FROM state), seq, data, ?2 FROM record WHERE seq = ?1",
	[SPOOL_RENEW] = "UPDATE state SET stream = ?1",
	[SPOOL_SEND] = "UPDATE state SET sending = 1",
	[SPOOL_PAGES] = "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count",
};

static const char schema[] =
    "PRAGMA application_id = 1733512257;" /* APPLICATION_ID */
    "PRAGMA user_version = 1;"            /* FORMAT */
    "CREATE TABLE state (vantage INTEGER NOT NULL, stream INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " pending INTEGER NOT NULL, sent_through INTEGER NOT NULL, sending INTEGER NOT NULL) STRICT;"
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE refused (stream INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL,"
    " reason TEXT NOT NULL) STRICT;";

static int fail(struct spool_file *f, const char *doing, struct error *err)
{
	int result = sqlite3_extended_errcode(f->db);
	const char *text = sqlite3_errmsg(f->db);

	if ((result & 0xff) == SQLITE_FULL)
		return error_set(err, ERROR_DATABASE, "spool '%s': %s: disk or size limit full", f->path,
		                 doing);
	return error_set(err, ERROR_DATABASE, "spool '%s': %s: %s (SQLite error %d)", f->path, doing, text,
	                 result);
}

static sqlite3_stmt *prepared(struct spool_file *f, enum spool_statement which)
{
	if (!f->statement[which] && sqlite3_prepare_v3(f->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT,
	                                               &f->statement[which], NULL) != SQLITE_OK)
		return NULL;
	return f->statement[which];
}

/* Runs a statement that returns no rows, with up to two integers bound. */
static bool run(struct spool_file *f, enum spool_statement which, int64_t first, int64_t second)
{
	sqlite3_stmt *s = prepared(f, which);
	int parameters = s ? sqlite3_bind_parameter_count(s) : 0;
	int result;

	if (!s)
		return false;
	if (parameters > 0)
		sqlite3_bind_int64(s, 1, first);
	if (parameters > 1)
		sqlite3_bind_int64(s, 2, second);
	result = sqlite3_step(s);
	sqlite3_reset(s);
	return result == SQLITE_DONE;
}

/* Ends a transaction that failed; err holds why. SQLite may have rolled back by itself (disk full). */
static int give_up(struct spool_file *f, const char *doing, struct error *err)
{
	fail(f, doing, err);
	if (!sqlite3_get_autocommit(f->db))
		run(f, SPOOL_ROLLBACK, 0, 0);
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

static bool take_time(void *context, int64_t seq, const struct record *record)
{
	int64_t *oldest_us = context;

	(void)seq;
	*oldest_us = record ? record->scheduled_us : 0;
	return false;
}

static void look_at_oldest(struct spool_file *f)
{
	struct error ignored = { 0 };
	int64_t oldest_us = 0;

	if (f->pending == 0 || spool_file_read(f, -1, 1, take_time, &oldest_us, &ignored) >= 0)
		f->oldest_us = oldest_us;
	look_at_size(f);
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
	error_set(err, ERROR_DATA, "'%s' is not a spool", f->path);
	return error_hint(err, "name another file, or move this one away");
}

/* A positive number that no other spool has. */
static int random_stream(int64_t *out, struct error *err)
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

static int make_schema(struct spool_file *f, int32_t vantage, struct error *err)
{
	char sql[200];
	int64_t stream;

	if (random_stream(&stream, err) < 0)
		return err->code;
	snprintf(sql, sizeof(sql), "INSERT INTO state VALUES (%" PRId32 ", %" PRId64 ", 0, 0, 0, 0);",
	         vantage, stream);
	if (sqlite3_exec(f->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(f->db, schema, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(f->db, sql, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return give_up(f, "cannot be made", err);
	return 0;
}

/* Whoever had the file open last may have sent all that is in it. */
static int settle_sent(struct spool_file *f, struct error *err)
{
	if (sqlite3_exec(
	        f->db,
	        "UPDATE state SET sent_through = CASE sending WHEN 1 THEN last_seq ELSE sent_through END,"
	        " sending = 0",
	        NULL, NULL, NULL) != SQLITE_OK)
		return fail(f, "cannot be written", err);
	return 0;
}

static int check_schema(struct spool_file *f, int32_t vantage, struct error *err)
{
	int64_t application, format, owner;

	if (!read_integer(f, "PRAGMA application_id", &application) || application != APPLICATION_ID)
		return not_a_spool(f, err);
	if (!read_integer(f, "PRAGMA user_version", &format) || format != FORMAT)
		return error_set(err, ERROR_DATA, "spool '%s' has format %" PRId64 ", this program reads %d",
		                 f->path, format, FORMAT);
	if (!read_integer(f, "SELECT vantage FROM state", &owner) ||
	    !read_integer(f, "SELECT stream FROM state", &f->stream) ||
	    !read_integer(f, "SELECT last_seq FROM state", &f->last_seq) ||
	    !read_integer(f, "SELECT pending FROM state", &f->pending))
		return fail(f, "state cannot be read", err);
	if (owner != vantage) {
		error_set(err, ERROR_DATA,
		          "spool '%s' belongs to vantage %" PRId64 ", not to vantage %" PRId32, f->path,
		          owner, vantage);
		return error_hint(err, "each vantage needs a spool of its own");
	}
	return 0;
}

/* SQLite makes files by the umask; what a spool holds is nobody else's business. */
static int make_private(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", path, strerror(errno));
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
	if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	if ((sqlite3_errcode(f->db) & 0xff) == SQLITE_NOTADB)
		return not_a_spool(f, err);
	return fail(f, "cannot be set up", err);
}

int spool_file_open(struct spool_file *f, const char *path, int32_t vantage, int64_t size_limit_bytes,
                    struct error *err)
{
	int64_t tables = 0;

	if (make_private(path, err) < 0 || connect_file(f, path, err) < 0)
		return err->code;
	if (!read_integer(f, "SELECT count(*) FROM sqlite_schema", &tables))
		return (sqlite3_errcode(f->db) & 0xff) == SQLITE_NOTADB ? not_a_spool(f, err)
		                                                        : fail(f, "cannot be read", err);
	/* looked at before anything is set: the file of another program is left as it is */
	if (tables > 0 && check_schema(f, vantage, err) < 0)
		return err->code;
	if (configure(f, size_limit_bytes, err) < 0)
		return err->code;
	if (tables == 0 && make_schema(f, vantage, err) < 0)
		return err->code;
	if (check_schema(f, vantage, err) < 0 || settle_sent(f, err) < 0)
		return err->code;
	if (!read_integer(f, "SELECT sent_through FROM state", &f->sent_through))
		return fail(f, "state cannot be read", err);
	look_at_oldest(f);
	return 0;
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

void spool_file_close(struct spool_file *f)
{
	for (int i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_finalize(f->statement[i]);
	sqlite3_close(f->db);
	memset(f, 0, sizeof(*f));
}

/* ---- changes ---- */

static bool append_one(sqlite3_stmt *s, int64_t seq, const struct record *record)
{
	uint8_t bytes[SPOOL_CODEC_SIZE];
	size_t size = spool_encode(bytes, record);
	int result;

	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_blob(s, 2, bytes, (int)size, SQLITE_STATIC);
	result = sqlite3_step(s);
	sqlite3_reset(s);
	return result == SQLITE_DONE;
}

int spool_file_append(struct spool_file *f, const struct spool_entry *entries, size_t count,
                      int64_t lost_after, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_APPEND);
	int64_t seq = f->last_seq;

	if (!s || !run(f, SPOOL_BEGIN, 0, 0))
		return fail(f, "cannot be written", err);
	for (size_t i = 0; i < count; i++) {
		seq += 1 + entries[i].lost_before;
		if (!append_one(s, seq, &entries[i].record))
			return give_up(f, "cannot be written", err);
	}
	seq += lost_after;
	if (!run(f, SPOOL_STATE, seq, f->pending + (int64_t)count) || !run(f, SPOOL_COMMIT, 0, 0))
		return give_up(f, "cannot be written", err);
	if (f->pending == 0 && count > 0)
		f->oldest_us = entries[0].record.scheduled_us;
	f->last_seq = seq;
	f->pending += (int64_t)count;
	look_at_size(f);
	return 0;
}

/* Deletes up to seq within a transaction and returns the number of rows, or -1. */
static int64_t delete_through(struct spool_file *f, int64_t through)
{
	return run(f, SPOOL_DELETE, through, 0) ? sqlite3_changes64(f->db) : -1;
}

int spool_file_delete(struct spool_file *f, int64_t through, struct error *err)
{
	int64_t gone;

	if (!run(f, SPOOL_BEGIN, 0, 0))
		return fail(f, "shipped rows cannot be deleted", err);
	gone = delete_through(f, through);
	if (gone < 0 || !run(f, SPOOL_STATE, f->last_seq, f->pending - gone) || !run(f, SPOOL_COMMIT, 0, 0))
		return give_up(f, "shipped rows cannot be deleted", err);
	f->pending -= gone;
	look_at_oldest(f);
	return 0;
}

int spool_file_set_aside(struct spool_file *f, int64_t seq, const char *reason, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_ASIDE);
	sqlite3_stmt *gone = NULL;
	bool ok;

	if (!s ||
	    sqlite3_prepare_v2(f->db, "DELETE FROM record WHERE seq = ?1", -1, &gone, NULL) != SQLITE_OK ||
	    !run(f, SPOOL_BEGIN, 0, 0)) {
		sqlite3_finalize(gone);
		return fail(f, "a refused row cannot be set aside", err);
	}
	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_text(s, 2, reason, -1, SQLITE_STATIC);
	ok = sqlite3_step(s) == SQLITE_DONE;
	sqlite3_reset(s);
	sqlite3_bind_int64(gone, 1, seq);
	ok = ok && sqlite3_step(gone) == SQLITE_DONE && sqlite3_changes64(f->db) == 1 &&
	     run(f, SPOOL_STATE, f->last_seq, f->pending - 1) && run(f, SPOOL_COMMIT, 0, 0);
	sqlite3_finalize(gone);
	if (!ok)
		return give_up(f, "a refused row cannot be set aside", err);
	f->pending--;
	look_at_oldest(f);
	return 0;
}

int spool_file_will_send(struct spool_file *f, struct error *err)
{
	return run(f, SPOOL_SEND, 0, 0) ? 0 : fail(f, "cannot be written", err);
}

int spool_file_renew(struct spool_file *f, int64_t shipped_through, struct error *err)
{
	int64_t stream, gone;

	if (random_stream(&stream, err) < 0)
		return err->code;
	if (!run(f, SPOOL_BEGIN, 0, 0))
		return fail(f, "stream cannot be renewed", err);
	gone = delete_through(f, shipped_through);
	if (gone < 0 || !run(f, SPOOL_STATE, f->last_seq, f->pending - gone) ||
	    !run(f, SPOOL_RENEW, stream, 0) || !run(f, SPOOL_COMMIT, 0, 0))
		return give_up(f, "stream cannot be renewed", err);
	f->pending -= gone;
	f->stream = stream;
	look_at_oldest(f);
	return 0;
}

/* ---- reading ---- */

int64_t spool_file_read(struct spool_file *f, int64_t after, int64_t limit, spool_take *take, void *context,
                        struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_READ);
	int64_t taken = 0;
	int result;

	if (!s)
		return fail(f, "cannot be read", err);
	sqlite3_bind_int64(s, 1, after);
	sqlite3_bind_int64(s, 2, limit);
	while ((result = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t seq = sqlite3_column_int64(s, 0);
		const uint8_t *bytes = sqlite3_column_blob(s, 1);
		struct record record;

		bool whole = spool_decode(&record, bytes, (size_t)sqlite3_column_bytes(s, 1));

		taken++;
		if (!take(context, seq, whole ? &record : NULL)) {
			result = SQLITE_DONE;
			break;
		}
	}
	if (result != SQLITE_DONE)
		fail(f, "cannot be read", err);
	sqlite3_reset(s);
	return err->code ? err->code : taken;
}
