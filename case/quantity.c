/* quantity: times in seconds or milliseconds, as whole JSON numbers or as exact texts, in whole µs. */
#include "calc/exact.h"
#include "case/reader.h"

/* text times unit_us as whole µs of at most most × unit; -1 when it is not. */
static int64_t in_us(exact text, int64_t unit_us, int64_t most)
{
	int64_t out = -1;
	mpq_t us;

	mpq_init(us);
	exact_read(us, text);
	mpz_mul_ui(mpq_numref(us), mpq_numref(us), (unsigned long)unit_us);
	mpq_canonicalize(us);
	if (mpz_cmp_ui(mpq_denref(us), 1) == 0 && mpq_sgn(us) > 0 &&
	    mpz_cmp_ui(mpq_numref(us), (unsigned long)(most * unit_us)) <= 0)
		out = (int64_t)mpz_get_ui(mpq_numref(us));
	mpq_clear(us);
	return out;
}

static int read_time(struct arena *a, const struct node *object, const char *key, enum presence presence,
                     int64_t unit_us, int64_t most, int64_t *out_us, struct error *err)
{
	struct node member = node_member(object, key);
	int64_t whole = 0, us;
	exact text;

	if (!json_is_string(member.value)) {
		if (node_integer(object, key, presence, 1, most, &whole, err) < 0)
			return err->code;
		*out_us = whole ? whole * unit_us : *out_us;
		return 0;
	}
	if (read_exact(a, object, key, presence, &text, err) < 0)
		return err->code;
	us = in_us(text, unit_us, most);
	if (us < 0)
		return node_fail(&member, err, "'%s' is not a positive number of %s of at most %s places",
		                 text, unit_us == US_PER_S ? "seconds" : "milliseconds",
		                 unit_us == US_PER_S ? "six" : "three");
	*out_us = us;
	return 0;
}

int read_seconds(struct arena *a, const struct node *object, const char *key, enum presence presence,
                 int64_t most_s, int64_t *out_us, struct error *err)
{
	return read_time(a, object, key, presence, US_PER_S, most_s, out_us, err);
}

int read_milliseconds(struct arena *a, const struct node *object, const char *key, enum presence presence,
                      int64_t *out_us, struct error *err)
{
	return read_time(a, object, key, presence, US_PER_S / 1000, 86400000, out_us, err);
}
