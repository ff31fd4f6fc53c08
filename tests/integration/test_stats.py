#!/usr/bin/python3
"""`slamon stats` and the status records: what a running monitor says of itself is what happened, here and in PostgreSQL."""
# waits
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import jsonschema

import lab_cluster

SLAMON = os.path.join(lab_cluster.BUILD, "bin", "slamon")
with open(os.path.join(lab_cluster.ROOT, "contracts", "schema", "stats.schema.json"), encoding="utf-8") as schema:
    SCHEMA = jsonschema.Draft202012Validator(json.load(schema))
REASONS = ("in_flight_cap", "not_running", "send", "own_side", "proxy", "rate_limit")


class Silent:
    """A TCP server that accepts and never answers."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.close()


class Monitor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-stats-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.spool = os.path.join(self.folder, "v1.spool")
        self.config = os.path.join(self.folder, "slamon.json")

    def write(self, *targets, **keys):
        listed = [{"number": n, "interval_s": 1, "timeout_s": 1, "id": f"t{n}", **target} for n, target in enumerate(targets, 1)]
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"format": "govsla-slamon/1", "vantage": "v1", "vantage_number": 1, "spool": {"path": self.spool},
                       "targets": listed, **keys}, file)

    def start(self):
        log = open(os.path.join(self.folder, "log"), "w", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen([SLAMON, "run", self.config], stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_for(lambda: os.path.exists(self.spool + ".stats"), "the socket")
        return process

    def end(self, process):
        process.terminate()
        self.assertEqual(process.wait(300), 0, self.log())

    def give_up(self, process):
        """Ends it without waiting for what is in flight."""
        process.terminate()
        self.wait_for(lambda: "terminated: waiting" in self.log(), "the first signal")
        process.terminate()
        self.assertEqual(process.wait(300), 0, self.log())

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def wait_for(self, true, what):
        deadline = time.monotonic() + 300
        while not true():
            self.assertLess(time.monotonic(), deadline, f"waited for {what}: {self.log()}")
            time.sleep(0.05)

    def ask(self, *options):
        """Once more when this machine was too busy to answer in time."""
        deadline = time.monotonic() + 300
        while True:
            done = self.ask_once(*options)
            if done.returncode != 1 or "gave no answer in" not in done.stderr or time.monotonic() > deadline:
                return done

    def ask_once(self, *options):
        return subprocess.run([SLAMON, "stats", self.config, *options], capture_output=True, text=True, timeout=300)

    def stats(self):
        done = self.ask("--json")
        answer = json.loads(done.stdout)
        SCHEMA.validate(answer)
        self.assertEqual((done.returncode, done.stderr), (4 if answer["troubles"] else 0, ""))
        return answer

    def wait_for_stats(self, true):
        self.wait_for(lambda: true(self.stats()), "statistics")
        return self.stats()


REFUSED = {"probe": {"kind": "http", "url": "http://127.0.0.1:1/"}}


def slow(port, **keys):
    return {"probe": {"kind": "http", "url": f"http://127.0.0.1:{port}/"}, **keys}


class Asking(Monitor):
    def test_a_running_monitor(self):
        with Silent() as port:
            self.write(REFUSED, slow(port, timeout_s=300, in_flight_max=2), in_flight_max=500)
            process = self.start()
            stats = self.wait_for_stats(lambda s: s["since_start"]["missed_by"].get("in-flight cap"))
            self.assertEqual((stats["format"], stats["running"], stats["targets"]), ("govsla-stats/1", True, 2))
            self.assertEqual((stats["vantage"], stats["process"]["pid"]), ({"id": "v1", "number": 1}, process.pid))
            all = stats["since_start"]
            self.assertEqual((all["up"], all["down_by"]), (0, {"refused": all["down"]}))
            self.assertEqual(sum(all["missed_by"].values()), all["missed"])
            self.assertLessEqual(set(all["missed_by"]), {"in-flight cap", "not running"})  # this machine may stop slamon
            self.assertTrue(stats["last_minute"] is None or stats["process"]["uptime_s"] >= 60)
            probes = stats["probes"]
            self.assertEqual((probes["in_flight_max"], probes["handshakes_max"]), (500, 8))
            self.assertIn(probes["in_flight"], (2, 3))  # the refused one may be among them
            self.assertIn(probes["in_flight_most"], (2, 3))
            late = all["lateness"]
            self.assertTrue(0 <= late["p50_us"] <= late["p99_us"] <= late["most_us"], late)
            self.assertGreater(stats["process"]["memory_kb"], 1000)
            self.assertGreaterEqual(stats["process"]["memory_most_kb"], stats["process"]["memory_kb"])
            self.assertIsNone(stats["ship"])
            kept = self.wait_for_stats(lambda s: s["spool"]["in_memory"] == 0)["spool"]
            self.assertGreaterEqual(kept["records"], all["down"] + all["missed"])
            self.assertEqual((kept["path"], kept["lost"], kept["invalid"], kept["stuck"]), (self.spool, 0, 0, False))
            said = self.ask()
            self.assertEqual(said.stderr, "")
            self.assertIn({0: "\nhealth       OK\n", 4: "\nhealth       not OK\n"}[said.returncode], said.stdout)
            clock = [t["todo"] for t in stats["troubles"] if t["what"] == "the clock is not synchronised"]
            self.assertEqual(bool(clock), not stats["clock"]["synchronised"])
            self.assertRegex(said.stdout, "  missed     .*in-flight cap ")
            self.assertRegex(said.stdout, "[23] of at most 500; most so far ")
            self.assertEqual(os.stat(self.spool + ".stats").st_mode & 0o777, 0o600)
            self.give_up(process)
            self.assertFalse(os.path.exists(self.spool + ".stats"))

    def test_reloads_are_counted(self):
        self.write(REFUSED)
        process = self.start()
        self.write(REFUSED, REFUSED)
        process.send_signal(signal.SIGHUP)
        self.assertEqual(self.wait_for_stats(lambda s: s["process"]["reloads"] == 1)["targets"], 2)
        with open(self.config, encoding="utf-8") as file:
            good = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("{")
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "goes on as before" in self.log(), "the refusal")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(good)
        stats = self.stats()
        self.assertEqual((stats["process"]["reloads"], stats["process"]["refused_reloads"], stats["targets"]), (1, 1, 2))
        self.end(process)

    def test_nothing_runs(self):
        self.write(REFUSED)
        done = self.ask()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "slamon       not running\n", ""))
        process = self.start()
        self.wait_for_stats(lambda s: s["since_start"]["down"] >= 1 and s["spool"]["in_memory"] == 0)
        process.kill()  # leaves its socket behind
        process.wait()
        self.assertTrue(os.path.exists(self.spool + ".stats"))
        done = self.ask("--json")
        answer = json.loads(done.stdout)
        SCHEMA.validate(answer)
        self.assertEqual((done.returncode, answer["running"]), (3, False))
        self.assertGreaterEqual(answer["spool"]["records"], 1)
        self.assertGreater(answer["spool"]["oldest_age_ms"], 0)
        self.assertIn("records, ", self.ask().stdout)
        again = self.start()  # takes the dead one's place
        self.wait_for(lambda: self.ask().returncode in (0, 4), "an answer")
        self.end(again)

    def test_who_does_not_read_holds_up_nothing(self):
        self.write(REFUSED)
        process = self.start()
        folder = os.open(self.folder, os.O_PATH)  # its own path may be longer than a socket may have
        self.addCleanup(os.close, folder)
        deaf = [socket.socket(socket.AF_UNIX) for _ in range(60)]
        self.addCleanup(lambda: [one.close() for one in deaf])
        for one in deaf:
            one.connect(f"/proc/self/fd/{folder}/v1.spool.stats")
        before = self.stats()["since_start"]["down"]
        self.wait_for_stats(lambda s: s["since_start"]["down"] > before + 1)

        def held():
            links = []
            for fd in os.listdir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                    links.append(os.readlink(f"/proc/{process.pid}/fd/{fd}"))
            return sum(link.startswith("socket:") for link in links)
        self.wait_for(lambda: held() < 30, "all 60 to be let go")
        self.end(process)

    def test_stopped(self):
        self.write(REFUSED)
        process = self.start()
        process.send_signal(signal.SIGSTOP)
        done = self.ask_once()
        process.send_signal(signal.SIGCONT)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"slamon: the slamon of spool '{self.spool}' gave no answer in 5 s\n"
                                      "hint: it may be stopped, or the machine overloaded\n")
        self.end(process)

    def test_a_path_longer_than_a_socket_may_have(self):
        deep = os.path.join(self.folder, *["a-folder-of-some-length"] * 6)
        os.makedirs(deep)
        self.spool = os.path.join(deep, "v1.spool")
        self.assertGreater(len(self.spool), 107)
        self.write(REFUSED)
        process = self.start()
        self.wait_for_stats(lambda s: s["since_start"]["down"] >= 1)
        self.end(process)

    def test_a_name_too_long_for_a_socket(self):
        self.spool = os.path.join(self.folder, "s" * 100)
        self.write(REFUSED)
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            done = subprocess.run([SLAMON, "run", self.config, "--for", "1s"], stderr=log, timeout=300)
        self.assertEqual(done.returncode, 0)
        self.assertIn("is too long for a socket beside it", self.log())
        self.assertIn("stats: goes on without", self.log())


class Prometheus(Monitor):
    """Its text format 0.0.4, as the project's documentation defines it and `promtool check metrics` wants it."""

    NAME = re.compile(r"slamon_[a-z0-9]+(?:_[a-z0-9]+)*")
    LABELS = re.compile(r'(\w+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')

    def series(self, text):
        """{(name, labels): value}; each name has one HELP and TYPE, before it, and stands in one block."""
        found, types = {}, {}
        self.assertTrue(text.endswith("\n"))
        lines = iter(text.splitlines())
        for line in lines:
            if line.startswith("# HELP "):
                name, meaning = line.removeprefix("# HELP ").split(" ", 1)
                self.assertRegex(name, self.NAME)
                self.assertNotIn(name, types)
                self.assertRegex(meaning, r"^[A-Z0-9].*\.$")
                types[name] = next(lines).removeprefix(f"# TYPE {name} ")
                self.assertEqual(name.endswith("_total"), types[name] == "counter", name)
                self.assertIn(types[name], ("counter", "gauge"))
                continue
            head, labels, value = re.fullmatch(r"(\w+)\{(.*)\} (\d+(?:\.\d+)?)", line).groups()
            self.assertEqual(head, name)
            self.assertEqual(self.LABELS.sub("", labels), "")
            pairs = self.LABELS.findall(labels)
            self.assertEqual(pairs[0][0], "vantage")
            key = (name.removeprefix("slamon_"), dict(pairs[1:]).get("failure"))
            self.assertNotIn(key, found)
            found[key] = float(value)
        self.assertEqual({f"slamon_{name}" for name, _ in found}, set(types))
        return found

    def test_it_says_what_json_says(self):
        self.write(REFUSED, vantage='a"b\\c')
        process = self.start()
        self.wait_for_stats(lambda s: s["since_start"]["down"] >= 2)
        before = self.stats()
        done = self.ask("--prometheus")
        after = self.stats()
        self.assertEqual(done.stderr, "")
        self.assertIn('slamon_up{vantage="a\\"b\\\\c"} 1\n', done.stdout)
        told = self.series(done.stdout)
        self.assertEqual(done.returncode, 4 if told["troubles", None] else 0)
        for name, pick in (("samples_down_total", lambda s: s["since_start"]["down"]),
                           ("cpu_seconds_total", lambda s: s["process"]["cpu_ms"] / 1000),
                           ("spool_oldest_age_seconds", lambda s: s["spool"]["oldest_age_ms"] / 1000),
                           ("spool_limit_bytes", lambda s: s["spool"]["limit_bytes"])):
            self.assertTrue(pick(before) <= told[name, None] <= pick(after), (name, told))
        self.assertEqual(told["failures_down_total", "refused"], told["samples_down_total", None])
        self.assertGreater(told["resident_memory_bytes", None], 1e6)
        known = [s["clock"]["max_error_us"] is not None for s in (before, after)]  # a time daemon may begin in between
        self.assertIn(("clock_error_bound_seconds", None) in told, known)
        self.assertNotIn(("ship_records_total", None), told)  # no database is configured
        self.end(process)
        done = self.ask("--prometheus")
        self.assertEqual((done.returncode, self.series(done.stdout)["up", None]), (3, 0))

    def test_one_form_at_a_time(self):
        self.write(REFUSED)
        done = self.ask("--json", "--prometheus")
        self.assertEqual((done.returncode, done.stdout, done.stderr.split("\n")[0]),
                         (2, "", "slamon: --json and --prometheus exclude each other"))


