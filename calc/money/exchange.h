/*
 * exchange: amounts of another currency in yen, by the rate that the case's exchange gives. Of calc/; the exchanges as
 * data are in money.h, their readings in docs/manual/money.md.
 *
 * The rate is a figure of its own: by the policy, then with the margin, then rounded if the exchange rounds it. It holds
 * for the period that is judged. An amount in yen that somebody receives or owes is rounded once, by the exchange's own
 * rule; a limit (a minimum, a cap) is exchanged exactly.
 *
 * EXCHANGE_INVOICE_RATE takes the rate of the invoice of the period's month that the party sent that the amount comes
 * from; where that party sends none (a claim, a payment of DA), of the month's invoices in that currency, if they agree.
 *
 *     exchange_open(j, s);                                   once, before anything needs yen
 *     yen = exchange_to_yen(j, s, r->currency, amount, "recovery", r->id, r->from, err);
 *     if (err->code < 0) return err->code;
 */
#ifndef GOVSLA_CALC_EXCHANGE_H
#define GOVSLA_CALC_EXCHANGE_H

#include "calc/judge.h"

/* Works out the rates of the case's exchanges: s->exchanges. */
void exchange_open(struct judge *j, struct statement *s);

/* Whether the case says how amounts of one currency become amounts of the other, in either direction. */
bool exchange_knows(const struct sla_case *c, const char *from, const char *to);

/*
 * An amount of currency (NULL: JPY) in whole yen, noted in s->exchanged; yen stay as they are. what: what the amount is
 * ("recovery", "payment", "reduction", "claim", "credit", …) of the record or service id; party: from whom it comes.
 * The same what, id and party again: the same figure. FIGURE_UNKNOWN for an unknown
 * amount; and with err set (ERROR_DATA) for a currency without a rate.
 */
int exchange_to_yen(struct judge *j, struct statement *s, const char *currency, int amount, const char *what,
                    const char *id, const struct party *party, struct error *err);

/*
 * A limit (what: "minimum", "cap") of a service's credit, from one currency to that of its fees, exactly: noted in
 * s->exchanged. One of the two is JPY; the amount is known. With err set where there is no rate.
 */
int exchange_limit(struct judge *j, struct statement *s, const char *to, const char *from, int amount,
                   const char *what, const struct service *service, struct error *err);

/* What services' credits of another currency come to in yen; after the credits. */
int exchange_credits(struct judge *j, struct statement *s, struct error *err) MUST_CHECK;

#endif
