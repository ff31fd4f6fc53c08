#include "report/basis.h"
#include "report/escape.h"

#include <string.h>

struct ground {
	const char *basis;
	enum word brief, sentence;
};

static const struct ground grounds[] = {
	{ "5.3-1", W_BASIS_531, W_BASIS_531_WORDS },
	{ "5.3-2", W_BASIS_532, W_BASIS_532_WORDS },
	{ "5.2", W_BASIS_52, W_BASIS_52_WORDS },
	{ "agreement", W_BASIS_AGREEMENT, W_BASIS_AGREEMENT_WORDS },
	{ "direct-claim", W_BASIS_DIRECT, W_BASIS_DIRECT_WORDS },
	{ "own-contract", W_BASIS_OWN, W_BASIS_OWN_WORDS },
	{ "policy", W_BASIS_POLICY, W_BASIS_POLICY_WORDS },
};

bool basis_is(const char *of_edge, const char *basis)
{
	size_t length = strlen(basis);

	return strncmp(of_edge, basis, length) == 0 && (!of_edge[length] || of_edge[length] == '/');
}

static const struct ground *ground_of(const char *basis)
{
	for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++)
		if (basis_is(basis, grounds[i].basis))
			return &grounds[i];
	return NULL;
}

/* A cell of Table 3: "table3-2C". NULL when it is none. */
static const char *cell_of(const char *basis)
{
	const char *cell = strncmp(basis, "table3-", 7) == 0 ? basis + 7 : NULL;

	return cell && cell[0] >= '1' && cell[0] <= '3' && cell[1] >= 'A' && cell[1] <= 'C' && !cell[2]
	           ? cell
	           : NULL;
}

void basis_short(struct text *out, enum language language, const char *basis)
{
	const struct ground *g = ground_of(basis);
	const char *cell = cell_of(basis);

	if (cell)
		text_printf(out, "%s (%c)%c", word_of(language, W_BASIS_TABLE3), cell[0], cell[1]);
	else if (g)
		text_add(out, word_of(language, g->brief));
	else
		escape_html(out, basis);
}

void basis_words(struct text *out, enum language language, const char *basis)
{
	static const enum word faults[] = { W_FAULT_DA, W_FAULT_LG, W_FAULT_ASP };
	static const enum word losses[] = { W_LOSS_DA, W_LOSS_LG, W_LOSS_ASP };
	const struct ground *g = ground_of(basis);
	const char *cell = cell_of(basis);

	basis_short(out, language, basis);
	if (!cell && !g)
		return;
	text_add(out, word_of(language, W_BASIS_COLON));
	if (g) {
		text_add(out, word_of(language, g->sentence));
		return;
	}
	text_add(out, word_of(language, faults[cell[0] - '1']));
	text_add(out, word_of(language, strcmp(cell, "1A") == 0 ? W_LOSS_CSP : losses[cell[1] - 'A']));
}
