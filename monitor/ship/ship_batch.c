#include "monitor/ship/ship_batch.h"

#include "base/big_endian.h"
#include "base/instant.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define POSTGRES_EPOCH_US (INT64_C(946684800) * US_PER_S) /* 2000-01-01T00:00:00Z */
#define ROW_MOST          512                             /* bytes; a full HTTP row has 150, a status 270 */

static const char header[] = "PGCOPY\n\377\r\n\0"
                             "\0\0\0\0"
                             "\0\0\0\0"; /* signature, flags, length of extension */
static const char trailer[] = "\377\377";

#define HEADER_BYTES (sizeof(header) - 1)

/* ---- fields ---- */

static char *field_null(char *at)
{
	return big_put32(at, UINT32_MAX);
}

static char *field16(char *at, int16_t value)
{
	return big_put16(big_put32(at, 2), (uint16_t)value);
}

static char *field32(char *at, int32_t value)
{
	return big_put32(big_put32(at, 4), (uint32_t)value);
}

static char *field64(char *at, int64_t value)
{
	return big_put64(big_put32(at, 8), (uint64_t)value);
}

static char *field_boolean(char *at, uint8_t value)
{
	at = big_put32(at, 1);
	*at = (char)(value != 0);
	return at + 1;
}

static char *field_duration(char *at, int32_t us)
{
	return us < 0 ? field_null(at) : field32(at, us);
}

static char *field_time(char *at, int64_t us)
{
	return field64(at, us - POSTGRES_EPOCH_US);
}

static char *field_time_or_null(char *at, int64_t us)
{
	return us == 0 ? field_null(at) : field_time(at, us);
}

static char *sample_row(char *at, int64_t stream, int64_t seq, const struct record *r)
{
	at = big_put16(at, 16);
	at = field64(at, stream);
	at = field64(at, seq);
	at = field_time(at, r->scheduled_us);
	at = field_time_or_null(at, r->sent_us);
	at = field_time_or_null(at, r->certificate_expiry_us);
	at = field32(at, r->target);
	at = field_duration(at, r->lateness_us);
	at = field_duration(at, r->rtt_us);
	at = field_duration(at, r->name_us);
	at = field_duration(at, r->connect_us);
	at = field_duration(at, r->tls_us);
	at = field_duration(at, r->first_byte_us);
	at = field_duration(at, r->total_us);
	at = field16(at, r->outcome);
	at = field16(at, r->failure);
	return r->http_status ? field16(at, r->http_status) : field_null(at);
}

static char *clock_row(char *at, int64_t stream, int64_t seq, const struct record *r)
{
	at = big_put16(at, 6);
	at = field64(at, stream);
	at = field64(at, seq);
	at = field_time(at, r->scheduled_us);
	at = r->max_error_us < 0 ? field_null(at) : field64(at, r->max_error_us);
	at = r->stepped_us ? field64(at, r->stepped_us) : field_null(at);
	return field_boolean(at, r->synchronised);
}

static char *stamp_row(char *at, int64_t stream, int64_t seq, const struct record *r)
{
	const struct record_stamp *s = &r->stamp;

	at = big_put16(at, 12);
	at = field64(at, stream);
	at = field64(at, seq);
	at = field_time(at, r->scheduled_us);
	at = field32(at, r->target);
	at = field_duration(at, s->reflector_us);
	at = field_duration(at, s->forward_us);
	at = field_duration(at, s->backward_us);
	at = field_duration(at, s->one_way_error_us);
	at = field_duration(at, s->lost_forward);
	at = field_duration(at, s->lost_backward);
	at = field16(at, s->packets);
	return field16(at, s->lost);
}

static char *status_row(char *at, int64_t stream, int64_t seq, const struct record *r)
{
	const struct record_status *s = &r->status;

	at = big_put16(at, 26);
	at = field64(at, stream);
	at = field64(at, seq);
	at = field_time(at, r->scheduled_us);
	at = field32(at, s->period_ms);
	at = field32(at, s->up);
	at = field32(at, s->down);
	for (int i = 0; i < RECORD_MISSED_REASONS; i++)
		if (i != FAILURE_NO_RECORD - FAILURE_IN_FLIGHT_CAP) /* never made by a monitor */
			at = field32(at, s->missed[i]);
	at = field32(at, s->lateness_p50_us);
	at = field32(at, s->lateness_p99_us);
	at = field32(at, s->lateness_most_us);
	at = field32(at, s->cpu_ms);
	at = field_duration(at, s->memory_kb);
	at = field32(at, s->in_flight);
	at = field32(at, s->in_flight_most);
	at = field32(at, s->handshakes_waiting);
	at = field64(at, s->spool_records);
	at = field64(at, s->spool_bytes);
	at = field64(at, s->spool_lost);
	at = field64(at, s->ship_lag_us);
	at = r->max_error_us < 0 ? field_null(at) : field64(at, r->max_error_us);
	return field_boolean(at, r->synchronised);
}

static char *gap_row(char *at, int64_t stream, int64_t seq, const struct record *r)
{
	at = big_put16(at, 6);
	at = field64(at, stream);
	at = field64(at, seq - r->gap.count + 1);
	at = field64(at, seq);
	at = field_time_or_null(at, r->scheduled_us);
	at = field_time_or_null(at, r->gap.until_us);
	return field16(at, r->gap.reason);
}

/* ---- which record goes where ---- */

static bool is_sample(const struct record *r)
{
	return r->kind == RECORD_SAMPLE;
}

static bool is_clock(const struct record *r)
{
	return r->kind == RECORD_CLOCK;
}

