"""What the benchmarks share: how a figure is printed, and how CPU time and memory of a process are read.

    bench: NAME VALUE UNIT (peer WHO VALUE UNIT, ratio R, asked WHAT)

Peer and ratio stand there where a peer ran beside us in the same run; the ratio is ours to the peer's. A shared
machine moves: compare only what one run printed, ratios before values.
"""

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "integration"))
import lab_net  # noqa: E402


def figure(name, value, unit, asked, peer=None, places=1):
    """peer: (who, value in the same unit)."""
    beside = "peer %s %.*f %s, ratio %.2f, " % (peer[0], places, peer[1], unit, value / peer[1]) if peer else ""
    print("bench: %s %.*f %s (%sasked %s)" % (name, places, value, unit, beside, asked), flush=True)


def figure_of_pairs(name, pairs, unit, asked, who, places=1):
    """pairs: (ours, the peer's), measured in turn; printed are the medians, and the median of the pairs' ratios. A pair with
    None could not be measured: this machine does not keep the pace."""
    pairs = [pair for pair in pairs if None not in pair]
    if not pairs:
        print("bench: %s not measured: this machine is too busy" % name, flush=True)
        return
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    print("bench: %s %.*f %s (peer %s %.*f %s, ratio %.2f, asked %s)"
          % (name, places, ours, unit, who, places, theirs, unit,
             statistics.median(a / b for a, b in pairs), asked), flush=True)


def cpu_s(pid):
    """CPU seconds of a running process so far, all its threads, to the nanosecond: its CPU-time clock
    (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2)


def waited_s(pid):
    """For how long its first thread was ready to run and had no processor, so far: what others on this machine took."""
    with open("/proc/%d/task/%d/schedstat" % (pid, pid)) as f:
        return int(f.read().split()[1]) / 1e9


def stolen_s():
    """What the host took from all processors so far."""
    with open("/proc/stat") as f:
        return int(f.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def icmp_host(i):
    """The i-th of 250,000 addresses of the loopback."""
    return "127.%d.%d.%d" % (1 + i // 62500, i // 250 % 250, i % 250 + 1)


def icmp_targets(count, interval_s, timeout_s=5):
    return [("icmp-%d" % i, interval_s, timeout_s, {"kind": "icmp", "host": icmp_host(i)}) for i in range(count)]


def http_targets(count, interval_s, url, **more):
    return [("http-%d" % i, interval_s, 5, dict({"kind": "http", "url": url}, **more)) for i in range(count)]


def run_figures(log):
    """What slamon run says at its end, as numbers; None when it does not."""
    found = re.search(r"(?P<up>\d+) up, (?P<down>\d+) down, (?P<missed>\d+) missed; "
                      r".* 99 % within (?P<p99_ms>\d+) ms, all within (?P<most_ms>\d+) ms", log)
    return found and {key: int(value) for key, value in found.groupdict().items()}


class Run:
    """slamon run; keeps when each of its log lines came. Every probe must be answered."""

    def __init__(self, config):
        self.begun = time.monotonic()
        self.lines = []
        self.process = subprocess.Popen([lab_net.program("slamon"), "run", config], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append((time.monotonic(), line))

    def observes(self, times):
        """When it said for that many times that it observes."""
        def said():
            return [at for at, line in self.lines if " observes " in line]
        lab_net.wait_for(lambda: len(said()) >= times, "slamon to observe", 60)
        return said()[times - 1]

    def finish(self):
        """Returns (most resident MB, its own figures)."""
        self.process.terminate()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = status
        self.reader.join()
        log = "".join(line for _, line in self.lines)
        figures = run_figures(log)
        if status or not figures or figures["down"]:
            sys.exit("slamon failed:\n" + log[-2000:])
        return usage.ru_maxrss / 1024, figures


class Exporter:
    """prometheus-blackbox-exporter and a client of it that keeps its connection. ca.pem of the lab is trusted."""

    def __init__(self, lab):
        with open(lab.path("blackbox.yml"), "w") as f:
            f.write("modules:\n  http_2xx:\n    prober: http\n    timeout: 5s\n    http:\n"
                    "      preferred_ip_protocol: ip4\n      tls_config: {ca_file: %s}\n"
                    "  icmp:\n    prober: icmp\n    timeout: 5s\n    icmp: {preferred_ip_protocol: ip4}\n"
                    % lab.path("ca.pem"))
        self.process = lab.start(["prometheus-blackbox-exporter", "--config.file=" + lab.path("blackbox.yml"),
                                  "--web.listen-address=127.0.0.1:9115", "--log.level=error"])
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", 9115), "blackbox_exporter")
        self.client = HTTPConnection("127.0.0.1", 9115)

    def probe(self, target, module="http_2xx"):
        self.client.request("GET", "/probe?module=%s&target=%s" % (module, target))
        metrics = self.client.getresponse().read().decode()
        if "\nprobe_success 1" not in metrics:
            sys.exit("blackbox_exporter got no answer from %s:\n%s" % (target, metrics))
        return metrics
