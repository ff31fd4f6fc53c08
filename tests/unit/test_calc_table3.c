/* Table 3: every cell, for CSP and NSP, in joint and in single use; agreements over it; what only a policy says. */
#include "calc/liability/table3.h"
#include "tests/unit/build_case.h"

#define PARTIES                                                                                              \
	"[ { 'id': 'csp', 'kind': 'CSP' }, { 'id': 'nsp', 'kind': 'NSP' }, { 'id': 'da', 'kind': 'DA' }, "   \
	"{ 'id': 'lg-a', 'kind': 'LG', 'code': '131016' }, { 'id': 'lg-b', 'kind': 'LG', 'code': '131024' "  \
	"}, "                                                                                                \
	"{ 'id': 'asp', 'kind': 'ASP' }, { 'id': 'oma', 'kind': 'OMA' }, { 'id': 'both', 'kind': 'ASP' } ]"
/* lg-a: OMA and ASP are two firms; lg-b: one firm that has both contracts */
#define CONTRACTS(mode)                                                                                      \
	"'contracts': [ { 'id': 'ア/csp', 'kind': 'ア', 'parties': [ 'da', 'csp' ] }, "                    \
	"{ 'id': 'ア/nsp', 'kind': 'ア', 'parties': [ 'da', 'nsp' ] }, "                                   \
	"{ 'id': 'イ/a', 'kind': 'イ', 'parties': [ 'da', 'lg-a' ], 'mode': '" mode "' }, "                  \
	"{ 'id': 'イ/b', 'kind': 'イ', 'parties': [ 'da', 'lg-b' ], 'mode': '" mode "' }, "                  \
	"{ 'id': 'エ/a', 'kind': 'エ', 'parties': [ 'asp', 'lg-a' ] }, "                                   \
	"{ 'id': 'ウ/a', 'kind': 'ウ', 'parties': [ 'oma', 'lg-a' ] }, "                                   \
	"{ 'id': 'ウ/b', 'kind': 'ウ', 'parties': [ 'both', 'lg-b' ] }, "                                  \
	"{ 'id': 'エ/b', 'kind': 'エ', 'parties': [ 'both', 'lg-b' ] } ], "
#define LOSS                                                                                                 \
	"'records': [ { 'id': 'l', 'at': '2026-11-01', 'kind': 'loss', 'sufferer': '%s', 'heads': { "        \
	"'direct': "                                                                                         \
	"'100' }, 'fault': { '%s': '1' }, 'determined': '100' %s } ]"

/* What a case owes: "DEBTOR>CREDITOR(CONTRACT[+ALSO])BASIS[<INDEX]; …", or the refusal. */
static const char *owed(struct arena *a, const char *more)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	const char *text = "";
	char line[2048];

	if (read_case(a, &(struct case_parts){ .parties = PARTIES, .services = "[]", .more = more }, &c,
	              &err) < 0 ||
	    statement_make(a, c, &s, &err) < 0)
		return arena_copy(a, error_line(&err, line, sizeof line));
	for (size_t i = 0; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];

		text = arena_printf(
		    a, "%s%s%s>%s(%s%s%s)%s%s", text, i ? "; " : "", o->debtor->id, o->creditor->id,
		    o->contract ? o->contract->id : "", o->also ? "+" : "", o->also ? o->also->id : "",
		    o->basis,
		    o->indemnifies ? arena_printf(a, "<%d", (int)(o->indemnifies - s->obligations)) : "");
	}
	statement_free(s);
	return text;
}

struct cell {
	const char *fault, *sufferer, *want;
};

