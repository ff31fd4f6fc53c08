#include "case/bands.h"

#include "tests/unit/suite.h"

#define HINT "\nhint: if the most severe band applies, say \"band_rule\": \"most_severe\""

static const struct {
	struct band bands[5];
	size_t count;
	enum band_rule rule;
	const char *objective, *want;
} rows[] = {
	{ { { "0", "99.9", "10" } }, 1, BANDS_DISJOINT, "99.9", "" },
	{ { { "95", "99.9", "10" }, { "0", "95", "20" } }, 2, BANDS_DISJOINT, "99.9", "" },
	{ { { "0", "199/2", "10" }, { "99.5", "99.9", "20" } }, 2, BANDS_DISJOINT, "999/10", "" },
	/* 99.9-99.0, 99.0-95.5, <95.0: nothing covers [95.0, 95.5) */
	{ { { "99.0", "99.9", "5" }, { "95.5", "99.0", "10" }, { "0", "95.0", "15" } },
	  3,
	  BANDS_DISJOINT,
	  "99.9",
	  "nothing covers [95.0, 95.5)" },
	{ { { "1", "99.9", "5" } }, 1, BANDS_DISJOINT, "99.9", "nothing covers [0, 1)" },
	{ { { "0", "99", "5" } }, 1, BANDS_DISJOINT, "99.9", "nothing covers [99, 99.9)" },
	{ { { "0", "99", "5" } }, 1, BANDS_MOST_SEVERE, "99.9", "nothing covers [99, 99.9)" },
	{ { { "0", "100", "5" } },
	  1,
	  BANDS_DISJOINT,
	  "99.9",
	  "a band reaches 100, above the objective of 99.9" },
	{ { { "0", "50", "5" }, { "50", "50", "6" } },
	  2,
	  BANDS_DISJOINT,
	  "50",
	  "the band from 50 to 50 is empty" },
	{ { { "0", "50", "5" }, { "60", "50", "6" } },
	  2,
	  BANDS_DISJOINT,
	  "50",
	  "the band from 60 to 50 is empty" },
	/* <99.9 5 %, <99 10 %, <90 15 % */
	{ { { "0", "99.9", "5" }, { "0", "99", "10" }, { "0", "90", "15" } },
	  3,
	  BANDS_MOST_SEVERE,
	  "99.9",
	  "" },
	{ { { "0", "99.9", "5" }, { "0", "99", "10" }, { "0", "90", "15" } },
	  3,
	  BANDS_DISJOINT,
	  "99.9",
	  "more than one band covers [0, 90)" HINT },
	{ { { "0", "50", "5" }, { "49.999", "99", "10" } },
	  2,
	  BANDS_DISJOINT,
	  "99",
	  "more than one band covers [49.999, 50)" HINT },
	{ { { "0", "99", "5" }, { "10", "20", "10" } },
	  2,
	  BANDS_DISJOINT,
	  "99",
	  "more than one band covers [10, 20)" HINT },
	{ { { "0", "99", "5" }, { "0", "99", "5" } },
	  2,
	  BANDS_DISJOINT,
	  "99",
	  "more than one band covers [0, 99)" HINT },
	{ { { "0", "0", "0" } }, 0, BANDS_DISJOINT, "99", "nothing covers [0, 99)" },
};

START_TEST(a_table_gives_one_answer_or_is_refused)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct document doc = { 0 };
		struct error err = { 0 };
		struct node root;
		struct band bands[5];
		struct credit_rule rule = { .bands = bands,
			                    .band_count = rows[i].count,
			                    .band_rule = rows[i].rule };
		char got[2048], want[2048];

		memcpy(bands, rows[i].bands, sizeof bands);
		ck_assert_int_eq(document_parse(&doc, "b.json", "{}", 2, &err), 0);
		ck_assert_int_eq(document_root(&doc, &root, &err), 0);
		(void)!bands_check(&root, &rule, rows[i].objective, &err);
		snprintf(want, sizeof want, "%s%s", rows[i].want[0] ? "b.json:1: " : "", rows[i].want);
		if (err.code)
			error_line(&err, got, sizeof got);
		else
			got[0] = '\0';
		ck_assert_msg(strcmp(got, want) == 0, "row %zu:\n got  %s\n want %s", i, got, want);
		document_release(&doc);
	}
}
END_TEST

START_TEST(bands_come_out_sorted)
{
	struct band bands[] = { { "10", "99", "1" }, { "2", "10", "2" }, { "0", "2", "3" } };
	struct credit_rule rule = { .bands = bands, .band_count = 3 };
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root;

	ck_assert_int_eq(document_parse(&doc, "b.json", "{}", 2, &err), 0);
	ck_assert_int_eq(document_root(&doc, &root, &err), 0);
	ck_assert_int_eq(bands_check(&root, &rule, "99", &err), 0); /* as numbers: 2 before 10 */
	ck_assert_str_eq(bands[0].from, "0");
	ck_assert_str_eq(bands[1].from, "2");
	ck_assert_str_eq(bands[2].from, "10");
	document_release(&doc);
}
END_TEST

int main(void)
{
	return run_suite("bands", (const TTest *const[]){ a_table_gives_one_answer_or_is_refused,
	                                                  bands_come_out_sorted, NULL });
}
