/* registry: organisations, parties, vantages, segments. */
#include "case/reader.h"
#include "slacalc/registry_part.h"

#include <string.h>

bool organisation_code_check(const char *text, int *digit)
{
	int sum = 0, prefecture;

	*digit = -1;
	if (strlen(text) != 6 || strspn(text, "0123456789") != 6)
		return false;
	prefecture = 10 * (text[0] - '0') + text[1] - '0';
	if (prefecture < 1 || prefecture > 47)
		return false;
	for (int i = 0; i < 5; i++)
		sum += (6 - i) * (text[i] - '0');
	*digit = (11 - sum % 11) % 10;
	return text[5] - '0' == *digit;
}

static int check_code(const struct node *object, const char *code, struct error *err)
{
	struct node member = node_member(object, "code");
	int digit;

	if (organisation_code_check(code, &digit))
		return 0;
	if (digit >= 0)
		return node_fail(&member, err, "'%s' has a wrong check digit: %d would be right", code,
		                 digit);
	return node_fail(&member, err, "'%.40s' is not an organisation code of six digits", code);
}

int registry_read_organisation(struct registry *r, const struct node *object, struct error *err)
{
	const char *code, *name;
	json_t *row;

	if (node_check_keys(object, (const char *const[]){ "code", "name", NULL }, err) < 0 ||
	    read_text(&r->arena, object, "code", REQUIRED, &code, err) < 0 ||
	    check_code(object, code, err) < 0 ||
	    read_text(&r->arena, object, "name", REQUIRED, &name, err) < 0)
		return err->code;
	row = json_pack("{s:s, s:s}", "code", code, "name", name);
	registry_add(r, TABLE_ORGANISATION, row);
	return registry_claim(r, "organisation", code, row, object, err);
}

int registry_read_party(struct registry *r, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "id", "kind", "code", "name", NULL };
	static const char *const kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP", NULL };
	struct party *p = &r->outline.parties[r->outline.party_count];
	struct node id_node = node_member(object, "id");
	int kind = 0;
	json_t *row;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &p->id, err) < 0 ||
	    node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    registry_reference(r, object, "code", "organisation", kind == PARTY_LG ? REQUIRED : OPTIONAL,
	                       &p->code, err) < 0 ||
	    read_text(&r->arena, object, "name", OPTIONAL, &p->name, err) < 0)
		return err->code;
	for (size_t i = 0; i < r->outline.party_count; i++)
		if (kind == PARTY_DA && r->outline.parties[i].kind == PARTY_DA)
			return node_fail(&id_node, err, "there is one Digital Agency; '%s' is a second",
			                 p->id);
	p->kind = (enum party_kind)kind;
	if (p->code && !p->name)
		p->name =
		    json_string_value(json_object_get(registry_find(r, "organisation", p->code), "name"));
	r->outline.party_count++;
	row = json_pack("{s:s, s:s, s:s?, s:s?}", "id", p->id, "kind", kinds[kind], "code", p->code, "name",
	                p->name);
	registry_add(r, TABLE_PARTY, row);
	return registry_claim(r, "party", p->id, row, object, err);
}

/* What goes into the vantage's slamon.json as it stands; slamon itself checks it (apply.c). */
static const char *const slamon_keys[] = {
	"database",          "spool",         "ca_file",        "dns_servers",
	"dns_timeout_ms",    "in_flight_max", "handshakes_max", "destination_rate_per_s",
	"destination_burst", "user",          "seccomp",        "ship_wait_s"
};
#define SLAMON_KEY_COUNT (sizeof slamon_keys / sizeof slamon_keys[0])

json_t *registry_pick(const struct node *object, const char *const *keys, size_t count)
{
	json_t *picked = json_object();

	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(object->value, keys[i]);

		if (value && !json_is_null(value))
			json_object_set(picked, keys[i], value);
	}
	return picked;
}

static int check_vantage_keys(const struct node *object, struct error *err)
{
	const char *known[SLAMON_KEY_COUNT + 3] = { "id", "name" };

	memcpy(known + 2, slamon_keys, sizeof slamon_keys);
	return node_check_keys(object, known, err);
}

/* The id names a file. */
static bool names_file(const char *id)
{
	static const char *const allowed =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return id[0] != '.' && id[strspn(id, allowed)] == '\0';
}

int registry_read_vantage(struct registry *r, const struct node *object, struct error *err)
{
	struct node id_node = node_member(object, "id");
	const char *id, *name;
	json_t *row, *slamon;

	if (check_vantage_keys(object, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &id, err) < 0 ||
	    read_text(&r->arena, object, "name", OPTIONAL, &name, err) < 0)
		return err->code;
	if (!names_file(id))
		return node_fail(&id_node, err,
		                 "'%.80s' cannot name a file: use letters, digits, '.', '_', '-'", id);
	slamon = registry_pick(object, slamon_keys, SLAMON_KEY_COUNT);
	row = json_pack("{s:s, s:s, s:o}", "id", id, "name", name ? name : id, "slamon", slamon);
	registry_add(r, TABLE_VANTAGE, row);
	return registry_claim(r, "vantage", id, row, object, err);
}

int registry_read_segment(struct registry *r, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "id", "name", "party", "own", NULL };
	struct node party_node = node_member(object, "party");
	const char *id, *name, *party;
	bool own = false;
	json_t *row;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &id, err) < 0 ||
	    read_text(&r->arena, object, "name", OPTIONAL, &name, err) < 0 ||
	    node_boolean(object, "own", OPTIONAL, &own, err) < 0 ||
	    registry_reference(r, object, "party", "party", own ? OPTIONAL : REQUIRED, &party, err) < 0)
		return err->code;
	if (own && party)
		return node_fail(&party_node, err,
		                 "'own' and 'party' exclude each other: nobody is charged with the monitor's "
		                 "own side");
	row = json_pack("{s:s, s:s?, s:s?, s:b}", "id", id, "name", name, "party", party, "own", own);
	registry_add(r, TABLE_SEGMENT, row);
	return registry_claim(r, "segment", id, row, object, err);
}
