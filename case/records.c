/* records: what people entered about losses and money. */
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "loss",     "claim",   "acknowledgement", "reduction",
	                             "recovery", "payment", "reversal",        NULL };

/* ---- money ---- */

static int read_reduced(struct reader *r, const struct node *object, struct liability_record *out,
                        struct error *err)
{
	const char **ids;

	if (read_texts(r->arena, object, "services", &ids, &out->service_count, err) < 0)
		return err->code;
	out->services = arena_array(r->arena, out->service_count, sizeof *out->services);
	for (size_t i = 0; i < out->service_count; i++) {
		struct node list = node_member(object, "services"), item = node_item(&list, i);

		out->services[i] = find_service(r->c, ids[i]);
		if (!out->services[i])
			return node_fail(&item, err, "no service '%s'", ids[i]);
	}
	return 0;
}

/* Keys of one kind of money only. */
static int check_money_keys(const struct node *object, enum record_of kind, struct error *err)
{
	struct node form = node_member(object, "form"), own = node_member(object, "own_loss");
	struct node services = node_member(object, "services"), currency = node_member(object, "currency");

	if (is_given(&form) && kind != RECORD_RECOVERY && kind != RECORD_PAYMENT)
		return node_fail(&form, err, "only a recovery and a payment have a form");
	if (is_given(&own) && kind != RECORD_RECOVERY)
		return node_fail(&own, err, "only a recovery is for the receiver's own loss");
	if (is_given(&services) && kind != RECORD_REDUCTION)
		return node_fail(&services, err, "only a reduction is of services");
	if (is_given(&currency) && (kind == RECORD_CLAIM || kind == RECORD_ACKNOWLEDGEMENT))
		return node_fail(&currency, err, "what is claimed and acknowledged is in yen");
	return 0;
}

static int read_transfer(struct reader *r, const struct node *object, struct liability_record *out,
                         struct error *err)
{
	static const char *const keys[] = { "id",       "at",       "document", "kind",     "incident",
		                            "from",     "to",       "amount",   "currency", "form",
		                            "own_loss", "services", NULL };
	static const char *const forms[] = { "cash", "credit", "set_off", NULL };
	struct node amount = node_member(object, "amount"), to = node_member(object, "to");
	struct node own = node_member(object, "own_loss");
	int form = PAID_CASH;

	if (node_check_keys(object, keys, err) < 0 || check_money_keys(object, out->kind, err) < 0 ||
	    read_party(r, object, "from", &out->from, err) < 0 ||
	    read_party(r, object, "to", &out->to, err) < 0 ||
	    read_exact(r->arena, object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    read_currency(r->arena, object, "currency", OPTIONAL, &out->currency, err) < 0 ||
	    node_word(object, "form", OPTIONAL, forms, &form, err) < 0 ||
	    node_boolean(object, "own_loss", OPTIONAL, &out->own_loss, err) < 0 ||
	    read_reduced(r, object, out, err) < 0)
		return err->code;
	out->form = (enum money_form)form;
	out->own_loss_stated = is_given(&own);
	if (out->from == out->to)
		return node_fail(&to, err, "nobody pays himself");
	if ((!out->currency || strcmp(out->currency, "JPY") == 0) && !exact_is_whole(out->amount))
		return node_fail(&amount, err, "yen are whole, not %s", out->amount);
	return 0;
}

/* What it undoes is looked up when all records are known. */
static int read_reversal(struct reader *r, const struct node *object, struct liability_record *out,
                         const char **of, struct error *err)
{
	static const char *const keys[] = { "id", "at", "document", "kind", "incident", "of", "cause", NULL };
	struct node cause = node_member(object, "cause");

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "of", REQUIRED, of, err) < 0)
		return err->code;
	if (!is_given(&cause))
		return node_fail(object, err, "a reversal must name its cause");
	return read_text(r->arena, object, "cause", REQUIRED, &out->cause, err);
}

/* ---- records ---- */

