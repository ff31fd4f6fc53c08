#!/usr/bin/python3
"""The kinds tcp and tls against real servers: healthy, broken and hostile ones, and what goes over the wire."""

import datetime
import signal
import socket
import struct
import subprocess
import time

import lab_net
from lab_net import instant
from lab_clock import REFUSED, TIMESYNCD, UNSYNCHRONISED, Clock, known

DAY = 86400


def tcp(port, host="127.0.0.1", **more):
    return dict({"kind": "tcp", "host": host, "port": port}, **more)


def tls(port, host="127.0.0.1", **more):
    return dict({"kind": "tls", "host": host, "port": port}, **more)


class Case(lab_net.Case):
    def check_all(self, rows, timeouts={}, **config):
        """rows: {name: (probe, outcome[, failure])}; timeouts: {name: seconds}, else 20; returns the samples."""
        samples = self.lab.once([(name, 60, timeouts.get(name, 20), row[0]) for name, row in rows.items()], **config)
        for name, row in rows.items():
            self.check(samples[name], *row[1:])
        return samples

    def peer_script(self, script):
        """A Python script on the peer; returns when it has said 'ready'."""
        process = self.lab.start(["nsenter", "-t", str(self.lab.peer.pid), "-n", "/usr/bin/python3", "-c", script],
                                 stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        self.addCleanup(process.stdout.close)

    def listen_on_peer(self, *places):
        """Servers that accept and keep every connection."""
        self.peer_script("""
import select, socket
kept, listeners = [], [socket.create_server(p, family=socket.AF_INET6 if ":" in p[0] else socket.AF_INET) for p in %r]
print("ready", flush=True)
while True:
    for l in select.select(listeners, [], [])[0]:
        kept.append(l.accept())
""" % (places,))


class Certificates:
    """A certificate authority of the test's own: root, intermediate, and whatever they sign."""

    def __init__(self, lab):
        self.lab = lab
        self.serial = 100
        with open(lab.path("ca.conf"), "w") as f:
            f.write("[ca]\ndefault_ca = lab\n[lab]\ndatabase = index\nunique_subject = no\nnew_certs_dir = .\n"
                    "default_md = sha256\nrand_serial = yes\npolicy = any\n[any]\ncommonName = supplied\n"
                    "[req]\ndistinguished_name = req_name\n[req_name]\n")
        open(lab.path("index"), "w").close()
        for name in ("root", "stranger"):
            self.openssl("req", "-x509", *self.key(name), "-out", name + ".pem", "-subj", "/CN=" + name, "-days", "30",
                         "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        self.sign("middle", "root", names="", extensions="basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")

    def openssl(self, *arguments):
        done = subprocess.run(("openssl",) + arguments, cwd=self.lab.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise AssertionError("openssl %s: %s" % (" ".join(arguments), done.stdout))

    def key(self, name, bits=None):
        kind = ["rsa:%d" % bits] if bits else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        return ["-newkey"] + kind + ["-nodes", "-keyout", name + ".key"]

    def sign(self, name, issuer="root", names="DNS:site.test,IP:127.0.0.1", first=-1, last=20, extensions="", bits=None):
        """name.pem and name.key, valid from day first to day last from now."""
        now = datetime.datetime.now(datetime.timezone.utc)
        days = [(now + datetime.timedelta(days=d)).strftime("%Y%m%d%H%M%SZ") for d in (first, last)]
        with open(self.lab.path(name + ".ext"), "w") as f:
            f.write(("subjectAltName = " + names + "\n" if names else "") + extensions)
        self.openssl("req", "-config", "ca.conf", *self.key(name, bits), "-out", name + ".csr", "-subj", "/CN=" + name)
        self.openssl("ca", "-batch", "-notext", "-config", "ca.conf", "-in", name + ".csr", "-out", name + ".pem",
                     "-cert", issuer + ".pem", "-keyfile", issuer + ".key", "-startdate", days[0], "-enddate", days[1],
                     "-extfile", name + ".ext")


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.certificates = Certificates(self.lab)
        self.next_port = 4400
        self.ca = {"ca_file": self.lab.path("root.pem")}

    def server(self, certificate, *options):
        """openssl s_server with that certificate; returns its port."""
        self.next_port += 1
        self.lab.start(["openssl", "s_server", "-accept", "127.0.0.1:%d" % self.next_port, "-cert",
                        certificate + ".pem", "-key", certificate + ".key", "-www", "-quiet", *options],
                       cwd=self.lab.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.next_port

    def wait_for_servers(self):
        for port in range(4401, self.next_port + 1):
            lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", port), "s_server")

    def test_broken_certificates(self):
        sign = self.certificates.sign
        sign("good")
        sign("expired", first=-30, last=-1)
        sign("future", first=2)
        sign("foreign", issuer="stranger")
        sign("chained", issuer="middle")
        sign("late-middle", names="", last=-1, extensions="basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
        sign("late-chained", issuer="late-middle")
        sign("wildcard", names="DNS:*.site.test")
        sign("client", extensions="extendedKeyUsage = clientAuth\n")
        sign("short", bits=1024)
        sign("critical", extensions="1.2.3.4 = critical,ASN1:UTF8String:unknown\n")
        sign("by-no-authority", issuer="good")
        sign("elsewhere", names="", extensions="basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"
             "nameConstraints=critical,permitted;DNS:elsewhere.test\n")
        sign("constrained", issuer="elsewhere", names="DNS:site.test")
        sign("address-as-name", names="DNS:127.0.0.1")
        sign("partial", names="DNS:w*.site.test")
        for subject in ("site.test", "127.0.0.1"):  # named by the subject alone, as before subjectAltName
            sign(subject, names="", extensions="basicConstraints=CA:FALSE\n")
        self.certificates.openssl("req", "-x509", *self.certificates.key("self"), "-out", "self.pem", "-subj",
                                  "/CN=127.0.0.1", "-days", "30", "-addext", "subjectAltName=IP:127.0.0.1")
        good, expired, future = self.server("good"), self.server("expired"), self.server("future")
        chained, wildcard = self.server("chained"), self.server("wildcard")
        rows = {
            "good": (tls(good), "up"),
            "good-by-name": (tls(good, server_name="site.test"), "up"),
            "good-by-whole-name": (tls(good, server_name="site.test."), "up"),
            "two-weeks": (tls(good, least_days=14), "up"),
            "three-weeks": (tls(good, least_days=21), "down", "tls expired"),
            "expired": (tls(expired), "down", "tls expired"),
            "expired-unverified": (tls(expired, verify_tls=False), "up"),
            "expired-unverified-days": (tls(expired, verify_tls=False, least_days=1), "down", "tls expired"),
            "future": (tls(future), "down", "tls expired"),
            "self-signed": (tls(self.server("self")), "down", "tls certificate"),
            "foreign": (tls(self.server("foreign")), "down", "tls certificate"),
            "foreign-trusted": (tls(self.next_port, ca_file=self.lab.path("stranger.pem")), "up"),
            "wrong-name": (tls(good, server_name="other.test"), "down", "tls certificate"),
            "wrong-address": (tls(good, server_name="127.0.0.9"), "down", "tls certificate"),
            "no-intermediate": (tls(chained), "down", "tls certificate"),
            "intermediate": (tls(self.server("chained", "-cert_chain", "middle.pem")), "up"),
            "expired-intermediate": (tls(self.server("late-chained", "-cert_chain", "late-middle.pem")),
                                     "down", "tls expired"),
            "wildcard": (tls(wildcard, server_name="www.site.test"), "up"),
            "wildcard-too-deep": (tls(wildcard, server_name="a.b.site.test"), "down", "tls certificate"),
            "for-clients-only": (tls(self.server("client")), "down", "tls certificate"),
            "short-key": (tls(self.server("short", "-cipher", "DEFAULT:@SECLEVEL=0")), "down", "tls certificate"),
            "critical-extension": (tls(self.server("critical")), "down", "tls certificate"),
            "by-no-authority": (tls(self.server("by-no-authority", "-cert_chain", "good.pem")), "down",
                                "tls certificate"),
            "outside-constraints": (tls(self.server("constrained", "-cert_chain", "elsewhere.pem"),
                                        server_name="site.test"), "down", "tls certificate"),
            "address-as-name": (tls(self.server("address-as-name")), "down", "tls certificate"),
            "partial-wildcard": (tls(self.server("partial"), server_name="www.site.test"), "down", "tls certificate"),
            "name-as-subject": (tls(self.server("site.test"), server_name="site.test"), "down", "tls certificate"),
            "address-as-subject": (tls(self.server("127.0.0.1")), "down", "tls certificate"),
        }
        self.wait_for_servers()
        samples = self.check_all(rows, before=self.lab.known_clock(), **self.ca)
        self.ask_others(rows)
        for name, days in (("good", 20), ("three-weeks", 20), ("expired", -1), ("expired-unverified", -1),
                           ("future", 20), ("self-signed", 30), ("foreign", 20), ("wrong-name", 20)):
            self.assertLess(abs(instant(samples[name]["certificate_expires"]) - time.time() - days * DAY), 300, name)
        s = samples["good"]
        self.assertEqual(s["rtt_us"], s["tls_us"])
        self.assertTrue(0 <= s["name_us"] < s["connect_us"] < s["tls_us"], s)

    def ask_others(self, rows):
        """The same certificates: judged alike by the kind http, and trusted or not as openssl itself does."""
        twins = {}
        for name, (probe, *verdict) in rows.items():
            host = probe.get("server_name", probe["host"])
            keys = {k: probe[k] for k in ("least_days", "verify_tls", "ca_file") if k in probe}
            if host[0].isdigit() and host != "127.0.0.1":
                continue  # a certificate of another address than the one that is connected to: only of the kind tls
            twins[name] = (dict(keys, kind="http", url="https://%s:%d/" % (host, probe["port"])), *verdict)
            if "least_days" in probe or not probe.get("verify_tls", True):
                continue
            if name in ("partial-wildcard", "name-as-subject"):
                continue  # openssl by itself still takes them; RFC 9525 section 6.3, RFC 9110 section 4.3.4
            whose = ["-verify_ip", host] if host[0].isdigit() else ["-verify_hostname", host.rstrip("."), "-servername",
                                                                    host.rstrip(".")]
            done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % probe["port"], "-CAfile",
                                   probe.get("ca_file", self.ca["ca_file"]), "-verify_return_error", "-no-CApath",
                                   "-no-CAstore", "-purpose", "sslserver", "-brief", *whose], input="", text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
            self.assertEqual(done.returncode == 0, verdict == ["up"], (name, done.stdout))
        names = {n: "127.0.0.1" for n in ("site.test", "site.test.", "other.test", "www.site.test", "a.b.site.test")}
        self.check_all(twins, dns_servers=self.lab.name_server(names), before=self.lab.known_clock(), **self.ca)

    def test_a_certificate_and_our_own_faults(self):
        """By a clock that nobody synchronises, by an old ca_file, by an old client certificate nobody else is charged."""
        sign = self.certificates.sign
        sign("good")
        sign("expired", first=-30, last=-1)
        sign("future", first=2)
        sign("late-middle", names="", last=-1, extensions="basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
        sign("late-chained", issuer="late-middle")
        sign("late-client", last=-1)
        with open(self.lab.path("old.pem"), "w") as old:
            for name in ("root.pem", "late-middle.pem"):
                with open(self.lab.path(name)) as f:
                    old.write(f.read())
        old = self.lab.path("old.pem")
        late_client = {"client_" + k: self.lab.path("late-client." + v) for k, v in (("certificate", "pem"), ("key", "key"))}
        good, expired, future, chained = (self.server(n) for n in ("good", "expired", "future", "late-chained"))
        sent = self.server("late-chained", "-cert_chain", "late-middle.pem")
        asks = self.server("good", "-Verify", "1", "-CAfile", "root.pem", "-verify_return_error")
        self.wait_for_servers()
        ours, theirs, distrusted = ("missed", "own side"), ("down", "tls expired"), ("down", "tls certificate")
        rows = {  # port, keys, with a clock that tells, with one that does not, with that one 40 days ahead
            "good": (good, {}, ("up",), ("up",), ours),
            "expired": (expired, {}, theirs, ours, ours),
            "future": (future, {}, theirs, ours, ours),  # over by then
            "three-weeks": (good, {"least_days": 21}, theirs, ours, ours),
            "two-weeks": (good, {"least_days": 14}, ("up",), ("up",), ours),
            "unverified": (expired, {"verify_tls": False, "least_days": 1}, theirs, ours, ours),
            "other-name": (good, {"host": "other.test"}, distrusted, distrusted, None),  # libcurl looks at the name last
            "old-authority": (chained, {"ca_file": old}, ours, ours, ours),
            "their-authority": (sent, {}, theirs, ours, ours),
            "our-certificate": (asks, late_client, ours, ours, ours),
        }
        name_server = self.lab.name_server({"other.test": "127.0.0.1"})
        clock = Clock(self.lab.folder)
        for column, state, ahead in ((2, known(1500), 0), (2, TIMESYNCD, 0), (3, UNSYNCHRONISED, 0), (3, REFUSED, 0),
                                     (4, UNSYNCHRONISED, 40 * DAY)):
            clock.says(state)
            clock.step(ahead)
            with self.subTest(state=state, ahead=ahead):
                samples = self.check_all({
                    name + "." + kind: (probe, *row[column]) for name, row in rows.items() if row[column] for kind, probe in (
                        ("tls", tls(row[0], **row[1])),
                        ("http", dict({k: v for k, v in row[1].items() if k != "host"}, kind="http",
                                      url="https://%s:%d/" % (row[1].get("host", "127.0.0.1"), row[0]))))
                }, before=clock.before, dns_servers=name_server, **self.ca)
                for kind in ("tls", "http"):  # so that it can be judged afterwards by who knows the time
                    self.assertLess(abs(instant(samples["expired." + kind]["certificate_expires"]) - time.time() + DAY), 300)

    def test_versions_and_protocols(self):
        self.certificates.sign("good")
        old = ("-cipher", "DEFAULT:@SECLEVEL=0")
        tls10, tls11 = self.server("good", "-tls1", *old), self.server("good", "-tls1_1", *old)
        tls12, tls13 = self.server("good", "-tls1_2"), self.server("good", "-tls1_3")
        http = self.server("good", "-alpn", "h2,http/1.1")
        rows = {
            "1.0": (tls(tls10), "down", "tls version"),
            "1.1": (tls(tls11), "down", "tls version"),
            "1.0-allowed": (tls(tls10, minimum_version="1.0"), "up"),
            "1.1-allowed": (tls(tls11, minimum_version="1.1", maximum_version="1.1"), "up"),
            "1.0-below-1.1": (tls(tls10, minimum_version="1.1"), "down", "tls version"),
            "1.2": (tls(tls12), "up"),
            "1.2-asked-1.3": (tls(tls12, minimum_version="1.3"), "down", "tls version"),
            "1.3": (tls(tls13), "up"),
            "1.3-asked-1.2": (tls(tls13, maximum_version="1.2"), "down", "tls version"),
            "alpn": (tls(http, alpn=["h3", "h2"]), "up"),
            "alpn-ignored": (tls(tls13, alpn=["h2"]), "down", "answer mismatch"),
            "alpn-none-in-common": (tls(http, alpn=["imap"]), "down", "answer mismatch"),
        }
        self.wait_for_servers()
        self.check_all(rows, **self.ca)

    def test_client_certificates(self):
        for name, issuer in (("good", "root"), ("user", "root"), ("intruder", "stranger")):
            self.certificates.sign(name, issuer)
        self.certificates.sign("server-only", extensions="extendedKeyUsage = serverAuth\n")
        ask = ("-Verify", "1", "-verify_return_error", "-CAfile", "root.pem")
        rows = {}
        for version in ("1.2", "1.3"):
            port = self.server("good", "-tls" + version.replace(".", "_"), *ask)
            rows[version + "-absent"] = (tls(port), "down", "tls")
            for name, verdict in (("user", ("up",)), ("intruder", ("down", "tls")),
                                  ("server-only", ("down", "tls"))):  # refused by an alert of certificates, though valid
                mine = {"client_certificate": self.lab.path(name + ".pem"), "client_key": self.lab.path(name + ".key")}
                rows[version + "-" + name] = (tls(port, **mine), *verdict)
        optional = self.server("good", "-verify", "1", "-CAfile", "root.pem")
        rows["not-needed"] = (tls(optional), "up")
        self.wait_for_servers()
        samples = self.check_all(rows, **self.ca)
        self.assertIsNotNone(samples["1.3-absent"]["tls_us"])  # the handshake was over when the server refused
        self.assertIsNone(samples["1.2-absent"]["tls_us"])

    def test_files_that_cannot_be_used(self):
        self.certificates.sign("good")
        self.certificates.sign("other")
        self.certificates.openssl("ec", "-in", "good.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key")
        path = self.lab.path
        for keys, cause in (
                ({"client_certificate": path("good.pem"), "client_key": path("absent")},
                 "cannot read client_key '%s': No such file or directory" % path("absent")),
                ({"client_certificate": path("good.pem"), "client_key": path("other.key")},
                 "cannot use client_key '%s': key values mismatch" % path("other.key")),
                ({"client_certificate": path("good.key"), "client_key": path("good.key")},
                 "cannot use client_certificate '%s': no start line" % path("good.key")),
                ({"client_certificate": path("good.pem"), "client_key": path("locked.key")},
                 "cannot use client_key '%s': it is encrypted\n"
                 "hint: `openssl pkey -in KEY -out PLAIN` writes it without a password" % path("locked.key")),
                ({"ca_file": path("good.key")}, "cannot use ca_file '%s': no certificate or crl found" % path("good.key")),
                ({"ca_file": path("absent")}, "cannot read ca_file '%s': No such file or directory" % path("absent"))):
            config = self.lab.config([("a", 60, 5, tls(1, **keys))], **self.ca)
            out = subprocess.run([lab_net.program("slamon"), "once", config, "--no-spool"], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
            self.assertEqual((out.returncode, out.stdout, out.stderr), (1, "", "slamon: a: %s\n" % cause), keys)

    def test_hostile_servers(self):
        def reset(connection):
            connection.recv(999)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        def drip(connection):
            hello = bytes.fromhex("160303007a0200007603")
            for i in range(len(hello)):
                connection.sendall(hello[i:i + 1])
                time.sleep(0.3)

        def flood(connection):
            while True:
                connection.sendall(b"\x16\x03\x03\x3f\xff" + b"\2\xff\xff\xff" + b"x" * 16379)

        def zero_key_share(connection):
            """A ServerHello of TLS 1.3 with a public key that no secret can be derived from: not our fault."""
            hello = connection.recv(9999)
            session = hello[43:44 + hello[43]]
            more = bytes.fromhex("002b00020304" "00330024001d0020") + bytes(32)
            body = b"\3\3" + b"r" * 32 + session + b"\x13\1\0" + struct.pack(">H", len(more)) + more
            shake = b"\2" + len(body).to_bytes(3, "big") + body
            connection.sendall(b"\x16\3\3" + struct.pack(">H", len(shake)) + shake)
            time.sleep(10)

        def says(answer):
            return lambda c: c.recv(999) and c.sendall(answer) or time.sleep(10)
        servers = {
            "silent": (lambda c: time.sleep(10), "timeout"),
            "drip": (drip, "timeout"),
            "reset": (reset, "reset"),
            "closes": (lambda c: c.recv(999) and c.shutdown(socket.SHUT_RDWR), "reset"),
            "closes-half-way": (lambda c: c.recv(999) and c.sendall(b"\x16\x03\x03\0\x7a\2") or c.shutdown(
                socket.SHUT_RDWR), "reset"),
            "garbage": (says(bytes(range(200, 256)) * 9), "tls"),
            "http": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls"),
            "greets": (lambda c: c.sendall(b"220 mail\r\n") or time.sleep(10), "tls"),
            "flood": (flood, "tls"),
            "zero-key-share": (zero_key_share, "tls"),
            "alert-handshake-failure": (says(b"\x15\3\3\0\2\2\x28"), "tls"),
            "alert-protocol-version": (says(b"\x15\3\3\0\2\2\x46"), "tls version"),
            "alert-internal-error": (says(b"\x15\3\3\0\2\2\x50"), "tls"),
            "alert-unrecognised-name": (says(b"\x15\3\3\0\2\2\x70"), "tls"),
            "alert-and-reset": (lambda c: c.recv(9) and c.sendall(b"\x15\3\3\0\2\2\x46") or c.close(), "tls version"),
        }
        samples = self.lab.once([(name, 60, 1 if failure == "timeout" else 20, tls(self.lab.tcp_server(answer)))
                                 for name, (answer, failure) in servers.items()], **self.ca)
        for name, (_, failure) in servers.items():
            self.check(samples[name], "down", failure)
            self.assertIsNotNone(samples[name]["connect_us"], name)
            self.assertIsNone(samples[name]["tls_us"], name)

    def test_nginx(self):
        self.certificates.sign("good")
        self.lab.nginx("server { listen 127.0.0.1:8443 ssl http2; listen [::1]:8443 ssl http2; ssl_certificate good.pem;"
                       "ssl_certificate_key good.key; ssl_protocols TLSv1.2 TLSv1.3; location / { return 200; } }")
        servers = self.lab.name_server({"site.test": "127.0.0.1"})
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", 8443), "nginx")
        self.check_all({
            "name": (tls(8443, "site.test", alpn=["h2"], least_days=7), "up"),
            "v6": (tls(8443, "::1", server_name="site.test"), "up"),
            "v6-wrong": (tls(8443, "::1"), "down", "tls certificate"),
            "old": (tls(8443, minimum_version="1.0", maximum_version="1.1"), "down", "tls version"),
            "unknown": (tls(8443, "no.test"), "down", "dns"),
            "refused": (tls(1), "down", "refused"),
            "tcp": (tcp(8443, "site.test"), "up"),
        }, dns_servers=servers, **self.ca)
        run = self.lab.run([("again", 1, 5, tls(8443))], **self.ca)
        lab_net.wait_for(lambda: len(run.observed()) >= 2, "two samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for sample in lab_net.observed(samples):
            self.check(sample, "up")

    def test_stopped_process(self):
        """What it did not see while it was stopped is missed, and nothing is down."""
        self.certificates.sign("good")
        port = self.server("good")
        self.wait_for_servers()
        run = self.lab.run([("tcp", 1, 20, tcp(port)), ("tls", 1, 20, tls(port))], **self.ca)
        lab_net.wait_for(lambda: len(run.observed()) >= 3, "samples")
        run.process.send_signal(signal.SIGSTOP)
        time.sleep(2.2)
        run.process.send_signal(signal.SIGCONT)
        stopped = len(run.samples())
        lab_net.wait_for(lambda: len(run.samples()) >= stopped + 6 and len(run.observed()) < len(run.samples()), "samples")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        verdicts = {(s["outcome"], s["failure"]) for s in samples}
        self.assertEqual(verdicts, {("up", ""), ("missed", "not running")})
        for name in ("tcp", "tls"):
            due = sorted(instant(s["scheduled"]) for s in samples if s["target"] == name)
            for one, other in zip(due, due[1:]):
                self.assertAlmostEqual(other - one, 1, 3)

    def test_the_gate(self):
        """One handshake at a time, and a crowd of silent servers before the healthy one."""
        lab_net.use_plain_build()
        self.certificates.sign("good")
        good = self.server("good")
        self.wait_for_servers()
        silent = self.lab.tcp_server(lambda c: time.sleep(10))
        crowd = [("silent-%d" % i, 60, 1, tls(silent)) for i in range(80)]
        # with keys of its own, so that a crowd is there whenever it is probed
        samples = self.lab.once(crowd[:10] + [("good", 60, 20, tls(good), {"in_flight_max": 1})], handshakes_max=1, **self.ca)
        self.check(samples["good"], "up")
        self.assertGreater(samples["good"]["lateness_us"], 200000)  # it waited
        samples = self.lab.once(crowd, handshakes_max=1, **self.ca)
        verdicts = [(s["outcome"], s["failure"], s["sent"] is None) for s in samples.values()]
        self.assertEqual(set(verdicts), {("down", "timeout", False), ("missed", "in-flight cap", True)})


class Tcp(Case):
    def test_expectations(self):
        def reset(connection):
            connection.sendall(b"half")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        def pieces(connection):
            for piece in (b"SSH-", b"2.0-", b"lab\r\n"):
                connection.sendall(piece)
                time.sleep(0.1)
            time.sleep(10)

        def echo(connection):
            while True:
                connection.sendall(connection.recv(65536))

        def flood(connection):
            while True:
                connection.sendall(b"x" * 65536)
        server = self.lab.tcp_server
        long = "".join(chr(97 + i % 26) for i in range(3000000))
        samples = self.check_all({
            "plain": (tcp(server(lambda c: time.sleep(10))), "up"),
            "pieces": (tcp(server(pieces), expect="SSH-2.0-lab"), "up"),
            "echo": (tcp(server(echo), send="PING\r\n", expect="PING\r\n"), "up"),
            "long": (tcp(server(lambda c: echo(c)), send=long, expect="xyzabc", expect_limit_bytes=1048576), "up"),
            "flood": (tcp(server(flood), expect="y"), "down", "answer mismatch"),
            "at-the-limit": (tcp(server(echo), send="12345678", expect="678", expect_limit_bytes=8), "up"),
            "beyond-the-limit": (tcp(server(echo), send="12345678", expect="678", expect_limit_bytes=7),
                                 "down", "answer mismatch"),
            "other": (tcp(server(lambda c: c.sendall(b"554 no\r\n") or c.shutdown(socket.SHUT_RDWR)), expect="220 "),
                      "down", "answer mismatch"),
            "closes": (tcp(server(lambda c: c.shutdown(socket.SHUT_RDWR)), expect="220 "), "down", "reset"),
            "resets": (tcp(server(reset), expect="220 "), "down", "reset"),
            "refused": (tcp(1), "down", "refused"),
            "silent": (tcp(server(lambda c: time.sleep(10)), expect="220 "), "down", "timeout"),
            "goes-on": (tcp(server(lambda c: c.sendall(b"22") or time.sleep(10)), expect="220 "), "down", "timeout"),
        }, {"silent": 1, "goes-on": 1})
        s = samples["pieces"]
        self.assertTrue(0 <= s["name_us"] <= s["connect_us"] < s["first_byte_us"] <= s["total_us"], s)
        self.assertGreaterEqual(s["total_us"], 200000)  # the server's two pauses
        self.assertLess(s["rtt_us"], s["total_us"] - 200000)  # of the connection, not of what came later
        for name in ("silent", "goes-on"):
            self.assertIsNotNone(samples[name]["connect_us"])

    def test_accept_queue_full(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(listener.close)
        filling = []
        for _ in range(4):  # nobody accepts: the kernel takes one or two, and answers no more
            filling.append(socket.socket())
            filling[-1].setblocking(False)
            filling[-1].connect_ex(listener.getsockname())
            self.addCleanup(filling[-1].close)
        time.sleep(0.1)
        port = listener.getsockname()[1]
        samples = self.lab.once([("tcp", 60, 1, tcp(port)), ("tls", 60, 1, tls(port, verify_tls=False))])
        for sample in samples.values():
            self.check(sample, "down", "timeout")
            self.assertIsNone(sample["connect_us"])

    def test_no_descriptor(self):
        """The same target is up with descriptors and missed without."""
        port = self.lab.tcp_server(lambda c: time.sleep(10))
        many = [("t%d" % i, 60, 1, tcp(port, expect="never")) for i in range(60)]
        samples = self.lab.once(many, ["prlimit", "--nofile=40"])
        verdicts = {(s["outcome"], s["failure"]) for s in samples.values()}
        self.assertEqual(verdicts, {("down", "timeout"), ("missed", "send")})


class Paths(Case):
    def setUp(self):
        super().setUp()
        self.lab.make_peer()

    def test_unreachable(self):
        self.listen_on_peer((lab_net.PEER, 7000), (lab_net.PEER6, 7000))
        rows = {
            "v4": (tcp(7000, lab_net.PEER), "up"),
            "v6": (tcp(7000, lab_net.PEER6), "up"),
            "refused": (tcp(7001, lab_net.PEER), "down", "refused"),
            "refused6": (tcp(7001, lab_net.PEER6), "down", "refused"),
            "unreachable": (tcp(7000, "10.98.1.1"), "down", "unreachable"),
            "tls-unreachable": (tls(7000, "10.98.1.1", verify_tls=False), "down", "unreachable"),
            "no-route": (tcp(7000, "203.0.113.1"), "missed", "send"),
            "no-route6": (tcp(7000, "2001:db8::1"), "missed", "send"),
            "tls-no-route": (tls(7000, "203.0.113.1", verify_tls=False), "missed", "send"),
            "no-source": (tcp(7000, lab_net.PEER, source_address="10.99.0.77"), "missed", "send"),
            "hole": (tcp(7000, "10.98.2.1"), "down", "timeout"),
            "no-neighbour": (tcp(7000, "10.99.0.9"), "down", "unreachable"),
        }
        self.check_all(rows, {"hole": 1})

    def test_addresses_of_a_name(self):
        self.listen_on_peer((lab_net.PEER, 7000), (lab_net.PEER6, 7000), (lab_net.PEER6, 7006))
        servers = self.lab.name_server({
            "both.test": [lab_net.PEER, lab_net.PEER6],
            "hole-first.test": ["10.98.2.1", lab_net.PEER],
            "hole-last.test": [lab_net.PEER, "10.98.2.1"],
            "unreachable-first.test": ["10.98.1.1", lab_net.PEER],
            "no-route-first.test": ["203.0.113.1", lab_net.PEER],
            "holes.test": ["10.98.2.1", "10.98.2.2"],
            "only6.test": [lab_net.PEER6],
        })
        samples = self.check_all({
            "both": (tcp(7000, "both.test"), "up"),
            "one-refuses": (tcp(7006, "both.test"), "up"),
            "v4-refuses": (tcp(7006, "both.test", address_family="ipv4"), "down", "refused"),
            "v6": (tcp(7006, "both.test", address_family="ipv6"), "up"),
            "all-refuse": (tcp(7001, "both.test"), "down", "refused"),
            "hole-first": (tcp(7000, "hole-first.test"), "up"),
            "hole-last": (tcp(7000, "hole-last.test"), "up"),
            "unreachable-first": (tcp(7000, "unreachable-first.test"), "up"),
            "no-route-first": (tcp(7000, "no-route-first.test"), "up"),
            "no-route-and-refused": (tcp(7001, "no-route-first.test"), "down", "refused"),
            "only6": (tcp(7000, "only6.test"), "up"),
            "only6-by-v4": (tcp(7000, "only6.test", address_family="ipv4"), "down", "dns"),
            "source": (tcp(7006, "both.test", source_address=lab_net.HERE6), "up"),
            "tls-hole-first": (tls(7001, "hole-first.test", verify_tls=False), "down", "refused"),
            "holes": (tcp(7000, "holes.test"), "down", "timeout"),
        }, {"holes": 3, "hole-first": 6}, dns_servers=servers)
        late = samples["hole-first"]
        self.assertGreater(late["connect_us"], 2950000)  # half of the timeout was the first address's
        self.assertLess(late["rtt_us"], 2900000)
        self.assertLess(samples["unreachable-first"]["connect_us"], 9500000)

    def test_source_address_and_dscp_on_the_wire(self):
        lab_net.run("ip", "addr", "add", "10.99.0.5/24", "dev", "here")
        lab_net.run("ip", "addr", "add", "fd99::5/64", "dev", "here", "nodad", "preferred_lft", "0")
        self.listen_on_peer((lab_net.PEER, 7000), (lab_net.PEER6, 7000))
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.addCleanup(wire.close)
        wire.bind(("here", 0))
        self.check_all({
            "plain": (tcp(7000, lab_net.PEER), "up"),
            "plain6": (tcp(7000, lab_net.PEER6), "up"),
            "marked": (tcp(7000, lab_net.PEER, source_address="10.99.0.5", dscp=46), "up"),
            "marked6": (tcp(7000, lab_net.PEER6, source_address="fd99::5", dscp=46), "up"),
        })
        self.lab.once([("tls", 60, 1, tls(7000, lab_net.PEER, source_address="10.99.0.5", dscp=10, verify_tls=False))])
        syns = set()
        wire.setblocking(False)
        while True:
            try:
                packet = wire.recv(2000)
            except BlockingIOError:
                break
            v6 = packet[0] >> 4 == 6
            family, at = (socket.AF_INET6, 40) if v6 else (socket.AF_INET, 20)
            if packet[6 if v6 else 9] == 6 and packet[at + 2:at + 4] == struct.pack(">H", 7000) and packet[at + 13] == 2:
                traffic_class = (packet[0] << 4 | packet[1] >> 4) & 0xff if v6 else packet[1]
                source = packet[8:24] if v6 else packet[12:16]
                syns.add((socket.inet_ntop(family, source), traffic_class >> 2))
        self.assertEqual(syns, {(lab_net.HERE, 0), (lab_net.HERE6, 0), ("10.99.0.5", 46), ("fd99::5", 46),
                                ("10.99.0.5", 10)})


if __name__ == "__main__":
    lab_net.main()
