"""Judging identities as one would write it for a reader: one dictionary for each identity, one row at a time."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tocsin.messages import Floats

NEVER = float("-inf")


class Report(NamedTuple):
    """One row: when, where, how sure, who, by which source, and whether the target itself says so."""

    time_s: float
    place_m: Floats
    sigma_m: float
    who: int
    source: int
    claim: bool


@dataclass
class Known:
    """What is known of one identity."""

    time_s: float = NEVER
    place_m: Floats = field(default_factory=lambda: np.zeros(3))
    sigma_m: float = 0.0
    measured: bool = False
    admitted: bool = False
    heard: bool = False
    rivals: list[Report] = field(default_factory=list)


@dataclass
class Source:
    """A source of identities."""

    tokens: float = -1.0
    counted_s: float = NEVER
    flood_until_s: float = NEVER


class Judge:
    """The rules of docs/explanation/maths/identity.md, without replays and tracks of others, in a flat frame."""

    def __init__(self, limit_per_min: float, speed_mps: float) -> None:
        self.limit, self.speed = limit_per_min, speed_mps
        self.known: dict[int, Known] = {}
        self.sources: dict[int, Source] = {}

    def judge(self, row: Report) -> str:
        """What becomes of a row."""
        if row.who == 0:
            return "taken"
        known = self.known.setdefault(row.who, Known())
        met = known.time_s != NEVER
        away = float(np.hypot(*(row.place_m - known.place_m)[:2]))
        if row.claim and met and abs(row.time_s - known.time_s) <= 0.2 and away <= 10.0:
            return "copy"
        verdict = self._believed(row, known, away, met)
        if verdict != "taken":
            return verdict
        if not row.claim or known.admitted:
            known.admitted = True
            return "taken"
        return self._admitted(row, known)

    def _believed(self, row: Report, known: Known, away: float, met: bool) -> str:
        passed = row.time_s - known.time_s
        fits = not met or away <= self._reach(row.sigma_m, known.sigma_m, passed)
        if not fits and not row.claim and not known.measured:
            fits = True  # measured is better than claimed
        if not fits:
            if known.rivals:
                last = known.rivals[-1]
                far = float(np.hypot(*(row.place_m - last.place_m)[:2]))
                if far > self._reach(row.sigma_m, last.sigma_m, row.time_s - last.time_s):
                    known.rivals.clear()
            known.rivals.append(row)
            if passed <= 20.0 or len(known.rivals) < 3:
                return "stripped" if not row.claim else "two places" if passed <= 5.0 else "jump"
        if not met or passed >= 0.0 or not fits:
            known.time_s, known.place_m, known.sigma_m = row.time_s, row.place_m, row.sigma_m
            known.measured = not row.claim
            if not fits:
                known.rivals.clear()
        return "taken"

    def _reach(self, sigma_m: float, other_m: float, passed_s: float) -> float:
        return 500.0 + 5.0 * (sigma_m + other_m) + self.speed * abs(passed_s)

    def _admitted(self, row: Report, known: Known) -> str:
        source = self.sources.setdefault(row.source, Source())
        if source.tokens < 0.0:
            source.tokens, source.counted_s = 5.0 * self.limit, row.time_s
        if row.time_s > source.counted_s:
            gained = self.limit * (row.time_s - source.counted_s) / 60.0
            source.tokens = min(source.tokens + gained, max(self.limit, source.tokens))
            source.counted_s = row.time_s
        if row.time_s >= source.flood_until_s and source.tokens >= 1.0:
            source.tokens -= 1.0
            known.admitted = True
            return "taken"
        if not known.heard:
            source.flood_until_s = max(source.flood_until_s, row.time_s + 60.0)
        known.heard = True
        return "flood"
