#!/usr/bin/python3
"""The monitor and its spool killed -9 some hundred times, PostgreSQL among it: tests/long/kill, shortened."""
# build: plain
# waits

import os
import subprocess
import unittest

from lab_seed import SEED

KILL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "long", "kill")


class Kill(unittest.TestCase):
    def test_200_kills(self):
        done = subprocess.run([KILL, "--kills", "200", "--seed", str(SEED)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("kill: 152 of spool_feeder: ", done.stdout)
        self.assertIn("kill: 48 of slamon: ", done.stdout)
        self.assertIn("kill: 200 kills of a monitor and 4 of PostgreSQL, every law held", done.stdout)


if __name__ == "__main__":
    unittest.main()
