#include "calc/liability/pass_through.h"
#include "calc/money/exchange.h"
#include "calc/liability/ledger.h"
#include "calc/liability/pass_through_part.h"

#include <assert.h>
#include <string.h>

struct pass_work *pass_through_new(struct judge *j, struct statement *s)
{
	struct pass_work *p = arena_new(j->arena, struct pass_work);
	size_t count = 0;

	*p = (struct pass_work){ .j = j, .s = s };
	for (size_t i = 0; i < j->c->party_count; i++)
		if (j->c->parties[i].kind == PARTY_DA)
			p->agency = &j->c->parties[i];
	for (size_t i = 0; i < j->c->record_count; i++)
		count += j->c->records[i].kind == RECORD_REDUCTION;
	p->streams = arena_array(j->arena, count, sizeof(struct stream *));
	p->entered = arena_array(j->arena, count, sizeof *p->entered);
	p->results = arena_array(j->arena, count, sizeof *p->results);
	pass_find_contracts(p);
	pass_order_bills(p);
	return p;
}

/* ---- one reduction ---- */

static int refuse(struct pass_work *p, const struct liability_record *r, const char *key, struct error *err)
{
	return error_at(err, NULL, 0, arena_printf(p->j->arena, "records[%zu].%s", r->index, key));
}

static int check_parties(struct pass_work *p, const struct liability_record *r, struct error *err)
{
	if (r->from->kind != PARTY_CSP && r->from->kind != PARTY_NSP) {
		error_set(err, ERROR_DATA, "a reduction comes from a CSP or NSP, and '%s' is neither",
		          r->from->id);
		return refuse(p, r, "from", err);
	}
	if (r->to == p->agency)
		return 0;
	error_set(err, ERROR_DATA, "a reduction goes to the Digital Agency, and '%s' is another party",
	          r->to->id);
	return refuse(p, r, "to", err);
}

/* What was reduced, in the currency of the fees. */
static int amount_of(struct pass_work *p, const struct stream *st, const struct liability_record *r,
                     struct error *err)
{
	const char *currency = r->currency ? r->currency : "JPY";
	int amount = derive_given(p->j->book, "fee reduction received",
	                          arena_printf(p->j->arena, "record %s", r->id), r->amount);

	if (strcmp(currency, st->currency) == 0)
		return amount;
	if (strcmp(st->currency, "JPY") == 0)
		return exchange_to_yen(p->j, p->s, currency, amount, "reduction", r->id, r->from, err);
	error_set(err, ERROR_DATA, "the reduction is in %s and the fees are in %s", currency, st->currency);
	(void)refuse(p, r, "currency", err);
	return FIGURE_UNKNOWN;
}

static int part_of(struct pass_work *p, const char *label, const struct party *lg, int amount, int fee,
                   int all)
{
	return derive(p->j->book, arena_printf(p->j->arena, "%s of %s", label, lg->id),
	              "5.2; key: gross fees of the services", "$1 * $2 / $3", 3, (int[]){ amount, fee, all });
}

/* What of the reduction falls on one municipality: the State's part goes to nobody. */
static void enter_share(struct pass_work *p, const struct stream *st, size_t body, int amount, int grant,
                        int64_t day)
{
	struct judge *j = p->j;
	const struct party *lg = st->bodies[body];
	struct line *l = pass_line(p, st, lg, day);
	int gross = part_of(p, "share of the reduction", lg, amount, st->gross[body], st->all);
	int state = part_of(p, "the State's part of the reduction", lg, amount, st->state[body], st->all);

	if (j->c->policies.state_budget == STATE_NONE_IF_ANY) {
		int own = part_of(p, "the part that is passed through", lg, amount, st->own[body], st->all);

		l->withheld = pass_plus(j, "withheld so far", l->withheld,
		                        derive(j->book, arena_printf(j->arena, "withheld from %s", lg->id),
		                               "5.2, policy state_budget none_if_any", "$1 - $2 - $3", 3,
		                               (int[]){ gross, state, own }));
	}
	l->gross = pass_plus(j, "share of the reductions", l->gross, gross);
	l->state = pass_plus(j, "the State's part of the reductions", l->state, state);
	if (grant >= 0)
		l->amount =
		    pass_plus(j, arena_printf(j->arena, "passed through to %s", lg->id), l->amount, grant);
}

