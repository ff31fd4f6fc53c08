#include "report/why.h"
#include "calc/exact.h"
#include "report/escape.h"
#include "report/explain.h"
#include "report/figure.h"
#include "report/phrase.h"
#include "report/when.h"

#include <string.h>

struct asked {
	struct arena *arena;
	const struct statement *s;
	enum language language;
	const char *of; /* the level that the reasons are of, where a service has several; NULL */
	struct text line;
	struct reasons out;
};

/* ---- composing ---- */

static void word(struct asked *q, enum word w)
{
	text_add(&q->line, word_of(q->language, w));
}

static void foreign(struct asked *q, const char *text)
{
	escape_terminal(&q->line, text);
}

static void phrase(struct asked *q, const char *english)
{
	struct text said = { 0 };

	if (!phrase_translate(&said, q->language, english))
		text_add(&said, english);
	foreign(q, text_string(&said));
	text_release(&said);
}

static void money(struct asked *q, int figure, const char *currency)
{
	figure_money(&q->line, q->language, q->s, figure, currency);
}

/* Ends the line that was composed and adds it as a reason. */
static void reason(struct asked *q, const char *rule)
{
	struct reasons *r = &q->out;

	if (r->count == r->size) {
		size_t size = r->size ? 2 * r->size : 16;
		struct reason *items = arena_array(q->arena, size, sizeof *items);

		if (r->count)
			memcpy(items, r->items, r->count * sizeof *items);
		r->items = items;
		r->size = size;
	}
	r->items[r->count++] =
	    (struct reason){ rule, arena_printf(q->arena, "%s%s%s", q->of ? q->of : "", q->of ? ": " : "",
		                                text_string(&q->line)) };
	text_clear(&q->line);
}

static void plain(struct asked *q, const char *rule, enum word w)
{
	word(q, w);
	reason(q, rule);
}

static bool positive(const struct asked *q, int figure)
{
	return figure >= 0 && book_sign(q->s->book, figure) > 0;
}

static bool differ(const struct asked *q, int left, int right)
{
	return left >= 0 && right >= 0 && book_compare(q->s->book, left, right) != 0;
}

/* ---- a level ---- */

static void measured(struct asked *q, int figure, const struct level *l)
{
	figure_against(&q->line, q->language, q->s, figure, l);
}

static void verdict(struct asked *q, const struct level_result *r)
{
	static const enum word heads[] = { W_WHY_MET, W_WHY_BREACHED, W_WHY_NOT_PROVABLE, W_WHY_NOT_COVERED };
	static const char *const rules[] = { "met", "breached", "not provable", "not covered" };

	word(q, heads[r->verdict]);
	if (r->not_covered)
		phrase(q, r->not_covered);
	else if (r->verdict == VERDICT_NOT_PROVABLE) {
		measured(q, r->measure.best, r->level);
		word(q, W_WHY_AND_WORST);
		measured(q, r->measure.worst, r->level);
	} else
		measured(q, r->verdict == VERDICT_MET ? r->measure.worst : r->measure.best, r->level);
	if (!r->not_covered) {
		word(q, W_WHY_AGAINST);
		figure_objective(&q->line, q->language, r->level);
	}
	reason(q, rules[r->verdict]);
	if (r->settle) {
		word(q, W_WHY_SETTLE);
		phrase(q, r->settle);
		reason(q, "would settle it");
	}
}

/* What each accepted exclusion and correction does to the level: those that change nothing are left out. */
static void effects(struct asked *q, const struct level_result *r)
{
	for (size_t i = 0; i < r->effect_count; i++) {
		const struct effect *e = &r->effects[i];
		bool exclusion = strcmp(e->kind, "exclusion") == 0;

		if (e->verdict == r->verdict && !differ(q, e->measure.point, r->measure.point) &&
		    !differ(q, e->amount, r->credit.due ? r->credit.amount : FIGURE_UNKNOWN))
			continue;
		word(q, exclusion ? W_WHY_EXCLUSION : W_WHY_CORRECTION);
		foreign(q, e->id);
		word(q, W_WHY_WITHOUT_IT);
		phrase(q, verdict_name(e->verdict));
		text_add(&q->line, ", ");
		measured(q, e->measure.point, r->level);
		if (e->amount >= 0) {
			text_add(&q->line, ", ");
			money(q, e->amount, r->credit.currency);
		}
		reason(q, e->kind);
	}
}

