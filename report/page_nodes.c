/* How it was computed: every node of the book, with links to the nodes it is made from and back to itself. */
#include "report/page.h"
#include "report/escape.h"
#include "report/excerpt.h"
#include "report/number.h"

#include <stdlib.h>
#include <string.h>

/* The number after a $, 1-based; *at is moved past it. */
static size_t input_number(const char **at)
{
	char *end;
	unsigned long number = strtoul(*at, &end, 10);

	*at = end;
	return number;
}

static void input_link(struct page *p, int node)
{
	if (excerpt_shows(p->s, node) == SHOWN_NOT)
		text_printf(p->out, "n%d", node + 1);
	else
		text_printf(p->out, "<a href=\"#n%d\">n%d</a>", node + 1, node + 1);
}

/* A value inside a formula: digits to six places, then cut with …; a negative one in brackets. */
static void input_value(struct page *p, int node)
{
	mpq_srcptr q = book_value(p->s->book, node);

	page_raw(p, mpq_sgn(q) < 0 ? "(" : "");
	number_plain(p->out, q, 8);
	page_raw(p, mpq_sgn(q) < 0 ? ")" : "");
}

/* The formula with its inputs put in, as links or as values, and the signs of print. */
static void formula(struct page *p, const struct derivation *d, void (*put)(struct page *p, int node))
{
	for (const char *at = d->formula; *at;) {
		char one[2] = { *at++, '\0' };

		if (*one == '$') {
			size_t number = input_number(&at);

			if (number >= 1 && number <= d->input_count)
				put(p, d->inputs[number - 1]);
		} else if (*one == '*')
			page_raw(p, "×");
		else if (*one == '/')
			page_raw(p, "÷");
		else if (*one == '-')
			page_raw(p, "−");
		else
			page_text(p, one);
	}
}

static void value(struct page *p, const struct derivation *d, mpq_srcptr q)
{
	struct text digits = { 0 };

	page_raw(p, "<b>");
	number_plain(&digits, q, 8);
	text_append(p->out, digits.bytes, digits.length);
	page_raw(p, "</b>");
	if (strstr(text_string(&digits), "…")) { /* cut off: the exact value as well */
		page_raw(p, "<br><span class=\"soft exact\">= ");
		page_text(p, d->value);
		page_raw(p, "</span>");
	}
	if (d->rounding && strcmp(d->before, d->value) != 0) {
		page_raw(p, "<br><span class=\"soft exact\">");
		page_word(p, W_BEFORE_ROUNDING);
		page_text(p, d->before);
		page_raw(p, "</span>");
	}
	p->out->failed |= digits.failed;
	text_release(&digits);
}

/* What the figure is; one that is made from those of others, without how. */
static void name(struct page *p, const struct derivation *d)
{
	const char *label = excerpt_label(p->s, d->label);

	if (label)
		page_phrase(p, label);
	else
		page_word(p, W_FIGURE_OF_OTHERS);
	if (d->clause && excerpt_label(p->s, d->clause)) {
		page_raw(p, "<br><span class=\"soft\">");
		page_phrase(p, d->clause);
		page_raw(p, "</span>");
	}
}

static void how(struct page *p, const struct derivation *d, enum shown shown)
{
	if (shown == SHOWN_VALUE)
		page_word(p, W_WITHHELD);
	else if (strcmp(d->formula, "given") == 0)
		page_word(p, W_GIVEN);
	else {
		formula(p, d, input_link);
		if (d->input_count > 0) {
			page_raw(p, "<br><span class=\"soft\">= ");
			formula(p, d, input_value);
			page_raw(p, "</span>");
		}
	}
}

static void node(struct page *p, int number)
{
	const struct derivation *d = book_at(p->s->book, number);
	enum shown shown = excerpt_shows(p->s, number);

	if (shown == SHOWN_NOT)
		return;
	text_printf(p->out, "<tr id=\"n%d\"><td class=\"id\">n%d</td><td>", number + 1, number + 1);
	name(p, d);
	page_raw(p, "</td><td class=\"formula\">");
	how(p, d, shown);
	page_raw(p, "</td><td class=\"n\">");
	value(p, d, book_value(p->s->book, number));
	page_raw(p, "</td></tr>\n");
}

/* Where the lines are that this page leaves out. */
static void elsewhere(struct page *p, enum word word, size_t here)
{
	struct text name = { 0 };

	page_raw(p, "<p class=\"note\"><strong>");
	escape_html(&name, p->options->base);
	text_printf(p->out, word_of(p->language, word), here, text_string(&name), text_string(&name));
	p->out->failed |= name.failed;
	text_release(&name);
	page_raw(p, "</strong></p>\n");
}

static void table(struct page *p)
{
	page_raw(p, "<table><thead><tr>");
	page_cell_word(p, "th", W_NUMBER);
	page_cell_word(p, "th", W_FIGURE);
	page_cell_word(p, "th", W_FORMULA);
	page_cell_word(p, "th class=\"n\"", W_VALUE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < book_count(p->s->book); i++)
		node(p, (int)i);
	page_raw(p, "</tbody></table>\n");
}

void page_nodes(struct page *p)
{
	size_t figures = excerpt_wanted(p->s);

	if (p->crowded)
		excerpt_close_within(p->s, p->unlinked ? figures : PAGE_NODES_MOST);
	else
		excerpt_close(p->s);
	page_raw(p, "<section class=\"nodes\">\n<h2>");
	page_word(p, W_COMPUTED);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_COMPUTED_LEAD);
	page_raw(p, "</p>\n");
	if (p->unlinked)
		elsewhere(p, W_NODES_ELSEWHERE, figures);
	else {
		if (p->crowded)
			elsewhere(p, W_NODES_PART, excerpt_wanted(p->s));
		page_raw(p, "<p class=\"note\">");
		if (excerpt_hides(p->s)) {
			page_word(p, W_EXCERPT_NODES);
			page_raw(p, "</p>\n<p class=\"note\">");
		}
		page_word(p, W_FUNCTIONS);
		page_raw(p, "</p>\n");
		table(p);
	}
	page_raw(p, "</section>\n");
}
