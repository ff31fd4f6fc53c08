#include "calc/liability/ceiling_part.h"
#include "calc/exact.h"

#include <string.h>

static const char *const head_names[HEAD_COUNT] = { [HEAD_DIRECT] = "direct loss",
	                                            [HEAD_LOST_PROFIT] = "lost profit",
	                                            [HEAD_SPECIAL] = "loss from special circumstances" };

/* ---- shared ---- */

void limit_note(struct limit *l, const char *note)
{
	struct ceiling *out = l->out;
	const char **longer = arena_array(l->judge->arena, out->note_count + 1, sizeof *longer);

	for (size_t i = 0; i < out->note_count; i++)
		longer[i] = out->notes[i];
	longer[out->note_count++] = note;
	out->notes = longer;
}

const char *limit_clause(const struct limit *l, const char *clause)
{
	return contract_clause(l->judge->arena, l->contract, clause);
}

bool limit_month_is_judged(const struct limit *l)
{
	const char *month = l->judge->c->period.month;

	return month && l->loss->cause_month && strcmp(month, l->loss->cause_month) == 0;
}

/* ---- heads of loss ---- */

static bool is_lifted(const struct excluded_head *x, const struct liability_record *loss)
{
	return (loss->intent && x->lifted_by_intent) ||
	       (loss->gross_negligence && x->lifted_by_gross_negligence);
}

/* The contract's rule that excludes a head for this debtor, lifted or not; NULL: it is owed. */
static const struct excluded_head *rule_of_head(const struct limit *l, enum loss_head head)
{
	for (size_t i = 0; l->contract && i < l->contract->excluded_head_count; i++) {
		const struct excluded_head *x = &l->contract->excluded_heads[i];

		if (x->head == head && (!x->debtor || x->debtor == l->debtor))
			return x;
	}
	return NULL;
}

struct heads {
	int claimed, owed;  /* exact; owed: without those that are excluded */
	bool excluded;      /* some claimed head falls out */
	const char *clause; /* that says so */
};

static int of_share(struct limit *l, const char *label, int whole)
{
	if (l->share < 0)
		return whole;
	return derive(l->judge->book, label, "share of the fault", "$1 * $2", 2, (int[]){ whole, l->share });
}

static void exclude(struct limit *l, struct heads *h, const struct excluded_head *x)
{
	if (!h->excluded)
		h->clause = limit_clause(l, x->clause);
	else if (x->clause)
		h->clause = arena_printf(l->judge->arena, "%s; %s", h->clause, x->clause);
	h->excluded = true;
}

static struct heads heads_of_loss(struct limit *l)
{
	const char *source = arena_printf(l->judge->arena, "record %s", l->loss->id);
	struct book *book = l->judge->book;
	int all[HEAD_COUNT], owed[HEAD_COUNT];
	size_t all_count = 0, owed_count = 0;
	struct heads h = { .excluded = false };

	for (int head = 0; head < HEAD_COUNT; head++) {
		const struct excluded_head *x = rule_of_head(l, (enum loss_head)head);
		const char *amount = l->loss->heads[head];

		if (!amount)
			continue;
		all[all_count] = derive_given(book, head_names[head], source, amount);
		if (!x || is_lifted(x, l->loss))
			owed[owed_count++] = all[all_count];
		if (x && !is_lifted(x, l->loss) && book_sign(book, all[all_count]) > 0)
			exclude(l, &h, x);
		all_count++;
	}
	h.claimed = derive_sum(book, "all heads of the loss", source, all, all_count);
	h.owed = h.excluded
	             ? derive_sum(book, "heads of the loss that are not excluded", h.clause, owed, owed_count)
	             : h.claimed;
	h.claimed = of_share(l, "heads of the loss, the debtor's share", h.claimed);
	h.owed = h.excluded
	             ? of_share(l, "heads of the loss that are not excluded, the debtor's share", h.owed)
	             : h.claimed;
	return h;
}

/* ---- what is lost ---- */

/* out->allowed falls to what limit leaves of it; the difference is a cut where the loss is determined. */
static void cut_to(struct limit *l, const char *why, const char *clause, int limit)
{
	struct ceiling *out = l->out;
	struct book *book = l->judge->book;
	int before = out->allowed;

	if (book_compare(book, before, limit) <= 0)
		return;
	out->allowed = limit;
	if (out->determined >= 0)
		out->cuts[out->cut_count++] =
		    (struct cut){ why, clause,
			          derive(book, why, clause, "$1 - $2", 2, (int[]){ before, limit }) };
}

/* ---- exemptions ---- */

