/*
 * The chain as a picture: a line for each party (with many parties, for each kind of party), and a row for each
 * obligation, its arrow from who pays to who receives. With too many obligations, a row for each pair of kinds with what
 * they come to.
 */
#include "report/page.h"

#define ROWS_MOST  12
#define LINES_MOST 6 /* so many lines leave room for the words on A4 */

struct lines { /* the upright lines, from left to right */
	const struct party *party[LINES_MOST];
	enum party_kind kind[LINES_MOST];
	size_t count;
	bool of_kinds; /* party is not used */
};

static const enum word kind_words[] = { W_CSP, W_NSP, W_DA, W_LG, W_OMA, W_ASP };

static size_t line_of(const struct lines *l, const struct party *party)
{
	size_t i = 0;

	while (i < l->count && (l->of_kinds ? l->kind[i] != party->kind : l->party[i] != party))
		i++;
	return i;
}

static bool has_part(const struct page *p, const struct party *party)
{
	for (size_t i = 0; i < p->s->obligation_count; i++)
		if (p->s->obligations[i].debtor == party || p->s->obligations[i].creditor == party)
			return true;
	return false;
}

static bool has_kind(const struct page *p, enum party_kind kind)
{
	for (size_t i = 0; i < p->s->obligation_count; i++)
		if (p->s->obligations[i].debtor->kind == kind || p->s->obligations[i].creditor->kind == kind)
			return true;
	return false;
}

static void kinds_as_lines(const struct page *p, struct lines *l)
{
	*l = (struct lines){ .of_kinds = true };
	for (int kind = PARTY_CSP; kind <= PARTY_ASP; kind++)
		if (has_kind(p, (enum party_kind)kind))
			l->kind[l->count++] = (enum party_kind)kind;
}

/* Parties in the order of their kinds, in the case's order within a kind. False: there are too many. */
static bool parties_as_lines(const struct page *p, struct lines *l)
{
	const struct sla_case *c = p->s->the_case;

	*l = (struct lines){ 0 };
	for (int kind = PARTY_CSP; kind <= PARTY_ASP; kind++)
		for (size_t i = 0; i < c->party_count; i++) {
			if ((int)c->parties[i].kind != kind || !has_part(p, &c->parties[i]))
				continue;
			if (l->count == LINES_MOST)
				return false;
			l->party[l->count] = &c->parties[i];
			l->kind[l->count++] = c->parties[i].kind;
		}
	return true;
}

static void head(struct page *p, const struct lines *l, size_t i)
{
	text_printf(p->out, "<div class=\"who\" style=\"grid-column:%zu/%zu\">", 2 * i + 1, 2 * i + 3);
	if (!l->of_kinds && l->kind[i] != PARTY_DA) { /* there is one Agency: its name says its kind */
		page_raw(p, "<span class=\"soft\">");
		page_word(p, kind_words[l->kind[i]]);
		page_raw(p, "</span>");
	}
	page_raw(p, "<b>");
	if (l->of_kinds)
		page_word(p, kind_words[l->kind[i]]);
	else
		page_text(p, party_label(p, l->party[i]));
	page_raw(p, "</b></div>");
}

static void open_figure(struct page *p, const struct lines *l, size_t rows)
{
	text_printf(p->out,
	            "<figure class=\"chain\" style=\"grid-template-columns:repeat(%zu,1fr);"
	            "max-width:%zupx\">\n",
	            2 * l->count, 210 * l->count);
	for (size_t i = 0; i < l->count; i++) {
		head(p, l, i);
		text_printf(p->out, "<i class=\"life\" style=\"grid-column:%zu;grid-row:2/span %zu\"></i>",
		            2 * i + 2, rows + 1);
	}
	page_raw(p, "\n");
}

