/*
 * Laws of money on whole cases at random: losses, claims, acknowledgements, recoveries, payments, reductions and reversals
 * among CSP, NSP, DA, three municipalities, OMA and ASP, under contracts at random. They are entered one by one through
 * the reader; what is refused is left out. After each of them, and of what the ledger says of each, the invariants hold:
 * entries sum to zero, paid ≤ payable, what 5.3① makes payable ≤ what was recovered, nothing falls but by a reversal,
 * and the obligations say the same as the balances. At the end of a round:
 *     - records, contracts, agreements and invoices in another order give the same nodes, parties the same figures;
 *     - a day's as_of gives what the records up to that day give;
 *     - without the reversals and what they undo the end is the same.
 * GOVSLA_ROUND=N takes one round alone and prints its case after each record.
 */
#include "calc/liability/ledger.h"

#include "tests/unit/random_chain.h"

#define EDGES_MOST 96
#define LINES_MOST 256

/* ---- invariants, worked out from the names and amounts of the ledger alone ---- */

enum column { CLAIMED, ACKNOWLEDGED, ENTITLED, CUT, PAYABLE, PAID, REDUCED, COLUMNS };

static const char *const column_names[COLUMNS] = { "Claimed", "Acknowledged", "Entitled", "Cut",
	                                           "Payable", "Paid-",        "Reduced" };

struct edge_sums {
	const char *name; /* of an account without its kind: "da:lg-a:5.3-1" */
	int64_t sum[COLUMNS];
};

struct sums {
	struct edge_sums edges[EDGES_MOST], before[EDGES_MOST];
	size_t count;
};

static int64_t whole(struct random *r, const struct statement *s, int figure)
{
	mpq_srcptr q = book_value(s->book, figure);

	law(r, mpz_cmp_ui(mpq_denref(q), 1) == 0, "part of a yen: %s", figure_text(s, figure));
	return mpz_get_si(mpq_numref(q));
}

static void add_posting(struct random *r, struct sums *all, const char *account, int64_t amount)
{
	const char *name = strchr(account, ':') + 1;
	size_t i = 0;

	while (i < all->count && strcmp(all->edges[i].name, name) != 0)
		i++;
	if (i == all->count) {
		law(r, i < EDGES_MOST, "too many edges");
		all->edges[all->count++] = (struct edge_sums){ .name = name };
	}
	for (size_t k = 0; k < COLUMNS; k++)
		if (strncmp(account, column_names[k], strlen(column_names[k])) == 0)
			all->edges[i].sum[k] += amount;
}

static bool from_provider(const char *name)
{
	return strncmp(name, "csp:da:5.3-1", 12) == 0 || strncmp(name, "nsp:da:5.3-1", 12) == 0;
}

static int64_t payable_in_all(const struct edge_sums *e)
{
	return e->sum[PAYABLE] + e->sum[PAID];
}

static void check_falls(struct random *r, const struct sums *all, const struct ledger_entry *entry)
{
	bool reversal = entry->record->kind == RECORD_REVERSAL;

	for (size_t i = 0; i < all->count; i++) {
		const struct edge_sums *now = &all->edges[i], *before = &all->before[i];
		int64_t determined = now->sum[ENTITLED] + now->sum[CUT] + payable_in_all(now),
		        was = before->sum[ENTITLED] + before->sum[CUT] + payable_in_all(before);

		law(r, reversal || payable_in_all(now) >= payable_in_all(before), "%s of %s: payable falls",
		    entry->record->id, now->name);
		law(r, reversal || now->sum[PAID] >= before->sum[PAID], "%s of %s: paid falls",
		    entry->record->id, now->name);
		law(r, reversal || determined >= was, "%s of %s: determined falls", entry->record->id,
		    now->name);
	}
	law(r, !reversal || entry->record->cause, "%s has no cause", entry->record->id);
}

/* 5.3①: of each provider and incident, what DA owes its municipalities is at most what it recovered. */
static void check_recovered(struct random *r, const struct sums *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const char *pot = strstr(all->edges[i].name, ":5.3-1"); /* with provider and incident */
		int64_t recovered = 0, owed = 0;

		for (size_t k = 0; pot && k < all->count; k++) {
			const struct edge_sums *e = &all->edges[k];
			const char *basis = strstr(e->name, ":5.3-1");

			if (!basis || strcmp(basis, pot) != 0)
				continue;
			if (from_provider(e->name))
				recovered += e->sum[PAID];
			else
				owed += payable_in_all(e);
		}
		law(r, owed <= recovered, "%s: owed %lld, recovered %lld", pot, (long long)owed,
		    (long long)recovered);
	}
}

