/* Rates of several outages or incidents, of tables at and between readings, and credits without limit under caps. */
#include "calc/credit/rates.h"

#include "tests/unit/build_case.h"

/* ---- parts: lengths in hours, over days from Monday 2026-10-05, 00:00 in Tokyo ---- */

#define MONDAY_US (INT64_C(1791126000) * US_PER_S)

struct row_part {
	int64_t start_h, end_h; /* of its possible extent, from Monday on */
	const char *best, *worst, *point;
	bool skipped;
};

#define PARTS_MOST 4

static const struct {
	struct row_part parts[PARTS_MOST];
	struct credit_rule rule;
	const char *want[READING_COUNT]; /* point, best, worst; "unknown" */
	bool unbounded;
} rows[] = {
	/* none; one that does not count */
	{ { { 0 } }, { .flat_rate = "5" }, { "0", "0", "0" } },
	{ { { 0, 2, "2", "2", "2", true } }, { .flat_rate = "5" }, { "0", "0", "0" } },
	{ { { 0, 2, "2", "2", "2", true } }, { .flat_rate = "5", .largest_only = true }, { "0", "0", "0" } },
	/* a sum, the largest */
	{ { { 0, 2, "1", "3", "2" }, { 30, 32, "2", "2", "2" } }, { .flat_rate = "5" }, { "10", "5", "10" } },
	{ { { 0, 2, "1", "3", "2" }, { 30, 32, "2", "2", "2" } },
	  { .proportional_rate = "4", .proportional_per = "1/2", .largest_only = true },
	  { "4", "4", "12" } }, /* × (2 - 1.5) / 0.5, × (3 - 1.5) / 0.5 */
	/* nothing is known of a length: none to the largest of the table, or without limit */
	{ { { 0, 2, NULL, NULL, NULL } }, { .flat_rate = "5" }, { "unknown", "0", "5" } },
	{ { { 0, 2, "2", NULL, "2" } }, { .flat_rate = "5" }, { "5", "5", "5" } },
	{ { { 0, 2, NULL, "2", "2" } }, { .flat_rate = "5" }, { "5", "0", "5" } },
	{ { { 0, 2, "2", NULL, NULL } },
	  { .proportional_rate = "1", .proportional_per = "1" },
	  { "unknown", "0.5", "unknown" } },
	{ { { 0, 2, "2", NULL, NULL }, { 30, 32, "2", "2", "2" } },
	  { .proportional_rate = "1", .proportional_per = "1", .largest_only = true },
	  { "unknown", "0.5", "unknown" } },
	/* the whole level is open */
	{ { { 0, 2, "2", "2", "2" } }, { .flat_rate = "5" }, { "5", "0", "unknown" }, true },
	{ { { 0, 2, "2", "2", "2" } }, { .flat_rate = "5", .largest_only = true }, { "5", "0", "5" }, true },
	/* so many a day: the dearest; what has no limit counts first */
	{ { { 0, 2, "2", "2", "2" }, { 3, 6, "3", "3", "3" }, { 24, 26, "2", "2", "2" } },
	  { .proportional_rate = "1", .proportional_per = "1/2", .most_per_day = 1 },
	  { "4", "4", "4" } },
	{ { { 0, 2, "2", NULL, "2" }, { 3, 6, "3", "3", "3" } },
	  { .proportional_rate = "1", .proportional_per = "1/2", .most_per_day = 1 },
	  { "3", "3", "unknown" } },
	{ { { 3, 6, "3", "3", "3" }, { 7, 9, "2", NULL, "2" } },
	  { .proportional_rate = "1", .proportional_per = "1/2", .most_per_day = 1 },
	  { "3", "3", "unknown" } },
	/* the second may have started on Monday or on Tuesday: one that counts, or two */
	{ { { 1, 3, "2", "2", "2" }, { 23, 28, "2", "5", "3" } },
	  { .flat_rate = "5", .most_per_day = 1 },
	  { "5", "5", "10" } },
	/* it lasted so long that it surely started on Monday */
	{ { { 1, 3, "2", "2", "2" }, { 20, 28, "6", "8", "7" } },
	  { .flat_rate = "5", .most_per_day = 1 },
	  { "5", "5", "5" } },
	/* one that may have started on either day beside one on each: two days have two at most, whichever it was */
	{ { { 1, 3, "2", "2", "2" }, { 23, 28, "2", "5", "3" }, { 30, 32, "2", "2", "2" } },
	  { .flat_rate = "5", .most_per_day = 1 },
	  { "10", "5", "10" } },
	/* a week's cap: Sunday night or Monday; -1 h is Sunday 4 October */
	{ { { -20, -18, "2", "2", "2" }, { 1, 3, "2", "2", "2" } },
	  { .flat_rate = "5", .week_cap = "5" },
	  { "10", "10", "10" } },
	{ { { 1, 3, "2", "2", "2" }, { 5, 7, "2", "2", "2" } },
	  { .flat_rate = "5", .week_cap = "7" },
	  { "7", "7", "7" } },
	{ { { -20, -18, "2", "2", "2" }, { -1, 6, "2", "7", "3" } },
	  { .flat_rate = "5", .week_cap = "5" },
	  { "5", "5", "10" } },
	{ { { -1, 6, "2", "7", "3" } }, { .flat_rate = "15", .week_cap = "5" }, { "5", "5", "10" } },
	{ { { 1, 6, "2", NULL, "3" } },
	  { .proportional_rate = "1", .proportional_per = "1", .week_cap = "5" },
	  { "1.5", "0.5", "5" } },
};

