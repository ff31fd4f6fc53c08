#include "monitor/dns/probe_dns.h"

#include "monitor/dns/dns_exchange.h"
#include "monitor/dns/dns_judge.h"
#include "monitor/net/egress.h"
#include "monitor/net/resolve.h"
#include "monitor/net/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char *const transport_words[] = { "udp", "tcp", NULL };
static const char *const match_words[] = { "all", "any", "exact", NULL };      /* enum dns_match */
static const char *const status_words[] = { "NOERROR",  "FORMERR", "SERVFAIL", /* enum dns_status */
	                                    "NXDOMAIN", "NOTIMP",  "REFUSED",  NULL };

struct dns_config {
	const char *server;
	int64_t port;
	const char *name;
	int type;
	bool recursion_desired;
	int transport;
	int64_t edns_bytes;
	int expect_status;
	struct setting_strings expect_answer;
	int expect_match;
	struct egress egress;
};

static int check_name(const char *value, struct error *err)
{
	struct dns_name name;

	if (dns_name_parse(value, strlen(value), &name))
		return 0;
	error_set(err, ERROR_DATA, "'%.64s' is not a domain name", value);
	return error_hint(err,
	                  "labels of 1 to 63 ASCII characters, 253 in all; other scripts in their xn-- form");
}

#define PLACE(member) .place = offsetof(struct dns_config, member)

static const struct setting settings[] = {
	{ .key = "server",
	  .type = SETTING_STRING,
	  .required = true,
	  PLACE(server),
	  .help = "address or name of the name server that is asked; a name is resolved before each query, "
	          "which is not part of the round trip" },
	{ .key = "port",
	  .type = SETTING_INTEGER,
	  .standard = "53",
	  .least = 1,
	  .most = 65535,
	  PLACE(port),
	  .help = "port of the name server" },
	{ .key = "name",
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_name,
	  PLACE(name),
	  .help = "name that is asked for, such as \"www.example.jp\"; \".\" is the root" },
	{ .key = "type",
	  .type = SETTING_WORD,
	  .standard = "A",
	  .words = dns_type_words,
	  PLACE(type),
	  .help = "type of the records that are asked for" },
	{ .key = "recursion_desired",
	  .type = SETTING_BOOLEAN,
	  .standard = "true",
	  PLACE(recursion_desired),
	  .help = "whether the server may ask others; false for a server that is to know by itself" },
	{ .key = "transport",
	  .type = SETTING_WORD,
	  .standard = "udp",
	  .words = transport_words,
	  PLACE(transport),
	  .help = "an answer that is truncated over udp is asked for again over tcp, all in one round trip" },
	{ .key = "edns_bytes",
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "1232",
	  .most = 65535,
	  PLACE(edns_bytes),
	  .help = "largest answer over udp that the server may send (EDNS0), 512 or more; 0: without EDNS0, "
	          "which "
	          "means 512; a server that does not know EDNS0 is asked again without" },
	{ .key = "expect_status",
	  .type = SETTING_WORD,
	  .standard = "NOERROR",
	  .words = status_words,
	  PLACE(expect_status),
	  .help = "response code that is up; NXDOMAIN: the name must not exist" },
	{ .key = "expect_answer",
	  .type = SETTING_STRINGS,
	  PLACE(expect_answer),
	  .help = "data of records of the asked type, such as \"192.0.2.1\" or \"10 mail.example.jp\"; "
	          "absent: there must be some record" },
	{ .key = "expect_match",
	  .type = SETTING_WORD,
	  .standard = "all",
	  .words = match_words,
	  PLACE(expect_match),
	  .help = "how much of expect_answer must be in the answer: all, any one, or exactly all and nothing "
	          "else (without expect_answer: no record at all); otherwise down (answer mismatch)" },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(egress) },
	{ .key = NULL },
};

struct flight { /* a probe on its way */
	struct probe_run *run;
	struct resolve_query resolving; /* of the server's name */
	struct dns_exchange exchange;
	bool asked; /* the exchange was started */
	struct flight *spare;
};

struct service {
	const struct probe_context *context;
	struct sockets *sockets;
	struct flight *spare;
	struct dns_room room;
	struct dns_data data;
};

struct plan {
	struct probe_plan common;
	const struct dns_config *config;
	union address address;  /* sa_family AF_UNSPEC: a name, to be resolved */
	struct dns_query query; /* without its id */
	struct dns_expectation expectation;
	struct dns_wanted wanted[]; /* and behind them their bytes */
};

