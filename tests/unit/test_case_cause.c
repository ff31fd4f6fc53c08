/* Paths with parties, kinds of exclusion and corrections: what is refused, with the exact text. */
#include "tests/unit/build_case.h"

#define SEEN                                                                                                 \
	"[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 60, 'samples': { 'all_up': true } }, { "         \
	"'target': "                                                                                         \
	"'gate', 'vantage': 'v1', 'interval_s': 60, 'samples': { 'all_up': true } } ]"
#define ON_T1      "'targets': [ 't1' ]"
#define PATH(hops) "'paths': [ { 'vantage': 'v1', 'hops': [ " hops " ] } ]"
#define PATHS(a, b)                                                                                          \
	"'paths': [ { 'vantage': 'v1', 'hops': [ " a " ] }, { 'vantage': 'v1', 'hops': [ " b " ] } ]"
#define SPAN    "'start': '2026-10-10T10:00:00+09:00', 'end': '2026-10-10T11:00:00+09:00'"
#define KNOWN   "'author': 'a', 'reason': 'b', 'document': 'c'"
#define ENTERED "'entered': '2026-11-05T00:00:00+09:00'"
#define CORRECTION(id, more)                                                                                 \
	"{ 'id': '" id "', 'target': 't1', 'outcome': 'up', " SPAN ", " KNOWN ", " ENTERED more " }"
#define CORRECTIONS(list)    "'corrections': [ " list " ]"
#define TERMS_EXCLUDE(kinds) FLOOR_YEN ", 'exclusions': " kinds

