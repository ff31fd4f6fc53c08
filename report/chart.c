#include "report/chart.h"
#include "calc/exact.h"
#include "report/escape.h"
#include "report/strip.h"

#include <gmp.h>
#include <inttypes.h>
#include <stdlib.h>

#define CHART_HEIGHT 1900
#define PLOT_TOP     150
#define PLOT_HEIGHT  1650

struct bucket {
	size_t count, first; /* of the answers, in the sorted array */
	int64_t mean_us, p95_us;
};

struct buckets {
	struct bucket *at;
	size_t count;
	int64_t width_us;
};

int64_t chart_step_us(const struct period *period)
{
	return span_length(period->span) > 62 * US_PER_DAY ? US_PER_DAY : US_PER_HOUR;
}

static bool counts(const struct sample *s, const struct service_result *service, const struct period *period)
{
	return s->outcome == SAMPLE_UP && span_holds(period->span, s->scheduled_us) &&
	       !span_set_holds(&service->excluded, s->scheduled_us);
}

static int by_value(const void *left, const void *right)
{
	const int32_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Calls each answer of the service: first to count them by bucket, then to put them in their places. */
static size_t distribute(struct buckets *b, int32_t *values, const struct service_result *service,
                         const struct period *period)
{
	size_t total = 0;

	for (size_t i = 0; i < service->target_count; i++) {
		const struct observation *o = service->targets[i].observation;

		for (size_t k = 0; k < o->sample_count; k++) {
			struct bucket *bucket;

			if (!counts(&o->samples[k], service, period))
				continue;
			bucket = &b->at[(o->samples[k].scheduled_us - period->span.start) / b->width_us];
			if (values)
				values[bucket->first + bucket->count] = o->samples[k].rtt_us;
			bucket->count++;
			total++;
		}
	}
	return total;
}

static void summarise(struct buckets *b, int32_t *values)
{
	for (size_t i = 0; i < b->count; i++) {
		struct bucket *bucket = &b->at[i];
		int64_t sum = 0;

		if (bucket->count == 0)
			continue;
		qsort(values + bucket->first, bucket->count, sizeof *values, by_value);
		for (size_t k = 0; k < bucket->count; k++)
			sum += values[bucket->first + k];
		bucket->mean_us = sum / (int64_t)bucket->count;
		bucket->p95_us = values[bucket->first + (95 * bucket->count + 99) / 100 - 1];
	}
}

static bool fill(struct buckets *b, struct arena *a, const struct service_result *service,
                 const struct period *period)
{
	int64_t length = span_length(period->span);
	size_t total, first = 0;
	int32_t *values;

	b->width_us = chart_step_us(period);
	b->count = (size_t)((length + b->width_us - 1) / b->width_us);
	b->at = arena_array(a, b->count, sizeof *b->at);
	total = distribute(b, NULL, service, period);
	if (total == 0)
		return false;
	values = arena_array(a, total, sizeof *values);
	for (size_t i = 0; i < b->count; i++) {
		b->at[i].first = first;
		first += b->at[i].count;
		b->at[i].count = 0;
	}
	distribute(b, values, service, period);
	summarise(b, values);
	return true;
}

static int64_t limit_us(exact limit_ms)
{
	mpq_t q;
	mpz_t us;
	int64_t result;

	if (!limit_ms)
		return 0;
	mpq_init(q);
	mpz_init(us);
	exact_read(q, limit_ms);
	mpz_mul_ui(us, mpq_numref(q), 1000);
	mpz_tdiv_q(us, us, mpq_denref(q));
	result = mpz_fits_slong_p(us) ? mpz_get_si(us) : INT32_MAX;
	mpq_clear(q);
	mpz_clear(us);
	return result;
}

/* The top of the scale: holds the limit and the data, but a rare answer of seconds does not flatten the rest.
 */
static int64_t top_of(const struct buckets *b, int64_t limit)
{
	int64_t top = limit, mean = 0;

	for (size_t i = 0; i < b->count; i++) {
		if (b->at[i].p95_us > top)
			top = b->at[i].p95_us;
		if (b->at[i].mean_us > mean)
			mean = b->at[i].mean_us;
	}
	if (limit > 0 && top > 3 * limit)
		top = mean > 3 * limit ? mean : 3 * limit;
	return top + top / 8 + 1;
}

static int height_of(int64_t us, int64_t top)
{
	if (us > top)
		us = top;
	return PLOT_TOP + PLOT_HEIGHT - (int)(us * PLOT_HEIGHT / top);
}

/* Gridlines each 1, 2 or 5 times a power of ten, three to six of them, with their value in ms. */
static void add_grid(struct text *out, int64_t top, int64_t limit)
{
	int64_t step = 1;

	while (top / step > 6)
		step *= top / (step * 2) <= 6 ? 2 : top / (step * 5) <= 6 ? 5 : 10;
	text_add(out, "<path class=\"tick\" d=\"");
	for (int64_t at = 0; at <= top; at += step)
		text_printf(out, "M0 %dh%d", height_of(at, top), SVG_WIDTH);
	text_add(out, "\"/>");
	for (int64_t at = step; at <= top; at += step) {
		if (limit > 0 && llabs(at - limit) < top / 12)
			continue; /* the limit has its own label */
		text_printf(out, "<text class=\"axis\" x=\"0\" y=\"%d\">%" PRId64, height_of(at, top) - 25,
		            at / 1000);
		if (at % 1000)
			text_printf(out, ".%03" PRId64, at % 1000);
		text_add(out, " ms</text>");
	}
}

static void add_line(struct text *out, const struct buckets *b, const struct period *period, int64_t top,
                     const char *class, bool p95)
{
	bool pen = false;

	text_printf(out, "<path class=\"%s\" d=\"", class);
	for (size_t i = 0; i < b->count; i++) {
		const struct bucket *bucket = &b->at[i];
		int64_t middle = period->span.start + (int64_t)i * b->width_us + b->width_us / 2;

		if (bucket->count == 0) {
			pen = false; /* no answers: the line stops instead of bridging */
			continue;
		}
		text_printf(out, "%c%d %d", pen ? 'L' : 'M', svg_place(period->span, middle),
		            height_of(p95 ? bucket->p95_us : bucket->mean_us, top));
		if (!pen)
			text_add(out, "h1");
		pen = true;
	}
	text_add(out, "\"/>");
}

bool chart_latency(struct text *out, struct arena *a, const struct service_result *service,
                   const struct period *period, exact limit_ms, const char *label)
{
	struct buckets b = { 0 };
	int64_t limit = limit_us(limit_ms), top;

	if (span_length(period->span) == 0 || !fill(&b, a, service, period))
		return false;
	top = top_of(&b, limit);
	text_printf(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", SVG_WIDTH,
	            CHART_HEIGHT);
	escape_attribute(out, label);
	text_add(out, "\">");
	add_grid(out, top, limit);
	strip_day_ticks(out, period, PLOT_TOP + PLOT_HEIGHT, 60);
	add_line(out, &b, period, top, "p95", true);
	add_line(out, &b, period, top, "mean", false);
	if (limit > 0) {
		text_printf(out, "<path class=\"limit\" d=\"M0 %dh%d\"/>", height_of(limit, top), SVG_WIDTH);
		text_printf(out, "<text class=\"limit-label\" x=\"%d\" y=\"%d\">", SVG_WIDTH,
		            height_of(limit, top) - 30);
		escape_html(out, limit_ms);
		text_add(out, " ms</text>");
	}
	text_add(out, "</svg>");
	return true;
}
