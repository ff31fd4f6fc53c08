/*
 * big_endian: integers as networks and PostgreSQL write them, the most significant byte first.
 *
 * Bytes may lie at any address. put returns the place behind what it wrote, so that fields follow each other:
 *     at = big_put16(at, id);
 *     at = big_put32(at, ttl);
 */
#ifndef GOVSLA_BASE_BIG_ENDIAN_H
#define GOVSLA_BASE_BIG_ENDIAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t big_get16(const void *at)
{
	uint16_t big;

	memcpy(&big, at, sizeof big);
	return be16toh(big);
}

static inline uint32_t big_get32(const void *at)
{
	uint32_t big;

	memcpy(&big, at, sizeof big);
	return be32toh(big);
}

static inline uint64_t big_get64(const void *at)
{
	uint64_t big;

	memcpy(&big, at, sizeof big);
	return be64toh(big);
}

static inline void *big_put16(void *at, uint16_t value)
{
	uint16_t big = htobe16(value);

	memcpy(at, &big, sizeof big);
	return (char *)at + sizeof big;
}

static inline void *big_put32(void *at, uint32_t value)
{
	uint32_t big = htobe32(value);

	memcpy(at, &big, sizeof big);
	return (char *)at + sizeof big;
}

static inline void *big_put64(void *at, uint64_t value)
{
	uint64_t big = htobe64(value);

	memcpy(at, &big, sizeof big);
	return (char *)at + sizeof big;
}

#endif
