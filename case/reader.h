/*
 * reader: what the files of case/ share while they read one case. Internal to case/.
 */
#ifndef GOVSLA_CASE_READER_H
#define GOVSLA_CASE_READER_H

#include "base/document.h"
#include "base/zone.h"
#include "calc/case.h"
#include "case/case.h"

struct reader {
	struct arena *arena;
	struct sla_case *c;
	const struct sample_source *source; /* NULL: samples stand in the case */
	const char *directory;              /* of the case file, for CSV files beside it */
	const struct party *
	    *party_slots; /* a hash table, at most half full; NULL: the parties were not read here */
	size_t party_slot_count;
};

/* An exact number that is not negative, as text in the arena. */
int read_exact(struct arena *a, const struct node *object, const char *key, enum presence presence,
               exact *out, struct error *err) MUST_CHECK;

/* An instant with offset, in µs. An optional key that is absent leaves *out untouched. */
int read_instant(const struct node *object, const char *key, enum presence presence, int64_t *out_us,
                 struct error *err) MUST_CHECK;

/* A date, as days since 1970-01-01. */
int read_day(const struct node *object, const char *key, enum presence presence, int64_t *out,
             struct error *err) MUST_CHECK;

/*
 * A time above 0 in seconds (at most most_s; at most six places) or in milliseconds (at most a day; three places), as a
 * whole JSON number or as an exact text, in µs. An optional key that is absent leaves *out_us untouched.
 */
int read_seconds(struct arena *a, const struct node *object, const char *key, enum presence presence,
                 int64_t most_s, int64_t *out_us, struct error *err) MUST_CHECK;
int read_milliseconds(struct arena *a, const struct node *object, const char *key, enum presence presence,
                      int64_t *out_us, struct error *err) MUST_CHECK;

/* A string that is not empty and holds no control characters, copied into the arena. */
int read_text(struct arena *a, const struct node *object, const char *key, enum presence presence,
              const char **out, struct error *err) MUST_CHECK;

/* A text that is a currency's code of ISO 4217: three capital letters. "yen" would be money that no rate makes yen. */
int read_currency(struct arena *a, const struct node *object, const char *key, enum presence presence,
                  const char **out, struct error *err) MUST_CHECK;

/* The strings of an optional array, each as of read_text(). */
int read_texts(struct arena *a, const struct node *object, const char *key, const char ***out, size_t *count,
               struct error *err) MUST_CHECK;

/*
 * A rounding of what a contract, an exchange or a late payment determines. An optional key that is absent leaves *out
 * untouched; a required one that is absent is refused with the hint that there is no default.
 */
int read_contract_rounding(struct arena *a, const struct node *object, const char *key,
                           enum presence presence, struct contract_rounding *out,
                           struct error *err) MUST_CHECK;

/* start and end of a span: end after start. */
int read_span(const struct node *object, struct span *out_us, struct error *err) MUST_CHECK;

/* Whether an optional key says something: it may be absent or null. */
static inline bool is_given(const struct node *member)
{
	return member->value && !json_is_null(member->value);
}

/* parties.c: all of them, before everything that names one; the one that key names; the one of an id (NULL: none). */
int read_parties(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_party(const struct reader *r, const struct node *object, const char *key, const struct party **out,
               struct error *err) MUST_CHECK;
/* The keys debtor and creditor: two parties, nobody owes himself. */
int read_debt_parties(const struct reader *r, const struct node *object, const struct party **debtor,
                      const struct party **creditor, struct error *err) MUST_CHECK;
const struct party *find_party(const struct reader *r, const char *id);
const struct service *find_service(const struct sla_case *c, const char *id);

/* contracts.c: a contract by its id; the optional one that the key "contract" names (NULL: none). */
const struct contract *find_contract(const struct sla_case *c, const char *id);
int read_contract_named(const struct reader *r, const struct node *object, const struct contract **out,
                        struct error *err) MUST_CHECK;

/* services.c, for the registry too: the known outages of a service; the optional "bases" of a fee. */
int read_outages(struct reader *r, const struct node *outages, struct service *s,
                 struct error *err) MUST_CHECK;
int read_bases(struct reader *r, const struct node *object, struct fee *out, struct error *err) MUST_CHECK;

/* service_facts.c: what else a case states of a service whose terms and targets are read. */
int read_service_facts(struct reader *r, const struct node *object, struct service *s,
                       struct error *err) MUST_CHECK;

/*
 * Once the period and the services are read: the hours of each level in use that counts them, from a day before the
 * period to a day after it; and which calendars were used. Refuses a period of which the calendar does not speak, and
 * fixed hours beside another T.
 */
int hours_resolve(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;

/* The zone in which days are counted for the terms; Asia/Tokyo where neither terms nor period name one. */
const char *zone_of_terms(const struct sla_case *c, const struct terms *t);

/* The period as the case states it. */
struct period_keys { /* as the case states them */
	struct node node;
	const char *month, *time_zone;
	int64_t start_day, hours;
};

/* Reads the period, what it leaves open from the terms in use. Then: that no terms in use contradict it. */
int read_period(struct reader *r, const struct node *root, struct period_keys *k,
                struct error *err) MUST_CHECK;
int check_agreement(const struct sla_case *c, const int64_t *hours, const struct period_keys *k,
                    struct error *err) MUST_CHECK;

/* Resolves the days of the period's zone and the claim deadlines that hang on the billing month. After services. */
int resolve_days(struct reader *r, const struct period_keys *k, struct error *err) MUST_CHECK;

/* Sorts what people recorded by its names: the last step. */
void order_facts(struct sla_case *c);

int read_claims(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
/* money.c: that the services' fees hold what the credits and caps of their terms look at. */
int check_fees(const struct sla_case *c, const struct node *root, struct error *err) MUST_CHECK;

/* exchange.c; and what stands in invoices.c and late_payments.c: the keys "invoices", "late_payments", "instalments". */
int read_exchanges(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_money(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_invoices(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_late_payments(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_instalments(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;

/* invoices.c: the "tax" of a fee or an invoice: { "included", "percent" }. */
int read_tax(struct reader *r, const struct node *object, bool *stated, bool *included, exact *percent,
             struct error *err) MUST_CHECK;

int read_observations(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_paths(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_services(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_exclusions(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_incidents(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_corrections(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_contracts(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
/*
 * contract_rules.c: caps, excluded heads, exemptions and liquidated damages of a contract whose kind, parties and amount are
 * read, its own or those of its form. The keys: caps, excludes, exemptions, liquidated_damages, form, form_values.
 */
int read_contract_rules(struct reader *r, const struct node *object, struct contract *k,
                        struct error *err) MUST_CHECK;
int read_agreements(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_history(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_records(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;

/* losses.c: the keys of a record of kind 'loss'. */
int read_loss(struct reader *r, const struct node *object, struct liability_record *out,
              struct error *err) MUST_CHECK;
int read_apportionments(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;
int read_policies(struct reader *r, const struct node *root, struct error *err) MUST_CHECK;

#endif
