/* digest: SHA-256 as 64 hexadecimal digits, by libcrypto: names the version of a file or directory. */
#ifndef GOVSLA_SLACALC_DIGEST_H
#define GOVSLA_SLACALC_DIGEST_H

#include <stddef.h>

#define DIGEST_TEXT_SIZE 65

/* Writes the digest of length bytes into buffer and returns it. */
char *digest_sha256(const void *bytes, size_t length, char buffer[DIGEST_TEXT_SIZE]);

#endif
