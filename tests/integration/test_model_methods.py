#!/usr/bin/python3
"""slacalc against a second, independent reading of the methods, on random cases in which nothing is missing.

One target, a sample each interval, each up or down, for some hours; each level is worked out here from its definition in
docs/manual/terms.md, in fractions, by lists of minutes, intervals and outages, and must come out: best, worst and point
value, verdict and credit. The seed is printed; GOVSLA_SEED takes another, GOVSLA_MODEL_CASES sets the number.
"""
import json
import os
import random
import subprocess
import tempfile
import unittest
from fractions import Fraction as F

from lab_seed import SEED

PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")
FEE = 250000
BEST, WORST, POINT = "best", "worst", "point"


# ---- the model: seconds since the start of the period; down is a list of bools, one a sample, from two before ----

class World:
    def __init__(self, r):
        self.interval = r.choice([20, 30, 60])
        self.length = r.randint(20, 200) * 60
        self.down, now = [], False
        for _ in range(self.length // self.interval + 4):
            if r.random() < r.choice([0.05, 0.3]):
                now = not now
            self.down.append(now)
        self.fixed_window = (r.randint(0, 60) * 60, r.randint(61, 150) * 60)

    def at(self, i):
        return (i - 2) * self.interval

    def inside(self):
        """The samples of the period: (second, down)."""
        return [(self.at(i), d) for i, d in enumerate(self.down) if 0 <= self.at(i) < self.length]

    def outages(self, reading):
        """Spans that are down: between the failures alone, to the answers beside them, or half-way."""
        reach = {BEST: F(0), WORST: F(self.interval), POINT: F(self.interval, 2)}[reading]
        spans, i = [], 0
        while i < len(self.down):
            last = i
            while self.down[i] and last + 1 < len(self.down) and self.down[last + 1]:
                last += 1
            if self.down[i]:
                start = 0 if i == 0 else max(F(0), self.at(i) - reach)
                end = self.length if last + 1 == len(self.down) else min(F(self.length), self.at(last) + reach)
                if end > start:
                    spans.append((start, end))
            i = last + 1
        return spans


def lengths(world, reading):
    return [b - a for a, b in world.outages(reading)]


def cut(spans, window):
    return [(max(a, window[0]), min(b, window[1])) for a, b in spans if min(b, window[1]) > max(a, window[0])]


def share(part, whole):
    return 100 * F(whole - part) / whole


def duration_ratio(world, level, reading):
    return share(sum(lengths(world, reading)), world.length)


def service_hours_ratio(world, level, reading):
    window = (world.fixed_window[0], min(world.fixed_window[1], world.length))
    return share(sum(b - a for a, b in cut(world.outages(reading), window)), window[1] - window[0])


def run_min_duration(world, level, reading):
    counted = [n for n in lengths(world, reading) if n >= level["min_run_s"]]
    if level["part_minute"] == "drop":
        counted = [n // 60 * 60 for n in counted]
    return share(sum(counted), world.length)


def groups(world, seconds):
    """failed, attempts of each interval of so many seconds."""
    found = {}
    for at, down in world.inside():
        failed, tried = found.get(at // seconds, (0, 0))
        found[at // seconds] = (failed + down, tried + 1)
    return [found[k] for k in sorted(found)]


def minute_bucket_all_fail(world, level, reading):
    return share(60 * sum(f == n for f, n in groups(world, 60)), world.length)


def minute_error_rate(world, level, reading):
    bad = [n >= level["min_attempts"] and 100 * F(f, n) > F(level["error_percent"]) for f, n in groups(world, 60)]
    return share(60 * sum(bad), world.length)


def interval_error_mean(world, level, reading):
    errors = [F(f, n) for f, n in groups(world, level["interval_s"])]
    return 100 - 100 * sum(errors) / len(errors)


def request_ratio(world, level, reading):
    return 100 * F(sum(not d for _, d in world.inside()), len(world.inside()))


def consecutive_intervals(world, level, reading):
    lossy = [100 * F(f, n) > F(level["loss_percent"]) for f, n in groups(world, level["interval_s"])]
    n, now, down = level["consecutive"], False, 0
    for i in range(len(lossy)):
        row = lossy[i:i + n]
        now = True if row == [True] * n else False if row == [False] * n else now
        down += now * (min((i + 1) * level["interval_s"], world.length) - i * level["interval_s"])
    return share(down, world.length)


def per_outage_bands(world, level, reading):
    return max([F(0)] + [n for n in lengths(world, reading) if n >= level["min_outage_s"]])


def cumulative_outage_bands(world, level, reading):
    return sum([F(0)] + [n for n in lengths(world, reading) if n >= level["min_outage_s"]])


def clock_hour(world, level, reading):
    hours = [sum(b - a for a, b in cut(world.outages(reading), (h, h + 3600))) for h in range(0, world.length, 3600)]
    return F(sum(n > level["over_s"] for n in hours))


METHODS = {
    duration_ratio: lambda r: {},
    service_hours_ratio: lambda r: {},
    run_min_duration: lambda r: {"min_run_s": r.choice([30, 60, 120, 300]), "part_minute": r.choice(["count", "drop"])},
    minute_bucket_all_fail: lambda r: {},
    minute_error_rate: lambda r: {"error_percent": r.choice(["0", "10", "50", "100/3", "99"]),
                                  "min_attempts": r.choice([1, 2, 3])},
    interval_error_mean: lambda r: {"interval_s": r.choice([60, 300, 420, 3600])},
    request_ratio: lambda r: {},
    consecutive_intervals: lambda r: {"interval_s": r.choice([60, 120, 300]), "loss_percent": r.choice(["0", "20", "50"]),
                                      "consecutive": r.choice([1, 2, 3, 10])},
    per_outage_bands: lambda r: {"min_outage_s": r.choice([1, 60, 150, 300])},
    cumulative_outage_bands: lambda r: {"min_outage_s": r.choice([1, 60, 150, 300])},
    clock_hour: lambda r: {"over_s": r.choice([60, 90, 360])},
}
METRICS = {per_outage_bands: "recovery_time", cumulative_outage_bands: "downtime", clock_hour: "bad_hours"}


# ---- a level: its objective, its bands, and what a value comes to ----

def random_level(r, method):
    metric = METRICS.get(method, "availability")
    level = {"id": method.__name__, "metric": metric, "method": method.__name__, **METHODS[method](r)}
    rates = sorted(r.sample(range(0, 50), 3))
    if metric == "availability":
        bounds = [r.choice(["99", "95", "100"]), "80", "50", "0"]
        level["objective"] = {"op": ">=", "percent": bounds[0]}
        bands = [{"from": b, "to": a, "rate": str(rate)} for a, b, rate in zip(bounds, bounds[1:], rates)]
    else:
        bounds = ["0", "1", "2", None] if metric == "bad_hours" else [r.choice(["0", "60", "300"]), "600", "1800", None]
        level["objective"] = {"op": "<=", "count" if metric == "bad_hours" else "s": bounds[0]}
        bands = [{"from": a, **({"to": b} if b else {}), "rate": str(rate)}
                 for a, b, rate in zip(bounds, bounds[1:], rates)]
    level["credit"] = {"base": "monthly_fee", "bands": bands}
    return level


def is_met(level, value):
    limit = F(next(v for k, v in level["objective"].items() if k != "op"))
    return value >= limit if level["metric"] == "availability" else value <= limit


def credit(level, value):
    if is_met(level, value):
        return F(0)
    for band in level["credit"]["bands"]:
        if F(band["from"]) <= value and ("to" not in band or value < F(band["to"])):
            return F(FEE * int(band["rate"]) // 100)
    raise ValueError(f"no band holds {value}")


def expected(world, level):
    value = {k: METHODS_BY_NAME[level["method"]](world, level, k) for k in (BEST, WORST, POINT)}
    met = {k: is_met(level, v) for k, v in value.items()}
    verdict = "met" if met[WORST] else "not provable" if met[BEST] else "breached"
    return {"verdict": verdict, "measure": [value[BEST], value[WORST], value[POINT]],
            "credit": [credit(level, value[k]) for k in (POINT, BEST, WORST)]}


METHODS_BY_NAME = {m.__name__: m for m in METHODS}


# ---- the same as files ----

def instant(second):
    day, second = divmod(second + 86400, 86400)
    return f"2026-10-{9 + day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+09:00"


def clock(second):
    return f"{second // 3600:02}:{second // 60 % 60:02}"


def write_case(world, levels, folder):
    rows = [f"{instant(world.at(i))},{'down' if d else 'up'}," for i, d in enumerate(world.down)]
    with open(os.path.join(folder, "t.csv"), "w", encoding="utf-8") as file:
        file.write("\n".join(["scheduled,outcome,rtt_us"] + rows) + "\n")
    window = {"days": ["sat"], "from": clock(world.fixed_window[0]), "to": clock(world.fixed_window[1])}
    document = {
        "format": "govsla-case/1",
        "period": {"start": instant(0), "end": instant(world.length), "time_zone": "Asia/Tokyo"},
        "parties": [{"id": "p", "kind": "NSP"}, {"id": "lg", "kind": "LG"}],
        "terms": [{"id": "terms", "levels": levels, "service_hours": {"weekly": [window]},
                   "rounding": {"rule": "floor", "unit": "1", "of": "credit", "clause": "x"}}],
        "observations": [{"target": "t", "interval_s": world.interval, "samples": {"csv": "t.csv"}}],
        "services": [{"id": "s", "provider": "p", "terms": "terms", "targets": ["t"],
                      "fees": [{"payer": "lg", "amount": str(FEE), "currency": "JPY"}]}]}
    path = os.path.join(folder, "case.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return path


def read_level(level):
    if level["metric"] == "availability":
        measure = [level["percent"][k] for k in ("best", "worst", "by_method")]
    else:
        measure = [level["measure"][k] for k in ("best", "worst", "by_method")]
    amounts = [level["credit"]["amount"], *(level["credit"]["amount_range"][k] for k in ("least", "most"))]
    return {"verdict": level["verdict"], "measure": [F(m) for m in measure], "credit": [F(a) for a in amounts]}


class Methods(unittest.TestCase):
    def test_random_cases(self):
        print(f"seed {SEED}", flush=True)
        for i in range(int(os.environ.get("GOVSLA_MODEL_CASES", "60"))):
            r = random.Random(f"{SEED}/{i}")
            world = World(r)
            methods = [m for m in METHODS if m is not service_hours_ratio or world.fixed_window[0] < world.length]
            levels = [random_level(r, m) for m in methods]
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([PROGRAM, "evaluate", "--json", write_case(world, levels, folder)],
                                      capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            for level, got in zip(levels, json.loads(done.stdout)["services"][0]["levels"]):
                self.assertEqual(read_level(got), expected(world, level), f"seed {SEED}, case {i}: {json.dumps(level)}")


if __name__ == "__main__":
    unittest.main()
