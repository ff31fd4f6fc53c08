#!/usr/bin/python3
"""What answers in PostgreSQL's place may be anything: in all of it nothing is lost or doubled, the loop is not held, memory
stays flat, a line says what is wrong, and when the real one is back all of it arrives.
"""
# build: plain
# waits

import contextlib
import os
import re
import ssl
import struct
import subprocess
import threading
import time
import unittest

import lab_cluster
import lab_feeder
import lab_postgres
import test_ship_faults
from lab_feeder import LONGEST_S, RECORDS
from test_ship_faults import FaultCase, setUpModule, tearDownModule  # noqa: F401

STALL_MS = 2000
HELD_MOST_MS = 5000  # of the process's own time on a busy machine; what is tested against would be far more
MEMORY_MOST_KB = 40000


class HostileCase(FaultCase):
    def open_front(self, **how):
        folder = lab_cluster.short_folder(self)
        front = lab_postgres.Front(test_ship_faults.cluster.socket_folder, folder, **how)
        front.__enter__()
        self.addCleanup(front.__exit__)
        self.front = front
        return self.url.replace(self.cluster.socket_folder, folder)

    def setUp(self):
        super().setUp()
        self.url = self.cluster.url_of(self.role)

    def peak_kb(self):
        with open("/proc/%d/status" % self.feeder.process.pid) as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])

    def busiest_s(self):
        """CPU of the thread that had most of it, but for the loop's, in seconds."""
        folder, most = "/proc/%d/task" % self.feeder.process.pid, 0
        for thread in set(os.listdir(folder)) - {str(self.feeder.process.pid)}:
            with contextlib.suppress(OSError), open(os.path.join(folder, thread, "stat")) as file:  # it may have ended
                most = max(most, int(file.read().rsplit(")", 1)[1].split()[11]))
        return most / os.sysconf("SC_CLK_TCK")

    def assert_unharmed(self, before_kb, **more):
        self.assertLess(self.peak_kb(), before_kb + MEMORY_MOST_KB)
        self.assert_exactly_once(**more)
        held = int(re.search("the loop was held for ([0-9]+) ms", self.feeder.errors)[1])
        self.assertLess(held, HELD_MOST_MS)

    def between(self, act, *told):
        """Shipping goes on; then what connects meets act, until it was told; then the real one again."""
        feeder = self.start(self.open_front(), rate=500, stall_ms=STALL_MS)
        self.wait_for_more()
        before = self.peak_kb()
        self.front.act = act
        self.front.cut()
        feeder.wait_told(*told)
        count = self.front.connections
        feeder.wait(lambda: self.front.connections > count, "it does not try again")
        self.front.act = None
        self.front.cut()
        self.wait_for_more()
        self.assert_unharmed(before)