/* The contract's exemption that the loss invokes; NULL: none holds, which is noted with its reason. */
static const struct exemption *accepted_exemption(struct limit *l)
{
	const struct contract *k = l->contract;
	const char *kind = l->loss->exemption;
	struct arena *a = l->judge->arena;

	for (size_t i = 0; i < k->exemption_count; i++) {
		const struct exemption *x = &k->exemptions[i];

		if (strcmp(x->kind, kind) != 0 || (x->debtor && x->debtor != l->debtor))
			continue;
		if (!l->loss->exemption_document) {
			limit_note(l, arena_printf(a, "exemption %s refused: no document proves it (%s)",
			                           kind, limit_clause(l, x->clause)));
			return NULL;
		}
		limit_note(l, arena_printf(a, "exemption %s accepted, proved by %s (%s)", kind,
		                           l->loss->exemption_document, limit_clause(l, x->clause)));
		return x;
	}
	limit_note(l, arena_printf(a, "exemption %s refused: contract %s does not exempt %s for it", kind,
	                           k->id, l->debtor->id));
	return NULL;
}

/* ---- in order ---- */

static void owe_penalty(struct limit *l, const struct penalty *p)
{
	const char *gross = l->loss->intent ? "intent" : "gross negligence";

	cut_to(l, p->sole ? "sole remedy" : "liquidated damages", p->clause, p->amount);
	l->out->most = p->amount;
	limit_note(l, "the penalty is the credit of the service level: it is paid once");
	if (l->loss->intent || l->loss->gross_negligence)
		limit_note(l,
		           arena_printf(l->judge->arena,
		                        "literal reading: the penalty is all that is owed even under %s (%s)",
		                        gross, p->clause));
}

static void owe_nothing(struct limit *l, const struct exemption *x)
{
	const char *clause = limit_clause(l, x->clause);

	l->out->most = derive_given(l->judge->book, "owed under an exemption", clause, "0");
	cut_to(l, "exemption", clause, l->out->most);
}

/* A head stays out, or comes in, whatever a reader expects under intent or gross negligence: that is said. */
static void note_head(struct limit *l, enum loss_head head, const struct excluded_head *x)
{
	const char *intent = l->loss->intent ? "intent" : "gross negligence";
	struct arena *a = l->judge->arena;

	if (is_lifted(x, l->loss))
		limit_note(
		    l, arena_printf(a, "%s is not excluded: %s lifts %s", head_names[head],
		                    l->loss->intent && x->lifted_by_intent ? "intent" : "gross negligence",
		                    limit_clause(l, x->clause)));
	else if (l->loss->intent || l->loss->gross_negligence)
		limit_note(l, arena_printf(a, "literal reading: %s is excluded even under %s (%s)",
		                           head_names[head], intent, limit_clause(l, x->clause)));
}

static void note_heads(struct limit *l)
{
	for (int head = 0; head < HEAD_COUNT; head++) {
		const struct excluded_head *x = rule_of_head(l, (enum loss_head)head);

		if (x && l->loss->heads[head] && exact_compare(l->loss->heads[head], "0") > 0)
			note_head(l, (enum loss_head)head, x);
	}
}

/* What is not excluded, under the cap if there is one. */
static int owe_damages(struct limit *l, const struct heads *h)
{
	struct ceiling *out = l->out;

	note_heads(l);
	if (limit_cap(l) < 0)
		return l->err->code;
	if (h->excluded)
		cut_to(l, "excluded head of loss", h->clause, h->owed);
	if (out->cap >= 0)
		out->most =
		    derive(l->judge->book, "at most under the cap", limit_clause(l, out->rule->clause),
		           "min($1, $2)", 2, (int[]){ h->owed, out->cap });
	else if (h->excluded)
		out->most = h->owed;
	return 0;
}

static int apply_contract(struct limit *l, const struct heads *h)
{
	const struct exemption *x = l->loss->exemption ? accepted_exemption(l) : NULL;
	struct penalty p = { .applies = false };

	if (limit_penalty(l, &p) < 0)
		return l->err->code;
	if (p.applies && x)
		l->statement->policies_used[POLICY_EXEMPTION_BARS_PENALTY] = true;
	if (p.applies && !(x && l->judge->c->policies.on[POLICY_EXEMPTION_BARS_PENALTY])) {
		owe_penalty(l, &p);
		if (x)
			limit_note(l,
			           "the exemption does not bar the penalty: policy exemption_bars_penalty");
		return 0;
	}
	if (x) {
		owe_nothing(l, x);
		return 0;
	}
	return owe_damages(l, h);
}

int ceiling_of(struct judge *j, struct statement *s, const struct contract *contract,
               const struct party *debtor, const struct party *creditor, const struct liability_record *loss,
               int share, struct ceiling *out, struct error *err)
{
	struct limit l = { j, s, contract, debtor, creditor, loss, share, out, err };
	struct heads h;

	*out = (struct ceiling){ .cap = FIGURE_UNKNOWN, .most = FIGURE_UNKNOWN };
	out->cuts = arena_array(j->arena, 1, sizeof *out->cuts);
	h = heads_of_loss(&l);
	out->claimed = h.claimed;
	out->determined =
	    of_share(&l, "determined loss, the debtor's share",
	             derive_given(j->book, "determined loss", arena_printf(j->arena, "record %s", loss->id),
	                          loss->determined));
	out->allowed = out->determined >= 0 ? out->determined : out->claimed;
	return contract ? apply_contract(&l, &h) : 0;
}
