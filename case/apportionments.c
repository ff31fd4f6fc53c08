/* apportionments: costs and recoveries that bodies share: docs/manual/money.md. */
#include "calc/sharing/apportion.h"
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

/* ---- weights ---- */

static int by_id(const void *left, const void *right)
{
	const struct body_weight *a = left, *b = right;

	return strcmp(a->party->id, b->party->id);
}

/* The members of an object by party: weights or amounts. Whatever the order of the keys, the bodies come by their ids. */
static int read_by_party(struct reader *r, const struct node *object, const char *key,
                         struct body_weight **out, size_t *count, struct error *err)
{
	struct node weights;

	if (node_object(object, key, REQUIRED, &weights, err) < 0)
		return err->code;
	*out = arena_array(r->arena, json_object_size(weights.value), sizeof **out);
	for (void *at = json_object_iter(weights.value); at; at = json_object_iter_next(weights.value, at)) {
		const char *id = json_object_iter_key(at);
		struct node weight = node_member(&weights, id);
		struct body_weight *w = &(*out)[(*count)++];

		w->party = find_party(r, id);
		if (!w->party)
			return node_fail(&weight, err, "no party '%s'", id);
		if (read_exact(r->arena, &weights, id, REQUIRED, &w->weight, err) < 0)
			return err->code;
	}
	qsort(*out, *count, sizeof **out, by_id);
	return *count ? 0 : node_fail(&weights, err, "names no party");
}

static int read_weights(struct reader *r, const struct node *object, struct body_weight **out, size_t *count,
                        struct error *err)
{
	struct node weights = node_member(object, "weights");
	bool any = false;

	if (read_by_party(r, object, "weights", out, count, err) < 0)
		return err->code;
	for (size_t i = 0; i < *count; i++)
		any = any || exact_compare((*out)[i].weight, "0") != 0;
	return any ? 0 : node_fail(&weights, err, "all weights are 0: nothing can be shared by them");
}

/* What the weights are, from when and where: a body that pays must be able to look it up. */
static int read_key(struct reader *r, const struct node *object, struct weight_key *out, struct error *err)
{
	struct node key;

	if (node_object(object, "key", REQUIRED, &key, err) < 0)
		return err->code;
	if (node_check_keys(&key, (const char *const[]){ "name", "at", "source", "unit", NULL }, err) < 0 ||
	    read_text(r->arena, &key, "name", REQUIRED, &out->name, err) < 0 ||
	    read_text(r->arena, &key, "unit", OPTIONAL, &out->unit, err) < 0)
		return err->code;
	if (read_day(&key, "at", REQUIRED, &out->day, err) < 0 ||
	    read_text(r->arena, &key, "source", REQUIRED, &out->source, err) < 0)
		return error_hint(err, "the basis is printed for the body that pays: say of which day the "
		                       "figures are and where they stand");
	return 0;
}

static int check_shares(const struct node *blend, const struct weight_version *v, struct error *err)
{
	struct arena text = { 0 };
	mpq_t sum, share;
	int whole;

	mpq_inits(sum, share, NULL);
	for (size_t i = 0; i < v->blend_count; i++) {
		exact_read(share, v->blends[i].share);
		mpq_add(sum, sum, share);
	}
	whole = mpq_cmp_ui(sum, 1, 1) == 0;
	if (!whole)
		node_fail(blend, err, "the shares of a blend must sum to 1, not %s", exact_write(&text, sum));
	mpq_clears(sum, share, NULL);
	arena_release(&text);
	return err->code;
}

static int read_blends(struct reader *r, const struct node *blend, struct weight_version *out,
                       struct error *err)
{
	out->blend_count = node_count(blend);
	out->blends = arena_array(r->arena, out->blend_count, sizeof *out->blends);
	for (size_t i = 0; i < out->blend_count; i++) {
		struct weight_blend *b = &out->blends[i];
		struct node item;

		if (node_item_object(blend, i, &item, err) < 0 ||
		    node_check_keys(&item, (const char *const[]){ "share", "key", "weights", NULL }, err) <
		        0 ||
		    read_exact(r->arena, &item, "share", REQUIRED, &b->share, err) < 0 ||
		    read_key(r, &item, &b->key, err) < 0 ||
		    read_weights(r, &item, &b->weights, &b->weight_count, err) < 0)
			return err->code;
	}
	return check_shares(blend, out, err);
}

static int read_version(struct reader *r, const struct node *object, struct weight_version *out,
                        struct error *err)
{
	static const char *const keys[] = { "from", "key", "weights", "blend", "document", NULL };
	struct node blend;

	out->from_day = INT64_MIN;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_day(object, "from", OPTIONAL, &out->from_day, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0 ||
	    node_array(object, "blend", OPTIONAL, &blend, err) < 0)
		return err->code;
	if (!blend.value)
		return read_key(r, object, &out->key, err) < 0
		           ? err->code
		           : read_weights(r, object, &out->weights, &out->weight_count, err);
	if (node_member(object, "key").value || node_member(object, "weights").value)
		return node_fail(&blend, err, "beside 'blend' there is no 'key' and no 'weights'");
	return read_blends(r, &blend, out, err);
}

