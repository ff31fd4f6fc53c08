/* What is the same for many services is said once, with the names of all of them. */
#include "report/page.h"

#define NAMES_MOST 24

void page_group(struct page *p, const void *rows, size_t count,
                bool (*same)(const struct page *p, const void *rows, size_t left, size_t right),
                size_t *leader)
{
	size_t *leaders = arena_array(p->arena, count, sizeof *leaders), found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < found && !same(p, rows, leaders[k], i))
			k++;
		if (k == found)
			leaders[found++] = i;
		leader[i] = leaders[k];
	}
}

void page_service_names(struct page *p, const struct service *const *services, size_t count)
{
	size_t shown = count > NAMES_MOST ? NAMES_MOST : count;

	if (count > 1) {
		text_printf(p->out, word_of(p->language, W_SERVICES_COUNT), count);
		page_raw(p, "<br><span class=\"soft\">");
	}
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			page_word(p, W_LIST_COMMA);
		page_text(p, service_label(services[i]));
	}
	if (shown < count) {
		page_word(p, W_LIST_COMMA);
		text_printf(p->out, word_of(p->language, W_AND_MORE), count - shown);
	}
	page_raw(p, count > 1 ? "</span>" : "");
}

void page_group_names(struct page *p, const size_t *leader, size_t count, size_t of,
                      const struct service *const *services)
{
	const struct service **of_group;
	size_t found = 0;

	for (size_t i = of; i < count; i++)
		found += leader[i] == of;
	of_group = arena_array(p->arena, found, sizeof *of_group);
	found = 0;
	for (size_t i = of; i < count; i++)
		if (leader[i] == of)
			of_group[found++] = services[i];
	page_service_names(p, of_group, found);
}
