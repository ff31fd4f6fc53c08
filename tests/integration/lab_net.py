"""A network of the test's own: loopback, a second host behind a veth pair, web and name servers, certificates.

    import lab_net
    if __name__ == "__main__":
        lab_net.main()             # each test inside new user and network namespaces, several side by side

Works as root and as an ordinary user. Everything it starts ends with Lab.close(), also after a failure.
Addresses: 10.99.0.1 and fd99::1 here, 10.99.0.2 and fd99::2 the peer. Each routes for the other: the peer
10.98.0.0/16, this one 10.97.0.0/16, of which .1.0/24 is unreachable and .2.0/24 swallowed. Behind the
peer there may be a third host, 10.96.0.2 and fd96::2, with a narrow link between the two.
"""

import concurrent.futures
import contextlib
import datetime
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import lab_clock

HERE, PEER = "10.99.0.1", "10.99.0.2"
HERE6, PEER6 = "fd99::1", "fd99::2"
FAR, FAR6 = "10.96.0.2", "fd96::2"
MARK = "GOVSLA_OWN_NETWORK"


os.environ["PATH"] += ":/usr/sbin:/sbin"  # nginx and ip, which an ordinary user's PATH lacks


def enter():
    """Replaces this process by itself in namespaces of its own, as root in them."""
    if os.environ.get(MARK) != "1":
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", "-Urn", sys.executable] + sys.argv)
    run("ip", "link", "set", "lo", "up")


def main(at_once=os.cpu_count() or 1):
    """Runs the tests of this program: those named on the command line in namespaces of their own; without a name
    each of them like that, as many at a time as there are processors: more would stop each other, unless they
    mostly wait."""
    if len(sys.argv) > 1:
        enter()
        unittest.main()

    def names(suite):
        return sum((names(t) for t in suite), []) if isinstance(suite, unittest.TestSuite) else [suite.id()]

    def test(name):
        command = [sys.executable, sys.argv[0], name.replace("__main__.", "")]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
    tests = names(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(test, tests))
    for name, result in zip(tests, results):
        print(name.replace("__main__.", ""), "ok" if result.returncode == 0 else "FAILED\n" + result.stdout)
    failed = sum(result.returncode != 0 for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not results else 0)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def program(name):
    build = os.environ.get("GOVSLA_BUILD")
    if not build:
        build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build")
    return os.path.join(build, "bin", name)


def use_plain_build():
    """For tests of memory and of stepped clocks in a suite that is sanitized."""
    plain = os.environ.get("GOVSLA_PLAIN_BUILD")
    if plain:
        os.environ["GOVSLA_BUILD"] = plain


def wait_for(condition, what, seconds=180):
    """Generous: a machine under load may be late with anything, and who succeeds does not wait for it."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.02)


def instant(text):
    """Seconds since 1970 of a time that slamon printed."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def observed(samples):
    """Those of which slamon could tell something. Which they are is this machine's choice: it may stop slamon at any
    instant, for as long as it likes, and then the sample says so."""
    return [s for s in samples if s["failure"] != "not running"]


def listens(address, port):
    try:
        socket.create_connection((address, port), 0.2).close()
        return True
    except OSError:
        return False


