/* spool_file: its statements, its state, and what is changed and read. */
#include "monitor/spool/spool_file_part.h"

#include <string.h>

#define OLDEST_ROWS  64        /* looked at for one that knows its time */
#define SHRINK_FROM  (8 << 20) /* a file of so many bytes is written anew ... */
#define SHRINK_UNDER (1 << 20) /* ... when its records take no more than these */

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
	[SPOOL_PAGES] =
	    "SELECT page_count - freelist_count, page_count FROM pragma_page_count, pragma_freelist_count",
};

/* ---- what went wrong ---- */

/* Our statements never change: where one is wrong, the file's schema is not what it was. */
static bool is_damage(int result)
{
	return result == SQLITE_ERROR || (result & 0xff) == SQLITE_CORRUPT ||
	       (result & 0xff) == SQLITE_NOTADB || result == SQLITE_IOERR_SHORT_READ;
}

int spool_file_fail(struct spool_file *f, const char *doing, struct error *err)
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

int spool_file_damaged(struct spool_file *f, const char *what, struct error *err)
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
int spool_file_give_up(struct spool_file *f, const char *doing, struct error *err)
{
	if (!err->code)
		spool_file_fail(f, doing, err);
	if (!sqlite3_get_autocommit(f->db))
		run(f, SPOOL_ROLLBACK, 0);
	return err->code;
}

/* ---- what lies there now: for whoever asks how deep the spool is; an error leaves what was known ---- */

static void look_at_size(struct spool_file *f)
{
	sqlite3_stmt *s = prepared(f, SPOOL_PAGES);

	if (s && sqlite3_step(s) == SQLITE_ROW) {
		f->bytes = sqlite3_column_int64(s, 0) * PAGE_BYTES;
		f->file_bytes = sqlite3_column_int64(s, 1) * PAGE_BYTES;
	}
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
void spool_file_look(struct spool_file *f)
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

void spool_file_bind_state(sqlite3_stmt *s, const struct spool_state *state)
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
			spool_file_damaged(f, "its state is missing", err);
		else
			spool_file_fail(f, "its state cannot be read", err);
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
	return checksum == state_checksum(state)
	           ? 0
	           : spool_file_damaged(f, "its state contradicts its checksum", err);
}

/* Within a transaction. The state that we know must be there: else another process, or another file, is at work. */
static bool write_state(struct spool_file *f, const struct spool_state *state, struct error *err)
{
	sqlite3_stmt *s = prepared(f, SPOOL_WRITE_STATE);
	int result;

	if (!s)
		return false;
	spool_file_bind_state(s, state);
	sqlite3_bind_int64(s, 9, state_checksum(&f->state));
	result = sqlite3_step(s);
	sqlite3_reset(s);
	if (result == SQLITE_DONE && sqlite3_changes(f->db) != 1)
		spool_file_damaged(f, "its state was changed by somebody else", err);
	return result == SQLITE_DONE && !err->code;
}

/* Ends a transaction with the new state. */
static int commit_state(struct spool_file *f, const struct spool_state *state, const char *doing,
                        struct error *err)
{
	if (!write_state(f, state, err) || !run(f, SPOOL_COMMIT, 0))
		return spool_file_give_up(f, doing, err);
	f->state = *state;
	spool_file_look(f);
	return 0;
}

int spool_file_set_state(struct spool_file *f, const struct spool_state *state, struct error *err)
{
	if (!run(f, SPOOL_BEGIN, 0))
		return spool_file_fail(f, "cannot be written", err);
	return commit_state(f, state, "cannot be written", err);
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
	struct record gap = record_of_gap(GAP_DAMAGED, first - before - 1, 0, 0);
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
		return spool_file_fail(f, "cannot be written", err);
	for (size_t i = 0; i < count; i++) {
		if (slots[i].seq != state.last_seq + 1 &&
		    !append_gap(s, state.last_seq, first_of(&slots[i]), &state))
			return spool_file_give_up(f, "cannot be written", err);
		if (!append_one(s, &slots[i]))
			return spool_file_give_up(f, "cannot be written", err);
		state.last_seq = slots[i].seq;
		state.pending++;
	}
	return commit_state(f, &state, "cannot be written", err);
}

