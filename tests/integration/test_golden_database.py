#!/usr/bin/python3
"""Golden cases by way of the database: the same case as a registry directory and samples in PostgreSQL, judged by
`slacalc verdict`, must come to what `slacalc evaluate` makes of the case file."""
# build: plain (the golden cases run sanitized in tests/golden)
import csv
import datetime
import io
import json
import os
import subprocess
import tempfile
import unittest

import lab_cluster

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
BUILD = os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build")))
SLACALC = os.path.join(BUILD, "bin", "slacalc")

# One or more of each kind of thing that a case can say. Every accepted case whose period is a month does here
# (GOVSLA_ALL_GOLDEN=1); these are those that differ in what the database has to keep.
CHOSEN = """
chain-acknowledged chain-nsp-by-policy chain-second-part claim-late-by-one-reading claim-made-in-part
credit-three-payers deployed-minutes exclusion-remove five-failing-october hours-own-calendar hours-samples
latency-excluded loss-just-above minute-without-attempt network-missed notice-late path-known-outage-stands
path-obscured-remove path-router-silent path-two-providers quorum-two-down-one-unmeasured redundant-lines
rolling-year-over running-not-provable running-second-miss subscribed-unmeasured-before ten-absent
timeline-6-failing-feb-minutes
apportion-new-version apportion-of-recoveries apportion-staged ceiling-monthly-fees ceiling-penalty-not-named
ceiling-per-incident money-invoices-exchanged money-late-each-day money-instalments-six money-recovery-in-dollars
money-tax-named-base pass-through-bills pass-through-credit-agrees pass-through-debt-assumed
""".split()

# A case of the database always has an as_of; without one the interest of this ends with the last payment.
NOT_ALIKE = {"money-late-no-as-of"}

ORGANISATION = "131016"
UNNAMED = "a segment without a name"


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds(value):
    return float(value)


def code_of(number):
    """A code of an organisation: five digits and their check digit."""
    text = f"{number:05d}"
    return text + str((11 - sum(int(d) * w for d, w in zip(text, (6, 5, 4, 3, 2))) % 11) % 10)


# What a statement says of liability and money beside its obligations.
MONEY = ("pass_through", "apportionments", "ledger", "exchange", "exchanged", "invoices", "late_payments", "instalments",
         "policies", "policies_by_default")


