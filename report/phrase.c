#include "report/phrase.h"

#include <string.h>

#define PARTS_MOST 4

struct pattern {
	const char *english, *japanese; /* {} in the same order in both */
	const char *plain;              /* English, where calc/ writes an identifier */
};

static const struct pattern patterns[] = {
	/* labels: time */
	{ "length of the period", "期間の長さ（秒）", NULL },
	{ "objective of {}", "{} の保証値・目標値", NULL },
	{ "T, fixed hours", "T（固定時間、秒）", NULL },
	{ "T, length of the period", "T（期間の長さ、秒）", NULL },
	{ "T less excluded time", "T − 除外時間（秒）", NULL },
	{ "seconds down", "停止（秒）", NULL },
	{ "seconds either up or down", "境界：停止か稼働か未確定（秒）", NULL },
	{ "seconds unmeasured", "未計測（秒）", NULL },
	{ "seconds obscured (a part of unmeasured)", "うち遮蔽（秒）", NULL },
	{ "seconds excluded", "除外（秒）", NULL },
	{ "denominator", "分母：算定の対象時間（秒）", NULL },
	{ "denominator in real time", "分母（実時間、秒）", NULL },
	{ "denominator of the point value", "算定値の分母（秒）", NULL },
	{ "downtime, least", "停止時間の最小（秒）", NULL },
	{ "downtime, most", "停止時間の最大（秒）", NULL },
	{ "downtime of the point value", "算定値の停止時間（秒）", NULL },
	{ "availability, worst reading", "稼働率：最悪の場合（%）", NULL },
	{ "availability, best reading", "稼働率：最良の場合（%）", NULL },
	{ "availability by the contract's method", "稼働率：契約の方式（%）", NULL },
	{ "coverage", "計測率（1に対する割合）", NULL },
	{ "least coverage", "必要な計測率（1に対する割合）", NULL },
	{ "shortest outage that the samples can prove, seconds", "この間隔で証明できる最も短い停止（秒）",
	  NULL },
	/* labels: delay */
	{ "samples received", "応答数", NULL },
	{ "samples sent", "送信数", NULL },
	{ "sum of round trips, µs", "往復時間の合計（µs）", NULL },
	{ "mean round trip, ms", "往復時間の平均（ms）", NULL },
	{ "p{}, ms", "{}パーセンタイル（ms）", NULL },
	{ "loss", "損失率（1に対する割合）", NULL },
	{ "time not excluded", "除外しない時間（秒）", NULL },
	/* labels: credit */
	{ "credit rate if missed, per cent", "未達の場合の減額率（%）", NULL },
	{ "credit rate if met, per cent", "達成の場合の減額率（%）", NULL },
	{ "credit rate of {} at the point value, per cent", "{} の減額率：算定値による（%）", NULL },
	{ "credit rate of {} at the best reading, per cent", "{} の減額率：最良の場合（%）", NULL },
	{ "credit rate of {} at the worst reading, per cent", "{} の減額率：最悪の場合（%）", NULL },
	{ "credit of {} at the point value, exact", "{} の減額：算定値による（端数処理前）", NULL },
	{ "credit of {} at the best reading, exact", "{} の減額：最良の場合（端数処理前）", NULL },
	{ "credit of {} at the worst reading, exact", "{} の減額：最悪の場合（端数処理前）", NULL },
	{ "credit of all levels, exact", "全項目の減額（端数処理前）", NULL },
	{ "credit under the cap", "上限を当てた減額", NULL },
	{ "fee less credit, exact", "利用料 − 減額（端数処理前）", NULL },
	{ "reduced fee", "減額後の利用料", NULL },
	{ "fee of {}", "{} の利用料", NULL },
	{ "fees of all payers", "全負担者の利用料", NULL },
	{ "credit of the level alone, determined", "項目単独の減額（端数処理後）", NULL },
	{ "credit of the level alone, all payers", "項目単独の減額（全負担者）", NULL },
	{ "credit of the level, all payers, exact", "項目の減額（全負担者、端数処理前）", NULL },
	{ "credit payable to {} at the point value", "{} の利用料についての減額：算定値による",
	  "credit on the fee of {} at the point value" },
	{ "credit payable to {} at the best reading", "{} の利用料についての減額：最良の場合",
	  "credit on the fee of {} at the best reading" },
	{ "credit payable to {} at the worst reading", "{} の利用料についての減額：最悪の場合",
	  "credit on the fee of {} at the worst reading" },
	{ "credit, all payers", "減額の合計", NULL },
	{ "credit at the best reading, all payers", "減額の合計：最良の場合", NULL },
	{ "credit at the worst reading, all payers", "減額の合計：最悪の場合", NULL },
	/* labels: chain */
	{ "cap of {}", "{} の責任の上限", NULL },
	{ "direct loss", "直接の損害", NULL },
	{ "lost profit", "逸失利益", NULL },
	{ "loss from special circumstances", "特別の事情による損害", NULL },
	{ "loss claimed by {}", "{} が請求する損害", NULL },
	{ "claimed by {}", "{} の請求額", NULL },
	{ "claimed by the municipalities", "地方公共団体の請求額の合計", NULL },
	{ "claimed so far", "これまでの請求額", NULL },
	{ "claimed", "請求額", NULL },
	{ "determined loss of {}", "{} の確定損害", NULL },
	{ "determined losses of the municipality", "当該団体の確定損害の合計", NULL },
	{ "determined losses in all", "確定損害の総額", NULL },
	{ "recovered, cash", "受領（現金）", NULL },
	{ "recovered so far", "これまでの受領額", NULL },
	{ "recovered", "受領額", NULL },
	{ "acknowledged so far", "これまでに認められた額", NULL },
	{ "acknowledged", "認められた額", NULL },
	{ "payable in all so far", "これまでに支払義務が生じた総額", NULL },
	{ "share of {}, exact", "{} の配分額（端数処理前）", NULL },
	{ "share less what is payable already", "配分額 − すでに支払義務のある額", NULL },
	{ "whole yen of it", "うち円未満を除いた額", NULL },
	{ "taken back: others are ahead of their share", "配分の調整：配分額を超えて先に受けた団体があるため",
	  NULL },
	{ "whole yen that the part allows", "今回の受領で配れる円", NULL },
	{ "to be shared in all", "配分の対象となる総額", NULL },
	{ "of it not yet payable", "うちまだ支払義務の生じていない額", NULL },
	{ "of it in whole yen", "うち円未満を除いた額", NULL },
	{ "residual, carried to the next part", "配り切れない端数（次の受領へ繰越し）", NULL },
	{ "payable to {}", "{} に支払うべき額", NULL },
	{ "payable under the cap", "上限内の支払うべき額", NULL },
	{ "payable", "支払うべき額", NULL },
	{ "paid to {}", "{} への支払済額", NULL },
	{ "paid", "支払済額", NULL },
	{ "open", "未払の額", NULL },
	{ "pending", "未受領による保留", NULL },
	{ "cut", "上限を超える額", NULL },
	{ "cut by the cap", "上限を超える額", NULL },
	/* clauses and sources */
	{ "period", "期間", NULL },
	{ "accepted exclusions", "認めた除外", NULL },
	{ "method duration_ratio", "方式：時間の割合（duration_ratio）", NULL },
	{ "method minute_bucket_all_fail", "方式：1分ごと、全計測の失敗で停止（minute_bucket_all_fail）",
	  NULL },
	{ "timeline of {}, range", "{} の時系列（幅）", NULL },
	{ "timeline of {}, changes at the midpoint", "{} の時系列（変わり目は中間の時刻）", NULL },
	{ "interval of the samples", "計測の間隔", NULL },
	{ "nearest rank of the received samples, ms", "応答を小さい順に並べた順位の値（ms）", NULL },
	{ "mean of the received samples", "応答の平均", NULL },
	{ "terms {}, level {}", "契約条件 {}、項目 {}", NULL },
	{ "terms {}", "契約条件 {}", NULL },
	{ "service {}, fees[{}]", "サービス {}、fees[{}]", NULL },
	{ "record {}", "記録 {}", NULL },
	{ "contract {}", "契約 {}", NULL },
	{ "rate × base", "率 × 基礎額", NULL },
	{ "overlap sum", "項目の重なり：合計する", NULL },
	{ "overlap max", "項目の重なり：最も大きい額", NULL },
	{ "cap of the terms", "契約条件の上限", NULL },
	{ "nothing recorded", "記録なし", NULL },
	{ "nothing yet", "まだない", NULL },
	{ "5.3-1; pro rata to determined losses", "利用基準 5.3①、確定損害の比による", NULL },
	{ "5.3", "利用基準 5.3", NULL },
	{ "floor; the residual is carried", "切捨て、端数は繰り越す", NULL },
	{ "apportion, smallest remainder first", "端数の小さい者から調整", NULL },
	{ "determined less payable and pending", "確定損害 − 支払うべき額 − 保留", NULL },
	/* what would settle it */
	{ "the exact times at which the service changed between two samples",
	  "二つの計測の間で状態が変わった正確な時刻の記録", NULL },
	{ "another party's measurements of the unmeasured time, or the exact times at which the service "
	  "changed "
	  "between two samples",
	  "未計測の時間についての他者の計測、又は二つの計測の間で状態が変わった正確な時刻の記録", NULL },
	{ "any measurement: the period has no time that counts", "計測そのもの（算定の対象となる時間がない）",
	  NULL },
	{ "any received sample", "応答のあった計測", NULL },
	{ "more samples: the coverage is too low", "より多くの計測（計測率が足りない）", NULL },
	/* exclusions */
	{ "maintenance", "計画停止（保守）", NULL },
	{ "force_majeure", "不可抗力", "force majeure" },
	{ "customer", "利用者の都合", NULL },
	{ "no notice, {} days before required", "通知がない（{}日前までに必要）", NULL },
	{ "notice {} days before, {} required", "通知が{}日前（{}日前までに必要）", NULL },
	{ "notice {} days after the start, {} before required", "通知が開始の{}日後（{}日前までに必要）",
	  NULL },
	/* failures */
	{ "timeout", "時間切れ", NULL },
	{ "dns", "名前解決の失敗", NULL },
	{ "refused", "接続の拒否", NULL },
	{ "unreachable", "到達不能", NULL },
	{ "reset", "接続の切断", NULL },
	{ "tls", "TLS・証明書", NULL },
	{ "http status", "HTTP 状態コード", NULL },
	{ "body mismatch", "本文の不一致", NULL },
	{ "protocol", "応答の形式不正", NULL },
	/* policies, confidence, origin */
	{ "nsp_back_to_back", "5.3 の受領額の上限を接続サービス事業者（NSP）にも当てるか",
	  "whether the cap of 5.3 by recovery also holds for the network provider (NSP)" },
	{ "recovery_split", "受領額の団体間の分け方", "how a recovery is split among municipalities" },
	{ "pro_rata_determined", "確定損害の比", "pro rata to determined losses" },
	{ "recovery_fractions", "分けるときの端数", "fractions of a yen when splitting" },
	{ "floor_carried", "切り捨てて次の受領へ繰り越す", "dropped, and carried to the next recovery" },
	{ "recovered_counts", "何を受領と数えるか", "what counts as recovered" },
	{ "cash", "現金のみ", "cash only" },
	{ "state_budget", "国が利用料を負担する場合の減額", "credits where the State pays part of the fee" },
	{ "lg_share", "地方公共団体の負担分だけを減額", "only the municipality's share is credited" },
	{ "none_if_any", "国の負担があれば減額しない", "no credit where the State pays anything" },
	{ "true", "はい", "yes" },
	{ "false", "いいえ", "no" },
	{ "case", "この案件の指定", "stated by the case" },
	{ "default", "既定", NULL },
	{ "official", "公式の本文", NULL },
	{ "transcribed", "公式の本文の転記", NULL },
	{ "second-hand", "第三者の要約", NULL },
	{ "unverified", "未確認", NULL },
	{ "fictitious", "架空（例示）", NULL },
	{ "fictional", "架空（例示）", NULL },
};