static int read_record(struct reader *r, const struct node *object, struct liability_record *out,
                       const char **of, struct error *err)
{
	int kind = 0;

	if (node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_day(object, "at", REQUIRED, &out->day, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0 ||
	    read_text(r->arena, object, "incident", OPTIONAL, &out->incident, err) < 0)
		return err->code;
	out->kind = (enum record_of)kind;
	out->index = object->index;
	switch (out->kind) {
	case RECORD_LOSS:
		return read_loss(r, object, out, err);
	case RECORD_REVERSAL:
		return read_reversal(r, object, out, of, err);
	default:
		return read_transfer(r, object, out, err);
	}
}

static int by_day(const void *left, const void *right)
{
	const struct liability_record *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == RECORD_LOSS && (a->sufferer->kind == PARTY_DA) != (b->sufferer->kind == PARTY_DA))
		return a->sufferer->kind == PARTY_DA ? 1 : -1;
	return strcmp(a->id, b->id);
}

/* Of one day's reversals: what was entered last is undone first, as what was paid before what it was paid from. */
static int by_undone(const void *left, const void *right)
{
	const struct liability_record *a = left, *b = right;

	return (a->reverses < b->reverses) - (a->reverses > b->reverses);
}

static void order_reversals(struct sla_case *c)
{
	for (size_t i = 0, end; i < c->record_count; i = end) {
		struct liability_record *first = &c->records[i];

		for (end = i + 1; end < c->record_count && c->records[end].day == first->day &&
		                  c->records[end].kind == first->kind;)
			end++;
		if (first->kind == RECORD_REVERSAL)
			qsort(first, end - i, sizeof *first, by_undone);
	}
}

static int by_id(const void *left, const void *right)
{
	const struct liability_record *const *a = left, *const *b = right;
	int order = strcmp((*a)->id, (*b)->id);

	return order ? order : ((*a)->index > (*b)->index) - ((*a)->index < (*b)->index);
}

/* The records in the order of their ids. */
static const struct liability_record **sorted(struct arena *a, const struct sla_case *c)
{
	const struct liability_record **all = arena_array(a, c->record_count, sizeof *all);

	for (size_t i = 0; i < c->record_count; i++)
		all[i] = &c->records[i];
	if (c->record_count)
		qsort(all, c->record_count, sizeof *all, by_id);
	return all;
}

static int check_twice(struct reader *r, const struct node *list, struct error *err)
{
	const struct liability_record **all = sorted(r->arena, r->c), *twice = NULL;

	for (size_t i = 1; i < r->c->record_count; i++)
		if (strcmp(all[i - 1]->id, all[i]->id) == 0 && (!twice || all[i]->index < twice->index))
			twice = all[i];
	if (!twice)
		return 0;
	return node_fail(
	    &(struct node){ list->doc, json_array_get(list->value, twice->index), list, NULL, twice->index },
	    err, "the record '%s' is there twice", twice->id);
}

static struct liability_record *find_record(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->record_count; i++)
		if (strcmp(c->records[i].id, id) == 0)
			return &c->records[i];
	return NULL;
}

/* A record is undone once, by a reversal of its day or later; a reversal is final. */
static int link_reversal(struct sla_case *c, const struct node *list, struct liability_record *r,
                         const char *id, struct error *err)
{
	struct node object = node_item(list, r->index), of = node_member(&object, "of");
	const struct liability_record *found = find_record(c, id);

	if (!found)
		return node_fail(&of, err, "no record '%s'", id);
	if (found->kind == RECORD_REVERSAL)
		return node_fail(&of, err, "'%s' is a reversal itself: enter anew what it undid", id);
	if (found->day > r->day)
		return node_fail(&of, err, "'%s' is of a later day", id);
	for (size_t i = 0; i < c->record_count; i++)
		if (&c->records[i] != r && c->records[i].reverses == found)
			return node_fail(&of, err, "'%s' is reversed already, by '%s'", id, c->records[i].id);
	r->reverses = found;
	return 0;
}

/* In the order of the case's list, so that the first that is wrong is refused; of by that order. */
static int link_reversals(struct sla_case *c, const struct node *list, const char *const *of,
                          struct error *err)
{
	size_t count = node_count(list);

