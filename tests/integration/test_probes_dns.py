#!/usr/bin/python3
"""dns probes against a real name server (dnsmasq) and hostile ones, in a network of their own."""

import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time

import lab_net
from lab_net import PEER, PEER6, instant

LONG = ["%02d" % i + "x" * 200 for i in range(12)]  # a TXT of more than one datagram
DNSMASQ = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
           "--no-daemon", "--log-facility=/dev/null",
           "--host-record=www.site.test,192.0.2.1", "--host-record=www.site.test,192.0.2.2",
           "--host-record=www.site.test,2001:db8::1", "--cname=alias.site.test,www.site.test",
           "--cname=second.site.test,alias.site.test",
           "--mx-host=site.test,mail.site.test,10", "--mx-host=site.test,backup.site.test,20",
           "--txt-record=site.test,v=spf1 mx -all", "--txt-record=long.site.test," + ",".join(LONG),
           "--srv-host=_sip._tcp.site.test,sip.site.test,5060,1,2",
           "--ptr-record=1.2.0.192.in-addr.arpa,www.site.test",
           "--naptr-record=site.test,100,10,u,E2U+sip,!^.*$!sip:info@site.test!,.",
           "--caa-record=site.test,0,issue,ca.site.test",
           "--dns-rr=site.test,65,00010000010006026832026833", "--dns-rr=_443._tcp.site.test,52,0301010D6F",
           "--dns-rr=site.test,43,303902023f8a", "--dns-rr=site.test,44,04029e1b",
           "--auth-server=ns1.auth.test,127.0.0.2", "--auth-zone=auth.test,127.0.0.0/8",
           "--auth-soa=2026010101,hostmaster.auth.test,3600,900,604800", "--local=/site.test/",
           "--address=/blocked.test/#", "--host-record=ns1.auth.test,127.0.0.1"]


def dns(name, port, type="A", server="127.0.0.1", **more):
    return dict({"kind": "dns", "server": server, "port": port, "name": name, "type": type}, **more)


def in_time(failure):
    """A timeout for a probe that is to end so: who answers may be late on a busy machine."""
    return 1 if failure == "timeout" else 20


def pack_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def record(name, type, data, ttl=60):
    return (name if isinstance(name, bytes) else pack_name(name)) + struct.pack(">HHIH", type, 1, ttl, len(data)) + data


def question_of(query):
    at = 12
    while query[at]:
        at += 1 + query[at]
    return query[12:at + 5]


def name_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels)


def answer(query, records=(), flags=0x8180, id=None, question=None, authority=(), additional=()):
    head = struct.pack(">HHHHH", flags, 1, len(records), len(authority), len(additional))
    question = question_of(query) if question is None else question
    return ((query[:2] if id is None else id) + head + question + b"".join(records) + b"".join(authority)
            + b"".join(additional))


A = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"  # the name asked for is 192.0.2.1


class Case(lab_net.Case):
    maxDiff = None

    def check_all(self, samples, wanted):
        got = {name: (s["outcome"], s["failure"]) for name, s in samples.items()}
        outcomes = {"": "up", "send": "missed"}
        self.assertEqual(got, {name: (outcomes.get(failure, "down"), failure) for name, failure in wanted.items()})

    def dnsmasq(self, port, addresses=("127.0.0.1",), at=()):
        """Starts dnsmasq on the addresses and the port."""
        process = self.lab.start([*at, *DNSMASQ, "--port=%d" % port, "--bind-interfaces",
                                  *("--listen-address=" + a for a in addresses)])
        lab_net.wait_for(lambda: subprocess.run([*at, "bash", "-c", "exec 3<>/dev/tcp/%s/%d" % (addresses[0], port)],
                                                stderr=subprocess.DEVNULL).returncode == 0, "dnsmasq")
        return process