static bool is_gap(const struct record *r)
{
	return r->kind == RECORD_GAP;
}

static bool has_stamp(const struct record *r)
{
	return r->kind == RECORD_SAMPLE && r->stamp.packets > 0;
}

static bool is_status(const struct record *r)
{
	return r->kind == RECORD_STATUS;
}

static const struct {
	bool (*takes)(const struct record *r);
	char *(*row)(char *at, int64_t stream, int64_t seq, const struct record *r);
} tables[SHIP_TABLES] = {
	[SHIP_SAMPLE] = { is_sample, sample_row }, [SHIP_CLOCK_STATE] = { is_clock, clock_row },
	[SHIP_STAMP] = { has_stamp, stamp_row },   [SHIP_MONITOR_STATUS] = { is_status, status_row },
	[SHIP_STREAM_GAP] = { is_gap, gap_row },
};

/* ---- the batch ---- */

/* Room for one more row in the last chunk, or in a new one; NULL when out of memory. */
static struct ship_chunk *chunk_with_room(struct ship_copy *b)
{
	struct ship_chunk *grown;

	if (b->chunks > 0 && b->chunk[b->chunks - 1].length + ROW_MOST <= SHIP_CHUNK_BYTES)
		return &b->chunk[b->chunks - 1];
	if (b->chunks == b->chunks_made) {
		grown = realloc(b->chunk, (b->chunks_made + 1) * sizeof(*grown));
		if (!grown)
			return NULL;
		b->chunk = grown;
		b->chunk[b->chunks_made].bytes = malloc(SHIP_CHUNK_BYTES);
		if (!b->chunk[b->chunks_made].bytes)
			return NULL;
		b->chunks_made++;
	}
	b->chunk[b->chunks].length = 0;
	return &b->chunk[b->chunks++];
}

static void note_day(struct ship_batch *b, int64_t scheduled_us)
{
	int64_t day = scheduled_us / US_PER_DAY;

	if (b->days > 0 && b->day[b->days - 1] == day)
		return;
	for (size_t i = 0; i < b->days; i++)
		if (b->day[i] == day)
			return;
	if (b->days < SHIP_BATCH_DAYS && day > 0 && day < INT32_MAX)
		b->day[b->days++] = (int32_t)day;
}

struct filling {
	struct ship_batch *batch;
	int64_t stream;
};

static bool add_row(struct filling *f, enum ship_table table, int64_t seq, const struct record *record)
{
	struct ship_copy *copy = &f->batch->table[table];
	struct ship_chunk *chunk = chunk_with_room(copy);
	char *at, *end;

	if (!chunk)
		return false;
	at = chunk->bytes + chunk->length;
	if (copy->rows == 0) {
		memcpy(at, header, HEADER_BYTES);
		at += HEADER_BYTES;
	}
	end = tables[table].row(at, f->stream, seq, record);
	assert(end - chunk->bytes <= SHIP_CHUNK_BYTES);
	chunk->length = (size_t)(end - chunk->bytes);
	copy->rows++;
	return true;
}

static bool add_rows(struct filling *f, int64_t seq, const struct record *record)
{
	for (int table = 0; table < SHIP_TABLES; table++)
		if (tables[table].takes(record) && !add_row(f, (enum ship_table)table, seq, record))
			return false;
	if (is_sample(record))
		note_day(f->batch, record->scheduled_us);
	return true;
}

static bool take(void *context, int64_t seq, const struct record *record)
{
	struct filling *f = context;
	struct ship_batch *b = f->batch;

	if (!record) { /* damaged: alone, so that it can be set aside; else the batch ends before it */
		if (b->records == 0)
			b->damaged = seq;
		return false;
	}
	b->failed = !add_rows(f, seq, record);
	if (b->failed)
		return false;
	if (is_gap(record) && record->gap.reason == GAP_FORGOTTEN)
		b->forgotten += record->gap.count;
	if (b->records++ == 0)
		b->first = seq;
	b->last = seq;
	return true;
}

static void clear(struct ship_batch *b)
{
	b->after = b->first = b->last = b->records = b->damaged = b->forgotten = 0;
	b->days = 0;
	b->failed = false;
	for (int table = 0; table < SHIP_TABLES; table++) {
		b->table[table].rows = 0;
		b->table[table].chunks = 0;
	}
}

static bool end_copies(struct ship_batch *b)
{
	for (int table = 0; table < SHIP_TABLES; table++) {
		struct ship_copy *copy = &b->table[table];
		struct ship_chunk *chunk = copy->rows ? chunk_with_room(copy) : NULL;

		if (copy->rows && !chunk)
			return false;
		if (chunk) {
			memcpy(chunk->bytes + chunk->length, trailer, 2);
			chunk->length += 2;
		}
	}
	return true;
}

int ship_batch_fill(struct ship_batch *b, struct spool *spool, int64_t after, int64_t limit,
                    struct error *err)
{
	struct filling filling = { .batch = b, .stream = spool_stream(spool) };

	clear(b);
	b->after = after;
	if (spool_read(spool, after, limit, take, &filling, err) < 0)
		return err->code;
	if (b->failed || !end_copies(b)) {
		clear(b);
		return error_set(err, ERROR_MEMORY, "no memory for a batch of %lld rows", (long long)limit);
	}
	return 0;
}

void ship_batch_release(struct ship_batch *b)
{
	for (int table = 0; table < SHIP_TABLES; table++) {
		for (size_t i = 0; i < b->table[table].chunks_made; i++)
			free(b->table[table].chunk[i].bytes);
		free(b->table[table].chunk);
	}
	memset(b, 0, sizeof(*b));
}
