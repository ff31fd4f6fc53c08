"""A case with something of everything a report shows: the fixture of test_report_page.py.

Run as a program it writes the case: lab_report.py DIRECTORY
"""

import csv
import json
import math
import os
import random
import sys
from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))
START = datetime(2026, 10, 1, tzinfo=JST)
MINUTES = 31 * 24 * 60

LADDER = [("99.8", "99.99", "1"), ("98", "99.8", "3"), ("95", "98", "10"), ("90", "95", "20"), ("0", "90", "100")]


def at(day, hour, minute=0, second=0):
    return START + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def write_samples(path, seed, base_us, down=(), missed=(), absent=(), slow=()):
    """A month of samples each minute; down, missed, absent, slow are spans [from, to)."""
    rnd = random.Random(seed)

    def inside(spans, t):
        return any(a <= t < b for a, b in spans)

    with open(path, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["scheduled", "outcome", "rtt_us", "failure"])
        for i in range(-1, MINUTES + 1):
            t = START + timedelta(minutes=i)
            day = 2 * math.pi * (i % 1440) / 1440
            rtt = int(base_us * (1.25 - 0.25 * math.cos(day - 0.6)) + rnd.expovariate(1 / (base_us / 12)))
            if inside(absent, t):
                continue
            if inside(down, t):
                rows.writerow([t.isoformat(), "down", "", "timeout"])
            elif inside(missed, t):
                rows.writerow([t.isoformat(), "missed", "", "not running"])
            else:
                rows.writerow([t.isoformat(), "up", rtt * (9 if inside(slow, t) else 1), ""])


def terms(ident, title, provider, customer, levels, **more):
    return {
        "id": ident, "title": title, "provider": provider, "customer": customer,
        "source": {"document": "例示のための契約", "date": None, "confidence": "fictitious"},
        "effective": {"from": "2023-09-01", "to": None},
        "period": {"kind": "calendar_month", "time_zone": "Asia/Tokyo", "start_day": 1},
        "notice": {"maintenance_days": 7}, "levels": levels, "overlap": "sum",
        "cap": {"percent_of_fee": "100"},
        "rounding": {"rule": "floor", "unit": "1", "of": "credit", "side": "claim", "clause": "端数計算法 2-1"},
        "claim": {"rule": "automatic"}, "remedy": "non_exclusive", **more}


def availability(objective, bands, **more):
    return {
        "id": "availability", "metric": "availability", "method": "duration_ratio", "binding": "guarantee",
        "objective": {"op": ">=", "percent": objective}, "excluded_time": "remove", "unmeasured_time": "bounds",
        "obscured_time": "bounds",
        "credit": {"base": "monthly_fee", "bands": [{"from": a, "to": b, "rate": r} for a, b, r in bands]}, **more}