class Dnsmasq(Case):
    def test_every_type(self):
        self.dnsmasq(5300, ["127.0.0.1", "127.0.0.2"])
        expected = {
            "A": ("www.site.test", ["192.0.2.1", "192.0.2.2"]),
            "AAAA": ("www.site.test", ["2001:DB8:0:0::1"]),
            "CNAME": ("alias.site.test", ["WWW.site.test."]),
            "MX": ("site.test", ["10 mail.site.test", "20 backup.site.test"]),
            "TXT": ("site.test", ["v=spf1 mx -all"]),
            "SRV": ("_sip._tcp.site.test", ["1 2 5060 sip.site.test"]),
            "PTR": ("1.2.0.192.in-addr.arpa", ["www.site.test"]),
            "NAPTR": ("site.test", ['100 10 "u" "E2U+sip" "!^.*$!sip:info@site.test!" .']),
            "CAA": ("site.test", ['0 issue "ca.site.test"']),
            "HTTPS": ("site.test", ["00010000010006026832026833"]),
            "TLSA": ("_443._tcp.site.test", ["3 1 1 0d6f"]),
            "DS": ("site.test", ["12345 2 2 3f8a"]),
            "SSHFP": ("site.test", ["4 2 9E1B"]),
            "SOA": ("auth.test", ["ns1.auth.test hostmaster.auth.test 2026010101 3600 900 604800 600"]),
            "NS": ("auth.test", ["ns1.auth.test"]),
        }
        for match in ("all", "exact"):
            targets = [(type, 60, 5, dns(name, 5300, type, expect_answer=texts, expect_match=match, recursion_desired=type not in ("SOA", "NS"),
                                         server="127.0.0.2" if type in ("SOA", "NS") else "127.0.0.1"))
                       for type, (name, texts) in expected.items()]
            samples = self.lab.once(targets)
            self.check_all(samples, {type: "" for type in expected})
        for sample in samples.values():
            self.assertTrue(0 < sample["rtt_us"] < 5000000, sample)
            self.assertEqual(sample["kind"], "dns")


    def test_status_and_answer(self):
        self.dnsmasq(5300)
        targets = {
            "no-name": (dns("none.site.test", 5300), "dns no such name"),
            "no-name-expected": (dns("none.site.test", 5300, expect_status="NXDOMAIN"), ""),
            "name-unexpected": (dns("www.site.test", 5300, expect_status="NXDOMAIN"), "dns status"),
            "refused": (dns("www.elsewhere.example", 5300), "dns status"),
            "refused-expected": (dns("www.elsewhere.example", 5300, expect_status="REFUSED"), ""),
            "no-data": (dns("alias.site.test", 5300, "MX"), "answer mismatch"),
            "no-data-expected": (dns("www.site.test", 5300, "MX", expect_match="exact"), ""),
            "any-data": (dns("www.site.test", 5300), ""),
            "some-data-unexpected": (dns("www.site.test", 5300, expect_match="exact"), "answer mismatch"),
            "one-of-two": (dns("www.site.test", 5300, expect_answer=["192.0.2.2"]), ""),
            "not-exactly": (dns("www.site.test", 5300, expect_answer=["192.0.2.2"], expect_match="exact"),
                            "answer mismatch"),
            "one-missing": (dns("www.site.test", 5300, expect_answer=["192.0.2.2", "192.0.2.3"]), "answer mismatch"),
            "any": (dns("www.site.test", 5300, expect_answer=["192.0.2.2", "192.0.2.3"], expect_match="any"), ""),
            "none-of": (dns("www.site.test", 5300, expect_answer=["192.0.2.3"], expect_match="any"),
                        "answer mismatch"),
            "aliases": (dns("second.site.test", 5300, expect_answer=["192.0.2.1"]), ""),
            "aliases-v6": (dns("second.site.test", 5300, "AAAA", expect_answer=["2001:db8::1"]), ""),
            "blocked": (dns("x.blocked.test", 5300, expect_answer=["0.0.0.0"], expect_match="exact"), ""),
            "unasked-recursion": (dns("www.site.test", 5300, recursion_desired=False), ""),
            "case": (dns("WWW.Site.TEST.", 5300), ""),
        }
        samples = self.lab.once([(name, 60, 5, probe) for name, (probe, _) in targets.items()])
        self.check_all(samples, {name: failure for name, (_, failure) in targets.items()})

    def test_transport(self):
        """A TXT of 2.4 kB: over UDP with room for it, over TCP after being truncated, and over TCP at once."""
        self.dnsmasq(5300)
        more = {"expect_answer": ["".join(LONG)], "expect_match": "exact"}
        samples = self.lab.once([
            ("truncated", 60, 5, dns("long.site.test", 5300, "TXT", **more)),
            ("without-edns", 60, 5, dns("long.site.test", 5300, "TXT", edns_bytes=0, **more)),
            ("room", 60, 5, dns("long.site.test", 5300, "TXT", edns_bytes=4096, **more)),
            ("tcp", 60, 5, dns("long.site.test", 5300, "TXT", transport="tcp", **more)),
            ("tcp-short", 60, 5, dns("www.site.test", 5300, transport="tcp", expect_answer=["192.0.2.1"])),
        ])
        self.check_all(samples, dict.fromkeys(samples, ""))
        for sample in samples.values():
            self.assertTrue(0 < sample["rtt_us"] < 5000000, sample)

    def test_server_by_name_and_over_ipv6(self):
        self.dnsmasq(5300, ["127.0.0.1", "::1"])
        names = self.lab.name_server({"ns.test": "127.0.0.1"})
        samples = self.lab.once([
            ("named", 60, 5, dns("www.site.test", 5300, server="ns.test", address_family="ipv4")),
            ("v6", 60, 5, dns("www.site.test", 5300, server="::1")),
            ("v6-tcp", 60, 5, dns("www.site.test", 5300, server="::1", transport="tcp")),
            ("unknown", 60, 5, dns("www.site.test", 5300, server="ns.unknown.test")),
            ("nobody", 60, 1, dns("www.site.test", 5300, server="ns.test", dns_servers="127.0.0.1:9")),
        ], dns_servers=names, dns_timeout_ms=3000)
        self.check_all(samples, {"named": "", "v6": "", "v6-tcp": "", "unknown": "dns", "nobody": "send"})


