/*
 * caps: what the contract lets be credited at most.
 *
 * A cap for a group of credits cuts each of them in proportion, exactly: credit × min(all, cap) / all. At the best
 * reading of one entry the others of its group stand at their worst, and the other way round: so the range of each
 * entry holds whatever the others turn out to be, and no entry is ever above the cap. A credit without limit (what was
 * not measured may be anything) ends at the cap.
 */
#include "calc/credit/bill.h"
#include "calc/money/exchange.h"

#include <string.h>

#define ALL_LEVELS ((size_t)-1)

struct group {
	struct settlement *settlement;
	struct bill **bills;
	size_t count;
	size_t level; /* of bills->due, or ALL_LEVELS */
	int all[READING_COUNT];
	int (*own)[READING_COUNT]; /* credits of all payers of each bill */
	int (*others)
	    [READING_COUNT]; /* what the rest of the group has; FIGURE_UNKNOWN: not known, or without limit */
	int cap;
	const char *clause;
};

static int *credit_of(const struct group *g, struct bill *b, size_t payer, size_t reading)
{
	return g->level == ALL_LEVELS ? bill_credit(b, payer, reading)
	                              : bill_exact(b, payer, g->level, reading);
}

/* ---- nodes ---- */

/* The amount of a cap in the currency of the entry's fees; FIGURE_UNKNOWN: it has none. */
static int cap_amount(const struct bill *b, const struct cap *cap, const char *clause)
{
	int amount = derive_given(b->judge->book, "cap, an amount", clause, cap->amount);
	const char *currency = b->service->fees[0].currency;

	if (amount < 0 || !cap->currency || strcmp(cap->currency, currency) == 0)
		return amount;
	return exchange_limit(b->judge, b->settlement->statement, currency, cap->currency, amount, "cap",
	                      b->service, b->settlement->err);
}

/* The cap as a node: so much of the fee, an amount, or the lesser of the two. */
static int cap_node(const struct bill *b, const struct cap *cap, const char *clause, int fee)
{
	struct judge *j = b->judge;
	int of_fee = cap->percent_of_fee
	                 ? derive(j->book, "cap, a share of the fee", clause,
	                          arena_printf(j->arena, "$1 * %s / 100", cap->percent_of_fee), 1, &fee)
	                 : FIGURE_UNKNOWN;
	int fixed = cap_amount(b, cap, clause);

	if (of_fee < 0 || fixed < 0)
		return of_fee < 0 ? fixed : of_fee;
	return derive(j->book, "cap, the lesser of the two", clause, "min($1, $2)", 2,
	              (int[]){ of_fee, fixed });
}

static int own_credit(const struct group *g, struct bill *b, size_t reading)
{
	int *parts = arena_array(b->judge->arena, b->service->fee_count, sizeof *parts);

	for (size_t p = 0; p < b->service->fee_count; p++)
		parts[p] = *credit_of(g, b, p, reading);
	return derive_sum(b->judge->book, "credit of the entry, all payers, exact", NULL, parts,
	                  b->service->fee_count);
}

/* At the best reading of one entry the others are at their worst. */
static enum money_reading opposite(size_t reading)
{
	return reading == AT_BEST ? AT_WORST : reading == AT_WORST ? AT_BEST : AT_POINT;
}

static void sum_up(struct group *g)
{
	struct judge *j = g->settlement->judge;
	int *parts = arena_array(j->arena, g->count, sizeof *parts);

	g->own = arena_array(j->arena, g->count, sizeof *g->own);
	for (size_t i = 0; i < g->count; i++)
		for (size_t r = 0; r < READING_COUNT; r++)
			g->own[i][r] = own_credit(g, g->bills[i], r);
	memcpy(g->all, g->own[0], sizeof g->all);
	if (g->count == 1)
		return;
	g->others = arena_array(j->arena, g->count, sizeof *g->others);
	for (size_t r = 0; r < READING_COUNT; r++) {
		for (size_t i = 0; i < g->count; i++)
			parts[i] = g->own[i][r];
		g->all[r] =
		    derive_sum(j->book, "credit of all entries under the cap, exact", NULL, parts, g->count);
	}
	for (size_t i = 0; i < g->count; i++)
		for (size_t r = 0; r < READING_COUNT; r++)
			g->others[i][r] =
			    derive(j->book, "credit of the other entries, exact", NULL, "$1 - $2", 2,
			           (int[]){ g->all[opposite(r)], g->own[i][opposite(r)] });
}

