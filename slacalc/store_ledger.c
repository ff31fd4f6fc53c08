/* The ledger of the database: what is posted, and what is to be added to it. */
#include "slacalc/store_ledger.h"
#include "base/same.h"
#include "base/instant.h"
#include "slacalc/store_query.h"

#include <stdlib.h>
#include <string.h>

/* The same that sql/migrations/0007_ledger.sql takes. */
#define LEDGER_LOCK "113727466761315"

int store_ledger_lock(struct store *store, struct error *err)
{
	return store_run(store, "SELECT pg_advisory_lock(" LEDGER_LOCK ")", err);
}

/* ---- what is posted ---- */

static const char *text_at(struct arena *a, const PGresult *r, int row, int column)
{
	return arena_copy(a, store_field(r, row, column));
}

static int64_t day_at(const PGresult *r, int row, int column)
{
	struct error ignored = { 0 };
	struct date d = { 1970, 1, 1 };

	(void)!date_parse(&d, store_field(r, row, column), &ignored);
	return date_to_days(d);
}

static int read_accounts(struct store *store, struct arena *a, struct journal *out, struct error *err)
{
	PGresult *r;

	if (store_query(
	        store, &r, err,
	        "SELECT b.name, b.account, b.debtor, b.creditor, b.basis, b.incident, b.balance, d.name, "
	        "c.name FROM ledger_balance b LEFT JOIN party_now d ON d.id = b.debtor "
	        "LEFT JOIN party_now c ON c.id = b.creditor ORDER BY b.name COLLATE \"C\"",
	        0, NULL) < 0)
		return err->code;
	out->account_count = (size_t)PQntuples(r);
	out->accounts = arena_array(a, out->account_count, sizeof *out->accounts);
	for (int i = 0; i < PQntuples(r); i++)
		out->accounts[i] = (struct journal_account){ .name = text_at(a, r, i, 0),
			                                     .kind = text_at(a, r, i, 1),
			                                     .debtor = text_at(a, r, i, 2),
			                                     .creditor = text_at(a, r, i, 3),
			                                     .basis = text_at(a, r, i, 4),
			                                     .incident = text_at(a, r, i, 5),
			                                     .balance = text_at(a, r, i, 6),
			                                     .debtor_name = text_at(a, r, i, 7),
			                                     .creditor_name = text_at(a, r, i, 8) };
	PQclear(r);
	return 0;
}

static int read_entries(struct store *store, struct arena *a, struct journal *out, struct error *err)
{
	PGresult *r;

	if (store_query(store, &r, err,
	                "SELECT e.record, e.kind, e.at, e.document, e.reverses, e.cause, "
	                "(SELECT count(*) FROM ledger_posting p WHERE p.entry = e.number) "
	                "FROM ledger_entry e ORDER BY e.number",
	                0, NULL) < 0)
		return err->code;
	out->entry_count = (size_t)PQntuples(r);
	out->entries = arena_array(a, out->entry_count, sizeof *out->entries);
	for (int i = 0; i < PQntuples(r); i++) {
		struct journal_entry *e = &out->entries[i];

		*e = (struct journal_entry){ .record = text_at(a, r, i, 0),
			                     .kind = text_at(a, r, i, 1),
			                     .day = day_at(r, i, 2),
			                     .document = text_at(a, r, i, 3),
			                     .of = text_at(a, r, i, 4),
			                     .cause = text_at(a, r, i, 5),
			                     .posting_count = (size_t)store_number(r, i, 6) };
		e->postings = arena_array(a, e->posting_count, sizeof *e->postings);
	}
	PQclear(r);
	return 0;
}

static int by_account_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct journal_account *)item)->name);
}

