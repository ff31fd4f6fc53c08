/*
 * random_chain: cases of liability at random, as text: contracts, agreements, invoices and records among CSP, NSP, DA, three
 * municipalities, OMA and ASP. A world holds what was accepted so far; parts of it (a day, without the reversed) make
 * a case again.
 */
#ifndef GOVSLA_TESTS_RANDOM_CHAIN_H
#define GOVSLA_TESTS_RANDOM_CHAIN_H

#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define RECORDS_MOST 18

enum { CSP, NSP, DA, LG_A, LG_B, LG_C, OMA, ASP, PARTIES };

static const char *const party_ids[PARTIES] = { "csp", "nsp", "da", "lg-a", "lg-b", "lg-c", "oma", "asp" };
static const char *const parties_json[PARTIES] = {
	"{ 'id': 'csp', 'kind': 'CSP' }",
	"{ 'id': 'nsp', 'kind': 'NSP' }",
	"{ 'id': 'da', 'kind': 'DA' }",
	"{ 'id': 'lg-a', 'kind': 'LG', 'code': '131016' }",
	"{ 'id': 'lg-b', 'kind': 'LG', 'code': '131024' }",
	"{ 'id': 'lg-c', 'kind': 'LG', 'code': '131032' }",
	"{ 'id': 'oma', 'kind': 'OMA' }",
	"{ 'id': 'asp', 'kind': 'ASP' }",
};

struct entered {
	const char *json, *id;
	const char
	    *hollow; /* of a loss: the same loss of nothing; what is recovered goes to the pot all the same */
	enum record_of kind;
	int day, of; /* of: of a reversal, which one; else -1 */
	bool undone; /* by a later one */
};

struct world {
	struct arena arena;
	const char *contracts[16], *agreements[2], *invoices[6];
	size_t contract_count, agreement_count, invoice_count;
	const char *policies, *exchange;
	struct entered records[RECORDS_MOST];
	size_t record_count;
	bool turned_parties;
};

/* ---- the case as text ---- */

static const char *listed(struct arena *a, const char *const *items, size_t count, struct random *shuffle)
{
	const char *order[RECORDS_MOST + 1], *out = "[ ";

	memcpy(order, items, count * sizeof *items);
	for (size_t i = count; shuffle && i > 1; i--) {
		size_t l = (size_t)random_in(shuffle, 0, (int64_t)i - 1);
		const char *kept = order[l];

		order[l] = order[i - 1];
		order[i - 1] = kept;
	}
	for (size_t i = 0; i < count; i++)
		out = arena_printf(a, "%s%s\n%s", out, i ? "," : "", order[i]);
	return arena_printf(a, "%s ]", out);
}

enum which { ALL, UP_TO_DAY, NOT_UNDONE };

/* The case with some of its records; shuffle NULL: in their order. as_of 0: not stated. */
static struct case_parts parts_of(struct arena *a, const struct world *w, enum which which, int day,
                                  struct random *shuffle, int as_of)
{
	const char *records[RECORDS_MOST];
	size_t count = 0;

	for (size_t i = 0; i < w->record_count; i++) {
		const struct entered *e = &w->records[i];

		if (which == ALL || (which == UP_TO_DAY && e->day <= day) ||
		    (which == NOT_UNDONE && !e->undone && e->of < 0))
			records[count++] = e->json;
		else if (which == NOT_UNDONE && e->undone && e->hollow)
			records[count++] = e->hollow;
	}
	return (struct case_parts){
		.parties = listed(a, parties_json, PARTIES, w->turned_parties ? shuffle : NULL),
		.services =
		    "[ { 'id': 'line', 'provider': 'csp', 'terms': 'own-line', 'outages': [], 'fees': [ { "
		    "'payer': 'lg-a', 'amount': '250000', 'currency': 'JPY', 'state_share': '1/3' }, { "
		    "'payer': 'lg-b', 'amount': '100001', 'currency': 'JPY' }, { 'payer': 'lg-c', "
		    "'amount': '7', 'currency': 'JPY' } ] } ]",
		.more = arena_printf(
		    a,
		    "%s'contracts': %s,\n'agreements': %s,\n'invoices': %s,\n'policies': "
		    "%s,\n'exchange': %s,\n'records': %s",
		    as_of ? arena_printf(a, "'as_of': '2026-11-%02dT00:00:00+09:00',\n", as_of) : "",
		    listed(a, w->contracts, w->contract_count, shuffle),
		    listed(a, w->agreements, w->agreement_count, shuffle),
		    listed(a, w->invoices, w->invoice_count, shuffle), w->policies, w->exchange,
		    listed(a, records, count, shuffle)),
	};
}