/* ---- the end of a probe ---- */

static void end(struct flight *flight, struct verdict verdict, int64_t rtt_us)
{
	struct probe_run *run = flight->run;
	struct service *service = run->service;

	dns_exchange_end(&flight->exchange);
	flight->spare = service->spare;
	service->spare = flight;
	run->state = NULL;
	if (verdict.failure == FAILURE_NONE && rtt_us > run->timeout_us) /* waited in the socket until now */
		verdict = verdict_of(FAILURE_TIMEOUT);
	probe_end(run, verdict, rtt_us);
}

/* Reads what has come. False: nothing that ends the probe. */
static bool read_answer(struct flight *flight)
{
	struct probe_run *run = flight->run;
	struct service *service = run->service;
	const struct plan *plan = run->plan;
	struct dns_result result = { 0 };

	if (!dns_exchange_read(&flight->exchange, &service->room, &result))
		return false;
	run->kernel_timed = result.kernel_timed;
	if (result.verdict.failure == FAILURE_NONE)
		result.verdict = verdict_of(
		    dns_judge(&result.message, &plan->query.name, &plan->expectation, &service->data));
	end(flight, result.verdict, (result.rtt_ns + 500) / 1000);
	return true;
}

static void on_ready(struct socket_watch *watch, uint32_t events)
{
	(void)events;
	(void)read_answer(watch->owner);
}

/* ---- the start of a probe ---- */

static struct flight *take_flight(struct service *service)
{
	struct flight *flight = service->spare;

	if (!flight)
		return malloc(sizeof *flight);
	service->spare = flight->spare;
	return flight;
}

static uint16_t random_id(void)
{
	uint16_t id = 0;

	while (getrandom(&id, sizeof id, 0) < 0 && errno == EINTR)
		;
	return id;
}

static void ask(struct flight *flight, const union address *address)
{
	struct probe_run *run = flight->run;
	const struct plan *plan = run->plan;
	struct dns_exchange *x = &flight->exchange;
	struct verdict verdict;

	x->query.id = random_id();
	x->address = *address;
	address_set_port(&x->address, (uint16_t)plan->config->port);
	flight->asked = true;
	verdict = dns_exchange_start(x, plan->config->transport);
	run->record.sent_us = x->trip.sent_wall_ns / 1000;
	if (verdict.failure != FAILURE_NONE)
		end(flight, verdict, 0);
}

static void resolved(struct resolve_query *query)
{
	struct flight *flight = query->owner;

	if (query->address_count > 0)
		ask(flight, &query->addresses[0]);
	else
		end(flight, query->verdict, 0);
}

static void start(struct probe_run *run)
{
	struct service *service = run->service;
	const struct plan *plan = run->plan;
	struct flight *flight = take_flight(service);

	if (!flight) {
		probe_not_sent(run, ENOMEM);
		return;
	}
	*flight = (struct flight){
		.run = run,
		.resolving = { .done = resolved, .owner = flight },
		.exchange = { .query = plan->query,
		              .formerr_counts = plan->expectation.status == DNS_FORMERR,
		              .egress = &plan->config->egress,
		              .sockets = service->sockets,
		              .watch = { .fd = -1, .ready = on_ready, .owner = flight } },
	};
	run->state = flight;
	if (plan->address.any.sa_family != AF_UNSPEC) {
		ask(flight, &plan->address);
		return;
	}
	run->record.sent_us = moment_wall_us();
	resolve_start(service->context->resolver, plan->config->server, &plan->config->egress,
	              &flight->resolving);
}

/* The answer may be waiting in the socket, if this process could not run: read before judging. */
static void expire(struct probe_run *run)
{
	struct flight *flight = run->state;

	if (!flight->asked) {
		end(flight, resolve_expire(&flight->resolving), 0);
	} else if (!read_answer(flight)) {
		end(flight, verdict_of(FAILURE_TIMEOUT), 0);
	}
}

/* ---- life cycle ---- */

static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);

	if (!service)
		return error_set(err, ERROR_MEMORY, "out of memory");
	service->context = context;
	if (sockets_open(&service->sockets, context->loop, err) < 0) {
		free(service);
		return err->code;
	}
	*out = service;
	return 0;
}