/*
 * SQLite never gives room back by itself. Copies the little that is left, in one transaction; where the disk refuses, the
 * file stays as it is, and the next deleting tries again.
 */
static void shrink(struct spool_file *f)
{
	if (f->file_bytes < SHRINK_FROM || f->bytes > SHRINK_UNDER)
		return;
	if (sqlite3_exec(f->db, "VACUUM", NULL, NULL, NULL) == SQLITE_OK)
		sqlite3_wal_checkpoint_v2(f->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	look_at_size(f);
}

int spool_file_delete(struct spool_file *f, int64_t through, struct error *err)
{
	static const char doing[] = "shipped rows cannot be deleted";
	struct spool_state state = f->state;

	if (through > state.last_seq)
		through = state.last_seq;
	if (!run(f, SPOOL_BEGIN, 0))
		return spool_file_fail(f, doing, err);
	if (!run(f, SPOOL_DELETE, through))
		return spool_file_give_up(f, doing, err);
	state.pending -= sqlite3_changes64(f->db);
	if (through > state.deleted_through)
		state.deleted_through = through;
	if (state.pending < 0 || (through == state.last_seq && state.pending != 0)) {
		spool_file_damaged(f, "its rows are not as many as it says", err);
		return spool_file_give_up(f, doing, err);
	}
	if (commit_state(f, &state, doing, err) == 0)
		shrink(f);
	return err->code;
}

/* A gap in place of the row, which knows the row's time where that can still be read. */
static void gap_instead(struct spool_file *f, int64_t seq, enum record_gap_reason why,
                        struct spool_slot *slot)
{
	struct record gap = record_of_gap(why, 1, 0, 0), row;
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
		return spool_file_fail(f, doing, err);
	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_text(s, 2, reason, -1, SQLITE_STATIC);
	ok = sqlite3_step(s) == SQLITE_DONE;
	sqlite3_reset(s);
	ok = ok && append_one(replace, &slot);
	if (ok && sqlite3_changes64(f->db) != 1)
		ok = spool_file_damaged(f, "a row that was there is not", err) == 0;
	return ok ? commit_state(f, &f->state, doing, err) : spool_file_give_up(f, doing, err);
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
		return spool_file_fail(f, doing, err);
	if (!run(f, SPOOL_DELETE, shipped_through))
		return spool_file_give_up(f, doing, err);
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
		spool_file_damaged(r->f, "rows are missing", err);
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

/* The numbers up to this one are not here any more, since the reader had them, or says that it never did. */
static void read_deleted(struct reading *r, int64_t deleted_through)
{
	struct record gap = record_blank(RECORD_GAP, 0);

	gap.gap.count = deleted_through - r->after;
	gap.gap.reason = GAP_FORGOTTEN;
	/* from number 0 a stream is new to the reader, and may begin anywhere (spool_file_renew) */
	if (r->after > 0) {
		r->taken++;
		r->ended = !r->take(r->context, deleted_through, &gap);
	}
	r->after = deleted_through;
}

static int read_rows(struct reading *r, struct error *err)
{
	sqlite3_stmt *s = prepared(r->f, SPOOL_READ);
	int result = SQLITE_ROW;

	if (!s)
		return spool_file_fail(r->f, "cannot be read", err);
	sqlite3_bind_int64(s, 1, r->after);
	sqlite3_bind_int64(s, 2, r->limit - r->taken);
	while (!err->code && !r->ended && (result = sqlite3_step(s)) == SQLITE_ROW)
		read_row(r, s, err);
	if (!err->code && !r->ended && result != SQLITE_DONE)
		spool_file_fail(r->f, "cannot be read", err);
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
		return spool_file_fail(f, "cannot be read", err);
	if (spool_file_read_state(f, &state, err) == 0) {
		if (state.deleted_through > after)
			read_deleted(&r, state.deleted_through);
		if (!r.ended && read_rows(&r, err) == 0 && !r.ended && r.taken < limit &&
		    r.after < state.last_seq)
			spool_file_damaged(f, "the last rows are missing", err);
	}
	sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL);
	return err->code ? err->code : r.taken;
}
