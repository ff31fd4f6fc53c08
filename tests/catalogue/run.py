#!/usr/bin/python3
"""The catalogue: every bound of every entry, from both sides, and how entries are picked, completed and refused.

expected.json is typed by hand from the sources' facts. For every bound of every table (and every objective) a service is
made that lies just above it, at it and just below it: known outages to the microsecond, probes each minute, logs of
requests, incidents, days; `slacalc evaluate` must give the rate and the verdict. A bound, level or reading of an entry
that expected.json does not speak of is a failure, and so is one that it speaks of and no entry has.
"""
import datetime
import glob
import json
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")
UTC = datetime.timezone.utc
MINUTES = 20000  # of a period judged by minutes: every percentage of the catalogue is a whole number of them
MINUTE, HOUR, DAY = 60 * 10**6, 3600 * 10**6, 86400 * 10**6  # µs
US = 1
BASES = ("fee_before_tax", "fee_after_discount", "fee_without_access_line", "storage_class_fee", "instance_fee", "region_fee",
         "connection_fee", "basic_fee", "hourly_fee", "next_month_fee")
UNITS = {"percent": None, "ms": 1000, "s": 10**6, "min": MINUTE, "h": HOUR, "d": DAY, "count": None}
BY_SAMPLES = ("minute_bucket_all_fail", "minute_all_members")


def instant(us):
    whole = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(microseconds=us)
    return whole.isoformat(timespec="microseconds")


def from_date(year, month, day=1):
    return int(datetime.datetime(year, month, day, tzinfo=UTC).timestamp()) * 10**6


def load_entries():
    entries = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "contracts/catalogue/*/*.json"))):
        with open(path, encoding="utf-8") as file:
            entry = json.load(file)
        entries[f"{entry['id']} {entry['edition']}"] = entry
    return entries


# ---- levels and their readings ----


def readings_of(level):
    """Name and whole level of each reading, "" for the level's own."""
    yield "", level
    for reading in level.get("readings", []):
        whole = {k: v for k, v in {**level, **reading}.items() if v is not None}
        yield reading["reading"], whole


def unit_of(level):
    return next(k for k in level["objective"] if k != "op")


def bounds_of(level):
    """Every value at which the rate changes: of the objective, the bands, and each step's first and last."""
    objective = level["objective"][unit_of(level)]
    bounds = {Fraction(objective)}
    for band in level.get("credit", {}).get("bands", []):
        for key in ("from", "to"):
            if key in band and not (unit_of(level) == "percent" and band[key] == "0"):
                bounds.add(Fraction(band[key]))
    return bounds


def miss_rate(level, rate):
    """Verdict and rate that a word of expected.json asks for."""
    if rate == "met":
        return "met", None
    return "breached", None if rate == "miss" else Fraction(rate)


# ---- services that lie exactly somewhere ----


