/* privilege: what was given up is refused, in this thread and in later ones; what is needed still works. */
#include "monitor/privilege.h"

#include "suite.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void drop(bool filter)
{
	struct error err = { 0 };
	const struct privilege p = { .filter = filter };

	ck_assert_int_eq(privilege_drop(&p, &err), 0);
	ck_assert_int_eq(err.code, ERROR_NONE);
}

static int run_true(void)
{
	char *const arguments[] = { "true", NULL };

	return execv("/bin/true", arguments) < 0 ? errno : 0;
}

static void *try_elsewhere(void *arg)
{
	*(int *)arg = run_true();
	return NULL;
}

START_TEST(dangerous_calls_are_refused_in_every_thread)
{
	pthread_t thread;
	int cause = 0;

	drop(true);
	ck_assert_int_eq(run_true(), EPERM);
	ck_assert_int_eq(unshare(CLONE_NEWUSER), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(mount("none", "/proc/self", "tmpfs", 0, NULL), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(pthread_create(&thread, NULL, try_elsewhere, &cause), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(cause, EPERM);
}
END_TEST

START_TEST(what_probes_need_still_works)
{
	int fd;

	drop(true);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}
END_TEST

/* The same calls without the filter: that they fail above is the filter's doing. */
START_TEST(without_the_filter_programs_run)
{
	pid_t child;
	int status = -1;

	drop(false);
	child = fork();
	if (child == 0)
		_exit(run_true());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}
END_TEST

START_TEST(users_that_give_nothing_up_are_refused)
{
	struct error nobody = { 0 }, root = { 0 };

	ck_assert_int_eq(privilege_drop(&(struct privilege){ .user = "no-such-user" }, &nobody), ERROR_DATA);
	assert_error(&nobody, "there is no user 'no-such-user'");
	ck_assert_int_eq(privilege_drop(&(struct privilege){ .user = "root" }, &root), ERROR_DATA);
	assert_error(&root, "the user 'root' is root: nothing would be given up");
}
END_TEST

int main(void)
{
	return run_suite("monitor/privilege",
	                 (const TTest *const[]){
	                     dangerous_calls_are_refused_in_every_thread, what_probes_need_still_works,
	                     without_the_filter_programs_run, users_that_give_nothing_up_are_refused, NULL });
}
