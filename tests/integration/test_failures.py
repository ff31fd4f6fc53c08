#!/usr/bin/python3
"""The end of tests/run, tests/failures.py: whatever fails, its name and its reason stand in the last lines."""

import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import failures  # noqa: E402

LONGEST_S = 300

PYTHON_TESTS = '''
import time, unittest
class Several(unittest.TestCase):
    def test_good(self):
        pass
    def test_wrong(self):
        self.assert_text("asked " + 400 * "x", "was there")
    def assert_text(self, wanted, text):
        self.assertIn(wanted, text)
    def test_broken(self):
        with self.subTest("the second"):
            {}["absent"]
    def test_slow(self):
        print("it sleeps", flush=True)
        time.sleep(SECONDS)
unittest.main()
'''

CHECK_OUTPUT = """Running suite(s): monitor/gate
75%: Checks: 4, Failures: 1, Errors: 0
tests/unit/test_monitor_gate.c:42:F:places:a_place_is_given_once:0: Assertion 'gate.taken == 1' failed: gate.taken == 2
"""

LEAK_OUTPUT = """Running suite(s): monitor/own_side

=================================================================
==20179==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 128 byte(s) in 1 object(s) allocated from:
    #0 0x7f7e0a2b83b7 in __interceptor_calloc asan_malloc_linux.cpp:77
    #1 0x558303d61baf in own_side_init monitor/observe/own_side.c:25

SUMMARY: AddressSanitizer: 384 byte(s) leaked in 3 allocation(s).
"""

BUILD_OUTPUT = """  CC   base/text.c
base/text.c: In function 'text_add':
base/text.c:12:9: error: 'lenght' undeclared (first use in this function)
make[1]: *** [Makefile:60: build/base/text.o] Error 1
  CC   base/zone.c
"""

OWN_OUTPUT = """outages-one: months[0].status: 'met', expected 'missed'
rules: 10 passed, 1 failed;
905 passed, 1 failed
"""


@functools.cache
def run_python(seconds="0", end_at=None):
    """The output of PYTHON_TESTS; when it says end_at it is ended as by tests/run."""
    with tempfile.TemporaryDirectory(prefix="tests") as folder:
        path = os.path.join(folder, "tests", "test_several.py")
        os.mkdir(os.path.dirname(path))
        with open(path, "w") as file:
            file.write(PYTHON_TESTS.replace("SECONDS", seconds))
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen([sys.executable, "-X", "faulthandler", path], stdout=output, stderr=output)
            while end_at and process.poll() is None:
                output.seek(0)
                if end_at in output.read():
                    process.send_signal(signal.SIGABRT)
                    break
                time.sleep(0.05)
            process.wait(LONGEST_S)
            output.seek(0)
            return output.read()


def summary(output, name="integration/any (plain)"):
    return failures.summary([(name, output)])


class Kinds(unittest.TestCase):
    def assert_told(self, output, *pieces):
        """These pieces in this order, each in a line of its own."""
        lines = summary(output)
        at = 0
        for piece in pieces:
            found = [i for i, line in enumerate(lines) if i >= at and piece in line]
            self.assertTrue(found, f"{piece}: not in {lines}")
            at = found[0] + 1

    def test_python(self):
        output = run_python()
        self.assert_told(output, "FAILED  integration/any (plain)", "ERROR: test_broken", 'in test_broken',
                         '{}["absent"]', "KeyError: 'absent'", "FAIL: test_wrong", "in assert_text",
                         "AssertionError: 'asked xx")
        last = summary(output)[-1]
        self.assertLess(len(last), failures.MOST_COLUMNS + 20)
        self.assertTrue(last.endswith("not found in 'was there'"), last)
        self.assertNotIn("test_good", "\n".join(summary(output)))

    def test_python_that_hung(self):
        output = run_python(seconds="1000", end_at="it sleeps")
        self.assert_told(output + "\nintegration/any (plain): stopped after 600 s\n", "FAILED",
                         "stopped after 600 s", "in test_slow")

    def test_check(self):
        self.assert_told(CHECK_OUTPUT, "FAILED", "test_monitor_gate.c:42:F:places:a_place_is_given_once:0: Assertion")
        self.assertEqual(len(summary(CHECK_OUTPUT)), 2)

    def test_sanitizer(self):
        self.assert_told(LEAK_OUTPUT, "FAILED", "ERROR: LeakSanitizer", "own_side.c:25", "SUMMARY: AddressSanitizer")

    def test_build(self):
        self.assert_told(BUILD_OUTPUT, "FAILED", "text.c:12:9: error: 'lenght' undeclared", "Error 1")

    def test_programs_of_our_own(self):
        self.assertEqual(summary(OWN_OUTPUT)[1:], ["  outages-one: months[0].status: 'met', expected 'missed'"])

    def test_words_of_the_run_itself(self):
        for word in ("printed no count, exit status -11", "exit status 1", "was not built", "ran no test"):
            self.assert_told(f"\nintegration/any (plain): {word}\n", "FAILED", word)


class Room(unittest.TestCase):
    def test_many_failures_name_all_and_say_less_of_each(self):
        lines = failures.summary([(f"suite/{n}", run_python()) for n in range(8)])
        self.assertLessEqual(len(lines), failures.MOST_LINES)
        text = "\n".join(lines)
        for n in range(8):
            self.assertIn(f"FAILED  suite/{n}", text)
        self.assertEqual(len(re.findall("FAIL: test_wrong", text)), 8)

    def test_more_than_there_is_room_for_is_counted(self):
        lines = failures.summary([(f"suite/{n}", CHECK_OUTPUT) for n in range(100)])
        self.assertEqual(len(lines), failures.MOST_LINES)
        self.assertEqual(lines[-1], f"and {200 - failures.MOST_LINES + 1} lines more, see above")


if __name__ == "__main__":
    unittest.main()
