/* journal_export: journals that hledger, beancount and ledger read; described in journal.h. */
#include "base/instant.h"
#include "report/journal.h"

#include <stdlib.h>
#include <string.h>

/* ---- names of accounts ---- */

/* The five roots that beancount has, by the kind of account; what is only counted against them is equity. */
static const char *root_of(const char *kind)
{
	static const char *const assets[] = { "Claimed",   "Acknowledged", "Entitled",     "Payable",
		                              "Paid-cash", "Paid-credit",  "Paid-set-off", "Reduced" };

	for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++)
		if (strcmp(kind, assets[i]) == 0)
			return "Assets";
	return strcmp(kind, "Cut") == 0 ? "Expenses" : "Equity";
}

/* The length of a character of three bytes that is a letter to all three programs: kana, kanji, 々, 〇; else 0. */
static size_t letter_length(const char *at)
{
	unsigned char first = (unsigned char)at[0];
	unsigned long c;

	if (first < 0xe3 || first > 0xe9 || !at[1] || !at[2])
		return 0;
	c = (first & 0x0fUL) << 12 | ((unsigned char)at[1] & 0x3fUL) << 6 | ((unsigned char)at[2] & 0x3fUL);
	return c == 0x3005 || c == 0x3007 || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
	               (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff)
	           ? 3
	           : 0;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* The bytes of one character of UTF-8. */
static size_t character_length(const char *at)
{
	size_t length = 1;

	while (((unsigned char)at[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/* What is no letter, digit or hyphen becomes a hyphen. */
static void add_legal(struct text *out, const char *id)
{
	for (; *id; id += character_length(id))
		if (is_plain(*id) || letter_length(id))
			text_append(out, id, character_length(id));
		else
			text_add(out, "-");
}

/* A component begins with a capital, a digit or a letter that has no case. */
static void add_component(struct text *out, const char *id)
{
	text_add(out, ":");
	if (*id >= 'a' && *id <= 'z') {
		char capital = (char)(*id++ - 'a' + 'A');

		text_append(out, &capital, 1);
	} else if (*id == '-' || (!is_plain(*id) && !letter_length(id))) {
		text_add(out, "X");
	}
	add_legal(out, id);
}

static const char *legal_name(struct arena *a, const struct journal_account *account)
{
	struct text name = { 0 };
	const char *copy;

	text_add(&name, root_of(account->kind));
	add_component(&name, account->kind);
	add_component(&name, account->debtor);
	add_component(&name, account->creditor);
	add_component(&name, account->basis);
	if (account->incident) { /* no component of its own: no account is another's parent */
		text_add(&name, "-");
		add_legal(&name, account->incident);
	}
	copy = arena_copy(a, text_string(&name));
	text_release(&name);
	return copy;
}

struct named { /* an account and its legal name */
	size_t account;
	const char *name;
};

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->account > b->account) - (a->account < b->account);
}

/* Accounts that come out the same each get one component more, a number; then too no account is another's parent. */
static const char **legal_names(struct arena *a, const struct journal *j)
{
	struct named *sorted = arena_array(a, j->account_count, sizeof *sorted);
	const char **names = arena_array(a, j->account_count, sizeof *names);

	for (size_t i = 0; i < j->account_count; i++)
		sorted[i] = (struct named){ i, legal_name(a, &j->accounts[i]) };
	if (j->account_count)
		qsort(sorted, j->account_count, sizeof *sorted, by_name);
	for (size_t first = 0, next; first < j->account_count; first = next) {
		for (next = first + 1;
		     next < j->account_count && strcmp(sorted[first].name, sorted[next].name) == 0;)
			next++;
		for (size_t i = first; i < next; i++)
			names[sorted[i].account] =
			    next == first + 1 ? sorted[i].name
			                      : arena_printf(a, "%s:%zu", sorted[i].name, i - first + 1);
	}
	return names;
}

/* ---- what the three write differently ---- */

struct writer {
	const struct journal *j;
	const char **names; /* of its accounts */
	enum journal_format format;
	struct text *out;
};

/* A line that goes with the account or transaction before it: a comment, or metadata with its text in quotes. */
static void tell(const struct writer *w, const char *key, const char *value)
{
	if (!value)
		return;
	if (w->format != JOURNAL_BEANCOUNT) {
		text_printf(w->out, "    ; %s: %s\n", key, value);
		return;
	}
	text_printf(w->out, "  %s: \"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add(w->out, "\\");
		text_append(w->out, value, 1);
	}
	text_add(w->out, "\"\n");
}

static void write_head(const struct writer *w, const char *first_day)
{
	static const char *const tags[] = { "account", "debtor",   "creditor", "incident",
		                            "record",  "document", "of",       "cause" };

	text_printf(w->out, "; the ledger of govsla%s%s, in whole yen, from the creditors' side\n",
	            w->j->title ? ": " : "", w->j->title ? w->j->title : "");
	if (w->format == JOURNAL_HLEDGER)
		text_add(w->out, "commodity 1000. JPY\n");
	else if (w->format == JOURNAL_BEANCOUNT)
		text_printf(w->out,
		            "option \"operating_currency\" \"JPY\"\noption \"inferred_tolerance_default\" "
		            "\"JPY:0\"\n%s commodity JPY\n",
		            first_day);
	else {
		text_add(w->out, "commodity JPY\n    format 1000 JPY\n");
		for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
			text_printf(w->out, "tag %s\n", tags[i]);
	}
	text_add(w->out, "\n");
}

/* "da", or "da (the Agency)" */
static void tell_party(const struct writer *w, struct arena *a, const char *key, const char *id,
                       const char *name)
{
	tell(w, key, name ? arena_printf(a, "%s (%s)", id, name) : id);
}

static void write_account(const struct writer *w, struct arena *a, size_t i, const char *first_day)
{
	const struct journal_account *account = &w->j->accounts[i];

	if (w->format == JOURNAL_BEANCOUNT)
		text_printf(w->out, "%s open %s JPY\n", first_day, w->names[i]);
	else
		text_printf(w->out, "account %s\n", w->names[i]);
	tell(w, "account", account->name);
	tell_party(w, a, "debtor", account->debtor, account->debtor_name);
	tell_party(w, a, "creditor", account->creditor, account->creditor_name);
	tell(w, "incident", account->incident);
}

static void write_entry(const struct writer *w, const struct journal_entry *e)
{
	char day[DATE_TEXT_SIZE];

	date_format(e->day, day);
	if (e->posting_count == 0) {
		text_printf(w->out, "\n; %s %s %s moves nothing\n", day, e->kind, e->record);
		return;
	}
	text_printf(w->out, w->format == JOURNAL_BEANCOUNT ? "\n%s * \"%s\"\n" : "\n%s * %s\n", day, e->kind);
	tell(w, "record", e->record);
	tell(w, "document", e->document);
	tell(w, "of", e->of);
	tell(w, "cause", e->cause);
	for (size_t i = 0; i < e->posting_count; i++)
		text_printf(w->out, "    %s  %s JPY\n", w->names[e->postings[i].account],
		            e->postings[i].amount);
}

/* beancount asserts what holds when a day begins, the others what holds after a posting. */
static void write_balances(const struct writer *w, int64_t last_day)
{
	bool beancount = w->format == JOURNAL_BEANCOUNT;
	char day[DATE_TEXT_SIZE];

	date_format(last_day + (beancount ? 1 : 0), day);
	text_printf(w->out, beancount ? "\n" : "\n%s * balances\n", day);
	for (size_t i = 0; i < w->j->account_count; i++) {
		const char *balance = w->j->accounts[i].balance;

		if (beancount)
			text_printf(w->out, "%s balance %s  %s JPY\n", day, w->names[i], balance);
		else
			text_printf(w->out, "    %s  0 JPY = %s JPY\n", w->names[i], balance);
	}
}

void journal_export(struct arena *a, const struct journal *j, enum journal_format format, struct text *out)
{
	const struct writer w = { j, legal_names(a, j), format, out };
	char first_day[DATE_TEXT_SIZE];

	date_format(j->entry_count ? j->entries[0].day : 0, first_day);
	write_head(&w, first_day);
	for (size_t i = 0; i < j->account_count; i++)
		write_account(&w, a, i, first_day);
	for (size_t i = 0; i < j->entry_count; i++)
		write_entry(&w, &j->entries[i]);
	if (j->account_count)
		write_balances(&w, j->entries[j->entry_count - 1].day);
}
