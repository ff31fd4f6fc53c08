#include "monitor/stamp/stamp_key.h"

#include "base/text.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST 1024

/* Returns whether the text is nothing but a key. */
static bool read_hex(struct stamp_key *key, const char *text, size_t length)
{
	size_t digits = 0;

	key->length = 0;
	for (size_t i = 0; i < length; i++) {
		int letter = tolower((unsigned char)text[i]);

		if (isspace(letter))
			continue;
		if (!isxdigit(letter) || digits / 2 >= STAMP_KEY_MOST)
			return false;
		letter = isdigit(letter) ? letter - '0' : letter - 'a' + 10;
		if (digits % 2 == 0)
			key->bytes[digits / 2] = (uint8_t)(letter << 4);
		else
			key->bytes[digits / 2] |= (uint8_t)letter;
		digits++;
	}
	key->length = digits / 2;
	return digits % 2 == 0 && key->length >= STAMP_KEY_LEAST;
}

static int read_file(FILE *file, struct stamp_key *key, struct error *err)
{
	char text[FILE_MOST];
	struct stat about;
	size_t length;
	bool good;

	if (fstat(fileno(file), &about) == 0 && about.st_mode & (S_IROTH | S_IWOTH)) {
		error_set(err, ERROR_DATA, "a key that everybody may %s is no secret",
		          about.st_mode & S_IROTH ? "read" : "write");
		return error_hint(err, "chmod o-rwx it, and make a new key if others have an account here");
	}
	length = fread(text, 1, sizeof text, file);
	good = !ferror(file) && length < sizeof text && read_hex(key, text, length);
	OPENSSL_cleanse(text, sizeof text);
	if (good)
		return 0;
	error_set(err, ERROR_DATA, "is not a key: %d to %d bytes as hexadecimal digits", STAMP_KEY_LEAST,
	          STAMP_KEY_MOST);
	return error_hint(err, "openssl rand -hex 32 makes one");
}

int stamp_key_load(struct stamp_key *key, const char *path, struct error *err)
{
	int fd = text_open_file(path, err);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "re");

	*key = (struct stamp_key){ .length = 0 };
	if (fd < 0)
		return err->code;
	if (!file) {
		close(fd);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	if (read_file(file, key, err) < 0)
		error_at(err, path, 0, NULL);
	fclose(file);
	return err->code;
}
