/* pass_through_key: by what a reduction is shared: the fees of the municipalities for the services that were reduced. */
#include "calc/sharing/apportionment.h"
#include "calc/liability/pass_through_part.h"

#include <string.h>

/* ---- contracts ---- */

/* The municipality of a contract イ, which is between it and the Agency; NULL for another contract. */
static const struct party *granted_to(const struct pass_work *p, const struct contract *k)
{
	if (k->kind != CONTRACT_I)
		return NULL;
	return k->parties[0] == p->agency ? k->parties[1] : k->parties[0];
}

void pass_find_contracts(struct pass_work *p)
{
	const struct sla_case *c = p->j->c;
	size_t *at = arena_array(p->j->arena, c->party_count + 1, sizeof *at);

	p->contracts = arena_array(p->j->arena, c->contract_count, sizeof *p->contracts);
	p->contracts_from = arena_array(p->j->arena, c->party_count + 1, sizeof *p->contracts_from);
	for (size_t i = 0; i < c->contract_count; i++) {
		const struct party *lg = granted_to(p, &c->contracts[i]);

		if (lg)
			p->contracts_from[lg - c->parties + 1]++;
	}
	for (size_t i = 0; i < c->party_count; i++) {
		p->contracts_from[i + 1] += p->contracts_from[i];
		at[i] = p->contracts_from[i];
	}
	for (size_t i = 0; i < c->contract_count; i++) {
		const struct party *lg = granted_to(p, &c->contracts[i]);

		if (lg)
			p->contracts[at[lg - c->parties]++] = &c->contracts[i];
	}
}

const struct contract *pass_contract(const struct pass_work *p, const struct party *lg, int64_t day)
{
	size_t party = (size_t)(lg - p->j->c->parties);

	for (size_t i = p->contracts_from[party]; i < p->contracts_from[party + 1]; i++)
		if (day >= p->contracts[i]->from_day && day < p->contracts[i]->to_day)
			return p->contracts[i];
	return NULL;
}

bool pass_method(const struct pass_work *p, const struct stream *st, int64_t day, const char **method,
                 const char **clause)
{
	*method = *clause = NULL;
	for (size_t i = 0; i < st->count; i++) {
		const struct contract *k = pass_contract(p, st->bodies[i], day);
		const char *named = k ? k->apportion_method : NULL;

		if (i > 0 && (*method ? !named || strcmp(named, *method) != 0 : named != NULL)) {
			*method = *clause = NULL;
			return false;
		}
		*method = named;
		*clause = i > 0 ? *clause : k ? k->apportion_clause : NULL;
	}
	return true;
}

/* ---- fees ---- */

static bool pays_for(const struct service *s)
{
	for (size_t i = 0; i < s->fee_count; i++)
		if (s->fees[i].payer->kind == PARTY_LG)
			return true;
	return false;
}

/*
 * The services whose fees are the key: of those that the reduction names the ones that municipalities pay for. If it only
 * names what the Agency pays for, those that the Agency in its turn provides to them: its bill to them is what 5.2 lowers.
 */
static bool is_key(const struct pass_work *p, const struct liability_record *r, const struct service *s)
{
	bool named = false, any = false;

	for (size_t i = 0; i < r->service_count; i++) {
		named = named || r->services[i] == s;
		any = any || pays_for(r->services[i]);
	}
	return pays_for(s) && (any ? named : s->provider == p->agency);
}

bool pass_named(const struct stream *st, const struct liability_record *r)
{
	for (size_t i = 0; i < r->service_count; i++)
		if (r->services[i] == st->services[0])
			return true;
	return false;
}

static bool same_stream(const struct pass_work *p, const struct stream *st, const struct liability_record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < p->j->c->service_count; i++) {
		const struct service *s = &p->j->c->services[i];

		if (!is_key(p, r, s))
			continue;
		if (n == st->service_count || st->services[n] != s)
			return false;
		n++;
	}
	return st->provider == r->from && n == st->service_count;
}

static int refuse(struct pass_work *p, const struct liability_record *r, const char *key, struct error *err)
{
	return error_at(err, NULL, 0, arena_printf(p->j->arena, "records[%zu].%s", r->index, key));
}

static int check_services(struct pass_work *p, const struct liability_record *r, struct error *err)
{
	if (r->service_count == 0) {
		error_set(err, ERROR_DATA, "a reduction names the services whose fees were reduced");
		return refuse(p, r, "services", err);
	}
	for (size_t i = 0; i < p->j->c->service_count; i++)
		if (is_key(p, r, &p->j->c->services[i]))
			return 0;
	error_set(err, ERROR_DATA, "no municipality pays a fee for the service '%s'", r->services[0]->id);
	return refuse(p, r, "services[0]", err);
}

