/* observe: what a configuration is prepared with, before anything is probed; and from which instant on it is observed. */
#include "base/text.h"
#include "monitor/observe/observe.h"
#include "monitor/observe/schedule.h"
#include "monitor/probe/memory.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

#define TARGETS     8
#define INTERVAL_US INT64_C(1000000)

/* So many targets, each due every second. */
static void read_config(struct config *config, int targets)
{
	struct text text = { 0 };
	struct error err = { 0 };

	text_add(&text, "{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v1\", \"vantage_number\": 3,\n"
	                "\"spool\": { \"path\": \"a.spool\" }, \"targets\": [");
	for (int i = 1; i <= targets; i++)
		text_printf(&text,
		            "%s{ \"number\": %d, \"id\": \"t%d\", \"interval_s\": 1, \"timeout_s\": 1,\n"
		            "\"probe\": { \"kind\": \"tcp\", \"host\": \"127.0.0.1\", \"port\": 9 } }",
		            i > 1 ? "," : "", i, i);
	text_add(&text, "] }");
	ck_assert_int_eq(config_parse(config, "c.json", text_string(&text), text.length, &err), 0);
	text_release(&text);
}

/* The sanitizer would end the program where memory is refused. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Prepares the configuration, a library being refused memory meanwhile or not; returns what came of it. */
static enum error_code prepare(bool refuse)
{
	struct observer *observer;
	struct config config;
	struct error err = { 0 };
	uv_loop_t loop;

	uv_loop_init(&loop);
	read_config(&config, 1);
	ck_assert_int_eq(observer_begin(&observer, &loop, &config, NULL, NULL, NULL, &err), 0);
	if (refuse)
		ck_assert_ptr_null(memory_take(PTRDIFF_MAX));
	ck_assert_int_eq(observer_prepare(observer, SIZE_MAX, &err), err.code);
	observer_close(observer, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	config_release(&config);
	return err.code;
}

START_TEST(what_was_prepared_while_memory_was_refused_is_not_taken)
{
	ck_assert_int_eq(prepare(false), ERROR_NONE);
	ck_assert_int_eq(prepare(true), ERROR_MEMORY);
	ck_assert_int_eq(prepare(false), ERROR_NONE);
}
END_TEST

/* ---- from which instant on ---- */

/* What came of each target, by its number. */
struct seen {
	int64_t first_us[TARGETS + 1], last_us[TARGETS + 1], count[TARGETS + 1];
	int targets; /* of which there is something */
	struct observer *observer;
};

static void see(void *arg, const struct target_config *target, const struct record *record)
{
	struct seen *seen = arg;
	int64_t *first_us = &seen->first_us[target->number], *last_us = &seen->last_us[target->number];

	if (seen->count[target->number]++ == 0) {
		*first_us = *last_us = record->scheduled_us;
		seen->targets++;
	}
	*first_us = record->scheduled_us < *first_us ? record->scheduled_us : *first_us;
	*last_us = record->scheduled_us > *last_us ? record->scheduled_us : *last_us;
}

static void close_it(void *arg)
{
	struct seen *seen = arg;

	observer_close(seen->observer, NULL);
}

/* Prepares, and takes over at an instant so much later; by then or long after each target has a record. */
static void take_over(struct seen *seen, const struct config *config, int64_t *from_us, int64_t later_us)
{
	struct error err = { 0 };
	uv_loop_t loop;

	uv_loop_init(&loop);
	ck_assert_int_eq(observer_begin(&seen->observer, &loop, config, NULL, see, seen, &err), 0);
	ck_assert_int_eq(observer_prepare(seen->observer, 1, &err), 1);
	ck_assert_int_eq(observer_prepare(seen->observer, SIZE_MAX, &err), 0);
	*from_us = moment_wall_us() + later_us;
	ck_assert_int_eq(observer_start(seen->observer, *from_us), *from_us);
	while (seen->targets < TARGETS)
		uv_run(&loop, UV_RUN_ONCE);
	observer_end(seen->observer, close_it);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

/* The time of day went on, or was set back, between the preparation and the change. */
START_TEST(each_instant_from_the_change_on_has_one_record)
{
	static const int64_t later_us[] = { 0, 700000, -5000000 };
	struct config config;

	read_config(&config, TARGETS);
	for (size_t i = 0; i < sizeof later_us / sizeof *later_us; i++) {
		struct seen seen = { 0 };
		int64_t from_us;

		take_over(&seen, &config, &from_us, later_us[i]);
		for (int n = 1; n <= TARGETS; n++) {
			int64_t offset_us =
			    schedule_offset_us(config.vantage, config.targets[n - 1].id, INTERVAL_US, false);

			ck_assert_int_eq(seen.first_us[n],
			                 schedule_first_us(from_us, INTERVAL_US, offset_us));
			ck_assert_int_eq(seen.last_us[n],
			                 seen.first_us[n] + (seen.count[n] - 1) * INTERVAL_US);
		}
	}
	config_release(&config);
}
END_TEST

int main(void)
{
	return run_suite("observe",
	                 (const TTest *const[]){ what_was_prepared_while_memory_was_refused_is_not_taken,
	                                         each_instant_from_the_change_on_has_one_record, NULL });
}
