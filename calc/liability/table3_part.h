/* table3_part: a question to Table 3, and what its files share. Internal to them. */
#ifndef GOVSLA_CALC_TABLE3_PART_H
#define GOVSLA_CALC_TABLE3_PART_H

#include "calc/liability/table3.h"

/* The sides of the table: rows and columns, and the provider behind the Agency. */
enum side { SIDE_PROVIDER, SIDE_AGENCY, SIDE_LG, SIDE_FIRM };

struct question {
	struct arena *arena;
	const struct sla_case *c;
	const struct liability_record *loss;
	const struct party *fault, *agency;
	const struct party *lg; /* in whose use it happened; NULL until somebody asked */
};

enum side side_of(const struct party *p);

/* Refuses the question at a key of the loss; the cause is set already. */
int question_refused(const struct question *q, struct error *err, const char *key, const char *name);

/* Whether what holds [from, to) holds in the month of the cause, else on the day of the loss. */
bool in_effect(const struct liability_record *loss, int64_t from_day, int64_t to_day);

/* The municipality in whose use it happened: stated, a side of the loss, or the only one that it can be. */
int find_lg(struct question *q, struct error *err) MUST_CHECK;

void say(struct claim_route *out, const char *basis, const char *why);

/* table3_agreement.c: the agreement that prevails, a route over a direct claim (NULL where the table holds); its route. */
int find_agreement(struct question *q, const struct agreement **out, struct error *err) MUST_CHECK;
void take_agreement(const struct question *q, const struct agreement *g, struct claim_route *out);

#endif
