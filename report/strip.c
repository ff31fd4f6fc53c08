#include "report/strip.h"
#include "calc/exact.h"
#include "report/escape.h"
#include "report/figure.h"
#include "report/when.h"

#define STRIP_HEIGHT 470
#define BODY_TOP     90 /* above it the marks of outages */
#define BODY_HEIGHT  300

int svg_place(struct span within, int64_t instant)
{
	int64_t length = within.end - within.start, at = instant - within.start;

	if (length <= 0 || at <= 0)
		return 0;
	if (at >= length)
		return SVG_WIDTH;
	while (length > INT64_MAX / (2 * SVG_WIDTH)) { /* centuries: the picture does not need the last bit */
		length /= 2;
		at /= 2;
	}
	return (int)(at * SVG_WIDTH / length);
}

struct piece { /* of the picture: units, half-open */
	int start, end;
};

/* Appends [start, end) widened to least around its middle, merged with the last piece if they touch. */
static void add_piece(struct piece *pieces, size_t *count, int start, int end, int least)
{
	if (end - start < least) {
		start -= (least - (end - start)) / 2;
		end = start + least;
	}
	if (start < 0) {
		end -= start;
		start = 0;
	}
	if (end > SVG_WIDTH) {
		start -= end - SVG_WIDTH;
		end = SVG_WIDTH;
	}
	if (*count > 0 && start <= pieces[*count - 1].end) {
		if (end > pieces[*count - 1].end)
			pieces[*count - 1].end = end;
		return;
	}
	pieces[(*count)++] = (struct piece){ start, end };
}

static void add_pieces(struct text *out, const struct piece *pieces, size_t count, const char *class, int y,
                       int height)
{
	if (count == 0)
		return;
	text_printf(out, "<path class=\"%s\" d=\"", class);
	for (size_t i = 0; i < count; i++)
		text_printf(out, "M%d %dh%dv%dh-%dz", pieces[i].start, y, pieces[i].end - pieces[i].start,
		            height, pieces[i].end - pieces[i].start);
	text_add(out, "\"/>");
}

/* A triangle above the middle of each piece: outages of a minute are found on paper. */
static void add_marks(struct text *out, const struct piece *pieces, size_t count)
{
	if (count == 0)
		return;
	text_add(out, "<path class=\"mark\" d=\"");
	for (size_t i = 0; i < count; i++)
		text_printf(out, "M%d %dl-50 -80h100z", (pieces[i].start + pieces[i].end) / 2, BODY_TOP - 4);
	text_add(out, "\"/>");
}

static void add_state(struct text *out, struct arena *a, const struct timeline *t, enum state state,
                      const char *class, int least)
{
	struct piece *pieces = arena_array(a, t->count + 1, sizeof *pieces);
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->runs[i].state == state)
			add_piece(pieces, &count, svg_place(t->span, t->runs[i].span.start),
			          svg_place(t->span, t->runs[i].span.end), least);
	if (state == STATE_DOWN) {
		add_pieces(out, pieces, count, class, BODY_TOP - 10, BODY_HEIGHT + 20);
		add_marks(out, pieces, count);
	} else
		add_pieces(out, pieces, count, class, BODY_TOP, BODY_HEIGHT);
}

static void add_excluded(struct text *out, struct arena *a, struct span within_ticks,
                         const struct span_set *excluded)
{
	struct piece *pieces = arena_array(a, excluded->count + 1, sizeof *pieces);
	size_t count = 0;

	for (size_t i = 0; i < excluded->count; i++)
		add_piece(pieces, &count, svg_place(within_ticks, tick_of(excluded->at[i].start)),
		          svg_place(within_ticks, tick_of(excluded->at[i].end)), 60);
	add_pieces(out, pieces, count, "excluded", BODY_TOP, BODY_HEIGHT);
	/* and a foot below the strip: seen also where something else is drawn over it */
	add_pieces(out, pieces, count, "foot", BODY_TOP + BODY_HEIGHT, 60);
}

