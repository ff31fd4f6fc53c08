#include "calc/formula.h"
#include "calc/exact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FEW 8 /* arguments of a function that need no memory of their own */

struct parser {
	const char *at;
	const mpq_srcptr *inputs;
	size_t input_count;
	bool defined; /* false once something was divided by zero */
};

/*
 * Each parser returns its value: in out where it had to be computed, an input where it is one as it stands. Numbers are
 * initialised only where an operator needs one: most formulas are of one or two.
 */
static mpq_srcptr parse_sum(struct parser *p, mpq_ptr out);

static char peek(struct parser *p)
{
	while (*p->at == ' ')
		p->at++;
	return *p->at;
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

static void expect(struct parser *p, char c)
{
	bool taken = take(p, c);

	assert(taken && "malformed formula");
	(void)taken;
}

/* ---- functions ---- */

static bool is_one(mpq_srcptr q)
{
	return mpz_cmp_ui(mpq_numref(q), 1) == 0 && mpz_cmp_ui(mpq_denref(q), 1) == 0;
}

static bool knows(const char *rule)
{
	static const char *const rules[] = { "floor", "ceil", "half_up", "half_even" };

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rule, rules[i]) == 0)
			return true;
	return false;
}

bool formula_round(const char *rule, mpq_srcptr x, mpq_srcptr unit, mpq_ptr result)
{
	mpz_t whole, twice, rest;
	mpq_t units;
	int half;

	if (!knows(rule))
		return false;
	if (is_one(unit) && mpz_cmp_ui(mpq_denref(x), 1) == 0) {
		mpq_set(result, x);
		return true;
	}
	mpz_inits(whole, twice, rest, NULL);
	mpq_init(units);
	mpq_div(units, x, unit);
	mpz_fdiv_qr(whole, rest, mpq_numref(units), mpq_denref(units));
	mpz_mul_2exp(twice, rest, 1);
	half = mpz_cmp(twice, mpq_denref(units)); /* against one half */
	if (strcmp(rule, "ceil") == 0)
		mpz_cdiv_q(whole, mpq_numref(units), mpq_denref(units));
	else if (strcmp(rule, "half_up") == 0) /* half goes away from zero: for a negative, to the floor */
		mpz_add_ui(whole, whole, half > 0 || (half == 0 && mpq_sgn(units) > 0));
	else if (strcmp(rule, "half_even") == 0)
		mpz_add_ui(whole, whole, half > 0 || (half == 0 && mpz_odd_p(whole)));
	mpq_set_z(units, whole);
	mpq_mul(result, units, unit);
	mpz_clears(whole, twice, rest, NULL);
	mpq_clear(units);
	return true;
}

static void extreme(mpq_t *arguments, size_t count, int wanted_sign, mpq_ptr out)
{
	mpq_set(out, arguments[0]);
	for (size_t i = 1; i < count; i++)
		if (mpq_cmp(arguments[i], out) * wanted_sign > 0)
			mpq_set(out, arguments[i]);
}

enum ends { END_FROM, END_TO, END_NONE }; /* which end of a band belongs to it */

static bool band_holds(mpq_srcptr from, mpq_srcptr to, mpq_srcptr x, enum ends ends)
{
	int above = mpq_cmp(x, from), below = mpq_cmp(to, x);

	return (above > 0 || (above == 0 && ends == END_FROM)) &&
	       (below > 0 || (below == 0 && ends == END_TO));
}

/* x, then triples from, to, rate. */
static void band_rate(mpq_t *arguments, size_t count, bool severest, enum ends ends, mpq_ptr out)
{
	assert(count % 3 == 1);
	mpq_set_ui(out, 0, 1);
	for (size_t i = 1; i + 2 < count; i += 3) {
		if (band_holds(arguments[i], arguments[i + 1], arguments[0], ends) &&
		    (!severest || mpq_cmp(arguments[i + 2], out) > 0))
			mpq_set(out, arguments[i + 2]);
	}
}

/* rate, rate_to, rate_open, and the same of severest. */
static bool apply_bands(const char *name, mpq_t *arguments, size_t count, mpq_ptr out)
{
	static const struct {
		const char *name;
		bool severest;
		enum ends ends;
	} functions[] = { { "rate", false, END_FROM },      { "severest", true, END_FROM },
		          { "rate_to", false, END_TO },     { "severest_to", true, END_TO },
		          { "rate_open", false, END_NONE }, { "severest_open", true, END_NONE } };

	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (strcmp(name, functions[i].name) == 0) {
			band_rate(arguments, count, functions[i].severest, functions[i].ends, out);
			return true;
		}
	return false;
}

static bool compares(const char *name, int order)
{
	if (strcmp(name, "lt") == 0)
		return order < 0;
	if (strcmp(name, "le") == 0)
		return order <= 0;
	if (strcmp(name, "gt") == 0)
		return order > 0;
	if (strcmp(name, "eq") == 0)
		return order == 0;
	assert(strcmp(name, "ge") == 0);
	return order >= 0;
}

