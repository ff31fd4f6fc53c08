/* pass_through_part: what the files of the pass-through share. Internal to them. */
#ifndef GOVSLA_CALC_PASS_THROUGH_PART_H
#define GOVSLA_CALC_PASS_THROUGH_PART_H

#include "calc/sharing/apportion.h"
#include "calc/liability/pass_through.h"

/* The reductions of one provider on one set of services, and the municipalities that pay for these. */
struct stream {
	const struct party *provider;
	const struct service **services; /* each once, in the order of the case */
	size_t service_count;
	const char *currency; /* of the fees */
	const struct party **bodies;
	size_t count;
	int *gross, *own,
	    *state;       /* nodes, of bodies: fees in all; what can be passed through; the State's part */
	int all, own_all; /* their sums */
	struct pot *pot;
	int received, total; /* cumulative: reductions; what of them can be passed through */
};

/* What lowers the bills of one debtor to one municipality. */
struct line {
	const struct party *from, *to;
	const struct contract *contract; /* NULL: none in effect */
	enum fee_flow flow;
	const char *currency;
	int gross, amount, state, withheld; /* cumulative; FIGURE_UNKNOWN: nothing yet */
	int on_bill;                        /* deducted so far; FIGURE_UNKNOWN: from no bill */
	const struct invoice *bill;
};

struct pass_work {
	struct judge *j;
	struct statement *s;
	const struct party *agency;
	struct stream **streams;
	size_t stream_count;
	struct line *lines;
	size_t line_count, line_size, line_at; /* line_at: where the next one is looked for first */
	const struct contract **contracts;     /* イ, of each municipality in the order of the case … */
	size_t *contracts_from; /* … from here on, by party of the case; one more for the end */
	const struct liability_record **entered; /* reductions so far, in their order */
	struct reduction_result *results;        /* of entered */
	size_t entered_count;
	size_t *bills; /* of the case's invoices, by day and id */
	int *left;     /* nodes, by invoice: what is not yet deducted from it; FIGURE_UNKNOWN: all */
	size_t bills_done;
};

/* pass_through_key.c: the stream of a reduction; NULL with err set. */
struct stream *pass_stream(struct pass_work *p, const struct liability_record *r, struct error *err);

/* Whether municipalities pay for services that the reduction itself names. */
bool pass_named(const struct stream *st, const struct liability_record *r);

/* An empty pot of its own for the stream. */
void pass_empty(struct pass_work *p, struct stream *st);

/* Sorts the contracts イ by municipality. */
void pass_find_contracts(struct pass_work *p);

/* The contract イ of a municipality that is in effect on a day; NULL none. */
const struct contract *pass_contract(const struct pass_work *p, const struct party *lg, int64_t day);

/* The method of the contracts イ of all bodies on the day, if it is one and the same; false: they name different ones. */
bool pass_method(const struct pass_work *p, const struct stream *st, int64_t day, const char **method,
                 const char **clause);

/* pass_through_bill.c: the line of a municipality for a reduction of that day. */
struct line *pass_line(struct pass_work *p, const struct stream *st, const struct party *lg, int64_t day);

/* Sorts the bills; deducts from those that were issued up to a day. */
void pass_order_bills(struct pass_work *p);
void pass_bills_until(struct pass_work *p, int64_t day);

/* Fills s->pass_through from the lines. */
void pass_show_lines(struct pass_work *p);

/* sum + more; more alone while there is no sum. */
int pass_plus(struct judge *j, const char *label, int sum, int more);

#endif
