/*
 * Samples out of PostgreSQL, by binary COPY: the shortest way for the many.
 *
 * Every field costs (a month of one target: 30 ms with six, 21 ms with three), so outcome, failure and round trip
 * travel as one number: the round trip of what is up, else minus the failure class, which tells down from missed.
 * The table's constraint sample_failure makes that exact.
 */
#include "base/instant.h"
#include "base/text.h"
#include "slacalc/store_query.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* PostgreSQL counts its binary timestamps from 2000-01-01T00:00:00Z. */
#define POSTGRESQL_EPOCH_US (INT64_C(946684800) * US_PER_S)

/* ---- series ---- */

struct fetch {
	struct arena *arena;
	struct series *series;
	size_t count, room;
	size_t last; /* where the previous row went: rows of one series come together */
	size_t expected;
};

static struct series *series_of(struct fetch *f, int target, int vantage)
{
	struct series *s = f->last < f->count ? &f->series[f->last] : NULL;

	if (s && s->target == target && s->vantage == vantage)
		return s;
	for (f->last = 0; f->last < f->count; f->last++)
		if (f->series[f->last].target == target && f->series[f->last].vantage == vantage)
			return &f->series[f->last];
	if (f->count == f->room) {
		struct series *old = f->series;

		f->room = f->room ? 2 * f->room : 16;
		f->series = arena_array(f->arena, f->room, sizeof *f->series);
		if (f->count)
			memcpy(f->series, old, f->count * sizeof *old);
	}
	f->series[f->count] = (struct series){ .target = target, .vantage = vantage };
	return &f->series[f->count++];
}

static void add_sample(struct fetch *f, struct series *s, const struct sample *sample)
{
	if (s->count == s->room) {
		struct sample *old = s->samples;

		s->room = s->room ? 2 * s->room : f->expected;
		s->samples = arena_array(f->arena, s->room, sizeof *s->samples);
		if (s->count)
			memcpy(s->samples, old, s->count * sizeof *old);
	}
	s->samples[s->count++] = *sample;
}

/* The least favourable first. */
static int severity(const struct sample *s)
{
	return s->outcome == SAMPLE_DOWN ? 0 : s->outcome == SAMPLE_UP ? 1 : 2;
}

static int by_instant(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;

	if (a->scheduled_us != b->scheduled_us)
		return a->scheduled_us < b->scheduled_us ? -1 : 1;
	if (severity(a) != severity(b))
		return severity(a) - severity(b);
	if (a->failure != b->failure)
		return a->failure - b->failure;
	return a->rtt_us > b->rtt_us ? -1 : a->rtt_us < b->rtt_us; /* the slower answer first */
}

static void put_in_order(struct series *s)
{
	size_t kept = 0;

	for (size_t i = 1; i < s->count; i++)
		if (s->samples[i - 1].scheduled_us >= s->samples[i].scheduled_us) {
			qsort(s->samples, s->count, sizeof *s->samples, by_instant);
			break;
		}
	for (size_t i = 0; i < s->count; i++)
		if (i == 0 || s->samples[i].scheduled_us != s->samples[kept - 1].scheduled_us)
			s->samples[kept++] = s->samples[i];
	s->count = kept;
}

/* ---- the binary format: 19 bytes of header, then for each row a count of fields and each field with its length ---- */

struct fields {
	const unsigned char *at, *end;
	bool bad;
};

/* The next field of the given size in network order; absent gives the value for an SQL null. */
static int64_t next_field(struct fields *f, int size, int64_t absent)
{
	uint32_t length;
	uint64_t value = 0;

	if (f->end - f->at < 4) {
		f->bad = true;
		return absent;
	}
	memcpy(&length, f->at, 4);
	length = be32toh(length);
	f->at += 4;
	if (length == UINT32_MAX)
		return absent;
	if (length != (uint32_t)size || f->end - f->at < size) {
		f->bad = true;
		return absent;
	}
	for (int i = 0; i < size; i++)
		value = value << 8 | f->at[i];
	f->at += size;
	return size == 8 ? (int64_t)value : size == 4 ? (int32_t)(uint32_t)value : (int16_t)(uint16_t)value;
}