/* ---- cutting ---- */

/* A credit without limit, or one beside others without limit. */
static int share_without_limit(const struct group *g, const struct bill *b, size_t payer, size_t reading)
{
	struct judge *j = b->judge;

	if (reading == AT_POINT)
		return FIGURE_UNKNOWN;
	if (reading == AT_BEST || book_sign(j->book, b->all_fees) == 0)
		return derive_given(j->book, "credit under the cap, at least", g->clause, "0");
	return derive(j->book, "credit under the cap", g->clause, "$1 * $2 / $3", 3,
	              (int[]){ g->cap, b->fees[payer], b->all_fees });
}

static int cut_share(const struct group *g, size_t bill, size_t payer, size_t reading)
{
	struct bill *b = g->bills[bill];
	int credit = *credit_of(g, b, payer, reading), own = g->own[bill][reading];

	if (own >= 0 && book_sign(b->judge->book, own) == 0)
		return credit;
	if (own < 0 || (g->others && g->others[bill][reading] < 0))
		return share_without_limit(g, b, payer, reading);
	if (g->others)
		return derive(b->judge->book, "credit under the cap", g->clause,
		              "$1 * min($2 + $3, $4) / ($2 + $3)", 4,
		              (int[]){ credit, own, g->others[bill][reading], g->cap });
	if (b->service->fee_count == 1)
		return derive(b->judge->book, "credit under the cap", g->clause, "min($1, $2)", 2,
		              (int[]){ credit, g->cap });
	return derive(b->judge->book, "credit under the cap", g->clause, "$1 * min($2, $3) / $2", 3,
	              (int[]){ credit, own, g->cap });
}

/*
 * A payer whose credit does not rise and fall with that of the others of its bill (bases of their own): its range holds
 * whatever the others come to, as that of an entry does. before: its credits, before the cap.
 */
static int cut_apart(const struct group *g, struct bill *b, const int before[READING_COUNT], size_t reading)
{
	struct judge *j = b->judge;
	int others;

	if (before[reading] >= 0 && book_sign(j->book, before[reading]) == 0)
		return before[reading];
	if (before[reading] < 0 || g->all[opposite(reading)] < 0)
		return reading == AT_WORST
		           ? g->cap
		           : derive_given(j->book, "credit under the cap, at least", g->clause, "0");
	others = derive(j->book, "credit of the other payers, exact", NULL, "$1 - $2", 2,
	                (int[]){ g->all[opposite(reading)], before[opposite(reading)] });
	return derive(j->book, "credit under the cap", g->clause, "$1 * min($1 + $2, $3) / ($1 + $2)", 3,
	              (int[]){ before[reading], others, g->cap });
}

static bool is_less(const struct judge *j, int after, int before)
{
	return after >= 0 && (before < 0 || book_compare(j->book, after, before) < 0);
}

static void cut(const struct group *g, size_t bill, size_t payer)
{
	struct bill *b = g->bills[bill];

	bool apart = !bill_in_proportion(b);
	int before[READING_COUNT];

	for (size_t r = 0; r < READING_COUNT; r++)
		before[r] = *credit_of(g, b, payer, r);
	for (size_t r = 0; r < READING_COUNT; r++) {
		int *credit = credit_of(g, b, payer, r);

		*credit = apart && r != AT_POINT ? cut_apart(g, b, before, r) : cut_share(g, bill, payer, r);
		if (r == AT_POINT && is_less(b->judge, *credit, before[r]))
			bill_note(b, "cut by a cap");
	}
}

