#!/usr/bin/python3
"""slamon's probes and schedule against real servers and hosts, in a network of their own."""
# waits

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

import lab_clock
import lab_net
from lab_net import instant

HTTP_PORT, GOOD, EXPIRED, SELF = 8080, 8443, 8444, 8445
SERVERS = """
  server { listen 127.0.0.1:8080; listen [::1]:8080;
    location / { return 200 "hello world\\n"; }
    location = /missing { return 404; }
    location = /moved { return 301 http://127.0.0.1:8080/; }
    location = /close { return 444; }
    location = /count { return 200 "request $connection_requests of its connection"; }
    location = /echo { return 200 "$request_method $http_x_lab $http_host"; }
    location = /large { root "%(folder)s"; }
  }
""" + "".join("""
  server { listen 127.0.0.1:%d ssl; ssl_certificate %s.pem; ssl_certificate_key %s.key;
    location / { return 200 "secure $ssl_server_name\\n"; } }
""" % (port, name, name) for port, name in ((GOOD, "good"), (EXPIRED, "expired"), (SELF, "self")))


def http(path="/", port=HTTP_PORT, **more):
    return dict({"kind": "http", "url": "http://127.0.0.1:%d%s" % (port, path)}, **more)


def https(port, host="127.0.0.1", **more):
    return dict({"kind": "http", "url": "https://%s:%d/" % (host, port)}, **more)


def icmp(host, **more):
    return dict({"kind": "icmp", "host": host}, **more)


