#!/usr/bin/python3
"""Files and networks that mean harm: slamon goes on, says why, and no down becomes missed."""

import os
import signal
import subprocess

import lab_net
from lab_net import PEER6


class Case(lab_net.Case):
    def odd_files(self):
        """What waits or never ends when it is read."""
        fifo, folder = self.lab.path("fifo"), self.lab.path("folder")
        os.mkfifo(fifo)
        os.mkdir(folder)
        return fifo, folder, "/dev/zero"


class Files(Case):
    def slamon(self, *arguments):
        return subprocess.run([lab_net.program("slamon"), *arguments], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)

    def test_configuration(self):
        for path in self.odd_files():
            done = self.slamon("check", path)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, f"slamon: cannot read '{path}': it is not a regular file\n")

    def test_files_that_the_configuration_names(self):
        http = {"kind": "http", "url": "https://127.0.0.1:1/"}
        mutual = {"client_certificate": "/dev/null", "client_key": "/dev/null"}
        for path in self.odd_files():
            for probe in (dict(http, headers_file=path), dict(http, body_file=path), dict(http, ca_file=path),
                          dict(http, proxy="http://127.0.0.1:1", proxy_user_file=path),
                          dict(http, **dict(mutual, client_certificate=path)),
                          {"kind": "tls", "host": "127.0.0.1", "ca_file": path},
                          {"kind": "stamp", "host": "127.0.0.1", "key_file": path}):
                done = self.slamon("once", self.lab.config([("t", 60, 1, probe)]), "--no-spool")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"cannot read '{path}': it is not a regular file", done.stderr)

    def test_spool(self):
        os.mkfifo(self.lab.path("odd-wal"))
        fifo = self.odd_files()[0]
        for path, want in ((fifo, "is not a regular file"), ("/dev/null", "is not a regular file"),
                           (":memory:", "spool.path: ':memory:' is not a path"),
                           ("file:x?mode=memory", "spool.path: 'file:x?mode=memory' is not a path")):
            config = self.lab.config([("t", 60, 1, {"kind": "tcp", "host": "127.0.0.1", "port": 1})], spool={"path": path})
            done = self.slamon("once", config)
            self.assertEqual(done.returncode, 1)
            self.assertIn(want, done.stderr)
        self.lab.config([("t", 60, 1, {"kind": "tcp", "host": "127.0.0.1", "port": 1})],
                        spool={"path": self.lab.path("odd")})
        self.slamon("once", config)  # whatever comes of a log that is a pipe: it does not wait

    def test_reload(self):
        """A file that is another thing at each SIGHUP: refused, and no instant is lost."""
        run = self.lab.run([("t", 1, 1, {"kind": "tcp", "host": "127.0.0.1", "port": 1})])
        config = self.lab.path("slamon.json")
        kept = self.lab.path("kept")
        os.rename(config, kept)
        refused = 0
        for odd in (*self.odd_files(), kept + ".none"):
            os.symlink(odd, config)
            run.process.send_signal(signal.SIGHUP)
            refused += 1
            lab_net.wait_for(lambda: run.log().count("goes on as before") == refused, "the reload to be refused")
            os.unlink(config)
        os.rename(kept, config)
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: run.log().count("observes 1 targets") == 2, "the good file")
        instants = len(run.samples())
        lab_net.wait_for(lambda: len(run.samples()) > instants + 1, "samples after it")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        self.assertEqual(run.log().count("not a regular file"), 3)
        times = [s["scheduled"] for s in samples]
        self.assertEqual(len(times), len(set(times)))


class Network(Case):
    def test_prohibited_by_others(self):
        """ICMPv6's "administratively prohibited" comes as EACCES: not this machine's word, so down and not missed."""
        self.lab.make_peer()
        self.lab.on_peer("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; "
                         "echo 0 > /proc/sys/net/ipv6/icmp/ratelimit")
        self.lab.on_peer("ip", "-6", "route", "add", "prohibit", "fd98::/64")
        lab_net.run("ip", "-6", "route", "add", "fd98::/64", "via", PEER6)
        lab_net.run("ip", "-6", "route", "add", "prohibit", "fd97::/64")
        away = {"host": "fd98::1", "port": 7}
        samples = self.lab.once([
            ("tcp", 60, 5, dict(away, kind="tcp")), ("tls", 60, 5, dict(away, kind="tls")),
            ("http", 60, 5, {"kind": "http", "url": "http://[fd98::1]:7/"}),
            ("dns", 60, 5, {"kind": "dns", "server": "fd98::1", "name": "a.example"}),
            ("dns tcp", 60, 5, {"kind": "dns", "server": "fd98::1", "name": "a.example", "transport": "tcp"}),
            ("stamp", 60, 5, {"kind": "stamp", "host": "fd98::1"}),
            ("icmp", 60, 5, {"kind": "icmp", "host": "fd98::1"}),
            ("own", 60, 5, {"kind": "tcp", "host": "fd97::1", "port": 7})])
        own = samples.pop("own")
        self.assertEqual({name: s["failure"] for name, s in samples.items()}, dict.fromkeys(samples, "unreachable"))
        self.assertEqual(own["failure"], "send")  # this machine's own rule
        self.assertEqual({s["outcome"] for s in samples.values()}, {"down"})


if __name__ == "__main__":
    lab_net.main()