static void exclusions_refused(struct asked *q, const struct service *service)
{
	for (size_t i = 0; i < q->s->exclusion_count; i++) {
		const struct exclusion_result *x = &q->s->exclusions[i];

		if (x->accepted || x->service != service)
			continue;
		word(q, W_WHY_REFUSED);
		foreign(q, x->exclusion->id);
		text_add(&q->line, ": ");
		phrase(q, x->why);
		reason(q, "exclusion refused");
	}
}

/* The band with the least rate above the one that applied: what the measure would have had to reach. */
static const struct band *dearer_band(const struct asked *q, const struct level_result *r)
{
	const struct credit_rule *c = r->level->credit;
	const struct band *found = NULL;

	for (size_t i = 0; c && r->credit.rate >= 0 && i < c->band_count; i++)
		if (exact_compare(c->bands[i].rate, figure_text(q->s, r->credit.rate)) > 0 &&
		    (!found || exact_compare(c->bands[i].rate, found->rate) < 0))
			found = &c->bands[i];
	return found;
}

static void next_band(struct asked *q, const struct level_result *r)
{
	const struct band *band = dearer_band(q, r);

	if (!band)
		return;
	word(q, W_WHY_BAND);
	if (r->level->credit->unit == RATE_PERCENT)
		figure_in_unit(&q->line, q->language, band->rate, UNIT_PERCENT);
	else
		figure_exact(&q->line, band->rate);
	word(q, W_WHY_BAND_FROM);
	figure_in_unit(&q->line, q->language, band->from, r->level->unit);
	if (band->to) {
		word(q, W_RANGE_TO);
		figure_in_unit(&q->line, q->language, band->to, r->level->unit);
	}
	reason(q, "band");
}

static void level_amount(struct asked *q, const struct level_result *r)
{
	const struct credit_figures *f = &r->credit;

	if (positive(q, f->amount)) {
		word(q, W_WHY_IS);
		money(q, f->amount, f->currency);
		reason(q, "credit");
	}
	if (r->verdict == VERDICT_BREACHED)
		next_band(q, r);
	if (differ(q, f->exact, f->amount)) {
		word(q, W_WHY_EXACT);
		money(q, f->exact, f->currency);
		reason(q, "rounding and caps");
	}
	if (differ(q, f->most, f->amount)) {
		word(q, W_WHY_WORST);
		money(q, f->most, f->currency);
		reason(q, "range");
	}
}

static void level_not(struct asked *q, const struct service_result *service, const struct level_result *r)
{
	verdict(q, r);
	if (r->not_covered)
		return;
	if (r->level->binding == BINDING_TARGET)
		plain(q, "target", W_WHY_TARGET);
	else if (!r->level->credit)
		plain(q, "no credit in the terms", W_WHY_NO_CREDIT);
	else if (service->service->fee_count == 0)
		plain(q, "no fee", W_WHY_NO_FEE);
	if (r->level->months_running > 1 && r->held != HELD_NO)
		plain(q, "months running", r->held == HELD_YES ? W_WHY_HELD : W_WHY_HELD_MAYBE);
	if (r->credit.due)
		level_amount(q, r);
	effects(q, r);
}

/* ---- a service ---- */

static void claim(struct asked *q, const struct claim_result *c)
{
	bool late = c->made ? c->in_time_known && !c->in_time : c->has_days_left && c->days_left < 0;

	if (c->terms->rule == CLAIM_AUTOMATIC || (!late && c->made))
		return;
	word(q, late ? W_WHY_CLAIM_LATE : W_WHY_CLAIM);
	if (c->deadline_us != INT64_MIN)
		when_full_date(&q->line, q->language,
		               when_date(c->deadline_us - 1, q->s->the_case->period.zone_offset_s));
	if (late && c->terms->forfeited_when_late)
		word(q, W_WHY_FORFEITED);
	if (c->terms->reading) {
		text_add(&q->line, " (");
		foreign(q, c->terms->reading);
		text_add(&q->line, ")");
	}
	reason(q, late ? "claim late" : "claim");
}

static void service_rules(struct asked *q, const struct service_result *r)
{
	q->of = NULL;
	if (r->credit_note) {
		word(q, W_WHY_NOTE);
		phrase(q, r->credit_note);
		reason(q, "terms");
	}
	for (size_t i = 0; i < r->claim_count; i++)
		claim(q, &r->claims[i]);
	exclusions_refused(q, r->service);
}

static void service_not(struct asked *q, const struct service_result *r)
{
	for (size_t i = 0; i < r->level_count; i++) {
		q->of = r->levels[i].level->id;
		level_not(q, r, &r->levels[i]);
	}
	service_rules(q, r);
}

/* ---- the chain ---- */

