#!/usr/bin/python3
"""What stamp probes add to their samples is in PostgreSQL exactly once, in the transaction of the samples."""

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import lab_cluster
import lab_feeder

SLAMON = os.path.join(lab_cluster.BUILD, "bin", "slamon")


def setUpModule():
    global cluster
    cluster = lab_cluster.Cluster()
    cluster.__enter__()
    cluster.register(7, "v7")
    cluster.register(8, "v8")


def tearDownModule():
    cluster.__exit__()


class Database(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-stamp-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.reflector = subprocess.Popen([SLAMON, "reflect", "--listen", "127.0.0.1:0", "--stateful", "--json"],
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end_reflector)
        self.port = int(re.search(r"answers at port (\d+)", self.reflector.stderr.readline())[1])

    def end_reflector(self):
        self.reflector.kill()
        self.reflector.communicate()

    def config(self):
        path = os.path.join(self.folder, "slamon.json")
        probe = {"kind": "stamp", "host": "127.0.0.1", "port": self.port, "reflector": "stateful", "packets": 5,
                 "spacing_ms": 1}
        # t1 and t2 wait for a reflector that is slow, t3 for none
        targets = [dict(number=n, id="t%d" % n, interval_s=1, timeout_s=30, probe=probe) for n in (1, 2)]
        targets.append(dict(number=3, id="t3", interval_s=1, timeout_s=1, probe=dict(probe, port=1)))
        with open(path, "w") as f:
            json.dump({"format": "govsla-slamon/1", "vantage": "v7", "vantage_number": 7, "database": cluster.url,
                       "spool": {"path": os.path.join(self.folder, "spool")}, "targets": targets}, f)
        return path

    def judged(self, path):
        """What was printed of samples that are a verdict, in whole lines."""
        with open(path) as file:
            samples = [json.loads(line) for line in file if line.endswith("\n")]
        return [s for s in samples if s["outcome"] != "missed"]

    def run_until_enough(self, config, end):
        """Until each target was judged twice, however slow the machine; returns what was judged."""
        path = os.path.join(self.folder, "printed")
        with open(path, "w") as out:
            process = subprocess.Popen([SLAMON, "run", config, "--json"], stdout=out, stderr=subprocess.PIPE, text=True)
        try:
            lab_feeder.wait_for(lambda: min(collections.Counter([1, 2, 3] + [s["number"] for s in self.judged(path)])
                                            .values()) > 2 or process.poll() is not None, "no target is judged")
            process.send_signal(end)
            _, errors = process.communicate(timeout=lab_feeder.LONGEST_S)
        finally:
            process.kill()
            process.wait()
        self.assertIn(process.returncode, (0, -end), errors)
        return self.judged(path)

    def test_rows_are_there_once(self):
        config = self.config()
        self.run_until_enough(config, signal.SIGKILL)  # its last samples may be printed and not on disk
        judged = self.run_until_enough(config, signal.SIGTERM)
        shipped = subprocess.run([SLAMON, "ship", config], capture_output=True, text=True)
        self.assertEqual(shipped.returncode, 0, shipped.stderr)
        value = cluster.value
        stamps, identities, alone = map(int, value(
            "SELECT count(*), count(DISTINCT (stream, seq)), count(*) FILTER (WHERE s.seq IS NULL) FROM stamp "
            "LEFT JOIN sample s USING (vantage, stream, seq, target, scheduled) WHERE vantage = 7").split("|"))
        self.assertEqual((stamps, alone), (identities, 0))
        self.assertEqual(str(stamps), value("SELECT count(*) FROM sample WHERE outcome < 2"))
        self.assertGreaterEqual(stamps, len(judged))
        # column by column what was printed
        rows = value("SELECT target, to_char(scheduled AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), packets, lost, "
                     "lost_forward, lost_backward, reflector_us, forward_us, backward_us, one_way_error_us FROM stamp WHERE vantage = 7")
        kept = {tuple(row.split("|")[:2]): row.split("|")[2:] for row in rows.splitlines()}
        for s in judged:
            whole, _, fraction = s["scheduled"].rstrip("Z").partition(".")
            got = kept[str(s["number"]), whole + "." + fraction.ljust(6, "0")]
            want = [s["stamp"][key] for key in ("packets", "lost", "lost_forward", "lost_backward", "reflector_us",
                                                "forward_us", "backward_us", "one_way_error_us")]
            self.assertEqual(got, ["" if w is None else str(w) for w in want])
        self.assertEqual(value("SELECT DISTINCT target, lost FROM stamp WHERE lost > 0 AND vantage = 7"), "3|5")

        hours = value("SET ROLE govsla_read; SELECT vantage_id, sum(probes), sum(packets), sum(lost), sum(unattributed) "
                      "FROM stamp_hour WHERE target <> 3 AND vantage = 7 GROUP BY 1")
        probes = value("SELECT count(*) FROM stamp WHERE target <> 3 AND vantage = 7")
        self.assertEqual(hours, "v7|%s|%d|0|0" % (probes, 5 * int(probes)))

    def test_a_vantage_writes_its_own_and_reads_nothing(self):
        role = "govsla_vantage_8"
        row = "(stream, seq, scheduled, target, packets, lost%s) VALUES (1, 1, now(), 1, 10, %s)"
        cluster.value("INSERT INTO stamp " + row % ("", "3"), role=role)
        self.assertEqual(cluster.value("SELECT vantage, packets, lost FROM stamp WHERE vantage = 8"), "8|10|3")
        for statement, want in (
                ("INSERT INTO stamp " + row % (", vantage", "3, 7"), "permission denied"),
                ("SELECT * FROM stamp", "permission denied"),
                ("UPDATE stamp SET lost = 0", "permission denied"), ("DELETE FROM stamp", "permission denied"),
                ("INSERT INTO stamp " + row % ("", "11"), "stamp_check"),
                ("INSERT INTO stamp " + row % (", forward_us, backward_us", "3, 5, 5"), "stamp_one_way"),
                ("INSERT INTO stamp " + row % (", lost_forward", "3, 5"), "stamp_directions")):
            self.assertIn(want, cluster.error(statement, role))


if __name__ == "__main__":
    unittest.main()