/* The statement, or NULL with the message of its refusal. */
static struct statement *judge_parts(struct arena *a, const struct case_parts *p, const char **refusal)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	char line[2048];

	if (read_case(a, p, &c, &err) == 0 && statement_make(a, c, &s, &err) == 0)
		return s;
	*refusal = arena_copy(a, error_line(&err, line, sizeof line));
	return NULL;
}

static struct statement *must_judge(struct arena *a, struct random *r, const struct case_parts *p,
                                    const char *what)
{
	const char *refusal = "";
	struct statement *s = judge_parts(a, p, &refusal);

	if (!s)
		printf("%s\n", case_text(a, p));
	fflush(stdout);
	law(r, s, "%s: %s", what, refusal);
	return s;
}

/* ---- contracts at random ---- */

static const char *one_of(struct random *r, const char *const *choices, int count)
{
	return choices[random_in(r, 0, count - 1)];
}

static const char *maybe(struct random *r, int n, const char *text)
{
	return random_one_of(r, n) ? text : "";
}

static const char *yen(struct world *w, struct random *r, int64_t most)
{
	return arena_printf(&w->arena, "%lld", (long long)random_in(r, 1, most));
}

/* The debtor limits what it owes in one of several ways. */
static const char *limits(struct world *w, struct random *r, const char *debtor)
{
	static const char *const pers[] = { "contract", "incident", "loss" };
	const char *per = one_of(r, pers, 3),
	           *rule = arena_printf(&w->arena, "{ 'amount': '%s' }", yen(w, r, 3000));

	if (random_one_of(r, 3))
		rule = "'contract_amount'";
	else if (random_one_of(r, 3))
		rule = "{ 'months_of_fee': 2 }";
	return arena_printf(
	    &w->arena,
	    ", 'amount': '%s', 'monthly_fees': { '2026-10': '%s' }, 'caps': [ { 'debtor': '%s', 'rule': %s, "
	    "'per': "
	    "'%s', 'lifted_by': [ %s ] } ]%s%s",
	    yen(w, r, 3000), yen(w, r, 1500), debtor, rule, per, maybe(r, 2, "'intent'"),
	    maybe(r, 3, ", 'excludes': [ 'special', { 'head': 'lost_profit', 'lifted_by': [ 'intent' ] } ]"),
	    maybe(r, 3, ", 'rounding': { 'rule': 'half_up', 'unit': '1', 'clause': 'x' }"));
}

static void add_contract(struct world *w, const char *text)
{
	w->contracts[w->contract_count++] = text;
}

