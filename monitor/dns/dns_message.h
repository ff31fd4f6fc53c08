/*
 * dns_message: DNS queries built and answers read (RFC 1035, EDNS0 of RFC 6891). Pure: no socket, no clock.
 *
 * Not trusted: everything received. Every length and pointer is checked against the message; a compression pointer
 * must point backwards, further back at each hop, so that no name can loop; names and labels keep to their limits.
 * Tolerated, because resolvers tolerate them: bytes behind the last record, and an answer of failure without its
 * question. Of a message marked as truncated only header and question are read.
 *
 *     header:  id | flags | counts of questions, answers, authorities, additionals  (12 bytes)
 *     then     questions: name, type, class; records: name, type, class, ttl, length, data
 *
 *     length = dns_build(&query, packet);
 *     if (dns_parse(bytes, n, &query, &message) == DNS_ANSWERS)
 *             for (at = message.answers, i = 0; i < message.answer_count; i++)
 *                     dns_read_record(&message, &at, &record);
 *
 * Not here: what is in a record (dns_data.h), whether the answer is the expected one (dns_judge.h).
 */
#ifndef GOVSLA_MONITOR_DNS_MESSAGE_H
#define GOVSLA_MONITOR_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_HEADER_SIZE  12
#define DNS_NAME_MOST    255 /* bytes in a message, the root's included */
#define DNS_LABEL_MOST   63
#define DNS_QUERY_MOST   (DNS_HEADER_SIZE + DNS_NAME_MOST + 4 + 11)
#define DNS_MESSAGE_MOST 65535
#define DNS_EDNS_LEAST   512 /* less is taken for that (RFC 6891 section 6.2.3) */

#define DNS_CLASS_IN   1
#define DNS_TYPE_CNAME 5
#define DNS_TYPE_OPT   41

enum dns_status { /* response codes, RFC 1035 section 4.1.1 */
	          DNS_NOERROR = 0,
	          DNS_FORMERR = 1,
	          DNS_SERVFAIL = 2,
	          DNS_NXDOMAIN = 3,
	          DNS_NOTIMP = 4,
	          DNS_REFUSED = 5,
};

/* As in a message, without compression, ASCII letters in lower case; so same names are same bytes. */
struct dns_name {
	size_t length; /* of bytes, with the root's */
	uint8_t bytes[DNS_NAME_MOST];
};

struct dns_query {
	struct dns_name name;
	uint16_t id, type;
	bool recursion_desired;
	uint16_t edns_bytes; /* largest answer over UDP that may be sent; 0: without EDNS0 */
};

struct dns_message { /* borrows the bytes it was read from */
	const uint8_t *bytes;
	size_t length;
	int status;     /* enum dns_status, or one of EDNS0's from 16 on */
	bool edns;      /* the server speaks EDNS0 */
	size_t answers; /* where the first record of the answer is */
	size_t answer_count;
};

struct dns_record {
	struct dns_name name;
	uint16_t type, class;
	uint32_t ttl_s;
	size_t data, data_length; /* where in the message */
};

enum dns_relation {
	DNS_UNRELATED, /* of another id or another question: late, or forged */
	DNS_MALFORMED, /* of our id, and not an answer that can be read */
	DNS_TRUNCATED, /* says that the whole answer is to be had over TCP */
	DNS_ANSWERS,
};

/*
 * A name as people write it, with or without the final dot: "www.example.jp"; "." is the root. A backslash takes the
 * next character, or the byte of three decimal digits, as it is (RFC 1035 section 5.1). False when that is not a name.
 */
bool dns_name_parse(const char *text, size_t length, struct dns_name *out);

bool dns_name_same(const struct dns_name *a, const struct dns_name *b);

/* Writes the query to packet, which has room for DNS_QUERY_MOST. Returns its length. */
size_t dns_build(const struct dns_query *query, uint8_t *packet);

/* How a message received relates to the query; fills out when that is DNS_ANSWERS: then every record can be read. */
enum dns_relation dns_parse(const uint8_t *bytes, size_t length, const struct dns_query *query,
                            struct dns_message *out);

/*
 * Reads the name at *at, a place in the message, and moves *at behind it. False when there is none.
 */
bool dns_read_name(const uint8_t *bytes, size_t length, size_t *at, struct dns_name *out);

/* The same for a record, whose data is then wholly in the message. */
bool dns_read_record(const struct dns_message *message, size_t *at, struct dns_record *out);

#endif
