/* ship_talk: what is said to the database: the mark, one transaction after another, and what the answers mean. */
#include "monitor/ship/ship_part.h"

#include "monitor/ship/ship_sql.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- one transaction ---- */

static void begin(struct ship *ship)
{
	text_clear(&ship->sql);
	ship_sql_begin(&ship->sql, spool_stream(ship->options.spool));
	ship_ask(ship, SHIP_LOCKING);
}

static bool day_known(const struct ship *ship, int32_t day)
{
	for (size_t i = 0; i < ship->known_days; i++)
		if (ship->days[i] == day)
			return true;
	return false;
}

static void add_day(struct ship *ship, int32_t day, int32_t *missing, size_t *count)
{
	if (day_known(ship, day))
		return;
	if (ship->known_days < SHIP_KNOWN_DAYS)
		ship->days[ship->known_days++] = day;
	missing[(*count)++] = day;
}

/*
 * Asks for the partitions of the batch's days, and tomorrow's ahead of time. Not for days a monitor cannot have
 * observed (a clock gone mad): the default partition takes those. Returns whether there was something to ask.
 */
static bool ask_partitions(struct ship *ship)
{
	int32_t today = (int32_t)(time(NULL) / 86400), missing[SHIP_BATCH_DAYS + 1];
	size_t count = 0;

	if (ship->known_days + SHIP_BATCH_DAYS + 1 > SHIP_KNOWN_DAYS)
		ship->known_days = 0;
	for (size_t i = 0; i < ship->sending->days; i++) {
		int32_t day = ship->sending->day[i];

		if (day > today + 1 || day < today - 800)
			continue;
		add_day(ship, day, missing, &count);
		if (day == today && count < SHIP_BATCH_DAYS)
			add_day(ship, day + 1, missing, &count);
	}
	if (count == 0)
		return false;
	text_clear(&ship->sql);
	ship_sql_partitions(&ship->sql, missing, count);
	ship_ask(ship, SHIP_PARTITIONING);
	return true;
}

/* Copies what the batch has for this table or a later one, then commits. */
static void copy_from(struct ship *ship, int table)
{
	text_clear(&ship->sql);
	while (table < SHIP_TABLES && ship->sending->table[table].rows == 0)
		table++;
	if (table < SHIP_TABLES) {
		ship->table = (enum ship_table)table;
		ship->chunk = 0;
		ship_sql_copy(&ship->sql, ship->table);
		ship_ask(ship, SHIP_COPYING);
	} else {
		/* not sooner: what is not committed was not sent, so a mark as high is another's (see marked) */
		spool_sending(ship->options.spool, ship->sending->last);
		ship_sql_commit(&ship->sql, spool_stream(ship->options.spool), ship->sending->last);
		ship_ask(ship, SHIP_COMMITTING);
	}
}

static void send_data(struct ship *ship)
{
	const struct ship_copy *copy = &ship->sending->table[ship->table];
	size_t at = ship->chunk++;

	ship_enter(ship, ship->state);
	if (at >= copy->chunks)
		ship_link_copy_end(&ship->link);
	else
		ship_link_copy(&ship->link, copy->chunk[at].bytes, copy->chunk[at].length);
}

static void committed(struct ship *ship)
{
	const struct ship_batch *batch = ship->sending;
	bool more = batch->records >= ship->limit || ship->ready;
	char text[300];

	if (batch->forgotten > 0) {
		snprintf(text, sizeof(text),
		         "the database has lost %" PRId64
		         " records that it had confirmed, and the spool has them "
		         "no more: it is another database, or an older state of it was put back; they are "
		         "accounted for in stream_gap",
		         batch->forgotten);
		ship_tell(ship, text);
	}
	ship->counters.mark = batch->last;
	ship->counters.rows += batch->records;
	ship->counters.transactions++;
	ship->counters.last_error[0] = '\0';
	ship->failed_in_a_row = 0;
	ship->sending = NULL;
	spool_delete(ship->options.spool, ship->counters.mark);
	ship->limit = ship->limit * 2 < ship->options.batch_rows ? ship->limit * 2 : ship->options.batch_rows;
	ship_enter(ship, SHIP_WAITING);
	if (more)
		ship_consider(ship);
}

static void start_sending(struct ship *ship)
{
	ship->sending = ship->ready;
	ship->ready = NULL;
	if (ship->sending->records >= ship->limit && ship->task.kind == TASK_NONE)
		ship_start_read(ship, ship->sending->last); /* while this one is sent */
	if (!ask_partitions(ship))
		begin(ship);
}

void ship_consider(struct ship *ship)
{
	struct spool_counters spool;

	if (ship->state != SHIP_WAITING)
		return;
	if (ship->ready && ship->ready->after == ship->counters.mark) {
		start_sending(ship);
		return;
	}
	ship->ready = NULL;
	spool_count(ship->options.spool, &spool);
	if (ship->task.kind == TASK_NONE && spool.last_seq > ship->counters.mark)
		ship_start_read(ship, ship->counters.mark);
}

/* ---- answers ---- */

void ship_ask_mark(struct ship *ship)
{
	ship->sending = NULL;
	text_clear(&ship->sql);
	ship_sql_mark(&ship->sql, spool_stream(ship->options.spool));
	ship_ask(ship, SHIP_MARKING);
}

/* What was asked has no answer without a number: guessing 0 would send everything again. */
static bool is_number(struct ship *ship, const struct ship_answer *answer)
{
	if (answer->valued && answer->value >= 0)
		return true;
	ship_fail(
	    ship,
	    "the database does not tell how far the stream is: is it PostgreSQL, with govsla's schema?");
	return false;
}

