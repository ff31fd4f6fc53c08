#!/usr/bin/python3
"""What the manual shows whole can be run as it stands: the case of case.md, the registry of registry.md; and what slamon says
stands in the manual."""
import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")


def read(*names):
    with open(os.path.join(ROOT, *names), encoding="utf-8") as file:
        return file.read()


def whole(text, kind):
    """The JSON blocks of a page that state a format of this kind."""
    blocks = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return [block for block in blocks if f'"format": "govsla-{kind}/1"' in block]


class Manual(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def slacalc(self, *arguments):
        done = subprocess.run([SLACALC, *arguments], capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_case(self):
        page = read("docs", "manual", "case.md")
        [case] = whole(page, "case")
        [verdict] = re.findall(r"^ {4}(  BREACHED .*)$", page, re.MULTILINE)
        self.assertIn(verdict + "\n", self.slacalc("evaluate", self.put("case.json", case)))

    def test_explaining(self):
        """Every command that the page shows prints what the page shows."""
        page = read("docs", "manual", "explaining.md")
        [provider] = whole(page, "provider")
        self.put("case.json", whole(read("docs", "manual", "case.md"), "case")[0])
        self.put("provider.json", provider)
        shown = re.findall(r"^```\n\$ slacalc ([^\n]*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(shown), 4)
        for command, printed in shown:
            with self.subTest(command):
                done = subprocess.run([SLACALC, *shlex.split(command)], cwd=self.folder, capture_output=True, text=True,
                                      timeout=300)
                self.assertEqual(done.stdout.rstrip("\n"), printed.rstrip("\n"))
        [below] = re.findall(r"^```\n( +n8 .*?)^```$", page, re.MULTILINE | re.DOTALL)
        done = subprocess.run([SLACALC, "explain", "credit_total", "case.json"], cwd=self.folder, capture_output=True, text=True)
        self.assertIn(below, done.stdout)

    def test_registry(self):
        page = read("docs", "registry.md")
        [registry] = whole(page, "registry")
        [records] = whole(page, "records")
        self.put("registry.json", registry)
        self.put("records/records.json", records)
        self.put("terms/access-line.json", read("demo", "registry", "terms", "access-line.json"))
        self.slacalc("apply", self.folder, "--check")


def sources(folder):
    for path, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith(".c"):
                yield read(path, name)


def literal(text):
    """What neighbouring C strings say together."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


STRINGS = r'(?:"(?:[^"\\]|\\.)*"\s*)+'


class Troubles(unittest.TestCase):
    """Whoever looks up what slamon said finds it, word for word."""

    page = read("docs", "manual", "troubles.md")

    def assert_told(self, said):
        pattern = re.sub(r"%[a-z]+", ".+", re.escape(said).replace("\\%", "%").replace("%%", "%"))
        self.assertTrue(re.search(pattern, self.page), f"not in troubles.md: {said}")

    def test_every_failure_class(self):
        """One list, the same in C, in both pages of the manual, in slamon(1), in the schema of stats and in the report."""
        numbers = dict(re.findall(r"(FAILURE_\w+) = (\d+),", read("base", "sample.h")))
        classes = {word: numbers[name] for name, word in re.findall(r'\[(FAILURE_\w+)\] = "([^"]+)"', read("base", "sample.c"))}
        self.assertGreater(len(classes), 20)
        told = re.search(r"## What a failure is called\n(.*?)\n## ", read("docs", "manual", "monitor.md"), re.S)[1]
        self.assertEqual(dict(re.findall(r"^\| `([^`]+)` \| (\d+) \| \S", told, re.M)), classes)
        told = re.search(r"## What failed\n(.*?)\n## ", self.page, re.S)[1]
        self.assertEqual(set(re.findall(r"^\| `([^`]+)` \| \S", told, re.M)), set(classes))
        stored = set(classes) - {"no record"}
        told = re.search(r"\.Bl -tag -width missed\n(.*?)\n\.El", read("docs", "man", "slamon.1"), re.S)[1]
        lines = re.findall(r"^\.Em (.*)", told, re.M)
        self.assertEqual({word.strip(" .,") for line in lines for word in line.split(" , ")}, stored)
        schema = json.loads(read("contracts", "schema", "stats.schema.json"))["$defs"]["failures"]
        self.assertEqual(set(schema["propertyNames"]["enum"]), stored)
        down = {word for word in classes if int(classes[word]) < 20}
        told = re.search(r"/\* failures \*/\n(.*?)/\*", read("report", "phrases.def"), re.S)[1]
        self.assertEqual(set(re.findall(r'^\t\{ "([^"]+)"', told, re.M)), down)

    def test_every_hint(self):
        hints = []
        for source in sources("monitor"):
            hints += re.findall(rf'error_hint\([^;"]*?({STRINGS})', source)
            hints += re.findall(rf'log_line\("hint", ({STRINGS})', source)
        of_causes = re.search(r"\*hint_of\(.*?\n}", read("monitor", "observe", "observe_record.c"), re.S)[0]
        hints += re.findall(rf"return ({STRINGS})", of_causes)
        hints = {literal(hint) for hint in hints} - {"%s", "slamon --help"}
        self.assertGreater(len(hints), 25)
        for hint in hints:
            with self.subTest(hint):
                self.assert_told(hint)

    def test_every_advice_of_shipping(self):
        advice = re.findall(rf'\{{\s*"([^"]*)",\s*({STRINGS})\}}', read("monitor", "ship", "ship_advice.c"))
        self.assertGreater(len(advice), 12)
        for code, said in advice:
            with self.subTest(code):
                self.assert_told(literal(said))


if __name__ == "__main__":
    unittest.main()
