/* claim: how the terms say that a credit must be claimed, and the claims that were made. */
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

/* ---- the terms' rule ---- */

static const struct {
	const char *name, *count_key; /* which key says how many */
	bool has_day, has_anchor;
} rules[] = {
	[CLAIM_AUTOMATIC] = { "automatic", NULL, false, false },
	[CLAIM_END_OF_CYCLE] = { "end_of_cycle", "cycles", false, false },
	[CLAIM_DAYS_AFTER] = { "days_after", "days", false, true },
	[CLAIM_MONTHS_AFTER_END] = { "months_after_end", "months", false, false },
	[CLAIM_DAY_OF_MONTH] = { "day_of_month", "months", true, false },
};

#define RULE_COUNT (sizeof rules / sizeof *rules)

/* A key that the rule has no use for would be read as if it had an effect. */
static int refuse_unused(const struct node *object, const struct claim_terms *t, struct error *err)
{
	static const char *const keys[] = { "cycles", "days", "months", "day", "anchor", NULL };

	for (size_t i = 0; keys[i]; i++) {
		struct node member = node_member(object, keys[i]);
		bool used = (rules[t->rule].count_key && strcmp(keys[i], rules[t->rule].count_key) == 0) ||
		            (rules[t->rule].has_day && strcmp(keys[i], "day") == 0) ||
		            (rules[t->rule].has_anchor && strcmp(keys[i], "anchor") == 0);

		if (member.value && !used)
			return node_fail(&member, err, "the rule '%s' has no '%s'", rules[t->rule].name,
			                 keys[i]);
	}
	return 0;
}

static int read_rule(const struct node *object, struct claim_terms *t, struct error *err)
{
	static const char *const anchors[] = { "incident", "recovery", "eligibility", "month_end", NULL };
	static const char *const decides[] = { "received", "sent", NULL };
	const char *names[RULE_COUNT + 1] = { NULL };
	int rule = t->rule, anchor = t->anchor, decided = t->sent_is_enough;

	for (size_t i = 0; i < RULE_COUNT; i++)
		names[i] = rules[i].name;
	if (node_word(object, "rule", t->reading ? OPTIONAL : REQUIRED, names, &rule, err) < 0)
		return err->code;
	if ((enum claim_rule)rule != t->rule) /* what another rule counted says nothing here */
		t->count = t->day = 0;
	t->rule = (enum claim_rule)rule;
	if (refuse_unused(object, t, err) < 0 ||
	    (rules[rule].count_key &&
	     node_integer(object, rules[rule].count_key, t->count ? OPTIONAL : REQUIRED, 0, 3660, &t->count,
	                  err) < 0) ||
	    (rules[rule].has_day &&
	     node_integer(object, "day", t->day ? OPTIONAL : REQUIRED, 1, 28, &t->day, err) < 0) ||
	    (rules[rule].has_anchor && node_word(object, "anchor", OPTIONAL, anchors, &anchor, err) < 0) ||
	    node_word(object, "in_time_when", OPTIONAL, decides, &decided, err) < 0)
		return err->code;
	t->anchor = (enum claim_anchor)anchor;
	t->sent_is_enough = decided == 1;
	return 0;
}

static int read_manner(struct arena *a, const struct node *object, struct claim_terms *t, struct error *err)
{
	if (read_text(a, object, "channel", OPTIONAL, &t->channel, err) < 0 ||
	    read_text(a, object, "subject", OPTIONAL, &t->subject, err) < 0 ||
	    read_text(a, object, "processing", OPTIONAL, &t->processing, err) < 0 ||
	    read_text(a, object, "applied", OPTIONAL, &t->applied, err) < 0 ||
	    read_text(a, object, "claimant", OPTIONAL, &t->claimant, err) < 0 ||
	    read_text(a, object, "clause", OPTIONAL, &t->clause, err) < 0 ||
	    read_text(a, object, "confidence", OPTIONAL, &t->confidence, err) < 0 ||
	    node_boolean(object, "forfeited_when_late", OPTIONAL, &t->forfeited_when_late, err) < 0)
		return err->code;
	return read_texts(a, object, "contents", &t->contents, &t->content_count, err);
}

/* Another reading of the same clause: the rule as it is, but for the keys that the reading gives. */
static int read_reading(struct arena *a, const struct node *list, size_t i, const struct claim_terms *first,
                        struct claim_terms *t, struct error *err)
{
	static const char *const keys[] = { "reading", "wording", "rule",   "cycles",       "days",
		                            "months",  "day",     "anchor", "in_time_when", NULL };
	struct node object;

