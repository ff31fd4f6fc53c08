/*
 * rates_parts: what several outages or incidents come to, where the contract pays for each.
 *
 * So many count a day (the dearest of those that start on it), and the rates of a week, Monday to Sunday, add up to a
 * cap; days are those of the terms' zone. Where it is not known on which day an outage started, the best reading puts
 * all that may share a day into one and the worst lets them stand apart. An outage with unmeasured time inside may be
 * several, and several short ones may be dearer than one long one: the worst reading takes the dearest way to fill it.
 */
#include "calc/exact.h"
#include "calc/credit/rates.h"

#include <stdlib.h>
#include <string.h>

struct piece { /* a part that counts, at one reading */
	struct part *part;
	size_t number;
	int rate;
	int64_t first, last; /* the days on which it may have started */
	int single;          /* its rate, were it one: rate is that of all it may be */
	bool dropped;
	const struct book *book;
};

struct pieces {
	struct judge *judge;
	const struct service *service;
	struct level_result *result;
	enum money_reading reading;
	struct piece *all;
	size_t count;
	struct timeline timeline; /* of the service; empty until somebody needs it */
};

/* ---- days ---- */

static int64_t day_of(const struct judge *j, const struct terms *t, int64_t us)
{
	const struct zone_days *z = zone_days_of(j->c, t->time_zone);
	int64_t day = z ? zone_days_day(z, us) : INT64_MIN, local;

	if (day != INT64_MIN)
		return day;
	local = us + j->c->period.zone_offset_s * US_PER_S;
	return local / US_PER_DAY - (local % US_PER_DAY < 0);
}

static int64_t week_of(int64_t day) /* 1970-01-05 was a Monday */
{
	int64_t since = day - 4;

	return since / 7 - (since % 7 < 0);
}

static bool is_exact(const struct judge *j, const struct part *p)
{
	return p->length.best >= 0 && p->length.worst >= 0 &&
	       book_compare(j->book, p->length.best, p->length.worst) == 0;
}

/* The length in µs, cut to whole ones. */
static int64_t length_us(const struct judge *j, enum unit unit, int length)
{
	static const int64_t units[] = {
		[UNIT_MS] = US_PER_MS,  [UNIT_S] = US_PER_S,   [UNIT_MIN] = US_PER_MINUTE,
		[UNIT_H] = US_PER_HOUR, [UNIT_D] = US_PER_DAY, [UNIT_ONE] = 0
	};
	int64_t us = 0;
	mpz_t whole;

	if (length < 0 || units[unit] == 0)
		return 0;
	mpz_init(whole);
	mpz_mul_si(whole, mpq_numref(book_value(j->book, length)), units[unit]);
	mpz_fdiv_q(whole, whole, mpq_denref(book_value(j->book, length)));
	if (mpz_fits_slong_p(whole))
		us = mpz_get_si(whole);
	mpz_clear(whole);
	return us;
}

static void place(const struct pieces *w, struct piece *p)
{
	const struct part *part = p->part;
	int64_t latest = part->span.end - length_us(w->judge, w->result->level->unit, part->length.best);

	p->first = p->last = day_of(w->judge, w->service->terms, part->span.start);
	if (w->reading != AT_POINT && !is_exact(w->judge, part) && latest > part->span.start)
		p->last = day_of(w->judge, w->service->terms, latest);
}

/* ---- the dearest way to fill a stretch that may hold several outages ---- */

/* Whether an outage of the whole part would meet the objective: then each of several shorter ones does, too. */
static bool is_short_enough(const struct judge *j, const struct level *l, const struct part *p)
{
	int order;

	if (p->length.worst < 0)
		return false;
	order = exact_compare(book_at(j->book, p->length.worst)->value, l->objective);
	return order < 0 || (order == 0 && l->op == AT_MOST);
}

/* The timeline that the level was judged by: answers that came too late may be failures there. */
static struct timeline timeline_as_judged(const struct pieces *w)
{
	int64_t slow_us = w->result->level->rule.slow_us;
	struct judge slow;

	if (!slow_us)
		return judge_service_timeline(w->judge, w->service, READING_RANGE);
	slow = judge_slow(w->judge, w->service, slow_us);
	return judge_service_timeline(&slow, w->service, READING_RANGE);
}