class Hostile(Case):
    def udp(self, behave, address="127.0.0.1", elsewhere=False):
        """A server that answers each query with the datagrams of behave(query), elsewhere: from another socket.
        Returns its port."""
        other = None
        if elsewhere:
            other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(other.close)
        return self.lab.udp_server(behave, address, via=other)

    def test_what_is_passed_over_and_what_is_not(self):
        def but_then(*packets):
            return lambda q: [p(q) for p in packets] + [answer(q, [A])]

        def wrong_id(q):
            return answer(q, [A[:-1] + b"\7"], id=bytes([q[0], q[1] ^ 1]))

        def wrong_name(q):
            return answer(q, [A], question=pack_name("other.test") + b"\0\1\0\1")
        hint = {"expect_answer": ["192.0.2.1"]}
        servers = {
            # forged: the true answer is still waited for, and counts
            "wrong-id-then": (self.udp(but_then(wrong_id)), ""),
            "wrong-name-then": (self.udp(but_then(wrong_name)), ""),
            "wrong-type-then": (self.udp(but_then(lambda q: answer(q, question=q[12:22] + b"\0\2\0\1"))), ""),
            "many-wrong-then": (self.udp(but_then(*[wrong_id] * 100)), ""),
            "noise-then": (self.udp(but_then(lambda q: b"", lambda q: b"x")), ""),
            # and when none comes, that is no answer
            "wrong-id": (self.udp(lambda q: [wrong_id(q)]), "timeout"),
            "from-elsewhere": (self.udp(lambda q: [answer(q, [A])], elsewhere=True), "timeout"),
            "silent": (self.udp(lambda q: []), "timeout"),
            "too-late": (self.udp(lambda q: [30.0, answer(q, [A])]), "timeout"),
            # the right server, and no DNS
            "echo": (self.udp(lambda q: [q]), "protocol"),
            "short": (self.udp(lambda q: [q[:11]]), "protocol"),
            "cut": (self.udp(lambda q: [answer(q, [A])[:-1]]), "protocol"),
            "loop": (self.udp(lambda q: [answer(q, [b"\xc0\x1a" + A[2:]])]), "protocol"),
            "bad-data": (self.udp(lambda q: [answer(q, [record(b"\xc0\x0c", 1, b"\1\2\3")])]), "protocol"),
            "opcode": (self.udp(lambda q: [answer(q, [A], flags=0xa980)]), "protocol"),
            "counts": (self.udp(lambda q: [answer(q, [A])[:6] + b"\xff\xff" + answer(q, [A])[8:]]), "protocol"),
            # DNS, and not what was expected
            "servfail": (self.udp(lambda q: [answer(q, flags=0x8182)]), "dns status"),
            "servfail-bare": (self.udp(lambda q: [q[:2] + b"\x81\x82" + bytes(8)]), "dns status"),
            "badvers": (self.udp(lambda q: [answer(q, additional=[b"\0\0\x29\4\xd0\1\0\0\0\0\0"])]),
                        "dns status"),
            "no-name": (self.udp(lambda q: [answer(q, flags=0x8183)]), "dns no such name"),
            "empty": (self.udp(lambda q: [answer(q)]), "answer mismatch"),
            "lies": (self.udp(lambda q: [answer(q, [A[:-1] + b"\7"])]), "answer mismatch"),
            "foreign-record": (self.udp(lambda q: [answer(q, [record("x.test", 1, b"\xc0\0\2\1")])]),
                               "answer mismatch"),
            "alias-loop": (self.udp(lambda q: [answer(q, [record(b"\xc0\x0c", 5, b"\xc0\x0c")])]),
                           "answer mismatch"),
            "thousand": (self.udp(lambda q: [answer(q, [A] * 1000)]), ""),
            "trailing": (self.udp(lambda q: [answer(q, [A]) + b"and more"]), ""),
        }
        samples = self.lab.once([(name, 60, in_time(failure), dns("www.test", port, **hint))
                                 for name, (port, failure) in servers.items()])
        self.check_all(samples, {name: failure for name, (_, failure) in servers.items()})

    def test_a_server_without_edns(self):
        """It answers FORMERR to an OPT record (RFC 6891 section 7), and is asked again without."""
        asked = {}

        def without_edns(name, formerr):
            def reply(query):
                asked.setdefault(name, []).append(query[10:12] == b"\0\1")
                return formerr(query) if query[10:12] == b"\0\1" else answer(query, [A])
            return reply

        def formerr(query):
            return answer(query, flags=0x8181)

        def with_opt(query):
            return answer(query, flags=0x8181, additional=[b"\0\0\x29\4\xd0\0\0\0\0\0\0"])
        replies = {"udp": formerr, "bare": lambda q: q[:2] + b"\x81\x81" + bytes(8), "expected": formerr, "its-own": with_opt,
                   "never": lambda q: b"", "tcp": formerr, "to-anything": formerr}
        rows = {}
        for name, formerr_of in replies.items():
            reply = without_edns(name, formerr_of)
            if name == "to-anything":
                reply = formerr
            if name == "tcp":
                port = self.over_tcp(lambda c, q, reply=reply: c.sendall(struct.pack(">H", len(reply(q))) + reply(q)))
            else:
                port = self.udp(lambda q, reply=reply: [reply(q)])
            rows[name] = (name, 60, 1 if name == "never" else 20, dns("www.test", port, **({"expect_status": "FORMERR"} if name == "expected" else
                                                                {"expect_answer": ["192.0.2.1"]})))
        samples = self.lab.once(list(rows.values()))
        self.check_all(samples, {"udp": "", "bare": "", "expected": "", "its-own": "dns status", "never": "timeout",
                                 "tcp": "", "to-anything": "dns status"})
        for name in ("udp", "bare"):
            self.assertEqual(asked[name][:2], [True, False])
        for name in ("expected", "its-own"):
            self.assertEqual(set(asked[name]), {True})

    def over_tcp(self, talk):
        """talk(connection, query) over TCP at 127.0.0.1; over UDP the port answers: truncated. Returns the port."""
        def serve(connection):
            query = connection.recv(2000)
            if query:
                talk(connection, query[2:])
        port = self.lab.tcp_server(serve)
        return self.lab.udp_server(lambda query: [answer(query, flags=0x8380)], port=port)

    def test_over_tcp(self):
        def framed(message, length=None):
            return struct.pack(">H", len(message) if length is None else length) + message

        def drip(connection, query):
            for byte in framed(answer(query, [A])):
                connection.sendall(bytes([byte]))

        def wait(connection):
            connection.recv(1)
        servers = {
            "well": (self.over_tcp(lambda c, q: c.sendall(framed(answer(q, [A])))), ""),
            "drips": (self.over_tcp(drip), ""),
            "another-first": (self.over_tcp(lambda c, q: c.sendall(framed(answer(q, [A], id=b"xx"))
                                                                   + framed(answer(q, [A])))), ""),
            "largest": (self.over_tcp(lambda c, q: c.sendall(framed(answer(q, [A] * 4090)))), ""),
            "closes": (self.over_tcp(lambda c, q: c.close()), "reset"),
            "half": (self.over_tcp(lambda c, q: (c.sendall(framed(answer(q, [A]), 300)), c.close())), "reset"),
            "stalls": (self.over_tcp(lambda c, q: (c.sendall(b"\xff\xff" + answer(q, [A])), wait(c))), "timeout"),
            "silent": (self.over_tcp(lambda c, q: wait(c)), "timeout"),
            "nothing": (self.over_tcp(lambda c, q: (c.sendall(b"\0\0"), wait(c))), "protocol"),
            "http": (self.over_tcp(lambda c, q: (c.sendall(b"HTTP/1.0 400 Bad Request\r\n" * 1000), wait(c))),
                     "timeout"),
            "truncated-again": (self.over_tcp(lambda c, q: (c.sendall(framed(answer(q, flags=0x8380))), wait(c))),
                                "protocol"),
            "cut": (self.over_tcp(lambda c, q: (c.sendall(framed(answer(q, [A])[:-1])), wait(c))), "protocol"),
            "udp-only": (self.udp(lambda q: [answer(q, flags=0x8380)]), "refused"),
        }
        for transport in ("udp", "tcp"):
            samples = self.lab.once([(name, 60, in_time(failure), dns("www.test", port, transport=transport,
                                                                      expect_answer=["192.0.2.1"]))
                                     for name, (port, failure) in servers.items()])
            self.check_all(samples, {name: failure for name, (_, failure) in servers.items()})

    def test_a_second_question_does_not_shorten_the_round_trip(self):
        """Asked again over TCP, or without EDNS: the name's answer took as long as both questions together."""
        first_us = 300000

        def late(reply):
            time.sleep(first_us / 1e6)
            return [reply]

        def framed(connection):
            reply = answer(connection.recv(2000)[2:], [A])
            connection.sendall(struct.pack(">H", len(reply)) + reply)
        truncated = self.lab.udp_server(lambda q: late(answer(q, flags=0x8380)), port=self.lab.tcp_server(framed))
        formerr = self.udp(lambda q: late(answer(q, flags=0x8181)) if q[10:12] == b"\0\1" else [answer(q, [A])])
        samples = self.lab.once([("tcp", 60, 20, dns("www.test", truncated)), ("edns", 60, 20, dns("www.test", formerr))])
        self.check_all(samples, {"tcp": "", "edns": ""})
        for sample in samples.values():
            self.assertGreaterEqual(sample["rtt_us"], first_us, sample)

    def test_a_second_question_that_came_late_is_not_the_servers(self):
        """slamon stands still over the FORMERR: until it asks again is its own time, which no stamp of the kernel tells."""
        process = []

        def behave(query):
            if query[10:12] != b"\0\1":
                return [answer(query, [A])]
            lab_net.wait_for(lambda: process, "slamon")
            process[0].send_signal(signal.SIGSTOP)
            threading.Timer(0.5, process[0].send_signal, (signal.SIGCONT,)).start()  # shorter than a stop
            return [answer(query, flags=0x8181)]
        config = self.lab.config([("a", 60, 20, dns("www.test", self.udp(behave)))])
        process.append(self.lab.start([lab_net.program("slamon"), "once", config, "--json", "--no-spool"],
                                      stdout=subprocess.PIPE))
        sample, = json.loads(process[0].communicate(timeout=300)[0])["samples"]
        self.assertEqual((sample["outcome"], sample["failure"]), ("missed", "not running"), sample)

    def test_round_trip_is_the_kernels(self):
        """The time in which slamon is stopped is not the server's: the answer waits in the socket with its stamp."""
        process, stops = [], []

        def behave(query):
            if process:
                stops.append(time.time())
                process[0].send_signal(signal.SIGSTOP)
                threading.Timer(3, process.pop().send_signal, (signal.SIGCONT,)).start()
            return [answer(query, [A])]
        run = self.lab.run([("a", 1, 9, dns("www.test", self.udp(behave)))])
        lab_net.wait_for(run.observed, "a sample")

        def observed_over_a_stop():  # one that this machine made last until its answer was slow is missed
            if not process and time.time() > max(stops, default=0) + 4:
                process.append(run.process)
            return any(0 <= stop - instant(s["sent"]) < 0.5 for s in run.observed() for stop in stops)
        lab_net.wait_for(observed_over_a_stop, "an answer that waited")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for s in lab_net.observed(samples):
            self.check(s, "up")
            self.assertLess(s["rtt_us"], 2500000, s)

    def test_memory_and_descriptors_stay(self):
        """Silent servers, stalled connections and floods, over and over."""
        # the address sanitizer keeps what was freed for a while
        lab_net.use_plain_build()

        def stall(connection, query):
            connection.sendall(b"\xff\xff" + bytes(1000))
            connection.recv(1)
        silent, stalls = self.udp(lambda q: []), self.over_tcp(stall)
        floods = self.udp(lambda q: [answer(q, [A], id=b"xx")] * 200)
        run = self.lab.run([("%s-%d" % (name, i), 1, 1, dns("www.test", port))
                            for name, port, count in (("silent", silent, 50), ("stalls", stalls, 50),
                                                      ("floods", floods, 5)) for i in range(count)])

        def memory_kb():
            with open("/proc/%d/status" % run.process.pid) as f:
                return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        lab_net.wait_for(lambda: len(run.samples()) >= 210, "the first samples")
        before = memory_kb()
        lab_net.wait_for(lambda: len(run.samples()) >= 420, "more samples")
        # on a busy machine more probes are under way, which need more; what is lost does not come back
        lab_net.wait_for(lambda: memory_kb() < before + 4000, "memory to be what it was")
        descriptors = len(os.listdir("/proc/%d/fd" % run.process.pid))
        code, samples = run.finish()
        self.assertEqual(code, 0)
        # a probe is over after twice its timeout, whatever happens: three are under way, one is being ended, and a
        # stalled one has two sockets
        self.assertLess(descriptors, (50 + 50 * 2 + 5) * 4 + 40)
        got = {(s["outcome"], s["failure"]) for s in samples}
        self.assertEqual(got - {("missed", "not running")}, {("down", "timeout")})  # this machine may stop slamon
        self.assertEqual(len({(s["target"], s["scheduled"]) for s in samples}), len(samples))


