/* Changes of a case document: what they make of it, what they refuse. */
#include "slacalc/change.h"
#include "tests/unit/suite.h"

static const char base[] =
    "{ 'as_of': null, 'services': [ { 'id': 'a.b', 'terms': 't', 'n': 5, 'yes': true, 'fees': [ { 'amount': "
    "'1' } ] }, "
    "{ 'id': 'c', 'terms': 't' } ], 'exclusions': [ { 'id': 'x1' }, { 'id': 'x:2' } ], "
    "'records': [ { 'id': 'l', 'sufferer': 'lg', 'fault': { 'csp': '1' } } ], "
    "'terms': [ { 'id': 't', 'levels': [ { 'id': 'v', 'x': 1, 'y': 2, 'readings': [ { 'reading': 'r', 'x': "
    "7, 'y': null } "
    "], 'credit': { 'bands': [ { 'from': '0', 'to': '99.0', 'rate': '3' }, { 'from': '99', 'rate': '0' } ] } "
    "}, "
    "{ 'id': 'w', 'credit': { 'rate': '1' } } ] } ] }";

struct changed { /* a document after changes, as compact JSON; or the error */
	struct arena arena;
	char *json;
	struct error err;
	struct change_list list;
};

static void change(struct changed *c, const char *const *words)
{
	char *argv[16] = { "whatif" }, text[sizeof base];
	struct document doc = { 0 };
	int argc = 1;

	memset(c, 0, sizeof *c);
	memcpy(text, base, sizeof base);
	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	argv[argc] = NULL;
	ck_assert_int_eq(document_parse(&doc, "case", text, strlen(text), &c->err), 0);
	if (change_options(&c->arena, &argc, argv, &c->list, &c->err) == 0 &&
	    change_apply(&c->arena, &doc, &c->list, &c->err) == 0) {
		ck_assert_int_eq(argc, 1);
		c->json = json_dumps(doc.value, JSON_COMPACT);
	}
	document_release(&doc);
}

static void forget(struct changed *c)
{
	free(c->json);
	arena_release(&c->arena);
}

#define CHANGE(...)                                                                                          \
	(const char *const[])                                                                                \
	{                                                                                                    \
		__VA_ARGS__, NULL                                                                            \
	}

