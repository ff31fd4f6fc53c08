/*
 * spool_codec: a record as the bytes that lie in the spool.
 *
 * A private format of one file on one machine, read again only by this program; the spool's format number
 * covers it. About 20 bytes for an echo, 45 for an HTTP probe.
 *
 *     byte 0    bit 0 not a sample, bits 1-2 outcome, bit 3 synchronised, bit 4 sent, bit 5 phases, bit 6 certificate,
 *               bit 7 stamp; with bit 0 as well: status
 *     byte 1    failure
 *     varints   sample: scheduled, target, lateness, rtt; sent - scheduled if bit 4; name, connect, tls, first byte,
 *                       total, http status if bit 5; certificate expiry if bit 6;
 *                       reflector, forward, backward, one-way error, lost forward, lost backward, packets, lost if
 *                       bit 7
 *               clock:  scheduled, max_error; stepped if bit 4
 *               status: scheduled, max_error, struct record_status in its order
 *
 * A varint is zigzag, then 7 bits a byte, least significant first, bit 7 set on all but the last.
 */
#ifndef GOVSLA_MONITOR_SPOOL_CODEC_H
#define GOVSLA_MONITOR_SPOOL_CODEC_H

#include "monitor/record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOOL_CODEC_SIZE 160 /* most bytes of one record, a status: 2 + 6 varints of at most 10, 18 of 5 */

/* Writes the record; returns the number of bytes. */
size_t spool_encode(uint8_t buffer[SPOOL_CODEC_SIZE], const struct record *record);

/* Reads exactly size bytes back. Returns whether they are a whole record and nothing else. */
bool spool_decode(struct record *record, const uint8_t *bytes, size_t size);

#endif
