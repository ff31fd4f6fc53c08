/* What the service provider owes a municipality for one loss at most: real cases, one ceiling each. */
#include "calc/liability/ceiling.h"
#include "tests/unit/build_case.h"

#define PARTIES                                                                                              \
	"[ { 'id': 'asp', 'kind': 'ASP' }, { 'id': 'lg-a', 'kind': 'LG', 'code': '131016' }, { 'id': "       \
	"'lg-b', 'kind': 'LG', 'code': '131024' }, { 'id': 'da', 'kind': 'DA' } ]"
#define DAY_DOWN "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-11T00:00:00+09:00' } ]"
#define LONGER   "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-11T03:00:00+09:00' } ]"
#define FEE      "{ 'payer': 'lg-a', 'amount': '800000', 'currency': 'JPY' }"
#define SERVICE(id, outages, fees)                                                                           \
	"{ 'id': '" id "', 'provider': 'asp', 'terms': 'own-line', 'outages': " outages ", 'fees': [ " fees  \
	" ] }"
#define MODEL        "'form': 'guideline-model', 'form_values': { 'months': 3 }"
#define HEADS        "'heads': { 'direct': '5000000', 'lost_profit': '2000000' }"
#define AGREED       "'determined': '5000000'"
#define MONTH        "'cause_month': '2026-10'"
#define MISS         "'misses': [ { 'service': 'app', 'level': 'availability' } ]"
#define PENALTY_NOTE "the penalty is the credit of the service level: it is paid once"
#define UNNAMED                                                                                              \
	"availability of app was missed in the month of the cause: the loss is taken to come from it, "      \
	"since "                                                                                             \
	"the case names no misses, and its penalty is all that is owed (contract k, 23-1(1))"

#define USD                                                                                                  \
	"'exchange': [ { 'id': 'usd', 'document': 'x', 'from': 'USD', 'to': 'JPY', 'policy': "               \
	"'fixed_budget', 'rates': [ { 'date': '2026-04-01', 'rate': '150', 'source': 'TTM' } ], "            \
	"'rounding': { 'rule': 'floor', 'unit': '1', 'clause': '2-1' } } ]"

struct row {
	const char *name;
	const char *contract; /* keys of the contract (エ) */
	const char *loss;     /* keys of the loss */
	const char *claimed, *determined, *allowed, *cap, *most;
	const char *cuts;     /* "why (clause) amount", joined by ", " */
	const char *notes;    /* joined by " | " */
	const char *services; /* NULL: "app", always up */
	const char *settle;   /* of the terms; NULL: plain */
	const char *more;     /* further keys of the case */
	const char *share;    /* NULL: the whole */
	const char *debtor, *creditor;
	const char *period; /* NULL: October 2026 */
};

