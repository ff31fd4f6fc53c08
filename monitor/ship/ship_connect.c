#include "monitor/ship/ship_connect.h"

#include "base/text.h"
#include "monitor/ship/ship.h"
#include "monitor/ship/ship_sql.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val && o->val[0] ? o->val : NULL;
	return NULL;
}

/* What the string says, else what the environment says. */
static const char *parameter(const struct ship_connect *c, const char *keyword)
{
	const char *value = value_of(c->given, keyword);

	return value ? value : value_of(c->defaults, keyword);
}

static int find_host(struct ship_connect *c, struct error *err)
{
	const char *host = parameter(c, "host"), *address = parameter(c, "hostaddr");
	unsigned char bytes[sizeof(struct in6_addr)];

	c->port = parameter(c, "port");
	if (!c->port)
		c->port = "5432";
	if (value_of(c->given, "service"))
		return error_set(err, ERROR_DATA,
		                 "'service' is not supported: its host's name would "
		                 "be resolved while everything waits");
	/* no host: the default Unix socket; a path: a Unix socket; an address: nothing to resolve */
	if (address || !host || host[0] == '/' || host[0] == '@' || inet_pton(AF_INET, host, bytes) == 1 ||
	    inet_pton(AF_INET6, host, bytes) == 1)
		return 0;
	if (strchr(host, ','))
		return error_set(err, ERROR_DATA, "the list of hosts '%s' needs hostaddr beside it", host);
	c->host = host;
	return 0;
}

static PQconninfoOption *parse_database(const char *database, struct error *err)
{
	char *message = NULL;
	PQconninfoOption *parsed = PQconninfoParse(database ? database : "", &message);
	size_t length = message ? strcspn(message, "\n") : 0;

	if (!parsed)
		error_set(err, message ? ERROR_DATA : ERROR_MEMORY, "%.*s", (int)length,
		          message ? message : "out of memory");
	PQfreemem(message);
	return parsed;
}

int ship_connect_init(struct ship_connect *c, const char *database, int32_t vantage, struct error *err)
{
	memset(c, 0, sizeof(*c));
	ship_role(c->role, vantage);
	c->given = parse_database(database, err);
	if (!c->given)
		return err->code;
	c->defaults = PQconndefaults();
	if (!c->defaults)
		return error_set(err, ERROR_MEMORY, "no memory for the connection's parameters");
	return find_host(c, err);
}

int ship_check_database(const char *database, struct error *err)
{
	struct ship_connect c;

	(void)!ship_connect_init(&c, database, 0, err);
	ship_connect_release(&c);
	return err->code;
}

bool ship_connect_resolved(struct ship_connect *c, const struct addrinfo *found)
{
	struct text hosts = { 0 }, addresses = { 0 };
	char buffer[NI_MAXHOST];
	bool ok;

	for (const struct addrinfo *a = found; a; a = a->ai_next) {
		if (getnameinfo(a->ai_addr, a->ai_addrlen, buffer, sizeof(buffer), NULL, 0, NI_NUMERICHOST) !=
		    0)
			continue;
		text_printf(&hosts, "%s%s", hosts.length ? "," : "", c->host);
		text_printf(&addresses, "%s%s", addresses.length ? "," : "", buffer);
	}
	free(c->hosts);
	free(c->addresses);
	ok = !text_failed(&hosts) && !text_failed(&addresses) && hosts.length > 0;
	c->hosts = ok ? strdup(text_string(&hosts)) : NULL;
	c->addresses = ok ? strdup(text_string(&addresses)) : NULL;
	text_release(&hosts);
	text_release(&addresses);
	return c->hosts && c->addresses;
}

struct parameters {
	const char *keyword[SHIP_PARAMETERS + 1], *value[SHIP_PARAMETERS + 1];
	int count;
};

/* A later value for a keyword replaces an earlier one. */
static void set(struct parameters *p, const char *keyword, const char *value)
{
	int at = 0;

	while (at < p->count && strcmp(p->keyword[at], keyword) != 0)
		at++;
	if (at == SHIP_PARAMETERS)
		return;
	p->keyword[at] = keyword;
	p->value[at] = value;
	if (at == p->count)
		p->count++;
}

static void set_unless_given(struct parameters *p, const struct ship_connect *c, const char *keyword,
                             const char *value)
{
	if (!value_of(c->given, keyword))
		set(p, keyword, value);
}

PGconn *ship_connect_start(const struct ship_connect *c, const char *application)
{
	struct parameters p = { .count = 0 };

	/* of libpq's environment libpq itself takes care; of the defaults only the user's is not ours */
	for (const PQconninfoOption *o = c->given; o->keyword; o++)
		if (o->val)
			set(&p, o->keyword, o->val);
	if (!getenv("PGUSER"))
		set_unless_given(&p, c, "user", c->role);
	set_unless_given(&p, c, "keepalives_idle", "10");
	set_unless_given(&p, c, "keepalives_interval", "5");
	set_unless_given(&p, c, "keepalives_count", "3");
	set_unless_given(&p, c, "tcp_user_timeout", "20000");
	set(&p, "application_name", application);
	if (c->hosts) {
		set(&p, "host", c->hosts);
		set(&p, "hostaddr", c->addresses);
	}
	p.keyword[p.count] = NULL;
	p.value[p.count] = NULL;
	return PQconnectStartParams(p.keyword, p.value, 0);
}

void ship_connect_release(struct ship_connect *c)
{
	PQconninfoFree(c->given);
	PQconninfoFree(c->defaults);
	free(c->hosts);
	free(c->addresses);
	memset(c, 0, sizeof(*c));
}
