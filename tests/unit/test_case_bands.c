/* What can be proved of a credit table; which tables are refused. */
#include "case/bands.h"

#include "tests/unit/suite.h"

#define SEVERE_HINT "\nhint: if the most severe band applies, say \"band_rule\": \"most_severe\""
#define POINT_HINT                                                                                           \
	"\nhint: say with 'closed' to which band it belongs, or settle it with an 'equality' and its reason"
#define MET_HINT "\nhint: make the objective '>', or settle it with an 'equality' of rate 0 and its reason"

#define BANDS_MOST 5

struct table_row {
	enum comparison op;
	enum unit unit;
	const char *objective;
	struct band bands[BANDS_MOST];
	size_t count;
	enum band_rule rule;
	enum band_closed closed;
	struct equality equalities[2];
	size_t equality_count;
};

static const struct {
	struct table_row table;
	const char *want; /* the refusal; "" accepted */
} rows[] = {
	/* ---- availability: from the objective down to 0 ---- */
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "0", "99.9", "10" } }, 1 }, "" },
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "95", "99.9", "10" }, { "0", "95", "20" } }, 2 }, "" },
	{ { AT_LEAST, UNIT_PERCENT, "999/10", { { "0", "199/2", "10" }, { "99.5", "99.9", "20" } }, 2 }, "" },
	/* 99.9-99.0, 99.0-95.5, <95.0: nothing covers [95.0, 95.5) */
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99.9",
	    { { "99.0", "99.9", "5" }, { "95.5", "99.0", "10" }, { "0", "95.0", "15" } },
	    3 },
	  "nothing covers [95.0, 95.5)" },
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "1", "99.9", "5" } }, 1 }, "nothing covers [0, 1)" },
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "0", "99", "5" } }, 1 }, "nothing covers [99, 99.9)" },
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "0", "99", "5" } }, 1, BANDS_MOST_SEVERE },
	  "nothing covers [99, 99.9)" },
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "0", "100", "5" } }, 1 },
	  "a band reaches 100, above the objective of 99.9" },
	{ { AT_LEAST, UNIT_PERCENT, "50", { { "0", "50", "5" }, { "50", "50", "6" } }, 2 },
	  "the band from 50 to 50 is empty" },
	{ { AT_LEAST, UNIT_PERCENT, "50", { { "0", "50", "5" }, { "60", "50", "6" } }, 2 },
	  "the band from 60 to 50 is empty" },
	/* <99.9 5 %, <99 10 %, <90 15 % */
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99.9",
	    { { "0", "99.9", "5" }, { "0", "99", "10" }, { "0", "90", "15" } },
	    3,
	    BANDS_MOST_SEVERE },
	  "" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99.9",
	    { { "0", "99.9", "5" }, { "0", "99", "10" }, { "0", "90", "15" } },
	    3 },
	  "more than one band covers [0, 90)" SEVERE_HINT },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "50", "5" }, { "49.999", "99", "10" } }, 2 },
	  "more than one band covers [49.999, 50)" SEVERE_HINT },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "99", "5" }, { "10", "20", "10" } }, 2 },
	  "more than one band covers [10, 20)" SEVERE_HINT },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "99", "5" }, { "0", "99", "5" } }, 2 },
	  "more than one band covers [0, 99)" SEVERE_HINT },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "0", "0" } }, 0 }, "nothing covers [0, 99)" },
	{ { MORE_THAN, UNIT_PERCENT, "99", { { "0", "0", "0" } }, 0 }, "nothing covers [0, 99]" },
	/* exactly the objective misses '>': a table that is open there says nothing of it */
	{ { MORE_THAN, UNIT_PERCENT, "99", { { "0", "99", "5" } }, 1 },
	  "no band holds exactly 99" POINT_HINT },
	{ { MORE_THAN,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_FROM,
	    { { "99", "5", "why" } },
	    1 },
	  "" },
	{ { MORE_THAN, UNIT_PERCENT, "99", { { "0", "99", "5" } }, 1, 0, CLOSED_TO }, "" },
	{ { MORE_THAN, UNIT_PERCENT, "99", { { "0", "95", "5" }, { "96", "99", "1" } }, 2, 0, CLOSED_TO },
	  "nothing covers (95, 96]" },
	{ { MORE_THAN, UNIT_PERCENT, "99", { { "0", "95", "5" }, { "94", "99", "1" } }, 2, 0, CLOSED_TO },
	  "more than one band covers (94, 95]" SEVERE_HINT },
	/* exactly the objective meets '>=': a table that is closed there says otherwise */
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "99", "5" } }, 1, 0, CLOSED_TO },
	  "exactly 99 meets the objective, and a band gives it a rate" MET_HINT },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_TO,
	    { { "99", "0", "why" } },
	    1 },
	  "" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_TO,
	    { { "99", "5", "why" } },
	    1 },
	  "exactly 99 meets the objective: its rate can only be 0" },
	/* open bands */
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "95", "5" }, { "95", "99", "1" } }, 2, 0, CLOSED_NEITHER },
	  "no band holds exactly 95" POINT_HINT },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "95", "5" }, { "95", "99", "1" } },
	    2,
	    0,
	    CLOSED_NEITHER,
	    { { "95", "5", "why" } },
	    1 },
	  "" },
	{ { MORE_THAN,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "95", "5" }, { "95", "99", "1" } },
	    2,
	    0,
	    CLOSED_NEITHER,
	    { { "95", "5", "why" } },
	    1 },
	  "no band holds exactly 99" POINT_HINT },
	{ { MORE_THAN,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "95", "5" }, { "95", "99", "1" } },
	    2,
	    0,
	    CLOSED_NEITHER,
	    { { "95", "5", "why" }, { "99", "1", "why" } },
	    2 },
	  "" },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "0", "94", "5" }, { "95", "99", "1" } }, 2, 0, CLOSED_NEITHER },
	  "nothing covers [94, 95]" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "94", "5" }, { "95", "99", "1" } },
	    2,
	    0,
	    CLOSED_NEITHER,
	    { { "94", "5", "why" } },
	    1 },
	  "nothing covers (94, 95]" },
	/* equalities that settle nothing */
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_FROM,
	    { { "97", "5", "why" } },
	    1 },
	  "exactly 97 has a rate already: a band holds it" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_FROM,
	    { { "99.5", "5", "why" } },
	    1 },
	  "there is an equality at 99.5, above the objective of 99" },
	/* ---- quantities of which more is worse: from the objective without end ---- */
	{ { LESS_THAN, UNIT_H, "1", { { "1", "2", "10" }, { "2", NULL, "20" } }, 2 }, "" },
	{ { AT_MOST, UNIT_H, "1", { { "1", "2", "10" }, { "2", NULL, "20" } }, 2 }, "" }, /* open at 1 */
	{ { AT_MOST, UNIT_MIN, "45", { { "45", "720", "10" }, { "720", NULL, "20" } }, 2, 0, CLOSED_TO },
	  "" },
	{ { LESS_THAN, UNIT_MIN, "45", { { "45", "720", "10" }, { "720", NULL, "20" } }, 2, 0, CLOSED_TO },
	  "no band holds exactly 45" POINT_HINT },
	{ { LESS_THAN, UNIT_H, "1", { { "1", "2", "10" }, { "2", "72", "20" } }, 2 },
	  "nothing covers 72 and above" },
	{ { AT_MOST, UNIT_H, "1", { { "1", "72", "20" } }, 1, 0, CLOSED_TO }, "nothing covers above 72" },
	{ { LESS_THAN, UNIT_H, "1", { { "2", NULL, "10" } }, 1 }, "nothing covers [1, 2)" },
	{ { AT_MOST, UNIT_H, "1", { { "2", NULL, "10" } }, 1 }, "nothing covers (1, 2)" },
	{ { AT_MOST, UNIT_H, "1", { { "2", NULL, "10" } }, 1, 0, CLOSED_TO }, "nothing covers (1, 2]" },
	{ { LESS_THAN, UNIT_H, "1", { { "1", NULL, "10" }, { "8", NULL, "20" } }, 2 },
	  "more than one band covers 8 and above" SEVERE_HINT },
	{ { LESS_THAN, UNIT_H, "1", { { "1", NULL, "10" }, { "8", NULL, "20" } }, 2, BANDS_MOST_SEVERE },
	  "" },
	{ { LESS_THAN, UNIT_H, "2", { { "1", NULL, "10" } }, 1 },
	  "a band starts at 1, below the objective of 2" },
	{ { LESS_THAN, UNIT_H, "2", { { "2", NULL, "10" } }, 1, 0, CLOSED_FROM, { { "1", "3", "why" } }, 1 },
	  "there is an equality at 1, below the objective of 2" },
	{ { AT_MOST, UNIT_ONE, "0", { { "0", NULL, "10" } }, 1 }, "" },
	/* ---- per cent of which more is worse: up to 100, which belongs to the band that reaches it ---- */
	{ { AT_MOST, UNIT_PERCENT, "1", { { "1", "5", "10" }, { "5", "100", "20" } }, 2 }, "" },
	{ { AT_MOST, UNIT_PERCENT, "1", { { "1", "5", "10" }, { "5", NULL, "20" } }, 2, 0, CLOSED_TO }, "" },
	{ { AT_MOST, UNIT_PERCENT, "1", { { "1", "5", "10" }, { "5", "50", "20" } }, 2 },
	  "nothing covers [50, 100]" },
	{ { AT_MOST, UNIT_PERCENT, "1", { { "1", "5", "10" }, { "5", "100", "20" } }, 2, 0, CLOSED_NEITHER },
	  "no band holds exactly 5" POINT_HINT },
};

