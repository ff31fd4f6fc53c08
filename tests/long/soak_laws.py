"""soak_laws: what must hold after a soak, judged from its story and from what PostgreSQL has. Pure: reads no clock,
starts nothing (tests/integration/test_soak.py holds that each law notices its breach).

Two times of day, both in µs since 1970: the real one, of faults; and slamon's, of instants, which the soak sets forward
and back. The real time and what was added to it at each moment tell when, and how often, an instant came: each of its
comings is a Pass, and of each pass that is sure there must be one record.

The story: targets [number, id, what it depends on, what of ours it needs]; versions {targets: {id: interval_s}} of the
configuration, known by how many targets it has; begun [real, instant, targets] for each "observes"; clock [real, what
is added from then on, by how much slamon must say that it was stepped]; faults {name, touches, from, to}; stops [from,
to], in which slamon stood still; ended.
"""

import typing

import lab_grid

VANTAGE = "lab"
S = 1000000
TIMEOUT_US = 5 * S
EDGE_US = 3 * S // 2  # around a fault, in which either may be true
STEP_EDGE_US = 3 * S  # around a step back, which a busy slamon may notice so late
STEP_TOLD_US = S // 20
UP, DOWN, MISSED = 0, 1, 2
NOT_RUNNING, SEND = 21, 22  # base/sample.h
STALLED = "stalled"  # a busy machine kept slamon waiting, and it says so
FOR_EVER = 1 << 62
SURE, EITHER, TAKEN, MAYBE = "sure", "either", "taken", "maybe"


class Pass(typing.NamedTuple):
    real: int
    kind: str              # SURE; EITHER: of two of an instant, one at least; TAKEN: by a kill -9; MAYBE
    skipped: tuple = None  # (from, to): the instants that the clock was set over


class Piece(typing.NamedTuple):
    start: int
    end: int
    added: int


class World:
    """What was when, from a story."""

    def __init__(self, story):
        self.faults, self.stops, self.ended = story["faults"], sorted(story["stops"]), story["ended"]
        starts = [(-FOR_EVER, story["clock"][0][1])] + [(real, added) for real, added, _ in story["clock"][1:]]
        ends = [real for real, _ in starts[1:]] + [FOR_EVER]
        self.pieces = [Piece(start, end, added) for (start, added), end in zip(starts, ends)]
        self.periods = self.periods_of(story)
        self.backs = [self.unsure_around(now.start) for before, now in zip(self.pieces, self.pieces[1:])
                      if now.added < before.added]

    def piece(self, real):
        return next(p for p in self.pieces if p.start <= real < p.end)

    def named(self, name):
        return [f for f in self.faults if f["name"] == name]

    def unsure_around(self, real):
        """From when to when a step back may not be noticed."""
        start, end = real - STEP_EDGE_US, real + STEP_EDGE_US
        for stopped, went_on in self.stops:
            if stopped < end and start < went_on:
                start, end = min(start, stopped - EDGE_US), max(end, went_on + STEP_EDGE_US)
        return start, end

    def periods_of(self, story):
        """(from, to, {id: interval_s}) of the configurations in force, in real time."""
        begun = [(instant - self.piece(said).added, count) for said, instant, count in story["begun"]]
        new = [b for n, b in enumerate(begun) if n == 0 or b[1] != begun[n - 1][1]]
        ends = [start for start, _ in new[1:]] + [FOR_EVER]
        return [(start, end, story["versions"][str(count)]) for (start, count), end in zip(new, ends)]

    def kind(self, real):
        if any(f["from"] - TIMEOUT_US - EDGE_US < real < f["to"] for f in self.named("killed")):
            return TAKEN
        if real >= self.ended:
            return MAYBE
        return EITHER if any(start < real < end for start, end in self.backs) else SURE

    def passes(self, target):
        """{instant: its passes} of a target."""
        found = {}

        def add(start, end, added, kind=None, at=None):
            """Those of the real time from start to end; at: which came all at once, when the clock was set over
            them."""
            for since, until, intervals in self.periods:
                if target not in intervals or (at is not None and not since <= at < until):
                    continue
                first, last = (start, end) if at is not None else (max(start, since), min(end, until))
                for instant in lab_grid.grid(VANTAGE, target, intervals[target] * S, first + added, last + added):
                    real = instant - added if at is None else at
                    found.setdefault(instant, []).append(
                        Pass(real, kind or self.kind(real), at and (start + added, end + added)))

        for before, now in zip([None] + self.pieces, self.pieces):
            if before and now.added > before.added:
                add(now.start, now.start + now.added - before.added, before.added, at=now.start)
            elif before and now.added < before.added:
                add(now.start, now.start + STEP_EDGE_US, before.added, MAYBE)
            add(now.start, min(now.end, self.ended + 60 * S), now.added)
        return found

    # ---- one record ----

    def meets(self, touched, start, end):
        return [f for f in self.faults if set(touched) & set(f["touches"]) and f["from"] - EDGE_US < end
                and start < f["to"] + EDGE_US]

    def until(self, sent):
        """To when a probe of that time may have lasted: while slamon stands still, its timeout does too."""
        end = sent + TIMEOUT_US
        for stopped, went_on in self.stops:
            if stopped < end and sent < went_on:
                end += went_on - stopped
        return end

    def judge_pass(self, target, coming, record):
        """What is wrong with a record, if it is of that pass; None when nothing is."""
        _, name, depends, needs = target
        instant, outcome, failure, lateness = record
        if coming.skipped and (outcome, failure) == (MISSED, NOT_RUNNING):
            return None
        if coming.skipped and coming.skipped[0] + EDGE_US < instant <= coming.skipped[1] - lateness - EDGE_US:
            return "observed (%d, %d) when the clock was set over it" % (outcome, failure)
        sent = coming.real + (0 if coming.skipped else lateness)
        end = self.until(sent)
        if outcome == DOWN:
            return self.judge_down(depends, needs, sent, end, failure)
        if outcome == UP:
            cut = [f for f in self.named("cut off") if f["from"] + EDGE_US < sent and end + EDGE_US < f["to"]]
            return "up while it was cut off" if cut and "peer" in depends else None
        return self.judge_missed(depends, needs, sent, end, failure)

    def judge_down(self, depends, needs, sent, end, failure):
        """What of ours it needs (a name server) may make it down only when it lives for a part of the time."""
        partly = [f for f in self.meets(needs, sent, end) if sent <= f["from"] + EDGE_US or f["to"] <= end + EDGE_US]
        if self.meets(depends, sent, end) or partly:
            return None
        ours = sorted({f["name"] for f in self.meets(["slamon", "clock", *needs], sent, end)})
        return "down (%d) while nothing was wrong, but on this side: %s" % (failure, ", ".join(ours) or "nothing either")

    def judge_missed(self, depends, needs, sent, end, failure):
        since = sent - TIMEOUT_US
        asleep = [f for f in self.meets(["clock"], since, end) if f["name"] == "asleep"]
        if self.meets(["slamon"], since, end) or (failure == NOT_RUNNING and asleep):
            return None
        if failure == SEND and self.meets([d for d in depends if d == "peer"] + needs, since, end):
            return None
        return STALLED if failure == NOT_RUNNING else "missed (%d) while nothing stopped the monitor" % failure


