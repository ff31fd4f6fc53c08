/* The state of observing, from the views that dashboards read. */
#include "slacalc/store_query.h"

int store_status(struct store *store, json_t **out, struct error *err)
{
	PGresult *r;

	*out = NULL;
	if (store_query(store, &r, err, "SELECT status_now()", 0, NULL) < 0)
		return err->code;
	*out = json_loads(PQgetvalue(r, 0, 0), 0, NULL);
	PQclear(r);
	return *out ? 0 : error_set(err, ERROR_DATABASE, "the database gave no JSON for the status");
}
