#!/usr/bin/python3
"""slacalc and a real PostgreSQL: migrations, the registry as versions, roles, and months judged from the database."""
import copy
import datetime
import fractions
import json
import os
import re
import subprocess
import tempfile
import unittest

import jsonschema

import lab_cluster

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build")))
SLACALC = os.path.join(BUILD, "bin", "slacalc")

TERMS = {
    "id": "own-line", "title": "a fictitious line contract", "provider": "NSP", "customer": "LG",
    "source": {"document": "example", "date": None, "confidence": "fictitious"},
    "effective": {"from": "2023-09-01", "to": None},
    "period": {"kind": "calendar_month", "time_zone": "Asia/Tokyo", "start_day": 1},
    "notice": {"maintenance_days": 7},
    "levels": [
        {"id": "availability", "metric": "availability", "method": "duration_ratio", "binding": "guarantee",
         "objective": {"op": ">=", "percent": "99.99"}, "excluded_time": "remove", "unmeasured_time": "bounds",
         "obscured_time": "bounds",
         "credit": {"base": "monthly_fee", "bands": [
             {"from": "99.8", "to": "99.99", "rate": "1"}, {"from": "98", "to": "99.8", "rate": "3"},
             {"from": "0", "to": "98", "rate": "10"}]}}],
    "overlap": "sum", "cap": {"percent_of_fee": "100"},
    "rounding": {"rule": "floor", "unit": "1", "of": "credit", "side": "claim", "clause": "2-1"},
    "claim": {"rule": "automatic"}, "remedy": "non_exclusive"}

REGISTRY = {
    "format": "govsla-registry/1",
    "organisations": [{"code": "131016", "name": "千代田区"}, {"code": "131024", "name": "中央区"}],
    "parties": [{"id": "carrier", "kind": "NSP"}, {"id": "csp", "kind": "CSP"}, {"id": "da", "kind": "DA"},
                {"id": "lg-a", "kind": "LG", "code": "131016"}, {"id": "lg-b", "kind": "LG", "code": "131024"}],
    "vantages": [{"id": "v1", "name": "east"}, {"id": "v2"}],
    "segments": [{"id": "line", "party": "carrier"}],
    "targets": [
        {"id": "router", "segment": "line", "interval_s": 60, "timeout_s": 5, "vantages": ["v1"],
         "probe": {"kind": "icmp", "host": "192.0.2.1"}},
        {"id": "web", "segment": "line", "interval_s": 60, "timeout_s": 5, "vantages": ["v1"],
         "probe": {"kind": "http", "url": "http://192.0.2.1/"}}],
    "paths": [{"vantage": "v1", "hops": ["router", "web"]}],
    "services": [
        {"id": "line-a", "name": "拠点接続", "organisation": "131016", "provider": "carrier", "terms": "own-line",
         "targets": ["router"], "fees": [{"payer": "lg-a", "amount": "250000", "currency": "JPY"}]},
        {"id": "line-b", "organisation": "131024", "provider": "carrier", "terms": "own-line", "targets": ["web"],
         "fees": [{"payer": "lg-b", "amount": "100000", "currency": "JPY"}]}]}

RECORDS = {
    "format": "govsla-records/1",
    "exclusions": [
        {"id": "x1", "services": ["line-a", "line-b"], "start": "2026-10-20T01:00:00+09:00",
         "end": "2026-10-20T02:00:00+09:00", "kind": "maintenance", "notice": "2026-10-18T10:00:00+09:00"},
        {"id": "x2", "services": ["line-b"], "start": "2026-10-21T01:00:00+09:00",
         "end": "2026-10-21T02:00:00+09:00", "kind": "maintenance", "notice": "2026-10-01T10:00:00+09:00"},
        {"id": "x3", "services": ["line-a"], "start": "2026-12-21T01:00:00+09:00",
         "end": "2026-12-21T02:00:00+09:00", "kind": "maintenance", "notice": "2026-10-01T10:00:00+09:00"}],
    "contracts": [{"id": "イ/lg-a", "kind": "イ", "parties": ["da", "lg-a"],
                   "caps": [{"debtor": "da", "rule": "recovered"}], "excludes": ["lost_profit", "special"]}],
    "records": [
        {"id": "l1", "at": "2026-11-05", "kind": "loss", "sufferer": "lg-a", "heads": {"direct": "5000000"},
         "fault": {"csp": "1"}, "cause_month": "2026-10", "determined": "5000000"},
        {"id": "r1", "at": "2026-11-10", "kind": "recovery", "from": "csp", "to": "da", "amount": "3000000"}],
    "policies": {"state_budget": "lg_share"}}

# 5 failing samples on 5 October, so 240 to 360 s; everything of the month is there, with its neighbours. Both targets
# fail: the web server lies behind the router, and its answer would prove that the router was up.
SAMPLES = """
SELECT sample_partitions_ensure('2026-09-29', '2026-11-02');
INSERT INTO sample (stream, seq, scheduled, sent, target, vantage, lateness_us, rtt_us, outcome, failure)
SELECT 7, row_number() OVER (), t, t, n, 1, 10, CASE WHEN down THEN NULL ELSE 8000 + mod(s, 977) END,
    down::int, down::int
FROM (SELECT '2026-09-30T15:00:00Z'::timestamptz + s * interval '60 s' AS t, n, s,
        s BETWEEN 6000 AND 6004 AS down
    FROM generate_series(-2, 44641) s, generate_series(1, 2) n) x;
"""


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)


def write_directory(path, registry=None, terms=None, records=None):
    write_json(os.path.join(path, "registry.json"), registry or REGISTRY)
    write_json(os.path.join(path, "terms", "own-line.json"), terms or TERMS)
    write_json(os.path.join(path, "records", "2026.json"), records or RECORDS)


def setUpModule():
    """One private cluster, thrown away at the end: it need not survive a power cut."""
    global cluster_url
    cluster_url = unittest.enterModuleContext(lab_cluster.Cluster(migrate=False, durable=False)).url


class Databases(unittest.TestCase):
    """A database of its own for each test."""
    databases = 0

    def setUp(self):
        self.url = cluster_url
        self.db = None
        directory = tempfile.TemporaryDirectory(prefix="govsla-registry-")
        self.addCleanup(directory.cleanup)
        self.dir = directory.name

    def make(self, name, template):
        """A database for this test only, as a copy."""
        Databases.databases += 1
        name = f"{name}_{Databases.databases}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template}", url=self.url)
        return self.url.replace("/govsla?", f"/{name}?")

    def template(self, name, fill):
        """A database that is made once for the class, to copy from."""
        if self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'", url=self.url) == "":
            self.psql(f"CREATE DATABASE {name}", url=self.url)
            fill(self.url.replace("/govsla?", f"/{name}?"))
        self.db = self.make("test", name)

    def psql(self, sql, url=None, fails=None):
        done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url or self.db, "-c", sql],
                              capture_output=True, text=True)
        if fails is None:
            self.assertEqual(done.returncode, 0, done.stderr)
        else:
            self.assertNotEqual(done.returncode, 0, f"was not refused: {sql}")
            self.assertIn(fails, done.stderr)
        return done.stdout.strip()

    def slacalc(self, *args, status=0, url=None, **environment):
        environment = {**{k: v for k, v in os.environ.items() if not k.startswith("PG")}, **environment}
        environment["GOVSLA_DB"] = url or self.db
        done = subprocess.run([SLACALC, *args], capture_output=True, text=True, env=environment)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        if status:
            self.assertEqual(done.stdout, "")
            return done.stderr
        return done.stdout

    def migrated(self):
        self.template("migrated", lambda url: self.slacalc("db", "migrate", url=url))

    def loaded(self, samples=True):
        write_directory(self.dir)

        def fill(url):
            self.slacalc("db", "migrate", url=url)
            self.slacalc("apply", self.dir, url=url)
            if samples:
                self.psql(SAMPLES, url=url)

        self.template("loaded_with_samples" if samples else "loaded", fill)
        self.slacalc("apply", self.dir)

    def role(self, role):
        return self.db + f"&options=-crole%3D{role}"


