/*
 * dns_judge: whether an answer is the expected one. Pure.
 *
 * What counts as the answer are the records of the asked type (class IN) of the asked name, or of the name that its
 * CNAMEs lead to within the answer; other records are not looked at.
 */
#ifndef GOVSLA_MONITOR_DNS_JUDGE_H
#define GOVSLA_MONITOR_DNS_JUDGE_H

#include "base/sample.h"
#include "monitor/dns/dns_data.h"
#include "monitor/dns/dns_message.h"

#include <stddef.h>

#define DNS_WANTED_MOST  64
#define DNS_ALIASES_MOST 16 /* CNAMEs after one another; a longer chain leads nowhere, as at resolvers */

enum dns_match {
	DNS_MATCH_ALL,   /* all that is wanted is there, perhaps more; nothing wanted: any record */
	DNS_MATCH_ANY,   /* some of it is; nothing wanted: any record */
	DNS_MATCH_EXACT, /* all of it and nothing else; nothing wanted: no record */
};

struct dns_wanted { /* what dns_data_parse() made of a text */
	const uint8_t *bytes;
	size_t length;
};

struct dns_expectation {
	enum dns_type type;     /* that was asked for */
	enum dns_status status; /* the records are looked at when this is DNS_NOERROR */
	enum dns_match match;
	const struct dns_wanted *wanted; /* DNS_WANTED_MOST at the most */
	size_t wanted_count;
};

/* FAILURE_NONE, …_DNS_NO_NAME, …_DNS_STATUS, …_ANSWER_MISMATCH or …_PROTOCOL (a record's data is malformed). */
enum sample_failure dns_judge(const struct dns_message *message, const struct dns_name *asked,
                              const struct dns_expectation *expected, struct dns_data *room);

#endif
