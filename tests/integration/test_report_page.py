#!/usr/bin/python3
"""The monthly page as a reader gets it: made by slacalc, rendered by a real browser."""

import concurrent.futures
import csv
import glob
import html
import html.parser
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab_report  # noqa: E402

SLACALC = os.path.join(os.environ.get("GOVSLA_BUILD", "build"), "bin", "slacalc")
PLAIN_SLACALC = os.path.join(os.environ.get("GOVSLA_PLAIN_BUILD", os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")
SUFFIXES = ["ja.html", "en.html", "json", "verdicts.csv", "outages.csv", "obligations.csv", "pass_through.csv",
            "apportionments.csv", "ledger.csv", "derivations.csv"]
BODIES = ["da", "131016", "131024"]  # who has pages of their own
VOID = {"meta", "br", "img", "link", "input", "hr"}

# What the page measures of itself; it runs in a copy whose policy against scripts was taken out.
MEASURE = """<script>
var wide = [], page = document.documentElement.clientWidth;
document.querySelectorAll('main *').forEach(function (e) {
  var box = e.getBoundingClientRect();
  if (box.width > 0 && !e.closest('svg') && (box.right > page + 1 || box.left < -1)) wide.push(e.outerHTML.slice(0, 120));
});
document.title = JSON.stringify({
  width: document.documentElement.scrollWidth, page: page, height: document.body.scrollHeight, wide: wide.slice(0, 5),
  big: parseFloat(getComputedStyle(document.querySelector('.big')).fontSize), pwned: window.pwned || 0,
  images: document.querySelectorAll('img,script:not(:last-of-type),iframe,object').length,
  dead: Array.from(document.querySelectorAll('a')).filter(
    function (a) { var to = a.getAttribute('href'); return to[0] == '#' && !document.getElementById(to.slice(1)); }).length
});
</script></body>"""


def chromium(directory, *arguments):
    return subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--disable-dev-shm-usage", "--user-data-dir=" + os.path.join(directory, "profile"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=True,
        env={**os.environ, "HOME": directory}).stdout


def measure(directory, page, width, media="screen"):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    if media == "print":
        text = text.replace("@media print", "@media all").replace("@media screen", "@media tv")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text).replace("</body>", MEASURE)
    copy = os.path.join(directory, "measured.html")
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text)
    dom = chromium(directory, "--window-size=%d,900" % width, "--dump-dom", "file://" + copy).decode()
    return json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom, re.S).group(1)))


def pixels(png):
    """Rows of RGB(A) bytes of an 8-bit PNG and the bytes of a pixel."""
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack(">IIBB", png[at + 8:at + 18])
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    size = {2: 3, 6: 4}[colour]
    raw, rows, above = zlib.decompress(data), [], bytes(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        rows.append(unfilter(raw[start], bytearray(raw[start + 1:start + 1 + width * size]), above, size))
        above = rows[-1]
    return rows, size


def unfilter(kind, row, above, size):
    for x in range(len(row)):
        left, up = (row[x - size] if x >= size else 0), above[x]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            corner = above[x - size] if x >= size else 0
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda v: abs(estimate - v))
        else:
            guess = 0
        row[x] = (row[x] + guess) & 255
    return row


