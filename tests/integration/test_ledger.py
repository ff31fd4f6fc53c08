#!/usr/bin/python3
"""The ledgers of all golden cases as journals: another program balances them, checks our balances, and finds the same.

hledger by default; `test_ledger.py all` (make check-ledgers) also beancount and ledger, which tests do not install.
"""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")
EVERY = "all" in sys.argv[1:]
LEGAL = re.compile(r"(Assets|Equity|Expenses)(:[A-Z0-9\u3005\u3007\u3041-\u30fa\u3400-\u9fff][-A-Za-z0-9\u3005\u3007\u3041-\u30fa\u3400-\u9fff]*)+")


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True)


def slacalc(*args):
    done = run(SLACALC, *args)
    if done.returncode:
        raise AssertionError(f"slacalc {' '.join(args)}: {done.stderr}")
    return done.stdout


def cases():
    for name in sorted(os.listdir(GOLDEN)):
        path = os.path.join(GOLDEN, name, "case.json")
        if os.path.exists(os.path.join(GOLDEN, name, "expect.json")):
            with open(path, encoding="utf-8") as file:
                if json.load(file).get("records"):
                    yield name, path


def names_in(journal):
    """Our account of each account of a journal, from the metadata beside its declaration."""
    pairs = re.findall(r'^(?:account|\S+ open) (\S+)(?: JPY)?\n\s*(?:; )?account: "?(.*?)"?$', journal, re.M)
    return {legal: ours for legal, ours in pairs}


def ours(ledger):
    return {b["account"]: int(b["amount"]) for b in ledger["balances"] if int(b["amount"])}


class Program:
    """A program that reads journals: its balances by our accounts, without those that are 0."""

    def hledger(self, journal):
        done = run("hledger", "-f", "-", "--strict", "bal", "--flat", "--no-total", "-O", "csv", text=journal)
        rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
        return done, {row[0]: int(row[1].split()[0]) for row in rows}

    def ledger(self, journal):
        done = run("ledger", "-f", "-", "--pedantic", "--args-only", "bal", "--flat", "--no-total", "--format",
                   "%(account)\t%(quantity(scrub(total)))\n", text=journal)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return done, {row[0]: int(row[1]) for row in rows if int(row[1])}

    def beancount(self, journal):
        with tempfile.NamedTemporaryFile("w", suffix=".beancount", encoding="utf-8") as file:
            file.write(journal)
            file.flush()
            done = run("bean-check", file.name)
            if done.returncode or done.stderr:
                return done, {}
            table = run("bean-query", "-f", "csv", file.name, "SELECT account, number(only('JPY', sum(position))) AS n "
                        "GROUP BY account")
        rows = list(csv.reader(io.StringIO(table.stdout)))[1:]
        return done, {row[0].strip(): int(row[1]) for row in rows if row[1].strip() and int(row[1])}


FORMATS = ("hledger", "beancount", "ledger") if EVERY else ("hledger",)