static void marked(struct ship *ship, int64_t mark)
{
	int64_t sent_through = spool_sent_through(ship->options.spool);

	if (mark > sent_through) {
		ship_tell(
		    ship,
		    "the database has records of this stream that this spool has not: an older copy of it "
		    "was put back; a new stream begins");
		ship->counters.mark = -1;
		ship_renew(ship, sent_through);
		return;
	}
	if (ship->counters.last_error[0]) {
		ship->counters.last_error[0] = '\0';
		ship_tell(ship, "connected again");
	}
	ship->counters.mark = mark;
	spool_delete(ship->options.spool, mark);
	ship_enter(ship, SHIP_WAITING);
	ship_keep_looking(ship);
	ship_consider(ship);
}

/* A server that takes fewer rows than it was sent, and says that all is well, would lose them for ever. */
static void copied(struct ship *ship, int64_t rows)
{
	const struct ship_copy *copy = &ship->sending->table[ship->table];
	char text[300];

	if (rows == copy->rows) {
		copy_from(ship, ship->table + 1);
		return;
	}
	snprintf(text, sizeof(text),
	         "the database took %" PRId64 " of %" PRId64
	         " rows and reports no error, so the transaction is "
	         "rolled back; see what drops rows: a trigger, a rule, a proxy",
	         rows, copy->rows);
	ship_fail(ship, text);
}

static void clear_others(struct ship *ship)
{
	text_clear(&ship->sql);
	ship_sql_clear(&ship->sql, spool_vantage(ship->options.spool), spool_stream(ship->options.spool),
	               ship->take_role);
	ship_ask(ship, SHIP_CLEARING);
}

static void connected(struct ship *ship)
{
	ship->counters.connections++;
	ship->take_role = strcmp(PQuser(ship->link.conn), ship->connect.role) != 0;
	text_clear(&ship->sql);
	ship_sql_open(&ship->sql, spool_vantage(ship->options.spool), ship->take_role);
	ship_ask(ship, SHIP_OPENING);
}

static void answered(struct ship *ship, const struct ship_answer *answer)
{
	switch (ship->state) {
	case SHIP_OPENING:
		ship_ask_mark(ship);
		break;
	case SHIP_MARKING:
		if (is_number(ship, answer))
			marked(ship, answer->value);
		break;
	case SHIP_CLEARING:
		ship->counters.terminated += answer->value;
		if (answer->value > 0)
			ship_ask_mark(ship);
		else
			ship_fail_of(ship, "55P03", "another session holds the stream, and cannot be found");
		break;
	case SHIP_PARTITIONING:
		begin(ship);
		break;
	case SHIP_LOCKING:
		/* another session has shipped for us: its transaction was still open when we asked */
		if (!is_number(ship, answer))
			break;
		if (answer->value != ship->sending->after)
			ship_ask_mark(ship);
		else
			copy_from(ship, 0);
		break;
	case SHIP_COPYING:
		copied(ship, answer->copied);
		break;
	case SHIP_COMMITTING:
		if (strcmp(answer->tag, "COMMIT") == 0)
			committed(ship);
		else
			ship_fail(ship, "the database rolled the transaction back");
		break;
	default:
		assert(!"an answer without a question");
	}
}

/* Whether it is the rows' own fault. A missing partition is none, though it has the class of a broken constraint. */
static bool of_data(const struct ship_answer *answer)
{
	return strncmp(answer->sqlstate, "22", 2) == 0 ||
	       (strncmp(answer->sqlstate, "23", 2) == 0 && answer->constraint);
}

/* Whether the function that makes partitions is at fault, or the right to call it: copying may still succeed. */
static bool of_partitions(const struct ship_answer *answer)
{
	static const char *const classes[] = { "22", "23", "42", "P0" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strncmp(answer->sqlstate, classes[i], 2) == 0)
			return true;
	return false;
}

/* The server refused. It is still there; what it said decides. */
static void refused(struct ship *ship, const struct ship_answer *answer)
{
	bool locked = strcmp(answer->sqlstate, "55P03") == 0;
	char text[500];

	if (locked && (ship->state == SHIP_MARKING || ship->state == SHIP_LOCKING)) {
		clear_others(ship);
	} else if (ship->state == SHIP_PARTITIONING && of_partitions(answer)) {
		snprintf(text, sizeof(text), "no partition for these days, the default one takes them: %s",
		         answer->text);
		ship_tell(ship, text);
		begin(ship);
	} else if (of_data(answer) && ship->state == SHIP_COPYING) {
		/* one bad row must not hold up the others: halve until it stands alone */
		ship->limit = ship->sending->records / 2;
		if (ship->limit > 0) {
			ship_ask_mark(ship);
		} else {
			ship->limit = 1;
			ship_set_aside(ship, ship->sending->last, GAP_REFUSED, answer->text);
		}
	} else {
		ship_fail_of(ship, answer->sqlstate, answer->text);
	}
}

void ship_on_event(void *context, enum ship_link_event event, const struct ship_answer *answer)
{
	struct ship *ship = context;

	switch (event) {
	case LINK_CONNECTED:
		connected(ship);
		break;
	case LINK_ANSWERED:
		if (answer->ok)
			answered(ship, answer);
		else
			refused(ship, answer);
		break;
	case LINK_COPYING:
	case LINK_FLUSHED:
		send_data(ship);
		break;
	case LINK_BROKEN:
		ship_fail_of(ship, answer->sqlstate, answer->text);
		break;
	case LINK_RELEASED:
		ship_release_if_closed(ship);
		break;
	}
}
