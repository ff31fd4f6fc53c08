#!/usr/bin/python3
"""The units of systemd: what they start runs under what they forbid, and says what systemd waits for.

systemd itself does not run here; it does in tests/long/service. Its part is played: the unit's command lines are run as they stand, but for the paths
of program, configuration and state, by a user without rights, with the unit's capabilities and limits, on a file system
that is read-only but for the state's folder; and the datagrams of sd_notify(3) are read as systemd would.
"""
# build: plain
# waits
import collections
import contextlib
import json
import os
import queue
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin")
os.environ["PATH"] += ":/usr/sbin:/sbin"
ECHO = {"number": 1, "id": "echo", "interval_s": 1, "timeout_s": 1, "probe": {"kind": "icmp", "host": "127.0.0.1"}}

# ProtectSystem=strict, then the unit's capabilities; what follows is the command
CONFINE = """
set -e
ip link set lo up
mount --rbind / "$1"
cd "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1$2"
umask "$3"
exec chroot "$1" setpriv --no-new-privs --inh-caps "-all,$4" --ambient-caps "-all,$4" --bounding-set "-all,$4" \
    prlimit --nofile="$5" sh -c 'cd "$1"; shift; exec "$@"' sh "$2" "${@:6}"
"""


def read_unit(name):
    keys = collections.defaultdict(list)
    with open(os.path.join(ROOT, "deploy", name), encoding="utf-8") as file:
        for line in file:
            if "=" in line and not line.startswith("#"):
                key, value = line.rstrip("\n").split("=", 1)
                keys[key].append(value)
    return keys


class Unit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-unit-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.state, self.root = self.make("state"), self.make("root")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.listener.close)
        self.listener.bind(os.path.join(self.folder, "notify"))
        self.said = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.addCleanup(self.listener.shutdown, socket.SHUT_RDWR)

    def listen(self):
        """As systemd does, all the time: the kernel keeps ten datagrams, and what comes then is lost."""
        while data := self.listener.recv(4096):
            self.said.put(data.decode())

    def make(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        return path

    def command(self, line):
        return [word.replace("/usr/local/bin", BIN).replace("/etc/govsla/%i", self.folder + "/tokyo")
                .replace("/etc/govsla", self.folder) for word in shlex.split(line)]

    def start(self, unit):
        [bounds], [ambient] = unit["CapabilityBoundingSet"], unit["AmbientCapabilities"]
        self.assertEqual((bounds, unit["NoNewPrivileges"], unit["ProtectSystem"]), (ambient, ["yes"], ["strict"]))
        capability = "+" + ambient.removeprefix("CAP_").lower()
        log = open(os.path.join(self.folder, "log"), "w", encoding="utf-8")
        self.addCleanup(log.close)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # systemd may raise it, a test may not
        files = min(int(n) for n in (*unit["LimitNOFILE"], most))
        self.process = process = subprocess.Popen(
            ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "--net", "--mount", "bash", "-c", CONFINE,
             "bash", self.root, self.state, *unit["UMask"], capability, str(files),
             *self.command(*unit["ExecStart"])],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, "NOTIFY_SOCKET": os.path.join(self.folder, "notify"), "WATCHDOG_USEC": "200000"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def heard(self, word):
        """The next datagram that has this word, as lines; what comes before is dropped."""
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(queue.Empty):
                lines = self.said.get(timeout=1).split("\n")
                if word in lines:
                    return lines
        self.fail(f"{word} was not said: {self.log()}")

    def samples_up(self):
        done = subprocess.run([os.path.join(BIN, "slamon"), "stats", os.path.join(self.folder, "tokyo.json"), "--json"],
                              cwd=self.state, capture_output=True, text=True, timeout=300)
        return json.loads(done.stdout)["since_start"]["up"] if done.returncode in (0, 4) else 0

    def configure(self, **keys):
        with open(os.path.join(self.folder, "tokyo.json"), "w", encoding="utf-8") as file:
            json.dump({"format": "govsla-slamon/1", "vantage": "tokyo", "vantage_number": 1, "spool": {"path": "tokyo.spool"},
                       "targets": [ECHO], **keys}, file)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        self.heard("STOPPING=1")
        self.assertEqual(process.wait(300), 0, self.log())

    def test_vantage(self):
        unit = read_unit("slamon@.service")
        self.assertEqual((unit["Type"], unit["WorkingDirectory"]), (["notify"], ["/var/lib/" + unit["StateDirectory"][0]]))
        self.configure()
        process = self.start(unit)
        self.assertIn("STATUS=1 targets; in the last minute 0 up, 0 down, 0 missed; 0 records in the spool",
                      [line.replace("; 1 records", "; 0 records") for line in self.heard("READY=1")])
        for _ in range(3):
            self.heard("WATCHDOG=1")
        self.assertEqual(os.stat(os.path.join(self.state, "tokyo.spool")).st_mode & 0o777, 0o600)

        def reload():
            """Whether all its lines succeed, as for systemd."""
            for line in unit["ExecReload"]:
                command = [word.replace("$MAINPID", str(process.pid)) for word in self.command(line)]
                if subprocess.run(command, cwd=self.state, capture_output=True, timeout=300).returncode:
                    return False
            return True

        deadline = time.monotonic() + 180
        while self.samples_up() == 0:  # so it may send echoes
            self.assertLess(time.monotonic(), deadline, self.log())
            time.sleep(0.1)

        self.configure(targets=[ECHO, {**ECHO, "number": 2, "id": "other"}])
        self.assertTrue(reload())
        self.heard("RELOADING=1")
        self.assertTrue([line for line in self.heard("READY=1") if line.startswith("STATUS=2 targets; ")])
        self.configure(targets=[{}])
        self.assertFalse(reload())
        self.heard("RELOADING=1")
        self.assertTrue([line for line in self.heard("READY=1")
                         if line.startswith("STATUS=goes on as before a reload that was refused: ")])
        self.end(process)

    def test_a_configuration_that_is_refused(self):
        self.configure(vantage_number="one")
        process = self.start(read_unit("slamon@.service"))
        self.assertEqual(process.wait(300), 1)
        status = self.said.get(timeout=300)
        self.assertTrue(status.startswith(f"STATUS={self.folder}/tokyo.json:1: vantage_number: "), status)
        self.assertIn(status.removeprefix("STATUS="), self.log())

    def test_reflector(self):
        unit = read_unit("slamon-reflect.service")
        with open(os.path.join(self.folder, "stamp.key"), "w", encoding="utf-8", opener=lambda *a: os.open(*a, 0o600)) as file:
            file.write("0123456789abcdef" * 4)
        process = self.start(unit)
        self.assertIn("STATUS=answers at UDP port 862", self.heard("READY=1"))
        self.end(process)

    def test_systemd_understands_every_line(self):
        programs = os.path.join(self.folder, "bin")
        os.symlink(BIN, programs)  # whose own name may need quotes
        for name, as_name in (("slamon@.service", "slamon@tokyo.service"), ("slamon-reflect.service",) * 2):
            with open(os.path.join(ROOT, "deploy", name), encoding="utf-8") as file:
                text = file.read()
            path = os.path.join(self.folder, as_name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("/usr/local/bin", programs))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, timeout=300)
            self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
