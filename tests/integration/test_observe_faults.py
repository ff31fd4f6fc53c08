#!/usr/bin/python3
"""slamon while its surroundings fail: reloads, limits, its own network, descriptors and memory running out.

Whatever happens, every instant of each target's grid leaves exactly one record: check_grid().
"""
# build: plain
# waits

import collections
import contextlib
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest

import lab_grid
import lab_net
from lab_net import instant
from lab_seed import SEED
from test_probes import Case, http, icmp

START_LINE = re.compile(r"observes \d+ targets from .*")
START = re.compile(r"observes \d+ targets from (\S+) on")


def us(text):
    return round(instant(text) * 1000000)


class Faults(Case):
    def grid(self, run, samples, interval_of):
        """The instants of which there must be a record, from the first start to the last record of any target.
        interval_of(target, n): its interval in s by the n-th configuration in force; None: not in it."""
        starts = [us(t) for t in START.findall(run.log())]
        end = max(us(s["scheduled"]) for s in samples)
        want = set()
        for target in {s["target"] for s in samples}:
            for n, (first, after) in enumerate(zip(starts, starts[1:] + [end + 1])):
                if interval_of(target, n) is None:
                    continue
                step = interval_of(target, n) * 1000000
                want.update((target, at) for at in lab_grid.grid("lab", target, step, first, min(after, end + 1)))
        return want

    def check_grid(self, run, samples, interval_of):
        """Exactly one record of each instant."""
        want = self.grid(run, samples, interval_of)
        seen = collections.Counter((s["target"], us(s["scheduled"])) for s in samples)
        self.assertEqual([k for k, n in seen.items() if n > 1], [], "two records of an instant")
        self.assertEqual(sorted(want - set(seen)), [], "an instant without a record")
        self.assertEqual(sorted(set(seen) - want), [], "a record of no instant")

    def descriptors(self, run):
        return len(os.listdir("/proc/%d/fd" % run.process.pid))

    def status_kb(self, run, key):
        with open("/proc/%d/status" % run.process.pid) as f:
            return int(re.search(key + r":\s+(\d+)", f.read()).group(1))

    def limit(self, run, **limits):
        subprocess.run(["prlimit", "--pid", str(run.process.pid)] + ["--%s=%s:" % limit for limit in limits.items()],
                       check=True)

    def kept(self):
        """How many samples the spool holds; bit 0 tells what is none: monitor/spool/spool_codec.h."""
        with contextlib.closing(sqlite3.connect(self.lab.path("spool.sqlite"))) as spool:
            return sum(not data[0] & 1 for data, in spool.execute("select data from record"))

    def silent_server(self):
        """Accepts and never answers; returns its port."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.addCleanup(listener.close)
        return listener.getsockname()[1]


class Schedule(Faults):
    def test_echoes_of_a_minute_share_instants(self):
        run = self.lab.run([("t%d" % i, 60, 1, icmp("127.0.%d.%d" % (i // 200, i % 200 + 1))) for i in range(3000)])
        lab_net.wait_for(lambda: len(run.samples()) >= 100, "100 of 3000 targets in a minute")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        instants = [us(s["scheduled"]) for s in samples]
        self.assertEqual({instant % 40000 for instant in instants}, {0})
        for s, instant in zip(samples, instants):
            self.assertIn(instant, lab_grid.grid("lab", s["target"], 60000000, instant, instant + 1, gathered=True))


class Reload(Faults):
    def reload(self, run, refused=False):
        before = run.log().count("goes on as before") if refused else len(START.findall(run.log()))
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: (run.log().count("goes on as before") if refused else len(START.findall(run.log())))
                         > before, "the reload")

    def test_hundreds_of_targets_reloaded_again_and_again(self):
        port = self.silent_server()

        def write(interval, **more):
            self.lab.config([("t%d" % i, interval, 1, icmp("127.0.%d.%d" % (i // 200, i % 200 + 1)))
                             for i in range(300)] + [("slow", 1, 3, http(port=port))], **more)
        write(1)
        run = lab_net.Run(self.lab, self.lab.path("slamon.json"), None)
        intervals = [1]
        time.sleep(1)
        for interval in (1, 2, 1, 1):
            write(interval)
            self.reload(run)
            intervals.append(interval)
            with open(self.lab.path("slamon.json"), "w") as f:
                f.write('{ "format": "govsla-slamon/1",\n "vantage": "lab",\n "vantage_number": "one" }')
            self.reload(run, refused=True)
            write(1, vantage="other")
            self.reload(run, refused=True)
            time.sleep(0.7)
        write(1)
        for _ in range(15):  # faster than they can be read
            run.process.send_signal(signal.SIGHUP)
            time.sleep(0.02)
        lab_net.wait_for(lambda: len(START.findall(run.log())) > len(intervals), "one of them")
        time.sleep(0.5)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        log = run.log()
        self.assertIn("slamon.json:3: vantage_number: ", log)
        self.assertIn("the key 'vantage' can be changed by a restart only", log)
        intervals += [1] * (len(START.findall(log)) - len(intervals))
        self.check_grid(run, samples, lambda target, n: 1 if target == "slow" else intervals[n])
        for s in samples:
            if s["target"] != "slow":
                self.assertIn((s["outcome"], s["failure"]), (("up", ""), ("missed", "not running")), s)

    def test_a_certificate_file_that_is_gone_refuses_the_reload(self):
        self.lab.certificates()
        secure = {"kind": "http", "url": "https://127.0.0.1:1/"}
        run = self.lab.run([("a", 1, 1, secure)], ca_file=self.lab.path("ca.pem"))
        os.rename(self.lab.path("ca.pem"), self.lab.path("kept.pem"))
        self.reload(run, refused=True)
        self.assertIn("a: cannot read ca_file '%s'" % self.lab.path("ca.pem"), run.log())
        os.rename(self.lab.path("kept.pem"), self.lab.path("ca.pem"))
        self.reload(run)
        lab_net.wait_for(lambda: len(run.samples()) >= 2, "samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)

    def least_kb(self, run):
        """What the process keeps: the least of what is resident in a second, beside what a former one still holds."""
        least = self.status_kb(run, "VmRSS")
        for _ in range(20):
            time.sleep(0.05)
            least = min(least, self.status_kb(run, "VmRSS"))
        return least

    def test_many_reloads_leave_nothing_behind(self):
        run = self.lab.run([("t%d" % i, 1, 1, icmp("127.0.0.%d" % (i + 1))) for i in range(50)])
        lab_net.wait_for(run.samples, "a sample")
        few, most_kb = self.descriptors(run), None
        for _ in range(3):
            for _ in range(15):
                self.reload(run)
            lab_net.wait_for(lambda: self.descriptors(run) == few, "the former ones to end")
            if most_kb:
                lab_net.wait_for(lambda: self.least_kb(run) < most_kb, "memory to be no more than before")
            most_kb = self.least_kb(run) + 1000
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)

    def test_a_storm_of_signals_while_the_file_changes(self):
        """Hundreds of SIGHUPs within seconds; the file is good, broken, half written, huge, empty, missing, a folder, a pipe;
        targets come, go, and change their numbers. What is good at the end governs."""
        path, new = self.lab.path("slamon.json"), self.lab.path("new")
        chance = random.Random(SEED)

        def good(count):
            self.lab.config([("always", 1, 1, icmp("127.0.0.1"))] +
                            [("t%d" % i, 1, 1, icmp("127.0.0.%d" % (i + 2))) for i in chance.sample(range(60), count)])
            with open(path) as f:
                return f.read()

        def put(text):
            with open(new, "w") as f:
                f.write(text)
            os.replace(new, path)

        def remove():
            if os.path.isdir(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
        text = good(30)
        run = lab_net.Run(self.lab, path, None)
        before = self.descriptors(run)
        kinds = [lambda: put(good(chance.randrange(60))), lambda: put(good(chance.randrange(60))),
                 lambda: put(text[:chance.randrange(len(text))]), lambda: put(""), lambda: None,
                 lambda: put(text + " " * 20000000), lambda: put("[" * 100000), lambda: put(text.replace("icmp", "idle")),
                 lambda: os.mkdir(path), lambda: os.mkfifo(path)]
        peak = rounds = 0

        def often(what):
            return len(re.findall(what, run.log())) > 3
        while rounds < 60 or not (often(START) and often("goes on as before")):
            rounds += 1
            self.assertLess(rounds, 2000, "seed %d" % SEED)
            remove()
            kinds[chance.randrange(len(kinds))]()
            for _ in range(chance.randrange(1, 12)):
                run.process.send_signal(signal.SIGHUP)
                time.sleep(chance.uniform(0, 0.02))
            peak = max(peak, self.status_kb(run, "VmRSS"))
            self.assertIsNone(run.process.poll(), run.log()[-2000:])
        remove()
        put(good(5))
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: "observes 6 targets from" in START_LINE.findall(run.log())[-1], "the last file")
        lab_net.wait_for(lambda: self.descriptors(run) <= before + 2, "the former ones to end")
        self.assertLess(peak, 200000, "a file of 20 MB, read four times at the most")
        lab_net.wait_for(lambda: self.least_kb(run) < 60000, "memory to be given back")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        seen = collections.Counter((s["target"], s["scheduled"]) for s in samples)
        self.assertEqual([k for k, n in seen.items() if n > 1], [], "two records of an instant, seed %d" % SEED)
        always = sorted(us(at) for target, at in seen if target == "always")
        self.assertEqual({b - a for a, b in zip(always, always[1:])}, {1000000}, "each instant, seed %d" % SEED)

    def test_ended_while_many_targets_are_prepared(self):
        """The loop turns meanwhile: what is due is sent, a further signal is heard, an end is an end."""
        path = self.lab.config([("always", 1, 1, icmp("127.0.0.1"))] +
                               [("t%d" % i, 3600, 1, icmp("127.0.0.2")) for i in range(8000)])
        chance = random.Random(SEED)
        for _ in range(3):
            run = lab_net.Run(self.lab, path, None)
            for _ in range(2):
                run.process.send_signal(signal.SIGHUP)
                time.sleep(chance.uniform(0, 0.5))
            code, samples = run.finish()
            self.assertEqual(code, 0, run.log())
            self.assertNotIn("goes on as before", run.log())
            seen = collections.Counter((s["target"], s["scheduled"]) for s in samples)
            self.assertEqual([k for k, n in seen.items() if n > 1], [], "two records of an instant, seed %d" % SEED)
            always = sorted(us(at) for target, at in seen if target == "always")
            self.assertLessEqual({b - a for a, b in zip(always, always[1:])}, {1000000}, "seed %d" % SEED)

    def test_what_is_in_flight_counts_on(self):
        port = self.silent_server()
        run = self.lab.run([("slow", 1, 3, http(port=port), {"in_flight_max": 2})])
        for _ in range(4):
            time.sleep(0.8)
            self.reload(run)

        def of(failure):
            return [s["failure"] for s in run.samples()].count(failure)
        lab_net.wait_for(lambda: of("timeout") >= 3 and of("in-flight cap"), "samples of both")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        sent = sorted(instant(s["sent"]) for s in samples if s["outcome"] == "down")
        for i in range(len(sent) - 2):
            self.assertGreater(sent[i + 2] - sent[i], 2.9, "three at once")


class Limits(Faults):
    def test_hundreds_of_silent_connections(self):
        port = self.silent_server()
        run = self.lab.run([("t%d" % i, 1, 2, http(port=port)) for i in range(300)], in_flight_max=200)

        def counts(samples):
            return collections.Counter((s["outcome"], s["failure"]) for s in samples)

        def enough():
            found = counts(run.samples())
            return found[("down", "timeout")] >= 200 and found[("missed", "in-flight cap")] >= 100
        lab_net.wait_for(enough, "samples of both")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        self.assertLessEqual(set(counts(samples)), {("down", "timeout"), ("missed", "in-flight cap"), ("missed", "not running")})
        ends = sorted([(instant(s["sent"]), 1) for s in samples if s["sent"]] +
                      [(instant(s["sent"]) + 1.99, -1) for s in samples if s["sent"]])
        most = now = 0
        for _, change in ends:
            now += change
            most = max(most, now)
        self.assertLessEqual(most, 200)

    def test_rate_of_a_destination(self):
        targets = [("t%d" % i, 1, 1, icmp("127.0.0.1")) for i in range(8)] + [("other", 1, 1, icmp("127.0.0.2"))]
        run = self.lab.run(targets, destination_rate_per_s=4, destination_burst=2)

        def of_each(seen, outcome):  # in turn: nobody is left out
            return {s["target"] for s in run.observed()[seen:] if s["outcome"] == outcome} >= {t[0] for t in targets[:8]}

        def wait_for_both(seen):
            lab_net.wait_for(lambda: of_each(seen, "up") and of_each(seen, "missed"), "both of each target")
        wait_for_both(0)
        run.process.send_signal(signal.SIGHUP)  # the bucket is no fuller for it
        lab_net.wait_for(lambda: len(START.findall(run.log())) == 2, "the reload")
        wait_for_both(len(run.observed()))
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        limited = [s for s in samples if s["target"] != "other"]
        sent = sorted(instant(s["sent"]) for s in limited if s["sent"])
        for i in range(len(sent) - 6):
            self.assertGreater(sent[i + 6] - sent[i], 0.99, "more than burst and rate in a second")
        self.assertLessEqual({s["failure"] for s in limited}, {"", "rate limit", "not running"})
        for s in samples:
            if s["target"] == "other":
                self.assertIn(s["failure"], ("", "not running"))

    def test_descriptors_run_out_and_come_back(self):
        port, names = self.silent_server(), self.lab.name_server({"site.test": "127.0.0.1"})
        run = self.lab.run([("t%d" % i, 1, 2, {"kind": "http", "url": "http://site.test:%d/" % port})
                            for i in range(60)] + [("echo", 1, 1, icmp("127.0.0.1"))], dns_servers=names)
        lab_net.wait_for(lambda: len(run.samples()) > 60, "samples")
        self.limit(run, nofile=self.descriptors(run) - 20)
        lab_net.wait_for(lambda: "send: Too many open files" in run.log(), "the message")
        self.assertIn("hint: raise the limit of open files", run.log())
        lab_net.wait_for(lambda: [s["failure"] for s in run.samples()].count("send") > 20, "more that were not sent")
        short = len(run.samples())
        self.limit(run, nofile=1024)

        def recovered():
            again = [s["failure"] for s in run.samples()[short:]]
            return len(again) > 60 and "send" not in again[-60:] and "timeout" in again[-60:]

        lab_net.wait_for(recovered, "a round in which all were sent")
        used = self.descriptors(run)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        found = collections.Counter((s["outcome"], s["failure"]) for s in samples if s["target"] != "echo")
        self.assertLessEqual(set(found), {("down", "timeout"), ("missed", "send"), ("missed", "not running")}, found)
        self.assertLess(used, 60 * 5 + 40)  # a probe ends after twice its timeout, however often this machine stops it
        for s in samples:
            if s["target"] == "echo":  # needs none of its own
                self.assertIn(s["failure"], ("", "not running"), s)

    def test_memory_runs_out_and_comes_back(self):
        """Each tcp probe keeps what is said to it, up to 1 MB, which no memory that happens to be free can hold."""
        talk = threading.Event()

        def answer(connection):
            talk.wait()
            connection.sendall(b"x" * 1000000)
        said = {"kind": "tcp", "host": "127.0.0.1", "port": self.lab.tcp_server(answer), "expect": "never",
                "expect_limit_bytes": 1048576}
        port = self.silent_server()
        self.addCleanup(talk.set)
        run = self.lab.run([("t%d" % i, 1, 2, http(port=port)) for i in range(60)] +
                           [("said%d" % i, 1, 2, said) for i in range(8)])
        self.limit(run, **{"as": self.status_kb(run, "VmSize") * 1024})
        talk.set()

        def not_sent():
            return {s["target"][:4] for s in run.samples() if s["failure"] == "send"}

        lab_net.wait_for(lambda: "said" in not_sent(), "a sample that was not sent", 120)
        self.limit(run, **{"as": 1})  # nothing more at all
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: "goes on as before" in run.log(), "the refusal", 60)
        self.limit(run, **{"as": "unlimited"})
        short = len(run.samples())
        talk.clear()

        def recovered():
            again = [s["failure"] for s in run.samples()[short:]]
            return len(again) > 200 and "send" not in again[-130:] and "timeout" in again

        lab_net.wait_for(recovered, "two rounds in which all were sent", 120)
        last = len(run.samples())
        code, samples = run.finish()
        self.assertEqual(code, 0)
        want = self.grid(run, samples, lambda target, n: 1)  # without memory a printed line may be missing:
        counts = re.search(r"(\d+) up, (\d+) down, (\d+) missed", run.log())
        self.assertEqual(sum(map(int, counts.groups())), len(want))
        self.assertLessEqual({(s["target"], us(s["scheduled"])) for s in samples}, want)
        self.assertEqual(self.kept(), len(want))
        found = collections.Counter((s["outcome"], s["failure"]) for s in samples)
        self.assertLessEqual(set(found), {("down", "timeout"), ("missed", "send"), ("missed", "not running")}, found)
        self.assertIn("hint: this machine is short of memory: fewer targets, or a higher MemoryMax= of the unit\n",
                      run.log())
        self.assertRegex(run.log(), "run: (.*: )?out of memory\n.*run: hint: this machine is short of memory: .*; then "
                                    "reload again\n.*run: goes on as before\n")
        self.assertNotIn("send", {s["failure"] for s in samples[last:]})


class Causes(Faults):
    def test_what_no_kind_can_send_has_its_reason(self):
        kinds = [("icmp", {}), ("tcp", {"port": 9}), ("tls", {"port": 9}), ("http", {}), ("stamp", {}),
                 ("dns", {"name": "a.test"})]

        def target(name, kind, host, keys):
            where = {"http": {"url": "http://%s:9/" % host}, "dns": {"server": host}}.get(kind, {"host": host})
            return (name + "-" + kind, 1, 1, dict({"kind": kind}, **where, **keys))
        strange = [target("strange", kind, "127.0.0.1", dict(more, source_address="192.0.2.77")) for kind, more in kinds]
        unasked = [target("unasked", kind, "site.test", dict(more, dns_servers="203.0.113.1")) for kind, more in kinds]
        run = self.lab.run(strange + unasked)
        lab_net.wait_for(lambda: len({s["target"] for s in run.observed()}) == 2 * len(kinds), "a sample of each")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for s in lab_net.observed(samples):
            self.check(s, "missed", "send")
        for t in strange + unasked:  # which of both a strange address is, is the kernel's choice
            reasons = "Network is unreachable" + ("|Cannot assign requested address" if t in strange else "")
            self.assertRegex(run.log(), r": %s: missed \(send: (%s)\)\n" % (t[0], reasons))
        hint = "hint: look at this machine's own addresses and routes: ip address, ip route\n"
        self.assertEqual(run.log().count(hint), 1, run.log())


class Stalls(Faults):
    def test_a_short_stall_leaves_a_timeout_a_timeout(self):
        """The target gets its whole timeout of running time, so that a hang on a busy machine stays evidence."""
        run = self.lab.run([("hangs", 1, 2, http(port=self.silent_server())), ("echo", 1, 2, icmp("127.0.0.1"))])
        stops = []

        def stop_and_look():
            run.process.send_signal(signal.SIGSTOP)
            stops.append(time.time())
            time.sleep(0.4)
            run.process.send_signal(signal.SIGCONT)
            time.sleep(0.5)
            return any(s["outcome"] == "down" and instant(s["scheduled"]) + 0.2 < at < instant(s["scheduled"]) + 1.8
                       for s in run.samples() for at in stops if s["target"] == "hangs")
        lab_net.wait_for(stop_and_look, "a timeout that was in flight when it stopped")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        verdicts = {"hangs": ("down", "timeout"), "echo": ("up", "")}
        for s in samples:  # this machine may stop slamon for longer
            self.assertIn((s["outcome"], s["failure"]), (verdicts[s["target"]], ("missed", "not running")), s)

    def test_what_a_stop_spoils(self):
        """Each server stops slamon for longer than a second before it answers. What it did because it had not heard from
        slamon, what was perhaps too late, and a time that may hold the stop, are charged to nobody."""
        process, stoppers, lock = [], [], threading.Lock()

        @contextlib.contextmanager
        def stopped():
            with lock:
                lab_net.wait_for(lambda: process, "slamon")
                stoppers.append(None)
                process[0].send_signal(signal.SIGSTOP)
            time.sleep(1.5)
            yield
            with lock:
                stoppers.pop()
                if not stoppers:
                    process[0].send_signal(signal.SIGCONT)

        def says(text, then=lambda connection: None):
            def serve(connection):
                with stopped():
                    connection.sendall(text)
                    then(connection)
            return self.lab.tcp_server(serve)

        def name_server(query):
            with stopped():
                yield query[:2] + b"\x81\x83\0\1" + bytes(6) + query[12:24]  # there is no a.test

        def status(number):
            return http(port=says(b"HTTP/1.1 %d Status\r\nContent-Length: 0\r\n\r\n" % number))

        def greets(text):
            return {"kind": "tcp", "host": "127.0.0.1", "port": says(b"421 bye\r\n", socket.socket.close), "expect": text}
        dns = {"kind": "dns", "server": "127.0.0.1", "port": self.lab.udp_server(name_server), "name": "a.test",
               "expect_status": "NXDOMAIN"}
        config = self.lab.config([("perhaps slow", 60, 10, dns), ("perhaps late", 60, 1, dns), ("late", 60, 1, greets("421")),
                                  ("took leave", 60, 10, greets("220")), ("gave us up", 60, 10, status(408)),
                                  ("failed", 60, 10, status(503))])
        process.append(self.lab.start([lab_net.program("slamon"), "once", config, "--json", "--no-spool"],
                                      stdout=subprocess.PIPE))
        samples = json.loads(process[0].communicate(timeout=300)[0])["samples"]
        self.assertEqual({s["target"]: (s["outcome"], s["failure"]) for s in samples},
                         {"failed": ("down", "http status"),
                          **{name: ("missed", "not running")
                             for name in ("perhaps slow", "perhaps late", "late", "took leave", "gave us up")}})
        self.assertEqual([s["http_status"] for s in samples if s["target"] == "gave us up"], [408])  # for who corrects it

    def test_stall_after_stall_ends_what_is_in_flight(self):
        """Deadlines move by each stall, but not for ever: what is in flight would grow until memory is used up."""
        run = self.lab.run([("t%d" % i, 1, 1, http(port=self.silent_server())) for i in range(10)])
        before, most, stops = self.descriptors(run), 0, 0
        while stops < 10 or most < 10:  # a turn starts one probe of each target at most, and ends those of 2 s ago
            stops += 1
            self.assertLess(stops, 60, "no probe was ever started")
            run.process.send_signal(signal.SIGSTOP)
            time.sleep(0.9)
            most = max(most, self.descriptors(run) - before)
            run.process.send_signal(signal.SIGCONT)
            time.sleep(0.02)
        self.assertLessEqual(most, 60)  # else 85
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        for s in samples:
            self.assertIn((s["outcome"], s["failure"]), (("down", "timeout"), ("missed", "not running")), s)

    def test_answers_lost_in_the_own_buffer_are_missed(self):
        """Strangers' replies fill the receive buffer while slamon stands still; what answers meanwhile is not down."""
        self.lab.make_peer()
        self.answer_on_peer("""
        time.sleep(0.4)
        reply(echo, to)
""")
        run = self.lab.run([("late", 1, 5, icmp(lab_net.PEER))])
        strange = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.addCleanup(strange.close)
        reply = bytes.fromhex("0000ffff00000000") + bytes(1392)

        def lost():
            run.process.send_signal(signal.SIGSTOP)
            for _ in range(6000):  # a buffer of 8 MB takes about 3,600, and each is counted at its true size
                strange.sendto(reply, ("127.0.0.1", 0))
            time.sleep(0.5)
            run.process.send_signal(signal.SIGCONT)
            time.sleep(0.8)
            return (len(run.observed()) < len(run.samples()) and
                    "packets were lost at this machine's receive buffer" in run.log())
        lab_net.wait_for(lost, "an answer that was lost")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertIn("hint: a larger buffer: sysctl net.core.rmem_max", run.log())
        self.check_grid(run, samples, lambda target, n: 1)
        self.assertLessEqual({(s["outcome"], s["failure"]) for s in samples}, {("up", ""), ("missed", "not running")})