class Lab:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="govsla-lab-")
        self.ends = []  # called in reverse by close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def close(self):
        while self.ends:
            self.ends.pop()()
        shutil.rmtree(self.folder)

    def start(self, command, **more):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **more)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
        self.ends.append(end)
        return process

    # ---- a second host ----

    def make_peer(self, seconds=1000):
        """Its network ends by itself after so long, should this process be killed."""
        self.peer = self.start(["unshare", "-n", "sleep", str(seconds)])
        wait_for(lambda: os.readlink("/proc/%d/ns/net" % self.peer.pid) != os.readlink("/proc/self/ns/net"),
                 "the peer's namespace")
        run("ip", "link", "add", "here", "type", "veth", "peer", "name", "peer", "netns", str(self.peer.pid))
        for at, name, v4, v6 in ((run, "here", HERE, HERE6), (self.on_peer, "peer", PEER, PEER6)):
            at("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/%s/accept_dad" % name)
            at("ip", "addr", "add", v4 + "/24", "dev", name)
            at("ip", "addr", "add", v6 + "/64", "dev", name, "nodad")
            at("ip", "link", "set", name, "up")
        self.on_peer("ip", "link", "set", "lo", "up")
        for at, other, mine, address in ((run, self.on_peer, 97, HERE), (self.on_peer, run, 98, PEER)):
            at("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            at("ip", "route", "add", "unreachable", "10.%d.1.0/24" % mine)
            at("ip", "route", "add", "blackhole", "10.%d.2.0/24" % mine)
            other("ip", "route", "add", "10.%d.0.0/16" % mine, "via", address)

        def end():
            run("ip", "link", "del", "here")
            for route in ("unreachable 10.97.1.0/24", "blackhole 10.97.2.0/24"):
                run("ip", "route", "del", *route.split())
        self.ends.append(end)

    def make_far(self, mtu, seconds=1000):
        """A third host behind the peer; the link to the peer takes packets of mtu bytes at the most."""
        self.far = self.start(["unshare", "-n", "sleep", str(seconds)])
        wait_for(lambda: os.readlink("/proc/%d/ns/net" % self.far.pid) != os.readlink("/proc/self/ns/net"),
                 "the far host's namespace")
        self.on_peer("ip", "link", "add", "mid", "type", "veth", "peer", "name", "far", "netns", str(self.far.pid))
        for at, name, v4, v6 in ((self.on_peer, "mid", "10.96.0.1", "fd96::1"), (self.on_far, "far", FAR, FAR6)):
            at("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/%s/accept_dad" % name)
            at("ip", "addr", "add", v4 + "/24", "dev", name)
            at("ip", "addr", "add", v6 + "/64", "dev", name, "nodad")
            at("ip", "link", "set", name, "up")
        self.on_far("ip", "link", "set", "lo", "up")
        self.on_far("ip", "route", "add", "default", "via", "10.96.0.1")
        self.on_far("ip", "-6", "route", "add", "default", "via", "fd96::1")
        self.on_peer("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
        run("ip", "route", "add", "10.96.0.0/24", "via", PEER)
        run("ip", "-6", "route", "add", "fd96::/64", "via", PEER6)
        run("ip", "link", "set", "here", "mtu", str(mtu))
        self.on_peer("ip", "link", "set", "peer", "mtu", str(mtu))

    def taking_the_way(self):
        """The command by which the peer takes the way to it away from this machine; it comes back at the end."""
        route = ["unreachable", PEER + "/32"]
        self.ends.append(lambda: subprocess.call(["ip", "route", "del", *route], stderr=subprocess.DEVNULL))
        return ["nsenter", "-t", str(os.getpid()), "-n", "ip", "route", "add", *route]

    def on_far(self, *command):
        run("nsenter", "-t", str(self.far.pid), "-n", *command)

    def on_peer(self, *command):
        run("nsenter", "-t", str(self.peer.pid), "-n", *command)

    # ---- servers ----

    def certificates(self):
        """ca.pem, and name.pem with name.key for 'good', 'expired', 'self'; good and expired are for site.test
        and 127.0.0.1."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

        def openssl(*arguments):
            subprocess.run(("openssl",) + arguments, check=True, cwd=self.folder, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(self.path("names"), "w") as f:
            f.write("subjectAltName=DNS:site.test,IP:127.0.0.1\n")
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=lab", "-days", "30")
        openssl("req", "-x509", *key, "-keyout", "self.key", "-out", "self.pem", "-subj", "/CN=127.0.0.1",
                "-days", "30", "-addext", "subjectAltName=IP:127.0.0.1")
        for name, days in (("good", "20"), ("expired", "-1")):
            openssl("req", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=site.test")
            openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial",
                    "7", "-days", days, "-extfile", "names", "-out", name + ".pem")

    def nginx(self, servers):
        """Starts nginx with the given server blocks; returns the process."""
        names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join('  %s_temp_path "%s";\n' % (n, self.path(n)) for n in names)
        with open(self.path("nginx.conf"), "w") as f:
            f.write('daemon off; master_process off; user root root; pid "%s"; error_log stderr crit;\n'
                    "events { worker_connections 512; }\nhttp {\n  access_log off;\n%s%s\n}\n"
                    % (self.path("nginx.pid"), paths, servers))
        return self.start(["nginx", "-e", "stderr", "-p", self.folder, "-c", self.path("nginx.conf")])

    def tcp_server(self, answer):
        """A server that does answer(connection) in a thread of its own for each; returns its port."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        kept = []

        def serve(connection):
            try:
                answer(connection)
            except OSError:
                pass

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                kept.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()

        def end():
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            for connection in kept:
                connection.close()
        self.ends.append(end)
        return listener.getsockname()[1]

    def udp_server(self, answers, address="127.0.0.1", port=0, via=None):
        """A server that sends what answers(datagram) gives, from the socket via if there is one: datagrams, and numbers,
        which are pauses in seconds. Returns its port."""
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((address, port))

        def serve():
            while True:
                try:
                    datagram, sender = server.recvfrom(2000)
                    if not datagram:  # shut down
                        return
                    for part in answers(datagram):
                        if isinstance(part, (int, float)):
                            time.sleep(part)
                        else:
                            (via or server).sendto(part, sender)
                except OSError:
                    return
        threading.Thread(target=serve, daemon=True).start()

        def end():
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        self.ends.append(end)
        return server.getsockname()[1]

    def name_server(self, names, delay=0.0):
        """Answers A and AAAA queries for names {name: address or addresses in their order}, NXDOMAIN for others, after
        delay seconds each; None: never answers. Returns ADDRESS:PORT."""
        def reply(query):
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            question = query[12:at + 5]
            known = names.get(".".join(labels), [])
            known = [known] if isinstance(known, str) else known
            family = {b"\0\1": socket.AF_INET, b"\0\x1c": socket.AF_INET6}.get(question[-4:-2])
            fitting = [socket.inet_pton(family, a) for a in known if (":" in a) == (family == socket.AF_INET6)]
            head = query[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, len(fitting), 0, 0)
            return head + question + b"".join(b"\xc0\x0c" + question[-4:] + struct.pack(">IH", 60, len(a)) + a
                                              for a in fitting)
        return "127.0.0.1:%d" % self.udp_server(lambda query: () if names is None else (delay, reply(query)))

    # ---- slamon ----

    def config(self, targets, **more):
        """Writes slamon.json for targets (id, interval_s, timeout_s, probe[, more keys]); returns its path."""
        value = {"format": "govsla-slamon/1", "vantage": "lab", "vantage_number": 1,
                 "spool": {"path": self.path("spool.sqlite")}}
        value.update(more)
        value["targets"] = [dict({"number": i + 1, "id": t[0], "interval_s": t[1], "timeout_s": t[2],
                                  "probe": t[3]}, **(t[4] if len(t) > 4 else {}))
                            for i, t in enumerate(targets)]
        with open(self.path("slamon.json"), "w") as f:
            json.dump(value, f, indent=1)
        return self.path("slamon.json")

    def known_clock(self):
        """A command that runs a program whose kernel knows its clock within 1.5 ms. Where this machine's does not, no
        certificate is held to be expired."""
        return lab_clock.Clock(self.folder, lab_clock.known(1500)).before

    def once(self, targets, before=(), **more):
        """Probes each target one time; returns {id: sample}. before: a command that runs slamon.

        A sample that says "not running" tells that this machine stopped slamon while it was probing: then it shows
        nothing about the target, which is probed again, for four minutes at the most. Fewer and fewer at once, since what
        many take together may be more than a busy machine gives; where targets speak for each other, all of them. And not
        before some seconds: Linux tells one sender of one unreachable packet a second, after five."""
        samples, left, end, at_once = {}, targets, time.monotonic() + 240, len(targets)
        alone = all(len(t) == 4 for t in targets)
        while True:
            out = subprocess.run([*before, program("slamon"), "once", self.config(left, **more), "--json",
                                  "--no-spool"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 timeout=300)
            samples.update((s["target"], s) for s in json.loads(out.stdout)["samples"])
            stopped = [t for t in targets if samples[t[0]]["failure"] == "not running"]
            if not stopped or time.monotonic() > end:
                return samples
            at_once = max(1, at_once // 2)
            left = stopped[:at_once] if alone else targets
            time.sleep(min(len(left), 5))

    def run(self, targets, environment=None, **more):
        """Starts slamon run; its samples come as JSON lines from Run.finish()."""
        return Run(self, self.config(targets, **more), environment)


class Case(unittest.TestCase):
    """A test with a lab of its own."""

    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def check(self, sample, outcome, failure=""):
        self.assertEqual((sample["outcome"], sample["failure"]), (outcome, failure), sample)


class Run:
    def __init__(self, lab, config, environment):
        self.samples_path, self.log_path = lab.path("samples"), lab.path("log")
        self.parsed, self.parsed_bytes = [], 0
        with open(self.samples_path, "w") as out, open(self.log_path, "w") as log:
            self.process = lab.start([program("slamon"), "run", config, "--json"], stdout=out, stderr=log,
                                     env=dict(os.environ, **(environment or {})))
        wait_for(lambda: "observes" in self.log(), "slamon to start")

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def samples(self):
        """Those of whole lines so far; each line is parsed once, since who waits asks often."""
        with open(self.samples_path, "rb") as f:
            f.seek(self.parsed_bytes)
            new = f.read()
        whole = new[:new.rfind(b"\n") + 1]
        self.parsed_bytes += len(whole)
        self.parsed += [json.loads(line) for line in whole.splitlines()]
        return list(self.parsed)

    def observed(self, target=None):
        """Those of a target, or of all, which slamon could observe."""
        return [s for s in observed(self.samples()) if target in (None, s["target"])]

    def finish(self, number=signal.SIGTERM, seconds=300):
        """Sends the signal; returns (exit code, samples). Whatever could not be sent must have its reason in the log."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        unexplained = [line for line in self.log().splitlines() if line.endswith(": missed (send)")]
        if unexplained:
            raise AssertionError("no reason: " + "\n".join(unexplained))
        return code, self.samples()