	*t = *first;
	t->readings = NULL;
	t->reading_count = 0;
	if (node_item_object(list, i, &object, err) < 0 || node_check_keys(&object, keys, err) < 0 ||
	    read_text(a, &object, "reading", REQUIRED, &t->reading, err) < 0 ||
	    read_text(a, &object, "wording", OPTIONAL, &t->wording, err) < 0)
		return err->code;
	return read_rule(&object, t, err);
}

int claim_read(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const keys[] = {
		"rule",       "cycles",       "days",     "months",     "day",
		"anchor",     "in_time_when", "channel",  "subject",    "contents",
		"processing", "applied",      "claimant", "clause",     "forfeited_when_late",
		"reading",    "wording",      "readings", "confidence", NULL
	};
	struct node claim, readings;
	struct claim_terms *c;

	if (node_object(object, "claim", OPTIONAL, &claim, err) < 0 || !claim.value)
		return err->code;
	c = t->claim = arena_new(a, struct claim_terms);
	if (node_check_keys(&claim, keys, err) < 0 || read_rule(&claim, c, err) < 0 ||
	    read_manner(a, &claim, c, err) < 0 ||
	    read_text(a, &claim, "reading", OPTIONAL, &c->reading, err) < 0 ||
	    read_text(a, &claim, "wording", OPTIONAL, &c->wording, err) < 0 ||
	    node_array(&claim, "readings", OPTIONAL, &readings, err) < 0)
		return err->code;
	c->reading_count = node_count(&readings);
	c->readings = arena_array(a, c->reading_count, sizeof *c->readings);
	for (size_t i = 0; i < c->reading_count; i++)
		if (read_reading(a, &readings, i, c, &c->readings[i], err) < 0)
			return err->code;
	return 0;
}

/* ---- claims that were made ---- */

static int find_subject(struct reader *r, const struct node *object, struct claim_made *made,
                        struct error *err)
{
	struct node terms = node_member(object, "terms"), service = node_member(object, "service");
	const char *id = NULL, *service_id = NULL;

	if (node_string(object, "terms", REQUIRED, &id, err) < 0 ||
	    node_string(object, "service", OPTIONAL, &service_id, err) < 0)
		return err->code;
	for (size_t i = 0; i < r->c->terms_count; i++)
		if (strcmp(r->c->terms[i].id, id) == 0)
			made->terms = &r->c->terms[i];
	if (!made->terms)
		return node_fail(&terms, err, "no terms '%s'", id);
	if (!service_id)
		return 0;
	made->service = find_service(r->c, service_id);
	if (!made->service)
		return node_fail(&service, err, "no service '%s'", service_id);
	if (made->service->terms != made->terms)
		return node_fail(&service, err, "the service '%s' is not under the terms '%s'", service_id,
		                 id);
	return 0;
}

static int check_made(struct reader *r, const struct node *object, const struct claim_made *made,
                      struct error *err)
{
	struct node received = node_member(object, "received");

	for (const struct claim_made *other = r->c->claims; other < made; other++)
		if (strcmp(other->id, made->id) == 0)
			return node_fail(object, err, "the claim '%s' is there twice", made->id);
	if (made->sent_us == INT64_MIN && made->received_us == INT64_MIN)
		return node_fail(object, err, "a claim says when it was 'sent' or 'received'");
	if (made->received_us != INT64_MIN && made->sent_us != INT64_MIN && made->received_us < made->sent_us)
		return node_fail(&received, err, "received before it was sent");
	return 0;
}

static int read_made(struct reader *r, const struct node *object, struct claim_made *made, struct error *err)
{
	static const char *const keys[] = { "id",       "terms",    "service",  "sent",
		                            "received", "contents", "document", NULL };

	made->sent_us = made->received_us = INT64_MIN;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &made->id, err) < 0 ||
	    find_subject(r, object, made, err) < 0 ||
	    read_instant(object, "sent", OPTIONAL, &made->sent_us, err) < 0 ||
	    read_instant(object, "received", OPTIONAL, &made->received_us, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &made->document, err) < 0 ||
	    read_texts(r->arena, object, "contents", &made->contents, &made->content_count, err) < 0)
		return err->code;
	return check_made(r, object, made, err);
}

int read_claims(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "claims", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->claims = arena_array(r->arena, node_count(&list), sizeof *r->c->claims);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_made(r, &object, &r->c->claims[i], err) < 0)
			return err->code;
		r->c->claim_count = i + 1;
	}
	return 0;
}
