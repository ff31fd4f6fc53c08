#include "base/sample.h"

#include <stddef.h>
#include <string.h>

static const char *const outcome_names[] = {
	[SAMPLE_UP] = "up",
	[SAMPLE_DOWN] = "down",
	[SAMPLE_MISSED] = "missed",
};

static const char *const failure_names[] = {
	[FAILURE_NONE] = "",
	[FAILURE_TIMEOUT] = "timeout",
	[FAILURE_DNS] = "dns",
	[FAILURE_REFUSED] = "refused",
	[FAILURE_UNREACHABLE] = "unreachable",
	[FAILURE_RESET] = "reset",
	[FAILURE_TLS] = "tls",
	[FAILURE_HTTP_STATUS] = "http status",
	[FAILURE_BODY_MISMATCH] = "body mismatch",
	[FAILURE_PROTOCOL] = "protocol",
	[FAILURE_TLS_CERTIFICATE] = "tls certificate",
	[FAILURE_TLS_EXPIRED] = "tls expired",
	[FAILURE_TLS_VERSION] = "tls version",
	[FAILURE_DNS_NO_NAME] = "dns no such name",
	[FAILURE_DNS_STATUS] = "dns status",
	[FAILURE_ANSWER_MISMATCH] = "answer mismatch",
	[FAILURE_REDIRECT] = "redirect",
	[FAILURE_LOSS] = "loss",
	[FAILURE_IN_FLIGHT_CAP] = "in-flight cap",
	[FAILURE_NOT_RUNNING] = "not running",
	[FAILURE_SEND] = "send",
	[FAILURE_NO_RECORD] = "no record",
	[FAILURE_OWN_SIDE] = "own side",
	[FAILURE_PROXY] = "proxy",
	[FAILURE_RATE_LIMIT] = "rate limit",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *sample_outcome_name(int outcome)
{
	if (outcome < 0 || (size_t)outcome >= COUNT(outcome_names))
		return NULL;
	return outcome_names[outcome];
}

int sample_outcome_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(outcome_names); i++)
		if (strcmp(name, outcome_names[i]) == 0)
			return (int)i;
	return -1;
}

const char *sample_failure_name(int failure)
{
	if (failure < 0 || (size_t)failure >= COUNT(failure_names))
		return NULL;
	return failure_names[failure];
}
