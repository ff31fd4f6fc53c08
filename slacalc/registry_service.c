/* registry: services and their fees. */
#include "calc/exact.h"
#include "case/reader.h"
#include "slacalc/registry_part.h"

#include <string.h>

/* A month as the date of its first day; absent: the given end of time. */
static int read_month(const struct node *object, const char *key, const char *open, const char **out,
                      struct arena *a, struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;
	struct date month;

	*out = open;
	if (node_string(object, key, OPTIONAL, &text, err) < 0 || !text)
		return err->code;
	if (month_parse(&month, text, err) < 0)
		return node_fail_at(&member, err);
	*out = arena_printf(a, "%s-01", text);
	return 0;
}

static int check_share(const struct node *object, exact share, struct error *err)
{
	struct node member = node_member(object, "state_share");

	if (exact_compare(share, "1") > 0)
		return node_fail(&member, err, "a share is a fraction of 1; %s is more", share);
	return 0;
}

/* Neither two fees of one payer in one month, nor two currencies in one service. Its rows are the last ones.
 */
static int check_against(const struct registry *r, json_t *row, const struct node *object, struct error *err)
{
	const char *service, *payer, *from, *to, *currency, *other[5];

	json_unpack(row, "{s:s, s:s, s:s, s:s, s:s}", "service", &service, "payer", &payer, "from_month",
	            &from, "to_month", &to, "currency", &currency);
	for (size_t i = json_array_size(r->rows[TABLE_FEE]); i-- > 0;) {
		json_unpack(json_array_get(r->rows[TABLE_FEE], i), "{s:s, s:s, s:s, s:s, s:s}", "service",
		            &other[0], "payer", &other[1], "from_month", &other[2], "to_month", &other[3],
		            "currency", &other[4]);
		if (strcmp(other[0], service) != 0)
			break;
		if (strcmp(other[4], currency) != 0)
			return node_fail(object, err,
			                 "one service is billed in one currency; '%s' and '%s' are two",
			                 other[4], currency);
		if (strcmp(other[1], payer) == 0 && strcmp(other[2], to) < 0 && strcmp(from, other[3]) < 0)
			return node_fail(object, err, "the payer '%s' has two fees for one month", payer);
	}
	return 0;
}

static int read_fee(struct registry *r, const struct node *object, const char *service, size_t position,
                    struct error *err)
{
	static const char *const keys[] = { "payer", "amount", "currency", "state_share", "bases",
		                            "from",  "to",     "tax",      NULL };
	struct reader reader = { .arena = &r->arena, .c = &r->outline };
	struct node currency_node = node_member(object, "currency"), bases = node_member(object, "bases");
	const char *payer, *currency, *from, *to;
	exact amount, share;
	struct fee fee = { NULL };
	bool taxed = false, included = false;
	exact percent = NULL;
	json_t *row;
	int rc;

	if (node_check_keys(object, keys, err) < 0 ||
	    registry_reference(r, object, "payer", "party", REQUIRED, &payer, err) < 0 ||
	    read_exact(&r->arena, object, "amount", REQUIRED, &amount, err) < 0 ||
	    read_text(&r->arena, object, "currency", REQUIRED, &currency, err) < 0 ||
	    read_exact(&r->arena, object, "state_share", OPTIONAL, &share, err) < 0 ||
	    read_month(object, "from", "1970-01-01", &from, &r->arena, err) < 0 ||
	    read_month(object, "to", "9999-12-01", &to, &r->arena, err) < 0 ||
	    read_bases(&reader, object, &fee, err) < 0 ||
	    read_tax(&reader, object, &taxed, &included, &percent, err) < 0)
		return err->code;
	if (strlen(currency) != 3 || strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return node_fail(&currency_node, err, "'%.40s' is not a currency code like JPY", currency);
	if (strcmp(from, to) >= 0)
		return node_fail(object, err, "'to' is not after 'from'");
	if (share && check_share(object, share, err) < 0)
		return err->code;
	row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o}", "service", service, "payer", payer,
	                "from_month", from, "to_month", to, "amount", amount, "currency", currency,
	                "state_share", share ? share : "0", "position", (int)position, "bases",
	                fee.base_count ? json_incref(bases.value) : json_object());
	if (taxed)
		json_object_set(row, "tax", node_member(object, "tax").value);
	rc = check_against(r, row, object, err);
	registry_add(r, TABLE_FEE, row);
	return rc;
}

