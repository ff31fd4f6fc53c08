#include "report/words.h"

#include <assert.h>

const char *word_of(enum language language, enum word word)
{
	static const char *const table[WORD_COUNT][LANGUAGE_COUNT] = {
#define WORD(key, ja, en) [W_##key] = { ja, en },
#include "report/words.def"
#undef WORD
	};

	assert(word < WORD_COUNT);
	return table[word][language];
}

const char *word_key(enum word word)
{
	static const char *const keys[WORD_COUNT] = {
#define WORD(key, ja, en) [W_##key] = #key,
#include "report/words.def"
#undef WORD
	};

	assert(word < WORD_COUNT);
	return keys[word];
}

const char *language_code(enum language language)
{
	return language == LANGUAGE_JA ? "ja" : "en";
}
