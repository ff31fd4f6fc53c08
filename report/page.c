#include "report/page.h"
#include "report/escape.h"
#include "report/excerpt.h"
#include "report/phrase.h"
#include "report/strip.h"

#include <string.h>

void page_raw(struct page *p, const char *markup)
{
	text_add(p->out, markup);
}

void page_text(struct page *p, const char *foreign)
{
	escape_html(p->out, foreign);
}

void page_word(struct page *p, enum word word)
{
	text_add(p->out, word_of(p->language, word));
}

/* Words rather than a name: nothing but ASCII, and a blank. */
static bool is_english(const char *text)
{
	bool blank = strchr(text, ' ') != NULL;

	while (*text && (unsigned char)*text < 0x80)
		text++;
	return blank && *text == '\0';
}

void page_phrase(struct page *p, const char *english)
{
	struct text phrase = { 0 };

	if (!english)
		return;
	if (phrase_translate(&phrase, p->language, english))
		escape_html(p->out, text_string(&phrase));
	else if (is_english(english)) { /* read it out as English */
		page_raw(p, "<span lang=\"en\">");
		escape_html(p->out, english);
		page_raw(p, "</span>");
	} else
		escape_html(p->out, english);
	p->out->failed |= phrase.failed;
	text_release(&phrase);
}

void page_cell_word(struct page *p, const char *tag, enum word word)
{
	text_printf(p->out, "<%s>%s</%.*s>", tag, word_of(p->language, word), (int)strcspn(tag, " "), tag);
}

static bool link_open(struct page *p, int figure)
{
	excerpt_want(p->s, figure);
	if (figure >= 0 && p->unlinked)
		text_printf(p->out, "<span title=\"n%d\">", figure + 1);
	else if (figure >= 0)
		text_printf(p->out, "<a class=\"f\" href=\"#n%d\">", figure + 1);
	return figure >= 0;
}

static void link_close(struct page *p, bool open)
{
	if (open)
		page_raw(p, p->unlinked ? "</span>" : "</a>");
}

void page_figure(struct page *p, int figure, enum figure_style style)
{
	bool open = link_open(p, figure);

	figure_add(p->out, p->language, p->s, figure, style);
	link_close(p, open);
}

void page_percent(struct page *p, int figure, const struct level *level)
{
	bool open = link_open(p, figure);

	figure_against(p->out, p->language, p->s, figure, level);
	link_close(p, open);
}

void page_money(struct page *p, int figure, const char *currency)
{
	struct text money = { 0 };
	bool open = link_open(p, figure);

	figure_money(&money, p->language, p->s, figure, currency);
	escape_html(p->out, text_string(&money)); /* the currency is foreign text */
	p->out->failed |= money.failed;
	text_release(&money);
	link_close(p, open);
}

void page_rate(struct page *p, int figure, enum rate_unit unit)
{
	page_figure(p, figure, unit == RATE_PERCENT ? FIGURE_PERCENT : FIGURE_NUMBER);
	if (figure >= 0 && unit != RATE_PERCENT)
		page_word(p, unit == RATE_DAYS ? W_RATE_DAYS : W_RATE_HOURS);
}

bool page_same(const struct page *p, int left, int right)
{
	return left < 0 || right < 0 ? left == right : book_compare(p->s->book, left, right) == 0;
}

void page_money_range(struct page *p, int least, int most, const char *currency)
{
	page_money(p, least, currency);
	if (page_same(p, least, most))
		return;
	page_word(p, W_RANGE_TO);
	page_money(p, most, currency);
}

void page_measure(struct page *p, const struct measure *m, const struct level *level)
{
	bool smaller_first;

	page_percent(p, m->point, level);
	if (page_same(p, m->worst, m->best))
		return;
	smaller_first = m->worst >= 0 && m->best >= 0 && book_compare(p->s->book, m->worst, m->best) < 0;
	page_raw(p, "<br><span class=\"soft\">");
	page_percent(p, smaller_first ? m->worst : m->best, level);
	page_word(p, W_RANGE_TO);
	page_percent(p, smaller_first ? m->best : m->worst, level);
	page_raw(p, "</span>");
}

const char *party_label(const struct page *p, const struct party *party)
{
	static const enum word kinds[] = { W_CSP, W_NSP, W_DA, W_LG, W_OMA, W_ASP };

	if (!party)
		return "—";
	if (party->name)
		return party->name;
	/* the Agency has one name; several of another kind are told apart by their ids */
	return party->kind == PARTY_DA ? word_of(p->language, kinds[party->kind]) : party->id;
}

const char *service_label(const struct service *service)
{
	return service->name ? service->name : service->id;
}

static bool alone_of_its_metric(const struct service_result *service, const struct level *level)
{
	for (size_t i = 0; i < service->level_count; i++)
		if (service->levels[i].level->metric == level->metric && service->levels[i].level != level)
			return false;
	return true;
}

