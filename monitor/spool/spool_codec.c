#include "monitor/spool/spool_codec.h"

enum {
	BIT_KIND = 1 << 0,
	SHIFT_OUTCOME = 1,
	BIT_SYNCHRONISED = 1 << 3,
	BIT_SENT = 1 << 4,
	BIT_STEPPED = 1 << 4, /* of a clock record */
	BIT_PHASES = 1 << 5,
	BIT_CERTIFICATE = 1 << 6,
	BIT_STAMP = 1 << 7,
};

static uint8_t *put_varint(uint8_t *at, int64_t value)
{
	uint64_t bits = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	while (bits >= 0x80) {
		*at++ = (uint8_t)(bits | 0x80);
		bits >>= 7;
	}
	*at++ = (uint8_t)bits;
	return at;
}

struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static int64_t get_varint(struct cursor *c)
{
	uint64_t bits = 0;
	unsigned shift = 0;

	while (c->at < c->end && shift < 64) {
		uint8_t byte = *c->at++;

		bits |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
		shift += 7;
	}
	c->bad = true;
	return 0;
}

static int32_t get_varint32(struct cursor *c)
{
	int64_t value = get_varint(c);

	if (value < INT32_MIN || value > INT32_MAX)
		c->bad = true;
	return (int32_t)value;
}

static int16_t get_varint16(struct cursor *c)
{
	int64_t value = get_varint(c);

	if (value < INT16_MIN || value > INT16_MAX)
		c->bad = true;
	return (int16_t)value;
}

static bool has_phases(const struct record *r)
{
	return r->name_us != -1 || r->connect_us != -1 || r->tls_us != -1 || r->first_byte_us != -1 ||
	       r->total_us != -1 || r->http_status != 0;
}

static uint8_t flags_of(const struct record *r)
{
	unsigned flags = (r->kind ? BIT_KIND : 0u) | (unsigned)(r->outcome & 3) << SHIFT_OUTCOME |
	                 (r->synchronised ? BIT_SYNCHRONISED : 0u);

	if (r->kind == RECORD_STATUS)
		flags |= BIT_STAMP;
	if (r->kind == RECORD_CLOCK && r->stepped_us)
		flags |= BIT_STEPPED;
	if (r->kind == RECORD_SAMPLE)
		flags |= (r->sent_us ? BIT_SENT : 0u) | (has_phases(r) ? BIT_PHASES : 0u) |
		         (r->certificate_expiry_us ? BIT_CERTIFICATE : 0u) |
		         (r->stamp.packets ? BIT_STAMP : 0u);
	return (uint8_t)flags;
}

static uint8_t *put_stamp(uint8_t *at, const struct record_stamp *s)
{
	at = put_varint(at, s->reflector_us);
	at = put_varint(at, s->forward_us);
	at = put_varint(at, s->backward_us);
	at = put_varint(at, s->one_way_error_us);
	at = put_varint(at, s->lost_forward);
	at = put_varint(at, s->lost_backward);
	at = put_varint(at, s->packets);
	return put_varint(at, s->lost);
}

static uint8_t *put_status(uint8_t *at, const struct record_status *s)
{
	at = put_varint(at, s->period_ms);
	at = put_varint(at, s->up);
	at = put_varint(at, s->down);
	for (int i = 0; i < RECORD_MISSED_REASONS; i++)
		at = put_varint(at, s->missed[i]);
	at = put_varint(at, s->lateness_p50_us);
	at = put_varint(at, s->lateness_p99_us);
	at = put_varint(at, s->lateness_most_us);
	at = put_varint(at, s->cpu_ms);
	at = put_varint(at, s->memory_kb);
	at = put_varint(at, s->in_flight);
	at = put_varint(at, s->in_flight_most);
	at = put_varint(at, s->handshakes_waiting);
	at = put_varint(at, s->spool_records);
	at = put_varint(at, s->spool_bytes);
	at = put_varint(at, s->spool_lost);
	return put_varint(at, s->ship_lag_us);
}

