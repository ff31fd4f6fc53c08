/* icmp: packets as a socket gives them. The first byte chooses the address family and whether an IP header is there. */
#include "monitor/icmp/icmp.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct icmp_message message;
	enum icmp_meaning meaning;

	if (size < 1)
		return 0;
	if (icmp_parse(data[0] & 1, data[0] & 2, data + 1, size - 1, &message)) {
		fuzz_law(message.meaning <= ICMP_MEANS_UNREACHABLE, "a message has a meaning");
		fuzz_law(message.meaning != ICMP_MEANS_REPLY || !message.has_destination,
		         "only errors quote a destination");
	}
	(void)icmp_parse_request(data[0] & 1, data + 1, size - 1, &message);
	if (size >= 3)
		(void)icmp_error_meaning(data[0] & 1, data[1], data[2], &meaning);
	return 0;
}
