#!/usr/bin/python3
"""What slamon gives up before it opens anything, seen in /proc and by trying to get it back."""
# build: plain

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import shutil
import unittest

import lab_net

CONFIG = {"format": "govsla-slamon/1", "vantage": "lab", "vantage_number": 1, "targets": [
    {"number": 1, "id": "echo", "interval_s": 1, "timeout_s": 1, "probe": {"kind": "icmp", "host": "127.0.0.1"}}]}
CAP_NET_RAW = 1 << 13


class Privilege(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-lab-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o777)

    def config(self, **more):
        path = os.path.join(self.folder, "slamon.json")
        with open(path, "w") as f:
            json.dump(dict(CONFIG, spool={"path": os.path.join(self.folder, "spool.sqlite")}, **more), f)
        os.chmod(path, 0o644)
        return path

    def run_it(self, config):
        log = open(os.path.join(self.folder, "log"), "w")
        self.addCleanup(log.close)
        process = subprocess.Popen([lab_net.program("slamon"), "run", config, "--json"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        lab_net.wait_for(lambda: "observes" in self.log() or process.poll() is not None, "slamon to start")
        return process

    def log(self):
        with open(os.path.join(self.folder, "log")) as f:
            return f.read()

    def samples_up(self):
        done = subprocess.run([lab_net.program("slamon"), "stats", os.path.join(self.folder, "slamon.json"), "--json"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300)
        return json.loads(done.stdout)["since_start"]["up"] if done.returncode in (0, 4) else 0

    def status(self, process):
        """Of each thread: {key: words}."""
        found = []
        for thread in os.listdir("/proc/%d/task" % process.pid):
            with contextlib.suppress(OSError), open("/proc/%d/task/%s/status" % (process.pid, thread)) as f:  # it may end
                found.append({key: value.split() for key, value in re.findall(r"^(\w+):\s*(.*)$", f.read(), re.M)})
        self.assertGreater(len(found), 1)
        return found

    def refused(self, **more):
        out = subprocess.run([lab_net.program("slamon"), "run", self.config(**more)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual((out.returncode, out.stdout), (1, ""))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "spool.sqlite")))
        return out.stderr

    def test_every_thread_is_without_new_privileges_and_filtered(self):
        for seccomp, mode in ((None, "2"), (True, "2"), (False, "0")):
            process = self.run_it(self.config(**({} if seccomp is None else {"seccomp": seccomp})))
            for thread in self.status(process):
                self.assertEqual(thread["NoNewPrivs"], ["1"])
                self.assertEqual(thread["Seccomp"], [mode])
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(300), 0)

    def test_no_such_user_and_root(self):
        self.assertEqual(self.refused(user="nobody-of-that-name"),
                         "slamon: there is no user 'nobody-of-that-name'\n")
        self.assertEqual(self.refused(user="root"),
                         "slamon: the user 'root' is root: nothing would be given up\n")

    def test_only_root_becomes_another(self):
        command = ["unshare", "-Ur", lab_net.program("slamon"), "once", self.config(user="nobody"), "--no-spool"]
        out = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, timeout=300)  # root of a namespace that has no other user
        self.assertEqual((out.returncode, out.stdout), (1, ""))
        self.assertRegex(out.stderr, r"^slamon: cannot become the user 'nobody': .*\n"
                         r"hint: start as root or as that user, or leave the key 'user' out\n$")

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_becomes_the_user_for_good(self):
        process = self.run_it(self.config(user="nobody"))
        for thread in self.status(process):
            self.assertEqual(set(thread["Uid"]), {"65534"})
            self.assertEqual(set(thread["Gid"]), {"65534"})
            self.assertEqual(thread["Groups"], ["65534"])
            for kind in ("CapPrm", "CapEff"):
                self.assertEqual(int(thread[kind][0], 16) & ~CAP_NET_RAW, 0)
            for kind in ("CapInh", "CapAmb"):
                self.assertEqual(int(thread[kind][0], 16), 0)
        self.assertEqual(os.stat(os.path.join(self.folder, "spool.sqlite")).st_uid, 65534)
        process.send_signal(signal.SIGHUP)  # its sockets can be opened again
        lab_net.wait_for(lambda: self.log().count("observes") == 2, "the reload")
        before = self.samples_up()
        lab_net.wait_for(lambda: self.samples_up() > before, "an answer after it")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(300), 0)
        self.assertRegex(self.log(), r"[1-9]\d* up, 0 down, \d+ missed")
        self.assertNotIn("(send", self.log())  # what was missed, this machine did not let it probe

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_a_file_that_the_user_cannot_read_is_refused_now_and_not_at_the_reload(self):
        path = self.config(user="nobody")
        os.chmod(path, 0o600)
        out = subprocess.run([lab_net.program("slamon"), "once", path], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual((out.returncode, out.stdout), (1, ""))
        self.assertEqual(out.stderr, "slamon: %s: the user 'nobody' cannot read it: Permission denied\n"
                         "hint: give that user the file to read: a reload reads it again\n" % path)


if __name__ == "__main__":
    unittest.main()
