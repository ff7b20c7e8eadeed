"""How often a raid sounds: 300 tracks on 200 places of 20 parents, many seeds, operators quick and slow.

    .venv/bin/python -m benchmarks.alerts.raid --seeds 200

Prints, for each length of the raid and each operator, the most annunciations within any ten minutes (bar: 10).
"""

import argparse
from itertools import product

from tests.unit.alerts.release.test_annunciations import raid

WINDOW_NS = 600 * 10**9


def most(seed: int, over_s: int, answer_s: int, hurry: float) -> int:
    """The most that sounded within any ten minutes of one raid."""
    _, sounds = raid(seed, over_s, answer_s, hurry)
    return max(sum(1 for other in sounds if 0 <= other - one < WINDOW_NS) for one in sounds)


def main() -> None:
    """Every length, every operator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args().seeds
    for over_s, answer_s in product((30, 120, 300, 600), (1, 15, 10_000)):
        worst = [most(seed, over_s, answer_s, seed % 3 / 2) for seed in range(seeds)]
        print(f"raid of {over_s} s, acknowledged after {answer_s} s: mean {sum(worst) / seeds:.1f}, most {max(worst)}")


if __name__ == "__main__":
    main()
