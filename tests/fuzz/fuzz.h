/*
 * fuzz: one file fuzz_NAME.c for each thing that reads bytes it cannot trust. Each gives one function, which libFuzzer
 * calls with inputs that it invents (`make fuzz`) and replay.c with those in corpus/NAME (`make check`).
 *
 * A target aborts when a law of its own is broken (fuzz_law); the sanitizers do for everything else.
 */
#ifndef GOVSLA_TESTS_FUZZ_FUZZ_H
#define GOVSLA_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_law(int holds, const char *law)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", law);
	abort();
}

#endif
