"""A clock of its own for a process that a test starts: clock_shim.c, LD_PRELOADed and steered through a file.

    clock = lab_clock.Clock(folder)
    lab.run(targets, environment=clock.environment)     or  [*clock.before, program, …]
    clock.says(lab_clock.known(1500))                       what the kernel says of it from now on
    clock.step(+10)                                     the time of day is set
    clock.suspend(3600)                                 the machine sleeps: only CLOCK_MONOTONIC does not notice
"""

import mmap
import os
import struct
import time

import lab_shim

STA_INS, STA_DEL, STA_UNSYNC, STA_PLL = 0x10, 0x20, 0x40, 0x1
TIME_OK, TIME_INS, TIME_OOP, TIME_WAIT, TIME_ERROR = 0, 1, 3, 4, 5

# (result, status, maxerror, esterror) of ntp_adjtime(); known(us) is what chrony tells
UNSYNCHRONISED = (TIME_ERROR, STA_UNSYNC, 16000000, 16000000)
SENTINEL = (TIME_OK, STA_PLL, 16000000, 16000000)
TIMESYNCD = (TIME_OK, STA_PLL, 3500, 0)  # seven seconds after it wrote 0 for both
REFUSED = (-1, 0, 0, 0)


def known(us, status=STA_PLL, result=TIME_OK):
    return result, status, us, us


class Clock:
    made = 0

    def __init__(self, folder, says=UNSYNCHRONISED):
        Clock.made += 1
        path = os.path.join(folder, "clock-%d" % Clock.made)
        with open(path, "wb") as file:
            file.write(bytes(72))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 72)
        self.wall = self.boot = 0
        self.says(says)
        self.environment = {**lab_shim.preload(folder, "clock_shim"), "CLOCK_SHIM": path,
                            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
        self.before = ["env"] + ["%s=%s" % item for item in self.environment.items()]

    def says(self, state):
        self.map[40:72] = struct.pack("=4q", *state)

    def now(self):
        """Its time of day."""
        return time.time() + self.wall / 1e9

    def change(self, wall, boot):
        """Both offsets at one instant (of the real time of day, ns), which is over when this returns it."""
        self.map[:8] = struct.pack("=q", 1 << 62)  # until all is there, the former ones hold
        self.map[8:40] = struct.pack("=4q", self.wall, self.wall + wall, self.boot, self.boot + boot)
        at = time.time_ns() + 20000000
        self.map[:8] = struct.pack("=q", at)
        self.wall += wall
        self.boot += boot
        while time.time_ns() < at:
            time.sleep(0.005)
        return at

    def step(self, seconds):
        return self.change(round(seconds * 1e9), 0)

    def suspend(self, seconds):
        return self.change(round(seconds * 1e9), round(seconds * 1e9))
