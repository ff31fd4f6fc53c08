#!/usr/bin/python3
"""Names of targets under fault: name servers that are silent, dead, lying or overwhelming, and files that are missing.

In all of them: every instant one record, others on time, descriptors few, and a line that says what to do."""
# waits

import os
import random
import re
import signal
import socket
import struct
import threading
import time
import unittest

import lab_net
from lab_seed import SEED
from test_probes_dns import A, Case, answer, name_of, record


def icmp(host, servers, **more):
    return dict({"kind": "icmp", "host": host, "dns_servers": servers, "address_family": "ipv4"}, **more)


class Resolver(Case):
    def hostile(self, behave, tcp=None):
        """A name server: behave(query) gives the datagrams that answer it; tcp(query) all that is sent over TCP.
        Returns ADDRESS:PORT."""
        udp, listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        listener.bind(("127.0.0.1", 0))
        udp.bind(listener.getsockname())
        listener.listen(100)

        def serve():
            while True:
                try:
                    query, sender = udp.recvfrom(2000)
                    if not query:  # shut down
                        return
                    for packet in behave(query):
                        udp.sendto(packet, sender)
                except OSError:
                    return

        def serve_tcp():
            while True:
                try:
                    connection, _ = listener.accept()
                    with connection:
                        query = connection.recv(2000)[2:]
                        if tcp and query:
                            connection.sendall(tcp(query))
                            connection.recv(1)
                except OSError:
                    if listener.fileno() < 0:
                        return
        for target in (serve, serve_tcp):
            threading.Thread(target=target, daemon=True).start()

        def end():
            for s in (udp, listener):
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                s.close()
        self.lab.ends.append(end)
        return "127.0.0.1:%d" % listener.getsockname()[1]

    def framed(self, message):
        return struct.pack(">H", len(message)) + message

    def many(self, count):
        return [A[:-4] + bytes([127, 1, i >> 8, i & 255]) for i in range(count)]

    def test_no_answer_harms(self):
        def truncated(query):
            return [answer(query, flags=0x8380)]
        cname_loop = [b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c"]
        silent = self.hostile(lambda q: [])
        noise = random.Random(SEED).randbytes
        servers = {
            "noise": self.hostile(lambda q: [noise(n) for n in (1, 11, 12, 40, 512, 1400, 0)]),
            "noise-of-this-id": self.hostile(lambda q: [q[:2] + b"\x81\x80" + noise(60)]),
            "echo": self.hostile(lambda q: [q]),
            "wrong-id": self.hostile(lambda q: [answer(q, [A], id=bytes([q[0] ^ 1, q[1]]))]),
            "other-question": self.hostile(lambda q: [answer(q, [A], question=b"\5other\4test\0\0\1\0\1")]),
            "pointer-loop": self.hostile(lambda q: [answer(q, [b"\xc0" + bytes([12 + len(q[12:])]) + A[2:]])]),
            "cut": self.hostile(lambda q: [answer(q, [A])[:-2]]),
            "counts": self.hostile(lambda q: [q[:2] + b"\x81\x80" + b"\xff" * 8 + q[12:]]),
            "no-records": self.hostile(lambda q: [answer(q)]),
            "cname-loop": self.hostile(lambda q: [answer(q, cname_loop)]),
            "broadcast": self.hostile(lambda q: [answer(q, [A[:-4] + b"\xff" * 4])]),
            "multicast": self.hostile(lambda q: [answer(q, [A[:-4] + bytes([224, 0, 0, 1])])]),
            "this-machine": self.hostile(lambda q: [answer(q, [A[:-4] + bytes(4)])]),
            "servfail": self.hostile(lambda q: [answer(q, flags=0x8182)]),
            "refuses": self.hostile(lambda q: [answer(q, flags=0x8185)]),
            "tcp-closes": self.hostile(truncated),
            "tcp-noise": self.hostile(truncated, lambda q: noise(4000)),
            "tcp-too-much": self.hostile(truncated, lambda q: self.framed(answer(q, self.many(4000)))),
        }
        good = {
            "long": self.hostile(truncated, lambda q: self.framed(answer(q, self.many(900)))),
            "one-that-is-none": self.hostile(lambda q: [answer(q, [A[:-4] + bytes([239, 0, 0, 1])] + self.many(1))]),
            "well": self.hostile(lambda q: [answer(q, self.many(5))]),
            "after-a-dead-one": "127.0.0.1:9," + self.hostile(lambda q: [answer(q, self.many(1))]),
            "after-a-lame-one": servers["refuses"] + "," + self.hostile(lambda q: [answer(q, self.many(1))]),
            "after-a-silent-one": silent + "," + self.hostile(lambda q: [answer(q, self.many(1))]),
        }
        servers["lame-before-dead"] = servers["refuses"] + ",127.0.0.1:9"
        servers["lame-behind-dead"] = "127.0.0.1:9," + servers["refuses"]
        nobody = {"no-server": "127.0.0.1:9", "no-servers": "127.0.0.1:9,127.0.0.1:8", "silent": silent,
                  "silent-and-none": silent + ",127.0.0.1:9"}
        targets = [(name, 60, 20, icmp("www.test", at)) for name, at in {**servers, **good, **nobody}.items()]
        samples = self.lab.once(targets, dns_timeout_ms=2000)
        self.check_all(samples, {**{name: "dns" for name in servers}, **{name: "" for name in good},
                                 **{name: "send" for name in nobody}})

    def test_a_silent_server_is_ours_and_a_silent_name_is_not(self):
        """A server that lives answers for the root's servers, whatever it says of the name."""
        silent = self.hostile(lambda q: [])
        living = self.hostile(lambda q: [] if name_of(q) else [answer(q)])
        failing = self.hostile(lambda q: [] if name_of(q) else [answer(q, flags=0x8182)])
        samples = self.lab.once([
            ("dead", 60, 20, icmp("www.test", silent)),
            ("dead-in-time", 60, 2, icmp("www.test", silent + "," + silent)),
            ("charged", 60, 20, icmp("www.test", silent, charge_dns=True)),
            ("charged-in-time", 60, 2, icmp("www.test", silent + "," + silent, charge_dns=True)),
            ("charged-and-none", 60, 20, icmp("www.test", "127.0.0.1:9", charge_dns=True)),
            ("charged-no-route", 60, 20, icmp("www.test", "192.0.2.1", charge_dns=True)),
            ("name", 60, 20, icmp("www.test", living)),
            ("name-in-time", 60, 2, icmp("www.test", living + "," + silent)),
            ("failing", 60, 20, icmp("www.test", failing)),
        ], dns_timeout_ms=1500)
        self.check_all(samples, {"dead": "send", "dead-in-time": "send", "charged": "dns", "charged-in-time": "dns",
                                 "charged-and-none": "dns", "charged-no-route": "send", "name": "dns",
                                 "name-in-time": "dns", "failing": "dns"})

    def test_a_server_that_dies_and_comes_back(self):
        """A target of each kind by name: missed while the server is dead, and the silence of one name stays its own."""
        dead = threading.Event()
        server = self.hostile(lambda q: [] if dead.is_set() or name_of(q) == "gone.test" else [answer(q, self.many(1))])
        kinds = {"icmp": {}, "tcp": {"port": 9}, "stamp": {"port": 9}}
        targets = [(kind, 1, 3, dict({"kind": kind, "host": "www.test", "address_family": "ipv4"}, **more))
                   for kind, more in kinds.items()]
        targets.append(("gone", 1, 3, {"kind": "icmp", "host": "gone.test"}))
        run = self.lab.run(targets, dns_servers=server, dns_timeout_ms=500)

        def seen(target, failure):
            return sum(s["target"] == target and s["failure"] == failure for s in run.samples())
        lab_net.wait_for(lambda: seen("icmp", "") > 1 and seen("gone", "dns") > 1, "answers")
        dead.set()
        lab_net.wait_for(lambda: all(seen(name, "send") > 2 for name in (*kinds, "gone")), "samples while it is dead")
        dead.clear()
        was = {name: seen(name, "") for name in kinds}
        gone = seen("gone", "dns")
        lab_net.wait_for(lambda: seen("icmp", "") > was["icmp"] + 1 and seen("gone", "dns") > gone + 1, "life again")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for s in samples:
            self.assertIn((s["outcome"], s["failure"]), [("up", ""), ("down", "refused"), ("down", "dns"),
                                                         ("missed", "send"), ("missed", "not running")], s)

    def test_answers_that_came_during_a_stop_are_read(self):
        """The process is stopped beyond the time of a name: the answer lies in the socket, and counts."""
        slow = threading.Event()

        def behave(query):
            asked.append(query)
            slow.wait(20)
            return [answer(query, self.many(1))]
        asked = []
        server = self.hostile(behave)
        run = self.lab.run([("named", 2, 30, icmp("www.test", server))], dns_timeout_ms=3000)
        lab_net.wait_for(lambda: asked, "a question")
        os.kill(run.process.pid, signal.SIGSTOP)
        slow.set()
        time.sleep(4)
        os.kill(run.process.pid, signal.SIGCONT)
        lab_net.wait_for(run.samples, "a sample")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertNotIn("no answer for", run.log())
        self.assertNotIn("dns", [s["failure"] for s in samples])

    def descriptors(self, run):
        return len(os.listdir("/proc/%d/fd" % run.process.pid))

    def test_hanging_names_hold_up_nobody(self):
        silent = [self.hostile(lambda q: []) for _ in range(3)]
        targets = [("hangs-%d" % i, 1, 3, icmp("t%d.test" % i, silent[i % 3])) for i in range(500)]
        run = self.lab.run([("echo", 1, 20, {"kind": "icmp", "host": "127.0.0.1"})] + targets, dns_timeout_ms=2000)
        few = self.descriptors(run)
        lab_net.wait_for(lambda: len(run.observed("echo")) >= 4, "four echoes")
        many = self.descriptors(run)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertLessEqual(many - few, 12)  # a socket a server, not one a name
        for s in lab_net.observed(samples):
            self.check(s, *(("up",) if s["target"] == "echo" else ("missed", "send")))
        hanging = [s for s in samples if s["target"] != "echo"]
        self.assertEqual(len({(s["target"], s["scheduled"]) for s in hanging}), len(hanging))
        lines = re.findall("resolver: .*", run.log())
        self.assertEqual(len(lines), 3, lines)  # one each list of servers, not one each name
        self.assertRegex(lines[0], r"resolver: no answer for 't\d+\.test': Timeout while contacting DNS servers "
                                   r"\(1 such since the last line like this; asked 127\.0\.0\.1:\d+\)")

    def once_with(self, prepare, targets, **more):
        """Probes with /etc/hosts and /etc/resolv.conf as the shell command prepares them, without the right to read
        what is forbidden; returns (samples, log)."""
        script = self.lab.path("prepared")
        with open(script, "w") as f:
            f.write('#!/bin/sh\nset -e\n%s\n'
                    'exec setpriv --bounding-set -dac_override,-dac_read_search "$@" 2>>"%s"\n'
                    % (prepare, self.lab.path("log")))
        os.chmod(script, 0o755)
        samples = self.lab.once(targets, ("unshare", "-m", script), **more)
        with open(self.lab.path("log")) as f:
            return samples, f.read()

    def test_files_missing_or_unreadable(self):
        server = self.hostile(lambda q: [answer(q, self.many(1))])
        targets = [("named", 60, 5, {"kind": "icmp", "host": "www.test", "address_family": "ipv4"}),
                   ("address", 60, 5, {"kind": "icmp", "host": "127.0.0.1"})]
        etc = self.lab.path("etc")
        os.mkdir(etc)
        swap = 'mount --bind "%s" /etc\n' % etc
        # neither file: the servers of the configuration are asked
        samples, log = self.once_with(swap, targets, dns_servers=server)
        self.check_all(samples, {"named": "", "address": ""})
        self.assertEqual(log, "")
        # neither file nor servers
        samples, log = self.once_with(swap, targets)
        self.check_all(samples, {"named": "send", "address": ""})
        self.assertIn("resolver: no answer for 'www.test': Could not contact DNS servers (1 such since the last "
                      "line like this; asked 127.0.0.1, because /etc/resolv.conf cannot be read; make it readable or set "
                      "dns_servers)\n", log)
        # both there and unreadable
        for name in ("hosts", "resolv.conf"):
            with open(os.path.join(etc, name), "w") as f:
                f.write("127.0.0.1 www.test\n")
        samples, log = self.once_with(swap + "chmod 0 /etc/hosts /etc/resolv.conf", targets, dns_servers=server)
        self.check_all(samples, {"named": "", "address": ""})
        # and readable again: /etc/hosts comes first, nobody is asked
        os.remove(self.lab.path("log"))
        samples, log = self.once_with(swap + "chmod 644 /etc/hosts", targets, dns_servers="127.0.0.1:9")
        self.check_all(samples, {"named": "", "address": ""})
        self.assertEqual(log, "")

    def test_a_search_list_gives_no_other_names_address(self):
        asked = []

        def behave(query):
            asked.append(name_of(query))
            known = name_of(query).endswith(".corp.test")
            return [answer(query, self.many(1)) if known else answer(query, flags=0x8183)]
        server = self.hostile(behave)
        etc = self.lab.path("etc")
        os.mkdir(etc)
        with open(os.path.join(etc, "resolv.conf"), "w") as f:
            f.write("search corp.test\nnameserver 127.0.0.1\n")
        samples, _ = self.once_with('mount --bind "%s" /etc' % etc,
                                    [("a", 60, 5, {"kind": "icmp", "host": "www.site.test",
                                                   "address_family": "ipv4"}),
                                     ("b", 60, 5, {"kind": "icmp", "host": "www", "address_family": "ipv4"})],
                                    dns_servers=server)
        self.check_all(samples, {"a": "dns", "b": "dns"})
        self.assertEqual(sorted(set(asked) - {""}), ["www", "www.site.test"])

    def test_without_descriptors_nobody_is_charged(self):
        server = self.hostile(lambda q: [answer(q, self.many(1))])
        targets = [("named", 1, 5, icmp("www.test", server))]
        run = self.lab.run(targets)
        lab_net.wait_for(run.observed, "a sample")
        self.assertEqual({s["outcome"] for s in run.observed()}, {"up"})

        def short():
            """One that is free for a moment may be counted as used: then it is tried again."""
            lab_net.run("prlimit", "--pid", str(run.process.pid), "--nofile=%d:" % self.lowest(run))
            return [s["failure"] for s in run.samples()].count("send") >= 3
        lab_net.wait_for(short, "samples without descriptors")
        lab_net.run("prlimit", "--pid", str(run.process.pid), "--nofile=1024:")
        after = len(run.observed())
        lab_net.wait_for(lambda: "up" in [s["outcome"] for s in run.observed()[after:]], "a sample with descriptors again")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        got = [(s["outcome"], s["failure"]) for s in lab_net.observed(samples)]
        self.assertLessEqual(set(got), {("up", ""), ("missed", "send")})
        self.assertEqual(got[-1], ("up", ""))
        self.assertIn("Too many open files", run.log())

    def lowest(self, run):
        """The first descriptor that is free: a limit of that leaves none."""
        used = {int(n) for n in os.listdir("/proc/%d/fd" % run.process.pid)}
        return next(n for n in range(1024) if n not in used)


if __name__ == "__main__":
    lab_net.main()