struct bench { /* a judge with one level of incidents, and nothing else */
	struct arena arena;
	struct sla_case c;
	struct terms terms;
	struct level level;
	struct credit_rule rule;
	struct service service;
	struct level_result result;
	struct judge judge;
};

static void set_up(struct bench *b, const struct credit_rule *rule)
{
	b->rule = *rule;
	b->rule.per = PER_OUTAGE;
	b->level = (struct level){ .id = "l",
		                   .metric = METRIC_TIME_TO_NOTIFY,
		                   .op = AT_MOST,
		                   .unit = UNIT_H,
		                   .objective = "1.5",
		                   .credit = &b->rule };
	b->terms = (struct terms){ .id = "t", .levels = &b->level, .level_count = 1 };
	b->service = (struct service){ .id = "s", .terms = &b->terms };
	b->c =
	    (struct sla_case){ .period = { .span = { MONDAY_US - 7 * US_PER_DAY, MONDAY_US + 7 * US_PER_DAY },
		                           .zone_offset_s = 32400 } };
	b->judge = (struct judge){ .arena = &b->arena, .book = book_new(&b->arena), .c = &b->c };
	b->result = (struct level_result){ .level = &b->level };
}

static void add_part(struct bench *b, const struct row_part *row)
{
	struct book *book = b->judge.book;

	b->result.parts[b->result.part_count++] =
	    (struct part){ .span = { MONDAY_US + row->start_h * US_PER_HOUR,
		                     MONDAY_US + row->end_h * US_PER_HOUR },
		           .length = { derive_given(book, "best", "", row->best),
		                       derive_given(book, "worst", "", row->worst),
		                       derive_given(book, "point", "", row->point) },
		           .counted = !row->skipped };
}

static bool is(const struct book *b, int node, const char *want)
{
	return node < 0 ? strcmp(want, "unknown") == 0 : exact_compare(book_at(b, node)->value, want) == 0;
}