class Migrations(Databases):
    def setUp(self):
        super().setUp()
        self.db = self.make("empty", "template1")

    def test_twice(self):
        count = len([f for f in os.listdir(os.path.join(ROOT, "sql", "migrations")) if f.endswith(".sql")])
        before = json.loads(self.slacalc("db", "status", "--json"))
        self.assertEqual([m["applied_at"] for m in before], [None] * count)
        self.assertEqual(self.slacalc("db", "migrate"), f"{count} migrations applied\n")
        self.assertEqual(self.slacalc("db", "migrate"), "nothing to apply\n")
        after = json.loads(self.slacalc("db", "status", "--json"))
        self.assertEqual([m["number"] for m in after], list(range(1, count + 1)))
        self.assertTrue(all(m["applied_at"] and not m["problem"] for m in after))

    def test_several_at_once(self):
        runs = [subprocess.Popen([SLACALC, "db", "migrate", "--db", self.db], stdout=subprocess.PIPE, text=True)
                for _ in range(4)]
        said = sorted(run.communicate()[0] for run in runs)
        self.assertEqual([run.returncode for run in runs], [0] * 4)
        self.assertEqual(said[1:], ["nothing to apply\n"] * 3)

    def tamper(self, sql):
        self.migrated()
        self.psql("ALTER TABLE schema_migration DISABLE TRIGGER USER; " + sql)

    def test_changed_since_applied(self):
        self.tamper(f"UPDATE schema_migration SET sha256 = '{'0' * 64}' WHERE number = 2")
        self.assertIn("migration '0002_registry' is changed since it was applied",
                      self.slacalc("db", "migrate", status=1))
        self.assertIn("changed since it was applied", self.slacalc("db", "status"))

    def test_unknown_to_this_program(self):
        self.tamper(f"INSERT INTO schema_migration (number, name, sha256) VALUES (9999, 'future', '{'0' * 64}')")
        self.assertIn("migration '9999_future' is applied, and unknown to this program",
                      self.slacalc("db", "migrate", status=1))

    def test_skipped(self):
        self.tamper("DELETE FROM schema_migration WHERE number = 1")
        self.assertIn("migration '0001_observe' is not applied, though a later one is",
                      self.slacalc("db", "migrate", status=1))

    def test_a_failing_migration_leaves_nothing(self):
        self.psql("CREATE TABLE organisation (code int)")  # in the way of 0002
        self.assertIn("relation \"organisation\" already exists", self.slacalc("db", "migrate", status=1))
        self.assertEqual(self.psql("SELECT string_agg(number::text, ',') FROM schema_migration"), "1")
        self.assertEqual(self.psql("SELECT to_regclass('applied_version')"), "")
        self.psql("DROP TABLE organisation")
        self.assertIn("applied", self.slacalc("db", "migrate"))

    def test_no_database(self):
        self.assertIn("cannot connect to the database: ",
                      self.slacalc("db", "migrate", "--db", "host=/nonexistent", status=1))


class Refusals(Databases):
    """apply refuses bad directories with file, line and key, and loads nothing of them."""

    def change(self, path, value):
        """REGISTRY with the value at path, and the line on which it stands when written."""
        changed = copy.deepcopy(REGISTRY)
        at = changed
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        return changed

    def line_of(self, pattern, name="registry.json"):
        with open(os.path.join(self.dir, name), encoding="utf-8") as file:
            return next(n for n, line in enumerate(file, 1) if re.search(pattern, line))

    def test_registry(self):
        self.migrated()
        fees = [dict(payer="lg-a", amount="1", currency="JPY", **{"from": "2026-01", "to": "2026-06"}),
                dict(payer="lg-a", amount="2", currency="JPY", **{"from": "2026-05"})]
        for path, value, pattern, want in [
            (["organisations", 0, "code"], "131017", '"131017"',
             "organisations[0].code: '131017' has a wrong check digit: 6 would be right"),
            (["organisations", 0, "code"], "481017", '"481017"',
             "organisations[0].code: '481017' is not an organisation code of six digits"),
            (["organisations", 1, "code"], "131016", None,
             "organisations[1]: the organisation '131016' is there twice"),
            (["parties", 3, "code"], "132012", '"132012"', "parties[3].code: no organisation '132012'"),
            (["parties", 1, "kind"], "DA", '"id": "da"', "parties[2].id: there is one Digital Agency; 'da' is a second"),
            (["vantages", 0, "id"], "../v1", '"../v1"',
             "vantages[0].id: '../v1' cannot name a file: use letters, digits, '.', '_', '-'"),
            (["segments", 0, "party"], "nobody", '"nobody"', "segments[0].party: no party 'nobody'"),
            (["targets", 0, "interval_s"], 1.5, '1.5', "targets[0].interval_s: "),
            (["targets", 0, "vantages"], ["v3"], '"v3"', "targets[0].vantages[0]: no vantage 'v3'"),
            (["targets", 1, "colour"], "red", '"colour"', "targets[1].colour: unknown key"),
            (["targets", 1, "id"], "router", None, "targets[1]: the target 'router' is there twice"),
            (["paths", 0, "vantage"], "v2", None,
             "paths[0].hops[0]: the target 'router' is not watched by the vantage 'v2'"),
            (["services", 0, "targets"], ["nothing"], '"nothing"', "services[0].targets[0]: no target 'nothing'"),
            (["services", 0, "terms"], "no-line", '"no-line"', "services[0].terms: no terms 'no-line'"),
            (["services", 0, "quorum"], {"vantages": 2}, None,
             "services[0].targets[0]: the target 'router' is watched by fewer than 2 vantages"),
            (["services", 0, "fees", 0, "amount"], "1e5", '"1e5"',
             "services[0].fees[0].amount: '1e5' is not an exact number like 250000, 99.99 or 20/37"),
            (["services", 0, "fees", 0, "payer"], "lg-c", '"lg-c"', "services[0].fees[0].payer: no party 'lg-c'"),
            (["services", 0, "fees"], fees, None, "services[0].fees[1]: the payer 'lg-a' has two fees for one month"),
            (["services", 0, "fees", 0, "state_share"], "3/2", '"3/2"',
             "services[0].fees[0].state_share: a share is a fraction of 1; 3/2 is more"),
        ]:
            with self.subTest(want):
                write_directory(self.dir, self.change(path, value))
                said = self.slacalc("apply", self.dir, status=1).splitlines()[0]
                found = re.fullmatch(r"slacalc: (.*)/registry\.json:(\d+): (.*)", said)
                self.assertTrue(found, said)
                self.assertTrue(found[3].startswith(want), said)
                if pattern:
                    self.assertEqual(int(found[2]), self.line_of(pattern), said)
        self.assertEqual(self.psql("SELECT count(*) FROM applied_version"), "0")

    def test_duplicate_key(self):
        self.migrated()
        write_directory(self.dir)
        with open(os.path.join(self.dir, "registry.json"), "w", encoding="utf-8") as file:
            file.write('{ "format": "govsla-registry/1",\n  "parties": [],\n  "parties": [] }\n')
        said = self.slacalc("apply", self.dir, status=1)
        self.assertIn(f"{self.dir}/registry.json:3: duplicate", said)

    def test_terms(self):
        self.migrated()
        terms = copy.deepcopy(TERMS)
        terms["levels"][0]["credit"]["bands"][0]["from"] = "99.9"
        write_directory(self.dir, terms=terms)
        said = self.slacalc("apply", self.dir, status=1)
        self.assertIn(f"{self.dir}/terms/own-line.json:", said)
        self.assertIn("nothing covers", said)

    def test_terms_in_force_twice(self):
        self.migrated()
        write_directory(self.dir)
        write_json(os.path.join(self.dir, "terms", "own-line-2.json"),
                   dict(TERMS, effective={"from": "2025-04-01", "to": None}))
        self.assertIn("the terms 'own-line' are in force twice from 2025-04-01",
                      self.slacalc("apply", self.dir, status=1))

    def test_records(self):
        self.migrated()
        for key, place, value, want in [
            ("exclusions", "services", ["line-z"], "exclusions[0].services[0]: no service 'line-z'"),
            ("exclusions", "end", "2026-10-20T00:00:00+09:00", "exclusions[0]: the end is not after the start"),
            ("records", "sufferer", "nobody", "records[0].sufferer: no party 'nobody'"),
            ("records", "determined", "6000000",
             "records[0].determined: a determined loss of 6000000 exceeds the claimed loss of 5000000"),
            ("contracts", "kind", "オ", "contracts[0].kind: "),
        ]:
            with self.subTest(want):
                records = copy.deepcopy(RECORDS)
                records[key][0][place] = value
                write_directory(self.dir, records=records)
                said = self.slacalc("apply", self.dir, status=1).splitlines()[0]
                self.assertRegex(said, re.escape(f"slacalc: {self.dir}/records/2026.json:") + r"\d+: " + re.escape(want))

    def test_records_of_several_files(self):
        """One file's records refer to what stands in another; a mistake is said of the file in which it is made."""
        self.migrated()
        undo = {"id": "v1", "at": "2026-11-12", "kind": "reversal", "of": "r1", "cause": "entered twice"}
        for more, want in [
            ({"records": [undo]}, None),
            ({"records": [dict(undo, of="r9")]}, "later.json:7: records[0].of: no record 'r9'"),
            ({"records": [dict(undo, id="l1")]}, "later.json:3: records[0]: the record 'l1' is there twice"),
            ({"records": [undo, dict(undo, id="v2")]}, "later.json:14: records[1].of: 'r1' is reversed already, by 'v1'"),
            ({"contracts": [{"id": "ア", "kind": "ア", "parties": ["csp", "nobody"]}]},
             "later.json:8: contracts[0].parties[1]: no party 'nobody'"),
            ({"policies": {"two_firms": "yes"}}, "later.json:3: policies.two_firms: must be true or false"),
            ({"policies": {"state_budget": "none_if_any"}}, "later.json:3: policies.state_budget: the policy 'state_budget' is there twice"),
            ({"records": {}}, "later.json:2: records: must be an array"),
        ]:
            with self.subTest(want):
                write_directory(self.dir)
                write_json(os.path.join(self.dir, "records", "later.json"), dict(more, format="govsla-records/1"))
                said = self.slacalc("apply", "--check", self.dir, url="host=/nonexistent", status=1 if want else 0)
                self.assertEqual(said.splitlines()[0], f"slacalc: {self.dir}/records/{want}" if want
                                 else f"{self.dir}: nothing to object to")

    def test_check_needs_no_database(self):
        write_directory(self.dir)
        said = self.slacalc("apply", "--check", self.dir, url="host=/nonexistent")
        self.assertEqual(said, f"{self.dir}: nothing to object to\n")

    def test_check_tries_the_probes_with_slamon(self):
        write_directory(self.dir, self.change(["targets", 0, "probe"], {"kind": "telepathy"}))
        with tempfile.TemporaryDirectory() as temporary:  # of its own: others check at the same time
            said = self.slacalc("apply", "--check", self.dir, url="host=/nonexistent", status=1, TMPDIR=temporary)
            self.assertEqual(os.listdir(temporary), [])
        self.assertIn("slamon refuses the configuration of the vantage 'v1': ", said)
        self.assertNotIn("slamon", os.listdir(self.dir))

    def test_no_such_directory(self):
        self.migrated()
        self.assertIn("registry.json: cannot open: No such file or directory",
                      self.slacalc("apply", os.path.join(self.dir, "none"), status=1))

    def test_slamon_refuses(self):
        self.migrated()
        write_directory(self.dir, self.change(["targets", 0, "probe"], {"kind": "telepathy"}))
        said = self.slacalc("apply", self.dir, status=1)
        with open(os.path.join(self.dir, "registry.json"), encoding="utf-8") as file:
            target = json.load(file)["targets"][0]["id"]
        self.assertIn(f"slamon refuses the configuration of the vantage 'v1': target '{target}': probe.kind: no probe kind 'telepathy'\n"
                      "hint: `slamon config` lists the kinds and their keys\n", said)
        self.assertEqual(self.psql("SELECT count(*) FROM applied_version"), "0")
        self.assertEqual(os.listdir(os.path.join(self.dir, "slamon")), [])

    def test_usage(self):
        self.migrated()
        for args in (["apply"], ["apply", "a", "b"], ["verdict"], ["verdict", "2026-13"], ["frob"], [],
                     ["verdict", "--nonsense"], ["verdict", "2026-10", "--json", "--json"], ["db", "frob"],
                     ["report", "2026-10"], ["verdict", "2026-10", "--organisation", "131017"]):
            with self.subTest(args):
                self.slacalc(*args, status=2)


