#!/usr/bin/python3
"""The same case gives the same bytes: under another time zone, language, clock and order of what people wrote down, and
from a program built by another compiler or with another optimisation.

# build: plain

Every accepted golden case is evaluated to JSON once by the program under test, then by each variant.
"""
import concurrent.futures
import glob
import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests", "golden")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")
NAMES = sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(GOLDEN, "*", "expect.json")))
# what people recorded; services, terms and levels are shown in the order of the contract
FACTS = ("observations", "paths", "exclusions", "incidents", "corrections", "claims", "history", "records")


def evaluate(program, case, environment=None, before=()):
    done = subprocess.run([*before, program, "evaluate", "--json", os.path.basename(case)], cwd=os.path.dirname(case),
                          capture_output=True, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{case}: {done.stderr.decode()}")
    return hashlib.sha256(done.stdout).hexdigest()


def all_cases(**how):
    program = how.pop("program", SLACALC)
    folder = how.pop("folder", GOLDEN)
    names = how.pop("names", NAMES)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = [os.path.join(folder, name, "case.json") for name in names]
        return dict(zip(names, pool.map(lambda case: evaluate(program, case, **how), cases)))


def third(variant):
    """A third of the cases: what surrounds the program is the same for all of them, and each variant takes another."""
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
        cls.plain = all_cases()
        assert len(cls.plain) > 100

    def assert_same(self, got):
        self.assertEqual([name for name in got if got[name] != self.plain[name]], [])

    def test_time_zone(self):
        for zone in ("America/Los_Angeles", "Asia/Kathmandu", "Nowhere/Land"):
            with self.subTest(zone):
                self.assert_same(all_cases(environment={"TZ": zone}))

    def test_language(self):
        with tempfile.TemporaryDirectory() as folder:
            for i, name in enumerate(("tr_TR", "de_DE", "ja_JP")):  # another i, a comma in numbers, another calendar's words
                done = subprocess.run(["localedef", "-i", name, "-f", "UTF-8", os.path.join(folder, name + ".UTF-8")],
                                      capture_output=True, text=True)
                self.assertTrue(os.path.isdir(os.path.join(folder, name + ".UTF-8")), done.stderr)
                with self.subTest(name):
                    self.assert_same(all_cases(names=third(i), environment={
                        "LOCPATH": folder, "LANG": name + ".UTF-8", "LC_ALL": name + ".UTF-8"}))

    def test_clock(self):
        for i, clock in enumerate(("1999-12-31 23:59:59", "2038-01-19 03:14:08")):
            with self.subTest(clock):
                # the preloaded clock comes before the address sanitizer's own library
                self.assert_same(all_cases(names=third(i), before=("faketime", clock),
                                           environment={"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}))

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
    shutil.which("faketime") or exit("faketime is missing")
    unittest.main()
