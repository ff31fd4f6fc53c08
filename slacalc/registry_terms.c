/* registry: terms, one file each, and records. What they may say is for case/'s own readers to decide. */
#include "case/reader.h"
#include "case/terms.h"
#include "slacalc/digest.h"
#include "slacalc/registry_part.h"

#include <string.h>

/* ---- terms ---- */

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
	json_t *row;

	if (document_root(doc, &root, err) < 0 || terms_read(&r->arena, &root, t, &hours, err) < 0)
		return err->code;
	from = t->effective_from ? t->effective_from : "1970-01-01";
	to = t->effective_to ? t->effective_to : "9999-12-31";
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

/* ---- records ---- */

/* Each object of an array as a row; kind NULL: it stands in the object. */
static int add_list(struct registry *r, const struct node *root, const char *key, const char *kind,
                    struct error *err)
{
	struct node list;

	if (node_array(root, key, OPTIONAL, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const char *id = json_string_value(json_object_get(item.value, "id"));
		json_t *row = json_pack("{s:s, s:s, s:O}", "kind",
		                        kind ? kind : json_string_value(json_object_get(item.value, "kind")),
		                        "id", id, "body", item.value);

		registry_add(r, TABLE_RECORD, row);
		if (registry_claim(r, kind ? kind : "record", id, row, &item, err) < 0)
			return err->code;
	}
	return 0;
}

static int add_policies(struct registry *r, const struct node *root, struct error *err)
{
	struct node policies, member;
	const char *name;
	json_t *value;

	if (node_object(root, "policies", OPTIONAL, &policies, err) < 0 || !policies.value)
		return err->code;
	json_object_foreach (policies.value, name, value) {
		json_t *row = json_pack("{s:s, s:s, s:O}", "kind", "policy", "id", name, "body", value);

		member = node_member(&policies, name);
		registry_add(r, TABLE_RECORD, row);
		if (registry_claim(r, "policy", name, row, &member, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_header(const struct document *doc, struct node *root, struct error *err)
{
	static const char *const formats[] = { "govsla-records/1", NULL };
	static const char *const keys[] = {
		"format", "exclusions", "contracts", "records", "policies", NULL
	};
	int format;

	if (document_root(doc, root, err) < 0 ||
	    node_word(root, "format", REQUIRED, formats, &format, err) < 0)
		return err->code;
	return node_check_keys(root, keys, err);
}

/* What records may refer to first: contracts of all files, policies of all files. */
static int read_first(struct registry *r, struct reader *reader, const struct document *doc,
                      struct policies *policies, struct error *err)
{
	struct contract *before = r->outline.contracts, *all;
	size_t count = r->outline.contract_count;
	struct node root, given;

	if (read_header(doc, &root, err) < 0 || read_exclusions(reader, &root, err) < 0 ||
	    read_contracts(reader, &root, err) < 0 || read_policies(reader, &root, err) < 0 ||
	    add_list(r, &root, "exclusions", "exclusion", err) < 0 ||
	    add_list(r, &root, "contracts", "contract", err) < 0 || add_policies(r, &root, err) < 0 ||
	    node_object(&root, "policies", OPTIONAL, &given, err) < 0)
		return err->code;
	if (node_member(&given, "nsp_back_to_back").value)
		policies->nsp_back_to_back = r->outline.policies.nsp_back_to_back;
	all = arena_array(&r->arena, count + r->outline.contract_count, sizeof *all);
	if (count)
		memcpy(all, before, count * sizeof *all);
	if (r->outline.contract_count)
		memcpy(all + count, r->outline.contracts, r->outline.contract_count * sizeof *all);
	r->outline.contracts = all;
	r->outline.contract_count += count;
	return 0;
}

int registry_read_records(struct registry *r, const struct document *docs, size_t count, struct error *err)
{
	struct reader reader = { .arena = &r->arena, .c = &r->outline };
	struct policies policies = { .nsp_back_to_back = true };
	struct node root;

	r->outline.as_of_us = INT64_MAX;
	for (size_t i = 0; i < count; i++)
		if (read_first(r, &reader, &docs[i], &policies, err) < 0)
			return error_at(err, docs[i].name, 0, NULL);
	r->outline.policies = policies;
	for (size_t i = 0; i < count; i++)
		if (document_root(&docs[i], &root, err) < 0 || read_records(&reader, &root, err) < 0 ||
		    add_list(r, &root, "records", NULL, err) < 0)
			return error_at(err, docs[i].name, 0, NULL);
	return 0;
}
