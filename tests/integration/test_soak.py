#!/usr/bin/python3
"""The laws of tests/long/soak: they hold for what a faultless slamon would leave, and each notices its breach.

The record of a quarter of an hour is made here from the manual alone, with a clock that is set forward and back, a
machine that sleeps, a kill, and a configuration that changes; then one record is left out, doubled, moved, or says
something else.
"""
# build: plain

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "long"))
import lab_grid  # noqa: E402
import soak_laws  # noqa: E402
from soak_laws import DOWN, MISSED, NOT_RUNNING, S, SEND, TIMEOUT_US, UP  # noqa: E402

BEGAN = 1790000000 * S
AHEAD = 600 * S
INTERVAL_S = 2
TIMEOUT, OWN_SIDE = 1, 24


def at(seconds):
    return BEGAN + round(seconds * S)


def fault(name, touches, start, end):
    return {"name": name, "touches": touches, "from": at(start), "to": at(end)}


class Laws(unittest.TestCase):
    """Real seconds: set forward by 20 at 100, back by 30 at 200, asleep for 40 at 300; cut off 400 to 430, names hang
    500 to 530, killed 600 to 602, other targets at 700, memory refused 800 to 810, ended at 900."""

    def setUp(self):
        self.targets = [[1, "peer", ["peer"], []], [2, "secure", ["nginx"], ["names"]], [3, "more", [], []]]
        self.story = {
            "targets": self.targets, "ended": at(900), "stops": [],
            "versions": {"2": {"peer": INTERVAL_S, "secure": INTERVAL_S},
                         "3": {"peer": INTERVAL_S, "secure": INTERVAL_S + 1, "more": 1}},
            "begun": [[at(0.1), at(0) + AHEAD, 2], [at(602), at(601.9) + AHEAD + 30 * S, 2],
                      [at(700.2), at(700) + AHEAD + 30 * S, 3]],
            "clock": [[at(-10), AHEAD, 0], [at(100), AHEAD + 20 * S, 20 * S], [at(200), AHEAD - 10 * S, -30 * S],
                      [at(300), AHEAD + 30 * S, 0]],
            "faults": [fault("cut off", ["peer"], 400, 430), fault("names hang", ["dns", "names"], 500, 530),
                       fault("killed", ["slamon"], 600, 602), fault("memory refused", ["slamon"], 800, 810)]}
        self.told = [20 * S + 90, -30 * S - 120]
        self.samples = self.faultless()

    def faultless(self, begun=0):
        """(number, instant, outcome, failure, lateness) as the manual has it, of a slamon that begun then."""
        pieces = [(0, 100, 600), (100, 200, 620), (200, 300, 590), (300, 600, 630), (601.9, 700, 630)]
        samples = []
        for number, name, *_ in self.targets[:2]:
            for start, end, added in pieces:
                due = self.grid(name, INTERVAL_S, max(start, begun), end, added)
                samples += [self.sample(number, t, t - added * S) for t in due]
            for over in ((100, 120, 600), (300, 340, 590)):  # stepped over, slept through
                due = self.grid(name, INTERVAL_S, *over) if over[0] >= begun else []
                samples += [(number, t, MISSED, NOT_RUNNING, 0) for t in due]
        for number, name, interval_s in ((1, "peer", INTERVAL_S), (2, "secure", INTERVAL_S + 1), (3, "more", 1)):
            samples += [self.sample(number, t, t - 630 * S) for t in self.grid(name, interval_s, 700, 900, 630)]
        return samples

    def grid(self, name, interval_s, start, end, added):
        return lab_grid.grid(soak_laws.VANTAGE, name, interval_s * S, at(start) + added * S, at(end) + added * S)

    def sample(self, number, instant, real):
        if number == 1 and at(400) <= real < at(430):
            return number, instant, DOWN, TIMEOUT, 0
        if number == 2 and at(500) <= real and real + TIMEOUT_US < at(530):
            return number, instant, MISSED, SEND, 0
        return number, instant, UP, 0, 500

    def broken(self, samples=None, told=None):
        wrong, due, _, stalled = soak_laws.judge(self.story, samples or self.samples,
                                                 self.told if told is None else told)
        self.assertGreater(due, 900)
        self.stalled = stalled
        return {law: found for law, found in wrong.items() if found}

    def index(self, number, real, added=600):
        """That target's sample after that real second."""
        return min((n for n, s in enumerate(self.samples) if s[0] == number and s[1] >= at(real) + added * S),
                   key=lambda n: self.samples[n][1])

    def says(self, n, *words):
        """What is broken when one sample says something else."""
        changed = list(self.samples)
        changed[n] = changed[n][:2] + words + changed[n][4:]
        return self.broken(changed)

    def test_what_is_as_the_manual_says_holds(self):
        self.assertEqual(self.broken(), {})
        self.assertEqual(self.stalled, 0)

    def unsure(self, instant):
        """Around the step back, which a busy slamon may notice late, and what the kill may have taken."""
        real = (instant - AHEAD - 30 * S - BEGAN) / S
        return 157 < real < 163 or 187 < real < 193 or 593 < real < 602

    def test_a_record_that_is_absent_is_lost(self):
        for n in range(0, len(self.samples), 13):
            with self.subTest(sample=self.samples[n]):
                if not self.unsure(self.samples[n][1]):
                    self.assertEqual(list(self.broken(self.samples[:n] + self.samples[n + 1:])), ["lost"])

    def test_a_record_that_stands_twice_is_doubled(self):
        for sample in self.samples[::29]:
            with self.subTest(sample=sample):
                if not self.unsure(sample[1]):
                    self.assertEqual(list(self.broken(self.samples + [sample])), ["doubled"])

    def test_set_back_to_before_the_start(self):
        """What comes before slamon notices the step has no record, if it had none before."""
        self.story["begun"][0] = [at(175.1), at(175) + AHEAD + 20 * S, 2]
        self.samples = self.faultless(175)
        self.assertEqual(self.broken(), {})
        n = self.index(1, 200, 590)
        self.assertEqual(self.broken(self.samples[:n] + self.samples[n + 1:]), {})
        n = self.index(1, 203, 590)
        self.assertEqual(list(self.broken(self.samples[:n] + self.samples[n + 1:])), ["lost"])

    def test_what_the_kill_took(self):
        n = self.index(1, 597, 630)
        self.assertEqual(self.broken(self.samples[:n] + self.samples[n + 1:]), {})
        n = self.index(1, 590, 630)
        self.assertEqual(list(self.broken(self.samples[:n] + self.samples[n + 1:])), ["lost"])

    def test_an_instant_that_is_none(self):
        number, instant, *rest = self.samples[5]
        self.assertEqual(list(self.broken(self.samples + [(number, instant + 10000, *rest)])), ["not on the grid"])
        self.assertEqual(list(self.broken(self.samples + [(3, self.grid("more", 1, 50, 60, 600)[0], *rest)])),
                         ["not on the grid"])

    def test_down_while_only_this_side_suffered(self):
        for real, added in ((50, 600), (803, 630)):
            self.assertEqual(list(self.says(self.index(1, real, added), DOWN, TIMEOUT)), ["invented"])
        self.assertEqual(list(self.says(self.index(2, 510, 630), DOWN, TIMEOUT)), ["invented"])
        self.assertEqual(self.says(self.index(2, 527, 630), DOWN, TIMEOUT), {})  # the name server was back meanwhile

    def test_up_while_it_was_cut_off(self):
        self.assertEqual(list(self.says(self.index(1, 410, 630), UP, 0)), ["invented"])

    def test_observed_when_the_clock_was_set_over_it(self):
        over = next(n for n, s in enumerate(self.samples) if s[2] == MISSED and at(105) < s[1] - AHEAD < at(110))
        self.assertEqual(list(self.says(over, UP, 0)), ["invented"])

    def test_missed_without_a_reason(self):
        n = self.index(1, 50)
        self.assertEqual(list(self.says(n, MISSED, OWN_SIDE)), ["invented"])
        self.assertEqual(list(self.says(n, MISSED, SEND)), ["invented"])
        self.assertEqual((self.says(n, MISSED, NOT_RUNNING), self.stalled), ({}, 1))
        self.assertEqual((self.says(self.index(1, 803, 630), MISSED, SEND), self.stalled), ({}, 0))

    def test_steps(self):
        for told in ([], self.told[:1], self.told[1:], self.told + [5 * S], [self.told[0] + S, self.told[1]]):
            self.assertEqual(list(self.broken(told=told)), ["steps"], told)


if __name__ == "__main__":
    unittest.main()
