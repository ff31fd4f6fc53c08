#include "report/owner.h"

#include <stdlib.h>
#include <string.h>

struct named { /* a name and whose it is */
	const char *name;
	int owner;
};

struct names {
	struct named *at; /* sorted by name */
	size_t count;
};

struct owners {
	const struct statement *s;
	struct names parties, records, contracts;
	size_t *lengths; /* of the ids of municipalities, each once */
	size_t length_count;
	int *of_party;  /* by the party's place in the case */
	int *of_record; /* by the record's index */
	int *of_node;
};

/* ---- names ---- */

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct named *)left)->name, ((const struct named *)right)->name);
}

static void names_sort(struct names *n)
{
	qsort(n->at, n->count, sizeof *n->at, by_name);
}

static int names_find(const struct names *n, const char *text, size_t length)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(n->at[middle].name, text, length);

		if (order == 0)
			order = n->at[middle].name[length] != '\0';
		if (order == 0)
			return n->at[middle].owner;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return OWNER_NONE;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static int join(int owner, int more)
{
	return owner == OWNER_NONE || owner == more ? more : more == OWNER_NONE ? owner : OWNER_SEVERAL;
}

int owner_named_in(const struct owners *o, const char *text)
{
	size_t length = strlen(text);
	int owner = OWNER_NONE;

	for (size_t i = 0; i < length; i++) {
		if (i > 0 && is_word(text[i - 1]) && is_word(text[i]))
			continue;
		for (size_t k = 0; k < o->length_count && o->lengths[k] <= length - i; k++) {
			size_t end = i + o->lengths[k];

			if (end == length || !is_word(text[end]) || !is_word(text[end - 1]))
				owner = join(owner, names_find(&o->parties, text + i, o->lengths[k]));
		}
	}
	return owner;
}

/* ---- of what ---- */

int owner_of_party(const struct owners *o, const struct party *party)
{
	return party ? o->of_party[party - o->s->the_case->parties] : OWNER_NONE;
}

int owner_of_record(const struct owners *o, const struct liability_record *r)
{
	const struct party *parties[] = { r->sufferer, r->lg, r->from, r->to };
	int owner = OWNER_NONE;

	if (r->reverses)
		return owner_of_record(o, r->reverses);
	for (size_t i = 0; i < sizeof parties / sizeof *parties && owner == OWNER_NONE; i++)
		owner = owner_of_party(o, parties[i]);
	return owner;
}

static int owner_of_contract(const struct owners *o, const struct contract *k)
{
	return join(owner_of_party(o, k->parties[0]), owner_of_party(o, k->parties[1]));
}

/* "NAME[12]" at the start of text: 12; *rest is what follows. -1: it is not there. */
static long place_in(const char *text, const char *name, const char **rest)
{
	size_t length = strlen(name);
	char *end;
	long place;

	if (strncmp(text, name, length) != 0 || text[length] != '[')
		return -1;
	place = strtol(text + length + 1, &end, 10);
	*rest = end + 1;
	return *end == ']' ? place : -1;
}

static int owner_of_fee(const struct owners *o, long service, const char *rest)
{
	const struct sla_case *c = o->s->the_case;
	long fee = *rest == '.' ? place_in(rest + 1, "fees", &rest) : -1;

	if (fee < 0 || (size_t)service >= c->service_count || (size_t)fee >= c->services[service].fee_count)
		return OWNER_NONE;
	return owner_of_party(o, c->services[service].fees[fee].payer);
}

/* "l1", or "l1, and what of it". */
static int owner_of_named_record(const struct owners *o, const char *id)
{
	int owner = names_find(&o->records, id, strlen(id));

	return owner != OWNER_NONE ? owner : names_find(&o->records, id, strcspn(id, ","));
}

/* A source that says where in the case a figure comes from. False: it is not of that sort. */
static bool owner_of_source(const struct owners *o, const char *source, int *owner)
{
	const struct sla_case *c = o->s->the_case;
	const char *rest;
	long place;

	if (strncmp(source, "record ", 7) == 0)
		*owner = owner_of_named_record(o, source + 7);
	else if (strncmp(source, "contract ", 9) == 0)
		*owner = names_find(&o->contracts, source + 9, strlen(source + 9));
	else if ((place = place_in(source, "records", &rest)) >= 0 && (size_t)place < c->record_count)
		*owner = o->of_record[place];
	else if ((place = place_in(source, "services", &rest)) >= 0)
		*owner = owner_of_fee(o, place, rest);
	else if ((place = place_in(source, "contracts", &rest)) >= 0 && (size_t)place < c->contract_count)
		*owner = owner_of_contract(o, &c->contracts[place]);
	else
		return false;
	return true;
}

