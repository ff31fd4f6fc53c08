#include "calc/sharing/cut_off.h"

#include "calc/exact.h"
#include "tests/unit/suite.h"

#define MOST 4
#define NONE NO_BORDER

static const struct {
	const char *q[MOST]; /* claims, in the order of codes */
	const char *part;
	bool give;
	enum cut_kind cut;
	const char *level;
	size_t border;
} rows[] = {
	{ { "40", "60" }, "100", true, CUT_NONE, NULL, NONE },
	{ { "40.9", "60.9" }, "101", false, CUT_NONE, NULL, NONE }, /* the rest stays */
	{ { "40.9", "60.9" }, "101", true, CUT_GIVE, NULL, 0 },     /* on a tie the lower code gets it */
	{ { "40.8", "60.9" }, "101", true, CUT_GIVE, NULL, 1 },
	{ { "1000000/3", "1000000/3", "1000000/3" }, "1000000", true, CUT_GIVE, NULL, 0 },
	{ { "2.5", "2.5", "2.5", "-7/2" }, "7", true, CUT_GIVE, NULL, 0 },
	{ { "-1/2", "-1/3", "0.9" }, "0", true, CUT_NONE, NULL, NONE },
	{ { "-5", "8" }, "3", false, CUT_TAKE, "5", NONE },
	{ { "2.5", "2.25", "2.75" }, "5", false, CUT_TAKE, "0", 1 }, /* the smallest remainder gives first */
	{ { "2.5", "2.5", "2.5" }, "5", false, CUT_TAKE, "0", 2 },   /* on a tie the lower code keeps */
	{ { "2.5", "2.5", "2.5" }, "4", true, CUT_TAKE, "0", 1 },
	{ { "2.5", "2.5", "2.5" }, "3", false, CUT_TAKE, "1", NONE },
	{ { "2.5", "2.5", "2.5" }, "1", false, CUT_TAKE, "1", 1 },
	{ { "2.5", "2.5", "2.5" }, "0", false, CUT_TAKE, "2", NONE },
	{ { "0.9", "5.1" }, "2", false, CUT_TAKE, "3", NONE }, /* who has nothing gives nothing */
	{ { "1.1", "9.9" }, "3", false, CUT_TAKE, "6", NONE }, /* 1 and 6 */
	{ { "1.9", "9.1" }, "9", false, CUT_TAKE, "0", 1 },
	{ { "1.1", "9.9" }, "9", false, CUT_TAKE, "0", 0 },
	{ { "20000000", "20000001" }, "40000000", false, CUT_TAKE, "0", 1 },
	{ { "5" }, "3", false, CUT_TAKE, "2", NONE },
	/* 40 digits take no longer than small ones */
	{ { "1000000000000000000000000000000000000000", "3000000000000000000000000000000000000000" },
	  "1000000000000000000000000000000000000001",
	  false,
	  CUT_TAKE,
	  "1999999999999999999999999999999999999999",
	  NONE },
	{ { NULL }, "0", true, CUT_NONE, NULL, NONE },
};

START_TEST(all_steps_are_one_figure)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		mpq_t q[MOST];
		mpq_srcptr claims[MOST];
		struct cut_off got;
		size_t n = 0;
		mpz_t part;

		mpz_init_set_str(part, rows[i].part, 10);
		for (; n < MOST && rows[i].q[n]; n++) {
			mpq_init(q[n]);
			exact_read(q[n], rows[i].q[n]);
			claims[n] = q[n];
		}
		got = cut_off_find(&a, claims, n, part, rows[i].give);
		ck_assert_msg(got.cut == rows[i].cut && got.border == rows[i].border &&
		                  (got.level ? strcmp(got.level, rows[i].level ? rows[i].level : "") == 0
		                             : !rows[i].level),
		              "row %zu: %d, level %s, border %zu", i, (int)got.cut,
		              got.level ? got.level : "-", got.border);
		for (size_t k = 0; k < n; k++)
			mpq_clear(q[k]);
		mpz_clear(part);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("cut_off", (const TTest *const[]){ all_steps_are_one_figure, NULL });
}
