/* What of a statement concerns one municipality: each list without what is of others. */
#include "base/same.h"
#include "calc/liability/ledger.h"
#include "report/basis.h"
#include "report/excerpt_part.h"

#include <string.h>

struct view { /* being made */
	struct arena *arena;
	struct statement *s;
	struct excerpt *e;
	struct sla_case *c;
};

static bool is_mine(const struct view *v, const struct party *party)
{
	return party && owner_of_party(v->e->all->owners, party) == v->e->owner;
}

static bool is_of_another(const struct view *v, const struct party *party)
{
	return excerpt_foreign(v->e, owner_of_party(v->e->all->owners, party));
}

static bool is_asked_for(const struct view *v, const struct service *service)
{
	for (size_t i = 0; i < v->e->asked_for_count; i++)
		if (strcmp(v->e->asked_for[i], service->id) == 0)
			return true;
	return false;
}

/* A service that it pays for, or that no municipality pays for. */
static bool has_service(const struct view *v, const struct service *service)
{
	bool mine = is_asked_for(v, service), others = false;

	for (size_t i = 0; i < service->fee_count; i++) {
		mine = mine || is_mine(v, service->fees[i].payer);
		others = others || is_of_another(v, service->fees[i].payer);
	}
	return mine || !others;
}

static void keep_services(struct view *v)
{
	const struct statement *s = v->e->all->s;

	v->s->services = arena_array(v->arena, s->service_count, sizeof *s->services);
	v->s->service_count = 0;
	for (size_t i = 0; i < s->service_count; i++) {
		struct service_result *r = &v->s->services[v->s->service_count];

		if (!has_service(v, s->services[i].service))
			continue;
		v->s->service_count++;
		*r = s->services[i];
		r->payable = arena_array(v->arena, r->payable_count, sizeof *r->payable);
		r->payable_count = 0;
		for (size_t k = 0; k < s->services[i].payable_count; k++)
			if (is_asked_for(v, r->service) ||
			    !is_of_another(v, s->services[i].payable[k].fee->payer))
				r->payable[r->payable_count++] = s->services[i].payable[k];
	}
}

static bool watches(const struct view *v, const char *target, bool mine)
{
	const struct statement *s = mine ? v->s : v->e->all->s;

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].service->target_count; k++)
			if (strcmp(s->services[i].service->targets[k], target) == 0)
				return true;
	return false;
}

/* A correction of a target of no service is of a hop on the way, which all have in common. */
static void keep_facts(struct view *v)
{
	const struct statement *s = v->e->all->s;

	v->s->exclusions = arena_array(v->arena, s->exclusion_count, sizeof *s->exclusions);
	v->s->corrections = arena_array(v->arena, s->correction_count, sizeof *s->corrections);
	v->s->exclusion_count = v->s->correction_count = 0;
	for (size_t i = 0; i < s->exclusion_count; i++)
		if (has_service(v, s->exclusions[i].service))
			v->s->exclusions[v->s->exclusion_count++] = s->exclusions[i];
	for (size_t i = 0; i < s->correction_count; i++) {
		const char *target = s->corrections[i].correction->target;

		if (watches(v, target, true) || !watches(v, target, false))
			v->s->corrections[v->s->correction_count++] = s->corrections[i];
	}
}

/* Terms of its services only. */
static void keep_terms(struct view *v)
{
	const struct sla_case *c = v->e->all->s->the_case;

	v->c->terms = arena_array(v->arena, c->terms_count, sizeof *c->terms);
	v->c->terms_count = 0;
	for (size_t i = 0; i < c->terms_count; i++) {
		bool used = false, elsewhere = false;

		for (size_t k = 0; k < c->service_count && !used; k++) {
			bool of_it = c->services[k].terms == &c->terms[i];

			used = of_it && has_service(v, &c->services[k]);
			elsewhere = elsewhere || of_it;
		}
		if (used || !elsewhere)
			v->c->terms[v->c->terms_count++] = c->terms[i];
	}
}

static bool has_loss(const struct view *v, const struct obligation *o)
{
	for (size_t i = 0; i < o->loss_count; i++)
		if (owner_of_record(v->e->all->owners, o->losses[i]) == v->e->owner)
			return true;
	return false;
}

