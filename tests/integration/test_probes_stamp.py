#!/usr/bin/python3
"""The stamp probe and slamon reflect: against each other, byte by byte, and against a sender and a reflector in Python
that lose, delay, double, forge and lie."""
# waits

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import lab_net
from lab_clock import UNSYNCHRONISED, Clock
from lab_net import instant
from lab_stamp import Answer, Capture, FakeReflector, Reflector, Relay, Request, ntp, seal, seconds, write_pcap

KEY = bytes(range(100, 132))
PTP = 0x4000


def stamp(port, **more):
    return dict({"kind": "stamp", "host": "127.0.0.1", "port": port}, **more)


class Case(lab_net.Case):
    def key_file(self, key=KEY, name="key"):
        path = self.lab.path(name)
        with open(path, "w") as f:
            f.write(key.hex() + "\n")
        os.chmod(path, 0o600)
        return path

    def probe(self, port, timeout_s=20, **more):
        return self.lab.once([("t", 60, timeout_s, stamp(port, **more))])["t"]

    def check_told(self, sample, forward, backward):
        self.assertEqual((sample["stamp"]["lost_forward"], sample["stamp"]["lost_backward"]), (forward, backward), sample)


def payload(frame):
    """(traffic class, TTL, UDP payload) of an Ethernet frame."""
    if frame[12:14] == b"\x08\0":
        return frame[15], frame[22], frame[42:14 + int.from_bytes(frame[16:18], "big")]
    return (frame[14] << 4 | frame[15] >> 4) & 0xff, frame[21], frame[62:54 + int.from_bytes(frame[18:20], "big")]


class Exchange(Case):
    def exchange(self, host, listen, key=None, **more):
        """A probe of three packets; returns [(request, answer)], each (traffic class, TTL, bytes)."""
        options = ["--stateful"] + (["--key-file", self.key_file()] if key else [])
        reflector = Reflector(self.lab, *options, listen=listen)
        if key:
            more["key_file"] = self.lab.path("key")
        capture = Capture()
        self.before = time.time()
        self.sample = self.probe(reflector.port, host=host, packets=3, spacing_ms=1, reflector="stateful", dscp=46, **more)
        self.check(self.sample, "up")
        self.frames = capture.end(reflector.port)
        self.port = reflector.port
        self.assertEqual(reflector.counts()["answered"], 3)
        packets = [payload(f) for f in self.frames]
        self.assertEqual(len(packets), 6)
        # three requests by number, and their answers
        requests = [p for p, f in zip(packets, self.frames) if f[36:38] == self.port.to_bytes(2, "big")
                    or (f[12:14] == b"\x86\xdd" and f[56:58] == self.port.to_bytes(2, "big"))]
        answers = [p for p in packets if p not in requests]
        return list(zip(sorted(requests, key=lambda p: p[2][:4]), sorted(answers, key=lambda p: p[2][:4])))

    def check_bytes(self, pairs, key=None, padding=b""):
        """Every byte of each packet, from what a packet must say and what only the sender can know."""
        for n, ((class1, ttl1, request), (class2, ttl2, answer)) in enumerate(pairs):
            self.assertEqual((class1, ttl1, class2, ttl2), (46 << 2, 255, 46 << 2, 255))
            r = Request.parse(request, key)
            self.assertEqual(r.sequence, n)
            self.assertEqual(request, Request(n, r.timestamp, r.error).pack(key, padding))
            self.assertLess(self.before - 0.001, seconds(r.timestamp))
            a = Answer.parse(answer, key)
            want = Answer(Request(n, r.timestamp, r.error), n, a.received, a.timestamp, a.error, 255)
            self.assertEqual(answer, want.pack(key) + padding)
            self.assertLessEqual(a.received, a.timestamp)
            self.assertLessEqual(r.timestamp, a.received)  # one clock here
            self.assertLess(seconds(a.timestamp), time.time())
            self.assertEqual(a.error & PTP, 0)
            self.assertGreater(a.error & 0xff, 0)
        return pairs

    def test_unauthenticated_and_dissected(self):
        pairs = self.check_bytes(self.exchange("127.0.0.1", "127.0.0.1:0"))
        write_pcap(self.lab.path("pcap"), self.frames)
        out = subprocess.run(["tshark", "-r", self.lab.path("pcap"), "-d", "udp.port==%d,twamp.test" % self.port, "-T",
                              "json"], check=True, capture_output=True, env=dict(os.environ, TZ="UTC")).stdout
        shown = [p["_source"]["layers"] for p in json.loads(out)]
        self.assertTrue(all("_ws.malformed" not in p for p in shown))
        answers = [p["twamp.test"] for p in shown if p["udp"]["udp.srcport"] == str(self.port)]
        for (_, (_, _, data)), seen in zip(pairs, sorted(answers, key=lambda p: int(p["twamp.test.seq_number"]))):
            a = Answer.parse(data)
            self.assertEqual(int(seen["twamp.test.seq_number"]), a.sequence)
            self.assertEqual(int(seen["twamp.test.sender_seq_number"]), a.request.sequence)
            self.assertEqual(int(seen["twamp.test.sender_ttl"]), 255)
            self.assertEqual(int(seen["twamp.test.error_estimate"], 0), a.error)
            self.assertEqual(int(seen["twamp.test.sender_error_estimate"], 0), a.request.error)
            for name, value in (("timestamp", a.timestamp), ("receive_timestamp", a.received),
                                ("sender_timestamp", a.request.timestamp)):
                self.assertIn(time.strftime("%b %e, %Y %H:%M:%S", time.gmtime(seconds(value))).replace("  ", " "),
                              seen["twamp.test." + name].replace("  ", " "))

    def test_authenticated_and_padded(self):
        padding = bytes.fromhex("80010010") + bytes(16)  # Extra Padding of RFC 8972, U set
        self.check_bytes(self.exchange("127.0.0.1", "127.0.0.1:0", KEY, padding_bytes=20), KEY, padding)

    def test_ipv6_at_every_address(self):
        self.check_bytes(self.exchange("::1", ":0"))

    def test_the_numbers_are_those_of_the_packets(self):
        pairs = self.exchange("127.0.0.1", "127.0.0.1:0")
        dwell = sum(seconds(a.timestamp) - seconds(a.received) for a in (Answer.parse(p[1][2]) for p in pairs)) / 3
        self.assertAlmostEqual(self.sample["stamp"]["reflector_us"], dwell * 1e6, delta=2)
        self.assertEqual(self.sample["stamp"]["packets"], 3)
        self.check_told(self.sample, 0, 0)