static int check_answers(const struct node *probe, const struct dns_config *config, struct error *err)
{
	struct node array = node_member(probe, "expect_answer");
	struct dns_data *data = malloc(sizeof *data);

	if (!data)
		return error_set(err, ERROR_MEMORY, "out of memory");
	for (size_t i = 0; i < config->expect_answer.count && !err->code; i++) {
		struct node item = node_item(&array, i);

		if (dns_data_parse(config->expect_answer.at[i], (enum dns_type)config->type, data))
			continue;
		node_fail(&item, err, "'%.64s' is not the data of a record of type %s",
		          config->expect_answer.at[i], dns_type_words[config->type]);
		error_hint(err, "write it like '%s'", dns_type_example((enum dns_type)config->type));
	}
	free(data);
	return err->code;
}

static int check(const struct node *probe, const void *config_pointer, struct error *err)
{
	const struct dns_config *config = config_pointer;
	struct node answers = node_member(probe, "expect_answer"), edns = node_member(probe, "edns_bytes"),
	            match = node_member(probe, "expect_match");

	if (config->edns_bytes > 0 && config->edns_bytes < DNS_EDNS_LEAST)
		return node_fail(&edns, err, "is 0 or at least %d", DNS_EDNS_LEAST);
	if (config->expect_answer.count > DNS_WANTED_MOST)
		return node_fail(&answers, err, "more than %d texts", DNS_WANTED_MOST);
	if (config->expect_answer.count > 0 && config->expect_status != DNS_NOERROR)
		return node_fail(&answers, err, "an answer of status %s has no records",
		                 status_words[config->expect_status]);
	if (config->expect_answer.count == 0 && config->expect_match == DNS_MATCH_ANY)
		return node_fail(&match, err, "'any' needs something in 'expect_answer'");
	if (config->expect_answer.at && config->expect_answer.count == 0 &&
	    config->expect_match != DNS_MATCH_EXACT)
		return node_fail(&answers, err,
		                 "is empty, which only 'expect_match' \"exact\" gives a meaning");
	if (check_answers(probe, config, err) < 0)
		return err->code;
	return egress_check(probe, &config->egress, config->server, "server", false, err);
}

/* Room for the wanted data: never longer than their texts and what a name or string adds to it. */
static size_t wanted_size(const struct dns_config *config)
{
	size_t size = 0;

	for (size_t i = 0; i < config->expect_answer.count; i++)
		size += strlen(config->expect_answer.at[i]) + DNS_NAME_MOST;
	return size;
}

static void keep_wanted(struct service *service, struct plan *plan)
{
	const struct setting_strings *texts = &plan->config->expect_answer;
	uint8_t *at = (uint8_t *)&plan->wanted[texts->count];

	for (size_t i = 0; i < texts->count; i++) {
		if (!dns_data_parse(texts->at[i], plan->expectation.type, &service->data))
			continue; /* check() has seen that it can be */
		memcpy(at, service->data.bytes, service->data.length);
		plan->wanted[i] = (struct dns_wanted){ at, service->data.length };
		at += service->data.length;
	}
}

static int prepare(void *service, const void *config_pointer, struct probe_plan **out, struct error *err)
{
	const struct dns_config *config = config_pointer;
	size_t count = config->expect_answer.count;
	struct plan *plan = calloc(1, sizeof *plan + count * sizeof plan->wanted[0] + wanted_size(config));

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->common.destination = config->server;
	*out = &plan->common;
	plan->config = config;
	plan->query = (struct dns_query){ .type = dns_type_number((enum dns_type)config->type),
		                          .recursion_desired = config->recursion_desired,
		                          .edns_bytes = (uint16_t)config->edns_bytes };
	if (!dns_name_parse(config->name, strlen(config->name), &plan->query.name))
		return check_name(config->name, err);
	plan->expectation = (struct dns_expectation){ .type = (enum dns_type)config->type,
		                                      .status = (enum dns_status)config->expect_status,
		                                      .match = (enum dns_match)config->expect_match,
		                                      .wanted = plan->wanted,
		                                      .wanted_count = count };
	keep_wanted(service, plan);
	(void)address_literal(config->server, egress_family_number(&config->egress), &plan->address);
	return 0;
}

static void close_service(void *service_pointer)
{
	struct service *service = service_pointer;

	while (service->spare) {
		struct flight *flight = service->spare;

		service->spare = flight->spare;
		free(flight);
	}
	sockets_close(service->sockets);
	free(service);
}

const struct probe_kind probe_dns = {
	.name = "dns",
	.help = "DNS query over UDP or TCP to one name server",
	.settings = settings,
	.config_size = sizeof(struct dns_config),
	.check = check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.unprepare = free,
	.close = close_service,
};
