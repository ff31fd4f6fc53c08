#!/usr/bin/python3
"""The JSON Schemas describe what the program really reads and writes: every golden case and every statement."""
# build: plain (the golden cases run sanitized in tests/golden)
import json
import os
import subprocess
import unittest

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")


def load(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return json.load(file)


def validator(name):
    terms = load("contracts", "schema", "terms.schema.json")
    schema = load("contracts", "schema", name)
    resolver = jsonschema.RefResolver.from_schema(schema, store={"terms.schema.json": terms})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def golden(accepted):
    names = [n for n in sorted(os.listdir(GOLDEN)) if os.path.isdir(os.path.join(GOLDEN, n)) and n[0] != "_"]
    return [n for n in names if os.path.exists(os.path.join(GOLDEN, n, "expect.json")) == accepted]


class Schemas(unittest.TestCase):
    def test_are_schemas(self):
        for name in ("terms", "case", "rates", "statement", "liability-form", "provider", "stats"):
            jsonschema.Draft202012Validator.check_schema(load("contracts", "schema", name + ".schema.json"))

    def test_every_accepted_case_fits(self):
        check = validator("case.schema.json")
        names = golden(accepted=True)
        self.assertGreater(len(names), 50)
        for name in names:
            with self.subTest(name):
                check.validate(load("tests", "golden", name, "case.json"))

    def test_every_provider_fits(self):
        check = validator("provider.schema.json")
        folder = os.path.join("tests", "compare")
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            with self.subTest(name):
                provider = load(folder, name, "provider.json")
                check.validate(provider)
                provider["services"][0]["colour"] = "red"
                self.assertFalse(check.is_valid(provider))
                validator("case.schema.json").validate(load(folder, name, "case.json"))

    def test_every_form_of_liability_fits_and_is_carried(self):
        check = validator("liability-form.schema.json")
        names = sorted(os.listdir(os.path.join(ROOT, "contracts", "liability")))
        for name in names:
            with self.subTest(name):
                form = load("contracts", "liability", name)
                check.validate(form)
                self.assertEqual(form["id"] + ".json", name)
                blanks = {c["rule"]["months_of_fee"] for c in form["caps"]
                          if isinstance(c["rule"], dict) and isinstance(c["rule"].get("months_of_fee"), str)}
                self.assertEqual(blanks, set(form.get("open", {})))
                shown = subprocess.run([PROGRAM, "catalogue", "show", "--liability", form["id"], "--json"],
                                       capture_output=True, text=True, check=True)
                self.assertEqual(json.loads(shown.stdout), form)
        listed = subprocess.run([PROGRAM, "catalogue", "list", "--liability", "--json"], capture_output=True,
                                text=True, check=True)
        self.assertEqual([f["id"] + ".json" for f in json.loads(listed.stdout)["forms"]], names)

    def test_tables_of_rates(self):
        check = validator("rates.schema.json")
        for name in sorted(os.listdir(os.path.join(ROOT, "contracts", "rates"))):
            with self.subTest(name):
                table = load("contracts", "rates", name)
                check.validate(table)
                self.assertEqual(table["id"] + ".json", name)
                for before, after in zip(table["rates"], table["rates"][1:]):
                    self.assertLessEqual(before["to"], after["from"])

    def test_every_statement_fits(self):
        check = validator("statement.schema.json")
        for name in golden(accepted=True):
            with self.subTest(name):
                done = subprocess.run([PROGRAM, "evaluate", "--json", os.path.join(GOLDEN, name, "case.json")],
                                      capture_output=True, text=True, check=True)
                check.validate(json.loads(done.stdout))

    def test_an_unknown_key_does_not_fit(self):
        case = load("tests", "golden", "refused-unknown-key", "case.json")
        self.assertFalse(validator("case.schema.json").is_valid(case))
        del case["services"][0]["colour"]
        self.assertTrue(validator("case.schema.json").is_valid(case))


if __name__ == "__main__":
    unittest.main()