static bool is_side(const struct view *v, const struct obligation *o)
{
	return is_mine(v, o->debtor) || is_mine(v, o->creditor);
}

/* Whether another obligation of its own is in the same incident: the pot is then its pot too. */
static bool shares_incident(const struct view *v, const struct obligation *o)
{
	const struct statement *s = v->e->all->s;

	for (size_t i = 0; i < s->obligation_count; i++)
		if (is_side(v, &s->obligations[i]) && same_text(s->obligations[i].incident, o->incident))
			return true;
	return false;
}

/* It is a side of it; or what it gets is paid from it: the pot that the Agency recovers from the provider. */
static bool has_obligation(const struct view *v, const struct obligation *o)
{
	if (is_side(v, o))
		return true;
	if (is_of_another(v, o->debtor) || is_of_another(v, o->creditor))
		return false;
	return o->loss_count ? has_loss(v, o) : shares_incident(v, o);
}

static void keep_losses(struct view *v, struct obligation *o, const struct obligation *from)
{
	o->losses = arena_array(v->arena, from->loss_count, sizeof *o->losses);
	o->loss_count = 0;
	for (size_t i = 0; i < from->loss_count; i++)
		if (!excerpt_foreign(v->e, owner_of_record(v->e->all->owners, from->losses[i])))
			o->losses[o->loss_count++] = from->losses[i];
	o->notes = arena_array(v->arena, from->note_count, sizeof *o->notes);
	o->note_count = 0;
	for (size_t i = 0; i < from->note_count; i++)
		if (excerpt_label(v->s, from->notes[i]))
			o->notes[o->note_count++] = from->notes[i];
}

static void keep_obligations(struct view *v)
{
	const struct statement *s = v->e->all->s;
	const struct obligation **kept = arena_array(v->arena, s->obligation_count, sizeof *kept);

	v->s->obligations = arena_array(v->arena, s->obligation_count, sizeof *s->obligations);
	v->s->obligation_count = 0;
	for (size_t i = 0; i < s->obligation_count; i++) {
		struct obligation *o = &v->s->obligations[v->s->obligation_count];

		if (!has_obligation(v, &s->obligations[i]))
			continue;
		kept[v->s->obligation_count++] = &s->obligations[i];
		*o = s->obligations[i];
		keep_losses(v, o, &s->obligations[i]);
	}
	for (size_t i = 0; i < v->s->obligation_count; i++) {
		const struct obligation *made_good = v->s->obligations[i].indemnifies;

		v->s->obligations[i].indemnifies = NULL;
		for (size_t k = 0; made_good && k < v->s->obligation_count; k++)
			if (kept[k] == made_good)
				v->s->obligations[i].indemnifies = &v->s->obligations[k];
	}
}

#define KEEP(v, list, number, wanted)                                                                        \
	do {                                                                                                 \
		const struct statement *whole = (v)->e->all->s;                                              \
		(v)->s->list = arena_array((v)->arena, whole->number, sizeof *whole->list);                  \
		(v)->s->number = 0;                                                                          \
		for (size_t i = 0; i < whole->number; i++)                                                   \
			if (wanted((v), &whole->list[i]))                                                    \
				(v)->s->list[(v)->s->number++] = whole->list[i];                             \
	} while (0)

static bool has_pass_through(const struct view *v, const struct pass_through *t)
{
	return is_mine(v, t->to);
}

static bool has_reduction(const struct view *v, const struct reduction_result *r)
{
	for (size_t i = 0; i < r->record->service_count; i++)
		if (has_service(v, r->record->services[i]))
			return true;
	return is_mine(v, r->record->from) || is_mine(v, r->record->to);
}

static bool has_exchanged(const struct view *v, const struct exchanged *x)
{
	return !is_of_another(v, x->party) &&
	       !excerpt_foreign(v->e, owner_of_node(v->e->all->owners, x->before));
}

static bool has_late_payment(const struct view *v, const struct late_payment_result *r)
{
	return is_mine(v, r->late->debtor) || is_mine(v, r->late->creditor);
}

