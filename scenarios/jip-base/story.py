"""The Jip-Base incident as numbers: bodies, systems, cohorts and their losses, from facts.json. No chance, no clock."""
import datetime
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
DAY = datetime.timedelta(days=1)
STRIDE = 100  # without a common factor with the number of systems: the cohorts mix within every body

with open(os.path.join(HERE, "facts.json"), encoding="utf-8") as file:
    FACTS = json.load(file)
ASSUMED = FACTS["assumed"]
KINDS = ("prefecture", "municipality", "library", "union")
NAMES = {"prefecture": "架空県", "municipality": "架空市町村", "library": "架空図書館", "union": "架空組合"}
SERIES = {"prefecture": 99000, "municipality": 99200, "library": 99700, "union": 99800}


def check_digit(five):
    """全国地方公共団体コード: weights 6 5 4 3 2, the complement to 11 of the remainder, its last digit."""
    return (11 - sum(int(d) * w for d, w in zip(f"{five:05}", (6, 5, 4, 3, 2))) % 11) % 10


class Body:
    def __init__(self, kind, number):
        five = SERIES[kind] + (0 if kind == "prefecture" else number)
        alone = FACTS["bodies"][kind] == 1
        self.kind, self.number = kind, number
        self.code = f"{five:05}{check_digit(five)}"
        self.id = "lg-" + self.code
        self.name = NAMES[kind] + ("" if alone else f"{number:02}")
        self.systems = []

    def size(self):
        extra = self.kind == "municipality" and self.number <= ASSUMED["one_more_for_the_first_municipalities"]
        return ASSUMED["systems_of"][self.kind] + extra

    def population(self):
        people = ASSUMED["population"][self.kind]
        if self.kind == "municipality":
            ratio = ASSUMED["population_of_the_next_municipality"]
            for _ in range(1, self.number):
                people = people * ratio["times"] // ratio["by"]
        return people

    def fee(self):
        return len(self.systems) * ASSUMED["fee_of_a_system"]

    def direct_loss(self):
        return sum(ASSUMED["direct_loss_by_cohort"][s.cohort] for s in self.systems)

    def special_loss(self):
        return self.direct_loss() * ASSUMED["special_loss_percent"] // 100


class System:
    """cohort 0 … 3: running again by that count; 4: still open at the last one."""

    def __init__(self, body, number, cohort):
        work = FACTS["affected"]["work"]
        self.body, self.number, self.cohort = body, number, cohort
        self.work = work[number - 1] if number <= len(work) else f"業務システム{number - len(work)}"
        self.target = f"{body.code}-{number:02}"
        self.service = f"{body.name}-{number:02} {self.work}"


def samples_of(cohort):
    """All that is known of a system of the cohort, as (instant, outcome). Why: README, "What the counts prove"."""
    onset, counts = at(FACTS["onset"]["day"]), [at(c["day"]) for c in FACTS["counts"]]
    rows = [(at(FACTS["months"][0] + "-01"), "up"), (onset, "up")]
    if cohort == 0:
        rows.append((onset + DAY / 2, "down"))  # at some time of that day; alone it proves no length
    else:
        rows += [(onset + DAY, "down")] + [(count, "down") for count in counts[:cohort]]
    rows += [(count + DAY, "up") for count in counts[cohort:]]
    return rows + [(at(month_after(FACTS["months"][-1]) + "-01"), "up")]


def month_after(month):
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02}"


def at(day):
    """The first instant of a day in Japan."""
    return datetime.datetime.fromisoformat(day + "T00:00:00+09:00")


def cohort_sizes():
    running = [0] + [c["running"] for c in FACTS["counts"]] + [FACTS["systems"]["affected"]]
    return [after - before for before, after in zip(running, running[1:])]


def cohort_of(index):
    rank = index * STRIDE % FACTS["systems"]["affected"]
    for cohort, size in enumerate(cohort_sizes()):
        if rank < size:
            return cohort
        rank -= size
    raise AssertionError("the cohorts hold all systems")


def bodies():
    """The 53 bodies in the order of their codes, each with its systems."""
    found, index = [Body(kind, i + 1) for kind in KINDS for i in range(FACTS["bodies"][kind])], 0
    for body in found:
        for number in range(1, body.size() + 1):
            body.systems.append(System(body, number, cohort_of(index)))
            index += 1
    if index != FACTS["systems"]["affected"]:
        raise SystemExit(f"facts.json: {index} systems are shared out, {FACTS['systems']['affected']} were affected")
    return found