class Journals(unittest.TestCase):
    maxDiff = None

    def balances(self, program, journal):
        done, found = getattr(Program(), program)(journal)
        self.assertEqual((done.returncode, done.stderr), (0, ""), journal)
        names = names_in(journal)
        return {names[account]: amount for account, amount in found.items()}

    def test_all_golden_cases(self):
        moved = 0
        for name, path in cases():
            with self.subTest(name):
                ledger = json.loads(slacalc("ledger", "show", "--json", path))
                moved += bool(ours(ledger))
                for program in FORMATS:
                    journal = slacalc("ledger", "export", "--format", program, path)
                    if ledger["balances"]:
                        self.assertEqual(self.balances(program, journal), ours(ledger), program)
        self.assertGreater(moved, 8)

    def test_the_statement_has_the_same_ledger(self):
        for name, path in cases():
            with self.subTest(name):
                said = json.loads(slacalc("evaluate", "--json", path))["ledger"]
                for part in said["balances"], *(e["postings"] for e in said["entries"]):
                    for item in part:
                        item.pop("nodes")
                for entry in said["entries"]:
                    if entry["document"] is None:
                        entry.pop("document")
                shown = json.loads(slacalc("ledger", "show", "--json", path))
                self.assertEqual((said["entries"], said["balances"]), (shown["entries"], shown["balances"]))

    def test_entries_sum_to_zero_and_balances_to_their_sums(self):
        for name, path in cases():
            with self.subTest(name):
                ledger, sums = json.loads(slacalc("ledger", "show", "--json", path)), {}
                for entry in ledger["entries"]:
                    self.assertEqual(sum(int(p["amount"]) for p in entry["postings"]), 0)
                    for p in entry["postings"]:
                        sums[p["account"]] = sums.get(p["account"], 0) + int(p["amount"])
                self.assertEqual({b["account"]: int(b["amount"]) for b in ledger["balances"]}, sums)

    def test_what_another_program_would_stumble_over(self):
        """Texts of people with the signs that journals have a meaning for; ids that differ only in such signs."""
        path = next(p for n, p in cases() if n == "chain-payment")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        case = json.loads(text)
        municipality = next(p["id"] for p in case["parties"] if p["kind"] == "LG")
        odd = 'lg "x" (y); [2026-99-99]  :a:b: 千代田区/％, date:foo | = @ \\'
        twin = odd.replace("%", "/").replace("(y)", "[y]")
        case = json.loads(text.replace(json.dumps(municipality), json.dumps(odd)))
        case["parties"].append({"id": twin, "kind": "LG", "code": "472018", "name": '株式会社 "甲" ; \\ 乙'})
        for r in case["records"]:
            r["document"] = odd
        loss = next(r for r in case["records"] if r["kind"] == "loss")
        case["records"].append(dict(loss, id='l:9 (z); "', sufferer=twin, at="2029-01-01"))
        case.pop("as_of", None)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "case.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(case, file, ensure_ascii=False)
            ledger = json.loads(slacalc("ledger", "show", "--json", path))
            self.assertEqual(len([b for b in ledger["balances"] if b["account"].startswith("Claimed:da:")]), 3)
            for program in FORMATS:
                with self.subTest(program):
                    journal = slacalc("ledger", "export", "--format", program, path)
                    if program != "beancount":
                        for legal in names_in(journal):
                            self.assertRegex(legal, LEGAL)
                    done, found = getattr(Program(), program)(journal)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), journal)
                    self.assertEqual(sorted(found.values()), sorted(ours(ledger).values()))
                    self.assertRegex(journal, "(?m)^(account|[-0-9]+ open) Assets:Claimed:Da:Lg-.*:5-3-1:2( JPY)?$")

    def test_a_wrong_figure_is_found(self):
        path = next(p for n, p in cases() if n == "chain-second-part")
        for program in FORMATS:
            journal = slacalc("ledger", "export", "--format", program, path)
            wrong = re.sub(r"(Expenses:Cut:Csp:Da:5-3-1  )(25000000)", r"\g<1>25000001", journal, count=1)
            self.assertNotEqual(wrong, journal)
            self.assertNotEqual(getattr(Program(), program)(wrong)[0].returncode, 0)
            asserted = re.sub(r"(= |balance .* )25000000 JPY", r"\g<1>24999999 JPY", journal, count=1)
            self.assertNotEqual(asserted, journal)
            done = getattr(Program(), program)(asserted)[0]
            self.assertNotEqual(done.returncode, 0, program)


class Usage(unittest.TestCase):
    def test_refused(self):
        for args, status, want in (
            (["show", "nowhere.json"], 1, "nowhere.json: cannot open: No such file or directory"),
            (["export", "nowhere.json"], 2, "'ledger export' needs --format hledger, beancount or ledger"),
            (["export", "--format", "xls", "nowhere.json"], 2, "'xls' is not one of: hledger, beancount, ledger"),
            (["show", "--format", "hledger", "x.json"], 2, "'ledger show' has no option '--format'"),
            (["export", "--json", "--format", "hledger", "x.json"], 2, "'ledger export' has no option '--json'"),
            *((["show", "case.json", option, value], 2,
               "'case.json' is a file: --organisation, --service, --as-of and --db are of a month")
              for option, value in (("--organisation", "131016"), ("--service", "line-a"), ("--db", "x"),
                                    ("--as-of", "2026-11-01T00:00:00Z"))),
            *((["show", option, value], 2,
               "what is posted is shown whole: --organisation, --service and --as-of are of a month")
              for option, value in (("--organisation", "131016"), ("--service", "line-a"),
                                    ("--as-of", "2026-11-01T00:00:00Z"))),
            (["balance"], 2, "'balance' is not one of: show, export, post"),
            (["post"], 2, "'ledger post' needs a month such as 2026-10"),
            (["post", "case.json"], 2, "'ledger post' needs a month such as 2026-10"),
        ):
            with self.subTest(args):
                done = run(SLACALC, "ledger", *args)
                self.assertEqual((done.returncode, done.stdout), (status, ""))
                self.assertEqual(done.stderr.splitlines()[0], "slacalc: " + want)

    def test_a_case_without_records(self):
        path = os.path.join(GOLDEN, "five-failing-october", "case.json")
        self.assertEqual(slacalc("ledger", "show", path), "no entries\n")
        self.assertEqual(run("hledger", "-f", "-", "--strict", "bal",
                             text=slacalc("ledger", "export", "--format", "hledger", path)).returncode, 0)


if __name__ == "__main__":
    missing = [p for p in ("hledger", *(("bean-check", "ledger") if EVERY else ())) if not shutil.which(p)]
    if missing:
        sys.exit(f"test_ledger: not installed: {' '.join(missing)}")
    unittest.main(argv=sys.argv[:1] + [a for a in sys.argv[1:] if a != "all"])