static bool has_instalment(const struct view *v, const struct instalment_result *r)
{
	return is_mine(v, r->plan->debtor) || is_mine(v, r->plan->creditor);
}

static bool has_invoice(const struct view *v, const struct invoice_result *r)
{
	return is_mine(v, r->invoice->from) || is_mine(v, r->invoice->to);
}

static bool has_part(const struct view *v, const struct apportionment_result *r)
{
	for (size_t i = 0; i < r->body_count; i++)
		if (is_mine(v, r->bodies[i].party))
			return true;
	return false;
}

/* ---- its part of a sharing ---- */

static void keep_weights(const struct view *v, struct body_weight **weights, size_t *count)
{
	const struct body_weight *from = *weights;
	size_t all = *count;

	*weights = arena_array(v->arena, all, sizeof **weights);
	*count = 0;
	for (size_t i = 0; i < all; i++)
		if (is_mine(v, from[i].party))
			(*weights)[(*count)++] = from[i];
}

static struct weight_version *own_versions(const struct view *v, const struct apportionment *from)
{
	struct weight_version *versions = arena_array(v->arena, from->version_count, sizeof *versions);

	for (size_t i = 0; i < from->version_count; i++) {
		versions[i] = from->versions[i];
		keep_weights(v, &versions[i].weights, &versions[i].weight_count);
		versions[i].blends =
		    arena_array(v->arena, versions[i].blend_count, sizeof *versions[i].blends);
		for (size_t k = 0; k < versions[i].blend_count; k++) {
			versions[i].blends[k] = from->versions[i].blends[k];
			keep_weights(v, &versions[i].blends[k].weights, &versions[i].blends[k].weight_count);
		}
	}
	return versions;
}

static struct cost_stage *own_stages(const struct view *v, const struct apportionment *from)
{
	struct cost_stage *stages = arena_array(v->arena, from->stage_count, sizeof *stages);

	for (size_t i = 0; i < from->stage_count; i++) {
		stages[i] = from->stages[i];
		keep_weights(v, &stages[i].amounts, &stages[i].amount_count);
		stages[i].among = arena_array(v->arena, stages[i].among_count, sizeof *stages[i].among);
		stages[i].among_count = 0;
		for (size_t k = 0; k < from->stages[i].among_count; k++)
			if (is_mine(v, from->stages[i].among[k]))
				stages[i].among[stages[i].among_count++] = from->stages[i].among[k];
	}
	return stages;
}

static void keep_part(struct view *v, struct apportionment_result *r)
{
	const struct apportionment_result from = *r;
	struct apportionment *of = arena_new(v->arena, struct apportionment);
	size_t mine = 0;

	*of = *from.apportionment;
	of->versions = own_versions(v, from.apportionment);
	of->stages = own_stages(v, from.apportionment);
	r->apportionment = of;
	while (!is_mine(v, from.bodies[mine].party))
		mine++;
	r->bodies = &from.bodies[mine];
	r->body_count = 1;
	r->parts = arena_array(v->arena, from.part_count, sizeof *r->parts);
	for (size_t i = 0; i < from.part_count; i++) {
		r->parts[i] = from.parts[i];
		if (from.parts[i].version)
			r->parts[i].version =
			    &of->versions[from.parts[i].version - from.apportionment->versions];
		if (from.parts[i].grants)
			r->parts[i].grants = &from.parts[i].grants[mine];
	}
}

/* ---- its entries of the ledger ---- */

/* An account between provider and Agency is its account too where it is paid from there. */
static bool is_of_its_pot(const struct view *v, const struct ledger_edge *edge)
{
	for (size_t i = 0; i < v->s->obligation_count; i++) {
		const struct obligation *o = &v->s->obligations[i];

		if (o->debtor == edge->debtor && o->creditor == edge->creditor &&
		    basis_is(edge->basis, o->basis) && same_text(o->incident, edge->incident))
			return true;
	}
	return false;
}

static bool has_posting(const struct view *v, const struct posting *posting)
{
	const struct balance *account = &v->e->all->s->ledger->balances[posting->balance];
	int owner = v->e->all->of_account[posting->balance];

	if (excerpt_foreign(v->e, owner_of_node(v->e->all->owners, posting->amount)))
		return false;
	return owner == v->e->owner || (owner == OWNER_NONE && is_of_its_pot(v, account->edge));
}