static int by_from(const void *left, const void *right)
{
	const struct weight_version *a = left, *b = right;

	return (a->from_day > b->from_day) - (a->from_day < b->from_day);
}

static int read_versions(struct reader *r, const struct node *object, struct apportionment *out,
                         struct error *err)
{
	struct node versions;

	if (node_array(object, "versions", REQUIRED, &versions, err) < 0)
		return err->code;
	out->version_count = node_count(&versions);
	if (!out->version_count)
		return node_fail(&versions, err, "holds no version of the weights");
	out->versions = arena_array(r->arena, out->version_count, sizeof *out->versions);
	for (size_t i = 0; i < out->version_count; i++) {
		struct node version;

		if (node_item_object(&versions, i, &version, err) < 0 ||
		    read_version(r, &version, &out->versions[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (out->versions[k].from_day == out->versions[i].from_day)
				return node_fail(&version, err, "two versions begin on the same day");
	}
	qsort(out->versions, out->version_count, sizeof *out->versions, by_from);
	return 0;
}

/* ---- parts ---- */

static int by_day(const void *left, const void *right)
{
	const struct cost_part *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int read_part(struct reader *r, const struct node *object, const struct apportionment *of,
                     struct cost_part *out, struct error *err)
{
	static const char *const keys[] = { "id", "at", "amount", "document", NULL };
	struct node at = node_member(object, "at");
	char day[DATE_TEXT_SIZE];

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_day(object, "at", REQUIRED, &out->day, err) < 0 ||
	    read_exact(r->arena, object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0)
		return err->code;
	for (const struct cost_part *other = of->parts; other < out; other++)
		if (strcmp(other->id, out->id) == 0)
			return node_fail(object, err, "the part '%s' is there twice", out->id);
	if (out->day < of->versions->from_day)
		return node_fail(&at, err, "no weights are in force on %s", date_format(out->day, day));
	return 0;
}

/* Parts of a day that is not known yet as of the case's instant are left out, as records are. */
static int read_parts(struct reader *r, const struct node *parts, struct apportionment *out,
                      struct error *err)
{
	size_t count = node_count(parts), known = 0;
	out->parts = arena_array(r->arena, count, sizeof *out->parts);
	for (size_t i = 0; i < count; i++) {
		struct node part;

		if (node_item_object(parts, i, &part, err) < 0 ||
		    read_part(r, &part, out, &out->parts[i], err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < count; i++)
		if (out->parts[i].day <= r->c->zone_days->as_of_day)
			out->parts[known++] = out->parts[i];
	out->part_count = known;
	qsort(out->parts, known, sizeof *out->parts, by_day);
	return 0;
}

static int read_of(struct reader *r, const struct node *of, struct apportionment *out, struct error *err)
{
	if (node_check_keys(of, (const char *const[]){ "recoveries_from", "incident", NULL }, err) < 0 ||
	    read_party(r, of, "recoveries_from", &out->of_recoveries, err) < 0)
		return err->code;
	return read_text(r->arena, of, "incident", OPTIONAL, &out->of_incident, err);
}

/* ---- stages ---- */

static int read_among(struct reader *r, const struct node *object, struct cost_stage *out, struct error *err)
{
	struct node among;

	if (node_array(object, "among", OPTIONAL, &among, err) < 0)
		return err->code;
	out->among = arena_array(r->arena, node_count(&among), sizeof *out->among);
	for (size_t i = 0; i < node_count(&among); i++) {
		struct node item = node_item(&among, i);
		const char *id;

		if (node_item_string(&among, i, &id, err) < 0)
			return err->code;
		out->among[i] = find_party(r, id);
		if (!out->among[i])
			return node_fail(&item, err, "no party '%s'", id);
		for (size_t k = 0; k < i; k++)
			if (out->among[k] == out->among[i])
				return node_fail(&item, err, "'%s' is there twice", id);
	}
	out->among_count = node_count(&among);
	return 0;
}

static int read_ratio(struct reader *r, const struct node *object, const struct apportionment *of,
                      struct cost_stage *out, struct error *err)
{
	struct node ratio = node_member(object, "in_ratio_of");
	const char *name;

	if (read_exact(r->arena, object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    node_string(object, "in_ratio_of", REQUIRED, &name, err) < 0)
		return err->code;
	if (strcmp(name, "all") == 0) {
		out->kind = STAGE_IN_RATIO_OF_ALL;
		return out > of->stages ? 0 : node_fail(&ratio, err, "no stage is before this one");
	}
	out->kind = STAGE_IN_RATIO;
	for (const struct cost_stage *s = of->stages; s < out; s++)
		if (strcmp(s->name, name) == 0)
			out->in_ratio_of = s;
	return out->in_ratio_of ? 0 : node_fail(&ratio, err, "no stage '%s' is before this one", name);
}

static int read_stage(struct reader *r, const struct node *object, const struct apportionment *of,
                      struct cost_stage *out, struct error *err)
{
	static const char *const tagged[] = { "name", "amounts", NULL };
	static const char *const shared[] = { "name", "amount", "in_ratio_of", "among", NULL };
	bool exclusive = node_member(object, "amounts").value != NULL;

	if (node_check_keys(object, exclusive ? tagged : shared, err) < 0 ||
	    read_text(r->arena, object, "name", REQUIRED, &out->name, err) < 0)
		return err->code;
	for (const struct cost_stage *s = of->stages; s < out; s++)
		if (strcmp(s->name, out->name) == 0)
			return node_fail(object, err, "the stage '%s' is there twice", out->name);
	if (exclusive)
		return read_by_party(r, object, "amounts", &out->amounts, &out->amount_count, err);
	return read_among(r, object, out, err) < 0 ? err->code : read_ratio(r, object, of, out, err);
}

static int read_stages(struct reader *r, const struct node *stages, struct apportionment *out,
                       struct error *err)
{
	out->stage_count = node_count(stages);
	if (!out->stage_count)
		return node_fail(stages, err, "holds no stage");
	out->stages = arena_array(r->arena, out->stage_count, sizeof *out->stages);
	for (size_t i = 0; i < out->stage_count; i++) {
		struct node stage;

		if (node_item_object(stages, i, &stage, err) < 0 ||
		    read_stage(r, &stage, out, &out->stages[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- the whole ---- */

/* Method and clause stand together, or the contract is silent. */
static int read_method(struct reader *r, const struct node *object, struct apportionment *out,
                       struct error *err)
{
	struct node clause = node_member(object, "clause");
	int method = -1;

	if (node_word(object, "method", OPTIONAL, apportion_methods, &method, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &out->clause, err) < 0)
		return err->code;
	out->method = method < 0 ? NULL : apportion_methods[method];
	if (out->clause && !out->method)
		return node_fail(&clause, err, "a clause without the method that it names");
	if (out->method && !out->clause) {
		node_fail(object, err, "a method without the clause that names it");
		return error_hint(err,
		                  "where the contract is silent, leave the method out: each share is floored "
		                  "and the residual carried");
	}
	return 0;
}

static int read_unit(struct reader *r, const struct node *object, struct apportionment *out,
                     struct error *err)
{
	struct node unit = node_member(object, "unit");

	if (read_currency(r->arena, object, "currency", OPTIONAL, &out->currency, err) < 0 ||
	    read_exact(r->arena, object, "unit", OPTIONAL, &out->unit, err) < 0)
		return err->code;
	if (!out->currency)
		out->currency = "JPY";
	if (!out->unit)
		out->unit = apportion_unit(out->currency);
	return exact_compare(out->unit, "0") == 0 ? node_fail(&unit, err, "the unit must be more than 0") : 0;
}

static int read_what(struct reader *r, const struct node *object, struct apportionment *out,
                     struct error *err)
{
	struct node parts, stages, of;

	if (node_array(object, "parts", OPTIONAL, &parts, err) < 0 ||
	    node_array(object, "stages", OPTIONAL, &stages, err) < 0 ||
	    node_object(object, "of", OPTIONAL, &of, err) < 0)
		return err->code;
	if ((parts.value != NULL) + (stages.value != NULL) + (of.value != NULL) != 1)
		return node_fail(object, err, "needs one of: parts, of, stages");
	if (stages.value) {
		struct node versions = node_member(object, "versions");

		return versions.value ? node_fail(&versions, err, "stages have no versions of weights")
		                      : read_stages(r, &stages, out, err);
	}
	if (read_versions(r, object, out, err) < 0)
		return err->code;
	return of.value ? read_of(r, &of, out, err) : read_parts(r, &parts, out, err);
}

static int read_apportionment(struct reader *r, const struct node *object, struct apportionment *out,
                              struct error *err)
{
	static const char *const keys[] = { "id",   "title",    "document", "method", "clause", "currency",
		                            "unit", "versions", "parts",    "of",     "stages", NULL };

	out->index = object->index;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_text(r->arena, object, "title", OPTIONAL, &out->title, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0 ||
	    read_method(r, object, out, err) < 0 || read_unit(r, object, out, err) < 0)
		return err->code;
	for (const struct apportionment *other = r->c->apportionments; other < out; other++)
		if (strcmp(other->id, out->id) == 0)
			return node_fail(object, err, "the apportionment '%s' is there twice", out->id);
	return read_what(r, object, out, err);
}

int read_apportionments(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "apportionments", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->apportionment_count = node_count(&list);
	r->c->apportionments = arena_array(r->arena, r->c->apportionment_count, sizeof *r->c->apportionments);
	for (size_t i = 0; i < r->c->apportionment_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_apportionment(r, &object, &r->c->apportionments[i], err) < 0)
			return err->code;
	}
	return 0;
}
