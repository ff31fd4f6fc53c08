/* history: what earlier spans came to, as somebody states it or as the database judged it. */
#include "calc/exact.h"
#include "case/reader.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

static bool has_level(const struct terms *t, const char *id)
{
	for (size_t i = 0; i < t->level_count; i++)
		if (strcmp(t->levels[i].id, id) == 0)
			return true;
	return false;
}

static int read_subject(struct reader *r, const struct node *object, struct history *h, struct error *err)
{
	struct node service = node_member(object, "service"), level = node_member(object, "level");
	const char *id;

	if (node_string(object, "service", REQUIRED, &id, err) < 0 ||
	    read_text(r->arena, object, "level", REQUIRED, &h->level, err) < 0)
		return err->code;
	h->service = find_service(r->c, id);
	if (!h->service)
		return node_fail(&service, err, "no service '%s'", id);
	if (!has_level(h->service->terms, h->level))
		return node_fail(&level, err, "the terms '%s' have no level '%s'", h->service->terms->id,
		                 h->level);
	return 0;
}

/* Whether so many seconds fit into the span. */
static bool fits(struct span span, exact seconds)
{
	mpq_t s, length;
	bool fits;

	mpq_inits(s, length, NULL);
	exact_read(s, seconds);
	mpz_set_si(mpq_numref(length), span_length(span));
	mpz_set_ui(mpq_denref(length), US_PER_S);
	mpq_canonicalize(length);
	fits = mpq_cmp(s, length) <= 0;
	mpq_clears(s, length, NULL);
	return fits;
}

static int read_downtime(struct reader *r, const struct node *object, struct history *h, struct error *err)
{
	struct node downtime, counted = node_member(object, "counted_s");

	if (node_object(object, "downtime_s", OPTIONAL, &downtime, err) < 0 ||
	    read_exact(r->arena, object, "counted_s", OPTIONAL, &h->counted_s, err) < 0)
		return err->code;
	if (h->counted_s && !fits(h->span, h->counted_s))
		return node_fail(&counted, err, "%s seconds are more than the span has", h->counted_s);
	if (!downtime.value)
		return 0;
	if (node_check_keys(&downtime, (const char *const[]){ "least", "most", NULL }, err) < 0 ||
	    read_exact(r->arena, &downtime, "least", REQUIRED, &h->downtime_least_s, err) < 0 ||
	    read_exact(r->arena, &downtime, "most", REQUIRED, &h->downtime_most_s, err) < 0)
		return err->code;
	if (exact_compare(h->downtime_least_s, h->downtime_most_s) > 0)
		return node_fail(&downtime, err, "the least is more than the most");
	if (h->counted_s && exact_compare(h->downtime_most_s, h->counted_s) > 0)
		return node_fail(&downtime, err, "%s seconds are more than the %s that counted",
		                 h->downtime_most_s, h->counted_s);
	if (!fits(h->span, h->downtime_most_s))
		return node_fail(&downtime, err, "%s seconds are more than the span has", h->downtime_most_s);
	return 0;
}

static int read_entry(struct reader *r, const struct node *object, struct history *h, struct error *err)
{
	static const char *const keys[] = { "service",    "level",     "start",  "end",      "verdict",
		                            "downtime_s", "counted_s", "credit", "document", NULL };
	static const char *const verdicts[] = { "met", "breached", "not provable", "not covered", NULL };
	struct node end = node_member(object, "end");
	int verdict = -1;

	if (node_check_keys(object, keys, err) < 0 || read_subject(r, object, h, err) < 0 ||
	    read_span(object, &h->span, err) < 0 ||
	    node_word(object, "verdict", OPTIONAL, verdicts, &verdict, err) < 0)
		return err->code;
	h->verdict = verdict < 0 ? NULL : verdicts[verdict];
	if (h->span.end > r->c->period.span.start)
		return node_fail(&end, err, "reaches into the period that is judged");
	if (read_downtime(r, object, h, err) < 0 ||
	    read_exact(r->arena, object, "credit", OPTIONAL, &h->credit, err) < 0)
		return err->code;
	return read_text(r->arena, object, "document", OPTIONAL, &h->document, err);
}

/* ---- order, and nothing twice ---- */

struct entry { /* with its place in the case, for messages */
	struct history history;
	size_t index;
};

static int by_time(const void *left, const void *right)
{
	const struct history *a = &((const struct entry *)left)->history,
	                     *b = &((const struct entry *)right)->history;
	int level = strcmp(a->level, b->level);

	if (a->service != b->service)
		return a->service < b->service ? -1 : 1;
	if (level != 0)
		return level;
	return a->span.start < b->span.start ? -1 : a->span.start > b->span.start;
}

static int check_overlaps(const struct node *list, const struct entry *entries, size_t count,
                          struct error *err)
{
	for (size_t i = 1; i < count; i++) {
		const struct history *a = &entries[i - 1].history, *b = &entries[i].history;

		if (a->service == b->service && strcmp(a->level, b->level) == 0 &&
		    b->span.start < a->span.end) {
			size_t later =
			    entries[i].index > entries[i - 1].index ? entries[i].index : entries[i - 1].index;
			struct node item = node_item(list, later);

			return node_fail(&item, err,
			                 "the level '%s' of '%s' has another entry for some of this time",
			                 b->level, b->service->id);
		}
	}
	return 0;
}

int read_history(struct reader *r, const struct node *root, struct error *err)
{
	struct entry *entries;
	struct node list;

	if (node_array(root, "history", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->history_count = node_count(&list);
	r->c->history = arena_array(r->arena, r->c->history_count, sizeof *r->c->history);
	entries = arena_array(r->arena, r->c->history_count, sizeof *entries);
	for (size_t i = 0; i < r->c->history_count; i++) {
		struct node object;

		entries[i].index = i;
		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_entry(r, &object, &entries[i].history, err) < 0)
			return err->code;
	}
	if (r->c->history_count)
		qsort(entries, r->c->history_count, sizeof *entries, by_time);
	for (size_t i = 0; i < r->c->history_count; i++)
		r->c->history[i] = entries[i].history;
	return check_overlaps(&list, entries, r->c->history_count, err);
}
