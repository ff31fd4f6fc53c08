/*
 * claim: by when a credit must be claimed by the contract's own rule, and what is still missing.
 *
 * Rules that hang on the billing month are resolved by case/ (period_deadline_us). Here: rules that count days
 * from an outage. A day that is counted from is itself not counted (Civil Code art. 140): n days after the 3rd
 * end with the (3 + n)th.
 */
#include "calc/judge.h"

#include <string.h>

/* The instant that the days are counted from. */
static int64_t anchor_of(const struct judge *j, const struct service_result *r, enum claim_anchor anchor)
{
	const struct outage *first = r->outages;
	int64_t month_end = j->c->period.span.end - 1;

	/* a delay that was too long has no outage: what is due for a month is known when the month has ended */
	if (r->outage_count == 0)
		return month_end;
	switch (anchor) {
	case ANCHOR_INCIDENT: /* of several outages the first, at the earliest: nobody is late by relying on it */
		return first->possible.start;
	case ANCHOR_RECOVERY:
		return span_length(first->certain) ? first->certain.end : first->possible.start;
	case ANCHOR_ELIGIBILITY:
	case ANCHOR_MONTH_END:
		break;
	}
	return month_end;
}

static int64_t deadline_of(const struct judge *j, const struct service_result *r, const struct claim_terms *t,
                           const struct zone_days *days)
{
	int64_t anchor, day;

	if (t->rule == CLAIM_AUTOMATIC)
		return INT64_MIN;
	if (t->rule != CLAIM_DAYS_AFTER)
		return t->period_deadline_us;
	anchor = anchor_of(j, r, t->anchor);
	day = zone_days_day(days, anchor);
	return day == INT64_MIN ? INT64_MIN : zone_days_start(days, day + t->count + 1);
}

static bool holds(const struct claim_made *made, const char *content)
{
	for (size_t i = 0; made && i < made->content_count; i++)
		if (strcmp(made->contents[i], content) == 0)
			return true;
	return false;
}

static void list_missing(struct judge *j, struct claim_result *r)
{
	r->missing = arena_array(j->arena, r->terms->content_count, sizeof *r->missing);
	for (size_t i = 0; i < r->terms->content_count; i++)
		if (!holds(r->made, r->terms->contents[i]))
			r->missing[r->missing_count++] = r->terms->contents[i];
}

/* The claim for the service, or for all services under its terms, that was made by as_of. */
static const struct claim_made *made_for(const struct judge *j, const struct service *s)
{
	for (size_t i = 0; i < j->c->claim_count; i++) {
		const struct claim_made *made = &j->c->claims[i];

		if (made->sent_us > j->c->as_of_us || made->received_us > j->c->as_of_us)
			continue;
		if (made->terms == s->terms && (!made->service || made->service == s))
			return made;
	}
	return NULL;
}

static void judge_in_time(struct claim_result *r)
{
	int64_t decides = r->terms->sent_is_enough ? r->made->sent_us : r->made->received_us;

	/* what was received was sent before */
	if (decides == INT64_MIN && r->terms->sent_is_enough && r->made->received_us < r->deadline_us)
		decides = r->made->received_us;
	r->in_time_known =
	    r->terms->rule == CLAIM_AUTOMATIC || (decides != INT64_MIN && r->deadline_us != INT64_MIN);
	r->in_time = r->in_time_known && (r->terms->rule == CLAIM_AUTOMATIC || decides < r->deadline_us);
}

static void judge_one(struct judge *j, const struct service_result *s, const struct claim_terms *t,
                      struct claim_result *r)
{
	const struct zone_days *days = zone_days_of(j->c, s->service->terms->time_zone);

	r->terms = t;
	r->deadline_us = days ? deadline_of(j, s, t, days) : INT64_MIN;
	r->made = made_for(j, s->service);
	if (r->made)
		judge_in_time(r);
	if (r->deadline_us != INT64_MIN && days->as_of_day != INT64_MAX) {
		r->days_left = zone_days_day(days, r->deadline_us - 1) - days->as_of_day;
		r->has_days_left = true;
	}
	list_missing(j, r);
}

static bool is_more(const struct judge *j, int figure)
{
	return figure >= 0 && book_sign(j->book, figure) > 0;
}

/* Whether a level that has to be claimed gives a credit at any reading of what was measured. */
static bool may_be_due(const struct judge *j, const struct service_result *r)
{
	bool payable = false, claimed = false;

	for (size_t i = 0; i < r->payable_count; i++)
		payable = payable || is_more(j, r->payable[i].most) || is_more(j, r->payable[i].amount);
	for (size_t i = 0; i < r->level_count; i++) {
		const struct credit_figures *f = &r->levels[i].credit;

		claimed =
		    claimed || (f->due && !r->levels[i].level->automatic &&
		                (is_more(j, f->most) || is_more(j, f->amount) || f->most == FIGURE_UNKNOWN));
	}
	return payable && claimed;
}

void judge_claims(struct judge *j, struct service_result *r)
{
	const struct claim_terms *t = r->service->terms->claim;

	if (!t || !may_be_due(j, r))
		return;
	r->claim_count = 1 + t->reading_count;
	r->claims = arena_array(j->arena, r->claim_count, sizeof *r->claims);
	judge_one(j, r, t, &r->claims[0]);
	for (size_t i = 0; i < t->reading_count; i++)
		judge_one(j, r, &t->readings[i], &r->claims[1 + i]);
}
