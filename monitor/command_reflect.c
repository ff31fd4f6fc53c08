#include "monitor/command.h"

#include "base/log.h"
#include "monitor/notify.h"
#include "monitor/privilege.h"
#include "monitor/stamp/reflector.h"
#include "monitor/stamp/stamp_key.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>

#define AGAIN_MS 1000 /* between two tries to tell that it answers */

struct reflect {
	uv_loop_t loop;
	struct reflector *reflector;
	struct reflector_counts counts; /* at the end */
	uv_signal_t terminate, interrupt;
	uv_timer_t end, again;
	struct notify notify;
	bool stopping;
};

static void stop(struct reflect *reflect)
{
	if (reflect->stopping)
		return;
	reflect->stopping = true;
	notify_say(&reflect->notify, "STOPPING=1");
	reflect->counts = reflector_counts(reflect->reflector);
	reflector_close(reflect->reflector, NULL, NULL);
	uv_close((uv_handle_t *)&reflect->terminate, NULL);
	uv_close((uv_handle_t *)&reflect->interrupt, NULL);
	uv_close((uv_handle_t *)&reflect->end, NULL);
	uv_close((uv_handle_t *)&reflect->again, NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

static void on_end(uv_timer_t *timer)
{
	stop(timer->data);
}

static void on_again(uv_timer_t *timer)
{
	struct reflect *reflect = timer->data;

	if (notify_again(&reflect->notify))
		uv_timer_stop(timer);
}

static void start(struct reflect *reflect, int64_t for_s)
{
	uv_signal_init(&reflect->loop, &reflect->terminate);
	uv_signal_init(&reflect->loop, &reflect->interrupt);
	uv_timer_init(&reflect->loop, &reflect->end);
	uv_timer_init(&reflect->loop, &reflect->again);
	reflect->terminate.data = reflect->interrupt.data = reflect->end.data = reflect->again.data = reflect;
	uv_signal_start(&reflect->terminate, on_signal, SIGTERM);
	uv_signal_start(&reflect->interrupt, on_signal, SIGINT);
	if (for_s > 0)
		uv_timer_start(&reflect->end, on_end, (uint64_t)for_s * 1000, 0);
	uv_timer_start(&reflect->again, on_again, AGAIN_MS, AGAIN_MS);
	reflector_start(reflect->reflector);
}

static int print(const struct reflector_counts *c, bool json, struct error *err)
{
	if (!json) {
		printf("%lld packets answered; dropped: %lld of a wrong length, %lld with a wrong key, %lld "
		       "from a reflector's port, %lld without a place for their session, %lld that could not "
		       "be sent; "
		       "%lld sessions\n",
		       (long long)c->answered, (long long)c->wrong_length, (long long)c->wrong_key,
		       (long long)c->from_reflector, (long long)c->no_place, (long long)c->not_sent,
		       (long long)c->sessions);
		return 0;
	}
	return command_print_json(
	    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "answered", (json_int_t)c->answered,
	              "wrong_length", (json_int_t)c->wrong_length, "wrong_key", (json_int_t)c->wrong_key,
	              "from_reflector", (json_int_t)c->from_reflector, "no_place", (json_int_t)c->no_place,
	              "not_sent", (json_int_t)c->not_sent, "sessions", (json_int_t)c->sessions),
	    JSON_COMPACT, "the counts", err);
}

static int run(struct reflect *reflect, const struct reflector_options *options,
               const struct command_options *command, struct error *err)
{
	const struct privilege privilege = { .user = command->user, .filter = true };

	if (reflector_open(&reflect->reflector, &reflect->loop, options, err) < 0)
		return err->code;
	if (privilege_drop(&privilege, err) < 0) {
		reflector_close(reflect->reflector, NULL, NULL);
		return err->code;
	}
	start(reflect, command->for_s);
	notify_say(&reflect->notify, "READY=1\nSTATUS=answers at UDP port %d",
	           reflector_port(reflect->reflector));
	log_line("reflect", "answers at port %d, %s, %s", reflector_port(reflect->reflector),
	         options->stateful ? "stateful" : "stateless",
	         options->key->length ? "authenticated" : "unauthenticated");
	return 0;
}

int command_reflect(const struct command_options *command, struct error *err)
{
	struct reflect reflect = { .stopping = false };
	struct stamp_key key = { .length = 0 };
	const struct reflector_options options = { .listen = command->listen,
		                                   .stateful = command->stateful,
		                                   .sessions = command->sessions,
		                                   .idle_s = command->idle_s,
		                                   .key = &key };

	if (command->key_file && stamp_key_load(&key, command->key_file, err) < 0)
		return err->code;
	if (uv_loop_init(&reflect.loop) < 0)
		return error_set(err, ERROR_IO, "cannot make an event loop");
	reflect.notify = notify_open();
	(void)run(&reflect, &options, command, err);
	uv_run(&reflect.loop, UV_RUN_DEFAULT);
	uv_loop_close(&reflect.loop);
	notify_close(&reflect.notify);
	OPENSSL_cleanse(&key, sizeof key);
	return err->code ? err->code : print(&reflect.counts, command->json, err);
}
