/* config: slamon.json. What is refused says where and why; what is accepted is accepted again. */
#include "monitor/config/config.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	struct error err = { 0 };
	int rc = config_parse(&config, "fuzz.json", (const char *)data, size, &err);

	if (rc < 0) {
		fuzz_law(err.code == rc, "the error is the one that is returned");
		fuzz_law(strlen(err.text) > 0, "a refusal has a text");
		fuzz_law(config.target_count == 0, "nothing is half accepted");
		return 0;
	}
	fuzz_law(err.code == 0, "what is accepted leaves no error");
	fuzz_law(config.target_count > 0 && config.vantage_number > 0, "what is needed is there");
	for (size_t i = 0; i < config.target_count; i++)
		fuzz_law(config.targets[i].kind && config.targets[i].probe &&
		             config.targets[i].interval_s > 0 && config.targets[i].number > 0,
		         "every target can be probed");
	fuzz_law(!config_fixed_change(&config, &config), "a configuration does not differ from itself");
	config_release(&config);
	return 0;
}