static void random_contracts(struct world *w, struct random *r)
{
	static const char *const methods[] = {
		"", ", 'apportionment': { 'method': 'largest_remainder', 'clause': 'k' }",
		", 'apportionment': { 'method': 'webster', 'clause': 'k' }",
		", 'apportionment': { 'method': 'first', 'clause': 'k' }"
	};
	static const char *const forms[] = { "'cash'", "'cash', 'credit'", "'cash', 'credit', 'set_off'" };
	static const char *const modes[] = { "joint", "single" };
	const char *method = one_of(r, methods, 4), *mode = one_of(r, modes, 2);

	for (int p = CSP; p <= NSP; p++)
		if (!random_one_of(r, 4))
			add_contract(
			    w, arena_printf(
			           &w->arena,
			           "{ 'id': 'ア/%s', 'kind': 'ア', 'parties': [ 'da', '%s' ], "
			           "'counts_as_received': [ %s ]%s%s }",
			           party_ids[p], party_ids[p], one_of(r, forms, 3), method,
			           random_one_of(r, 2)
			               ? arena_printf(&w->arena,
			                              ", 'caps': [ { 'debtor': '%s', 'rule': { 'amount': "
			                              "'%s' }%s } ]",
			                              party_ids[p], yen(w, r, 2000),
			                              maybe(r, 2, ", 'per': 'incident'"))
			               : ""));
	for (int lg = LG_A; lg <= LG_C; lg++) {
		const char *id = party_ids[lg];

		add_contract(
		    w, arena_printf(&w->arena,
		                    "{ 'id': 'イ/%s', 'kind': 'イ', 'parties': [ 'da', '%s' ], 'mode': "
		                    "'%s'%s%s }",
		                    id, id, mode, method,
		                    maybe(r, 2, ", 'caps': [ { 'debtor': 'da', 'rule': 'recovered' } ]")));
		for (int firm = OMA; firm <= ASP; firm++)
			add_contract(
			    w, arena_printf(&w->arena,
			                    "{ 'id': '%s/%s', 'kind': '%s', 'parties': [ '%s', '%s' ], "
			                    "'mode': '%s'%s }",
			                    firm == OMA ? "ウ" : "エ", id, firm == OMA ? "ウ" : "エ", id,
			                    party_ids[firm], mode,
			                    random_one_of(r, 2)
			                        ? limits(w, r, random_one_of(r, 3) ? id : party_ids[firm])
			                        : ""));
	}
	if (random_one_of(r, 3))
		w->agreements[w->agreement_count++] = "{ 'id': '協定', 'kind': 'direct_claim', 'parties': [ "
		                                      "'lg-a', 'oma', 'asp' ], 'document': 'R8-7' }";
	if (random_one_of(r, 3))
		w->agreements[w->agreement_count++] = arena_printf(
		    &w->arena,
		    "{ 'id': '覚書', 'kind': 'route', 'parties': [ 'lg-b', 'asp', 'da' ], 'fault': "
		    "'lg-b', 'sufferer': 'asp', 'edges': [ %s ], 'document': 'R8-8' }",
		    maybe(r, 2,
		          "{ 'debtor': 'da', 'creditor': 'asp' }, { 'debtor': 'lg-b', 'creditor': 'da', "
		          "'contract': 'イ/lg-b' }"));
	for (int lg = LG_A; lg <= LG_C; lg++)
		if (random_one_of(r, 2))
			w->invoices[w->invoice_count++] = arena_printf(
			    &w->arena,
			    "{ 'id': 'b-%s', 'at': '2026-11-%02d', 'month': '2026-10', 'from': 'da', "
			    "'to': '%s', 'amount': '%s', 'currency': 'JPY' }",
			    party_ids[lg], (int)random_in(r, 1, 28), party_ids[lg], yen(w, r, 900));
	w->policies = arena_printf(
	    &w->arena,
	    "{ 'shared_fault': %s, 'contributory_fault': %s, 'two_firms': %s, 'csp_loss': %s, "
	    "'asp_loss_by_csp': %s, "
	    "'state_budget': '%s' }",
	    random_one_of(r, 2) ? "true" : "false", random_one_of(r, 2) ? "true" : "false",
	    random_one_of(r, 2) ? "true" : "false", random_one_of(r, 2) ? "true" : "false",
	    random_one_of(r, 2) ? "true" : "false", random_one_of(r, 3) ? "none_if_any" : "lg_share");
	w->exchange =
	    "[ { 'id': 'usd', 'from': 'USD', 'to': 'JPY', 'policy': 'fixed_budget', 'rates': [ { 'date': "
	    "'2026-04-01', 'rate': '149.37' } ], 'rounding': { 'rule': 'floor', 'unit': '1', 'clause': "
	    "'x' } } ]";
}

/* ---- records at random ---- */

static const char *incident(struct random *r)
{
	static const char *const texts[] = { "", "", ", 'incident': 'i1'", ", 'incident': 'i2'" };

	return one_of(r, texts, 4);
}

static const char *faults(struct world *w, struct random *r)
{
	int one = (int)random_in(r, 0, PARTIES - 1), other = (int)random_in(r, 0, PARTIES - 1);

	if (random_one_of(r, 2))
		one = random_one_of(r, 4) ? NSP : CSP; /* the pool of 5.3① is what most of this is about */
	if (one == other || !random_one_of(r, 4))
		return arena_printf(&w->arena, "{ '%s': '1' }", party_ids[one]);
	return arena_printf(&w->arena, "{ '%s': '1/3', '%s': '2/3' }", party_ids[one], party_ids[other]);
}

static const char *random_loss(struct world *w, struct random *r, const char **hollow)
{
	int64_t direct = random_in(r, 1, 2000), profit = random_in(r, 1, 500);

	const char *sides = arena_printf(
	    &w->arena, "'kind': 'loss', 'sufferer': '%s', 'fault': %s, 'cause_month': '2026-10'%s%s%s",
	    party_ids[random_one_of(r, 4) ? random_in(r, 0, PARTIES - 1) : random_in(r, LG_A, LG_C)],
	    faults(w, r), incident(r), maybe(r, 6, ", 'intent': true"), maybe(r, 2, ", 'lg': 'lg-a'"));

	*hollow = arena_printf(&w->arena, "%s, 'heads': { 'direct': '0' }", sides);
	return arena_printf(&w->arena, "%s, 'heads': { 'direct': '%lld', 'lost_profit': '%lld' }%s", sides,
	                    (long long)direct, (long long)profit,
	                    random_one_of(r, 4) ? ""
	                                        : arena_printf(&w->arena, ", 'determined': '%lld'",
	                                                       (long long)random_in(r, 0, direct + profit)));
}

