#include "monitor/spool/spool_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC       UINT64_C(0x3165756575714153) /* "SAqueue1" */
#define HEAD_BYTES  4096
#define BLOCK_SLOTS 64

struct noted {
	uint64_t generation;
	struct spool_note note;
	uint64_t check;
};

struct spool_queue_head {
	uint64_t magic, slot_bytes, slots;
	struct noted noted[2];
	struct spool_losses losses;
};

/* ---- the note ---- */

static uint64_t check_of(const struct noted *noted)
{
	return spool_checksum((int64_t)noted->generation, &noted->note, sizeof(noted->note));
}

static const struct noted *newest(const struct spool_queue_head *head)
{
	const struct noted *found = NULL;

	for (int i = 0; i < 2; i++) {
		const struct noted *n = &head->noted[i];

		if (n->generation > 0 && n->check == check_of(n) && n->note.stream > 0 &&
		    (!found || n->generation > found->generation))
			found = n;
	}
	return found;
}

/* Writes the older of the two, so that a process killed on the way leaves the other whole. */
static void keep_note(struct spool_queue *q)
{
	struct noted *next;

	if (!q->file)
		return;
	next = &q->file->noted[++q->generation % 2];
	next->check = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	next->generation = q->generation;
	next->note = q->note;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	next->check = check_of(&(struct noted){ .generation = q->generation, .note = q->note });
}

void spool_queue_note(struct spool_queue *q, const struct spool_note *note)
{
	q->note = *note;
	keep_note(q);
}

/* ---- what is copied into the file as it changes ---- */

void spool_queue_keep(struct spool_queue *q, size_t i)
{
	if (q->file)
		((struct spool_slot *)((char *)q->file + HEAD_BYTES))[i] = q->slots[i];
}

void spool_queue_keep_losses(struct spool_queue *q)
{
	if (q->file)
		q->file->losses = q->losses;
}

/* ---- opening ---- */