	for (size_t index = 0; index < count; index++)
		for (size_t i = 0; of[index] && i < c->record_count; i++)
			if (c->records[i].index == index &&
			    link_reversal(c, list, &c->records[i], of[index], err) < 0)
				return err->code;
	return 0;
}

/* Whether a loss, an entered incident or a sharing of recoveries speaks of it. */
static bool is_known_incident(const struct sla_case *c, const struct node *root, const char *id)
{
	struct node sharings = node_member(root, "apportionments"),
	            incidents = node_member(root, "incidents");
	const json_t *item;
	size_t i;

	for (i = 0; i < c->record_count; i++)
		if (c->records[i].kind == RECORD_LOSS && c->records[i].incident &&
		    strcmp(c->records[i].incident, id) == 0)
			return true;
	json_array_foreach (incidents.value, i, item) {
		const char *own = json_string_value(json_object_get(item, "id"));

		if (own && strcmp(own, id) == 0)
			return true;
	}
	json_array_foreach (sharings.value, i, item) {
		const json_t *of = json_object_get(item, "of");
		const char *own = json_string_value(json_object_get(of, "incident"));

		if (own && strcmp(own, id) == 0)
			return true;
	}
	return false;
}

/* Money and claims for an incident that nobody knows would belong to nothing, and nobody would notice. */
static int check_incidents(const struct sla_case *c, const struct node *root, const struct node *list,
                           struct error *err)
{
	const struct liability_record *wrong = NULL;

	for (size_t i = 0; i < c->record_count; i++) {
		const struct liability_record *r = &c->records[i];
		bool belongs = r->kind == RECORD_CLAIM || r->kind == RECORD_ACKNOWLEDGEMENT ||
		               r->kind == RECORD_RECOVERY || r->kind == RECORD_PAYMENT;

		if (belongs && r->incident && (!wrong || r->index < wrong->index) &&
		    !is_known_incident(c, root, r->incident))
			wrong = r;
	}
	if (!wrong)
		return 0;
	struct node object = node_item(list, wrong->index), incident = node_member(&object, "incident");

	return node_fail(&incident, err, "no loss is of the incident '%s'", wrong->incident);
}

/* The last day whose records are known as of the case's instant. */
static int last_known_day(const struct sla_case *c, int64_t *out, struct error *err)
{
	struct zone *zone;
	struct date d;
	int rc;

	*out = INT64_MAX;
	if (c->as_of_us == INT64_MAX)
		return 0;
	if (zone_open(&zone, c->period.time_zone ? c->period.time_zone : "Asia/Tokyo", err) < 0)
		return err->code;
	rc = zone_date(zone, c->as_of_us, &d, err);
	zone_free(zone);
	*out = date_to_days(d);
	return rc;
}

/* All links are found in all that is entered, and only then what is not yet known is left out. */
static void keep_known(struct sla_case *c, int64_t last)
{
	while (c->record_count > 0 && c->records[c->record_count - 1].day > last)
		c->record_count--;
}

int read_records(struct reader *r, const struct node *root, struct error *err)
{
	struct sla_case *c = r->c;
	struct node list;
	const char **of;
	int64_t last;

	if (node_array(root, "records", OPTIONAL, &list, err) < 0 || last_known_day(c, &last, err) < 0)
		return err->code;
	c->record_count = node_count(&list);
	c->records = arena_array(r->arena, c->record_count, sizeof *c->records);
	of = arena_array(r->arena, c->record_count, sizeof *of);
	for (size_t i = 0; i < c->record_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_record(r, &object, &c->records[i], &of[i], err) < 0)
			return err->code;
	}
	if (check_twice(r, &list, err) < 0)
		return err->code;
	if (c->record_count)
		qsort(c->records, c->record_count, sizeof *c->records, by_day);
	if (link_reversals(c, &list, of, err) < 0 || check_incidents(c, root, &list, err) < 0)
		return err->code;
	order_reversals(c);
	keep_known(c, last);
	return 0;
}
