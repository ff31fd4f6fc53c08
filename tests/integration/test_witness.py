#!/usr/bin/python3
"""What slamon says against what an independent witness saw on the wire: every frame of the link to the peer, with the
kernel's time of each, read here by the RFCs and not by our C."""

# build: plain (its times are compared with those of the wire)

import json
import socket
import struct
import subprocess
import time

import lab_net
from lab_net import HERE, HERE6, PEER, PEER6

HERE_TOO, HERE6_TOO = "10.99.0.11", "fd99::11"
SO_TIMESTAMPNS = 35
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
HOP_BY_HOP = 0  # of IPv6: the kernel's own reports of multicast groups
TLS_HANDSHAKE, TLS_CHANGE, TLS_DATA = 22, 20, 23
SYN, SYN_ACK = 2, 18  # flags of TCP
ECHO_REQUESTS = (8, 128)  # of ICMP, of ICMPv6
OURS, THEIRS = True, False
LONGEST_S = 300


class Frame:
    """An IP packet: when (s), ours, source, destination, dscp, protocol, ports, flags of TCP, payload."""

    def __init__(self, when, ours, data):
        self.when, self.ours, self.flags = when, ours, 0
        v6 = data[0] >> 4 == 6
        if v6:
            self.dscp, self.protocol, at = struct.unpack_from(">H", data)[0] >> 6 & 63, data[6], 40
        else:
            self.dscp, self.protocol, at = data[1] >> 2, data[9], (data[0] & 15) * 4
        family, where, size = (socket.AF_INET6, 8, 16) if v6 else (socket.AF_INET, 12, 4)
        self.source = socket.inet_ntop(family, data[where:where + size])
        self.destination = socket.inet_ntop(family, data[where + size:where + 2 * size])
        whole = data[:40 + struct.unpack_from(">H", data, 4)[0]] if v6 else data[:struct.unpack_from(">H", data, 2)[0]]
        if self.protocol == TCP:
            self.flags = data[at + 13]
            self.payload = whole[at + (data[at + 12] >> 4) * 4:]
        else:
            self.payload = whole[at + (8 if self.protocol == UDP else 0):]
        self.ports = struct.unpack_from(">HH", data, at) if self.protocol in (TCP, UDP) else None
        self.port = self.ports[0 if not ours else 1] if self.ports else None  # the peer's


class Witness:
    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("here", 3))

    def frames(self):
        """All so far but the neighbours' talk; closes."""
        frames = []
        self.socket.setblocking(False)
        while True:
            try:
                data, control, _, about = self.socket.recvmsg(65536, 256)
            except BlockingIOError:
                break
            stamp = [c[2] for c in control if c[:2] == (socket.SOL_SOCKET, SO_TIMESTAMPNS)]
            if about[1] in (0x800, 0x86dd):
                s, ns = struct.unpack("qq", stamp[0])
                frames.append(Frame(s + ns / 1e9, about[2] == socket.PACKET_OUTGOING, data))
        self.socket.close()
        return [f for f in frames if f.protocol != HOP_BY_HOP and not (f.protocol == ICMP6 and f.payload[0] >= 130)]


def us(one, other):
    return (other.when - one.when) * 1e6