static const struct refusal rows[] = {
	/* hops */
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("'gate', 't1'") }, "accepted" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = PATH("{ 'target': 'gate', 'party': 'lg-a', 'segment': 'x' }, { 'target': 't1', 'party': "
	                 "'carrier', 'own': false }") },
	  "accepted" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 'gate', 'party': null }") },
	  "accepted" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("1") },
	  "case.json:8: paths[0].hops[0]: must be a target, or an object that names one" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{}") },
	  "case.json:8: paths[0].hops[0]: the key 'target' is missing" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 'gate', 'who': 'x' }") },
	  "case.json:8: paths[0].hops[0].who: unknown key 'who'" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 'nobody' }") },
	  "case.json:8: paths[0].hops[0]: no target 'nobody' is observed" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("'gate', { 'target': 'gate' }") },
	  "case.json:8: paths[0].hops[1]: the hop 'gate' is there twice" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 'gate', 'party': 'no' }") },
	  "case.json:8: paths[0].hops[0].party: no party 'no'" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 'gate', 'own': 'yes' }") },
	  "case.json:8: paths[0].hops[0].own: must be true or false" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = PATH("{ 'target': 'gate', 'own': true, 'party': 'lg-a' }") },
	  "case.json:8: paths[0].hops[0].party: 'own' and 'party' exclude each other: nobody is charged with "
	  "the "
	  "monitor's own side" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 't1', 'own': true }") },
	  "case.json:8: paths[0].hops[0]: 't1' belongs to the service 'line', so it is not the monitor's own "
	  "side" },
	{ { .observations = SEEN, .seen = ON_T1, .more = PATH("{ 'target': 't1', 'party': 'csp' }") },
	  "case.json:8: paths[0].hops[0]: the party 'csp' of the hop 't1' contradicts the contract: the "
	  "provider "
	  "of the service 'line' is 'carrier'\nhint: leave the party out, or name the service's provider" },
	{ { .more = PATH("{ 'target': 'line', 'own': true }") },
	  "case.json:8: paths[0].hops[0]: 'line' belongs to the service 'line', so it is not the monitor's "
	  "own "
	  "side" },
	{ { .more = PATH("{ 'target': 'line', 'party': 'carrier' }") }, "accepted" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = PATHS("{ 'target': 'gate', 'party': 'lg-a' }", "{ 'target': 'gate', 'party': 'csp' }") },
	  "case.json:8: paths[1].hops[0]: the party of the hop 'gate' is 'csp' here and 'lg-a' in another "
	  "path" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = PATHS("{ 'target': 'gate', 'own': true }", "'t1', 'gate'") },
	  "case.json:8: paths[1].hops[1]: the hop 'gate' is the monitor's own side in one path of the "
	  "vantage "
	  "'v1' and not in another" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = PATHS("{ 'target': 'gate', 'party': 'lg-a' }", "'t1', 'gate'") },
	  "accepted" },
	/* the kinds of exclusion that the terms know */
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'beta' }, { 'kind': 'beta' } ]") },
	  "case.json:5: terms[0].exclusions[1]: the kind 'beta' is there twice" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': '' } ]") },
	  "case.json:5: terms[0].exclusions[0].kind: must not be empty" },
	{ { .settle = TERMS_EXCLUDE("[ {} ]") },
	  "case.json:5: terms[0].exclusions[0]: the key 'kind' is missing" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'beta', 'notice': 3 } ]") },
	  "case.json:5: terms[0].exclusions[0].notice: unknown key 'notice'\nhint: did you mean "
	  "'notice_days'?" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'beta', 'notice_days': 367 } ]") },
	  "case.json:5: terms[0].exclusions[0].notice_days: 367 is not in 0 to 366" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'beta', 'notice_hours': -1 } ]") },
	  "case.json:5: terms[0].exclusions[0].notice_hours: -1 is not in 0 to 8784" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'maintenance', 'notice_days': 5 } ], 'notice': { "
	                            "'maintenance_days': 7 }") },
	  "case.json:5: terms[0].exclusions[0].notice_days: maintenance needs 5 days here and 7 in "
	  "'notice'" },
	{ { .settle = TERMS_EXCLUDE("[ { 'kind': 'maintenance', 'notice_days': 7 } ], 'notice': { "
	                            "'maintenance_days': 7 }") },
	  "accepted" },
	/* exclusions */
	{ { .more = "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], " SPAN
	            ", 'kind': 'beta', 'entered': '2026-11-05' } ]" },
	  "case.json:8: exclusions[0].entered: '2026-11-05' is not an instant with offset like "
	  "2026-10-10T01:00:00+09:00" },
	/* corrections */
	{ { .observations = SEEN, .seen = ON_T1, .more = CORRECTIONS(CORRECTION("c1", "")) }, "accepted" },
	{ { .observations = SEEN, .seen = ON_T1, .more = CORRECTIONS(CORRECTION("c1", ", 'vantage': 'v1'")) },
	  "accepted" },
	{ { .observations = SEEN, .seen = ON_T1, .more = CORRECTIONS(CORRECTION("c1", ", 'vantage': 'v2'")) },
	  "case.json:8: corrections[0].vantage: the target 't1' is not observed from the vantage 'v2'" },
	{ { .more = CORRECTIONS(CORRECTION("c1", "")) },
	  "case.json:8: corrections[0].target: no target 't1' is observed" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'up', " SPAN
	                        ", 'reason': 'b', 'document': 'c', " ENTERED " }") },
	  "case.json:8: corrections[0]: the key 'author' is missing" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'up', " SPAN
	                        ", 'author': 'a', 'document': 'c', " ENTERED " }") },
	  "case.json:8: corrections[0]: the key 'reason' is missing" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'up', " SPAN
	                        ", 'author': 'a', 'reason': 'b', " ENTERED " }") },
	  "case.json:8: corrections[0]: the key 'document' is missing" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'up', " SPAN ", " KNOWN " }") },
	  "case.json:8: corrections[0]: the key 'entered' is missing" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'either', " SPAN ", " KNOWN
	                        ", " ENTERED " }") },
	  "case.json:8: corrections[0].outcome: 'either' is not one of: up, down, missed" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more =
	        CORRECTIONS("{ 'id': 'c', 'target': 't1', 'outcome': 'up', 'start': '2026-10-10T10:00:00Z', "
	                    "'end': '2026-10-10T10:00:00Z', " KNOWN ", " ENTERED " }") },
	  "case.json:8: corrections[0]: the end is not after the start" },
	{ { .observations = SEEN, .seen = ON_T1, .more = CORRECTIONS("1") },
	  "case.json:8: corrections[0]: must be an object" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION("c1", "") ", " CORRECTION("c1", "")) },
	  "case.json:8: corrections[1]: the correction 'c1' is there twice" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION("c1", ", 'supersedes': 'c0'")) },
	  "case.json:8: corrections[0].supersedes: no correction 'c0'" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION("c1", ", 'supersedes': 'c1'")) },
	  "case.json:8: corrections[0].supersedes: 'c1' supersedes itself" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION("c1", ", 'supersedes': 'c3'") ", " CORRECTION(
	        "c2", ", 'supersedes': 'c1'") ", " CORRECTION("c3", ", 'supersedes': 'c2'")) },
	  "case.json:8: corrections[0].supersedes: 'c1' supersedes itself by way of 'c3'" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION(
	        "c2", ", 'supersedes': 'c1'") ", { 'id': 'c1', 'target': 't1', 'outcome': 'up', " SPAN
	                                      ", " KNOWN ", 'entered': '2026-11-05T00:00:01+09:00' }") },
	  "case.json:8: corrections[0].supersedes: 'c1' was entered after 'c2', which supersedes it" },
	{ { .observations = SEEN,
	    .seen = ON_T1,
	    .more = CORRECTIONS(CORRECTION("c1", "") ", " CORRECTION("c2", ", 'supersedes': 'c1'")) },
	  "accepted" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

int main(void)
{
	return run_suite("who caused it: refusals", (const TTest *const[]){ refusals, NULL });
}
