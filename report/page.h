/*
 * page: the monthly report as one HTML document. The parts of it share the struct below.
 *
 * Self-contained: no script, no font, no picture, no request. What the page says comes from words.def, from
 * the statement's nodes (figure.h) and from names of the case, which are escaped (escape.h). Markup is
 * written by page_raw(), never with foreign text in it. Nothing here asks a clock or a locale.
 */
#ifndef GOVSLA_REPORT_PAGE_H
#define GOVSLA_REPORT_PAGE_H

#include "base/arena.h"
#include "base/text.h"
#include "calc/statement.h"
#include "report/figure.h"
#include "report/report.h"
#include "report/words.h"

struct page {
	struct text *out;
	struct arena *arena;
	const struct statement *s;
	const struct report_options *options;
	enum language language;
	bool crowded;  /* too many services for one page: they stand in the pages of the municipalities */
	bool unlinked; /* too many figures for one page: their derivations stand in the other files */
	bool gauge_explained; /* the picture is explained where it comes first */
};

/* Whether there are more services than one page tells well, if it is not the page of one municipality. */
bool page_is_crowded(const struct statement *s);

/* The whole document. */
void page_document(struct page *p);

/* ---- what the parts are written with ---- */

void page_raw(struct page *p, const char *markup);
void page_text(struct page *p, const char *foreign); /* escaped; NULL writes nothing */
void page_word(struct page *p, enum word word);
void page_phrase(struct page *p, const char *english); /* a phrase of calc/, translated where known */

/* <tag>word</tag>, markup such as "th class=\"n\"" allowed as tag's attributes. */
void page_cell_word(struct page *p, const char *tag, enum word word);

/* A figure, linked to the node that derives it. */
void page_figure(struct page *p, int figure, enum figure_style style);
void page_percent(struct page *p, int figure, const struct level *level);
void page_money(struct page *p, int figure, const char *currency);

/* A credit rate: per cent of the base, or so many days or hours of it. */
void page_rate(struct page *p, int figure, enum rate_unit unit);

/* Whether two figures are equal, or both unknown. */
bool page_same(const struct page *p, int left, int right);

/* A range of two figures that are equal or not. */
void page_money_range(struct page *p, int least, int most, const char *currency);

/* A name that is never empty: name, else id. */
const char *party_label(const struct page *p, const struct party *party);
const char *service_label(const struct service *service);

/* What a level measures; with its id, where the service has several of the same metric. */
void page_level_name(struct page *p, const struct service_result *service, const struct level *level);

/* What was measured of a level against its objective: the value by the contract's method, the range below it
 * (the smaller figure first: for an outage that is the best reading, for availability the worst). */
void page_measure(struct page *p, const struct measure *m, const struct level *level);

/* The last day of a deadline: the day before the first instant that is too late. */
void page_last_day(struct page *p, int64_t deadline_us);

/* Symbol and word of a verdict, in a span that carries its class. */
void page_verdict(struct page *p, enum verdict verdict);

/* A day without a time of day; "—" when it is not stated. */
void page_day(struct page *p, int64_t day);

/* A table's cell with an amount. */
void page_money_cell(struct page *p, int figure, const char *currency, const char *class);

/* The credits of a payer in yen, of all where it is NULL; "—" where one of them is unknown. */
void page_credit_sum(struct page *p, const struct party *payer);

/* How many lines of derivations a browser opens at once; a page of one municipality holds all that it rests on. */
#define PAGE_NODES_MOST 4000

/* "… services: in the pages of the municipalities". */
void page_elsewhere(struct page *p);

/* ---- the same of many services, said once (page_groups.c) ---- */

/* leader[i] is the first row that says the same as row i. */
void page_group(struct page *p, const void *rows, size_t count,
                bool (*same)(const struct page *p, const void *rows, size_t left, size_t right),
                size_t *leader);

/* "21 services" with their names; of very many the first. */
void page_service_names(struct page *p, const struct service *const *services, size_t count);

/* Those of the rows that say the same as row `of`. */
void page_group_names(struct page *p, const size_t *leader, size_t count, size_t of,
                      const struct service *const *services);

/* ---- the parts, in the order of the page ---- */

void page_style(struct page *p);    /* the style sheet */
void page_head(struct page *p);     /* masthead, verdict */
void page_due(struct page *p);      /* what is owed, and until when to act */
void page_summary(struct page *p);  /* the verdict of each level */
void page_services(struct page *p); /* per service: strips, outages, levels */
void page_outages(struct page *p, const struct service_result *r);
void page_level(struct page *p, const struct service_result *service, const struct level_result *r);
void page_exclusions(struct page *p);
void page_corrections(struct page *p);
void page_credit(struct page *p);
void page_claims(struct page *p);  /* by when and how a credit must be claimed */
void page_chain(struct page *p);   /* obligations, claims and recoveries */
void page_diagram(struct page *p); /* of them */
void page_basis_short(struct page *p,
                      const struct obligation *o); /* the clause, and whether it is an indemnity */
void page_index(struct page *p);                   /* links to the pages of single parties */
void page_agency(struct page *p);                  /* what was recovered, is owed, is open */
void page_pass_through(struct page *p);
void page_apportionments(struct page *p);
void page_accounts(struct page *p); /* currencies, interest, instalments, invoices */
void page_ledger(struct page *p);
void page_basis(struct page *p); /* policies, sources, assumptions, evidence */
void page_nodes(struct page *p); /* how it was computed */
void page_glossary(struct page *p);

#endif
