#include "report/excerpt.h"
#include "report/json.h"
#include "report/owner.h"
#include "calc/liability/ledger.h"
#include "tests/unit/build_case.h"

/* Two municipalities share a recovery of 1,000,000; a third has no part in it. */
#define RECORDS                                                                                              \
	"'contracts': [ { 'id': 'イ/a', 'kind': 'イ', 'parties': [ 'da', 'lg-a' ], 'caps': [ { 'debtor': " \
	"'da', 'rule': 'recovered' } ] }, { 'id': 'イ/b', 'kind': 'イ', 'parties': [ 'da', 'lg-b' ], "     \
	"'caps': [ { 'debtor': 'da', 'rule': 'recovered' } ] } ], 'records': [ { 'id': 'l1', 'kind': "       \
	"'loss', 'at': '2026-11-02', 'document': 'd', 'sufferer': 'lg-a', 'heads': { 'direct': '3000001' "   \
	"}, 'fault': { 'csp': '1' }, 'determined': '3000001' }, { 'id': 'l2', 'kind': 'loss', 'at': "        \
	"'2026-11-02', 'document': 'd', 'sufferer': 'lg-b', 'heads': { 'direct': '5000003' }, 'fault': { "   \
	"'csp': '1' }, 'determined': '5000003' }, { 'id': 'r1', 'kind': 'recovery', 'at': '2026-11-10', "    \
	"'document': 'd', 'from': 'csp', 'to': 'da', 'amount': '1000000', 'form': 'cash' } ]"

static const struct statement *of(struct excerpts *e, struct arena *a, const char *code)
{
	const struct statement *s = excerpt_of_code(e, a, code, NULL, 0);

	ck_assert_ptr_nonnull(s);
	return s;
}

static bool names(const struct statement *s, const char *what)
{
	struct text out = { 0 };
	bool found;

	report_json(s, &out);
	ck_assert(!text_failed(&out));
	found = strstr(text_string(&out), what) != NULL;
	text_release(&out);
	return found;
}