def make_case():
    delay = {"id": "delay", "metric": "latency_mean", "objective": {"op": "<=", "ms": "50"},
             "binding": "guarantee", "credit": {"base": "monthly_fee", "rate": "10"}}
    clouds = [("99.0", "99.99", "10"), ("95.0", "99.0", "30"), ("0", "95.0", "100")]
    return {
        "format": "govsla-case/1", "title": "千代田区の接続回線とクラウド（例）",
        "as_of": "2026-11-20T00:00:00+09:00", "period": {"month": "2026-10", "time_zone": "Asia/Tokyo"},
        "parties": [
            {"id": "nsp", "kind": "NSP", "name": "例示通信株式会社"},
            {"id": "csp", "kind": "CSP", "name": "例示クラウド株式会社"},
            {"id": "da", "kind": "DA"},
            {"id": "lg-a", "kind": "LG", "code": "131016", "name": "東京都千代田区"},
            {"id": "lg-b", "kind": "LG", "code": "131024", "name": "東京都中央区"}],
        "terms": [
            terms("own-line", "拠点接続回線（例示）", "NSP", "LG", [availability("99.99", LADDER), delay]),
            terms("cloud", "クラウドの保証水準（例示）", "CSP", "LG", [availability("99.99", clouds)])],
        "observations": [
            {"target": "役所側終端装置", "vantage": "本庁舎", "interval_s": 60, "timeout_s": 5,
             "samples": {"csv": "line.csv"}},
            {"target": "クラウド窓口", "vantage": "本庁舎", "interval_s": 60, "timeout_s": 5,
             "samples": {"csv": "cloud.csv"}}],
        "paths": [{"vantage": "本庁舎", "hops": ["役所側終端装置", "クラウド窓口"]}],
        "services": [
            {"id": "line", "name": "拠点接続", "provider": "nsp", "terms": "own-line", "targets": ["役所側終端装置"],
             "fees": [{"payer": "lg-a", "amount": "250000", "currency": "JPY", "state_share": "0"}]},
            {"id": "cloud", "name": "クラウド基盤", "provider": "csp", "terms": "cloud", "targets": ["クラウド窓口"],
             "fees": [{"payer": "lg-a", "amount": "400050", "currency": "JPY", "state_share": "0"},
                      {"payer": "lg-b", "amount": "600000", "currency": "JPY", "state_share": "1/2"}]},
            {"id": "archive", "name": "保管サービス（事業者の申告）", "provider": "csp", "terms": "cloud",
             "outages": [{"start": "2026-10-12T09:00:00+09:00", "end": "2026-10-12T09:03:20+09:00"}],
             "fees": [{"payer": "lg-a", "amount": "90000", "currency": "JPY", "state_share": "0"}]}],
        "exclusions": [
            {"id": "x1", "services": ["line"], "start": "2026-10-17T01:00:00+09:00",
             "end": "2026-10-17T05:00:00+09:00", "kind": "maintenance", "notice": "2026-10-05T10:00:00+09:00",
             "document": "NSP-2026-118"},
            {"id": "x2", "services": ["line"], "start": "2026-10-24T01:00:00+09:00",
             "end": "2026-10-24T01:30:00+09:00", "kind": "maintenance", "notice": "2026-10-21T10:00:00+09:00",
             "document": "NSP-2026-131"}],
        "contracts": [
            {"id": "ア/csp", "kind": "ア", "parties": ["da", "csp"],
             "caps": [{"debtor": "csp", "rule": {"amount": "25000000"}}]},
            {"id": "イ/lg-a", "kind": "イ", "parties": ["da", "lg-a"], "caps": [{"debtor": "da", "rule": "recovered"}]},
            {"id": "イ/lg-b", "kind": "イ", "parties": ["da", "lg-b"], "caps": [{"debtor": "da", "rule": "recovered"}]}],
        "records": [
            {"id": "l1", "kind": "loss", "at": "2026-11-02", "document": "被害届1", "sufferer": "lg-a",
             "heads": {"direct": "30000000"}, "fault": {"csp": "1"}, "cause_month": "2026-10",
             "determined": "30000000"},
            {"id": "l2", "kind": "loss", "at": "2026-11-03", "document": "被害届2", "sufferer": "lg-b",
             "heads": {"direct": "20000000"}, "fault": {"csp": "1"}, "cause_month": "2026-10",
             "determined": "20000000"},
            {"id": "r1", "kind": "recovery", "at": "2026-11-10", "document": "入金通知", "from": "csp", "to": "da",
             "amount": "10000000", "form": "cash"},
            {"id": "p1", "kind": "payment", "at": "2026-11-15", "document": "支払通知", "from": "da", "to": "lg-a",
             "amount": "6000000"}]}


def write_case(directory):
    """Writes case.json and its samples; returns the path of case.json."""
    work = [(at(17, 1, 20), at(17, 4, 10))]
    short = [(at(24, 1, 5), at(24, 1, 12))]
    line_down = [(at(9, 10, 0), at(9, 10, 5)), (at(20, 14, 30), at(20, 14, 50))]
    write_samples(os.path.join(directory, "line.csv"), 1, 7800, down=work + short + line_down,
                  missed=[(at(13, 3, 0), at(13, 3, 40))], slow=[(at(28, 9), at(28, 15))])
    write_samples(os.path.join(directory, "cloud.csv"), 2, 11000,
                  down=work + short + line_down + [(at(5, 22, 0), at(5, 22, 4))],
                  absent=[(at(26, 0, 0), at(26, 6, 0))])
    path = os.path.join(directory, "case.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(make_case(), out, ensure_ascii=False, indent=1)
    return path


if __name__ == "__main__":
    print(write_case(sys.argv[1]))