static const struct row rows[] = {
	/* model contract, articles 23 and 24 */
	{ "the vector", MODEL, HEADS ", " AGREED ", " MONTH, "7000000", "5000000", "5000000", "2400000",
	  "2400000", "", "" },
	{ "before anything is determined", MODEL, HEADS ", " MONTH, "7000000", "unknown", "5000000",
	  "2400000", "2400000", "", "" },
	{ "lost profit was determined too", MODEL, HEADS ", 'determined': '7000000', " MONTH, "7000000",
	  "7000000", "5000000", "2400000", "2400000", "excluded head of loss (contract k, 23-2(1)) 2000000",
	  "" },
	{ "less than the cap is claimed", MODEL, "'heads': { 'direct': '900000', 'special': '5' }, " MONTH,
	  "900005", "unknown", "900000", "2400000", "900000", "", "" },
	{ "two heads are out", MODEL,
	  "'heads': { 'direct': '1', 'lost_profit': '20', 'special': '300' }, 'determined': "
	  "'321', " MONTH,
	  "321", "321", "1", "2400000", "1", "excluded head of loss (contract k, 23-2(1); 23-2(2)) 320", "" },
	{ "gross negligence", MODEL, HEADS ", " AGREED ", " MONTH ", 'gross_negligence': true", "7000000",
	  "5000000", "5000000", "unknown", "5000000", "",
	  "literal reading: lost profit is excluded even under gross negligence (contract k, 23-2(1)) | "
	  "the cap "
	  "of asp is lifted by gross negligence (contract k, 23-1(2))" },
	{ "intent", MODEL, HEADS ", " AGREED ", " MONTH ", 'intent': true, 'gross_negligence': true",
	  "7000000", "5000000", "5000000", "unknown", "5000000", "",
	  "literal reading: lost profit is excluded even under intent (contract k, 23-2(1)) | the cap of "
	  "asp is "
	  "lifted by intent (contract k, 23-1(2))" },
	{ "the other party is not limited", MODEL, HEADS ", 'determined': '7000000', " MONTH, "7000000",
	  "7000000", "7000000", "unknown", "unknown", "", "", .debtor = "lg-a", .creditor = "asp" },
	{ "a share of the fault: the cap is the debtor's own", MODEL, HEADS ", " AGREED ", " MONTH, "3500000",
	  "2500000", "2500000", "2400000", "2400000", "", "", .share = "1/2" },
	{ "a share below the cap", MODEL, HEADS ", " AGREED ", " MONTH, "2800000", "2000000", "2000000",
	  "2400000", "2000000", "", "", .share = "2/5" },
	/* penalties */
	{ "liquidated damages", MODEL, HEADS ", " AGREED ", " MONTH ", " MISS, "7000000", "5000000", "80000",
	  "unknown", "80000", "liquidated damages (contract k, 23-1(1)) 4920000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "more than the loss", MODEL, "'heads': { 'direct': '50000' }, 'determined': '50000', " MISS,
	  "50000", "50000", "50000", "unknown", "80000", "", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "liquidated damages under gross negligence", MODEL,
	  HEADS ", " AGREED ", " MISS ", 'gross_negligence': true", "7000000", "5000000", "80000", "unknown",
	  "80000", "liquidated damages (contract k, 23-1(1)) 4920000",
	  PENALTY_NOTE " | literal reading: the penalty is all that is owed even under gross negligence "
	               "(contract k, 23-1(1))",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "the same miss named twice, and another service", MODEL,
	  HEADS ", " AGREED
	        ", 'misses': [ { 'service': 'app', 'level': 'availability' }, { 'service': 'app', 'level': "
	        "'availability' }, { 'service': 'two', 'level': 'availability' } ]",
	  "7000000", "5000000", "81000", "unknown", "81000",
	  "liquidated damages (contract k, 23-1(1)) 4919000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) ", " SERVICE(
	      "two", DAY_DOWN,
	      "{ 'payer': 'lg-b', 'amount': '7', 'currency': 'JPY' }, { 'payer': 'lg-a', 'amount': "
	      "'10000', 'currency': 'JPY' }") " ]" },
	{ "one of two misses has no penalty", MODEL,
	  HEADS ", " AGREED ", " MONTH ", 'misses': [ { 'service': 'app', 'level': 'availability' }, { "
	        "'service': 'two', 'level': 'availability' } ]",
	  "7000000", "5000000", "5000000", "2430000", "2430000", "",
	  "the miss of availability of two is not proved: no penalty limits the loss | the loss also "
	  "comes from "
	  "a miss without a penalty: the penalties do not limit it",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) ", " SERVICE(
	      "two", "[]", "{ 'payer': 'lg-a', 'amount': '10000', 'currency': 'JPY' }") " ]" },
	{ "the miss is not named", MODEL, HEADS ", " AGREED ", " MONTH, "7000000", "5000000", "80000",
	  "unknown", "80000", "liquidated damages (contract k, 23-1(1)) 4920000", UNNAMED " | " PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "the loss came from no miss", MODEL, HEADS ", " AGREED ", " MONTH ", 'misses': []", "7000000",
	  "5000000", "5000000", "2400000", "2400000", "", "",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "the miss is not named, nor the month", "'liquidated_damages': true", HEADS ", " AGREED, "7000000",
	  "5000000", "5000000", "unknown", "unknown", "", "",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "the miss is of another payer's service", MODEL, HEADS ", " AGREED ", " MONTH ", " MISS, "7000000",
	  "5000000", "5000000", "3", "3", "", "",
	  .services = "[ " SERVICE(
	      "app", DAY_DOWN,
	      "{ 'payer': 'lg-b', 'amount': '7', 'currency': 'JPY' }") ", " SERVICE("two", "[]",
	                                                                            "{ 'payer': "
	                                                                            "'lg-a', "
	                                                                            "'amount': '1', "
	                                                                            "'currency': "
	                                                                            "'JPY' }") " ]" },
	{ "the miss is of another month", MODEL ", 'monthly_fees': { '2026-09': '700000' }",
	  HEADS ", " AGREED ", 'cause_month': '2026-09', " MISS, "7000000", "5000000", "5000000", "2100000",
	  "2100000", "",
	  "the miss of availability of app is of 2026-09, which is not judged here: no penalty limits "
	  "the loss",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "a target", MODEL, HEADS ", " MONTH ", 'misses': [ { 'service': 'app', 'level': 'target' } ]",
	  "7000000", "unknown", "5000000", "2400000", "2400000", "",
	  "target of app is not guaranteed: no penalty limits the loss",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "a guarantee without money", MODEL,
	  HEADS ", " MONTH ", 'misses': [ { 'service': 'app', 'level': 'unpaid' } ]", "7000000", "unknown",
	  "5000000", "2400000", "2400000", "",
	  "the miss of unpaid of app carries no money: no penalty limits the loss",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "nothing makes the credit all that is owed", "'liquidated_damages': false", HEADS ", " MISS,
	  "7000000", "unknown", "7000000", "unknown", "unknown", "",
	  "the credit for availability of app is owed beside damages: nothing makes it all that is owed",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "sole remedy of the terms", "", HEADS ", " AGREED ", " MISS, "7000000", "5000000", "80000",
	  "unknown", "80000", "sole remedy (terms own-line, remedy) 4920000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]", .settle = FLOOR_YEN ", 'remedy': 'sole'" },
	{ "liquidated damages of the terms", "", HEADS ", " AGREED ", " MISS, "7000000", "5000000", "80000",
	  "unknown", "80000", "liquidated damages (terms own-line, remedy) 4920000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]",
	  .settle = FLOOR_YEN ", 'remedy': 'liquidated_damages'" },
	{ "the penalty is what the cap of credits leaves", MODEL, HEADS ", " AGREED ", " MISS, "7000000",
	  "5000000", "40000", "unknown", "40000", "liquidated damages (contract k, 23-1(1)) 4960000",
	  PENALTY_NOTE, .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]",
	  .settle = FLOOR_YEN ", 'cap': { 'percent_of_fee': '5' }" },
	/* exemptions */
	{ "proved", MODEL,
	  HEADS ", " AGREED ", " MONTH ", 'exemption': { 'kind': 'force_majeure', 'document': 'JMA 26-10' }",
	  "7000000", "5000000", "0", "unknown", "0", "exemption (contract k, 24-1(5)) 5000000",
	  "exemption force_majeure accepted, proved by JMA 26-10 (contract k, 24-1(5))" },
	{ "proved, and nothing determined: the fee need not be known", MODEL,
	  HEADS ", 'exemption': { 'kind': 'other_carrier', 'document': 'N-1' }", "7000000", "unknown", "0",
	  "unknown", "0", "", "exemption other_carrier accepted, proved by N-1 (contract k, 24-1(9))" },
	{ "not proved", MODEL, HEADS ", " AGREED ", " MONTH ", 'exemption': { 'kind': 'force_majeure' }",
	  "7000000", "5000000", "5000000", "2400000", "2400000", "",
	  "exemption force_majeure refused: no document proves it (contract k, 24-1(5))" },
	{ "unknown to the contract", "'caps': []",
	  HEADS ", " AGREED ", 'exemption': { 'kind': 'force_majeure', 'document': 'JMA 26-10' }", "7000000",
	  "5000000", "5000000", "unknown", "unknown", "",
	  "exemption force_majeure refused: contract k does not exempt asp for it" },
	{ "of the other party", MODEL,
	  HEADS ", " AGREED ", 'exemption': { 'kind': 'force_majeure', 'document': 'JMA 26-10' }", "7000000",
	  "5000000", "5000000", "unknown", "unknown", "",
	  "exemption force_majeure refused: contract k does not exempt lg-a for it", .debtor = "lg-a",
	  .creditor = "asp" },
	{ "an exemption and a penalty", MODEL,
	  HEADS ", " AGREED ", " MISS ", 'exemption': { 'kind': 'force_majeure', 'document': 'JMA 26-10' }",
	  "7000000", "5000000", "80000", "unknown", "80000",
	  "liquidated damages (contract k, 23-1(1)) 4920000",
	  "exemption force_majeure accepted, proved by JMA 26-10 (contract k, 24-1(5)) | " PENALTY_NOTE
	  " | the exemption does not bar the penalty: policy exemption_bars_penalty",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "an exemption that bars the penalty", MODEL,
	  HEADS ", " AGREED ", " MISS ", 'exemption': { 'kind': 'force_majeure', 'document': 'JMA 26-10' }",
	  "7000000", "5000000", "0", "unknown", "0", "exemption (contract k, 24-1(5)) 5000000",
	  "exemption force_majeure accepted, proved by JMA 26-10 (contract k, 24-1(5))",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]",
	  .more = "'policies': { 'exemption_bars_penalty': true }" },
	/* the survey's forms and own rules */
	{ "the amendment asked for", "'form': 'survey-amended', 'amount': '3000000'",
	  HEADS ", 'determined': '6000000', 'gross_negligence': true", "7000000", "6000000", "5000000",
	  "3000000", "3000000", "excluded head of loss (contract k, (ウ) 17 / (エ) 16, amended) 1000000",
	  "literal reading: lost profit is excluded even under gross negligence (contract k, (ウ) 17 / "
	  "(エ) 16, "
	  "amended) | literal reading: the cap holds even under gross negligence (contract k, (ウ) 17 / "
	  "(エ) 16, "
	  "amended)" },
	{ "the template in force", "'form': 'survey-e-16'", HEADS ", 'determined': '7000000'", "7000000",
	  "7000000", "7000000", "unknown", "unknown", "", "" },
	{ "an exclusion without a cap", "'excludes': [ 'lost_profit' ]", HEADS ", " AGREED, "7000000",
	  "5000000", "5000000", "unknown", "5000000", "", "" },
	{ "an exclusion that gross negligence lifts",
	  "'excludes': [ { 'head': 'lost_profit', 'debtor': 'asp', 'lifted_by': [ 'gross_negligence' ] } "
	  "]",
	  HEADS ", 'determined': '7000000', 'gross_negligence': true", "7000000", "7000000", "7000000",
	  "unknown", "unknown", "", "lost profit is not excluded: gross negligence lifts contract k" },
	{ "an exclusion that intent lifts",
	  "'excludes': [ { 'head': 'special', 'lifted_by': [ 'intent' ] }, 'direct' ]",
	  "'heads': { 'direct': '4', 'special': '3', 'lost_profit': '0' }, 'intent': true", "7", "unknown",
	  "3", "unknown", "3", "",
	  "literal reading: direct loss is excluded even under intent (contract k) | loss from special "
	  "circumstances is not excluded: intent lifts contract k" },
	{ "direct loss excluded", "'excludes': [ 'direct' ]", HEADS ", 'determined': '5000000'", "7000000",
	  "5000000", "2000000", "unknown", "2000000", "excluded head of loss (contract k) 3000000", "" },
	{ "an amount, beside what is recovered",
	  "'caps': [ { 'debtor': 'asp', 'rule': 'recovered' }, { 'debtor': 'asp', 'rule': { 'amount': "
	  "'10' }, "
	  "'per': 'incident', 'clause': '9' } ]",
	  HEADS, "7000000", "unknown", "7000000", "10", "10", "", "" },
	{ "what is recovered is the chain's affair", "'caps': [ { 'debtor': 'asp', 'rule': 'recovered' } ]",
	  HEADS, "7000000", "unknown", "7000000", "unknown", "unknown", "", "" },
	{ "two services are one month's fee", MODEL, HEADS ", " MONTH, "7000000", "unknown", "5000000",
	  "2430000", "2430000", "", "",
	  .services = "[ " SERVICE("app", "[]", FEE) ", " SERVICE(
	      "two", "[]",
	      "{ 'payer': 'lg-b', 'amount': '7', 'currency': 'JPY' }, { 'payer': 'lg-a', 'amount': "
	      "'10000', 'currency': 'JPY' }") " ]" },
	{ "a fee in dollars, exchanged exactly", MODEL, HEADS ", " MONTH, "7000000", "unknown", "5000000",
	  "452.25", "452.25", "", "",
	  .services =
	      "[ " SERVICE("app", "[]", "{ 'payer': 'lg-a', 'amount': '1.005', 'currency': 'USD' }") " ]",
	  .more = USD },
	/* edges of single rules */
	{ "a head of nothing has no note", MODEL,
	  "'heads': { 'direct': '1', 'special': '0' }, 'gross_negligence': true", "1", "unknown", "1",
	  "unknown", "unknown", "", "the cap of asp is lifted by gross negligence (contract k, 23-1(2))" },
	{ "two heads are out without a clause", "'excludes': [ 'lost_profit', 'special' ]",
	  "'heads': { 'direct': '1', 'lost_profit': '20', 'special': '300' }, 'determined': '321'", "321",
	  "321", "1", "unknown", "1", "excluded head of loss (contract k) 320", "" },
	{ "an exemption of both parties", "'exemptions': [ { 'kind': 'other' }, { 'kind': 'war' } ]",
	  HEADS ", 'exemption': { 'kind': 'war', 'document': 'x' }", "7000000", "unknown", "0", "unknown",
	  "0", "", "exemption war accepted, proved by x (contract k)", .debtor = "lg-a", .creditor = "asp" },
	{ "an intent that does not lift the cap",
	  "'caps': [ { 'debtor': 'asp', 'rule': { 'amount': '10' }, "
	  "'lifted_by': [ 'gross_negligence' ] } ]",
	  HEADS ", 'intent': true", "7000000", "unknown", "7000000", "10", "10", "",
	  "literal reading: the cap holds even under intent (contract k)" },
	{ "gross negligence lifts although intent would not",
	  "'excludes': [ { 'head': 'direct', 'lifted_by': [ 'gross_negligence' ] } ]",
	  "'heads': { 'direct': '9' }, 'intent': true, 'gross_negligence': true", "9", "unknown", "9",
	  "unknown", "unknown", "", "direct loss is not excluded: gross negligence lifts contract k" },
	{ "intent beside a penalty", MODEL, HEADS ", " AGREED ", " MISS ", 'intent': true", "7000000",
	  "5000000", "80000", "unknown", "80000", "liquidated damages (contract k, 23-1(1)) 4920000",
	  PENALTY_NOTE
	  " | literal reading: the penalty is all that is owed even under intent (contract k, 23-1(1))",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "the customer's months of the fee, and a service of somebody else",
	  "'caps': [ { 'debtor': 'lg-a', 'rule': { 'months_of_fee': 2 } } ]", HEADS ", " MONTH, "7000000",
	  "unknown", "7000000", "1600000", "1600000", "", "", .debtor = "lg-a", .creditor = "asp",
	  .services =
	      "[ " SERVICE("app", "[]", FEE) ", { 'id': 'other', 'provider': 'da', 'terms': 'own-line', "
	                                     "'outages': [], 'fees': [ " FEE " ] } ]" },
	{ "a later one of the monthly fees", MODEL ", 'monthly_fees': { '2026-07': '1', '2026-08': '2' }",
	  HEADS ", 'cause_month': '2026-08'", "7000000", "unknown", "5000000", "6", "6", "", "" },
	{ "a period that is no month", MODEL ", 'monthly_fees': { '2026-10': '2' }", HEADS ", " MONTH,
	  "7000000", "unknown", "5000000", "6", "6", "", "",
	  .period =
	      "{ 'start': '2026-10-01T00:00:00+09:00', 'end': '2026-11-01T00:00:00+09:00', 'time_zone': "
	      "'Asia/Tokyo' }" },
	{ "both levels of a service", MODEL,
	  HEADS ", " AGREED
	        ", 'misses': [ { 'service': 'app', 'level': 'second' }, { 'service': 'app', 'level': "
	        "'availability' } ]",
	  "7000000", "5000000", "88000", "unknown", "88000",
	  "liquidated damages (contract k, 23-1(1)) 4912000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", LONGER, FEE) " ]" },
	{ "one of two levels of a service", MODEL,
	  HEADS ", " AGREED ", 'misses': [ { 'service': 'app', 'level': 'second' } ]", "7000000", "5000000",
	  "8000", "unknown", "8000", "liquidated damages (contract k, 23-1(1)) 4992000", PENALTY_NOTE,
	  .services = "[ " SERVICE("app", LONGER, FEE) " ]" },
	{ "a penalty on no fee", "'liquidated_damages': true", HEADS ", " MISS, "7000000", "unknown",
	  "7000000", "unknown", "unknown", "",
	  "the miss of availability of app carries no money: no penalty limits the loss",
	  .services =
	      "[ " SERVICE("app", DAY_DOWN, "{ 'payer': 'lg-a', 'amount': '0', 'currency': 'JPY' }") " ]" },
	{ "a penalty below the minimum", "'liquidated_damages': true", HEADS ", " MISS, "7000000", "unknown",
	  "7000000", "unknown", "unknown", "",
	  "the miss of availability of app carries no money: no penalty limits the loss",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]",
	  .settle = FLOOR_YEN ", 'minimum': { 'amount': '80000', 'op': '>', 'currency': 'JPY' }" },
	{ "a credit beside damages is not noted", "'liquidated_damages': false", HEADS ", " MONTH, "7000000",
	  "unknown", "7000000", "unknown", "unknown", "", "",
	  .services = "[ " SERVICE("app", DAY_DOWN, FEE) " ]" },
	{ "a head that is not there", "'excludes': [ 'special' ]", "'heads': {}, 'gross_negligence': true",
	  "0", "unknown", "0", "unknown", "unknown", "", "" },
};

