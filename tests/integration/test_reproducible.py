#!/usr/bin/python3
"""The same case gives the same bytes: under another time zone, language, clock and order of what people wrote down, and
from a program built by another compiler or with another optimisation.

# build: plain

Every accepted golden case is evaluated to JSON once by the program under test, which must say what is expected, then by
each variant. What surrounds the program is the same for all cases: each variant of it takes a part of them.
"""
import concurrent.futures
import datetime
import glob
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest

import lab_clock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests", "golden")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")
sys.path.insert(0, GOLDEN)
sys.dont_write_bytecode = True  # into the folder of the cases
import run as golden  # noqa: E402

NAMES = sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(GOLDEN, "*", "expect.json")))
# what people recorded; services, terms and levels are shown in the order of the contract
FACTS = ("observations", "paths", "exclusions", "incidents", "corrections", "claims", "history", "records")


def evaluate(program, case, environment=None):
    done = subprocess.run([program, "evaluate", "--json", os.path.basename(case)], cwd=os.path.dirname(case),
                          capture_output=True, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{case}: {done.stderr.decode()}")
    return done.stdout


def fingerprint(output):
    return hashlib.sha256(output).hexdigest()


def judged(case):
    """The fingerprint of what the program under test says, and where that is not what is expected."""
    output = evaluate(SLACALC, case)
    with open(os.path.join(os.path.dirname(case), "expect.json"), encoding="utf-8") as file:
        return fingerprint(output), golden.differences(json.load(file), json.loads(output))


def all_cases(**how):
    program = how.pop("program", SLACALC)
    folder = how.pop("folder", GOLDEN)
    names = how.pop("names", NAMES)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = [os.path.join(folder, name, "case.json") for name in names]
        return dict(zip(names, pool.map(lambda case: fingerprint(evaluate(program, case, **how)), cases)))


def clock_at(folder, instant):
    """A clock that was set to an instant (UTC) just now."""
    clock = lab_clock.Clock(folder)
    clock.step(datetime.datetime.fromisoformat(instant + "+00:00").timestamp() - time.time())
    return clock


def third(variant):
    """A third of the cases; three variants take all of them."""
    return NAMES[variant % 3::3]


def shuffled_keys(value, chance):
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled_keys(value[key], chance) for key in keys}
    return [shuffled_keys(item, chance) for item in value] if isinstance(value, list) else value


def shuffle_case(source, target, chance):
    """Writes the case with its facts, its keys and the rows of its CSV files in another order."""
    with open(os.path.join(source, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    for key in FACTS:
        chance.shuffle(case.get(key, []))
    for exclusion in case.get("exclusions", []):
        chance.shuffle(exclusion["services"])
    os.makedirs(target)
    with open(os.path.join(target, "case.json"), "w", encoding="utf-8") as file:
        json.dump(shuffled_keys(case, chance), file, ensure_ascii=False)
    for path in glob.glob(os.path.join(source, "*.csv")):
        with open(path, encoding="utf-8") as file:
            head, *rows = file.read().splitlines()
        chance.shuffle(rows)
        with open(os.path.join(target, os.path.basename(path)), "w", encoding="utf-8") as file:
            file.write("\n".join([head, *rows]) + "\n")


class Reproducible(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assert len(NAMES) > 100
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            cases = [os.path.join(GOLDEN, name, "case.json") for name in NAMES]
            said = dict(zip(NAMES, pool.map(judged, cases)))
        cls.plain = {name: said[name][0] for name in NAMES}
        cls.unexpected = {name: said[name][1] for name in NAMES if said[name][1]}

    def test_what_is_expected(self):
        self.assertEqual(self.unexpected, {})

    def assert_same(self, got):
        self.assertEqual([name for name in got if got[name] != self.plain[name]], [])

    def test_time_zone_language_and_clock(self):
        with tempfile.TemporaryDirectory() as folder:
            # another i, a comma in numbers, another calendar's words
            for i, (language, zone, clock) in enumerate((("tr_TR", "America/Los_Angeles", "2000-01-01T07:59:59"),
                                                         ("de_DE", "Asia/Kathmandu", "2038-01-19T03:14:08"),
                                                         ("ja_JP", "Nowhere/Land", "2026-10-31T14:59:59"))):
                done = subprocess.run(["localedef", "-i", language, "-f", "UTF-8",
                                       os.path.join(folder, language + ".UTF-8")], capture_output=True, text=True)
                self.assertTrue(os.path.isdir(os.path.join(folder, language + ".UTF-8")), done.stderr)
                with self.subTest(f"{language} {zone} {clock}"):
                    self.assert_same(all_cases(names=third(i), environment={
                        "LOCPATH": folder, "LANG": language + ".UTF-8", "LC_ALL": language + ".UTF-8", "TZ": zone,
                        **clock_at(folder, clock).environment}))

    def test_order_of_facts(self):
        with tempfile.TemporaryDirectory() as folder:
            chance = random.Random(20261121)
            for name in NAMES:
                shuffle_case(os.path.join(GOLDEN, name), os.path.join(folder, name), chance)
            self.assert_same(all_cases(folder=folder))

    def test_compiler_and_optimisation(self):
        for compiler, flags in (("clang", "-O3"),):  # the rest is gcc -O2; with -O1 the golden cases run under sanitizers
            with self.subTest(f"{compiler} {flags}"), tempfile.TemporaryDirectory() as folder:
                program = os.path.join(folder, "bin", "slacalc")
                done = subprocess.run(["make", f"-j{os.cpu_count()}", f"CC={compiler}", f"CFLAGS={flags}",
                                       f"BUILD={folder}", program], cwd=ROOT, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                self.assert_same(all_cases(program=program))


if __name__ == "__main__":
    unittest.main()
