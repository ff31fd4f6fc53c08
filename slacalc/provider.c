#include "slacalc/provider.h"
#include "base/instant.h"
#include "calc/exact.h"

#include <string.h>

/* ---- values ---- */

static int read_us(const struct node *object, const char *key, int64_t *out, struct error *err)
{
	struct node at = node_member(object, key);
	const char *text;

	if (node_string(object, key, REQUIRED, &text, err) < 0)
		return err->code;
	return instant_parse(out, text, err) < 0 ? node_fail_at(&at, err) : 0;
}

static int read_span(const struct node *object, struct span *out, struct error *err)
{
	struct node end = node_member(object, "end");

	if (read_us(object, "start", &out->start, err) < 0 || read_us(object, "end", &out->end, err) < 0)
		return err->code;
	return out->end > out->start ? 0 : node_fail(&end, err, "the end is not after the start");
}

static int read_exact(const struct node *object, const char *key, exact *out, struct error *err)
{
	struct node at = node_member(object, key);

	if (node_string(object, key, OPTIONAL, out, err) < 0)
		return err->code;
	if (*out && !exact_check(*out))
		return node_fail(&at, err, "'%s' is not an exact number like 250000, 99.99 or 20/37", *out);
	return 0;
}

/* Time, money and availability are never less than nothing. */
static int read_amount(const struct node *object, const char *key, exact *out, struct error *err)
{
	struct node at = node_member(object, key);

	if (read_exact(object, key, out, err) < 0)
		return err->code;
	return *out && **out == '-' ? node_fail(&at, err, "'%s' must not be negative", *out) : 0;
}

/* ---- govsla-provider/1 ---- */

static int read_outages(struct arena *a, const struct node *object, struct provider_service *s,
                        struct error *err)
{
	static const char *const keys[] = { "id", "start", "end", NULL };
	struct node list, item;

	if (node_array(object, "outages", OPTIONAL, &list, err) < 0)
		return err->code;
	s->has_outages = list.value != NULL;
	s->outage_count = node_count(&list);
	s->outages = arena_array(a, s->outage_count, sizeof *s->outages);
	for (size_t i = 0; i < s->outage_count; i++) {
		struct provider_outage *o = &s->outages[i];

		if (node_item_object(&list, i, &item, err) < 0 || node_check_keys(&item, keys, err) < 0 ||
		    node_string(&item, "id", OPTIONAL, &o->id, err) < 0 ||
		    read_span(&item, &o->span, err) < 0)
			return err->code;
		o->possible = o->certain = o->span;
	}
	return 0;
}

static int read_exclusions(struct arena *a, const struct node *object, struct provider_service *s,
                           struct error *err)
{
	static const char *const keys[] = { "id", "kind", "start", "end", NULL };
	struct node list, item;