static int read_fees(struct registry *r, const struct node *object, const char *service, struct error *err)
{
	struct node list, fee;

	if (node_array(object, "fees", OPTIONAL, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&list); i++)
		if (node_item_object(&list, i, &fee, err) < 0 || read_fee(r, &fee, service, i, err) < 0)
			return err->code;
	return 0;
}

static int read_target(struct registry *r, const struct node *list, size_t i, struct service *s,
                       int64_t vantages, struct error *err)
{
	struct node item = node_item(list, i);
	json_t *target;
	const char *id;

	if (node_item_string(list, i, &id, err) < 0)
		return err->code;
	target = registry_find(r, "target", id);
	if (!target)
		return node_fail(&item, err, "no target '%.200s'", id);
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->targets[k], id) == 0)
			return node_fail(&item, err, "the target '%s' is there twice", id);
	if ((int64_t)json_array_size(json_object_get(target, "vantages")) < vantages)
		return node_fail(&item, err, "the target '%s' is watched by fewer than %lld vantages", id,
		                 (long long)vantages);
	s->targets[s->target_count++] = arena_copy(&r->arena, id);
	registry_add(r, TABLE_SERVICE_TARGET,
	             json_pack("{s:s, s:s, s:i}", "target", id, "service", s->id, "position", (int)i));
	return 0;
}

static int read_targets(struct registry *r, const struct node *list, struct service *s, int64_t vantages,
                        struct error *err)
{
	if (node_count(list) == 0)
		return node_fail(list, err, "at least one target is needed");
	s->targets = arena_array(&r->arena, node_count(list), sizeof *s->targets);
	for (size_t i = 0; i < node_count(list); i++)
		if (read_target(r, list, i, s, vantages, err) < 0)
			return err->code;
	return 0;
}

/* By what the service is seen: its targets, or outages that are known. */
static int read_seen(struct registry *r, const struct node *object, struct service *s, int64_t vantages,
                     struct error *err)
{
	struct reader reader = { .arena = &r->arena, .c = &r->outline };
	struct node targets, outages;

	if (node_array(object, "targets", OPTIONAL, &targets, err) < 0 ||
	    node_array(object, "outages", OPTIONAL, &outages, err) < 0)
		return err->code;
	if (!targets.value == !outages.value)
		return node_fail(object, err, "a service has either 'targets' or 'outages'");
	return targets.value ? read_targets(r, &targets, s, vantages, err)
	                     : read_outages(&reader, &outages, s, err);
}

static int read_quorum(const struct node *object, int64_t *vantages, const char **targets, struct error *err)
{
	static const char *const modes[] = { "any", "all", NULL };
	struct node quorum;
	int mode = 0;

	*vantages = 1;
	*targets = modes[0];
	if (node_object(object, "quorum", OPTIONAL, &quorum, err) < 0 || !quorum.value)
		return err->code;
	if (node_check_keys(&quorum, (const char *const[]){ "vantages", "targets", NULL }, err) < 0 ||
	    node_integer(&quorum, "vantages", OPTIONAL, 1, 1000, vantages, err) < 0 ||
	    node_word(&quorum, "targets", OPTIONAL, modes, &mode, err) < 0)
		return err->code;
	*targets = modes[mode];
	return 0;
}

