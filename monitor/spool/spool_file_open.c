/* spool_file_open: making, opening and closing the file of a spool; is it one, is it ours, does it hold together. */
#include "monitor/spool/spool_file_part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x67534c41  /* "gSLA": tells a spool from any other SQLite file */
#define CHECK_MOST     (256 << 20) /* bytes of a file whose whole structure is checked when it is opened */

static const char schema[] =
    "PRAGMA application_id = 1733512257;" /* APPLICATION_ID */
    "PRAGMA user_version = 2;"            /* FORMAT */
    "CREATE TABLE state (vantage INTEGER NOT NULL, stream INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " pending INTEGER NOT NULL, deleted_through INTEGER NOT NULL, sent_through INTEGER NOT NULL,"
    " sending INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;"
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE refused (stream INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL,"
    " reason TEXT NOT NULL) STRICT;";

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
		spool_file_bind_state(s, state);
		ok = sqlite3_step(s) == SQLITE_DONE;
		sqlite3_reset(s);
		ok = ok && sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
	}
	if (!ok)
		spool_file_give_up(f, "cannot be made", err);
	sqlite3_finalize(s);
	return err->code;
}

static int check_schema(struct spool_file *f, int64_t vantage, struct error *err)
{
	int64_t application, format;

	if (!read_integer(f, "PRAGMA application_id", &application) || application != APPLICATION_ID)
		return not_a_spool(f, err);
	if (!read_integer(f, "PRAGMA user_version", &format))
		return spool_file_fail(f, "its format cannot be read", err);
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
	return sound ? 0 : spool_file_damaged(f, "its structure does not hold together", err);
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
		return spool_file_fail(f, "cannot be opened", err);
	sqlite3_busy_timeout(f->db, 2000);
	return 0;
}

/*
 * A full disk also blocks deleting: the limit in pages keeps the file below the operator's size, and the
 * frequent checkpoint keeps the log beside it small (512 pages are 2 MiB). Nothing is written elsewhere: a folder for
 * temporary files may be refused to a daemon.
 */
static int configure(struct spool_file *f, int64_t size_limit_bytes, struct error *err)
{
	int64_t for_log = size_limit_bytes / 4 < 8 << 20 ? size_limit_bytes / 4 : 8 << 20;
	char sql[300];

	snprintf(sql, sizeof(sql),
	         "PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	         "PRAGMA wal_autocheckpoint = 512; PRAGMA journal_size_limit = 4194304;"
	         "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA max_page_count = %" PRId64
	         ";",
	         PAGE_BYTES, (size_limit_bytes - for_log) / PAGE_BYTES);
	return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK
	           ? 0
	           : spool_file_fail(f, "cannot be set up", err);
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
		return spool_file_fail(f, "cannot be read", err);
	}
	/* looked at before anything is set: the file of another program is left as it is */
	if (tables > 0 && (check_schema(f, fresh->vantage, err) < 0 || check_structure(f, err) < 0))
		return err->code;
	if (configure(f, size_limit_bytes, err) < 0)
		return err->code;
	if (tables == 0 && make_schema(f, fresh, err) < 0)
		return err->code;
	if (check_schema(f, fresh->vantage, err) == 0)
		spool_file_look(f);
	return err->code;
}

int spool_file_open_reader(struct spool_file *f, const char *path, struct error *err)
{
	if (connect_file(f, path, err) < 0)
		return err->code;
	if (sqlite3_exec(f->db, "PRAGMA query_only = 1; PRAGMA cache_size = -8000;", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return spool_file_fail(f, "cannot be set up for reading", err);
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
	spool_file_look(f);
	return 0;
}

void spool_file_close(struct spool_file *f)
{
	for (int i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_finalize(f->statement[i]);
	sqlite3_close(f->db);
	memset(f, 0, sizeof(*f));
}
