"""How each class goes on beyond the first minute: legs between turns, goals, circles (a semi-Markov walk).

A leg is flown straight; its length is drawn from two exponentials, a short and a long one, which gives the heavy tail
that flights have (most turns come soon, some courses hold for an hour). At its end the mover turns: to its goal, or by
a turn of its class, or it circles first. Numbers are judgements from published flights, not from the simulator's own
tables, so that scores on simulated nights mean something.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import radians
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Legs:
    """The law of one class."""

    short_m: float  # mean of the short legs
    long_m: float  # mean of the long ones
    long_share: float  # of legs that are long
    turn_rad: float  # sigma of a turn that leads to no goal
    aim: float  # chance that a new leg points straight at the goal, where there is one
    seeks: float  # chance that a protected place is what it flies to; the rest is "elsewhere", at least ELSEWHERE_MIN
    circles: float  # chance that it circles before a leg
    circle_s: float  # mean time in a circle
    slack: float  # relative sigma of speed from leg to leg
    swerve_rad: float  # sigma of a leg's course about what is seen of it now
    final_m: float  # nearer than this to its goal it turns off no more
    surge_mps2: float = 0.0  # sigma of how it speeds up or slows down within a leg; 0: it holds its speed


ELSEWHERE_MIN: Final = 0.2
UNKNOWN: Final = "unknown"

LAWS: Final[Mapping[str, Legs]] = MappingProxyType(
    {
        # flies waypoints programmed before; detours around air defence, then straight in
        "one-way-attack drone": Legs(12e3, 70e3, 0.5, radians(45), 0.7, 0.8, 0.06, 420.0, 0.02, radians(2), 8e3),
        # follows terrain along waypoints; the last leg is straight
        "cruise missile": Legs(15e3, 80e3, 0.5, radians(40), 0.8, 0.8, 0.01, 120.0, 0.03, radians(2), 15e3),
        "small fixed-wing drone": Legs(3e3, 20e3, 0.4, radians(70), 0.4, 0.5, 0.2, 420.0, 0.1, radians(5), 2e3),
        "multirotor": Legs(500.0, 3e3, 0.4, radians(90), 0.4, 0.4, 0.3, 180.0, 0.3, radians(8), 500.0, 0.1),
        # falls by physics: see fall
        "ballistic rocket": Legs(1e6, 1e6, 0.5, radians(1), 1.0, 0.8, 0.0, 1.0, 0.0, radians(0.5), 1e6),
        "artillery or mortar round": Legs(1e6, 1e6, 0.5, radians(1), 1.0, 0.8, 0.0, 1.0, 0.0, radians(0.5), 1e6),
        "helicopter": Legs(6e3, 50e3, 0.5, radians(60), 0.5, 0.3, 0.1, 300.0, 0.1, radians(4), 2e3, 0.2),
        "light aircraft": Legs(10e3, 70e3, 0.5, radians(50), 0.3, 0.15, 0.1, 360.0, 0.06, radians(3), 2e3, 0.1),
        "airliner": Legs(12e3, 100e3, 0.5, radians(45), 0.1, 0.02, 0.02, 240.0, 0.05, radians(1.5), 2e3, 0.2),
        "fast jet": Legs(20e3, 80e3, 0.5, radians(70), 0.6, 0.5, 0.15, 300.0, 0.12, radians(3), 5e3, 0.5),
        "bird": Legs(1e3, 20e3, 0.3, radians(60), 0.1, 0.0, 0.2, 240.0, 0.2, radians(10), 0.0, 0.05),
        # "unknown, moving, powered" is an answer: its law is wide
        UNKNOWN: Legs(10e3, 60e3, 0.5, radians(50), 0.6, 0.6, 0.06, 360.0, 0.08, radians(3), 5e3),
    }
)


def law_of(name: str) -> Legs:
    """The law of a class; of one that is not known, the law of what is unknown."""
    return LAWS.get(name, LAWS[UNKNOWN])