static void check_edges(struct random *r, const struct sums *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct edge_sums *e = &all->edges[i];

		law(r, e->sum[PAID] >= 0 && e->sum[CUT] >= 0 && e->sum[CLAIMED] >= 0 && e->sum[ENTITLED] >= 0,
		    "%s: below nothing", e->name);
		law(r, from_provider(e->name) || e->sum[PAYABLE] >= 0, "%s: more paid than payable", e->name);
	}
	check_recovered(r, all);
}

static void check_ledger(struct random *r, const struct statement *s, struct sums *all)
{
	*all = (struct sums){ 0 };
	for (size_t i = 0; s->ledger && i < s->ledger->entry_count; i++) {
		const struct ledger_entry *e = &s->ledger->entries[i];
		int64_t sum = 0;

		memcpy(all->before, all->edges, sizeof all->edges);
		for (size_t p = 0; p < e->posting_count; p++) {
			int64_t amount = whole(r, s, e->postings[p].amount);

			sum += amount;
			add_posting(r, all, e->postings[p].account, amount);
		}
		law(r, sum == 0, "the entry of %s sums to %lld", e->record->id, (long long)sum);
		check_falls(r, all, e);
		check_edges(r, all);
	}
}

static int64_t or_nothing(struct random *r, const struct statement *s, int figure)
{
	return figure < 0 ? 0 : whole(r, s, figure);
}

/* The parts of an obligation make up what is determined; its ceiling holds. */
static void check_obligation(struct random *r, const struct statement *s, const struct obligation *o,
                             const char *name)
{
	int64_t payable = or_nothing(r, s, o->payable), pending = or_nothing(r, s, o->pending),
	        cut = or_nothing(r, s, o->cut), paid = or_nothing(r, s, o->paid), cuts = 0;

	law(r, payable >= 0 && pending >= 0 && cut >= 0 && paid >= 0, "%s: below nothing", name);
	law(r, o->determined < 0 || whole(r, s, o->determined) == payable + pending + cut,
	    "%s: determined %s, payable %lld, pending %lld, cut %lld", name, figure_text(s, o->determined),
	    (long long)payable, (long long)pending, (long long)cut);
	law(r, o->ceiling < 0 || mpq_cmp_si(book_value(s->book, o->ceiling), payable, 1) >= 0,
	    "%s: payable %lld above the ceiling %s", name, (long long)payable, figure_text(s, o->ceiling));
	for (size_t k = 0; k < o->cut_count; k++)
		cuts += whole(r, s, o->cuts[k].amount);
	law(r, cuts == cut, "%s: cut %lld, of parts %lld", name, (long long)cut, (long long)cuts);
}

static bool same_edge(const struct obligation *left, const struct obligation *right)
{
	return left->debtor == right->debtor && left->creditor == right->creditor &&
	       strcmp(left->basis, right->basis) == 0;
}

/* Of all obligations between two parties on one basis, the ledger makes payable what the statement does. */
static void check_obligations(struct random *r, struct arena *a, const struct statement *s,
                              const struct sums *all)
{
	for (size_t i = 0; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];
		const char *name = arena_printf(a, "%s:%s:%s", o->debtor->id, o->creditor->id, o->basis);
		int64_t here = 0, there = 0;

		check_obligation(r, s, o, name);
		for (size_t l = 0; l < s->obligation_count; l++)
			if (same_edge(o, &s->obligations[l]))
				here += or_nothing(r, s, s->obligations[l].payable);
		for (size_t k = 0; k < all->count; k++)
			if (strncmp(all->edges[k].name, name, strlen(name)) == 0)
				there += payable_in_all(&all->edges[k]);
		law(r, here == there, "%s: payable %lld, in the ledger %lld", name, (long long)here,
		    (long long)there);
	}
}

/* ---- what a statement comes to, whatever the order of its parts ---- */

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *shown(const struct statement *s, int figure)
{
	const char *text = figure < 0 ? NULL : figure_text(s, figure);

	return text && strcmp(text, "0") != 0 ? text : "-"; /* nothing yet, or nothing */
}

