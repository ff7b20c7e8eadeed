"""What is known of one aircraft between its messages, and whether a new position can be true.

A position is taken only when it fits the ones before it. Receivers that mend damaged messages by their parity let
through some that are wrong throughout (they mend two bits and hit another valid message in about a third of the cases),
and an address may be used twice: both show as a jump. A jump is refused until four positions in a row agree on the new
place and none agrees with the old one.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from tocsin.feeds.mode_s import cpr

PAIR_S = 10.0  # DO-260B A.1.7.5: an even and an odd airborne frame further apart may belong to different zones
PAIR_SURFACE_S = 25.0  # as above, for a vehicle faster than 25 knots
ANCHOR_S = 60.0  # in a minute 700 m/s make 42 km: well inside the half zone that a single frame needs
REPEAT_S = 0.2  # an aircraft sends a position every 0.4 to 0.6 s; the same bits sooner came over two receivers
SPEED_MPS_MAX = 700.0  # above Mach 2 at height
SLACK_M = 500.0  # half a second of unknown latency at 300 m/s, a coarse position, a turn
STRAY_MPS = 100.0  # how fast an aircraft leaves the line of its last velocity
VELOCITY_S = 10.0
AGREEING_NEW = 2  # positions that start an aircraft
AGREEING_JUMP = 4  # positions that move one
EARTH_RADIUS_M = 6_371_000.0
CLIMB_MPS_MAX = 200.0
ALTITUDE_SLACK_M = 300.0

Place = tuple[float, float]  # latitude, longitude in degrees, as in cpr


class Fix(NamedTuple):
    """A place at a time, and how many positions in a row agreed on it."""

    place: Place
    time_ns: int
    agreeing: int = 1


class Doubt(NamedTuple):
    """Why a position is not taken."""

    reason: str
    detail: str


@dataclass(slots=True)
class Settled:
    """A value that changes only when the same new one comes twice in a row."""

    value: str | None = None
    pending: str | None = None

    def take(self, new: str) -> None:
        """A first value is believed, another one when it is repeated."""
        if self.value is None or new in (self.value, self.pending):
            self.value, self.pending = new, None
        else:
            self.pending = new


@dataclass(slots=True)
class Velocity:
    """A velocity report; `used` once it went out with a position, so that it is counted as one measurement only."""

    time_ns: int
    east_mps: float
    north_mps: float
    up_mps: float
    sigma_mps: float
    used: bool = False


@dataclass(slots=True)
class Aircraft:
    """The state of one address. `identity` names it as detections do: "icao:4ca7b3"."""

    identity: str
    heard_ns: int
    squitters: int = 0
    callsign: Settled = field(default_factory=Settled)
    squawk: Settled = field(default_factory=Settled)
    velocity: Velocity | None = None
    accuracy_m: float = math.nan
    height_difference_m: float = math.nan
    height_difference_ns: int = 0
    frames: dict[bool, tuple[cpr.Frame, int]] = field(default_factory=dict)
    anchor: Fix | None = None
    rival: Fix | None = None
    altitude: tuple[float, int] | None = None
    altitude_rival_m: float | None = None

    def repeated(self, frame: cpr.Frame, time_ns: int) -> bool:
        """The same position a moment ago: one squitter, heard twice."""
        before = self.frames.get(frame.odd)
        return before is not None and before[0] == frame and abs(time_ns - before[1]) <= REPEAT_S * 1e9

    def locate(self, frame: cpr.Frame, time_ns: int, receiver: Place | None) -> Place | Doubt | None:
        """The place of one frame, a doubt, or None while there is too little to tell."""
        self.frames[frame.odd] = frame, time_ns
        anchor = self.anchor
        if anchor is None or abs(time_ns - anchor.time_ns) > ANCHOR_S * 1e9:
            return self._acquire(frame, time_ns, receiver)
        place = cpr.from_near(frame, anchor.place)
        if place is not None and self._reachable(anchor, place, time_ns):
            return self._take(place, time_ns)
        taken = self._contest(frame, time_ns, receiver, AGREEING_JUMP)
        if taken is None or isinstance(taken, Doubt):
            return Doubt("mode s: position jump", self._jump(anchor, place, time_ns))
        return taken

    def _acquire(self, frame: cpr.Frame, time_ns: int, receiver: Place | None) -> Place | Doubt | None:
        if frame.surface and receiver is None and self.anchor is None:
            detail = "a surface position is ambiguous every 90 degrees; give the feed its receiver's place"
            return Doubt("mode s: surface position without a receiver place", detail)
        old = self.anchor
        needed = AGREEING_NEW
        if (
            old is not None
            and self.rival is not None
            and not self._reachable(old, self.rival.place, self.rival.time_ns)
        ):
            needed = AGREEING_JUMP
        return self._contest(frame, time_ns, receiver, needed)

    def _contest(self, frame: cpr.Frame, time_ns: int, receiver: Place | None, needed: int) -> Place | Doubt | None:
        """A place other than the anchor's: taken once `needed` positions in a row agree on it."""
        rival, doubt = self.rival, None
        if rival is not None and abs(time_ns - rival.time_ns) <= PAIR_S * 1e9:
            place = cpr.from_near(frame, rival.place)
            if place is not None and self._reachable(rival, place, time_ns):
                self.rival = Fix(place, time_ns, rival.agreeing + 1)
                return self._take(place, time_ns) if self.rival.agreeing >= needed else None
            detail = "not where the one before was: damaged, or one address used twice"
            doubt = Doubt("mode s: positions disagree", detail)
        paired = self._from_pair(frame, time_ns, receiver)
        self.rival = Fix(paired, time_ns) if paired is not None else None
        return doubt

    def _from_pair(self, frame: cpr.Frame, time_ns: int, receiver: Place | None) -> Place | None:
        other = self.frames.get(not frame.odd)
        if other is None or other[0].surface != frame.surface:
            return None
        if abs(time_ns - other[1]) > (PAIR_SURFACE_S if frame.surface else PAIR_S) * 1e9:
            return None
        even, odd = (other[0], frame) if frame.odd else (frame, other[0])
        near = self.anchor.place if self.anchor is not None else receiver
        return cpr.from_pair(even, odd, frame.odd, near)

    def _take(self, place: Place, time_ns: int) -> Place:
        self.anchor, self.rival = Fix(place, time_ns), None
        return place

    def _reachable(self, before: Fix, place: Place, time_ns: int) -> bool:
        """Could it be there by now? Along its velocity where that is known, else anywhere at SPEED_MPS_MAX."""
        age_s = abs(time_ns - before.time_ns) / 1e9
        east_m, north_m = offset_m(before.place, place)
        velocity = self.velocity
        if velocity is not None and abs(time_ns - velocity.time_ns) <= VELOCITY_S * 1e9 and age_s <= VELOCITY_S:
            passed_s = (time_ns - before.time_ns) / 1e9
            east_m -= velocity.east_mps * passed_s
            north_m -= velocity.north_mps * passed_s
            return math.hypot(east_m, north_m) <= SLACK_M + STRAY_MPS * age_s
        return math.hypot(east_m, north_m) <= SLACK_M + SPEED_MPS_MAX * age_s

    def _jump(self, anchor: Fix, place: Place | None, time_ns: int) -> str:
        if place is None:
            return "a position beyond a pole; kept as refused until four in a row agree"
        length_m = math.hypot(*offset_m(anchor.place, place))
        age_s = abs(time_ns - anchor.time_ns) / 1e9
        return (
            f"{length_m:.0f} m in {age_s:.2f} s from {anchor.place[0]:.4f} {anchor.place[1]:.4f}; expected at most "
            f"what its velocity or {SPEED_MPS_MAX:.0f} m/s allow; taken once {AGREEING_JUMP} positions in a row agree"
        )

    def climb(self, altitude_m: float, time_ns: int) -> bool:
        """Whether an altitude fits the one before it, or the one that was doubted last."""
        before, rival = self.altitude, self.altitude_rival_m
        fits = (
            before is None
            or abs(altitude_m - before[0]) <= ALTITUDE_SLACK_M + CLIMB_MPS_MAX * abs(time_ns - before[1]) / 1e9
            or (rival is not None and abs(altitude_m - rival) <= ALTITUDE_SLACK_M)
        )
        if fits:
            self.altitude, self.altitude_rival_m = (altitude_m, time_ns), None
        else:
            self.altitude_rival_m = altitude_m
        return fits


def offset_m(here: Place, there: Place) -> tuple[float, float]:
    """East and north metres between two places. A flat earth: right to 1 % for the few km that decide, and only huge
    where the distance is.
    """
    longitude = (there[1] - here[1] + 180.0) % 360.0 - 180.0
    scale = math.radians(EARTH_RADIUS_M)
    return longitude * scale * math.cos(math.radians(0.5 * (here[0] + there[0]))), (there[0] - here[0]) * scale
