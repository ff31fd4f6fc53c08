#include "calc/sharing/apportionment.h"
#include "base/instant.h"
#include "calc/sharing/apportion.h"
#include "calc/money/exchange.h"

#include <stdlib.h>
#include <string.h>

/* ---- bodies ---- */

static int by_code(const void *left, const void *right)
{
	const struct party *const *a = left, *const *b = right;
	int order = strcmp((*a)->code ? (*a)->code : (*a)->id, (*b)->code ? (*b)->code : (*b)->id);

	return order ? order : strcmp((*a)->id, (*b)->id);
}

void parties_by_code(const struct party **parties, size_t count)
{
	qsort(parties, count, sizeof *parties, by_code);
}

/* One apportionment while it is worked out. */
struct work {
	struct judge *j;
	struct statement *s;
	const struct apportionment *a;
	struct apportionment_result *out;
	const struct party **bodies;
	size_t count;
	size_t *body_of; /* of a party of the case: its place among the bodies */
	bool *has;       /* of a party of the case: it is a body */
};

static void mark_weights(struct work *w, const struct body_weight *weights, size_t count)
{
	for (size_t i = 0; i < count; i++)
		w->has[weights[i].party - w->j->c->parties] = true;
}

static void mark_bodies(struct work *w)
{
	const struct apportionment *a = w->a;

	for (size_t i = 0; i < a->version_count; i++) {
		mark_weights(w, a->versions[i].weights, a->versions[i].weight_count);
		for (size_t k = 0; k < a->versions[i].blend_count; k++)
			mark_weights(w, a->versions[i].blends[k].weights,
			             a->versions[i].blends[k].weight_count);
	}
	for (size_t i = 0; i < a->stage_count; i++) {
		mark_weights(w, a->stages[i].amounts, a->stages[i].amount_count);
		for (size_t k = 0; k < a->stages[i].among_count; k++)
			w->has[a->stages[i].among[k] - w->j->c->parties] = true;
	}
}

/* Everybody whom a version or a stage names, by code. */
static void find_bodies(struct work *w)
{
	const struct sla_case *c = w->j->c;

	w->has = arena_array(w->j->arena, c->party_count, sizeof *w->has);
	w->body_of = arena_array(w->j->arena, c->party_count, sizeof *w->body_of);
	w->bodies = arena_array(w->j->arena, c->party_count, sizeof *w->bodies);
	mark_bodies(w);
	for (size_t i = 0; i < c->party_count; i++)
		if (w->has[i])
			w->bodies[w->count++] = &c->parties[i];
	parties_by_code(w->bodies, w->count);
	for (size_t i = 0; i < w->count; i++)
		w->body_of[w->bodies[i] - c->parties] = i;
}

/* A list of weights or amounts as nodes, of bodies in their order; not_named for those that it does not name. */
static int *figures_of(struct work *w, const char *what, const char *source,
                       const struct body_weight *weights, size_t count, int not_named)
{
	int *figures = arena_array(w->j->arena, w->count, sizeof *figures);

	for (size_t i = 0; i < w->count; i++)
		figures[i] = not_named;
	for (size_t i = 0; i < count; i++)
		figures[w->body_of[weights[i].party - w->j->c->parties]] = derive_given(
		    w->j->book, arena_printf(w->j->arena, "%s of %s", what, weights[i].party->id), source,
		    weights[i].weight);
	return figures;
}

/* ---- weights ---- */

static const char *basis_of(struct work *w, const struct weight_key *key)
{
	char day[DATE_TEXT_SIZE];

	return arena_printf(w->j->arena, "key %s of %s: %s", key->name, date_format(key->day, day),
	                    key->source);
}

/* Whom a version does not name takes no part while it is in force: a weight of 0. */
static int no_weight(struct work *w)
{
	return derive_given(w->j->book, "weight of a body that is not named", "takes no part", "0");
}

static int blended(struct work *w, const struct weight_version *v, int *const *weights, const int *shares,
                   const int *sums, size_t body)
{
	int *inputs = arena_array(w->j->arena, 3 * v->blend_count, sizeof *inputs);
	const char *formula = "";

	for (size_t k = 0; k < v->blend_count; k++) {
		inputs[3 * k] = shares[k];
		inputs[3 * k + 1] = weights[k][body];
		inputs[3 * k + 2] = sums[k];
		formula = arena_printf(w->j->arena, "%s%s$%zu * $%zu / $%zu", formula, k ? " + " : "",
		                       3 * k + 1, 3 * k + 2, 3 * k + 3);
	}
	return derive(w->j->book, arena_printf(w->j->arena, "weight of %s", w->bodies[body]->id),
	              "blend of keys, each by its share", formula, 3 * v->blend_count, inputs);
}

