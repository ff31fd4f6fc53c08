/*
 * spool_place: a folder of its own for a test that opens a spool, and the records that it puts.
 *
 *     struct place place;
 *     place_make(&place);                     place.spool is the path of a spool that is not there yet
 *     spool = place_open(&place, 1);          vantage 1; place_options() for anything else
 *     ...
 *     place_remove(&place);
 *
 * The number of a record is its lateness_us, so that what is read back tells which one it is. What the spool reports
 * is kept, one line each, in place.said.
 */
#ifndef GOVSLA_TESTS_UNIT_SPOOL_PLACE_H
#define GOVSLA_TESTS_UNIT_SPOOL_PLACE_H

#include "base/error.h"
#include "base/instant.h"
#include "monitor/spool/spool.h"

#include <check.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACE_EPOCH_US                                                                                       \
	(INT64_C(946684800) * US_PER_S) /* 2000-01-01T00:00:00Z, from which PostgreSQL counts */

struct place {
	char folder[64], spool[80];
	pthread_mutex_t mutex;
	char said[2000];
	size_t queue_records; /* of the spools opened here; 0: as many as usual */
};

static inline void place_make(struct place *place)
{
	const char *parent = getenv("TMPDIR");

	memset(place, 0, sizeof *place);
	snprintf(place->folder, sizeof place->folder, "%s/spool-XXXXXX", parent ? parent : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(place->folder));
	snprintf(place->spool, sizeof place->spool, "%s/a.spool", place->folder);
	pthread_mutex_init(&place->mutex, NULL);
}

static inline void place_remove(struct place *place)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal", "-queue" };
	char path[100];

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		snprintf(path, sizeof path, "%s%s", place->spool, endings[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(place->folder), 0);
}

static inline void place_say(void *context, const char *text)
{
	struct place *place = context;
	size_t length;

	pthread_mutex_lock(&place->mutex);
	length = strlen(place->said);
	snprintf(place->said + length, sizeof place->said - length, "%s\n", text);
	pthread_mutex_unlock(&place->mutex);
}

static inline struct spool_options place_options(struct place *place, int32_t vantage)
{
	return (struct spool_options){ .path = place->spool,
		                       .vantage = vantage,
		                       .queue_records = place->queue_records,
		                       .report = place_say,
		                       .report_context = place };
}

static inline struct spool *place_open_with(const struct spool_options *options)
{
	struct spool *spool;
	struct error err = { 0 };

	ck_assert_msg(spool_open(&spool, options, &err) == 0, "%s", err.text);
	return spool;
}

static inline struct spool *place_open(struct place *place, int32_t vantage)
{
	struct spool_options options = place_options(place, vantage);

	return place_open_with(&options);
}

/* The file itself; a spool that is open may just be writing. */
static inline sqlite3 *place_database(const struct place *place)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(place->spool, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_busy_timeout(db, 100000), SQLITE_OK);
	return db;
}

/* Runs SQL on the file itself, as no slamon would. */
static inline void place_sql(const struct place *place, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	db = place_database(place);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
	sqlite3_close(db);
}

/* The first column of the first row, as text. */
static inline char *place_ask(const struct place *place, const char *sql, char *buffer, size_t size)
{
	sqlite3 *db;
	sqlite3_stmt *statement;

	db = place_database(place);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	snprintf(buffer, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return buffer;
}

/* An echo that was answered, one second after the epoch. */
static inline struct record echo_record(int32_t number)
{
	struct record r = record_blank(RECORD_SAMPLE, PLACE_EPOCH_US + US_PER_S);

	r.sent_us = PLACE_EPOCH_US + US_PER_S + 7;
	r.target = 3;
	r.lateness_us = number;
	r.rtt_us = 500;
	return r;
}

static inline void put_echoes(struct spool *spool, int32_t first, int32_t last)
{
	for (int32_t i = first; i <= last; i++) {
		struct record record = echo_record(i);

		ck_assert(spool_put(spool, &record));
	}
}

static inline void flush_all(struct spool *spool)
{
	struct error err = { 0 };

	ck_assert_msg(spool_flush(spool, 100000, &err) == 0, "%s", err.text);
}

#endif
