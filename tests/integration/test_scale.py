#!/usr/bin/python3
"""Many targets of two kinds in one process: every instant of every target has its one record, and all answer.

The nation's numbers, with times, are in bench/scale; nothing is timed here.
"""

import datetime
import time

import lab_net

ECHOES, PAGES, INTERVAL_S, ROUNDS = 1500, 150, 3, 2


class Scale(lab_net.Case):
    def setUp(self):
        super().setUp()
        self.lab.nginx('server { listen 127.0.0.1:8080; location / { return 200 "ok\\n"; } }')
        lab_net.wait_for(lambda: lab_net.listens("127.0.0.1", 8080), "nginx")

    def test_every_instant_has_its_one_record(self):
        targets = [("icmp-%d" % i, INTERVAL_S, 3, {"kind": "icmp", "host": "127.1.%d.%d" % (i // 250, 1 + i % 250)})
                   for i in range(ECHOES)]
        targets += [("http-%d" % i, INTERVAL_S, 20, {"kind": "http", "url": "http://127.0.0.1:8080/"})
                    for i in range(PAGES)]
        run = self.lab.run(targets)
        time.sleep(ROUNDS * INTERVAL_S + 0.5)
        lab_net.wait_for(lambda: len(run.observed()) > len(targets), "as many answers as there are targets")
        code, samples = run.finish()
        self.assertEqual(code, 0, run.log()[-1000:])
        instants = {}
        for sample in samples:
            instants.setdefault(sample["target"], []).append(sample["scheduled"])
            # a machine that stopped slamon for a while is no fault of it: it says so
            if sample["failure"] != "not running":
                self.assertEqual((sample["outcome"], sample["failure"]), ("up", ""), sample)
        self.assertEqual(sorted(instants), sorted(t[0] for t in targets))
        for target, scheduled in instants.items():
            at = sorted(datetime.datetime.fromisoformat(instant) for instant in scheduled)
            self.assertEqual({(b - a).total_seconds() for a, b in zip(at, at[1:])}, {INTERVAL_S}, target)


if __name__ == "__main__":
    lab_net.main()