START_TEST(each_outage)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b = { 0 };
		struct part parts[PARTS_MOST];
		int rates[READING_COUNT];

		set_up(&b, &rows[i].rule);
		b.result.parts = parts;
		b.result.unbounded = rows[i].unbounded;
		for (size_t p = 0; p < PARTS_MOST && rows[i].parts[p].end_h; p++)
			add_part(&b, &rows[i].parts[p]);
		rates_of_level(&b.judge, &b.service, &b.result, rates);
		for (size_t r = 0; r < READING_COUNT; r++)
			ck_assert_msg(is(b.judge.book, rates[r], rows[i].want[r]), "row %zu %s: %s, not %s",
			              i, reading_name((enum money_reading)r),
			              rates[r] < 0 ? "unknown" : book_at(b.judge.book, rates[r])->value,
			              rows[i].want[r]);
		book_free(b.judge.book);
		arena_release(&b.arena);
	}
}
END_TEST

START_TEST(what_does_not_count_is_marked)
{
	struct bench b = { 0 };
	struct part parts[PARTS_MOST];
	int rates[READING_COUNT];

	set_up(&b,
	       &(struct credit_rule){ .proportional_rate = "1", .proportional_per = "1", .most_per_day = 1 });
	b.result.parts = parts;
	add_part(&b, &(struct row_part){ 0, 2, "2", "2", "2" });
	add_part(&b, &(struct row_part){ 4, 7, "3", "3", "3" });
	rates_of_level(&b.judge, &b.service, &b.result, rates);
	ck_assert(!parts[0].counted && parts[1].counted);
	ck_assert_str_eq(parts[0].why, "only 1 a day count");
	ck_assert(is(b.judge.book, parts[0].rate, "0.5") && is(b.judge.book, parts[1].rate_worst, "1.5"));
	book_free(b.judge.book);
	arena_release(&b.arena);
}
END_TEST

/* ---- a miss that counts only after others ---- */

START_TEST(held_back)
{
	static const struct {
		enum held held;
		const char *want[READING_COUNT];
	} cases[] = { { HELD_NO, { "5", "5", "5" } },
		      { HELD_MAYBE, { "0", "0", "5" } },
		      { HELD_YES, { "0", "0", "0" } } };

	for (size_t i = 0; i < ROWS(cases); i++) {
		struct bench b = { 0 };
		struct part parts[PARTS_MOST];
		int rates[READING_COUNT];

		set_up(&b, &(struct credit_rule){ .flat_rate = "5" });
		b.result.parts = parts;
		b.result.held = cases[i].held;
		add_part(&b, &(struct row_part){ 0, 2, "2", "2", "2" });
		rates_of_level(&b.judge, &b.service, &b.result, rates);
		for (size_t r = 0; r < READING_COUNT; r++)
			ck_assert(is(b.judge.book, rates[r], cases[i].want[r]));
		book_free(b.judge.book);
		arena_release(&b.arena);
	}
}
END_TEST

/* ---- formulas ---- */