static int lock_file(struct spool_queue *q, const char *spool_path, struct error *err)
{
	q->fd = open(q->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (q->fd < 0) {
		int cause = errno;

		error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", spool_path, strerror(cause));
		if (cause == ENOENT)
			error_hint(err, "make its folder, or name another in spool.path");
		else if (cause == EACCES || cause == EPERM || cause == EROFS)
			error_hint(err,
			           "the user of slamon must own the file and be able to write in its folder");
		return err->code;
	}
	if (flock(q->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	error_set(err, ERROR_RETRY, "spool '%s' is in use by another process", spool_path);
	return error_hint(err, "one slamon at a time: stop the other, or give this one its own spool");
}

bool spool_queue_in_use(const char *spool_path)
{
	char *path = NULL;
	int fd =
	    asprintf(&path, "%s-queue", spool_path) < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;

	if (fd >= 0)
		close(fd);
	free(path);
	return locked;
}

/* The head that the former process left; all zero where there is none. */
static void read_head(const struct spool_queue *q, struct spool_queue_head *head)
{
	memset(head, 0, sizeof(*head));
	if (pread(q->fd, head, sizeof(*head), 0) != (ssize_t)sizeof(*head) || head->magic != MAGIC)
		memset(head, 0, sizeof(*head));
}

int spool_queue_open(struct spool_queue *q, const char *spool_path, struct error *err)
{
	struct spool_queue_head head;
	const struct noted *now;

	memset(q, 0, sizeof(*q));
	q->fd = -1;
	if (asprintf(&q->path, "%s-queue", spool_path) < 0) {
		q->path = NULL;
		return error_set(err, ERROR_MEMORY, "no memory for spool '%s'", spool_path);
	}
	if (lock_file(q, spool_path, err) < 0)
		return err->code;
	read_head(q, &head);
	now = newest(&head);
	if (now)
		q->former = now->note;
	return 0;
}

/* ---- what the former process left ---- */

static int by_seq(const void *a, const void *b)
{
	const struct spool_slot *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct left {
	int64_t after;
	struct spool_slot *slots;
	size_t count, room;
};

static bool is_left(const struct spool_slot *slot, int64_t after)
{
	struct record record;

	return slot->seq > after && spool_row_decode(&record, slot->seq, slot->bytes, slot->size);
}

/* Takes the whole ones of a block of slots. */
static int take_left(struct left *left, const struct spool_slot *block, size_t slots, struct error *err)
{
	for (size_t i = 0; i < slots; i++) {
		if (!is_left(&block[i], left->after))
			continue;
		if (left->count == left->room) {
			size_t room = left->room ? left->room * 2 : 256;
			struct spool_slot *grown = realloc(left->slots, room * sizeof(*grown));

			if (!grown)
				return error_set(err, ERROR_MEMORY, "no memory for %zu records that waited",
				                 room);
			left->slots = grown;
			left->room = room;
		}
		left->slots[left->count++] = block[i];
	}
	return 0;
}

int spool_queue_left(struct spool_queue *q, int64_t after, struct spool_slot **slots, size_t *count,
                     struct spool_losses *losses, struct error *err)
{
	struct spool_slot block[BLOCK_SLOTS];
	struct left left = { .after = after };
	struct spool_queue_head head;
	off_t at = HEAD_BYTES;
	ssize_t got;

	read_head(q, &head);
	*losses = head.losses;
	if (losses->count < 0)
		memset(losses, 0, sizeof(*losses));
	if (head.slot_bytes == sizeof(*block)) {
		while ((got = pread(q->fd, block, sizeof(block), at)) >= (ssize_t)sizeof(*block)) {
			if (take_left(&left, block, (size_t)got / sizeof(*block), err) < 0) {
				free(left.slots);
				return err->code;
			}
			at += got;
		}
	}
	if (left.count > 1)
		qsort(left.slots, left.count, sizeof(*left.slots), by_seq);
	*slots = left.slots;
	*count = left.count;
	return 0;
}

/* ---- the ring, and the file that holds a copy of it ---- */

/*
 * A file that somebody truncates takes its pages out of the mapping: touching one raises SIGBUS. A page of plain memory in
 * its place lets the process live. What is mapped here is a copy, which is only written; SQLite's "-shm" bears checksums
 * and is made anew from the log. Anything else is as fatal as it was: the fault comes back at once.
 */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *page = (void *)((uintptr_t)info->si_addr & ~(size - 1));

	(void)context;
	if (info->si_code != BUS_ADRERR || mmap(page, size, PROT_READ | PROT_WRITE,
	                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		signal(number, SIG_DFL);
	errno = saved;
}

static void outlive_truncation(void)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

static size_t file_bytes(const struct spool_queue *q)
{
	return HEAD_BYTES + q->count * sizeof(struct spool_slot);
}

static void unmap(struct spool_queue *q)
{
	if (q->file)
		munmap(q->file, file_bytes(q));
	q->file = NULL;
}

/* Space is allocated here: a page that cannot be written back would be missing later. */
static bool map_file(struct spool_queue *q)
{
	void *map = MAP_FAILED;

	if (ftruncate(q->fd, 0) == 0 && posix_fallocate(q->fd, 0, (off_t)file_bytes(q)) == 0)
		map = mmap(NULL, file_bytes(q), PROT_READ | PROT_WRITE, MAP_SHARED, q->fd, 0);
	if (map == MAP_FAILED) {
		(void)!ftruncate(q->fd, 0);
		return false;
	}
	q->file = map;
	q->file->slot_bytes = sizeof(struct spool_slot);
	q->file->slots = q->count;
	q->file->magic = MAGIC;
	return true;
}

int spool_queue_begin(struct spool_queue *q, size_t slots, struct error *err)
{
	q->slots = calloc(slots, sizeof(*q->slots));
	if (!q->slots)
		return error_set(err, ERROR_MEMORY, "no memory for a queue of %zu records", slots);
	q->count = slots;
	outlive_truncation();
	(void)map_file(q);
	return 0;
}

static bool in_place(const struct spool_queue *q)
{
	struct stat here, ours;

	return stat(q->path, &here) == 0 && fstat(q->fd, &ours) == 0 && here.st_ino == ours.st_ino &&
	       here.st_dev == ours.st_dev;
}

bool spool_queue_survives(const struct spool_queue *q)
{
	struct stat st;

	return q->file && in_place(q) && fstat(q->fd, &st) == 0 && st.st_size >= (off_t)file_bytes(q);
}

bool spool_queue_renew(struct spool_queue *q, size_t head, size_t count)
{
	struct spool_queue other = { .fd = -1, .path = q->path };
	struct error ignored = { 0 };

	if (!in_place(q)) {
		if (lock_file(&other, q->path, &ignored) < 0) {
			if (other.fd >= 0)
				close(other.fd);
			return false;
		}
		close(q->fd);
		q->fd = other.fd;
	}
	unmap(q);
	if (!map_file(q))
		return false;
	for (size_t i = 0; i < count; i++)
		spool_queue_keep(q, (head + i) % q->count);
	spool_queue_keep_losses(q);
	keep_note(q);
	return true;
}

void spool_queue_close(struct spool_queue *q)
{
	unmap(q);
	free(q->slots);
	if (q->fd >= 0)
		close(q->fd);
	free(q->path);
	memset(q, 0, sizeof(*q));
	q->fd = -1;
}
