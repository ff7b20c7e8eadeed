"""Which stretch of each scenario is played: all of its story, or where that would take hours, what matters of it.

Each from and until (seconds since the scenario's start), and why it is not the whole. Truth is known for half an hour
longer than is played.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from tocsin.settings import Alerting
from tocsin.site import rules

ROOT: Final = Path(__file__).resolve().parents[2]
FROZEN: Final = ROOT / "tests/golden/scores/rules.toml"

STRETCHES: Final[Mapping[str, tuple[float, float, str]]] = {
    "all-cut": (100.0, 1020.0, "the cut, and half of the drones after it"),
    "ballistic-pair": (220.0, 600.0, "from before the launch until both have fallen"),
    "ballistic-pair-no-cue": (220.0, 600.0, "from before the launch until both have fallen"),
    "behind-the-ridge": (0.0, 1300.0, "until the one that comes back is inside"),
    "circling": (0.0, 900.0, "the approach and the first circles, of forty-five minutes"),
    "contested-strike": (600.0, 1120.0, "the strike and the three rounds"),
    "demo-night": (300.0, 1500.0, "from the first group to the missiles and the river"),
    "exercise": (840.0, 1810.0, "the real ones, with half of the exercise's"),
    "half-lost": (300.0, 1060.0, "from before the power cut; two of three groups"),
    "peaceful-week": (0.0, 900.0, "a quarter of an hour of seven days: nothing comes in any of them"),
    "phantom-swarm": (500.0, 1640.0, "the forty in good order, until the three behind them are inside"),
    "poisoned-sensor": (240.0, 1310.0, "the poison, until both drones are inside"),
    "pop-up": (200.0, 1000.0, "two of the three groups of missiles"),
    "port": (400.0, 1240.0, "drones and missiles; the swarm that comes later is left out"),
    "river-border": (0.0, 860.0, "until each has begun to cross; their ways back are left out"),
    "rocket-in-the-lake": (180.0, 480.0, "from before the launch until it has fallen"),
    "shared-link": (180.0, 560.0, "the old raid, played once more"),
    "slow-raid": (850.0, 2200.0, "of two hours: two salvos, four drones"),
    "winter-night": (3700.0, 4520.0, "of three hours: the third wave arrives, with the missiles"),
}
FAULTS: Final = ("all-cut", "half-lost", "shared-link", "poisoned-sensor", "phantom-swarm")
FACTORS: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


def frozen() -> Alerting:
    """The rule file that was frozen before any seed was drawn."""
    return rules.read(FROZEN)


def grid(own: Alerting) -> dict[str, Alerting]:
    """Rules around the frozen ones, by name: all bounds times a factor, and tracks that must be seen more often."""
    out = {"frozen": own}
    for factor in FACTORS:
        if factor != 1.0:
            out[f"bounds x {factor:g}"] = rules.times(own, factor)
    sure = replace(own, threats=tuple(replace(one, detections=2 * one.detections) for one in own.threats))
    for factor in (0.5, 1.0, 1.5):
        out[f"bounds x {factor:g}, twice the detections"] = rules.times(sure, factor)
    return out