static bool may_be_several(struct pieces *w, const struct part *p)
{
	struct span span = { tick_of(p->span.start), tick_of(p->span.end) };

	if (w->result->level->metric != METRIC_RECOVERY_TIME || is_exact(w->judge, p) ||
	    is_short_enough(w->judge, w->result->level, p))
		return false;
	if (w->timeline.count == 0)
		w->timeline = timeline_as_judged(w);
	for (size_t i = 0; i < w->timeline.count; i++) {
		const struct run *run = &w->timeline.runs[i];

		if ((run->state == STATE_UNMEASURED || run->state == STATE_OBSCURED) &&
		    span_length(span_intersect(run->span, span)) > 0)
			return true;
	}
	return false;
}

/* The largest rate for each unit of length that an outage can bring, as a formula; NULL: without limit. */
static char *dearest(struct arena *a, const struct level *l)
{
	const struct credit_rule *c = l->credit;
	char *formula = arena_copy(a, "max(0");

	if (c->proportional_rate)
		return arena_printf(a, "%s / (%s)", c->proportional_rate, c->proportional_per);
	if (c->flat_rate)
		return exact_compare(l->objective, "0") == 0
		           ? NULL
		           : arena_printf(a, "%s / (%s)", c->flat_rate, l->objective);
	for (size_t i = 0; i < c->band_count; i++) {
		const struct band *b = &c->bands[i];

		if (exact_compare(b->from, "0") == 0)
			return NULL;
		formula = arena_printf(a, "%s, %s / (%s)", formula, b->rate, b->from);
		if (b->step)
			formula = arena_printf(a, "%s, %s / (%s)", formula, b->step, b->per);
	}
	for (size_t i = 0; i < c->equality_count; i++)
		formula =
		    arena_printf(a, "%s, %s / (%s)", formula, c->equalities[i].rate, c->equalities[i].at);
	return arena_printf(a, "%s)", formula);
}

/* The dearest of several, where the largest alone counts: any of them may be shorter than the part. */
static int dearest_within(const struct pieces *w, const struct piece *p)
{
	struct judge *j = w->judge;
	int nothing = derive_given(j->book, "an outage of no length",
	                           "what was not measured may hold several outages", "0");

	return rate_between(j, w->result->level, p->rate, nothing, p->part->length.worst, AT_WORST);
}

/* What a part comes to at most if it is several. */
static int several(const struct pieces *w, const struct piece *p)
{
	struct judge *j = w->judge;
	const struct level *l = w->result->level;
	const char *label = "rate of a stretch that may be several outages, at most";
	const char *clause = "what was not measured may hold several outages";
	char *ratio = dearest(j->arena, l);
	int64_t days = day_of(j, w->service->terms, p->part->span.end - 1) - p->first + 1;
	int rate = p->rate < 0 || !ratio || p->part->length.worst < 0
	               ? FIGURE_UNKNOWN
	               : derive(j->book, label, clause, arena_printf(j->arena, "max($1, $2 * %s)", ratio), 2,
	                        (int[]){ p->rate, p->part->length.worst });

	if (!l->credit->most_per_day || p->rate < 0)
		return rate;
	return derive(j->book, label, clause,
	              arena_printf(j->arena, rate < 0 ? "$1 * %lld" : "min($2, $1 * %lld)",
	                           (long long)(days * l->credit->most_per_day)),
	              rate < 0 ? 1 : 2, (int[]){ p->rate, rate });
}

/* ---- the rate of one part ---- */

static int part_rate(struct judge *j, const struct terms *t, const struct level *l, const struct part *p,
                     size_t number, enum money_reading reading)
{
	int value = reading == AT_POINT  ? p->length.point
	            : reading == AT_BEST ? p->length.best
	                                 : p->length.worst;
	char *what = arena_printf(j->arena, "rate of part %zu of %s", number, l->id);
	int rate;

	if (value < 0 && reading != AT_POINT)
		return reading == AT_BEST ? rate_none(j, t, l) : rate_largest(j, t, l);
	if (reading != AT_POINT && value == p->length.point)
		rate = p->rate;
	else
		rate = rate_at(j, t, l, what, value, reading);
	if (reading == AT_POINT || p->length.best < 0 || p->length.worst < 0)
		return rate;
	return rate_between(j, l, rate, p->length.best, p->length.worst, reading);
}