/* The cell of a row, from the one line to the other. */
static void open_row(struct page *p, size_t row, size_t debtor, size_t creditor)
{
	size_t left = debtor < creditor ? debtor : creditor, right = debtor < creditor ? creditor : debtor;

	if (left == right)
		text_printf(p->out, "<div class=\"edge self\" style=\"grid-row:%zu;grid-column:%zu/%zu\">",
		            row + 2, 2 * left + 1, 2 * left + 3);
	else
		text_printf(p->out, "<div class=\"edge\" style=\"grid-row:%zu;grid-column:%zu/%zu\">",
		            row + 2, 2 * left + 2, 2 * right + 2);
}

static void amount_line(struct page *p, enum word word, int figure)
{
	page_word(p, word);
	page_raw(p, " ");
	page_money(p, figure, "JPY");
}

static void arrow(struct page *p, bool to_right)
{
	page_raw(p, to_right ? "<i class=\"line right\"></i>" : "<i class=\"line left\"></i>");
}

/* Who pays whom, where the lines do not say it. */
static void ends(struct page *p, const struct obligation *o)
{
	page_raw(p, "<span>");
	page_text(p, party_label(p, o->debtor));
	page_raw(p, " → ");
	page_text(p, party_label(p, o->creditor));
	page_raw(p, "</span>");
}

static bool is_provider(const struct party *party)
{
	return party->kind == PARTY_CSP || party->kind == PARTY_NSP;
}

/* Above the arrow what is claimed, on it what is payable, below what was paid. */
static void edge(struct page *p, const struct lines *l, size_t row)
{
	const struct obligation *o = &p->s->obligations[row];
	size_t debtor = line_of(l, o->debtor), creditor = line_of(l, o->creditor);

	open_row(p, row, debtor, creditor);
	if (l->of_kinds || debtor == creditor)
		ends(p, o);
	text_printf(p->out, "<span class=\"soft\"><a href=\"#o%zu\">%zu</a> ", row + 1, row + 1);
	page_basis_short(p, o);
	page_raw(p, "</span><span class=\"soft\">");
	amount_line(p, W_CLAIMED, o->claimed);
	page_raw(p, "</span>");
	arrow(p, debtor < creditor);
	page_raw(p, "<b>");
	amount_line(p, W_PAYABLE, o->payable);
	page_raw(p, "</b><span>");
	amount_line(p, is_provider(o->debtor) ? W_RECOVERED : W_PAID, o->paid);
	page_raw(p, "</span></div>\n");
}

static void total_edge(struct page *p, const struct lines *l, size_t row)
{
	const struct chain_total *t = &p->s->totals[row];
	size_t debtor = 0, creditor = 0;

	while (l->kind[debtor] != t->debtor)
		debtor++;
	while (l->kind[creditor] != t->creditor)
		creditor++;
	open_row(p, row, debtor, creditor);
	page_raw(p, "<span class=\"soft\">");
	text_printf(p->out, word_of(p->language, W_OBLIGATIONS_COUNT), t->count);
	page_raw(p, "</span><span class=\"soft\">");
	amount_line(p, W_CLAIMED, t->claimed);
	page_raw(p, "</span>");
	arrow(p, debtor < creditor);
	page_raw(p, "<b>");
	amount_line(p, W_PAYABLE, t->payable);
	page_raw(p, "</b><span>");
	amount_line(p, t->debtor == PARTY_CSP || t->debtor == PARTY_NSP ? W_RECOVERED : W_PAID, t->paid);
	page_raw(p, "</span></div>\n");
}

void page_diagram(struct page *p)
{
	bool all = p->s->obligation_count <= ROWS_MOST;
	size_t rows = all ? p->s->obligation_count : p->s->total_count;
	struct lines l;

	if (!all || !parties_as_lines(p, &l))
		kinds_as_lines(p, &l);
	if (!all) {
		page_raw(p, "<p class=\"note\">");
		page_word(p, W_CHAIN_TABLE_ONLY);
		page_raw(p, "</p>\n");
	}
	if (rows == 0)
		return;
	open_figure(p, &l, rows);
	for (size_t i = 0; i < rows; i++)
		(all ? edge : total_edge)(p, &l, i);
	page_raw(p, "</figure>\n");
}
