#!/usr/bin/python3
"""sql/local-cluster: the private PostgreSQL starts, stops and says where it is, whatever was before."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import lab_cluster
import lab_feeder

NOBODY = 65534


class LocalCluster(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="govsla-lab-")
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        self.command = [lab_cluster.SCRIPT]
        self.use(os.path.join(self.top, "var"))

    def use(self, folder):
        self.folder = folder
        self.addCleanup(self.run_verb, "stop")

    def run_verb(self, verb, **options):
        return subprocess.run([*self.command, verb, self.folder], capture_output=True, text=True, **options)

    def ok(self, verb, **options):
        done = self.run_verb(verb, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def query(self, sql):
        return subprocess.run(["psql", "-XAtq", "-d", self.ok("url"), "-c", sql], check=True, capture_output=True,
                              text=True).stdout.strip()

    def postmaster(self):
        with open(os.path.join(self.folder, "postgres", "postmaster.pid")) as file:
            return int(file.readline())

    def kill(self):
        pid = self.postmaster()
        os.kill(pid, signal.SIGKILL)
        lab_feeder.wait_for(lambda: self.run_verb("status").stdout == "stopped\n", "the server is not gone")

    def test_life(self):
        self.assertEqual(self.run_verb("status").returncode, 3)
        self.assertEqual(self.ok("stop"), "")
        self.assertFalse(os.path.exists(self.folder), "only start makes anything")
        self.ok("start")
        self.ok("start")
        self.assertEqual(self.ok("status"), "running")
        self.assertEqual(self.query("SELECT current_database(), current_user, current_setting('listen_addresses'),"
                                    " current_setting('TimeZone'), current_setting('data_checksums'),"
                                    " current_setting('server_encoding')"), "govsla|govsla||UTC|on|UTF8")
        self.query("CREATE TABLE kept AS SELECT 1 AS it")
        self.ok("stop")
        self.ok("stop")
        self.assertEqual(self.run_verb("status").returncode, 3)
        self.ok("start")
        self.assertEqual(self.query("SELECT it FROM kept"), "1")

    def test_nothing_on_tcp(self):
        self.ok("start")
        listening = set()
        for path in ("/proc/net/tcp", "/proc/net/tcp6"):
            if os.path.exists(path):
                with open(path) as file:
                    listening |= {line.split()[9] for line in file.readlines()[1:] if line.split()[3] == "0A"}
        mine = {os.readlink("/proc/%d/fd/%s" % (self.postmaster(), fd))
                for fd in os.listdir("/proc/%d/fd" % self.postmaster())}
        self.assertFalse(mine & {"socket:[%s]" % inode for inode in listening})

    def test_stopped_it_has_no_url(self):
        self.ok("start")
        self.ok("stop")
        done = self.run_verb("url")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "local-cluster: the cluster in '%s' is stopped\n"
                                      "hint: start it: sql/local-cluster start\n" % self.folder)

    def test_killed_server(self):
        self.ok("start")
        self.query("CREATE TABLE kept AS SELECT 1 AS it")
        self.kill()
        self.ok("start")
        self.assertEqual(self.query("SELECT it FROM kept"), "1")

    def test_killed_server_whose_children_linger(self):
        """They hold its memory: the start waits for them."""
        self.ok("start")
        children = subprocess.run(["pgrep", "-P", str(self.postmaster())], check=True, capture_output=True, text=True)
        slow = int(children.stdout.split()[0])  # one of those that stay as long as the server
        os.kill(slow, signal.SIGSTOP)
        try:
            self.kill()
            starting = subprocess.Popen([*self.command, "start", self.folder], stderr=subprocess.PIPE, text=True)
            time.sleep(0.5)  # it may wait by now
        finally:
            os.kill(slow, signal.SIGCONT)
        self.assertEqual((starting.communicate()[1], starting.returncode), ("", 0))
        self.assertEqual(self.query("SELECT 1"), "1")

    def test_number_of_a_killed_server_is_another_process_now(self):
        self.ok("start")
        self.kill()
        path = os.path.join(self.folder, "postgres", "postmaster.pid")
        with open(path) as file:
            lines = file.readlines()
        with open(path, "w") as file:
            file.writelines(["%d\n" % os.getpid(), *lines[1:]])
        self.assertEqual(self.run_verb("status").returncode, 3)
        self.ok("stop")
        self.ok("start")
        self.assertEqual(self.query("SELECT 1"), "1")

    def test_path_too_long_for_a_socket(self):
        self.use(os.path.join(self.top, "x" * 60, "y" * 60))
        os.makedirs(self.folder)
        self.ok("start")
        self.assertEqual(self.query("SELECT 1"), "1")
        with open(os.path.join(self.folder, "socket")) as file:
            socket = file.read().strip()
        self.assertRegex(socket, "^/tmp/govsla-")
        self.assertEqual(os.stat(socket).st_mode & 0o777, 0o700)
        self.ok("stop")
        self.assertFalse(os.path.exists(socket))

    def test_path_with_odd_characters(self):
        self.use(os.path.join(self.top, "it's, a \"folder\" %20"))
        self.ok("start")
        self.assertEqual(self.query("SELECT 1"), "1")

    def test_environment_of_another_server_does_not_matter(self):
        other = dict(os.environ, PGHOST="192.0.2.1", PGDATABASE="other", PGUSER="other", PGPORT="1", PGOPTIONS="-c bad")
        self.ok("start", env=other)
        self.assertEqual(self.query("SELECT current_database()"), "govsla")

    def test_two_at_once(self):
        both = [subprocess.Popen([*self.command, "start", self.folder], stderr=subprocess.PIPE, text=True)
                for _ in range(2)]
        for each in both:
            self.assertEqual((each.communicate()[1], each.returncode), ("", 0))
        self.assertEqual(self.query("SELECT 1"), "1")

    def test_what_is_there_is_not_overwritten(self):
        os.makedirs(os.path.join(self.folder, "postgres"))
        done = self.run_verb("start")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is there, but is no PostgreSQL cluster", done.stderr)

    def test_usage(self):
        for arguments in ([], ["go"], ["start", "a", "b"]):
            done = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("sql/local-cluster start  [DIR]", done.stderr)

    @unittest.skipIf(os.getuid() != 0, "is an ordinary user already")
    def test_as_an_ordinary_user(self):
        script = os.path.join(self.top, "sql", "local-cluster")
        os.makedirs(os.path.dirname(script))
        shutil.copy(lab_cluster.SCRIPT, script)
        for path, _, _ in os.walk(self.top):
            os.chown(path, NOBODY, NOBODY)
        self.command = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups", script]
        os.chmod(script, 0o755)
        self.ok("start")
        self.assertEqual(os.stat("/proc/%d" % self.postmaster()).st_uid, NOBODY)
        self.assertEqual(self.query("SELECT 1"), "1")
        self.ok("stop")


if __name__ == "__main__":
    unittest.main()