START_TEST(formulas)
{
	static struct band two[] = { { "1", "2", "10" }, { "2", NULL, "20" } };
	static struct band step[] = { { "1", NULL, "10", "2", "1/3" } };
	static struct band down[] = { { "0", "95", "20", "1", "5" }, { "95", "99", "10" } };
	static struct band loss[] = { { "1", "100", "10" } };
	static struct band severe[] = { { "0", "99", "5" }, { "0", "95", "9" } };
	static struct band endless[] = { { "1", NULL, "5" }, { "2", NULL, "9" } };
	static struct equality equal[] = { { "95", "7", "w" } };
	static const struct {
		enum comparison op;
		enum unit unit;
		const char *objective;
		struct credit_rule rule;
		const char *want, *largest;
	} cases[] = {
		{ AT_LEAST, UNIT_PERCENT, "99", { .flat_rate = "5" }, "lt($1, 99, 5)", "5" },
		{ MORE_THAN, UNIT_PERCENT, "99", { .flat_rate = "5" }, "le($1, 99, 5)", "5" },
		{ AT_MOST, UNIT_H, "1", { .flat_rate = "5", .per = PER_UNIT }, "(gt($1, 1, 5)) * $1", NULL },
		{ LESS_THAN, UNIT_H, "1", { .flat_rate = "5" }, "ge($1, 1, 5)", "5" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .proportional_rate = "1", .proportional_per = "1/2" },
		  "lt($1, 99, 1) * (99 - $1) / (1/2)",
		  "1 * (99 - 0) / (1/2)" },
		{ AT_MOST,
		  UNIT_PERCENT,
		  "9",
		  { .proportional_rate = "1", .proportional_per = "2" },
		  "gt($1, 9, 1) * ($1 - 9) / (2)",
		  "1 * (100 - 9) / (2)" },
		{ LESS_THAN,
		  UNIT_H,
		  "1",
		  { .bands = two, .band_count = 2 },
		  "rate($1, 1, 2, 10) + ge($1, 2, 20)",
		  "max(0, 10, 20)" },
		{ AT_MOST,
		  UNIT_H,
		  "1",
		  { .bands = two, .band_count = 2 },
		  "gt($1, 1, 1) * (rate($1, 1, 2, 10) + ge($1, 2, 20))",
		  "max(0, 10, 20)" },
		{ AT_MOST,
		  UNIT_H,
		  "1",
		  { .bands = two, .band_count = 2, .closed = CLOSED_TO },
		  "rate_to($1, 1, 2, 10) + gt($1, 2, 20)",
		  "max(0, 10, 20)" },
		{ LESS_THAN,
		  UNIT_H,
		  "1",
		  { .bands = step, .band_count = 1 },
		  "ge($1, 1, 10) + ge($1, 1, 2) * floor($1 - 1, 1/3) / (1/3)",
		  NULL },
		{ LESS_THAN,
		  UNIT_PERCENT,
		  "1",
		  { .bands = step, .band_count = 1 },
		  "ge($1, 1, 10) + ge($1, 1, 2) * floor($1 - 1, 1/3) / (1/3)",
		  "max(0, 10 + 2 * floor(100 - 1, 1/3) / (1/3))" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .bands = down, .band_count = 2 },
		  "rate($1, 0, 95, 20, 95, 99, 10) + rate($1, 0, 95, 1) * floor(95 - $1, 5) / (5)",
		  "max(0, 20 + 1 * floor(95 - 0, 5) / (5), 10)" },
		{ MORE_THAN,
		  UNIT_PERCENT,
		  "99",
		  { .bands = down, .band_count = 2, .closed = CLOSED_TO },
		  "rate_to($1, 95, 99, 10) + le($1, 95, 20) + le($1, 95, 1) * floor(95 - $1, 5) / (5)",
		  "max(0, 20 + 1 * floor(95 - 0, 5) / (5), 10)" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .bands = severe,
		    .band_count = 2,
		    .closed = CLOSED_NEITHER,
		    .equalities = equal,
		    .equality_count = 1,
		    .band_rule = BANDS_MOST_SEVERE },
		  "max(lt($1, 99, 5), lt($1, 95, 9)) + eq($1, 95, 7)",
		  "max(0, 5, 9, 7)" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .bands = severe, .band_count = 2, .closed = CLOSED_TO, .band_rule = BANDS_MOST_SEVERE },
		  "lt($1, 99, 1) * (max(le($1, 99, 5), le($1, 95, 9)))",
		  "max(0, 5, 9)" },
		{ AT_LEAST,
		  UNIT_PERCENT,
		  "99",
		  { .bands = severe, .band_count = 2, .band_rule = BANDS_MOST_SEVERE },
		  "severest($1, 0, 99, 5, 0, 95, 9)",
		  "max(0, 5, 9)" },
		{ LESS_THAN,
		  UNIT_H,
		  "1",
		  { .bands = endless, .band_count = 2, .band_rule = BANDS_MOST_SEVERE },
		  "max(ge($1, 1, 5), ge($1, 2, 9))",
		  "max(0, 5, 9)" },
		{ AT_MOST,
		  UNIT_PERCENT,
		  "1",
		  { .bands = loss, .band_count = 1, .closed = CLOSED_NEITHER },
		  "gt($1, 1, 10)",
		  "max(0, 10)" },
		{ AT_MOST,
		  UNIT_PERCENT,
		  "1",
		  { .bands = loss, .band_count = 0 },
		  "gt($1, 1, 1) * (0)",
		  "max(0)" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < ROWS(cases); i++) {
		struct credit_rule rule = cases[i].rule;
		struct level l = { .id = "l",
			           .op = cases[i].op,
			           .unit = cases[i].unit,
			           .objective = cases[i].objective,
			           .credit = &rule };
		char *largest = rate_largest_formula(&a, &l);

		ck_assert_str_eq(rate_formula(&a, &l), cases[i].want);
		ck_assert_msg(largest && cases[i].largest ? strcmp(largest, cases[i].largest) == 0
		                                          : largest == cases[i].largest,
		              "row %zu: %s", i, largest ? largest : "without limit");
	}
	arena_release(&a);
}
END_TEST

