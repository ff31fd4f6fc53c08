/*
 * order: facts in the order of their names, so that a statement does not depend on the order in which people wrote them
 * down. What has an order of its own keeps it: services, terms, levels, fees and the hops of a path.
 */
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

static int by_target(const void *left, const void *right)
{
	const struct observation *a = left, *b = right;
	int order = strcmp(a->target, b->target);

	return order ? order : strcmp(a->vantage, b->vantage);
}

static int by_hops(const void *left, const void *right)
{
	const struct path *a = left, *b = right;
	int order = strcmp(a->vantage, b->vantage);

	for (size_t i = 0; order == 0 && i < a->hop_count && i < b->hop_count; i++)
		order = strcmp(a->hops[i], b->hops[i]);
	return order ? order : (a->hop_count > b->hop_count) - (a->hop_count < b->hop_count);
}

/* Of structs that begin with their id. */
static int by_id(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Of structs that begin with their place in the case and their id. */
struct numbered {
	size_t index;
	const char *id;
};

static int by_id_after_index(const void *left, const void *right)
{
	return strcmp(((const struct numbered *)left)->id, ((const struct numbered *)right)->id);
}

/* An exclusion's services in the order of the case. */
static int by_service(const void *left, const void *right)
{
	const struct exclusion_use *a = left, *b = right;

	return (a->service > b->service) - (a->service < b->service);
}

static void sort(void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
	if (count > 1)
		qsort(items, count, size, order);
}

_Static_assert(offsetof(struct exclusion, id) == 0 && offsetof(struct incident, id) == 0 &&
                   offsetof(struct correction, id) == 0 && offsetof(struct claim_made, id) == 0,
               "by_id() needs the id first");

_Static_assert(offsetof(struct exchange, id) == offsetof(struct numbered, id) &&
                   offsetof(struct invoice, id) == offsetof(struct numbered, id) &&
                   offsetof(struct late_payment, id) == offsetof(struct numbered, id) &&
                   offsetof(struct instalment_plan, id) == offsetof(struct numbered, id) &&
                   offsetof(struct apportionment, id) == offsetof(struct numbered, id),
               "by_id_after_index() needs the id second");

void order_facts(struct sla_case *c)
{
	sort(c->observations, c->observation_count, sizeof *c->observations, by_target);
	sort(c->paths, c->path_count, sizeof *c->paths, by_hops);
	sort(c->exclusions, c->exclusion_count, sizeof *c->exclusions, by_id);
	for (size_t i = 0; i < c->exclusion_count; i++)
		sort(c->exclusions[i].uses, c->exclusions[i].use_count, sizeof *c->exclusions[i].uses,
		     by_service);
	sort(c->incidents, c->incident_count, sizeof *c->incidents, by_id);
	sort(c->corrections, c->correction_count, sizeof *c->corrections, by_id);
	sort(c->exchanges, c->exchange_count, sizeof *c->exchanges, by_id_after_index);
	sort(c->invoices, c->invoice_count, sizeof *c->invoices, by_id_after_index);
	sort(c->late_payments, c->late_payment_count, sizeof *c->late_payments, by_id_after_index);
	sort(c->instalment_plans, c->instalment_plan_count, sizeof *c->instalment_plans, by_id_after_index);
	sort(c->apportionments, c->apportionment_count, sizeof *c->apportionments, by_id_after_index);
	sort(c->claims, c->claim_count, sizeof *c->claims, by_id);
}