/* Notes of a reduction: at most one each of key, excess, method and credit. */
static void note(struct pass_work *p, struct reduction_result *out, const char *text)
{
	if (!out->notes)
		out->notes = arena_array(p->j->arena, 4, sizeof *out->notes);
	out->notes[out->note_count++] = text;
}

static void share(struct pass_work *p, struct stream *st, struct reduction_result *out)
{
	struct judge *j = p->j;
	int64_t day = out->record->day;
	int *grants = arena_array(j->arena, st->count, sizeof *grants);
	int own = derive(j->book, "what of it can be passed through", "5.2", "$1 * $2 / $3", 3,
	                 (int[]){ out->amount, st->own_all, st->all });

	out->note_count = 0;
	if (!pass_named(st, out->record))
		note(p, out,
		     "no municipality pays for what was reduced: the key is the Agency's fees to them");
	if (!pass_method(p, st, day, &out->method, &out->clause))
		note(p, out, "the contracts name different methods of sharing: floor");
	st->pot->method = out->method = out->method ? out->method : "floor";
	st->pot->clause = out->clause ? out->clause : "the contract is silent";
	st->received = pass_plus(j, "reductions received so far", st->received, out->amount);
	st->total = pass_plus(j, "to be passed through so far", st->total, own);
	apportion_share(j, st->pot, st->total, false, grants, &out->residual);
	for (size_t i = 0; i < st->count; i++)
		enter_share(p, st, i, out->amount, grants[i], day);
	if (book_compare(j->book, st->received, st->all) > 0)
		note(p, out,
		     arena_printf(j->arena,
		                  "the reductions of %s exceed the gross fees of %s of its services",
		                  book_at(j->book, st->received)->value, book_at(j->book, st->all)->value));
}

/* ---- the ledger ---- */

static int *amounts_of(struct pass_work *p)
{
	int *amounts = arena_array(p->j->arena, p->line_count, sizeof *amounts);

	for (size_t i = 0; i < p->line_count; i++)
		amounts[i] = p->lines[i].amount;
	return amounts;
}

static void move(struct pass_work *p, const struct party *debtor, const struct party *creditor,
                 const char *incident, const char *currency, int amount)
{
	struct ledger_edge edge = {
		.debtor = debtor, .creditor = creditor, .basis = "5.2", .incident = incident
	};

	if (strcmp(currency, "JPY") == 0)
		ledger_move(p->s->ledger, MOVE_REDUCE, &edge, amount);
}

/* What changed for a line; unknown is nothing yet. */
static int change_of(struct pass_work *p, const struct line *l, int old)
{
	const char *label = arena_printf(p->j->arena, "change of what is passed through to %s", l->to->id);

	if (old < 0)
		return l->amount;
	if (l->amount < 0)
		return derive(p->j->book, label, NULL, "-$1", 1, &old);
	return derive(p->j->book, label, NULL, "$1 - $2", 2, (int[]){ l->amount, old });
}

/* The reduction or its end, and what it changed for each municipality. The ledger is in yen. */
static void move_all(struct pass_work *p, const struct reduction_result *of, int amount, const int *before,
                     size_t count)
{
	move(p, of->record->from, of->record->to, of->record->incident, of->currency, amount);
	for (size_t i = 0; i < p->line_count; i++) {
		const struct line *l = &p->lines[i];
		int change = change_of(p, l, i < count ? before[i] : FIGURE_UNKNOWN);

		if (change >= 0)
			move(p, l->from, l->to, NULL, l->currency, change);
	}
}

/* ---- records ---- */

static int enter_reduction(struct pass_work *p, const struct liability_record *r, struct error *err)
{
	struct reduction_result *out = &p->results[p->entered_count];
	size_t count = p->line_count;
	int *before = amounts_of(p);
	struct stream *st;

	if (check_parties(p, r, err) < 0)
		return err->code;
	st = pass_stream(p, r, err);
	if (!st)
		return err->code;
	*out = (struct reduction_result){ .record = r,
		                          .fees = st->all,
		                          .currency = st->currency,
		                          .received = FIGURE_UNKNOWN,
		                          .credit = FIGURE_UNKNOWN,
		                          .residual = FIGURE_UNKNOWN };
	out->amount = amount_of(p, st, r, err);
	if (err->code < 0)
		return err->code;
	p->entered[p->entered_count++] = r;
	share(p, st, out);
	move_all(p, out, out->amount, before, count);
	return 0;
}