/* ---- credits without limit: nothing was received, the delay may have been anything ---- */

#define LOST                                                                                                 \
	"[ { 'target': 't', 'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': 1000, 'except': [ { "   \
	"'from': "                                                                                           \
	"'2026-10-01T00:00:00+09:00', 'to': '2026-11-01T00:00:00+09:00', 'outcome': 'missed' } ] } } ]"
#define TWO_PAYERS(a, b)                                                                                     \
	"[ { 'payer': 'lg-a', 'amount': '" a "', 'currency': 'JPY' }, { 'payer': 'lg-b', 'amount': '" b      \
	"', 'currency': 'JPY' } ]"

static const struct {
	const char *settle, *fees;
	const char *total, *least, *most;
} open_rows[] = {
	{ "", NULL, "unknown", "0", "unknown" },
	{ ", 'cap': { 'percent_of_fee': '10' }", NULL, "unknown", "0", "25000" },
	{ ", 'cap': { 'amount': '999' }", NULL, "unknown", "0", "999" },
	{ ", 'cap': { 'amount': '1000' }", TWO_PAYERS("1000", "3000"), "unknown", "0",
	  "1000" }, /* 250 + 750 */
	{ ", 'cap': { 'amount': '1000' }", TWO_PAYERS("0", "0"), "unknown", "0", "0" },
	{ ", 'caps': [ { 'of': 'level', 'level': 'd', 'percent_of_fee': '10' } ]", NULL, "unknown", "0",
	  "25000" },
	{ ", 'caps': [ { 'of': 'level', 'level': 'd', 'amount': '7' } ]", NULL, "unknown", "0", "7" },
	{ ", 'caps': [ { 'of': 'service', 'amount': '7', 'percent_of_fee': '1' } ]", NULL, "unknown", "0",
	  "7" },
	{ ", 'caps': [ { 'of': 'month', 'amount': '2600', 'percent_of_fee': '1' } ]", NULL, "unknown", "0",
	  "2500" },
	{ ", 'overlap': 'choose_one', 'cap': { 'amount': '7' }", NULL, "unknown", "0", "7" },
	{ ", 'minimum': { 'amount': '8', 'op': '>' }, 'cap': { 'amount': '7' }", NULL, "unknown", "0", "0" },
};