class Loss(Case):
    def told(self, samples):
        return [sum(s["stamp"][key] or 0 for s in samples) for key in ("lost_forward", "lost_backward")]

    def test_by_direction(self):
        """Each case is a target with a relay of its own; what the relay does with the n-th packet there and back."""
        ok = lambda n: 0
        cases = {  # packets a probe, loss allowed, reflector
            "there": (4, 1, "stateful", lambda n: None if n % 4 == 1 else 0, ok),
            "back": (4, 1, "stateful", ok, lambda n: None if n % 4 in (1, 2) else 0),
            # one packet a probe: there 1 and 2 are lost, back the answer of 3
            "later": (1, 0, "stateful", lambda n: None if n in (1, 2) else 0, lambda n: None if n == 1 else 0),
            # every request twice; the first answer of each eight comes after its twin's
            "doubled": (4, 0, "stateful", lambda n: [0, 0.02], lambda n: 0.1 if n % 8 == 0 else 0),
            # every answer twice but one of each four, which is lost
            "twice": (4, 1, "stateful", ok, lambda n: None if n % 4 == 1 else [0, 0.001]),
            "late": (1, 0, "stateful", ok, lambda n: 7 if n == 0 else 0),
            "stateless": (4, 2, "stateless", lambda n: None if n % 4 == 1 else 0, ok),
        }
        r = Reflector(self.lab, "--stateful")
        relays = {name: Relay(self.lab, r.port, there, back) for name, (*_, there, back) in cases.items()}
        run = self.lab.run([(name, 1, 3, stamp(relays[name].port, packets=packets, spacing_ms=5, loss_allowed=allowed,
                                               reflector=reflector), {"in_flight_max": 20})
                            for name, (packets, allowed, reflector, *_) in cases.items()])
        lab_net.wait_for(lambda: all(len(run.observed(name)) >= 8 for name in cases), "samples until after the late answer")
        code, samples = run.finish()
        self.assertEqual(code, 0)
        for name, (packets, *_) in cases.items():
            mine = sorted((s for s in lab_net.observed(samples) if s["target"] == name), key=lambda s: s["scheduled"])
            with self.subTest(name):
                if relays[name].count[0] != len(mine) * packets:  # the n-th packet is not of the n-th sample
                    self.skipTest("slamon was stopped between a packet and its sample")
                getattr(self, "check_" + name)(mine)
        self.assertGreater(r.counts()["answered"], 4 * 2 * 3)

    def check_there(self, samples):
        for sample in samples:
            self.check(sample, "up")
            self.assertEqual(sample["stamp"]["lost"], 1)
            self.check_told(sample, 1, 0)

    def check_back(self, samples):
        for sample in samples:
            self.check(sample, "down", "loss")
            self.assertIsNone(sample["rtt_us"])
            self.assertEqual(sample["stamp"]["lost"], 2)
            self.check_told(sample, 0, 2)

    def check_later(self, samples):
        self.check_told(samples[0], 0, 0)
        for sample in samples[1:4]:
            self.check(sample, "down", "timeout")
        self.check(samples[4], "up")
        # the answer of 4 tells it, and tells it with whichever has not timed out when it comes
        self.assertEqual(self.told(samples), [2, 1])

    def check_doubled(self, samples):
        for sample in samples:
            self.check(sample, "up")
            self.assertEqual(sample["stamp"]["lost"], 0)
        self.assertEqual(self.told(samples), [0, 0])

    def check_twice(self, samples):
        for sample in samples:
            self.check(sample, "up")
            self.check_told(sample, 0, 1)

    def check_late(self, samples):
        self.check(samples[0], "down", "timeout")
        self.assertEqual({s["outcome"] for s in samples[1:]}, {"up"})
        self.assertEqual(self.told(samples), [0, 0])  # before the session's first answer nothing can be told

    def check_stateless(self, samples):
        for sample in samples:
            self.check(sample, "up")
            self.assertEqual(sample["stamp"]["lost"], 1)
            self.check_told(sample, None, None)

    def test_reflector_killed_and_restarted(self):
        where = "127.0.0.1:8620"  # nobody else's when it is free for a while
        r = Reflector(self.lab, "--stateful", listen=where)
        run = self.lab.run([("t", 1, 9, stamp(r.port, packets=2, spacing_ms=1, reflector="stateful"))])

        def wait_for(condition, what):
            lab_net.wait_for(lambda: condition([s for s in run.samples() if s["outcome"] != "missed"]), what)
        wait_for(lambda s: len(s) >= 2, "two samples")
        r.kill()
        wait_for(lambda s: s[-1]["failure"] == "refused", "the target to be down")
        r = Reflector(self.lab, "--stateful", listen=where)
        wait_for(lambda s: [x["outcome"] for x in s[-2:]] == ["up", "up"], "the target to be up")
        code, samples = run.finish()
        samples = [s for s in samples if s["outcome"] != "missed"]
        down = [s for s in samples if s["outcome"] == "down"]
        self.assertEqual({s["failure"] for s in down} - {"refused", "loss", "timeout"}, set())
        first_up = samples[samples.index(down[-1]) + 1]
        self.check_told(first_up, None, None)  # its numbers begin anew
        self.assertEqual(self.told(samples), [0, 0])
        self.check_told(samples[-1], 0, 0)