class Schemas(unittest.TestCase):
    """contracts/schema describes the directory that apply reads."""

    def check(self, name, value):
        path = os.path.join(ROOT, "contracts", "schema")
        schemas = {}
        for file in os.listdir(path):
            with open(os.path.join(path, file), encoding="utf-8") as opened:
                schemas[file] = json.load(opened)
        jsonschema.Draft202012Validator.check_schema(schemas[name])
        resolver = jsonschema.RefResolver.from_schema(schemas[name], store=schemas)
        return jsonschema.Draft202012Validator(schemas[name], resolver=resolver).is_valid(value)

    def test_fit(self):
        self.assertTrue(self.check("registry.schema.json", REGISTRY))
        self.assertTrue(self.check("records.schema.json", RECORDS))
        registry, records = with_facts()
        self.assertTrue(self.check("registry.schema.json", registry))
        self.assertTrue(self.check("records.schema.json", records))
        demo = os.path.join(ROOT, "demo", "registry")
        for name, file in [("registry", "registry.json")] + [
                ("records", os.path.join("records", f)) for f in os.listdir(os.path.join(demo, "records"))]:
            with self.subTest(file), open(os.path.join(demo, file), encoding="utf-8") as opened:
                self.assertTrue(self.check(f"{name}.schema.json", json.load(opened)))

    def test_the_example_of_the_documentation(self):
        with open(os.path.join(ROOT, "docs", "registry.md"), encoding="utf-8") as file:
            registry, records = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", file.read(), re.S))
        self.assertTrue(self.check("registry.schema.json", registry))
        self.assertTrue(self.check("records.schema.json", records))
        with tempfile.TemporaryDirectory() as directory:
            write_directory(directory, registry, dict(TERMS, id="access-line"), records)
            subprocess.run([SLACALC, "apply", "--check", directory], check=True, stdout=subprocess.DEVNULL)

    def test_do_not_fit(self):
        for key, value in (("colour", "red"), ("id", ""), ("interval_s", 1.5), ("probe", {})):
            changed = copy.deepcopy(REGISTRY)
            changed["targets"][0][key] = value
            self.assertFalse(self.check("registry.schema.json", changed), key)
        changed = copy.deepcopy(RECORDS)
        changed["exclusions"][0]["colour"] = "red"
        self.assertFalse(self.check("records.schema.json", changed))
        registry, records = with_facts()
        del registry["targets"][0]["probe"]
        self.assertFalse(self.check("registry.schema.json", registry))
        del records["claims"][0]["month"]
        self.assertFalse(self.check("records.schema.json", records))