#define AVAILABILITY(id, percent, more)                                                                      \
	"{ 'id': '" id                                                                                       \
	"', 'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': '>=', "               \
	"'percent': '" percent "' }" more " }"
#define LEVELS                                                                                               \
	AVAILABILITY("availability", "99.99", ", 'credit': " LADDER)                                         \
	", " AVAILABILITY("target", "99.99", ", 'binding': 'target'") ", " AVAILABILITY(                     \
	    "unpaid", "99.99", "") ", " AVAILABILITY("second", "96.5",                                       \
	                                             ", 'credit': { 'base': 'monthly_fee', 'rate': '1' }")

static struct case_parts parts_of(struct arena *a, const struct row *row)
{
	return (struct case_parts){
		.period = row->period,
		.parties = PARTIES,
		.services = row->services ? row->services : "[ " SERVICE("app", "[]", FEE) " ]",
		.terms = arena_printf(a, "[ { 'id': 'own-line', 'levels': [ " LEVELS " ], %s } ]",
		                      row->settle ? row->settle : FLOOR_YEN),
		.more = arena_printf(
		    a,
		    "'contracts': [ { 'id': 'k', 'kind': 'エ', 'parties': [ 'lg-a', 'asp' ]%s%s } ],\n"
		    "'records': [ { 'id': 'r1', 'at': '2026-11-01', 'kind': 'loss', 'sufferer': 'lg-a', "
		    "'fault': { 'asp': '1' }, %s } ]%s%s",
		    *row->contract ? ", " : "", row->contract, row->loss, row->more ? ",\n" : "",
		    row->more ? row->more : ""),
	};
}

