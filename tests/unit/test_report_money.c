/* Money in reports: the order in which a case tells it changes nothing; every phrase of it has its Japanese. */
#include "report/json.h"
#include "report/phrase.h"
#include "report/report.h"

#include "tests/unit/build_case.h"

#define FLOOR "'rounding': { 'rule': 'floor', 'unit': '1' }"
#define USD_X                                                                                                \
	"{ 'id': 'usd', 'from': 'USD', 'to': 'JPY', 'policy': 'survey_formula', 'rates': [ { 'date': "       \
	"'2026-04-01', 'rate': '150' } ], 'ratios': [ '1', '1', '1', '1', '1', '1', '1', '1', '1', '1', "    \
	"'1', '1.2' ], 'margin_percent': '10', 'rate_rounding': { 'rule': 'ceil', 'unit': '1' }, " FLOOR     \
	" }"
#define EUR_1 "{ 'date': '2026-04-01', 'rate': '160', 'source': 'TTM' }"
#define EUR_2 "{ 'date': '2026-05-01', 'rate': '170' }"
#define EUR_X(rates)                                                                                         \
	"{ 'id': 'eur', 'from': 'EUR', 'to': 'JPY', 'policy': 'worst_past', 'rates': [ " rates " ], " FLOOR  \
	"}"
#define BILL_1                                                                                               \
	"{ 'id': 'b1', 'at': '2026-11-01', 'month': '2026-10', 'from': 'carrier', 'to': 'da', 'amount': "    \
	"'110', 'currency': 'USD', 'rate': '151', 'tax': { 'included': true, 'percent': '10' } }"
#define BILL_2                                                                                               \
	"{ 'id': 'b2', 'at': '2026-11-01', 'month': '2026-10', 'from': 'carrier', 'to': 'da', 'amount': "    \
	"'100', 'currency': 'JPY', 'tax': { 'included': false, 'percent': '10' } }"
#define PAID_1 "{ 'at': '2026-06-30', 'amount': '600000' }"
#define PAID_2 "{ 'at': '2026-05-30', 'amount': '400000' }"
#define RATE_1 "{ 'to': '2026-06-01', 'percent': '2.5' }"
#define RATE_2 "{ 'from': '2026-06-01', 'percent': '3' }"
#define LATE(id, paid, rates)                                                                                \
	"{ 'id': '" id                                                                                       \
	"', 'debtor': 'da', 'creditor': 'lg-a', 'principal': '1000000', 'due': '2026-04-30', "               \
	"'paid': [ " paid " ], 'start': 'day_after', 'basis': 365, 'rates': [ " rates " ], 'fix': "          \
	"'each_day', " FLOOR " }"
#define PARTS(id) "{ 'id': '" id "', 'amount': '7000000', 'count': 6, 'debtor': 'lg-a', 'creditor': 'da' }"

/* The same facts in two orders. */
static const char *const orders[] = {
	"'exchange': [ " USD_X
	", " EUR_X(EUR_1 ", " EUR_2) " ], 'invoices': [ " BILL_1 ", " BILL_2 " ], 'late_payments': [ " LATE(
	    "k1", PAID_1 ", " PAID_2,
	    RATE_1
	    ", " RATE_2) ", " LATE("k2", PAID_1,
	                           RATE_1
	                           ", " RATE_2) " ], 'instalments': [ " PARTS("p1") ", " PARTS("p2") " ]",
	"'instalments': [ " PARTS("p2") ", " PARTS("p1") " ], 'late_payments': [ " LATE(
	    "k2", PAID_1, RATE_2 ", " RATE_1) ", " LATE("k1", PAID_2 ", " PAID_1,
	                                                RATE_2
	                                                ", " RATE_1) " ], 'invoices': [ " BILL_2 ", " BILL_1
	                                                             " ], 'exchange': [ " EUR_X(
	                                                                 EUR_2 ", " EUR_1) ", " USD_X " ]",
};

static struct statement *ordered(struct arena *a, size_t i)
{
	return judged(
	    a,
	    &(struct case_parts){
	        .credit = "{ 'base': 'fee_before_tax', 'rate': '10' }",
	        .settle = "'rounding': { 'rule': 'floor', 'unit': '0.01', 'of': 'credit' }, 'minimum': { "
	                  "'amount': '1', 'op': '>=', 'currency': 'JPY' }, 'cap': { 'amount': '100', "
	                  "'currency': 'JPY' }",
	        .outages = "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-10T10:00:00+09:00' } ]",
	        .fees = "[ { 'payer': 'lg-a', 'amount': '110', 'currency': 'USD', 'tax': { 'included': true, "
	                "'percent': '10' } } ]",
	        .more = orders[i] });
}

START_TEST(order_changes_nothing)
{
	struct text first = { 0 }, second = { 0 };
	struct arena a = { 0 };
	struct statement *s = ordered(&a, 0), *t = ordered(&a, 1);

	report_json(s, &first);
	report_json(t, &second);
	ck_assert(strcmp(text_string(&first), text_string(&second)) == 0);
	text_release(&first);
	text_release(&second);
	statement_free(s);
	statement_free(t);
	arena_release(&a);
}
END_TEST

static void assert_known(const char *phrase)
{
	struct text out = { 0 };

	if (phrase)
		ck_assert_msg(phrase_translate(&out, LANGUAGE_JA, phrase), "report/phrases.def lacks '%s'",
		              phrase);
	text_release(&out);
}

START_TEST(phrases_are_known)
{
	struct arena a = { 0 };
	struct statement *s = ordered(&a, 0);

	for (size_t i = 0; i < book_count(s->book); i++) {
		assert_known(book_at(s->book, (int)i)->label);
		assert_known(book_at(s->book, (int)i)->clause);
	}
	for (size_t i = 0; i < s->exchanged_count; i++)
		assert_known(s->exchanged[i].what);
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(a_terminal_shows_it)
{
	static const char *const lines[] = {
		"  credit   line  lg-a  0.59 USD          ¥99  at 168, usd\n",
		"  b1  2026-10  carrier → da  110 USD  consumption tax included  ¥16,610\n",
		"  b2  2026-10  carrier → da     ¥100  consumption tax on top       ¥100\n",
		"  p1  lg-a → da  ¥7,000,000  ¥1,166,670  then 5 times  ¥1,166,666\n",
	};
	struct text out = { 0 };
	struct arena a = { 0 };
	struct statement *s = ordered(&a, 0);

	report_text(s, &out);
	for (size_t i = 0; i < ROWS(lines); i++)
		ck_assert_msg(strstr(text_string(&out), lines[i]), "no line '%s' in\n%.900s", lines[i],
		              strstr(text_string(&out), "exchanged"));
	ck_assert(!strstr(text_string(&out), "consumption tax not stated in"));
	text_release(&out);
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("report of money", (const TTest *const[]){ order_changes_nothing, phrases_are_known,
	                                                            a_terminal_shows_it, NULL });
}
