/* Late interest: vectors; its laws on random tables and payments, against a count day by day. */
#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define FIRST_DAY 20454 /* 2026-01-01 */

/* A case with one late payment; as_of NULL: none. */
static struct statement *late(struct arena *a, const char *as_of, const char *keys)
{
	const char *more =
	    arena_printf(a,
	                 "%s'late_payments': [ { 'id': 'k', 'debtor': 'da', 'creditor': 'lg-a', "
	                 "'rounding': { 'rule': 'floor', 'unit': '1' }, %s } ]",
	                 as_of ? arena_printf(a, "'as_of': '%sT12:00:00+09:00', ", as_of) : "", keys);

	return judged(a, &(struct case_parts){ .more = more });
}

static const char *date_text(struct arena *a, int64_t day)
{
	struct date d = date_from_days(day);

	return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* ---- vectors ---- */

#define MILLION "'principal': '1000000', 'due': '2026-04-30', 'basis': 365, 'fix': 'start_of_delay', "
#define PAID    "'paid': [ { 'at': '2026-06-30', 'amount': '1000000' } ], "
#define AT_2_5  "'rates': [ { 'percent': '2.5' } ]"

static const struct {
	const char *as_of, *keys, *days, *interest, *open;
	bool runs;
} vectors[] = {
	{ NULL, MILLION PAID AT_2_5 ", 'start': 'day_after'", "61", "4178", "0", false },
	{ NULL, MILLION PAID AT_2_5 ", 'start': 'due_date'", "62", "4246", "0", false },
	{ "2026-05-01", MILLION AT_2_5 ", 'start': 'day_after'", "1", "68", "1000000", true },
	{ "2026-04-30", MILLION AT_2_5 ", 'start': 'due_date'", "0", "0", "1000000", false },
	{ "2026-04-29", MILLION PAID AT_2_5 ", 'start': 'due_date'", "0", "0", "1000000", false },
	{ "2026-05-10", MILLION PAID AT_2_5 ", 'start': 'day_after'", "10", "684", "1000000", true },
};

START_TEST(vectors_come_out)
{
	for (size_t i = 0; i < ROWS(vectors); i++) {
		struct arena a = { 0 };
		struct statement *s = late(&a, vectors[i].as_of, vectors[i].keys);
		const struct late_payment_result *r = s->late_payments;

		assert_figure(s, r->days, vectors[i].days);
		assert_figure(s, r->interest, vectors[i].interest);
		assert_figure(s, r->open, vectors[i].open);
		ck_assert_msg(r->runs == vectors[i].runs, "row %zu", i);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- laws ---- */

struct plan { /* a random late payment, as numbers and as JSON */
	int64_t principal, due, last, rate_days[3], rates[3];
	int64_t paid_days[4], paid[4];
	size_t paid_count;
};

static struct plan random_plan(struct random *r)
{
	struct plan p = { .principal = random_in(r, 1, 10000000), .due = FIRST_DAY + random_in(r, 0, 60) };
	int64_t left = p.principal;

	p.last = p.due + random_in(r, 1, 400);
	for (size_t i = 0; i < 3; i++) {
		p.rate_days[i] = i ? p.rate_days[i - 1] + random_in(r, 1, 200) : FIRST_DAY;
		p.rates[i] = random_in(r, 0, 150); /* tenths of a per cent */
	}
	p.paid_count = (size_t)random_in(r, 0, 4);
	for (size_t i = 0; i < p.paid_count; i++) {
		p.paid_days[i] = p.due + random_in(r, -20, 400);
		p.paid[i] = random_in(r, 0, left);
		left -= p.paid[i];
	}
	return p;
}

static const char *plan_text(struct arena *a, const struct plan *p, const char *start, const char *fix)
{
	const char *paid = "", *rates = "";

	for (size_t i = 0; i < p->paid_count; i++)
		paid = arena_printf(a, "%s%s{ 'at': '%s', 'amount': '%lld' }", paid, i ? ", " : "",
		                    date_text(a, p->paid_days[i]), (long long)p->paid[i]);
	for (size_t i = 0; i < 3; i++)
		rates = arena_printf(
		    a, "%s%s{ 'from': '%s', %s'percent': '%lld.%lld' }", rates, i ? ", " : "",
		    date_text(a, p->rate_days[i]),
		    i < 2 ? arena_printf(a, "'to': '%s', ", date_text(a, p->rate_days[i + 1])) : "",
		    (long long)p->rates[i] / 10, (long long)p->rates[i] % 10);
	return arena_printf(
	    a,
	    "'principal': '%lld', 'due': '%s', 'basis': 365, 'start': '%s', 'fix': '%s', 'paid': "
	    "[ %s ], 'rates': [ %s ]",
	    (long long)p->principal, date_text(a, p->due), start, fix, paid, rates);
}

/* Day by day: tenths of a per cent × yen, summed; the interest is that / 1000 / 365. */
static int64_t day_by_day(const struct plan *p, int64_t first, int64_t last, bool each_day)
{
	int64_t sum = 0;

	if (p->last <= p->due)
		return 0;
	for (int64_t day = first; day <= last; day++) {
		int64_t left = p->principal, of = each_day ? day : first, rate = 0;

		for (size_t i = 0; i < p->paid_count; i++)
			if (p->paid_days[i] <= p->last &&
			    (p->paid_days[i] < day || p->paid_days[i] <= p->due))
				left -= p->paid[i];
		for (size_t i = 0; i < 3; i++)
			rate = of >= p->rate_days[i] ? p->rates[i] : rate;
		sum += left * rate;
	}
	return sum;
}

static void exact_is(struct random *r, const struct statement *s, int64_t thousandths)
{
	mpq_t want;

	mpq_init(want);
	mpz_set_si(mpq_numref(want), thousandths);
	mpz_set_si(mpq_denref(want), 1000 * 365);
	mpq_canonicalize(want);
	law(r, mpq_equal(want, book_value(s->book, s->late_payments->exact)), "interest is %s",
	    figure_text(s, s->late_payments->exact));
	mpq_clear(want);
}

START_TEST(interest_is_that_of_its_days)
{
	for (int round = 0; round < 300; round++) {
		struct random r = random_start(round);
		struct plan p = random_plan(&r);
		bool from_due = random_one_of(&r, 2), each_day = random_one_of(&r, 2);
		struct arena a = { 0 };
		struct statement *s = late(&a, date_text(&a, p.last),
		                           plan_text(&a, &p, from_due ? "due_date" : "day_after",
		                                     each_day ? "each_day" : "start_of_delay"));

		exact_is(&r, s, day_by_day(&p, p.due + !from_due, p.last, each_day));
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Interest to a day, and that of what is then open from the day after: together that of the whole, before rounding. */
START_TEST(interest_is_additive)
{
	for (int round = 0; round < 200; round++) {
		struct random r = random_start(round);
		struct plan p = random_plan(&r), rest;
		struct arena a = { 0 };
		struct statement *whole, *first, *second;
		int64_t cut;
		mpq_t sum;

		p.paid_count = 0;
		cut = random_in(&r, p.due, p.last);
		rest = p;
		rest.due = cut;
		whole = late(&a, date_text(&a, p.last), plan_text(&a, &p, "day_after", "each_day"));
		first = late(&a, date_text(&a, cut), plan_text(&a, &p, "day_after", "each_day"));
		second = late(&a, date_text(&a, p.last), plan_text(&a, &rest, "day_after", "each_day"));
		mpq_init(sum);
		mpq_add(sum, book_value(first->book, first->late_payments->exact),
		        book_value(second->book, second->late_payments->exact));
		law(&r, mpq_equal(sum, book_value(whole->book, whole->late_payments->exact)), "cut on %s",
		    date_text(&a, cut));
		mpq_clear(sum);
		statement_free(whole);
		statement_free(first);
		statement_free(second);
		arena_release(&a);
	}
}
END_TEST

START_TEST(the_due_date_is_one_day_more)
{
	for (int round = 0; round < 100; round++) {
		struct random r = random_start(round);
		struct plan p = random_plan(&r);
		struct arena a = { 0 };
		struct statement *due, *after;
		mpq_t difference, day;

		p.paid_count = 0;
		p.rates[1] = p.rates[2] = p.rates[0];
		due = late(&a, date_text(&a, p.last), plan_text(&a, &p, "due_date", "each_day"));
		after = late(&a, date_text(&a, p.last), plan_text(&a, &p, "day_after", "each_day"));
		mpq_inits(difference, day, NULL);
		mpq_sub(difference, book_value(due->book, due->late_payments->exact),
		        book_value(after->book, after->late_payments->exact));
		mpz_set_si(mpq_numref(day), p.principal * p.rates[0]);
		mpz_set_si(mpq_denref(day), 1000 * 365);
		mpq_canonicalize(day);
		law(&r, mpq_equal(difference, day), "a day's interest");
		mpq_sub(difference, book_value(due->book, due->late_payments->days),
		        book_value(after->book, after->late_payments->days));
		law(&r, mpq_cmp_ui(difference, 1, 1) == 0, "a day");
		mpq_clears(difference, day, NULL);
		statement_free(due);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("late_payment",
	                 (const TTest *const[]){ vectors_come_out, interest_is_that_of_its_days,
	                                         interest_is_additive, the_due_date_is_one_day_more, NULL });
}