	if (node_array(object, "exclusions", OPTIONAL, &list, err) < 0)
		return err->code;
	s->has_exclusions = list.value != NULL;
	s->exclusion_count = node_count(&list);
	s->exclusions = arena_array(a, s->exclusion_count, sizeof *s->exclusions);
	for (size_t i = 0; i < s->exclusion_count; i++) {
		struct provider_exclusion *x = &s->exclusions[i];

		if (node_item_object(&list, i, &item, err) < 0 || node_check_keys(&item, keys, err) < 0 ||
		    node_string(&item, "id", OPTIONAL, &x->id, err) < 0 ||
		    node_string(&item, "kind", OPTIONAL, &x->kind, err) < 0 ||
		    read_span(&item, &x->span, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_level(const struct node *object, struct provider_level *l, struct error *err)
{
	static const char *const keys[] = { "id",     "percent", "measure", "downtime_s", "denominator_s",
		                            "credit", "rules",   NULL };
	struct node rules, both = node_member(object, "measure");
	exact percent = NULL;

	if (node_check_keys(object, keys, err) < 0 || node_string(object, "id", REQUIRED, &l->id, err) < 0 ||
	    read_amount(object, "percent", &percent, err) < 0 ||
	    read_exact(object, "measure", &l->measure, err) < 0 ||
	    read_amount(object, "downtime_s", &l->downtime_s, err) < 0 ||
	    read_amount(object, "denominator_s", &l->denominator_s, err) < 0 ||
	    read_amount(object, "credit", &l->credit, err) < 0 ||
	    node_object(object, "rules", OPTIONAL, &rules, err) < 0)
		return err->code;
	if (percent && l->measure)
		return node_fail(&both, err, "the level states 'percent' too: one of them");
	l->measure = percent ? percent : l->measure;
	l->rules = rules.value;
	return 0;
}

static int read_levels(struct arena *a, const struct node *object, struct provider_service *s,
                       struct error *err)
{
	struct node list, item;

	if (node_array(object, "levels", OPTIONAL, &list, err) < 0)
		return err->code;
	s->level_count = node_count(&list);
	s->levels = arena_array(a, s->level_count, sizeof *s->levels);
	for (size_t i = 0; i < s->level_count; i++) {
		if (node_item_object(&list, i, &item, err) < 0 || read_level(&item, &s->levels[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(s->levels[k].id, s->levels[i].id) == 0)
				return node_fail(&item, err, "the level '%s' is there twice",
				                 s->levels[i].id);
	}
	return 0;
}

static int read_left_out(struct arena *a, const struct node *object, struct provider_service *s,
                         struct error *err)
{
	struct node list;

	if (node_array(object, "left_out", OPTIONAL, &list, err) < 0)
		return err->code;
	s->left_out_count = node_count(&list);
	s->left_out = arena_array(a, s->left_out_count, sizeof *s->left_out);
	for (size_t i = 0; i < s->left_out_count; i++)
		if (node_item_string(&list, i, &s->left_out[i], err) < 0)
			return err->code;
	return 0;
}

static int read_service(struct arena *a, const struct node *object, struct provider_service *s,
                        struct error *err)
{
	static const char *const keys[] = { "id",     "outages", "elsewhere", "exclusions", "levels",
		                            "credit", "rules",   "fees",      "left_out",   NULL };
	static const char *const elsewhere[] = { "up", "as_measured", NULL };
	struct node rules, fees;
	int word = 0;

	if (node_check_keys(object, keys, err) < 0 || node_string(object, "id", REQUIRED, &s->id, err) < 0 ||
	    read_outages(a, object, s, err) < 0 || read_exclusions(a, object, s, err) < 0 ||
	    read_levels(a, object, s, err) < 0 || read_amount(object, "credit", &s->credit, err) < 0 ||
	    node_word(object, "elsewhere", OPTIONAL, elsewhere, &word, err) < 0 ||
	    node_object(object, "rules", OPTIONAL, &rules, err) < 0 ||
	    node_object(object, "fees", OPTIONAL, &fees, err) < 0 || read_left_out(a, object, s, err) < 0)
		return err->code;
	s->elsewhere_up = s->has_outages && word == 0;
	s->rules = rules.value;
	s->fees = fees.value;
	return 0;
}

static int read_own(struct arena *a, const struct node *root, struct provider *p, struct error *err)
{
	static const char *const keys[] = { "format", "title", "document", "services", NULL };
	struct node list, item;

	if (node_check_keys(root, keys, err) < 0 ||
	    node_string(root, "title", OPTIONAL, &p->title, err) < 0 ||
	    node_string(root, "document", OPTIONAL, &p->document, err) < 0 ||
	    node_array(root, "services", REQUIRED, &list, err) < 0)
		return err->code;
	p->service_count = node_count(&list);
	p->services = arena_array(a, p->service_count, sizeof *p->services);
	for (size_t i = 0; i < p->service_count; i++) {
		if (node_item_object(&list, i, &item, err) < 0 ||
		    read_service(a, &item, &p->services[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->services[k].id, p->services[i].id) == 0)
				return node_fail(&item, err, "the service '%s' is there twice",
				                 p->services[i].id);
	}
	return 0;
}

/* ---- govsla-statement/1 ---- */

/* A figure that stands in a group of them; NULL where either is absent or null. */
static int read_figure(const struct node *object, const char *key, const char *figure, exact *out,
                       struct error *err)
{
	struct node group;

	*out = NULL;
	if (node_object(object, key, OPTIONAL, &group, err) < 0 || !group.value)
		return err->code;
	return read_exact(&group, figure, out, err);
}

static int statement_level(const struct node *item, struct provider_level *l, struct error *err)
{
	static const char *const measures[][2] = { { "percent", "by_method" },
		                                   { "measure", "by_method" },
		                                   { "latency_ms", "mean" } };

	if (node_string(item, "id", REQUIRED, &l->id, err) < 0)
		return err->code;
	for (size_t i = 0; i < sizeof measures / sizeof *measures && !l->measure; i++)
		if (read_figure(item, measures[i][0], measures[i][1], &l->measure, err) < 0)
			return err->code;
	if (read_figure(item, "downtime_s", "by_method", &l->downtime_s, err) < 0)
		return err->code;
	return read_figure(item, "credit", "amount", &l->credit, err);
}

/* Where their point value puts the ends: half-way between what is possible and what is certain. */
static struct span middle(struct span possible, struct span certain)
{
	int64_t quarter = span_length(possible) / 4;

	if (!span_length(certain))
		return (struct span){ possible.start + quarter, possible.end - quarter };
	return (struct span){ possible.start + (certain.start - possible.start) / 2,
		              certain.end + (possible.end - certain.end) / 2 };
}

static int statement_outages(struct arena *a, const struct node *object, struct provider_service *s,
                             struct error *err)
{
	struct node list, item, possible, certain;

	if (node_array(object, "outages", REQUIRED, &list, err) < 0)
		return err->code;
	s->has_outages = true;
	s->outage_count = node_count(&list);
	s->outages = arena_array(a, s->outage_count, sizeof *s->outages);
	for (size_t i = 0; i < s->outage_count; i++) {
		struct provider_outage *o = &s->outages[i];

		if (node_item_object(&list, i, &item, err) < 0 ||
		    node_object(&item, "possible", REQUIRED, &possible, err) < 0 ||
		    node_object(&item, "certain", OPTIONAL, &certain, err) < 0 ||
		    read_span(&possible, &o->possible, err) < 0 ||
		    (certain.value && read_span(&certain, &o->certain, err) < 0))
			return err->code;
		o->span = middle(o->possible, o->certain);
	}
	return 0;
}

static int statement_levels(struct arena *a, const struct node *object, struct provider_service *s,
                            struct error *err)
{
	struct node list;

	if (node_array(object, "levels", REQUIRED, &list, err) < 0)
		return err->code;
	s->level_count = node_count(&list);
	s->levels = arena_array(a, s->level_count, sizeof *s->levels);
	for (size_t i = 0; i < s->level_count; i++) {
		struct node item;

		if (node_item_object(&list, i, &item, err) < 0 ||
		    statement_level(&item, &s->levels[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* The accepted exclusions of one service. */
static int statement_exclusions(struct arena *a, const struct node *root, struct provider_service *s,
                                struct error *err)
{
	struct node list, item;

	if (node_array(root, "exclusions", REQUIRED, &list, err) < 0)
		return err->code;
	s->has_exclusions = true;
	s->exclusions = arena_array(a, node_count(&list), sizeof *s->exclusions);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct provider_exclusion *x = &s->exclusions[s->exclusion_count];
		const char *service;
		bool accepted;

		if (node_item_object(&list, i, &item, err) < 0 ||
		    node_string(&item, "service", REQUIRED, &service, err) < 0 ||
		    node_boolean(&item, "accepted", REQUIRED, &accepted, err) < 0 ||
		    node_string(&item, "id", REQUIRED, &x->id, err) < 0 ||
		    node_string(&item, "kind", REQUIRED, &x->kind, err) < 0 ||
		    read_span(&item, &x->span, err) < 0)
			return err->code;
		s->exclusion_count += accepted && strcmp(service, s->id) == 0;
	}
	return 0;
}

static int read_statement(struct arena *a, const struct node *root, struct provider *p, struct error *err)
{
	struct node list, item;

	if (node_string(root, "title", OPTIONAL, &p->title, err) < 0 ||
	    node_array(root, "services", REQUIRED, &list, err) < 0)
		return err->code;
	p->service_count = node_count(&list);
	p->services = arena_array(a, p->service_count, sizeof *p->services);
	for (size_t i = 0; i < p->service_count; i++) {
		struct provider_service *s = &p->services[i];

		if (node_item_object(&list, i, &item, err) < 0 ||
		    node_string(&item, "id", REQUIRED, &s->id, err) < 0 ||
		    statement_outages(a, &item, s, err) < 0 || statement_levels(a, &item, s, err) < 0 ||
		    statement_exclusions(a, root, s, err) < 0 ||
		    read_exact(&item, "credit_total", &s->credit, err) < 0)
			return err->code;
	}
	return 0;
}

int provider_read(struct arena *a, const struct document *doc, struct provider *out, struct error *err)
{
	struct node root, format;
	const char *name;

	if (document_root(doc, &root, err) < 0 || node_string(&root, "format", REQUIRED, &name, err) < 0)
		return err->code;
	if (strcmp(name, "govsla-provider/1") == 0)
		return read_own(a, &root, out, err);
	if (strcmp(name, "govsla-statement/1") == 0)
		return read_statement(a, &root, out, err);
	format = node_member(&root, "format");
	return node_fail(&format, err, "'%s' is neither govsla-provider/1 nor govsla-statement/1", name);
}
