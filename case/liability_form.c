#include "case/liability_form.h"
#include "calc/case.h"

#include <string.h>

#define FOLDER "liability/"

const char *const liability_roles[] = { [ROLE_PROVIDER] = "provider", [ROLE_CUSTOMER] = "customer", NULL };

static enum party_kind customer_kind(const struct contract *k)
{
	return k->kind == CONTRACT_A ? PARTY_DA : PARTY_LG;
}

const struct party *contract_role(const struct contract *k, enum liability_role role)
{
	size_t at = k->parties[0]->kind == customer_kind(k) ? 0 : 1;

	return k->parties[role == ROLE_CUSTOMER ? at : 1 - at];
}

/* ---- the shipped files ---- */

bool liability_form_is(const struct shipped_file *file)
{
	return strncmp(file->name, FOLDER, strlen(FOLDER)) == 0;
}

static int read_header(struct liability_form *form, struct error *err)
{
	static const char *const formats[] = { "govsla-liability-form/1", NULL };
	static const char *const keys[] = { "format", "id",       "title",      "kinds",
		                            "source", "open",     "caps",       "excludes",
		                            "notes",  "articles", "exemptions", "liquidated_damages",
		                            NULL };
	struct node root, source, kinds, open = { .value = NULL };
	int format = 0;

	if (document_root(&form->doc, &root, err) < 0 ||
	    node_word(&root, "format", REQUIRED, formats, &format, err) < 0 ||
	    node_check_keys(&root, keys, err) < 0 || node_string(&root, "id", REQUIRED, &form->id, err) < 0 ||
	    node_string(&root, "title", REQUIRED, &form->title, err) < 0 ||
	    node_array(&root, "kinds", REQUIRED, &kinds, err) < 0 ||
	    node_object(&root, "source", REQUIRED, &source, err) < 0 ||
	    node_object(&root, "open", OPTIONAL, &open, err) < 0)
		return err->code;
	form->kinds = kinds.value;
	form->open = open.value;
	return 0;
}

int liability_form_read(struct liability_form *form, const struct shipped_file *file, struct error *err)
{
	*form = (struct liability_form){ .file = file };
	if (document_parse(&form->doc, file->name, file->bytes, file->length, err) == 0 &&
	    read_header(form, err) == 0)
		return 0;
	liability_form_release(form);
	return err->code;
}

/* Files are called after their ids: LIABILITY/ID.json. */
static bool is_called(const struct shipped_file *file, const char *id)
{
	const char *name = file->name + strlen(FOLDER);
	size_t length = strlen(id);

	return strncmp(name, id, length) == 0 && strcmp(name + length, ".json") == 0;
}

int liability_form_open(struct liability_form *form, const struct node *where, const char *id,
                        struct error *err)
{
	for (size_t i = 0; i < shipped_count; i++)
		if (liability_form_is(&shipped_files[i]) && is_called(&shipped_files[i], id))
			return liability_form_read(form, &shipped_files[i], err);
	error_set(err, ERROR_DATA, "no form of liability is called '%s'", id);
	if (where)
		(void)!node_fail_at(where, err);
	return error_hint(err, "slacalc catalogue list --liability");
}

void liability_form_release(struct liability_form *form)
{
	document_release(&form->doc);
}

/* ---- a form for a contract ---- */

static bool is_for(const struct liability_form *form, const char *kind)
{
	json_t *item;
	size_t i;

	json_array_foreach (form->kinds, i, item)
		if (kind && json_is_string(item) && strcmp(json_string_value(item), kind) == 0)
			return true;
	return false;
}

static int check_values(const struct liability_form *form, const struct node *object,
                        const struct node *values, struct error *err)
{
	const char *name;
	json_t *ignored;

	json_object_foreach (values->value, name, ignored) {
		struct node value = node_member(values, name);

		if (!json_object_get(form->open, name))
			return node_fail(&value, err, "the form '%s' does not leave '%s' open", form->id,
			                 name);
	}
	json_object_foreach ((json_t *)form->open, name, ignored) {
		struct node value = node_member(values, name);

		if (!values->value || !value.value || json_is_null(value.value)) {
			node_fail(values->value ? values : object, err, "the form '%s' leaves '%s' open",
			          form->id, name);
			return error_hint(err, "say it under \"form_values\" of the contract");
		}
	}
	return 0;
}

int liability_form_fit(const struct liability_form *form, const struct contract *k, const struct node *object,
                       struct node *values, struct error *err)
{
	struct node where = node_member(object, "form");
	const char *kind = NULL;

	if (node_string(object, "kind", REQUIRED, &kind, err) < 0 ||
	    node_object(object, "form_values", OPTIONAL, values, err) < 0)
		return err->code;
	if (!is_for(form, kind))
		return node_fail(&where, err, "the form '%s' is not written for contracts of kind %s",
		                 form->id, kind);
	if ((k->parties[0]->kind == customer_kind(k)) == (k->parties[1]->kind == customer_kind(k)))
		return node_fail(&where, err, "who provides to whom is not told by the parties' kinds");
	return check_values(form, object, values, err);
}
