#!/usr/bin/python3
"""Golden cases: every folder beside this file is one case.

case.json (and CSV files) is evaluated by `slacalc evaluate --json`. Either expect.json is a part of the statement
that must come out (exact numbers are compared as fractions, so "99.5" equals "199/2"), or error.txt is the whole
of standard error, exit status 1 and nothing on standard output.
"""
import json
import os
import subprocess
import sys
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")


def as_number(value):
    try:
        return Fraction(value) if isinstance(value, str) else None
    except (ValueError, ZeroDivisionError):
        return None


def differences(want, got, path=""):
    """The places where got does not hold what want asks for."""
    if isinstance(want, dict) and isinstance(got, dict):
        return [d for k, v in want.items() for d in differences(v, got.get(k, "(absent)"), f"{path}.{k}")]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [d for i, (w, g) in enumerate(zip(want, got)) for d in differences(w, g, f"{path}[{i}]")]
    numbers = as_number(want), as_number(got)
    if want == got or (None not in numbers and numbers[0] == numbers[1]):
        return []
    return [f"{path.lstrip('.')}: want {want!r}, got {got!r}"]


def read(*parts):
    with open(os.path.join(HERE, *parts), encoding="utf-8") as file:
        return file.read()


def problems(name):
    done = subprocess.run([PROGRAM, "evaluate", "--json", "case.json"], cwd=os.path.join(HERE, name),
                          capture_output=True, text=True)
    if os.path.exists(os.path.join(HERE, name, "error.txt")):
        want, got = (1, "", read(name, "error.txt")), (done.returncode, done.stdout, done.stderr)
        return [] if want == got else [f"want {want!r}", f"got  {got!r}"]
    if done.returncode != 0:
        return [f"exit status {done.returncode}: {done.stderr}"]
    return differences(json.loads(read(name, "expect.json")), json.loads(done.stdout))


def main():
    names = sys.argv[1:] or sorted(n for n in os.listdir(HERE) if os.path.isdir(os.path.join(HERE, n)) and n[0] != "_")
    failed = 0
    for name in names:
        found = problems(name)
        failed += bool(found)
        for line in found:
            print(f"{name}: {line}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