static const char *picture(struct arena *a, const struct statement *s)
{
	const char *lines[LINES_MOST], *out = "";
	size_t count = 0;

	for (size_t i = 0; i < s->obligation_count && count < LINES_MOST; i++) {
		const struct obligation *o = &s->obligations[i];

		lines[count++] = arena_printf(
		    a,
		    "%s to %s, %s %s %s: claimed %s determined %s payable %s paid %s pending %s cut %s "
		    "acknowledged "
		    "%s residual %s",
		    o->debtor->id, o->creditor->id, o->basis, o->incident ? o->incident : "",
		    o->contract ? o->contract->id : "", shown(s, o->claimed), shown(s, o->determined),
		    shown(s, o->payable), shown(s, o->paid), shown(s, o->pending), shown(s, o->cut),
		    shown(s, o->acknowledged), shown(s, o->residual));
	}
	for (size_t i = 0; i < s->pass_through_count && count < LINES_MOST; i++) {
		const struct pass_through *p = &s->pass_through[i];

		if (strcmp(shown(s, p->gross), "-") != 0)
			lines[count++] =
			    arena_printf(a, "bill of %s to %s: gross %s amount %s state %s withheld %s",
			                 p->from->id, p->to->id, shown(s, p->gross), shown(s, p->amount),
			                 shown(s, p->state), shown(s, p->withheld));
	}
	for (size_t i = 0; s->ledger && i < s->ledger->balance_count && count < LINES_MOST; i++)
		if (strcmp(shown(s, s->ledger->balances[i].amount), "-") != 0)
			lines[count++] = arena_printf(a, "%s %s", s->ledger->balances[i].account,
			                              shown(s, s->ledger->balances[i].amount));
	ck_assert_uint_lt(count, LINES_MOST);
	qsort(lines, count, sizeof *lines, by_text);
	for (size_t i = 0; i < count; i++)
		out = arena_printf(a, "%s%s\n", out, lines[i]);
	return out;
}

static void must_agree(struct random *r, struct arena *a, const struct world *w, const char *what,
                       const char *left, const char *right)
{
	struct case_parts p = parts_of(a, w, ALL, 0, NULL, 0);

	if (strcmp(left, right) != 0)
		printf("%s\n---- one:\n%s---- other:\n%s", case_text(a, &p), left, right);
	fflush(stdout);
	law(r, strcmp(left, right) == 0, "%s", what);
}

/* ---- laws at the end of a round ---- */

/* The picture, and every node: label, clause, formula, value. */
static const char *whole_picture(struct arena *a, const struct statement *s)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	const char *copy;

	fputs(picture(a, s), out);
	for (size_t i = 0; i < book_count(s->book); i++) {
		const struct derivation *d = book_at(s->book, (int)i);

		fprintf(out, "n%zu %s | %s | %s | %s", i, d->label, d->clause ? d->clause : "", d->formula,
		        d->value);
		for (size_t k = 0; k < d->input_count; k++)
			fprintf(out, " n%d", d->inputs[k]);
		fputs("\n", out);
	}
	fclose(out);
	copy = arena_copy(a, text);
	free(text);
	return copy;
}

static void check_order(struct random *r, struct world *w, const struct statement *s)
{
	struct arena a = { 0 };
	struct case_parts p = parts_of(&a, w, ALL, 0, r, 0);
	struct statement *t = must_judge(&a, r, &p, "another order");

	must_agree(r, &a, w, "records, contracts, agreements and invoices in another order",
	           whole_picture(&a, s), whole_picture(&a, t));
	statement_free(t);
	w->turned_parties = true;
	p = parts_of(&a, w, ALL, 0, r, 0);
	w->turned_parties = false;
	t = must_judge(&a, r, &p, "parties in another order");
	must_agree(r, &a, w, "parties in another order", picture(&a, s), picture(&a, t));
	statement_free(t);
	arena_release(&a);
}

static void check_as_of(struct random *r, const struct world *w)
{
	int day = (int)random_in(r, 1, 20);
	struct arena a = { 0 };
	struct case_parts p = parts_of(&a, w, ALL, 0, NULL, day),
	                  q = parts_of(&a, w, UP_TO_DAY, day, NULL, day);
	struct statement *then = must_judge(&a, r, &p, "as_of"),
	                 *less = must_judge(&a, r, &q, "records up to a day");

	must_agree(r, &a, w, arena_printf(&a, "as of day %d", day), picture(&a, then), picture(&a, less));
	statement_free(then);
	statement_free(less);
	arena_release(&a);
}

static void check_undone(struct random *r, const struct world *w, const struct statement *s, int *compared)
{
	struct arena a = { 0 };
	struct case_parts p = parts_of(&a, w, NOT_UNDONE, 0, NULL, 0);
	const char *refusal = "";
	struct statement *without = judge_parts(&a, &p, &refusal);

	/* a payment that later money covers may have been too early without what was reversed */
	law(r, without || strstr(refusal, " exceeds "), "without what was reversed: %s", refusal);
	if (without)
		must_agree(r, &a, w, "reversed, or never there", picture(&a, s), picture(&a, without));
	*compared += without != NULL;
	statement_free(without);
	arena_release(&a);
}

