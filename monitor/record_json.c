#include "monitor/record_json.h"

#include "base/instant.h"

/* Each returns 0, or -1 without memory. */

static int set_known(json_t *object, const char *key, int32_t value) /* -1: not known */
{
	return json_object_set_new(object, key, value < 0 ? json_null() : json_integer(value));
}

static int set_instant(json_t *object, const char *key, int64_t us)
{
	char text[INSTANT_TEXT_SIZE];

	return json_object_set_new(object, key, us ? json_string(instant_format(us, text)) : json_null());
}

/* The object whole or not at all. */
static json_t *whole(json_t *object, int failed)
{
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *stamp_json(const struct record_stamp *stamp)
{
	json_t *object = json_pack("{s:i, s:i}", "packets", stamp->packets, "lost", stamp->lost);
	int failed = object ? 0 : -1;

	failed |= set_known(object, "lost_forward", stamp->lost_forward);
	failed |= set_known(object, "lost_backward", stamp->lost_backward);
	failed |= set_known(object, "reflector_us", stamp->reflector_us);
	failed |= set_known(object, "forward_us", stamp->forward_us);
	failed |= set_known(object, "backward_us", stamp->backward_us);
	failed |= set_known(object, "one_way_error_us", stamp->one_way_error_us);
	return whole(object, failed);
}

json_t *record_json(const struct target_config *target, const struct record *record)
{
	json_t *object =
	    json_pack("{s:s, s:i, s:s, s:s, s:s}", "target", target->id, "number", record->target, "kind",
	              target->kind->name, "outcome", sample_outcome_name(record->outcome), "failure",
	              sample_failure_name(record->failure));
	int failed = object ? 0 : -1;

	failed |= set_instant(object, "scheduled", record->scheduled_us);
	failed |= set_instant(object, "sent", record->sent_us);
	failed |= set_known(object, "lateness_us", record->lateness_us);
	failed |= set_known(object, "rtt_us", record->rtt_us);
	failed |= set_known(object, "name_us", record->name_us);
	failed |= set_known(object, "connect_us", record->connect_us);
	failed |= set_known(object, "tls_us", record->tls_us);
	failed |= set_known(object, "first_byte_us", record->first_byte_us);
	failed |= set_known(object, "total_us", record->total_us);
	failed |= json_object_set_new(object, "http_status",
	                              record->http_status ? json_integer(record->http_status) : json_null());
	failed |= set_instant(object, "certificate_expires", record->certificate_expiry_us);
	if (record->kind == RECORD_SAMPLE && record->stamp.packets)
		failed |= json_object_set_new(object, "stamp", stamp_json(&record->stamp));
	return whole(object, failed);
}