/* Adds one fee to what a body pays, what of it can be passed through, and the State's part. */
static void add_fee(struct pass_work *p, struct stream *st, const struct service *s, size_t fee, size_t body)
{
	struct judge *j = p->j;
	const struct fee *f = &s->fees[fee];
	const char *id = f->payer->id, *source = arena_printf(j->arena, "service %s, fees[%zu]", s->id, fee);
	bool letter = j->c->policies.state_budget == STATE_NONE_IF_ANY;
	int amount = derive_given(j->book, arena_printf(j->arena, "fee of %s", id), source, f->amount);
	int share = derive_given(j->book, arena_printf(j->arena, "State's share of the fee of %s", id),
	                         source, f->state_share);
	int state = derive(j->book, arena_printf(j->arena, "State's part of the fee of %s", id), "5.2",
	                   "$1 * $2", 2, (int[]){ amount, share });
	int own =
	    derive(j->book, arena_printf(j->arena, "fee of %s that pass-through lowers", id),
	           letter ? "5.2, policy state_budget none_if_any" : "5.2, policy state_budget lg_share",
	           letter ? "$1 * eq($2, 0, 1)" : "$1 * (1 - $2)", 2, (int[]){ amount, share });

	st->gross[body] = pass_plus(j, arena_printf(j->arena, "fees of %s", id), st->gross[body], amount);
	st->state[body] = pass_plus(j, arena_printf(j->arena, "State's part of the fees of %s", id),
	                            st->state[body], state);
	st->own[body] = pass_plus(j, arena_printf(j->arena, "fees of %s that pass-through lowers", id),
	                          st->own[body], own);
}

static int *unknown(struct pass_work *p, size_t count)
{
	int *figures = arena_array(p->j->arena, count, sizeof *figures);

	for (size_t i = 0; i < count; i++)
		figures[i] = FIGURE_UNKNOWN;
	return figures;
}

/* The municipalities that pay for the services, by code; body_of: of a party of the case, its place among them. */
static size_t *find_bodies(struct pass_work *p, struct stream *st)
{
	const struct party *parties = p->j->c->parties;
	size_t *body_of = arena_array(p->j->arena, p->j->c->party_count, sizeof *body_of);
	bool *pays = arena_array(p->j->arena, p->j->c->party_count, sizeof *pays);

	for (size_t i = 0; i < st->service_count; i++)
		for (size_t k = 0; k < st->services[i]->fee_count; k++)
			if (st->services[i]->fees[k].payer->kind == PARTY_LG)
				pays[st->services[i]->fees[k].payer - parties] = true;
	st->bodies = arena_array(p->j->arena, p->j->c->party_count, sizeof *st->bodies);
	for (size_t i = 0; i < p->j->c->party_count; i++)
		if (pays[i])
			st->bodies[st->count++] = &parties[i];
	parties_by_code(st->bodies, st->count);
	for (size_t i = 0; i < st->count; i++)
		body_of[st->bodies[i] - parties] = i;
	return body_of;
}

static int read_fees(struct pass_work *p, struct stream *st, const struct liability_record *r,
                     struct error *err)
{
	size_t *body_of = find_bodies(p, st);

	st->gross = unknown(p, st->count);
	st->own = unknown(p, st->count);
	st->state = unknown(p, st->count);
	for (size_t i = 0; i < st->service_count; i++) {
		const struct service *s = st->services[i];

		for (size_t k = 0; k < s->fee_count; k++) {
			if (s->fees[k].payer->kind != PARTY_LG)
				continue;
			if (!st->currency)
				st->currency = s->fees[k].currency;
			if (strcmp(st->currency, s->fees[k].currency) != 0) {
				error_set(err, ERROR_DATA, "the fees for the services are in %s and in %s",
				          st->currency, s->fees[k].currency);
				return refuse(p, r, "services", err);
			}
			add_fee(p, st, s, k, body_of[s->fees[k].payer - p->j->c->parties]);
		}
	}
	st->all = derive_sum(p->j->book, "gross fees in all", NULL, st->gross, st->count);
	st->own_all =
	    derive_sum(p->j->book, "fees in all that pass-through lowers", NULL, st->own, st->count);
	if (book_sign(p->j->book, st->all) > 0)
		return 0;
	error_set(err, ERROR_DATA, "the fees for the services are 0: nothing can be shared by them");
	return refuse(p, r, "services", err);
}

void pass_empty(struct pass_work *p, struct stream *st)
{
	st->pot = apportion_pot(p->j, NULL, NULL, st->bodies, st->count);
	st->pot->weights = st->own;
	st->pot->why = "5.2; key: gross fees of the services";
	st->pot->granted_as = "passed through to";
	st->pot->unit = apportion_unit(st->currency);
	st->received = st->total = FIGURE_UNKNOWN;
}

struct stream *pass_stream(struct pass_work *p, const struct liability_record *r, struct error *err)
{
	struct stream *st;

	if (check_services(p, r, err) < 0)
		return NULL;
	for (size_t i = 0; i < p->stream_count; i++)
		if (same_stream(p, p->streams[i], r))
			return p->streams[i];
	st = arena_new(p->j->arena, struct stream);
	st->provider = r->from;
	st->services = arena_array(p->j->arena, p->j->c->service_count, sizeof *st->services);
	for (size_t i = 0; i < p->j->c->service_count; i++)
		if (is_key(p, r, &p->j->c->services[i]))
			st->services[st->service_count++] = &p->j->c->services[i];
	if (read_fees(p, st, r, err) < 0)
		return NULL;
	pass_empty(p, st);
	return p->streams[p->stream_count++] = st;
}