class Delay(Case):
    def once(self, port, before=(), **more):
        return self.lab.once([("t", 60, 20, stamp(port, packets=3, spacing_ms=1, **more))], before=before)["t"]

    def test_each_way(self):
        bound, none = self.lab.known_clock(), Clock(self.lab.folder, UNSYNCHRONISED).before
        known, unknown = Reflector(self.lab, before=bound), Reflector(self.lab, before=none)
        relay = Relay(self.lab, known.port, lambda n: 0.25, lambda n: 0.05)
        sample = self.once(relay.port, bound)
        s = sample["stamp"]
        self.check(sample, "up")
        self.assertGreaterEqual(s["forward_us"], 250000)
        self.assertGreaterEqual(s["backward_us"], 50000)
        self.assertAlmostEqual(s["forward_us"] + s["backward_us"], sample["rtt_us"], delta=2)
        self.assertTrue(3000 <= s["one_way_error_us"] <= 3030, s)  # 1.5 ms each, rounded up
        for port, before in ((unknown.port, bound), (known.port, none)):
            with self.subTest(before=before):
                s = self.once(port, before)["stamp"]
                self.assertEqual((s["forward_us"], s["backward_us"], s["one_way_error_us"]), (None, None, None))
                self.assertIsNotNone(s["reflector_us"])

    def test_time_in_the_reflector_is_taken_off(self):
        def slow(data):
            request, received = Request.parse(data), ntp()
            time.sleep(3)
            return [Answer(request, received=received).pack()]
        sample = self.probe(FakeReflector(self.lab, slow).port)
        self.check(sample, "up")
        self.assertGreaterEqual(sample["stamp"]["reflector_us"], 3000000)
        self.assertLess(sample["rtt_us"], 2500000)

    def test_times_in_ptp_format(self):
        def answer(data):
            error = 0x8001 | PTP
            return [Answer(Request.parse(data), received=5 << 32 | 999999000, timestamp=6 << 32, error=error).pack()]
        sample = self.lab.once([("t", 60, 20, stamp(FakeReflector(self.lab, answer).port))], before=self.lab.known_clock())["t"]
        self.check(sample, "up")
        self.assertEqual(sample["stamp"]["reflector_us"], 1)
        self.assertIsNone(sample["stamp"]["forward_us"])

    def test_error_estimates_and_sessions_that_must_not_be(self):
        """A multiplier of 0 (RFC 4656, 4.1.2: never) says nothing of the clock; an SSID that nobody asked for (RFC 8972, 3)
        is not what an answer is known by. The answer is one all the same."""
        for error, ssid, known in ((0x8000, 0, False), (0x8001, 0x1234, True), (0x0001, 0, False), (0xbfff, 0, False)):
            with self.subTest(error=error, ssid=ssid):
                def answer(data):
                    a = Answer(Request.parse(data), error=error)
                    a.ssid = ssid
                    return [a.pack()]
                sample = self.once(FakeReflector(self.lab, answer).port, self.lab.known_clock())
                self.check(sample, "up")
                self.assertEqual(sample["stamp"]["one_way_error_us"] is not None, known)

    def test_a_lying_clock_changes_no_round_trip(self):
        for received, sent in ((2, 1), (1, 30)):  # stepped back; stepped forward
            with self.subTest(received=received):
                def answer(data):
                    return [Answer(Request.parse(data), received=ntp(received * 1000), timestamp=ntp(sent * 1000)).pack()]
                sample = self.probe(FakeReflector(self.lab, answer).port)
                self.check(sample, "up")
                self.assertIsNone(sample["stamp"]["reflector_us"])


