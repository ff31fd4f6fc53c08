/* Which address of a name comes first, and which is none. */
#include "monitor/net/address_order.h"

#include "tests/unit/suite.h"

#include <arpa/inet.h>

static union address address(const char *text)
{
	union address out = { 0 };

	if (inet_pton(AF_INET, text, &out.v4.sin_addr) == 1)
		out.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &out.v6.sin6_addr) == 1)
		out.any.sa_family = AF_INET6;
	return out;
}

static int rank(const char *destination, const char *source)
{
	union address to = address(destination), from = address(source ? source : "::");

	return address_rank(&to, source ? &from : NULL);
}

/* Examples of RFC 6724 10.2, as far as routes, kinds and precedence decide them. */
START_TEST(the_better_one_comes_first)
{
	static const struct {
		const char *better, *its_source, *worse, *other_source;
	} rows[] = {
		{ "2001:db8:1::1", "2001:db8:1::2", "198.51.100.121", "198.51.100.117" },
		{ "198.51.100.121", "198.51.100.117", "2001:db8:1::1", "fe80::1" }, /* no such source */
		{ "198.51.100.121", "198.51.100.117", "2001:db8:1::1", NULL },      /* no route */
		{ "198.51.100.121", "198.51.100.117", "2002:c633:6401::1", "fe80::1" },
		{ "2001:db8:1::1", "2001:db8:1::2", "2002:c633:6401::1", "2002:c633:6401::2" },
		{ "198.51.100.121", "198.51.100.117", "2002:c633:6401::1", "2002:c633:6401::2" },
		{ "198.51.100.121", "198.51.100.117", "fd99::2", "fd99::1" },
		{ "198.51.100.121", "198.51.100.117", "2001:0:1::1", "2001:0:1::2" }, /* Teredo */
		{ "fd99::2", "fd99::1", "2001:db8:1::1", "fd99::1" },
		{ "::1", "::1", "127.0.0.1", "127.0.0.1" },
		{ "fd99::2", "fd99::1", "198.51.100.121", NULL },
		{ "2001:db8:1::1", NULL, "198.51.100.121", NULL },
	};

	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_msg(rank(rows[i].better, rows[i].its_source) >
		                  rank(rows[i].worse, rows[i].other_source),
		              "row %zu", i);
	ck_assert_int_eq(rank("192.0.2.1", "192.0.2.9"), rank("203.0.113.1", "192.0.2.9"));
}
END_TEST

/* Of one family they stay as the name server gave them; nobody is asked about routes. */
START_TEST(without_a_choice_nothing_moves)
{
	union address some[] = { address("203.0.113.1"), address("127.0.0.1"), address("203.0.113.2") };

	ck_assert_uint_eq(address_order(some, 3), 3);
	ck_assert_uint_eq(some[0].v4.sin_addr.s_addr, address("203.0.113.1").v4.sin_addr.s_addr);
	ck_assert_uint_eq(some[1].v4.sin_addr.s_addr, address("127.0.0.1").v4.sin_addr.s_addr);
	ck_assert_uint_eq(some[2].v4.sin_addr.s_addr, address("203.0.113.2").v4.sin_addr.s_addr);
	ck_assert_uint_eq(address_order(some, 0), 0);
}
END_TEST

/* Whichever family comes first here: it comes as a whole, in the order it had. */
START_TEST(equals_keep_their_order)
{
	union address some[] = { address("ff0e::1"), address("127.0.0.2"), address("ff0e::2"),
		                 address("127.0.0.1") };
	size_t v4, v6, count = address_order(some, 4);

	v4 = some[0].any.sa_family == AF_INET ? 0 : 2;
	v6 = 2 - v4;
	ck_assert_uint_eq(some[v4].v4.sin_addr.s_addr, address("127.0.0.2").v4.sin_addr.s_addr);
	ck_assert_uint_eq(some[v4 + 1].v4.sin_addr.s_addr, address("127.0.0.1").v4.sin_addr.s_addr);
	if (count == 2) { /* no route to the other family here */
		ck_assert_uint_eq(v4, 0);
		return;
	}
	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(some[v6].v6.sin6_addr.s6_addr[15], 1);
	ck_assert_int_eq(some[v6 + 1].v6.sin6_addr.s6_addr[15], 2);
}
END_TEST

START_TEST(some_addresses_are_no_hosts)
{
	static const char *const hosts[] = { "0.0.0.1",   "127.0.0.1",       "10.255.255.255",
		                             "240.0.0.1", "255.255.255.254", "223.255.255.255",
		                             "::1",       "2001:db8::1",     "fd00::1",
		                             "fec0::1",   "::ffff:192.0.2.1" };
	static const char *const others[] = {
		"0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::",
		"ff02::1", "fe80::1",   "febf::1",         "::ffff:0.0.0.0",  "::ffff:255.255.255.255"
	};

	for (size_t i = 0; i < ROWS(hosts); i++) {
		union address host = address(hosts[i]);

		ck_assert_msg(address_of_host(&host), "%s", hosts[i]);
	}
	for (size_t i = 0; i < ROWS(others); i++) {
		union address other = address(others[i]);

		ck_assert_msg(!address_of_host(&other), "%s", others[i]);
	}
}
END_TEST

int main(void)
{
	return run_suite("monitor/address_order", (const TTest *const[]){
	                                              the_better_one_comes_first,
	                                              without_a_choice_nothing_moves,
	                                              equals_keep_their_order,
	                                              some_addresses_are_no_hosts,
	                                              NULL,
	                                          });
}
