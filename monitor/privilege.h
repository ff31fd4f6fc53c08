/*
 * privilege: what the process gives up before it touches the network.
 *
 * Three things, each for good: the rights of root (it becomes another user, and keeps of the capabilities at most
 * CAP_NET_RAW, without which the ICMP sockets of a later reload could not be opened), the way back (no new
 * privileges by running a program: PR_SET_NO_NEW_PRIVS), and the system calls that no part of it ever needs (a
 * seccomp filter that answers EPERM: running programs, tracing, mounting, modules, keys, BPF, …; it refuses by name
 * what is dangerous rather than allow by name what libraries of tomorrow may call).
 *
 * Not here: a sandbox of files and networks; that is systemd's part (ProtectSystem= and the like).
 *
 * To be called once, by the only thread, before files are made that shall belong to the user:
 *     privilege_drop(&(struct privilege){ .user = "slamon", .keep_raw = true, .filter = true }, &err)
 */
#ifndef GOVSLA_MONITOR_PRIVILEGE_H
#define GOVSLA_MONITOR_PRIVILEGE_H

#include "base/error.h"

#include <stdbool.h>

struct privilege {
	const char *user; /* to become, not root; NULL: stays who it is, with the capabilities it has */
	bool keep_raw;    /* keep CAP_NET_RAW, if it is there */
	bool filter;      /* seccomp */
};

/*
 * Drops them and verifies that they cannot come back. A kernel without seccomp is said in a line of the log, not an
 * error. Returns 0, ERROR_DATA (no such user, or root), or ERROR_IO with a hint (may not become that user).
 */
int privilege_drop(const struct privilege *p, struct error *err) MUST_CHECK;

#endif
