/* observe: what a configuration is prepared with, before anything is probed. */
#include "monitor/observe/observe.h"
#include "monitor/probe/memory.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

static const char text[] = "{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v1\", \"vantage_number\": 3,\n"
                           "\"spool\": { \"path\": \"a.spool\" }, \"targets\": [\n"
                           "{ \"number\": 1, \"id\": \"t1\", \"interval_s\": 60, \"timeout_s\": 5,\n"
                           "\"probe\": { \"kind\": \"tcp\", \"host\": \"127.0.0.1\", \"port\": 9 } } ] }";

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
	ck_assert_int_eq(config_parse(&config, "c.json", text, strlen(text), &err), 0);
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

int main(void)
{
	return run_suite("observe", (const TTest *const[]){
	                                what_was_prepared_while_memory_was_refused_is_not_taken, NULL });
}