class Servers(HostileCase):
    def test_accepts_and_never_answers(self):
        self.between(lambda s: s.receive(1 << 20), "no progress while connecting for 2000 ms")

    def test_a_byte_at_a_time(self):
        def drip(session):
            session.startup()
            for byte in b"R\0\0\0\x08\0\0\0\0" + b"S\0\0\0\x0fa\0bcdefgh\0" * 1000:
                session.client.sendall(bytes([byte]))
                time.sleep(0.2)
        self.between(drip, "no progress while connecting for 2000 ms")

    def test_a_password_hashed_for_half_an_hour(self):
        """libpq computes as many rounds as the server asks for: not on the loop, and not for longer than the server may be
        silent."""
        self.url += "&password=secret"
        self.between(lambda s: s.demand(2 * 10 ** 9), "no progress while connecting for 2000 ms", "compute without end")

    def test_the_end_comes_while_a_password_is_hashed(self):
        url = self.open_front()
        self.front.act = lambda s: s.demand(2 * 10 ** 9)
        feeder = self.start(url + "&password=secret", rate=500, stall_ms=1000 * LONGEST_S)  # bears it as long as we wait
        feeder.wait(lambda: self.busiest_s() > 1, "it does not compute")
        self.assertGreater(feeder.end(), 0)
        self.assertEqual(feeder.process.returncode, 0, feeder.errors)
        self.assertNotIn("no progress", feeder.errors)
        self.start()
        self.wait_for_more()
        self.assert_exactly_once()

    def test_noise_after_the_first_message(self):
        noise = iter([b"\xfe\xdc\xba" * 1000, b"\0" * 1000, b"E\xff\xff\xff\xff", b"R\0\0\0\x04", b"R\0\0\0\x08\0\0\xff\xff",
                      b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])

        def act(session):
            session.startup()
            session.client.sendall(next(noise, b"\0"))
        self.between(act, "trying again")

    def test_noise_as_an_answer(self):
        noise = iter([b"\xfe" * 1000, b"T\0\0\0\x06\xff\xff", b"D\0\0\0\x06\xff\xff", b"Z\xff\xff\xff\xff", b"", b"I\0\0\0\4",
                      b"T\x7f\xff\xff\xff\0\1"])

        def act(session):
            session.greet()
            session.question()
            session.client.sendall(next(noise, b"\0" * 5))
        self.between(act, "trying again")

    def test_an_error_of_100_megabytes(self):
        def act(session):
            session.greet()
            session.question()
            session.send(b"E", b"SERROR\0VERROR\0C42601\0M", length=100 << 20)
            for _ in range(1600):  # as a network brings it: without a pause libpq reads it in one go
                session.client.sendall(b"x" * 65536)
                time.sleep(0.001)
        self.between(act, "the server sends without end", "is it PostgreSQL?")

    def endless(self, session):
        while True:
            session.notice()

    def test_notices_without_end_while_connecting(self):
        self.between(lambda s: s.startup() and s.send(b"R", struct.pack(">I", 0)) or self.endless(s),
                     "the server sends without end")

    def test_notices_without_end_instead_of_an_answer(self):
        self.between(lambda s: s.greet() or s.question() and self.endless(s), "the server sends without end")

    def test_notices_without_end_while_nothing_is_asked(self):
        """The session waits for records to ship: nobody reads what libpq holds."""
        def act(session):
            session.up_to_mark(b"%d" % mark)
            self.endless(session)
        url = self.open_front()
        feeder = self.start(url, rate=500, stall_ms=STALL_MS)
        self.wait_for_more()
        feeder.end()
        self.assertEqual(lab_feeder.drain(self.spool, self.cluster.url, self.vantage).returncode, 0)
        mark, self.front.act = self.mark(), act
        feeder = self.start(url, rate=0, stall_ms=STALL_MS)
        feeder.wait_told("the server sends without end")
        before = self.peak_kb()
        count = self.front.connections
        feeder.wait(lambda: self.front.connections > count + 2, "it does not try again")
        self.front.act = None
        feeder.wait_told("connected again")
        self.assertLess(self.peak_kb(), before + MEMORY_MOST_KB)

    def test_an_error_in_the_middle_of_a_copy(self):
        def act(session):
            session.up_to_copy()
            session.read()
            session.error("53100", "no room")
            session.ready()
            session.receive(1 << 30)
        self.between(act, "no room", "free space on the server's disk")

    def test_an_error_in_the_middle_of_a_copy_and_nothing_is_read_any_more(self):
        def act(session):
            session.up_to_copy()
            session.error("53100", "no room")
            threading.Event().wait(10)
        self.between(act, "no progress while copying for 2000 ms")

    def test_a_mark_that_is_none(self):
        marks = iter([None, b"", b"abc", b"-5", b"12abc", b"99999999999999999999999"])
        self.between(lambda s: s.up_to_mark(next(marks, ...)), "the database does not tell how far the stream is")

    def test_hangs_up_anywhere(self):
        places = iter([lambda s: None, lambda s: s.startup(), lambda s: s.greet(), lambda s: s.up_to_mark(b"0"),
                       lambda s: s.up_to_copy(), lambda s: s.up_to_copy() or s.read()])
        self.between(lambda s: next(places, lambda s: None)(s), "trying again")


