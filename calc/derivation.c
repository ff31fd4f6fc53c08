#include "calc/derivation.h"
#include "calc/formula.h"
#include "calc/exact.h"

#include <assert.h>
#include <string.h>

struct entry {
	struct derivation shown;
	mpq_t value;
	size_t
	    texts; /* a hash of the bytes of label, clause and formula: of their addresses it would differ in every run */
};

#define BLOCK_ENTRIES 256

struct block { /* entries never move: mpq_srcptr and texts handed out stay valid */
	struct entry entries[BLOCK_ENTRIES];
};

struct book {
	struct arena *arena;
	struct block **blocks;
	size_t block_count, block_size, count;
	const char **texts; /* a hash table of the labels, clauses and formulas so far, at most half full */
	size_t text_count, text_size;
	size_t *remembered; /* a hash table of 1 + node, at most half full; NULL: nothing is remembered */
	size_t remembered_count, remembered_size;
	bool reuse;
};

#define FEW_INPUTS 8 /* that need no memory of their own while a formula is evaluated */

struct book *book_new(struct arena *a)
{
	struct book *b = arena_new(a, struct book);

	b->arena = a;
	return b;
}

static struct entry *entry_at(const struct book *b, int node)
{
	assert(node >= 0 && (size_t)node < b->count);
	return &b->blocks[(size_t)node / BLOCK_ENTRIES]->entries[(size_t)node % BLOCK_ENTRIES];
}

void book_free(struct book *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->count; i++)
		mpq_clear(entry_at(b, (int)i)->value);
	b->count = 0;
}

size_t book_count(const struct book *b)
{
	return b->count;
}

/* Most figures are never shown: their text is made when somebody looks. */
const struct derivation *book_at(const struct book *b, int node)
{
	struct entry *e = entry_at(b, node);

	if (!e->shown.value)
		e->shown.value = exact_write(b->arena, e->value);
	if (!e->shown.before)
		e->shown.before = e->shown.value;
	return &e->shown;
}

mpq_srcptr book_value(const struct book *b, int node)
{
	return entry_at(b, node)->value;
}

int book_compare(const struct book *b, int left, int right)
{
	return mpq_cmp(book_value(b, left), book_value(b, right));
}

int book_sign(const struct book *b, int node)
{
	return mpq_sgn(book_value(b, node));
}

static void add_block(struct book *b)
{
	if (b->block_count == b->block_size) {
		size_t size = b->block_size ? 2 * b->block_size : 8;
		struct block **blocks = arena_array(b->arena, size, sizeof(struct block *));

		if (b->block_count)
			memcpy(blocks, b->blocks, b->block_count * sizeof *blocks);
		b->blocks = blocks;
		b->block_size = size;
	}
	b->blocks[b->block_count++] = arena_new(b->arena, struct block);
}

/* ---- texts: one copy of each, since the formulas of 1,741 bodies are the same ---- */

static size_t hash_of_text(const char *text)
{
	size_t hash = 2166136261U;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	return hash ^ hash >> 15;
}

static const char **slot_of(const struct book *b, const char *text, size_t hash)
{
	for (size_t i = hash;; i++) {
		const char **slot = &b->texts[i & (b->text_size - 1)];

		if (!*slot || strcmp(*slot, text) == 0)
			return slot;
	}
}

static void grow_texts(struct book *b)
{
	const char **old = b->texts;
	size_t size = b->text_size;

	b->text_size = size ? 2 * size : 256;
	b->texts = arena_array(b->arena, b->text_size, sizeof *b->texts);
	for (size_t i = 0; i < size; i++)
		if (old[i])
			*slot_of(b, old[i], hash_of_text(old[i])) = old[i];
}

/* The book's copy of a text, whose hash is added to another; NULL for NULL. */
static const char *kept(struct book *b, const char *text, size_t *hash)
{
	const char **slot;
	size_t own = text ? hash_of_text(text) : 0;

	*hash = *hash * 16777619U ^ own;
	if (!text)
		return NULL;
	if (2 * b->text_count >= b->text_size)
		grow_texts(b);
	slot = slot_of(b, text, own);
	if (!*slot) {
		*slot = arena_copy(b->arena, text);
		b->text_count++;
	}
	return *slot;
}

/* ---- entries ---- */

/* A new entry with its value initialised to 0. */
static struct entry *add(struct book *b, const char *label, const char *clause, const char *formula)
{
	struct entry *e;

	if (b->count == b->block_count * BLOCK_ENTRIES)
		add_block(b);
	b->count++;
	e = entry_at(b, (int)b->count - 1);
	mpq_init(e->value);
	e->shown.label = kept(b, label, &e->texts);
	e->shown.clause = kept(b, clause, &e->texts);
	e->shown.formula = kept(b, formula, &e->texts);
	return e;
}

static void take_back(struct book *b)
{
	mpq_clear(entry_at(b, (int)b->count - 1)->value);
	memset(entry_at(b, (int)b->count - 1), 0, sizeof(struct entry));
	b->count--;
}

/* ---- the same derivation again ---- */

static size_t hash_of(const struct entry *e)
{
	size_t hash = e->texts;

	if (e->shown.input_count == 0)
		hash ^= mpz_get_ui(mpq_numref(e->value));
	for (size_t i = 0; i < e->shown.input_count; i++)
		hash = (hash ^ (size_t)e->shown.inputs[i]) * 16777619U;
	hash *= 16777619U;
	return hash ^ hash >> 16;
}

