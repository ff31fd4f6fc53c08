#include "report/journal.h"
#include "base/instant.h"
#include "calc/liability/ledger.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *record_kind_name(enum record_of kind)
{
	static const char *const names[] = {
		[RECORD_LOSS] = "loss",
		[RECORD_CLAIM] = "claim",
		[RECORD_ACKNOWLEDGEMENT] = "acknowledgement",
		[RECORD_REDUCTION] = "reduction",
		[RECORD_RECOVERY] = "recovery",
		[RECORD_PAYMENT] = "payment",
		[RECORD_REVERSAL] = "reversal",
	};

	return names[kind];
}

/* ---- of a statement ---- */

static void fill_entry(struct arena *a, const struct statement *s, const struct ledger_entry *e,
                       struct journal_entry *out)
{
	const struct liability_record *r = e->record;

	*out = (struct journal_entry){ .record = r->id,
		                       .kind = record_kind_name(r->kind),
		                       .day = r->day,
		                       .document = r->document,
		                       .of = r->reverses ? r->reverses->id : NULL,
		                       .cause = r->cause,
		                       .posting_count = e->posting_count };
	out->postings = arena_array(a, e->posting_count, sizeof *out->postings);
	for (size_t i = 0; i < e->posting_count; i++)
		out->postings[i] =
		    (struct journal_posting){ e->postings[i].balance, figure_text(s, e->postings[i].amount) };
}

static struct journal_account account_of(const struct statement *s, const struct balance *b)
{
	return (struct journal_account){ .name = b->account,
		                         .kind = b->kind,
		                         .debtor = b->edge->debtor->id,
		                         .creditor = b->edge->creditor->id,
		                         .basis = b->edge->basis,
		                         .incident = b->edge->incident,
		                         .pot = b->edge->pot ? b->edge->pot->id : NULL,
		                         .debtor_name = b->edge->debtor->name,
		                         .creditor_name = b->edge->creditor->name,
		                         .balance = figure_text(s, b->amount) };
}

void journal_of_statement(struct arena *a, const struct statement *s, struct journal *out)
{
	const struct ledger *l = s->ledger;

	*out = (struct journal){ .title = s->the_case->title };
	if (!l)
		return;
	out->entry_count = l->entry_count;
	out->entries = arena_array(a, l->entry_count, sizeof *out->entries);
	for (size_t i = 0; i < l->entry_count; i++)
		fill_entry(a, s, &l->entries[i], &out->entries[i]);
	out->account_count = l->balance_count;
	out->accounts = arena_array(a, l->balance_count, sizeof *out->accounts);
	for (size_t i = 0; i < l->balance_count; i++)
		out->accounts[i] = account_of(s, &l->balances[i]);
}

/* ---- for people ---- */

static int widest_account(const struct journal *j)
{
	size_t widest = 0;

	for (size_t i = 0; i < j->account_count; i++)
		widest = strlen(j->accounts[i].name) > widest ? strlen(j->accounts[i].name) : widest;
	return widest > 70 ? 70 : (int)widest;
}

static void tell_entry(const struct journal *j, const struct journal_entry *e, int width, struct text *out)
{
	char day[DATE_TEXT_SIZE];

	text_printf(out, "%s %s %s", date_format(e->day, day), e->kind, e->record);
	if (e->of)
		text_printf(out, " of %s", e->of);
	if (e->document)
		text_printf(out, " (%s)", e->document);
	if (e->cause)
		text_printf(out, ": %s", e->cause);
	text_add(out, e->posting_count ? "\n" : ": moves nothing\n");
	for (size_t i = 0; i < e->posting_count; i++)
		text_printf(out, "    %-*s %15s\n", width, j->accounts[e->postings[i].account].name,
		            e->postings[i].amount);
}

void journal_text(const struct journal *j, struct text *out)
{
	int width = widest_account(j);

	if (j->entry_count == 0)
		text_add(out, "no entries\n");
	for (size_t i = 0; i < j->entry_count; i++)
		tell_entry(j, &j->entries[i], width, out);
	if (j->account_count)
		text_add(out, "\nbalances\n");
	for (size_t i = 0; i < j->account_count; i++)
		text_printf(out, "    %-*s %15s\n", width, j->accounts[i].name, j->accounts[i].balance);
}

/* ---- JSON ---- */

static void put_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, json_string(value));
}

static json_t *amount_json(const struct journal_account *account, const char *amount)
{
	json_t *object = json_object();

	put_text(object, "account", account->name);
	put_text(object, "amount", amount);
	return object;
}

static json_t *entry_json(const struct journal *j, const struct journal_entry *e)
{
	json_t *object = json_object(), *postings = json_array();
	char day[DATE_TEXT_SIZE];

	put_text(object, "record", e->record);
	put_text(object, "at", date_format(e->day, day));
	put_text(object, "kind", e->kind);
	put_text(object, "document", e->document);
	put_text(object, "of", e->of);
	put_text(object, "cause", e->cause);
	for (size_t i = 0; i < e->posting_count; i++)
		json_array_append_new(
		    postings, amount_json(&j->accounts[e->postings[i].account], e->postings[i].amount));
	json_object_set_new(object, "postings", postings);
	return object;
}

void journal_json(const struct journal *j, struct text *out)
{
	json_t *root = json_object(), *entries = json_array(), *balances = json_array();
	char *dump;

	put_text(root, "format", "govsla-ledger/1");
	put_text(root, "title", j->title);
	for (size_t i = 0; i < j->entry_count; i++)
		json_array_append_new(entries, entry_json(j, &j->entries[i]));
	for (size_t i = 0; i < j->account_count; i++)
		json_array_append_new(balances, amount_json(&j->accounts[i], j->accounts[i].balance));
	json_object_set_new(root, "entries", entries);
	json_object_set_new(root, "balances", balances);
	dump = json_dumps(root, JSON_INDENT(2));
	if (dump)
		text_printf(out, "%s\n", dump);
	else
		out->failed = true;
	free(dump);
	json_decref(root);
}