static int *blend(struct work *w, const struct weight_version *v)
{
	int **weights = arena_array(w->j->arena, v->blend_count, sizeof *weights);
	int *shares = arena_array(w->j->arena, v->blend_count, sizeof *shares);
	int *sums = arena_array(w->j->arena, v->blend_count, sizeof *sums);
	int *out = arena_array(w->j->arena, w->count, sizeof *out), zero = no_weight(w);

	for (size_t k = 0; k < v->blend_count; k++) {
		const struct weight_blend *b = &v->blends[k];

		weights[k] = figures_of(w, "weight", basis_of(w, &b->key), b->weights, b->weight_count, zero);
		sums[k] =
		    derive_sum(w->j->book, "weights in all", basis_of(w, &b->key), weights[k], w->count);
		shares[k] =
		    derive_given(w->j->book, "share of a key in the blend", basis_of(w, &b->key), b->share);
	}
	for (size_t i = 0; i < w->count; i++)
		out[i] = blended(w, v, weights, shares, sums, i);
	return out;
}

/* Puts a version in force. */
static void open_version(struct work *w, struct pot *pot, const struct weight_version *v)
{
	apportion_version(w->j, pot);
	pot->weights = v->blend_count ? blend(w, v)
	                              : figures_of(w, "weight", basis_of(w, &v->key), v->weights,
	                                           v->weight_count, no_weight(w));
	pot->why = v->blend_count ? "blend of keys, each by its share" : basis_of(w, &v->key);
	w->out->versions[w->out->version_count++] = (struct version_weights){ v, pot->weights };
}

/* ---- parts ---- */

static bool reversed(const struct sla_case *c, const struct liability_record *r)
{
	for (size_t i = 0; i < c->record_count; i++)
		if (c->records[i].reverses == r)
			return true;
	return false;
}

/* Whether a recovery counts as received: cash, or another form where the contract between the two says so. */
static bool is_received(const struct sla_case *c, const struct liability_record *r)
{
	for (size_t i = 0; r->form != PAID_CASH && i < c->contract_count; i++) {
		const struct contract *k = &c->contracts[i];
		bool between = (k->parties[0] == r->from && k->parties[1] == r->to) ||
		               (k->parties[0] == r->to && k->parties[1] == r->from);

		if (between && r->day >= k->from_day && r->day < k->to_day &&
		    (r->form == PAID_CREDIT ? k->counts_credit : k->counts_set_off))
			return true;
	}
	return r->form == PAID_CASH;
}

static bool is_part(const struct sla_case *c, const struct apportionment *a, const struct liability_record *r)
{
	if (r->kind != RECORD_RECOVERY || r->from != a->of_recoveries || r->own_loss || reversed(c, r) ||
	    !is_received(c, r))
		return false;
	return !a->of_incident || (r->incident && strcmp(a->of_incident, r->incident) == 0);
}

static int refuse(struct work *w, struct error *err, const char *where)
{
	return error_at(err, NULL, 0,
	                arena_printf(w->j->arena, "apportionments[%zu].%s", w->a->index, where));
}

/* What was recovered, in the apportionment's currency. */
static int amount_recovered(struct work *w, const struct liability_record *r, struct error *err)
{
	const char *currency = r->currency ? r->currency : "JPY";
	int amount =
	    derive_given(w->j->book, "recovered", arena_printf(w->j->arena, "record %s", r->id), r->amount);

	if (strcmp(currency, w->a->currency) == 0)
		return amount;
	if (strcmp(w->a->currency, "JPY") == 0)
		return exchange_to_yen(w->j, w->s, currency, amount, "recovery", r->id, r->from, err);
	error_set(err, ERROR_DATA, "the recovery '%s' is in %s and is shared in %s", r->id, currency,
	          w->a->currency);
	(void)refuse(w, err, "currency");
	return FIGURE_UNKNOWN;
}

static const struct weight_version *version_on(const struct apportionment *a, int64_t day)
{
	const struct weight_version *in_force = NULL;

	for (size_t i = 0; i < a->version_count && a->versions[i].from_day <= day; i++)
		in_force = &a->versions[i];
	return in_force;
}