class Log(Monitor):
    def test_hundreds_that_go_down_together_do_not_flood_the_log(self):
        """50 lines at once and one a second, and each of the others is counted in a sum."""
        self.write(*[REFUSED] * 200)
        process = self.start()
        self.wait_for_stats(lambda s: s["since_start"]["down"] >= 400)
        self.end(process)
        told = len(re.findall(r"slamon: t\d+: (?:down \(refused\)|missed \(not running\))", self.log()))
        summed = re.findall(r"run: changes without a line of their own: (\d+) down, 0 up, (\d+) missed", self.log())
        changes = told + sum(int(n) for pair in summed for n in pair)
        missed = int(re.search(r"(\d+) missed;", self.log())[1])
        # each has changed, and only once, but for those that this machine did not let it probe: there and back
        self.assertTrue(200 <= changes <= 200 + 2 * missed, self.log())
        self.assertGreaterEqual(told, 50)
        self.assertLess(told, 200)


class Records(Monitor):
    def test_each_status_record_is_in_the_database_once(self):
        """The counts of all status records are those of the samples; the last minute is told at the end."""
        with lab_cluster.Cluster() as cluster, Silent() as port:
            cluster.register(1, "v1")
            cluster.value("INSERT INTO vantage (number, id, name) VALUES (2, 'v2', 'never ran')")
            self.write(REFUSED, slow(port, timeout_s=300, in_flight_max=1), database=cluster.url, ship_wait_s=300)
            for _ in range(2):
                process = self.start()
                stats = self.wait_for_stats(lambda s: s["since_start"]["missed"] >= 2 and s["ship"]["records"] > 0)
                self.assertTrue(stats["ship"]["connected"])
                self.assertIsNone(stats["ship"]["last_error"])
                self.give_up(process)
            # one at the end of each run, and one a minute where this machine takes so long
            self.assertEqual(cluster.value("SELECT count(*) >= 2, count(*) - count(DISTINCT seq), bool_and(vantage = 1) "
                                           "FROM monitor_status"), "t|0|t")
            counted = cluster.value("SELECT sum(up), sum(down), " + ", ".join(f"sum(missed_{r})" for r in REASONS)
                                    + " FROM monitor_status")
            sampled = cluster.value("SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome = 1), "
                                    + ", ".join(f"count(*) FILTER (WHERE failure = {n})" for n in (20, 21, 22, 24, 25, 26))
                                    + " FROM sample")
            self.assertEqual(counted, sampled)
            self.assertRegex(counted, r"^0\|[1-9]\d*\|[1-9]\d*\|[1-9]\d*\|0\|0\|0\|0$")
            self.views(cluster)
            self.rights(cluster)

    def views(self, cluster):
        reader = "SET ROLE govsla_read; "
        now = cluster.value(reader + "SELECT id, at IS NULL, in_flight, memory_kb > 1000, spool_lost, clock_synchronised IS NULL, "
                            "missed = missed, lateness_p50_us <= lateness_p99_us AND lateness_p99_us <= lateness_most_us "
                            "FROM monitor_now ORDER BY id")
        self.assertEqual(now.splitlines(), ["v1|f|0|t|0|f|t|t", "v2|t||||t||"])
        told = ("period_ms, up, down, lateness_p50_us, lateness_p99_us, lateness_most_us, in_flight, in_flight_most, "
                "handshakes_waiting, spool_records, spool_bytes, spool_lost, ship_lag_us, clock_synchronised, clock_error_us, "
                "memory_kb, cpu_ms, ")
        self.assertEqual(cluster.value(f"{reader} SELECT {told} missed FROM monitor_now WHERE id = 'v1'"), cluster.value(
            f"SELECT {told} {' + '.join('missed_' + r for r in REASONS)} FROM monitor_status ORDER BY at DESC, seq DESC LIMIT 1"))
        sums = ", ".join(f"sum({c})" for c in ("up", "down", "cpu_ms", *("missed_" + r for r in REASONS)))
        worst = ", ".join(f"max({c})" for c in ("lateness_p50_us", "lateness_p99_us", "lateness_most_us", "in_flight",
                                                "handshakes_waiting", "spool_records", "spool_bytes", "ship_lag_us", "memory_kb"))
        hour = cluster.value(f"{reader} SELECT {sums}, {worst}, bool_and(clock_synchronised) FROM monitor_hour WHERE id = 'v1'")
        self.assertEqual(hour, cluster.value(f"SELECT {sums}, {worst}, bool_and(clock_synchronised) FROM monitor_status"))
        hours = cluster.value(f"{reader} SELECT count(*), count(clock_error_us) FROM monitor_hour WHERE id = 'v1'")
        self.assertEqual(hours, cluster.value("SELECT count(DISTINCT h), count(DISTINCT h) FILTER (WHERE known) FROM (SELECT "
                                              "date_trunc('hour', at, 'UTC') h, bool_and(clock_error_us IS NOT NULL) known "
                                              "FROM monitor_status GROUP BY 1) hours"))

    def rights(self, cluster):
        for role in ("govsla_vantage_1", "govsla_read", "govsla_calc"):
            for sql in ("UPDATE monitor_status SET up = 1", "DELETE FROM monitor_status"):
                self.assertIn("permission denied", cluster.error(f"SET ROLE {role}; {sql}", "govsla"))
        self.assertIn("permission denied", cluster.error("SET ROLE govsla_vantage_1; SELECT * FROM monitor_status", "govsla"))


if __name__ == "__main__":
    unittest.main()
