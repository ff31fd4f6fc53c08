#!/usr/bin/python3
"""HTTP probes: redirects, proxies, versions, client certificates, addresses, phases, and servers that misbehave."""
# waits

import contextlib
import socket
import ssl
import struct
import subprocess
import time
import zlib

import lab_net
from lab_net import instant

PLAIN, SECURE, MUTUAL, OLD, PROXY, PROXY_USER = 8080, 8443, 8444, 8445, 8888, 8889
SERVERS = """
  client_max_body_size 9m; ssl_protocols TLSv1.2 TLSv1.3;
  server { listen 127.0.0.1:8080; listen 127.0.0.2:8080; listen [::1]:8080; listen 127.0.0.1:8081 http2;
    location / { return 200 "plain $server_addr $server_protocol"; }
    location = /echo { return 200 "$request_method $http_x_lab $http_content_type $http_expect $content_length."; }
    location = /relative { return 302 to/relative; }
    location = /absolute { return 301 http://127.0.0.1:8080/echo; }
    location = /see-other { return 303 http://127.0.0.1:8080/echo; }
    location = /again { return 307 http://127.0.0.1:8080/echo; }
    location = /other-host { return 302 http://127.0.0.2:8080/echo; }
    location = /other-name { return 302 http://two.test:8080/; }
    location = /no-name { return 302 http://no.test:8080/; }
    location = /upgrade { return 301 https://127.0.0.1:8443/; }
    location = /loop { return 302 /loop; }
    location = /one { return 302 /two; }
    location = /two { return 302 /three; }
    location = /three { return 200 "three"; }
    location = /file { add_header Location "file:///etc/passwd"; return 302; }
    location = /somebody { add_header Location "http://somebody:secret@127.0.0.1:8080/echo"; return 302; }
    location = /there { return 302 http://127.0.0.2:8080/back; }
    location = /back { return 302 http://127.0.0.1:8080/echo; }
    location = /ftp { add_header Location "ftp://127.0.0.1/x"; return 302; }
    location = /nonsense { add_header Location "http://"; return 302; }
    location = /nowhere { return 304; }
  }
  server { listen 127.0.0.1:8443 ssl http2; ssl_certificate good.pem; ssl_certificate_key good.key;
    location / { return 200 "secure $server_protocol $http_x_lab."; }
    location = /downgrade { return 301 http://127.0.0.1:8080/; }
  }
  server { listen 127.0.0.1:8444 ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
    ssl_client_certificate ca.pem; ssl_verify_client optional;
    location / { return 200 "client '$ssl_client_s_dn' $ssl_protocol"; }
    location = /elsewhere { return 302 https://localhost:8444/; }
  }
  server { listen 127.0.0.1:8445 ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
    ssl_protocols TLSv1.2; location / { return 200 "old"; } }
"""


def http(path="/", port=PLAIN, host="127.0.0.1", **more):
    return dict({"kind": "http", "url": "http://%s:%d%s" % (host, port, path)}, **more)


def https(path="/", port=SECURE, host="127.0.0.1", **more):
    return dict({"kind": "http", "url": "https://%s:%d%s" % (host, port, path)}, **more)


def receive_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(9999)
        if not more:
            return data
        data += more
    return data


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Case(lab_net.Case):
    def serve(self):
        self.lab.certificates()
        self.lab.nginx(SERVERS)
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", OLD), "nginx")
        self.ca = {"ca_file": self.lab.path("ca.pem")}

    def file(self, name, text):
        with open(self.lab.path(name), "w") as f:
            f.write(text)
        return self.lab.path(name)


