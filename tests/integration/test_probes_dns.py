#!/usr/bin/python3
"""dns probes against a real name server (dnsmasq) and hostile ones, in a network of their own."""

import os
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

import lab_net
from lab_net import HERE, HERE6, PEER, PEER6

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


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.lab = lab_net.Lab()
        self.addCleanup(self.lab.close)

    def check(self, sample, outcome, failure=""):
        self.assertEqual((sample["outcome"], sample["failure"]), (outcome, failure), sample)

    def check_all(self, samples, wanted):
        got = {name: (s["outcome"], s["failure"]) for name, s in samples.items()}
        self.assertEqual(got, {name: ("down" if failure else "up", failure) for name, failure in wanted.items()})

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
            self.assertTrue(0 < sample["rtt_us"] < 1000000, sample)
            self.assertEqual(sample["kind"], "dns")


if __name__ == "__main__":
    lab_net.main()
