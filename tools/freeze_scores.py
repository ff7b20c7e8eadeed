"""Freeze the scores that the gate holds: `.venv/bin/python tools/freeze_scores.py --reason "why they may change"`.

Plays the gate's nights, and more seeds of them for the noise: some minutes on one core. Prints what changed. `--only
tracking` or `--only warnings` leaves the other part as it is.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.golden import gate, warned
from tocsin.live.warm import use_cache


def main() -> None:
    """Play, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reason", required=True, help="why the scores may be others than before; kept beside them")
    parser.add_argument("--check", action="store_true", help="only say what got worse; write nothing")
    parser.add_argument("--only", choices=("tracking", "warnings"), help="freeze one part alone")
    arguments = parser.parse_args()
    use_cache()
    if arguments.only != "warnings":
        _tracking(arguments)
    if arguments.only != "tracking":
        _warnings(arguments)
    if not arguments.check:
        _write(gate.SUMMARY, gate.summary(gate.frozen(), warned.summary(warned.frozen())))


def _tracking(arguments: argparse.Namespace) -> None:
    nights = gate.played()
    if gate.FROZEN.is_file():
        before = gate.frozen()
        _compare(before, nights, gate.SCORES)
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
    _write(gate.FROZEN, json.dumps(held, indent=1) + os.linesep)


def _warnings(arguments: argparse.Namespace) -> None:
    if arguments.check:
        nights = warned.played()
        _compare(warned.frozen(), nights, warned.SCORES)
        print("\n".join(warned.worse(warned.frozen(), nights)) or "nothing got worse beyond noise")
        return
    held = warned.freeze(arguments.reason)
    if warned.FROZEN.is_file():
        _compare(warned.frozen(), held["nights"], warned.SCORES)
    _write(warned.FROZEN, json.dumps(held, indent=1) + os.linesep)


def _compare(before: dict[str, Any], nights: list[dict[str, Any]], scores: tuple[gate.Score, ...]) -> None:
    fresh = gate.means(nights, scores)
    for score in scores:
        was = before["means"].get(score.name)
        if was is not None:
            print(f"{score.shown(was):12.4g} -> {score.shown(fresh[score.name]):<12.4g} {score.words}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(gate.ROOT))


if __name__ == "__main__":
    main()