/* Of the book's own texts there is one each: their addresses stand for them. */
static bool same_derivation(const struct entry *e, const struct entry *other)
{
	const struct derivation *x = &e->shown, *y = &other->shown;

	if (x->label != y->label || x->clause != y->clause || x->formula != y->formula ||
	    x->input_count != y->input_count)
		return false;
	if (x->input_count == 0)
		return mpq_equal(e->value, other->value) != 0;
	return memcmp(x->inputs, y->inputs, x->input_count * sizeof *x->inputs) == 0;
}

static size_t *place_of(const struct book *b, const struct entry *e)
{
	size_t i = hash_of(e) & (b->remembered_size - 1);

	while (b->remembered[i] && !same_derivation(entry_at(b, (int)b->remembered[i] - 1), e))
		i = (i + 1) & (b->remembered_size - 1);
	return &b->remembered[i];
}

static void grow_remembered(struct book *b)
{
	const size_t *old = b->remembered;
	size_t size = b->remembered_size;

	b->remembered_size = size ? 2 * size : 1024;
	b->remembered = arena_array(b->arena, b->remembered_size, sizeof *b->remembered);
	for (size_t i = 0; i < size; i++)
		if (old[i])
			*place_of(b, entry_at(b, (int)old[i] - 1)) = old[i];
}

void book_remember(struct book *b)
{
	if (!b->remembered)
		grow_remembered(b);
}

void book_reuse(struct book *b, bool on)
{
	assert(b->remembered);
	b->reuse = on;
}

/* The node that the last entry repeats, which is taken back then; -1. Its value is looked at only where it has no inputs. */
static int repeated(struct book *b)
{
	size_t node = b->reuse ? *place_of(b, entry_at(b, (int)b->count - 1)) : 0;

	if (node == 0)
		return -1;
	take_back(b);
	return (int)node - 1;
}

/* The node of the last entry, which is complete and repeats none. */
static int settled(struct book *b)
{
	int node = (int)b->count - 1;
	size_t *place;

	if (!b->remembered)
		return node;
	if (2 * b->remembered_count >= b->remembered_size)
		grow_remembered(b);
	place = place_of(b, entry_at(b, node));
	if (*place)
		return node;
	*place = (size_t)node + 1;
	b->remembered_count++;
	return node;
}

/* ---- deriving ---- */

int derive_given(struct book *b, const char *label, const char *source, const char *value)
{
	struct entry *e;
	int same;

	if (!value)
		return -1;
	e = add(b, label, source, "given");
	exact_read(e->value, value);
	same = repeated(b);
	return same < 0 ? settled(b) : same;
}

int derive_given_int(struct book *b, const char *label, const char *source, long long value)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", value);
	return derive_given(b, label, source, text);
}

static bool all_known(const int *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (inputs[i] < 0)
			return false;
	return true;
}

int derive(struct book *b, const char *label, const char *clause, const char *formula, size_t count,
           const int *inputs)
{
	mpq_srcptr few[FEW_INPUTS], *values = few;
	struct entry *e;
	int *copy, same;

	if (!all_known(inputs, count))
		return -1;
	if (count > FEW_INPUTS)
		values = arena_array(b->arena, count, sizeof *values);
	copy = arena_array(b->arena, count, sizeof *copy);
	for (size_t i = 0; i < count; i++) {
		values[i] = book_value(b, inputs[i]);
		copy[i] = inputs[i];
	}
	e = add(b, label, clause, formula);
	e->shown.inputs = copy;
	e->shown.input_count = count;
	same = count ? repeated(b) : -1;
	if (same >= 0)
		return same;
	if (!formula_evaluate(formula, values, count, e->value)) {
		take_back(b);
		return -1;
	}
	return settled(b);
}

int derive_sum(struct book *b, const char *label, const char *clause, const int *parts, size_t count)
{
	size_t size = 24 * (count + 1), length;
	char *formula;

	if (count == 1)
		return parts[0];
	formula = arena_array(b->arena, size, 1);
	length = (size_t)snprintf(formula, size, "%s", count ? "$1" : "0");
	for (size_t i = 1; i < count; i++) /* in place: there may be a payer for each of 1,741 bodies */
		length += (size_t)snprintf(formula + length, size - length, " + $%zu", i + 1);
	return derive(b, label, clause, formula, count, parts);
}

int derive_rounded(struct book *b, const char *label, int input, const struct node_rounding *rounding)
{
	char formula[4 * EXACT_TEXT_MOST + 64];
	struct node_rounding *copy;
	int node;

	if (strcmp(rounding->rule, "floor_debt") == 0)
		/* a debt of more than nothing and less than one unit is one unit (端数計算法 2-2); all else is floored */
		snprintf(formula, sizeof formula, "floor($1, %s) + gt($1, 0, %s) - ge($1, %s, %s)",
		         rounding->unit, rounding->unit, rounding->unit, rounding->unit);
	else
		snprintf(formula, sizeof formula, "%s($1, %s)", rounding->rule, rounding->unit);
	node = derive(b, label, rounding->clause, formula, 1, &input);
	if (node < 0 || entry_at(b, node)->shown.rounding)
		return node;
	copy = arena_new(b->arena, struct node_rounding);
	*copy = *rounding;
	entry_at(b, node)->shown.rounding = copy;
	entry_at(b, node)->shown.before = book_at(b, input)->value;
	return node;
}
