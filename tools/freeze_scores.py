"""Freeze the scores that the gate holds: `.venv/bin/python tools/freeze_scores.py --reason "why they may change"`.

Plays the gate's nights, and more seeds of them for the noise: some minutes on one core. Prints what changed.
"""

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.golden import gate
from tocsin.live.warm import use_cache


def main() -> None:
    """Play, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reason", required=True, help="why the scores may be others than before; kept beside them")
    parser.add_argument("--check", action="store_true", help="only say what got worse; write nothing")
    arguments = parser.parse_args()
    use_cache()
    nights = gate.played()
    if gate.FROZEN.is_file():
        before = gate.frozen()
        fresh = gate.means(nights)
        for score in gate.SCORES:
            was = before["means"].get(score.name)
            if was is not None:
                print(f"{score.shown(was):12.4g} -> {score.shown(fresh[score.name]):<12.4g} {score.words}")
        print("\n".join(gate.worse(before, nights)) or "nothing got worse beyond noise")
    if arguments.check:
        return
    noise = gate.tolerances([*nights, *gate.played(gate.NOISE_SEEDS)])
    held = {
        "format": gate.FORMAT,
        "reason": arguments.reason,
        "nights": nights,
        "means": gate.means(nights),
        "tolerances": noise,
    }
    held["digest"] = gate.digest(held)
    gate.FROZEN.parent.mkdir(parents=True, exist_ok=True)
    for path, text in ((gate.FROZEN, json.dumps(held, indent=1) + os.linesep), (gate.SUMMARY, gate.summary(held))):
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(gate.ROOT))


if __name__ == "__main__":
    main()
