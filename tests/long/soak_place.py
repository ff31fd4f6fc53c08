"""soak_place: where a soak takes place: a network of its own with servers in it, slamon with a clock of its own, and
the story of both (soak_laws.py)."""

import calendar
import contextlib
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request

import lab_clock
import lab_net
import lab_shim
import soak_laws
from soak_laws import S

AHEAD_S = 600  # slamon's clock at the start, so that it can be set back, yet not to before the certificates begin
ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]  # rights hold for it


def now_us():
    return time.time_ns() // 1000


def ask_name(server, port, name):
    """Whether that name server answers."""
    query = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"".join(bytes([len(part)]) + part.encode()
                                                                for part in name.split(".")) + b"\0\0\1\0\1"
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        with contextlib.suppress(OSError):
            asking.sendto(query, (server, port))
            return bool(asking.recv(512))
    return False


def ask_page(url):
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url, timeout=0.5).status == 200
    return False


class Place:
    def __init__(self, database, seed):
        self.random = random.Random(seed)
        self.lab = lab_net.Lab()
        self.log = open(self.lab.path("log"), "w", encoding="utf-8")
        self.story = {"faults": [], "memory": [], "seed": seed, "begun": [], "clock": [],
                      "stops": [], "versions": {}}
        self.url = database
        self.slamon = None
        self.version = 0

    def set_up(self, minutes):
        lab_net.run("ip", "link", "set", "lo", "up")
        self.lab.make_peer(int(60 * minutes) + 600)
        os.mkdir(self.lab.path("disk"))
        lab_net.run("mount", "-t", "tmpfs", "-o", "size=64m", "disk", self.lab.path("disk"))
        self.lab.certificates()
        self.start_servers()
        self.clock = lab_clock.Clock(self.lab.folder, lab_clock.known(1500))
        self.note_step(self.clock.step(AHEAD_S), 0)
        self.environment = {**os.environ, **self.clock.environment,
                            **lab_shim.preload(self.lab.folder, "clock_shim", "malloc_shim", "disk_shim"),
                            "MALLOC_SHIM": self.lab.path("short"), "DISK_FAULT": self.lab.path("disk-fault")}

    def start_servers(self):
        here, peer = lab_net.HERE, lab_net.PEER
        self.nginx = self.lab.nginx("server { listen %s:8080; listen %s:8443 ssl; ssl_certificate good.pem; "
                                    "ssl_certificate_key good.key; location / { return 200 ok; } }" % (here, here))
        self.dns = self.lab.start(["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                                   "--pid-file=", "--port=5353", "--listen-address=" + here, "--bind-interfaces",
                                   "--address=/site.test/" + here], stderr=subprocess.DEVNULL)
        self.reflector = self.start_reflector()
        self.wait_for_web()
        self.wait_for_names()

    def wait_for_web(self):
        lab_net.wait_for(lambda: ask_page("http://%s:8080/" % lab_net.HERE), "the web server", 120)

    def wait_for_names(self):
        lab_net.wait_for(lambda: ask_name(lab_net.HERE, 5353, "site.test"), "the name server", 120)

    def start_reflector(self):
        path = self.lab.path("reflector.log")
        with open(path, "w", encoding="utf-8") as log:
            reflector = self.lab.start([lab_net.program("slamon"), "reflect", "--listen", lab_net.HERE + ":8620"],
                                       stderr=log)
        with open(path, encoding="utf-8") as log:
            lab_net.wait_for(lambda: "answers at" in log.readline(), "the reflector", 120)
        return reflector

    def targets(self):
        """(id, interval_s, timeout_s, probe), of what it depends, and what it needs on this side; of the present
        version of the configuration."""
        here, peer, version = lab_net.HERE, lab_net.PEER, self.version
        near = {"kind": "icmp", "host": "127.0.0.1"}
        wanted = [("near", 20, [], [], near),
                  ("peer", 40, ["peer"], [], {"kind": "icmp", "host": peer}),
                  ("peer6-", 5, ["peer"], [], {"kind": "icmp", "host": lab_net.PEER6}),
                  ("web", 20, ["nginx"], [], {"kind": "http", "url": "http://%s:8080/" % here}),
                  ("secure", 5, ["nginx"], ["names"],
                   {"kind": "http", "url": "https://site.test:8443/", "ca_file": self.lab.path("ca.pem"),
                    "dns_servers": here + ":5353"}),
                  ("port", 10, ["nginx"], [], {"kind": "tcp", "host": here, "port": 8080}),
                  ("tls", 5, ["nginx"], [], {"kind": "tls", "host": here, "port": 8443, "server_name": "site.test",
                                             "ca_file": self.lab.path("ca.pem")}),
                  ("name", 5, ["dns"], [], {"kind": "dns", "server": here, "port": 5353, "name": "site.test",
                                            "expect_answer": [here]}),
                  ("stamp", 5, ["reflector"], [], {"kind": "stamp", "host": here, "port": 8620}),
                  ("more", version, [], [], near)]
        return [("%s%d" % (name, i), 1 + (i + version * (name == "port")) % 5, soak_laws.TIMEOUT_US // S, probe,
                 depends, needs) for name, count, depends, needs, probe in wanted for i in range(count)]

    def configure(self, version):
        """Writes a version of the file, which is known by how many targets it has."""
        self.version = version
        targets = self.targets()
        self.config = self.lab.config([t[:4] for t in targets], database=self.url, ship_wait_s=60,
                                      spool={"path": self.lab.path("disk/spool.sqlite"), "size_mb": 40})
        self.story["versions"][len(targets)] = {t[0]: t[1] for t in targets}

    def listen(self, pipe):
        """Keeps what slamon says, and when."""
        for line in pipe:
            self.log.write(line)
            self.log.flush()
            observes = re.search(r" observes (\d+) targets from (\S+)Z on", line)
            if observes:
                seconds, fraction = observes[2].split(".")
                at = time.strptime(seconds + "+0000", "%Y-%m-%dT%H:%M:%S%z")
                instant = calendar.timegm(at) * S + int(fraction.ljust(6, "0"))
                self.story["begun"].append((now_us(), instant, int(observes[1])))

    def wait_begun(self, before, targets=None):
        """Until it says once more that it observes, so many."""
        lab_net.wait_for(lambda: any(targets in (None, count) for _, _, count in self.story["begun"][before:]) or
                         self.slamon.poll() is not None, "slamon to observe", 120)

    def start_slamon(self):
        before = len(self.story["begun"])
        environment = dict(self.environment, MALLOC_SHIM_RATE=str(self.random.choice((4, 20, 100))))
        self.slamon = subprocess.Popen([*ORDINARY, lab_net.program("slamon"), "run", self.config], env=environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       text=True)
        self.listener = threading.Thread(target=self.listen, args=(self.slamon.stderr,), daemon=True)
        self.listener.start()
        self.lab.ends.append(lambda process=self.slamon: process.poll() is None and process.kill())
        self.wait_begun(before)

    def note_step(self, at_ns, told_s):
        """told_s: by how much slamon must say that the clock was stepped."""
        self.story["clock"].append((at_ns // 1000, self.clock.wall // 1000, round(told_s * S)))

    def ask(self, word):
        print(word, flush=True)
        if sys.stdin.readline().strip() != "done":
            raise RuntimeError("the outside is gone")

    def said(self):
        with open(self.lab.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()
