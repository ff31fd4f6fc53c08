#include "monitor/ship/ship_link.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lives on until libuv has let go of it, which is after the link has moved on to another socket. */
struct ship_link_poll {
	uv_poll_t handle;
	struct ship_link *link;
};

void ship_link_init(struct ship_link *link, uv_loop_t *loop, ship_link_callback *callback, void *context)
{
	memset(link, 0, sizeof(*link));
	link->loop = loop;
	link->callback = callback;
	link->context = context;
}

/* How many bytes the character has that the text begins with; 0: it is none of UTF-8. */
static size_t character(const char *text)
{
	unsigned char first = (unsigned char)text[0];
	size_t length = first < 0x80   ? 1
	                : first < 0xc2 ? 0
	                : first < 0xe0 ? 2
	                : first < 0xf0 ? 3
	                : first < 0xf5 ? 4
	                               : 0;

	for (size_t i = 1; i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* libpq's messages have several lines, indented; what is no text may come from whoever answers. */
static void one_line(char *out, size_t size, const char *text)
{
	bool ended = false;
	size_t n = 0, length;

	for (; *text && n + 1 < size; text++) {
		ended = ended || *text == '\n';
		if (*text == '\n' || *text == '\t')
			continue;
		if (n > 0 && ended && n + 3 < size) {
			out[n++] = ';';
			out[n++] = ' ';
		}
		ended = false;
		length = character(text);
		if (n + length >= size)
			break;
		if (length == 0 || (unsigned char)*text < ' ' || *text == 0x7f) {
			out[n++] = '?';
			continue;
		}
		memcpy(out + n, text, length);
		n += length;
		text += length - 1;
	}
	out[n] = '\0';
}

/*
 * A refused connection has no fields to ask: its text, asked for in full, begins "... FATAL:  28P01: ", the first word in
 * any language, and ends with a line that says where in the server's source it was. Takes both out of the text.
 */
static void split_refusal(struct ship_answer *answer)
{
	char *at = answer->text, *where;

	while ((at = strstr(at, ":  ")) != NULL) {
		if (strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 && at[8] == ':') {
			memcpy(answer->sqlstate, at + 3, 5);
			answer->sqlstate[5] = '\0';
			memmove(at + 2, at + 9, strlen(at + 9) + 1);
			break;
		}
		at += 3;
	}
	where = strstr(answer->text, "; LOCATION:");
	if (where)
		*where = '\0';
}

static void broken_by(struct ship_link *link, const char *why)
{
	link->answer.ok = false;
	one_line(link->answer.text, sizeof(link->answer.text), why);
	if (link->doing == LINK_CONNECTING)
		split_refusal(&link->answer);
	link->doing = LINK_IDLE;
	link->callback(link->context, LINK_BROKEN, &link->answer);
}

/* What the server said last is better than libpq's words, and those than ours. */
static void broken(struct ship_link *link, const char *why)
{
	char said[sizeof(link->answer.text)];
	const char *words = PQerrorMessage(link->conn);

	memcpy(said, link->answer.text, sizeof(said));
	broken_by(link, said[0] ? said : link->conn && words[0] ? words : why);
}

/* Returns whether the server has not said too much. */
static bool is_brief(struct ship_link *link)
{
	if (ship_is_brief(link->conn, &link->heard))
		return true;
	broken_by(link, SHIP_ENDLESS);
	return false;
}

/* A notice is of no use, unless it is the last word of a server that hangs up. */
static void on_notice(void *context, const PGresult *notice)
{
	struct ship_link *link = context;

	if (link->doing == LINK_IDLE)
		one_line(link->answer.text, sizeof(link->answer.text), PQresultErrorMessage(notice));
}

static void emit(struct ship_link *link, enum ship_link_event event)
{
	link->doing = LINK_IDLE;
	link->callback(link->context, event, &link->answer);
}

/* ---- waiting for the socket ---- */

static void on_closed(uv_handle_t *handle)
{
	struct ship_link_poll *poll = handle->data;
	struct ship_link *link = poll->link;

	free(poll);
	link->handles--;
	link->callback(link->context, LINK_RELEASED, NULL);
}

static void unwatch(struct ship_link *link)
{
	if (!link->poll)
		return;
	uv_close((uv_handle_t *)&link->poll->handle, on_closed);
	link->poll = NULL;
}

static void on_socket(uv_poll_t *handle, int status, int events);

static bool watch(struct ship_link *link, int events)
{
	if (!link->poll) {
		struct ship_link_poll *poll = calloc(1, sizeof(*poll));

		if (!poll || uv_poll_init(link->loop, &poll->handle, PQsocket(link->conn)) < 0) {
			free(poll);
			return false;
		}
		poll->handle.data = poll;
		poll->link = link;
		link->poll = poll;
		link->handles++;
	}
	return uv_poll_start(&link->poll->handle, events, on_socket) == 0;
}

/* ---- connecting ---- */

static void on_dialled(void *context, PGconn *conn, const char *why)
{
	struct ship_link *link = context;

	link->dial = NULL;
	if (link->doing != LINK_CONNECTING) { /* closed meanwhile */
		PQfinish(conn);
		link->callback(link->context, LINK_RELEASED, NULL);
		return;
	}
	link->conn = conn;
	if (why) {
		broken_by(link, why);
	} else if (PQstatus(conn) != CONNECTION_OK) {
		broken(link, conn ? "connecting failed" : "out of memory");
	} else if (PQsetnonblocking(conn, 1) != 0 || !watch(link, UV_READABLE)) {
		broken(link, "the connection cannot be watched");
	} else {
		PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
		PQsetNoticeReceiver(conn, on_notice, link);
		emit(link, LINK_CONNECTED);
	}
}

void ship_link_connect(struct ship_link *link, const struct ship_connect *connect, const char *application)
{
	assert(!link->conn && !link->dial);
	memset(&link->answer, 0, sizeof(link->answer));
	link->heard = 0;
	link->doing = LINK_CONNECTING;
	link->dial = ship_dial_start(link->loop, connect, application, on_dialled, link);
	if (!link->dial)
		broken(link, "no thread to connect on: out of memory");
}

/* ---- asking ---- */

/* Returns whether text is a whole number. */
static bool whole_number(const char *text, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && end != text && !*end;
}

static void note_result(struct ship_answer *answer, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (status == PGRES_TUPLES_OK && PQntuples(result) > 0 && PQnfields(result) > 0)
		answer->valued = whole_number(PQgetvalue(result, PQntuples(result) - 1, 0), &answer->value);
	if (status == PGRES_COMMAND_OK && !whole_number(PQcmdTuples((PGresult *)result), &answer->copied))
		answer->copied = 0;
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		snprintf(answer->tag, sizeof(answer->tag), "%.15s", PQcmdStatus((PGresult *)result));
		return;
	}
	if (!answer->ok)
		return;
	answer->ok = false;
	answer->constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) != NULL;
	snprintf(answer->sqlstate, sizeof(answer->sqlstate), "%.5s", state ? state : "");
	one_line(answer->text, sizeof(answer->text), PQresultErrorMessage(result));
}