class Stopped(Case):
    def test_answers_wait_with_their_stamps(self):
        """slamon is stopped from before the answer came until long after: the round trip is still the kernel's."""
        process, resume = [], []

        def answer(data):
            if not process:  # not the one
                return [Answer(Request.parse(data)).pack()]
            process[0].send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            resume.append(threading.Timer(4, process.pop().send_signal, (signal.SIGCONT,)))
            resume[-1].start()
            return [Answer(Request.parse(data)).pack()]
        fake = FakeReflector(self.lab, answer)
        run = self.lab.run([("t", 1, 15, stamp(fake.port))])
        lab_net.wait_for(run.samples, "the first sample")

        def waited():  # what this machine itself delayed until it might hold the stop is missed
            if not process and not (resume and resume[-1].is_alive()):
                process.append(run.process)
            return (any(s["failure"] == "not running" for s in run.samples()) and
                    any(s["rtt_us"] >= 100000 for s in run.observed()))
        lab_net.wait_for(waited, "an answer that waited, and a missed instant")
        _, samples = run.finish()
        self.assertEqual({(s["outcome"], s["failure"]) for s in samples}, {("up", ""), ("missed", "not running")})
        self.assertTrue(all("stamp" not in s for s in samples if s["outcome"] == "missed"))
        slowest = max(s["rtt_us"] for s in samples if s["outcome"] == "up")
        self.assertTrue(100000 <= slowest < 3500000, slowest)

    def test_an_answer_lost_in_the_own_buffer_is_missed(self):
        """slamon is stopped, junk from the reflector fills the receive buffer, and then the answer comes."""
        process = []

        def answer(data):
            stopped = process.pop() if process else None
            if stopped:
                stopped.send_signal(signal.SIGSTOP)
                for _ in range(4000):  # the buffer is 2 MB at most
                    yield bytes(1400)
            yield Answer(Request.parse(data)).pack()
            if stopped:
                stopped.send_signal(signal.SIGCONT)
        fake = FakeReflector(self.lab, answer)
        run = self.lab.run([("t", 1, 5, stamp(fake.port))])
        lab_net.wait_for(run.samples, "the first sample")

        def lost():
            if not process:
                process.append(run.process)
            time.sleep(1)
            return (len(run.observed()) < len(run.samples()) and
                    re.search("stamp: .*packets were lost at this machine's receive buffer", run.log()))
        lab_net.wait_for(lost, "a lost answer")
        _, samples = run.finish()
        self.assertEqual({(s["outcome"], s["failure"]) for s in samples}, {("up", ""), ("missed", "not running")})
        self.assertTrue(all("stamp" not in s for s in samples if s["outcome"] == "missed"))


