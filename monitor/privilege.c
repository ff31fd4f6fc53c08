#include "monitor/privilege.h"

#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RAW_BIT (UINT32_C(1) << CAP_NET_RAW) /* of the lower half */

/* ---- capabilities, of 64 bits in two halves: capset(2) ---- */

static int read_capabilities(struct __user_cap_data_struct halves[2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return (int)syscall(SYS_capget, &header, halves);
}

static int keep_capabilities(uint32_t low)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct halves[2] = { { .effective = low, .permitted = low } };

	return (int)syscall(SYS_capset, &header, halves);
}

/* ---- the user ---- */

static int find_user(const char *name, struct passwd *out, char *buffer, size_t size, struct error *err)
{
	struct passwd *found = NULL;

	if (getpwnam_r(name, out, buffer, size, &found) != 0 || !found)
		return error_set(err, ERROR_DATA, "there is no user '%.64s'", name);
	if (found->pw_uid == 0)
		return error_set(err, ERROR_DATA, "the user '%.64s' is root: nothing would be given up",
		                 name);
	return 0;
}

static bool is_user(const struct passwd *user)
{
	uid_t real, effective, saved;

	return getresuid(&real, &effective, &saved) == 0 && real == user->pw_uid &&
	       effective == user->pw_uid && saved == user->pw_uid;
}

static int become(const struct passwd *user, struct error *err)
{
	if (setgroups(1, &user->pw_gid) < 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0) {
		error_set(err, ERROR_IO, "cannot become the user '%.64s': %s", user->pw_name,
		          strerror(errno));
		return error_hint(err, "start as root or as that user, or leave the key 'user' out");
	}
	return 0;
}

/* Asked of the kernel, and tried: a drop that can be undone is none. */
static int verify(const struct passwd *user, uint32_t kept, struct error *err)
{
	struct __user_cap_data_struct halves[2];

	if (!is_user(user) || read_capabilities(halves) < 0 || (halves[0].permitted & ~kept) ||
	    halves[1].permitted || setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0)
		return error_set(err, ERROR_IO, "the rights of root could not be given up for good");
	return 0;
}

static int drop_to(const struct privilege *p, struct error *err)
{
	struct __user_cap_data_struct halves[2] = { { 0 } };
	struct passwd user;
	char buffer[4096];
	uint32_t kept;

	if (find_user(p->user, &user, buffer, sizeof buffer, err) < 0)
		return err->code;
	if (read_capabilities(halves) < 0)
		return error_set(err, ERROR_IO, "cannot read the capabilities: %s", strerror(errno));
	kept = p->keep_raw ? halves[0].permitted & RAW_BIT : 0;
	/* without it the change of user takes all of them */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return error_set(err, ERROR_IO, "cannot keep a capability: %s", strerror(errno));
	if (!is_user(&user) && become(&user, err) < 0)
		return err->code;
	if (keep_capabilities(kept) < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return error_set(err, ERROR_IO, "cannot give up capabilities: %s", strerror(errno));
	return verify(&user, kept, err);
}

/* ---- system calls ---- */

/* What no part of slamon nor its libraries calls, and what someone who got in would want. */
static const int refused[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
#if !defined(__SANITIZE_ADDRESS__) /* its search for leaks stops and reads the other threads */
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kcmp),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(syslog),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
};

static int load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < sizeof refused / sizeof refused[0]; i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
		if (rc == -EDOM) /* this architecture has no such call */
			rc = 0;
	}
	if (!rc)
		rc = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return rc;
}

int privilege_drop(const struct privilege *p, struct error *err)
{
	int rc;

	if (p->user && drop_to(p, err) < 0)
		return err->code;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, ERROR_IO, "cannot renounce new privileges: %s", strerror(errno));
	rc = p->filter ? load_filter() : 0;
	if (rc < 0)
		log_line("privilege", "no system call is refused, the kernel does not filter: %s",
		         strerror(-rc));
	return 0;
}