void strip_patterns(struct text *out)
{
	text_add(out,
	         "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
	         "<pattern id=\"p-either\" width=\"60\" height=\"60\" patternUnits=\"userSpaceOnUse\">"
	         "<rect width=\"60\" height=\"60\" fill=\"#fff3d6\"/>"
	         "<path d=\"M-15 15L15 -15M0 60L60 0M45 75L75 45\" stroke=\"#8a5a00\" "
	         "stroke-width=\"16\"/></pattern>"
	         "<pattern id=\"p-unmeasured\" width=\"70\" height=\"70\" patternUnits=\"userSpaceOnUse\">"
	         "<rect width=\"70\" height=\"70\" fill=\"#fff\"/><circle cx=\"20\" cy=\"20\" r=\"13\" "
	         "fill=\"#5b6470\"/>"
	         "<circle cx=\"55\" cy=\"55\" r=\"13\" fill=\"#5b6470\"/></pattern>"
	         "<pattern id=\"p-obscured\" width=\"70\" height=\"70\" patternUnits=\"userSpaceOnUse\">"
	         "<rect width=\"70\" height=\"70\" fill=\"#eef0f2\"/>"
	         "<path d=\"M0 0L70 70M70 0L0 70\" stroke=\"#5b6470\" stroke-width=\"12\"/></pattern>"
	         "<pattern id=\"p-excluded\" width=\"60\" height=\"60\" patternUnits=\"userSpaceOnUse\">"
	         "<path d=\"M0 15H60M0 45H60\" stroke=\"#1f4e8c\" stroke-width=\"14\"/></pattern>"
	         "</defs></svg>\n");
}

void strip_timeline(struct text *out, struct arena *a, const struct timeline *t,
                    const struct span_set *excluded, const char *label)
{
	text_printf(out, "<svg class=\"strip\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", SVG_WIDTH,
	            STRIP_HEIGHT);
	escape_attribute(out, label);
	text_printf(out, "\"><path class=\"up\" d=\"M0 %dh%dv%dh-%dz\"/>", BODY_TOP, SVG_WIDTH, BODY_HEIGHT,
	            SVG_WIDTH);
	add_state(out, a, t, STATE_UNMEASURED, "unmeasured", 40);
	add_state(out, a, t, STATE_OBSCURED, "obscured", 40);
	add_excluded(out, a, t->span, excluded);
	add_state(out, a, t, STATE_EITHER, "either", 96);
	add_state(out, a, t, STATE_DOWN, "down", 36);
	text_printf(out, "<path class=\"frame\" d=\"M0 %dh%dv%dh-%dz\"/></svg>", BODY_TOP, SVG_WIDTH,
	            BODY_HEIGHT, SVG_WIDTH);
}

/* Calls of the axis: the local midnights in the period; the number of days a label stands for. */
static int64_t first_midnight(const struct period *period)
{
	int64_t local = period->span.start + period->zone_offset_s * US_PER_S;

	return local - (local % US_PER_DAY + US_PER_DAY) % US_PER_DAY - period->zone_offset_s * US_PER_S;
}

static int64_t days_per_label(const struct period *period)
{
	return span_length(period->span) / US_PER_DAY / 32 + 1;
}

void strip_day_ticks(struct text *out, const struct period *period, int y, int height)
{
	int64_t step = days_per_label(period) * US_PER_DAY;

	text_add(out, "<path class=\"tick\" d=\"");
	for (int64_t at = first_midnight(period); at <= period->span.end; at += step)
		if (at >= period->span.start)
			text_printf(out, "M%d %dv%d", svg_place(period->span, at), y, height);
	text_add(out, "\"/>");
}

void strip_days(struct text *out, const struct period *period)
{
	int64_t step = days_per_label(period) * US_PER_DAY;

	text_printf(out, "<svg class=\"days\" viewBox=\"0 0 %d 230\" aria-hidden=\"true\">", SVG_WIDTH);
	strip_day_ticks(out, period, 0, 60);
	for (int64_t at = first_midnight(period); at < period->span.end; at += step) {
		struct date d = when_date(at, period->zone_offset_s);
		struct span cell = span_intersect((struct span){ at, at + step }, period->span);
		int weekday = when_weekday(d);

		if (span_length(cell) < step / 2)
			continue;
		text_printf(out, "<text class=\"%s\" x=\"%d\" y=\"190\">%d</text>",
		            weekday == 0 || weekday == 6 ? "weekend" : "day",
		            (svg_place(period->span, cell.start) + svg_place(period->span, cell.end)) / 2,
		            d.day);
	}
	text_add(out, "</svg>");
}

static void legend_item(struct text *out, const char *class, const char *word)
{
	text_printf(out,
	            "<span><svg viewBox=\"0 0 360 220\" aria-hidden=\"true\"><path class=\"%s\" d=\"M0 "
	            "0h360v220h-360z\"/>"
	            "<path class=\"frame\" d=\"M0 0h360v220h-360z\"/></svg>%s</span>",
	            class, word);
}

