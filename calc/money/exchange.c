#include "calc/money/exchange.h"
#include "calc/money/determine.h"

#include <string.h>

#define YEN "JPY"

/* ---- rates ---- */

static const char *source_of(struct judge *j, const struct exchange *x)
{
	return x->clause ? x->clause : arena_printf(j->arena, "exchange %s", x->id);
}

static int given_rate(struct judge *j, const struct exchange *x, const struct dated_rate *r)
{
	const char *source = arena_printf(j->arena, "exchange %s%s%s", x->id, r->source ? ", " : "",
	                                  r->source ? r->source : "");

	return derive_given(j->book, arena_printf(j->arena, "yen for one %s", x->from), source, r->rate);
}

/* The close × the mean of the ratios of the last twelve months: that the mean is taken is our reading (domain 6). */
static int survey_rate(struct judge *j, const struct exchange *x)
{
	int *ratios = arena_array(j->arena, x->ratio_count, sizeof *ratios), mean;

	for (size_t i = 0; i < x->ratio_count; i++)
		ratios[i] = derive_given(j->book, arena_printf(j->arena, "year-on-year ratio %zu", i + 1),
		                         source_of(j, x), x->ratios[i]);
	mean = derive(
	    j->book, "mean of the year-on-year ratios", "arithmetic mean", "$1 / $2", 2,
	    (int[]){ derive_sum(j->book, "sum of the year-on-year ratios", NULL, ratios, x->ratio_count),
	             derive_given_int(j->book, "count of the ratios", source_of(j, x),
	                              (long long)x->ratio_count) });
	return derive(j->book, "rate of the survey's formula", source_of(j, x), "$1 * $2", 2,
	              (int[]){ given_rate(j, x, x->rates), mean });
}

/* The rate that asks for the most yen, and where it stands. */
static int worst_rate(struct judge *j, const struct exchange *x, const struct dated_rate **of)
{
	int worst = given_rate(j, x, x->rates);

	*of = x->rates;
	for (size_t i = 1; i < x->rate_count; i++) {
		int rate = given_rate(j, x, &x->rates[i]);

		if (book_compare(j->book, rate, worst) > 0)
			*of = &x->rates[i];
		worst = derive(j->book, "the worse of the rates", source_of(j, x), "max($1, $2)", 2,
		               (int[]){ worst, rate });
	}
	return worst;
}

/* With the margin, rounded where the exchange rounds its rate. */
static int finish_rate(struct judge *j, const struct exchange *x, int rate)
{
	if (x->margin_percent)
		rate = derive(j->book, "rate with the margin", source_of(j, x), "$1 * (100 + $2) / 100", 2,
		              (int[]){ rate, derive_given(j->book, "margin on the rate, per cent",
		                                          source_of(j, x), x->margin_percent) });
	return x->rate_rounding.rule ? determine_amount(j, &x->rate_rounding, "rate", "rate, rounded", rate)
	                             : rate;
}

