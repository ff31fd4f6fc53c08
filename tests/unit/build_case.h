/*
 * build_case: small cases for tests, by naming only what differs from a plain one.
 *
 * The plain case: October 2026 in Tokyo; one service "line" of the carrier with known outages (none), fee 250,000 yen
 * of lg-a, carrier ladder below 99.99 %. Parts are JSON with ' for ". Each part stands on a line of its own, in the
 * order of struct case_parts from line 3 on, so that lines of messages can be asserted.
 *
 *     struct arena a = { 0 };
 *     struct statement *s = judged(&a, &(struct case_parts){ .outages = "[ { 'start': …, 'end': … } ]" });
 */
#ifndef GOVSLA_TESTS_UNIT_BUILD_CASE_H
#define GOVSLA_TESTS_UNIT_BUILD_CASE_H

#include "calc/exact.h"
#include "calc/statement.h"
#include "case/case.h"
#include "tests/unit/suite.h"

struct case_parts {
	const char *period, *parties, *terms, *observations, *services; /* lines 3 to 7 */
	const char *more;      /* further keys with their values, from line 8 on; NULL none */
	const char *outages;   /* of the plain service */
	const char *objective; /* of the plain level: per cent */
	const char *level;     /* further keys of the plain level, such as "'excluded_time': 'ignore'," */
	const char *credit;    /* of the plain level */
	const char *settle;    /* keys of the plain terms after the levels */
	const char *fees;      /* of the plain service */
	const char *seen;      /* 'targets': …, 'quorum': … of the plain service instead of outages */
	const char *directory; /* of CSV files */
};

#define PLAIN_PERIOD "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo' }"
#define PLAIN_PARTIES                                                                                        \
	"[ { 'id': 'carrier', 'kind': 'NSP' }, { 'id': 'csp', 'kind': 'CSP' }, { 'id': 'da', 'kind': "       \
	"'DA' }, { 'id': 'lg-a', 'kind': 'LG', 'code': '131016' }, { 'id': 'lg-b', 'kind': 'LG', 'code': "   \
	"'131024' }, { 'id': 'lg-c', 'kind': 'LG', 'code': '131032' } ]"
#define LADDER                                                                                               \
	"{ 'base': 'monthly_fee', 'bands': [ { 'from': '99.8', 'to': '99.99', 'rate': '1' }, { 'from': "     \
	"'98', 'to': '99.8', 'rate': '3' }, { 'from': '95', 'to': '98', 'rate': '10' }, { 'from': '90', "    \
	"'to': '95', 'rate': '20' }, { 'from': '0', 'to': '90', 'rate': '100' } ] }"
#define FLOOR_YEN "'rounding': { 'rule': 'floor', 'unit': '1', 'of': 'credit', 'clause': '2-1' }"

static inline const char *or_plain(const char *part, const char *plain)
{
	return part ? part : plain;
}

static inline const char *plain_terms(struct arena *a, const struct case_parts *p)
{
	return arena_printf(
	    a,
	    "[ { 'id': 'own-line', 'levels': [ { 'id': 'availability', 'metric': 'availability', "
	    "'method': 'duration_ratio', %s 'objective': { 'op': '>=', 'percent': '%s' }, "
	    "'credit': %s } ], %s } ]",
	    or_plain(p->level, ""), or_plain(p->objective, "99.99"), or_plain(p->credit, LADDER),
	    or_plain(p->settle, FLOOR_YEN));
}

static inline const char *plain_services(struct arena *a, const struct case_parts *p)
{
	const char *seen = p->seen ? p->seen : arena_printf(a, "'outages': %s", or_plain(p->outages, "[]"));

	return arena_printf(
	    a, "[ { 'id': 'line', 'provider': 'carrier', 'terms': 'own-line', %s, 'fees': %s } ]", seen,
	    or_plain(p->fees, "[ { 'payer': 'lg-a', 'amount': '250000', 'currency': 'JPY' } ]"));
}

/* The case as JSON. */
static inline char *case_text(struct arena *a, const struct case_parts *p)
{
	char *text = arena_printf(a,
	                          "{\n'format': 'govsla-case/1',\n'period': %s,\n'parties': %s,\n'terms': "
	                          "%s,\n'observations': %s,\n'services': %s%s%s\n}\n",
	                          or_plain(p->period, PLAIN_PERIOD), or_plain(p->parties, PLAIN_PARTIES),
	                          p->terms ? p->terms : plain_terms(a, p), or_plain(p->observations, "[]"),
	                          p->services ? p->services : plain_services(a, p), p->more ? ",\n" : "",
	                          or_plain(p->more, ""));

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	return text;
}

static inline int read_case(struct arena *a, const struct case_parts *p, struct sla_case **out,
                            struct error *err)
{
	const char *text = case_text(a, p);
	struct document doc = { 0 };
	int rc = document_parse(&doc, "case.json", text, strlen(text), err);

	if (rc == 0)
		rc = case_read(a, &doc, p->directory, NULL, out, err);
	document_release(&doc);
	return rc;
}

/* The message with which a case is refused, by its reader or by its judgement; "accepted" if it is not. */
static inline const char *refusal_of(struct arena *a, const struct case_parts *p)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	char line[2048];

	if (read_case(a, p, &c, &err) == 0 && statement_make(a, c, &s, &err) == 0) {
		statement_free(s);
		return "accepted";
	}
	return arena_copy(a, error_line(&err, line, sizeof line));
}

struct refusal { /* a case, and the message with which it is refused */
	struct case_parts parts;
	const char *want;
};

static inline void assert_refused(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena a = { 0 };
		const char *got = refusal_of(&a, &rows[i].parts);

		ck_assert_msg(strcmp(got, rows[i].want) == 0, "row %zu: got  %s\nwant %s", i, got,
		              rows[i].want);
		arena_release(&a);
	}
}

/* The statement of a case that must be accepted. */
static inline struct statement *judged(struct arena *a, const struct case_parts *p)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	char line[2048];

	if (read_case(a, p, &c, &err) < 0 || statement_make(a, c, &s, &err) < 0)
		ck_abort_msg("refused: %s\n%s", error_line(&err, line, sizeof line), case_text(a, p));
	return s;
}

/* Asserts a figure by its value, "unknown" for none: "0.5" equals "1/2". */
#define assert_figure(statement, figure, want)                                                               \
	do {                                                                                                 \
		const char *got_ = figure_text((statement), (figure));                                       \
		bool known_ = strcmp((want), "unknown") != 0;                                                \
		ck_assert_msg(known_ ? got_ &&exact_compare(got_, (want)) == 0 : !got_,                      \
		              "%s: got %s, want %s", #figure, got_ ? got_ : "unknown", (want));              \
	} while (0)

#endif