static void use(struct settlement *s, struct bill **bills, size_t count, int cap)
{
	if (s->use_count == s->use_room) {
		size_t room = s->use_room ? 2 * s->use_room : 8;
		struct cap_use *uses = arena_array(s->judge->arena, room, sizeof *uses);

		if (s->use_count)
			memcpy(uses, s->uses, s->use_count * sizeof *uses);
		s->uses = uses;
		s->use_room = room;
	}
	s->uses[s->use_count++] = (struct cap_use){ .bills = bills, .bill_count = count, .cap = cap };
}

static void cut_group(struct group *g)
{
	if (g->cap < 0)
		return;
	sum_up(g);
	for (size_t i = 0; i < g->count; i++)
		for (size_t p = 0; p < g->bills[i]->service->fee_count; p++)
			cut(g, i, p);
	/* one of several levels may take its fraction from another */
	if (g->level == ALL_LEVELS || g->bills[0]->due_count == 1)
		use(g->settlement, g->bills, g->count, g->cap);
}

/* Cuts each payer's credit to a share of its own fee. */
static void cut_to_fees(struct bill *b, size_t level, exact percent, const char *clause)
{
	struct group g = { .settlement = b->settlement, .count = 1, .level = level, .clause = clause };

	for (size_t p = 0; percent && p < b->service->fee_count; p++) {
		int cap = cap_node(b, &(struct cap){ .percent_of_fee = percent }, clause, b->fees[p]);

		for (size_t r = 0; r < READING_COUNT; r++) {
			int *credit = credit_of(&g, b, p, r), before = *credit;

			if (before >= 0)
				*credit = derive(b->judge->book, "credit under the cap", clause,
				                 "min($1, $2)", 2, (int[]){ before, cap });
			else if (r == AT_WORST)
				*credit = cap;
			if (r == AT_POINT && is_less(b->judge, *credit, before))
				bill_note(b, "cut by a cap");
		}
		if (level == ALL_LEVELS || b->due_count == 1) {
			struct bill **self = arena_array(b->judge->arena, 1, sizeof(struct bill *));

			self[0] = b;
			use(b->settlement, self, 1, cap);
			b->settlement->uses[b->settlement->use_count - 1].one_payer = true;
			b->settlement->uses[b->settlement->use_count - 1].payer = p;
		}
	}
}

static void cut_to_amount(struct bill *b, size_t level, exact amount, const char *currency,
                          const char *clause)
{
	struct bill **self = arena_array(b->judge->arena, 1, sizeof(struct bill *));
	struct group g = {
		.settlement = b->settlement, .bills = self, .count = 1, .level = level, .clause = clause
	};

	self[0] = b;
	g.cap = cap_node(b, &(struct cap){ .amount = amount, .currency = currency }, clause, FIGURE_UNKNOWN);
	cut_group(&g);
}

/* ---- the caps of the terms ---- */

void caps_of_levels(struct bill *b)
{
	const struct terms *t = b->terms;

	for (size_t c = 0; c < t->cap_count; c++)
		for (size_t l = 0; t->caps[c].of == CAP_LEVEL && l < b->due_count; l++) {
			const char *clause = t->caps[c].clause ? t->caps[c].clause : "cap of the level";

			if (strcmp(b->due[l]->level->id, t->caps[c].level) != 0)
				continue;
			cut_to_fees(b, l, t->caps[c].percent_of_fee, clause);
			cut_to_amount(b, l, t->caps[c].amount, t->caps[c].currency, clause);
		}
}

void caps_of_resource(struct bill *b)
{
	const char *clause = b->terms->cap_clause ? b->terms->cap_clause : "cap of the terms";

	cut_to_fees(b, ALL_LEVELS, b->terms->cap_percent, clause);
	cut_to_amount(b, ALL_LEVELS, b->terms->cap_amount, b->terms->cap_currency, clause);
}