START_TEST(what_changes_make)
{
	static const struct {
		const char *words[5], *want;
	} rows[] = {
		{ { "--drop", "exclusion:x1" }, "\"exclusions\":[{\"id\":\"x:2\"}]" },
		{ { "--drop=exclusion:x:2" }, "\"exclusions\":[{\"id\":\"x1\"}]" },
		{ { "--set", "services[a.b].fees[0].amount=2" }, "\"fees\":[{\"amount\":\"2\"}]" },
		{ { "--set", "services[0].n=6" }, "\"n\":6" },
		{ { "--set", "services[0].n=6.5" }, "\"n\":\"6.5\"" },
		{ { "--set", "services[0].yes=false" }, "\"yes\":false" },
		{ { "--set", "services[c].name=true story" }, "\"name\":\"true story\"" },
		{ { "--set", "services[c].count=7" }, "\"count\":\"7\"" },
		{ { "--set", "services[c].count:=7" }, "\"count\":7" },
		{ { "--set", "services[c].fees=[{\"a\":1}]" }, "\"fees\":[{\"a\":1}]" },
		{ { "--set", "title=a=b" }, "\"title\":\"a=b\"" },
		{ { "--set", "exclusions[x1]:={}" }, "\"exclusions\":[{},{\"id\":\"x:2\"}]" },
		{ { "--band", "t/v:0-99=4" }, "{\"from\":\"0\",\"to\":\"99.0\",\"rate\":\"4\"}" },
		{ { "--band", "t/v:99.00-=4" }, "{\"from\":\"99\",\"rate\":\"4\"}" },
		{ { "--band", "t/w=4" }, "\"credit\":{\"rate\":\"4\"}" },
		{ { "--fault", "l:csp=1/2,da=1/2" }, "\"fault\":{\"csp\":\"1/2\",\"da\":\"1/2\"}" },
		{ { "--fault", "l:csp=1/2,lg=1/2" }, "\"policies\":{\"contributory_fault\":true}" },
		{ { "--fault", "l:csp=1/2,da=1/4,lg=1/4" },
		  "\"policies\":{\"contributory_fault\":true,\"shared_fault\":true}" },
		{ { "--fault", "l:da=1" }, "\"fault\":{\"da\":\"1\"}" },
		{ { "--policy", "p=false", "--policy", "q=r" }, "\"policies\":{\"p\":false,\"q\":\"r\"}" },
		{ { "--as-of", "then" }, "\"as_of\":\"then\"" },
		{ { "--reading", "c/v=r" }, "{\"id\":\"c\",\"terms\":\"t (c)\"}" },
		{ { "--reading", "c/v=r" },
		  "{\"id\":\"t (c)\",\"levels\":[{\"id\":\"v\",\"x\":7,\"credit\"" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct changed c;

		change(&c, rows[i].words);
		ck_assert_msg(c.json && strstr(c.json, rows[i].want), "row %zu: %s, want %s", i,
		              c.json ? c.json : c.err.text, rows[i].want);
		forget(&c);
	}
}
END_TEST

START_TEST(what_is_refused)
{
	static const struct {
		const char *words[3], *want;
	} rows[] = {
		{ { "--drop", "x1" }, "'--drop x1': not KIND:ID" },
		{ { "--drop", "exclusion:x3" }, "'--drop exclusion:x3': the case has no such exclusion" },
		{ { "--drop", "correction:x1" }, "'--drop correction:x1': the case has no such correction" },
		{ { "--set", "services[2].n=1" }, "'--set services[2].n=1': the case has no '2' there" },
		{ { "--set", "services[2]=1" }, "'--set services[2]=1': there is no '[2]'" },
		{ { "--set", "services.n=1" }, "'--set services.n=1': no such key" },
		{ { "--set", "as_of.n=1" }, "'--set as_of.n=1': no such key" },
		{ { "--set", "n:=" }, "'--set n:=': the value is not JSON" },
		{ { "--set", "=1" }, "'--set =1': not KEY=VALUE" },
		{ { "--band", "t/v=1" }, "'--band t/v=1': the level has no rate of its own" },
		{ { "--band", "t/w:0-1=1" }, "'--band t/w:0-1=1': the level has no such band" },
		{ { "--band", "t=1" }, "'--band t=1': not TERMS/LEVEL:FROM-TO=RATE" },
		{ { "--band", "u/v:0-1=1" }, "'--band u/v:0-1=1': the case has no terms 'u'" },
		{ { "--fault", "m:csp=1" }, "'--fault m:csp=1': the case has no such loss" },
		{ { "--fault", "l:csp" }, "'--fault l:csp': not LOSS:PARTY=SHARE,…" },
		{ { "--fault", "l:csp=1,csp=1" }, "'--fault l:csp=1,csp=1': not LOSS:PARTY=SHARE,…" },
		{ { "--fault", "l:" }, "'--fault l:': not LOSS:PARTY=SHARE,…" },
		{ { "--policy", "p" }, "'--policy p': not NAME=VALUE" },
		{ { "--reading", "d/v=r" }, "'--reading d/v=r': the case has no such service" },
		{ { "--reading", "c/u=r" }, "'--reading c/u=r': the service has no such level" },
		{ { "--reading", "c/v=s" }, "'--reading c/v=s': the level has no such reading" },
		{ { "--reading", "c=r" }, "'--reading c=r': not SERVICE/LEVEL=READING" },
		{ { "--policy" }, "option '--policy' needs a value" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct changed c;

		change(&c, rows[i].words);
		ck_assert_msg(c.err.code == ERROR_USAGE && strcmp(c.err.text, rows[i].want) == 0,
		              "row %zu: got '%s', want '%s'", i, c.err.text, rows[i].want);
		forget(&c);
	}
}
END_TEST

START_TEST(what_was_done_is_said)
{
	struct changed c;

	change(&c, CHANGE("--fault", "l:csp=1/2,da=1/2", "--drop", "exclusion:x1"));
	ck_assert_uint_eq(c.list.done_count, 3);
	ck_assert_str_eq(c.list.done[0], "l:csp=1/2,da=1/2");
	ck_assert_str_eq(c.list.done[1], "policy shared_fault turned on: the shares of fault need it");
	ck_assert_str_eq(c.list.done[2], "exclusion x1 dropped");
	forget(&c);
}
END_TEST

int main(void)
{
	return run_suite("slacalc/change", (const TTest *const[]){ what_changes_make, what_is_refused,
	                                                           what_was_done_is_said, NULL });
}
