#!/usr/bin/python3
"""Spool and ship against a real PostgreSQL: whatever is killed or cut, every record is there exactly once.

The records are those of lab_feeder; the real slamon takes its place in the last class.
"""

import concurrent.futures
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

import lab_cluster
import lab_feeder
import lab_relay
from lab_feeder import RECORDS
from lab_seed import SEED

SLAMON = os.path.join(lab_cluster.BUILD, "bin", "slamon")


def setUpModule():
    global cluster
    cluster = lab_cluster.Cluster()
    cluster.__enter__()
    for number in range(1, 40):
        cluster.register(number, "v%d" % number)


def tearDownModule():
    cluster.__exit__()


class ShipCase(unittest.TestCase):
    vantages = iter(range(1, 40))

    def setUp(self):
        self.random = random.Random(SEED)
        self.vantage = next(ShipCase.vantages)
        self.folder = tempfile.mkdtemp(prefix="govsla-ship-")
        self.spool = os.path.join(self.folder, "spool")
        self.addCleanup(shutil.rmtree, self.folder)

    def shortDescription(self):
        return None

    def start(self, database, **options):
        feeder = lab_feeder.Feeder(self.spool, database, self.vantage, **options)
        self.addCleanup(feeder.close)
        return feeder

    def feed(self, database, until=None, number=signal.SIGTERM, seconds=0, **options):
        """Feeds until records are kept and more is true, and so many seconds longer; returns the highest number kept."""
        feeder = self.start(database, **options)
        feeder.wait(lambda: feeder.kept > 0 and (until is None or until()), "not fed")
        time.sleep(seconds)
        kept = feeder.end(number)
        self.assertIn(feeder.process.returncode, (0, -number), feeder.errors)
        self.errors = feeder.errors
        return kept

    def fill(self, count):
        lab_feeder.fill(self.spool, self.vantage, count)

    def drain(self, check=True):
        done = lab_feeder.drain(self.spool, cluster.url, self.vantage)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def streams(self):
        rows = cluster.value("SELECT id, mark FROM stream WHERE vantage = %d ORDER BY first_seen" % self.vantage)
        return [tuple(map(int, row.split("|"))) for row in rows.splitlines()]

    def mark(self):
        """Of the vantage's one stream; 0 before there is one."""
        return sum(mark for _, mark in self.streams())

    def wait_for_shipping(self, feeder):
        """Until the mark of the vantage's one stream has moved."""
        before = self.streams()
        feeder.wait(lambda: self.streams() != before, "nothing was shipped")

    def assert_exactly_once(self, at_least):
        """Every number from 1 to the mark once, at least as many as were said to be kept, each its own record."""
        [(_, mark)] = self.streams()
        found = cluster.value("SELECT count(*), count(DISTINCT seq), min(seq), max(seq), bool_and(number = seq) FROM "
                              + RECORDS + " WHERE vantage = %d" % self.vantage)
        self.assertEqual(found, "%d|%d|1|%d|t" % (mark, mark, mark), "seed %d" % SEED)
        self.assertGreaterEqual(mark, at_least)
        self.assertGreater(mark, 0)


class Killed(ShipCase):
    def test_monitor_killed_at_random_moments(self):
        kept = 0
        for _ in range(8):
            kept = max(kept, self.feed(cluster.url, number=signal.SIGKILL, seconds=self.random.uniform(0, 0.4)))
        self.assertGreater(kept, 0)
        self.drain()
        self.assert_exactly_once(kept)

    def test_database_stopped_at_once_and_started_under_load(self):
        feeder = self.start(cluster.url)
        self.wait_for_shipping(feeder)
        for _ in range(3):
            time.sleep(self.random.uniform(0, 0.4))
            postmaster = cluster.postmaster()
            os.kill(postmaster, signal.SIGQUIT)  # immediate shutdown: no farewell, recovery at the start
            feeder.wait(lambda: not lab_cluster.runs(postmaster), "the server goes on")
            cluster.start()
            self.wait_for_shipping(feeder)
        kept = feeder.end(signal.SIGTERM)
        self.assertEqual(feeder.process.returncode, 0, feeder.errors)
        self.assertIn("trying again", feeder.errors)
        self.assertIn("connected again", feeder.errors)
        self.drain()
        self.assert_exactly_once(kept)

    def test_records_in_memory_are_kept_at_the_end(self):
        kept = self.feed(cluster.url)
        rows = sqlite3.connect(self.spool).execute("SELECT last_seq FROM state").fetchone()[0]
        self.assertGreaterEqual(rows, kept)
        self.drain()
        self.assert_exactly_once(rows)


