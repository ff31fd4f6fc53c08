#!/usr/bin/python3
"""Who is charged: the same situations for every kind of probe, each with the one who is at fault by docs/manual/monitor.md.

What this machine cannot do, or was told wrongly, is missed; what the path or the target says or fails to say is down;
and the kinds agree with each other.
"""

import socket
import subprocess

import lab_net
from lab_net import HERE, HERE6, PEER, PEER6

UP, OURS = ("up", ""), ("missed", "send")
UNREACHABLE, TIMEOUT, REFUSED, NO_NAME = (("down", f) for f in ("unreachable", "timeout", "refused", "dns"))
KINDS = {
    "icmp": lambda host, **more: dict({"kind": "icmp", "host": host}, **more),
    "tcp": lambda host, **more: dict({"kind": "tcp", "host": host, "port": 9}, **more),
    "tls": lambda host, **more: dict({"kind": "tls", "host": host, "port": 9}, **more),
    "http": lambda host, **more: dict({"kind": "http", "url": "http://%s:9/" % (
        "[%s]" % host if ":" in host else host)}, **more),
    "dns": lambda host, **more: dict({"kind": "dns", "server": host, "port": 9, "name": "a.test"}, **more),
    "stamp": lambda host, **more: dict({"kind": "stamp", "host": host, "port": 9}, **more),
}