static void apply(const char *name, mpq_t *arguments, size_t count, mpq_ptr out)
{
	if (strcmp(name, "min") == 0)
		extreme(arguments, count, -1, out);
	else if (strcmp(name, "max") == 0)
		extreme(arguments, count, 1, out);
	else if (apply_bands(name, arguments, count, out))
		return;
	else if (count == 2) {
		bool known = formula_round(name, arguments[0], arguments[1], out);

		assert(known && "unknown function in formula");
		(void)known;
	} else {
		assert(count == 3);
		if (compares(name, mpq_cmp(arguments[0], arguments[1])))
			mpq_set(out, arguments[2]);
		else
			mpq_set_ui(out, 0, 1);
	}
}

/* A longer copy of the arguments, the first of which are not from malloc(). */
static mpq_t *more_arguments(mpq_t *arguments, const mpq_t *few, size_t count)
{
	mpq_t *more = malloc(2 * count * sizeof *more);

	if (!more)
		abort(); /* as GMP does */
	memcpy(more, arguments, count * sizeof *more);
	if (arguments != few)
		free(arguments);
	return more;
}

static mpq_srcptr parse_call(struct parser *p, mpq_ptr out)
{
	size_t length = strspn(p->at, "abcdefghijklmnopqrstuvwxyz_"), count = 0, size = FEW;
	mpq_t few[FEW], *arguments = few;
	char name[16];

	assert(length > 0 && length < sizeof name && "malformed formula");
	memcpy(name, p->at, length);
	name[length] = '\0';
	p->at += length;
	expect(p, '(');
	do {
		mpq_srcptr value;

		if (count == size) {
			arguments = more_arguments(arguments, few, count);
			size *= 2;
		}
		mpq_init(arguments[count]);
		value = parse_sum(p, arguments[count]);
		if (value != arguments[count])
			mpq_set(arguments[count], value);
		count++;
	} while (take(p, ','));
	expect(p, ')');
	if (p->defined)
		apply(name, arguments, count, out);
	for (size_t i = 0; i < count; i++)
		mpq_clear(arguments[i]);
	if (arguments != few)
		free(arguments);
	return out;
}

/* ---- grammar ---- */

static void parse_number(struct parser *p, mpq_ptr out)
{
	size_t length = strspn(p->at, "0123456789.");
	char text[EXACT_TEXT_MOST + 1];

	assert(length <= EXACT_TEXT_MOST);
	memcpy(text, p->at, length);
	text[length] = '\0';
	assert(exact_check(text) && "malformed number in formula");
	p->at += length;
	exact_read(out, text);
}

static mpq_srcptr parse_input(struct parser *p)
{
	size_t index = 0;

	expect(p, '$');
	while (*p->at >= '0' && *p->at <= '9')
		index = index * 10 + (size_t)(*p->at++ - '0');
	assert(index >= 1 && index <= p->input_count && "formula names an input that it does not have");
	return p->inputs[index - 1];
}

static mpq_srcptr parse_factor(struct parser *p, mpq_ptr out)
{
	char c = peek(p);

	if (c == '$')
		return parse_input(p);
	if (c >= '0' && c <= '9') {
		parse_number(p, out);
	} else if (take(p, '(')) {
		mpq_srcptr value = parse_sum(p, out);

		expect(p, ')');
		return value;
	} else if (take(p, '-')) {
		mpq_neg(out, parse_factor(p, out));
	} else {
		return parse_call(p, out);
	}
	return out;
}

static mpq_srcptr parse_product(struct parser *p, mpq_ptr out)
{
	mpq_srcptr left = parse_factor(p, out);
	mpq_t scratch;

	if (peek(p) != '*' && peek(p) != '/')
		return left;
	mpq_init(scratch);
	while (peek(p) == '*' || peek(p) == '/') {
		bool divide = *p->at++ == '/';
		mpq_srcptr right = parse_factor(p, scratch);

		if (!divide)
			mpq_mul(out, left, right);
		else if (mpq_sgn(right) == 0)
			p->defined = false;
		else
			mpq_div(out, left, right);
		left = out;
	}
	mpq_clear(scratch);
	return out;
}

static mpq_srcptr parse_sum(struct parser *p, mpq_ptr out)
{
	mpq_srcptr left = parse_product(p, out);
	mpq_t scratch;

	if (peek(p) != '+' && peek(p) != '-')
		return left;
	mpq_init(scratch);
	while (peek(p) == '+' || peek(p) == '-') {
		bool subtract = *p->at++ == '-';
		mpq_srcptr right = parse_product(p, scratch);

		if (subtract)
			mpq_sub(out, left, right);
		else
			mpq_add(out, left, right);
		left = out;
	}
	mpq_clear(scratch);
	return out;
}

bool formula_evaluate(const char *formula, const mpq_srcptr *inputs, size_t count, mpq_ptr result)
{
	struct parser p = { formula, inputs, count, true };
	mpq_srcptr value = parse_sum(&p, result);

	assert(peek(&p) == '\0' && "malformed formula");
	if (value != result)
		mpq_set(result, value);
	return p.defined;
}
