#!/usr/bin/python3
"""This machine's clock, wrong in every way it can be: what is recorded of it, and what is claimed nevertheless.

slamon runs with a clock that the test sets (lab_clock.py): unsynchronised, of unknown or known error, stepped while it
observes, a leap second, the machine suspended."""
# waits

import json
import os
import socket
import subprocess
import time

import lab_clock
import lab_cluster
import lab_net
from lab_clock import REFUSED, SENTINEL, TIMESYNCD, UNSYNCHRONISED, Clock, known
from lab_net import instant
from lab_stamp import Reflector, Relay


def stamp(port, **more):
    return dict({"kind": "stamp", "host": "127.0.0.1", "port": port}, **more)


def tcp(port, **more):
    return dict({"kind": "tcp", "host": "127.0.0.1", "port": port}, **more)


class Case(lab_net.Case):
    def setUp(self):
        super().setUp()
        self.clock = Clock(self.lab.folder)

    def server(self):
        return self.lab.tcp_server(lambda connection: connection.recv(1))

    def run_slamon(self, targets, **more):
        return self.lab.run(targets, self.clock.environment, ship_wait_s=300, **more)

    def check_grid(self, samples, interval_s):
        """One record for each instant."""
        instants = sorted(instant(s["scheduled"]) for s in samples)
        self.assertEqual({round(b - a, 3) for a, b in zip(instants, instants[1:])}, {interval_s})