#define FIELD_COUNT          3
#define FIRST_MISSED_FAILURE FAILURE_IN_FLIGHT_CAP

/* False for what is not a row: the trailer, or damage (then f->bad). */
static bool read_row(struct fields *f, struct fetch *fetch, int target)
{
	struct sample sample = { 0 };
	int vantage, code;

	if (f->end - f->at < 2 || f->at[0] != 0 || f->at[1] != FIELD_COUNT) {
		f->bad = f->end - f->at < 2 || f->at[0] != 0xff;
		return false;
	}
	f->at += 2;
	vantage = (int)next_field(f, 4, 0);
	sample.scheduled_us = next_field(f, 8, 0) + POSTGRESQL_EPOCH_US;
	code = (int)next_field(f, 4, 0);
	if (f->bad)
		return false;
	if (code < 0) {
		sample.failure = (uint8_t)-code;
		sample.outcome = sample.failure < FIRST_MISSED_FAILURE ? SAMPLE_DOWN : SAMPLE_MISSED;
	}
	sample.rtt_us = code < 0 ? -1 : code;
	add_sample(fetch, series_of(fetch, target, vantage), &sample);
	return true;
}

static int receive(struct store *store, struct fetch *fetch, int target, struct error *err)
{
	bool first = true;
	char *buffer;
	int length;

	while ((length = PQgetCopyData(store->conn, &buffer, 0)) > 0) {
		struct fields f = { (const unsigned char *)buffer, (const unsigned char *)buffer + length,
			            false };

		if (first)
			f.at += length < 19 ? length : 19;
		first = false;
		while (f.at < f.end && read_row(&f, fetch, target))
			;
		PQfreemem(buffer);
		if (f.bad)
			return error_set(err, ERROR_DATABASE,
			                 "the samples arrived in an unknown binary format");
	}
	return length == -2 ? store_failed(store, NULL, err) : 0;
}

static int copy_out(struct store *store, struct fetch *fetch, int target, const char *where,
                    struct error *err)
{
	char sql[400];
	PGresult *r;

	snprintf(sql, sizeof sql,
	         "COPY (SELECT vantage, scheduled, coalesce(rtt_us, -failure) FROM sample WHERE target = %d "
	         "AND %s) TO "
	         "STDOUT (FORMAT binary)",
	         target, where);
	r = PQexec(store->conn, sql);
	if (PQresultStatus(r) != PGRES_COPY_OUT)
		store_failed(store, r, err);
	PQclear(r);
	if (err->code != ERROR_NONE || receive(store, fetch, target, err) < 0)
		return err->code;
	while ((r = PQgetResult(store->conn))) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			store_failed(store, r, err);
		PQclear(r);
	}
	return err->code;
}

int store_fetch_samples(struct store *store, struct arena *a, struct series **series, size_t *count,
                        int64_t from_us, int64_t to_us, struct error *err)
{
	struct fetch fetch = { .arena = a, .series = *series, .count = *count, .room = *count };
	char from[INSTANT_TEXT_SIZE], to[INSTANT_TEXT_SIZE], where[128];
	size_t planned = *count;

	fetch.expected = (size_t)((to_us - from_us) / US_PER_MINUTE) + 2;
	snprintf(where, sizeof where, "scheduled >= '%s' AND scheduled < '%s'", instant_format(from_us, from),
	         instant_format(to_us, to));
	for (size_t i = 0; i < planned && err->code == ERROR_NONE; i++)
		if (i == 0 || fetch.series[i].target != fetch.series[i - 1].target) {
			fetch.last = i;
			copy_out(store, &fetch, fetch.series[i].target, where, err);
		}
	for (size_t i = 0; i < fetch.count && err->code == ERROR_NONE; i++)
		put_in_order(&fetch.series[i]);
	*series = fetch.series;
	*count = fetch.count;
	return err->code;
}
