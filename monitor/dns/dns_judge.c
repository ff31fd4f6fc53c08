#include "monitor/dns/dns_judge.h"

#include <stdbool.h>
#include <string.h>

struct finding {
	bool malformed;
	bool unwanted;  /* a record that is not wanted was there */
	size_t records; /* of the answer */
	uint64_t found; /* bit i: wanted[i] was there */
};

/* Finds the next record of that name and number from *at on, of which *left remain. */
static bool find(const struct dns_message *message, const struct dns_name *name, uint16_t number, size_t *at,
                 size_t *left, struct dns_record *out)
{
	while (*left > 0) {
		--*left;
		if (!dns_read_record(message, at, out))
			return false;
		if (out->type == number && out->class == DNS_CLASS_IN && dns_name_same(&out->name, name))
			return true;
	}
	return false;
}

static bool find_first(const struct dns_message *message, const struct dns_name *name, uint16_t number,
                       struct dns_record *out)
{
	size_t at = message->answers, left = message->answer_count;

	return find(message, name, number, &at, &left, out);
}

/* Follows the aliases to the name that has such records. False when an alias is malformed. */
static bool follow_aliases(const struct dns_message *message, uint16_t number, struct dns_name *name,
                           struct dns_data *room)
{
	struct dns_record record;

	for (int i = 0; i < DNS_ALIASES_MOST; i++) {
		if (find_first(message, name, number, &record) ||
		    !find_first(message, name, DNS_TYPE_CNAME, &record))
			return true;
		if (!dns_data_read(message, &record, DNS_CNAME, room))
			return false;
		name->length = room->length;
		memcpy(name->bytes, room->bytes, room->length);
	}
	return true;
}

static uint64_t matches(const struct dns_expectation *expected, const struct dns_data *data)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < expected->wanted_count; i++)
		if (expected->wanted[i].length == data->length &&
		    memcmp(expected->wanted[i].bytes, data->bytes, data->length) == 0)
			bits |= UINT64_C(1) << i;
	return bits;
}

static struct finding look(const struct dns_message *message, struct dns_name name,
                           const struct dns_expectation *expected, struct dns_data *room)
{
	uint16_t number = dns_type_number(expected->type);
	size_t at = message->answers, left = message->answer_count;
	struct finding finding = { .malformed = !follow_aliases(message, number, &name, room) };
	struct dns_record record;

	while (!finding.malformed && find(message, &name, number, &at, &left, &record)) {
		uint64_t bits;

		finding.malformed = !dns_data_read(message, &record, expected->type, room);
		bits = matches(expected, room);
		finding.records++;
		finding.found |= bits;
		finding.unwanted |= !bits;
	}
	return finding;
}

static bool is_expected(const struct finding *finding, const struct dns_expectation *expected)
{
	uint64_t all =
	    expected->wanted_count >= 64 ? UINT64_MAX : (UINT64_C(1) << expected->wanted_count) - 1;

	if (expected->match == DNS_MATCH_EXACT)
		return finding->found == all && !finding->unwanted;
	if (expected->wanted_count == 0)
		return finding->records > 0;
	return expected->match == DNS_MATCH_ANY ? finding->found != 0 : finding->found == all;
}

enum sample_failure dns_judge(const struct dns_message *message, const struct dns_name *asked,
                              const struct dns_expectation *expected, struct dns_data *room)
{
	struct finding finding;

	if (message->status != (int)expected->status)
		return message->status == DNS_NXDOMAIN ? FAILURE_DNS_NO_NAME : FAILURE_DNS_STATUS;
	if (expected->status != DNS_NOERROR)
		return FAILURE_NONE;
	finding = look(message, *asked, expected, room);
	if (finding.malformed)
		return FAILURE_PROTOCOL;
	return is_expected(&finding, expected) ? FAILURE_NONE : FAILURE_ANSWER_MISMATCH;
}
