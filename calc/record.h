/*
 * record: what people entered about losses and money: claims, acknowledgements, recoveries, payments, reductions,
 * reversals. Append-only: a mistake is undone by a reversal that names its cause. JSON: docs/manual/liability.md.
 */
#ifndef GOVSLA_CALC_RECORD_H
#define GOVSLA_CALC_RECORD_H

#include "calc/contract.h"

struct service;

/* In the order in which records of one day are entered; a reversal comes last. */
enum record_of {
	RECORD_LOSS,
	RECORD_CLAIM,
	RECORD_ACKNOWLEDGEMENT,
	RECORD_REDUCTION, /* a fee reduction received: pass-through (5.2), never a recovery */
	RECORD_RECOVERY,
	RECORD_PAYMENT,
	RECORD_REVERSAL
};

enum money_form { PAID_CASH, PAID_CREDIT, PAID_SET_OFF };

struct fault_share {
	const struct party *party;
	exact share; /* of 1 */
};

struct miss { /* the SLA item whose miss caused the loss */
	const struct service *service;
	const char *level;
};

struct liability_record {
	size_t index; /* in the case's list, for messages */
	const char *id, *document;
	enum record_of kind;
	int64_t day; /* days since 1970-01-01 */
	const char *
	    incident; /* what it belongs to: recoveries are shared among losses of the same; NULL: none named */
	/* a loss */
	const struct party *sufferer;
	struct fault_share *faults; /* sum to 1; the sufferer's own share among them (Civil Code 418) */
	size_t fault_count;
	exact heads[HEAD_COUNT]; /* NULL: none */
	exact determined;        /* NULL: not determined yet */
	const char *cause_month; /* NULL: not stated */
	bool intent, gross_negligence;
	const struct party *lg; /* in whose use it happened, where neither side is an LG; NULL not stated */
	enum use_mode mode;     /* USE_NOT_STATED: as the contracts say */
	const struct contract *contract; /* under which it falls where two would fit; NULL not stated */
	struct miss *misses;
	size_t miss_count;
	bool misses_stated;                         /* an empty list too: the loss came from no miss */
	const char *exemption, *exemption_document; /* the cause that exempts, and its proof; NULL none */
	/* money from one party to another */
	const struct party *from, *to;
	exact amount;
	const char *currency; /* NULL: JPY */
	enum money_form form;
	bool own_loss;                   /* a recovery for the receiver's own loss: shared with nobody */
	const struct service **services; /* of a reduction: the services whose fees were reduced */
	size_t service_count;
	/* a reversal */
	const struct liability_record *reverses;
	const char *cause;
	bool own_loss_stated; /* own_loss is not the default */
};

#endif