class Redirects(Case):
    def test_policy(self):
        self.serve()
        same, any_ = {"redirects": "same_host"}, {"redirects": "any"}
        secret = {"headers": ["X-Lab: secret"]}
        s = self.lab.once([
            ("none", 60, 5, http("/absolute")),
            ("expected", 60, 5, http("/absolute", expect_status="301", **same)),
            ("relative", 60, 5, http("/relative", expect_body="plain", **same)),
            ("absolute", 60, 5, http("/absolute", expect_body="GET secret", **same, **secret)),
            ("post-301", 60, 5, http("/absolute", method="POST", body="a=b", expect_body="GET    .", **same)),
            ("post-303", 60, 5, http("/see-other", method="POST", body="a=b", expect_body="GET    .", **same)),
            ("put-303", 60, 5, http("/see-other", method="PUT", body="a=b", expect_body="GET    .", **same)),
            ("post-307", 60, 5, http("/again", method="POST", body="a=b", expect_body=" 3.", **same)),
            # what was said of the body goes with it (RFC 9110 section 15.4), the rest stays
            ("json-303", 60, 5, http("/see-other", method="POST", body="{}", expect_body="GET secret   .", **same,
                                     headers=["content-type: application/json", "X-Lab: secret"])),
            ("json-307", 60, 5, http("/again", method="POST", body="{}", expect_body="POST  application/json  2.", **same,
                                     headers=["Content-Type: application/json"])),
            ("there-and-back", 60, 5, http("/there", expect_body="GET    .", **any_, **secret)),
            ("somebody", 60, 5, http("/somebody", **any_)),
            ("head", 60, 5, http("/see-other", method="HEAD", **same)),
            ("other", 60, 5, http("/other-host", expect_body="GET    .", **any_, **secret)),
            ("other-refused", 60, 5, http("/other-host", **same)),
            ("upgrade", 60, 5, http("/upgrade", expect_body="secure HTTP/1.1 .", **same, **secret)),
            ("downgrade", 60, 5, https("/downgrade", **any_)),
            ("loop", 60, 5, http("/loop", **any_)),
            ("two", 60, 5, http("/one", expect_body="three", redirects_most=2, **same)),
            ("one-too-many", 60, 5, http("/one", redirects_most=1, **same)),
            ("file", 60, 5, http("/file", **any_)),
            ("ftp", 60, 5, http("/ftp", **any_)),
            ("nonsense", 60, 5, http("/nonsense", **any_)),
            ("nowhere", 60, 5, http("/nowhere", **any_)),
        ], **self.ca)
        for name in ("expected", "relative", "absolute", "post-301", "post-303", "put-303", "post-307", "head",
                     "other", "upgrade", "two", "json-303", "json-307", "there-and-back"):
            self.check(s[name], "up")
        for name in ("none", "nowhere"):
            self.check(s[name], "down", "http status")
        for name in ("other-refused", "downgrade", "loop", "one-too-many", "file", "ftp", "nonsense", "somebody"):
            self.check(s[name], "down", "redirect")
        self.assertEqual((s["loop"]["http_status"], s["two"]["http_status"]), (302, 200))
        self.assertIsNotNone(s["upgrade"]["certificate_expires"])
        up = s["upgrade"]
        self.assertTrue(0 < up["name_us"] < up["connect_us"] < up["tls_us"] < up["first_byte_us"] <= up["total_us"], up)

    def test_names_are_resolved_for_each_place(self):
        self.serve()
        delay = 0.1
        servers = self.lab.name_server({"two.test": ["127.0.0.2"]}, delay)
        s = self.lab.once([
            ("followed", 60, 5, http("/other-name", redirects="any", expect_body="plain 127.0.0.2")),
            ("no-name", 60, 5, http("/no-name", redirects="any")),
        ], dns_servers=servers)
        self.check(s["followed"], "up")
        self.assertGreaterEqual(s["followed"]["name_us"], 1e6 * delay)
        self.check(s["no-name"], "down", "dns")
        self.assertEqual([s["no-name"][k] for k in ("name_us", "connect_us", "http_status")], [None] * 3)