class Blame(lab_net.Case):
    def setUp(self):
        super().setUp()
        self.lab.make_peer()

    def check(self, situations, timeouts={}, kinds=KINDS, **config):
        """situations: {name: (host, keys, verdict)}, each for every kind; all probed side by side."""
        targets, wanted = [], {}
        for name, (host, keys, verdict) in situations.items():
            for kind in kinds:
                ident = "%s.%s" % (name, kind)
                targets.append((ident, 60, timeouts.get(name, 20), KINDS[kind](host, **keys)))
                wanted[ident] = verdict[kind] if isinstance(verdict, dict) else verdict
        samples = self.lab.once(targets, **config)
        seen = {ident: (s["outcome"], s["failure"]) for ident, s in samples.items()}
        wrong = ["%s: %s, not %s" % (i, seen[i], v) for i, v in wanted.items() if seen[i] != v]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_routes_and_addresses(self):
        """What this machine's own routes, addresses and settings prevent is missed; what comes from the path is down."""
        for family, net in (("-4", "10.96.%d.0/24"), ("-6", "fd96:%d::/64")):
            for n, kind in enumerate(("unreachable", "prohibit", "blackhole")):
                lab_net.run("ip", family, "route", "add", kind, net % (n + 1))
        lab_net.run("ip", "route", "add", "10.95.0.0/16", "via", "10.99.0.98")
        lab_net.run("ip", "-6", "route", "add", "fd98::/16", "via", PEER6)
        for name, value in (("ipv6/conf/all/forwarding", 1), ("ipv6/icmp/ratelimit", 0)):
            self.lab.on_peer("sh", "-c", "echo %d > /proc/sys/net/%s" % (value, name))
        for n, kind in enumerate(("unreachable", "blackhole", "prohibit")):
            self.lab.on_peer("ip", "-6", "route", "add", kind, "fd98:%d::/64" % (n + 1))
        refused = dict.fromkeys(KINDS, REFUSED)
        refused["icmp"] = UP
        silent = ("10.98.2.1", "fd98:2::1")
        self.check({
            "refused": (PEER, {}, refused),
            "refused6": (PEER6, {}, refused),
            "own-unreachable": ("10.96.1.1", {}, OURS),
            "own-prohibit": ("10.96.2.1", {}, OURS),
            "own-blackhole": ("10.96.3.1", {}, OURS),
            "own-unreachable6": ("fd96:1::1", {}, OURS),
            "own-prohibit6": ("fd96:2::1", {}, OURS),
            "own-blackhole6": ("fd96:3::1", {}, OURS),
            "no-route": ("192.0.2.1", {}, OURS),
            "no-route6": ("2001:db8::1", {}, OURS),
            "broadcast": ("10.99.0.255", {}, OURS),
            "source-not-ours": (PEER, {"source_address": "10.99.0.77"}, OURS),
            "source-not-ours6": (PEER6, {"source_address": "fd99::77"}, OURS),
            "source-loopback": (PEER, {"source_address": "127.0.0.1"}, OURS),
            "source": (PEER, {"source_address": HERE, "dscp": 46}, refused),
            "source6": (PEER6, {"source_address": HERE6, "dscp": 46}, refused),
            "path-unreachable6": ("fd98:1::1", {}, UNREACHABLE),
            "path-prohibits6": ("fd98:3::1", {}, UNREACHABLE),
            "path-silent": (silent[0], {}, TIMEOUT),
            "path-silent6": (silent[1], {}, TIMEOUT),
            "no-neighbour": ("10.99.0.99", {}, UNREACHABLE),
            "no-gateway": ("10.95.1.1", {}, UNREACHABLE),  # whose router that is, references say
            "no-neighbour6": ("fd99::99", {}, UNREACHABLE),
        }, timeouts={"path-silent": 1, "path-silent6": 1})

    def let_report(self):
        """Still Linux reports but five packets at once to one sender: each of these two in a network of its own."""
        self.lab.on_peer("sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit")

    def test_path_unreachable(self):
        self.let_report()
        self.check({"unreachable": ("10.98.1.1", {}, UNREACHABLE)}, kinds=("icmp", "tcp", "http", "dns", "stamp"))

    def test_path_prohibits(self):
        self.let_report()
        self.lab.on_peer("ip", "route", "add", "prohibit", "10.98.3.0/24")
        self.check({"prohibited": ("10.98.3.1", {}, UNREACHABLE)}, kinds=("icmp", "tls", "http", "dns", "stamp"))

    def test_own_queue_is_full(self):
        """What this machine drops on its way to the wire was not sent, whoever is asked to believe so."""
        for family, address in (("-4", PEER), ("-6", PEER6)):  # or the neighbour would have to be asked for, in vain
            link = subprocess.run(["nsenter", "-t", str(self.lab.peer.pid), "-n", "ip", "-o", "link", "show", "peer"],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout
            lab_net.run("ip", family, "neigh", "replace", address, "dev", "here", "nud", "permanent", "lladdr",
                        link.split("link/ether ")[1].split()[0])
        lab_net.run("tc", "qdisc", "replace", "dev", "here", "root", "pfifo", "limit", "0")
        kinds = ("icmp", "dns", "stamp")
        self.check({"queue": (PEER, {}, OURS), "queue6": (PEER6, {}, OURS)}, kinds=kinds)
        lab_net.run("tc", "qdisc", "del", "dev", "here", "root")
        self.check({"queue": (PEER, {}, dict(dict.fromkeys(kinds, REFUSED), icmp=UP))}, kinds=kinds)

    def test_own_ports_are_used_up(self):
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as f:
            f.write("40000 40000")
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            held = socket.socket(socket.AF_INET6, kind)  # of both families
            self.addCleanup(held.close)
            held.bind(("::", 40000))
        kinds = ("tcp", "tls", "http", "dns", "stamp")
        self.check({"ports": (PEER, {}, OURS), "ports6": (PEER6, {}, OURS)}, kinds=kinds)

    def test_names(self):
        """A name that does not exist is its owner's; a name server of ours that cannot be asked is not the target's."""
        servers = self.lab.name_server({"four.test": PEER, "six.test": PEER6, "far.test": "192.0.2.1",
                                        "far6.test": "2001:db8::1", "both.test": [PEER, PEER6],
                                        "half.test": ["2001:db8::1", PEER], "none.test": "224.0.0.9", "none6.test": "fe80::1"})
        refused = dict.fromkeys(KINDS, REFUSED)
        refused["icmp"] = UP
        self.check({
            "known": ("four.test", {}, refused),
            "known6": ("six.test", {}, refused),
            "both": ("both.test", {}, refused),
            "unknown": ("no.test", {}, NO_NAME),
            "other-family": ("six.test", {"address_family": "ipv4"}, NO_NAME),
            "source-of-other-family": ("four.test", {"source_address": "fd99::1"}, NO_NAME),
            "no-route": ("far.test", {}, OURS),
            "no-route6": ("far6.test", {}, OURS),
            "one-without-route": ("half.test", {}, refused),
            "no-hosts-address": ("none.test", {}, NO_NAME),
            "no-hosts-address6": ("none6.test", {}, NO_NAME),
        }, dns_servers=servers)

    def test_name_servers(self):
        silent = self.lab.name_server(None)
        self.check({
            "silent": ("a.test", {"dns_servers": silent}, OURS),
            "silent-and-charged": ("a.test", {"dns_servers": silent, "charge_dns": True}, NO_NAME),
            "port-closed": ("a.test", {"dns_servers": "127.0.0.1:9"}, OURS),
            "unreachable": ("a.test", {"dns_servers": "10.96.1.1"}, OURS),
            "no-route": ("a.test", {"dns_servers": "192.0.2.1"}, OURS),
        }, dns_timeout_ms=500)


if __name__ == "__main__":
    lab_net.main()