class Case:
    """One evaluation of many services under one entry."""

    def __init__(self, key, entry, level):
        self.entry, self.level = entry, level
        self.service_level = level["id"]
        methods = [l.get("method") for l in entry["terms"]["levels"] if not self.other_attributes(l)
                   for _, l in readings_of(l)]
        self.by_samples = any(m in BY_SAMPLES for m in methods)
        self.by_log = level.get("method") == "interval_error_mean"
        self.fixed = entry["terms"].get("period", {}).get("hours")
        effective = entry["terms"].get("effective", {})
        year, month = [int(x) for x in effective.get("from", "2026-05-01").split("-")[:2]]
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if self.fixed:
            year, month = 2026, 6  # a month of 720 hours
        self.start = from_date(year, month)
        self.end = from_date(year + month // 12, month % 12 + 1)
        self.by_minutes = self.by_samples or self.by_log or level.get("method") == "run_min_duration"
        if self.by_minutes:
            self.end = self.start + MINUTES * MINUTE
        self.services, self.observations, self.incidents, self.history, self.files = [], [], [], [], {}
        self.wanted = []  # (service id, {reading: (verdict, rate)}, exact)

    def other_attributes(self, other):
        """Whether a level asks for attributes that this level's service does not have."""
        mine = self.attributes()
        return any(mine.get(name) not in values for name, values in other.get("applies", {}).items())

    def attributes(self):
        return {name: values[0] for name, values in self.level.get("applies", {}).items()}

    def length(self):
        if self.level.get("rolling_days"):
            return self.level["rolling_days"] * DAY
        return self.fixed * HOUR if self.fixed else self.end - self.start

    def period(self):
        if self.by_minutes:
            return {"start": instant(self.start), "end": instant(self.end), "time_zone": "UTC"}
        period = {"month": instant(self.start)[:7], "time_zone": "UTC"}
        return {**period, "hours": self.fixed} if self.fixed else period

    def agreed(self):
        agreed = {}
        for path in self.entry["open"]:
            if path == "period":
                agreed["period"] = {"time_zone": "UTC"}
            elif path == "rounding":
                agreed["rounding"] = {"rule": "floor", "unit": "1", "of": "credit"}
            elif path.startswith("levels."):
                _, level, key = path.split(".")
                agreed.setdefault("levels", {}).setdefault(level, {})[key] = None
            else:
                agreed[path] = None
        for level in self.entry["terms"]["levels"]:
            if "objective" not in level:
                objective = {"op": ">=", "percent": "50"} if level["metric"] == "availability" else {"op": "<=", "h": "900"}
                agreed.setdefault("levels", {}).setdefault(level["id"], {})["objective"] = objective
        return agreed

    def add(self, wanted, exact=True, **keys):
        service = {"id": f"s{len(self.services)}", "provider": "p", "terms": "t", "attributes": self.attributes(),
                   "fees": [{"payer": "lg", "amount": "1000000", "currency": "JPY", "bases": {b: "1000000" for b in BASES}}],
                   **keys}
        if any(l.get("scope") == "network" for l in self.entry["terms"]["levels"]):
            service["network"] = "network " + service["id"]
        if not service["attributes"]:
            del service["attributes"]
        self.services.append(service)
        self.wanted.append((service["id"], wanted, exact))
        before = {"service": service["id"], "level": self.service_level, "end": instant(self.start)}
        if self.level.get("months_running"):
            self.history.append({**before, "start": instant(self.start - 28 * DAY), "verdict": "breached"})
        if self.level.get("rolling_days"):
            self.history.append({**before, "start": instant(self.end - self.level["rolling_days"] * DAY),
                                 "downtime_s": {"least": "0", "most": "0"}})
        return service

    def add_outage(self, us, wanted, *, at=HOUR):
        """A service with one exactly known outage of so many µs."""
        start = self.start + at
        outages = [{"start": instant(start), "end": instant(start + us)}] if us else []
        service = self.add(wanted, outages=outages)
        if us:
            self.incidents.append({"id": "i" + service["id"], "services": [service["id"]], "start": instant(start),
                                   "end": instant(start + us), "known": instant(start), "reported": instant(start)})
        return service

    def add_minutes(self, minutes, wanted, *, at=HOUR):
        """A service probed each minute that does not answer for so many minutes on end."""
        number, members = len(self.services), []
        count = max([l.get("min_members", 1) for _, l in readings_of(self.level)])
        for k in range(count):
            target = f"t{number}-{k}"
            except_ = [{"from": instant(self.start + at), "to": instant(self.start + at + minutes * MINUTE), "outcome": "down"}]
            self.observations.append({"target": target, "interval_s": 60,
                                      "samples": {"all_up": True, "rtt_us": 1000, **({"except": except_} if minutes else {})}})
            members.append({"target": target, "zone": f"z{k}"})
        service = self.add(wanted, exact=False, targets=[m["target"] for m in members], members=members)
        if count > 1:
            service["quorum"] = {"targets": "all"}
        return service

    def add_log(self, halves, wanted):
        """A log of requests: two in each interval that has any; halves of them fail, from the first interval on."""
        name = f"log{len(self.services)}.csv"
        rows = ["scheduled,outcome,rtt_us"]
        for k in range((halves + 1) // 2):
            at = self.start + k * self.level["interval_s"] * 10**6 + MINUTE
            rows.append(f"{instant(at)},down,")
            rows.append(f"{instant(at + 10**6)}," + ("down," if 2 * k + 2 <= halves else "up,1000"))
        rows.append(f"{instant(self.end - MINUTE)},up,1000")
        self.files[name] = "\n".join(rows) + "\n"
        self.observations.append({"target": name, "kind": "requests", "samples": {"csv": name}})
        self.add(wanted, targets=[name])

    def add_delay(self, rtt_us, wanted, lasting=None):
        """A service whose every answer takes so long; with lasting only for that long, from one hour on."""
        target, base = f"t{len(self.services)}", 5000
        samples = {"all_up": True, "rtt_us": rtt_us}
        keys = {}
        if lasting:
            samples = {"all_up": True, "rtt_us": base, "except": [
                {"from": instant(self.start + HOUR), "to": instant(self.start + HOUR + lasting), "outcome": "up", "rtt_us": base + rtt_us}]}
            keys["baseline_ms"] = str(Fraction(base, 1000))
        self.observations.append({"target": target, "interval_s": 300, "samples": samples})
        self.add(wanted, targets=[target], **keys)

    def add_incident(self, us, wanted, first, then):
        service = self.add_outage(10 * MINUTE, wanted)
        incident = self.incidents[-1]
        incident[first] = incident["start"]
        incident[then] = instant(self.start + HOUR + us)
        return service

    def add_opening(self, days, wanted):
        opened = datetime.date.fromisoformat(instant(self.end - DAY)[:10])
        self.add(wanted, outages=[], opening={"due": str(opened - datetime.timedelta(days=days)), "opened": str(opened)})

    def document(self):
        case = {"format": "govsla-case/1", "period": self.period(),
                "parties": [{"id": "p", "kind": self.entry["terms"]["provider"]}, {"id": "lg", "kind": "LG", "code": "131016"}],
                "terms": [{"id": "t", "catalogue": self.entry["id"], "edition": self.entry["edition"], "agreed": self.agreed()}],
                "services": self.services}
        for key in ("observations", "incidents", "history"):
            if getattr(self, key):
                case[key] = getattr(self, key)
        return case

    def evaluate(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**self.files, "case.json": json.dumps(self.document())}.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            return subprocess.run([PROGRAM, "evaluate", "--json", "case.json"], cwd=folder, capture_output=True, text=True)


def lie_beside(case, bound, side, wanted):
    """Adds a service whose measure lies above (1), at (0) or below (-1) the bound. Returns why it cannot, or None."""
    level, unit = case.level, unit_of(case.level)
    metric, method = level["metric"], level.get("method")
    if metric == "availability":
        missing = (100 - bound) / 100  # share of the time
        if case.by_log:
            return case.add_log(int(2 * missing * MINUTES * 60 / level["interval_s"]) - side, wanted)
        if case.by_samples:
            return case.add_minutes(int(missing * MINUTES) - side, wanted)
        if method == "run_min_duration" and level["part_minute"] == "drop":
            return case.add_outage(int(missing * case.length()) - side * MINUTE + (MINUTE - US if side == 0 else 0), wanted)
        return case.add_outage(int(missing * case.length()) - side * US, wanted)
    if metric == "bad_hours":
        if case.by_samples:
            return case.add_minutes(6 + side, wanted)
        return case.add_outage(6 * MINUTE + side * US, wanted)
    if metric in ("recovery_time", "downtime"):
        return case.add_outage(int(bound * UNITS[unit]) + side * US, wanted)
    if metric == "latency_mean":
        return case.add_delay(int(bound * 1000) + side, wanted)
    if metric == "latency_rise":
        return case.add_delay(int(bound * 1000) + side, wanted, level["lasting_s"] * 10**6)
    if metric == "time_to_notify":
        return case.add_incident(int(bound * UNITS[unit]) + side * US, wanted, "known", "notified")
    if metric == "time_to_replace":
        return case.add_incident(int(bound * UNITS[unit]) + side * US, wanted, "reported", "replaced")
    assert metric == "opening_delay", metric
    return case.add_opening(int(bound) + side, wanted)


# ---- what came out ----


class Totals:
    passed = failed = 0

    def check(self, good, message):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(message)


def result_of(level):
    credit = level.get("credit")
    return level["verdict"], Fraction(credit["rate"]) if credit and credit.get("rate") is not None else None


def compare(totals, where, level, wanted, exact):
    found = {"": level, **{r["reading"]: r for r in level.get("readings", [])}}
    for reading, (verdict, rate) in wanted.items():
        got_verdict, got_rate = result_of(found[reading])
        # of samples a change lies anywhere between two of them: the point value is exact, the verdict may be open
        good = (got_verdict in (verdict, "not provable") if not exact else got_verdict == verdict)
        if rate is None:
            good = good and not got_rate
        else:
            good = good and got_rate == rate
        totals.check(good, f"{where}{' [' + reading + ']' if reading else ''}: want {verdict} {rate}, got {got_verdict} {got_rate}")


def rows_of(expected, key, level, reading):
    """{bound: (above, at, below)} as expected.json gives it."""
    tables = expected.get(key, {}).get(level, {})
    rows = tables.get(reading, tables.get("*"))
    return None if rows is None else {Fraction(row[0]): row[1:] for row in rows}


def check_covered(totals, expected, key, level):
    """Every bound of every reading has a row, and every row a bound."""
    for name, whole in readings_of(level):
        rows = rows_of(expected, key, level["id"], name)
        totals.check(rows is not None, f"{key}: level {level['id']} [{name}] is not in expected.json")
        if rows is None:
            continue
        stepped = any("step" in b for b in level.get("credit", {}).get("bands", []))
        missing, more = bounds_of(whole) - set(rows), set(rows) - bounds_of(whole)
        totals.check(not missing, f"{key}: {level['id']} [{name}]: no row for {[str(b) for b in missing]}")
        totals.check(not more or stepped or name or "*" not in expected[key][level["id"]],
                     f"{key}: {level['id']} [{name}]: the entry has no bound at {[str(b) for b in more]}")


def check_level(totals, expected, key, entry, level):
    case = Case(key, entry, level)
    labels = []
    check_covered(totals, expected, key, level)
    tables = {name: rows_of(expected, key, level["id"], name) for name, _ in readings_of(level)}
    if None in tables.values():
        return
    for bound in sorted(set().union(*tables.values())):
        for side, column in ((1, 0), (0, 1), (-1, 2)):
            wanted = {name: miss_rate(level, rows[bound][column]) for name, rows in tables.items()
                      if bound in rows and rows[bound][column] is not None}
            if wanted:
                lie_beside(case, bound, side, wanted)
                labels.append(f"{key}: {level['id']} {('at', 'above', 'below')[side]} {float(bound):g}")
    done = case.evaluate()
    if done.returncode != 0:
        totals.check(False, f"{key}: {level['id']}: {done.stderr.strip()}")
        return
    services = {s["id"]: s for s in json.loads(done.stdout)["services"]}
    for label, (service, wanted, exact) in zip(labels, case.wanted):
        found = next(l for l in services[service]["levels"] if l["id"] == level["id"])
        compare(totals, label, found, wanted, exact)


def check_edges(totals, entries):
    with open(os.path.join(HERE, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    del expected["about"]
    for key, entry in entries.items():
        for level in entry["terms"].get("levels", []):
            if "objective" in level:
                check_level(totals, expected, key, entry, level)
    for key, levels in expected.items():
        known = {l["id"] for l in entries.get(key, {}).get("terms", {}).get("levels", [])}
        totals.check(key in entries, f"expected.json speaks of '{key}', which is not in the catalogue")
        totals.check(set(levels) <= known, f"{key}: expected.json speaks of levels that are not there: {set(levels) - known}")


# ---- picking, completing, refusing ----

ROUNDING = {"rule": "floor", "unit": "1", "of": "credit"}
LADDER = {"id": "t", "catalogue": "ntt-com/network",
          "agreed": {"period": {"time_zone": "Asia/Tokyo"}, "rounding": ROUNDING, "claim": None}}


def small_case(reference, month="2026-10", period=None, **service):
    return {"format": "govsla-case/1", "period": period or {"month": month},
            "parties": [{"id": "p", "kind": "NSP"}, {"id": "lg", "kind": "LG", "code": "131016"}], "terms": [reference],
            "services": [{"id": "s", "provider": "p", "terms": "t", "outages": [], "fees": [
                {"payer": "lg", "amount": "1000", "currency": "JPY", "bases": {b: "1000" for b in BASES}}], **service}]}


def evaluate(case):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "case.json"), "w", encoding="utf-8") as file:
            json.dump(case, file, indent=1, ensure_ascii=False)
        return subprocess.run([PROGRAM, "evaluate", "--json", "case.json"], cwd=folder, capture_output=True, text=True)


def changed(reference, **keys):
    out = json.loads(json.dumps(reference))
    for key, value in keys.items():
        if key in ("edition", "catalogue"):
            out[key] = value
        elif value == "absent":
            del out["agreed"][key]
        else:
            out["agreed"][key] = value
    return out


def hourly(**keys):
    return {"id": "t", "catalogue": "aws/ec2-instance", "agreed": {"period": {"time_zone": "UTC"}, "rounding": ROUNDING}, **keys}


def check_picking(totals):
    for month, edition in (("2019-03", None), ("2019-04", "2019-03-19"), ("2020-06", "2019-03-19"), ("2020-07", None),
                           ("2020-08", "2020-07-22"), ("2022-04", "2020-07-22"), ("2022-05", None)):
        done = evaluate(small_case(hourly(), month))
        got = json.loads(done.stdout)["services"][0]["catalogue"]["edition"] if done.returncode == 0 else None
        totals.check(got == edition, f"{month}: want edition {edition}, got {got} {done.stderr}")
    # the days are those of the billing month in the agreed period: 15 July to 14 August of 2020 holds the change
    shifted = hourly(agreed={"period": {"time_zone": "UTC", "start_day": 23}, "rounding": ROUNDING})
    done = evaluate(small_case(shifted, "2020-07"))
    totals.check(done.returncode == 0 and '"edition": "2020-07-22"' in done.stdout, f"start day 23: {done.stderr}")
    part = {"start": "2020-07-22T00:00:00Z", "end": "2020-07-23T00:00:00Z"}
    done = evaluate(small_case(hourly(), period=part))
    totals.check(done.returncode == 0 and '"edition": "2020-07-22"' in done.stdout, f"one day: {done.stderr}")
    done = evaluate(small_case(hourly(edition="2019-03-19"), "2020-07"))
    totals.check(done.returncode == 0 and '"edition": "2019-03-19"' in done.stdout, f"named at the change: {done.stderr}")
    digest = json.loads(evaluate(small_case(LADDER)).stdout)["services"][0]["catalogue"]
    with open(os.path.join(ROOT, "contracts/catalogue/ntt-com/network-2007-03-30.json"), "rb") as file:
        import hashlib
        want = {"entry": "ntt-com/network", "edition": "2007-03-30", "sha256": hashlib.sha256(file.read()).hexdigest()}
    totals.check(digest == want, f"want {want}, got {digest}")


def refusals():
    east = {"id": "t", "catalogue": "ntt-east/business-ether", "agreed": {"period": {"time_zone": "Asia/Tokyo"}}}
    dx = {"id": "t", "catalogue": "aws/direct-connect"}
    standard = {"id": "t", "catalogue": "digital-agency/connection-service",
                "agreed": {"period": None, "rounding": None, "claim": None,
                           "levels": {"access-availability": {"credit": None}, "access-delay": {"credit": None}}}}
    ecl = {"id": "t", "catalogue": "ntt-com/enterprise-cloud-2", "agreed": {**LADDER["agreed"], "period": {"time_zone": "Asia/Tokyo", "hours": 744}}}
    return [
        (changed(LADDER, catalogue="ntt-com/nothing"), "terms[0].catalogue: the catalogue has no entry 'ntt-com/nothing'\n"
         "hint: slacalc catalogue list\n"),
        (changed(LADDER, edition="1999"), "terms[0].edition: 'ntt-com/network' has no edition '1999'\nhint: the catalogue has: 2007-03-30\n"),
        (changed(LADDER, rounding="absent"), "terms[0].agreed: 'ntt-com/network' (2007-03-30) leaves 'rounding' open: the parties must agree it\n"
         "hint: say it under 'agreed'; null where nothing is agreed\n"),
        ({"id": "t", "catalogue": "ntt-com/network"}, "terms[0]: 'ntt-com/network' (2007-03-30) leaves 'period' open: the parties must agree it\n"
         "hint: say it under 'agreed'; null where nothing is agreed\n"),
        (changed(LADDER, rounding=None), "terms[0]: the key 'rounding' is missing: level 'availability' has a credit\n"
         "hint: there is no default rounding; state the rule and the clause\n"),
        (changed(LADDER, remedy="sole"), "terms[0].agreed.remedy: 'ntt-com/network' (2007-03-30) does not leave this open\n"
         "hint: slacalc catalogue show ntt-com/network --edition 2007-03-30\n"),
        (changed(LADDER, levels={"availability": {"objective": {"op": ">=", "percent": "90"}}}),
         "terms[0].agreed.levels.availability.objective: 'ntt-com/network' (2007-03-30) does not leave this open\n"
         "hint: slacalc catalogue show ntt-com/network --edition 2007-03-30\n"),
        (changed(LADDER, levels={"line": {}}), "terms[0].agreed.levels.line: 'ntt-com/network' (2007-03-30) has no level 'line'\n"),
        (changed(LADDER, levels=[]), "terms[0].agreed.levels: must be an object\n"),
        ({**LADDER, "title": "mine"}, "terms[0].title: unknown key 'title'\n"),
        (ecl, "terms[0].agreed.period.hours: the entry states this itself; it cannot be agreed\n"),
        (changed(LADDER, rounding={"rule": "floor", "unit": "0", "of": "credit"}), "terms[0].rounding.unit: the unit must be more than 0\n"),
        (east, "terms[0]: what 'ntt-east/business-ether' (2006-05-01) promises for the level 'availability' was not found\n"
         "hint: take it from the contract: \"agreed\": { \"levels\": { \"availability\": { \"objective\" …\n"),
        (dx, "terms[0].catalogue: what 'aws/direct-connect' promised in the edition '2019-01-03' was not found\n"
         "hint: slacalc catalogue show aws/direct-connect --edition 2019-01-03\n"),
        (standard, "terms[0].agreed: 'digital-agency/connection-service' (1.0) leaves 'levels.cloud-availability.credit' open: "
         "the parties must agree it\nhint: say it under 'agreed'; null where nothing is agreed\n"),
    ]


def message_of(done):
    """Standard error without the program's and file's name and the line."""
    head, _, rest = done.stderr.partition("case.json:")
    number, _, rest = rest.partition(": ")
    return rest if head == "slacalc: " and number.isdigit() and int(number) > 1 else done.stderr


def check_refusals(totals):
    for reference, want in refusals():
        done = evaluate(small_case(reference))
        totals.check(done.returncode == 1 and done.stdout == "" and message_of(done) == want,
                     f"want {want!r}\ngot  {done.stderr!r} {done.stdout[:200]}")
    for month, want in (
            ("2020-07", "terms[0].catalogue: the edition of 'aws/ec2-instance' changes in the period: '2019-03-19' until 2020-07-22, "
             "then '2020-07-22'\nhint: name the one that holds for the parties as \"edition\"\n"),
            ("2022-05", "terms[0].catalogue: the edition of 'aws/ec2-instance' changes in the period: '2020-07-22' until 2022-05-05, "
             "then '2022-05-25'\nhint: name the one that holds for the parties as \"edition\"\n"),
            ("2018-01", "terms[0].catalogue: no edition of 'aws/ec2-instance' is known to be in force throughout the period\n"
             "hint: the catalogue has: 2019-03-19, 2020-07-22, 2022-05-25\n")):
        done = evaluate(small_case(hourly(), month))
        totals.check(done.returncode == 1 and message_of(done) == want, f"want {want!r}\ngot  {done.stderr!r}")
    done = evaluate(small_case(hourly(edition="2022-05-25"), "2020-01"))
    totals.check("period: the terms 't' are not in force before 2022-05-25\n" in done.stderr, f"an edition outside its dates: {done.stderr!r}")


def check_agreed(totals):
    """What was agreed is used: a table for a level that the source leaves open, an objective that was not found."""
    credit = {"base": "monthly_fee", "rate": "7"}
    standard = {"id": "t", "catalogue": "digital-agency/connection-service", "agreed": {
        "period": {"time_zone": "Asia/Tokyo"}, "rounding": ROUNDING, "claim": {"rule": "automatic"},
        "levels": {"access-availability": {"credit": credit}, "access-delay": {"credit": None}, "cloud-availability": {"credit": None}}}}
    outage = [{"start": "2026-10-05T00:00:00+09:00", "end": "2026-10-05T01:00:00+09:00"}]
    done = evaluate(small_case(standard, outages=outage, attributes={"service": "access_line"}))
    levels = {l["id"]: l for l in json.loads(done.stdout)["services"][0]["levels"]} if done.returncode == 0 else {}
    totals.check(levels and levels["access-availability"]["credit"]["amount"] == "70", f"an agreed credit: {done.stderr}")
    totals.check(levels and levels["cloud-availability"]["verdict"] == "not covered", "a level of the other service")
    east = {"id": "t", "catalogue": "ntt-east/business-ether", "agreed": {"period": {"time_zone": "Asia/Tokyo"}, "rounding": ROUNDING,
            "levels": {"availability": {"objective": {"op": ">=", "percent": "99.9"}, "credit": credit}}}}
    done = evaluate(small_case(east, outages=outage))
    level = json.loads(done.stdout)["services"][0]["levels"][0] if done.returncode == 0 else {}
    totals.check(level.get("verdict") == "breached" and level["credit"]["amount"] == "70", f"an agreed objective: {done.stderr}")


def check_marks(totals):
    """How well the source and the rates are known stands in the statement."""
    reference = {"id": "t", "catalogue": "azure/expressroute", "agreed": {"period": {"time_zone": "UTC"}, "rounding": ROUNDING}}
    done = evaluate(small_case(reference, attributes={"peering": "bgp_on_both_links"}))
    service = json.loads(done.stdout)["services"][0] if done.returncode == 0 else {"source": {}, "levels": [{}]}
    totals.check(service["source"].get("confidence") == "summary" and service["levels"][0].get("rates_confidence") == "unverified",
                 f"marks in the statement: {done.stderr} {service['source']} {service['levels'][0].get('rates_confidence')}")
    done = evaluate(small_case(LADDER))
    totals.check("rates_confidence" not in done.stdout, "bands without a mark of their own have none")


def check_manual(totals):
    """The reference that the manual shows is one that a case can hold."""
    with open(os.path.join(ROOT, "docs/manual/catalogue.md"), encoding="utf-8") as file:
        shown = file.read().split("```json\n")[1].split("```")[0]
    done = evaluate(small_case({**json.loads(shown), "id": "t"}))
    totals.check(done.returncode == 0, f"the manual's reference: {done.stderr}")


# ---- the command ----


def slacalc(*words):
    return subprocess.run([PROGRAM, "catalogue", *words], capture_output=True, text=True)


def check_show(totals, entries):
    """Every figure, mark, note and clause of an entry is shown."""
    def words(value):
        if isinstance(value, dict):
            for item in value.values():
                yield from words(item)
        elif isinstance(value, list):
            for item in value:
                yield from words(item)
        elif isinstance(value, str):
            yield value
        elif not isinstance(value, bool) and value is not None:
            yield str(value)
    skip = {">=", ">", "<=", "<", "govsla-catalogue/1", "percent", "count"}
    for key, entry in entries.items():
        done = slacalc("show", entry["id"], "--edition", entry["edition"])
        missing = [w for w in words(entry) if w not in skip and w not in done.stdout]
        totals.check(done.returncode == 0 and not missing, f"show {key}: not shown: {missing[:5]} {done.stderr}")
        file = slacalc("show", entry["id"], "--edition", entry["edition"], "--json")
        totals.check(file.returncode == 0 and json.loads(file.stdout) == entry, f"show --json {key}")
    done = slacalc("show", "aws/s3")
    totals.check("99 <= x < 99.9       10 % [transcribed]" in done.stdout and "0 <= x < 95          100 % [official]" in done.stdout,
                 "marks beside bands")


def check_list(totals, entries):
    done = slacalc("list", "--json")
    rows = {f"{r['id']} {r['edition']}": r for r in json.loads(done.stdout)["entries"]}
    totals.check(set(rows) == set(entries), "list: the entries")
    for key, row in rows.items():
        marks = set()
        def collect(value):
            if isinstance(value, dict):
                marks.update([value["confidence"]] if "confidence" in value else [])
                for item in value.values():
                    collect(item)
            elif isinstance(value, list):
                for item in value:
                    collect(item)
        collect(entries[key]["terms"])
        totals.check(set(row["confidence"]) == marks and len(row["levels"]) == len(entries[key]["terms"].get("levels", [])),
                     f"list: {key}: {row}")
    done = slacalc("list")
    totals.check(done.returncode == 0 and all(key in done.stdout for key in entries), "list: as text")


def entry_with(entry, change):
    copy = json.loads(json.dumps(entry))
    change(copy)
    return copy


def check_check(totals, entries):
    done = slacalc("check")
    totals.check(done.returncode == 0, f"check: {done.stderr}\n" + "\n".join(l for l in done.stdout.splitlines() if "not " in l))
    ladder, rise = entries["ntt-com/network 2007-03-30"], entries["kddi/flexible undated"]
    bands = lambda e: e["terms"]["levels"][0]["credit"]["bands"]
    terms = {**ladder["terms"], "id": "mine", "rounding": ROUNDING}
    wrong = [
        (entry_with(ladder, lambda e: bands(e).pop(1)), "nothing covers [98, 99.8)"),
        (entry_with(ladder, lambda e: bands(e)[2].update(rate="2")), "not monotone"),
        (entry_with(ladder, lambda e: bands(e)[4].update(rate="101")), "not capped"),
        (entry_with(ladder, lambda e: bands(e)[2].update(to="98.5")), "more than one band covers"),
        (entry_with(ladder, lambda e: e["terms"]["source"].update(confidence="sure")), "'sure' is no confidence"),
        (entry_with(ladder, lambda e: e["terms"]["source"].pop("confidence")), "the source has no confidence"),
        (entry_with(ladder, lambda e: e["open"].append("remedy")), "open: 'remedy' is nothing that can be agreed"),
        (entry_with(ladder, lambda e: e["open"].append("levels.line.credit")), "open: 'levels.line.credit' is nothing that can be agreed"),
        (entry_with(ladder, lambda e: e["open"].append("levels.availability.credit")), "open: 'levels.availability.credit' is stated"),
        (entry_with(ladder, lambda e: e["terms"]["levels"][0].pop("objective")), "no objective, and not said to be open or not found"),
        (entry_with(ladder, lambda e: e.update(declared=[{"level": "availability", "not": "capped", "why": "?"}])), "declared not capped, but it is"),
        (entry_with(ladder, lambda e: e.update(edition="2008-01-01", terms={**e["terms"], "effective": {"from": "2007-01-01"}})),
         "in force at the same time as '2007-03-30'"),
        (entry_with(rise, lambda e: e.pop("declared")), "not capped"),
        (entry_with(terms, lambda t: t["levels"][0]["credit"]["bands"][2].update(rate="2")), "not monotone"),
    ]
    right = [ladder, terms, entry_with(ladder, lambda e: (bands(e)[2].update(rate="2"), e.update(
        declared=[{"level": "availability", "not": "monotone", "why": "so it stands"}])))]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.json")
        for value, part in [(w, p) for w, p in wrong] + [(r, None) for r in right]:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(value, file)
            done = slacalc("check", path)
            totals.check((done.returncode == 1 and part in done.stdout) if part else done.returncode == 0,
                         f"check: want {part!r}, got {done.returncode} {done.stdout} {done.stderr}")
    for words, want in ((("show",), "'show' needs one id"), (("list", "x"), "unexpected argument 'x'"), (("sing",), "'sing' is none of list, show, check"),
                        (("check", "--json"), "'--json' goes with 'list' and 'show' only"), (("list", "--edition", "1"), "'--edition' goes with 'show' only")):
        done = slacalc(*words)
        totals.check(done.returncode == 2 and want in done.stderr, f"{words}: {done.returncode} {done.stderr}")


def check_schema(totals, entries):
    """Every entry fits the schema of the catalogue, and its terms that of terms as far as it is stated."""
    try:
        import jsonschema
    except ImportError:
        totals.check(False, "jsonschema is not installed")
        return
    load = lambda name: json.load(open(os.path.join(ROOT, "contracts/schema", name), encoding="utf-8"))
    schema, terms = load("catalogue.schema.json"), load("terms.schema.json")
    for key, entry in entries.items():
        errors = [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(entry)]
        whole = json.loads(json.dumps(entry["terms"]))
        for level in whole.get("levels", []):
            level.setdefault("objective", {"op": ">="})
        whole.setdefault("levels", [{"id": "x", "metric": "availability", "objective": {"op": ">="}}])
        errors += [f"{list(e.path)}: {e.message}" for e in jsonschema.Draft202012Validator(terms).iter_errors(whole)]
        totals.check(not errors, f"{key}: {errors[:3]}")


def main():
    totals, entries = Totals(), load_entries()
    check_edges(totals, entries)
    check_picking(totals)
    check_refusals(totals)
    check_agreed(totals)
    check_marks(totals)
    check_manual(totals)
    check_show(totals, entries)
    check_list(totals, entries)
    check_check(totals, entries)
    check_schema(totals, entries)
    print(f"{totals.passed} passed, {totals.failed} failed")
    return 1 if totals.failed or not totals.passed else 0


sys.exit(main())
