#include "report/phrase.h"

#include <string.h>

#define PARTS_MOST 4

struct pattern {
	const char *english, *japanese; /* {} in the same order in both */
	const char *plain;              /* English, where calc/ writes an identifier */
};

static const struct pattern patterns[] = {
#include "report/phrases.def"
};

struct part { /* what a {} stood for; borrowed from the phrase */
	const char *at;
	size_t length;
};

/* Where the phrase ends with the literal; NULL: it does not. */
static const char *tail(const char *phrase, const char *literal)
{
	size_t whole = strlen(phrase), length = strlen(literal);

	return whole >= length && strcmp(phrase + whole - length, literal) == 0 ? phrase + whole - length
	                                                                        : NULL;
}

/* Matches the whole phrase; each {} takes the shortest text up to the next literal, the last one up to the end. */
static bool match(const char *pattern, const char *phrase, struct part parts[PARTS_MOST])
{
	size_t count = 0;

	while (*pattern) {
		const char *literal, *found;
		char head[160];
		size_t length;

		if (strncmp(pattern, "{}", 2) != 0) {
			if (*pattern++ != *phrase++)
				return false;
			continue;
		}
		literal = pattern += 2;
		length = strcspn(literal, "{");
		if (length >= sizeof head || count == PARTS_MOST)
			return false;
		memcpy(head, literal, length);
		head[length] = '\0';
		found = literal[length] == '\0' ? tail(phrase, head) : strstr(phrase, head);
		if (!found || found == phrase)
			return false;
		parts[count++] = (struct part){ phrase, (size_t)(found - phrase) };
		phrase = found;
	}
	return *phrase == '\0';
}

static void fill(struct text *out, const char *pattern, const struct part *parts)
{
	for (; *pattern; pattern++)
		if (strncmp(pattern, "{}", 2) == 0) {
			text_append(out, parts->at, parts->length);
			parts++;
			pattern++;
		} else
			text_append(out, pattern, 1);
}

/* A phrase that stands in the table whole comes before the patterns that it fits too: "cap of the terms", "cap of {}". */
static const struct pattern *find(const char *english, struct part parts[PARTS_MOST])
{
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		if (strcmp(patterns[i].english, english) == 0)
			return &patterns[i];
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		if (match(patterns[i].english, english, parts))
			return &patterns[i];
	return NULL;
}

static bool translate_one(struct text *out, enum language language, const char *english)
{
	struct part parts[PARTS_MOST];
	const struct pattern *p = find(english, parts);

	if (p)
		fill(out, language == LANGUAGE_JA ? p->japanese : p->plain ? p->plain : p->english, parts);
	else if (language == LANGUAGE_EN)
		text_add(out, english);
	return p || language == LANGUAGE_EN;
}

/* Several reasons in one, as calc/ joins them (calc/credit/bill.h). */
bool phrase_translate(struct text *out, enum language language, const char *english)
{
	static const char join[] = "; also: ";
	const char *next = strstr(english, join);
	struct text first = { 0 }, all = { 0 };
	bool known;

	if (!next)
		return translate_one(out, language, english);
	text_append(&first, english, (size_t)(next - english));
	known = translate_one(&all, language, text_string(&first));
	text_add(&all, language == LANGUAGE_JA ? "；" : join);
	known = phrase_translate(&all, language, next + strlen(join)) && known;
	if (known)
		text_add(out, text_string(&all));
	out->failed |= first.failed | all.failed;
	text_release(&first);
	text_release(&all);
	return known;
}