static const struct cell cells[] = {
	/* (1) DA */
	{ "da", "da", "" },
	{ "da", "csp", "da>csp(ア/csp)table3-1A" },
	{ "da", "nsp", "da>nsp(ア/nsp)table3-1A" },
	{ "da", "lg-a", "da>lg-a(イ/a)5.3-2" },
	{ "da", "asp", "lg-a>asp(エ/a)table3-1C; da>lg-a(イ/a)table3-1C<0" },
	{ "da", "oma", "lg-a>oma(ウ/a)table3-1C; da>lg-a(イ/a)table3-1C<0" },
	{ "da", "both", "lg-b>both(エ/b+ウ/b)table3-1C; da>lg-b(イ/b)table3-1C<0" },
	/* (2) LG */
	{ "lg-a", "da", "lg-a>da(イ/a)table3-2A" },
	{ "lg-a", "lg-a", "" },
	{ "lg-a", "asp", "lg-a>asp(エ/a)table3-2C" },
	{ "lg-a", "oma", "lg-a>oma(ウ/a)table3-2C" },
	{ "lg-b", "both", "lg-b>both(エ/b+ウ/b)table3-2C" },
	/* (3) ASP等 */
	{ "asp", "da", "lg-a>da(イ/a)table3-3A; asp>lg-a(エ/a)table3-3A<0" },
	{ "oma", "da", "lg-a>da(イ/a)table3-3A; oma>lg-a(ウ/a)table3-3A<0" },
	{ "both", "da", "lg-b>da(イ/b)table3-3A; both>lg-b(エ/b+ウ/b)table3-3A<0" },
	{ "asp", "lg-a", "asp>lg-a(エ/a)table3-3B" },
	{ "oma", "lg-a", "oma>lg-a(ウ/a)table3-3B" },
	{ "both", "lg-b", "both>lg-b(エ/b+ウ/b)table3-3B" },
	{ "asp", "asp", "" },
	/* 5.3①, and DA's own loss */
	{ "csp", "lg-a", "csp>da(ア/csp)5.3-1; da>lg-a(イ/a)5.3-1" },
	{ "nsp", "lg-a", "nsp>da(ア/nsp)5.3-1; da>lg-a(イ/a)5.3-1" },
	{ "csp", "da", "csp>da(ア/csp)own-contract" },
	{ "nsp", "da", "nsp>da(ア/nsp)own-contract" },
	{ "csp", "csp", "" },
};

START_TEST(all_cells_in_both_uses)
{
	static const char *const contracts[] = { CONTRACTS("joint"), CONTRACTS("single") };

	for (size_t use = 0; use < 2; use++)
		for (size_t i = 0; i < ROWS(cells); i++) {
			struct arena a = { 0 };
			const char *loss = arena_printf(&a, LOSS, cells[i].sufferer, cells[i].fault, "");
			const char *got = owed(&a, arena_printf(&a, "%s%s", contracts[use], loss));

			ck_assert_msg(strcmp(got, cells[i].want) == 0, "%s harms %s:\n got  %s\n want %s",
			              cells[i].fault, cells[i].sufferer, got, cells[i].want);
			arena_release(&a);
		}
}
END_TEST

struct special {
	const char *fault, *sufferer, *keys, *more, *want;
};

#define POLICY(name) "'policies': { '" name "': true }, "
#define DIRECT                                                                                               \
	"'agreements': [ { 'id': 'g', 'kind': 'direct_claim', 'parties': [ 'lg-a', 'oma', 'asp' ], "         \
	"'document': 'd' } ], "
#define ROUTE(f, s, edges)                                                                                   \
	"'agreements': [ { 'id': 'g', 'kind': 'route', 'parties': [ 'lg-a', 'asp' ], 'fault': '" f           \
	"', 'sufferer': '" s "', 'edges': [ " edges " ], 'document': 'd' } ], "
#define NO_RULE(f, s, policy)                                                                                \
	"records[0].fault." f ": Table 3 has no rule for a loss of '" s "' by a fault of '" f                \
	"' unless " policy " is true"

