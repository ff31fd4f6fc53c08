/* What was observed of each service. */
#include "report/page.h"
#include "report/strip.h"

static void strip_row(struct page *p, const char *name, const char *vantage, const struct timeline *t,
                      const struct span_set *excluded)
{
	page_raw(p, "<div class=\"row\"><div class=\"name\">");
	page_text(p, name);
	if (vantage && *vantage) {
		page_raw(p, "<br><span class=\"soft\">");
		page_word(p, W_SEEN_FROM);
		page_text(p, vantage);
		page_raw(p, "</span>");
	}
	page_raw(p, "</div><div>");
	strip_timeline(p->out, p->arena, t, excluded, name);
	page_raw(p, "</div></div>\n");
}

static void strips(struct page *p, const struct service_result *r)
{
	page_raw(p, "<figure class=\"strips\">\n");
	if (r->target_count != 1) /* one target is the service */
		strip_row(p, word_of(p->language, W_WHOLE_SERVICE), NULL, &r->timeline, &r->excluded);
	for (size_t i = 0; i < r->target_count; i++)
		strip_row(p, r->targets[i].observation->target, r->targets[i].observation->vantage,
		          &r->targets[i].timeline, &r->excluded);
	page_raw(p, "<div class=\"row\"><div class=\"name\"></div><div>");
	strip_days(p->out, &p->s->the_case->period);
	page_raw(p, "</div></div>\n<figcaption>");
	strip_legend(p->out, p->language);
	page_raw(p, "</figcaption></figure>\n");
}

void page_services(struct page *p)
{
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_OBSERVED);
	page_raw(p, "</h2>\n");
	if (p->crowded) {
		page_elsewhere(p);
		page_raw(p, "</section>\n");
		return;
	}
	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		page_raw(p, "<article class=\"service\">\n<h3>");
		page_text(p, service_label(r->service));
		page_raw(p, " <span class=\"soft\">");
		page_text(p, party_label(p, r->service->provider));
		page_raw(p, "</span></h3>\n");
		strips(p, r);
		page_outages(p, r);
		for (size_t k = 0; k < r->level_count; k++)
			page_level(p, r, &r->levels[k]);
		page_raw(p, "</article>\n");
	}
	page_raw(p, "</section>\n");
}