/* ---- a round ---- */

/* The kind of the next record: on the day of the one before never an earlier kind. */
static enum record_of next_kind(struct random *r, const struct world *w, int *day)
{
	static const enum record_of kinds[] = {
		RECORD_LOSS,      RECORD_LOSS,     RECORD_LOSS,     RECORD_CLAIM,    RECORD_ACKNOWLEDGEMENT,
		RECORD_REDUCTION, RECORD_RECOVERY, RECORD_RECOVERY, RECORD_RECOVERY, RECORD_PAYMENT,
		RECORD_PAYMENT,   RECORD_REVERSAL
	};
	enum record_of kind = kinds[random_in(r, 0, 11)];
	const struct entered *last = w->record_count ? &w->records[w->record_count - 1] : NULL;

	*day = last ? last->day : 1;
	if (last && (kind < last->kind || random_one_of(r, 2)))
		++*day;
	return kind;
}

static int accepted[RECORD_REVERSAL + 1], refused;

/* Enters one more record, if it is accepted; the new statement then takes the place of the old one. */
static struct statement *enter(struct random *r, struct world *w, struct statement *s)
{
	struct arena *a = &w->arena;
	int day, of;
	enum record_of kind = next_kind(r, w, &day);
	bool too_much = false;
	const char *body, *heading, *hollow = NULL, *refusal = "",
	                            *id = arena_printf(a, "r%02zu", w->record_count);
	struct case_parts p;
	struct statement *more;
	struct sums *sums;

	of = kind == RECORD_REVERSAL ? reversible(w, r) : -1;
	body = day <= 28 ? random_body(w, r, s, kind, of, &too_much, &hollow) : NULL;
	if (!body)
		return s;
	heading = arena_printf(a, "'id': '%s', 'at': '2026-11-%02d', 'document': 'D'", id, day);
	w->records[w->record_count++] =
	    (struct entered){ .json = arena_printf(a, "{ %s, %s }", heading, body),
		              .id = id,
		              .hollow = hollow ? arena_printf(a, "{ %s, %s }", heading, hollow) : NULL,
		              .kind = kind,
		              .day = day,
		              .of = of };
	p = parts_of(a, w, ALL, 0, NULL, 0);
	more = judge_parts(a, &p, &refusal);
	if (!more) {
		law(r, !too_much || strstr(refusal, "exceeds the payable amount of "), "%s", refusal);
		law(r, strncmp(refusal, "case.json:", 10) == 0 || strstr(refusal, "records["), "no place: %s",
		    refusal);
		w->record_count--;
		refused++;
		return s;
	}
	law(r, !too_much, "a payment above what is payable was accepted: %s", body);
	if (of >= 0)
		w->records[of].undone = true;
	accepted[kind]++;
	if (getenv("GOVSLA_ROUND")) {
		puts(case_text(a, &p));
		fflush(stdout);
	}
	sums = arena_new(a, struct sums);
	check_ledger(r, more, sums);
	check_obligations(r, a, more, sums);
	statement_free(s);
	return more;
}

START_TEST(whatever_happens_the_money_adds_up)
{
	const char *alone = getenv("GOVSLA_ROUND");
	int compared = 0;

	EACH_ROUND(round, 100)
	{
		struct random r = random_start(round);
		struct world w = { 0 };
		struct case_parts p;
		struct statement *s;

		random_contracts(&w, &r);
		p = parts_of(&w.arena, &w, ALL, 0, NULL, 0);
		s = must_judge(&w.arena, &r, &p, "no records");
		for (int i = 0; i < 40 && w.record_count < RECORDS_MOST; i++)
			s = enter(&r, &w, s);
		check_order(&r, &w, s);
		check_as_of(&r, &w);
		check_undone(&r, &w, s, &compared);
		statement_free(s);
		arena_release(&w.arena);
	}
	for (int k = 0; k <= RECORD_REVERSAL && !alone; k++) {
		printf("records of kind %d: %d\n", k, accepted[k]);
		ck_assert_int_gt(accepted[k], law_rounds(100) / 5);
	}
	printf("refused: %d\n", refused);
	ck_assert(alone || refused > law_rounds(100));
	ck_assert(alone || compared > law_rounds(80));
}
END_TEST

int main(void)
{
	printf("seed %llu\n", (unsigned long long)random_start(0).seed);
	fflush(stdout);
	return run_suite("properties of the chain",
	                 (const TTest *const[]){ whatever_happens_the_money_adds_up, NULL });
}