static const struct special specials[] = {
	/* what the table does not have */
	{ "oma", "asp", "", "", NO_RULE("oma", "asp", "two_firms") },
	{ "asp", "oma", "", "", NO_RULE("asp", "oma", "two_firms") },
	{ "lg-a", "csp", "", "", NO_RULE("lg-a", "csp", "csp_loss") },
	{ "asp", "nsp", "", "", NO_RULE("asp", "nsp", "csp_loss") },
	{ "csp", "asp", "", "", NO_RULE("csp", "asp", "asp_loss_by_csp") },
	{ "oma", "asp", "", POLICY("two_firms"), "lg-a>asp(エ/a)policy; oma>lg-a(ウ/a)policy<0" },
	{ "asp", "oma", "", POLICY("two_firms"), "lg-a>oma(ウ/a)policy; asp>lg-a(エ/a)policy<0" },
	{ "lg-a", "csp", "", POLICY("csp_loss"), "da>csp(ア/csp)policy; lg-a>da(イ/a)policy<0" },
	{ "asp", "nsp", "", POLICY("csp_loss"),
	  "da>nsp(ア/nsp)policy; lg-a>da(イ/a)policy<0; asp>lg-a(エ/a)policy<1" },
	{ "csp", "asp", "", POLICY("asp_loss_by_csp"),
	  "csp>da(ア/csp)5.3-1; da>lg-a(イ/a)5.3-1<2; lg-a>asp(エ/a)policy" },
	{ "nsp", "lg-a", "", "'policies': { 'nsp_back_to_back': false }, ",
	  "da>lg-a(イ/a)policy; nsp>da(ア/nsp)policy<0" },
	{ "nsp", "asp", "", "'policies': { 'nsp_back_to_back': false, 'asp_loss_by_csp': true }, ",
	  "lg-a>asp(エ/a)policy; da>lg-a(イ/a)policy<0; nsp>da(ア/nsp)policy<1" },
	{ "nsp", "da", "", "'policies': { 'nsp_back_to_back': false }, ", "nsp>da(ア/nsp)own-contract" },
	{ "lg-b", "lg-a", "", "",
	  "records[0].fault.lg-b: Table 3 has no rule for a loss of 'lg-a' by a fault of 'lg-b'\nhint: an "
	  "agreement "
	  "of kind 'route' can state one" },
	/* direct claims: in joint use for either, in single use for OMA's fault */
	{ "oma", "asp", ", 'mode': 'single'", DIRECT, "oma>asp()direct-claim" },
	{ "oma", "asp", "", DIRECT, "oma>asp()direct-claim" },
	{ "asp", "oma", ", 'mode': 'joint'", DIRECT, "asp>oma()direct-claim" },
	{ "asp", "oma", ", 'mode': 'single'", DIRECT, NO_RULE("asp", "oma", "two_firms") },
	{ "asp", "lg-a", "", DIRECT, "asp>lg-a(エ/a)table3-3B" },
	{ "oma", "asp", "",
	  "'agreements': [ { 'id': 'g', 'kind': 'direct_claim', 'parties': [ 'lg-a', 'oma', 'asp' ], "
	  "'document': 'd', "
	  "'effective': { 'from': '2026-12-01' } } ], ",
	  NO_RULE("oma", "asp", "two_firms") },
	/* routes over the table */
	{ "lg-a", "asp", "", ROUTE("lg-a", "asp", ""), "" },
	{ "lg-a", "asp", "",
	  ROUTE("lg-a", "asp", "{ 'debtor': 'lg-a', 'creditor': 'asp', 'contract': 'エ/a' }"),
	  "lg-a>asp(エ/a)agreement" },
	{ "da", "asp", "",
	  ROUTE("da", "asp",
	        "{ 'debtor': 'lg-a', 'creditor': 'asp' }, { 'debtor': 'da', 'creditor': 'lg-a', 'contract': "
	        "'イ/a' }"),
	  "lg-a>asp()agreement; da>lg-a(イ/a)agreement<0" },
	{ "lg-b", "both", "", ROUTE("lg-a", "asp", ""), "lg-b>both(エ/b+ウ/b)table3-2C" },
	{ "lg-a", "asp", "",
	  "'agreements': [ { 'id': 'g', 'kind': 'route', 'parties': [ 'lg-a', 'asp' ], 'fault': 'lg-a', "
	  "'sufferer': "
	  "'asp', 'edges': [], 'document': 'd' }, { 'id': 'h', 'kind': 'route', 'parties': [ 'lg-a', 'asp' "
	  "], 'fault': "
	  "'lg-a', 'sufferer': 'asp', 'edges': [], 'document': 'd' } ], ",
	  "records[0].fault.lg-a: the agreements 'g' and 'h' both speak of it" },
	/* which use, which contract */
	{ "lg-a", "da", ", 'lg': 'lg-b'", "",
	  "records[0].lg: 'lg-b' is not 'lg-a', whose fault or loss it is" },
	{ "both", "lg-b", ", 'contract': 'ウ/b'", "", "both>lg-b(ウ/b)table3-3B" },
	{ "both", "lg-b", ", 'contract': 'エ/a'", "",
	  "records[0].contract: nobody owes for the loss under 'エ/a'" },
};

