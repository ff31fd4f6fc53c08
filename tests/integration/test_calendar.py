#!/usr/bin/python3
"""The shipped calendar of Japanese public holidays against the Acts' rules, and slacalc calendar.

The rules are written down here once more, independently of the file: 国民の祝日に関する法律 article 2 (the days),
3-2 (振替休日: a holiday on a Sunday moves to the next day that is none), 3-3 (国民の休日: a day between two holidays
is one), the Act of 2018 on the accession, and the special measures for the Olympic games of 2020, which took place in
2021. Equinoxes as announced by the National Astronomical Observatory.
"""
import datetime
import json
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")
DAY = datetime.timedelta(days=1)
EQUINOXES = {  # the days in March and in September
    2019: (21, 23), 2020: (20, 22), 2021: (20, 23), 2022: (21, 23), 2023: (21, 23),
    2024: (20, 22), 2025: (20, 23), 2026: (20, 23), 2027: (21, 23),
}


def nth_monday(year, month, n):
    first = datetime.date(year, month, 1)
    return first + DAY * ((7 - first.weekday()) % 7 + 7 * (n - 1))


def named_days(year):
    """Article 2 and the special Acts: date to name."""
    spring, autumn = EQUINOXES[year]
    days = {
        (1, 1): "元日", (2, 11): "建国記念の日", (3, spring): "春分の日", (4, 29): "昭和の日", (5, 3): "憲法記念日",
        (5, 4): "みどりの日", (5, 5): "こどもの日", (9, autumn): "秋分の日", (11, 3): "文化の日", (11, 23): "勤労感謝の日",
    }
    if year >= 2020:
        days[2, 23] = "天皇誕生日"  # 2019 has none: the accession was on 1 May
    sports = "スポーツの日" if year >= 2020 else "体育の日"
    moved = {2020: ((7, 23), (7, 24), (8, 10)), 2021: ((7, 22), (7, 23), (8, 8))}
    if year in moved:
        days.update(zip(moved[year], ("海の日", sports, "山の日")))
    else:
        days[8, 11] = "山の日"
        for month, n, name in ((7, 3, "海の日"), (10, 2, sports)):
            days[month, nth_monday(year, month, n).day] = name
    days[1, nth_monday(year, 1, 2).day] = "成人の日"
    days[9, nth_monday(year, 9, 3).day] = "敬老の日"
    if year == 2019:  # these two are holidays of the Act, so that the days between are 国民の休日
        days[5, 1] = "休日（天皇の即位の日）"
        days[10, 22] = "休日（即位礼正殿の儀の行われる日）"
    return {datetime.date(year, m, d): name for (m, d), name in days.items()}


def holidays(first, last):
    days = {}
    for year in range(first, last + 1):
        days.update(named_days(year))
    moved = {}
    for day in sorted(days):
        if day.weekday() == 6:  # article 3-2
            to = day + DAY
            while to in days:
                to += DAY
            moved[to] = "振替休日"
    between = {}
    for day in days:  # article 3-3: not for a day that is a holiday or a 振替休日 already
        middle = day + DAY
        if middle not in days and middle not in moved and middle + DAY in days:
            between[middle] = "国民の休日"
    return dict(sorted({**days, **moved, **between}.items()))


def run(*arguments, **more):
    return subprocess.run([PROGRAM, "calendar", *arguments], capture_output=True, text=True, check=False, **more)


class Shipped(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "contracts", "calendars", "jp.json"), encoding="utf-8") as file:
            self.text = file.read()
        self.calendar = json.loads(self.text)

    def test_the_days_are_those_of_the_acts(self):
        want = [(day.isoformat(), name) for day, name in holidays(2019, 2027).items()]
        got = [(day["date"], day["name"]) for day in self.calendar["days"]]
        self.assertEqual(want, got)

    def test_known_odd_days(self):
        days = holidays(2019, 2027)
        for day, name in (("2019-04-30", "国民の休日"), ("2019-05-02", "国民の休日"), ("2019-05-06", "振替休日"),
                          ("2020-07-24", "スポーツの日"), ("2021-08-09", "振替休日"), ("2026-05-06", "振替休日"),
                          ("2026-09-22", "国民の休日"), ("2027-03-22", "振替休日")):
            self.assertEqual(days[datetime.date.fromisoformat(day)], name)
        for day in ("2020-10-12", "2021-10-11", "2020-07-20", "2019-02-23", "2019-12-23", "2020-08-11", "2025-09-22"):
            self.assertNotIn(datetime.date.fromisoformat(day), days)

    def test_it_says_where_it_is_from_and_how_far_it_goes(self):
        self.assertEqual((self.calendar["from"], self.calendar["to"]), ("2019-01-01", "2027-12-31"))
        self.assertIn("could not be fetched", self.calendar["source"]["note"])
        self.assertIn("国民の祝日に関する法律", self.calendar["source"]["document"])

    def test_the_program_carries_it(self):
        self.assertEqual(run("show", "jp").stdout, self.text)
        listed = run("list")
        self.assertEqual(listed.returncode, 0)
        self.assertIn(f"jp        2019-01-01 to 2027-12-31  {len(self.calendar['days']):4} days", listed.stdout)


