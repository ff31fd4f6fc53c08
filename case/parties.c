/* parties: who takes part in a case; 1,741 of them may be named by every record, so they are found by a hash of their id. */
#include "case/reader.h"

#include <string.h>

static const struct party **slot_of(const struct reader *r, const char *id)
{
	size_t i = 2166136261U;

	for (const char *c = id; *c; c++)
		i = (i ^ (unsigned char)*c) * 16777619U;
	for (i ^= i >> 15;; i++) {
		const struct party **slot = &r->party_slots[i & (r->party_slot_count - 1)];

		if (!*slot || strcmp((*slot)->id, id) == 0)
			return slot;
	}
}

/* False: a party of that id is there already. */
static bool enter(const struct reader *r, const struct party *p)
{
	const struct party **slot = slot_of(r, p->id);

	if (*slot)
		return false;
	*slot = p;
	return true;
}

const struct party *find_party(const struct reader *r, const char *id)
{
	if (r->party_slots)
		return *slot_of(r, id);
	for (size_t i = 0; i < r->c->party_count; i++)
		if (strcmp(r->c->parties[i].id, id) == 0)
			return &r->c->parties[i];
	return NULL;
}

int read_party(const struct reader *r, const struct node *object, const char *key, const struct party **out,
               struct error *err)
{
	struct node member = node_member(object, key);
	const char *id;

	if (node_string(object, key, REQUIRED, &id, err) < 0)
		return err->code;
	*out = find_party(r, id);
	return *out ? 0 : node_fail(&member, err, "no party '%s'", id);
}

int read_debt_parties(const struct reader *r, const struct node *object, const struct party **debtor,
                      const struct party **creditor, struct error *err)
{
	struct node member = node_member(object, "creditor");

	if (read_party(r, object, "debtor", debtor, err) < 0 ||
	    read_party(r, object, "creditor", creditor, err) < 0)
		return err->code;
	return *debtor == *creditor ? node_fail(&member, err, "nobody owes himself") : 0;
}

static int read_one_party(struct reader *r, const struct node *parties, size_t i, struct error *err)
{
	static const char *const kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP", NULL };
	struct party *p = &r->c->parties[i];
	struct node object;
	int kind = 0;

	if (node_item_object(parties, i, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "id", "kind", "code", "name", NULL }, err) < 0 ||
	    read_text(r->arena, &object, "id", REQUIRED, &p->id, err) < 0 ||
	    node_word(&object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_text(r->arena, &object, "code", OPTIONAL, &p->code, err) < 0 ||
	    read_text(r->arena, &object, "name", OPTIONAL, &p->name, err) < 0)
		return err->code;
	p->kind = (enum party_kind)kind;
	if (!enter(r, p))
		return node_fail(&object, err, "the party '%s' is there twice", p->id);
	for (size_t k = 0; k < i; k++)
		if (p->kind == PARTY_DA && r->c->parties[k].kind == PARTY_DA)
			return node_fail(&object, err, "there is one Digital Agency; '%s' is a second",
			                 p->id);
	return 0;
}

int read_parties(struct reader *r, const struct node *root, struct error *err)
{
	struct node parties;

	if (node_array(root, "parties", REQUIRED, &parties, err) < 0)
		return err->code;
	r->c->parties = arena_array(r->arena, node_count(&parties), sizeof *r->c->parties);
	r->party_slot_count = 16;
	while (r->party_slot_count < 2 * node_count(&parties))
		r->party_slot_count *= 2;
	r->party_slots = arena_array(r->arena, r->party_slot_count, sizeof *r->party_slots);
	for (size_t i = 0; i < node_count(&parties); i++) {
		r->c->party_count = i + 1;
		if (read_one_party(r, &parties, i, err) < 0)
			return err->code;
	}
	return 0;
}