/* A record of another municipality, as far as it must be known: its day, its kind, and why something was taken back. */
static const struct liability_record *nameless(struct view *v, const struct liability_record *r)
{
	struct liability_record *out = arena_new(v->arena, struct liability_record);

	*out = (struct liability_record){
		.index = r->index, .id = EXCERPT_NAMELESS, .kind = r->kind, .day = r->day
	};
	out->cause = r->cause;
	out->reverses = r->reverses ? nameless(v, r->reverses) : NULL;
	return out;
}

/* The postings of an entry but those to accounts of others. Whether it has a part in the entry. */
static bool keep_postings(struct view *v, struct ledger_entry *entry)
{
	const struct ledger_entry from = *entry;
	int owner = owner_of_record(v->e->all->owners, from.record);
	bool mine = owner == v->e->owner;

	entry->postings = arena_array(v->arena, from.posting_count, sizeof *entry->postings);
	entry->posting_count = 0;
	for (size_t k = 0; k < from.posting_count; k++) {
		mine = mine || v->e->all->of_account[from.postings[k].balance] == v->e->owner;
		if (has_posting(v, &from.postings[k]))
			entry->postings[entry->posting_count++] = from.postings[k];
	}
	if (excerpt_foreign(v->e, owner))
		entry->record = nameless(v, from.record);
	return mine && entry->posting_count > 0;
}

/* The accounts that are left, under new numbers. */
static void keep_balances(struct view *v, struct ledger *l, const struct ledger *from)
{
	size_t *number = arena_array(v->arena, from->balance_count, sizeof *number); /* 0: not used */

	for (size_t i = 0; i < l->entry_count; i++)
		for (size_t k = 0; k < l->entries[i].posting_count; k++)
			number[l->entries[i].postings[k].balance] = 1;
	l->balances = arena_array(v->arena, from->balance_count, sizeof *l->balances);
	for (size_t i = 0; i < from->balance_count; i++)
		if (number[i]) {
			number[i] = l->balance_count;
			l->balances[l->balance_count++] = from->balances[i];
		}
	for (size_t i = 0; i < l->entry_count; i++)
		for (size_t k = 0; k < l->entries[i].posting_count; k++) {
			struct posting *posting = &l->entries[i].postings[k];

			posting->balance = number[posting->balance];
		}
}

static void keep_ledger(struct view *v)
{
	const struct ledger *from = v->e->all->s->ledger;
	struct ledger *l = arena_new(v->arena, struct ledger);

	if (!from)
		return;
	l->entries = arena_array(v->arena, from->entry_count, sizeof *l->entries);
	for (size_t i = 0; i < from->entry_count; i++) {
		l->entries[l->entry_count] = from->entries[i];
		l->entry_count += keep_postings(v, &l->entries[l->entry_count]);
	}
	keep_balances(v, l, from);
	v->s->ledger = l->entry_count ? l : NULL;
}

void excerpt_keep(struct arena *a, struct statement *s)
{
	struct view view = { .arena = a, .s = s, .e = s->excerpt, .c = arena_new(a, struct sla_case) };
	struct view *v = &view;

	*v->c = *s->the_case;
	s->the_case = v->c;
	keep_services(v);
	keep_facts(v);
	keep_terms(v);
	keep_obligations(v);
	v->s->total_count = 0; /* of all municipalities together */
	KEEP(v, pass_through, pass_through_count, has_pass_through);
	KEEP(v, reductions, reduction_count, has_reduction);
	KEEP(v, exchanged, exchanged_count, has_exchanged);
	KEEP(v, late_payments, late_payment_count, has_late_payment);
	KEEP(v, instalments, instalment_count, has_instalment);
	KEEP(v, invoices, invoice_count, has_invoice);
	KEEP(v, apportionments, apportionment_count, has_part);
	for (size_t i = 0; i < v->s->apportionment_count; i++)
		keep_part(v, &v->s->apportionments[i]);
	keep_ledger(v);
}
