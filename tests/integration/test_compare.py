#!/usr/bin/python3
"""slacalc compare: parts that are differences of true judgements and sum exactly to the difference; a provider with this
program and these facts differs in nothing; a provider whose facts are known is explained to the last yen."""
import copy
import datetime
import json
import os
import random
import subprocess
import tempfile
import unittest
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
COMPARE = os.path.join(ROOT, "tests", "compare")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")

QUANTITIES = ("measure", "downtime_s", "credit")


def run(*arguments, status=0):
    done = subprocess.run([SLACALC, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: exit status {done.returncode}: {done.stderr}")
    return done.stderr if status else done.stdout


def load(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return json.load(file)


def number(text):
    return Fraction(text) if text is not None else None


def total(values):
    return sum((number(v) for v in values if v is not None), Fraction(0))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def put(self, name, value):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False)
        return path

    def compare(self, case, provider):
        got = json.loads(run("compare", case, self.put("provider.json", provider), "--json"))
        for service in got["services"]:
            self.assert_sums(service)
        return got

    def assert_sums(self, service):
        """ours + every part + what is unexplained = theirs, as fractions."""
        for level in service["levels"]:
            for q in QUANTITIES:
                ours, theirs = number(level["ours"][q]), number(level["theirs"][q])
                parts = total(p["levels"][level["id"]][q] for p in service["parts"])
                if ours is None:
                    self.assertIsNone(level["difference"][q])
                    continue
                if level["reached"][q] is not None:
                    self.assertEqual(ours + parts, number(level["reached"][q]), (level["id"], q))
                if theirs is None:
                    self.assertIsNone(level["unexplained"][q])
                    continue
                self.assertEqual(parts + number(level["unexplained"][q]), number(level["difference"][q]))
                self.assertEqual(number(level["difference"][q]), theirs - ours)
        credit = service["credit"]
        if credit["ours"] is not None and credit["theirs"] is not None:
            parts = total(p["credit"] for p in service["parts"])
            self.assertEqual(number(credit["ours"]) + parts + number(credit["unexplained"]), number(credit["theirs"]))


class Golden(Folder):
    """tests/compare: a case, a provider, and what must come out (worked by hand)."""

    def differs(self, want, got, path=""):
        if isinstance(want, dict):
            return [d for k, v in want.items() for d in self.differs(v, got.get(k, "(absent)"), f"{path}.{k}")]
        if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
            return [d for i, (w, g) in enumerate(zip(want, got)) for d in self.differs(w, g, f"{path}[{i}]")]
        return [] if want == got else [f"{path}: want {want!r}, got {got!r}"]

    def test_cases(self):
        names = sorted(os.listdir(COMPARE))
        self.assertGreater(len(names), 3)
        for name in names:
            with self.subTest(name):
                got = self.compare(os.path.join(COMPARE, name, "case.json"), load(COMPARE, name, "provider.json"))
                self.assertEqual(self.differs(load(COMPARE, name, "expect.json"), got), [])


class Same(Folder):
    def test_the_same_program_and_the_same_facts(self):
        """Every golden case whose statement is its own provider's."""
        names = [n for n in sorted(os.listdir(GOLDEN)) if os.path.exists(os.path.join(GOLDEN, n, "expect.json"))]
        for name in random.Random(1).sample(names, 25):
            case = os.path.join(GOLDEN, name, "case.json")
            got = self.compare(case, json.loads(run("evaluate", "--json", case)))
            for service in got["services"]:
                self.assertEqual(service["parts"], [], name)
                for level in service["levels"]:
                    self.assertEqual({q for q in level["unexplained"].values()} - {None, "0"}, set(), name)


class Known(Folder):
    """Providers of whom it is known what they did otherwise: their statement is that of a case changed so, their report
    states the change, and nothing is left unexplained."""

    NAME = os.path.join(GOLDEN, "five-failing-october", "case.json")

    def stated(self, changed):
        statement = json.loads(run("evaluate", "--json", self.put("changed.json", changed)))
        [service] = statement["services"]
        levels = [{"id": level["id"], "downtime_s": level.get("downtime_s", {}).get("by_method"),
                   "measure": (level.get("percent", {}).get("by_method") or level["latency_ms"]["mean"]),
                   "credit": level["credit"]["amount"]} for level in service["levels"]]
        return {"format": "govsla-provider/1", "services": [
            {"id": service["id"], "levels": levels, "credit": service["credit_total"]}]}

    def explained(self, case, provider, *kinds):
        [service] = self.compare(self.put("case.json", case), provider)["services"]
        self.assertEqual([p["kind"] for p in service["parts"]], list(kinds))
        self.assertEqual([p["skipped"] for p in service["parts"]], [None] * len(kinds))
        for level in service["levels"]:
            self.assertEqual({q for q in level["unexplained"].values()} - {None, "0"}, set(), level)
        self.assertEqual(service["credit"]["unexplained"], "0")
        return service

    def test_fee_rules_and_total(self):
        case = load(self.NAME)
        changed = copy.deepcopy(case)
        changed["services"][0]["fees"][0]["amount"] = "100000"
        changed["terms"][0]["cap"] = {"percent_of_fee": "1/2"}
        changed["terms"][0]["levels"][0]["credit"]["bands"][0]["rate"] = "2"
        changed["period"]["hours"] = 720
        provider = self.stated(changed)
        provider["services"][0].update(
            fees={"lg-a": "100000"}, rules={"cap": {"percent_of_fee": "1/2"}})
        provider["services"][0]["levels"][0].update(
            denominator_s="2592000", rules={"credit": changed["terms"][0]["levels"][0]["credit"]})
        service = self.explained(case, provider, "fee", "denominator", "rule", "rule")
        self.assertEqual(service["parts"][0]["credit"], "-1500")

    def test_an_exclusion_that_was_refused(self):
        case = load(GOLDEN, "notice-late", "case.json")
        changed = copy.deepcopy(case)
        [exclusion] = changed["exclusions"]
        exclusion["notice"] = "2026-01-01T00:00:00+09:00"
        provider = self.stated(changed)
        provider["services"][0]["exclusions"] = [{k: exclusion[k] for k in ("id", "kind", "start", "end")}]
        service = self.explained(case, provider, "exclusion refused")
        self.assertIn("required", service["parts"][0]["why"])

    def test_outages_exactly_known(self):
        case = load(self.NAME)
        changed = copy.deepcopy(case)
        changed["corrections"] = [
            {"id": i, "target": case["services"][0]["targets"][0], "start": f"2026-10-10T{a}+09:00", "end": f"2026-10-10T{b}+09:00",
             "outcome": o, "author": "a", "reason": "r", "document": "d", "entered": f"2026-11-0{n}T00:00:00+09:00"}
            for i, a, b, o, n in (("c1", "09:59:00", "10:05:00", "up", 1), ("c2", "10:01:00", "10:03:30", "down", 2))]
        provider = self.stated(changed)
        provider["services"][0].update(outages=[
            {"start": "2026-10-10T10:01:00+09:00", "end": "2026-10-10T10:03:30+09:00"}])
        service = self.explained(case, provider, "outage with other ends")
        self.assertEqual(service["levels"][0]["reached"]["downtime_s"], "150")

    def test_known_outages(self):
        case = load(self.NAME)
        del case["services"][0]["targets"]
        case["terms"][0]["levels"] = case["terms"][0]["levels"][:1]
        case["services"][0]["outages"] = [{"start": f"2026-10-{d}T10:00:00+09:00", "end": f"2026-10-{d}T11:00:00+09:00"}
                                          for d in (10, 12, 14)]
        changed = copy.deepcopy(case)
        theirs = [{"start": "2026-10-10T10:30:00+09:00", "end": "2026-10-10T11:00:00+09:00"}, case["services"][0]["outages"][2],
                  {"start": "2026-10-20T10:00:00+09:00", "end": "2026-10-20T10:10:00+09:00"}]
        changed["services"][0]["outages"] = theirs
        provider = self.stated(changed)
        provider["services"][0]["outages"] = theirs
        service = self.explained(case, provider, "outage with other ends", "outage not counted", "outage only theirs")
        self.assertEqual([p["levels"]["availability"]["downtime_s"] for p in service["parts"]], ["-1800", "-3600", "600"])

    def test_what_is_not_stated_is_said(self):
        [service] = self.compare(self.NAME, {"format": "govsla-provider/1", "services": [
            {"id": "line-a", "levels": [{"id": "availability", "percent": "99.999"}], "left_out": ["short outages"]}]})["services"]
        self.assertEqual((service["not_stated"], service["left_out"]), (["outages", "exclusions"], ["short outages"]))
        self.assertEqual(service["parts"], [])
        level = service["levels"][0]
        self.assertEqual(number(level["unexplained"]["measure"]), Fraction("99.999") - Fraction(223175, 2232))
        self.assertIsNone(level["unexplained"]["credit"])
        text = run("compare", self.NAME, os.path.join(self.folder, "provider.json"))
        for said in ("their outages: not stated", "their exclusions: not stated", "left out by them: short outages",
                     "theirs not stated", "of which unexplained: their own figure differs by +0.0"):
            self.assertIn(said, text)

    def test_what_cannot_be_judged_is_said(self):
        [service] = self.compare(self.NAME, {"format": "govsla-provider/1", "services": [
            {"id": "line-a", "fees": {"nobody": "1"}, "rules": {"overlap": "as they like"},
             "levels": [{"id": "availability", "denominator_s": "1000"}]}]})["services"]
        self.assertEqual([(p["kind"], p["skipped"]) for p in service["parts"]], [
            ("fee", "the case has no such payer"), ("denominator", "not a whole number of hours"),
            ("rule", "terms[0].overlap: 'as they like' is not one of: sum, max, choose_one, root_cause")])
        self.assertEqual(total(p["credit"] for p in service["parts"]), 0)


class Random(Folder):
    """Providers of all sorts: whatever they state, the parts sum to the difference."""

    BASES = ("five-failing-october", "exclusion-effect", "correction-moved", "credit-two-levels", "outage-ladder-kddi-at",
             "minute-without-attempt", "error-mean-above", "path-router-silent", "notice-late", "deployed-minutes",
             "redundant-lines", "claim-end-of-second-cycle")

    def provider(self, rnd, statement):
        start = datetime.datetime.fromisoformat(statement["period"]["start"].replace("Z", "+00:00"))
        seconds = int(Fraction(statement["period"]["seconds"]))

        def span():
            a = rnd.randrange(seconds)
            if statement["services"][0]["outages"] and rnd.random() < .5:  # near one of ours
                ours = rnd.choice(statement["services"][0]["outages"])["possible"]["start"]
                a = (datetime.datetime.fromisoformat(ours.replace("Z", "+00:00")) - start).total_seconds() + rnd.randrange(-90, 90)
            b = a + rnd.choice((1, 60, 61, 600, 7200))
            at = [(start + datetime.timedelta(seconds=t)).isoformat() for t in (a, b)]
            return {"start": at[0], "end": at[1]}

        services = []
        for service in statement["services"]:
            stated = {"id": service["id"], "levels": []}
            if rnd.random() < .8:
                stated["outages"] = [span() for _ in range(rnd.randrange(3))]
                stated["elsewhere"] = rnd.choice(("up", "as_measured"))
            if rnd.random() < .6:
                ids = [x["id"] for x in statement["exclusions"]] + ["m1", "m2"]
                stated["exclusions"] = [{"id": i, "kind": "maintenance", **span()} for i in rnd.sample(ids, rnd.randrange(3))]
            if rnd.random() < .5:
                stated["fees"] = {p["payer"]: str(rnd.randrange(1, 400000)) for p in service["payable_to"]}
            if rnd.random() < .5:
                stated["rules"] = {"cap": {"percent_of_fee": str(rnd.randrange(1, 100))}}
            for level in service["levels"]:
                one = {"id": level["id"], "measure": f"{rnd.randrange(90, 100)}.{rnd.randrange(1000):03d}"}
                for key, value in (("downtime_s", rnd.randrange(9999)), ("denominator_s", 3600 * rnd.randrange(500, 744)),
                                   ("credit", rnd.randrange(9999))):
                    if rnd.random() < .6:
                        one[key] = str(value)
                if rnd.random() < .5:
                    one["rules"] = {"excluded_time": rnd.choice(("remove", "count_as_up", "ignore"))}
                stated["levels"].append(one)
            if rnd.random() < .7:
                stated["credit"] = str(rnd.randrange(9999))
            services.append(stated)
        return {"format": "govsla-provider/1", "services": services}

    def test_parts_sum_to_the_difference(self):
        rnd, parts = random.Random(20261010), 0
        for name in self.BASES:
            case = os.path.join(GOLDEN, name, "case.json")
            statement = json.loads(run("evaluate", "--json", case))
            for _ in range(3):
                got = self.compare(case, self.provider(rnd, statement))
                parts += sum(p["skipped"] is None for s in got["services"] for p in s["parts"])
        self.assertGreater(parts, 80)


class Refused(Folder):
    CASE = os.path.join(GOLDEN, "five-failing-october", "case.json")

    def refused(self, provider):
        return run("compare", self.CASE, self.put("p.json", provider), status=1)

    def test_bad_providers(self):
        path = os.path.join(self.folder, "p.json")
        for provider, cause in (
                ({"format": "govsla-case/1"}, "1: format: 'govsla-case/1' is neither govsla-provider/1 nor govsla-statement/1"),
                ({"format": "govsla-provider/1", "services": [{"id": "x"}]}, " the case has no service 'x'"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "levels": [{"id": "x"}]}]},
                 " the service 'line-a' has no level 'x'"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a"}, {"id": "line-a"}]},
                 "1: services[1]: the service 'line-a' is there twice"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "colour": 1}]},
                 "1: services[0].colour: unknown key"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "credit": "x"}]},
                 "1: services[0].credit: 'x' is not an exact number like 250000, 99.99 or 20/37"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "credit": "-1"}]},
                 "1: services[0].credit: '-1' must not be negative"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "levels": 2 * [{"id": "availability"}]}]},
                 "1: services[0].levels[1]: the level 'availability' is there twice"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "levels": [
                    {"id": "availability", "percent": "1", "measure": "1"}]}]},
                 "1: services[0].levels[0].measure: the level states 'percent' too: one of them"),
                ({"format": "govsla-provider/1", "services": [{"id": "line-a", "outages": [
                    {"start": "2026-10-02T00:00:00Z", "end": "2026-10-01T00:00:00Z"}]}]},
                 "1: services[0].outages[0].end: the end is not after the start")):
            with self.subTest(cause):
                self.assertIn(f"slacalc: {path}:{cause}", self.refused(provider))

    def test_a_statement_whose_figures_are_none(self):
        path = os.path.join(self.folder, "p.json")
        for keys, at in ((("percent", "by_method"), "levels[0].percent.by_method"),
                         (("downtime_s", "by_method"), "levels[0].downtime_s.by_method"),
                         (("credit", "amount"), "levels[0].credit.amount"), ((), "credit_total")):
            statement = json.loads(run("evaluate", "--json", self.CASE))
            del statement["derivations"]
            if keys:
                statement["services"][0]["levels"][0][keys[0]][keys[1]] = "1e5"
            else:
                statement["services"][0]["credit_total"] = "1e5"
            with self.subTest(at):
                said = self.refused(statement)
                self.assertIn(f"services[0].{at}: '1e5' is not an exact number like 250000, 99.99 or 20/37", said)


if __name__ == "__main__":
    unittest.main()
