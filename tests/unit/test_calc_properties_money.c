/* Laws of money, on random cases: credits, the chain of 5.3; and that every node is its formula. */
#include "calc/exact.h"
#include "calc/formula.h"
#include "calc/statement.h"

#include "tests/unit/random.h"
#include "tests/unit/suite.h"

/* ---- every node of a statement, evaluated again from what is printed ---- */

static void check_node(struct random *r, const struct statement *s, int node)
{
	const struct derivation *d = book_at(s->book, node);
	mpq_t *values = calloc(d->input_count + 1, sizeof *values), again, shown;
	mpq_srcptr *inputs = calloc(d->input_count + 1, sizeof *inputs);

	mpq_init(again);
	mpq_init(shown);
	exact_read(shown, d->value);
	law(r, mpq_equal(shown, book_value(s->book, node)), "n%d prints %s", node, d->value);
	for (size_t i = 0; i < d->input_count; i++) {
		law(r, d->inputs[i] >= 0 && d->inputs[i] < node, "n%d uses n%d", node, d->inputs[i]);
		mpq_init(values[i]);
		exact_read(values[i], book_at(s->book, d->inputs[i])->value);
		inputs[i] = values[i];
	}
	if (strcmp(d->formula, "given") != 0) {
		law(r, formula_evaluate(d->formula, inputs, d->input_count, again), "n%d: %s", node,
		    d->formula);
		law(r, mpq_equal(shown, again), "n%d: %s is not %s", node, d->formula, d->value);
	}
	for (size_t i = 0; i < d->input_count; i++)
		mpq_clear(values[i]);
	mpq_clear(again);
	mpq_clear(shown);
	free(values);
	free(inputs);
}

static void check_nodes(struct random *r, const struct statement *s)
{
	for (size_t i = 0; i < book_count(s->book); i++)
		check_node(r, s, (int)i);
}

static int compared(const struct statement *s, int left, const struct statement *t, int right)
{
	return mpq_cmp(book_value(s->book, left), book_value(t->book, right));
}

/* ---- credits ---- */

struct money_case {
	struct arena arena;
	struct sla_case c;
	struct party party;
	struct terms terms;
	struct level level;
	struct credit_rule rule;
	struct rounding rounding;
	struct service service;
	struct fee fee;
	struct span outage;
};

#define PERIOD_US (INT64_C(1000) * US_PER_S)

static void random_credit_case(struct random *r, struct money_case *m)
{
	static const char *const units[] = { "1", "10", "100", "0.01", "1/3" };
	size_t bands = (size_t)random_in(r, 1, 6);
	int64_t edge = 0, rate = random_in(r, 50, 150);

	m->rule = (struct credit_rule){ .base = "monthly_fee",
		                        .bands = arena_array(&m->arena, bands, sizeof(struct band)),
		                        .band_count = bands };
	for (size_t i = 0; i < bands; i++) { /* rates fall as availability rises: a monotone table */
		int64_t next = i + 1 == bands ? 99990 : random_in(r, edge + 1, 99990 - (int64_t)(bands - i));

		m->rule.bands[i] = (struct band){ arena_printf(&m->arena, "%lld/1000", (long long)edge),
			                          arena_printf(&m->arena, "%lld/1000", (long long)next),
			                          arena_printf(&m->arena, "%lld/7", (long long)rate) };
		edge = next;
		rate = random_in(r, 0, rate);
	}
	m->level = (struct level){ .id = "l",
		                   .metric = METRIC_AVAILABILITY,
		                   .method = METHOD_DURATION_RATIO,
		                   .objective = "99990/1000",
		                   .credit = &m->rule };
	m->rounding = (struct rounding){ (enum rounding_rule)random_in(r, 0, 3), units[random_in(r, 0, 4)],
		                         (enum rounding_of)random_in(r, 0, 1),
		                         (enum rounding_side)random_in(r, 0, 2), "clause" };
	m->terms = (struct terms){ .id = "terms",
		                   .levels = &m->level,
		                   .level_count = 1,
		                   .maintenance_notice_days = -1,
		                   .rounding = &m->rounding,
		                   .cap_percent = random_one_of(r, 2) ? "10" : NULL,
		                   .cap_amount = random_one_of(r, 4) ? "777" : NULL };
	m->party = (struct party){ .id = "p", .kind = PARTY_LG };
	m->fee =
	    (struct fee){ &m->party, arena_printf(&m->arena, "%lld", (long long)random_in(r, 0, 1000000)),
		          "JPY", "0" };
	m->service = (struct service){ .id = "s",
		                       .provider = &m->party,
		                       .terms = &m->terms,
		                       .known_outages = true,
		                       .outages = &m->outage,
		                       .outage_count = 1,
		                       .quorum = { 1, false },
		                       .fees = &m->fee,
		                       .fee_count = 1 };
	m->c = (struct sla_case){ .period = { .span = { 0, PERIOD_US } },
		                  .parties = &m->party,
		                  .party_count = 1,
		                  .terms = &m->terms,
		                  .terms_count = 1,
		                  .services = &m->service,
		                  .service_count = 1 };
}

