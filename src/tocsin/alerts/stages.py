"""The stages of a place: one table. Everything that decides is here; everything that it decides on is a Sign.

    quiet -> watch -> warning -> under way -> all clear -> quiet

Up at once, stages may be skipped. Down slowly: hysteresis and least times act downwards only. From warning and under
way the only way down is the all clear, which is an event, decided on proof, quiet time and no held track, or by a named
authority. Expiry of a message, loss of sensors, a restart or a clock that jumps are no Signs: none of them can end
anything. What would be a watch by itself keeps nobody in a shelter: after the all clear the place is at watch again.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Stage(IntEnum):
    """How a place stands. Ordered by danger, but for ALL_CLEAR, which is quiet that was earned."""

    QUIET = 0
    ALL_CLEAR = 1
    WATCH = 2
    WARNING = 3
    UNDER_WAY = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """What is true of a place now. Each is decided elsewhere, with its reasons."""

    inside: bool = False  # P(something dangerous is inside the ring) >= its bound, or an impact computed or seen
    due: bool = False  # P(entry before there is no time to act) >= p*
    coming: bool = False  # P(entry within half an hour) >= the watch's bound
    lingering: bool = False  # inside or due by their lower bounds: hysteresis
    near: bool = False  # coming by its lower bound
    held: bool = False  # a track that was lost within reach may still be there
    seen_clear: bool = False  # sensors have looked all around, and would have seen
    settled: bool = False  # this stage has stood for its least time
    quiet: bool = False  # nothing dangerous was near for the quiet time
    ended: bool = False  # a named authority ends it, proof or not


# (stage, what must hold, where to). The first row that holds is taken; where none does, the stage stands.
UP: Final = (
    ("inside", Stage.UNDER_WAY, frozenset({Stage.QUIET, Stage.ALL_CLEAR, Stage.WATCH, Stage.WARNING})),
    ("due", Stage.WARNING, frozenset({Stage.QUIET, Stage.ALL_CLEAR, Stage.WATCH})),
    ("coming", Stage.WATCH, frozenset({Stage.QUIET, Stage.ALL_CLEAR})),
)


def follow(stage: Stage, signs: Signs) -> tuple[Stage, str]:
    """The stage after these signs, and the rule that decided ("" where it stands)."""
    for sign, upper, of in UP:
        if stage in of and getattr(signs, sign):
            return upper, sign
    if signs.inside or signs.due or (signs.coming and stage not in (Stage.WARNING, Stage.UNDER_WAY)):
        return stage, ""
    match stage:
        case Stage.WARNING | Stage.UNDER_WAY:
            if signs.ended:
                return Stage.ALL_CLEAR, "ended by an authority"
            if signs.quiet and signs.settled and signs.seen_clear and not signs.held and not signs.lingering:
                return Stage.ALL_CLEAR, "seen clear"
        case Stage.WATCH:
            if signs.settled and not signs.lingering and not signs.near and not signs.held:
                return Stage.QUIET, "passed"
        case Stage.ALL_CLEAR:
            if signs.settled:
                return Stage.QUIET, "passed"
    return stage, ""
