"""lab_seed: the one seed of all random numbers of a test, the same in every run: GOVSLA_SEED=N takes another.

    chance = random.Random(lab_seed.SEED)

What finds new cases is a loop over seeds, or make kill-test, soak and fuzz; never make check, which must say of the same
source the same thing twice. A failure names the seed.
"""

import os

SEED = int(os.environ.get("GOVSLA_SEED", "20261121"))