/* Postings in the order of their entries, which have room for them. */
static int read_postings(struct store *store, struct arena *a, struct journal *out, struct error *err)
{
	PGresult *r;
	int row = 0;

	if (store_query(
	        store, &r, err,
	        "SELECT ledger_account_name(p.account, e.debtor, e.creditor, e.basis, e.incident), p.amount "
	        "FROM ledger_posting p JOIN ledger_edge e USING (edge) ORDER BY p.entry, p.position",
	        0, NULL) < 0)
		return err->code;
	for (struct journal_entry *e = out->entries; e < out->entries + out->entry_count; e++)
		for (size_t k = 0; k < e->posting_count; k++, row++) {
			const struct journal_account *account =
			    bsearch(store_field(r, row, 0), out->accounts, out->account_count,
			            sizeof *out->accounts, by_account_name);

			e->postings[k] = (struct journal_posting){ (size_t)(account - out->accounts),
				                                   text_at(a, r, row, 1) };
		}
	PQclear(r);
	return 0;
}

static int read_all(struct store *store, struct arena *a, struct journal *out, struct error *err)
{
	*out = (struct journal){ .title = NULL };
	if (read_accounts(store, a, out, err) < 0 || read_entries(store, a, out, err) < 0)
		return err->code;
	return read_postings(store, a, out, err);
}

int store_ledger_read(struct store *store, struct arena *a, struct journal *out, struct error *err)
{
	if (store_run(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err) == 0 &&
	    read_all(store, a, out, err) == 0)
		store_run(store, "COMMIT", err);
	store_rollback(store);
	return err->code;
}

/* ---- what is computed against what is posted ---- */

static int refuse(struct error *err)
{
	return error_hint(err,
	                  "the ledger is append-only: enter a reversal that names its cause, and then the "
	                  "right record, both of a day not before the last that is posted");
}

static bool same_posting(const struct journal *posted, const struct journal_posting *old,
                         const struct journal *now, const struct journal_posting *new)
{
	return strcmp(posted->accounts[old->account].name, now->accounts[new->account].name) == 0 &&
	       strcmp(old->amount, new->amount) == 0;
}

/* Whether the entry says now what is posted. */
static int compare_entry(const struct journal *posted, const struct journal_entry *old,
                         const struct journal *now, const struct journal_entry *new, struct error *err)
{
	char day[DATE_TEXT_SIZE], other[DATE_TEXT_SIZE];

	if (strcmp(old->record, new->record) != 0) {
		error_set(err, ERROR_DATA, "the record '%s' of %s comes where '%s' of %s is posted",
		          new->record, date_format(new->day, day), old->record, date_format(old->day, other));
		return refuse(err);
	}
	if (old->day != new->day || strcmp(old->kind, new->kind) != 0 || !same_text(old->of, new->of) ||
	    !same_text(old->cause, new->cause) || !same_text(old->document, new->document)) {
		error_set(err, ERROR_DATA,
		          "the record '%s' is posted with another date, kind, document or cause",
		          old->record);
		return refuse(err);
	}
	for (size_t i = 0; i < old->posting_count && i < new->posting_count; i++)
		if (!same_posting(posted, &old->postings[i], now, &new->postings[i])) {
			error_set(err, ERROR_DATA,
			          "the record '%s' is posted otherwise: %s of %s, now %s of %s", old->record,
			          old->postings[i].amount, posted->accounts[old->postings[i].account].name,
			          new->postings[i].amount, now->accounts[new->postings[i].account].name);
			return refuse(err);
		}
	if (old->posting_count == new->posting_count)
		return 0;
	error_set(err, ERROR_DATA, "the record '%s' is posted otherwise: %zu postings, now %zu", old->record,
	          old->posting_count, new->posting_count);
	return refuse(err);
}

