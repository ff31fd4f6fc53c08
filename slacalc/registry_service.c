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
	static const char *const keys[] = {
		"payer", "amount", "currency", "state_share", "from", "to", NULL
	};
	struct node currency_node = node_member(object, "currency");
	const char *payer, *currency, *from, *to;
	exact amount, share;
	json_t *row;
	int rc;

	if (node_check_keys(object, keys, err) < 0 ||
	    registry_reference(r, object, "payer", "party", REQUIRED, &payer, err) < 0 ||
	    read_exact(&r->arena, object, "amount", REQUIRED, &amount, err) < 0 ||
	    read_text(&r->arena, object, "currency", REQUIRED, &currency, err) < 0 ||
	    read_exact(&r->arena, object, "state_share", OPTIONAL, &share, err) < 0 ||
	    read_month(object, "from", "1970-01-01", &from, &r->arena, err) < 0 ||
	    read_month(object, "to", "9999-12-01", &to, &r->arena, err) < 0)
		return err->code;
	if (strlen(currency) != 3 || strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return node_fail(&currency_node, err, "'%.40s' is not a currency code like JPY", currency);
	if (strcmp(from, to) >= 0)
		return node_fail(object, err, "'to' is not after 'from'");
	if (share && check_share(object, share, err) < 0)
		return err->code;
	row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "service", service, "payer", payer,
	                "from_month", from, "to_month", to, "amount", amount, "currency", currency,
	                "state_share", share ? share : "0", "position", (int)position);
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

static int read_targets(struct registry *r, const struct node *object, const char *service, int64_t vantages,
                        struct error *err)
{
	struct node list;

	if (node_array(object, "targets", REQUIRED, &list, err) < 0)
		return err->code;
	if (node_count(&list) == 0)
		return node_fail(&list, err, "at least one target is needed");
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		json_t *target;
		const char *id;

		if (node_item_string(&list, i, &id, err) < 0)
			return err->code;
		target = registry_find(r, "target", id);
		if (!target)
			return node_fail(&item, err, "no target '%.200s'", id);
		for (size_t k = 0; k < i; k++)
			if (strcmp(json_string_value(json_array_get(list.value, k)), id) == 0)
				return node_fail(&item, err, "the target '%s' is there twice", id);
		if ((int64_t)json_array_size(json_object_get(target, "vantages")) < vantages)
			return node_fail(&item, err, "the target '%s' is watched by fewer than %lld vantages",
			                 id, (long long)vantages);
		registry_add(
		    r, TABLE_SERVICE_TARGET,
		    json_pack("{s:s, s:s, s:i}", "target", id, "service", service, "position", (int)i));
	}
	return 0;
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

/* The service as case/'s readers of records need it. */
static void add_outline(struct registry *r, const char *id, const char *provider, const char *terms)
{
	struct service *s = &r->outline.services[r->outline.service_count++];

	s->id = id;
	s->provider = find_party(&r->outline, provider);
	for (size_t i = 0; i < r->outline.terms_count; i++)
		if (strcmp(r->outline.terms[i].id, terms) == 0)
			s->terms = &r->outline.terms[i];
}

int registry_read_service(struct registry *r, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "id",      "name",   "organisation", "provider", "terms",
		                            "targets", "quorum", "fees",         NULL };
	const char *id, *name, *organisation, *provider, *terms, *mode;
	int64_t vantages;
	json_t *row;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &id, err) < 0 ||
	    read_text(&r->arena, object, "name", OPTIONAL, &name, err) < 0 ||
	    registry_reference(r, object, "organisation", "organisation", REQUIRED, &organisation, err) < 0 ||
	    registry_reference(r, object, "provider", "party", REQUIRED, &provider, err) < 0 ||
	    registry_reference(r, object, "terms", "terms", REQUIRED, &terms, err) < 0 ||
	    read_quorum(object, &vantages, &mode, err) < 0 || read_targets(r, object, id, vantages, err) < 0)
		return err->code;
	row = json_pack("{s:s, s:s?, s:s, s:s, s:s, s:I, s:s}", "id", id, "name", name, "organisation",
	                organisation, "provider", provider, "terms", terms, "quorum_vantages",
	                (json_int_t)vantages, "quorum_targets", mode);
	registry_add(r, TABLE_SERVICE, row);
	add_outline(r, id, provider, terms);
	if (registry_claim(r, "service", id, row, object, err) < 0)
		return err->code;
	return read_fees(r, object, id, err);
}
