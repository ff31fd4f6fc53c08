/* registry: terms, one file each. What they may say is for case/'s own reader to decide. */
#include "case/reader.h"
#include "case/catalogue.h"
#include "slacalc/digest.h"
#include "slacalc/registry_part.h"

#include <string.h>

/* Two versions of one id must not be in force on the same day. */
static int check_in_force(struct registry *r, const char *id, const char *from, const char *to,
                          const struct node *root, struct error *err)
{
	json_t *other;
	size_t i;

	json_array_foreach (r->rows[TABLE_TERMS], i, other) {
		const char *name, *since, *until;

		json_unpack(other, "{s:s, s:s, s:s}", "id", &name, "effective_from", &since, "effective_to",
		            &until);
		if (strcmp(name, id) == 0 && strcmp(since, to) < 0 && strcmp(from, until) < 0)
			return node_fail(root, err, "the terms '%s' are in force twice from %s", id,
			                 strcmp(since, from) > 0 ? since : from);
	}
	return 0;
}

int registry_read_terms(struct registry *r, const struct document *doc, struct error *err)
{
	struct terms *t = &r->outline.terms[r->outline.terms_count];
	char hash[DIGEST_TEXT_SIZE];
	const char *from, *to;
	int64_t hours;
	struct node root;
	bool follows; /* whatever edition of the catalogue is in force */
	json_t *row;

	if (document_root(doc, &root, err) < 0 || terms_resolve(&r->arena, &root, NULL, t, &hours, err) < 0)
		return err->code;
	follows = json_object_get(root.value, "catalogue") && !json_object_get(root.value, "edition");
	from = t->effective_from && !follows ? t->effective_from : "1970-01-01";
	to = t->effective_to && !follows ? t->effective_to : "9999-12-31";
	if (strcmp(from, to) >= 0)
		return node_fail(&root, err, "the terms '%s' end before they begin", t->id);
	if (check_in_force(r, t->id, from, to, &root, err) < 0)
		return err->code;
	r->outline.terms_count++;
	digest_sha256(doc->text.bytes, doc->text.length, hash);
	row = json_pack("{s:s, s:s, s:s, s:s, s:s%}", "id", t->id, "effective_from", from, "effective_to", to,
	                "sha256", hash, "body", doc->text.bytes, doc->text.length);
	registry_add(r, TABLE_TERMS, row);
	return registry_find(r, "terms", t->id) ? 0 : registry_claim(r, "terms", t->id, row, &root, err);
}