void page_level_name(struct page *p, const struct service_result *service, const struct level *level)
{
	static const enum word names[METRIC_COUNT] = {
		[METRIC_AVAILABILITY] = W_AVAILABILITY,         [METRIC_LATENCY_MEAN] = W_DELAY,
		[METRIC_LATENCY_RISE] = W_DELAY_RISE,           [METRIC_LOSS] = W_LOSS,
		[METRIC_SHARE_OVER_LIMIT] = W_SHARE_OVER_LIMIT, [METRIC_DOWNTIME] = W_DOWNTIME,
		[METRIC_RECOVERY_TIME] = W_RECOVERY_TIME,       [METRIC_BAD_HOURS] = W_BAD_HOURS,
		[METRIC_TIME_TO_NOTIFY] = W_TIME_TO_NOTIFY,     [METRIC_TIME_TO_REPLACE] = W_TIME_TO_REPLACE,
		[METRIC_OPENING_DELAY] = W_OPENING_DELAY,
	};

	page_word(p, names[level->metric]);
	if (!alone_of_its_metric(service, level)) {
		page_raw(p, " <span class=\"soft\">");
		page_text(p, level->id);
		page_raw(p, "</span>");
	}
	if (level->binding == BINDING_TARGET) {
		page_raw(p, " <span class=\"tag\">");
		page_word(p, W_TARGET_LEVEL);
		page_raw(p, "</span>");
	}
}

void page_verdict(struct page *p, enum verdict verdict)
{
	static const char *const classes[] = { "met", "miss", "open", "none" };
	static const enum word words[] = { W_VERDICT_MET, W_VERDICT_BREACHED, W_VERDICT_NOT_PROVABLE,
		                           W_VERDICT_NOT_COVERED };
	static const char *const symbols[] = { "<circle cx=\"12\" cy=\"12\" r=\"8.6\"/>",
		                               "<path d=\"M5 5L19 19M19 5L5 19\"/>",
		                               "<path d=\"M12 3.6L21 20H3Z\"/>", "<path d=\"M4 12H20\"/>" };

	text_printf(p->out,
	            "<span class=\"v %s\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">%s</svg>%s</span>",
	            classes[verdict], symbols[verdict], word_of(p->language, words[verdict]));
}

void page_elsewhere(struct page *p)
{
	page_raw(p, "<p>");
	text_printf(p->out, word_of(p->language, W_IN_PAGES), p->s->service_count);
	page_raw(p, "</p>\n");
}

static void document_title(struct page *p)
{
	page_raw(p, "<title>");
	if (p->options->organisation_name) {
		page_text(p, p->options->organisation_name);
		page_raw(p, " ");
	}
	page_word(p, W_TITLE);
	page_raw(p, " ");
	page_text(p, p->s->the_case->period.month);
	page_raw(p, "</title>\n");
}

static bool is_agencys(const struct page *p)
{
	return excerpt_party(p->s) && excerpt_party(p->s)->kind == PARTY_DA;
}

/* What is owed, why, and until when to act. */
static void claims_and_grounds(struct page *p)
{
	page_head(p);
	page_due(p);
	if (is_agencys(p))
		page_agency(p);
	page_index(p);
	page_summary(p);
	if (!is_agencys(p))
		page_credit(p);
	page_chain(p);
	page_pass_through(p);
	page_apportionments(p);
	page_accounts(p);
	page_claims(p);
}

/* What was observed stands in the pages of the municipalities and of the whole case, not in the Agency's. */
static void evidence(struct page *p)
{
	page_ledger(p);
	if (!is_agencys(p)) {
		page_services(p);
		page_exclusions(p);
		page_corrections(p);
	}
	page_basis(p);
}

#define SERVICES_MOST 40 /* on a page of several municipalities */

bool page_is_crowded(const struct statement *s)
{
	return s->service_count > SERVICES_MOST;
}

static void body(struct page *p)
{
	size_t start = p->out->length;

	excerpt_begin(p->s);
	claims_and_grounds(p);
	evidence(p);
	if (!p->crowded || p->unlinked || excerpt_wanted(p->s) <= PAGE_NODES_MOST) {
		page_nodes(p);
		return;
	}
	text_cut(p->out, start); /* once more, without links that would lead nowhere */
	p->unlinked = true;
	p->gauge_explained = false;
	body(p);
}

void page_document(struct page *p)
{
	p->crowded = p->s->excerpt && !excerpt_hides(p->s) && page_is_crowded(p->s);
	text_printf(p->out,
	            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	            "<meta name=\"robots\" content=\"noindex\">\n"
	            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	            "'unsafe-inline'\">\n",
	            language_code(p->language));
	document_title(p);
	page_style(p);
	page_raw(p, "</head>\n<body>\n");
	strip_patterns(p->out);
	page_raw(p, "<main>\n");
	body(p);
	page_glossary(p);
	page_raw(p, "</main>\n</body>\n</html>\n");
}