size_t spool_encode(uint8_t buffer[SPOOL_CODEC_SIZE], const struct record *r)
{
	uint8_t flags = flags_of(r), *at = buffer;

	*at++ = flags;
	*at++ = r->failure;
	at = put_varint(at, r->scheduled_us);
	if (r->kind != RECORD_SAMPLE)
		at = put_varint(at, r->max_error_us);
	if (r->kind == RECORD_STATUS)
		at = put_status(at, &r->status);
	if (r->kind == RECORD_CLOCK && flags & BIT_STEPPED)
		at = put_varint(at, r->stepped_us);
	if (r->kind != RECORD_SAMPLE)
		return (size_t)(at - buffer);
	at = put_varint(at, r->target);
	at = put_varint(at, r->lateness_us);
	at = put_varint(at, r->rtt_us);
	if (flags & BIT_SENT)
		at = put_varint(at, (int64_t)((uint64_t)r->sent_us - (uint64_t)r->scheduled_us));
	if (flags & BIT_PHASES) {
		at = put_varint(at, r->name_us);
		at = put_varint(at, r->connect_us);
		at = put_varint(at, r->tls_us);
		at = put_varint(at, r->first_byte_us);
		at = put_varint(at, r->total_us);
		at = put_varint(at, r->http_status);
	}
	if (flags & BIT_CERTIFICATE)
		at = put_varint(at, r->certificate_expiry_us);
	if (flags & BIT_STAMP)
		at = put_stamp(at, &r->stamp);
	return (size_t)(at - buffer);
}

static void get_stamp(struct record_stamp *s, struct cursor *c)
{
	s->reflector_us = get_varint32(c);
	s->forward_us = get_varint32(c);
	s->backward_us = get_varint32(c);
	s->one_way_error_us = get_varint32(c);
	s->lost_forward = get_varint32(c);
	s->lost_backward = get_varint32(c);
	s->packets = get_varint16(c);
	s->lost = get_varint16(c);
	if (!s->packets) /* the bit says that there are some */
		c->bad = true;
}

static void get_status(struct record_status *s, struct cursor *c)
{
	s->period_ms = get_varint32(c);
	s->up = get_varint32(c);
	s->down = get_varint32(c);
	for (int i = 0; i < RECORD_MISSED_REASONS; i++)
		s->missed[i] = get_varint32(c);
	s->lateness_p50_us = get_varint32(c);
	s->lateness_p99_us = get_varint32(c);
	s->lateness_most_us = get_varint32(c);
	s->cpu_ms = get_varint32(c);
	s->memory_kb = get_varint32(c);
	s->in_flight = get_varint32(c);
	s->in_flight_most = get_varint32(c);
	s->handshakes_waiting = get_varint32(c);
	s->spool_records = get_varint(c);
	s->spool_bytes = get_varint(c);
	s->spool_lost = get_varint(c);
	s->ship_lag_us = get_varint(c);
}

static void get_sample(struct record *r, struct cursor *c, unsigned flags)
{
	r->target = get_varint32(c);
	r->lateness_us = get_varint32(c);
	r->rtt_us = get_varint32(c);
	if (flags & BIT_SENT)
		r->sent_us = (int64_t)((uint64_t)r->scheduled_us + (uint64_t)get_varint(c));
	if (flags & BIT_PHASES) {
		r->name_us = get_varint32(c);
		r->connect_us = get_varint32(c);
		r->tls_us = get_varint32(c);
		r->first_byte_us = get_varint32(c);
		r->total_us = get_varint32(c);
		r->http_status = get_varint16(c);
	}
	if (flags & BIT_CERTIFICATE)
		r->certificate_expiry_us = get_varint(c);
	if (flags & BIT_STAMP)
		get_stamp(&r->stamp, c);
}

bool spool_decode(struct record *r, const uint8_t *bytes, size_t size)
{
	struct cursor c = { bytes, bytes + size, false };
	unsigned flags;

	*r = record_blank(RECORD_SAMPLE, 0);
	if (size < 3)
		return false;
	flags = *c.at++;
	r->failure = *c.at++;
	if (flags & BIT_KIND)
		r->kind = flags & BIT_STAMP ? RECORD_STATUS : RECORD_CLOCK;
	r->outcome = (uint8_t)(flags >> SHIFT_OUTCOME & 3);
	r->synchronised = (flags & BIT_SYNCHRONISED) != 0;
	r->scheduled_us = get_varint(&c);
	if (r->kind == RECORD_SAMPLE)
		get_sample(r, &c, flags);
	else
		r->max_error_us = get_varint(&c);
	if (r->kind == RECORD_STATUS)
		get_status(&r->status, &c);
	if (r->kind == RECORD_CLOCK && flags & BIT_STEPPED)
		r->stepped_us = get_varint(&c);
	return !c.bad && c.at == c.end;
}
