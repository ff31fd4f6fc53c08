"""lab_feeder: spool_feeder run, which observes records of known content and ships them, as a process of a test's own.

    feeder = lab_feeder.Feeder(spool, cluster.url, vantage)
    feeder.wait(lambda: feeder.kept > 1000, "records")     # conditions, never times: a machine may be slow
    kept = feeder.end(signal.SIGKILL)                       # the highest number that it said was put

It writes its record's number into lateness_us (a clock record: max_error_us), so that the database itself shows what was
lost, doubled or mixed up: see RECORDS.
"""

import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

import lab_cluster

PROGRAM = lab_cluster.program("spool_feeder")
LONGEST_S = 300
BATCH = 500  # records of a transaction, at the most

# every record of the database: what it says its number is, and the number it has
RECORDS = """(SELECT stream, vantage, seq, lateness_us AS number FROM sample
              UNION ALL SELECT stream, vantage, seq, max_error_us FROM clock_state
              UNION ALL SELECT stream, vantage, seq, NULL FROM monitor_status) r"""


def wait_for(condition, what, seconds=LONGEST_S):
    """what: a text, or a function that makes one."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain: %s" % (what() if callable(what) else what))
        time.sleep(0.05)


def fill(spool, vantage, count):
    subprocess.run([PROGRAM, "fill", spool, str(vantage), str(count)], check=True, capture_output=True)


def drain(spool, database, vantage, seconds=LONGEST_S):
    return subprocess.run([PROGRAM, "drain", spool, database, str(vantage), str(seconds * 1000)], capture_output=True,
                          text=True)


def main(at_once=6):
    """Runs the tests of this program; without a name all side by side, in one process, against the module's one server:
    each waits for its own fault most of the time."""
    if len(sys.argv) > 1:
        unittest.main()
    module = sys.modules["__main__"]

    def run(test):
        result = unittest.TestResult()
        test.run(result)
        return test.id(), "".join(text for _, text in result.failures + result.errors)
    tests = [test for suite in unittest.defaultTestLoader.loadTestsFromModule(module) for test in suite]
    module.setUpModule()
    try:
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            results = list(pool.map(run, tests))
    finally:
        module.tearDownModule()
    for name, wrong in results:
        print(name.replace("__main__.", ""), "FAILED\n" + wrong if wrong else "ok")
    failed = sum(bool(wrong) for _, wrong in results)
    print("%d passed, %d failed" % (len(results) - failed, failed))
    sys.exit(1 if failed or not results else 0)


class Feeder:
    """rate: records a second; stall_ms: how long a server may be silent, 0: as slamon's; before: a command that runs it;
    environment: what it finds there besides."""

    def __init__(self, spool, database, vantage, rate=20000, batch=BATCH, stall_ms=0, before=(), environment=None):
        self.process = subprocess.Popen([*before, PROGRAM, "run", spool, database,
                                         *map(str, (vantage, rate, batch, stall_ms))],
                                        env=dict(os.environ, **(environment or {})), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        self.errors, self.kept = "", 0
        self.readers = [threading.Thread(target=each, daemon=True) for each in (self.read_errors, self.read_kept)]
        for each in self.readers:
            each.start()

    def read_errors(self):
        for line in self.process.stderr:
            self.errors += line

    def read_kept(self):
        for line in self.process.stdout:
            self.kept = int(line.split()[1]) if line.endswith("\n") else self.kept

    def wait(self, condition, what):
        def ended_or_true():
            ended = self.process.poll() is not None
            if ended and not condition():
                raise AssertionError("%s: it ended: %s" % (what, self.errors))
            return ended or condition()
        wait_for(ended_or_true, lambda: "%s: %s" % (what, self.errors))

    def wait_told(self, *texts):
        self.wait(lambda: any(all(t in line for t in texts) for line in self.errors.splitlines()),
                  "not told: %s" % (texts,))

    def memory_kb(self):
        with open("/proc/%d/status" % self.process.pid) as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def end(self, number=signal.SIGTERM):
        """Signals it, waits, and returns the highest number that it said was put."""
        self.process.send_signal(number)
        self.process.wait(LONGEST_S)
        self.close()
        return self.kept

    def close(self):
        self.process.kill()
        self.process.wait()
        for each in self.readers:
            each.join()
        self.process.stdout.close()
        self.process.stderr.close()
