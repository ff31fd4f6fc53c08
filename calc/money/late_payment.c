/*
 * late_payment: interest on money that was paid late.
 *
 * Days are counted to the day of payment, that day included; from the day after the due date (the Act on payment
 * delays, art. 8-1), or from the due date where the contract says so. What was paid by the due date was never late. The
 * days fall into spans at one principal and one rate; the interest of each is exact, their sum is rounded once.
 *
 * The rate: of the first day that bears interest (Civil Code 404-1, 419-1), of each day, or of a day that is named. A day
 * of which the table says nothing is refused.
 */
#include "calc/money/determine.h"

struct delay {
	struct judge *judge;
	const struct late_payment *late;
	struct late_payment_result *result;
	const char *source;
	size_t paid;          /* parts that are entered */
	int64_t day, end_day; /* the next day that bears interest, the day after the last */
	int principal;
};

/* ---- days ---- */

/* The parts that are known: those paid after as_of are not. */
static size_t known_parts(const struct delay *d)
{
	int64_t as_of = d->judge->c->zone_days->as_of_day;
	size_t count = d->late->paid_count;

	while (count && d->late->paid[count - 1].day > as_of)
		count--;
	return count;
}

/* Takes off the principal what was paid on a day before day. */
static void enter_parts(struct delay *d, size_t known, int64_t day)
{
	struct judge *j = d->judge;

	for (; d->paid < known && d->late->paid[d->paid].day < day; d->paid++)
		d->principal = derive(j->book, "principal not yet paid", d->source, "$1 - $2", 2,
		                      (int[]){ d->principal, derive_given(j->book, "paid", d->source,
		                                                          d->late->paid[d->paid].amount) });
}

/* The last day to which interest runs so far; INT64_MIN: none is known. */
static int64_t last_day(const struct delay *d, size_t known)
{
	int64_t as_of = d->judge->c->zone_days->as_of_day;

	if (as_of != INT64_MAX)
		return as_of;
	return known ? d->late->paid[known - 1].day : INT64_MIN;
}

/* ---- rates ---- */

static const struct rate_period *rate_on(const struct delay *d, int64_t day, struct error *err)
{
	const struct late_payment *l = d->late;
	struct date at = date_from_days(day);
	struct judge *j = d->judge;

	for (size_t i = 0; i < l->rate_count; i++)
		if (l->rates[i].from_day <= day && day < l->rates[i].to_day)
			return &l->rates[i];
	error_set(err, ERROR_DATA, "%s has no rate for %04d-%02d-%02d",
	          l->rate_table ? arena_printf(j->arena, "the table '%s'", l->rate_table)
	                        : arena_printf(j->arena, "the table of '%s'", l->id),
	          at.year, at.month, at.day);
	error_at(err, NULL, 0, arena_printf(j->arena, "late_payments[%zu].rates", l->index));
	error_hint(err, "a rate is never guessed: state it with its source");
	return NULL;
}

/* The rate of the days from d->day on, and in *until the first day of another. */
static const struct rate_period *next_rate(const struct delay *d, int64_t *until, struct error *err)
{
	const struct late_payment *l = d->late;
	const struct rate_period *rate;
	int64_t first = l->due_day + (l->from_due_date ? 0 : 1);

	rate = rate_on(d, l->fix == FIX_DAY ? l->fix_day : l->fix == FIX_EACH_DAY ? d->day : first, err);
	*until = rate && l->fix == FIX_EACH_DAY ? rate->to_day : INT64_MAX;
	return rate;
}

/* ---- spans ---- */

static void add_span(struct delay *d, const struct rate_period *rate, int64_t to_day)
{
	struct late_payment_result *r = d->result;
	struct judge *j = d->judge;
	struct interest_span *span = &r->spans[r->span_count++];

	span->from_day = d->day;
	span->to_day = to_day;
	span->principal = d->principal;
	span->percent = derive_given(j->book, "rate of late interest, per cent a year",
	                             rate->source ? rate->source : d->source, rate->percent);
	span->days = derive_given_int(j->book, "days of delay", d->source, (long long)(to_day - d->day));
	span->interest =
	    derive(j->book, "interest of the days, exact", d->late->clause ? d->late->clause : d->source,
	           arena_printf(j->arena, "$1 * $2 / 100 * $3 / %lld", (long long)d->late->basis), 3,
	           (int[]){ span->principal, span->percent, span->days });
}

static int run_interest(struct delay *d, size_t known, struct error *err)
{
	while (d->day < d->end_day && book_sign(d->judge->book, d->principal) > 0) {
		int64_t until, to = d->end_day;
		const struct rate_period *rate = next_rate(d, &until, err);

		if (!rate)
			return err->code;
		if (d->paid < known && d->late->paid[d->paid].day + 1 < to)
			to = d->late->paid[d->paid].day + 1;
		if (until < to)
			to = until;
		add_span(d, rate, to);
		d->day = to;
		enter_parts(d, known, to);
	}
	return 0;
}

/* ---- the whole ---- */

static void add_up(struct delay *d)
{
	struct late_payment_result *r = d->result;
	struct judge *j = d->judge;
	int *days = arena_array(j->arena, r->span_count, sizeof *days);
	int *interest = arena_array(j->arena, r->span_count, sizeof *interest);

	for (size_t i = 0; i < r->span_count; i++) {
		days[i] = r->spans[i].days;
		interest[i] = r->spans[i].interest;
	}
	r->days = derive_sum(j->book, "days of delay in all", NULL, days, r->span_count);
	r->exact = derive_sum(j->book, "late interest, exact", NULL, interest, r->span_count);
	r->interest = determine_amount(j, &d->late->rounding, "interest", "late interest", r->exact);
}

static int judge_one(struct judge *j, const struct late_payment *l, struct late_payment_result *r,
                     struct error *err)
{
	struct delay d = {
		.judge = j, .late = l, .result = r, .day = l->due_day + (l->from_due_date ? 0 : 1)
	};
	size_t known = known_parts(&d);
	int64_t last = last_day(&d, known);

	if (last == INT64_MIN) {
		error_set(err, ERROR_DATA,
		          "nothing was paid, and no 'as_of' says to which day interest runs");
		return error_at(err, NULL, 0, arena_printf(j->arena, "late_payments[%zu]", l->index));
	}
	d.source = arena_printf(j->arena, "late payment %s", l->id);
	d.end_day = last > l->due_day ? last + 1 : d.day;
	r->late = l;
	r->spans = arena_array(j->arena, l->paid_count + l->rate_count + 1, sizeof *r->spans);
	r->principal = d.principal = derive_given(j->book, "principal", d.source, l->principal);
	enter_parts(&d, known, l->due_day + 1); /* what was paid in time */
	if (run_interest(&d, known, err) < 0)
		return err->code;
	add_up(&d);
	r->open = d.principal;
	r->runs = last > l->due_day && book_sign(j->book, r->open) > 0;
	return 0;
}

int judge_late_payments(struct judge *j, struct statement *s, struct error *err)
{
	s->late_payment_count = j->c->late_payment_count;
	s->late_payments = arena_array(j->arena, s->late_payment_count, sizeof *s->late_payments);
	for (size_t i = 0; i < s->late_payment_count; i++)
		if (judge_one(j, &j->c->late_payments[i], &s->late_payments[i], err) < 0)
			return err->code;
	return 0;
}
