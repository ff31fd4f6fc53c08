/* table3_agreement: individual agreements that prevail over Table 3 (fn. 8, 9), and direct claims (§4.1.4). */
#include "calc/liability/table3_part.h"

static bool is_party(const struct agreement *g, const struct party *p)
{
	for (size_t i = 0; i < g->party_count; i++)
		if (g->parties[i] == p)
			return true;
	return false;
}

/* Whether the agreement holds for the use in which the loss happened: it names that municipality, or none. */
static int holds_for_use(struct question *q, const struct agreement *g, bool *out, struct error *err)
{
	bool names_lg = false;

	for (size_t i = 0; i < g->party_count; i++)
		names_lg = names_lg || g->parties[i]->kind == PARTY_LG;
	*out = true;
	if (!names_lg)
		return 0;
	if (find_lg(q, err) < 0)
		return err->code;
	*out = is_party(g, q->lg);
	return 0;
}

/* 共同利用 or 単独利用, as the loss or the contracts of the use say. */
static int find_mode(const struct question *q, enum use_mode *out, struct error *err)
{
	*out = q->loss->mode;
	for (size_t i = 0; *out == USE_NOT_STATED && i < q->c->contract_count; i++) {
		const struct contract *k = &q->c->contracts[i];

		if ((k->parties[0] == q->lg || k->parties[1] == q->lg) && k->mode != USE_NOT_STATED &&
		    in_effect(q->loss, k->from_day, k->to_day))
			*out = k->mode;
	}
	for (size_t i = 0; q->loss->mode == USE_NOT_STATED && i < q->c->contract_count; i++) {
		const struct contract *k = &q->c->contracts[i];

		if ((k->parties[0] == q->lg || k->parties[1] == q->lg) && k->mode != USE_NOT_STATED &&
		    k->mode != *out && in_effect(q->loss, k->from_day, k->to_day)) {
			error_set(err, ERROR_DATA,
			          "the contracts of '%s' state both joint and single use: say which",
			          q->lg->id);
			return question_refused(q, err, "mode", NULL);
		}
	}
	return 0;
}

/* §4.1.4②③: in joint use for the fault of either, in single use for OMA's fault that harms ASP. */
static int reaches(const struct question *q, bool *out, struct error *err)
{
	enum use_mode mode;

	*out = q->fault->kind == PARTY_OMA;
	if (*out)
		return 0;
	if (find_mode(q, &mode, err) < 0)
		return err->code;
	if (mode == USE_NOT_STATED) {
		error_set(err, ERROR_DATA,
		          "whether the direct claim reaches a fault of '%s' hangs on joint or single use: "
		          "say which",
		          q->fault->id);
		return question_refused(q, err, "mode", NULL);
	}
	*out = mode == USE_JOINT;
	return 0;
}

static int matches(struct question *q, const struct agreement *g, bool *out, struct error *err)
{
	const struct party *sufferer = q->loss->sufferer;

	*out = false;
	if (!in_effect(q->loss, g->from_day, g->to_day))
		return 0;
	if (g->kind == AGREEMENT_ROUTE) {
		if (g->fault != q->fault || g->sufferer != sufferer)
			return 0;
		return holds_for_use(q, g, out, err);
	}
	if (side_of(q->fault) != SIDE_FIRM || side_of(sufferer) != SIDE_FIRM ||
	    q->fault->kind == sufferer->kind || !is_party(g, q->fault) || !is_party(g, sufferer))
		return 0;
	if (holds_for_use(q, g, out, err) < 0 || !*out)
		return err->code;
	return reaches(q, out, err);
}

/* The agreement that prevails: a route over a direct claim; NULL where the table holds. */
int find_agreement(struct question *q, const struct agreement **out, struct error *err)
{
	*out = NULL;
	for (size_t i = 0; i < q->c->agreement_count; i++) {
		const struct agreement *g = &q->c->agreements[i];
		bool match;

		if (matches(q, g, &match, err) < 0)
			return err->code;
		if (!match || (*out && (*out)->kind == AGREEMENT_ROUTE && g->kind != AGREEMENT_ROUTE))
			continue;
		if (*out && (*out)->kind == g->kind) {
			error_set(err, ERROR_DATA, "the agreements '%s' and '%s' both speak of it",
			          (*out)->id, g->id);
			return question_refused(q, err, "fault", q->fault->id);
		}
		*out = g;
	}
	return 0;
}

void take_agreement(const struct question *q, const struct agreement *g, struct claim_route *out)
{
	if (g->kind == AGREEMENT_DIRECT_CLAIM) {
		say(out, "direct-claim",
		    "agreed by LG, OMA and ASP: claimed directly, not through DA (§4.1.4)");
		out->edge_count = 1;
		out->edges[0] =
		    (struct route_edge){ .debtor = q->fault, .creditor = q->loss->sufferer, .agreement = g };
		return;
	}
	say(out, "agreement", "an individual agreement prevails over Table 3 (fn. 8, 9)");
	out->edge_count = g->edge_count;
	out->edges = arena_array(q->arena, g->edge_count, sizeof *out->edges);
	for (size_t i = 0; i < g->edge_count; i++)
		out->edges[i] = (struct route_edge){ .debtor = g->edges[i].debtor,
			                             .creditor = g->edges[i].creditor,
			                             .contract = g->edges[i].contract,
			                             .agreement = g };
}