class OwnSide(Faults):
    """The peer's own address is the reference; what the peer routes are the targets."""

    TARGET = "10.98.5.1"

    def setUp(self):
        super().setUp()
        self.lab.make_peer()
        self.lab.on_peer("ip", "addr", "add", self.TARGET + "/32", "dev", "lo")
        self.lab.once([("a", 60, 1, icmp(lab_net.PEER))])  # finds the neighbour

    def start(self, **more):
        return self.lab.run([("reference", 1, 1, icmp(lab_net.PEER), {"reference": True}),
                             ("t0", 1, 1, icmp(self.TARGET)), ("t1", 1, 1, icmp(self.TARGET)),
                             ("alone", 1, 1, icmp(self.TARGET), {"references": []})], **more)

    def ignore_echoes(self, value):
        self.lab.on_peer("sh", "-c", "echo %d > /proc/sys/net/ipv4/icmp_echo_ignore_all" % value)

    def check_rule(self, samples):
        """Each verdict once more, from the records themselves. A missed sample does not tell when it was sent: where this
        machine was late with anything near it, the order of the probes is not known, and nothing is looked at."""
        def disturbed(at):
            return any(abs(us(s["scheduled"]) - at) < 6000000 and
                       (s["failure"] == "not running" or (s["lateness_us"] or 0) > 50000) for s in samples)
        references = sorted((us(s["scheduled"]), s["outcome"]) for s in samples if s["target"] == "reference")
        for s in samples:
            at = us(s["scheduled"])
            if s["target"] not in ("t0", "t1") or s["failure"] not in ("timeout", "unreachable", "own side") or disturbed(at):
                continue
            before = [o for other, o in references if at - 2000000 <= other < at]
            after = [o for other, o in references if at <= other <= at + 2000000]
            if "missed" in (*before[-1:], *after[:1]):
                continue  # could not be sent, for which there is a reason in either of two ways
            self.assertEqual(s["failure"] == "own side", "down" in (*before[-1:], *after[:1]), (s, before[-1:], after[:1]))

    def wait_for_both(self, run, failure, many=1, since_us=0, targets=("t0", "t1")):
        """Until each of these targets has so many samples of that failure, due after that instant."""
        def enough():
            found = collections.Counter(s["target"] for s in run.samples()
                                        if s["failure"] == failure and us(s["scheduled"]) > since_us)
            return all(found[t] >= many for t in targets)
        lab_net.wait_for(enough, "%r of %s" % (failure, targets))

    def test_whose_side(self):
        run = self.start()
        self.wait_for_both(run, "")
        self.lab.on_peer("ip", "addr", "del", self.TARGET + "/32", "dev", "lo")
        self.lab.on_peer("ip", "route", "add", "blackhole", self.TARGET)
        self.wait_for_both(run, "timeout", 2)
        self.lab.on_peer("ip", "route", "del", "blackhole", self.TARGET)
        self.lab.on_peer("ip", "addr", "add", self.TARGET + "/32", "dev", "lo")
        self.wait_for_both(run, "", since_us=time.time() * 1000000)
        middle = time.time() * 1000000
        self.ignore_echoes(1)
        self.wait_for_both(run, "own side", since_us=middle)
        run.process.send_signal(signal.SIGHUP)  # in the middle of it
        lab_net.wait_for(lambda: len(START.findall(run.log())) == 2, "the reload")
        again = time.time() * 1000000
        self.wait_for_both(run, "own side", 2, again)
        self.wait_for_both(run, "timeout", 1, again, ("alone", "reference"))  # nobody speaks for them
        self.ignore_echoes(0)
        self.wait_for_both(run, "", since_us=time.time() * 1000000)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        self.check_rule(samples)
        late = [s for s in samples if us(s["scheduled"]) > middle]
        stopped = len(lab_net.observed(late)) < len(late)  # then there may be no reference near enough to speak
        for s in late:
            if s["target"] in ("t0", "t1"):
                self.assertTrue(s["outcome"] != "down" or stopped, s)
            else:
                self.assertNotEqual(s["failure"], "own side")

    def test_own_link_down_and_flapping(self):
        run = self.start()
        self.wait_for_both(run, "")
        for seconds in (2.2, 0.3, 0.4, 0.5):
            lab_net.run("ip", "link", "set", "here", "down")
            time.sleep(seconds)
            lab_net.wait_for(lambda: "send" in [s["failure"] for s in run.samples()], "a sample that could not be sent")
            lab_net.run("ip", "link", "set", "here", "up")
            lab_net.run("ip", "route", "replace", "10.98.0.0/16", "via", lab_net.PEER)
            time.sleep(0.7)
        for seconds in (0.3, 0.6, 0.4):
            self.ignore_echoes(1)
            time.sleep(seconds)
            self.ignore_echoes(0)
            time.sleep(seconds)
        self.wait_for_both(run, "", since_us=time.time() * 1000000)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 1)
        self.check_rule(samples)

    def echoes_sent(self):
        with open("/proc/net/snmp") as f:
            names, values = (line.split() for line in f if line.startswith("Icmp:"))
        return int(values[names.index("OutEchos")])

    def test_a_stop_decides_with_what_is_known(self):
        before = self.echoes_sent()
        run = self.lab.run([("reference", 86400, 1, icmp(lab_net.PEER), {"reference": True}),
                            ("t0", 1, 1, icmp("10.98.2.1"))])  # swallowed
        lab_net.wait_for(lambda: self.echoes_sent() > before + 4, "two that are over, two that may be in flight")
        if not run.observed("reference"):  # which is probed once a day, and waited for
            self.assertEqual(run.observed("t0"), [])
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.check_grid(run, samples, lambda target, n: 86400 if target == "reference" else 1)
        found = lab_net.observed(s for s in samples if s["target"] == "t0")
        self.assertGreaterEqual(len(found), 4)
        for s in found:
            self.check(s, "down", "timeout")


if __name__ == "__main__":
    lab_net.main(at_once=6)
