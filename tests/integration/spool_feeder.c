/*
 * spool_feeder: makes records of known content, for the tests and the bench of spool and ship.
 *
 *     spool_feeder run SPOOL DATABASE VANTAGE RATE BATCH [STALL_MS]
 *                                                          RATE records/s through the loop, shipped, until a signal;
 *                                                          then says how long the loop was held at the most
 *                                                          while the rest of the process could run
 *     spool_feeder fill SPOOL VANTAGE COUNT [TARGETS US]   COUNT records at once, as fast as the disk takes them
 *     spool_feeder drain SPOOL DATABASE VANTAGE MS         ships what is there
 *
 * A record carries its own number: lateness_us is the seq that it must get. So the database itself shows what was
 * lost, doubled or mixed up. Prints "kept N": what must not be lost any more, whatever happens to this process.
 * Record N is one of 100 targets', 1 ms after that before; or of TARGETS, US microseconds after it, the last one now:
 * then "from US" is printed, the instant of a record 0 since 1970.
 */
#include "base/instant.h"
#include "monitor/probe/memory.h"
#include "monitor/ship/ship.h"
#include "monitor/spool/spool.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define TURN_MS     5
#define BLOCK       4096
#define QUEUED_MOST 60000 /* of 65,536 that the queue takes */
#define FLUSH_MS    60000
#define LIMIT       (INT64_C(100) << 30) /* of the spool's file */

/* What the records say: record N is due N spacings after the base. */
struct pace {
	int64_t base_us, spacing_us, targets;
};

struct feeder {
	struct spool *spool;
	struct ship *ship;
	uv_loop_t loop;
	uv_timer_t turn;
	uv_signal_t stop;
	struct pace pace;
	int64_t next, kept, rate;
	uint64_t started;  /* ms */
	atomic_uint beats; /* of a thread that does nothing else: what passed while this process could run */
	unsigned beaten, held_beats; /* at the last turn; the most between two turns */
};

static void report(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "spool_feeder: %s\n", text);
}

static struct record record_of(int64_t number, const struct pace *pace)
{
	struct record r = record_blank(RECORD_SAMPLE, pace->base_us + number * pace->spacing_us);

	r.sent_us = r.scheduled_us + 7;
	r.target = (int32_t)(1 + number % pace->targets);
	r.lateness_us = (int32_t)number;
	r.rtt_us = (int32_t)(number % 5000);
	if (number % 97 == 0) {
		r.kind = RECORD_CLOCK;
		r.max_error_us = number; /* as lateness_us above */
	} else if (number % 89 == 0) {
		r.outcome = SAMPLE_DOWN;
		r.failure = FAILURE_TIMEOUT;
		r.rtt_us = -1;
	} else if (number % 83 == 0) {
		r.name_us = r.connect_us = 10;
		r.tls_us = r.first_byte_us = r.total_us = 20;
		r.http_status = 200;
		r.certificate_expiry_us = INT64_C(2000000000) * US_PER_S;
	}
	return r;
}

/* The day before now, so that no record lies in the future. */
static struct pace pace_since_yesterday(void)
{
	return (struct pace){ ((int64_t)time(NULL) - 86400) * US_PER_S, 1000, 100 };
}

/* Such that the last of count records was due just now. */
static struct pace pace_until_now(int64_t count, int64_t targets, int64_t spacing_us)
{
	return (struct pace){ (int64_t)time(NULL) * US_PER_S - count * spacing_us, spacing_us, targets };
}

static void beat(void *context)
{
	struct feeder *f = context;

	for (;;) {
		usleep(TURN_MS * 1000);
		atomic_fetch_add(&f->beats, 1);
	}
}

/* The clock would tell of a machine that stood still as well: that holds loop and beats alike. */
static void note_turn(struct feeder *f)
{
	unsigned beats = atomic_load(&f->beats);

	if (beats - f->beaten > f->held_beats)
		f->held_beats = beats - f->beaten;
	f->beaten = beats;
}

static void on_turn(uv_timer_t *timer)
{
	struct feeder *f = timer->data;
	int64_t due = (int64_t)(uv_now(&f->loop) - f->started) * f->rate / 1000;
	struct spool_counters c;

	note_turn(f);
	spool_count(f->spool, &c);
	if (due > c.put + QUEUED_MOST - c.queued) /* a disk that is slow now gets the rest later */
		due = c.put + QUEUED_MOST - c.queued;
	for (; c.put < due; c.put++) {
		struct record r = record_of(f->next, &f->pace);

		if (spool_put(f->spool, &r))
			f->next++;
		else
			exit(3); /* nothing may be lost: there is room */
	}
	if (f->next - 1 > f->kept) {
		f->kept = f->next - 1; /* kill -9 loses nothing that was put */
		printf("kept %" PRId64 "\n", f->kept);
		fflush(stdout);
	}
}

