/*
 * dns_data: what is in a DNS record, brought into one form in which same means equal bytes, both from a message and
 * from the text that people expect. Pure, and fuzzed as dns_message is.
 *
 * Each type is a row: its number and a letter for each field, which both directions follow.
 *     4 6    address of IPv4, IPv6               A, AAAA
 *     n      name; without compression, in lower case
 *     b s l  number of 8, 16, 32 bits
 *     c      character string (length, bytes)
 *     i      the same, in which upper and lower case do not matter
 *     t      character strings up to the end     TXT; taken together without their bounds, as SPF reads them
 *     v      bytes up to the end                 the value of CAA
 *     x      bytes up to the end, in hexadecimal DS, TLSA; all of HTTPS
 *
 * As text, fields are separated by spaces; a character string or value may stand in double quotes; a TXT is the
 * whole text as it is: "10 mail.example.jp", "0 issue \"ca.example\"", "v=spf1 -all".
 */
#ifndef GOVSLA_MONITOR_DNS_DATA_H
#define GOVSLA_MONITOR_DNS_DATA_H

#include "monitor/dns/dns_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_DATA_MOST 65535

enum dns_type {
	DNS_A,
	DNS_AAAA,
	DNS_CAA,
	DNS_CNAME,
	DNS_DS,
	DNS_HTTPS,
	DNS_MX,
	DNS_NAPTR,
	DNS_NS,
	DNS_PTR,
	DNS_SOA,
	DNS_SRV,
	DNS_SSHFP,
	DNS_TLSA,
	DNS_TXT,
	DNS_TYPES
};

extern const char *const dns_type_words[DNS_TYPES + 1]; /* NULL-terminated, in the order of the enum */

struct dns_data {
	size_t length;
	uint8_t bytes[DNS_DATA_MOST];
};

/* The number of a type in messages (RFC 1035 section 3.2.2 and those that add to it). */
uint16_t dns_type_number(enum dns_type type);

/* Such a record's data as text: "10 mail.example.jp". For messages. */
const char *dns_type_example(enum dns_type type);

/* Reads the data of a record of that type. False when it is malformed. */
bool dns_data_read(const struct dns_message *message, const struct dns_record *record, enum dns_type type,
                   struct dns_data *out);

/* The same data from text. False when that is not of the type. */
bool dns_data_parse(const char *text, enum dns_type type, struct dns_data *out);

#endif
