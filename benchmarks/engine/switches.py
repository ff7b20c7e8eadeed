"""Identity switches and GOSPA beside Stone Soup's GNN, seed by seed, in one run.

python -m benchmarks.engine.switches base 500 11 21 22 23 24 25
python -m benchmarks.engine.switches formation 40 11 12 13 21 22 23 24 25 26 27
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.engine.__main__ import ROOT, ours, theirs
from benchmarks.engine.traffic import make
from tocsin.tracking import warm

PEER = "Stone Soup GNN"


def main(name: str, targets: int, seeds: list[int]) -> None:
    """A line for each seed, then the sums."""
    subprocess.run(["sh", ROOT / "tools" / "stonesoup.sh"], check=True)
    warm()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            traffic = make(name, targets, seed)
            own, other = ours(traffic), theirs(traffic, PEER, Path(folder))[0]
            found.append((own, other))
            print(
                f"{name}, {targets} targets, seed {seed}: {own.switches} against {other.switches} switches, "
                f"GOSPA {own.gospa_m:.1f} against {other.gospa_m:.1f} m",
                flush=True,
            )
    switches = [sum(pair[k].switches for pair in found) for k in (0, 1)]
    gospa = [sum(pair[k].gospa_m for pair in found) / len(found) for k in (0, 1)]
    print(
        f"together: {switches[0]} against {switches[1]} switches, {switches[0] / max(switches[1], 1):.3f} of them; "
        f"GOSPA {gospa[0]:.1f} against {gospa[1]:.1f} m"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(seed) for seed in sys.argv[3:]])