static struct statement *made(struct arena *a, const struct sla_case *c)
{
	struct error err = { 0 };
	struct statement *s = NULL;

	ck_assert_msg(statement_make(a, c, &s, &err) == 0, "%s", err.text);
	return s;
}

/* Up to one unit above what was capped, where the terms round up. */
static void check_cap(struct random *r, const struct money_case *m, const struct statement *s)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	int fee = derive_given(b, "fee", "f", m->fee.amount),
	    unit = derive_given(b, "unit", "u", m->rounding.unit);
	int most = derive(b, "most", NULL, "$1 * 10 / 100 + $2", 2, (int[]){ fee, unit });
	int total = s->services[0].credit_total;

	law(r, mpq_sgn(book_value(s->book, total)) >= 0, "credit %s", figure_text(s, total));
	if (m->terms.cap_percent)
		law(r, mpq_cmp(book_value(s->book, total), book_value(b, most)) <= 0, "credit %s of fee %s",
		    figure_text(s, total), m->fee.amount);
	book_free(b);
	arena_release(&a);
}

START_TEST(a_longer_outage_never_costs_less)
{
	EACH_ROUND(round, 600)
	{
		struct random r = random_start(round);
		struct money_case m = { 0 };
		struct statement *shorter, *longer;

		random_credit_case(&r, &m);
		m.outage =
		    (struct span){ 0, random_in(&r, 0, random_one_of(&r, 2) ? PERIOD_US : PERIOD_US / 1000) };
		shorter = made(&m.arena, &m.c);
		m.outage.end = random_in(&r, m.outage.end, PERIOD_US);
		longer = made(&m.arena, &m.c);
		law(&r,
		    compared(shorter, shorter->services[0].credit_total, longer,
		             longer->services[0].credit_total) <= 0,
		    "%s, then %s", figure_text(shorter, shorter->services[0].credit_total),
		    figure_text(longer, longer->services[0].credit_total));
		check_cap(&r, &m, longer);
		check_nodes(&r, longer);
		statement_free(shorter);
		statement_free(longer);
		arena_release(&m.arena);
	}
}
END_TEST

/* ---- the chain: random losses and recoveries, judged after each of them ---- */

#define RECORDS_MOST 12
#define LGS          4

struct chain_case {
	struct arena arena;
	struct sla_case c;
	struct party parties[2 + LGS];
	struct liability_record records[RECORDS_MOST];
	struct fault_share fault;
	struct contract contract;
	struct contract_cap cap;
};