class Recorded(Case):
    """From the kernel's word to PostgreSQL."""

    def setUp(self):
        super().setUp()
        self.cluster = lab_cluster.Cluster()
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__)
        self.cluster.register(1, "lab")
        self.value = self.cluster.value

    def states(self):
        return self.value("SELECT synchronised, max_error_us FROM clock_state ORDER BY seq").splitlines()

    def ask(self, *options):
        """What slamon says of itself; it may be too busy for an answer in time."""
        answers = []

        def ask():
            answers.append(subprocess.run([lab_net.program("slamon"), "stats", self.lab.path("slamon.json"), *options],
                                          text=True, stdout=subprocess.PIPE, timeout=300))
            return answers[-1].returncode != 1
        lab_net.wait_for(ask, "an answer")
        return answers[-1]

    def stats(self):
        out = self.ask("--json")
        answer = json.loads(out.stdout)
        self.assertEqual(out.returncode, 4 if answer["troubles"] else 0)
        return answer

    def test_each_state_is_recorded_when_it_begins(self):
        run = self.run_slamon([("t", 1, 9, tcp(self.server()))], database=self.cluster.url)
        want = ["f|"]
        for state, row, error_us in (
                (known(1548), "t|2048", 1548),  # a bound with room for what it may creep until the next look
                (SENTINEL, "t|", None),
                (known(900, lab_clock.STA_INS, lab_clock.TIME_INS), "t|2048", 900),  # a leap second is due
                (TIMESYNCD, "t|", None),  # what grows from 0 is not a bound
                (known(30000, lab_clock.STA_DEL, lab_clock.TIME_OOP), "t|32768", 30000),
                (REFUSED, "f|", None)):
            self.clock.says(state)
            want.append(row)
            with self.subTest(state=state):
                lab_net.wait_for(lambda: len(self.states()) == len(want), "the record: %s" % self.states())
                self.assertEqual(self.states(), want)
                stats = self.stats()
                self.assertEqual(stats["clock"], {"synchronised": want[-1][0] == "t", "max_error_us": error_us})
                self.assertEqual("the clock is not synchronised" in [t["what"] for t in stats["troubles"]], want[-1] == "f|")
                said = self.ask().stdout
                self.assertIn("clock        %ssynchronised, %s\n" % (
                    "" if want[-1][0] == "t" else "not ",
                    "error unknown" if error_us is None else "wrong by at most %.3f ms" % (error_us / 1000)), said)
                self.assertEqual(self.value("SELECT clock_synchronised, clock_max_error_us FROM vantage_status"), want[-1])
        shown = subprocess.run([lab_net.program("slacalc"), "status"], env=dict(os.environ, GOVSLA_DB=self.cluster.url),
                               check=True, stdout=subprocess.PIPE, text=True, timeout=300).stdout
        self.assertIn("not synchronised", shown)
        self.assertEqual(run.finish()[0], 0)
        self.assertEqual(self.value("SELECT clock_synchronised, clock_error_us IS NULL FROM monitor_status ORDER BY seq "
                                    "DESC LIMIT 1"), "f|t")

    def step(self, run, seconds, says=UNSYNCHRONISED):
        """As clock_settime() does: the kernel forgets what it knew of its error. Waits until it is recorded (two steps
        between two looks are one, their sum) and a second has been observed since."""
        recorded = "SELECT count(*) FROM clock_state WHERE stepped_us IS NOT NULL"
        done, rows = run.log().count("stepped by"), int(self.value(recorded))
        self.clock.step(seconds)
        self.clock.says(says)
        lab_net.wait_for(lambda: run.log().count("stepped by") > done, "the step to be noticed")
        lab_net.wait_for(lambda: int(self.value(recorded)) > rows, "the step to be recorded")
        seen = len(run.observed())
        lab_net.wait_for(lambda: len(run.observed()) >= seen + 2, "samples")

    def kept(self):
        """(seq, instant, outcome, failure) as PostgreSQL has them."""
        rows = self.value("SELECT seq, extract(epoch FROM scheduled), outcome, failure FROM sample ORDER BY seq")
        return [(int(s), float(at), int(o), int(f)) for s, at, o, f in (row.split("|") for row in rows.splitlines())]

    def check_numbers(self):
        """Every number up to the mark is that of one record."""
        self.assertEqual(self.value(
            "SELECT count(*) = max(mark), count(*) = count(DISTINCT seq), min(seq), max(seq) = max(mark) FROM ("
            "SELECT stream, seq FROM sample UNION ALL SELECT stream, seq FROM clock_state UNION ALL "
            "SELECT stream, seq FROM monitor_status) r JOIN stream ON id = stream"), "t|t|1|t")
        self.assertEqual(self.value("SELECT count(*) FROM stream_gap"), "0")

    def test_stepped_forward_and_back(self):
        self.clock.says(known(1000))
        run = self.run_slamon([("t", 1, 9, tcp(self.server()))], database=self.cluster.url)
        lab_net.wait_for(lambda: len(run.observed()) >= 3, "samples")
        self.step(run, 10)
        self.step(run, -20)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        rows = self.kept()
        self.assertEqual([(round(at, 3), o) for _, at, o, _ in rows],
                         [(round(instant(s["scheduled"]), 3), ("up", "down", "missed").index(s["outcome"])) for s in samples])
        self.check_numbers()
        # what was stepped over is missed, one record each; what came again has two, and nothing was left out
        instants = [instant(s["scheduled"]) for s in samples]
        back = next(i for i in range(1, len(rows)) if instants[i] < instants[i - 1] - 12)
        late = [s for s in samples[back:] if instant(s["scheduled"]) > instants[back] + 12]  # what the step met in flight
        self.check_grid(samples[:back] + late, 1)
        self.check_grid([s for s in samples[back:] if s not in late], 1)
        self.assertGreaterEqual([s["failure"] for s in samples[:back]].count("not running"), 9)
        for s in lab_net.observed(samples):  # none of them has the steps in it
            self.assertLess(s["rtt_us"], 9000000)
            self.assertLess(s["lateness_us"], 9000000)
        # the clock's own records say when, and by how much, and that nobody knows how well
        clock = [row.split("|") for row in self.value(
            "SELECT synchronised, max_error_us, stepped_us FROM clock_state ORDER BY seq").splitlines()]
        steps = [int(c[2]) for c in clock if c[2]]
        self.assertEqual([round(s / 1e4) for s in steps], [1000, -2000])
        self.assertEqual(clock[0], ["t", "2048", ""])
        self.assertEqual(clock[-1][:2], ["f", ""])

    def test_a_leap_second(self):
        """The last second of a day comes twice: the clock is stepped back by one second, and nothing is wrong with it."""
        self.clock.says(known(900, lab_clock.STA_INS, lab_clock.TIME_INS))
        run = self.run_slamon([("t", 1, 9, tcp(self.server()))], database=self.cluster.url)
        lab_net.wait_for(lambda: len(run.observed()) >= 2, "samples")
        self.step(run, -1, known(900, lab_clock.STA_INS, lab_clock.TIME_OOP))
        self.assertEqual(run.finish()[0], 0)
        self.check_numbers()
        rows = self.kept()
        instants = sorted(at for _, at, _, _ in rows)
        self.assertIn(len(instants) - len(set(instants)), (0, 1))
        self.assertEqual({round(b - a, 3) for a, b in zip(instants, instants[1:])} | {0}, {0, 1})
        self.assertLessEqual({(o, f) for _, _, o, f in rows}, {(0, 0), (2, 21)})  # up, or this machine stopped slamon
        self.assertEqual(self.value("SELECT DISTINCT synchronised, max_error_us FROM clock_state"), "t|2048")
        self.assertEqual(self.value("SELECT round(stepped_us / 1e4) FROM clock_state WHERE stepped_us IS NOT NULL"), "-100")

    def test_one_way_delays_reach_the_database(self):
        self.clock.says(known(1500))
        reflector = Reflector(self.lab, before=Clock(self.lab.folder, known(2500)).before)
        run = self.run_slamon([("t", 1, 20, stamp(reflector.port))], database=self.cluster.url)
        lab_net.wait_for(lambda: any(s["outcome"] == "up" for s in run.samples()), "a sample")
        known_until = len(run.samples())
        self.clock.says(TIMESYNCD)
        lab_net.wait_for(lambda: [s["outcome"] for s in run.samples()[known_until + 1:]].count("up"), "another")
        samples = [s["stamp"] for s in run.finish()[1] if s["outcome"] == "up"]
        names = ("forward_us", "backward_us", "one_way_error_us")
        self.assertEqual(self.value("SELECT %s FROM stamp ORDER BY seq" % ", ".join(names)).splitlines(),
                         ["|".join("" if s[n] is None else str(s[n]) for n in names) for s in samples])
        self.assertTrue(4000 <= samples[0]["one_way_error_us"] <= 4050, samples[0])
        self.assertEqual([samples[-1][n] for n in names], [None] * 3)