/* The ceiling of the case's one loss; its statement is judged without it, so that only the ceiling is asked. */
static struct statement *ask(struct arena *a, const struct row *row, struct ceiling *out, struct error *err)
{
	struct case_parts parts = parts_of(a, row);
	struct statement *s = NULL;
	struct sla_case *c = NULL;
	struct judge j = { .arena = a };
	char line[2048];
	int share;

	if (read_case(a, &parts, &c, err) == 0) {
		c->record_count = 0;
		(void)!statement_make(a, c, &s, err);
	}
	if (err->code < 0)
		ck_abort_msg("%s: %s\n%s", row->name, error_line(err, line, sizeof line),
		             case_text(a, &parts));
	j.book = s->book;
	j.c = c;
	share = derive_given(s->book, "share of the fault", "record r1", row->share);
	(void)!ceiling_of(&j, s, c->contracts,
	                  &c->parties[row->debtor && strcmp(row->debtor, "lg-a") == 0 ? 1 : 0],
	                  &c->parties[row->creditor && strcmp(row->creditor, "asp") == 0 ? 0 : 1], c->records,
	                  share, out, err);
	return s;
}

static const char *cuts_of(struct arena *a, const struct statement *s, const struct ceiling *got)
{
	const char *all = "";

	for (size_t i = 0; i < got->cut_count; i++)
		all = arena_printf(a, "%s%s%s (%s) %s", all, *all ? ", " : "", got->cuts[i].why,
		                   got->cuts[i].clause, figure_text(s, got->cuts[i].amount));
	return all;
}

