#!/usr/bin/python3
"""slamon while memory is refused now and then, to itself or to a library, in the middle of whatever it does.

One in so many of all blocks is refused (shim/malloc_shim.c). What must hold: slamon goes on; each instant leaves exactly one
record; none of them is down, since every target answers; and when there is memory again, all are up.
"""
# build: plain
# waits

import os
import signal
import time

import lab_net
import lab_shim
from lab_stamp import Reflector
from test_observe_faults import Faults, us
from test_probes import GOOD, HTTP_PORT, SELF, SERVERS, http, icmp

EACH = 4         # targets of a probe
TARGETS = 7 * EACH
ROUNDS = 3


class Memory(Faults):
    def probes(self, names):
        """One of every kind, of http two; all of them answer."""
        address, port = names.rsplit(":", 1)
        return [http(), {"kind": "http", "url": "https://site.test:%d/" % GOOD},
                {"kind": "tls", "host": "site.test", "port": GOOD}, {"kind": "tcp", "host": "site.test", "port": HTTP_PORT},
                {"kind": "dns", "server": address, "port": int(port), "name": "site.test"},
                {"kind": "stamp", "host": "127.0.0.1", "port": Reflector(self.lab).port, "packets": 3}, icmp("site.test")]

    def start(self, rate):
        """slamon, and the file while which memory is refused."""
        lab = self.lab
        lab.certificates()
        lab.nginx(SERVERS % {"folder": lab.folder})
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", SELF), "nginx")
        short, names = lab.path("short"), lab.name_server({"site.test": "127.0.0.1"})
        run = lab.run([("t%d-%d" % (n, i), 1, 5, probe) for n, probe in enumerate(self.probes(names)) for i in range(EACH)],
                      environment={**lab_shim.preload(lab.folder, "malloc_shim"), "MALLOC_SHIM": short,
                                   "MALLOC_SHIM_RATE": str(rate)},
                      dns_servers=names, ca_file=lab.path("ca.pem"))
        return run, short

    def all_up(self, run):
        """Waits until the last that is known of each target is up, after two rounds."""
        past = len(run.samples())

        def last():
            return {s["target"]: s["outcome"] for s in lab_net.observed(run.samples()[past:])}
        lab_net.wait_for(lambda: len(run.samples()) > past + 2 * TARGETS and
                         list(last().values()) == ["up"] * TARGETS, "all to be up")

    def refuse(self, rate):
        run, short = self.start(rate)
        self.all_up(run)
        open(short, "w").close()
        for _ in range(ROUNDS):  # of a second; what is printed needs memory too, and does not tell
            time.sleep(1)
            run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: "missed (send: Cannot allocate memory)" in run.log(), "a probe that was refused memory")
        os.remove(short)
        self.all_up(run)
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertEqual([s for s in samples if s["outcome"] == "down"], [])
        want = self.grid(run, samples, lambda target, n: 1)
        self.assertEqual(self.kept(), len(want))  # of printed lines some are missing: they need memory
        self.assertLessEqual({(s["target"], us(s["scheduled"])) for s in samples}, want)

    def test_one_in_a_hundred(self):
        self.refuse(100)

    def test_one_in_twenty(self):
        self.refuse(20)

    def test_one_in_four(self):
        self.refuse(4)


if __name__ == "__main__":
    lab_net.main()