void strip_legend(struct text *out, enum language language)
{
	text_add(out, "<div class=\"legend\">");
	legend_item(out, "up", word_of(language, W_STATE_UP));
	legend_item(out, "down", word_of(language, W_STATE_DOWN));
	legend_item(out, "either", word_of(language, W_STATE_EITHER));
	legend_item(out, "unmeasured", word_of(language, W_STATE_UNMEASURED));
	legend_item(out, "obscured", word_of(language, W_STATE_OBSCURED));
	legend_item(out, "excluded", word_of(language, W_STATE_EXCLUDED));
	text_printf(out, "<span class=\"note\">%s</span></div>\n", word_of(language, W_STRIP_NOTE));
}

/* ---- gauge ---- */

/* The place of a per cent on a line from left to 100. */
static int gauge_place(mpq_srcptr percent, mpq_srcptr left)
{
	mpq_t share, width;
	mpz_t place;
	int result;

	mpq_init(share);
	mpq_init(width);
	mpz_init(place);
	mpq_set_ui(width, 100, 1);
	mpq_sub(width, width, left);
	mpq_sub(share, percent, left);
	mpq_div(share, share, width);
	mpz_mul_ui(place, mpq_numref(share), SVG_WIDTH);
	mpz_fdiv_q(place, place, mpq_denref(share));
	result = mpz_sgn(place) < 0                 ? 0
	         : mpz_cmp_ui(place, SVG_WIDTH) > 0 ? SVG_WIDTH
	                                            : (int)mpz_get_si(place);
	mpq_clear(share);
	mpq_clear(width);
	mpz_clear(place);
	return result;
}

/* Left end: below the smaller of worst and objective by a third of what is right of it. */
static void gauge_left(mpq_ptr left, mpq_srcptr worst, mpq_srcptr objective)
{
	mpq_t more;

	mpq_init(more);
	mpq_set(left, mpq_cmp(worst, objective) < 0 ? worst : objective);
	mpq_set_ui(more, 100, 1);
	mpq_sub(more, more, left);
	if (mpq_sgn(more) <= 0)
		mpq_set_ui(more, 3, 1);
	mpz_mul_ui(mpq_denref(more), mpq_denref(more), 3);
	mpq_canonicalize(more);
	mpq_sub(left, left, more);
	mpq_clear(more);
}

static void gauge_draw(struct text *out, int objective, int worst, int best, int point, const char *label)
{
	int anchor = objective > SVG_WIDTH - 1500;

	text_printf(out, "<svg class=\"gauge\" viewBox=\"0 0 %d 600\" role=\"img\" aria-label=\"", SVG_WIDTH);
	escape_attribute(out, label);
	text_printf(out,
	            "\"><path class=\"g-met\" d=\"M%d 220h%dv160h-%dz\"/><path class=\"g-miss\" d=\"M0 "
	            "220h%dv160h-%dz\"/>",
	            objective, SVG_WIDTH - objective, SVG_WIDTH - objective, objective, objective);
	if (best - worst < 40) {
		worst = worst > 20 ? worst - 20 : 0;
		best = worst + 40;
	}
	text_printf(out, "<path class=\"g-range\" d=\"M%d 255h%dv90h-%dz\"/>", worst, best - worst,
	            best - worst);
	if (point >= 0)
		text_printf(out, "<path class=\"g-point\" d=\"M%d 300l-55 -80h110zM%d 300l-55 80h110z\"/>",
		            point, point);
	text_printf(out, "<path class=\"g-objective\" d=\"M%d 150v300\"/>", objective);
	text_printf(out, "<text class=\"%s\" x=\"%d\" y=\"120\">", anchor ? "g-end" : "g-mid", objective);
}

void strip_gauge(struct text *out, const struct statement *s, const struct level_result *result,
                 const char *label)
{
	const struct availability_figures *f = &result->availability;
	mpq_t objective, left;

	if (result->level->metric != METRIC_AVAILABILITY || f->worst < 0 || f->best < 0)
		return;
	mpq_init(objective);
	mpq_init(left);
	exact_read(objective, result->level->objective);
	gauge_left(left, book_value(s->book, f->worst), objective);
	gauge_draw(out, gauge_place(objective, left), gauge_place(book_value(s->book, f->worst), left),
	           gauge_place(book_value(s->book, f->best), left),
	           f->by_method < 0 ? -1 : gauge_place(book_value(s->book, f->by_method), left), label);
	figure_exact(out, result->level->objective);
	text_printf(out, " %%</text><text class=\"g-end\" x=\"%d\" y=\"590\">100 %%</text></svg>", SVG_WIDTH);
	mpq_clear(objective);
	mpq_clear(left);
}