static const char *notes_of(struct arena *a, const struct ceiling *got)
{
	const char *all = "";

	for (size_t i = 0; i < got->note_count; i++)
		all = arena_printf(a, "%s%s%s", all, *all ? " | " : "", got->notes[i]);
	return all;
}

static void same(const struct row *row, const char *what, const char *got, const char *want)
{
	ck_assert_msg(strcmp(got, want) == 0, "%s: %s: got '%s', want '%s'", row->name, what, got, want);
}

START_TEST(most_that_is_owed)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct row *row = &rows[i];
		struct arena a = { 0 };
		struct error err = { 0 };
		struct ceiling got;
		struct statement *s = ask(&a, row, &got, &err);
		const char *figures[][3] = { { "claimed", figure_text(s, got.claimed), row->claimed },
			                     { "determined", figure_text(s, got.determined),
			                       row->determined },
			                     { "allowed", figure_text(s, got.allowed), row->allowed },
			                     { "cap", figure_text(s, got.cap), row->cap },
			                     { "most", figure_text(s, got.most), row->most } };
		char line[1024];

		ck_assert_msg(err.code == 0, "%s: %s", row->name, error_line(&err, line, sizeof line));
		for (size_t k = 0; k < ROWS(figures); k++)
			same(row, figures[k][0], figures[k][1] ? figures[k][1] : "unknown", figures[k][2]);
		same(row, "cuts", cuts_of(&a, s, &got), row->cuts);
		same(row, "notes", notes_of(&a, &got), row->notes);
		ck_assert_int_eq(got.cap >= 0, got.rule != NULL);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