class Case(lab_net.Case):
    def answer_on_peer(self, script):
        """The peer answers echoes by a script of ours: reply(packet, to) sends ICMP bytes."""
        self.lab.on_peer("sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all")
        process = self.lab.start(["nsenter", "-t", str(self.lab.peer.pid), "-n", "/usr/bin/python3", "-c", """
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
def total(b):
    n = sum(int.from_bytes(b[i:i+2], "big") for i in range(0, len(b), 2))
    while n >> 16: n = (n & 0xffff) + (n >> 16)
    return (~n & 0xffff).to_bytes(2, "big")
def reply(echo, to):
    p = b"\\0\\0\\0\\0" + echo
    s.sendto(p[:2] + total(p) + p[4:], (to, 0))
print("ready", flush=True)
while True:
    p, (to, _) = s.recvfrom(2000)
    if p[20] == 8:
        echo = p[24:]
""" + script], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        self.addCleanup(process.stdout.close)


class Http(Case):
    def setUp(self):
        super().setUp()
        self.lab.certificates()
        with open(self.lab.path("large"), "w") as f:
            f.write("x" * 300000 + "needle" + "x" * 300000)
        self.lab.nginx(SERVERS % {"folder": self.lab.folder})
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", SELF), "nginx")

    def test_answers_are_judged(self):
        s = self.lab.once([
            ("plain", 60, 5, http()),
            ("v6", 60, 5, {"kind": "http", "url": "http://[::1]:8080/"}),
            ("missing", 60, 5, http("/missing")),
            ("missing-expected", 60, 5, http("/missing", expect_status="404")),
            ("moved", 60, 5, http("/moved")),
            ("body", 60, 5, http(expect_body="lo wor")),
            ("body-wrong", 60, 5, http(expect_body="goodbye")),
            ("echo", 60, 5, http("/echo", method="DELETE", headers=["X-Lab: 7", "Host: other.test"],
                                 expect_body="DELETE 7 other.test")),
            ("post", 60, 5, http("/echo", method="POST", body="a=b", expect_body="POST")),
            ("head", 60, 5, http(method="HEAD")),
            ("large", 60, 5, http("/large", expect_body="needle")),
            ("too-large", 60, 5, http("/large", body_limit_bytes=600005)),
        ])
        for name in ("plain", "v6", "missing-expected", "body", "echo", "post", "head", "large"):
            self.check(s[name], "up")
        self.check(s["missing"], "down", "http status")
        self.assertEqual(s["missing"]["http_status"], 404)
        self.check(s["moved"], "down", "http status")
        self.check(s["body-wrong"], "down", "body mismatch")
        self.check(s["too-large"], "down", "protocol")
        p = s["plain"]
        self.assertEqual(p["http_status"], 200)
        self.assertEqual(p["rtt_us"], p["total_us"])
        self.assertIsNone(p["tls_us"])
        self.assertIsNone(p["certificate_expires"])
        self.assertTrue(0 <= p["name_us"] < p["connect_us"] < p["first_byte_us"] <= p["total_us"], p)

    def test_certificates(self):
        ca = {"ca_file": self.lab.path("ca.pem")}
        s = self.lab.once([
            ("good", 60, 5, https(GOOD, rtt_phase="tls")),
            ("expired", 60, 5, https(EXPIRED)),
            ("expired-unverified", 60, 5, https(EXPIRED, verify_tls=False)),
            ("self", 60, 5, https(SELF)),
            ("self-trusted", 60, 5, https(SELF, ca_file=self.lab.path("self.pem"))),
            ("wrong-name", 60, 5, https(GOOD, host="localhost", address_family="ipv4")),
            ("no-tls", 60, 5, https(HTTP_PORT)),
        ], before=self.lab.known_clock(), **ca)
        self.check(s["good"], "up")
        self.assertEqual(s["good"]["rtt_us"], s["good"]["tls_us"])
        self.assertLess(s["good"]["connect_us"], s["good"]["tls_us"])
        self.assertLess(s["good"]["tls_us"], s["good"]["first_byte_us"])
        self.check(s["self-trusted"], "up")
        self.check(s["expired-unverified"], "up")
        for name, failure in (("expired", "tls expired"), ("self", "tls certificate"),
                              ("wrong-name", "tls certificate"), ("no-tls", "tls")):
            self.check(s[name], "down", failure)
        now = time.time()
        for name, days in (("good", 20), ("expired", -1), ("expired-unverified", -1), ("self", 30)):
            self.assertLess(abs(instant(s[name]["certificate_expires"]) - now - days * 86400), 300, s[name])
        self.assertIsNone(s["no-tls"]["certificate_expires"])

    def test_names(self):
        servers = self.lab.name_server({"site.test": "127.0.0.1"})
        silent = self.lab.name_server(None)
        s = self.lab.once([
            ("named", 60, 5, https(GOOD, host="site.test", expect_body="secure site.test")),
            ("unknown", 60, 5, {"kind": "http", "url": "http://no.test:8080/"}),
            ("silent", 900, 900, {"kind": "http", "url": "http://site.test:8080/", "dns_servers": silent}),
            ("silent-longer", 60, 1, {"kind": "http", "url": "http://site.test:8080/", "dns_servers": silent}),
            ("no-server", 60, 5, {"kind": "http", "url": "http://site.test:8080/", "dns_servers": "127.0.0.1:9"}),
            ("icmp", 60, 5, icmp("site.test")),
            ("icmp-silent", 60, 1, icmp("site.test", dns_servers=silent)),
        ], ca_file=self.lab.path("ca.pem"), dns_servers=servers, dns_timeout_ms=1500)
        self.check(s["named"], "up")
        self.assertGreater(s["named"]["name_us"], 0)
        self.assertLess(s["named"]["name_us"], s["named"]["connect_us"])
        self.check(s["icmp"], "up")
        self.check(s["unknown"], "down", "dns")
        for name in ("silent", "silent-longer", "icmp-silent", "no-server"):
            self.check(s[name], "missed", "send")

    def test_bad_servers(self):
        s = self.lab.once([
            ("refused", 60, 5, http(port=1)),
            ("closes", 60, 5, http("/close")),
            ("silent", 60, 1, http(port=self.lab.tcp_server(lambda c: time.sleep(10)))),
            ("greets", 60, 5, http(port=self.lab.tcp_server(
                lambda c: c.recv(999) and c.sendall(b"220 mail\r\n") or c.shutdown(socket.SHUT_WR)))),
            ("cut", 60, 5, http(port=self.lab.tcp_server(
                lambda c: c.recv(999) and c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                or c.close()))),
            ("no-route", 60, 5, {"kind": "http", "url": "http://203.0.113.1/"}),
        ])
        self.check(s["refused"], "down", "refused")
        self.check(s["closes"], "down", "reset")
        self.check(s["silent"], "down", "timeout")
        self.assertIsNotNone(s["silent"]["connect_us"])
        self.assertIsNone(s["silent"]["first_byte_us"])
        self.check(s["greets"], "down", "protocol")
        self.check(s["cut"], "down", "reset")
        self.check(s["no-route"], "missed", "send")

    def test_each_probe_has_its_own_connection(self):
        run = self.lab.run([("count", 1, 5, http("/count", expect_body="request 1 of"))])
        lab_net.wait_for(lambda: len(run.observed()) >= 3, "three samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for sample in lab_net.observed(samples):
            self.check(sample, "up")


class Icmp(Case):
    def setUp(self):
        super().setUp()
        self.lab.make_peer()

    def probe_other(self, other, other6, net, before=()):
        self.lab.once([("v4", 60, 5, icmp(other)), ("v6", 60, 5, icmp(other6))], before)  # finds the neighbour
        began = time.monotonic()
        s = self.lab.once([
            ("v4", 60, 5, icmp(other)),
            ("v6", 60, 5, icmp(other6)),
            ("large", 60, 5, icmp(other, payload_bytes=1400)),
            ("small", 60, 5, icmp(other6, payload_bytes=8)),
            ("loop", 60, 5, icmp("127.0.0.1")),
            ("unreachable", 60, 5, icmp("10.%d.1.1" % net)),
            ("blackhole", 60, 1, icmp("10.%d.2.1" % net)),
            ("no-route", 60, 1, icmp("203.0.113.1")),
        ], before)
        passed_us = (time.monotonic() - began) * 1e6
        for name in ("v4", "v6", "large", "small", "loop"):
            self.check(s[name], "up")
            self.assertTrue(0 < s[name]["rtt_us"] < passed_us, s[name])
        self.check(s["unreachable"], "down", "unreachable")
        self.check(s["blackhole"], "down", "timeout")
        self.check(s["no-route"], "missed", "send")

    def test_raw_socket(self):  # in a new network no group may have ping sockets
        self.probe_other(lab_net.PEER, lab_net.PEER6, 98)

    def test_ping_socket(self):  # from the peer
        self.lab.on_peer("sh", "-c", "echo 0 0 > /proc/sys/net/ipv4/ping_group_range")
        self.probe_other(lab_net.HERE, lab_net.HERE6, 97, ["nsenter", "-t", str(self.lab.peer.pid), "-n"])

    def probe_narrow(self):
        """A path that takes no packet of that size whole: the first one is not lost, but sent again in pieces."""
        far = ["nsenter", "-t", str(self.lab.far.pid), "-n"]
        for address in (lab_net.HERE, lab_net.HERE6):
            s = self.lab.once([("small", 60, 20, icmp(address))], far)  # finds the neighbours
            self.check(s["small"], "up")
            before = self.too_big_received(far)
            s = self.lab.once([("large", 60, 20, icmp(address, payload_bytes=1400))], far)
            self.check(s["large"], "up")
            self.assertGreater(self.too_big_received(far), before, "nothing was too big")

    @staticmethod
    def too_big_received(far):
        out = subprocess.run([*far, "cat", "/proc/net/snmp", "/proc/net/snmp6"], check=True, stdout=subprocess.PIPE, text=True)
        v4 = [line.split() for line in out.stdout.splitlines() if line.startswith("IcmpMsg:")]
        v6 = [int(line.split()[1]) for line in out.stdout.splitlines() if line.startswith("Icmp6InPktTooBigs")]
        return int(dict(zip(*v4)).get("InType3", 0) if v4 else 0) + sum(v6)

    def test_narrow_path_raw_socket(self):
        self.lab.make_far(1280)
        self.probe_narrow()

    def test_narrow_path_ping_socket(self):
        self.lab.make_far(1280)
        self.lab.on_far("sh", "-c", "echo 0 0 > /proc/sys/net/ipv4/ping_group_range")
        self.probe_narrow()

    def test_a_path_that_nothing_is_small_enough_for(self):
        """A router that says so of every piece too: the echo is sent again a few times and no more."""
        self.answer_on_peer("""
        sent = p[:20] + p[20:28]
        error = bytes([3, 4, 0, 0, 0, 0, 5, 0]) + sent
        s.sendto(error[:2] + total(error) + error[4:], (to, 0))
""")
        self.check(self.lab.once([("v4", 60, 20, icmp(lab_net.PEER))])["v4"], "down", "unreachable")

    TOO_BIG = """
            error = bytes([3, 4, 0, 0, 0, 0, 5, 0]) + p[:28]
            s.sendto(error[:2] + total(error) + error[4:], (to, 0))
"""

    def test_an_echo_sent_again_is_timed_from_then(self):
        """A router's word that an echo which arrived was too big: a late reply to it is not the second one's."""
        self.answer_on_peer("""
        seen = globals().setdefault("seen", [])
        seen.append(echo)
        if len(seen) == 1:
""" + self.TOO_BIG + """
        else:
            reply(seen[0], to)
            time.sleep(0.3)
            reply(echo, to)
""")
        sample = self.lab.once([("v4", 60, 20, icmp(lab_net.PEER))])["v4"]
        self.check(sample, "up")
        self.assertGreaterEqual(sample["rtt_us"], 300000)

    def test_an_echo_that_cannot_be_sent_again_is_missed(self):
        self.answer_on_peer("""
        import subprocess
        if not subprocess.call(%r):
""" % (self.lab.taking_the_way(),) + self.TOO_BIG)
        self.check(self.lab.once([("v4", 60, 20, icmp(lab_net.PEER))])["v4"], "missed", "send")

    def test_without_rights_to_sockets_the_others_go_on(self):
        config = self.lab.config([("v4", 60, 1, icmp(lab_net.PEER)), ("web", 60, 5, http(port=1))])

        def slamon(*arguments):
            return subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", lab_net.program("slamon"),
                                   *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        said = ("slamon: icmp: cannot open an ICMP socket: Operation not permitted\nslamon: icmp: hint: give the "
                "program CAP_NET_RAW, or its group a place in net.ipv4.ping_group_range\nslamon: icmp: until a "
                "restart or a reload can, its targets are recorded missed (send)\n")
        out = slamon("once", config, "--no-spool", "--json")
        self.assertEqual((out.returncode, out.stderr), (0, said))
        samples = {s["target"]: s for s in json.loads(out.stdout)["samples"]}
        self.check(samples["v4"], "missed", "send")
        self.check(samples["web"], "down", "refused")
        out = slamon("check", config)
        self.assertEqual((out.returncode, without_disk(out.stderr)), (0, said))
        self.assertIn("accepted", out.stdout)

    def test_forged_and_repeated_replies(self):
        self.answer_on_peer("""
        reply(echo[:4] + bytes(8) + echo[12:], to)                     # wrong nonce
        reply(bytes([echo[0] ^ 1]) + echo[1:], to)                     # another identifier
        reply(echo[:2] + bytes([echo[2] ^ 1, echo[3]]) + echo[4:], to) # another sequence
        reply(echo[:9], to)                                            # cut
        time.sleep(0.2)
        reply(echo, to)
        reply(echo, to)
""")
        run = self.lab.run([("v4", 1, 9, icmp(lab_net.PEER))])
        lab_net.wait_for(lambda: len(run.observed()) >= 2, "two samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertEqual(len({s["scheduled"] for s in samples}), len(samples))
        for sample in lab_net.observed(samples):
            self.check(sample, "up")
            self.assertGreaterEqual(sample["rtt_us"], 200000, sample)  # not that of a forged one

    def test_only_forged_replies_are_no_answer(self):
        self.answer_on_peer("""
        reply(echo[:4] + bytes(8) + echo[12:], to)
""")
        self.check(self.lab.once([("v4", 60, 1, icmp(lab_net.PEER))])["v4"], "down", "timeout")


def without_disk(said):
    """What check said, but for what it says of the disk that the lab happens to be on."""
    lines = said.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("slamon: spool: "))


class Commands(Case):
    def slamon(self, *arguments):
        out = subprocess.run([lab_net.program("slamon"), *arguments], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        return out.returncode, out.stdout, out.stderr

    def test_informative_commands(self):
        config = self.lab.config([("a", 60, 5, icmp("127.0.0.1")), ("b", 60, 5, http())])
        code, out, err = self.slamon("check", config)
        self.assertEqual((code, out), (0, config + ": accepted, vantage 'lab', 2 targets, 1 http, 1 icmp\n"))
        self.assertEqual(without_disk(err), "")
        code, out, err = self.slamon("check", config, "--json")
        self.assertEqual(json.loads(out), {"file": config, "accepted": True, "vantage": "lab", "targets": 2,
                                           "kinds": {"http": 1, "icmp": 1}})
        code, out, err = self.slamon("config", "--json")
        keys = json.loads(out)["targets[].probe"]["icmp"]
        self.assertIn({"key": "payload_bytes", "type": "whole number", "required": False, "unit": "bytes",
                       "default": "56", "reload": True, "least": 8, "most": 1400,
                       "help": "data behind the ICMP header; the first 8 bytes are random and must come back"}, keys)

    def test_a_refusal_as_json(self):
        config = self.lab.config([("a", 60, 5, dict(icmp("127.0.0.1"), hots=1))], format="\u3042" * 40)
        code, out, err = self.slamon("check", config, "--json")
        cause = "'" + "\u3042" * 21 + "?' is not 'govsla-slamon/1'"  # cut within a character
        self.assertEqual((code, err), (1, f"slamon: {config}:2: format: {cause}\n"))
        self.assertEqual(json.loads(out), {"file": config, "accepted": False, "line": 2, "key": "format", "cause": cause,
                                           "hint": ""})
        code, out, err = self.slamon("check", self.lab.config([("a", 60, 5, dict(icmp("127.0.0.1"), hots=1))]), "--json")
        self.assertEqual((code, json.loads(out)["key"]), (1, "targets[0].probe.hots"))
        self.assertIn("hint: " + json.loads(out)["hint"] + "\n", err)
        code, out, err = self.slamon("check", self.lab.path("absent"), "--json")
        self.assertEqual((code, json.loads(out)["file"], json.loads(out)["line"]), (1, self.lab.path("absent"), 0))

    def check_spool(self, path=None, cwd=None, **spool):
        """What check says of a spool, on a machine where nobody may do anything but what modes say; it makes nothing."""
        config = self.lab.config([("a", 60, 5, {"kind": "tcp", "host": "127.0.0.1", "port": 1})],
                                 spool=dict(spool, path=path or os.path.realpath(self.lab.path("box/spool"))))
        there = sorted(os.listdir(self.lab.folder))
        out = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", lab_net.program("slamon"), "check",
                              config], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, cwd=cwd)
        self.assertEqual(out.returncode, 0)
        self.assertIn("accepted", out.stdout)
        self.assertEqual(sorted(os.listdir(self.lab.folder)), there)
        return out.stderr

    def test_check_looks_where_the_spool_is_to_be(self):
        box = os.path.realpath(self.lab.path("box"))  # where no link leads on: its name is told so
        spool = os.path.join(box, "spool")
        cannot = f"slamon: would not start on this machine: spool '{spool}' cannot be kept: "
        hint = "slamon: would not start on this machine: hint: "
        owns = hint + "the user of slamon must own the file and be able to write in its folder\n"
        self.assertEqual(self.check_spool(), f"{cannot}'{box}': No such file or directory\n{hint}make its folder, or name "
                         "another in spool.path\n")
        os.mkdir(box)
        self.assertEqual(without_disk(self.check_spool()), "")
        for name in ("spool", "spool-queue"):
            open(os.path.join(box, name), "w").close()
            os.chmod(os.path.join(box, name), 0o400)
            self.assertEqual(self.check_spool(), f"{cannot}'{box}/{name}': Permission denied\n{owns}")
            os.chmod(os.path.join(box, name), 0o600)
        self.assertEqual(without_disk(self.check_spool()), "")
        os.mkdir(spool + "-wal")
        self.assertEqual(self.check_spool(), f"{cannot}'{spool}-wal' is not a regular file\n")
        os.rmdir(spool + "-wal")
        os.chmod(box, 0o500)
        self.assertEqual(self.check_spool(), f"{cannot}'{box}': Permission denied\n{owns}")
        self.assertEqual(self.check_spool(path="spool", cwd=box), "slamon: would not start on this machine: spool 'spool' "
                         f"cannot be kept: '{box}': Permission denied\n{hint}a relative spool.path counts from where slamon "
                         "is started\n")
        os.chmod(box, 0o700)
        self.assertEqual(sorted(os.listdir(box)), ["spool", "spool-queue"])

    def test_check_looks_at_the_disk(self):
        memory = subprocess.run(["stat", "-f", "-c", "%T", "/dev/shm"], capture_output=True, text=True).stdout == "tmpfs\n"
        said = self.check_spool(path="/dev/shm/govsla-never-made", size_mb=1)
        self.assertEqual("slamon: spool: spool '/dev/shm/govsla-never-made' is on tmpfs, which is memory\n" in said, memory)
        self.assertFalse(os.path.exists("/dev/shm/govsla-never-made"))
        spool, disk = self.lab.path("spool"), os.statvfs(self.lab.folder)
        narrow = disk.f_bavail * disk.f_frsize < 10 ** 12  # any machine of ours; if not, it is right to say nothing
        told = re.search(f"slamon: spool: spool '{re.escape(spool)}' may grow to 1000000 MB, and there is room for \\d+\n"
                         "slamon: spool: hint: free space on its disk, or lower spool.size_mb\n",
                         self.check_spool(path=spool, size_mb=1000000))
        self.assertEqual(bool(told), narrow)

    def test_check_tells_of_limits_that_an_outage_reaches(self):
        def tcp(name, interval_s, timeout_s, **more):
            return (name, interval_s, timeout_s, {"kind": "tcp", "host": "127.0.0.1", "port": 1}, more)
        config = self.lab.config([tcp("a", 1, 9, in_flight_max=10), tcp("r", 60, 5, reference=True)])
        said = without_disk(self.slamon("check", config)[2])
        self.assertEqual(said, "slamon: own side: the reference 'r' is probed every 60 s, and 'a', for which it speaks, every "
                         "1 s: what is between two of its probes is not seen\n")
        config = self.lab.config([tcp("a", 1, 10, in_flight_max=9, references=[]), tcp("b", 2, 2, in_flight_max=1),
                                  tcp("c", 1, 3, in_flight_max=2, references=["r"]), tcp("r", 1, 1, reference=True)],
                                 in_flight_max=12, destination_rate_per_s=3)
        said = without_disk(self.slamon("check", config)[2])
        self.assertEqual(said, "slamon: in flight: 'a' and others: timeout_s is not less than interval_s times in_flight_max: "
                         "while there is no answer, instants are missed (in-flight cap)\n"
                         "slamon: in flight: while no target answers, 13 probes are in flight, and in_flight_max is 12: the "
                         "rest is missed (in-flight cap)\n"
                         "slamon: rate: '127.0.0.1' is to be probed 3.500 times a second, and destination_rate_per_s is 3: the "
                         "rest is missed (rate limit)\n")
        targets = [tcp("a", 1, 1, in_flight_max=2), tcp("b", 2, 2), tcp("c", 2, 4)]
        config = self.lab.config(targets, in_flight_max=5, destination_rate_per_s=2)
        self.assertEqual(without_disk(self.slamon("check", config)[2]), "")
        targets[0] = tcp("a", 1, 1, in_flight_max=1)  # the instant comes just before the former probe is over
        said = without_disk(self.slamon("check", self.lab.config(targets, in_flight_max=4))[2])
        self.assertEqual(said, "slamon: in flight: 'a': timeout_s is not less than interval_s times in_flight_max: while there "
                         "is no answer, instants are missed (in-flight cap)\n"
                         "slamon: in flight: while no target answers, 4 probes are in flight, and in_flight_max is 4: the rest "
                         "is missed (in-flight cap)\n")

    def test_refusals(self):
        code, out, err = self.slamon("run", self.lab.path("absent"))
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err, "slamon: %s: cannot open: No such file or directory\n" % self.lab.path("absent"))
        config = self.lab.config([("a", 60, 5, icmp("127.0.0.1"))])
        code, out, err = self.slamon("ship", config)
        self.assertEqual((code, err), (1, "slamon: %s: the key 'database' is missing: there is nowhere to ship to\n"
                                       % config))
        config = self.lab.config([("a", 60, 5, https(1))], ca_file=self.lab.path("no-ca"))
        code, out, err = self.slamon("once", config)
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err, "slamon: a: cannot read ca_file '%s': No such file or directory\n"
                         % self.lab.path("no-ca"))

    def test_once_keeps_its_samples(self):
        config = self.lab.config([("a", 60, 5, icmp("127.0.0.1")), ("b", 60, 5, http(port=1))])
        code, out, err = self.slamon("once", config)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^target +kind +state +round trip +detail\n"
                              r"a +icmp +up +\d+\.\d{3} ms\nb +http +down +-  refused\n$")
        with contextlib.closing(sqlite3.connect(self.lab.path("spool.sqlite"))) as spool:
            self.assertEqual(spool.execute("select count(*) from record").fetchone(), (3,))  # and the clock


