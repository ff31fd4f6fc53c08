#include "calc/exact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MOST  30
#define SHORT_DIGITS (sizeof(long) == 8 ? (size_t)18 : 9) /* every such number is a long */

static size_t digits(const char *at)
{
	return strspn(at, "0123456789");
}

bool exact_check(const char *text)
{
	const char *at = text + (*text == '-');
	size_t whole = digits(at), more;

	if (strlen(text) > EXACT_TEXT_MOST || whole == 0 || (whole > 1 && *at == '0'))
		return false;
	at += whole;
	if (*at == '\0')
		return true;
	if (*at != '.' && *at != '/')
		return false;
	more = digits(at + 1);
	if (more == 0 || at[1 + more] != '\0')
		return false;
	return *at == '.' || at[1] != '0'; /* a denominator is not 0 and has no leading zeros */
}

/* Most numbers: a whole one that a machine word holds. */
static bool read_short(mpq_ptr q, const char *text)
{
	const char *at = text + (*text == '-');
	size_t length = digits(at);
	long value = 0;

	if (at[length] || length == 0 || length > SHORT_DIGITS)
		return false;
	for (; *at; at++)
		value = 10 * value + (*at - '0');
	mpq_set_si(q, *text == '-' ? -value : value, 1);
	return true;
}

void exact_read(mpq_ptr q, const char *text)
{
	const char *point;
	char *whole;
	size_t head;
	int bad;

	if (read_short(q, text))
		return;
	point = strchr(text, '.');
	if (!point) {
		bad = mpq_set_str(q, text, 10);
		assert(bad == 0);
		mpq_canonicalize(q);
		return;
	}
	whole = malloc(strlen(text)); /* what exact_write() wrote may be long */
	if (!whole)
		abort(); /* as GMP does */
	head = (size_t)(point - text);
	memcpy(whole, text, head);
	strcpy(whole + head, point + 1);
	bad = mpz_set_str(mpq_numref(q), whole, 10);
	free(whole);
	assert(bad == 0);
	(void)bad;
	mpz_ui_pow_ui(mpq_denref(q), 10, strlen(point + 1));
	mpq_canonicalize(q);
}

/* How often the prime divides d; d is left without it. */
static size_t take_out(mpz_ptr d, unsigned long prime)
{
	size_t count = 0;

	while (mpz_divisible_ui_p(d, prime)) {
		mpz_divexact_ui(d, d, prime);
		count++;
	}
	return count;
}

/* Decimal places of q; PLACES_MOST + 1 when it has more or never ends. */
static size_t places_of(mpq_srcptr q)
{
	size_t twos, fives, places;
	mpz_t rest;

	mpz_init_set(rest, mpq_denref(q));
	twos = take_out(rest, 2);
	fives = take_out(rest, 5);
	places = twos > fives ? twos : fives;
	if (mpz_cmp_ui(rest, 1) != 0 || places > PLACES_MOST)
		places = PLACES_MOST + 1;
	mpz_clear(rest);
	return places;
}

/* |n| in decimal, into the arena. */
static char *magnitude(struct arena *a, mpz_srcptr n)
{
	char *text = arena_array(a, mpz_sizeinbase(n, 10) + 2, 1);

	mpz_get_str(text, 10, n);
	return *text == '-' ? text + 1 : text;
}

static char *integer(struct arena *a, mpz_srcptr n)
{
	char *text = arena_array(a, mpz_sizeinbase(n, 10) + 2, 1);

	return mpz_get_str(text, 10, n);
}

char *exact_write(struct arena *a, mpq_srcptr q)
{
	const char *sign = mpq_sgn(q) < 0 ? "-" : "";
	size_t places, length, pad;
	mpz_t scaled, power;
	char *text;

	if (mpz_cmp_ui(mpq_denref(q), 1) == 0)
		return integer(a, mpq_numref(q));
	places = places_of(q);
	if (places > PLACES_MOST)
		return arena_printf(a, "%s%s/%s", sign, magnitude(a, mpq_numref(q)),
		                    magnitude(a, mpq_denref(q)));
	mpz_init(scaled);
	mpz_init(power);
	mpz_ui_pow_ui(power, 10, places);
	mpz_mul(scaled, mpq_numref(q), power);
	mpz_divexact(scaled, scaled, mpq_denref(q));
	text = magnitude(a, scaled);
	length = strlen(text);
	pad = length > places ? 0 : places + 1 - length;
	text = arena_printf(a, "%0*d%s", (int)pad + 1, 0, text) + 1; /* pad zeros before the digits */
	length = strlen(text);
	text = arena_printf(a, "%s%.*s.%s", sign, (int)(length - places), text, text + length - places);
	mpz_clear(scaled);
	mpz_clear(power);
	return text;
}

int exact_compare(const char *left, const char *right)
{
	mpq_t a, b;
	int order;

	mpq_init(a);
	mpq_init(b);
	exact_read(a, left);
	exact_read(b, right);
	order = mpq_cmp(a, b);
	mpq_clear(a);
	mpq_clear(b);
	return order;
}

bool exact_is_whole(const char *value)
{
	mpq_t q;
	bool whole;

	mpq_init(q);
	exact_read(q, value);
	whole = mpz_cmp_ui(mpq_denref(q), 1) == 0;
	mpq_clear(q);
	return whole;
}
