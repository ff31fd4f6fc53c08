#!/usr/bin/python3
"""slacalc explain: every figure goes down to what was given, and what was given to samples, records and keys of the case;
why not more, from the statement's own facts, in two languages."""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(ROOT, "tests", "golden")
SLACALC = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin", "slacalc")

sys.path.insert(0, os.path.join(ROOT, "tests"))
import statement_checker  # noqa: E402

CHOSEN = """
five-failing-october exclusion-effect correction-moved chain-second-part credit-three-payers outage-ladder-kddi-at
loss-just-above error-mean-above path-router-silent running-second-miss network-missed apportion-carried
latency-excluded csv-without-neighbours
""".split()


def case_of(name):
    return os.path.join(GOLDEN, name, "case.json")


def run(*arguments, status=0):
    done = subprocess.run([SLACALC, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: exit status {done.returncode}: {done.stderr}")
    return done.stderr if status else done.stdout


def explain(figure, case, *arguments):
    return json.loads(run("explain", figure, case, "--json", *arguments))


def rules(figure, case):
    return [r["rule"] for r in explain(figure, case, "--why-not")["why_not"]]


class Down(unittest.TestCase):
    """From any figure to what was given."""

    def test_every_figure_goes_down_to_given_nodes(self):
        for name in CHOSEN:
            figures = json.loads(run("explain", "--list", case_of(name), "--json"))
            self.assertGreater(len(figures), 5)
            for path in random.Random(name).sample(sorted(figures), 6):
                with self.subTest(name, path=path):
                    got = explain(path, case_of(name))
                    self.assertEqual((got["figure"], got["value"], got["node"]),
                                     (path, figures[path]["value"], figures[path]["node"]))
                    self.assert_complete(got)

    def assert_complete(self, got):
        nodes, seen, stack = got["nodes"], set(), [got["node"]]
        while stack:
            node = nodes[stack.pop()]  # a missing one fails here
            seen.add(node["label"])
            stack += [n for n in node["inputs"] if n in nodes and nodes[n]["label"] not in seen]
            if node["formula"] == "given":
                self.assertTrue(node["clause"], node["label"])
        self.assertEqual(got["left_out"], 0)
        self.assertEqual({n for node in nodes.values() for n in node["inputs"]} - set(nodes), set())
        self.assertEqual(statement_checker.wrong_nodes(nodes), [])

    def test_it_is_the_figure_of_the_statement(self):
        for name in CHOSEN:
            statement = json.loads(run("evaluate", case_of(name), "--json"))
            for key, listed in json.loads(run("explain", "--list", case_of(name), "--json")).items():
                self.assertEqual(statement["derivations"][listed["node"]]["value"], listed["value"], key)

    def test_seconds_lead_to_rows(self):
        got = explain("downtime_s.by_method", case_of("five-failing-october"))
        [down] = [n for n in got["nodes"].values() if n["label"] == "seconds down"]
        stretch, samples = down["evidence"]
        self.assertEqual(stretch["span"], {"start": "2026-10-10T00:59:00Z", "end": "2026-10-10T01:05:00Z"})
        self.assertEqual((samples["rows"], samples["failed"], samples["answered"]), ([13561, 13567], 5, 2))

    def test_rows_are_those_of_a_csv_file(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(case_of("five-failing-october"), encoding="utf-8") as file:
                case = json.load(file)
            case["observations"][0]["samples"] = {"csv": "t.csv"}
            lines = [f"2026-10-{1 + i // 1440:02d}T{i // 60 % 24:02d}:{i % 60:02d}:00+09:00,"
                     f"{'down,' if 5000 <= i < 5009 else 'up,9000'}" for i in range(44640)]
            path = os.path.join(folder, "case.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(case, file)
            with open(os.path.join(folder, "t.csv"), "w", encoding="utf-8") as file:
                file.write("scheduled,outcome,rtt_us\n" + "\n".join(lines) + "\n")
            got = explain("downtime_s.by_method", path)
            [down] = [n for n in got["nodes"].values() if n["label"] == "seconds down"]
            [samples] = [e for e in down["evidence"] if e["kind"] == "samples"]
            first, last = samples["rows"]
            self.assertEqual(samples["origin"], "t.csv")
            self.assertEqual(sum(",down," in line for line in lines[first - 1:last]), samples["failed"])
            self.assertEqual((samples["failed"], last - first + 1), (9, 11))

    def test_records_keys_and_exclusions(self):
        case = case_of("chain-first-part")
        got = explain("obligations.da-lg-1.payable", case)
        evidence = [e for n in got["nodes"].values() for e in n.get("evidence", [])]
        self.assertIn({"kind": "record", "key": "records[2]", "name": "r1", "document": "D-r1"}, evidence)
        got = explain("levels.availability.credit", case_of("exclusion-effect"))
        evidence = {(e["kind"], e["name"]) for n in got["nodes"].values() for e in n.get("evidence", [])}
        self.assertLessEqual({("exclusion", "x1"), ("exclusion", "x2")}, evidence)
        self.assertTrue(any(kind == "key" for kind, _ in evidence))

    def test_a_shared_node_is_told_once(self):
        text = run("explain", "obligations.da-lg-1.payable", case_of("chain-first-part"), "--most", "0")
        heads = re.findall(r"^ *(n\d+)  .*?(\(explained above\))?$", text, re.M)
        told = [n for n, above in heads if not above]
        self.assertEqual(len(told), len(set(told)))
        self.assertTrue(any(above for _, above in heads))
        self.assertTrue({n for n, above in heads if above} <= set(told))

    def test_a_running_total_is_one_sum(self):
        case = case_of("pass-through-sets-of-services")
        text = run("explain", "pass_through.lg-b.gross", case)
        head, count = re.search(r"^( *)n\d+  .*\n(?: +by .*\n)? +formula  the sum of (\d+) figures, added one after another$", text,
                                re.M).groups()
        told = text[text.index("added one after another"):].split("\n")[1:]
        below = [line for line in told if re.match(head + r"  n\d+ ", line)]
        self.assertGreaterEqual(len(below), int(count))
        self.assertIn(f"… {int(count) - 1} more", run("explain", "pass_through.lg-b.gross", case, "--most", "1"))

    def test_limits_say_what_they_leave_out(self):
        case, path = case_of("five-failing-october"), "levels.availability.credit.amount"
        whole = explain(path, case)
        cut = explain(path, case, "--depth", "2")
        self.assertLess(len(cut["nodes"]), len(whole["nodes"]))
        self.assertGreater(cut["left_out"], 0)
        self.assertGreaterEqual(len(cut["nodes"]) + cut["left_out"], len(whole["nodes"]))
        self.assertRegex(run("explain", path, case, "--depth", "2"), r"… \d+ more figures that it rests on")
        self.assertRegex(run("explain", "apportionments.0.total", case_of("apportion-carried"), "--most", "1"), r"… \d+ more \(--most 0")

    def test_a_node_by_its_number(self):
        statement = json.loads(run("evaluate", case_of("five-failing-october"), "--json"))
        for name, node in list(statement["derivations"].items())[::5]:
            self.assertEqual(explain(name, case_of("five-failing-october"))["value"], node["value"])


class Finding(unittest.TestCase):
    def refused(self, *arguments):
        return run("explain", *arguments, status=2)

    def test_what_is_not_there(self):
        case = case_of("five-failing-october")
        self.assertEqual(self.refused("colour", case),
                         "slacalc: the statement has no figure 'colour'\nhint: slacalc explain --list shows all\n")
        self.assertEqual(self.refused("services.line-a.downtime_s", case),
                         "slacalc: the statement has no figure 'services.line-a.downtime_s'\nhint: slacalc explain --list "
                         "shows all; 'services.line-a.levels.availability.downtime_s.least' is one\n")
        self.assertIn("no figure 'n99999'", self.refused("n99999", case))

    def test_what_may_be_several(self):
        self.assertEqual(self.refused("credit", case_of("five-failing-october")),
                         "slacalc: 'credit' may be 'services.line-a.levels.availability.credit' or "
                         "'services.line-a.levels.delay.credit'\nhint: write more of it\n")

    def test_by_place_name_and_short(self):
        case = case_of("chain-first-part")
        paths = ("obligations.1.payable", "obligations.da-lg-1.payable", "obligations.da-lg-1/5.3-1", "da-lg-1")
        self.assertEqual({explain(p, case)["figure"] for p in paths}, {"obligations.da-lg-1/5.3-1.payable"})

    def test_usage(self):
        case = case_of("five-failing-october")
        for arguments in ([], ["n1"], ["--list"], ["--list", "n1", case], ["n1", case, "--why", "--why-not"],
                          ["n1", case, "--depth", "x"], ["n1", case, "--lang", "fr"], ["n1", case, "--organisation", "131016"], ["n1", case, "--as-of", "2026-11-01"]):
            with self.subTest(arguments):
                self.refused(*arguments)

    def test_a_bad_case_is_refused_as_by_evaluate(self):
        case = case_of("refused-unknown-key")
        self.assertEqual(run("explain", "n1", case, status=1), run("evaluate", case, status=1))


class WhyNot(unittest.TestCase):
    """What stands in the way, named by its rule."""

    def test_levels(self):
        availability = "levels.availability.credit"
        for name, figure, want in (
                ("five-failing-october", availability, {"not provable", "would settle it", "credit"}),
                ("exclusion-effect", availability, {"met", "exclusion"}),
                ("correction-moved", "line-a.levels.availability", {"correction"}),
                ("notice-late", "levels.availability", {"exclusion refused"}),
                ("credit-target-only", "levels.availability", {"target"}),
                ("running-first-miss", "levels.delay.credit", {"months running"}),
                ("credit-minimum-at", "credit_total", {"terms"}),
                ("credit-cap-service", "line-a.credit_total", {"terms"}),
                ("credit-choose-one-largest", "credit_total", {"terms"}),
                ("claim-late-by-one-reading", "credit_total", {"claim late"})):
            with self.subTest(name):
                self.assertLessEqual(want, set(rules(figure, case_of(name))))

    def test_the_next_band(self):
        text = run("explain", "levels.availability.credit", case_of("credit-carrier-ladder-99-8"), "--why-not")
        self.assertIn("the next rate is 3 %, of the band 98 % – 99.8 %", text)

    def test_obligations(self):
        self.assertLessEqual({"cut", "pending", "cap"}, set(rules("obligations.da-lg-1.payable", case_of("chain-first-part"))))
        text = run("explain", "obligations.da-lg-1.payable", case_of("chain-first-part"), "--why-not")
        self.assertIn("lost for good: ¥15,000,000", text)
        self.assertIn("not yet payable, for want of what is to be recovered: ¥9,000,000", text)

    def test_reasons_are_facts_of_the_statement(self):
        """What an exclusion did is what the statement's effects say."""
        statement = json.loads(run("evaluate", case_of("exclusion-effect"), "--json"))
        [level] = statement["services"][0]["levels"]
        said = [r["en"] for r in explain("levels.availability.credit", case_of("exclusion-effect"), "--why-not")["why_not"]
                if r["rule"] == "exclusion"]
        self.assertEqual(len(said), len(level["effects"]))
        for reason, effect in zip(said, level["effects"]):
            self.assertIn(f"the exclusion was accepted: {effect['id']}; without it {effect['verdict']}, ", reason)
            self.assertTrue(reason.endswith(f"¥{int(effect['credit']):,}"), reason)

    def test_both_languages_say_the_same(self):
        kanji = re.compile("[぀-ヿ一-鿿]")
        for name in CHOSEN:
            figure = sorted(json.loads(run("explain", "--list", case_of(name), "--json")))[-1]
            got = explain(figure, case_of(name), "--why-not")
            for reason in got["why"] + got["why_not"]:
                self.assertRegex(reason["ja"], kanji)
                self.assertTrue(reason["en"] and reason["rule"])

    def test_where_no_rule_speaks(self):
        self.assertIn("no rule speaks of this figure", run("explain", "period.seconds", case_of("five-failing-october"), "--why-not"))


class Japanese(unittest.TestCase):
    def test_labels_clauses_and_evidence(self):
        text = run("explain", "levels.availability.credit", case_of("five-failing-october"), "--lang", "ja")
        for words in ("項目単独の減額（端数処理後） = 2,500", "端数　floor 1, 端数計算法 2-1", "出所　line-a の時系列",
                      "13561〜13567件目（失敗 5、応答 2、未送信 0）", "証明不能"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