def judge_instant(world, target, instant, passes, records, wrong):
    """Returns how many of its records say that the machine stalled, and of how many passes a kill took the record."""
    name, kinds = target[1], [p.kind for p in passes]
    least = max(kinds.count(SURE), kinds.count(EITHER) > 1)
    if not passes:
        wrong["not on the grid"].append((name, instant))
        return 0, 0
    if len(records) > len(passes):
        wrong["doubled"].append((name, instant, "%d records, due %d times" % (len(records), len(passes))))
    if len(records) < least:
        wrong["lost"].append((name, instant, "%d records, due %d times" % (len(records), least)))
    stalled = 0
    for record in records:
        faults = [world.judge_pass(target, each, record) for each in passes]
        if None in faults:
            continue
        if STALLED in faults:
            stalled += 1
        else:
            wrong["invented"].append((name, instant, faults[0]))
    return stalled, min(kinds.count(TAKEN), max(0, len(passes) - len(records)))


def judge_steps(story, world, told, wrong):
    """Each step of the clock is told by how much it was, unless slamon was killed before it could; and no other is."""
    told = [us for us in told if abs(us) > S // 2]  # this machine's own clock may be set a little
    for real, _, stepped in story["clock"][1:]:
        near = [us for us in told if abs(us - stepped) < STEP_TOLD_US]
        if stepped and near:
            told.remove(near[0])
        elif stepped and not any(f["from"] < real + 2 * STEP_EDGE_US and real < f["to"] for f in world.named("killed")):
            wrong["steps"].append((real, stepped, "not told"))
    wrong["steps"] += [(us, "told, but not made") for us in told]


def judge(story, samples, told):
    """samples: (target's number, instant, outcome, failure, lateness); told: the steps that slamon told, in µs. Returns
    ({law: its breaches}, instants due, taken by kill -9, samples of a stalled machine)."""
    world, of_target = World(story), {}
    wrong = {"lost": [], "doubled": [], "not on the grid": [], "invented": [], "steps": []}
    for number, *record in samples:
        of_target.setdefault(number, {}).setdefault(record[0], []).append(record)
    due = taken = stalled = 0
    for target in story["targets"]:
        passes, records = world.passes(target[1]), of_target.get(target[0], {})
        for instant in passes.keys() | records.keys():
            counts = judge_instant(world, target, instant, passes.get(instant, []), records.get(instant, []), wrong)
            stalled, taken = stalled + counts[0], taken + counts[1]
        due += sum(each.kind != MAYBE for of_instant in passes.values() for each in of_instant)
    judge_steps(story, world, told, wrong)
    return wrong, due, taken, stalled
