#include "monitor/stamp/stamp.h"

#include "base/big_endian.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define NTP_EPOCH_S INT64_C(2208988800) /* 1900 to 1970 */
#define NS_PER_S    INT64_C(1000000000)
#define HMAC_COVERS 96
#define HMAC_BYTES  16

/* Where the fields are. */
struct layout {
	size_t size, time, error, session, received, request, request_time, request_error, ttl;
};

static const struct layout plain_layout = { STAMP_PLAIN_SIZE, 4, 12, 14, 16, 24, 28, 36, 40 };
static const struct layout sealed_layout = { STAMP_SEALED_SIZE, 16, 24, 26, 32, 48, 64, 72, 80 };

static const struct layout *layout_of(const struct stamp_key *key)
{
	return key->length ? &sealed_layout : &plain_layout;
}

size_t stamp_base_size(const struct stamp_key *key)
{
	return layout_of(key)->size;
}

/* ---- packets ---- */

static void make_hmac(uint8_t out[HMAC_BYTES], const uint8_t *packet, const struct stamp_key *key)
{
	uint8_t whole[EVP_MAX_MD_SIZE] = { 0 };
	unsigned length = 0;

	HMAC(EVP_sha256(), key->bytes, (int)key->length, packet, HMAC_COVERS, whole, &length);
	memcpy(out, whole, HMAC_BYTES);
}

static void seal(uint8_t *packet, const struct stamp_key *key)
{
	if (key->length)
		make_hmac(packet + HMAC_COVERS, packet, key);
}

/* What request and answer have in common. */
static void put_head(uint8_t *packet, const struct layout *at, uint32_t sequence, uint64_t timestamp,
                     uint16_t error, uint16_t session)
{
	memset(packet, 0, at->size);
	big_put32(packet, sequence);
	big_put64(packet + at->time, timestamp);
	big_put16(packet + at->error, error);
	big_put16(packet + at->session, session);
}

size_t stamp_put_request(uint8_t *packet, const struct stamp_request *r, size_t padding,
                         const struct stamp_key *key)
{
	static const uint8_t unrecognised_extra_padding[2] = { 0x80, 1 }; /* flags, type */
	const struct layout *at = layout_of(key);

	put_head(packet, at, r->sequence, r->timestamp, r->error, r->session);
	seal(packet, key);
	if (padding) {
		memset(packet + at->size, 0, padding);
		memcpy(packet + at->size, unrecognised_extra_padding, 2);
		big_put16(packet + at->size + 2, (uint16_t)(padding - STAMP_PADDING_LEAST));
	}
	return at->size + padding;
}

size_t stamp_put_answer(uint8_t *packet, const struct stamp_answer *a, const struct stamp_key *key)
{
	const struct layout *at = layout_of(key);

	put_head(packet, at, a->sequence, a->timestamp, a->error, a->session);
	big_put64(packet + at->received, a->received);
	big_put32(packet + at->request, a->request.sequence);
	big_put64(packet + at->request_time, a->request.timestamp);
	big_put16(packet + at->request_error, a->request.error);
	packet[at->ttl] = a->ttl;
	seal(packet, key);
	return at->size;
}

static enum stamp_verdict judge(const uint8_t *packet, size_t length, const struct stamp_key *key)
{
	uint8_t hmac[HMAC_BYTES];

	if (length < layout_of(key)->size)
		return STAMP_SHORT;
	if (!key->length)
		return STAMP_GOOD;
	make_hmac(hmac, packet, key);
	return CRYPTO_memcmp(hmac, packet + HMAC_COVERS, HMAC_BYTES) == 0 ? STAMP_GOOD : STAMP_FORGED;
}

enum stamp_verdict stamp_get_request(struct stamp_request *r, const uint8_t *packet, size_t length,
                                     const struct stamp_key *key)
{
	const struct layout *at = layout_of(key);
	enum stamp_verdict verdict = judge(packet, length, key);

	if (verdict == STAMP_GOOD)
		*r = (struct stamp_request){ .sequence = big_get32(packet),
			                     .timestamp = big_get64(packet + at->time),
			                     .error = big_get16(packet + at->error),
			                     .session = big_get16(packet + at->session) };
	return verdict;
}

