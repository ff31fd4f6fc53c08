/*
 * replay: runs a fuzz target over the files of its corpus: replay FOLDER. Linked with one fuzz_NAME.c. Prints
 * "N passed, 0 failed"; an input that breaks something ends the program, its name being the last one told.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

#define INPUT_MOST (1 << 20)

static void replay(const char *folder, const char *name)
{
	static uint8_t bytes[INPUT_MOST];
	char path[4096];
	uint8_t *exact;
	FILE *file;
	size_t size;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(1);
	}
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	fprintf(stderr, "%s\n", path);
	exact = malloc(size ? size : 1); /* of exactly that size, so that reading past its end is noticed */
	if (!exact)
		exit(1);
	memcpy(exact, bytes, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int count = 0;

	if (!folder) {
		fprintf(stderr, "usage: replay FOLDER\n");
		return 2;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.') {
			replay(argv[1], entry->d_name);
			count++;
		}
	closedir(folder);
	printf("%d passed, 0 failed\n", count);
	return count ? 0 : 1;
}