class Cut(ShipCase):
    def through(self, policy, cuts=3):
        """Feeds through a relay with this policy until it has cut so often, then drains without it."""
        relay_folder = lab_cluster.short_folder(self)
        url = cluster.url.replace(cluster.socket_folder, relay_folder)
        with lab_relay.Relay(cluster.socket_folder, relay_folder, policy) as relay:
            kept = self.feed(url, until=lambda: relay.cuts >= cuts)
        self.drain()
        self.assert_exactly_once(kept)

    def test_after_any_number_of_bytes(self):
        self.through(lambda n: lab_relay.Cut(after_bytes=self.random.randrange(1, 150000)) if n < 30 else None,
                     cuts=10)

    def test_right_after_commit_was_sent(self):
        self.through(lambda n: lab_relay.Cut(at=b"COMMIT\0", forward=True) if n < 10 else None)

    def test_after_a_shipping_commit_was_sent(self):
        """The outcome of this one is unknown to the monitor, and it was committed."""
        self.through(lambda n: lab_relay.Cut(at=b"stream_advance", forward=True) if n < 5 else None)

    def test_before_a_shipping_commit_was_sent(self):
        self.through(lambda n: lab_relay.Cut(at=b"stream_advance", forward=False) if n < 5 else None)

    def half_open(self, url):
        """The server does not notice the cut: its backend sits in COPY with the lock, and must be terminated."""
        told = "terminating connection due to administrator command"
        before = cluster.log().count(told)

        def shipped():
            """Although the old session was still connected, until it was terminated."""
            return cluster.log().count(told) > before and self.streams() and self.streams()[0][1] > 0
        relay_folder = lab_cluster.short_folder(self)
        url = url.replace(cluster.socket_folder, relay_folder)
        policy = (lambda n: lab_relay.Cut(at=b"PGCOPY", forward=True, half_open=True) if n < 1 else None)
        with lab_relay.Relay(cluster.socket_folder, relay_folder, policy) as relay:
            kept = self.feed(url, until=shipped, rate=2000)
        self.assertEqual(relay.cuts, 1)
        self.drain()
        self.assert_exactly_once(kept)

    def test_old_session_holds_the_mark(self):
        self.half_open(cluster.url)

    def test_old_session_of_the_role_of_the_vantage(self):
        """pg_terminate_backend is allowed between sessions of one role, without being a superuser."""
        self.half_open(cluster.url_of("govsla_vantage_%d" % self.vantage))