static void fill_level(struct level *l, struct credit_rule *c, struct band *bands,
                       struct equality *equalities, const struct table_row *row)
{
	memcpy(bands, row->bands, sizeof row->bands);
	memcpy(equalities, row->equalities, sizeof row->equalities);
	*c = (struct credit_rule){ .bands = bands,
		                   .band_count = row->count,
		                   .band_rule = row->rule,
		                   .closed = row->closed,
		                   .equalities = equalities,
		                   .equality_count = row->equality_count };
	*l = (struct level){
		.id = "l", .op = row->op, .unit = row->unit, .objective = row->objective, .credit = c
	};
}

START_TEST(a_table_gives_one_answer_or_is_refused)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct document doc = { 0 };
		struct arena a = { 0 };
		struct error err = { 0 };
		struct node root;
		struct band bands[BANDS_MOST];
		struct equality equalities[2];
		struct credit_rule rule;
		struct level level;
		char got[2048], want[2048];

		fill_level(&level, &rule, bands, equalities, &rows[i].table);
		ck_assert_int_eq(document_parse(&doc, "b.json", "{}", 2, &err), 0);
		ck_assert_int_eq(document_root(&doc, &root, &err), 0);
		(void)!bands_check(&a, &root, &level, &err);
		snprintf(want, sizeof want, "%s%s", rows[i].want[0] ? "b.json:1: " : "", rows[i].want);
		if (err.code)
			error_line(&err, got, sizeof got);
		else
			got[0] = '\0';
		ck_assert_msg(strcmp(got, want) == 0, "row %zu:\n got  %s\n want %s", i, got, want);
		document_release(&doc);
		arena_release(&a);
	}
}
END_TEST

