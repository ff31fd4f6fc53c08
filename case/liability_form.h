/*
 * liability_form: the shipped forms of a contract's rules of liability (contracts/liability, govsla-liability-form/1).
 *
 * A form is the wording of a published model contract or of a proposed amendment as data: caps, excluded heads of loss,
 * exemptions, liquidated damages, each with its clause, its own words and how well they are known; and further articles
 * for a reader. It calls the parties by their roles; what it leaves blank ("○ケ月") a contract fills by form_values.
 *
 *     struct liability_form form;
 *     if (liability_form_open(&form, NULL, "guideline-model", &err) < 0) ...
 *     ... form.doc ...
 *     liability_form_release(&form);
 *
 * Not a judge: contract_rules.c reads the rules into a contract, calc/liability/ceiling.h applies them.
 */
#ifndef GOVSLA_CASE_LIABILITY_FORM_H
#define GOVSLA_CASE_LIABILITY_FORM_H

#include "base/document.h"
#include "calc/contract.h"
#include "case/shipped.h"

struct liability_form {
	const struct shipped_file *file;
	struct document doc;
	const char *id, *title; /* borrowed from doc */
	const json_t *kinds;    /* of contracts that it is written for */
	const json_t *open;     /* what it leaves blank: name → what it is; NULL: nothing */
};

/* Who a rule of a form binds. */
enum liability_role {
	ROLE_PROVIDER, /* CSP/NSP (ア), DA (イ), OMA (ウ), ASP (エ) */
	ROLE_CUSTOMER, /* DA (ア), LG (the others) */
};

/* "provider", "customer" */
extern const char *const liability_roles[];

/* The party of the contract in a role. */
const struct party *contract_role(const struct contract *k, enum liability_role role);

/* Whether a shipped file is a form; the form's name from the file's. */
bool liability_form_is(const struct shipped_file *file);

/* Reads the form in a shipped file. Returns 0 or ERROR_DATA; on failure there is nothing to release. */
int liability_form_read(struct liability_form *form, const struct shipped_file *file,
                        struct error *err) MUST_CHECK;

/* The form of that id; where is what messages point at, or NULL. */
int liability_form_open(struct liability_form *form, const struct node *where, const char *id,
                        struct error *err) MUST_CHECK;

/*
 * That the form is written for such a contract and that its form_values fill all that is left blank and nothing else;
 * object is the contract as JSON. *values: its form_values, to read them from.
 */
int liability_form_fit(const struct liability_form *form, const struct contract *k, const struct node *object,
                       struct node *values, struct error *err) MUST_CHECK;

void liability_form_release(struct liability_form *form);

#endif