/* What is posted of days after the last known one is not asked for. */
static int compare(const struct journal *posted, const struct journal *now, int64_t last_day,
                   struct error *err)
{
	for (size_t i = 0; i < posted->entry_count && posted->entries[i].day <= last_day; i++) {
		if (i >= now->entry_count) {
			error_set(err, ERROR_DATA,
			          "the record '%s' is posted, and there is no such record any more",
			          posted->entries[i].record);
			return refuse(err);
		}
		if (compare_entry(posted, &posted->entries[i], now, &now->entries[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- posting ---- */

static json_t *entry_row(const struct journal_entry *e, size_t number)
{
	char day[DATE_TEXT_SIZE];

	return json_pack("{s:I, s:s, s:s, s:s, s:s?, s:s?, s:s?}", "number", (json_int_t)number, "record",
	                 e->record, "at", date_format(e->day, day), "kind", e->kind, "document", e->document,
	                 "reverses", e->of, "cause", e->cause);
}

static json_t *posting_row(const struct journal *j, const struct journal_posting *p, size_t number,
                           size_t position)
{
	const struct journal_account *account = &j->accounts[p->account];

	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:s?, s:s?, s:s, s:s}", "entry", (json_int_t)number,
	                 "position", (json_int_t)position, "debtor", account->debtor, "creditor",
	                 account->creditor, "basis", account->basis, "incident", account->incident, "pot",
	                 account->pot, "account", account->kind, "amount", p->amount);
}

/* rows: entries, postings. Edges first, then the entries, then their postings; the constraints are checked when it is committed. */
static int add(struct store *store, const char *const rows[2], struct error *err)
{
	static const struct {
		const char *sql;
		int rows;
	} statements[] = {
		{ "INSERT INTO ledger_edge (debtor, creditor, basis, incident, pot) "
		  "SELECT DISTINCT p.debtor, p.creditor, p.basis, p.incident, p.pot FROM "
		  "jsonb_to_recordset($1) "
		  "AS p (debtor text, creditor text, basis text, incident text, pot text) "
		  "WHERE NOT EXISTS (SELECT FROM ledger_edge old WHERE old.debtor = p.debtor AND "
		  "old.creditor = "
		  "p.creditor AND old.basis = p.basis AND old.incident IS NOT DISTINCT FROM p.incident)",
		  1 },
		{ "INSERT INTO ledger_entry (number, record, at, kind, document, reverses, cause, engine) "
		  "SELECT number, record, at, kind, document, reverses, cause, 'govsla " GOVSLA_VERSION "' "
		  "FROM jsonb_to_recordset($1) AS e (number bigint, record text, at date, kind text, "
		  "document text, "
		  "reverses text, cause text) ORDER BY number",
		  0 },
		{ "INSERT INTO ledger_posting (entry, position, edge, account, amount) "
		  "SELECT p.entry, p.position, e.edge, p.account, p.amount "
		  "FROM jsonb_to_recordset($1) AS p (entry bigint, position int, debtor text, creditor text, "
		  "basis text, incident text, account text, amount numeric) "
		  "JOIN ledger_edge e ON e.debtor = p.debtor AND e.creditor = p.creditor AND e.basis = "
		  "p.basis "
		  "AND e.incident IS NOT DISTINCT FROM p.incident",
		  1 },
	};
	PGresult *r;

	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
		if (store_query(store, &r, err, statements[i].sql, 1, &rows[statements[i].rows]) < 0)
			return err->code;
		PQclear(r);
	}
	return 0;
}

static int add_from(struct store *store, const struct journal *now, size_t first, struct error *err)
{
	json_t *entries = json_array(), *postings = json_array();
	char *rows[2];

	for (size_t i = first; i < now->entry_count; i++) {
		const struct journal_entry *e = &now->entries[i];

		json_array_append_new(entries, entry_row(e, i + 1));
		for (size_t k = 0; k < e->posting_count; k++)
			json_array_append_new(postings, posting_row(now, &e->postings[k], i + 1, k + 1));
	}
	rows[0] = json_dumps(entries, JSON_COMPACT);
	rows[1] = json_dumps(postings, JSON_COMPACT);
	if (!rows[0] || !rows[1])
		error_set(err, ERROR_MEMORY, "out of memory");
	else if (add(store, (const char *const[]){ rows[0], rows[1] }, err) == 0)
		store_run(store, "COMMIT", err);
	free(rows[0]);
	free(rows[1]);
	json_decref(entries);
	json_decref(postings);
	return err->code;
}

int store_ledger_post(struct store *store, struct arena *a, const struct journal *now, int64_t last_day,
                      size_t *added, struct error *err)
{
	struct journal posted;

	*added = 0;
	if (store_run(store, "BEGIN", err) < 0 || read_all(store, a, &posted, err) < 0 ||
	    compare(&posted, now, last_day, err) < 0)
		goto out;
	if (posted.entry_count < now->entry_count && add_from(store, now, posted.entry_count, err) == 0)
		*added = now->entry_count - posted.entry_count;
out:
	store_rollback(store);
	return err->code;
}
