#!/usr/bin/python3
"""slacalc whatif: the same as evaluating the edited file, and every difference that this makes; bad changes get the
ordinary errors."""
import copy
import json
import os
import subprocess
import tempfile
import unittest
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")


def run(*arguments, status=0):
    done = subprocess.run([SLACALC, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: exit status {done.returncode}: {done.stderr}")
    return done.stderr if status else done.stdout


def case_of(name):
    return os.path.join(GOLDEN, name, "case.json")


def load(name):
    with open(case_of(name), encoding="utf-8") as file:
        return json.load(file)


def figures(path):
    return {key: f["value"] for key, f in json.loads(run("explain", "--list", path, "--json")).items()}


class Totals(unittest.TestCase):
    def test_dollars_are_no_yen(self):
        for name, want in (("pass-through-lg-share", ("350000", "200000", "-150000")), ("pass-through-dollars", ("0", "0", "0"))):
            with self.subTest(name):
                told = json.loads(run("whatif", case_of(name), "--policy", "state_budget=none_if_any", "--json"))
                self.assertIn(".amount", str(told["differences"]))
                self.assertEqual(tuple(told["totals"]["passed_on"].values()), want)


class Same(unittest.TestCase):
    """whatif = evaluate of the edited file."""

    def check(self, name, edit, *changes):
        edited = copy.deepcopy(load(name))
        edit(edited)
        with tempfile.TemporaryDirectory() as folder:
            for other in os.listdir(os.path.join(GOLDEN, name)):
                if other.endswith(".csv"):
                    os.symlink(os.path.join(GOLDEN, name, other), os.path.join(folder, other))
            path = os.path.join(folder, "case.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(edited, file)
            after = figures(path)
        before = figures(case_of(name))
        got = json.loads(run("whatif", case_of(name), *changes, "--json"))
        want = {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
        told = {d["path"]: (d["before"], d["after"]) for d in got["differences"]
                if d["path"] in before or d["path"] in after}
        self.assertTrue(want, "the change changes nothing: the test says nothing")
        self.assertEqual(told, want)
        for d in got["differences"]:
            if d["difference"] is not None:
                self.assertEqual(Fraction(d["difference"]), Fraction(d["after"]) - Fraction(d["before"]), d["path"])
        self.check_totals(got["totals"], before, after)
        return got

    def check_totals(self, totals, before, after):
        for side, all_figures in (("before", before), ("after", after)):
            payable = sum(Fraction(v) for k, v in all_figures.items() if k.startswith("obligations.") and
                          k.endswith(".payable"))
            credit = sum(Fraction(v) for k, v in all_figures.items() if k.startswith("services.") and
                         k.endswith(".credit_total"))
            self.assertEqual((Fraction(totals["payable"][side]), Fraction(totals["credit_jpy"][side])), (payable, credit))

    def test_drop(self):
        def edit(case):
            case["exclusions"] = [x for x in case["exclusions"] if x["id"] != "x1"]
        self.check("exclusion-effect", edit, "--drop", "exclusion:x1")
        self.check("chain-second-part", lambda c: c["records"].pop([r["id"] for r in c["records"]].index("r2")),
                   "--drop=record:r2")
        self.check("correction-moved", lambda c: c["corrections"].pop([r["id"] for r in c["corrections"]].index("c2")),
                   "--drop", "correction:c2")

    def test_set(self):
        def fee(case):
            case["services"][0]["fees"][0]["amount"] = "300001"
        self.check("five-failing-october", fee, "--set", "services[0].fees[0].amount=300001")
        self.check("five-failing-october", fee, "--set", "services[line-a].fees[0].amount=300001")

        def method(case):
            case["terms"][0]["levels"][0]["excluded_time"] = "ignore"
            case["observations"][0]["samples"]["rtt_us"] = 60000
        self.check("five-failing-october", method, "--set", "terms[line].levels[availability].excluded_time=ignore",
                   "--set", "observations[0].samples.rtt_us=60000")

        def whole(case):
            case["services"][0]["fees"] = [{"payer": "lg-a", "amount": "7", "currency": "JPY"}]
        self.check("five-failing-october", whole, "--set",
                   'services[line-a].fees=[{"payer": "lg-a", "amount": "7", "currency": "JPY"}]')

    def test_band(self):
        def edit(case):
            for band in case["terms"][0]["levels"][0]["credit"]["bands"]:
                if band["from"] == "99.8":
                    band["rate"] = "5"
        self.check("five-failing-october", edit, "--band", "line/availability:99.80-99.99=5")

    def test_fault(self):
        def edit(case):
            next(r for r in case["records"] if r["id"] == "l1")["fault"] = {"csp": "1/2", "da": "1/2"}
            case["policies"] = {**case.get("policies", {}), "shared_fault": True}
        got = self.check("chain-first-part", edit, "--fault", "l1:csp=1/2,da=1/2")
        self.assertEqual(got["changes"],
                         ["l1:csp=1/2,da=1/2", "policy shared_fault turned on: the shares of fault need it"])

        def own(case):
            next(r for r in case["records"] if r["id"] == "l1")["fault"] = {"csp": "3/4", "lg-1": "1/4"}
            case["policies"] = {**case.get("policies", {}), "contributory_fault": True}
        got = self.check("chain-first-part", own, "--fault", "l1:csp=3/4,lg-1=1/4")
        self.assertEqual(len(got["changes"]), 2)

    def test_policy_and_as_of(self):
        def policy(case):
            case["policies"]["state_budget"] = "lg_share"
        self.check("pass-through-none-if-any", policy, "--policy", "state_budget=lg_share")

        def as_of(case):
            case["as_of"] = "2026-11-15T00:00:00+09:00"
        self.check("chain-first-part", as_of, "--as-of", "2026-11-15T00:00:00+09:00")

    def test_several_changes_in_their_order(self):
        def edit(case):
            case["services"][0]["fees"][0]["amount"] = "500000"
            case["exclusions"] = case["exclusions"][1:]
        self.check("exclusion-effect", edit, "--set", "services[0].fees[0].amount=1", "--drop", "exclusion:x1",
                   "--set=services[0].fees[0].amount=500000")

    def test_dropping_an_exclusion_is_what_its_effect_says(self):
        for name in ("exclusion-effect", "exclusion-remove", "exclusion-count-as-up", "exclusion-overlap"):
            statement = json.loads(run("evaluate", case_of(name), "--json"))
            seen = 0
            for service in statement["services"]:
                for level in service["levels"]:
                    for effect in level.get("effects", []):
                        if effect["without"] != "exclusion":
                            continue
                        seen += 1
                        got = json.loads(run("whatif", case_of(name), "--drop", "exclusion:" + effect["id"], "--json"))
                        here = f"services.{service['id']}.levels.{level['id']}."
                        after = {d["path"][len(here):]: d["after"] for d in got["differences"] if d["path"].startswith(here)}
                        self.assertEqual(after.get("verdict", level["verdict"]), effect["verdict"])
                        self.assertEqual(after.get("percent.by_method", level["percent"]["by_method"]),
                                         effect["measure"]["by_method"])
                        self.assertEqual(after.get("credit.amount", level["credit"]["amount"]), effect["credit"])
            self.assertTrue(seen, name)

    def test_a_reading_becomes_the_level(self):
        name = "credit-reading-alone"
        statement = json.loads(run("evaluate", case_of(name), "--json"))
        [service] = [s for s in statement["services"] if any(level.get("readings") for level in s["levels"])]
        [level] = [level for level in service["levels"] if level.get("readings")]
        for reading in level["readings"]:
            got = json.loads(run("whatif", case_of(name), "--reading",
                                 f"{service['id']}/{level['id']}={reading['reading']}", "--json"))
            here = f"services.{service['id']}.levels.{level['id']}."
            after = {d["path"]: d["after"] for d in got["differences"]}
            self.assertEqual(after.get(here + "percent.by_method", level["percent"]["by_method"]),
                             reading["percent"]["by_method"])
            self.assertEqual(after.get(here + "verdict", level["verdict"]), reading["verdict"])
        self.assertTrue(level["readings"])

    def test_a_change_of_nothing(self):
        text = run("whatif", case_of("five-failing-october"), "--set", "services[0].fees[0].amount=250000")
        self.assertTrue(text.endswith("nothing differs\n"), text)

    def test_terms_of_the_catalogue_can_be_changed(self):
        case = load("catalogue-ladder")
        terms = case["terms"][0]
        entry = json.loads(run("catalogue", "show", terms["catalogue"], "--json", *(
            ["--edition", terms["edition"]] if "edition" in terms else [])))
        level = next(x for x in entry["terms"]["levels"] if x.get("credit", {}).get("bands"))
        band = level["credit"]["bands"][0]
        text = run("whatif", case_of("catalogue-ladder"), "--band",
                   f"{terms['id']}/{level['id']}:{band['from']}-{band.get('to') or ''}=97", "--json")
        self.assertEqual(len(json.loads(text)["changes"]), 1)


class Refused(unittest.TestCase):
    def refused(self, *changes, name="five-failing-october", status=2):
        return run("whatif", case_of(name), *changes, status=status)

    def test_what_is_not_there(self):
        for change, cause in (
                (("--drop", "exclusion:x9"), "'--drop exclusion:x9': the case has no such exclusion"),
                (("--drop", "thing:x9"), "'--drop thing:x9': not KIND:ID"),
                (("--set", "services[9].id=x"), "'--set services[9].id=x': the case has no '9' there"),
                (("--set", "title"), "'--set title': not KEY=VALUE"),
                (("--set", "title:=no json"), "'--set title:=no json': the value is not JSON"),
                (("--band", "line/availability:98-99.99=1"), "the level has no such band\nhint: it has 99.8-99.99, 98-99.8"),
                (("--band", "other/availability:98-99=1"), "the case has no terms 'other'"),
                (("--band", "line/speed:98-99=1"), "the terms have no level 'speed'"),
                (("--fault", "l9:csp=1"), "the case has no such loss"),
                (("--reading", "line-a/availability=x"), "the level has no such reading"),
                (("--drop",), "option '--drop' needs a value"),
                ((), "nothing is changed")):
            with self.subTest(change):
                self.assertIn(cause, self.refused(*change))

    def test_bad_changes_get_the_ordinary_errors(self):
        for change, cause in (
                (("--set", "services[0].fees[0].amount=x"),
                 "services[0].fees[0].amount: 'x' is not an exact number like 250000, 99.99 or 20/37"),
                (("--set", "services[0].colour=red"), "services[0].colour: unknown key"),
                (("--policy", "colour=true"), "policies.colour: unknown key"),
                (("--as-of", "yesterday"), "as_of: ")):
            with self.subTest(change):
                said = self.refused(*change, status=1)
                self.assertIn(f"{case_of('five-failing-october')}, changed: {cause}", said)


if __name__ == "__main__":
    unittest.main()