static void on_stop(uv_signal_t *stop, int number)
{
	struct feeder *f = stop->data;

	(void)number;
	uv_close((uv_handle_t *)&f->turn, NULL);
	uv_close((uv_handle_t *)&f->stop, NULL);
	ship_close(f->ship, NULL, NULL);
}

static int run(struct feeder *f, const char *database, int batch, int stall_ms, struct error *err)
{
	struct ship_options options = { .spool = f->spool,
		                        .database = database,
		                        .interval_ms = 20,
		                        .batch_rows = batch,
		                        .back_off_ms = 20,
		                        .stall_ms = stall_ms,
		                        .report = report };

	uv_loop_init(&f->loop);
	if (uv_thread_create(&(uv_thread_t){ 0 }, beat, f) < 0)
		return error_set(err, ERROR_MEMORY, "no thread");
	if (ship_init(&f->ship, &f->loop, &options, err) < 0)
		return err->code;
	uv_timer_init(&f->loop, &f->turn);
	uv_signal_init(&f->loop, &f->stop);
	f->turn.data = f->stop.data = f;
	f->started = uv_now(&f->loop);
	uv_timer_start(&f->turn, on_turn, 0, TURN_MS);
	uv_signal_start(&f->stop, on_stop, SIGTERM);
	ship_start(f->ship);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	fprintf(stderr, "spool_feeder: the loop was held for %d ms\n", (int)f->held_beats * TURN_MS);
	uv_loop_close(&f->loop);
	return spool_flush(f->spool, FLUSH_MS, err);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fill(struct feeder *f, int64_t count, struct error *err)
{
	static struct record block[BLOCK];
	double start = seconds();

	for (int64_t done = 0; done < count;) {
		size_t n = 0;

		for (; n < BLOCK && done < count; n++, done++)
			block[n] = record_of(f->next++, &f->pace);
		if (spool_put_many(f->spool, block, n, err) < 0)
			return err->code;
	}
	if (spool_flush(f->spool, FLUSH_MS, err) < 0)
		return err->code;
	printf("filled %.0f rows/s\n", (double)count / (seconds() - start));
	return 0;
}

static int drain(struct feeder *f, const char *database, int64_t timeout_ms, struct error *err)
{
	struct ship_options options = { .spool = f->spool, .database = database, .report = report };
	double start = seconds();
	int64_t rows;
	int result = ship_drain(&options, timeout_ms, &rows, err);

	printf("drained %" PRId64 " rows, %.0f rows/s\n", rows, (double)rows / (seconds() - start));
	return result;
}

int main(int argc, char **argv)
{
	bool is_run = (argc == 7 || argc == 8) && strcmp(argv[1], "run") == 0;
	bool is_fill = (argc == 5 || argc == 7) && strcmp(argv[1], "fill") == 0;
	bool is_drain = argc == 6 && strcmp(argv[1], "drain") == 0;
	struct feeder f = { .pace = pace_since_yesterday() };
	struct spool_counters counters;
	struct error err = { 0 };

	if (!is_run && !is_fill && !is_drain)
		return 2;
	signal(SIGXFSZ, SIG_IGN); /* as slamon does; this too: */
	if (memory_begin(&err) < 0 ||
	    spool_open(&f.spool,
	               &(struct spool_options){ .path = argv[2],
	                                        .vantage = atoi(argv[is_fill ? 3 : 4]),
	                                        .size_limit_bytes = LIMIT,
	                                        .report = report },
	               &err) < 0) {
		error_print(&err, stderr, "spool_feeder");
		return 1;
	}
	spool_count(f.spool, &counters);
	f.kept = counters.last_seq;
	f.next = f.kept + 1;
	if (is_run) {
		f.rate = atoll(argv[5]);
		(void)run(&f, argv[3], atoi(argv[6]), argc == 8 ? atoi(argv[7]) : 0, &err);
	} else if (is_fill) {
		if (argc == 7) {
			f.pace = pace_until_now(atoll(argv[4]), atoll(argv[5]), atoll(argv[6]));
			printf("from %" PRId64 "\n", f.pace.base_us);
		}
		(void)fill(&f, atoll(argv[4]), &err);
	} else {
		(void)drain(&f, argv[3], atoll(argv[5]), &err);
	}
	spool_close(f.spool);
	if (err.code)
		error_print(&err, stderr, "spool_feeder");
	return err.code ? 1 : 0;
}
