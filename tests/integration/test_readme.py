#!/usr/bin/python3
"""What the READMEs show of slamon is what it prints: figures and dates apart, of the same six targets, one of each kind,
on a machine whose clock nothing synchronises."""
# build: plain

import json
import os
import re
import subprocess

import lab_net
import lab_stamp
from lab_clock import UNSYNCHRONISED, Clock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def shown(page, command):
    """What follows '$ slamon COMMAND' in a block of the page."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        [block] = re.findall(rf"^\$ slamon {command} [^\n]*\n(.*?)(?:^```|^\$|^\n)", file.read(), re.M | re.S)
    return block


def shape(line):
    """Its words, with N for each figure and date."""
    return re.sub(r"\d+(?:[-.]\d+)*", "N", " ".join(line.split()))


def labels(text):
    """The first column of `slamon stats`; a line that goes on with the one above has none."""
    return [line[:13].strip() for line in text.splitlines() if line[:13].strip()]


def office(lab):
    """What there is to watch, and the configuration 'tokyo.json' that does so; everything ends with the lab."""
    lab.make_peer()
    lab.certificates()
    lab.nginx("server { listen 127.0.0.1:8443 ssl; ssl_certificate good.pem; ssl_certificate_key good.key; return 200 hello; }\n"
              "server { listen 127.0.0.1:9443 ssl; ssl_certificate expired.pem; ssl_certificate_key expired.key; "
              "return 200 hello; }\n")
    for port in (8443, 9443):
        lab_net.wait_for(lambda port=port: lab_net.listens("127.0.0.1", port), "nginx")
    reflector = lab_stamp.Reflector(lab, listen=lab_net.PEER + ":0", before=["nsenter", "-t", str(lab.peer.pid), "-n"])
    lab.ends.append(reflector.process.stdout.close)
    names = lab.name_server({"site.test": "127.0.0.1"})
    probes = {
        "router": {"kind": "icmp", "host": lab_net.PEER},
        "line": {"kind": "stamp", "host": lab_net.PEER, "port": reflector.port},
        "name-server": {"kind": "dns", "server": "127.0.0.1", "port": int(names.split(":")[1]), "name": "site.test"},
        "portal": {"kind": "http", "url": "https://site.test:8443/", "ca_file": lab.path("ca.pem")},
        "certificate": {"kind": "tls", "host": "site.test", "port": 9443, "ca_file": lab.path("ca.pem")},
        "database": {"kind": "tcp", "host": lab_net.PEER, "port": 5432},
    }
    return lab.config([(name, 1, 1, probe) for name, probe in probes.items()], vantage="tokyo", dns_servers=names)


class Readme(lab_net.Case):
    def setUp(self):
        super().setUp()
        self.config = office(self.lab)
        self.before = Clock(self.lab.folder, UNSYNCHRONISED).before

    def slamon(self, *arguments):
        return subprocess.run([*self.before, lab_net.program("slamon"), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)

    def printed(self, *arguments):
        return self.slamon(*arguments).stdout

    def test_once(self):
        """A table with a line that this machine was too busy for is not the one to compare."""
        told = {}

        def proper():
            told["lines"] = self.printed("once", self.config, "--no-spool").splitlines()
            return not re.search("not running|timeout", "\n".join(told["lines"]))
        lab_net.wait_for(proper, "six probes on a quiet moment", 300)
        for page in ("README.md", "README.ja.md"):
            self.assertEqual([shape(line) for line in shown(page, "once").splitlines()],
                             [shape(line) for line in told["lines"]], page)

    def test_stats(self):
        self.lab.start([*self.before, lab_net.program("slamon"), "run", self.config], stderr=subprocess.DEVNULL)

        def each_outcome():
            counts = json.loads(self.printed("stats", self.config, "--json") or "{}").get("since_start", {})
            return all(counts.get(outcome) for outcome in ("up", "down", "missed"))
        lab_net.wait_for(each_outcome, "samples of each outcome")
        printed = labels(self.printed("stats", self.config))
        self.assertGreater(len(printed), 10)
        for page in ("README.md", "README.ja.md"):
            told = labels(shown(page, "stats"))
            troubles = [label for label in told if label in ("trouble", "to do")]
            self.assertEqual(troubles, ["trouble", "to do"] * (len(troubles) // 2), page)  # some need a minute
            self.assertEqual(list(dict.fromkeys(told)), list(dict.fromkeys(printed)), page)


if __name__ == "__main__":
    lab_net.main()