START_TEST(without_limit)
{
	for (size_t i = 0; i < ROWS(open_rows); i++) {
		struct arena a = { 0 };
		char terms[2048];
		struct statement *s;

		snprintf(terms, sizeof terms, "%s%s } ]",
		         "[ { 'id': 'own-line', 'levels': [ { 'id': 'd', 'metric': 'latency_mean', "
		         "'objective': { 'op': "
		         "'<=', 'ms': '50' }, 'credit': { 'base': 'monthly_fee', 'proportional': { 'rate': "
		         "'1', 'per': "
		         "'1' } } } ], " FLOOR_YEN,
		         open_rows[i].settle);
		s = judged(&a, &(struct case_parts){ .terms = terms,
		                                     .observations = LOST,
		                                     .seen = "'targets': [ 't' ]",
		                                     .fees = open_rows[i].fees });
		assert_figure(s, s->services[0].credit_total, open_rows[i].total);
		assert_figure(s, s->services[0].credit_least, open_rows[i].least);
		assert_figure(s, s->services[0].credit_most, open_rows[i].most);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- two hours without data: 10 October, 09:59 to 12:00, is 121 min that may hold several outages ---- */

static const struct {
	const char *objective, *credit, *most;
} several_rows[] = {
	{ "'op': '<', 'min': '30'", "'rate': '5'", "50416" }, /* 5 / 30 × 121 = 20.1666… per cent */
	{ "'op': '<', 'min': '30'", "'rate': '5', 'among': 'largest'", "12500" },
	{ "'op': '<', 'min': '30'", "'rate': '5', 'most_per_day': 3", "37500" },
	{ "'op': '<', 'min': '30'", "'rate': '5', 'most_per_day': 9", "50416" },
	{ "'op': '<', 'min': '30'", "'rate': '5', 'week_cap': '8'", "20000" },
	{ "'op': '<', 'min': '121'", "'rate': '5'", "12500" }, /* one of 121 min just fits */
	{ "'op': '<=', 'min': '121'", "'rate': '5'", "0" },
	{ "'op': '<', 'min': '122'", "'rate': '5'", "0" }, /* no outage of 122 min fits */
	{ "'op': '<=', 'min': '30'", "'proportional': { 'rate': '1', 'per': '10' }", "30250" },
	{ "'op': '<', 'min': '30'", "'bands': [ { 'from': '30', 'rate': '5', 'step': '1', 'per': '10' } ]",
	  "50416" },
	{ "'op': '<', 'min': '30'",
	  "'closed': 'neither', 'bands': [ { 'from': '30', 'rate': '3' } ], 'equality': [ { 'at': '30', "
	  "'rate': '6', "
	  "'why': 'w' } ]",
	  "60500" }, /* 6 / 30 × 121 = 24.2 per cent */
	/* any number of outages as short as can be */
	{ "'op': '<=', 'min': '0'", "'rate': '5'", "unknown" },
	{ "'op': '<=', 'min': '0'", "'rate': '5', 'most_per_day': 2", "25000" },
	{ "'op': '<=', 'min': '0'", "'rate': '5', 'most_per_day': 2, 'week_cap': '7'", "17500" },
	{ "'op': '<=', 'min': '0'", "'rate': '5', 'week_cap': '7'", "17500" },
	{ "'op': '<=', 'min': '0'", "'bands': [ { 'from': '0', 'rate': '5' } ]", "unknown" },
};

START_TEST(several_outages)
{
	for (size_t i = 0; i < ROWS(several_rows); i++) {
		struct arena a = { 0 };
		char terms[2048];
		struct statement *s;

		snprintf(
		    terms, sizeof terms,
		    "[ { 'id': 'own-line', 'levels': [ { 'id': 'r', 'metric': 'recovery_time', 'method': "
		    "'per_outage_bands', 'objective': { %s }, 'credit': { 'base': 'monthly_fee', 'per': "
		    "'outage', %s "
		    "} } ], " FLOOR_YEN " } ]",
		    several_rows[i].objective, several_rows[i].credit);
		s = judged(&a,
		           &(struct case_parts){
		               .terms = terms,
		               .observations = "[ { 'target': 't', 'interval_s': 60, 'samples': { 'all_up': "
		                               "true, 'rtt_us': 1000, "
		                               "'except': [ { 'from': '2026-10-10T10:00:00+09:00', 'to': "
		                               "'2026-10-10T12:00:00+09:00', 'outcome': 'missed' } ] } } ]",
		               .seen = "'targets': [ 't' ]" });
		assert_figure(s, s->services[0].credit_least, "0");
		assert_figure(s, s->services[0].credit_most, several_rows[i].most);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("rates",
	                 (const TTest *const[]){ each_outage, what_does_not_count_is_marked, held_back,
	                                         formulas, without_limit, several_outages, NULL });
}
