"""STAMP (RFC 8762) for tests, written from the RFC and not from our C: packets, a relay that loses and delays, `slamon
reflect` as a process, captures.

    request = lab_stamp.Request(sequence=0)           request.pack() / Request.parse(bytes)
    answer = lab_stamp.Answer(request, sequence=0)    answer.pack(key) / Answer.parse(bytes, key)
"""

import hmac
import json
import re
import select
import signal
import socket
import struct
import threading
import time

import lab_net

NTP_EPOCH = 2208988800


def ntp(seconds=None):
    seconds = time.time() if seconds is None else seconds
    return (int(seconds) + NTP_EPOCH) << 32 | int((seconds % 1) * (1 << 32))


def seconds(timestamp):
    return (timestamp >> 32) - NTP_EPOCH + (timestamp & 0xffffffff) / (1 << 32)


def seal(packet, key):
    return packet[:96] + hmac.new(key, packet[:96], "sha256").digest()[:16]


class Request:
    def __init__(self, sequence, timestamp=None, error=0x8001, ssid=0):
        self.sequence, self.error, self.ssid = sequence, error, ssid
        self.timestamp = ntp() if timestamp is None else timestamp

    def pack(self, key=None, padding=b""):
        head = struct.pack(">QHH", self.timestamp, self.error, self.ssid)
        sequence = struct.pack(">I", self.sequence)
        if key is None:
            return sequence + head + bytes(28) + padding
        return seal(sequence + bytes(12) + head + bytes(68), key) + padding

    @staticmethod
    def parse(data, key=None):
        at = 16 if key else 4
        timestamp, error, ssid = struct.unpack_from(">QHH", data, at)
        return Request(struct.unpack_from(">I", data)[0], timestamp, error, ssid)


class Answer:
    def __init__(self, request, sequence=None, received=None, timestamp=None, error=0x8001, ttl=255):
        self.request, self.error, self.ttl, self.ssid = request, error, ttl, request.ssid
        self.sequence = request.sequence if sequence is None else sequence
        self.received = ntp() if received is None else received
        self.timestamp = ntp() if timestamp is None else timestamp

    def pack(self, key=None):
        r = self.request
        if key is None:
            return struct.pack(">IQHHQIQHHB3x", self.sequence, self.timestamp, self.error, self.ssid, self.received,
                               r.sequence, r.timestamp, r.error, 0, self.ttl)
        return seal(struct.pack(">I12xQHH4xQ8xI12xQH6xB15x", self.sequence, self.timestamp, self.error, self.ssid,
                                self.received, r.sequence, r.timestamp, r.error, self.ttl), key)

    @staticmethod
    def parse(data, key=None):
        layout = ">I12xQHH4xQ8xI12xQH6xB" if key else ">IQHHQIQH2xB"
        sequence, timestamp, error, ssid, received, of, of_time, of_error, ttl = struct.unpack_from(layout, data)
        return Answer(Request(of, of_time, of_error, ssid), sequence, received, timestamp, error, ttl)


class Reflector:
    """slamon reflect; counts() ends it."""

    def __init__(self, lab, *options, listen="127.0.0.1:0", before=()):
        self.log = lab.path("reflect-%d" % time.monotonic_ns())
        with open(self.log, "w") as log:
            self.process = lab.start([*before, lab_net.program("slamon"), "reflect", "--json", "--listen", listen,
                                      *options], stdout=-1, stderr=log, text=True)
        lab_net.wait_for(self.said, "the reflector to listen: " + listen)
        self.port = int(re.search(r"answers at port (\d+)", self.said())[1])

    def said(self):
        with open(self.log) as f:
            text = f.read()
        return text if "answers at port" in text else ""

    def counts(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=300)
        assert self.process.returncode == 0, self.process.returncode
        return json.loads(out)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Relay:
    """Between sender and reflector: passes a packet on after the seconds that there(n) or back(n) give for the n-th one
    of its direction, drops it for None, and sends it as often as a list gives seconds."""

    def __init__(self, lab, to, there=lambda n: 0, back=lambda n: 0):
        self.there, self.back = there, back
        self.near, self.far = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far.connect(("127.0.0.1", to))
        self.port = self.near.getsockname()[1]
        self.count = [0, 0]
        self.sender = None
        self.ending = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        lab.ends.append(self.end)

    def end(self):
        self.ending = True
        self.thread.join()
        self.near.close()
        self.far.close()

    def run(self):
        waiting = []
        while not self.ending:
            now = time.monotonic()
            for item in sorted(w for w in waiting if w[0] <= now):
                waiting.remove(item)
                try:
                    self.pass_on(*item[1:])
                except OSError:
                    pass
            wait = min([w[0] - now for w in waiting] + [0.05])
            for ready in select.select([self.near, self.far], [], [], max(wait, 0))[0]:
                back = int(ready is self.far)
                try:
                    data, sender = ready.recvfrom(10000)
                except OSError:
                    continue
                if not back:
                    self.sender = sender
                delays = (self.back if back else self.there)(self.count[back])
                self.count[back] += 1
                for delay in delays if isinstance(delays, list) else [delays]:
                    if delay is not None:
                        waiting.append((time.monotonic() + delay, back, data))

    def pass_on(self, back, data):
        if back:
            self.near.sendto(data, self.sender)
        else:
            self.far.send(data)


class FakeReflector:
    """Answers each datagram with those that answer(data) gives."""

    def __init__(self, lab, answer):
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

        def serve():
            while True:
                data, sender = self.socket.recvfrom(10000)
                if data == b"end":
                    return
                for packet in answer(data):
                    self.socket.sendto(packet, sender)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()

        def end():
            with socket.socket(type=socket.SOCK_DGRAM) as s:
                s.sendto(b"end", ("127.0.0.1", self.port))
            thread.join()
            self.socket.close()
        lab.ends.append(end)


class Capture:
    """Every packet of the loopback, once, as Ethernet frames: of IPv4 and IPv6."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("lo", 3))

    def end(self, port):
        """Frames of UDP from or to the port; closes."""
        frames = []
        self.socket.setblocking(False)
        while True:
            try:
                frame, about = self.socket.recvfrom(65536)
            except BlockingIOError:
                break
            at = 34 if frame[12:14] == b"\x08\0" else 54
            if about[2] != socket.PACKET_OUTGOING and port in struct.unpack_from(">HH", frame, at):
                frames.append(frame)
        self.socket.close()
        return frames


def write_pcap(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65536, 1))
        for frame in frames:
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
