/* json_ledger: the ledger of a statement: its entries and balances. */
#include "base/instant.h"
#include "calc/liability/ledger.h"
#include "report/journal.h"
#include "report/json_part.h"

static json_t *amount_of(const struct statement *s, const char *account, int node)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "account", json_string(account));
	json_put_figure(s, object, nodes, "amount", node);
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *entry(const struct statement *s, const struct ledger_entry *e)
{
	json_t *object = json_object(), *postings = json_array();
	const struct liability_record *r = e->record;
	char day[DATE_TEXT_SIZE];

	json_put(object, "record", json_string(r->id));
	json_put(object, "at", json_string(date_format(r->day, day)));
	json_put(object, "kind", json_string(record_kind_name(r->kind)));
	json_put(object, "document", json_text_or_null(r->document));
	if (r->kind == RECORD_REVERSAL) {
		json_put(object, "of", json_string(r->reverses->id));
		json_put(object, "cause", json_string(r->cause));
	}
	for (size_t i = 0; i < e->posting_count; i++)
		json_array_append_new(postings, amount_of(s, e->postings[i].account, e->postings[i].amount));
	json_put(object, "postings", postings);
	return object;
}

json_t *json_ledger(const struct statement *s)
{
	json_t *object = json_object(), *entries = json_array(), *balances = json_array();

	for (size_t i = 0; i < s->ledger->entry_count; i++)
		json_array_append_new(entries, entry(s, &s->ledger->entries[i]));
	for (size_t i = 0; i < s->ledger->balance_count; i++)
		json_array_append_new(
		    balances, amount_of(s, s->ledger->balances[i].account, s->ledger->balances[i].amount));
	json_put(object, "entries", entries);
	json_put(object, "balances", balances);
	return object;
}
