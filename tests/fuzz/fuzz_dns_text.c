/* dns_text: names and expected answers as the configuration has them. The first byte chooses the type. */
#include "monitor/dns/dns_data.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static struct dns_data parsed;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_name name, again;
	uint8_t packet[DNS_QUERY_MOST];
	char *text;

	if (size < 1)
		return 0;
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (dns_name_parse(text, size - 1, &name)) {
		const struct dns_query query = { .name = name, .edns_bytes = 1232 };
		size_t length = dns_build(&query, packet), at = DNS_HEADER_SIZE;

		fuzz_law(length <= sizeof packet, "a query fits its buffer");
		fuzz_law(dns_read_name(packet, length, &at, &again) && dns_name_same(&name, &again),
		         "the name in the query is the name that was given");
	}
	if (dns_data_parse(text, (enum dns_type)(data[0] % DNS_TYPES), &parsed))
		fuzz_law(parsed.length <= DNS_DATA_MOST, "data keeps to its limit");
	free(text);
	return 0;
}
