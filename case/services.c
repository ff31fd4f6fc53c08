/* services: what is paid for. */
#include "calc/exact.h"
#include "case/reader.h"

#include <string.h>

/* ---- fees ---- */

/* Other amounts of the fee that a credit may be a per cent of. */
int read_bases(struct reader *r, const struct node *object, struct fee *out, struct error *err)
{
	static const char *const names[] = { "fee_before_tax",
		                             "fee_after_discount",
		                             "fee_without_access_line",
		                             "storage_class_fee",
		                             "instance_fee",
		                             "region_fee",
		                             "connection_fee",
		                             "basic_fee",
		                             "hourly_fee",
		                             "next_month_fee",
		                             NULL };
	struct node bases;
	const char *name;
	json_t *value;

	if (node_object(object, "bases", OPTIONAL, &bases, err) < 0 || !bases.value)
		return err->code;
	if (node_check_keys(&bases, names, err) < 0)
		return err->code;
	out->bases = arena_array(r->arena, json_object_size(bases.value), sizeof *out->bases);
	json_object_foreach (bases.value, name, value) {
		struct fee_base *b = &out->bases[out->base_count++];

		b->name = arena_copy(r->arena, name);
		if (read_exact(r->arena, &bases, name, REQUIRED, &b->amount, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_fee(struct reader *r, const struct node *fees, size_t i, struct fee *out, struct error *err)
{
	static const char *const keys[] = {
		"payer", "amount", "currency", "state_share", "bases", "tax", NULL
	};
	struct node object, share;

	if (node_item_object(fees, i, &object, err) < 0 || node_check_keys(&object, keys, err) < 0 ||
	    read_party(r, &object, "payer", &out->payer, err) < 0 ||
	    read_exact(r->arena, &object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    read_currency(r->arena, &object, "currency", REQUIRED, &out->currency, err) < 0 ||
	    read_exact(r->arena, &object, "state_share", OPTIONAL, &out->state_share, err) < 0)
		return err->code;
	if (!out->state_share)
		out->state_share = "0";
	share = node_member(&object, "state_share");
	if (exact_compare(out->state_share, "1") > 0)
		return node_fail(&share, err, "a share is a fraction of 1; %s is more", out->state_share);
	if (read_tax(r, &object, &out->has_tax, &out->tax_included, &out->tax_percent, err) < 0)
		return err->code;
	return read_bases(r, &object, out, err);
}

static int check_fee(const struct node *fees, const struct service *s, size_t i, struct error *err)
{
	struct node fee = node_item(fees, i), currency = node_member(&fee, "currency");

	if (strcmp(s->fees[i].currency, s->fees[0].currency) != 0)
		return node_fail(&currency, err,
		                 "one service is billed in one currency; '%s' and '%s' are two",
		                 s->fees[0].currency, s->fees[i].currency);
	for (size_t k = 0; k < i; k++)
		if (s->fees[k].payer == s->fees[i].payer)
			return node_fail(&fee, err, "the payer '%s' is there twice", s->fees[i].payer->id);
	return 0;
}

static int read_fees(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node fees;

	if (node_array(object, "fees", OPTIONAL, &fees, err) < 0)
		return err->code;
	s->fee_count = node_count(&fees);
	s->fees = arena_array(r->arena, s->fee_count, sizeof *s->fees);
	for (size_t i = 0; i < s->fee_count; i++)
		if (read_fee(r, &fees, i, &s->fees[i], err) < 0 || check_fee(&fees, s, i, err) < 0)
			return err->code;
	return 0;
}

/* ---- targets or outages ---- */

static size_t vantages_of(const struct sla_case *c, const char *target)
{
	size_t count = 0;

	for (size_t i = 0; i < c->observation_count; i++)
		count += strcmp(c->observations[i].target, target) == 0;
	return count;
}

static int read_quorum(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	static const char *const modes[] = { "any", "all", NULL };
	struct node quorum, vantages;
	int mode = 0;

	s->quorum.vantages = 1;
	if (node_object(object, "quorum", OPTIONAL, &quorum, err) < 0 || !quorum.value)
		return err->code;
	vantages = node_member(&quorum, "vantages");
	if (node_check_keys(&quorum, (const char *const[]){ "vantages", "targets", NULL }, err) < 0 ||
	    node_integer(&quorum, "vantages", OPTIONAL, 1, 1000, &s->quorum.vantages, err) < 0 ||
	    node_word(&quorum, "targets", OPTIONAL, modes, &mode, err) < 0)
		return err->code;
	s->quorum.all_targets = mode == 1;
	for (size_t i = 0; i < s->target_count; i++)
		if (vantages_of(r->c, s->targets[i]) < (size_t)s->quorum.vantages)
			return node_fail(&vantages, err, "the target '%s' is observed from %zu vantages only",
			                 s->targets[i], vantages_of(r->c, s->targets[i]));
	return 0;
}

static int read_targets(struct reader *r, const struct node *targets, struct service *s, struct error *err)
{
	s->target_count = node_count(targets);
	s->targets = arena_array(r->arena, s->target_count, sizeof *s->targets);
	if (s->target_count == 0)
		return node_fail(targets, err, "at least one target is needed");
	for (size_t i = 0; i < s->target_count; i++) {
		struct node item = node_item(targets, i);
		const char *id;

		if (node_item_string(targets, i, &id, err) < 0)
			return err->code;
		if (vantages_of(r->c, id) == 0)
			return node_fail(&item, err, "no target '%s' is observed", id);
		for (size_t k = 0; k < i; k++)
			if (strcmp(s->targets[k], id) == 0)
				return node_fail(&item, err, "the target '%s' is there twice", id);
		s->targets[i] = arena_copy(r->arena, id);
	}
	return 0;
}

int read_outages(struct reader *r, const struct node *outages, struct service *s, struct error *err)
{
	s->known_outages = true;
	s->outage_count = node_count(outages);
	s->outages = arena_array(r->arena, s->outage_count, sizeof *s->outages);
	for (size_t i = 0; i < s->outage_count; i++) {
		struct node object;

		if (node_item_object(outages, i, &object, err) < 0 ||
		    node_check_keys(&object, (const char *const[]){ "start", "end", NULL }, err) < 0 ||
		    read_span(&object, &s->outages[i], err) < 0)
			return err->code;
	}
	return 0;
}

static int read_seen(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node targets, outages;

	if (node_array(object, "targets", OPTIONAL, &targets, err) < 0 ||
	    node_array(object, "outages", OPTIONAL, &outages, err) < 0)
		return err->code;
	if (!targets.value == !outages.value)
		return node_fail(object, err, "a service has either 'targets' or 'outages'");
	return targets.value ? read_targets(r, &targets, s, err) : read_outages(r, &outages, s, err);
}

/* ---- services ---- */

static int find_terms(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node member = node_member(object, "terms");
	const char *id;

	if (node_string(object, "terms", REQUIRED, &id, err) < 0)
		return err->code;
	for (size_t i = 0; i < r->c->terms_count; i++)
		if (strcmp(r->c->terms[i].id, id) == 0)
			s->terms = &r->c->terms[i];
	return s->terms ? 0 : node_fail(&member, err, "no terms '%s'", id);
}

static int read_service(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	static const char *const keys[] = { "id",          "name",     "provider", "terms",   "targets",
		                            "outages",     "quorum",   "fees",     "members", "attributes",
		                            "subscribed",  "deployed", "network",  "opening", "choice",
		                            "baseline_ms", NULL };

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &s->id, err) < 0 ||
	    read_text(r->arena, object, "name", OPTIONAL, &s->name, err) < 0 ||
	    read_party(r, object, "provider", &s->provider, err) < 0 || find_terms(r, object, s, err) < 0 ||
	    read_seen(r, object, s, err) < 0 || read_quorum(r, object, s, err) < 0)
		return err->code;
	if (find_service(r->c, s->id) != s)
		return node_fail(object, err, "the service '%s' is there twice", s->id);
	if (read_service_facts(r, object, s, err) < 0)
		return err->code;
	return read_fees(r, object, s, err);
}

int read_services(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "services", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->services = arena_array(r->arena, node_count(&list), sizeof *r->c->services);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node object;

		r->c->service_count = i + 1;
		r->c->services[i].id = "";
		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_service(r, &object, &r->c->services[i], err) < 0)
			return err->code;
	}
	return 0;
}
