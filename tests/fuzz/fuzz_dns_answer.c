/*
 * dns_answer: what a name server sends back. The first byte chooses the asked type, the next two the status and the
 * match that are expected; the rest is the message, to the query for site.test with the id 0x1234.
 */
#include "monitor/dns/dns_judge.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static struct dns_data room;

static void read_all(const struct dns_message *message, enum dns_type type)
{
	size_t at = message->answers;
	struct dns_record record;

	for (size_t i = 0; i < message->answer_count; i++) {
		size_t before = at;

		fuzz_law(dns_read_record(message, &at, &record), "every record of an answer can be read");
		fuzz_law(at > before && at <= message->length,
		         "a record ends behind its begin, in the message");
		fuzz_law(record.data + record.data_length <= message->length, "its data is in the message");
		fuzz_law(record.name.length >= 1 && record.name.length <= DNS_NAME_MOST,
		         "a name keeps to its limit");
		if (dns_data_read(message, &record, type, &room))
			fuzz_law(room.length <= DNS_DATA_MOST, "data keeps to its limit");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	const struct dns_wanted wanted = { address, sizeof address };
	struct dns_expectation expected = { .wanted = &wanted, .wanted_count = 1 };
	struct dns_query query = { .id = 0x1234, .recursion_desired = true };
	struct dns_message message;
	enum sample_failure failure;

	if (size < 3 || !dns_name_parse("site.test", strlen("site.test"), &query.name))
		return 0;
	expected.type = (enum dns_type)(data[0] % DNS_TYPES);
	expected.status = (enum dns_status)(data[1] % 6);
	expected.match = (enum dns_match)(data[2] % 3);
	query.type = dns_type_number(expected.type);
	if (dns_parse(data + 3, size - 3, &query, &message) != DNS_ANSWERS)
		return 0;
	fuzz_law(message.status >= 0, "a response code is not negative");
	read_all(&message, expected.type);
	failure = dns_judge(&message, &query.name, &expected, &room);
	fuzz_law(failure == FAILURE_NONE || failure == FAILURE_DNS_NO_NAME || failure == FAILURE_DNS_STATUS ||
	             failure == FAILURE_ANSWER_MISMATCH || failure == FAILURE_PROTOCOL,
	         "an answer is judged by the classes of the probe");
	fuzz_law(failure != FAILURE_NONE || message.status == (int)expected.status,
	         "what is up has the expected response code");
	return 0;
}