class Spool(ShipCase):
    def test_a_second_process_is_refused(self):
        feeder = self.start(cluster.url)
        feeder.wait(lambda: feeder.kept > 0, "it does not observe")
        second = self.drain(check=False)
        feeder.end()
        self.assertEqual(second.returncode, 1)
        self.assertIn("spool '%s' is in use by another process" % self.spool, second.stderr)

    def older_copy(self):
        """Ships, copies the spool, ships 500 more; the copy is put back. Returns the last number of the copy."""
        self.feed(cluster.url)
        self.drain()
        shutil.copy(self.spool, self.spool + ".old")  # closed: SQLite's log is in the file
        last = self.streams()[0][1]
        self.fill(500)
        self.drain()
        os.rename(self.spool + ".old", self.spool)
        return last

    def test_an_older_copy_put_back_goes_on_above_all_numbers(self):
        last = self.older_copy()
        self.fill(2000)
        self.drain()
        self.assertEqual(self.streams()[0][1], last + 2500)
        self.assert_exactly_once(1)

    def test_an_older_copy_elsewhere_begins_a_new_stream(self):
        last = self.older_copy()
        os.unlink(self.spool + "-queue")  # as in another folder, or on another machine
        self.fill(2000)  # begins with numbers of which the database has 500
        told = self.drain().stderr
        self.assertIn("a new stream begins", told)
        (first, first_mark), (second, second_mark) = self.streams()
        self.assertEqual(first_mark, last + 500)
        self.assertEqual(second_mark, last + 2000)
        found = cluster.value("SELECT stream, count(*), count(DISTINCT seq), min(seq), bool_and(number = seq) FROM " +
                              RECORDS + " WHERE vantage = %d GROUP BY stream" % self.vantage)
        self.assertEqual(sorted(found.splitlines()),
                         sorted(["%d|%d|%d|1|t" % (first, first_mark, first_mark),
                                 "%d|2000|2000|%d|t" % (second, last + 1)]))

    def test_a_copy_that_was_never_shipped_does_not_arrive_twice(self):
        self.fill(1000)
        shutil.copy(self.spool, self.spool + ".old")
        self.drain()
        for name in ("", "-queue"):
            os.unlink(self.spool + name)
        os.rename(self.spool + ".old", self.spool)
        self.fill(1000)
        self.drain()
        self.assertEqual(self.streams()[0][1], 2000)
        self.assert_exactly_once(2000)

    def test_numbers_that_a_live_copy_has_taken_are_sent_in_a_new_stream(self):
        """A machine and its snapshot go on at once with the same numbers; the other one's record is not taken for our own,
        whenever it comes: here a mark without a record."""
        feeder = self.start(cluster.url, rate=2000)
        feeder.wait(lambda: self.streams() and self.streams()[0][1] > 0, "nothing is shipped")
        cluster.value("UPDATE stream SET mark = mark + 1 WHERE vantage = %d" % self.vantage)
        feeder.wait_told("the database has records of this stream that this spool has not", "a new stream begins")
        kept = feeder.end()
        self.drain()
        found = cluster.value("SELECT count(*), count(DISTINCT seq), max(seq), count(DISTINCT stream), bool_and(number = seq) "
                              "FROM " + RECORDS + " WHERE vantage = %d" % self.vantage)
        self.assertEqual(found, "%d|%d|%d|2|t" % (kept, kept, kept))

    def test_one_process_after_another_keeps_the_stream(self):
        self.feed(cluster.url, seconds=0.2)
        self.feed(cluster.url, seconds=0.2)
        self.drain()
        self.assertEqual(len(self.streams()), 1)
        self.assert_exactly_once(1)

    def test_rows_the_database_will_never_take_are_set_aside(self):
        cluster.value("ALTER TABLE sample ADD CONSTRAINT never_7 CHECK (target <> 7 OR vantage <> %d) NOT VALID"
                      % self.vantage)
        self.addCleanup(cluster.value, "ALTER TABLE sample DROP CONSTRAINT never_7")
        self.fill(1000)
        told = self.drain().stderr
        self.assertIn("is set aside: ", told)
        self.assertIn("never_7", told)
        self.assertEqual(self.streams()[0][1], 1000)
        refused = sqlite3.connect(self.spool).execute("SELECT seq FROM refused ORDER BY seq").fetchall()
        clocks = [n for n in range(6, 1000, 100) if n % 97 == 0]
        self.assertEqual([row[0] for row in refused], [n for n in range(6, 1000, 100) if n not in clocks])
        self.assertEqual(cluster.value("SELECT count(*) FROM " + RECORDS + " WHERE vantage = %d" % self.vantage),
                         str(1000 - len(refused)))
        gaps = cluster.value("SELECT first_seq, last_seq, reason FROM stream_gap WHERE vantage = %d ORDER BY 1"
                             % self.vantage)
        self.assertEqual(gaps.splitlines(), ["%d|%d|4" % (n, n) for n, in refused])

    def test_a_damaged_row_is_set_aside(self):
        self.fill(100)
        with sqlite3.connect(self.spool) as db:
            db.execute("UPDATE record SET data = x'00' WHERE seq IN (1, 40)")
        self.assertIn("record 40 is set aside: the row is damaged", self.drain().stderr)
        self.assertEqual(cluster.value("SELECT count(*) FROM " + RECORDS + " WHERE vantage = %d" % self.vantage), "98")


