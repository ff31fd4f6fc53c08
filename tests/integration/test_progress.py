#!/usr/bin/python3
"""How far long work has come: on a terminal's standard error, wiped at the end; nowhere else, and not beside --json."""
# build: plain
# waits
import json
import os
import pty
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build")))
SLAMON = os.path.join(BUILD, "bin", "slamon")
FEEDER = os.path.join(BUILD, "tests", "integration", "spool_feeder")
WIPE = "\x1b[K"


def on_terminal(*command):
    """Exit status, standard output, and what a terminal got as standard error."""
    master, slave = pty.openpty()
    seen = []

    def read():
        try:
            while data := os.read(master, 4096):
                seen.append(data)
        except OSError:
            pass  # EIO: nobody has the other end any more

    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, text=True) as process:
        os.close(slave)
        reader = threading.Thread(target=read)
        reader.start()
        out, _ = process.communicate(timeout=300)
        reader.join()
    os.close(master)
    return process.returncode, out, b"".join(seen).decode()


def piped(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


class Progress(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-progress-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.spool = os.path.join(self.folder, "v1.spool")
        self.config = os.path.join(self.folder, "slamon.json")

    def write(self, targets, **keys):
        probe = {"kind": "tcp", "host": "127.0.0.1", "port": 1}
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"format": "govsla-slamon/1", "vantage": "v1", "vantage_number": 1, "spool": {"path": self.spool},
                       "targets": [{"number": n, "id": f"t{n}", "interval_s": 60, "timeout_s": 1, "probe": probe}
                                   for n in range(1, targets + 1)], **keys}, file)

    def fill(self, count):
        subprocess.run([FEEDER, "fill", self.spool, "1", str(count)], check=True, capture_output=True, timeout=300)

    def shown(self, screen, what):
        """What the lines of this progress say, as pairs of numbers; after the last one the line is wiped."""
        self.assertRegex(screen, rf"{re.escape(WIPE + what)}: [^\r\n]*\r{re.escape(WIPE)}")
        lines = re.findall(rf"{re.escape(WIPE + what)}: (\d+) of (\d+) \(\d+ %\)(?:, \d+ s left)?\r", screen)
        return [(int(done), int(total)) for done, total in lines]

    def test_once(self):
        self.write(1500)  # one a millisecond
        command = (SLAMON, "once", self.config, "--no-spool")
        code, out, screen = on_terminal(*command)
        counts = self.shown(screen, "targets probed")
        self.assertEqual((code, {total for _, total in counts}), (0, {1500}))
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(len(out.splitlines()), 1501)
        self.assertEqual(piped(*command)[2], "")
        self.assertEqual(on_terminal(*command, "--json")[2], "")

    def test_ship(self):
        """Of a database that nobody serves: 0 of what waits; and the error follows on a line of its own."""
        self.fill(1000)
        self.write(1, database="host=/nonexistent dbname=none")
        command = (SLAMON, "ship", self.config, "--timeout", "2s")
        code, out, screen = on_terminal(*command)
        self.assertEqual((code, out, set(self.shown(screen, "records shipped"))), (1, "", {(0, 1000)}))
        self.assertRegex(screen, re.escape(WIPE) + r"slamon: 1000 records are not shipped after 2000 ms: ")
        self.assertNotIn("records shipped", piped(*command)[2])
        self.assertNotIn("records shipped", on_terminal(*command, "--json")[2])

    def repaired(self, count):
        """What a terminal shows of the repair of a spool of so many records."""
        self.spool = os.path.join(self.folder, f"{count}.spool")
        self.fill(count)
        self.write(1)
        with open(self.spool, "r+b") as file:
            file.seek(os.path.getsize(self.spool) // 2)
            file.write(b"x" * 9000)
        code, _, screen = on_terminal(SLAMON, "once", self.config)
        self.assertEqual(code, 0)
        self.assertRegex(screen, re.escape(WIPE) + "slamon: spool: spool '[^\r\n]* records were saved")
        return screen

    def test_repair(self):
        """In the first half second nothing is shown: how large a spool takes longer is the machine's affair."""
        what = "repairing the spool, numbers looked at"
        count, screen = 200000, ""
        while what not in screen and count < 3200000:
            count *= 2
            screen = self.repaired(count)
        counts = self.shown(screen, what)
        self.assertEqual({total for _, total in counts}, {count})
        self.assertEqual(counts, sorted(counts))


if __name__ == "__main__":
    unittest.main()