START_TEST(bands_come_out_sorted)
{
	struct band bands[] = { { "10", "99", "1" }, { "2", "10", "2" }, { "0", "2", "3" } };
	struct credit_rule rule = { .bands = bands, .band_count = 3 };
	struct level level = { .id = "l", .objective = "99", .credit = &rule };
	struct document doc = { 0 };
	struct arena a = { 0 };
	struct error err = { 0 };
	struct node root;

	ck_assert_int_eq(document_parse(&doc, "b.json", "{}", 2, &err), 0);
	ck_assert_int_eq(document_root(&doc, &root, &err), 0);
	ck_assert_int_eq(bands_check(&a, &root, &level, &err), 0); /* as numbers: 2 before 10 */
	ck_assert_str_eq(bands[0].from, "0");
	ck_assert_str_eq(bands[1].from, "2");
	ck_assert_str_eq(bands[2].from, "10");
	document_release(&doc);
	arena_release(&a);
}
END_TEST

/* ---- findings: "property witness: text (declared)" a line ---- */

static const char *findings_of(struct arena *a, const struct level *l, const struct terms *t)
{
	struct bands_findings found;
	char *all = arena_copy(a, "");

	bands_examine(a, l, t, &found);
	for (size_t i = 0; i < found.count; i++) {
		const struct bands_finding *f = &found.list[i];

		all = arena_printf(a, "%s%s%s %s: %s%s%s%s", all, i ? "\n" : "",
		                   bands_property_name(f->property), f->witness ? f->witness : "-", f->text,
		                   f->declared ? " (" : "", f->declared ? f->declared : "",
		                   f->declared ? ")" : "");
	}
	return all;
}

