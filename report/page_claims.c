/* How a credit must be claimed: by when, through what, and what is still missing. */
#include "report/page.h"
#include "report/when.h"

#include <string.h>

void page_last_day(struct page *p, int64_t deadline_us)
{
	when_full_date(p->out, p->language, when_date(deadline_us - 1, p->s->the_case->period.zone_offset_s));
}

static void deadline(struct page *p, const struct claim_result *r)
{
	if (r->terms->rule == CLAIM_AUTOMATIC) {
		page_word(p, W_CLAIM_AUTOMATIC);
		return;
	}
	if (r->deadline_us == INT64_MIN) {
		page_raw(p, "—");
		return;
	}
	page_last_day(p, r->deadline_us);
	page_raw(p, "<br><span class=\"soft\">");
	page_word(p, r->terms->sent_is_enough ? W_CLAIM_SENT : W_CLAIM_RECEIVED);
	page_raw(p, "</span>");
}

static void standing(struct page *p, const struct claim_result *r)
{
	if (r->made) {
		page_word(p, !r->in_time_known ? W_CLAIM_MADE : r->in_time ? W_CLAIM_IN_TIME : W_CLAIM_LATE);
		page_raw(p, " <span class=\"soft\">");
		page_text(p, r->made->id);
		page_raw(p, "</span>");
	} else if (r->has_days_left && r->days_left < 0) {
		page_raw(p, "<strong>");
		page_word(p, r->terms->forfeited_when_late ? W_CLAIM_FORFEITED : W_CLAIM_OVERDUE);
		page_raw(p, "</strong>");
	} else if (r->has_days_left) {
		page_raw(p, "<strong>");
		text_printf(p->out, word_of(p->language, W_CLAIM_DAYS_LEFT), (long long)r->days_left);
		page_raw(p, "</strong>");
	} else
		page_raw(p, "—");
}

static void phrases(struct page *p, const char *const *texts, size_t count)
{
	if (count == 0)
		page_raw(p, "—");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			page_word(p, W_LIST_COMMA);
		page_phrase(p, texts[i]);
	}
}

static void how(struct page *p, const struct claim_terms *t)
{
	page_text(p, t->channel ? t->channel : "—");
	if (t->subject) {
		page_raw(p, "<br><span class=\"soft\">");
		page_text(p, t->subject);
		page_raw(p, "</span>");
	}
	if (t->claimant) {
		page_raw(p, "<br><span class=\"soft\">");
		page_phrase(p, t->claimant);
		page_raw(p, "</span>");
	}
}

static void soft_line(struct page *p, const char *text)
{
	if (!text)
		return;
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, text);
	page_raw(p, "</span>");
}

struct row { /* of the table */
	const struct service_result *service;
	const struct claim_result *claim;
};

static bool same_missing(const struct claim_result *l, const struct claim_result *r)
{
	if (l->missing_count != r->missing_count)
		return false;
	for (size_t i = 0; i < l->missing_count; i++)
		if (strcmp(l->missing[i], r->missing[i]) != 0)
			return false;
	return true;
}

/* Under the same terms, with the same deadline and the same things to do. */
static bool same_row(const struct page *p, const void *rows, size_t left, size_t right)
{
	const struct claim_result *l = ((const struct row *)rows)[left].claim;
	const struct claim_result *r = ((const struct row *)rows)[right].claim;

	(void)p;
	return l->terms == r->terms && l->deadline_us == r->deadline_us && l->made == r->made &&
	       l->has_days_left == r->has_days_left && l->days_left == r->days_left &&
	       l->in_time_known == r->in_time_known && l->in_time == r->in_time && same_missing(l, r);
}

static void claim_row(struct page *p, const struct row *row, const struct service *const *services,
                      const size_t *leader, size_t count, size_t number)
{
	const struct service_result *service = row->service;
	const struct claim_result *r = row->claim;

	page_raw(p, "<tr><th scope=\"row\">");
	page_group_names(p, leader, count, number, services);
	if (r->terms->reading) {
		page_raw(p, "<br><span class=\"soft\">");
		page_phrase(p, r->terms->reading);
		page_raw(p, "</span>");
	}
	if (r == service->claims) /* the words that can be read in more than one way, once */
		soft_line(p, r->terms->wording);
	page_raw(p, "</th><td>");
	deadline(p, r);
	page_raw(p, "</td><td>");
	standing(p, r);
	page_raw(p, "</td><td>");
	how(p, r->terms);
	soft_line(p, r->terms->clause);
	page_raw(p, "</td><td>");
	phrases(p, r->missing, r->missing_count);
	page_raw(p, "</td></tr>\n");
}

static void claim_rows(struct page *p, size_t count)
{
	struct row *rows = arena_array(p->arena, count, sizeof *rows);
	const struct service **services = arena_array(p->arena, count, sizeof *services);
	size_t *leader = arena_array(p->arena, count, sizeof *leader), n = 0;

	for (size_t i = 0; i < p->s->service_count; i++)
		for (size_t k = 0; k < p->s->services[i].claim_count; k++) {
			services[n] = p->s->services[i].service;
			rows[n++] = (struct row){ &p->s->services[i], &p->s->services[i].claims[k] };
		}
	page_group(p, rows, count, same_row, leader);
	for (size_t i = 0; i < count; i++)
		if (leader[i] == i)
			claim_row(p, &rows[i], services, leader, count, i);
}

void page_claims(struct page *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->s->service_count; i++)
		count += p->s->services[i].claim_count;
	if (count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_CLAIMS);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_CLAIMS_LEAD);
	page_raw(p, "</p>\n<table class=\"claims\"><thead><tr>");
	page_cell_word(p, "th", W_SERVICE);
	page_cell_word(p, "th", W_CLAIM_BY);
	page_cell_word(p, "th", W_CLAIM_STANDING);
	page_cell_word(p, "th", W_CLAIM_HOW);
	page_cell_word(p, "th", W_CLAIM_MISSING);
	page_raw(p, "</tr></thead><tbody>\n");
	claim_rows(p, count);
	page_raw(p, "</tbody></table>\n</section>\n");
}