static int owner_of_given(const struct owners *o, const struct derivation *d)
{
	int owner = OWNER_NONE;

	if (d->clause && owner_of_source(o, d->clause, &owner) && owner != OWNER_NONE)
		return owner;
	if (d->clause)
		owner = owner_named_in(o, d->clause);
	return join(owner, owner_named_in(o, d->label));
}

static int owner_of_derived(const struct owners *o, const struct derivation *d)
{
	int owner = OWNER_NONE, named;

	/* a remainder below one yen that decides for all (apportion.h): whose it is says nothing of that body */
	if (strncmp(d->label, "cut-off", 7) == 0)
		return OWNER_SEVERAL;
	for (size_t i = 0; i < d->input_count; i++)
		owner = join(owner, o->of_node[d->inputs[i]]);
	if (owner >= 0)
		return owner;
	named = owner_named_in(o, d->label);
	return named == OWNER_NONE ? owner : named;
}

int owner_of_node(const struct owners *o, int node)
{
	return o->of_node[node];
}

void owner_set_node(struct owners *o, int node, int owner)
{
	o->of_node[node] = owner;
}

/* ---- what it is known by ---- */

static int canonical(const struct sla_case *c, size_t party)
{
	const char *code = c->parties[party].code;

	if (c->parties[party].kind != PARTY_LG)
		return OWNER_NONE;
	for (size_t i = 0; code && i < party; i++)
		if (c->parties[i].code && strcmp(c->parties[i].code, code) == 0)
			return (int)i;
	return (int)party;
}

static void add_length(struct owners *o, size_t length)
{
	size_t at = 0;

	while (at < o->length_count && o->lengths[at] < length)
		at++;
	if (at < o->length_count && o->lengths[at] == length)
		return;
	memmove(&o->lengths[at + 1], &o->lengths[at], (o->length_count - at) * sizeof *o->lengths);
	o->lengths[at] = length;
	o->length_count++;
}

static void name_parties(struct owners *o, struct arena *a)
{
	const struct sla_case *c = o->s->the_case;

	o->of_party = arena_array(a, c->party_count, sizeof *o->of_party);
	o->lengths = arena_array(a, c->party_count + 1, sizeof *o->lengths);
	o->parties.at = arena_array(a, c->party_count, sizeof *o->parties.at);
	for (size_t i = 0; i < c->party_count; i++) {
		o->of_party[i] = canonical(c, i);
		if (o->of_party[i] == OWNER_NONE)
			continue;
		o->parties.at[o->parties.count++] = (struct named){ c->parties[i].id, o->of_party[i] };
		add_length(o, strlen(c->parties[i].id));
	}
	names_sort(&o->parties);
}

static void name_records(struct owners *o, struct arena *a)
{
	const struct sla_case *c = o->s->the_case;

	o->records.at = arena_array(a, c->record_count, sizeof *o->records.at);
	o->of_record = arena_array(a, c->record_count, sizeof *o->of_record);
	for (size_t i = 0; i < c->record_count; i++) {
		int owner = owner_of_record(o, &c->records[i]);

		o->records.at[o->records.count++] = (struct named){ c->records[i].id, owner };
		if (c->records[i].index < c->record_count)
			o->of_record[c->records[i].index] = owner;
	}
	names_sort(&o->records);
	o->contracts.at = arena_array(a, c->contract_count, sizeof *o->contracts.at);
	for (size_t i = 0; i < c->contract_count; i++)
		o->contracts.at[o->contracts.count++] =
		    (struct named){ c->contracts[i].id, owner_of_contract(o, &c->contracts[i]) };
	names_sort(&o->contracts);
}

struct owners *owners_new(struct arena *a, const struct statement *s)
{
	struct owners *o = arena_new(a, struct owners);
	size_t count = book_count(s->book);

	o->s = s;
	name_parties(o, a);
	name_records(o, a);
	o->of_node = arena_array(a, count, sizeof *o->of_node);
	for (size_t i = 0; i < count; i++) {
		const struct derivation *d = book_at(s->book, (int)i);

		o->of_node[i] =
		    strcmp(d->formula, "given") == 0 ? owner_of_given(o, d) : owner_of_derived(o, d);
	}
	return o;
}