class InFlight(Case):
    """What happens to the clock between a packet and its answer."""

    def setUp(self):
        super().setUp()
        self.clock.says(known(1500))
        self.theirs = Clock(self.lab.folder, known(1500))
        self.reflector = Reflector(self.lab, before=self.theirs.before)

    def probe(self, there=lambda n: 0, back=lambda n: 0, **more):
        relay = Relay(self.lab, self.reflector.port, there, back)
        sample = self.lab.once([("t", 60, 20, stamp(relay.port, **more))], before=self.clock.before)["t"]
        self.assertEqual(sample["outcome"], "up", sample)
        return sample

    def test_a_step_changes_no_round_trip(self):
        for seconds in (3600, -3600, 0.2, -0.2):
            with self.subTest(seconds=seconds):
                def back(n):
                    self.clock.step(seconds)
                    return 0.4
                began = time.monotonic()
                sample = self.probe(back=back)
                passed_us = (time.monotonic() - began) * 1e6
                self.assertTrue(400000 <= sample["rtt_us"] + sample["stamp"]["reflector_us"] <= passed_us, sample)
                self.check_ways(sample, None)

    def test_a_step_of_the_reflector_changes_no_round_trip(self):
        """Its times of two packets are of two clocks; the kernel there does not say that it knows the new one."""
        def there(n):
            if n == 1:
                self.theirs.step(30)
                self.theirs.says(UNSYNCHRONISED)
            return 0
        sample = self.probe(there, lambda n: 0.3, packets=2, spacing_ms=50)
        self.assertLess(sample["rtt_us"], 10000000)
        self.assertGreaterEqual(sample["rtt_us"], 290000)
        self.check_ways(sample, None)

    def test_a_dns_answer(self):
        server = socket.socket(type=socket.SOCK_DGRAM)
        self.addCleanup(server.close)
        server.bind(("127.0.0.1", 0))
        process = self.lab.start([*self.clock.before, lab_net.program("slamon"), "once", "--json", "--no-spool", self.lab.config(
            [("t", 60, 20, {"kind": "dns", "server": "127.0.0.1", "port": server.getsockname()[1], "name": "a.test",
                            "expect_status": "NXDOMAIN"})])], stdout=subprocess.PIPE, text=True)
        query, sender = server.recvfrom(1000)
        self.clock.step(-7200)
        time.sleep(0.3)
        end = 12
        while query[end]:
            end += 1 + query[end]
        server.sendto(query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + query[12:end + 5], sender)
        sample = json.loads(process.communicate(timeout=300)[0])["samples"][0]
        if sample["failure"] != "not running":  # this machine stopped slamon meanwhile
            self.assertEqual(sample["outcome"], "up", sample)
            self.assertTrue(300000 <= sample["rtt_us"] < 20000000, sample)

    def test_one_way_delays_only_between_known_clocks(self):
        for ours, theirs, error in (
                (known(1500), known(2500), (4000, 4050)), (known(20000), known(300000), (320000, 323000)),
                (known(1500), UNSYNCHRONISED, None), (UNSYNCHRONISED, known(2500), None), (TIMESYNCD, known(2500), None),
                (SENTINEL, known(2500), None), (known(1500), TIMESYNCD, None), (known(1500), SENTINEL, None)):
            with self.subTest(ours=ours, theirs=theirs):
                self.clock.says(ours)
                self.theirs.says(theirs)
                self.check_ways(self.probe(), error)

    def check_ways(self, sample, error):
        got = [sample["stamp"][name] for name in ("forward_us", "backward_us", "one_way_error_us")]
        if error is None:
            self.assertEqual(got, [None] * 3)
        else:
            self.assertNotIn(None, got)
            self.assertTrue(error[0] <= got[2] <= error[1], got)

    def test_a_clock_that_becomes_known_in_between(self):
        """What was stamped by a clock of unknown error is not worth more because the clock is known later."""
        def says(state):
            def there(n):
                if n == 1:
                    self.clock.says(state)
                return 0
            return there
        for first, then, error in ((UNSYNCHRONISED, known(1500), None), (known(1500), UNSYNCHRONISED, None),
                                   (known(50000), known(1500), (51500, 52000)), (known(1500), known(50000), (51500, 52000))):
            with self.subTest(first=first, then=then):
                self.clock.says(first)
                self.check_ways(self.probe(says(then), packets=3, spacing_ms=100), error)

    def test_a_reflector_whose_clock_is_lost(self):
        """Its answers say so at once."""
        self.assertIsNotNone(self.probe()["stamp"]["forward_us"])
        self.theirs.says(UNSYNCHRONISED)
        self.assertIsNone(self.probe()["stamp"]["forward_us"])