enum stamp_verdict stamp_get_answer(struct stamp_answer *a, const uint8_t *packet, size_t length,
                                    const struct stamp_key *key)
{
	const struct layout *at = layout_of(key);
	enum stamp_verdict verdict = judge(packet, length, key);

	if (verdict == STAMP_GOOD)
		*a = (struct stamp_answer){ .sequence = big_get32(packet),
			                    .timestamp = big_get64(packet + at->time),
			                    .error = big_get16(packet + at->error),
			                    .session = big_get16(packet + at->session),
			                    .received = big_get64(packet + at->received),
			                    .request = { .sequence = big_get32(packet + at->request),
			                                 .timestamp = big_get64(packet + at->request_time),
			                                 .error = big_get16(packet + at->request_error) },
			                    .ttl = packet[at->ttl] };
	return verdict;
}

uint64_t stamp_answered_time(const uint8_t *packet, const struct stamp_key *key)
{
	return big_get64(packet + layout_of(key)->request_time);
}

/* ---- times ---- */

uint64_t stamp_time(int64_t wall_ns)
{
	uint64_t seconds = (uint64_t)(wall_ns / NS_PER_S + NTP_EPOCH_S), ns = (uint64_t)(wall_ns % NS_PER_S);

	return seconds << 32 | ((ns << 32) + NS_PER_S - 1) / NS_PER_S;
}

static int64_t ntp_between_ns(uint64_t from, uint64_t to)
{
	int64_t fractions = (int64_t)(to - from); /* of 2^-32 s */

	return (fractions >> 32) * NS_PER_S + (int64_t)(((uint64_t)(uint32_t)fractions * NS_PER_S) >> 32);
}

static int64_t ptp_between_ns(uint64_t from, uint64_t to)
{
	int32_t seconds = (int32_t)((uint32_t)(to >> 32) - (uint32_t)(from >> 32));

	return seconds * NS_PER_S + ((int64_t)(uint32_t)to - (int64_t)(uint32_t)from);
}

int64_t stamp_between_ns(uint64_t from, uint64_t to, uint16_t error)
{
	return error & STAMP_PTP ? ptp_between_ns(from, to) : ntp_between_ns(from, to);
}

/* ---- error estimates: multiplier * 2^scale * 2^-32 s; scale bits 8 to 13, multiplier bits 0 to 7 ---- */

#define SCALE_SHIFT     8
#define SCALE_MOST      63
#define MULTIPLIER_MOST 255
#define BOUND_MOST_US   (INT64_C(1) << 40)

uint16_t stamp_error(int64_t bound_us)
{
	uint64_t units; /* of 2^-32 s, rounded up */
	unsigned scale = 0;

	if (bound_us < 0 || bound_us > BOUND_MOST_US)
		return SCALE_MOST << SCALE_SHIFT | MULTIPLIER_MOST;
	units = ((uint64_t)bound_us / 1000000) << 32;
	units += ((((uint64_t)bound_us % 1000000) << 32) + 999999) / 1000000;
	while (units > MULTIPLIER_MOST) {
		units = (units + 1) / 2;
		scale++;
	}
	if (units == 0) /* RFC 4656: the multiplier is never zero */
		units = 1;
	return (uint16_t)(STAMP_SYNCHRONISED | scale << SCALE_SHIFT | units);
}

int64_t stamp_error_us(uint16_t error)
{
	unsigned scale = error >> SCALE_SHIFT & SCALE_MOST;
	uint64_t multiplier = error & MULTIPLIER_MOST, units;

	if (!(error & STAMP_SYNCHRONISED) || !multiplier || scale > 50)
		return -1;
	units = multiplier << scale; /* below 2^58 */
	return (int64_t)((units >> 32) * 1000000 + (((units & UINT32_MAX) * 1000000 + UINT32_MAX) >> 32));
}