class Versions(Databases):
    def test_unchanged_makes_no_version(self):
        self.loaded(samples=False)
        said = self.slacalc("apply", self.dir)
        self.assertTrue(said.startswith("version 1: nothing changed\n"), said)
        self.assertEqual(self.psql("SELECT count(*) FROM applied_version"), "1")
        rows = "SELECT count(*) FROM slamon_file"
        before = self.psql(rows)
        self.slacalc("apply", self.dir)
        self.assertEqual(self.psql(rows), before)

    def test_files_are_recorded(self):
        self.loaded(samples=False)
        hashes = subprocess.run(["sha256sum", "registry.json", "records/2026.json", "terms/own-line.json"],
                                cwd=self.dir, check=True, capture_output=True, text=True).stdout.split()
        kept = self.psql("SELECT sha256 || ' ' || name FROM applied_file ORDER BY name").split()
        self.assertEqual(sorted(kept), sorted(hashes))
        slamon = subprocess.run(["sha256sum", "slamon/v1.json"], cwd=self.dir, check=True, capture_output=True,
                                text=True).stdout.split()[0]
        self.assertEqual(self.psql("SELECT sha256 FROM slamon_file WHERE vantage = 1 ORDER BY written_at DESC "
                                   "LIMIT 1"), slamon)

    def test_slamon_file(self):
        self.loaded(samples=False)
        with open(os.path.join(self.dir, "slamon", "v1.json"), encoding="utf-8") as file:
            slamon = json.load(file)
        self.assertEqual((slamon["format"], slamon["vantage"], slamon["vantage_number"]), ("govsla-slamon/1", "v1", 1))
        self.assertEqual(slamon["targets"][1], {"number": 2, "id": "web", "interval_s": 60, "timeout_s": 5,
                                                "probe": {"kind": "http", "url": "http://192.0.2.1/"}})
        self.psql("SELECT 1 FROM pg_roles", url=slamon["database"])  # the vantage's own role can log in
        self.assertEqual(os.listdir(os.path.join(self.dir, "slamon")), ["v1.json"])  # v2 has nothing to watch
        elsewhere = copy.deepcopy(REGISTRY)
        elsewhere["paths"] = []
        for target in elsewhere["targets"]:
            target["vantages"] = ["v2"]
        write_directory(self.dir, elsewhere)
        said = self.slacalc("apply", self.dir)
        self.assertIn(f"removed {self.dir}/slamon/v1.json: nothing to watch\n", said)
        self.assertEqual(os.listdir(os.path.join(self.dir, "slamon")), ["v2.json"])

    def test_keys_of_slamon_pass_through(self):
        """Per vantage and per target, as they stand; slamon checks them; no case file holds them."""
        registry = copy.deepcopy(REGISTRY)
        registry["vantages"][0].update({"handshakes_max": 4, "destination_rate_per_s": 5, "destination_burst": 9, "seccomp": False})
        registry["targets"][0].update({"reference": True, "in_flight_max": 7})
        registry["targets"][1].update({"references": ["router"]})
        self.migrated()
        write_directory(self.dir, registry)
        self.slacalc("apply", self.dir)
        with open(os.path.join(self.dir, "slamon", "v1.json"), encoding="utf-8") as file:
            slamon = json.load(file)
        self.assertEqual([slamon[k] for k in ("handshakes_max", "destination_rate_per_s", "destination_burst", "seccomp")],
                         [4, 5, 9, False])
        self.assertEqual(slamon["targets"], [
            {"number": 1, "id": "router", "interval_s": 60, "timeout_s": 5, "reference": True, "in_flight_max": 7,
             "probe": {"kind": "icmp", "host": "192.0.2.1"}},
            {"number": 2, "id": "web", "interval_s": 60, "timeout_s": 5, "references": ["router"],
             "probe": {"kind": "http", "url": "http://192.0.2.1/"}}])
        out = os.path.join(self.dir, "case")
        self.slacalc("export-case", "2026-10", "--organisation", "131016", "-o", out)
        with open(os.path.join(out, "case.json"), encoding="utf-8") as file:
            self.assertNotIn("reference", file.read())
        registry["targets"][1]["references"] = ["nobody"]
        write_directory(self.dir, registry)
        self.assertIn("nobody", self.slacalc("apply", self.dir, status=1))
        registry["targets"][1] = {"id": "web", "kind": "requests", "vantages": ["v1"], "reference": True}
        write_directory(self.dir, registry)
        self.assertIn("a log of requests is not probed, and speaks for nobody", self.slacalc("apply", self.dir, status=1))

    def test_a_change_and_what_was_known_before(self):
        self.loaded()
        before = self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json")
        known = json.loads(before)["as_of"]
        self.psql("SELECT pg_sleep(1.1)")
        changed = copy.deepcopy(REGISTRY)
        changed["services"][0]["fees"][0]["amount"] = "500000"
        write_directory(self.dir, changed)
        said = self.slacalc("apply", self.dir)
        self.assertTrue(said.startswith("changed fee line-a lg-a\nversion 2: 1 change\n"), said)
        after = json.loads(self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json"))
        self.assertEqual(after["services"][0]["credit_total"], "5000")
        then = self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json", "--as-of", known)
        self.assertEqual(then, before)

    def test_numbers_are_never_reused(self):
        self.loaded(samples=False)
        fewer = copy.deepcopy(REGISTRY)
        fewer["services"], fewer["paths"] = fewer["services"][1:], []
        fewer["targets"] = fewer["targets"][1:]
        records = {"format": "govsla-records/1"}
        write_directory(self.dir, fewer, records=records)
        said = self.slacalc("apply", self.dir)
        self.assertIn("withdrawn target router\n", said)
        self.assertIn("withdrawn record loss l1\n", said)
        fewer["targets"].append(dict(REGISTRY["targets"][0], id="another"))
        write_directory(self.dir, fewer, records=records)
        self.slacalc("apply", self.dir)
        write_directory(self.dir)
        self.slacalc("apply", self.dir)
        self.assertEqual(self.psql("SELECT target || id FROM target_now ORDER BY target"), "1router\n2web")
        self.assertEqual(self.psql("SELECT target FROM target_number WHERE id = 'another'"), "3")

    def test_a_record_supersedes(self):
        self.loaded(samples=False)
        records = copy.deepcopy(RECORDS)
        records["records"][0]["determined"] = "4000000"
        write_directory(self.dir, records=records)
        self.assertIn("changed record loss l1\n", self.slacalc("apply", self.dir))
        self.assertEqual(self.psql("SELECT version, supersedes, body->>'determined' FROM record WHERE id = 'l1' "
                                   "ORDER BY version"), "1||5000000\n2|1|4000000")

    def test_append_only(self):
        self.loaded(samples=False)
        tables = self.psql("SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                           "WHERE t.tgname = 'append_only' ORDER BY 1").split()
        self.assertEqual(tables, ["applied_file", "applied_version", "fee", "ledger_edge", "ledger_entry", "ledger_posting",
                                  "named_path", "organisation", "party", "path", "record", "schema_migration", "segment",
                                  "service", "service_target", "slamon_file", "target", "target_number", "terms"])
        for table in tables:
            column = self.psql(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass "
                               "AND attnum > 0 ORDER BY attnum DESC LIMIT 1")
            for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                self.psql(sql, fails="append-only: ")

    def test_terms_of_two_dates(self):
        self.loaded()
        write_json(os.path.join(self.dir, "terms", "own-line.json"),
                   dict(TERMS, effective={"from": "2023-09-01", "to": "2026-10-01"}))
        cheaper = copy.deepcopy(TERMS)
        cheaper["effective"] = {"from": "2026-10-01", "to": None}
        cheaper["levels"][0]["credit"]["bands"][0]["rate"] = "2"
        write_json(os.path.join(self.dir, "terms", "own-line-2026.json"), cheaper)
        self.slacalc("apply", self.dir)
        october = json.loads(self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json"))
        self.assertEqual(october["services"][0]["credit_total"], "5000")
        self.assertIn("no version of the terms 'own-line' is in force in 2023-08",
                      self.slacalc("verdict", "2023-08", status=1))


class Constraints(Databases):
    def test_check_digits(self):
        self.migrated()
        right = ["011002", "022012", "131016", "131024", "141003", "271004", "401307", "472018", "473821", "139017"]
        for code in right:
            digits = [int(d) for d in code]
            self.assertEqual((11 - sum(w * d for w, d in zip((6, 5, 4, 3, 2), digits)) % 11) % 10, digits[5], code)
        wrong = [code[:5] + str((int(code[5]) + n) % 10) for code in right for n in range(1, 10)]
        array = "ARRAY['" + "','".join(right + wrong + ["001007", "481009", "13101", "1310160", "13101x"]) + "']"
        valid = self.psql(f"SELECT code FROM unnest({array}) code WHERE organisation_code_valid(code)").split()
        self.assertEqual(valid, right)
        self.psql("INSERT INTO applied_version VALUES (1, now(), 'x', repeat('0', 64))")
        self.psql("INSERT INTO organisation VALUES ('131017', 1, 'wrong')", fails="organisation_code_check")

    def test_a_reader_only_reads(self):
        self.loaded()
        url = self.role("govsla_read")
        status = json.loads(self.slacalc("status", "--json", url=url))
        self.assertEqual(len(status["targets"]), 2)
        for sql in ("INSERT INTO party VALUES ('x', 1, 'DA')", "DELETE FROM sample", "UPDATE vantage SET name = 'x'",
                    "SELECT * FROM record", "SELECT * FROM fee", "SELECT * FROM fee_now", "CREATE TABLE mine (i int)"):
            self.psql(sql, url=url, fails="permission denied")
        self.assertIn("permission denied", self.slacalc("apply", self.dir, url=url, status=1))

    def test_a_calculator_judges_and_does_not_write(self):
        self.loaded()
        url = self.role("govsla_calc")
        self.assertEqual(self.slacalc("verdict", "2026-10", "--json", url=url), self.slacalc("verdict", "2026-10", "--json"))
        self.psql("INSERT INTO party VALUES ('x', 1, 'DA')", url=url, fails="permission denied")

    def test_an_administrator_adds_versions(self):
        self.loaded()
        url = self.role("govsla_admin")
        changed = copy.deepcopy(REGISTRY)
        changed["services"][0]["fees"][0]["amount"] = "1"
        changed["targets"].append(dict(changed["targets"][0], id="third"))
        write_directory(self.dir, changed)
        self.assertIn("added target third\nchanged fee line-a lg-a\n", self.slacalc("apply", self.dir, url=url))
        self.psql("DELETE FROM fee", url=url, fails="permission denied")
        self.psql("INSERT INTO sample (stream, seq, scheduled, target, vantage, outcome, failure) VALUES "
                  "(1, 1, now(), 1, 1, 2, 20)", url=url, fails="permission denied")

    def test_several_apply_at_once(self):
        self.loaded(samples=False)
        runs = []
        for amount in range(1, 5):
            changed = copy.deepcopy(REGISTRY)
            changed["services"][0]["fees"][0]["amount"] = str(amount)
            directory = os.path.join(self.dir, str(amount))
            write_directory(directory, changed)
            runs.append(subprocess.Popen([SLACALC, "apply", directory, "--db", self.db], stdout=subprocess.DEVNULL))
        self.assertEqual([run.wait() for run in runs], [0] * 4)
        self.assertEqual(self.psql("SELECT string_agg(number::text, ',' ORDER BY number) FROM applied_version"), "1,2,3,4,5")
        self.assertEqual(self.psql("SELECT count(*) FROM applied_version a JOIN applied_version b "
                                   "ON b.number = a.number + 1 WHERE b.known_from <= a.known_from"), "0")

    def test_a_monitor_does_not_read(self):
        self.loaded()
        url = self.db.replace("user=govsla", "user=govsla_vantage_1")
        for table in ("sample", "party", "record", "terms", "fee", "applied_version"):
            self.psql(f"SELECT * FROM {table}", url=url, fails="permission denied")


class Months(Databases):
    def evaluate(self, *args):
        """The statement by way of a case file."""
        out = os.path.join(self.dir, "exported")
        self.slacalc("export-case", "2026-10", *args, "-o", out)
        mine = args if args[:1] == ("--organisation",) else ()  # an excerpt, as verdict gives
        return self.slacalc("evaluate", os.path.join(out, "case.json"), *mine, "--json", url="host=/nonexistent")

    def test_verdict_is_evaluate_of_the_exported_case(self):
        self.loaded()
        self.psql("DELETE FROM sample WHERE target = 2 AND scheduled BETWEEN '2026-10-07T00:00Z' AND '2026-10-07T00:10Z'")
        for args in ([], ["--organisation", "131016"], ["--organisation", "131024"], ["--service", "line-b"]):
            with self.subTest(args):
                verdict = self.slacalc("verdict", "2026-10", *args, "--json")
                self.assertEqual(verdict, self.evaluate(*args))
                self.assertEqual(verdict, self.slacalc("verdict", "2026-10", *args, "--json"))  # at any time

    def test_explain_is_that_of_the_exported_case(self):
        self.loaded()
        self.evaluate()
        case = os.path.join(self.dir, "exported", "case.json")
        figures = json.loads(self.slacalc("explain", "--list", "2026-10", "--json"))
        self.assertEqual(figures, json.loads(self.slacalc("explain", "--list", case, "--json", url="host=/nonexistent")))
        for figure in ("services.line-a.credit_total", "obligations.da-lg-a.payable"):
            got = self.slacalc("explain", figure, "2026-10")
            self.assertEqual(got, self.slacalc("explain", figure, case, url="host=/nonexistent"))
        self.assertEqual(json.loads(self.slacalc("explain", "line-a.credit_total", "2026-10", "--service", "line-a",
                                                 "--json"))["value"], figures["services.line-a.credit_total"]["value"])

    def test_figures(self):
        self.loaded()
        statement = json.loads(self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json"))
        level = statement["services"][0]["levels"][0]
        self.assertEqual(level["verdict"], "not provable")
        self.assertEqual(level["downtime_s"], {"least": "240", "most": "360", "by_method": "300"})
        self.assertEqual((level["unmeasured_s"], level["coverage"]), ("0", "1"))
        self.assertEqual((level["credit"]["amount"], level["credit"]["amount_range"]),
                         ("2500", {"least": "0", "most": "2500"}))
        self.assertEqual([(x["id"], x["accepted"]) for x in statement["exclusions"]], [("x1", False)])
        payable = {(o["debtor"], o["creditor"]): o["payable"] for o in statement["obligations"]}
        self.assertEqual(payable[("da", "lg-a")], "3000000")

    def test_the_readable_text(self):
        self.loaded()
        said = self.slacalc("verdict", "2026-10", "--organisation", "131016")
        self.assertIn("NOT PROVABLE", said)
        self.assertIn("line-a", said)

    def test_of_two_samples_of_one_instant_the_least_favourable(self):
        self.loaded()
        at = "2026-10-08T00:00:00Z"
        insert = ("INSERT INTO sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure) VALUES ")
        self.psql(insert + f"(8, 1, '{at}', NULL, 1, 1, NULL, 2, 20), (8, 3, '{at}', NULL, 2, 1, NULL, 2, 20)")
        # missed beside up: up
        level = self.level()
        self.assertEqual(level["downtime_s"], {"least": "240", "most": "360", "by_method": "300"})
        self.assertEqual(level["unmeasured_s"], "0")
        self.psql(insert + f"(8, 2, '{at}', '{at}', 1, 1, NULL, 1, 2), (8, 4, '{at}', '{at}', 2, 1, NULL, 1, 2)")
        # down beside up: down
        self.assertEqual(self.level()["downtime_s"], {"least": "240", "most": "480", "by_method": "360"})

    def level(self):
        statement = json.loads(self.slacalc("verdict", "2026-10", "--organisation", "131016", "--json"))
        return statement["services"][0]["levels"][0]

    def test_a_vantage_that_was_not_told_to_watch_is_heard(self):
        self.loaded()
        self.psql("INSERT INTO sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure) "
                  "SELECT 9, row_number() OVER (), scheduled, sent, 1, 2, 9000, 0, 0 FROM sample WHERE target = 1 AND "
                  "vantage = 1")
        self.evaluate("--organisation", "131016")
        names = sorted(os.listdir(os.path.join(self.dir, "exported")))
        self.assertEqual(names, ["case.json", "router@v1.csv", "router@v2.csv", "web@v1.csv"])

    def test_a_month_without_samples_is_unmeasured(self):
        self.loaded()
        statement = json.loads(self.slacalc("verdict", "2026-11", "--organisation", "131016", "--json"))
        level = statement["services"][0]["levels"][0]
        self.assertEqual(level["verdict"], "not provable")
        self.assertLess(fractions.Fraction(level["coverage"]), fractions.Fraction(1, 10000))

    def test_refusals(self):
        self.migrated()
        self.assertIn("nothing was loaded", self.slacalc("verdict", "2026-10", status=1))
        self.loaded(samples=False)
        self.assertIn("the organisation '011002' has no service",
                      self.slacalc("verdict", "2026-10", "--organisation", "011002", status=1))
        self.assertIn("no service 'line-z'", self.slacalc("verdict", "2026-10", "--service", "line-z", status=1))
        self.assertIn("nothing was loaded as of 2020-01-01T00:00:00Z",
                      self.slacalc("verdict", "2026-10", "--as-of", "2020-01-01T00:00:00Z", status=1))
        self.slacalc("verdict", "2026-10", "--as-of", "yesterday", status=2)

    def test_reports(self):
        self.loaded()
        out = os.path.join(self.dir, "pages")
        self.slacalc("report", "2026-10", "-o", out, "--lang", "ja")
        names = os.listdir(out)
        for code in ("131016", "131024"):
            self.assertIn(f"{code}-2026-10.ja.html", names)
            self.assertNotIn(f"{code}-2026-10.en.html", names)
            with open(os.path.join(out, f"{code}-2026-10.json"), encoding="utf-8") as file:
                self.assertEqual(file.read(), self.slacalc("verdict", "2026-10", "--organisation", code, "--json"))

    def test_a_report_to_one_holds_nothing_of_others_and_the_agency_has_all(self):
        self.loaded()
        out = os.path.join(self.dir, "pages")
        said = self.slacalc("report", "2026-10", "-o", out, "--lang", "ja")
        self.assertIn("da-2026-10.ja.html", said)
        for name in os.listdir(out):
            with open(os.path.join(out, name), encoding="utf-8") as file:
                text = file.read()
            if name.startswith("131024-"):
                self.assertNotIn("lg-a", text, name)
                self.assertNotIn("131016", text, name)
            if name == "da-2026-10.json":
                self.assertEqual(text, self.slacalc("verdict", "2026-10", "--json"))
        self.assertIn("lg-a", open(os.path.join(out, "131016-2026-10.json"), encoding="utf-8").read())

    def assert_due(self, status):
        """The minutes of today since the registry is known, less the timeout; times are told in whole seconds."""
        known, today = instant(status["registry"]["known_from"]), instant(status["today"])
        seconds = (instant(status["at"]) - max(known, today)).total_seconds() - 5
        for target in status["targets"]:
            self.assertIn(target["due"], {max(0, int((seconds + s) // 60)) for s in (-1, 0, 1)})

    def test_status(self):
        self.loaded(samples=False)
        self.psql("ALTER TABLE applied_version DISABLE TRIGGER USER; UPDATE applied_version SET known_from = now()")
        self.assert_due(json.loads(self.slacalc("status", "--json")))  # just known: none, unless this took its time
        self.psql("UPDATE applied_version SET known_from = now() - interval '3 hours'")
        # up to an hour from now, as this may take its time: what lies ahead does not count as measured
        self.psql("SELECT sample_partitions_ensure(current_date - 2, current_date + 2);"
                  "INSERT INTO sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure) "
                  "SELECT 5, row_number() OVER (), t, t, 2, 1, 1234, 0, 0 FROM generate_series(date_trunc('minute', now()) "
                  "- interval '26 hours', now() + interval '1 hour', '60 s') t")
        status = json.loads(self.slacalc("status", "--json"))
        self.assertEqual(status["registry"]["version"], 1)
        router, web = status["targets"]
        self.assertEqual((router["id"], router["last_sample"], router["up"]), ("router", None, 0))
        self.assertEqual((web["id"], web["last_outcome"], web["last_rtt_us"]), ("web", "up", 1234))
        self.assert_due(status)
        self.assertIn(web["coverage"], ("1", "1.000000") if web["due"] else (None,))
        self.assertIn(router["coverage"], ("0", "0.000000") if web["due"] else (None,))
        v1, v2 = status["vantages"]
        self.assertLessEqual(abs((instant(status["at"]) - instant(v1["newest_sample"])).total_seconds() - v1["lag_s"]), 1)
        self.assertIsNone(v2["lag_s"])
        said = self.slacalc("status")
        self.assertIn("up 1.234 ms", said)
        self.assertIn("nothing yet", said)
        self.assertNotIn("ago:", said)  # no monitor has told of itself
        self.psql("INSERT INTO monitor_status (vantage, stream, seq, at, period_ms, up, down, missed_in_flight_cap, missed_not_running, "
                  "missed_send, missed_own_side, missed_proxy, missed_rate_limit, lateness_p50_us, lateness_p99_us, lateness_most_us, "
                  "cpu_ms, memory_kb, in_flight, in_flight_most, handshakes_waiting, spool_records, spool_bytes, spool_lost, ship_lag_us, "
                  "clock_synchronised) SELECT 1, 5, 100000 + n, now() - n * interval '1 min', 60000, 1, 0, 1, 2, 0, 0, 0, 0, 90, 1535, 2000, "
                  "70, 15500, 3, 9, 0, 42, 4096, 0, 1000, true FROM generate_series(0, 2) n")
        status = json.loads(self.slacalc("status", "--json"))
        self.assertEqual([v["monitor"] and v["monitor"]["missed"] for v in status["vantages"]], [3, None])
        self.assertIn(" s ago: 99 % sent within 1.535 ms, 3 missed in the minute, 42 in the spool, 0 lost, 15 MB\n", self.slacalc("status"))


def with_facts():
    """REGISTRY with all that a case says beside targets and fees; and records of every kind about it."""
    registry, records = copy.deepcopy(REGISTRY), copy.deepcopy(RECORDS)
    registry["segments"] = [{"id": "office", "own": True}, {"id": "line", "name": "拠点接続", "party": "carrier"}]
    registry["targets"] += [
        {"id": "switch", "segment": "office", "interval_s": 60, "timeout_s": 5, "gap_limit_s": 120, "vantages": ["v1"],
         "probe": {"kind": "icmp", "host": "192.0.2.7"}},
        {"id": "log", "kind": "requests", "vantages": ["v1"]},
        {"id": "alone", "segment": "line", "interval_s": 60, "timeout_s": 5, "vantages": ["v1"],
         "probe": {"kind": "icmp", "host": "192.0.2.8"}}]
    registry["paths"] = [{"vantage": "v1", "hops": ["switch", "router", "web"]},
                         {"vantage": "v1", "hops": ["switch", "feeder", "log"]}]
    registry["services"][0]["fees"][0]["bases"] = {"connection_fee": "200000", "fee_before_tax": "227272.73"}
    registry["services"] += [
        {"id": "api", "organisation": "131016", "provider": "carrier", "terms": "own-line", "targets": ["log", "alone"],
         "attributes": {"disk": "premium_ssd"}, "network": "north", "baseline_ms": "12.5",
         "members": [{"target": "alone", "zone": "east",
                      "deployed": [{"start": "2026-10-05T00:00:00+09:00", "end": "2027-01-01T00:00:00+09:00"}]}],
         "deployed": [{"start": "2026-01-01T00:00:00+09:00", "end": "2027-01-01T00:00:00+09:00"}],
         "subscribed": {"start": "2026-10-03T00:00:00+09:00"}, "opening": {"due": "2026-10-01", "opened": "2026-10-03"},
         "fees": [{"payer": "lg-a", "amount": "1000", "currency": "JPY"}]},
        {"id": "feeder", "organisation": "131024", "provider": "carrier", "terms": "own-line",
         "outages": [{"start": "2026-10-09T00:00:00+09:00", "end": "2026-10-09T00:30:00+09:00"},
                     {"start": "2026-06-09T00:00:00+09:00", "end": "2026-06-09T00:30:00+09:00"}]},
        {"id": "later", "organisation": "131016", "provider": "carrier", "terms": "own-line", "targets": ["router"],
         "subscribed": {"start": "2026-11-01T00:00:00+09:00"}}]
    records["exclusions"][0]["approver"] = "da"
    records["incidents"] = [
        {"id": "n1", "services": ["line-a", "line-b"], "start": "2026-10-05T09:00:00+09:00", "end": "2026-10-05T10:00:00+09:00",
         "known": "2026-10-05T09:10:00+09:00", "notified": "2026-10-05T09:40:00+09:00", "root_cause": "feeder"},
        {"id": "n2", "services": ["line-a"], "reported": "2026-12-05T09:10:00+09:00"}]
    records["corrections"] = [correction("c1", "up"), correction("c2", "down", supersedes="c1", entered="2026-11-04T00:00:00+09:00"),
                              correction("c3", "up", target="alone", start="2026-09-01T00:00:00+09:00",
                                         end="2026-09-02T00:00:00+09:00")]
    records["history"] = [{"service": "line-a", "level": "availability", "start": "2026-09-01T00:00:00+09:00",
                           "end": "2026-10-01T00:00:00+09:00", "verdict": "met", "document": "report 9"}]
    records["claims"] = [{"id": "k1", "month": "2026-10", "terms": "own-line", "service": "line-a",
                          "sent": "2026-11-05T00:00:00Z", "contents": ["dates_times"]},
                         {"id": "k2", "month": "2026-09", "terms": "own-line", "service": "line-a",
                          "sent": "2026-10-05T00:00:00Z"}]
    records["calendars"] = [{"id": "city", "title": "city holidays", "edition": "2026", "from": "2026-01-01", "to": "2027-12-31",
                             "days": [{"date": "2026-10-01", "name": "citizens' day"}]}]
    return registry, records


def correction(name, outcome, **other):
    return dict({"id": name, "target": "router", "start": "2026-10-05T09:00:00+09:00", "end": "2026-10-05T10:00:00+09:00",
                 "outcome": outcome, "author": "da", "reason": "logs of the router", "document": "DA-77",
                 "entered": "2026-11-03T00:00:00+09:00"}, **other)


class Facts(Databases):
    """All that a case can say is kept and comes out again as the same case."""

    def facts(self, samples=True):
        registry, records = with_facts()
        write_directory(self.dir, registry, records=records)

        def fill(url):
            self.slacalc("db", "migrate", url=url)
            self.slacalc("apply", self.dir, url=url)
            if samples:
                self.psql(SAMPLES.replace("generate_series(1, 2)", "generate_series(1, 5)"), url=url)

        self.template("facts", fill)

    def export(self, month, *args):
        out = os.path.join(self.dir, "exported")
        self.slacalc("export-case", month, *args, "-o", out)
        with open(os.path.join(out, "case.json"), encoding="utf-8") as file:
            return json.load(file)

    def same_as_evaluate(self, month, *args):
        verdict = self.slacalc("verdict", month, *args, "--json")
        self.export(month, *args)
        mine = args if args[:1] == ("--organisation",) else ()  # an excerpt, as verdict gives
        self.assertEqual(verdict, self.slacalc("evaluate", os.path.join(self.dir, "exported", "case.json"), *mine, "--json",
                                               url="host=/nonexistent"))
        return json.loads(verdict)

    def test_the_case(self):
        self.facts()
        case = self.export("2026-10", "--organisation", "131016")
        self.assertEqual([(p["vantage"], p["hops"]) for p in case["paths"]], [
            ("v1", [{"target": "switch", "segment": "office", "own": True}, "feeder", "log"]),
            ("v1", [{"target": "switch", "segment": "office", "own": True},
                    {"target": "router", "party": "carrier", "segment": "拠点接続"},
                    {"target": "web", "party": "carrier", "segment": "拠点接続"}]),
            ("v1", [{"target": "alone", "party": "carrier", "segment": "拠点接続"}])])
        observed = {o["target"]: o for o in case["observations"]}
        self.assertEqual(sorted(observed), ["alone", "log", "router", "switch", "web"])
        self.assertEqual(observed["log"], {"target": "log", "vantage": "v1", "kind": "requests", "samples": {"csv": "log@v1.csv"}})
        self.assertEqual(observed["switch"]["gap_limit_s"], 120)
        services = {s["id"]: s for s in case["services"]}
        self.assertEqual(sorted(services), ["api", "feeder", "line-a"])  # later: not in October; feeder: for path and cause
        self.assertEqual(services["feeder"]["fees"], [])
        self.assertEqual(services["feeder"]["outages"], [with_facts()[0]["services"][3]["outages"][0]])
        said = with_facts()[0]["services"][2]
        for key in ("attributes", "network", "baseline_ms", "members", "deployed", "subscribed", "opening"):
            self.assertEqual(services["api"][key], said[key], key)
        self.assertEqual(services["line-a"]["fees"][0]["bases"], {"connection_fee": "200000", "fee_before_tax": "227272.73"})
        known = self.psql("SELECT instant_text_us(known_from) FROM applied_version WHERE number = 1")
        self.assertEqual(case["exclusions"][0], dict(with_facts()[1]["exclusions"][0], services=["line-a"], entered=known))
        self.assertEqual(case["incidents"], [dict(with_facts()[1]["incidents"][0], services=["line-a"], entered=known)])
        self.assertEqual([c["id"] for c in case["corrections"]], ["c1", "c2"])
        self.assertEqual(case["history"], with_facts()[1]["history"])
        self.assertEqual(case["claims"], [{k: v for k, v in with_facts()[1]["claims"][0].items() if k != "month"}])
        self.assertEqual(case["calendars"], with_facts()[1]["calendars"])

    def test_the_same_statement(self):
        self.facts()
        for args in ([], ["--organisation", "131016"], ["--organisation", "131024"], ["--service", "line-a"]):
            with self.subTest(args):
                self.same_as_evaluate("2026-10", *args)
        december = self.export("2026-12", "--organisation", "131016")
        self.assertEqual([n["id"] for n in december["incidents"]], ["n2"])
        self.assertNotIn("corrections", december)
        self.assertNotIn("claims", december)
        self.assertIn("later", [s["id"] for s in december["services"]])

    def test_slamon_does_not_probe_a_log(self):
        self.facts(samples=False)
        self.slacalc("apply", self.dir)
        with open(os.path.join(self.dir, "slamon", "v1.json"), encoding="utf-8") as file:
            self.assertEqual([t["id"] for t in json.load(file)["targets"]], ["router", "web", "switch", "alone"])

    def test_nothing_in_a_month(self):
        self.facts()
        registry, _ = with_facts()
        registry["services"] = [registry["services"][4]]
        registry["paths"] = []
        write_directory(self.dir, registry, records={"format": "govsla-records/1"})
        self.slacalc("apply", self.dir)
        self.assertIn("the organisation '131016' has no service in 2026-10",
                      self.slacalc("verdict", "2026-10", "--organisation", "131016", status=1))
        self.assertIn("the registry has no service in 2026-10", self.slacalc("verdict", "2026-10", status=1))

    def test_a_report_leaves_out_who_has_no_service(self):
        self.facts()
        registry, records = with_facts()
        registry["services"][1]["subscribed"] = {"end": "2026-10-01T00:00:00+09:00"}
        registry["services"][3]["organisation"] = "131016"
        write_directory(self.dir, registry, records=records)
        self.slacalc("apply", self.dir)
        out = os.path.join(self.dir, "pages")
        self.assertIn("131024: the organisation '131024' has no service in 2026-10\n",
                      self.slacalc("report", "2026-10", "--lang", "en", "-o", out))
        self.assertEqual({name[:6] for name in os.listdir(out) if name.startswith("13")}, {"131016"})

    def test_before_and_after_a_correction(self):
        self.loaded()
        args = ["2026-10", "--organisation", "131016", "--json"]
        before = self.slacalc("verdict", *args)
        known = json.loads(before)["as_of"]
        self.psql("SELECT pg_sleep(1.1)")
        # the five failures of 5 October were the monitor's own
        right = correction("c1", "up", start="2026-10-05T03:00:00+09:00", end="2026-10-05T06:00:00+09:00")
        write_directory(self.dir, records=dict(RECORDS, corrections=[right]))
        self.assertIn("added record correction c1\n", self.slacalc("apply", self.dir))
        after = self.same_as_evaluate("2026-10", "--organisation", "131016")
        level = after["services"][0]["levels"][0]
        self.assertEqual((level["verdict"], level["downtime_s"]["most"]), ("met", "0"))
        self.assertEqual([c["id"] for c in after["corrections"]], ["c1"])
        self.assertEqual(self.slacalc("verdict", *args, "--as-of", known), before)
        # changed in its file: the later version supersedes, the earlier one stays
        now = after["as_of"]
        self.psql("SELECT pg_sleep(1.1)")
        write_directory(self.dir, records=dict(RECORDS, corrections=[dict(right, outcome="down")]))
        self.assertIn("changed record correction c1\n", self.slacalc("apply", self.dir))
        worse = json.loads(self.slacalc("verdict", *args))
        self.assertEqual(worse["services"][0]["levels"][0]["verdict"], "breached")
        self.assertEqual(json.loads(self.slacalc("verdict", *args, "--as-of", now)), after)
        self.assertEqual(json.loads(self.slacalc("verdict", *args, "--as-of", known)), json.loads(before))

    def test_a_correction_of_another_file(self):
        self.migrated()
        write_directory(self.dir, records=dict(RECORDS, corrections=[correction("c1", "up")]))
        later = correction("c2", "down", supersedes="c1", entered="2026-11-04T00:00:00+09:00")
        path = os.path.join(self.dir, "records", "2027.json")
        write_json(path, {"format": "govsla-records/1", "corrections": [later]})
        self.slacalc("apply", self.dir)
        case = self.export("2026-10")
        self.assertEqual([(c["id"], c.get("supersedes")) for c in case["corrections"]], [("c1", None), ("c2", "c1")])
        for change, want in [({"supersedes": "c9"}, "corrections[0].supersedes: no correction 'c9'"),
                             ({"entered": "2026-11-03T00:00:00+09:00"}, "corrections[0].supersedes: 'c1' was not entered "
                              "before 'c2', which supersedes it")]:
            write_json(path, {"format": "govsla-records/1", "corrections": [dict(later, **change)]})
            self.assertIn(want, self.slacalc("apply", self.dir, status=1))

    # ---- earlier months ----

    TWO_MONTHS = {"id": "delay", "metric": "latency_mean", "objective": {"op": "<=", "ms": "8"}, "months_running": 2,
                  "credit": {"base": "monthly_fee", "rate": "10"}}

    def test_history_from_earlier_months(self):
        self.loaded()  # the mean of October is a little more than 8 ms
        write_directory(self.dir, terms=dict(TERMS, levels=TERMS["levels"] + [self.TWO_MONTHS]))
        self.slacalc("apply", self.dir)
        args = ("2026-10", "--service", "line-a")

        def delay():
            statement = self.same_as_evaluate(*args)
            return next(l for l in statement["services"][0]["levels"] if l["id"] == "delay")

        self.psql("DELETE FROM sample WHERE scheduled < '2026-09-30T15:00Z'")
        self.assertNotIn("history", self.export(*args))  # nothing is known of September
        self.assertEqual(delay()["credit"]["amount_range"], {"least": "0", "most": "25000"})
        self.psql("SELECT sample_partitions_ensure('2026-08-29', '2026-09-30');"
                  "INSERT INTO sample (stream, seq, scheduled, sent, target, vantage, rtt_us, outcome, failure) "
                  "SELECT 9, row_number() OVER (), scheduled - interval '30 days', sent, target, vantage, rtt_us, outcome, "
                  "failure FROM sample WHERE target <= 2 AND scheduled >= '2026-09-30T15:00Z'")
        case = self.export(*args)
        entry = next(h for h in case["history"] if h["level"] == "delay")
        self.assertEqual({k: entry[k] for k in ("service", "start", "end", "verdict", "document")},
                         {"service": "line-a", "start": "2026-08-31T15:00:00Z", "end": "2026-09-30T15:00:00Z",
                          "verdict": "breached", "document": "statement of 2026-09"})
        self.assertEqual(delay()["credit"]["amount"], "25000")
        # what people have entered goes before what is computed
        records = dict(RECORDS, history=[dict(service="line-a", level="delay", start="2026-09-01T00:00:00+09:00",
                                              end="2026-10-01T00:00:00+09:00", verdict="met", document="settlement 9")])
        write_directory(self.dir, terms=dict(TERMS, levels=TERMS["levels"] + [self.TWO_MONTHS]), records=records)
        self.slacalc("apply", self.dir)
        self.assertEqual([h["document"] for h in self.export(*args)["history"] if h["level"] == "delay"], ["settlement 9"])
        self.assertEqual(delay()["credit"]["amount"], "0")

    def test_terms_of_the_catalogue(self):
        self.loaded()
        rounding = {"rule": "floor", "unit": "1", "of": "credit", "side": "claim", "clause": "2-1"}
        reference = {"id": "own-line", "catalogue": "aws/ec2-region", "edition": "2022-05-25",
                     "agreed": {"rounding": rounding, "period": {"time_zone": "Asia/Tokyo"}}}
        registry = copy.deepcopy(REGISTRY)
        for service in registry["services"]:
            service["fees"][0]["bases"] = {"region_fee": "1000"}
            service["members"] = [{"target": service["targets"][0], "zone": "a"}]
        write_directory(self.dir, registry, terms=reference)
        self.slacalc("apply", self.dir)
        statement = self.same_as_evaluate("2026-10", "--organisation", "131016")
        self.assertEqual(self.export("2026-10", "--organisation", "131016")["terms"], [reference])
        self.assertEqual(statement["services"][0]["levels"][0]["id"], "region")
        write_directory(self.dir, registry, terms=dict(reference, edition="1999-01-01"))
        self.assertIn("terms/own-line.json:", self.slacalc("apply", self.dir, status=1))

    def test_what_a_network_and_a_root_cause_need(self):
        self.loaded()
        wide = copy.deepcopy(TERMS)
        wide["levels"][0]["scope"] = "network"
        registry = copy.deepcopy(REGISTRY)
        for service in registry["services"]:
            service["network"] = "north"
        write_directory(self.dir, registry, terms=wide)
        self.slacalc("apply", self.dir)
        statement = self.same_as_evaluate("2026-10", "--organisation", "131016")
        self.assertEqual([s["id"] for s in statement["services"]], ["line-a", "line-b"])
        whole = json.loads(self.slacalc("verdict", "2026-10", "--json"))
        self.assertEqual(statement["services"][0]["levels"][0]["percent"], whole["services"][0]["levels"][0]["percent"])
        self.assertEqual(statement["services"][1]["payable_to"], [])

    # ---- refusals ----

    def test_refusals(self):
        self.migrated()
        registry, records = with_facts()
        for path, value, want in [
            (["segments", 0, "party"], "carrier",
             "segments[0].party: 'own' and 'party' exclude each other: nobody is charged with the monitor's own side"),
            (["segments", 1, "own"], "yes", "segments[1].own: "),
            (["segments", 1, "party"], None, "segments[1].party: must not be null"),
            (["targets", 1, "segment"], "office",
             "services[1].targets[0]: the target is in 'office', the monitor's own side: no service rests on that"),
            (["segments", 1, "party"], "csp", "services[0].targets[0]: the target is in 'line', for which 'csp' answers, who "
             "provides no service that rests on it"),
            (["targets", 2, "gap_limit_s"], 30, "targets[2].gap_limit_s: is shorter than the interval"),
            (["targets", 3, "probe"], {"kind": "icmp"}, "targets[3].probe: a log of requests has no probe"),
            (["targets", 2, "probe"], {"kind": "requests"},
             "targets[2].probe: 'requests' is the kind of a target, not of its probe"),
            (["targets", 2, "interval_s"], None, "targets[2].interval_s: must not be null"),
            (["paths", 0, "hops"], ["switch", "line-a", "web"],
             "paths[0].hops[1]: the service 'line-a' is seen by its targets: name one of these"),
            (["paths", 0, "hops"], ["switch"], "paths[0].hops: a path has at least two hops"),
            (["paths", 0, "hops"], ["switch", "nothing"], "paths[0].hops[1]: no target 'nothing'"),
            (["services", 2, "members", 0, "target"], "router",
             "services[2].members[0].target: 'router' is not one of the service's targets"),
            (["services", 2, "outages"], [], "services[2]: a service has either 'targets' or 'outages'"),
            (["services", 2, "subscribed"], {"start": "2026-10-03T00:00:00+09:00", "end": "2026-10-01T00:00:00+09:00"},
             "services[2].subscribed: the end is not after the start"),
            (["services", 2, "choice"], "availability",
             "services[2].choice: the terms 'own-line' leave no level to choose: their overlap is another"),
            (["services", 0, "fees", 0, "bases"], {"cake": "1"}, "services[0].fees[0].bases.cake: unknown key 'cake'"),
        ]:
            with self.subTest(want):
                changed = copy.deepcopy(registry)
                at = changed
                for key in path[:-1]:
                    at = at[key]
                at[path[-1]] = value
                write_directory(self.dir, changed, records=records)
                said = self.slacalc("apply", self.dir, status=1).splitlines()[0]
                self.assertRegex(said, re.escape(f"slacalc: {self.dir}/registry.json:") + r"\d+: " + re.escape(want))

    def test_refused_records(self):
        self.migrated()
        registry, records = with_facts()
        for key, place, value, want in [
            ("incidents", "services", ["line-z"], "incidents[0].services[0]: no service 'line-z'"),
            ("incidents", "root_cause", "line-z", "incidents[0].root_cause: no service 'line-z'"),
            ("corrections", "target", "line-z", "corrections[0].target: no target 'line-z' is observed"),
            ("corrections", "vantage", "v2", "corrections[0].vantage: the target 'router' is not observed from the vantage 'v2'"),
            ("corrections", "entered", None, "corrections[0].entered: must not be null"),
            ("history", "level", "delay", "history[0].level: the terms 'own-line' have no level 'delay'"),
            ("claims", "month", None, "claims[0].month: must not be null"),
            ("claims", "month", "2026-13", "claims[0].month: "),
            ("claims", "terms", "x", "claims[0].terms: no terms 'x'"),
            ("calendars", "to", "2025-01-01", "calendars[0].to: "),
        ]:
            with self.subTest(want):
                changed = copy.deepcopy(records)
                changed[key][0][place] = value
                write_directory(self.dir, registry, records=changed)
                said = self.slacalc("apply", self.dir, status=1).splitlines()[0]
                self.assertRegex(said, re.escape(f"slacalc: {self.dir}/records/2026.json:") + r"\d+: " + re.escape(want))
        del records["incidents"][1]["reported"]
        write_directory(self.dir, registry, records=records)
        self.assertIn("incidents[1]: states no time, so that it belongs to no month: give 'start' and 'end', or another of its "
                      "times", self.slacalc("apply", self.dir, status=1))

    def test_no_such_calendar(self):
        self.migrated()
        terms = dict(TERMS, service_hours={"weekly": [{"days": ["mon"], "from": "08:00", "to": "18:00"}], "holidays": "moon"})
        write_directory(self.dir, terms=terms)
        self.assertIn("no calendar 'moon', which the terms 'own-line' name", self.slacalc("apply", self.dir, status=1))


if __name__ == "__main__":
    unittest.main()
