"""Where everything is, for the last minute and the slab of time being played.

Positions are kept at knots one second apart and joined by cubic Hermite curves through position and velocity, so that
sensors may ask at any time between. A mover that has not started or has ended is NaN.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Flags, Floats, Ints

STEP_S = 1.0  # between knots; a turn at 30 m/s2 bends by 15 m within it, which the curve follows to centimetres
PAST_S = 64  # sound from 20 km away is a minute old


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What is true of each mover for the whole night: n rows."""

    number: Ints  # the target number in the truth; -1 for a phantom
    kind: tuple[str, ...]
    group: tuple[str, ...]
    cross_section_m2: Floats
    sound_db: Floats
    rotor: Flags
    radio: Flags
    flash: Floats  # the chance that its launch is seen from above
    identity: tuple[str | None, ...]
    callsign: tuple[str | None, ...]
    seen_by: tuple[tuple[str, ...], ...]  # empty: by every sensor

    @property
    def phantom(self) -> Flags:
        """True for what is not there."""
        return np.array([bool(only) for only in self.seen_by], dtype=np.bool_)

    def visible_to(self, sensor: str) -> Ints:
        """Rows that a sensor may see at all: all real movers, and its own phantoms."""
        return np.array([row for row, only in enumerate(self.seen_by) if not only or sensor in only], dtype=np.int64)


class Sky:
    """Knots of the movers that are about: knot k is at `first_s + k * STEP_S`.

    Only who flies now, or flew within PAST_S, has a column; column 0 is nobody's and stays NaN.
    """

    def __init__(self, first_s: float, movers: int) -> None:
        self.first_s = first_s
        self.position_m = np.full((0, 1, 3), np.nan)
        self.velocity_mps = np.full((0, 1, 3), np.nan)
        self.altitude_m = np.full((0, 1), np.nan)
        self._rows: Ints = np.empty(0, dtype=np.int64)  # whose column 1, 2, ... is, ascending
        self._column: Ints = np.zeros(movers, dtype=np.int64)

    def active(self, from_s: float, to_s: float) -> Ints:
        """Movers that are somewhere at any knot from `from_s` to `to_s`, ascending."""
        low = max(int(np.floor(from_s - self.first_s)), 0)
        high = int(np.ceil(to_s - self.first_s)) + 1
        return np.asarray(self._rows[np.isfinite(self.position_m[low:high, 1:, 0]).any(axis=0)])

    def at(self, time_s: Floats, mover: Ints) -> tuple[Floats, Floats, Floats]:
        """ECEF position (m, 3), velocity (m, 3) and altitude (m,) of movers at times of their own."""
        place = (time_s - self.first_s) / STEP_S
        knot = np.clip(np.floor(place).astype(np.int64), 0, len(self.position_m) - 2)
        column = self._column[mover]
        u = (place - knot)[:, None]
        p0, p1 = self.position_m[knot, column], self.position_m[knot + 1, column]
        v0, v1 = self.velocity_mps[knot, column] * STEP_S, self.velocity_mps[knot + 1, column] * STEP_S
        gap, bend = p1 - p0, v0 + v1 - 2.0 * (p1 - p0)
        lead = gap - v0 - bend  # p(u) = p0 + u (v0 + u (lead + u bend)), Hermite's cubic in nested form
        # Exactly at a knot there may be no next one: it is where the mover ends.
        position = np.where(u == 0.0, p0, p0 + u * (v0 + u * (lead + u * bend)))
        velocity = np.where(u == 0.0, v0, v0 + u * (2.0 * lead + 3.0 * u * bend)) / STEP_S
        h0, h1 = self.altitude_m[knot, column], self.altitude_m[knot + 1, column]
        return position, velocity, np.where(u[:, 0] == 0.0, h0, h0 + u[:, 0] * (h1 - h0))

    def roll(self, rows: Ints, position_m: Floats, velocity_mps: Floats, altitude_m: Floats) -> None:
        """Add the knots (k, movers, 3) of the movers `rows`, and forget what is older than PAST_S before them."""
        drop = max(len(self.position_m) - PAST_S - 1, 0)
        past = len(self.position_m) - drop
        self.first_s += drop * STEP_S
        kept = np.isfinite(self.position_m[drop:, 1:, 0]).any(axis=0)
        before = np.flatnonzero(kept) + 1
        every = np.union1d(self._rows[kept], rows)
        old, new = np.searchsorted(every, self._rows[kept]) + 1, np.searchsorted(every, rows) + 1

        def grown(was: Floats, more: Floats) -> Floats:
            out = np.full((past + len(more), 1 + len(every), *was.shape[2:]), np.nan)
            out[:past, old] = was[drop:, before]
            out[past:, new] = more
            return out

        self.position_m = grown(self.position_m, position_m)
        self.velocity_mps = grown(self.velocity_mps, velocity_mps)
        self.altitude_m = grown(self.altitude_m, altitude_m)
        self._column[self._rows] = 0
        self._column[every] = np.arange(len(every)) + 1
        self._rows = every
