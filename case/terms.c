#include "case/terms.h"
#include "case/hours.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

static const char *const party_kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP", NULL };

static int read_source(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node source;

	if (node_object(object, "source", OPTIONAL, &source, err) < 0 || !source.value)
		return err->code;
	if (node_check_keys(&source, (const char *const[]){ "document", "date", "confidence", "note", NULL },
	                    err) < 0 ||
	    read_text(a, &source, "document", OPTIONAL, &t->document, err) < 0 ||
	    read_text(a, &source, "date", OPTIONAL, &t->document_date, err) < 0)
		return err->code;
	return read_text(a, &source, "confidence", OPTIONAL, &t->confidence, err);
}

static int read_effective(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node effective;
	struct node to_node;
	int64_t from = INT64_MIN, to = INT64_MAX;

	if (node_object(object, "effective", OPTIONAL, &effective, err) < 0 || !effective.value)
		return err->code;
	if (node_check_keys(&effective, (const char *const[]){ "from", "to", NULL }, err) < 0 ||
	    read_day(&effective, "from", OPTIONAL, &from, err) < 0 ||
	    read_day(&effective, "to", OPTIONAL, &to, err) < 0 ||
	    read_text(a, &effective, "from", OPTIONAL, &t->effective_from, err) < 0 ||
	    read_text(a, &effective, "to", OPTIONAL, &t->effective_to, err) < 0)
		return err->code;
	to_node = node_member(&effective, "to");
	return to > from ? 0 : node_fail(&to_node, err, "'to' is not after 'from'");
}

static int read_terms_period(struct arena *a, const struct node *object, struct terms *t, int64_t *hours,
                             struct error *err)
{
	static const char *const kinds[] = { "calendar_month", "span", NULL };
	struct node period;
	int64_t start_day = TERMS_START_DAY_OPEN;
	int kind = 0;

	*hours = 0;
	t->start_day = TERMS_START_DAY_OPEN;
	if (node_object(object, "period", OPTIONAL, &period, err) < 0 || !period.value)
		return err->code;
	if (node_check_keys(&period, (const char *const[]){ "kind", "time_zone", "start_day", "hours", NULL },
	                    err) < 0 ||
	    node_word(&period, "kind", OPTIONAL, kinds, &kind, err) < 0 ||
	    read_text(a, &period, "time_zone", OPTIONAL, &t->time_zone, err) < 0 ||
	    node_integer(&period, "start_day", OPTIONAL, 1, 28, &start_day, err) < 0)
		return err->code;
	t->start_day = (int)start_day;
	return node_integer(&period, "hours", OPTIONAL, 1, 8784, hours, err);
}

static int read_notice(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node notice;

	t->maintenance_notice_days = -1;
	if (node_object(object, "notice", OPTIONAL, &notice, err) < 0 || !notice.value)
		return err->code;
	if (node_check_keys(&notice, (const char *const[]){ "maintenance_days", "clause", NULL }, err) < 0 ||
	    read_text(a, &notice, "clause", OPTIONAL, &t->notice_clause, err) < 0)
		return err->code;
	return node_integer(&notice, "maintenance_days", OPTIONAL, 0, 366, &t->maintenance_notice_days, err);
}

/* ---- the kinds of exclusion that the contract knows ---- */

static int read_kind(struct arena *a, const struct node *object, const struct terms *t,
                     struct terms_exclusion *x, struct error *err)
{
	struct node days = node_member(object, "notice_days");

	x->notice_days = x->notice_hours = -1;
	if (node_check_keys(object,
	                    (const char *const[]){ "kind", "clause", "notice_days", "notice_hours", NULL },
	                    err) < 0 ||
	    read_text(a, object, "kind", REQUIRED, &x->kind, err) < 0 ||
	    read_text(a, object, "clause", OPTIONAL, &x->clause, err) < 0 ||
	    node_integer(object, "notice_days", OPTIONAL, 0, 366, &x->notice_days, err) < 0 ||
	    node_integer(object, "notice_hours", OPTIONAL, 0, 8784, &x->notice_hours, err) < 0)
		return err->code;
	for (const struct terms_exclusion *other = t->exclusions; other < x; other++)
		if (strcmp(other->kind, x->kind) == 0)
			return node_fail(object, err, "the kind '%s' is there twice", x->kind);
	if (x->notice_days >= 0 && strcmp(x->kind, "maintenance") == 0 && t->maintenance_notice_days >= 0 &&
	    x->notice_days != t->maintenance_notice_days)
		return node_fail(&days, err, "maintenance needs %lld days here and %lld in 'notice'",
		                 (long long)x->notice_days, (long long)t->maintenance_notice_days);
	return 0;
}

static int read_kinds(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node list, kind;

	if (node_array(object, "exclusions", OPTIONAL, &list, err) < 0 || !list.value)
		return err->code;
	t->exclusions_listed = true;
	t->exclusion_count = node_count(&list);
	t->exclusions = arena_array(a, t->exclusion_count, sizeof *t->exclusions);
	for (size_t i = 0; i < t->exclusion_count; i++)
		if (node_item_object(&list, i, &kind, err) < 0 ||
		    read_kind(a, &kind, t, &t->exclusions[i], err) < 0)
			return err->code;
	return 0;
}

int terms_read(struct arena *a, const struct node *object, struct terms *t, int64_t *hours, struct error *err)
{
	static const char *const keys[] = {
		"id",         "title",         "provider", "customer", "source",   "effective", "period",
		"notice",     "levels",        "overlap",  "cap",      "rounding", "claim",     "remedy",
		"exclusions", "service_hours", "caps",     "minimum",  "form",     "responses", NULL
	};
	int provider = PARTY_NSP, customer = PARTY_LG;

	if (node_check_keys(object, keys, err) < 0 || read_text(a, object, "id", REQUIRED, &t->id, err) < 0 ||
	    read_text(a, object, "title", OPTIONAL, &t->title, err) < 0 ||
	    node_word(object, "provider", OPTIONAL, party_kinds, &provider, err) < 0 ||
	    node_word(object, "customer", OPTIONAL, party_kinds, &customer, err) < 0 ||
	    read_source(a, object, t, err) < 0 || read_effective(a, object, t, err) < 0 ||
	    read_terms_period(a, object, t, hours, err) < 0 || read_notice(a, object, t, err) < 0 ||
	    read_kinds(a, object, t, err) < 0 || levels_read(a, object, t, err) < 0 ||
	    hours_read(a, object, t, err) < 0)
		return err->code;
	t->provider = (enum party_kind)provider;
	t->customer = (enum party_kind)customer;
	return settlement_read(a, object, t, err);
}