/* Shares one more part; total is what came before. */
static int share_part(struct work *w, struct pot *pot, const struct cost_part *part, int amount, int total)
{
	struct part_share *p = &w->out->parts[w->out->part_count++];
	const struct weight_version *v = version_on(w->a, part->day);

	if (!w->out->version_count || w->out->versions[w->out->version_count - 1].version != v)
		open_version(w, pot, v);
	p->part = part;
	p->version = v;
	p->amount = amount;
	p->grants = arena_array(w->j->arena, w->count, sizeof *p->grants);
	total = total < 0
	            ? amount
	            : derive(w->j->book, "to be shared so far", NULL, "$1 + $2", 2, (int[]){ total, amount });
	apportion_share(w->j, pot, total, false, p->grants, &p->residual);
	return total;
}

static int share_given(struct work *w, struct pot *pot)
{
	int total = FIGURE_UNKNOWN;

	w->out->parts = arena_array(w->j->arena, w->a->part_count, sizeof *w->out->parts);
	for (size_t i = 0; i < w->a->part_count; i++) {
		const struct cost_part *part = &w->a->parts[i];
		int amount = derive_given(w->j->book, "part to be shared",
		                          arena_printf(w->j->arena, "part %s", part->id), part->amount);

		total = share_part(w, pot, part, amount, total);
	}
	return total;
}

static int share_recovered(struct work *w, struct pot *pot, struct error *err)
{
	const struct sla_case *c = w->j->c;
	int total = FIGURE_UNKNOWN;

	w->out->parts = arena_array(w->j->arena, c->record_count, sizeof *w->out->parts);
	for (size_t i = 0; i < c->record_count; i++) {
		const struct liability_record *r = &c->records[i];
		struct cost_part *part;
		char day[DATE_TEXT_SIZE];
		int amount;

		if (!is_part(c, w->a, r))
			continue;
		if (!version_on(w->a, r->day)) {
			error_set(err, ERROR_DATA,
			          "no weights are in force on %s, the day of the recovery '%s'",
			          date_format(r->day, day), r->id);
			(void)refuse(w, err, "versions");
			return FIGURE_UNKNOWN;
		}
		amount = amount_recovered(w, r, err);
		if (err->code < 0)
			return FIGURE_UNKNOWN;
		part = arena_new(w->j->arena, struct cost_part);
		*part = (struct cost_part){ r->id, r->document, r->day, r->amount };
		total = share_part(w, pot, part, amount, total);
	}
	return total;
}

/* ---- stages ---- */

/* Who uses what is shared in the stage. */
static bool *users_of(struct work *w, const struct cost_stage *st)
{
	bool *uses = arena_array(w->j->arena, w->count, sizeof *uses);

	for (size_t i = 0; i < w->count; i++)
		uses[i] = st->among_count == 0;
	for (size_t i = 0; i < st->among_count; i++)
		uses[w->body_of[st->among[i] - w->j->c->parties]] = true;
	return uses;
}

/* What a body has of one earlier stage, or of all before the k-th. */
static int basis_of_stage(struct work *w, size_t k, size_t body)
{
	const struct cost_stage *st = &w->a->stages[k];
	int *parts = arena_array(w->j->arena, k, sizeof *parts);
	size_t n = 0;

	for (size_t i = 0; i < k; i++) {
		int share = w->out->stages[i].shares[body];

		if (share >= 0 && (st->kind == STAGE_IN_RATIO_OF_ALL || st->in_ratio_of == &w->a->stages[i]))
			parts[n++] = share;
	}
	return n ? derive_sum(w->j->book,
	                      arena_printf(w->j->arena, "earlier stages of %s", w->bodies[body]->id), NULL,
	                      parts, n)
	         : FIGURE_UNKNOWN;
}

/* The amount of the k-th stage; fills its shares. */
static int share_stage(struct work *w, size_t k, struct error *err)
{
	const struct cost_stage *st = &w->a->stages[k];
	const char *source = arena_printf(w->j->arena, "stage %s", st->name);
	int *basis = arena_array(w->j->arena, w->count, sizeof *basis);
	int *shares = arena_array(w->j->arena, w->count, sizeof *shares), amount, sum;
	bool *uses = users_of(w, st);
	size_t n = 0;

	amount = derive_given(w->j->book, "cost to be shared", source, st->amount);
	for (size_t i = 0; i < w->count; i++) {
		shares[i] = uses[i] ? basis_of_stage(w, k, i) : FIGURE_UNKNOWN;
		if (shares[i] >= 0)
			basis[n++] = shares[i];
	}
	sum = derive_sum(w->j->book, "earlier stages in all", source, basis, n);
	if (book_sign(w->j->book, sum) == 0) {
		error_set(
		    err, ERROR_DATA,
		    "the stage '%s' has nothing to be in ratio of: all that its bodies have before is 0",
		    st->name);
		(void)refuse(w, err, arena_printf(w->j->arena, "stages[%zu]", k));
		return FIGURE_UNKNOWN;
	}
	for (size_t i = 0; i < w->count; i++)
		shares[i] =
		    derive(w->j->book, arena_printf(w->j->arena, "share of %s, exact", w->bodies[i]->id),
		           source, "$1 * $2 / $3", 3, (int[]){ amount, shares[i], sum });
	w->out->stages[k].shares = shares;
	return amount;
}

