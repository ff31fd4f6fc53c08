#include "report/phrase.h"
#include "report/words.h"
#include "suite.h"

#include <string.h>

static bool has_kana_or_kanji(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0xE3 && (unsigned char)*text <= 0xE9)
			return true;
	return false;
}

/* Words that one language does without; every other is there in both. */
static bool may_be_empty(enum word word)
{
	return word == W_BAND_BELOW || word == W_BAND_TO || word == W_CAP_PERCENT ||
	       word == W_CAP_PERCENT_END;
}

START_TEST(every_word_is_there_in_both_languages)
{
	for (int i = 0; i < WORD_COUNT; i++) {
		const char *ja = word_of(LANGUAGE_JA, i), *en = word_of(LANGUAGE_EN, i);

		ck_assert_ptr_nonnull(ja);
		ck_assert_ptr_nonnull(en);
		ck_assert_msg(may_be_empty(i) || (*ja && *en), "%s is empty", word_key(i));
		ck_assert_msg(!has_kana_or_kanji(en), "%s: the English is Japanese", word_key(i));
	}
}
END_TEST

START_TEST(words_need_no_escaping)
{
	for (int i = 0; i < WORD_COUNT; i++)
		for (int k = 0; k < LANGUAGE_COUNT; k++)
			ck_assert_msg(!strpbrk(word_of(k, i), "<>\""), "%s would be markup", word_key(i));
}
END_TEST

START_TEST(keys_are_unique)
{
	for (int i = 0; i < WORD_COUNT; i++)
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(word_key(i), word_key(k));
}
END_TEST

static void translates(const char *english, const char *want)
{
	struct text out = { 0 };

	ck_assert_msg(phrase_translate(&out, LANGUAGE_JA, english), "no translation of '%s'", english);
	ck_assert_str_eq(text_string(&out), want);
	text_release(&out);
}

START_TEST(phrases_keep_names_and_numbers)
{
	translates("coverage", "計測率（1に対する割合）");
	translates("fee of lg-a", "lg-a の利用料");
	translates("cap of lg-a", "lg-a の責任の上限");
	translates("cap of the terms", "契約条件の上限");
	translates("terms own-line, level delay", "契約条件 own-line、項目 delay");
	translates("notice 3 days before, 7 required", "通知が3日前（7日前までに必要）");
	translates("exemption x refused: no document proves it (contract エ, 24-1(5))",
	           "免責事由 x を認めない：証する文書がない（契約 エ, 24-1(5)）");
	translates("timeline of a of b, range", "a of b の時系列（幅）");
	translates("one level only, the largest: a; also: cut by a cap",
	           "一つの項目だけ（選択がないため最も大きいもの：a）；上限により減らした");
	translates("credit rate of 稼働率 at the best reading, per cent", "稼働率 の減額率：最良の場合（%）");
}
END_TEST

START_TEST(unknown_phrases_are_not_guessed)
{
	static const char *const unknown[] = { "", "fee of ", "coverage of x", "something else",
		                               "cut by a cap; also: something else" };

	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		struct text out = { 0 };

		ck_assert(!phrase_translate(&out, LANGUAGE_JA, unknown[i]));
		ck_assert_uint_eq(out.length, 0);
		ck_assert(phrase_translate(&out, LANGUAGE_EN, unknown[i]));
		ck_assert_str_eq(text_string(&out), unknown[i]);
		text_release(&out);
	}
}
END_TEST

int main(void)
{
	return run_suite("report/words", (const TTest *const[]){ every_word_is_there_in_both_languages,
	                                                         words_need_no_escaping, keys_are_unique,
	                                                         phrases_keep_names_and_numbers,
	                                                         unknown_phrases_are_not_guessed, NULL });
}
