/* ceiling_penalty: the penalty of a missed guarantee that is all that is owed for that miss (23-1(1); sole remedy). */
#include "calc/liability/ceiling_part.h"
#include "calc/money/exchange.h"

#include <string.h>

struct relation { /* a service that the debtor provides and the creditor pays for */
	const struct service_result *service;
	size_t fee;
};

static bool find_relation(const struct limit *l, const struct service_result *r, struct relation *out)
{
	const struct service *s = r->service;

	*out = (struct relation){ r, 0 };
	for (; s->provider == l->debtor && out->fee < s->fee_count; out->fee++)
		if (s->fees[out->fee].payer == l->creditor)
			return true;
	return false;
}

static const struct service_result *result_of(const struct limit *l, const struct service *s)
{
	return &l->statement->services[s - l->judge->c->services];
}

/* The reader has refused a level that the terms do not have. */
static const struct level_result *level_of(const struct service_result *r, const char *id)
{
	const struct level_result *level = r->levels;

	while (strcmp(level->level->id, id) != 0)
		level++;
	return level;
}

static bool is_positive(const struct limit *l, int figure)
{
	return figure >= 0 && book_sign(l->judge->book, figure) > 0;
}

/* Whether the level was missed and its credit to this payer is money; a level that gives money is paid with all others. */
static bool has_penalty(const struct limit *l, const struct relation *r, const struct level_result *level)
{
	const int *by_fee = level->credit.by_fee;

	return level->verdict == VERDICT_BREACHED && by_fee && is_positive(l, by_fee[r->fee]) &&
	       is_positive(l, r->service->payable[r->fee].amount);
}

/* Whether a penalty under these terms is all that is owed; *sole and *clause say by what. */
static bool is_all_owed(const struct limit *l, const struct terms *t, bool *sole, const char **clause)
{
	*sole = !l->contract->liquidated_damages && t->remedy == REMEDY_SOLE;
	*clause = l->contract->liquidated_damages ? limit_clause(l, l->contract->liquidated_clause)
	                                          : arena_printf(l->judge->arena, "terms %s, remedy", t->id);
	return l->contract->liquidated_damages || t->remedy != REMEDY_NON_EXCLUSIVE;
}

/* ---- the misses that the loss names ---- */

/* Why a named miss has no penalty that limits the loss; NULL: it has one. */
static const char *why_not(struct limit *l, const struct relation *r, const struct miss *m)
{
	const struct level_result *level = level_of(r->service, m->level);
	struct arena *a = l->judge->arena;
	const char *clause;
	bool sole;

	if (l->loss->cause_month && !limit_month_is_judged(l))
		return arena_printf(
		    a, "the miss of %s of %s is of %s, which is not judged here: no penalty limits the loss",
		    m->level, m->service->id, l->loss->cause_month);
	if (level->level->binding != BINDING_GUARANTEE)
		return arena_printf(a, "%s of %s is not guaranteed: no penalty limits the loss", m->level,
		                    m->service->id);
	if (level->verdict != VERDICT_BREACHED)
		return arena_printf(a, "the miss of %s of %s is not proved: no penalty limits the loss",
		                    m->level, m->service->id);
	if (!has_penalty(l, r, level))
		return arena_printf(a, "the miss of %s of %s carries no money: no penalty limits the loss",
		                    m->level, m->service->id);
	if (!is_all_owed(l, r->service->service->terms, &sole, &clause))
		return arena_printf(
		    a, "the credit for %s of %s is owed beside damages: nothing makes it all that is owed",
		    m->level, m->service->id);
	return NULL;
}

/* Whether an earlier miss of the loss names the same service, and (level) the same level. */
static bool named_before(const struct liability_record *loss, size_t at, bool level)
{
	for (size_t i = 0; i < at; i++)
		if (loss->misses[i].service == loss->misses[at].service &&
		    (!level || strcmp(loss->misses[i].level, loss->misses[at].level) == 0))
			return true;
	return false;
}

