/*
 * registry: the directory that `slacalc apply` loads, read and checked as a whole.
 *
 *     DIR/registry.json     organisations, parties, vantages, segments, targets, paths, services (govsla-registry/1)
 *     DIR/terms/NAME.json   contracts' SLAs: one Terms object each (docs/manual/case.md)
 *     DIR/records/NAME.json exclusions, contracts, records, policies, as in a case (govsla-records/1)
 *
 * docs/registry.md explains it with an example. Nothing is accepted in part: unknown or duplicate keys,
 * dangling references, a wrong check digit, terms or records that a case would refuse, are refused with file,
 * line and key. What records and terms may say is decided by case/'s own readers.
 *
 * Not the database: the result is rows, in JSON, for store_apply().
 *
 *     struct registry r;
 *     if (registry_load(&r, "/etc/govsla/registry", &err) < 0) ...
 *     registry_release(&r);      (in any case)
 */
#ifndef GOVSLA_SLACALC_REGISTRY_H
#define GOVSLA_SLACALC_REGISTRY_H

#include "base/arena.h"
#include "base/document.h"
#include "base/error.h"
#include "calc/case.h"

#include <jansson.h>
#include <stdbool.h>

/* Rows of one kind. What each holds: the columns of the table of that name in sql/migrations, ids for
 * numbers. */
enum registry_table {
	TABLE_ORGANISATION,
	TABLE_PARTY,
	TABLE_VANTAGE, /* id, name, slamon: the keys for its slamon.json */
	TABLE_SEGMENT,
	TABLE_TARGET,
	TABLE_PATH,
	TABLE_NAMED_PATH,
	TABLE_SERVICE,
	TABLE_SERVICE_TARGET,
	TABLE_FEE,
	TABLE_TERMS,
	TABLE_RECORD,
	TABLE_FILE, /* name, sha256 of each file read */
	TABLE_COUNT,
};

struct registry {
	struct arena arena;
	json_t *rows[TABLE_COUNT]; /* arrays of objects */
	json_t *ids;               /* "target t1": what is known; its row */
	struct sla_case outline;   /* parties, terms and services, for case/'s readers */
	char directory_sha256[65]; /* of the names and hashes of all files */
};

/* Reads and checks a directory. Release it in any case. Returns 0, ERROR_DATA or ERROR_IO. */
int registry_load(struct registry *r, const char *directory, struct error *err) MUST_CHECK;

void registry_release(struct registry *r);

/*
 * Whether text is a 全国地方公共団体コード: six digits, a prefecture of 01 to 47, and the check digit of the
 * first five (weights 6 to 2, modulo 11). *digit gets the right check digit when only that is wrong, else -1.
 */
bool organisation_code_check(const char *text, int *digit);

#endif
