"""soak_faults: what goes wrong in a soak, one or two at a time, as chance has it; each fault goes into the story."""

import contextlib
import errno
import os
import resource
import signal
import socket
import sys
import threading
import time

import lab_clock
import lab_net
import soak_laws
from soak_laws import S
from soak_place import AHEAD_S, Place, now_us

VERSIONS = 4  # of the configuration


class Soak(Place):
    # Each fault begins and returns how it ends; then nothing of it may be felt any more.

    # ---- of the targets ----

    def cut_off_peer(self):
        lab_net.run("ip", "link", "set", "here", "down")

        def end():
            lab_net.run("ip", "link", "set", "here", "up")
            lab_net.run("sh", "-c", "ip -6 addr replace %s/64 dev here nodad; ip route replace 10.98.0.0/16 via %s"
                        % (lab_net.HERE6, lab_net.PEER))
        return end

    def hang(self, server, wait):
        server.send_signal(signal.SIGSTOP)

        def end():
            server.send_signal(signal.SIGCONT)
            wait()
        return end

    def hang_web(self):
        return self.hang(self.nginx, self.wait_for_web)

    def hang_names(self):
        return self.hang(self.dns, self.wait_for_names)

    def kill_reflector(self):
        self.reflector.kill()
        self.reflector.wait()

        def end():
            self.reflector = self.start_reflector()
        return end

    # ---- of PostgreSQL ----

    def database(self, word, then):
        self.ask(word)
        return lambda: self.ask(then) if then else None

    def crash_database(self):
        return self.database("crash", "start")

    def freeze_database(self):
        return self.database("freeze", "thaw")

    def throw_out(self):
        return self.database("throw-out", None)

    def revoke(self):
        return self.database("revoke", "grant")

    def shut_out(self):
        return self.database("shut", "open")

    # ---- of slamon ----

    def kill_slamon(self):
        self.slamon.kill()
        self.slamon.wait()
        self.listener.join()
        return self.start_slamon

    def stop_slamon(self):
        begun = now_us()
        self.slamon.send_signal(signal.SIGSTOP)

        def end():
            self.slamon.send_signal(signal.SIGCONT)
            self.story["stops"].append((begun, now_us()))
        return end

    def reload(self):
        self.slamon.send_signal(signal.SIGHUP)
        return lambda: None

    def reload_broken(self):
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text[:len(text) // 2])
        self.slamon.send_signal(signal.SIGHUP)

        def end():
            with open(self.config, "w", encoding="utf-8") as file:
                file.write(text)
        return end

    def reload_other(self):
        before = len(self.story["begun"])
        self.configure(self.random.choice([v for v in range(VERSIONS) if v != self.version]))
        self.slamon.send_signal(signal.SIGHUP)
        return lambda: self.wait_begun(before, len(self.targets()))

    # ---- of its machine ----

    def step_clock(self):
        """As clock_settime() does: the kernel forgets what it knew of its error."""
        seconds = round(self.random.uniform(0.6, 60), 3)
        ahead = self.clock.wall / 1e9
        if ahead > 3 * AHEAD_S or (ahead > seconds and self.random.random() < 0.6):
            seconds = -seconds
        self.note_step(self.clock.step(seconds), seconds)
        self.clock.says(lab_clock.UNSYNCHRONISED)
        return lambda: self.clock.says(lab_clock.known(1500))

    def put_to_sleep(self):
        self.note_step(self.clock.suspend(round(self.random.uniform(0.6, 90), 3)), 0)
        return lambda: None

    def lose_clock(self):
        self.clock.says(self.random.choice((lab_clock.UNSYNCHRONISED, lab_clock.SENTINEL, lab_clock.TIMESYNCD,
                                            lab_clock.REFUSED)))
        return lambda: self.clock.says(lab_clock.known(1500))

    def fill_disk(self):
        path = self.lab.path("disk/ballast")
        with open(path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        return lambda: os.remove(path)

    def while_file(self, path, text=""):
        """What a preloaded library does while there is that file."""
        with open(path + "-new", "w", encoding="ascii") as file:
            file.write(text)
        os.rename(path + "-new", path)
        return lambda: os.remove(path)

    def fail_disk(self):
        error = self.random.choice((errno.EIO, errno.EROFS, errno.EDQUOT))
        return self.while_file(self.lab.path("disk-fault"), "%d" % error)

    def refuse_memory(self):
        return self.while_file(self.lab.path("short"))

    def close_folder(self):
        os.chmod(self.lab.path("disk"), 0)
        return lambda: os.chmod(self.lab.path("disk"), 0o755)

    def limit(self, what, most):
        """The kernel refuses slamon more of what than most."""
        before = resource.prlimit(self.slamon.pid, what)
        resource.prlimit(self.slamon.pid, what, (most, before[1]))

        def end(process=self.slamon):
            if process.poll() is None:
                resource.prlimit(process.pid, what, before)
        return end

    def limit_memory(self):
        with open("/proc/%d/statm" % self.slamon.pid, encoding="ascii") as file:
            return self.limit(resource.RLIMIT_AS, int(file.read().split()[0]) * resource.getpagesize())

    def limit_descriptors(self):
        return self.limit(resource.RLIMIT_NOFILE, max(map(int, os.listdir("/proc/%d/fd" % self.slamon.pid))) + 1)

    def flood(self):
        """Replies to nobody, more than its receive buffer holds while it stands still, and then while it reads."""
        over, reply = threading.Event(), bytes.fromhex("0000ffff00000000") + bytes(1392)

        def send():
            with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as strange:
                while not over.is_set():
                    with contextlib.suppress(OSError):  # its own buffer is full as well
                        strange.sendto(reply, ("127.0.0.1", 0))
        sender = threading.Thread(target=send, daemon=True)
        go_on = self.stop_slamon()
        sender.start()
        time.sleep(0.3)
        go_on()

        def end():
            over.set()
            sender.join()
        return end

    FAULTS = [  # name, what it touches, how long (s), what begins it
        ("cut off", ("peer",), (2, 25), cut_off_peer), ("web hangs", ("nginx",), (2, 25), hang_web),
        ("names hang", ("dns", "names"), (2, 20), hang_names),
        ("reflector killed", ("reflector",), (1, 10), kill_reflector),
        ("database crashes", ("database",), (1, 40), crash_database),
        ("database frozen", ("database",), (1, 45), freeze_database), ("thrown out", ("database",), (0, 0), throw_out),
        ("rights taken", ("database",), (1, 20), revoke), ("shut out", ("database",), (1, 20), shut_out),
        ("killed", ("slamon",), (0, 4), kill_slamon), ("stopped", ("slamon",), (1, 12), stop_slamon),
        ("reloaded", ("slamon",), (0, 1), reload), ("broken reload", ("slamon",), (1, 2), reload_broken),
        ("other targets", ("slamon", "clock"), (0, 1), reload_other),
        ("clock stepped", ("clock",), (0, 8), step_clock), ("asleep", ("clock",), (0, 2), put_to_sleep),
        ("clock lost", ("clock",), (1, 20), lose_clock),
        ("no memory", ("slamon",), (1, 15), limit_memory), ("memory refused", ("slamon",), (1, 8), refuse_memory),
        ("no descriptors", ("slamon",), (1, 15), limit_descriptors), ("flooded", ("slamon",), (1, 3), flood),
        ("disk full", ("slamon",), (1, 15), fill_disk), ("disk fails", ("slamon",), (1, 15), fail_disk),
        ("folder closed", ("slamon",), (1, 15), close_folder)]

    # ---- the hour ----

    def keep_to(self, touched):
        """Only faults that touch one of these; all, when there is none."""
        self.chosen = [f for f in self.FAULTS if not touched or set(touched) & set(f[1])]
        if not self.chosen:
            raise SystemExit("soak: no fault touches %s" % ", ".join(touched))

    def memory(self):
        try:
            with open("/proc/%d/status" % self.slamon.pid, encoding="ascii") as file:
                return next((int(line.split()[1]) for line in file if line.startswith("VmRSS")), 0)
        except OSError:
            return 0

    def wait(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            time.sleep(min(1, max(0.01, end - time.time())))
            self.story["memory"].append((now_us(), self.memory()))

    def one_fault(self, nested=False):
        free = [f for f in self.chosen if not self.busy & set(f[1])]
        if not free:
            return
        name, touches, length, begin = self.random.choice(free)
        seconds = min(self.random.uniform(*length), max(0, self.ends - time.time()))
        self.busy |= set(touches)
        fault = {"name": name, "touches": touches, "from": now_us()}
        end = begin(self)
        if not nested and self.random.random() < 0.3:
            self.one_fault(nested=True)
        self.wait(max(0, seconds - (now_us() - fault["from"]) / S))
        end()
        fault["to"] = now_us()
        self.busy -= set(touches)
        self.story["faults"].append(fault)
        print("%s  %-16s %5.1f s" % (time.strftime("%H:%M:%S"), name, (fault["to"] - fault["from"]) / S),
              file=sys.stderr, flush=True)
        if not nested and self.slamon.poll() is not None:
            raise RuntimeError("slamon ended by itself, exit status %d" % self.slamon.returncode)

    def run(self, minutes):
        self.busy = set()
        self.configure(VERSIONS - 1)  # has all targets
        self.story["targets"] = [(i + 1, t[0], t[4], t[5]) for i, t in enumerate(self.targets())]
        self.start_slamon()
        self.ends = time.time() + 60 * minutes
        while time.time() < self.ends:
            self.wait(self.random.uniform(2, 12))
            self.one_fault()
        self.wait(2 * soak_laws.TIMEOUT_US / S)
        self.story["ended"] = now_us()
        self.slamon.send_signal(signal.SIGTERM)
        self.story["status"] = self.slamon.wait(180)
        self.listener.join()