static int exclusive_stage(struct work *w, size_t k)
{
	const struct cost_stage *st = &w->a->stages[k];
	const char *source = arena_printf(w->j->arena, "stage %s", st->name);
	int *shares = figures_of(w, "own cost", source, st->amounts, st->amount_count, FIGURE_UNKNOWN);
	int *known = arena_array(w->j->arena, w->count, sizeof *known);
	size_t n = 0;

	w->out->stages[k].shares = shares;
	for (size_t i = 0; i < w->count; i++)
		if (shares[i] >= 0)
			known[n++] = shares[i];
	return derive_sum(w->j->book, "own costs in all", source, known, n);
}

/* The exact sums of the stages are the weights, and their total is shared by them: rounded once. */
static int share_stages(struct work *w, struct pot *pot, struct error *err)
{
	const struct apportionment *a = w->a;
	int *amounts = arena_array(w->j->arena, a->stage_count, sizeof *amounts), total, residual;
	int *grants = arena_array(w->j->arena, w->count, sizeof *grants);

	w->out->stages = arena_array(w->j->arena, a->stage_count, sizeof *w->out->stages);
	for (size_t k = 0; k < a->stage_count; k++) {
		w->out->stage_count = k + 1;
		w->out->stages[k].stage = &a->stages[k];
		amounts[k] =
		    a->stages[k].kind == STAGE_EXCLUSIVE ? exclusive_stage(w, k) : share_stage(w, k, err);
		if (err->code < 0)
			return FIGURE_UNKNOWN;
	}
	for (size_t i = 0; i < w->count; i++) {
		int *own = arena_array(w->j->arena, a->stage_count, sizeof *own);
		size_t n = 0;

		for (size_t k = 0; k < a->stage_count; k++)
			if (w->out->stages[k].shares[i] >= 0)
				own[n++] = w->out->stages[k].shares[i];
		pot->weights[i] =
		    derive_sum(w->j->book, arena_printf(w->j->arena, "all stages of %s", w->bodies[i]->id),
		               NULL, own, n);
	}
	pot->why = "the sum of the stages, rounded once";
	total = derive_sum(w->j->book, "all stages", NULL, amounts, a->stage_count);
	apportion_share(w->j, pot, total, false, grants, &residual);
	return total;
}

/* ---- the whole ---- */

static void show_bodies(struct work *w, const struct pot *pot)
{
	w->out->bodies = arena_array(w->j->arena, w->count, sizeof *w->out->bodies);
	w->out->body_count = w->count;
	for (size_t i = 0; i < w->count; i++)
		w->out->bodies[i] =
		    (struct body_share){ w->bodies[i], pot->weights[i], pot->shares[i], pot->granted[i] };
}

static int judge_one(struct work *w, struct error *err)
{
	const struct apportionment *a = w->a;
	struct pot *pot;
	int total;

	find_bodies(w);
	pot = apportion_pot(w->j, a->method, a->method ? a->clause : "the contract is silent", w->bodies,
	                    w->count);
	pot->granted_as = "granted to";
	pot->unit = a->unit;
	w->out->versions = arena_array(w->j->arena, a->version_count, sizeof *w->out->versions);
	total = a->stage_count     ? share_stages(w, pot, err)
	        : a->of_recoveries ? share_recovered(w, pot, err)
	                           : share_given(w, pot);
	if (err->code < 0)
		return err->code;
	w->out->method = pot->method;
	w->out->total = total;
	w->out->granted = pot->given;
	w->out->residual = pot->given < 0 ? total
	                                  : derive(w->j->book, "residual in all", NULL, "$1 - $2", 2,
	                                           (int[]){ total, pot->given });
	show_bodies(w, pot);
	return 0;
}

int judge_apportionments(struct judge *j, struct statement *s, struct error *err)
{
	s->apportionments = arena_array(j->arena, j->c->apportionment_count, sizeof *s->apportionments);
	for (size_t i = 0; i < j->c->apportionment_count; i++) {
		struct work w = {
			.j = j, .s = s, .a = &j->c->apportionments[i], .out = &s->apportionments[i]
		};

		w.out->apportionment = w.a;
		if (judge_one(&w, err) < 0)
			return err->code;
	}
	s->apportionment_count = j->c->apportionment_count;
	return 0;
}