/* What case/ reads of a service beside what SQL chooses by. */
static json_t *more_of(const struct node *object)
{
	static const char *const keys[] = { "outages", "attributes",  "members", "deployed", "subscribed",
		                            "network", "baseline_ms", "opening", "choice",   NULL };
	json_t *more = json_object();

	for (const char *const *key = keys; *key; key++) {
		json_t *value = json_object_get(object->value, *key);

		if (value && !json_is_null(value))
			json_object_set(more, *key, value);
	}
	return more;
}

static const struct terms *find_terms(const struct registry *r, const char *id)
{
	const struct terms *found = NULL;

	for (size_t i = 0; i < r->outline.terms_count; i++)
		if (strcmp(r->outline.terms[i].id, id) == 0)
			found = &r->outline.terms[i];
	return found;
}

int registry_read_service(struct registry *r, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "id",          "name",       "organisation", "provider",
		                            "terms",       "targets",    "outages",      "quorum",
		                            "fees",        "attributes", "members",      "network",
		                            "deployed",    "opening",    "choice",       "subscribed",
		                            "baseline_ms", NULL };
	struct reader reader = { .arena = &r->arena, .c = &r->outline };
	struct service *s = &r->outline.services[r->outline.service_count];
	const char *organisation, *provider, *terms, *mode;
	int64_t vantages;
	json_t *row;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &s->id, err) < 0 ||
	    read_text(&r->arena, object, "name", OPTIONAL, &s->name, err) < 0 ||
	    registry_reference(r, object, "organisation", "organisation", REQUIRED, &organisation, err) < 0 ||
	    registry_reference(r, object, "provider", "party", REQUIRED, &provider, err) < 0 ||
	    registry_reference(r, object, "terms", "terms", REQUIRED, &terms, err) < 0)
		return err->code;
	s->provider = find_party(&reader, provider);
	s->terms = find_terms(r, terms);
	if (read_quorum(object, &vantages, &mode, err) < 0 || read_seen(r, object, s, vantages, err) < 0 ||
	    read_service_facts(&reader, object, s, err) < 0)
		return err->code;
	r->outline.service_count++;
	row = json_pack("{s:s, s:s?, s:s, s:s, s:s, s:I, s:s, s:o}", "id", s->id, "name", s->name,
	                "organisation", organisation, "provider", provider, "terms", terms, "quorum_vantages",
	                (json_int_t)vantages, "quorum_targets", mode, "more", more_of(object));
	registry_add(r, TABLE_SERVICE, row);
	if (registry_claim(r, "service", s->id, row, object, err) < 0)
		return err->code;
	return read_fees(r, object, s->id, err);
}

/* ---- once all services are read: who answers for their targets ---- */

static bool rests_on(const struct service *s, const char *target)
{
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i], target) == 0)
			return true;
	return false;
}

static bool is_provided_by(const struct registry *r, const char *target, const char *party)
{
	for (size_t i = 0; i < r->outline.service_count; i++) {
		const struct service *s = &r->outline.services[i];

		if (rests_on(s, target) && strcmp(s->provider->id, party) == 0)
			return true;
	}
	return false;
}

/* Who answers for a target provides a service that rests on it; as case/ has it for the hops of a path. */
int registry_check_service(struct registry *r, const struct node *object, struct error *err)
{
	struct node list = node_member(object, "targets");

	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const char *target = json_string_value(item.value);
		const char *id =
		    json_string_value(json_object_get(registry_find(r, "target", target), "segment"));
		const json_t *segment = id ? registry_find(r, "segment", id) : NULL;
		const char *party = json_string_value(json_object_get(segment, "party"));

		if (segment && !party)
			return node_fail(
			    &item, err,
			    "the target is in '%s', the monitor's own side: no service rests on that", id);
		if (party && !is_provided_by(r, target, party))
			return node_fail(
			    &item, err,
			    "the target is in '%s', for which '%s' answers, who provides no service "
			    "that rests on it",
			    id, party);
	}
	return 0;
}
