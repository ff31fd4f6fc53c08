#include "report/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 40

/* scaled = q * 10^places, rounded half away from zero or cut off; whether anything was lost. */
static bool scale(mpz_ptr scaled, mpq_srcptr q, unsigned places, bool cut)
{
	mpz_t rest, twice;
	bool lost;

	mpz_init(rest);
	mpz_init(twice);
	mpz_ui_pow_ui(scaled, 10, places);
	mpz_mul(scaled, scaled, mpq_numref(q));
	mpz_tdiv_qr(scaled, rest, scaled, mpq_denref(q));
	lost = mpz_sgn(rest) != 0;
	mpz_mul_2exp(twice, rest, 1);
	if (!cut && mpz_cmpabs(twice, mpq_denref(q)) >= 0) {
		if (mpz_sgn(rest) < 0)
			mpz_sub_ui(scaled, scaled, 1);
		else
			mpz_add_ui(scaled, scaled, 1);
	}
	mpz_clear(rest);
	mpz_clear(twice);
	return lost;
}

/* Digits of a whole number, with a comma before each group of three. */
static void add_grouped(struct text *out, const char *digits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			text_add(out, ",");
		text_append(out, digits + i, 1);
	}
}

/* scaled / 10^places. */
static void add_scaled(struct text *out, mpz_srcptr scaled, unsigned places)
{
	size_t size = mpz_sizeinbase(scaled, 10) + places + 3, length;
	char *digits = malloc(size), *padded = malloc(size);

	if (!digits || !padded) {
		out->failed = true;
		free(digits);
		free(padded);
		return;
	}
	mpz_get_str(digits, 10, scaled);
	if (mpz_sgn(scaled) < 0)
		text_add(out, "-");
	length = strlen(digits + (mpz_sgn(scaled) < 0));
	memset(padded, '0', size);
	if (length <= places) { /* 0.000…: one digit must stand before the point */
		memcpy(padded + places + 1 - length, digits + (mpz_sgn(scaled) < 0), length);
		length = places + 1;
	} else
		memcpy(padded, digits + (mpz_sgn(scaled) < 0), length);
	add_grouped(out, padded, length - places);
	if (places > 0) {
		text_add(out, ".");
		text_append(out, padded + length - places, places);
	}
	free(digits);
	free(padded);
}

void number_fixed(struct text *out, mpq_srcptr q, unsigned places)
{
	mpz_t scaled;

	mpz_init(scaled);
	scale(scaled, q, places, false);
	add_scaled(out, scaled, places);
	mpz_clear(scaled);
}

void number_plain(struct text *out, mpq_srcptr q, unsigned most_places)
{
	unsigned places = 0;
	mpz_t scaled;
	bool lost;

	mpz_init(scaled);
	while ((lost = scale(scaled, q, places, true)) && places < most_places)
		places++;
	if (mpz_sgn(scaled) == 0 && mpq_sgn(q) < 0)
		text_add(out, "-");
	add_scaled(out, scaled, places);
	if (lost)
		text_add(out, "…");
	mpz_clear(scaled);
}

unsigned number_places(mpq_srcptr q, mpq_srcptr bound, unsigned least_places)
{
	int side = mpq_cmp(q, bound);
	unsigned places = least_places;
	mpz_t scaled;
	mpq_t shown;
	int seen;

	mpz_init(scaled);
	mpq_init(shown);
	for (;; places++) {
		scale(scaled, q, places, false);
		mpq_set_z(shown, scaled);
		mpz_ui_pow_ui(mpq_denref(shown), 10, places);
		mpq_canonicalize(shown);
		seen = mpq_cmp(shown, bound);
		if ((seen > 0) - (seen < 0) == (side > 0) - (side < 0) || places >= PLACES_MOST)
			break;
	}
	mpz_clear(scaled);
	mpq_clear(shown);
	return places;
}

void number_against(struct text *out, mpq_srcptr q, mpq_srcptr bound, unsigned least_places)
{
	number_fixed(out, q, number_places(q, bound, least_places));
}

unsigned number_places_of(const char *exact)
{
	const char *point = strchr(exact, '.');

	return point ? (unsigned)strlen(point + 1) : 0;
}

void number_count(struct text *out, int64_t count)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%" PRIu64,
	         count < 0 ? (uint64_t)0 - (uint64_t)count : (uint64_t)count);
	if (count < 0)
		text_add(out, "-");
	add_grouped(out, digits, strlen(digits));
}