class Partitions(ShipCase):
    def test_each_day_has_its_partition(self):
        self.fill(10)
        self.drain()
        parts = cluster.value("SELECT DISTINCT tableoid::regclass FROM sample WHERE vantage = %d" % self.vantage)
        self.assertRegex(parts, r"^sample_20\d{6}$")

    def test_rows_of_the_default_partition_move(self):
        cluster.value("INSERT INTO sample (vantage, stream, seq, scheduled, target, outcome, failure) "
                      "VALUES (%d, 1, 1, '2001-02-03T23:59:59Z', 1, 2, 20)" % self.vantage)
        where = "SELECT tableoid::regclass FROM sample WHERE vantage = %d" % self.vantage
        self.assertEqual(cluster.value(where), "sample_default")
        self.assertEqual(cluster.value("SELECT sample_partitions_ensure('2001-02-02', '2001-02-04')"), "3")
        self.assertEqual(cluster.value(where), "sample_20010203")
        self.assertEqual(cluster.value("SELECT sample_partitions_ensure('2001-02-02', '2001-02-04')"), "0")

    def test_two_that_need_the_same_new_day(self):
        """The second waits for the first, and finds the day's table made."""
        ensure = "SELECT sample_partitions_ensure('2001-03-%02d', '2001-03-%02d')"
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        for day in range(1, 4):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                first = pool.submit(cluster.value, "BEGIN; %s; DO $$ BEGIN WHILE (%s) = 0 LOOP PERFORM pg_sleep(0.01); END "
                                    "LOOP; END $$; COMMIT" % (ensure % (day, day), waits))
                lab_feeder.wait_for(lambda: cluster.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                                    != "0", "the first one's lock")
                second = pool.submit(cluster.value, ensure % (day, day))
                self.assertEqual((first.result(), second.result()), ("1", "0"))

    def test_a_span_that_is_absurd_is_refused(self):
        self.assertIn("are not a span of at most 400 days",
                      cluster.error("SELECT sample_partitions_ensure('2001-01-01', '2020-01-01')", "govsla"))


class Roles(ShipCase):
    COLUMNS = "stream, seq, scheduled, target, outcome, failure"
    VALUES = "1, 1, now(), 1, 2, 20"

    def setUp(self):
        super().setUp()
        self.role = "govsla_vantage_%d" % self.vantage

    def refused(self, sql, text):
        self.assertIn(text, cluster.error(sql, self.role))

    def test_own_vantage_whatever_the_session_says(self):
        cluster.value("SET govsla.vantage = '39'; INSERT INTO sample (%s) VALUES (%s)" % (self.COLUMNS, self.VALUES),
                      role=self.role)
        cluster.value("INSERT INTO clock_state (stream, seq, at, synchronised) VALUES (1, 2, now(), true)",
                      role=self.role)
        self.assertEqual(cluster.value("SELECT vantage FROM sample WHERE stream = 1 AND seq = 1 AND vantage = %d"
                                       % self.vantage), str(self.vantage))
        self.assertEqual(cluster.value("SELECT vantage FROM clock_state WHERE stream = 1 AND seq = 2"),
                         str(self.vantage))

    def test_another_vantage(self):
        self.refused("INSERT INTO sample (vantage, %s) VALUES (39, %s)" % (self.COLUMNS, self.VALUES),
                     "permission denied for table sample")
        self.refused("INSERT INTO clock_state (vantage, stream, seq, at, synchronised) VALUES (39, 1, 1, now(), true)",
                     "permission denied for table clock_state")
        self.refused("SET SESSION AUTHORIZATION govsla_vantage_39", "permission denied")
        self.refused("SET ROLE govsla_vantage_39", "permission denied")

    def test_nothing_but_insert(self):
        for sql in ("SELECT count(*) FROM sample", "UPDATE sample SET rtt_us = 1", "DELETE FROM sample",
                    "TRUNCATE sample", "INSERT INTO sample_default (%s) VALUES (%s)" % (self.COLUMNS, self.VALUES)):
            self.refused(sql, "permission denied")
        for sql in ("SELECT * FROM stream", "UPDATE stream SET mark = 0", "SELECT vantage_register(99, 'x', 'x')",
                    "SELECT sample_partition_make('x', '2001-01-01')", "UPDATE vantage SET name = 'x'"):
            self.refused(sql, "permission denied")

    def test_streams_of_another_vantage(self):
        stream = 1000000 + self.vantage
        cluster.value("BEGIN; SELECT stream_lock(%d); SELECT stream_advance(%d, 5); COMMIT" % (stream, stream),
                      role="govsla_vantage_39")
        self.refused("SELECT stream_lock(%d)" % stream, "belongs to another vantage")
        self.refused("SELECT stream_advance(%d, 9)" % stream, "cannot be advanced")
        self.assertEqual(cluster.value("SELECT mark FROM stream WHERE id = %d" % stream), "5")

    def test_a_mark_never_goes_back(self):
        stream = 2000000 + self.vantage
        cluster.value("SELECT stream_lock(%d); SELECT stream_advance(%d, 5)" % (stream, stream), role=self.role)
        self.refused("SELECT stream_advance(%d, 4)" % stream, "cannot be advanced")

    def test_a_role_that_is_no_vantage(self):
        cluster.value("CREATE ROLE stranger LOGIN IN ROLE govsla_monitor")
        self.addCleanup(cluster.value, "DROP ROLE stranger")
        self.assertIn("is not the role of a registered vantage", cluster.error("SELECT stream_lock(3)", "stranger"))
        self.assertIn("null value in column \"vantage\"",
                      cluster.error("INSERT INTO sample (%s) VALUES (%s)" % (self.COLUMNS, self.VALUES), "stranger"))

    def test_samples_that_contradict_themselves(self):
        for values in ("0, 1, 5, now()", "0, 0, NULL, now()", "1, 0, NULL, now()", "1, 20, NULL, now()",
                       "2, 20, 5, NULL", "2, 20, NULL, now()", "2, 1, NULL, NULL", "3, 0, NULL, now()"):
            self.refused("INSERT INTO sample (stream, seq, scheduled, target, outcome, failure, rtt_us, sent) "
                         "VALUES (1, 1, now(), 1, %s)" % values, 'violates check constraint "sample_failure"')