class Schedule(Case):
    """Every instant between the first and the last gives exactly one record."""

    def check_complete(self, samples, interval_s=1):
        instants = [instant(s["scheduled"]) for s in samples]
        self.assertEqual(len(set(instants)), len(instants), "an instant has two records")
        steps = {round(b - a, 3) for a, b in zip(sorted(instants), sorted(instants)[1:])}
        self.assertLessEqual(steps, {float(interval_s)}, "an instant has no record")

    def test_several_in_flight(self):
        asked = []
        port = self.lab.tcp_server(lambda c: asked.append(c.recv(1)) or time.sleep(30))
        run = self.lab.run([("slow", 1, 3, http(port=port))])
        lab_net.wait_for(lambda: len(run.observed()) >= 3 and len(asked) >= 4, "some that are over and one that is not")
        code, samples = run.finish()
        over = time.time()
        self.assertEqual(code, 0)
        self.check_complete(samples)
        self.assertGreaterEqual(len(samples), len(asked))  # those in flight at the end were waited for
        slow = lab_net.observed(samples)
        for sample in slow:
            self.check(sample, "down", "timeout")
            self.assertGreater(over - instant(sample["sent"]), 2.99, "its whole time")
        self.assertLess(min(instant(b["sent"]) - instant(a["sent"]) for a, b in zip(slow, slow[1:])), 2.99, "two at once")

    def test_in_flight_cap(self):
        port = self.lab.tcp_server(lambda c: time.sleep(30))
        run = self.lab.run([("slow", 1, 3, http(port=port), {"in_flight_max": 2})])
        lab_net.wait_for(lambda: {s["failure"] for s in run.observed()} == {"in-flight cap", "timeout"}, "samples of both")
        code, samples = run.finish()
        self.check_complete(samples)
        for s in samples:
            self.assertIn((s["outcome"], s["failure"]),
                          (("down", "timeout"), ("missed", "in-flight cap"), ("missed", "not running")))
            self.assertEqual(s["sent"] is None, s["outcome"] == "missed")
        sent = sorted(instant(s["sent"]) for s in samples if s["sent"])
        for first, third in zip(sent, sent[2:]):
            self.assertGreater(third - first, 2.99, "three at once")

    def test_second_signal_gives_up(self):
        asked = []
        port = self.lab.tcp_server(lambda c: asked.append(c.recv(1)) or time.sleep(300))
        run = self.lab.run([("slow", 1, 300, http(port=port)), ("echo", 1, 300, icmp("127.0.0.1"))])
        lab_net.wait_for(lambda: asked, "one in flight")
        run.process.send_signal(signal.SIGINT)
        lab_net.wait_for(lambda: "waiting for" in run.log(), "the first signal")
        code, samples = run.finish(signal.SIGINT)
        self.assertEqual(code, 0)
        slow = [s for s in samples if s["target"] == "slow"]
        self.assertTrue(slow)
        for s in slow:
            self.check(s, "missed", "not running")

    def test_stopped_process_misses(self):
        port = self.lab.tcp_server(lambda c: time.sleep(30))
        run = self.lab.run([("echo", 1, 2, icmp("127.0.0.1")), ("slow", 1, 2, http(port=port))])
        lab_net.wait_for(lambda: run.observed("echo") and run.observed("slow"), "samples of both")
        run.process.send_signal(signal.SIGSTOP)
        stopped = time.time()
        time.sleep(4)
        going = time.time()
        run.process.send_signal(signal.SIGCONT)

        def runs_again():
            return all(any(instant(s["scheduled"]) > going for s in run.observed(name)) for name in ("echo", "slow"))
        lab_net.wait_for(runs_again, "samples of both after the stop")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for name in ("echo", "slow"):
            self.check_complete([s for s in samples if s["target"] == name])
        for s in samples:
            if s["outcome"] == "missed":
                self.assertEqual(s["failure"], "not running")
                continue
            # of what was due when it stood still, the last instant is sent late
            self.assertFalse(stopped < instant(s["scheduled"]) < going - 1.01, s)
            if s["target"] == "echo":
                self.check(s, "up")
                self.assertLess(s["rtt_us"], 2000000)  # the kernel's stamp, not the time of reading
            else:
                self.check(s, "down", "timeout")
                # in flight when it was stopped: not the server's fault
                self.assertFalse(stopped - 1.9 < instant(s["sent"]) < stopped - 0.1, s)

    def test_reload(self):
        asked = []
        port = self.lab.tcp_server(lambda c: asked.append(c.recv(1)) or time.sleep(30))
        first, slow = ("first", 1, 2, icmp("127.0.0.1")), ("slow", 1, 3, http(port=port))
        run = self.lab.run([first, slow])
        lab_net.wait_for(lambda: run.samples() and asked, "a sample, and a probe that is in flight")
        for i in range(10):  # again and again, in the middle of the probes
            self.lab.config([first, ("second", 1, 2, icmp("127.0.0.2"))])
            run.process.send_signal(signal.SIGHUP)
            lab_net.wait_for(lambda: run.log().count("observes 2 targets") == i + 2, "the reload")
            time.sleep(0.13)
        with open(self.lab.path("slamon.json"), "w") as f:
            f.write('{ "format": "govsla-slamon/1" }')
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: "goes on as before" in run.log(), "the refusal")
        self.assertIn("the key 'vantage' is missing", run.log())
        self.lab.config([first], vantage="other")
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: run.log().count("goes on as before") == 2, "the second refusal")
        self.assertIn("the key 'vantage' can be changed by a restart only", run.log())
        lab_net.wait_for(lambda: all(run.observed(name) for name in ("first", "second")), "samples of each")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for name in ("first", "second", "slow"):
            mine = [s for s in samples if s["target"] == name]
            self.assertTrue(mine, name)
            self.check_complete(mine)
            for s in lab_net.observed(mine):
                self.check(s, *(("down", "timeout") if name == "slow" else ("up",)))

    def test_stepped_clock(self):
        clock = lab_clock.Clock(self.lab.folder)
        run = self.lab.run([("echo", 1, 20, icmp("127.0.0.1"))], clock.environment)
        lab_net.wait_for(lambda: len(run.samples()) >= 2, "samples")
        clock.step(+10)
        lab_net.wait_for(lambda: "stepped by" in run.log(), "the step to be noticed")
        seen = len(run.samples())
        lab_net.wait_for(lambda: len(run.samples()) >= seen + 2, "samples")
        clock.step(-30)
        lab_net.wait_for(lambda: run.log().count("stepped by") == 2, "the second step to be noticed")
        seen = len(run.samples())
        lab_net.wait_for(lambda: len(run.samples()) >= seen + 3, "samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        instants = [instant(s["scheduled"]) for s in samples]
        turn = next(i for i in range(1, len(instants)) if instants[i] < instants[i - 1] - 12)
        forward = samples[:turn]
        self.check_complete(forward)
        self.assertGreaterEqual([s["failure"] for s in forward].count("not running"), 9, forward)
        for s in lab_net.observed(samples):  # none of them has the steps in it
            self.check(s, "up")
            self.assertLess(s["rtt_us"], 9000000, s)
            self.assertLess(s["lateness_us"], 9000000, s)


if __name__ == "__main__":
    lab_net.main()