class Import(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_the_cabinet_offices_file(self):
        """As published: Shift_JIS, CRLF, one list since 1955."""
        days = holidays(2019, 2027)
        lines = ["国民の祝日・休日月日,国民の祝日・休日名称", "1955/1/1,元日", "1970/1/1,元日"]
        lines += [f"{d.year}/{d.month}/{d.day},{n}" for d, n in days.items()]
        text = "".join(line + "\r\n" for line in lines)
        made = {}
        for encoding in ("cp932", "utf-8", "utf-8-sig"):
            done = run("import", self.file("syukujitsu.csv", text.encode(encoding)), "--id", "jp", "--from", "2019-01-01")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            made[encoding] = json.loads(done.stdout)
            self.assertEqual([(d["date"], d["name"]) for d in made[encoding]["days"]],
                             [(d.isoformat(), n) for d, n in days.items()])
            self.assertEqual([made[encoding][k] for k in ("id", "from", "to")], ["jp", "2019-01-01", "2027-12-31"])
        self.assertNotEqual(made["cp932"]["edition"], made["utf-8"]["edition"])  # it names the bytes

    def test_what_is_made_is_judged_with(self):
        made = run("import", self.file("ours.ics", "\r\n".join((
            "BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20261015", "SUMMARY:開庁記", " 念日", "END:VEVENT",
            "END:VCALENDAR", "")).encode()))
        self.assertEqual(made.returncode, 0, made.stderr)
        calendar = json.loads(made.stdout)
        self.assertEqual((calendar["id"], calendar["days"]), ("ours", [{"date": "2026-10-15", "name": "開庁記念日"}]))
        golden = os.path.join(ROOT, "tests", "golden", "hours-outage-half-inside", "case.json")
        with open(golden, encoding="utf-8") as file:
            case = json.load(file)
        case["calendars"] = [calendar]
        case["terms"][0]["service_hours"]["holidays"] = "ours"
        path = self.file("case.json", json.dumps(case).encode())
        done = subprocess.run([PROGRAM, "evaluate", "--json", path], capture_output=True, text=True, check=True)
        statement = json.loads(done.stdout)
        self.assertEqual(statement["services"][0]["levels"][1]["verdict"], "met")
        self.assertEqual(statement["calendars"], [{"id": "ours", "edition": calendar["edition"],
                                                   "document": "ours.ics", "origin": "case"}])

    def test_refusals_print_nothing(self):
        bad = self.file("bad.csv", b"2026/1/1,a\n2026/2/30,b\n")
        old = self.file("old.csv", b"1955/1/1,a\n")
        good = self.file("good.csv", b"2026/1/1,a\n")
        usage = "\nhint: slacalc calendar --help\n"
        for arguments, status, want in (
                (("import", bad), 1, f"slacalc: {bad}:2: '2026/2/30' is not a date like 2019/1/1\n"),
                (("import", old), 1, "slacalc: the list ends before 1970\n"),
                (("import", bad + "x"), 1, f"slacalc: {bad}x: cannot open: No such file or directory\n"),
                (("import", good, "--from", "2027-01-01"), 2, "slacalc: --to is before --from\n"),
                (("import", good, "--to", "2026"), 1, "slacalc: '2026' is not a date like 2026-10-31\n"),
                (("show", "mars"), 1, "slacalc: no calendar 'mars' is shipped\nhint: shipped: jp\n"),
                (("list", "--id", "x"), 2, "slacalc: options are for 'import', not for 'list'" + usage),
                (("import",), 2, "slacalc: 'import' is not understood: list, show ID or import FILE" + usage),
                (("draw", "x"), 2, "slacalc: 'draw' is not understood: list, show ID or import FILE" + usage),
                ((), 2, "slacalc: 'calendar' needs an argument" + usage)):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (status, "", want))


if __name__ == "__main__":
    unittest.main()