class Case(lab_net.Case):
    def setUp(self):
        super().setUp()
        self.lab.make_peer()
        lab_net.run("ip", "addr", "add", HERE_TOO + "/24", "dev", "here")
        lab_net.run("ip", "addr", "add", HERE6_TOO + "/64", "dev", "here", "nodad")
        self.serve()

    def on_peer(self, *command, **more):
        return self.lab.start(["nsenter", "-t", str(self.lab.peer.pid), "-n", *command], **more)

    def serve(self):
        """On the peer: nginx at 80 and 443, name server at 53, reflector at 862."""
        lab = self.lab
        lab.certificates()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "peer.key", "-out", "peer.pem", "-subj", "/CN=peer", "-days", "9", "-addext",
                        "subjectAltName=DNS:peer.test,IP:%s,IP:%s" % (PEER, PEER6)], cwd=lab.folder, check=True,
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(lab.path("web.conf"), "w") as f:
            f.write("daemon off; master_process off; user root root; pid web.pid; error_log stderr crit;\nevents {}\n"
                    "http { access_log off; %s ssl_protocols TLSv1.2; ssl_certificate peer.pem; ssl_certificate_key"
                    " peer.key; server { listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl;"
                    " location / { return 200 'this is the peer'; } } }\n" % "".join(
                        "%s_temp_path %s; " % (n, n) for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))
        self.on_peer("nginx", "-e", "stderr", "-p", lab.folder, "-c", "web.conf", cwd=lab.folder)
        self.on_peer("dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--user=", "--pid-file=", "--conf-file=",
                     "--host-record=peer.test,%s,%s" % (PEER, PEER6), stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)
        for address in ("0.0.0.0:862", "[::]:862"):
            reflector = self.on_peer(lab_net.program("slamon"), "reflect", "--listen", address, stderr=subprocess.PIPE)
            self.addCleanup(reflector.stderr.close)
            self.assertIn(b"answers at port 862", reflector.stderr.readline())
        lab_net.wait_for(lambda: lab_net.listens(PEER, 443) and lab_net.listens(PEER, 53), "the peer's servers", LONGEST_S)

    def kinds(self, host, **more):
        site = "[%s]" % host if ":" in host else host
        return {
            "icmp": dict({"kind": "icmp", "host": host}, **more),
            "tcp": dict({"kind": "tcp", "host": host, "port": 80}, **more),
            "tls": dict({"kind": "tls", "host": host}, **more),
            "http": dict({"kind": "http", "url": "http://%s/" % site, "expect_body": "the peer"}, **more),
            "https": dict({"kind": "http", "url": "https://%s/" % site}, **more),
            "dns": dict({"kind": "dns", "server": host, "name": "peer.test", "expect_answer": [PEER]}, **more),
            "stamp": dict({"kind": "stamp", "host": host}, **more),
        }

    def probe(self, probes, **more):
        """{name: probe}; all up; returns the samples and the frames."""
        stopped, end = True, time.monotonic() + LONGEST_S
        while stopped and time.monotonic() < end:  # "not running" shows nothing: as in Lab.once(), with a witness for each
            witness = Witness()
            config = self.lab.config([(n, 60, 9, p) for n, p in probes.items()], ca_file=self.lab.path("peer.pem"), **more)
            out = subprocess.run([lab_net.program("slamon"), "once", config, "--json", "--no-spool"], check=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=LONGEST_S).stdout
            samples = {s["target"]: s for s in json.loads(out)["samples"]}
            frames = witness.frames()
            stopped = any(s["failure"] == "not running" for s in samples.values())
        self.assertEqual({n: (s["outcome"], s["failure"]) for n, s in samples.items()},
                         {n: ("up", "") for n in samples})
        return samples, frames


class Wire(Case):
    def seen(self, probes, **more):
        """How our packets left: {(source, destination, dscp)}; but what still answers a peer that was slow before."""
        _, frames = self.probe(probes, **more)
        begun = {f.ports for f in frames if f.ours and f.flags & SYN}
        asked = [f for f in frames if f.ours and (f.protocol == UDP or f.ports in begun or
                                                  f.protocol in (ICMP, ICMP6) and f.payload[0] in ECHO_REQUESTS)]
        places = {(f.protocol if f.protocol != ICMP6 else ICMP, f.port) for f in asked}
        self.assertEqual(len(places), 1 if len(probes) == 1 else 5, places)
        return {(f.source, f.destination, f.dscp) for f in asked}

    def test_source_and_marking_of_every_kind(self):
        for host, source, other in ((PEER, HERE, HERE_TOO), (PEER6, HERE6, HERE6_TOO)):
            left = self.seen(self.kinds(host, dscp=10))
            self.assertEqual({(d, dscp) for _, d, dscp in left}, {(host, 10)})
            self.assertEqual(self.seen(self.kinds(host, source_address=other, dscp=46)), {(other, host, 46)})
            self.assertEqual(self.seen(self.kinds(host, source_address=source)), {(source, host, 0)})

    def test_a_ping_socket_too(self):
        with open("/proc/sys/net/ipv4/ping_group_range", "w") as f:
            f.write("0 0")
        for host, other in ((PEER, HERE_TOO), (PEER6, HERE6_TOO)):
            probe = {"kind": "icmp", "host": host, "source_address": other, "dscp": 46}
            self.assertEqual(self.seen({"a": probe}), {(other, host, 46)})

    def test_family_of_a_name(self):
        servers = self.lab.name_server({"peer.test": [PEER, PEER6]})
        for family, host in (("ipv4", PEER), ("ipv6", PEER6)):
            left = self.seen(self.kinds("peer.test", address_family=family), dns_servers=servers)
            self.assertEqual({(d, dscp) for _, d, dscp in left}, {(host, 0)})