class Peer(Case):
    def setUp(self):
        super().setUp()
        self.lab.make_peer()

    def test_source_and_marking(self):
        """What arrives at the peer: the source address and the DSCP, over both families and both transports."""
        lab_net.run("ip", "addr", "add", "10.99.0.7/24", "dev", "here")
        lab_net.run("ip", "addr", "add", "fd99::7/64", "dev", "here", "nodad")
        seen = self.lab.path("seen")
        program = """
import socket, struct, sys, threading
out = open(%r, "w", buffering=1)
def serve(family, address):
    udp, tcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family)
    v6 = family == socket.AF_INET6
    udp.setsockopt(41 if v6 else 0, 66 if v6 else 13, 1)   # IPV6_RECVTCLASS, IP_RECVTOS
    tcp.bind((address, 5300)); tcp.listen(5); udp.bind((address, 5300))
    for run in datagrams, connections:
        threading.Thread(target=run, args=(udp, tcp)).start()
def answer(q):
    return q[:2] + b"\\x81\\x83" + q[4:]
def datagrams(udp, tcp):
    while True:
        q, control, _, sender = udp.recvmsg(2000, 100)
        print("udp", sender[0], control[0][2][0] >> 2, file=out)
        udp.sendto(answer(q), sender)
def connections(udp, tcp):
    while True:
        c, sender = tcp.accept()
        q = c.recv(2000)
        print("tcp", sender[0], file=out)
        c.sendall(q[:2] + answer(q[2:]))
        c.close()
serve(socket.AF_INET, "10.99.0.2")
serve(socket.AF_INET6, "fd99::2")
print("ready", flush=True)
threading.Event().wait()
""" % seen
        process = self.lab.start(["nsenter", "-t", str(self.lab.peer.pid), "-n", "python3", "-c", program],
                                 stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.stdout.close()
        more = {"expect_status": "NXDOMAIN"}
        samples = self.lab.once([
            ("plain", 60, 5, dns("a.test", 5300, server=PEER, **more)),
            ("marked", 60, 5, dns("b.test", 5300, server=PEER, source_address="10.99.0.7", dscp=46, **more)),
            ("marked6", 60, 5, dns("c.test", 5300, server=PEER6, source_address="fd99::7", dscp=10, **more)),
            ("tcp", 60, 5, dns("d.test", 5300, server=PEER, source_address="10.99.0.7", transport="tcp", **more)),
            ("tcp6", 60, 5, dns("e.test", 5300, server=PEER6, source_address="fd99::7", transport="tcp", **more)),
            ("not-ours", 60, 5, dns("f.test", 5300, server=PEER, source_address="10.99.0.9", **more)),
        ])
        self.check(samples.pop("not-ours"), "missed", "send")
        self.check_all(samples, dict.fromkeys(samples, ""))
        with open(seen) as f:
            self.assertEqual(sorted(set(f.read().splitlines())),  # lab.once() may have had to ask again
                             ["tcp 10.99.0.7", "tcp fd99::7", "udp 10.99.0.1 0", "udp 10.99.0.7 46",
                              "udp fd99::7 10"])

    def test_refused_and_unreachable(self):
        samples = self.lab.once([
            ("refused", 60, 5, dns("a.test", 5300, server=PEER)),
            ("refused6", 60, 5, dns("a.test", 5300, server=PEER6)),
            ("refused-tcp", 60, 5, dns("a.test", 5300, server=PEER, transport="tcp")),
            ("unreachable", 60, 5, dns("a.test", 5300, server="10.98.1.1")),
            ("unreachable-tcp", 60, 5, dns("a.test", 5300, server="10.98.1.1", transport="tcp")),
            ("swallowed", 60, 1, dns("a.test", 5300, server="10.98.2.1")),
            ("swallowed-tcp", 60, 1, dns("a.test", 5300, server="10.98.2.1", transport="tcp")),
            ("no-route", 60, 5, dns("a.test", 5300, server="203.0.113.1")),
            ("no-route-tcp", 60, 5, dns("a.test", 5300, server="203.0.113.1", transport="tcp")),
        ])
        for name in ("no-route", "no-route-tcp"):
            self.check(samples.pop(name), "missed", "send")
        self.check_all(samples, {"refused": "refused", "refused6": "refused", "refused-tcp": "refused",
                                 "unreachable": "unreachable", "unreachable-tcp": "unreachable",
                                 "swallowed": "timeout", "swallowed-tcp": "timeout"})


class Configuration(Case):
    def refusal(self, probe):
        config = self.lab.config([("a", 60, 5, probe)])
        out = subprocess.run([lab_net.program("slamon"), "check", config], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((out.returncode, out.stdout), (1, ""), out)
        return out.stderr.split(": targets[0].probe.", 1)[1].replace("slamon: ", "")

    def test_refusals(self):
        rows = [
            (dns("", 53), "name: must not be empty\n"),
            (dns("a..b", 53), "name: 'a..b' is not a domain name\nhint: labels of 1 to 63 ASCII characters, 253 in all; "
                              "other scripts in their xn-- form\n"),
            (dns("a", 0), "port: 0 is not"),
            (dns("a", 53, "ANY"), "type: 'ANY' is not one of"),
            (dns("a", 53, expect_answer=["192.0.2.1", "192.0.2"]),
             "expect_answer[1]: '192.0.2' is not the data of a record of type A\nhint: write it like '192.0.2.1'\n"),
            (dns("a", 53, "MX", expect_answer=["mail.test"]),
             "expect_answer[0]: 'mail.test' is not the data of a record of type MX\n"
             "hint: write it like '10 mail.example.jp'\n"),
            (dns("a", 53, expect_status="NXDOMAIN", expect_answer=["192.0.2.1"]),
             "expect_answer: an answer of status NXDOMAIN has no records\n"),
            (dns("a", 53, expect_answer=["192.0.2.1"] * 65), "expect_answer: more than 64 texts\n"),
            (dns("a", 53, edns_bytes=511), "edns_bytes: is 0 or at least 512\n"),
            (dns("a", 53, source_address="::1"), "server: '127.0.0.1' is not an IPv6 address\n"),
        ]
        for probe, text in rows:
            refusal = self.refusal(probe)
            self.assertTrue(refusal.startswith(text), refusal)


if __name__ == "__main__":
    lab_net.main()
