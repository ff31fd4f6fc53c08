#include "slacalc/month.h"

#include "case/case.h"
#include "slacalc/past.h"

#include <string.h>

static bool names_file(const char *id)
{
	static const char *const allowed =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return id[0] != '.' && strlen(id) <= 80 && id[strspn(id, allowed)] == '\0';
}

const char *month_csv_name(struct arena *a, const struct series *series)
{
	if (names_file(series->target_id) && names_file(series->vantage_id))
		return arena_printf(a, "%s@%s.csv", series->target_id, series->vantage_id);
	return arena_printf(a, "target-%d@vantage-%d.csv", series->target, series->vantage);
}

static int give_samples(void *context, struct arena *a, const struct sla_case *c, struct observation *o,
                        struct error *err)
{
	const struct loaded_case *loaded = context;

	(void)c;
	for (const struct series *s = loaded->series; s < loaded->series + loaded->series_count; s++) {
		if (strcmp(s->target_id, o->target) != 0 || strcmp(s->vantage_id, o->vantage) != 0)
			continue;
		o->samples = s->samples;
		o->sample_count = s->count;
		o->origin = month_csv_name(a, s);
		return 0;
	}
	return error_set(err, ERROR_DATABASE, "no samples were fetched of '%s' from '%s'", o->target,
	                 o->vantage);
}

int month_none_for_file(const struct month_options *o, const char *path, struct error *err)
{
	if (!o->request.organisation && !o->request.service && !o->request.as_of && !o->url)
		return 0;
	error_set(err, ERROR_USAGE,
	          "'%s' is a file: --organisation, --service, --as-of and --db are of a month", path);
	return error_hint(err, "a month of the database is written as 2026-10");
}

int month_fetch(struct store *store, struct arena *a, const struct case_request *request,
                struct loaded_case *loaded, struct error *err)
{
	return store_load_case(store, a, request, loaded, err);
}

int month_read(struct arena *a, struct loaded_case *loaded, struct sla_case **out, struct error *err)
{
	struct sample_source source = { .context = loaded, .load = give_samples };
	struct document doc = { 0 };

	if (document_take(&doc, "database", json_incref(loaded->document), err) == 0 &&
	    case_read(a, &doc, NULL, &source, out, err) < 0)
		error_at(err, "database", 0, NULL);
	document_release(&doc);
	return err->code;
}

int month_look_back(struct store *store, struct arena *a, const struct case_request *request,
                    struct loaded_case *loaded, struct sla_case **out, struct error *err)
{
	bool added = false;

	if (past_add(store, request, loaded, *out, &added, err) < 0)
		return err->code;
	return added ? month_read(a, loaded, out, err) : 0;
}

int month_load(struct store *store, struct arena *a, const struct case_request *request,
               struct loaded_case *loaded, struct sla_case **out, struct error *err)
{
	if (month_fetch(store, a, request, loaded, err) < 0 || month_read(a, loaded, out, err) < 0)
		return err->code;
	return month_look_back(store, a, request, loaded, out, err);
}