class Suspended(Case):
    def test_an_hour(self):
        """CLOCK_MONOTONIC, by which libuv waits, does not know of it."""
        silent = self.lab.tcp_server(lambda connection: time.sleep(1000))
        run = self.run_slamon([("t", 1, 9, tcp(self.server())), ("silent", 5, 5, tcp(silent, expect="hello"))])

        def of(target):
            return [s for s in run.samples() if s["target"] == target]
        lab_net.wait_for(lambda: of("t") and of("silent"), "samples")  # now one of the silent is always in flight
        before = len(of("silent"))
        self.clock.suspend(3600)
        lab_net.wait_for(lambda: len(of("t")) >= 3602 and len(of("silent")) >= before + 722, "what was slept through", 60)
        self.assertEqual(run.finish()[0], 0)
        for target, interval_s, other in (("t", 1, ("up", "")), ("silent", 5, ("down", "timeout"))):
            mine = sorted(of(target), key=lambda s: s["scheduled"])
            self.check_grid(mine, interval_s)
            slept = [i for i, s in enumerate(mine) if s["failure"] == "not running"]
            self.assertGreaterEqual(len(slept), 3600 // interval_s - 1)
            self.assertEqual({(s["outcome"], s["failure"]) for s in mine} - {("missed", "not running")}, {other})
        self.assertNotIn("stepped by", run.log())  # the time of day went on as it should


if __name__ == "__main__":
    lab_net.main()