class Requests(Case):
    def test_bodies_versions_certificates(self):
        self.serve()
        body, client = self.file("body", "x" * 2000000), {"client_certificate": self.lab.path("good.pem"),
                                                          "client_key": self.lab.path("good.key")}
        headers = self.file("headers", "X-Lab: from a file\r\n\nContent-Type: text/plain\n")
        s = self.lab.once([
            ("file", 60, 5, http("/echo", method="POST", body_file=body, headers_file=headers,
                                 expect_body="POST from a file text/plain  2000000.")),
            ("body", 60, 5, http("/echo", method="POST", body="", expect_body="x-www-form-urlencoded  0.")),
            ("h2", 60, 5, https(http_version="2", expect_body="secure HTTP/2.0")),
            ("h2-missing", 60, 5, https(port=OLD, http_version="2")),
            ("h2-plain", 60, 5, http(port=8081, http_version="2_prior_knowledge", expect_body="HTTP/2.0")),
            ("h2-post", 60, 5, http("/echo", 8081, http_version="2_prior_knowledge", method="POST", body="a=b",
                                    expect_body="POST  application/x-www-form-urlencoded  3.")),
            ("h2-plain-missing", 60, 5, http(http_version="2_prior_knowledge")),
            ("client", 60, 5, https(port=MUTUAL, expect_body="client 'CN=site.test' TLSv1.3", **client)),
            ("client-none", 60, 5, https(port=MUTUAL, expect_body="client ''")),
            ("client-elsewhere", 60, 5, https("/elsewhere", MUTUAL, redirects="any", verify_tls=False,
                                              address_family="ipv4", expect_body="client ''", **client)),
            ("old", 60, 5, https(port=OLD)),
            ("too-old", 60, 5, https(port=OLD, minimum_version="1.3")),
            ("days", 60, 5, https(least_days=19)),
            ("too-few-days", 60, 5, https(least_days=21)),
            ("v4", 60, 5, http(host="both.test", address_family="ipv4", expect_body="127.0.0.1")),
            ("v6", 60, 5, http(host="both.test", address_family="ipv6", expect_body="::1")),
            ("either", 60, 5, http(host="both.test", expect_body="plain")),
            ("second", 60, 5, http(host="two.test", expect_body="plain 127.0.0.2")),
            ("second-tls", 60, 5, https(host="site.test", expect_body="secure")),
            ("none", 60, 5, http(host="dead.test")),
        ], dns_servers=self.lab.name_server({"both.test": ["::1", "127.0.0.1"], "two.test": ["127.0.0.9", "127.0.0.2"],
                                         "site.test": ["127.0.0.9", "127.0.0.1"],
                                         "dead.test": ["127.0.0.9", "127.0.0.8"]}), before=self.lab.known_clock(), **self.ca)
        for name, outcome in {"h2-missing": "protocol", "h2-plain-missing": "protocol", "too-old": "tls version",
                              "too-few-days": "tls expired", "none": "refused"}.items():
            self.check(s[name], "down", outcome)
        for name in set(s) - {"h2-missing", "h2-plain-missing", "too-old", "too-few-days", "none"}:
            self.check(s[name], "up")

    def test_a_server_that_demands_a_certificate(self):
        self.lab.certificates()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.lab.path("good.pem"), self.lab.path("good.key"))
        context.load_verify_locations(self.lab.path("ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED

        def answer(connection):
            with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secure:
                try:
                    secure.do_handshake()
                except ssl.SSLError:
                    time.sleep(10)  # a reset would overtake the alert
                    return
                receive_request(secure)
                secure.sendall(b"HTTP/1.1 204 x\r\n\r\n")
        port = self.lab.tcp_server(answer)
        client = {"client_certificate": self.lab.path("good.pem"), "client_key": self.lab.path("good.key")}
        s = self.lab.once([("shown", 60, 5, https(port=port, **client)), ("none", 60, 5, https(port=port)),
                           ("other", 60, 5, https(port=port, client_certificate=self.lab.path("self.pem"),
                                                  client_key=self.lab.path("self.key")))],
                          ca_file=self.lab.path("ca.pem"))
        self.check(s["shown"], "up")
        self.check(s["none"], "down", "tls")
        self.check(s["other"], "down", "tls")

    def test_files_are_checked_when_loaded(self):
        self.serve()
        good, key = self.lab.path("good.pem"), self.lab.path("good.key")
        for probe, message in (
                (https(client_certificate=good, client_key=self.lab.path("self.key")), "key values mismatch"),
                (https(client_certificate=self.file("no.pem", "x"), client_key=key), "client_certificate"),
                (http(body_file=self.lab.path("absent")), "No such file"),
                (http(headers_file=self.file("headers", "hidden secret")), "a line that is not 'Name: value'"),
                (http(proxy="http://127.0.0.1:1", proxy_user_file=self.file("user", "me")),
                 "does not hold NAME:PASSWORD")):
            out = subprocess.run([lab_net.program("slamon"), "once", self.lab.config([("t", 60, 5, probe)], **self.ca),
                                  "--no-spool"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
            self.assertEqual((out.returncode, out.stdout), (1, ""), out)
            self.assertIn(message, out.stderr)
            self.assertNotIn("secret", out.stderr)

    def test_source_address_and_marking(self):
        seen = []

        def answer(connection):
            seen.append(connection.getpeername()[0])
            receive_request(connection)
            connection.sendall(b"HTTP/1.1 204 x\r\n\r\n")
        port = self.lab.tcp_server(answer)
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as tap:
            tap.settimeout(5)
            s = self.lab.once([("t", 60, 5, http(port=port, source_address="127.0.0.7", dscp=46))])
            self.check(s["t"], "up")
            self.assertEqual(set(seen), {"127.0.0.7"})
            marks = set()
            with contextlib.suppress(BlockingIOError):
                tap.setblocking(False)
                while True:
                    packet = tap.recv(2000)
                    if packet[9] == 6 and packet[12:16] == bytes([127, 0, 0, 7]):
                        marks.add(packet[1] >> 2)
            self.assertEqual(marks, {46})
        missed = self.lab.once([("t", 60, 5, http(port=port, source_address="192.0.2.1"))])["t"]
        self.check(missed, "missed", "send")


class Proxies(Case):
    def tinyproxy(self, port, more=""):
        config = self.file("tinyproxy-%d.conf" % port, "Port %d\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n%s"
                           % (port, more))
        self.lab.start(["tinyproxy", "-d", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", port), "tinyproxy")

    def connect_answer(self, answer):
        def serve(connection):
            receive_request(connection)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
        return "http://127.0.0.1:%d" % self.lab.tcp_server(serve)

    def test_proxies(self):
        self.serve()
        self.tinyproxy(PROXY)
        self.tinyproxy(PROXY_USER, "BasicAuth me secret\n")
        good, closed = {"proxy": "http://127.0.0.1:%d" % PROXY}, {"proxy": "http://127.0.0.1:1"}
        locked = {"proxy": "http://127.0.0.1:%d" % PROXY_USER}
        silent = {"proxy": "http://127.0.0.1:%d" % self.lab.tcp_server(lambda c: time.sleep(20))}
        user = {"proxy_user_file": self.file("user", "me:secret\n")}
        wrong = {"proxy_user_file": self.file("wrong", "me:guess\n")}
        targets = [
            ("plain", 60, 9, http("/echo", headers=["X-Lab: 7"], expect_body="GET 7", **good)),
            ("tunnel", 60, 9, https(expect_body="secure", **good)),
            ("h2", 60, 9, https(http_version="2", expect_body="HTTP/2.0", **good)),
            ("named", 60, 9, http(proxy="http://proxy.test:%d" % PROXY)),
            ("named-tunnel", 60, 9, https(proxy="http://proxy.test:%d" % PROXY)),
            ("redirected", 60, 9, http("/upgrade", redirects="same_host", expect_body="secure", **good)),
            ("user", 60, 9, http(**locked, **user)),
            ("user-tunnel", 60, 9, https(**locked, **user)),
            ("status", 60, 9, http("/absolute", **good)),
            ("expired", 60, 9, https(least_days=21, **good)),
        ]
        names = {"proxy.test": ["127.0.0.9", "127.0.0.1"]}
        s = self.lab.once(targets + [
            ("no-user", 60, 9, http(**locked)),
            ("no-user-tunnel", 60, 9, https(**locked)),
            ("wrong-user", 60, 9, https(**locked, **wrong)),
            ("closed", 60, 9, http(**closed)),
            ("closed-tunnel", 60, 9, https(**closed)),
            ("no-name", 60, 9, http(proxy="http://no.test:1")),
            ("no-proxy", 60, 9, https(proxy=self.connect_answer(b"220 mail\r\n"))),
            ("no-proxy-plain", 60, 9, http(proxy=self.connect_answer(b"220 mail\r\n"))),
            ("hangs-up", 60, 9, https(proxy=self.connect_answer(b""))),
            ("forbidden", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 403 x\r\n\r\n"))),
            ("broken", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 500 x\r\n\r\n"))),
            ("bad", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 502 x\r\n\r\n"))),
            ("unavailable", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n"))),
            ("late", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 504 x\r\n\r\n"))),
            ("cut-tunnel", 60, 9, https(proxy=self.connect_answer(b"HTTP/1.1 200 x\r\n\r\n"))),
            ("silent", 60, 1, http(**silent)),
            ("silent-tunnel", 60, 1, https(**silent)),
        ], dns_servers=self.lab.name_server(names), before=self.lab.known_clock(), **self.ca)
        for name in ("plain", "tunnel", "h2", "named", "named-tunnel", "redirected", "user", "user-tunnel"):
            self.check(s[name], "up")
        self.check(s["status"], "down", "http status")
        self.check(s["expired"], "down", "tls expired")
        for name in ("no-user", "no-user-tunnel", "wrong-user", "closed", "closed-tunnel", "no-name", "no-proxy",
                     "no-proxy-plain", "hangs-up", "forbidden", "broken"):
            self.check(s[name], "missed", "proxy")
            if name != "no-user":
                self.assertIsNone(s[name]["http_status"], s[name])
        for name in ("bad", "unavailable", "late"):
            self.check(s[name], "down", "unreachable")
        self.check(s["cut-tunnel"], "down", "reset")
        for name in ("silent", "silent-tunnel"):
            self.check(s[name], "down", "timeout")


class Hostile(Case):
    """Servers that do what no server should: each ends in one sample, by the timeout at the latest."""

    def server(self, answer, after_request=True):
        def serve(connection):
            if after_request:
                receive_request(connection)
            answer(connection)
        return http(port=self.lab.tcp_server(serve))

    @staticmethod
    def drip(data):
        def answer(connection):
            for byte in data:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
            time.sleep(20)
        return answer

    @staticmethod
    def flood(head, chunk):
        def answer(connection):
            connection.sendall(head)
            for _ in range(1 << 30):
                connection.sendall(chunk)
        return answer

    @staticmethod
    def say(data, then=lambda c: c.shutdown(socket.SHUT_WR)):
        def answer(connection):
            connection.sendall(data)
            then(connection)
        return answer

    @staticmethod
    def h2(frames):
        """Answers the client's preface by SETTINGS and these frames."""
        def frame(kind, flags, stream, payload):
            return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

        def answer(connection):
            connection.recv(9999)
            connection.sendall(b"".join(frame(*f) for f in [(4, 0, 0, b"")] + frames))
            time.sleep(20)
        return answer

    OK = b"HTTP/1.1 200 OK\r\n"

    def servers(self):
        """{name: (probe, failure)}"""
        gib = 1 << 30
        bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = bomb.compress(bytes(1 << 24)) + bomb.flush()
        h2 = {"http_version": "2_prior_knowledge"}
        cases = {
            "accepts": (self.server(lambda c: time.sleep(20), False), "timeout"),
            "never answers": (self.server(lambda c: time.sleep(20)), "timeout"),
            "drips its headers": (self.server(self.drip(self.OK + b"X: " + b"x" * 999)), "timeout"),
            "drips its body": (self.server(self.drip(self.OK + b"\r\n" + b"x" * 999)), "timeout"),
            "resets at once": (self.server(reset, False), "reset"),
            "resets after the request": (self.server(reset), "reset"),
            "resets in its headers": (self.server(self.say(self.OK, reset)), "reset"),
            "resets in its body": (self.server(self.say(self.OK + b"Content-Length: 9\r\n\r\nhalf", reset)), "reset"),
            "closes in its body": (self.server(self.say(self.OK + b"Content-Length: 9\r\n\r\nhalf")), "reset"),
            "closes in its headers": (self.server(self.say(self.OK + b"Content-Le")), "reset"),
            "closes after a 103": (self.server(self.say(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")), "reset"),
            "closes in its headers after a 103": (self.server(self.say(b"HTTP/1.1 103 Early Hints\r\n\r\n" + self.OK)),
                                                  "reset"),
            "closes in a chunk": (self.server(self.say(self.OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf")),
                                  "reset"),
            "says nonsense": (self.server(self.say(b"\0\1\2\3\r\n\r\n")), "protocol"),
            "nonsense status": (self.server(self.say(b"HTTP/1.1 abc\r\n\r\n")), "protocol"),
            "nonsense chunks": (self.server(self.say(self.OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf")),
                                "protocol"),
            "nonsense length": (self.server(self.say(self.OK + b"Content-Length: -9\r\n\r\nhalf")), "protocol"),
            "endless headers": (self.server(self.flood(self.OK, b"X-Y: zzzzzzzzzzzzzzzzzzz\r\n" * 99)), "protocol"),
            "an endless header": (self.server(self.flood(self.OK + b"X: ", b"z" * 9999)), "protocol"),
            "endless 100s": (self.server(self.flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99)), "protocol"),
            "a GiB": (self.server(self.flood(self.OK + b"Content-Length: %d\r\n\r\n" % gib, bytes(65536))), "protocol"),
            "an endless body": (self.server(self.flood(self.OK + b"\r\n", bytes(65536))), "protocol"),
            "endless chunks": (self.server(self.flood(self.OK + b"Transfer-Encoding: chunked\r\n\r\n",
                                                      b"4000\r\n" + bytes(16384) + b"\r\n")), "protocol"),
            "a bomb": (self.server(self.say(self.OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n" % len(packed)
                                            + packed + b"\r\n0\r\n\r\n")), "protocol"),
            "h2 goes away": (self.server(self.h2([(7, 0, 0, struct.pack(">II", 0, 2))]), False), "protocol"),
            "h2 resets": (self.server(self.h2([(3, 0, 1, struct.pack(">I", 2))]), False), "reset"),
            "h2 nonsense": (self.server(self.say(b"x" * 99, lambda c: time.sleep(20)), False), "protocol"),
            "h2 closes": (self.server(self.say(b""), False), "reset"),
            "h2 never answers": (self.server(self.h2([]), False), "timeout"),
        }
        for name, (probe, _) in cases.items():
            if name.startswith("h2"):
                probe.update(h2)
            else:
                probe["expect_body"] = "not there"
        cases["answers after a 103"] = (
            self.server(self.say(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + self.OK
                                 + b"Content-Length: 0\r\n\r\n")), "")
        letters = b"".join(b"1\r\n%c\r\n" % c for c in b"hay needle hay")  # libcurl hands each over alone
        cases["says it letter by letter"] = (
            dict(self.server(self.say(self.OK + b"Transfer-Encoding: chunked\r\n\r\n" + letters + b"0\r\n\r\n")),
                 expect_body="needle"), "")
        switches = self.server(self.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes"))
        cases["switches"] = (switches, "http status")
        cases["switches as expected"] = (dict(switches, expect_status="101"), "")
        # a compressed body is not decompressed, so it is compared as it came
        cases["a bomb that nobody asked for"] = (
            self.server(self.say(self.OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
                                 + packed)), "")
        for name, data in (("tls never answers", None), ("tls resets", b""), ("tls closes", b""),
                           ("tls says nonsense", b"220 mail\r\n" * 9)):
            def answer(connection, name=name, data=data):
                connection.recv(999)
                if data is None:
                    time.sleep(20)
                elif name == "tls resets":
                    reset(connection)
                else:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_RDWR if not data else socket.SHUT_WR)
            cases[name] = (https(port=self.lab.tcp_server(answer)),
                           {"tls never answers": "timeout", "tls says nonsense": "tls"}.get(name, "reset"))
        return cases

    def test_each_has_its_class(self):
        self.lab.certificates()
        cases = self.servers()
        # who is to end otherwise than by the timeout has time for it on a busy machine
        s = self.lab.once([(name, 60, 2 if failure == "timeout" else 20, probe) for name, (probe, failure) in cases.items()],
                          ca_file=self.lab.path("ca.pem"))
        self.assertEqual(len(s), len(cases))
        for name, (_, failure) in cases.items():
            self.check(s[name], "down" if failure else "up", failure)
        self.assertIsNotNone(s["tls never answers"]["connect_us"])
        self.assertIsNone(s["tls never answers"]["tls_us"])

    def test_every_instant_has_its_sample_and_memory_stays(self):
        lab_net.use_plain_build()
        self.lab.certificates()
        cases = self.servers()
        run = self.lab.run([(name, 1, 1, probe) for name, (probe, _) in cases.items()],
                           ca_file=self.lab.path("ca.pem"))

        def memory_kb():
            with open("/proc/%d/status" % run.process.pid) as f:
                return int(f.read().split("VmRSS:")[1].split()[0])
        lab_net.wait_for(lambda: len(run.samples()) >= 3 * len(cases), "three rounds")
        before = memory_kb()
        lab_net.wait_for(lambda: len(run.samples()) >= 8 * len(cases), "eight rounds")
        # on a busy machine more probes are under way, which need more; what is lost does not come back
        lab_net.wait_for(lambda: memory_kb() < before + 3000, "memory to be what it was")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for name, (_, failure) in cases.items():
            mine = [s for s in samples if s["target"] == name]
            times = sorted(instant(s["scheduled"]) for s in mine)
            self.assertEqual(len(times), len(set(times)), name)
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 1.5, name)
            for s in mine:
                self.assertIn(s["failure"], (failure, "timeout", "not running", "send"), s)


class Gate(Case):
    def setUp(self):
        super().setUp()
        lab_net.use_plain_build()  # many handshakes at once

    def test_silent_servers_do_not_keep_the_others_out(self):
        self.serve()
        silent = self.lab.tcp_server(lambda c: time.sleep(20))
        s = self.lab.once([("silent-%d" % i, 60, 4, https(port=silent)) for i in range(20)] +
                          [("good-%d" % i, 60, 20, https()) for i in range(10)], handshakes_max=2, **self.ca)
        for name, sample in s.items():
            if name.startswith("good"):
                self.check(sample, "up")
            else:
                self.check(sample, "down", "timeout")
                self.assertGreaterEqual(sample["total_us"], 3900000, sample)  # its wait did not shorten its time
        self.assertGreater(max(x["lateness_us"] for x in s.values()), 100000)

    def test_who_waits_until_the_timeout_is_missed(self):
        self.serve()
        silent = self.lab.tcp_server(lambda c: time.sleep(20))
        s = self.lab.once([("t%d" % i, 60, 1, https(port=silent)) for i in range(90)], handshakes_max=1, **self.ca)
        kinds = {(x["outcome"], x["failure"]) for x in s.values()}
        self.assertEqual(kinds, {("down", "timeout"), ("missed", "in-flight cap")})
        self.assertTrue(all(x["sent"] is None for x in s.values() if x["outcome"] == "missed"))


class Phases(Case):
    """Each phase against a delay that is known, from below exactly and from above generously."""

    NAME = 0.15

    def tls_server(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.lab.path("good.pem"), self.lab.path("good.key"))

        def answer(connection):
            time.sleep(self.TLS)
            with context.wrap_socket(connection, server_side=True) as secure:
                request = receive_request(secure)
                if b"/moved" in request:
                    time.sleep(self.REDIRECT)
                    secure.sendall(b"HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
                    return
                time.sleep(self.FIRST_BYTE)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
                time.sleep(self.BODY)
                secure.sendall(b"lf")
        return self.lab.tcp_server(answer)

    def phases(self):
        return ("connect_us", 0), ("tls_us", self.TLS), ("first_byte_us", self.FIRST_BYTE), ("total_us", self.BODY)

    def check_phases(self, sample):
        """None ends before the server has slept so long since the name was known: whatever this machine was late with."""
        least = 0
        for phase, seconds in self.phases():
            least += 1e6 * seconds
            self.assertGreaterEqual(sample[phase] - sample["name_us"], least - 2000, sample)

    def in_time(self, sample):
        """Whether no phase has what belongs to another."""
        times = [sample["name_us"]] + [sample[phase] for phase, _ in self.phases()]
        return all(after - before < 1e6 * (seconds + self.MARGIN)
                   for before, after, (_, seconds) in zip(times, times[1:], self.phases()))

    def test_phases(self):
        self.lab.certificates()
        port = self.tls_server()
        names = self.lab.name_server({"site.test": ["127.0.0.1"]}, self.NAME)
        for slower in (1, 1, 2, 2, 4, 8):  # a busy machine may be late with any phase, or not run
            self.TLS, self.FIRST_BYTE, self.BODY, self.REDIRECT, self.MARGIN = (
                slower * s for s in (0.2, 0.25, 0.3, 0.2, 0.14))
            s = self.lab.once([
                ("t", 60, 40, https(port=port, host="site.test")),
                ("moved", 60, 40, https("/moved", port=port, host="site.test", redirects="same_host")),
            ], dns_servers=names, ca_file=self.lab.path("ca.pem"), handshakes_max=100)
            t, moved = s["t"], s["moved"]
            if "not running" in (t["failure"], moved["failure"]):
                continue
            self.check(t, "up")
            self.check(moved, "up")
            # the name server answers one query after the other: A and AAAA of one or of both
            self.assertGreaterEqual(t["name_us"], 1e6 * self.NAME)
            self.check_phases(t)
            # of the last request, since the start of the probe
            self.assertGreaterEqual(moved["name_us"], 1e6 * (self.NAME + self.TLS + self.REDIRECT))
            self.check_phases(moved)
            if self.in_time(t) and self.in_time(moved):
                return
        self.fail(s)


if __name__ == "__main__":
    lab_net.main()