static const struct obligation *obligation_of(const struct statement *s, const struct outline_item *item)
{
	int64_t index;

	if (strcmp(outline_name(item, 0, NULL), "obligations") != 0 || !outline_name(item, 1, &index))
		return NULL;
	return &s->obligations[index];
}

static void amount_of(struct asked *q, enum word w, int figure, const char *rule)
{
	word(q, w);
	money(q, figure, NULL);
	reason(q, rule);
}

static void cuts(struct asked *q, const struct obligation *o)
{
	for (size_t i = 0; i < o->cut_count; i++) {
		word(q, W_WHY_CUT);
		money(q, o->cuts[i].amount, NULL);
		text_add(&q->line, ": ");
		phrase(q, o->cuts[i].why);
		if (o->cuts[i].clause) {
			text_add(&q->line, ", ");
			phrase(q, o->cuts[i].clause);
		}
		reason(q, "cut");
	}
	if (o->cut_count == 0 && positive(q, o->cut))
		amount_of(q, W_WHY_CUT, o->cut, "cut");
}

static void obligation_not(struct asked *q, const struct obligation *o)
{
	if (o->determined < 0)
		plain(q, "not determined", W_WHY_UNDETERMINED);
	if (differ(q, o->claimed, o->determined))
		amount_of(q, W_WHY_DETERMINED, o->determined, "determined");
	cuts(q, o);
	if (positive(q, o->pending))
		amount_of(q, W_WHY_PENDING, o->pending, "pending");
	if (o->cap >= 0)
		amount_of(q, W_WHY_CAP, o->cap, "cap");
	if (o->ceiling >= 0)
		amount_of(q, W_WHY_CEILING, o->ceiling, "ceiling");
	if (positive(q, o->residual))
		amount_of(q, W_WHY_RESIDUAL, o->residual, "residual");
	for (size_t i = 0; i < o->note_count; i++) {
		phrase(q, o->notes[i]);
		reason(q, "note");
	}
}

static void obligation_why(struct asked *q, const struct obligation *o)
{
	word(q, W_WHY_BASIS);
	phrase(q, o->basis);
	if (o->contract) {
		word(q, W_WHY_UNDER);
		foreign(q, o->contract->id);
	}
	reason(q, "basis");
	for (size_t i = 0; i < o->loss_count; i++) {
		word(q, W_WHY_LOSS);
		foreign(q, o->losses[i]->id);
		reason(q, "loss");
	}
}

static const struct pass_through *pass_of(const struct statement *s, const struct outline_item *item)
{
	int64_t index;

	if (strcmp(outline_name(item, 0, NULL), "pass_through") != 0 || !outline_name(item, 1, &index))
		return NULL;
	return &s->pass_through[index];
}

static void pass_not(struct asked *q, const struct pass_through *p)
{
	if (positive(q, p->state))
		amount_of(q, W_WHY_STATE, p->state, "state");
	if (positive(q, p->carried))
		amount_of(q, W_WHY_CARRIED, p->carried, "carried");
	if (p->withheld >= 0 && positive(q, p->withheld))
		amount_of(q, W_WHY_WITHHELD, p->withheld, "withheld");
	for (size_t i = 0; i < p->note_count; i++) {
		phrase(q, p->notes[i]);
		reason(q, "note");
	}
}

/* ---- asking ---- */

static struct reasons answer(struct asked *q)
{
	text_release(&q->line);
	return q->out;
}

struct reasons why(struct arena *a, const struct statement *s, const struct outline_item *item,
                   enum language language)
{
	struct asked q = { .arena = a, .s = s, .language = language };
	const struct level_result *level = explain_level(s, item);
	const struct service_result *service = explain_service(s, item);

	if (level)
		verdict(&q, level);
	else if (service && service->credit_note) {
		word(&q, W_WHY_NOTE);
		phrase(&q, service->credit_note);
		reason(&q, "terms");
	} else if (item && obligation_of(s, item))
		obligation_why(&q, obligation_of(s, item));
	return answer(&q);
}

struct reasons why_not(struct arena *a, const struct statement *s, const struct outline_item *item,
                       enum language language)
{
	struct asked q = { .arena = a, .s = s, .language = language };
	const struct level_result *level = explain_level(s, item);
	const struct service_result *service = explain_service(s, item);

	if (level) {
		level_not(&q, service, level);
		service_rules(&q, service);
	} else if (service)
		service_not(&q, service);
	else if (item && obligation_of(s, item))
		obligation_not(&q, obligation_of(s, item));
	else if (item && pass_of(s, item))
		pass_not(&q, pass_of(s, item));
	return answer(&q);
}
