#include "monitor/record_json.h"

#include "base/instant.h"

static void set_duration(json_t *object, const char *key, int32_t us)
{
	json_object_set_new(object, key, us < 0 ? json_null() : json_integer(us));
}

static void set_instant(json_t *object, const char *key, int64_t us)
{
	char text[INSTANT_TEXT_SIZE];

	json_object_set_new(object, key, us ? json_string(instant_format(us, text)) : json_null());
}

json_t *record_json(const struct target_config *target, const struct record *record)
{
	json_t *object =
	    json_pack("{s:s, s:i, s:s, s:s, s:s}", "target", target->id, "number", record->target, "kind",
	              target->kind->name, "outcome", sample_outcome_name(record->outcome), "failure",
	              sample_failure_name(record->failure));

	if (!object)
		return NULL;
	set_instant(object, "scheduled", record->scheduled_us);
	set_instant(object, "sent", record->sent_us);
	set_duration(object, "lateness_us", record->lateness_us);
	set_duration(object, "rtt_us", record->rtt_us);
	set_duration(object, "name_us", record->name_us);
	set_duration(object, "connect_us", record->connect_us);
	set_duration(object, "tls_us", record->tls_us);
	set_duration(object, "first_byte_us", record->first_byte_us);
	set_duration(object, "total_us", record->total_us);
	json_object_set_new(object, "http_status",
	                    record->http_status ? json_integer(record->http_status) : json_null());
	set_instant(object, "certificate_expires", record->certificate_expiry_us);
	return object;
}