static void rate_parts(struct judge *j, const struct terms *t, struct level_result *r)
{
	for (size_t i = 0; i < r->part_count; i++) {
		struct part *p = &r->parts[i];

		p->rate = p->rate_best = p->rate_worst = FIGURE_UNKNOWN;
		if (!p->counted)
			continue;
		p->rate = part_rate(j, t, r->level, p, i + 1, AT_POINT);
		p->rate_best = part_rate(j, t, r->level, p, i + 1, AT_BEST);
		p->rate_worst = part_rate(j, t, r->level, p, i + 1, AT_WORST);
	}
}

/* ---- so many a day ---- */

static int dearest_first(const void *left, const void *right)
{
	const struct piece *const *a = left, *const *b = right;
	int order = (*a)->rate < 0 || (*b)->rate < 0
	                ? ((*a)->rate >= 0) - ((*b)->rate >= 0) /* what has no limit first */
	                : book_compare((*a)->book, (*b)->rate, (*a)->rate);

	return order ? order : ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

static int by_first_day(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/*
 * Pieces [start, end) that share a day or a week, as the reading sees it: sorted by their first days. At the worst
 * reading one that may lie in two stands alone.
 */
static size_t group_end(const struct pieces *w, size_t start, bool weeks)
{
	const struct piece *p = &w->all[start];
	int64_t first = weeks ? week_of(p->first) : p->first, last = weeks ? week_of(p->last) : p->last;
	size_t end = start + 1;

	if (w->reading == AT_WORST && first != last)
		return end;
	for (; end < w->count; end++) {
		int64_t from = weeks ? week_of(w->all[end].first) : w->all[end].first;
		int64_t to = weeks ? week_of(w->all[end].last) : w->all[end].last;

		if (from > last || (w->reading == AT_WORST && from != to))
			break;
		last = to > last ? to : last;
	}
	return end;
}

static void drop_beyond(struct pieces *w, size_t start, size_t end, int64_t most)
{
	const struct piece **order = arena_array(w->judge->arena, end - start, sizeof *order);

	for (size_t i = start; i < end; i++)
		order[i - start] = &w->all[i];
	qsort(order, end - start, sizeof *order, dearest_first);
	for (size_t i = (size_t)most; i < end - start; i++) {
		struct piece *p = &w->all[order[i] - w->all];

		p->dropped = true;
		if (w->reading != AT_POINT)
			continue;
		p->part->counted = false;
		p->part->why = arena_printf(w->judge->arena, "only %lld a day count", (long long)most);
	}
}

static void limit_days(struct pieces *w)
{
	int64_t most = w->result->level->credit->most_per_day;

	if (most == 0)
		return;
	for (size_t start = 0, end; start < w->count; start = end) {
		end = group_end(w, start, false);
		if (end - start > (size_t)most)
			drop_beyond(w, start, end, most);
	}
}

/* ---- sums ---- */

static int week_rate(struct pieces *w, size_t start, size_t end)
{
	struct judge *j = w->judge;
	const struct credit_rule *c = w->result->level->credit;
	int *rates = arena_array(j->arena, end - start, sizeof *rates), sum;
	int64_t weeks = week_of(w->all[start].last) - week_of(w->all[start].first) + 1;
	size_t count = 0;

	for (size_t i = start; i < end; i++)
		if (!w->all[i].dropped)
			rates[count++] = w->all[i].rate;
	sum = derive_sum(j->book, "rates of the parts of a week", "each outage or incident", rates, count);
	if (w->reading != AT_WORST)
		weeks = 1;
	if (sum < 0 && w->reading == AT_WORST)
		return derive(j->book, "rates of a week under its cap", "cap of a week",
		              arena_printf(j->arena, "%s * %lld", c->week_cap, (long long)weeks), 0, NULL);
	return derive(j->book, "rates of a week under its cap", "cap of a week",
	              weeks == 1
	                  ? arena_printf(j->arena, "min($1, %s)", c->week_cap)
	                  : arena_printf(j->arena, "min($1, %s * %lld)", c->week_cap, (long long)weeks),
	              1, &sum);
}

/* At the worst reading parts may be several, or lie in one of two days: together no more than each day's dearest. */
static int within_days(struct pieces *w, const char *label, int sum)
{
	struct judge *j = w->judge;
	int *rates = arena_array(j->arena, w->count + 1, sizeof *rates);
	char *formula = arena_copy(j->arena, "max(0");
	int64_t first = INT64_MAX, last = INT64_MIN, kept = 0;
	int64_t most = w->result->level->credit->most_per_day;
	bool several = false;

	if (w->reading != AT_WORST || most == 0 || w->count == 0)
		return sum;
	rates[0] = sum;
	for (size_t i = 0; i < w->count; i++) {
		const struct piece *p = &w->all[i];
		int64_t end = day_of(j, w->service->terms, p->part->span.end - 1);

		several = several || p->single != p->rate;
		kept += !p->dropped;
		first = p->first < first ? p->first : first;
		last = end > last ? end : last;
		rates[i + 1] = p->single;
		formula = arena_printf(j->arena, "%s, $%zu", formula, i + 2);
	}
	most *= last - first + 1;
	if (!several && kept <= most)
		return sum;
	formula = arena_printf(j->arena, "min($1, %lld * %s))", (long long)most, formula);
	return derive(j->book, label, "so many a day", formula, w->count + 1, rates);
}

static int sum_pieces(struct pieces *w)
{
	struct judge *j = w->judge;
	const struct credit_rule *c = w->result->level->credit;
	char *label = arena_printf(j->arena, "rates of all parts of %s %s", w->result->level->id,
	                           reading_name(w->reading));
	int *rates = arena_array(j->arena, w->count + 1, sizeof *rates);
	size_t count = 0;

	limit_days(w);
	for (size_t start = 0, end; start < w->count; start = end) {
		end = c->week_cap ? group_end(w, start, true) : start + 1;
		if (c->week_cap)
			rates[count++] = week_rate(w, start, end);
		else if (!w->all[start].dropped)
			rates[count++] = w->all[start].rate;
	}
	return within_days(w, label, derive_sum(j->book, label, "each outage or incident", rates, count));
}

static int largest_piece(struct pieces *w)
{
	struct judge *j = w->judge;
	char *formula = arena_copy(j->arena, "max(0");
	int *rates = arena_array(j->arena, w->count, sizeof *rates);

	for (size_t i = 0; i < w->count; i++) {
		rates[i] = w->all[i].rate;
		formula = arena_printf(j->arena, "%s, $%zu", formula, i + 1);
	}
	return derive(j->book,
	              arena_printf(j->arena, "rates of all parts of %s %s", w->result->level->id,
	                           reading_name(w->reading)),
	              "the largest of them alone", w->count ? arena_printf(j->arena, "%s)", formula) : "0",
	              w->count, rates);
}

static int parts_at(struct judge *j, const struct service *s, struct level_result *r,
                    enum money_reading reading)
{
	struct pieces w = { .judge = j, .service = s, .result = r, .reading = reading };

	w.all = arena_array(j->arena, r->part_count, sizeof *w.all);
	for (size_t i = 0; i < r->part_count; i++) {
		struct part *p = &r->parts[i];
		struct piece *piece = &w.all[w.count];

		if (!p->counted)
			continue;
		*piece = (struct piece){ .part = p, .number = i, .book = j->book };
		piece->rate = reading == AT_POINT  ? p->rate
		              : reading == AT_BEST ? p->rate_best
		                                   : p->rate_worst;
		piece->single = piece->rate;
		place(&w, piece);
		if (reading == AT_WORST && may_be_several(&w, p))
			piece->rate =
			    r->level->credit->largest_only ? dearest_within(&w, piece) : several(&w, piece);
		w.count++;
	}
	qsort(w.all, w.count, sizeof *w.all, by_first_day);
	return r->level->credit->largest_only ? largest_piece(&w) : sum_pieces(&w);
}

void rates_of_parts(struct judge *j, const struct service *s, struct level_result *r,
                    int rates[READING_COUNT])
{
	rate_parts(j, s->terms, r);
	rates[AT_BEST] =
	    parts_at(j, s, r, AT_BEST); /* before the point value drops what is beyond a day's limit */
	rates[AT_WORST] = parts_at(j, s, r, AT_WORST);
	rates[AT_POINT] = parts_at(j, s, r, AT_POINT);
	if (!r->unbounded)
		return;
	rates[AT_BEST] = rate_none(j, s->terms, r->level);
	rates[AT_WORST] =
	    r->level->credit->largest_only ? rate_largest(j, s->terms, r->level) : FIGURE_UNKNOWN;
}
