/* What a statement's figures are called, and which one a path means. */
#include "report/difference.h"
#include "report/outline.h"
#include "tests/unit/build_case.h"

#define DOWN "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-10T01:00:00+09:00' } ]"
#define TWO_FEES                                                                                             \
	"[ { 'payer': 'lg-a', 'amount': '250000', 'currency': 'JPY' }, { 'payer': 'lg-b', 'amount': "        \
	"'100000', 'currency': 'JPY' } ]"

static const struct case_parts two_payers = { .outages = DOWN, .fees = TWO_FEES };

/* The path that a shorter one means, or the error's text. */
static const char *meaning(struct arena *a, const struct outline *o, const char *path)
{
	const struct outline_item *item = NULL;
	struct error err = { 0 };

	if (outline_find(o, path, &item, &err) == 0)
		return item->path;
	ck_assert_int_eq(err.code, ERROR_USAGE);
	return arena_copy(a, err.text);
}

START_TEST(a_path_may_be_short)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "services.line.credit_total", "services.line.credit_total" },
		{ "credit_total", "services.line.credit_total" },
		{ "services.0.credit_total", "services.line.credit_total" },
		{ "line.levels.availability", "services.line.levels.availability.percent.by_method" },
		{ "availability.credit", "services.line.levels.availability.credit.amount" },
		{ "payable_to.lg-b", "services.line.payable_to.lg-b.amount" },
		{ "payable_to.1", "services.line.payable_to.lg-b.amount" },
		{ "payable_to.1.amount_range.most", "services.line.payable_to.lg-b.amount_range.most" },
		{ "downtime_s.most",
		  "'downtime_s.most' may be 'services.line.levels.availability.downtime_s.most' or "
		  "'services.line.levels.availability.without_exclusions.downtime_s.most'" },
		{ "payable_to", "'payable_to' holds several figures: 'services.line.payable_to.lg-a.amount', "
		                "'services.line.payable_to.lg-a.amount_range.least', …" },
		{ "lg-c", "the statement has no figure 'lg-c'" },
		{ "credit_tota", "the statement has no figure 'credit_tota'" },
		{ "", "the statement has no figure ''" },
	};
	struct arena a = { 0 };
	struct statement *s = judged(&a, &two_payers);
	struct outline o = outline_of(&a, s);

	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *got = meaning(&a, &o, rows[i].path);

		ck_assert_msg(strcmp(got, rows[i].want) == 0, "%s: got %s, want %s", rows[i].path, got,
		              rows[i].want);
	}
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(every_path_is_unique_and_finds_itself)
{
	struct arena a = { 0 };
	struct statement *s = judged(&a, &two_payers);
	struct outline o = outline_of(&a, s);

	ck_assert_uint_gt(o.count, 40);
	for (size_t i = 0; i < o.count; i++) {
		const struct outline_item *item = &o.items[i];

		ck_assert_ptr_eq(outline_at(&o, item->path), item);
		if (item->kind != OUTLINE_FIGURE)
			continue;
		ck_assert_str_eq(meaning(&a, &o, item->path), item->path);
		ck_assert_str_eq(item->text, figure_text(s, item->node));
		ck_assert_int_eq(outline_of_node(&o, item->node)->node, item->node);
	}
	ck_assert_ptr_null(outline_of_node(&o, FIGURE_UNKNOWN));
	ck_assert_ptr_null(outline_at(&o, "services"));
	statement_free(s);
	arena_release(&a);
}
END_TEST

static const struct difference *find(const struct difference_list *l, const char *path)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i].path, path) == 0)
			return &l->items[i];
	return NULL;
}

START_TEST(differences_by_path)
{
	struct arena a = { 0 };
	struct statement *before = judged(&a, &(struct case_parts){ .outages = DOWN });
	struct statement *after = judged(&a, &(struct case_parts){ .fees = TWO_FEES });
	struct outline o = outline_of(&a, before), p = outline_of(&a, after);
	struct difference_list l = differences_of(&a, &o, &p);
	const struct difference *d = find(&l, "services.line.credit_total");

	ck_assert_str_eq(d->before, "2500");
	ck_assert_str_eq(d->after, "0");
	ck_assert_str_eq(d->change, "-2500");
	d = find(&l, "services.line.levels.availability.verdict");
	ck_assert_str_eq(d->before, "breached");
	ck_assert_str_eq(d->after, "met");
	ck_assert(!d->figure);
	d = find(&l, "services.line.payable_to.lg-b.amount");
	ck_assert_ptr_null(d->before);
	ck_assert_ptr_null(d->change);
	ck_assert_ptr_null(find(&l, "period.seconds"));
	ck_assert_uint_eq(differences_of(&a, &o, &o).count, 0);
	ck_assert_str_eq(difference_total(&a, &o, "services", "credit_total", "JPY"), "2500");
	ck_assert_str_eq(difference_total(&a, &o, "services", "credit_total", "USD"), "0");
	ck_assert_str_eq(difference_change(&a, "1/3", "0.5"), "1/6");
	ck_assert_ptr_null(difference_change(&a, NULL, "1"));
	statement_free(before);
	statement_free(after);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("report/outline",
	                 (const TTest *const[]){ a_path_may_be_short, every_path_is_unique_and_finds_itself,
	                                         differences_by_path, NULL });
}
