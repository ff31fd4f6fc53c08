#!/usr/bin/python3
"""A database away for hours, and back, while slamon goes on observing: tests/long/backlog, shortened."""
# build: plain
# waits

import os
import subprocess
import unittest

BACKLOG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "long", "backlog")


class Backlog(unittest.TestCase):
    def run_it(self, *options):
        return subprocess.run([BACKLOG, *options], capture_output=True, text=True)

    def test_half_an_hour_of_1000_targets(self):
        done = self.run_it("--hours", "0.5", "--targets", "1000", "--interval", "5", "--every", "2",
                           "--shared-buffers", "128MB")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for law in ("generated: 360000 of 360000 records", "gaps: 0 in one stream", "every law held"):
            self.assertIn("backlog: " + law, done.stdout)

    def test_a_disk_too_small(self):
        done = self.run_it("--hours", "1000000000")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("not run: too little room; free some, name another folder by TMPDIR", done.stdout)


if __name__ == "__main__":
    unittest.main()
