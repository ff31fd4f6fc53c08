#include "case/catalogue.h"
#include "base/instant.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "catalogue/"

/* ---- reading the entries ---- */

int catalogue_entry_read(struct catalogue_entry *e, struct error *err)
{
	static const char *const formats[] = { "govsla-catalogue/1", NULL };
	static const char *const dates[] = { "last_updated", "effective", "notice",
		                             "retrieved",    "unknown",   NULL };
	static const char *const keys[] = { "format",     "id",    "edition",   "dated_by",
		                            "superseded", "open",  "not_found", "declared",
		                            "notes",      "terms", NULL };
	struct node root, terms, effective = { .value = NULL }, member;
	int format = 0, dated = 0;

	if (document_root(&e->doc, &root, err) < 0 ||
	    node_word(&root, "format", REQUIRED, formats, &format, err) < 0 ||
	    node_check_keys(&root, keys, err) < 0 || node_string(&root, "id", REQUIRED, &e->id, err) < 0 ||
	    node_string(&root, "edition", REQUIRED, &e->edition, err) < 0 ||
	    node_word(&root, "dated_by", REQUIRED, dates, &dated, err) < 0 ||
	    node_array(&root, "open", REQUIRED, &member, err) < 0 ||
	    node_array(&root, "not_found", OPTIONAL, &member, err) < 0 ||
	    node_array(&root, "notes", REQUIRED, &member, err) < 0 ||
	    node_object(&root, "terms", REQUIRED, &terms, err) < 0 ||
	    node_object(&terms, "effective", OPTIONAL, &effective, err) < 0)
		return err->code;
	e->dated_by = dates[dated];
	e->has_levels = node_member(&terms, "levels").value != NULL;
	if (effective.value && (node_string(&effective, "from", OPTIONAL, &e->from, err) < 0 ||
	                        node_string(&effective, "to", OPTIONAL, &e->to, err) < 0))
		return err->code;
	return 0;
}

static int by_name(const void *left, const void *right)
{
	const struct catalogue_entry *a = left, *b = right;
	int order = strcmp(a->id, b->id);

	return order ? order : strcmp(a->edition, b->edition);
}

/* Files are called after the id and the edition, which slacalc catalogue check proves: others need not be parsed. */
static bool is_entry(const char *name, const char *id)
{
	if (strncmp(name, FOLDER, strlen(FOLDER)) != 0)
		return false;
	name += strlen(FOLDER);
	return !id || (strncmp(name, id, strlen(id)) == 0 && name[strlen(id)] == '-');
}

int catalogue_open(struct catalogue *c, const char *id, struct error *err)
{
	*c = (struct catalogue){ calloc(shipped_count + 1, sizeof *c->entries), 0 };
	if (!c->entries)
		return error_set(err, ERROR_MEMORY, "out of memory");
	for (size_t i = 0; i < shipped_count; i++) {
		const struct shipped_file *file = &shipped_files[i];
		struct catalogue_entry *e = &c->entries[c->count];

		if (!is_entry(file->name, id))
			continue;
		e->file = file;
		c->count++;
		if (document_parse(&e->doc, file->name, file->bytes, file->length, err) < 0 ||
		    catalogue_entry_read(e, err) < 0) {
			catalogue_release(c);
			return err->code;
		}
	}
	qsort(c->entries, c->count, sizeof *c->entries, by_name);
	return 0;
}

void catalogue_release(struct catalogue *c)
{
	for (size_t i = 0; i < c->count; i++)
		document_release(&c->entries[i].doc);
	free(c->entries);
	*c = (struct catalogue){ NULL, 0 };
}

/* ---- picking an edition ---- */

/* where NULL: the command line asked. */
static int refuse(const struct node *where, struct error *err, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse(const struct node *where, struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_va(err, ERROR_DATA, format, args);
	va_end(args);
	return where ? node_fail_at(where, err) : err->code;
}

struct editions { /* of one id */
	const struct catalogue_entry *at;
	size_t count;
};

static struct editions editions_of(const struct catalogue *c, const char *id)
{
	struct editions found = { NULL, 0 };

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->entries[i].id, id) == 0) {
			if (!found.at)
				found.at = &c->entries[i];
			found.count++;
		}
	return found;
}

static int list_editions(const struct editions *all, struct error *err)
{
	struct text names = { 0 };

	for (size_t i = 0; i < all->count; i++)
		text_printf(&names, "%s%s", i ? ", " : "", all->at[i].edition);
	error_hint(err, "the catalogue has: %s", text_string(&names));
	text_release(&names);
	return err->code;
}

/* Day of a date that the entry states; its reader has refused no malformed one, so a bad one counts as open. */
static int64_t day_of(const char *text, int64_t otherwise)
{
	struct error ignored = { 0 };
	struct date d;

	return text && date_parse(&d, text, &ignored) == 0 ? date_to_days(d) : otherwise;
}

static struct span in_force(const struct catalogue_entry *e)
{
	return (struct span){ day_of(e->from, INT64_MAX), day_of(e->to, INT64_MAX) };
}

static int refuse_change(const struct node *where, const char *id, const struct catalogue_entry *first,
                         const struct catalogue_entry *second, struct error *err)
{
	refuse(where, err, "the edition of '%s' changes in the period: '%s' until %s, then '%s'", id,
	       first->edition, first->to, second->edition);
	return error_hint(err, "name the one that holds for the parties as \"edition\"");
}

static int pick_in_force(const struct editions *all, const struct node *where, const char *id,
                         const struct span *days, const struct catalogue_entry **out, struct error *err)
{
	const struct catalogue_entry *touching = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct span held = in_force(&all->at[i]);

		if (held.start <= days->start && held.end >= days->end) {
			*out = &all->at[i];
			return 0;
		}
		if (held.start >= days->end || held.end <= days->start)
			continue;
		if (touching)
			return refuse_change(where, id, touching, &all->at[i], err);
		touching = &all->at[i];
	}
	refuse(where, err, "no edition of '%s' is known to be in force throughout the period", id);
	return list_editions(all, err);
}

/* The one that came into force last, or the only one. */
static const struct catalogue_entry *newest(const struct editions *all)
{
	const struct catalogue_entry *found = all->at;

	for (size_t i = 1; i < all->count; i++)
		if (all->at[i].from && (!found->from || strcmp(all->at[i].from, found->from) > 0))
			found = &all->at[i];
	return found;
}

int catalogue_pick(const struct catalogue *c, const struct node *where, const char *id, const char *edition,
                   const struct span *days, const struct catalogue_entry **out, struct error *err)
{
	struct editions all = editions_of(c, id);

	if (all.count == 0) {
		refuse(where, err, "the catalogue has no entry '%s'", id);
		return error_hint(err, "slacalc catalogue list");
	}
	for (size_t i = 0; edition && i < all.count; i++)
		if (strcmp(all.at[i].edition, edition) == 0) {
			*out = &all.at[i];
			return 0;
		}
	if (edition) {
		refuse(where, err, "'%s' has no edition '%s'", id, edition);
		return list_editions(&all, err);
	}
	if (!days || (all.count == 1 && !all.at->from)) {
		*out = newest(&all);
		return 0;
	}
	return pick_in_force(&all, where, id, days, out, err);
}
