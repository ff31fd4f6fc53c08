/* spool_record: the bytes of one row of the spool. What can be read and does not contradict itself is written alike. */
#include "monitor/spool/spool_codec.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static int same(const struct record *a, const struct record *b)
{
	uint8_t first[SPOOL_CODEC_SIZE], second[SPOOL_CODEC_SIZE];
	size_t length = spool_encode(first, a);

	return length == spool_encode(second, b) && memcmp(first, second, length) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record, again;
	uint8_t bytes[SPOOL_CODEC_SIZE];
	size_t length;

	if (!spool_decode(&record, data, size) || record_fault(&record))
		return 0;
	length = spool_encode(bytes, &record);
	fuzz_law(length <= sizeof bytes, "a record fits its buffer");
	fuzz_law(spool_decode(&again, bytes, length), "what was written can be read");
	fuzz_law(same(&record, &again), "what was read is what was written");
	fuzz_law(record.kind == again.kind && record.scheduled_us == again.scheduled_us &&
	             record.target == again.target && record.outcome == again.outcome &&
	             record.failure == again.failure && record.rtt_us == again.rtt_us &&
	             record.sent_us == again.sent_us,
	         "field by field");
	return 0;
}
