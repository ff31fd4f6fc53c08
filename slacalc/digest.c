#include "slacalc/digest.h"

#include <openssl/sha.h>
#include <stdio.h>

char *digest_sha256(const void *bytes, size_t length, char buffer[DIGEST_TEXT_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256(bytes, length, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(buffer + 2 * i, 3, "%02x", digest[i]);
	return buffer;
}
