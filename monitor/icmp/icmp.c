#include "monitor/icmp/icmp.h"

#include "base/big_endian.h"

#include <string.h>

enum {
	V4_REPLY = 0,
	V4_UNREACHABLE = 3,
	V4_REQUEST = 8,
	V4_TIME_EXCEEDED = 11,
	V4_PORT_UNREACHABLE = 3, /* code, as is the next */
	V4_TOO_BIG = 4,
	V6_UNREACHABLE = 1,
	V6_TOO_BIG = 2,
	V6_TIME_EXCEEDED = 3,
	V6_REQUEST = 128,
	V6_REPLY = 129,
	V6_PORT_UNREACHABLE = 4, /* code */
	V4_HEADER_LEAST = 20,
	V4_OFFSET = 0x1fff, /* of a fragment, where its flags are */
	V6_HEADER = 40,
	V6_FRAGMENT_HEADER = 8,
	V6_OFFSET = 0xfff8,
	PROTOCOL_ICMP = 1,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_ICMPV6 = 58,
};

/* RFC 1071; 0 over a packet whose checksum is right. */
static uint16_t checksum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += big_get16(bytes + i);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t icmp_build(bool v6, uint16_t id, uint16_t sequence, uint64_t nonce, size_t payload, uint8_t *packet)
{
	size_t length = ICMP_HEADER_SIZE + payload;

	memset(packet, 0, length);
	packet[0] = v6 ? V6_REQUEST : V4_REQUEST;
	big_put16(packet + 4, id);
	big_put16(packet + 6, sequence);
	memcpy(packet + ICMP_HEADER_SIZE, &nonce, ICMP_NONCE_SIZE);
	if (!v6)
		big_put16(packet + 2, checksum(packet, length));
	return length;
}

/* The part behind the type: identifier, sequence and, if it is there, nonce. */
static void read_echo(const uint8_t *packet, size_t length, struct icmp_message *out)
{
	out->id = big_get16(packet + 4);
	out->sequence = big_get16(packet + 6);
	out->has_nonce = length >= ICMP_HEADER_SIZE + ICMP_NONCE_SIZE;
	if (out->has_nonce)
		memcpy(&out->nonce, packet + ICMP_HEADER_SIZE, ICMP_NONCE_SIZE);
}

bool icmp_parse_request(bool v6, const uint8_t *packet, size_t length, struct icmp_message *out)
{
	if (length < ICMP_HEADER_SIZE || packet[0] != (v6 ? V6_REQUEST : V4_REQUEST) || packet[1] != 0)
		return false;
	read_echo(packet, length, out);
	return true;
}

bool icmp_error_meaning(bool v6, int type, int code, enum icmp_meaning *out)
{
	bool port = v6 ? type == V6_UNREACHABLE && code == V6_PORT_UNREACHABLE
	               : type == V4_UNREACHABLE && code == V4_PORT_UNREACHABLE;

	bool too_big = v6 ? type == V6_TOO_BIG : type == V4_UNREACHABLE && code == V4_TOO_BIG;

	*out = port ? ICMP_MEANS_REFUSED : too_big ? ICMP_MEANS_TOO_BIG : ICMP_MEANS_UNREACHABLE;
	if (v6)
		return type == V6_UNREACHABLE || type == V6_TOO_BIG || type == V6_TIME_EXCEEDED;
	return type == V4_UNREACHABLE || type == V4_TIME_EXCEEDED;
}

/* Where ICMP begins behind the IPv4 header of a packet sent, or of the first piece of it; 0 when it does not. */
static size_t behind_v4(const uint8_t *ip, size_t length)
{
	size_t header = length < V4_HEADER_LEAST ? 0 : (size_t)(ip[0] & 15) * 4;

	if (header < V4_HEADER_LEAST || header > length || ip[0] >> 4 != 4)
		return 0;
	return ip[9] == PROTOCOL_ICMP && !(big_get16(ip + 6) & V4_OFFSET) ? header : 0;
}

static size_t behind_v6(const uint8_t *ip, size_t length)
{
	const uint8_t *fragment = ip + V6_HEADER;

	if (length < V6_HEADER || ip[0] >> 4 != 6)
		return 0;
	if (ip[6] == PROTOCOL_ICMPV6)
		return V6_HEADER;
	if (ip[6] != PROTOCOL_FRAGMENT || length < V6_HEADER + V6_FRAGMENT_HEADER)
		return 0;
	return fragment[0] == PROTOCOL_ICMPV6 && !(big_get16(fragment + 2) & V6_OFFSET)
	           ? V6_HEADER + V6_FRAGMENT_HEADER
	           : 0;
}

/* The IP header and echo request that an error quotes. */
static bool read_quoted(bool v6, const uint8_t *quote, size_t length, struct icmp_message *out)
{
	size_t header = v6 ? behind_v6(quote, length) : behind_v4(quote, length);

	if (!header)
		return false;
	memcpy(out->destination, quote + (v6 ? 24 : 16), v6 ? 16 : 4);
	out->has_destination = true;
	return icmp_parse_request(v6, quote + header, length - header, out);
}

static bool skip_ip_header(const uint8_t **packet, size_t *length)
{
	size_t header, total;

	if (*length < V4_HEADER_LEAST || (*packet)[0] >> 4 != 4)
		return false;
	header = (size_t)((*packet)[0] & 15) * 4;
	total = big_get16(*packet + 2);
	if (header < V4_HEADER_LEAST || header > *length || (*packet)[9] != PROTOCOL_ICMP)
		return false;
	if (total < header || total > *length) /* cut short */
		return false;
	*packet += header;
	*length = total - header;
	return true;
}

bool icmp_parse(bool v6, bool ip_header, const uint8_t *packet, size_t length, struct icmp_message *out)
{
	*out = (struct icmp_message){ 0 };
	if (ip_header && !skip_ip_header(&packet, &length))
		return false;
	if (length < ICMP_HEADER_SIZE || (!v6 && checksum(packet, length) != 0))
		return false;
	if (packet[0] == (v6 ? V6_REPLY : V4_REPLY)) {
		out->meaning = ICMP_MEANS_REPLY;
		read_echo(packet, length, out);
		return packet[1] == 0;
	}
	if (!icmp_error_meaning(v6, packet[0], packet[1], &out->meaning))
		return false;
	return read_quoted(v6, packet + ICMP_HEADER_SIZE, length - ICMP_HEADER_SIZE, out);
}