class Marks(HostileCase):
    def test_a_trigger_that_drops_rows(self):
        """The server takes fewer rows than it was sent, and says that all is well."""
        self.cluster.value("CREATE FUNCTION drop_some() RETURNS trigger LANGUAGE plpgsql AS "
                           "'BEGIN RETURN CASE WHEN new.target <> 7 THEN new END; END'")
        self.through("CREATE TRIGGER drop_some BEFORE INSERT ON sample FOR EACH ROW WHEN (new.vantage = %d) "
                     "EXECUTE FUNCTION drop_some()" % self.vantage,
                     "DROP TRIGGER drop_some ON sample; DROP FUNCTION drop_some()",
                     "rows and reports no error", "a trigger, a rule, a proxy")

    def test_an_older_state_of_the_database(self):
        """Restored from a backup, or a standby that lacked the last transactions: what is gone is told and accounted for.

        The spool still has the last batch when its session ended between COMMIT and the answer: that is not gone.
        """
        feeder = self.start()
        self.wait_for_more()
        mark = self.mark()
        feeder.wait(lambda: self.mark() > mark + 1000, "nothing is shipped")
        self.cluster.value("ALTER ROLE %s NOLOGIN" % self.role)
        self.end_sessions()
        feeder.wait_told("is not permitted to log in")
        now = self.mark()
        tables = [("DELETE FROM %s WHERE vantage = %d AND seq > %d" % (t, self.vantage, mark))
                  for t in ("sample", "clock_state", "stamp", "monitor_status")]
        self.cluster.value("; ".join(tables + ["UPDATE stream SET mark = %d WHERE vantage = %d" % (mark, self.vantage),
                                               "ALTER ROLE %s LOGIN" % self.role]))
        feeder.wait_told("the database has lost", "records that it had confirmed", "stream_gap")
        lost = int(re.search(r"the database has lost (\d+) records", feeder.errors)[1])
        self.assertLessEqual(lost, now - mark)
        self.assertGreaterEqual(lost, now - mark - lab_feeder.BATCH)
        self.assertEqual(self.cluster.value("SELECT first_seq, last_seq, reason FROM stream_gap WHERE vantage = %d"
                                            % self.vantage), "%d|%d|5" % (mark + 1, mark + lost))
        self.assert_exactly_once(lost)

    def test_a_mark_ahead_of_every_stream(self):
        """It says so of each new one: streams are not made as fast as the disk can."""
        feeder = self.start(self.open_front(), rate=500, stall_ms=STALL_MS)
        self.front.act = lambda s: s.up_to_mark(b"4000000000000000000")
        self.front.cut()
        feeder.wait_told("a new stream begins")
        count = feeder.errors.count("a new stream begins")
        feeder.wait(lambda: feeder.errors.count("a new stream begins") > count + 3, "it does not try again")
        self.front.act = None
        self.front.cut()
        self.wait_for_more()
        last = feeder.end()
        self.assertEqual(lab_feeder.drain(self.spool, self.cluster.url, self.vantage).returncode, 0)
        found = self.cluster.value("SELECT count(*), count(DISTINCT seq), bool_and(number = seq) FROM " + RECORDS +
                                   " WHERE vantage = %d" % self.vantage)
        self.assertEqual(found, "%d|%d|t" % (last, last))

    def test_all_packets_are_dropped(self):
        """Half open: the connection is there, nothing comes or goes; the old session still holds the stream."""
        feeder = self.start(self.open_front(), stall_ms=2 * STALL_MS)  # longer than the lock is waited for
        self.wait_for_more()
        before = self.peak_kb()
        for _ in range(2):
            self.front.freeze()
            self.wait_for_more()
        feeder.wait_told("no progress while")
        self.assert_unharmed(before)

    def test_a_pooler_in_transaction_mode(self):
        """Sessions are lent by the transaction: settings stay with whoever has the session next."""
        url = self.open_front()
        self.front.act = self.front.pool(3)
        self.start(url, stall_ms=STALL_MS)
        for _ in range(3):
            self.wait_for_more()
            self.front.cut()
        self.wait_for_more()
        self.assert_exactly_once()


def in_words(value):
    """A value of a connection string, quoted (PostgreSQL documentation, "Connection Strings")."""
    return "'%s'" % re.sub(r"([\\'])", r"\\\1", str(value))


class Encrypted(HostileCase):
    """Over TCP, with TLS that ends before the real server."""

    def certificate(self, name):
        path = os.path.join(self.folder, name)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", path + ".key", "-out", path + ".pem", "-subj", "/CN=" + name, "-days", "2",
                        "-addext", "subjectAltName=DNS:" + name], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path + ".pem", path + ".key")
        return path + ".pem", context

    def over_tcp(self, **more):
        words = dict(re.findall(r"(\w+)=(\w+)", self.url), host="db.test", hostaddr="127.0.0.1", port=self.front.port,
                     **more)
        return " ".join("%s=%s" % (k, in_words(words[k])) for k in words if k not in ("socket",))

    def test_a_wrong_certificate_and_the_right_one(self):
        trusted, good = self.certificate("db.test")
        _, other = self.certificate("other.test")
        self.open_front(secure=other)
        feeder = self.start(self.over_tcp(user=self.role, dbname="govsla", sslmode="verify-full", sslrootcert=trusted),
                            stall_ms=STALL_MS)
        feeder.wait_told("certificate verify failed", "sslrootcert")
        self.front.secure = good
        self.wait_for_more()
        before = self.peak_kb()
        self.assert_unharmed(before)

    def test_no_encryption_where_it_is_demanded(self):
        trusted, good = self.certificate("db.test")
        self.open_front(secure=good)
        self.front.encrypts = False
        feeder = self.start(self.over_tcp(user=self.role, dbname="govsla", sslmode="require"), stall_ms=STALL_MS)
        feeder.wait_told("server does not support SSL, but SSL was required", "sslmode")
        self.front.encrypts = True
        self.wait_for_more()
        self.assert_exactly_once()


if __name__ == "__main__":
    lab_feeder.main()