/* From the day of a reversal on, everything is as if its reduction had not been: the others are shared again. */
static int enter_reversal(struct pass_work *p, const struct liability_record *reversal, struct error *err)
{
	size_t count = p->line_count;
	int *before = amounts_of(p), amount = FIGURE_UNKNOWN;
	const struct reduction_result *undone = NULL;

	for (size_t i = 0; i < p->stream_count; i++)
		pass_empty(p, p->streams[i]);
	for (size_t i = 0; i < p->line_count; i++) {
		struct line *l = &p->lines[i];

		l->gross = l->amount = l->state = l->withheld = FIGURE_UNKNOWN;
	}
	for (size_t i = 0; i < p->entered_count; i++) {
		struct reduction_result *out = &p->results[i];

		if (out->record == reversal->reverses) {
			out->reversal = reversal;
			undone = out;
			amount = derive(p->j->book, "fee reduction undone",
			                arena_printf(p->j->arena, "record %s", reversal->id), "-$1", 1,
			                &out->amount);
			out->residual = FIGURE_UNKNOWN;
			out->note_count = 0;
		}
		if (!out->reversal)
			share(p, pass_stream(p, out->record, err), out);
	}
	/* who now gets nothing got it back: what a bill was lowered by stays open with the next one */
	for (size_t i = 0; i < p->line_count; i++)
		if (p->lines[i].amount < 0 && p->lines[i].on_bill >= 0)
			p->lines[i].amount = derive_given(p->j->book, "passed through", "reversed", "0");
	assert(undone && "a reversal comes after its record");
	move_all(p, undone, amount, before, count);
	return err->code;
}

int pass_through_enter(struct pass_work *p, const struct liability_record *r, struct error *err)
{
	pass_bills_until(p, r->day);
	return r->kind == RECORD_REDUCTION ? enter_reduction(p, r, err) : enter_reversal(p, r, err);
}

/* ---- the result ---- */

/* What the statement has as the provider's credit to the Agency, in that currency; FIGURE_UNKNOWN: nothing of it. */
static int credit_of(struct pass_work *p, const struct party *provider, const char *currency)
{
	int sum = FIGURE_UNKNOWN;

	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		for (size_t k = 0; r->service->provider == provider && k < r->payable_count; k++) {
			const struct payable *y = &r->payable[k];

			if (y->fee->payer == p->agency && y->amount >= 0 &&
			    strcmp(y->fee->currency, currency) == 0)
				sum = pass_plus(p->j, "credit of the provider to the Agency", sum, y->amount);
		}
	}
	return sum;
}

/* Of a provider's last reduction: what it gave in all, beside what its own terms come to. */
static void compare_with_credit(struct pass_work *p, struct reduction_result *last)
{
	struct judge *j = p->j;
	int received = FIGURE_UNKNOWN;

	for (size_t i = 0; i < p->entered_count; i++) {
		const struct reduction_result *r = &p->results[i];

		if (!r->reversal && r->record->from == last->record->from &&
		    strcmp(r->currency, last->currency) == 0)
			received = pass_plus(j, "reductions received in all", received, r->amount);
	}
	last->received = received;
	last->credit = credit_of(p, last->record->from, last->currency);
	if (last->credit < 0 || book_compare(j->book, last->credit, received) == 0)
		return;
	note(p, last,
	     arena_printf(j->arena,
	                  "received %s in all; by its own terms the credit of %s to the Agency is %s",
	                  book_at(j->book, received)->value, last->record->from->id,
	                  book_at(j->book, last->credit)->value));
}

void pass_through_finish(struct pass_work *p)
{
	pass_bills_until(p, INT64_MAX);
	for (size_t i = 0; i < p->entered_count; i++) {
		struct reduction_result *r = &p->results[i];
		bool last = !r->reversal;

		for (size_t k = i + 1; k < p->entered_count; k++)
			last = last &&
			       (p->results[k].reversal || p->results[k].record->from != r->record->from ||
			        strcmp(p->results[k].currency, r->currency) != 0);
		if (last)
			compare_with_credit(p, r);
	}
	p->s->reductions = p->results;
	p->s->reduction_count = p->entered_count;
	pass_show_lines(p);
}