static const char *money(struct world *w, struct random *r, int64_t most)
{
	if (random_one_of(r, 6))
		return arena_printf(&w->arena, "'amount': '%lld.%02lld', 'currency': 'USD'",
		                    (long long)random_in(r, 0, 3), (long long)random_in(r, 1, 99));
	return arena_printf(&w->arena, "'amount': '%s'", yen(w, r, most));
}

/* What one party still owes another as things stand: payable and not paid, on all obligations between the two. */
static int64_t due(const struct statement *s, const struct party *debtor, const struct party *creditor)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];

		if (o->debtor == debtor && o->creditor == creditor && o->payable >= 0)
			sum += mpz_get_si(mpq_numref(book_value(s->book, o->payable)));
		if (o->debtor == debtor && o->creditor == creditor && o->paid >= 0)
			sum -= mpz_get_si(mpq_numref(book_value(s->book, o->paid)));
	}
	return sum;
}

static const char *const form_keys[] = { "'cash'", "'credit'", "'set_off'" };

/* Of one of the obligations; one yen too much in one of four, which must be refused. */
static const char *random_payment(struct world *w, struct random *r, const struct statement *s,
                                  bool *too_much)
{
	const struct obligation *o;
	int64_t most;

	if (!s->obligation_count)
		return NULL;
	o = &s->obligations[random_in(r, 0, (int64_t)s->obligation_count - 1)];
	most = due(s, o->debtor, o->creditor);
	if (o->debtor->kind == PARTY_CSP || o->debtor->kind == PARTY_NSP)
		return NULL;
	*too_much = most < 1 || random_one_of(r, 4);
	return arena_printf(
	    &w->arena, "'kind': 'payment', 'from': '%s', 'to': '%s', 'amount': '%lld', 'form': %s",
	    o->debtor->id, o->creditor->id, (long long)(*too_much ? most + 1 : random_in(r, 1, most)),
	    one_of(r, form_keys, 3));
}

static const char *random_body(struct world *w, struct random *r, const struct statement *s,
                               enum record_of kind, int of, bool *too_much, const char **hollow)
{
	const char *provider = random_one_of(r, 4) ? "nsp" : "csp";

	switch (kind) {
	case RECORD_LOSS:
		return random_loss(w, r, hollow);
	case RECORD_CLAIM:
		return arena_printf(&w->arena, "'kind': 'claim', 'from': 'da', 'to': '%s', 'amount': '%s'%s",
		                    provider, yen(w, r, 4000), incident(r));
	case RECORD_ACKNOWLEDGEMENT:
		return arena_printf(&w->arena,
		                    "'kind': 'acknowledgement', 'from': '%s', 'to': 'da', 'amount': '%s'%s",
		                    provider, yen(w, r, 2500), incident(r));
	case RECORD_REDUCTION:
		return arena_printf(
		    &w->arena, "'kind': 'reduction', 'from': 'csp', 'to': 'da', 'services': [ 'line' ], %s",
		    money(w, r, 500));
	case RECORD_RECOVERY:
		return arena_printf(&w->arena,
		                    "'kind': 'recovery', 'from': '%s', 'to': 'da', %s, 'form': %s%s%s",
		                    provider, money(w, r, 900), one_of(r, form_keys, 3), incident(r),
		                    maybe(r, 8, ", 'own_loss': true"));
	case RECORD_PAYMENT:
		return random_payment(w, r, s, too_much);
	default:
		return of < 0 ? NULL
		              : arena_printf(&w->arena, "'kind': 'reversal', 'of': '%s', 'cause': '誤り'",
		                             w->records[of].id);
	}
}

/* A record that may be reversed: not itself a reversal, not undone; -1 none. */
static int reversible(struct world *w, struct random *r)
{
	for (int tries = 0; tries < 4 && w->record_count; tries++) {
		int i = (int)random_in(r, 0, (int64_t)w->record_count - 1);

		if (w->records[i].of < 0 && !w->records[i].undone)
			return i;
	}
	return -1;
}

#endif