START_TEST(nothing_of_others)
{
	static const char *const of_b[] = { "lg-b", "イ/b", "5000003", "l2", NULL };
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct excerpts *e = excerpts_new(whole);
	const struct statement *mine = of(e, &a, "131016");

	ck_assert_uint_eq(mine->obligation_count, 2);
	ck_assert_uint_eq(mine->obligations[0].loss_count, 1);
	for (size_t i = 0; of_b[i]; i++) {
		ck_assert_msg(names(whole, of_b[i]), "%s is in the whole", of_b[i]);
		ck_assert_msg(!names(mine, of_b[i]), "%s is shown to lg-a", of_b[i]);
	}
	ck_assert(names(mine, "3000001") &&
	          names(mine, "8000004")); /* its own loss, and the total of the pot */
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

/* What is made of several keeps its value only; what it is made of is not followed. */
START_TEST(totals_lose_their_formula)
{
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct excerpts *e = excerpts_new(whole);
	const struct statement *mine = of(e, &a, "131016");
	int total = whole->obligations[0].determined;

	excerpt_begin(mine);
	excerpt_want(mine, total);
	excerpt_want(mine, FIGURE_UNKNOWN);
	excerpt_close(mine);
	ck_assert_str_eq(figure_text(mine, total), "8000004");
	ck_assert_int_eq(excerpt_shows(mine, total), SHOWN_VALUE);
	for (int i = 0; i < total; i++)
		ck_assert_int_eq(excerpt_shows(mine, i), SHOWN_NOT);
	ck_assert_int_eq(excerpt_shows(whole, total), SHOWN_FULL);
	ck_assert_ptr_null(excerpt_label(mine, "claimed by lg-b"));
	ck_assert_str_eq(excerpt_label(mine, "claimed by lg-a"), "claimed by lg-a");
	ck_assert_str_eq(excerpt_label(mine, "cut-off: the remainder of lg-b"), "cut-off");
	ck_assert_str_eq(excerpt_label(whole, "claimed by lg-b"), "claimed by lg-b");
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

/* A body's own entries, in pairs, under accounts that are there. */
START_TEST(the_ledger_of_one)
{
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct excerpts *e = excerpts_new(whole);
	const struct ledger *l = of(e, &a, "131016")->ledger;

	ck_assert_ptr_nonnull(l);
	ck_assert_uint_eq(whole->ledger->entry_count, 3);
	ck_assert_uint_eq(l->entry_count, 2); /* its loss, the recovery */
	for (size_t i = 0; i < l->entry_count; i++) {
		ck_assert_uint_eq(l->entries[i].posting_count % 2, 0);
		for (size_t k = 0; k < l->entries[i].posting_count; k++) {
			const struct posting *posting = &l->entries[i].postings[k];

			ck_assert_uint_lt(posting->balance, l->balance_count);
			ck_assert_str_eq(posting->account, l->balances[posting->balance].account);
			ck_assert_ptr_null(strstr(posting->account, "lg-b"));
		}
	}
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

/* A loss of lg-b that is determined later takes of what lg-a was to get: lg-a sees that, not whose loss, nor how much. */
START_TEST(what_anothers_record_took)
{
	static const char *const of_b[] = { "lg-b", "2000003", "another", "l2", "u9", NULL };
	struct arena a = { 0 };
	struct statement *whole = judged(
	    &a,
	    &(struct case_parts){
	        .more = "'contracts': [ { 'id': 'ア', 'kind': 'ア', 'parties': [ 'da', 'csp' ], 'caps': [ { "
	                "'debtor': 'csp', 'rule': { 'amount': '2000000' } } ] } ], 'records': [ { 'id': "
	                "'l1', 'kind': 'loss', 'at': '2026-11-02', 'document': 'd', 'sufferer': 'lg-a', "
	                "'heads': { 'direct': '3000001' }, 'fault': { 'csp': '1' }, 'determined': '3000001' "
	                "}, { 'id': 'l2', 'kind': 'loss', 'at': '2026-11-03', 'document': 'another', "
	                "'sufferer': 'lg-b', 'heads': { 'direct': '2000003' }, 'fault': { 'csp': '1' }, "
	                "'determined': '2000003' }, { 'id': 'u9', 'kind': 'reversal', 'at': '2026-11-04', "
	                "'document': 'another', 'of': 'l2', 'cause': 'entered twice' } ]" });
	struct excerpts *e = excerpts_new(whole);
	const struct statement *mine = of(e, &a, "131016");

	ck_assert_uint_eq(mine->ledger->entry_count, 3);
	for (size_t i = 1; i < 3; i++) {
		ck_assert_str_eq(mine->ledger->entries[i].record->id, EXCERPT_NAMELESS);
		ck_assert_uint_eq(mine->ledger->entries[i].posting_count, 2);
	}
	ck_assert(names(mine, "entered twice")); /* what is payable falls only for a cause */
	for (size_t i = 0; of_b[i]; i++) {
		ck_assert_msg(names(whole, of_b[i]), "%s is in the whole", of_b[i]);
		ck_assert_msg(!names(mine, of_b[i]), "%s is shown to lg-a", of_b[i]);
	}
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

START_TEST(who_has_a_page_and_who_is_a_stranger)
{
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct excerpts *e = excerpts_new(whole);
	const struct statement *stranger;
	const struct party **bodies;

	ck_assert_uint_eq(excerpt_bodies(e, &a, &bodies), 2);
	ck_assert_str_eq(bodies[0]->id, "lg-a");
	ck_assert_str_eq(bodies[1]->id, "lg-b");
	ck_assert_uint_eq(of(e, &a, "131032")->obligation_count, 0); /* a party without a part */
	ck_assert_uint_eq(of(e, &a, "131032")->service_count, 0);    /* others pay */
	ck_assert_ptr_null(excerpt_of_code(e, &a, "999999", NULL, 0));
	stranger = excerpt_of_code(e, &a, "999999", &whole->services[0].service->id, 1);
	ck_assert_uint_eq(stranger->service_count, 1);
	ck_assert_uint_eq(stranger->obligation_count, 0);
	/* a service that stands beside those asked for, with the fees of others, is not shown */
	ck_assert_uint_eq(
	    excerpt_of_code(e, &a, "999999", (const char *const[]){ "elsewhere" }, 1)->service_count, 0);
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

START_TEST(the_agency_sees_all)
{
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct excerpts *e = excerpts_new(whole);
	const struct statement *agencys = excerpt_agency(e, &a);

	ck_assert_int_eq(excerpt_party(agencys)->kind, PARTY_DA);
	ck_assert(!excerpt_hides(agencys));
	ck_assert_uint_eq(agencys->obligation_count, 3);
	ck_assert_uint_eq(agencys->total_count, 2);
	ck_assert_str_eq(figure_text(agencys, agencys->totals[0].paid), "1000000");
	ck_assert_str_eq(figure_text(agencys, agencys->totals[1].determined), "8000004");
	excerpts_free(e);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

START_TEST(whose_a_text_is)
{
	struct arena a = { 0 };
	struct statement *whole = judged(&a, &(struct case_parts){ .more = RECORDS });
	struct owners *o = owners_new(&a, whole);
	int lg_a = owner_of_party(o, &whole->the_case->parties[3]);

	ck_assert_int_eq(owner_named_in(o, "paid to lg-a"), lg_a);
	ck_assert_int_eq(owner_named_in(o, "lg-a"), lg_a);
	ck_assert_int_eq(owner_named_in(o, "Payable:da:lg-a:5.3-1"), lg_a);
	ck_assert_int_eq(owner_named_in(o, "lg-a and lg-b"), OWNER_SEVERAL);
	ck_assert_int_eq(owner_named_in(o, "lg-alpha"), OWNER_NONE);
	ck_assert_int_eq(owner_named_in(o, "elg-a"), OWNER_NONE);
	ck_assert_int_eq(owner_of_party(o, &whole->the_case->parties[1]), OWNER_NONE); /* the provider */
	ck_assert_int_eq(owner_of_party(o, NULL), OWNER_NONE);
	statement_free(whole);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("report/excerpt",
	                 (const TTest *const[]){ nothing_of_others, totals_lose_their_formula,
	                                         the_ledger_of_one, what_anothers_record_took,
	                                         who_has_a_page_and_who_is_a_stranger, the_agency_sees_all,
	                                         whose_a_text_is, NULL });
}
