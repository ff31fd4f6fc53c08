#include "monitor/spool/spool_row.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define KIND_RECORD 0
#define KIND_GAP    1
#define GAP_BYTES   25

/* A step that loses nothing: for a given word another state, for a given state another word, give another result. */
static uint64_t mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return state ^ state >> 32;
}

uint32_t spool_checksum(int64_t number, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t state = mix(size + 1, (uint64_t)number), word;

	for (; size >= 8; at += 8, size -= 8) {
		memcpy(&word, at, 8);
		state = mix(state, word);
	}
	word = 0;
	memcpy(&word, at, size);
	return (uint32_t)mix(mix(state, word), 0);
}

static size_t encode_gap(uint8_t *buffer, const struct record *r)
{
	memcpy(buffer, &r->gap.count, 8);
	memcpy(buffer + 8, &r->scheduled_us, 8);
	memcpy(buffer + 16, &r->gap.until_us, 8);
	buffer[24] = r->gap.reason;
	return GAP_BYTES;
}

static bool decode_gap(struct record *r, int64_t seq, const uint8_t *bytes, size_t size)
{
	memset(r, 0, sizeof(*r));
	if (size != GAP_BYTES)
		return false;
	r->kind = RECORD_GAP;
	memcpy(&r->gap.count, bytes, 8);
	memcpy(&r->scheduled_us, bytes + 8, 8);
	memcpy(&r->gap.until_us, bytes + 16, 8);
	r->gap.reason = bytes[24];
	return r->gap.count > 0 && r->gap.count <= seq;
}

void spool_row_encode(struct spool_slot *slot, int64_t seq, const struct record *record)
{
	bool gap = record->kind == RECORD_GAP;
	size_t size = gap ? encode_gap(slot->bytes, record) : spool_encode(slot->bytes, record);
	uint32_t sum;

	assert(size + 5 <= SPOOL_ROW_SIZE);
	slot->bytes[size++] = gap ? KIND_GAP : KIND_RECORD;
	sum = htole32(spool_checksum(seq, slot->bytes, size));
	memcpy(slot->bytes + size, &sum, 4);
	slot->size = (uint16_t)(size + 4);
	slot->seq = seq;
}

bool spool_row_decode(struct record *record, int64_t seq, const uint8_t *bytes, size_t size)
{
	uint32_t sum;

	if (size < 5 || size > SPOOL_ROW_SIZE)
		return false;
	memcpy(&sum, bytes + size - 4, 4);
	if (le32toh(sum) != spool_checksum(seq, bytes, size - 4))
		return false;
	if (bytes[size - 5] == KIND_GAP)
		return decode_gap(record, seq, bytes, size - 5);
	return bytes[size - 5] == KIND_RECORD && spool_decode(record, bytes, size - 5);
}

bool spool_row_is_gap(const struct spool_slot *slot)
{
	return slot->size >= 5 && slot->bytes[slot->size - 5] == KIND_GAP;
}

int64_t spool_row_first(int64_t seq, const struct record *record)
{
	return record->kind == RECORD_GAP ? seq - record->gap.count + 1 : seq;
}
