#!/usr/bin/python3
"""Every golden statement, recomputed by the independent checker (../statement_checker.py); then one node after another
is altered, and the alteration must be noticed."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import statement_checker as checker  # noqa: E402

PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")


def check(name):
    done = subprocess.run([PROGRAM, "evaluate", "--json", os.path.join(HERE, name, "case.json")],
                          capture_output=True, text=True, check=True)
    statement = json.loads(done.stdout)
    return checker.problems(statement) + checker.alterations_missed(statement)


def main():
    names = sys.argv[1:] or [n for n in sorted(os.listdir(HERE)) if os.path.exists(os.path.join(HERE, n, "expect.json"))]
    failed = 0
    for name in names:
        found = check(name)
        failed += bool(found)
        for line in found:
            print(f"{name}: {line}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed or not names else 0


sys.exit(main())