class Times(Case):
    """A time of slamon's begins before the first of its two packets left and ends after the second had come (but for
    what kernel and clocks round): never shorter than on the wire, and of several probes the best hardly longer."""

    EACH = 6
    ROUNDING_US, SLEW = 60, 0.001
    HARDLY_US = 10000

    def setUp(self):
        super().setUp()
        self.probes = {}
        for kind, probe in self.kinds(PEER).items():
            for i in range(self.EACH):
                source = "10.99.0.%d" % (100 + len(self.probes))
                lab_net.run("ip", "addr", "add", source + "/24", "dev", "here")
                self.probes["%s-%d" % (kind, i)] = dict(probe, source_address=source)

    def observe(self):
        """{kind: [(sample, frames)]}: each probe has a source address of its own, by which its frames are known."""
        samples, frames = self.probe(self.probes, handshakes_max=len(self.probes))  # a wait for a turn is in no phase
        found = {}
        for name, probe in self.probes.items():
            own = [f for f in frames if probe["source_address"] in (f.source, f.destination)]
            found.setdefault(name[:-2], []).append((samples[name], own))
        return found

    def first(self, frames, ours, condition=lambda f: f.payload):
        return next(f for f in frames if f.ours == ours and condition(f))

    def test_every_phase(self):
        """Until of each phase one probe was hardly longer: on a busy machine it takes more of them."""
        best, end = {}, time.monotonic() + LONGEST_S
        while not best or max(best.values()) > self.HARDLY_US and time.monotonic() < end:
            for phase, pairs in self.phases().items():
                for ours, wire in pairs:
                    self.assertGreater(ours, wire * (1 - self.SLEW) - self.ROUNDING_US, (phase, pairs))
                best[phase] = min([ours - wire for ours, wire in pairs] + [best.get(phase, self.HARDLY_US + 1)])
        self.assertLessEqual(max(best.values()), self.HARDLY_US, best)

    def phases(self):
        """{phase: [(slamon's, the wire's)]}, µs, of one round of probes."""
        found = self.observe()
        rows = {"tcp": [], "connect": [], "handshake": [], "tls": [], "first byte": [], "name to first byte": []}
        for kind in ("icmp", "dns", "stamp"):
            rows[kind] = [(s["rtt_us"] + ((s["stamp"]["reflector_us"] or 0) if kind == "stamp" else 0),
                           us(self.first(f, OURS), self.first(f, THEIRS))) for s, f in found[kind]]
        for kind in ("tcp", "tls", "http", "https"):
            for s, frames in found[kind]:
                syn = self.first(frames, OURS, lambda f: f.flags & SYN)
                answer = self.first(frames, THEIRS, lambda f: f.flags & SYN_ACK == SYN_ACK)
                rows["connect"].append((s["connect_us"], us(syn, answer)))
                if kind == "tcp":
                    rows["tcp"].append((s["rtt_us"], us(syn, answer)))
                if kind in ("tls", "https"):
                    hello = self.first(frames, OURS)
                    finished = self.first(frames, THEIRS, lambda f: f.payload[:1] == bytes([TLS_CHANGE]) or
                                          f.payload[:1] == bytes([TLS_HANDSHAKE]) and f.when > hello.when and
                                          b"\x14\3\3\0\1\1" in f.payload)
                    self.assertEqual(hello.payload[0], TLS_HANDSHAKE)
                    rows["handshake"].append((s["tls_us"] - s["connect_us"], us(hello, finished)))
                    rows["tls"].append((s["tls_us"], us(syn, finished)))
                if kind in ("http", "https"):
                    def data(f):
                        return f.payload[:1] == bytes([TLS_DATA]) if kind == "https" else f.payload
                    request, byte = self.first(frames, OURS, data), self.first(frames, THEIRS, data)
                    before = s["tls_us"] if kind == "https" else s["connect_us"]
                    rows["first byte"].append((s["first_byte_us"] - before, us(request, byte)))
                    rows["name to first byte"].append((s["first_byte_us"], us(syn, byte)))
                    self.assertGreaterEqual(s["total_us"], s["first_byte_us"])
        return rows


if __name__ == "__main__":
    lab_net.main()