/* ---- over several entries, and months ---- */

/* The calendar day of an instant, to the nearest midnight: an hour's change of the clock does not matter. */
static int64_t nearest_day(const struct sla_case *c, int64_t us)
{
	int64_t local = us + c->period.zone_offset_s * US_PER_S + US_PER_DAY / 2;

	return local / US_PER_DAY - (local % US_PER_DAY < 0);
}

/* The first day of the twelve months up to the end of the period. */
static int64_t range_start(const struct sla_case *c)
{
	struct date d = date_from_days(nearest_day(c, c->period.span.end));

	d.year--;
	return date_to_days(d); /* 29 February: 1 March of the year before */
}

/* What the twelve months have left of a cap. */
static int left_of(struct group *g, const struct terms *t)
{
	struct judge *j = g->settlement->judge;
	const struct sla_case *c = j->c;
	int *credits = arena_array(j->arena, c->history_count + 1, sizeof *credits), sum;
	int64_t first = range_start(c);
	size_t count = 0;

	for (size_t i = 0; i < c->history_count; i++) {
		const struct history *h = &c->history[i];
		int64_t day = nearest_day(c, h->span.start);

		if (h->service->terms != t || !h->credit || day < first ||
		    h->span.start >= c->period.span.start)
			continue;
		credits[count++] =
		    derive_given(j->book, arena_printf(j->arena, "earlier credit of %s", h->service->id),
		                 arena_printf(j->arena, "history[%zu]", i), h->credit);
	}
	if (count == 0)
		return g->cap;
	sum = derive_sum(j->book, "credits of the months before", g->clause, credits, count);
	return derive(j->book, "cap left of twelve months", g->clause, "max(0, $1 - $2)", 2,
	              (int[]){ g->cap, sum });
}

static void cut_together(struct settlement *s, const struct terms *t, const struct cap *cap,
                         const struct party *provider)
{
	static const char *const clauses[] = { [CAP_LEVEL] = "cap of the level",
		                               [CAP_SERVICE] = "cap of the service",
		                               [CAP_MONTH] = "cap of the month",
		                               [CAP_ROLLING_12_MONTHS] = "cap of twelve months" };
	struct group g = { .settlement = s,
		           .bills = arena_array(s->judge->arena, s->bill_count, sizeof(struct bill *)),
		           .level = ALL_LEVELS,
		           .clause = cap->clause ? cap->clause : clauses[cap->of] };
	int *fees = arena_array(s->judge->arena, s->bill_count, sizeof *fees);

	for (size_t i = 0; i < s->bill_count; i++) {
		struct bill *b = &s->bills[i];

		if (b->credits && (provider ? b->service->provider == provider : b->terms == t)) {
			fees[g.count] = b->all_fees;
			g.bills[g.count++] = b;
		}
	}
	if (g.count == 0)
		return;
	g.cap =
	    cap_node(g.bills[0], cap, g.clause,
	             derive_sum(s->judge->book, "fees of all entries under the cap", NULL, fees, g.count));
	if (cap->of == CAP_ROLLING_12_MONTHS)
		g.cap = left_of(&g, t);
	cut_group(&g);
}

/* Once for each provider of services under the terms. */
static void cut_month(struct settlement *s, const struct terms *t, const struct cap *cap)
{
	const struct sla_case *c = s->judge->c;

	for (size_t p = 0; p < c->party_count; p++)
		for (size_t i = 0; i < s->bill_count; i++)
			if (s->bills[i].terms == t && s->bills[i].service->provider == &c->parties[p]) {
				cut_together(s, t, cap, &c->parties[p]);
				break;
			}
}