static const struct {
	struct table_row table;
	const char *want;
} shown[] = {
	{ { AT_LEAST, UNIT_PERCENT, "99.9", { { "95", "99.9", "10" }, { "0", "95", "100" } }, 2 }, "" },
	/* a hole that the terms fill, and say so */
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "95.0", "15" },
	      { "95.0", "95.5", "10", .gap = "read as the band above" },
	      { "95.5", "99", "10" } },
	    3 },
	  "total [95.0, 95.5): the source's own table does not cover [95.0, 95.5) (read as the band above)" },
	{ { LESS_THAN, UNIT_H, "1", { { "1", "2", "5" }, { "2", NULL, "15", .gap = "no end printed" } }, 2 },
	  "total 2 and above: the source's own table does not cover 2 and above (no end printed)" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "95", "5" }, { "95", "99", "1" } },
	    2,
	    0,
	    CLOSED_NEITHER,
	    { { "95", "5", "the worse band" } },
	    1 },
	  "total 95: no band holds exactly 95 (equality: 5, the worse band)" },
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99.9",
	    { { "0", "99.9", "5" }, { "0", "99", "10" } },
	    2,
	    BANDS_MOST_SEVERE },
	  "disjoint [0, 99): more than one band covers [0, 99) (the most severe band applies)" },
	/* a worse value with a lower rate */
	{ { AT_LEAST,
	    UNIT_PERCENT,
	    "99",
	    { { "95", "99", "10" }, { "90", "95", "5" }, { "0", "90", "20" } },
	    3 },
	  "monotone (90, 95): the rate falls from 10 in 95 to 5 in (90, 95)" },
	{ { LESS_THAN, UNIT_H, "1", { { "1", "2", "10" }, { "2", NULL, "5" } }, 2 },
	  "monotone 2: the rate falls from 10 in (1, 2) to 5 in 2" },
	{ { MORE_THAN,
	    UNIT_PERCENT,
	    "99",
	    { { "0", "99", "5" } },
	    1,
	    0,
	    CLOSED_FROM,
	    { { "99", "7", "why" } },
	    1 },
	  "total 99: no band holds exactly 99 (equality: 7, why)\n"
	  "monotone (0, 99): the rate falls from 7 in 99 to 5 in (0, 99)" },
	/* steps climb, and may climb over the next band */
	{ { LESS_THAN, UNIT_D, "1", { { "1", "5", "10", "1", "1" }, { "5", NULL, "14" } }, 2 }, "" },
	{ { LESS_THAN, UNIT_D, "1", { { "1", "5", "10", "2", "1" }, { "5", NULL, "14" } }, 2 },
	  "monotone 5: the rate falls from 16 in (1, 5) to 14 in 5" },
	{ { AT_LEAST, UNIT_PERCENT, "99", { { "95", "99", "1", "1", "1" }, { "0", "95", "3" } }, 2 },
	  "monotone (0, 95): the rate falls from 5 in 95 to 3 in (0, 95)" },
	/* more than everything */
	{ { LESS_THAN, UNIT_H, "1", { { "1", NULL, "101" } }, 1 },
	  "capped -: the rate reaches 101, more than the whole base" },
	{ { LESS_THAN, UNIT_D, "1", { { "1", NULL, "10", "1", "1" } }, 1 },
	  "capped -: the rate grows without limit" },
};

START_TEST(findings)
{
	for (size_t i = 0; i < ROWS(shown); i++) {
		struct arena a = { 0 };
		struct band bands[BANDS_MOST];
		struct equality equalities[2];
		struct credit_rule rule;
		struct level level;

		fill_level(&level, &rule, bands, equalities, &shown[i].table);
		ck_assert_str_eq(findings_of(&a, &level, NULL), shown[i].want);
		arena_release(&a);
	}
}
END_TEST

