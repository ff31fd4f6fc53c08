/* json_totals: what the obligations come to between two kinds of party. */
#include "report/json_part.h"

static json_t *total(const struct statement *s, const struct chain_total *t)
{
	static const char *const kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP" };
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "debtors", json_string(kinds[t->debtor]));
	json_put(object, "creditors", json_string(kinds[t->creditor]));
	json_put(object, "obligations", json_integer((json_int_t)t->count));
	json_put_figure(s, object, nodes, "claimed", t->claimed);
	json_put_figure(s, object, nodes, "determined", t->determined);
	json_put_figure(s, object, nodes, "payable", t->payable);
	json_put_figure(s, object, nodes, "paid", t->paid);
	json_put_figure(s, object, nodes, "pending", t->pending);
	json_put_figure(s, object, nodes, "cut", t->cut);
	json_put_figure(s, object, nodes, "open", t->open);
	json_put(object, "nodes", nodes);
	return object;
}

json_t *json_totals(const struct statement *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->total_count; i++)
		json_array_append_new(list, total(s, &s->totals[i]));
	return list;
}