class Slamon(ShipCase):
    """The real program: probes that are refused at once make samples without any server."""

    def config(self):
        path = os.path.join(self.folder, "slamon.json")
        silent = socket.socket()  # has a port, and does not listen at it
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.1", 0))
        targets = [{"number": n, "id": "t%d" % n, "interval_s": 1, "timeout_s": 1,
                    "probe": {"kind": "http", "url": "http://127.0.0.1:%d/" % silent.getsockname()[1]}}
                   for n in range(1, 301)]
        with open(path, "w") as out:
            json.dump({"format": "govsla-slamon/1", "vantage": "v%d" % self.vantage,
                       "vantage_number": self.vantage, "database": cluster.url,
                       "spool": {"path": self.spool}, "targets": targets}, out)
        return path

    def test_ended_and_started_again(self):
        """slamon run ships on its loop, and at its end on another loop; the stream stays the same."""
        path = self.config()
        for _ in range(2):
            before = self.mark()
            process = subprocess.Popen([SLAMON, "run", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                lab_feeder.wait_for(lambda: self.mark() > before + 400, "samples in the database")
                process.terminate()
                self.assertEqual((process.wait(lab_feeder.LONGEST_S), process.stderr.read())[0], 0)
            finally:
                process.kill()
                process.communicate()
            [(_, mark)] = self.streams()
            self.assert_numbers(mark)
        found = cluster.value("SELECT DISTINCT outcome, failure FROM sample WHERE vantage = %d AND outcome <> 2"
                              % self.vantage)
        self.assertEqual(found, "1|3", "all were refused; a machine that is too slow misses some")

    def assert_numbers(self, mark):
        found = cluster.value("SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM " + RECORDS +
                              " WHERE vantage = %d" % self.vantage)
        self.assertEqual(found, "%d|%d|1|%d" % (mark, mark, mark))

    def test_killed_at_random_moments(self):
        path = self.config()
        for _ in range(4):
            before = self.mark()
            process = subprocess.Popen([SLAMON, "run", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                lab_feeder.wait_for(lambda: self.mark() > before + 100, "samples in the database")
                time.sleep(self.random.uniform(0, 0.6))
            finally:
                process.kill()
                process.wait()
        shipped = subprocess.run([SLAMON, "ship", path], capture_output=True, text=True)
        self.assertEqual(shipped.returncode, 0, shipped.stderr)
        [(_, mark)] = self.streams()
        self.assert_numbers(mark)
        clocks = cluster.value("SELECT count(*) FROM clock_state WHERE vantage = %d" % self.vantage)
        self.assertGreaterEqual(int(clocks), 4, "the clock's state is recorded at each start")


if __name__ == "__main__":
    unittest.main()
