"""What cannot wait for the next Tick: a new track of a class that leaves no time, or one that is minutes from a place.

It decides nothing. Whoever brings the items is asked for a Tick at once, which is an item like any other: evidence
holds it, and a replay meets the same decisions without asking again.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tocsin.alerts.board import FAST_S
from tocsin.geo.areas import Area, area
from tocsin.messages import Flags
from tocsin.models.whereabouts import geodetic
from tocsin.models.young import Young
from tocsin.settings import Alerting, Frame, Place

FAST_CHANCE: Final = 0.3  # that it is of a class that leaves no time
SLOWEST_MPS: Final = 1.0


@dataclass(slots=True)
class Haste:
    """Knows what was decided on at the last Tick. Nothing of it is kept: at worst a Tick more is asked for.

    `watching`: something fast and new flies. Each of its detections may be what a decision waits for.
    """

    places: tuple[Place, ...]
    rules: Alerting
    frame: Frame
    decided: dict[int, int] = field(default_factory=dict)  # the birth of a track, and its detections by then
    watching: bool = False
    asked_ns: int = 0  # what came until then was asked about
    _areas: tuple[Area, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._areas = tuple(area(place.kind, place.geometry, place.ring_m) for place in self.places)

    def asks(self, young: Young) -> bool:
        """Has one of them come to be, or given a detection, that a decision should not wait for?"""
        if not len(young.birth) or not self.places:
            self.watching = False
            return False
        fast = self._fast(young)
        self.watching = bool(fast.any())
        before = np.array([self.decided.get(birth, 0) for birth in young.birth.tolist()])
        more = fast & (young.detections > before)
        return bool(more.any() or (self._soon(young) & (before == 0)).any())

    def decide(self, young: Young) -> None:
        """A Tick has decided on these."""
        self.decided = dict(zip(young.birth.tolist(), young.detections.tolist(), strict=True))

    def _fast(self, young: Young) -> Flags:
        """(n,) may it be of a class that leaves no time?"""
        threats = {threat.name: threat.fast for threat in self.rules.threats}
        fast = np.array([threats.get(name, False) for name in young.classes], dtype=np.bool_)
        return np.asarray((young.kind * fast).sum(axis=1) >= FAST_CHANCE)

    def _soon(self, young: Young) -> Flags:
        """(n,) could it be in a ring, straight ahead or not, before two people have answered and others have acted?"""
        speed = np.maximum(np.sqrt((young.velocity_mps**2).sum(axis=1)), SLOWEST_MPS)
        soon = np.zeros(len(speed), dtype=np.bool_)
        latitude, longitude, _ = geodetic(self.frame, young.position_m)
        for place, where in zip(self.places, self._areas, strict=True):
            soon |= where.distance_to_ring_m(latitude, longitude) / speed <= FAST_S + place.action_time_s
        return np.asarray(soon & ~young.named)
