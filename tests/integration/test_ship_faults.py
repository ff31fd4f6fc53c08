#!/usr/bin/python3
"""What can be wrong with PostgreSQL, each made to happen: nothing is lost or doubled, and the message says what to do.

A feeder goes on observing while the fault lasts; then it is lifted, and all must be there exactly once.
"""
# build: plain
# waits

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import lab_cluster
import lab_feeder
from lab_feeder import RECORDS

LONGEST_S = lab_feeder.LONGEST_S


def setUpModule():
    global cluster
    cluster = lab_cluster.Cluster()
    cluster.__enter__()
    # a feeder has at most a few sessions: so that it is soon out of connections
    cluster.value("ALTER SYSTEM SET max_connections = 20")
    cluster.restart()
    cluster.value("SELECT vantage_register(n, 'v' || n, 'v' || n) FROM generate_series(1, 29) n")


def tearDownModule():
    cluster.__exit__()


class FaultCase(unittest.TestCase):
    vantages = iter(range(1, 29))

    def setUp(self):
        self.cluster = cluster
        self.vantage = next(FaultCase.vantages)
        self.role = "govsla_vantage_%d" % self.vantage
        self.folder = tempfile.mkdtemp(prefix="govsla-fault-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.spool = os.path.join(self.folder, "spool")

    def start(self, database=None, rate=2000, **options):
        self.feeder = lab_feeder.Feeder(self.spool, database or self.cluster.url_of(self.role), self.vantage, rate,
                                        **options)
        self.addCleanup(self.feeder.close)
        return self.feeder

    def mark(self):
        return int(self.cluster.value("SELECT coalesce(max(mark), 0) FROM stream WHERE vantage = %d" % self.vantage))

    def wait_for_more(self):
        before = self.mark()
        self.feeder.wait(lambda: self.mark() > before, "nothing is shipped")

    def end_sessions(self):
        self.cluster.value("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'" % self.role)

    def assert_exactly_once(self, lost=0):
        kept = self.feeder.end()
        self.assertEqual(self.feeder.process.returncode, 0, self.feeder.errors)
        done = lab_feeder.drain(self.spool, self.cluster.url, self.vantage)
        self.assertEqual(done.returncode, 0, done.stderr)
        mark = self.mark()
        self.assertGreaterEqual(mark, kept)
        self.assertGreater(kept, 0)
        found = self.cluster.value("SELECT count(*), count(DISTINCT seq), bool_and(number = seq) FROM " + RECORDS +
                                   " WHERE vantage = %d" % self.vantage)
        self.assertEqual(found, "%d|%d|t" % (mark - lost, mark - lost))
        gaps = self.cluster.value("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM stream_gap "
                                  "WHERE vantage = %d" % self.vantage)
        self.assertEqual(int(gaps), lost)

    def through(self, make, lift, *told):
        """A fault that is made and lifted by SQL while records come in."""
        feeder = self.start()
        self.wait_for_more()
        self.cluster.change(make)
        self.end_sessions()  # in a transaction after it: a new session is refused
        try:
            feeder.wait_told(*told)
        finally:
            self.cluster.change(lift)
            self.end_sessions()
        self.wait_for_more()
        feeder.wait_told("connected again")
        self.assert_exactly_once()


class Refusals(FaultCase):
    def test_rights_taken_away(self):
        self.through("REVOKE EXECUTE ON FUNCTION stream_lock(bigint) FROM govsla_monitor",
                     "GRANT EXECUTE ON FUNCTION stream_lock(bigint) TO govsla_monitor",
                     "permission denied for function stream_lock", "slacalc db migrate")

    def test_role_not_allowed_to_log_in(self):
        self.through("ALTER ROLE %s NOLOGIN" % self.role, "ALTER ROLE %s LOGIN" % self.role,
                     "is not permitted to log in", "pg_hba.conf must let the vantage's role in")

    def let_in(self, rule):
        """Puts a rule for the vantage's role before all others of pg_hba.conf; none: takes it away."""
        path = os.path.join(self.cluster.folder, "postgres", "pg_hba.conf")
        with open(path) as file:
            others = [line for line in file if self.role + " " not in line]
        with open(path, "w") as file:
            file.writelines(["local all %s %s\n" % (self.role, rule)] * bool(rule) + others)
        self.cluster.value("SELECT pg_reload_conf()")

    def test_pg_hba_lets_the_role_not_in(self):
        feeder = self.start()
        self.wait_for_more()
        self.let_in("reject")
        self.addCleanup(self.let_in, "")
        self.end_sessions()
        feeder.wait_told("pg_hba.conf rejects connection", "pg_hba.conf must let the vantage's role in")
        self.let_in("")
        self.wait_for_more()
        self.assert_exactly_once()

    def test_wrong_password(self):
        self.cluster.value("ALTER ROLE %s PASSWORD 'right'" % self.role)
        self.let_in("scram-sha-256")
        self.addCleanup(self.let_in, "")
        feeder = self.start(self.cluster.url_of(self.role) + "&password=wrong")
        feeder.wait_told("password authentication failed", "check the password")
        self.cluster.value("ALTER ROLE %s PASSWORD 'wrong'" % self.role)
        self.wait_for_more()
        self.assert_exactly_once()

    def test_role_dropped(self):
        self.through("DROP ROLE %s" % self.role,
                     "SELECT vantage_register(%d, 'v%d', 'v')" % (self.vantage, self.vantage),
                     'role "%s" does not exist' % self.role, "slacalc apply DIR")

    def test_default_read_only(self):
        self.through("ALTER ROLE %s SET default_transaction_read_only = on" % self.role,
                     "ALTER ROLE %s RESET default_transaction_read_only" % self.role,
                     "in a read-only transaction", "let 'database' name the primary")

    def test_role_has_no_connections_left(self):
        self.through("ALTER ROLE %s CONNECTION LIMIT 0" % self.role,
                     "ALTER ROLE %s CONNECTION LIMIT -1" % self.role, "too many connections for role",
                     "raise max_connections")

    def test_out_of_connections(self):
        feeder = self.start()
        self.wait_for_more()
        most = int(self.cluster.value("SHOW max_connections"))
        idle = [subprocess.Popen(["psql", "-X", "-q", "-d", self.cluster.url, "-c", "SELECT pg_sleep(600)"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(most + 5)]
        try:
            feeder.wait(lambda: any(each.poll() is not None for each in idle), "a session is left")
            for pid in self.backends(self.role):
                os.kill(pid, signal.SIGTERM)
            # the first, or where only a superuser may still come in, the second
            feeder.wait(lambda: re.search("(too many clients already|remaining connection slots are reserved)"
                                          ".*raise max_connections", feeder.errors), "not told")
        finally:
            for each in idle:
                each.kill()
                each.wait()
            lab_feeder.wait_for(self.no_sleepers, "the sleepers' sessions do not end")
        self.wait_for_more()
        self.assert_exactly_once()

    def backends(self, role):
        """The processes of a role's sessions, among the server's children: nobody can ask it by SQL any more."""
        found = []
        for pid in subprocess.run(["pgrep", "-P", str(self.cluster.postmaster())], capture_output=True,
                                  text=True).stdout.split():
            try:
                with open("/proc/%s/cmdline" % pid) as file:
                    if "postgres: %s " % role in file.read():
                        found.append(int(pid))
            except OSError:  # it has ended
                pass
        return found

    def no_sleepers(self):
        """Whether none is left; those that are are ended."""
        sleepers = self.backends("govsla")
        for pid in sleepers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return not sleepers

    def test_statement_timeout_is_ours_to_say(self):
        """Each COPY takes longer than the role's default lets it."""
        self.cluster.value("ALTER ROLE %s SET statement_timeout = '100ms'" % self.role)
        self.cluster.value("CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS "
                           "'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'; CREATE TRIGGER be_slow AFTER INSERT ON sample "
                           "WHEN (current_user = '%s') EXECUTE FUNCTION be_slow()" % self.role)
        self.start()
        for _ in range(3):
            self.wait_for_more()
        self.assert_exactly_once()
        self.cluster.change("DROP TRIGGER be_slow ON sample; DROP FUNCTION be_slow()")

    def test_another_vantages_role(self):
        other = self.cluster.url_of("govsla_vantage_29")
        feeder = self.start(other)
        feeder.wait_told("permission denied", "does not name the role of another vantage")
        feeder.end()
        self.start()
        self.wait_for_more()
        self.assert_exactly_once()


class Tables(FaultCase):
    def test_table_locked(self):
        feeder = self.start()
        self.wait_for_more()
        lock = subprocess.Popen(["psql", "-X", "-q", "-d", self.cluster.url, "-c",
                                 "BEGIN; LOCK sample IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            feeder.wait_told("lock timeout", "pg_blocking_pids")
        finally:
            self.cluster.value("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LOCK sample%' "
                               "AND pid <> pg_backend_pid()")
            lock.wait()
        self.wait_for_more()
        self.assert_exactly_once()

    def test_partition_and_default_missing(self):
        """No fault of the rows: nothing is set aside, all of it comes once there is a partition again."""
        self.cluster.value("""DO $$ DECLARE part regclass; BEGIN
            FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sample'::regclass LOOP
                EXECUTE format('DROP TABLE %s', part); END LOOP; END $$""")
        feeder = self.start()
        feeder.wait_told("no partition of relation", "CREATE TABLE sample_default PARTITION OF sample DEFAULT")
        self.assertNotIn("set aside", feeder.errors)
        self.cluster.value("CREATE TABLE sample_default PARTITION OF sample DEFAULT")
        self.wait_for_more()
        self.assert_exactly_once()
        self.assertNotIn("set aside", feeder.errors)

    def test_partition_of_the_day_dropped(self):
        self.start()
        self.wait_for_more()
        self.cluster.value("""DO $$ DECLARE part regclass; BEGIN
            FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sample'::regclass
                AND inhrelid <> 'sample_default'::regclass LOOP
                EXECUTE format('ALTER TABLE sample DETACH PARTITION %s', part);
                EXECUTE format('ALTER TABLE %s RENAME TO was_%s', part, part); END LOOP; END $$""")
        self.wait_for_more()
        self.cluster.value("""DO $$ DECLARE part regclass; BEGIN
            FOR part IN SELECT oid FROM pg_class WHERE relname LIKE 'was\\_%' AND relkind = 'r' LOOP
                EXECUTE format('INSERT INTO sample SELECT * FROM %s', part);
                EXECUTE format('DROP TABLE %s', part); END LOOP; END $$""")
        self.assert_exactly_once()

    def test_schema_of_another_version(self):
        self.through("ALTER TABLE sample RENAME lateness_us TO lateness", "ALTER TABLE sample RENAME lateness TO lateness_us",
                     'column "lateness_us" of relation "sample" does not exist', "slacalc db migrate")


class Servers(FaultCase):
    def test_sessions_ended_and_killed_at_random(self):
        feeder = self.start(rate=5000)
        self.wait_for_more()
        for _ in range(4):
            self.end_sessions()
            self.wait_for_more()
        feeder.wait_told("trying again")
        self.assert_exactly_once()

    def test_a_standby_that_is_promoted(self):
        """A copy by pg_basebackup, in recovery: it refuses to write, until it is promoted."""
        standby = os.path.join(self.folder, "standby")
        socket = lab_cluster.short_folder(self)
        binaries = os.path.dirname(os.readlink("/proc/%d/exe" % self.cluster.postmaster()))
        unprivileged = ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []
        subprocess.run([os.path.join(binaries, "pg_basebackup"), "-d", self.cluster.url, "-D", standby, "-R", "-X",
                        "stream", "-c", "fast"], check=True, capture_output=True)
        os.chmod(standby, 0o700)

        def control(*arguments):
            return subprocess.run(unprivileged + [os.path.join(binaries, "pg_ctl"), "-D", standby, "-w", "-t", "300",
                                                  *arguments],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

        control("-l", os.path.join(self.folder, "standby.log"), "-o",
                "-c listen_addresses='' -c unix_socket_directories=%s" % socket, "start")
        self.addCleanup(control, "-m", "immediate", "stop")
        url = self.cluster.url_of(self.role).replace(self.cluster.socket_folder, socket)
        feeder = self.start(url)
        feeder.wait_told("read-only transaction", "let 'database' name the primary")
        control("promote")

        def found():
            count = ("SELECT count(*), count(DISTINCT seq), bool_and(number = seq) FROM " + RECORDS
                     + " WHERE vantage = %d" % self.vantage)
            return subprocess.run(["psql", "-X", "-A", "-t", "-d", url.replace(self.role, "govsla"), "-c", count],
                                  capture_output=True, text=True).stdout.strip()

        feeder.wait(lambda: found()[:1] not in ("", "0"), "nothing is shipped to the promoted one")
        feeder.end()
        done = lab_feeder.drain(self.spool, url, self.vantage)
        self.assertEqual(done.returncode, 0, done.stderr)
        total = int(found().split("|")[0])
        self.assertEqual(found(), "%d|%d|t" % (total, total))
        self.assertGreaterEqual(total, feeder.kept)


class Disk(FaultCase):
    """A disk of a few MiB of memory, really full, and freed again. In a mount namespace of the class's own."""

    def mount(self, mib):
        disk = os.path.join(lab_cluster.unquoted_folder(self), "disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm,mode=777" % mib, "none", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        return disk

    def fill(self, disk):
        """To the last byte; returns the name of what fills it."""
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
        return ballast

    RATE = 500  # the queue in memory has room for two minutes

    def goes_on_without_a_disk(self, *told):
        """What is not shipped has to be written: the spool's file does not get by with the room that it has."""
        self.cluster.value("ALTER ROLE %s NOLOGIN" % self.role)
        self.end_sessions()
        self.feeder.wait_told("disk or size limit full", *told)
        before = self.feeder.kept
        self.feeder.wait(lambda: self.feeder.kept > before + self.RATE, "observing does not go on")
        self.cluster.value("ALTER ROLE %s LOGIN" % self.role)

    def test_the_spools_disk_is_full_and_freed(self):
        disk = self.mount(40)
        self.spool = os.path.join(disk, "spool")
        feeder = self.start(rate=self.RATE)
        self.wait_for_more()
        ballast = self.fill(disk)
        self.goes_on_without_a_disk("records wait in memory", "free space on its disk")
        os.unlink(ballast)
        feeder.wait_told("the disk takes records again")
        self.wait_for_more()
        self.assert_exactly_once()

    def test_the_spools_disk_is_full_at_the_start_of_another(self):
        """Killed while the disk was full: it does not begin on a full disk, and what waited is there when it is freed."""
        disk = self.mount(40)
        self.spool = os.path.join(disk, "spool")
        feeder = self.start(rate=self.RATE)
        self.wait_for_more()
        ballast = self.fill(disk)
        self.goes_on_without_a_disk()
        feeder.close()
        kept = feeder.kept
        refused = lab_feeder.drain(self.spool, self.cluster.url_of(self.role), self.vantage)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, "disk or size limit full|database or disk is full")
        os.unlink(ballast)
        feeder = self.start()
        self.wait_for_more()
        self.assert_exactly_once()
        self.assertGreater(self.mark(), kept)

    def test_the_servers_disk_is_full_and_freed(self):
        """The samples' tablespace alone: the server itself needs room to go on at all."""
        disk = self.mount(8)
        place = os.path.join(disk, "space")
        os.mkdir(place)
        self.cluster.value("CREATE TABLESPACE small LOCATION '%s'" % place)
        # also of a day that begins meanwhile
        self.cluster.value("ALTER ROLE %s SET default_tablespace = small" % self.role)
        self.start(rate=self.RATE)
        self.wait_for_more()
        for part in self.cluster.value("SELECT DISTINCT tableoid::regclass FROM sample").splitlines():
            self.cluster.value("ALTER TABLE %s SET TABLESPACE small" % part)
        ballast = self.fill(disk)
        self.feeder.wait_told("No space left on device", "free space")
        os.unlink(ballast)
        self.wait_for_more()
        self.assert_exactly_once()
        self.cluster.value("ALTER ROLE %s RESET default_tablespace" % self.role)
        for kind in ("TABLE", "INDEX"):
            self.cluster.value("ALTER %s ALL IN TABLESPACE small SET TABLESPACE pg_default" % kind)
        self.cluster.value("DROP TABLESPACE small")


OWN_MOUNTS = "GOVSLA_OWN_MOUNTS"


def main():
    """Disk in namespaces of its own; without a name the classes side by side, each part with a server of its own."""
    if any(name.startswith("Disk") for name in sys.argv) and OWN_MOUNTS not in os.environ:
        os.environ[OWN_MOUNTS] = "1"
        os.execvp("unshare", ["unshare", "-Umr", sys.executable] + sys.argv)
    if len(sys.argv) > 1:
        unittest.main()
    running = [subprocess.Popen([sys.executable, sys.argv[0], *part], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True) for part in (["Refusals"], ["Tables", "Servers"], ["Disk"])]
    for each in running:
        print(each.communicate()[0], end="")
    sys.exit(max(each.returncode for each in running))


if __name__ == "__main__":
    main()