class Hostile(Case):
    def changes(self, data):
        """Answers that must not count, each wrong in one thing."""
        request, good = Request.parse(data), Answer(Request.parse(data))
        yield b""
        yield good.pack()[:43]
        yield good.pack() + b"\0"
        yield data  # the request itself
        for change in ({"sequence": request.sequence + 1}, {"timestamp": request.timestamp + 1}, {"error": 0}):
            wrong = Request(**dict({"sequence": request.sequence, "timestamp": request.timestamp,
                                    "error": request.error}, **change))
            yield Answer(wrong, good.sequence).pack()

    def test_wrong_answers_are_none(self):
        self.check(self.probe(FakeReflector(self.lab, self.changes).port, 1), "down", "timeout")

    def test_the_right_one_among_them_counts_once(self):
        def answer(data):
            good = Answer(Request.parse(data)).pack()
            return [*self.changes(data), good, good]
        sample = self.probe(FakeReflector(self.lab, answer).port, packets=3, spacing_ms=1)
        self.check(sample, "up")
        self.assertEqual(sample["stamp"]["lost"], 0)

    def test_answers_of_a_former_probe_are_none(self):
        kept = []

        def answer(data):  # the first is answered, later ones by replays
            kept.append(Answer(Request.parse(data)).pack())
            return kept[:1]
        run = self.lab.run([("t", 1, 4, stamp(FakeReflector(self.lab, answer).port))])
        lab_net.wait_for(lambda: len(run.observed()) >= 3, "three samples")
        _, samples = run.finish()
        judged = [(s["outcome"], s["failure"]) for s in samples if s["outcome"] != "missed"]
        self.assertEqual(judged[0], ("up", ""))
        self.assertEqual(set(judged[1:]), {("down", "timeout")})

    def test_wrong_keys(self):
        right, wrong = self.key_file(), self.key_file(KEY[:-1] + b"\0", "wrong")
        r = Reflector(self.lab, "--key-file", right)

        def forge(data):
            good = Answer(Request.parse(data, KEY)).pack(KEY)
            return [good[:-1] + bytes([good[-1] ^ 1]), seal(good, b"x" * 32)]
        forger = FakeReflector(self.lab, forge)
        samples = self.lab.once([("wrong", 60, 1, stamp(r.port, key_file=wrong)), ("none", 60, 1, stamp(r.port)),
                                 ("forged", 60, 1, stamp(forger.port, key_file=right)),
                                 ("right", 60, 20, stamp(r.port, key_file=right))])
        self.check(samples["right"], "up")
        for name in ("wrong", "none", "forged"):
            self.check(samples[name], "down", "timeout")
        counts = r.counts()
        self.assertGreater(min(counts[why] for why in ("wrong_key", "wrong_length", "answered")), 0, counts)

    def test_key_files_are_checked(self):
        config = self.lab.config([("t", 60, 1, stamp(1, key_file=self.lab.path("key")))])
        for content, mode, want in ((KEY.hex(), 0o644, "a key that everybody may read is no secret"),
                                    (KEY.hex(), 0o602, "a key that everybody may write is no secret"),
                                    ("secret words", 0o600, "is not a key: 16 to 64 bytes as hexadecimal digits"),
                                    (KEY.hex()[:31], 0o600, "is not a key"), ("ab" * 65, 0o600, "is not a key"),
                                    (None, None, "cannot open")):
            with self.subTest(want):
                if os.path.exists(self.lab.path("key")):
                    os.unlink(self.lab.path("key"))
                if content:
                    with open(self.lab.path("key"), "w") as f:
                        f.write(content)
                    os.chmod(f.name, mode)
                for command in (["once", config, "--no-spool"], ["reflect", "--key-file", self.lab.path("key")]):
                    done = subprocess.run([lab_net.program("slamon"), *command], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(want, done.stderr)
                    self.assertNotIn("secret words", done.stderr)
                    self.assertNotIn(KEY.hex()[:8], done.stderr + done.stdout)

    def test_settings_are_checked(self):
        for more, want in (({"padding_bytes": 3}, "padding_bytes: is 0 or at least 4"),
                           ({"loss_allowed": 1}, "loss_allowed: is not below the number of packets, 1"),
                           ({"source_address": "::1"}, "host: '127.0.0.1' is not an IPv6 address")):
            config = self.lab.config([("t", 60, 1, stamp(1, **more))])
            done = subprocess.run([lab_net.program("slamon"), "check", config], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(want, done.stderr)


class Reflect(Case):
    def setUp(self):
        super().setUp()
        self.sockets = []
        self.addCleanup(lambda: [s.close() for s in self.sockets])

    def sender(self, port, source=("127.0.0.1", 0), to="127.0.0.1"):
        s = socket.socket(type=socket.SOCK_DGRAM)
        self.sockets.append(s)
        s.bind(source)
        s.connect((to, port))
        s.settimeout(60)
        return s

    def ask(self, sender, packet):
        sender.send(packet)
        return sender.recv(10000)

    def test_never_longer_than_the_request(self):
        r = Reflector(self.lab)
        sender = self.sender(r.port)
        for length in (0, 1, 14, 43):  # not a whole packet: no answer
            sender.send(Request(7).pack()[:length])
        sender.send(bytes(9001))
        for padding in (b"", b"x", bytes(range(256)), b"p" * 8900):
            request = Request(7, ssid=0x1234)
            answer = self.ask(sender, request.pack(padding=padding))
            self.assertEqual(len(answer), 44 + len(padding))
            self.assertEqual(answer[44:], padding)
            self.assertEqual(Answer.parse(answer).ssid, 0x1234)
            self.assertEqual(Answer.parse(answer).sequence, 7)  # stateless: the request's
        counts = r.counts()
        self.assertEqual((counts["answered"], counts["wrong_length"]), (4, 5))

    def test_other_reflectors_are_not_answered(self):
        r = Reflector(self.lab)
        for source in (("127.0.0.2", 862), ("127.0.0.2", r.port)):
            self.sender(r.port, source).send(Request(0).pack())
        self.ask(self.sender(r.port), Request(0).pack())
        self.assertEqual(r.counts()["from_reflector"], 2)

    def test_two_reflectors_do_not_answer_each_other_for_ever(self):
        """Whatever their ports: somebody may have sent one of them a request in the other's name."""
        with open(self.lab.path("key"), "w") as f:
            f.write(KEY.hex())
        os.chmod(f.name, 0o600)
        for key, more in ((None, ()), (KEY, ("--key-file", f.name))):
            r = Reflector(self.lab, *more)
            sender = self.sender(r.port)
            answer = self.ask(sender, Request(1).pack(key))
            sender.send(answer)  # as another reflector's answer would begin: with what it was asked
            other = Answer(Request(0, timestamp=Answer.parse(answer, key).timestamp)).pack(key)
            sender.send(other)  # as another reflector's answer is
            self.ask(sender, Request(2).pack(key))
            counts = r.counts()
            self.assertEqual((counts["answered"], counts["from_reflector"]), (2, 2))

    def test_the_address_that_was_asked_answers(self):
        r = Reflector(self.lab, listen=":0")
        for to in ("127.0.0.1", "127.0.0.77"):  # connected sockets take answers of this address only
            self.ask(self.sender(r.port, to=to), Request(0).pack())
        self.assertEqual(r.counts()["answered"], 2)

    def test_sessions_are_numbered_apart(self):
        r = Reflector(self.lab, "--stateful")
        one, two = self.sender(r.port), self.sender(r.port)
        numbers = [Answer.parse(self.ask(s, Request(sequence, ssid=ssid).pack())).sequence
                   for s, sequence, ssid in ((one, 0, 0), (one, 5, 0), (two, 9, 0), (one, 6, 1), (one, 7, 0))]
        self.assertEqual(numbers, [0, 1, 0, 0, 2])
        self.assertEqual(r.counts()["sessions"], 3)

    def test_a_flood_of_senders_takes_no_place_of_others(self):
        r = Reflector(self.lab, "--stateful", "--sessions", "8")
        known = self.sender(r.port)
        for n in range(2):
            self.assertEqual(Answer.parse(self.ask(known, Request(n).pack())).sequence, n)
        for n in range(300):
            stranger = self.sender(r.port, ("127.1.%d.%d" % (n // 250, n % 250 + 1), 0))
            self.assertEqual(Answer.parse(self.ask(stranger, Request(0).pack())).sequence, 0)
        self.assertEqual(Answer.parse(self.ask(known, Request(2).pack())).sequence, 2)
        counts = r.counts()
        self.assertEqual((counts["sessions"], counts["no_place"]), (8, 0))

    def test_a_full_table_and_idle_sessions(self):
        began = float("-inf")
        while time.monotonic() - began > 4:  # this machine stood still, and sessions were idle before all had asked
            began = time.monotonic()
            r = Reflector(self.lab, "--stateful", "--sessions", "2", "--idle", "4s")
            first, second, third = (self.sender(r.port) for _ in range(3))
            for number, sender in ((0, first), (0, second), (1, first), (1, second), (0, third), (2, first)):
                sender.send(Request(number).pack())
            for sender, answers in ((first, 3), (second, 2)):
                for _ in range(answers):
                    sender.recv(10000)
        third.setblocking(False)  # both places are of sessions that go on; who asked later has been answered
        self.assertRaises(BlockingIOError, third.recv, 100)
        time.sleep(4.5)
        third.settimeout(60)
        self.assertEqual(Answer.parse(self.ask(third, Request(1).pack())).sequence, 0)
        self.assertEqual(Answer.parse(self.ask(second, Request(2).pack())).sequence, 0)  # idle: begins anew
        self.assertEqual(r.counts()["no_place"], 1)

    def test_gives_its_rights_up(self):
        r = Reflector(self.lab, listen="127.0.0.1:862")
        with open("/proc/%d/status" % r.process.pid) as f:
            status = dict(line.split(":\t", 1) for line in f)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.ask(self.sender(862), Request(0).pack())
        self.assertEqual(r.counts(signal.SIGINT)["answered"], 1)

    def test_command_lines(self):
        taken = self.sender(1).getsockname()[1]
        for arguments, code, want in (
                (["--listen", "nowhere"], 2, "'nowhere' is not an IPv4 or IPv6 address"),
                (["--listen", "[::1]862"], 2, "'[::1]862' is not an address with a port"),
                (["--listen", "127.0.0.1:70000"], 2, "is not an address with a port"),
                (["--listen", "127.0.0.1:"], 2, "is not an address with a port"),
                (["--sessions", "0"], 2, "'0' is not a whole number from 1 to 1000000"),
                (["--idle", "0"], 2, "--idle must be longer than 0"),
                (["--listen", "127.0.0.1:%d" % taken], 1, "Address already in use")):
            done = subprocess.run([lab_net.program("slamon"), "reflect", "--for", "1s", *arguments], capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(want, done.stderr)
        done = subprocess.run([lab_net.program("slamon"), "reflect", "--listen", "[::1]:0", "--for", "1s"], check=True,
                              capture_output=True, text=True)
        self.assertTrue(done.stdout.startswith("0 packets answered; dropped: 0 of a wrong length"), done.stdout)


class Names(Case):
    def test_a_name_that_moves_begins_a_session(self):
        """Also across reloads, which begin one each."""
        r, names = Reflector(self.lab, "--stateful", listen="127.0.0.5:0"), {"reflector.test": "127.0.0.5"}
        moved = Reflector(self.lab, "--stateful", listen="127.0.0.6:%d" % r.port)
        server = self.lab.name_server(names)
        run = self.lab.run([("t", 1, 9, stamp(r.port, host="reflector.test", reflector="stateful", packets=3,
                                              spacing_ms=100))], dns_servers=server)

        def wait_for_two(since):
            def up():
                return [s for s in run.observed() if s["outcome"] == "up" and instant(s["sent"]) > since]
            lab_net.wait_for(lambda: len(up()) >= 2, "two samples")
        wait_for_two(0)
        names["reflector.test"] = "127.0.0.6"
        wait_for_two(time.time())
        run.process.send_signal(signal.SIGHUP)
        lab_net.wait_for(lambda: run.log().count("observes 1 targets") == 2, "the reload")
        wait_for_two(time.time())
        code, samples = run.finish()
        self.assertEqual(code, 0, run.log())
        self.assertEqual({s["outcome"] for s in samples} - {"missed"}, {"up"})
        lost = [s["stamp"]["lost_forward"] for s in samples if s["outcome"] == "up"]
        self.assertLessEqual(set(lost), {0, None})  # of a probe whose session ended before it nothing can be told
        self.assertEqual(lost[-1], 0)
        self.assertEqual(r.counts()["sessions"], 1)
        self.assertEqual(moved.counts()["sessions"], 2)

    def test_once_tells_how_many_were_answered(self):
        fake = FakeReflector(self.lab, lambda data: [Answer(Request.parse(data)).pack()] * (data[3] != 1))
        config = self.lab.config([("t", 60, 4, stamp(fake.port, packets=3, spacing_ms=1, loss_allowed=1))])
        out = subprocess.run([lab_net.program("slamon"), "once", config, "--no-spool"], check=True, capture_output=True,
                             text=True).stdout
        self.assertIn("2 of 3 packets answered", out)

    def test_no_such_name(self):
        server = self.lab.name_server({})
        sample = self.lab.once([("t", 60, 2, stamp(1, host="nowhere.test"))], dns_servers=server)["t"]
        self.check(sample, "down", "dns")

    def test_a_narrow_path(self):
        """Packets too big for a link of the path are not lost by that, but sent again in pieces: none is counted twice."""
        self.lab.make_peer()
        self.lab.make_far(1280)
        r = Reflector(self.lab, "--stateful", listen=":0")
        far = ["nsenter", "-t", str(self.lab.far.pid), "-n"]
        for host in (lab_net.HERE, lab_net.HERE6):
            small = {"host": host, "reflector": "stateful", "packets": 3, "spacing_ms": 1}
            self.check(self.lab.once([("t", 60, 20, stamp(r.port, **small))], far)["t"], "up")  # finds the neighbours
            sample = self.lab.once([("t", 60, 20, stamp(r.port, padding_bytes=1400, **small))], far)["t"]
            self.check(sample, "up")
            self.assertEqual((sample["stamp"]["packets"], sample["stamp"]["lost"]), (3, 0), sample)
            self.check_told(sample, 0, 0)

    # at the first packet of port 862 takes the way to here away from the sender and says that it was too big
    BLOCKER = """
import socket, subprocess
port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
port.bind(("", 862))
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("ready", flush=True)
p, (to, _) = s.recvfrom(2000)
subprocess.check_call(%r)
error = bytes([3, 4, 0, 0, 0, 0, 5, 0]) + p[:72]
n = sum(int.from_bytes(error[i:i + 2], "big") for i in range(0, len(error), 2))
while n >> 16: n = (n & 0xffff) + (n >> 16)
out.sendto(error[:2] + (~n & 0xffff).to_bytes(2, "big") + error[4:], (to, 0))
while True: s.recvfrom(2000)
"""

    def probe_blocked(self, packets):
        self.lab.make_peer()
        process = self.lab.start(["nsenter", "-t", str(self.lab.peer.pid), "-n", "/usr/bin/python3", "-c",
                                  self.BLOCKER % (self.lab.taking_the_way(),)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return self.probe(862, host=lab_net.PEER, packets=packets, spacing_ms=1)

    def test_what_cannot_be_sent_again_is_missed(self):
        """Neither lost nor down: the packet that the network told to send again in pieces was not sent."""
        self.check(self.probe_blocked(1), "missed", "send")

    def test_when_one_of_several_cannot_be_sent_again(self):
        self.check(self.probe_blocked(3), "missed", "send")

    def test_refused_and_unreachable(self):
        self.lab.make_peer()
        samples = self.lab.once([("refused", 60, 5, stamp(1)), ("refused6", 60, 5, stamp(1, host="::1")),
                                 ("there", 60, 5, stamp(9, host="10.97.1.1")), ("silent", 60, 1, stamp(9, host="10.97.2.1")),
                                 ("here", 60, 5, stamp(9, host="10.98.1.1"))])
        self.check(samples["refused"], "down", "refused")
        self.check(samples["refused6"], "down", "refused")
        self.check(samples["silent"], "missed", "send")
        self.check(samples["there"], "missed", "send")
        self.check(samples["here"], "down", "unreachable")


if __name__ == "__main__":
    lab_net.main()