void caps_together(struct settlement *s)
{
	static const enum cap_of order[] = { CAP_SERVICE, CAP_MONTH, CAP_ROLLING_12_MONTHS };
	const struct sla_case *c = s->judge->c;

	for (size_t o = 0; o < sizeof order / sizeof *order; o++)
		for (size_t i = 0; i < c->terms_count; i++)
			for (size_t k = 0; k < c->terms[i].cap_count; k++) {
				const struct cap *cap = &c->terms[i].caps[k];

				if (cap->of == order[o] && cap->of == CAP_MONTH)
					cut_month(s, &c->terms[i], cap);
				else if (cap->of == order[o])
					cut_together(s, &c->terms[i], cap, NULL);
			}
}

/* ---- after rounding ---- */

/*
 * Amounts that rounding has lifted over a cap lose their fractions instead. Where several payers or entries share the
 * cap, whether that happens depends on all of them: the least of each stands as if it did, the most as if it did not, and
 * only what an entry comes to in all is held under the cap.
 */
static bool counts(const struct cap_use *u, size_t payer)
{
	return !u->one_payer || payer == u->payer;
}

static bool is_shared(const struct cap_use *u)
{
	return u->bill_count > 1 || (!u->one_payer && u->bills[0]->service->fee_count > 1);
}

/* Whether the determined amounts at a reading come to more than the cap, or may. */
static bool is_over(const struct cap_use *u, const struct judge *j, size_t reading)
{
	mpq_t sum;
	bool over, known = true;

	mpq_init(sum);
	for (size_t i = 0; i < u->bill_count; i++)
		for (size_t p = 0; p < u->bills[i]->service->fee_count; p++) {
			int amount = *bill_amount(u->bills[i], p, reading);

			if (!counts(u, p))
				continue;
			known = known && amount >= 0;
			if (amount >= 0)
				mpq_add(sum, sum, book_value(j->book, amount));
		}
	over = known ? mpq_cmp(sum, book_value(j->book, u->cap)) > 0 : reading == AT_WORST;
	mpq_clear(sum);
	return over;
}

static void drop_fractions(const struct cap_use *u, size_t reading)
{
	for (size_t i = 0; i < u->bill_count; i++)
		for (size_t p = 0; p < u->bills[i]->service->fee_count; p++) {
			struct bill *b = u->bills[i];
			int *amount = bill_amount(b, p, reading);

			if (counts(u, p))
				*amount =
				    derive(b->judge->book, "credit that rounding does not lift over the cap",
				           "cap of the terms",
				           arena_printf(b->judge->arena, "min($1, floor($2, %s))",
				                        b->terms->rounding->unit),
				           2, (int[]){ *amount, *bill_credit(b, p, reading) });
		}
}

/* Entries of a shared cap: what holds the most of each in all. */
static void hold_most(const struct cap_use *u)
{
	for (size_t i = 0; i < u->bill_count; i++) {
		struct bill *b = u->bills[i];
		int cap = u->cap;

		if (b->terms->rounding->of == ROUND_CREDIT) /* the amounts are whole units */
			cap = derive(b->judge->book, "cap, in whole units", "cap of the terms",
			             arena_printf(b->judge->arena, "floor($1, %s)", b->terms->rounding->unit),
			             1, &cap);
		if (b->most_cap < 0 || book_compare(b->judge->book, cap, b->most_cap) < 0)
			b->most_cap = cap;
	}
}

void caps_after_rounding(struct settlement *s)
{
	for (size_t i = 0; i < s->use_count; i++) {
		const struct cap_use *u = &s->uses[i];
		bool may_be_over = is_over(u, s->judge, AT_WORST);

		if (is_over(u, s->judge, AT_POINT))
			drop_fractions(u, AT_POINT);
		if (!is_shared(u)) {
			if (is_over(u, s->judge, AT_BEST))
				drop_fractions(u, AT_BEST);
			if (may_be_over)
				drop_fractions(u, AT_WORST);
		} else if (may_be_over) {
			drop_fractions(u, AT_BEST);
			hold_most(u);
		}
	}
}
