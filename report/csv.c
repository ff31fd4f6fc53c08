/*
 * The statement as tables for a spreadsheet: UTC instants, names of JSON as column names. Values are exact, but for
 * fractions without an end in the table of verdicts: a spreadsheet would take some of them for dates.
 */
#include "base/instant.h"
#include "calc/measure/method.h"
#include "report/csv.h"
#include "report/escape.h"
#include "report/excerpt.h"
#include "report/number.h"
#include "report/report.h"

#include <string.h>

#define FRACTION_PLACES 12

void csv_begin(struct text *out, const char *columns)
{
	text_add(out, "\xEF\xBB\xBF"); /* spreadsheets take a file without the mark for a national encoding */
	text_add(out, columns);
	text_add(out, "\r\n");
}

void csv_field(struct text *out, const char *text)
{
	escape_csv(out, text);
	text_add(out, ",");
}

void csv_number(struct text *out, const struct statement *s, int figure)
{
	escape_csv_number(out, figure_text(s, figure));
	text_add(out, ",");
}

/* The same; a fraction as a decimal of FRACTION_PLACES places, rounded half away from zero. */
static void decimal(struct text *out, const struct statement *s, int figure)
{
	const char *exact_text = figure_text(s, figure);
	struct text digits = { 0 };

	if (!exact_text || !strchr(exact_text, '/')) {
		csv_number(out, s, figure);
		return;
	}
	number_fixed(&digits, book_value(s->book, figure), FRACTION_PLACES);
	for (const char *c = text_string(&digits); *c; c++)
		if (*c != ',') /* thousands are not separated in a table */
			text_append(out, c, 1);
	text_add(out, ",");
	text_release(&digits);
}

void csv_day(struct text *out, int64_t day)
{
	char buffer[DATE_TEXT_SIZE];

	if (day != INT64_MIN)
		text_add(out, date_format(day, buffer));
	text_add(out, ",");
}

static void instant(struct text *out, int64_t us)
{
	char buffer[INSTANT_TEXT_SIZE];

	text_printf(out, "%s,", instant_format(us, buffer));
}

void csv_end(struct text *out)
{
	if (out->length > 0 && out->bytes[out->length - 1] == ',')
		out->bytes[--out->length] = '\0';
	text_add(out, "\r\n");
}

static void availability(struct text *out, const struct statement *s, const struct availability_figures *f)
{
	decimal(out, s, f->by_method);
	decimal(out, s, f->worst);
	decimal(out, s, f->best);
	decimal(out, s, f->coverage);
	decimal(out, s, f->downtime_least);
	decimal(out, s, f->downtime_most);
	decimal(out, s, f->unmeasured);
	decimal(out, s, f->obscured);
	decimal(out, s, f->excluded);
	decimal(out, s, f->denominator);
}

/* Every other metric has its measure, and excluded time where it is known. */
static void measure(struct text *out, const struct statement *s, const struct level_result *r)
{
	bool latency = r->level->metric == METRIC_LATENCY_MEAN;

	decimal(out, s, r->measure.point);
	decimal(out, s, r->measure.worst);
	decimal(out, s, r->measure.best);
	decimal(out, s, latency ? r->latency.coverage : FIGURE_UNKNOWN);
	text_add(out, ",,,,");
	decimal(out, s, latency ? r->latency.excluded : FIGURE_UNKNOWN);
	text_add(out, ",");
}

static void verdict_row(struct text *out, const struct statement *s, const struct service_result *service,
                        const struct level_result *r)
{
	static const char *const operators[] = { ">=", ">", "<=", "<" };

	csv_field(out, service->service->id);
	csv_field(out, service->service->name);
	csv_field(out, service->service->provider ? service->service->provider->id : NULL);
	csv_field(out, r->level->id);
	csv_field(out, r->level->reading);
	csv_field(out, unit_name(r->level->unit));
	csv_field(out, operators[r->level->op]);
	escape_csv_number(out, r->level->objective);
	text_add(out, ",");
	csv_field(out, verdict_name(r->verdict));
	if (r->not_covered)
		text_add(out, ",,,,,,,,,,");
	else if (r->level->metric == METRIC_AVAILABILITY)
		availability(out, s, &r->availability);
	else
		measure(out, s, r);
	if (r->credit.due) {
		csv_number(out, s, r->credit.rate);
		csv_number(out, s, r->credit.amount);
		csv_number(out, s, r->credit.least);
		csv_number(out, s, r->credit.most);
		csv_field(out, r->credit.currency);
	} else
		text_add(out, ",,,,,");
	csv_end(out);
}