static const char *day_text(struct judge *j, int64_t day)
{
	struct date d = date_from_days(day);

	return day == INT64_MIN ? NULL : arena_printf(j->arena, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static struct exchange_result rate_of(struct judge *j, const struct exchange *x, const struct invoice *i)
{
	const struct dated_rate *used = x->rates;
	int rate;

	if (i)
		rate = derive_given(j->book, arena_printf(j->arena, "yen for one %s", x->from),
		                    arena_printf(j->arena, "invoice %s", i->id), i->rate);
	else if (x->policy == EXCHANGE_SURVEY_FORMULA)
		rate = survey_rate(j, x);
	else if (x->policy == EXCHANGE_WORST_PAST)
		rate = worst_rate(j, x, &used);
	else
		rate = given_rate(j, x, x->rates);
	return (struct exchange_result){ x, i, finish_rate(j, x, rate), day_text(j, i ? i->day : used->day) };
}

/* The invoices of the period's month that give a rate of the exchange. */
static bool gives_rate(const struct sla_case *c, const struct exchange *x, const struct invoice *i)
{
	return i->rate && c->period.month && strcmp(i->month, c->period.month) == 0 &&
	       strcmp(i->currency, x->from) == 0;
}

static void open_invoice_rates(struct judge *j, struct statement *s, const struct exchange *x)
{
	size_t before = s->exchange_count;

	for (size_t i = 0; i < j->c->invoice_count; i++)
		if (gives_rate(j->c, x, &j->c->invoices[i]))
			s->exchanges[s->exchange_count++] = rate_of(j, x, &j->c->invoices[i]);
	if (s->exchange_count == before)
		s->exchanges[s->exchange_count++] =
		    (struct exchange_result){ .exchange = x, .rate = FIGURE_UNKNOWN };
}

void exchange_open(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;

	s->exchanges =
	    arena_array(j->arena, c->exchange_count * (c->invoice_count + 1), sizeof *s->exchanges);
	for (size_t i = 0; i < c->exchange_count; i++)
		if (c->exchanges[i].policy == EXCHANGE_INVOICE_RATE)
			open_invoice_rates(j, s, &c->exchanges[i]);
		else
			s->exchanges[s->exchange_count++] = rate_of(j, &c->exchanges[i], NULL);
}

/* ---- what is asked ---- */

struct question {
	const char *currency; /* of the exchange, from which it goes to yen */
	const char *what, *id;
	const struct party *biller;    /* from whom the amount comes */
	const struct service *service; /* NULL: of none */
};

/* Whether an amount is of a service: by itself, or by an id "SERVICE/…". */
static bool is_of_service(const struct question *q, const struct service *s)
{
	size_t length = strlen(s->id);

	return q->service ? q->service == s : strncmp(q->id, s->id, length) == 0 && q->id[length] == '/';
}

/* The key that an amount stands at, for messages. */
static const char *place_of(struct judge *j, const struct question *q)
{
	const struct sla_case *c = j->c;

	for (size_t i = 0; i < c->record_count && !q->service; i++)
		if (strcmp(c->records[i].id, q->id) == 0)
			return arena_printf(j->arena, "records[%zu].currency", c->records[i].index);
	for (size_t i = 0; i < c->service_count; i++)
		if (is_of_service(q, &c->services[i]))
			return arena_printf(j->arena, "services[%zu].fees[0].currency", i);
	return NULL;
}

static int refuse(struct judge *j, const struct question *q, const char *why, struct error *err)
{
	error_set(err, ERROR_DATA, "'%s' (%s) needs yen for %s, and %s", q->id, q->what, q->currency, why);
	return error_at(err, NULL, 0, place_of(j, q));
}

static bool bills_service(const struct invoice *i, const struct service *s)
{
	bool bills = i->service_count == 0 || !s;

	for (size_t k = 0; k < i->service_count; k++)
		bills = bills || i->services[k] == s;
	return bills;
}

static bool sends_invoices(const struct statement *s, const char *currency, const struct party *p)
{
	for (size_t i = 0; i < s->exchange_count; i++)
		if (s->exchanges[i].invoice && strcmp(s->exchanges[i].exchange->from, currency) == 0 &&
		    s->exchanges[i].invoice->from == p)
			return true;
	return false;
}

/* A provider's amounts need its own invoice; those of others go by the invoices there are. */
static bool needs_own_invoice(const struct statement *s, const struct question *q)
{
	return q->biller->kind == PARTY_CSP || q->biller->kind == PARTY_NSP ||
	       sends_invoices(s, q->currency, q->biller);
}

static bool answers(const struct exchange_result *r, const struct question *q, bool own)
{
	if (strcmp(r->exchange->from, q->currency) != 0)
		return false;
	return !r->invoice || !own ||
	       (r->invoice->from == q->biller && bills_service(r->invoice, q->service));
}

/* The rate for the question; NULL with err set where there is none, or more than one. */
static const struct exchange_result *find_rate(struct judge *j, const struct statement *s,
                                               const struct question *q, struct error *err)
{
	const struct exchange_result *found = NULL;
	const char *month = j->c->period.month;
	bool own = needs_own_invoice(s, q);

	for (size_t i = 0; i < s->exchange_count; i++) {
		const struct exchange_result *r = &s->exchanges[i];

		if (r->rate < 0 || !answers(r, q, own))
			continue;
		if (found && book_compare(j->book, found->rate, r->rate) != 0) {
			refuse(j, q,
			       arena_printf(j->arena, "the invoices '%s' and '%s' give two rates",
			                    found->invoice->id, r->invoice->id),
			       err);
			return NULL;
		}
		if (!found)
			found = r;
	}
	if (found)
		return found;
	if (!exchange_knows(j->c, q->currency, YEN))
		refuse(j, q, arena_printf(j->arena, "the case has no exchange from %s to " YEN, q->currency),
		       err);
	else if (!month)
		refuse(j, q, "a period without a month has no invoice of its month", err);
	else
		refuse(
		    j, q,
		    arena_printf(j->arena, "no invoice of %s from '%s' gives a rate", month, q->biller->id),
		    err);
	error_hint(err, "there is no default rate: state it in 'exchange' or 'invoices'");
	return NULL;
}

/* ---- amounts ---- */

static bool is_same(const struct judge *j, const struct exchanged *x, const struct exchanged *other)
{
	return x->by == other->by && x->party == other->party && strcmp(x->what, other->what) == 0 &&
	       strcmp(x->id, other->id) == 0 && book_compare(j->book, x->before, other->before) == 0;
}

/* Notes the amount; that of the same thing noted before. */
static const struct exchanged *noted(const struct judge *j, const struct statement *s,
                                     const struct exchanged *x)
{
	for (size_t i = 0; i < s->exchanged_count; i++)
		if (is_same(j, &s->exchanged[i], x))
			return &s->exchanged[i];
	return NULL;
}

static void note(struct judge *j, struct statement *s, const struct exchanged *x)
{
	size_t count = s->exchanged_count;

	if ((count & (count - 1)) == 0) { /* none, or as many as fit: the room doubles */
		struct exchanged *room = arena_array(j->arena, count ? 2 * count : 1, sizeof *room);

		if (count)
			memcpy(room, s->exchanged, count * sizeof *room);
		s->exchanged = room;
	}
	s->exchanged[s->exchanged_count++] = *x;
}

bool exchange_knows(const struct sla_case *c, const char *from, const char *to)
{
	for (size_t i = 0; i < c->exchange_count; i++) {
		const struct exchange *x = &c->exchanges[i];

		if ((strcmp(x->from, from) == 0 && strcmp(x->to, to) == 0) ||
		    (strcmp(x->from, to) == 0 && strcmp(x->to, from) == 0))
			return true;
	}
	return false;
}

static int yen_of(struct judge *j, const struct exchanged *x)
{
	const char *clause = arena_printf(j->arena, "exchange %s", x->by->exchange->id);
	int yen =
	    derive(j->book, "amount in yen, exact", clause, "$1 * $2", 2, (int[]){ x->before, x->by->rate });

	return determine_amount(j, &x->by->exchange->rounding, "exchanged", "amount in yen", yen);
}

int exchange_to_yen(struct judge *j, struct statement *s, const char *currency, int amount, const char *what,
                    const char *id, const struct party *party, struct error *err)
{
	struct question q = { currency, what, id, party, NULL };
	struct exchanged x = {
		.what = what, .id = id, .party = party, .before = amount, .from = currency, .to = YEN
	};
	const struct exchanged *before;

	if (!currency || strcmp(currency, YEN) == 0)
		return amount;
	if (amount < 0 || !(x.by = find_rate(j, s, &q, err)))
		return FIGURE_UNKNOWN;
	before = noted(j, s, &x);
	if (before)
		return before->after;
	x.after = yen_of(j, &x);
	note(j, s, &x);
	return x.after;
}

int exchange_limit(struct judge *j, struct statement *s, const char *to, const char *from, int amount,
                   const char *what, const struct service *service, struct error *err)
{
	bool to_yen = strcmp(to, YEN) == 0;
	struct question q = { to_yen ? from : to, what, service->id, service->provider, service };
	struct exchanged x = { .what = what, .id = service->id, .before = amount, .from = from, .to = to };
	const struct exchanged *before;

	if (!(x.by = find_rate(j, s, &q, err)))
		return FIGURE_UNKNOWN;
	before = noted(j, s, &x);
	if (before)
		return before->after;
	x.after = derive(j->book, "limit in the currency of the fee, exact",
	                 arena_printf(j->arena, "exchange %s", x.by->exchange->id),
	                 to_yen ? "$1 * $2" : "$1 / $2", 2, (int[]){ amount, x.by->rate });
	note(j, s, &x);
	return x.after;
}

static int exchange_service(struct judge *j, struct statement *s, struct service_result *r, struct error *err)
{
	struct question q = { r->currency, "credit", r->service->id, r->service->provider, r->service };

	for (size_t i = 0; i < r->payable_count; i++) {
		struct exchanged x = { .what = "credit",
			               .id = r->service->id,
			               .party = r->payable[i].fee->payer,
			               .before = r->payable[i].amount,
			               .from = r->currency,
			               .to = YEN };

		if (x.before < 0 || book_sign(j->book, x.before) == 0)
			continue;
		if (!(x.by = find_rate(j, s, &q, err)))
			return err->code;
		r->payable[i].yen = x.after = yen_of(j, &x);
		note(j, s, &x);
	}
	return 0;
}

int exchange_credits(struct judge *j, struct statement *s, struct error *err)
{
	for (size_t i = 0; i < s->service_count; i++) {
		struct service_result *r = &s->services[i];

		if (r->currency && strcmp(r->currency, YEN) != 0 && exchange_knows(j->c, r->currency, YEN) &&
		    exchange_service(j, s, r, err) < 0)
			return err->code;
	}
	return 0;
}
