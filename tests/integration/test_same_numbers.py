#!/usr/bin/python3
"""Every number that slamon prints is the one in PostgreSQL, through the spool, for every kind of probe and outcome."""

import datetime
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import lab_cluster

SLAMON = os.path.join(lab_cluster.BUILD, "bin", "slamon")
OUTCOMES = ["up", "down", "missed"]
TIMES = ("lateness_us", "rtt_us", "name_us", "connect_us", "tls_us", "first_byte_us", "total_us", "http_status")
STAMP = ("packets", "lost", "lost_forward", "lost_backward", "reflector_us", "forward_us", "backward_us",
         "one_way_error_us")
COLUMNS = ("target, outcome, failure, (extract(epoch FROM scheduled) * 1000000)::bigint, "
           "(extract(epoch FROM sent) * 1000000)::bigint, (extract(epoch FROM certificate_expiry) * 1000000)::bigint, "
           + ", ".join("s." + c for c in TIMES) + ", " + ", ".join("r." + c for c in STAMP))


def microseconds(text):
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(re.sub(r"(\.\d+)?Z$", "+00:00", text))
    fraction = re.search(r"\.(\d+)Z$", text)
    return int(moment.timestamp()) * 1000000 + int((fraction[1] if fraction else "0").ljust(6, "0"))


def failure_numbers():
    """The words and their stored numbers, from the header that fixes them."""
    with open(os.path.join(lab_cluster.ROOT, "base", "sample.h")) as f:
        return {m[0].lower().replace("_", " "): int(m[1])
                for m in re.findall(r"FAILURE_([A-Z_]+) = (\d+),", f.read())}


class SameNumbers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-same-")
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, secure):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"hello")

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        if secure:
            pem = os.path.join(self.folder, "pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-keyout", pem + ".key", "-out", pem, "-subj", "/CN=x", "-days", "9", "-addext",
                            "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem, pem + ".key")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def reflect(self):
        reflector = subprocess.Popen([SLAMON, "reflect", "--listen", "127.0.0.1:0", "--stateful"], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (reflector.kill(), reflector.communicate()))
        return int(re.search(r"answers at port (\d+)", reflector.stderr.readline())[1])

    def write(self, **more):
        with open(self.config, "w") as f:
            json.dump(dict({"format": "govsla-slamon/1", "vantage": "v1", "vantage_number": 1, "targets": self.targets,
                            "spool": {"path": os.path.join(self.folder, "spool")},
                            "ca_file": os.path.join(self.folder, "pem")}, **more), f)

    def slamon(self, *arguments):
        return subprocess.run([SLAMON, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                              check=True).stdout

    def printed(self, samples):
        numbers = failure_numbers()
        rows = []
        for s in samples:
            row = [s["number"], OUTCOMES.index(s["outcome"]), numbers[s["failure"] or "none"], microseconds(s["scheduled"]),
                   microseconds(s["sent"]), microseconds(s["certificate_expires"]), *(s[c] for c in TIMES)]
            row += [s["stamp"][c] for c in STAMP] if "stamp" in s else [None] * len(STAMP)
            rows.append("|".join("" if v is None else str(v) for v in row))
        return sorted(rows)

    def test_printed_spooled_and_shipped(self):
        plain, secure, reflector = self.serve(False), self.serve(True), self.reflect()
        quiet = socket.socket(type=socket.SOCK_DGRAM)
        quiet.bind(("127.0.0.1", 0))
        self.addCleanup(quiet.close)
        probes = [{"kind": "http", "url": "http://127.0.0.1:%d/" % plain},
                  {"kind": "http", "url": "http://127.0.0.1:%d/" % plain, "expect_status": "404"},
                  {"kind": "http", "url": "https://127.0.0.1:%d/" % secure},
                  {"kind": "tls", "host": "127.0.0.1", "port": secure, "least_days": 99},
                  {"kind": "tcp", "host": "127.0.0.1", "port": plain}, {"kind": "tcp", "host": "127.0.0.1", "port": 1},
                  {"kind": "dns", "server": "127.0.0.1", "port": quiet.getsockname()[1], "name": "a.test"},
                  {"kind": "icmp", "host": "127.0.0.1"},
                  {"kind": "tcp", "host": "127.0.0.1", "port": plain, "source_address": "192.0.2.9"},
                  {"kind": "stamp", "host": "127.0.0.1", "port": reflector, "reflector": "stateful", "packets": 3,
                   "spacing_ms": 1}, {"kind": "stamp", "host": "127.0.0.1", "port": 1}]
        self.targets = [dict(number=n + 1, id="t%d" % n, interval_s=1, timeout_s=1, probe=p) for n, p in enumerate(probes)]
        self.config = os.path.join(self.folder, "slamon.json")
        self.write()
        samples = [json.loads(line) for line in self.slamon("run", self.config, "--for", "2s", "--json").splitlines()]
        samples += json.loads(self.slamon("once", self.config, "--json"))["samples"]
        self.assertEqual({s["outcome"] for s in samples}, set(OUTCOMES))
        self.assertGreaterEqual(len(samples), 2 * len(probes))
        with lab_cluster.Cluster() as cluster:
            cluster.register(1, "v1")
            self.write(database=cluster.url)
            self.slamon("ship", self.config, "--timeout", "300s")
            kept = cluster.value("SELECT " + COLUMNS + " FROM sample s LEFT JOIN stamp r USING (vantage, stream, seq, target, "
                                 "scheduled)").splitlines()
            self.assertEqual(sorted(kept), self.printed(samples))
            counts = cluster.value("SELECT sum(up), sum(down), sum(missed_in_flight_cap + missed_not_running + missed_send + "
                                   "missed_own_side + missed_proxy + missed_rate_limit) FROM monitor_status")
            of_the_run = samples[:-len(probes)]
            self.assertEqual(counts, "|".join(str(sum(s["outcome"] == o for s in of_the_run)) for o in OUTCOMES))


if __name__ == "__main__":
    unittest.main()