/* A level, and its other readings below it. */
static void readings_rows(struct text *out, const struct statement *s, const struct service_result *service,
                          const struct level_result *r)
{
	verdict_row(out, s, service, r);
	for (size_t i = 0; i < r->reading_count; i++)
		verdict_row(out, s, service, &r->readings[i]);
}

void report_csv_verdicts(const struct statement *s, struct text *out)
{
	csv_begin(
	    out,
	    "service,name,provider,level,reading,unit,op,objective,verdict,by_method,worst,best,coverage,"
	    "downtime_least_s,downtime_most_s,unmeasured_s,obscured_s,excluded_s,denominator_s,"
	    "credit_rate,credit_amount,credit_least,credit_most,currency");
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++)
			readings_rows(out, s, &s->services[i], &s->services[i].levels[k]);
}

static void outage_row(struct text *out, const struct service_result *service, const struct outage *o)
{
	bool certain = span_length(o->certain) > 0;

	csv_field(out, service->service->id);
	instant(out, o->possible.start);
	if (certain) {
		instant(out, o->certain.start);
		instant(out, o->certain.end);
	} else
		text_add(out, ",,");
	instant(out, o->possible.end);
	text_printf(out, "%lld.%06lld,%lld.%06lld,", (long long)(o->least_us / US_PER_S),
	            (long long)(o->least_us % US_PER_S), (long long)(span_length(o->possible) / US_PER_S),
	            (long long)(span_length(o->possible) % US_PER_S));
	text_printf(out, "%d,", o->failed_samples);
	csv_field(out, sample_failure_name(o->failure));
	csv_field(out, o->party ? o->party->id : NULL);
	csv_field(out, o->segment);
	csv_field(out, o->hop);
	csv_field(out, o->incident ? o->incident->id : NULL);
	csv_end(out);
}

void report_csv_outages(const struct statement *s, struct text *out)
{
	csv_begin(
	    out,
	    "service,possible_start,certain_start,certain_end,possible_end,least_s,most_s,failed_samples,"
	    "failure,party,segment,hop,incident");
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].outage_count; k++)
			outage_row(out, &s->services[i], &s->services[i].outages[k]);
}

static void inputs(struct text *out, const struct derivation *d)
{
	for (size_t i = 0; i < d->input_count; i++)
		text_printf(out, "%sn%d", i ? " " : "", d->inputs[i] + 1);
	text_add(out, ",");
}

static void derived(struct text *out, const struct derivation *d)
{
	csv_field(out, d->formula);
	inputs(out, d);
	escape_csv_number(out, d->before);
	text_add(out, ",");
	csv_field(out, d->rounding ? d->rounding->rule : NULL);
	csv_field(out, d->rounding ? d->rounding->clause : NULL);
}

void report_csv_derivations(const struct statement *s, struct text *out)
{
	csv_begin(out, "node,label,clause,formula,inputs,before_rounding,rounding,rounding_clause,value");
	for (size_t i = 0; i < book_count(s->book); i++) {
		const struct derivation *d = book_at(s->book, (int)i);
		enum shown shown = excerpt_shows(s, (int)i);

		if (shown == SHOWN_NOT)
			continue;
		text_printf(out, "n%zu,", i + 1);
		csv_field(out, excerpt_label(s, d->label));
		csv_field(out, excerpt_label(s, d->clause));
		if (shown == SHOWN_FULL)
			derived(out, d);
		else
			text_add(out, "withheld,,,,,");
		escape_csv_number(out, d->value);
		text_add(out, ",");
		csv_end(out);
	}
}