static const struct {
	struct row row;
	const char *want;
} refused[] = {
	{ { "no fee", MODEL, HEADS ", 'cause_month': '2026-09'" },
	  "records[0].cause_month: the fee of 2026-09 under 'k' is not known\n"
	  "hint: say it under \"monthly_fees\" of the contract" },
	{ { "no fee of the period", MODEL, HEADS ", " MONTH,
	    .services =
	        "[ " SERVICE("app", "[]", "{ 'payer': 'lg-b', 'amount': '7', 'currency': 'JPY' }") " ]" },
	  "records[0].cause_month: the fee of 2026-10 under 'k' is not known\n"
	  "hint: say it under \"monthly_fees\" of the contract" },
	{ { "a fee without a rate of exchange", MODEL, HEADS ", " MONTH,
	    .services =
	        "[ " SERVICE("app", "[]", "{ 'payer': 'lg-a', 'amount': '1', 'currency': 'USD' }") " ]" },
	  "services[0].fees[0].currency: 'app' (cap) needs yen for USD, and the case has no exchange from "
	  "USD to "
	  "JPY\n"
	  "hint: there is no default rate: state it in 'exchange' or 'invoices'" },
	{ { "a penalty without a rate of exchange", MODEL, HEADS ", " MONTH ", " MISS,
	    .services = "[ " SERVICE("app", DAY_DOWN,
	                             "{ 'payer': 'lg-a', 'amount': '10', 'currency': 'USD' }") " ]" },
	  "services[0].fees[0].currency: 'app/lg-a' (penalty) needs yen for USD, and the case has no "
	  "exchange from "
	  "USD to JPY\n"
	  "hint: there is no default rate: state it in 'exchange' or 'invoices'" },
	{ { "no month", MODEL, HEADS },
	  "records[0].cause_month: the cap of 'k' is months of the fee, and the month is not stated" },
};

START_TEST(what_is_not_known_is_refused)
{
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct arena a = { 0 };
		struct error err = { 0 };
		struct ceiling got;
		struct statement *s = ask(&a, &refused[i].row, &got, &err);
		char line[1024];

		ck_assert_int_eq(err.code, ERROR_DATA);
		same(&refused[i].row, "error", error_line(&err, line, sizeof line), refused[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(no_contract_limits_nothing)
{
	struct row row = { "no contract", "", HEADS ", " AGREED };
	struct arena a = { 0 };
	struct error err = { 0 };
	struct ceiling got;
	struct statement *s = ask(&a, &row, &got, &err);
	struct judge j = { .arena = &a, .book = s->book, .c = s->the_case };
	const struct sla_case *c = s->the_case;

	ck_assert_int_eq(
	    ceiling_of(&j, s, NULL, &c->parties[0], &c->parties[1], c->records, FIGURE_UNKNOWN, &got, &err),
	    0);
	assert_figure(s, got.allowed, "5000000");
	assert_figure(s, got.most, "unknown");
	ck_assert_int_eq(got.note_count, 0);
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("ceiling", (const TTest *const[]){ most_that_is_owed, what_is_not_known_is_refused,
	                                                    no_contract_limits_nothing, NULL });
}