START_TEST(caps_are_declared_by_the_terms)
{
	struct cap other = { CAP_LEVEL, "other", "10" }, own = { CAP_LEVEL, "l", "10" },
	           month = { CAP_MONTH, NULL, "10" };
	struct credit_rule rule = { .flat_rate = "150" };
	struct level level = { .id = "l", .objective = "99", .credit = &rule };
	struct {
		struct terms terms;
		const char *want;
	} caps[] = {
		{ { .id = "t" }, "capped -: the rate reaches 150, more than the whole base" },
		{ { .cap_percent = "100" },
		  "capped -: the rate reaches 150, more than the whole base (the cap of the terms)" },
		{ { .cap_amount = "1" },
		  "capped -: the rate reaches 150, more than the whole base (the cap of the terms)" },
		{ { .caps = &other, .cap_count = 1 },
		  "capped -: the rate reaches 150, more than the whole base" },
		{ { .caps = &own, .cap_count = 1 },
		  "capped -: the rate reaches 150, more than the whole base (a cap of the terms)" },
		{ { .caps = &month, .cap_count = 1 },
		  "capped -: the rate reaches 150, more than the whole base (a cap of the terms)" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < ROWS(caps); i++)
		ck_assert_str_eq(findings_of(&a, &level, &caps[i].terms), caps[i].want);
	arena_release(&a);
}
END_TEST

/* Shapes without a table have only an end, or none. */
START_TEST(other_shapes)
{
	static const struct {
		enum comparison op;
		enum unit unit;
		const char *objective;
		struct credit_rule rule;
		const char *want;
	} shapes[] = {
		{ AT_LEAST, UNIT_PERCENT, "99", { .flat_rate = "100" }, "" },
		{ AT_LEAST, UNIT_PERCENT, "99", { .flat_rate = "28", .unit = RATE_DAYS }, "" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .flat_rate = "28.5", .unit = RATE_DAYS },
		  "capped -: the rate reaches 28.5, more than the whole base" },
		{ AT_LEAST, UNIT_PERCENT, "99", { .flat_rate = "672", .unit = RATE_HOURS }, "" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .flat_rate = "673", .unit = RATE_HOURS },
		  "capped -: the rate reaches 673, more than the whole base" },
		/* 1 for each per cent below 99: at most 99; 2: 198 */
		{ AT_LEAST, UNIT_PERCENT, "99", { .proportional_rate = "1", .proportional_per = "1" }, "" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .proportional_rate = "2", .proportional_per = "1" },
		  "capped -: the rate reaches 198, more than the whole base" },
		{ AT_MOST,
		  UNIT_PERCENT,
		  "40",
		  { .proportional_rate = "1", .proportional_per = "1/2" },
		  "capped -: the rate reaches 120, more than the whole base" },
		{ AT_MOST,
		  UNIT_H,
		  "1",
		  { .proportional_rate = "1", .proportional_per = "1" },
		  "capped -: the rate grows without limit" },
		{ AT_MOST,
		  UNIT_ONE,
		  "0",
		  { .flat_rate = "1", .per = PER_UNIT },
		  "capped -: the rate grows without limit" },
		{ AT_MOST,
		  UNIT_H,
		  "1",
		  { .flat_rate = "1", .per = PER_OUTAGE },
		  "capped -: the rates of several outages add up without limit" },
		{ AT_MOST, UNIT_H, "1", { .flat_rate = "1", .per = PER_OUTAGE, .largest_only = true }, "" },
	};
	struct arena a = { 0 };
	struct level none = { .id = "l", .objective = "99" };

	for (size_t i = 0; i < ROWS(shapes); i++) {
		struct credit_rule rule = shapes[i].rule;
		struct level l = { .id = "l",
			           .op = shapes[i].op,
			           .unit = shapes[i].unit,
			           .objective = shapes[i].objective,
			           .credit = &rule };

		ck_assert_str_eq(findings_of(&a, &l, NULL), shapes[i].want);
	}
	ck_assert_str_eq(findings_of(&a, &none, NULL), "");
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite(
	    "bands", (const TTest *const[]){ a_table_gives_one_answer_or_is_refused, bands_come_out_sorted,
	                                     findings, caps_are_declared_by_the_terms, other_shapes, NULL });
}