/* Takes what has come; at most one event. */
static void collect(struct ship_link *link)
{
	while (!PQisBusy(link->conn)) {
		PGresult *result = PQgetResult(link->conn);
		ExecStatusType status;

		if (!result) {
			if (PQstatus(link->conn) == CONNECTION_BAD)
				broken(link, "the connection was lost");
			else
				emit(link, LINK_ANSWERED);
			return;
		}
		status = PQresultStatus(result);
		if (status != PGRES_COPY_IN)
			note_result(&link->answer, result);
		PQclear(result);
		if (status == PGRES_COPY_IN) {
			emit(link, LINK_COPYING);
			return;
		}
	}
}

/* Hands to the kernel what libpq holds. Returns whether all is out; false also after LINK_BROKEN. */
static bool flush(struct ship_link *link)
{
	int left = PQflush(link->conn);

	if (left < 0) {
		/* what the server said before it hung up is worth more than the failed write */
		PQconsumeInput(link->conn);
		broken(link, "the connection was lost");
		return false;
	}
	if (!watch(link, left ? UV_READABLE | UV_WRITABLE : UV_READABLE)) {
		broken(link, "the connection cannot be watched");
		return false;
	}
	return left == 0;
}

static void on_socket(uv_poll_t *handle, int status, int events)
{
	struct ship_link *link = ((struct ship_link_poll *)handle->data)->link;

	(void)status; /* an error shows itself at the next call of libpq, with a better text */
	if (!is_brief(link))
		return;
	if (((events & UV_READABLE) || status < 0) && !PQconsumeInput(link->conn)) {
		broken(link, "the connection was lost");
		return;
	}
	switch (link->doing) {
	case LINK_ASKING:
		if (flush(link))
			collect(link);
		break;
	case LINK_SENDING:
		if (flush(link))
			emit(link, LINK_FLUSHED);
		break;
	default:                            /* idle: a notice, or the server hung up */
		(void)PQisBusy(link->conn); /* reads what it said */
		if (PQstatus(link->conn) == CONNECTION_BAD)
			broken(link, "the server closed the connection");
		break;
	}
}

void ship_link_query(struct ship_link *link, const char *sql)
{
	assert(link->conn && link->doing == LINK_IDLE);
	memset(&link->answer, 0, sizeof(link->answer));
	link->answer.ok = true;
	link->heard = 0;
	link->doing = LINK_ASKING;
	if (!PQsendQuery(link->conn, sql))
		broken(link, "the connection was lost");
	else
		(void)flush(link); /* the answer comes with the socket's next event */
}

void ship_link_copy(struct ship_link *link, const char *bytes, size_t length)
{
	assert(link->conn && link->doing == LINK_IDLE);
	link->doing = LINK_SENDING;
	/* 0 cannot be: nothing is left in libpq's buffer from the data before */
	if (PQputCopyData(link->conn, bytes, (int)length) <= 0)
		broken(link, "the connection was lost");
	/* the rest, and the event, by way of the loop: others want their turn between two chunks */
	else if (!watch(link, UV_READABLE | UV_WRITABLE))
		broken(link, "the connection cannot be watched");
}

void ship_link_copy_end(struct ship_link *link)
{
	assert(link->conn && link->doing == LINK_IDLE);
	link->doing = LINK_ASKING;
	if (PQputCopyEnd(link->conn, NULL) <= 0)
		broken(link, "the connection was lost");
	/* an error that came while we were sending is already in libpq's buffer: no event will tell */
	else if (flush(link))
		collect(link);
}

void ship_link_close(struct ship_link *link)
{
	if (link->dial)
		ship_dial_give_up(link->dial);
	unwatch(link); /* before libpq closes the socket */
	PQfinish(link->conn);
	link->conn = NULL;
	link->doing = LINK_IDLE;
}