START_TEST(over_the_table_and_beside_it)
{
	for (size_t i = 0; i < ROWS(specials); i++) {
		const struct special *x = &specials[i];
		struct arena a = { 0 };
		const char *contracts =
		    "'contracts': [ { 'id': 'ア/csp', 'kind': 'ア', 'parties': [ 'da', 'csp' ] }, "
		    "{ 'id': 'ア/nsp', 'kind': 'ア', 'parties': [ 'da', 'nsp' ] }, "
		    "{ 'id': 'イ/a', 'kind': 'イ', 'parties': [ 'da', 'lg-a' ] }, "
		    "{ 'id': 'エ/a', 'kind': 'エ', 'parties': [ 'asp', 'lg-a' ] }, "
		    "{ 'id': 'ウ/a', 'kind': 'ウ', 'parties': [ 'oma', 'lg-a' ] }, "
		    "{ 'id': 'ウ/b', 'kind': 'ウ', 'parties': [ 'both', 'lg-b' ] }, "
		    "{ 'id': 'エ/b', 'kind': 'エ', 'parties': [ 'both', 'lg-b' ] } ], ";
		const char *loss = arena_printf(&a, LOSS, x->sufferer, x->fault, x->keys);
		const char *got = owed(&a, arena_printf(&a, "%s%s%s", contracts, x->more, loss));
		const char *place = strstr(got, "records[");

		got = place ? place : got; /* a refusal by the reader begins with the file */
		ck_assert_msg(strcmp(got, x->want) == 0, "row %zu, %s harms %s:\n got  %s\n want %s", i,
		              x->fault, x->sufferer, got, x->want);
		arena_release(&a);
	}
}
END_TEST

/* Contracts in effect by the month of the cause, else by the day; two that fit must be told apart. */
START_TEST(which_contract_is_in_effect)
{
	static const char *const contracts =
	    "'contracts': [ { 'id': 'old', 'kind': 'エ', 'parties': [ 'asp', 'lg-a' ], 'effective': { 'to': "
	    "'2026-10-16' } }, { 'id': 'new', 'kind': 'エ', 'parties': [ 'asp', 'lg-a' ], 'effective': { "
	    "'from': "
	    "'2026-10-16' } } ], ";
	static const struct {
		const char *keys, *want;
	} rows[] = {
		{ "", "asp>lg-a(new)table3-3B" },
		{ ", 'cause_month': '2026-09'", "asp>lg-a(old)table3-3B" },
		{ ", 'cause_month': '2026-11'", "asp>lg-a(new)table3-3B" },
		{ ", 'cause_month': '2026-12'", "asp>lg-a(new)table3-3B" },
		{ ", 'cause_month': '2026-10'",
		  "records[0].contract: the contracts 'old' and 'new' both fit: name one" },
		{ ", 'cause_month': '2026-10', 'contract': 'old'", "asp>lg-a(old)table3-3B" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		const char *loss = arena_printf(&a, LOSS, "lg-a", "asp", rows[i].keys);

		ck_assert_str_eq(owed(&a, arena_printf(&a, "%s%s", contracts, loss)), rows[i].want);
		arena_release(&a);
	}
}
END_TEST

/* A firm that serves several municipalities: the loss must say in whose use it happened. */
START_TEST(in_whose_use)
{
	static const char *const contracts = "'contracts': [ { 'id': 'エ/a', 'kind': 'エ', 'parties': [ "
	                                     "'asp', 'lg-a' ] }, { 'id': 'エ/b', 'kind': "
	                                     "'エ', 'parties': [ 'asp', 'lg-b' ] } ], ";
	static const struct {
		const char *fault, *sufferer, *keys, *want;
	} rows[] = {
		{ "da", "asp", "",
		  "records[0].lg: several municipalities have the contracts: say in whose use the loss "
		  "happened" },
		{ "da", "asp", ", 'lg': 'lg-b'", "lg-b>asp(エ/b)table3-1C; da>lg-b()table3-1C<0" },
		{ "da", "oma", "",
		  "records[0].lg: no municipality has the contracts: say in whose use the loss happened" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		const char *loss = arena_printf(&a, LOSS, rows[i].sufferer, rows[i].fault, rows[i].keys);

		ck_assert_str_eq(owed(&a, arena_printf(&a, "%s%s", contracts, loss)), rows[i].want);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("table3",
	                 (const TTest *const[]){ all_cells_in_both_uses, over_the_table_and_beside_it,
	                                         which_contract_is_in_effect, in_whose_use, NULL });
}