struct part { /* what a {} stood for; borrowed from the phrase */
	const char *at;
	size_t length;
};

/* Matches the whole phrase; each {} takes the shortest text up to the next literal. */
static bool match(const char *pattern, const char *phrase, struct part parts[PARTS_MOST])
{
	size_t count = 0;

	while (*pattern) {
		const char *literal, *found;
		char head[64];
		size_t length;

		if (strncmp(pattern, "{}", 2) != 0) {
			if (*pattern++ != *phrase++)
				return false;
			continue;
		}
		literal = pattern += 2;
		length = strcspn(literal, "{");
		if (length >= sizeof head || count == PARTS_MOST)
			return false;
		memcpy(head, literal, length);
		head[length] = '\0';
		found = length == 0 ? phrase + strlen(phrase) : strstr(phrase, head);
		if (!found || found == phrase)
			return false;
		parts[count++] = (struct part){ phrase, (size_t)(found - phrase) };
		phrase = found;
	}
	return *phrase == '\0';
}

static void fill(struct text *out, const char *pattern, const struct part *parts)
{
	for (; *pattern; pattern++)
		if (strncmp(pattern, "{}", 2) == 0) {
			text_append(out, parts->at, parts->length);
			parts++;
			pattern++;
		} else
			text_append(out, pattern, 1);
}

bool phrase_translate(struct text *out, enum language language, const char *english)
{
	struct part parts[PARTS_MOST];

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		const struct pattern *p = &patterns[i];

		if (!match(p->english, english, parts))
			continue;
		fill(out, language == LANGUAGE_JA ? p->japanese : p->plain ? p->plain : p->english, parts);
		return true;
	}
	if (language == LANGUAGE_EN)
		text_add(out, english);
	return language == LANGUAGE_EN;
}