static void random_chain_case(struct random *r, struct chain_case *k)
{
	static const char *const ids[] = { "csp", "da", "lg-a", "lg-b", "lg-c", "lg-d" };
	static const enum party_kind kinds[] = {
		PARTY_CSP, PARTY_DA, PARTY_LG, PARTY_LG, PARTY_LG, PARTY_LG
	};

	for (size_t i = 0; i < 2 + LGS; i++)
		k->parties[i] =
		    (struct party){ .id = ids[i], .kind = kinds[i], .code = i < 2 ? NULL : ids[i] };
	for (size_t i = 0; i < RECORDS_MOST; i++) {
		struct liability_record *l = &k->records[i];

		*l = (struct liability_record){ .index = i,
			                        .id = arena_printf(&k->arena, "r%zu", i),
			                        .day = (int64_t)i };
		if (random_one_of(r, 2)) {
			l->kind = RECORD_LOSS;
			l->sufferer = &k->parties[random_in(r, 2, 1 + LGS)];
			l->faults = &k->fault;
			l->fault_count = 1;
			l->heads[HEAD_DIRECT] =
			    arena_printf(&k->arena, "%lld", (long long)random_in(r, 0, 1000));
			l->determined = random_one_of(r, 4) ? NULL : l->heads[HEAD_DIRECT];
		} else {
			l->kind = RECORD_RECOVERY;
			l->from = &k->parties[0];
			l->to = &k->parties[1];
			l->amount = arena_printf(&k->arena, "%lld", (long long)random_in(r, 0, 400));
		}
	}
	k->fault = (struct fault_share){ &k->parties[0], "1" };
	k->cap = (struct contract_cap){ .debtor = &k->parties[0], .rule = CAP_AMOUNT, .amount = "7000" };
	k->contract = (struct contract){ .id = "k",
		                         .parties = { &k->parties[0], &k->parties[1] },
		                         .caps = &k->cap,
		                         .cap_count = (size_t)random_in(r, 0, 1),
		                         .from_day = INT64_MIN,
		                         .to_day = INT64_MAX };
	k->c = (struct sla_case){ .period = { .span = { 0, US_PER_DAY } },
		                  .parties = k->parties,
		                  .party_count = 2 + LGS,
		                  .contracts = &k->contract,
		                  .contract_count = 1,
		                  .records = k->records,
		                  .policies = { .on[POLICY_NSP_BACK_TO_BACK] = true } };
}

/* Σ payable ≤ recovered, and each obligation's parts make up what is determined. */
static void check_obligations(struct random *r, const struct statement *s)
{
	mpq_t sum, parts;

	mpq_init(sum);
	mpq_init(parts);
	for (size_t i = 1; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];

		mpq_add(sum, sum, book_value(s->book, o->payable));
		law(r,
		    book_sign(s->book, o->payable) >= 0 && book_sign(s->book, o->pending) >= 0 &&
		        book_sign(s->book, o->cut) >= 0,
		    "%s: payable %s, pending %s, cut %s", o->creditor->id, figure_text(s, o->payable),
		    figure_text(s, o->pending), figure_text(s, o->cut));
		law(r, mpz_cmp_ui(mpq_denref(book_value(s->book, o->payable)), 1) == 0, "part of a yen");
		if (o->determined < 0)
			continue;
		mpq_add(parts, book_value(s->book, o->payable), book_value(s->book, o->pending));
		mpq_add(parts, parts, book_value(s->book, o->cut));
		law(r, mpq_equal(parts, book_value(s->book, o->determined)), "%s", o->creditor->id);
	}
	if (s->obligation_count)
		law(r, mpq_cmp(sum, book_value(s->book, s->obligations[0].paid)) <= 0, "more than recovered");
	mpq_clear(sum);
	mpq_clear(parts);
}

START_TEST(payable_never_falls_and_never_exceeds_what_was_recovered)
{
	EACH_ROUND(round, 150)
	{
		struct random r = random_start(round);
		struct chain_case k = { 0 };
		struct statement *previous = NULL;

		random_chain_case(&r, &k);
		for (size_t n = 1; n <= RECORDS_MOST; n++) {
			struct statement *s;

			k.c.record_count = n;
			s = made(&k.arena, &k.c);
			check_obligations(&r, s);
			for (size_t i = 1; previous && i < previous->obligation_count; i++)
				for (size_t l = 1; l < s->obligation_count; l++)
					if (s->obligations[l].creditor == previous->obligations[i].creditor)
						law(&r,
						    compared(previous, previous->obligations[i].payable, s,
						             s->obligations[l].payable) <= 0,
						    "record %zu: %s", n, s->obligations[l].creditor->id);
			statement_free(previous);
			previous = s;
		}
		check_nodes(&r, previous);
		statement_free(previous);
		arena_release(&k.arena);
	}
}
END_TEST

int main(void)
{
	printf("seed %llu\n", (unsigned long long)random_start(0).seed);
	fflush(stdout);
	return run_suite("properties of money",
	                 (const TTest *const[]){ a_longer_outage_never_costs_less,
	                                         payable_never_falls_and_never_exceeds_what_was_recovered,
	                                         NULL });
}
