/*
 * words: every word of a report, in Japanese and English, from the one table words.def.
 *
 * A key is W_…; both languages are compiled in, so that neither a locale nor a catalogue file decides what a
 * statement says (docs/decisions/0007-words-in-one-table.md). The names of the domain are those of docs and JSON.
 */
#ifndef GOVSLA_REPORT_WORDS_H
#define GOVSLA_REPORT_WORDS_H

enum language { LANGUAGE_JA, LANGUAGE_EN };

#define LANGUAGE_COUNT 2

enum word {
#define WORD(key, ja, en) W_##key,
#include "report/words.def"
#undef WORD
	WORD_COUNT
};

/* The word in UTF-8; static. */
const char *word_of(enum language language, enum word word);

/* Its key, such as "VERDICT_MET", for tests and messages. */
const char *word_key(enum word word);

/* "ja", "en": the value of the lang attribute and the middle of a file's name. */
const char *language_code(enum language language);

#endif
