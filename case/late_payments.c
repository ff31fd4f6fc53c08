/* late_payments: what was paid late, and what is paid in instalments: docs/manual/money.md. */
#include "calc/exact.h"
#include "case/rate_table.h"

#include <stdlib.h>
#include <string.h>

/* ---- late payments ---- */

static int by_day(const void *left, const void *right)
{
	const struct paid_part *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return exact_compare(a->amount, b->amount);
}

/* Whether the parts come to more than the principal. */
static bool is_overpaid(const struct late_payment *l)
{
	mpq_t sum, part;
	bool over;

	mpq_inits(sum, part, NULL);
	for (size_t i = 0; i < l->paid_count; i++) {
		exact_read(part, l->paid[i].amount);
		mpq_add(sum, sum, part);
	}
	exact_read(part, l->principal);
	over = mpq_cmp(sum, part) > 0;
	mpq_clears(sum, part, NULL);
	return over;
}

static int read_paid(struct reader *r, const struct node *object, struct late_payment *l, struct error *err)
{
	struct node list;

	if (node_array(object, "paid", OPTIONAL, &list, err) < 0)
		return err->code;
	l->paid_count = node_count(&list);
	l->paid = arena_array(r->arena, l->paid_count, sizeof *l->paid);
	for (size_t i = 0; i < l->paid_count; i++) {
		struct node part;

		if (node_item_object(&list, i, &part, err) < 0 ||
		    node_check_keys(&part, (const char *const[]){ "at", "amount", NULL }, err) < 0 ||
		    read_day(&part, "at", REQUIRED, &l->paid[i].day, err) < 0 ||
		    read_exact(r->arena, &part, "amount", REQUIRED, &l->paid[i].amount, err) < 0)
			return err->code;
	}
	if (l->paid_count > 1)
		qsort(l->paid, l->paid_count, sizeof *l->paid, by_day);
	return is_overpaid(l) ? node_fail(&list, err, "more is paid than the principal of %s", l->principal)
	                      : 0;
}

static int read_fix(const struct node *object, struct late_payment *l, struct error *err)
{
	static const char *const words[] = { "start_of_delay", "each_day", NULL }; /* as enum rate_fix */
	struct node fix = node_member(object, "fix"), day;
	int word = 0;

	if (!json_is_object(fix.value)) {
		if (node_word(object, "fix", REQUIRED, words, &word, err) < 0)
			return err->code;
		l->fix = (enum rate_fix)word;
		return 0;
	}
	l->fix = FIX_DAY;
	if (node_object(object, "fix", REQUIRED, &day, err) < 0 ||
	    node_check_keys(&day, (const char *const[]){ "on", NULL }, err) < 0)
		return err->code;
	return read_day(&day, "on", REQUIRED, &l->fix_day, err);
}

/* The Civil Code's own rule is no choice: the rate is that of the time when interest first arose (404-1, 419-1). */
static int check_regime(const struct node *object, const struct late_payment *l, struct error *err)
{
	struct node fix = node_member(object, "fix");

	if (l->regime && strcmp(l->regime, "civil_code") == 0 && l->fix != FIX_START_OF_DELAY)
		return node_fail(&fix, err, "the Civil Code (404-1, 419-1) fixes the rate when delay starts");
	return 0;
}

static int read_late_payment(struct reader *r, const struct node *object, struct late_payment *l,
                             struct error *err)
{
	static const char *const keys[] = { "id",       "debtor", "creditor", "principal", "due",
		                            "paid",     "regime", "start",    "basis",     "rates",
		                            "rounding", "fix",    "document", "clause",    NULL };
	static const char *const regimes[] = { "payment_delay_act", "civil_code", "contract", NULL };
	static const char *const starts[] = { "day_after", "due_date", NULL };
	int regime = -1, start = 0;

	l->index = object->index;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &l->id, err) < 0 ||
	    read_debt_parties(r, object, &l->debtor, &l->creditor, err) < 0 ||
	    read_exact(r->arena, object, "principal", REQUIRED, &l->principal, err) < 0 ||
	    read_day(object, "due", REQUIRED, &l->due_day, err) < 0 || read_paid(r, object, l, err) < 0 ||
	    node_word(object, "regime", OPTIONAL, regimes, &regime, err) < 0 ||
	    node_word(object, "start", REQUIRED, starts, &start, err) < 0 ||
	    node_integer(object, "basis", REQUIRED, 360, 366, &l->basis, err) < 0 ||
	    rate_table_read(r->arena, object, l, err) < 0 || read_fix(object, l, err) < 0 ||
	    read_contract_rounding(r->arena, object, "rounding", REQUIRED, &l->rounding, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &l->document, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &l->clause, err) < 0)
		return err->code;
	l->regime = regime < 0 ? NULL : regimes[regime];
	l->from_due_date = start == 1;
	for (const struct late_payment *other = r->c->late_payments; other < l; other++)
		if (strcmp(other->id, l->id) == 0)
			return node_fail(object, err, "the late payment '%s' is there twice", l->id);
	return check_regime(object, l, err);
}

int read_late_payments(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "late_payments", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->late_payment_count = node_count(&list);
	r->c->late_payments = arena_array(r->arena, r->c->late_payment_count, sizeof *r->c->late_payments);
	for (size_t i = 0; i < r->c->late_payment_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_late_payment(r, &object, &r->c->late_payments[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- instalments ---- */

static int read_plan(struct reader *r, const struct node *object, struct instalment_plan *p,
                     struct error *err)
{
	static const char *const keys[] = { "id",   "amount", "count",    "debtor", "creditor",
		                            "unit", "clause", "document", NULL };
	struct node amount = node_member(object, "amount"), unit = node_member(object, "unit");

	p->index = object->index;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &p->id, err) < 0 ||
	    read_exact(r->arena, object, "amount", REQUIRED, &p->amount, err) < 0 ||
	    node_integer(object, "count", REQUIRED, 1, 10000, &p->count, err) < 0 ||
	    read_debt_parties(r, object, &p->debtor, &p->creditor, err) < 0 ||
	    read_exact(r->arena, object, "unit", OPTIONAL, &p->unit, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &p->document, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &p->clause, err) < 0)
		return err->code;
	if (!p->unit)
		p->unit = "1"; /* art. 3 knows no other */
	if (!exact_is_whole(p->amount))
		return node_fail(&amount, err, "%s is not whole yen: round it first", p->amount);
	if (!exact_is_whole(p->unit) || exact_compare(p->unit, "0") == 0)
		return node_fail(&unit, err, "the unit must be whole yen, at least one");
	for (const struct instalment_plan *other = r->c->instalment_plans; other < p; other++)
		if (strcmp(other->id, p->id) == 0)
			return node_fail(object, err, "the instalments '%s' are there twice", p->id);
	return 0;
}

int read_instalments(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "instalments", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->instalment_plan_count = node_count(&list);
	r->c->instalment_plans =
	    arena_array(r->arena, r->c->instalment_plan_count, sizeof *r->c->instalment_plans);
	for (size_t i = 0; i < r->c->instalment_plan_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_plan(r, &object, &r->c->instalment_plans[i], err) < 0)
			return err->code;
	}
	return 0;
}

int read_money(struct reader *r, const struct node *root, struct error *err)
{
	if (read_invoices(r, root, err) < 0 || read_late_payments(r, root, err) < 0)
		return err->code;
	return read_instalments(r, root, err);
}
