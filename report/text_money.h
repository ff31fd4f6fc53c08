/* text_money: the sections of the terminal's text that tell of money. Internal to report_text(). Nothing to say: nothing. */
#ifndef GOVSLA_REPORT_TEXT_MONEY_H
#define GOVSLA_REPORT_TEXT_MONEY_H

#include "base/text.h"
#include "calc/statement.h"

void text_chain(struct text *out, const struct statement *s);
void text_pass_through(struct text *out, const struct statement *s);
void text_apportionments(struct text *out, const struct statement *s);
void text_late_payments(struct text *out, const struct statement *s);
void text_ledger(struct text *out, const struct statement *s);

/* text_bills.c */
void text_taxes(struct text *out, const struct statement *s); /* of which fees nothing says it */
void text_exchanged(struct text *out, const struct statement *s);
void text_invoices(struct text *out, const struct statement *s);
void text_instalments(struct text *out, const struct statement *s);

#endif