class Converter:
    """A case file as a registry directory, and its samples as rows."""

    def __init__(self, name):
        self.folder = os.path.join(GOLDEN, name)
        with open(os.path.join(self.folder, "case.json"), encoding="utf-8") as file:
            self.case = json.load(file)
        with open(os.path.join(self.folder, "expect.json"), encoding="utf-8") as file:
            self.expected = json.load(file)
        self.month = self.case["period"].get("month")
        self.filled = not self.case.get("services")
        if self.filled:
            self.add_service()
        self.codes = self.municipalities()
        self.vantages = sorted({o.get("vantage") or "v1" for o in self.observations()} |
                               {p["vantage"] for p in self.case.get("paths") or []}) or ["v1"]

    def add_service(self):
        """A month of the database has a service; one about which nothing is said, where the case has none."""
        terms = {"id": "plain", "levels": [{
            "id": "availability", "metric": "availability", "method": "duration_ratio", "binding": "target",
            "objective": {"op": ">=", "percent": "99"}, "excluded_time": "remove", "unmeasured_time": "bounds"}]}
        self.case["parties"] = self.case["parties"] + [{"id": "nobody-in-particular", "kind": "NSP"}]
        self.case["terms"] = [terms]
        self.case["services"] = [{"id": "plain", "provider": "nobody-in-particular", "terms": "plain", "outages": [], "fees": []}]

    def file(self, directory):
        """Where the case stands: as it was found, or as it was filled."""
        if not self.filled:
            return os.path.join(self.folder, "case.json")
        path = os.path.join(directory, "filled.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.case, file, ensure_ascii=False)
        return path

    def observations(self):
        return self.case.get("observations") or []

    # ---- registry.json ----

    def municipalities(self):
        """Their codes; in the registry each has one, and they keep the order that the case gives them."""
        every = sorted((p for p in self.case["parties"] if p["kind"] == "LG"), key=lambda p: p.get("code") or p["id"])
        own = [p.get("code") or "" for p in every]
        if all(len(c) == 6 and c.isdigit() and c == code_of(int(c[:5])) for c in own) and len(set(own)) == len(own):
            return {p["id"]: p["code"] for p in every}
        return {p["id"]: code_of(10001 + i) for i, p in enumerate(every)}

    def party(self, party):
        own = {k: party[k] for k in party if k != "code"}
        return dict(own, code=self.codes[party["id"]]) if party["kind"] == "LG" else own

    def segments_and_hops(self):
        """In the registry a hop's segment is its target's."""
        segments, of_target, paths = {}, {}, []
        for path in self.case.get("paths") or []:
            hops = []
            for hop in path["hops"]:
                if isinstance(hop, dict):
                    facts = {k: v for k, v in hop.items() if k != "target" and v}
                    hop = hop["target"]
                    if facts:
                        own = {"own": True} if facts.get("own") else {"party": facts.get("party")}
                        key = json.dumps(facts, sort_keys=True)
                        segments.setdefault(key, dict(own, id=f"segment-{len(segments)}", name=facts.get("segment") or UNNAMED))
                        of_target[hop] = segments[key]["id"]
                hops.append(hop)
            if len(hops) > 1:
                paths.append({"vantage": path["vantage"], "hops": hops})
        return list(segments.values()), of_target, paths

    def target(self, target, watched, segment):
        first = watched[0]
        out = {"id": target, "vantages": [o.get("vantage") or "v1" for o in watched]}
        if segment:
            out["segment"] = segment
        if first.get("kind") == "requests":
            out["kind"] = "requests"
        else:
            out["probe"] = {"kind": "icmp", "host": "192.0.2.1"}
            out["timeout_s"] = 5
        for key in ("interval_s", "timeout_s", "gap_limit_s"):
            if first.get(key) is not None:
                out[key] = first[key]
        return out

    def registry(self):
        segments, of_target, paths = self.segments_and_hops()
        targets = {}
        for o in self.observations():
            targets.setdefault(o["target"], []).append(o)
        return {
            "format": "govsla-registry/1",
            "organisations": [{"code": c, "name": "one"} for c in sorted({ORGANISATION, *self.codes.values()})],
            "parties": [self.party(p) for p in self.case["parties"]],
            "vantages": [{"id": v} for v in self.vantages],
            "segments": segments,
            "targets": [self.target(t, watched, of_target.get(t)) for t, watched in targets.items()],
            "paths": paths,
            "services": [dict(s, organisation=ORGANISATION) for s in self.case["services"]]}

    def records(self):
        keys = ("exclusions", "incidents", "corrections", "history", "calendars", "contracts", "agreements", "exchange",
                "invoices", "late_payments", "instalments", "apportionments", "records", "policies")
        records = {k: self.case[k] for k in keys if self.case.get(k)}
        if self.case.get("claims"):
            records["claims"] = [dict(c, month=self.month) for c in self.case["claims"]]
        return dict(records, format="govsla-records/1")

    def write(self, directory):
        def write(name, value):
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                json.dump(value, file, ensure_ascii=False, indent=1)

        write("registry.json", self.registry())
        write("records/all.json", self.records())
        for i, terms in enumerate(self.case["terms"]):
            write(f"terms/{i}.json", terms)

    # ---- samples ----

    def rows(self, observation, period):
        """(scheduled, outcome, rtt_us, failure) of one observation."""
        samples = observation["samples"]
        if "csv" in samples:
            with open(os.path.join(self.folder, samples["csv"]), encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    yield instant(row["scheduled"]), row["outcome"], row["rtt_us"] or None
            return
        start, end = period
        exceptions = [(instant(x["from"]), instant(x["to"]), x["outcome"], x.get("rtt_us", samples.get("rtt_us")))
                      for x in samples.get("except") or []]
        step = datetime.timedelta(seconds=seconds(observation["interval_s"]))
        at = start - step
        while at < end + step:
            outcome, rtt = "up", samples.get("rtt_us")
            if start <= at < end:
                for since, until, other, slow in exceptions:
                    if since <= at < until:
                        outcome, rtt = other, slow
            yield at, outcome, rtt if outcome == "up" else None
            at += step

    def copy(self, numbers, vantages, period):
        """The rows as text for COPY sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure)."""
        out, seq = io.StringIO(), 0
        for o in self.observations():
            for at, outcome, rtt in self.rows(o, period):
                seq += 1
                scheduled = at.isoformat()
                code = ("up", "down", "missed").index(outcome)
                out.write("\t".join(str(x) for x in (
                    1, seq, scheduled, "\\N" if outcome == "missed" else scheduled, numbers[o["target"]],
                    vantages[o.get("vantage") or "v1"], 0 if rtt is None and outcome == "up" else rtt if outcome == "up" else "\\N",
                    code, (0, 1, 20)[code])) + "\n")
        return out.getvalue()


def figures(statement):
    """What must be the same: all of it but the nodes' names, codes of municipalities that are none, the order of services, and why a sample failed, which the
    table always says and a case need not, as it need not name its only vantage or a timeout."""
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("node", "nodes", "derivations", "name", "code", "failure",
                                                                      "mean_with_timeouts")}
        if isinstance(value, list):
            return [strip(v) for v in value]
        return value

    def unname(value):
        if isinstance(value, dict):
            return {k: "v1" if k == "vantage" and not v else None if v == UNNAMED else unname(v)
                    for k, v in value.items()}
        return [unname(v) for v in value] if isinstance(value, list) else value

    out = unname(strip(statement))
    return {"services": sorted(out["services"], key=lambda s: s["id"]), "obligations": out.get("obligations"),
            "period": out["period"], "money": {k: out.get(k) for k in MONEY},
            "exclusions": sorted(out.get("exclusions") or [], key=lambda x: (x["id"], str(x.get("service"))))}


def accepted():
    for name in sorted(os.listdir(GOLDEN)):
        if os.path.exists(os.path.join(GOLDEN, name, "expect.json")) and name not in NOT_ALIKE:
            yield name


class Golden(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(lab_cluster.Cluster(migrate=False, durable=False))
        cls.run_slacalc("db", "migrate")
        cls.cluster.psql("--command", "ALTER DATABASE govsla RENAME TO template_of_golden",
                         "--dbname", cls.cluster.url.replace("/govsla?", "/postgres?"))

    @classmethod
    def run_slacalc(cls, *args, url=None):
        done = subprocess.run([SLACALC, *args], capture_output=True, text=True,
                              env=dict(os.environ, GOVSLA_DB=url or cls.cluster.url))
        if done.returncode:
            raise AssertionError(f"slacalc {' '.join(args)}: {done.stderr}")
        return done.stdout

    def psql(self, url, *args, text=None):
        done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url, *args], input=text, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def database(self, number):
        self.psql(self.cluster.url.replace("/govsla?", "/postgres?"),
                  "-c", f"CREATE DATABASE golden_{number} TEMPLATE template_of_golden")
        return self.cluster.url.replace("/govsla?", f"/golden_{number}?")

    def judge(self, name, number):
        case = Converter(name)
        url = self.database(number)
        with tempfile.TemporaryDirectory() as directory:
            case.write(directory)
            self.run_slacalc("apply", directory, url=url)
            expected = json.loads(self.run_slacalc("evaluate", "--json", case.file(directory)))
        numbers = dict(line.split("|") for line in self.psql(url, "-c", "SELECT id, target FROM target_number").split())
        vantages = dict(line.split("|") for line in self.psql(url, "-c", "SELECT id, number FROM vantage").split())
        period = [instant(expected["period"][k]) for k in ("start", "end")]
        self.psql(url, "-c", "COPY sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure) FROM STDIN",
                  text=case.copy(numbers, vantages, period))
        if case.case.get("as_of"):
            # what was loaded today was known then
            self.psql(url, "-c", "ALTER TABLE applied_version DISABLE TRIGGER USER; UPDATE applied_version SET known_from = "
                      "least(known_from, '" + case.case["as_of"] + "')")
        as_of = ["--as-of", case.case["as_of"]] if case.case.get("as_of") else []
        said = self.run_slacalc("verdict", case.month, *as_of, "--json", url=url)
        self.assertEqual(figures(json.loads(said)), figures(expected))
        if any(json.loads(said).get(k) for k in MONEY):
            with tempfile.TemporaryDirectory() as directory:
                self.run_slacalc("export-case", case.month, *as_of, "-o", directory, url=url)
                self.assertEqual(self.run_slacalc("evaluate", "--json", os.path.join(directory, "case.json")), said)

    def test_same_figures(self):
        names = list(accepted()) if os.environ.get("GOVSLA_ALL_GOLDEN") else CHOSEN
        judged = 0
        for number, name in enumerate(names):
            with self.subTest(name):
                if Converter(name).month is None:
                    continue
                self.judge(name, number)
                judged += 1
        self.assertGreater(judged, len(CHOSEN) // 2)


if __name__ == "__main__":
    unittest.main()