class Outline(html.parser.HTMLParser):
    """Balance of tags, ids, links and everything that would make a browser fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.fetches, self.problems = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        self.fetches += [attrs[k] for k in ("src", "srcset", "data", "poster", "xlink:href") if k in attrs]
        if tag in ("link", "script", "img", "iframe", "object", "embed", "base"):
            self.fetches.append(tag)
        self.problems += [k for k in attrs if k.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append("</%s> at %s" % (tag, self.getpos()))


def outline(page):
    with open(page, encoding="utf-8") as file:
        parser = Outline()
        parser.feed(file.read())
    return parser


def open_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def words_of_the_contract(statement, case):
    """What the terms themselves call things, in their own language: not ours to translate."""
    found = set()

    def visit(value):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):
                visit(item)
            elif key in ("clause", "reading", "wording") and item:
                found.add(item)

    with open(statement, encoding="utf-8") as file:
        visit(json.load(file)["services"])
    with open(case, encoding="utf-8") as file:
        visit({key: value for key, value in json.load(file).items() if key in ("terms", "contracts", "exchange")})
    return found


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="govsla-page-")
        cls.dir = cls.holder.name
        cls.case = lab_report.write_case(cls.dir)
        cls.out = os.path.join(cls.dir, "out")
        cls.run_ = subprocess.run([SLACALC, "evaluate", cls.case, "-o", cls.out], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        cls.page = {lang: os.path.join(cls.out, "case.%s.html" % lang) for lang in ("ja", "en")}

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def text(self, lang):
        with open(self.page[lang], encoding="utf-8") as file:
            return file.read()

    def test_all_files_are_made(self):
        self.assertEqual((self.run_.returncode, self.run_.stderr), (0, b""))
        pages = [f"{name}.{lang}.html" for name in BODIES for lang in ("ja", "en")]
        self.assertEqual(sorted(os.listdir(self.out)), sorted("case." + s for s in SUFFIXES + pages))

    def test_the_case_is_never_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "credit-capped")
            case = shutil.copy(os.path.join(golden, "case.json"), folder)
            before = open(case, "rb").read()
            for way in (folder, os.path.join(folder, ".")):
                done = subprocess.run([SLACALC, "evaluate", case, "-o", way], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("the statement would replace its own case\nhint: -o another directory", done.stderr)
            self.assertEqual((open(case, "rb").read(), os.listdir(folder)), (before, ["case.json"]))

    def test_made_twice_the_bytes_are_the_same(self):
        again = os.path.join(self.dir, "again")
        subprocess.run([SLACALC, "evaluate", self.case, "-o", again], stdout=subprocess.DEVNULL, check=True,
                       env={**os.environ, "TZ": "America/Los_Angeles", "LC_ALL": "C"})
        for name in sorted(os.listdir(self.out)):
            with open(os.path.join(self.out, name), "rb") as one, open(os.path.join(again, name), "rb") as two:
                self.assertEqual(one.read(), two.read(), name)

    def test_nothing_is_fetched_and_every_link_leads_somewhere(self):
        for lang, page in self.page.items():
            seen = outline(page)
            self.assertEqual((seen.problems, seen.open, seen.fetches), ([], [], []), lang)
            self.assertEqual(len(seen.ids), len(set(seen.ids)), lang)
            elsewhere = [a for a in seen.links if a[1:] not in set(seen.ids)]
            self.assertEqual(sorted(elsewhere), sorted(f"./case.{name}.{lang}.html" for name in BODIES))
            self.assertGreater(len(seen.links), 100)
            self.assertNotRegex(self.text(lang), r"https?://|@import|url\((?!#)")

    def test_figures_of_the_page_are_those_of_the_statement(self):
        with open(os.path.join(self.out, "case.json"), encoding="utf-8") as file:
            nodes = json.load(file)["derivations"]
        rows = re.findall(r'<tr id="(n\d+)">.*?<b>(.*?)</b>', self.text("ja"), re.S)
        rows = [(name, shown) for name, shown in rows if name in nodes]
        self.assertEqual([name for name, _ in rows], list(nodes))
        for name, shown in rows:
            value = nodes[name]["value"]
            if re.fullmatch(r"-?\d+(\.\d{1,8})?", value):
                self.assertEqual(shown.replace(",", ""), value, name)

    def test_japanese_page_has_no_english_sentence(self):
        body = re.sub(r"<style>.*?</style>", "", self.text("ja"), flags=re.S)
        self.assertEqual(re.findall(r'<span lang="en">(.*?)</span>', body), [])

    def test_every_golden_case_has_its_page_in_japanese(self):
        golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
        cases = [c for c in sorted(glob.glob(os.path.join(golden, "*", "case.json"))) if "/refused-" not in c]
        self.assertGreater(len(cases), 50)
        outs = [os.path.join(self.dir, "golden", os.path.basename(os.path.dirname(case))) for case in cases]
        os.makedirs(os.path.join(self.dir, "golden"), exist_ok=True)
        # every third with the program under test, which may be built with sanitizers; the figures of all are in tests/golden
        programs = [PLAIN_SLACALC if number % 3 else SLACALC for number in range(len(cases))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(lambda p, c, o: subprocess.run([p, "evaluate", c, "-o", o], capture_output=True),
                            programs, cases, outs)
            for name, run in zip(outs, runs):
                self.assertEqual((run.returncode, run.stderr), (0, b""), name)
        for case, out in zip(cases, outs):
            known = words_of_the_contract(os.path.join(out, "case.json"), case)
            for page in glob.glob(os.path.join(out, "*.ja.html")):
                self.check_page(page, out, known)
            self.check_that_nothing_of_others_is_shown(case, out)

    def check_page(self, page, out, known):
        seen = outline(page)
        self.assertEqual((seen.problems, seen.open, seen.fetches), ([], [], []), page)
        self.assertEqual(len(seen.ids), len(set(seen.ids)), page)
        beside = {"./" + name for name in os.listdir(out)}
        self.assertEqual([a for a in seen.links if a[1:] not in set(seen.ids) and a not in beside], [], page)
        with open(page, encoding="utf-8") as file:
            english = {html.unescape(text) for text in re.findall(r'<span lang="en">(.*?)</span>', file.read())}
        self.assertEqual(english - known, set(), page)

    def check_that_nothing_of_others_is_shown(self, case, out):
        """On the page of one municipality no other is named, by id, code or name."""
        with open(case, encoding="utf-8") as file:
            bodies = [p for p in json.load(file)["parties"] if p["kind"] == "LG"]
        for body in bodies:
            page = os.path.join(out, "case.%s.ja.html" % body.get("code", body["id"]))
            if not os.path.exists(page):
                continue
            with open(page, encoding="utf-8") as file:
                text = re.sub(r'<p class="sub">.*?<br>', "", re.sub(r"<style>.*?</style>", "", file.read(), flags=re.S), flags=re.S)
            for other in bodies:
                if other.get("code", other["id"]) != body.get("code", body["id"]):
                    names = [re.escape(other[k]) for k in ("id", "code", "name") if k in other]
                    self.assertEqual(re.findall(r"(?<![\w-])(?:%s)(?![\w-])" % "|".join(names), text), [], page)

    def test_a_municipality_sees_nothing_of_others(self):
        out = os.path.join(self.dir, "one")
        run = [SLACALC, "evaluate", self.case, "--organisation", "131024"]
        said = subprocess.run(run + ["-o", out], capture_output=True, text=True, check=True).stdout
        self.assertEqual(sorted(os.listdir(out)), sorted("case." + s for s in SUFFIXES))
        files = {name: open_text(os.path.join(out, name)) for name in os.listdir(out)}
        files["terminal"] = said
        for name, text in files.items():
            text = text.replace("千代田区の接続回線とクラウド（例）", "")  # the title of the case
            for secret in ("lg-a", "131016", "千代田区", "30,000,000", "30000000", "400050", "400,050", "9,000,000", "被害届1",
                           "被害届 1", "拠点接続", "own-line"):
                self.assertNotIn(secret, text, name)
        mine = json.loads(files["case.json"])
        whole = json.loads(open_text(os.path.join(self.out, "case.json")))
        self.assertEqual(mine["excerpt_for"], "lg-b")
        self.assertEqual([(o["debtor"], o["creditor"], o["payable"]) for o in mine["obligations"]],
                         [("csp", "da", "25000000"), ("da", "lg-b", "4000000")])
        for node, derivation in mine["derivations"].items():  # the numbers are those of the whole case
            self.assertEqual(derivation["value"], whole["derivations"][node]["value"], node)
            if "withheld" not in derivation:
                self.assertEqual(derivation, whole["derivations"][node])
        withheld = {d["value"] for d in mine["derivations"].values() if "withheld" in d}
        self.assertIn("50000000", withheld)  # the total of the pot, which the share is computed from
        page = open_text(os.path.join(self.out, "case.131024.en.html"))
        self.assertEqual(files["case.en.html"], page)  # the same page as beside that of the whole case

    def test_no_figure_of_another_is_in_a_statement_to_one(self):
        """No node whose source is a record, and no text, of another municipality: golden cases of several."""
        golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
        checked = 0
        for path in sorted(glob.glob(os.path.join(golden, "*", "case.json"))):
            name = os.path.basename(os.path.dirname(path))
            if not re.match("recover|chain|share|pass|apportion|money-(payment|recovery)", name):
                continue
            with open(path, encoding="utf-8") as file:
                case = json.load(file)
            bodies = [p for p in case["parties"] if p["kind"] == "LG" and "code" in p]
            if len({p["code"] for p in bodies}) < 2:  # two parties of one code are one municipality
                continue
            of = {r["id"]: {r.get(k) for k in ("sufferer", "lg", "from", "to")} for r in case.get("records", [])}
            for body in bodies[:2]:
                said = subprocess.run([SLACALC, "evaluate", path, "--json", "--organisation", body["code"]],
                                      capture_output=True, text=True, check=True).stdout
                others = {b["id"] for b in bodies if b["code"] != body["code"]}
                statement = {**json.loads(said), "title": None}
                self.assertEqual(re.findall(r"(?<![\w-])(?:%s)(?![\w-])" % "|".join(map(re.escape, others)),
                                            json.dumps(statement, ensure_ascii=False)), [], name)
                for node in statement["derivations"].values():
                    record = re.match(r"record ([^,]+)", node["clause"] or "")
                    if record and not node.get("withheld"):
                        self.assertEqual(of.get(record.group(1), set()) & others, set(), (name, node))
                checked += 1
        self.assertGreater(checked, 10)

    def test_nobody_has_that_code(self):
        done = subprocess.run([SLACALC, "evaluate", self.case, "--organisation", "131032"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "slacalc: no municipality of the case has the code '131032'\n")

    def test_the_agency_sees_what_was_recovered_owed_and_is_open(self):
        page = open_text(os.path.join(self.out, "case.da.ja.html"))
        head = re.search(r"<h1>(.*?)</h1>", page).group(1)
        self.assertEqual(head, "デジタル庁")
        table = re.search(r"回収と支払いの状況</h2>.*?<tbody>(.*?)</tbody>", page, re.S).group(1)
        rows = [re.findall(r">([^<>]*円)<", row) for row in table.split("</tr>")[:2]]
        self.assertEqual(rows, [  # determined, payable, paid, open, pending, cut
            ["50,000,000円", "25,000,000円", "10,000,000円", "15,000,000円", "0円", "25,000,000円"],
            ["50,000,000円", "10,000,000円", "6,000,000円", "4,000,000円", "15,000,000円", "25,000,000円"]])
        for name in ("東京都千代田区", "東京都中央区"):
            self.assertIn(name, page)

    def test_the_journal_balances_on_the_page(self):
        ledger = open_text(os.path.join(self.out, "case.ledger.csv")).lstrip("\ufeff")
        entries = {}
        for row in csv.DictReader(ledger.splitlines()):
            entries.setdefault(row["entry"], []).append(int(row["amount"]))
        self.assertEqual([sum(amounts) for amounts in entries.values()], [0] * len(entries))
        self.assertEqual(len(entries), 4)
        self.assertIn("台帳（入力された記録の仕訳）", self.text("ja"))

    def test_outages_of_minutes_stay_visible(self):
        paths = re.findall(r'<path class="down" d="(M[^"]*)"/>', self.text("ja"))
        widths = [int(w) for d in paths for w in re.findall(r"M\d+ \d+h(\d+)v", d)]
        self.assertGreaterEqual(len(widths), 8)
        self.assertGreaterEqual(min(widths), 36)  # of 10,000: more than half a millimetre on A4
        strip = re.search(r'<svg class="strip".*?</svg>', self.text("ja"), re.S).group(0)
        self.assertLessEqual(strip.count("<path"), 9)  # one path a state, whatever the samples
        for kind in ("either", "unmeasured", "obscured", "excluded"):
            self.assertIn('<pattern id="p-%s"' % kind, self.text("ja"))

    def test_layout_fits_a_desk_and_a4(self):
        a4 = 688  # 182 mm between the margins
        for lang, width, media in (("ja", 1100, "screen"), ("en", 820, "screen"), ("ja", a4, "print"), ("en", a4, "print")):
            seen = measure(self.dir, self.page[lang], width, media)
            self.assertEqual((seen["wide"], seen["dead"], seen["images"]), ([], 0, 0), (lang, width))
            self.assertLessEqual(seen["width"], seen["page"], (lang, width))
            self.assertGreater(seen["height"], 2000)
            self.assertGreaterEqual(seen["big"], 40)  # the verdict reads at arm's length

    def test_screenshot_shows_the_verdict(self):
        shot = os.path.join(self.dir, "page.png")
        chromium(self.dir, "--window-size=700,300", "--screenshot=" + shot, "file://" + self.page["ja"])
        with open(shot, "rb") as file:
            rows, size = pixels(file.read())
        dark = sum(1 for row in rows for x in range(0, len(row), size) if sum(row[x:x + 3]) < 240)
        red = sum(1 for row in rows for x in range(0, len(row), size)
                  if row[x] > 150 and row[x + 1] < 80 and row[x + 2] < 80)
        self.assertGreater(dark, 1000)
        self.assertGreater(red, 500)

    def test_prints_on_a4(self):
        pdf = os.path.join(self.dir, "page.pdf")
        chromium(self.dir, "--no-pdf-header-footer", "--print-to-pdf=" + pdf, "file://" + self.page["en"])
        with open(pdf, "rb") as file:
            data = file.read()
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
        self.assertTrue(5 <= len(boxes) <= 40, len(boxes))
        for width, height in boxes:
            self.assertAlmostEqual(float(width), 595, delta=1)
            self.assertAlmostEqual(float(height), 842, delta=1)

    def test_hostile_names_do_nothing(self):
        evil = "\"><img src=x onerror='window.pwned=1'><script>window.pwned=2</script>&lt;=1+1\u202e"
        case = lab_report.make_case()
        case["title"] = evil
        for party in case["parties"]:
            party["name"] = evil
        for service in case["services"]:
            service["name"] = evil
        case["exclusions"][0]["document"] = case["terms"][0]["title"] = case["terms"][0]["source"]["document"] = evil
        path = os.path.join(self.dir, "evil.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(case, file)
        out = os.path.join(self.dir, "evil")
        subprocess.run([SLACALC, "evaluate", path, "-o", out], stdout=subprocess.DEVNULL, check=True)
        seen = measure(self.dir, os.path.join(out, "evil.ja.html"), 1100)
        self.assertEqual((seen["pwned"], seen["images"], seen["dead"]), (0, 0, 0))
        self.assertEqual(outline(os.path.join(out, "evil.ja.html")).problems, [])

    def test_a_place_in_the_way_leaves_nothing_behind(self):
        out = os.path.join(self.dir, "blocked")
        os.makedirs(os.path.join(out, "case.json"))
        run = subprocess.run([SLACALC, "evaluate", self.case, "-o", out], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        self.assertEqual((run.returncode, run.stdout), (1, b""))
        self.assertIn(b"case.json: a directory is in the way\n", run.stderr)
        self.assertEqual(os.listdir(out), ["case.json"])


class ManyServices(unittest.TestCase):
    """The reference scenario: 53 bodies and 453 systems. A browser must stay quick, and a reader must find what is owed."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="govsla-many-")
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run([os.path.join(here, "..", "..", "scenarios", "jip-base", "generate"), cls.holder.name], check=True,
                       stdout=subprocess.DEVNULL)
        cls.out = os.path.join(cls.holder.name, "pages")
        cls.name = "government-cloud-2019-12"
        subprocess.run([SLACALC, "evaluate", os.path.join(cls.holder.name, cls.name + ".json"), "-o", cls.out],
                       stdout=subprocess.DEVNULL, check=True)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def path(self, page):
        return os.path.join(self.out, self.name + page)

    def text(self, page):
        return open_text(self.path(page))

    def sections(self, page):
        return re.findall(r"<h2>(.*?)</h2>", self.text(page))

    def test_pages_stay_small_and_every_link_leads_somewhere(self):
        beside = {"./" + name for name in os.listdir(self.out)}
        for page in (".ja.html", ".en.html", ".da.ja.html", ".da.en.html", ".990001.ja.html"):
            self.assertLess(os.path.getsize(self.path(page)), 2_000_000, page)
            seen = outline(self.path(page))
            self.assertEqual((seen.problems, seen.open, seen.fetches), ([], [], []), page)
            self.assertEqual([a for a in seen.links if a[1:] not in set(seen.ids) and a not in beside], [], page)

    def test_lines_left_out_are_in_the_files_that_the_page_names(self):
        nodes = json.loads(self.text(".json"))["derivations"]
        page = self.text(".ja.html")
        rows = dict(re.findall(r'<tr id="(n\d+)">.*?<b>(.*?)</b>', page, re.S))
        told = re.search(r"ここには (\d+) 行だけを載せています。(\S+) と (\S+) には、すべての行が同じ番号であります。", page)
        self.assertEqual(told.groups(), (str(len(rows)), self.name + ".derivations.csv", self.name + ".json"))
        self.assertGreater(len(nodes), 20_000)
        self.assertLessEqual(len(rows), 4000)
        for name, shown in rows.items():
            if re.fullmatch(r"-?\d+(\.\d{1,8})?", nodes[name]["value"]):
                self.assertEqual(shown.replace(",", ""), nodes[name]["value"], name)
        in_csv = {row["node"] for row in csv.DictReader(self.text(".derivations.csv").lstrip("\ufeff").splitlines())}
        self.assertEqual(set(nodes) - in_csv, set())  # the CSV also has lines that no figure rests on

    def test_the_whole_case_is_a_list_of_municipalities(self):
        statement = json.loads(self.text(".json"))
        for page in (".ja.html", ".da.ja.html"):
            table = re.search(r'<table class="index">.*?<tbody>(.*?)</tbody>(.*?)</table>', self.text(page), re.S)
            rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.group(1).split("</tr>")[:-1]]
            self.assertEqual(len(rows), 53)
            levels = [list(map(int, row[1].split(" / "))) for row in rows]
            verdicts = [level["verdict"] for service in statement["services"] for level in service["levels"]]
            self.assertEqual([sum(column) for column in zip(*levels)],
                             [verdicts.count("breached"), verdicts.count("not provable"), len(verdicts)])
            credits = [int(re.sub(r"\D", "", row[2])) for row in rows]
            self.assertEqual(sum(credits), sum(int(service["credit_total"]) for service in statement["services"]))
            self.assertIn("{:,}円".format(sum(credits)), table.group(2))
            head = re.search(r'<p class="big">(.*?)</p>', self.text(page), re.S).group(1)
            self.assertEqual(re.findall(r">(未達|証明不能)</span> <span class=\"count\">(\d+)<", head),
                             [("未達", str(verdicts.count("breached"))), ("証明不能", str(verdicts.count("not provable")))])
            self.assertIn("負担者は 53 団体、利用料は 453 件です", self.text(page))

    def test_owed_first_then_why_until_when_and_the_evidence(self):
        order = self.sections(".990001.ja.html")
        wanted = ["判定の一覧", "減額（サービスレベル未達による利用料の減額等）", "損害賠償の請求と弁済",
                  "減額等に応じた利用料の控除（利用基準 5.2）", "減額の請求手続", "計測の結果", "判定の前提", "計算の過程"]
        self.assertEqual([s for s in order if s in wanted], wanted)
        page = self.text(".990001.ja.html")
        self.assertLess(page.index("この団体が受け取るもの・支払うもの"), page.index("判定の一覧"))

    def test_a_reduction_names_only_the_bodys_own_services(self):
        page = self.text(".990001.ja.html")
        self.assertIn("全 139 サービスのうち", page)
        self.assertEqual(re.findall(r"架空市町村\d\d", page), [])

    def test_what_is_the_same_is_said_once(self):
        page = self.text(".990001.ja.html")
        for section, times in (("除外（計画停止など）", "計画停止-1"), ("減額の請求手続", "請求不要（自動）")):
            part = re.search(r"<h2>%s</h2>(.*?)</section>" % section, page, re.S).group(1)
            self.assertEqual(part.count(times), 1, section)
            self.assertEqual(part.count("21 サービス"), 1, section)
        self.assertNotIn("証明できる最も短い停止は", page)
        self.assertEqual(page.count("記録された時刻だけが分かっています"), 1)

    def test_lengths_are_told_in_days_the_smaller_first(self):
        summary = re.search(r"<h2>判定の一覧</h2>(.*?)</section>", self.text(".990001.ja.html"), re.S).group(1)
        shown = re.sub(r"<[^>]*>", "", summary)
        self.assertIn("0時間 〜 12日", shown)
        self.assertIn("13日 〜 27日20時間", shown)
        self.assertNotRegex(shown, r"\d\d\d\.000時間")
        self.assertIn("100 %変化の時刻は不明", shown)


if __name__ == "__main__":
    unittest.main()
