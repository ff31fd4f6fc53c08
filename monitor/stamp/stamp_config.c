#include "monitor/stamp/stamp_config.h"

#include "monitor/stamp/stamp.h"

#define PACKETS_MOST 1000

static const char *const reflector_words[] = { "stateless", "stateful", NULL };

#define PLACE(member) .place = offsetof(struct stamp_config, member)

const struct setting stamp_settings[] = {
	{ .key = "host",
	  .type = SETTING_STRING,
	  .required = true,
	  PLACE(host),
	  .help = "address or name of the reflector; a name is resolved before each probe" },
	{ .key = "port",
	  .type = SETTING_INTEGER,
	  .standard = "862",
	  .least = 1,
	  .most = 65535,
	  PLACE(port),
	  .help = "UDP port of the reflector" },
	{ .key = "key_file",
	  .type = SETTING_STRING,
	  PLACE(key_file),
	  .help = "authenticated mode, with the key in this file (16 to 64 bytes, hexadecimal); absent: "
	          "unauthenticated" },
	{ .key = "reflector",
	  .type = SETTING_WORD,
	  .standard = "stateless",
	  .words = reflector_words,
	  PLACE(reflector),
	  .help = "a stateful reflector numbers its answers itself: then loss is told by direction" },
	{ .key = "packets",
	  .type = SETTING_INTEGER,
	  .standard = "1",
	  .least = 1,
	  .most = PACKETS_MOST,
	  PLACE(packets),
	  .help = "packets of one probe; the round trip is the mean of those answered" },
	{ .key = "spacing_ms",
	  .type = SETTING_INTEGER,
	  .unit = "ms",
	  .standard = "20",
	  .least = 1,
	  .most = 60000,
	  PLACE(spacing_ms),
	  .help = "between two packets of a probe; all must be sent before the timeout" },
	{ .key = "padding_bytes",
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "0",
	  .most = STAMP_PACKET_MOST - STAMP_SEALED_SIZE,
	  PLACE(padding_bytes),
	  .help =
	      "behind the packet of 44 bytes (with a key 112), both ways, as padding of RFC 8972; 0 or at "
	      "least 4" },
	{ .key = "loss_allowed",
	  .type = SETTING_INTEGER,
	  .standard = "0",
	  .most = PACKETS_MOST - 1,
	  PLACE(loss_allowed),
	  .help =
	      "packets of a probe that may be lost before it is down (loss); without any answer it is down "
	      "(timeout)" },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(egress) },
	{ .key = NULL },
};

int64_t stamp_config_sends_for_ms(const void *config_pointer)
{
	const struct stamp_config *config = config_pointer;

	return (config->packets - 1) * config->spacing_ms;
}

int stamp_config_check(const struct node *probe, const void *config_pointer, struct error *err)
{
	const struct stamp_config *config = config_pointer;
	struct node node;

	if (config->padding_bytes > 0 && config->padding_bytes < STAMP_PADDING_LEAST) {
		node = node_member(probe, "padding_bytes");
		return node_fail(&node, err, "is 0 or at least %d", STAMP_PADDING_LEAST);
	}
	if (config->loss_allowed >= config->packets) {
		node = node_member(probe, "loss_allowed");
		return node_fail(&node, err, "is not below the number of packets, %lld",
		                 (long long)config->packets);
	}
	return egress_check(probe, &config->egress, config->host, "host", false, err);
}
