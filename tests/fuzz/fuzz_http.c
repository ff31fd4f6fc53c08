/*
 * http: what a web server answers, through the real probe, libcurl and the loop: the server is a socket of the same
 * loop that sends the input and closes. The first byte chooses what the target expects.
 */
#include "monitor/config/config.h"
#include "monitor/observe/observe.h"
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <string.h>

#define CONFIGS 4

struct fuzz_server {
	uv_loop_t loop;
	uv_tcp_t listener, connection;
	bool connected;
	uv_write_t write;
	const uint8_t *data;
	size_t size;
	struct observer *observer;
	int records;
};

static const char *const probes[CONFIGS] = {
	"",
	", \"expect_body\": \"ok\", \"expect_status\": \"200-599\", \"body_limit_bytes\": 100",
	", \"method\": \"HEAD\"",
	", \"rtt_phase\": \"first_byte\", \"body\": \"x\", \"method\": \"POST\", \"expect_status\": \"204\"",
};

static void count_record(void *arg, const struct target_config *target, const struct record *record)
{
	struct fuzz_server *s = arg;

	(void)target;
	s->records++;
	fuzz_law(!record_fault(record), "a record does not contradict itself");
	fuzz_law(record->outcome != SAMPLE_MISSED, "whatever a server says is not this side's fault");
}

static void on_closed(uv_handle_t *handle)
{
	((struct fuzz_server *)handle->data)->connected = false;
}

static void on_written(uv_write_t *write, int status)
{
	struct fuzz_server *s = write->data;

	(void)status;
	if (!uv_is_closing((uv_handle_t *)&s->connection))
		uv_close((uv_handle_t *)&s->connection, on_closed);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct fuzz_server *s = listener->data;
	uv_buf_t bytes = uv_buf_init((char *)(uintptr_t)s->data, (unsigned)s->size);

	if (status < 0 || s->connected)
		return;
	s->connected = true;
	uv_tcp_init(&s->loop, &s->connection);
	s->connection.data = s->write.data = s;
	uv_accept(listener, (uv_stream_t *)&s->connection);
	uv_write(&s->write, (uv_stream_t *)&s->connection, &bytes, 1, on_written);
}

static void on_drained(void *arg)
{
	struct fuzz_server *s = arg;

	observer_close(s->observer, NULL);
	uv_close((uv_handle_t *)&s->listener, NULL);
	if (s->connected && !uv_is_closing((uv_handle_t *)&s->connection))
		uv_close((uv_handle_t *)&s->connection, on_closed);
}

static int listen_on_loopback(struct fuzz_server *s)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int length = sizeof address;

	uv_loop_init(&s->loop);
	uv_tcp_init(&s->loop, &s->listener);
	s->listener.data = s;
	fuzz_law(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0) == 0 &&
	             uv_listen((uv_stream_t *)&s->listener, 10, on_connection) == 0 &&
	             uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &length) == 0,
	         "a socket of the loopback can be had");
	return ntohs(address.sin_port);
}

static void load(struct config *config, int port, const char *more)
{
	struct error err = { 0 };
	char text[1024];

	snprintf(text, sizeof text,
	         "{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v\", \"vantage_number\": 1, \"spool\": { "
	         "\"path\": "
	         "\"none\" }, \"targets\": [ { \"number\": 1, \"id\": \"t\", \"interval_s\": 60, "
	         "\"timeout_s\": 5, "
	         "\"probe\": { \"kind\": \"http\", \"url\": \"http://127.0.0.1:%d/\"%s } } ] }",
	         port, more);
	fuzz_law(config_parse(config, "fuzz.json", text, strlen(text), &err) == 0,
	         "the configuration is good");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_server s = { .data = data + 1, .size = size - 1 };
	struct config config;
	struct error err = { 0 };

	if (size < 1)
		return 0;
	load(&config, listen_on_loopback(&s), probes[data[0] % CONFIGS]);
	fuzz_law(observer_open(&s.observer, &s.loop, &config, count_record, &s, &err) == 0,
	         "it can be observed");
	observer_once(s.observer, on_drained);
	uv_run(&s.loop, UV_RUN_DEFAULT);
	fuzz_law(s.records == 1, "one instant gives one record");
	fuzz_law(uv_loop_close(&s.loop) == 0, "nothing stays open");
	config_release(&config);
	return 0;
}
