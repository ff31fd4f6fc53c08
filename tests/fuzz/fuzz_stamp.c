/*
 * stamp: packets as a session-sender and a reflector receive them (RFC 8762). The first byte chooses whether there is
 * a key; with a key, the packet is read as it is and once more with the right HMAC, so that what lies behind it is reached.
 */
#include "monitor/stamp/stamp.h"
#include "tests/fuzz/fuzz.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define HMAC_AT 96

static void read_request(const uint8_t *packet, size_t length, const struct stamp_key *key)
{
	struct stamp_request request, again;
	uint8_t written[STAMP_SEALED_SIZE];

	if (stamp_get_request(&request, packet, length, key) != STAMP_GOOD)
		return;
	fuzz_law(length >= stamp_base_size(key), "what is good is long enough");
	fuzz_law(stamp_put_request(written, &request, 0, key) == stamp_base_size(key),
	         "a request has its base size");
	fuzz_law(stamp_get_request(&again, written, stamp_base_size(key), key) == STAMP_GOOD &&
	             again.sequence == request.sequence && again.timestamp == request.timestamp &&
	             again.error == request.error && again.session == request.session,
	         "what was written is what was read");
	fuzz_law(stamp_error_us(request.error) >= -1, "a bound is not negative");
}

static void read_answer(const uint8_t *packet, size_t length, const struct stamp_key *key)
{
	struct stamp_answer answer, again;
	uint8_t written[STAMP_SEALED_SIZE];

	if (stamp_get_answer(&answer, packet, length, key) != STAMP_GOOD)
		return;
	(void)stamp_between_ns(answer.received, answer.timestamp, answer.error);
	(void)stamp_between_ns(answer.request.timestamp, answer.received, answer.request.error);
	fuzz_law(stamp_put_answer(written, &answer, key) == stamp_base_size(key),
	         "an answer has its base size");
	fuzz_law(stamp_get_answer(&again, written, stamp_base_size(key), key) == STAMP_GOOD &&
	             again.sequence == answer.sequence && again.received == answer.received &&
	             again.request.sequence == answer.request.sequence && again.ttl == answer.ttl,
	         "what was written is what was read");
}

static void read_both(const uint8_t *packet, size_t length, const struct stamp_key *key)
{
	read_request(packet, length, key);
	read_answer(packet, length, key);
}

static void read_sealed(const uint8_t *packet, size_t length, const struct stamp_key *key)
{
	uint8_t seal[EVP_MAX_MD_SIZE], *copy = malloc(length);
	unsigned size = 0;

	if (copy) {
		memcpy(copy, packet, length);
		HMAC(EVP_sha256(), key->bytes, (int)key->length, copy, HMAC_AT, seal, &size);
		memcpy(copy + HMAC_AT, seal, STAMP_SEALED_SIZE - HMAC_AT);
		read_both(copy, length, key);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stamp_key key = { .bytes = "0123456789abcdef" };

	if (size < 1)
		return 0;
	key.length = data[0] & 1 ? STAMP_KEY_LEAST : 0;
	read_both(data + 1, size - 1, &key);
	if (key.length && size - 1 >= STAMP_SEALED_SIZE)
		read_sealed(data + 1, size - 1, &key);
	return 0;
}