/* The penalties of all named levels of one service: no more than the credit that all levels together give. */
static int penalty_of_service(struct limit *l, const struct relation *r)
{
	const struct service *s = r->service->service;
	const struct liability_record *loss = l->loss;
	int *parts = arena_array(l->judge->arena, loss->miss_count, sizeof *parts), penalty;
	struct judge *j = l->judge;
	size_t count = 0;

	for (size_t i = 0; i < loss->miss_count; i++)
		if (loss->misses[i].service == s && !named_before(loss, i, true))
			parts[count++] = level_of(r->service, loss->misses[i].level)->credit.by_fee[r->fee];
	penalty = derive(j->book, "penalty", "credits of the levels missed, under the credit of the service",
	                 "min($1, $2)", 2,
	                 (int[]){ derive_sum(j->book, "credits of the levels missed", s->id, parts, count),
	                          r->service->payable[r->fee].amount });
	return exchange_to_yen(j, l->statement, r->service->currency, penalty, "penalty",
	                       arena_printf(j->arena, "%s/%s", s->id, l->creditor->id), l->debtor, l->err);
}

/* ---- those that it does not name ---- */

/* The misses of one service that the loss is taken to come from. */
static void assume_misses_of(struct limit *l, const struct service_result *s, struct liability_record *loss)
{
	const char *clause;
	struct relation r;
	bool sole;

	if (!find_relation(l, s, &r) || !is_all_owed(l, s->service->terms, &sole, &clause))
		return;
	for (size_t k = 0; k < s->level_count; k++) {
		if (!has_penalty(l, &r, &s->levels[k]))
			continue;
		loss->misses[loss->miss_count++] = (struct miss){ s->service, s->levels[k].level->id };
		limit_note(l, arena_printf(
		                  l->judge->arena,
		                  "%s of %s was missed in the month of the cause: the loss is taken to come "
		                  "from it, since the case names no misses, and its penalty is all that is "
		                  "owed (%s)",
		                  s->levels[k].level->id, s->service->id, clause));
	}
}

/*
 * A loss that says nothing of misses, of a month in which the same debtor missed what it guaranteed the same creditor, is
 * taken to come from that: whoever says otherwise states "misses": [].
 */
static const struct liability_record *with_misses(struct limit *l)
{
	struct liability_record *loss;
	size_t most = 0;

	if (l->loss->misses_stated || !limit_month_is_judged(l))
		return l->loss;
	for (size_t i = 0; i < l->statement->service_count; i++)
		most += l->statement->services[i].level_count;
	loss = arena_new(l->judge->arena, struct liability_record);
	*loss = *l->loss;
	loss->misses = arena_array(l->judge->arena, most, sizeof *loss->misses);
	for (size_t i = 0; i < l->statement->service_count; i++)
		assume_misses_of(l, &l->statement->services[i], loss);
	return loss;
}

int limit_penalty(struct limit *l, struct penalty *out)
{
	const struct liability_record *loss = l->loss = with_misses(l);
	int *parts = arena_array(l->judge->arena, loss->miss_count, sizeof *parts);
	size_t count = 0, without = 0;
	struct relation r;

	for (size_t i = 0; i < loss->miss_count; i++) {
		const struct miss *m = &loss->misses[i];
		const char *why;

		if (!find_relation(l, result_of(l, m->service), &r))
			continue;
		why = why_not(l, &r, m);
		if (why) {
			limit_note(l, why);
			without++;
		} else if (!named_before(loss, i, false)) {
			(void)is_all_owed(l, m->service->terms, &out->sole, &out->clause);
			parts[count] = penalty_of_service(l, &r);
			if (parts[count++] < 0)
				return l->err->code;
		}
	}
	out->applies = count > 0 && without == 0;
	if (count > 0 && without > 0)
		limit_note(
		    l, "the loss also comes from a miss without a penalty: the penalties do not limit it");
	if (out->applies)
		out->amount = derive_sum(l->judge->book, "penalties", out->clause, parts, count);
	return 0;
}
