"""Several Scans as one table of rows: the cost of a Scan is that of its rows, not of the calls that it takes.

Rows keep the order in which they came, and whatever depends on that order (the numbers of words, refusals) is made Scan
by Scan. So it changes no bit whether Scans are read together or one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.messages import Detections, Flags, Ints, Refusal, Scan, Sweeps
from tocsin.tracking.identity.returned import LOOP, returned
from tocsin.tracking.intake import LATE, TOO_MANY, Intake, Reason, refusals_of
from tocsin.tracking.kernels.columns import Rows
from tocsin.tracking.looks import Told, marks_of
from tocsin.tracking.words import Words

ROWS_MAX = 300_000  # of one Scan; what is beyond is refused and counted
FAILED = "tracking: thinking failed on a scan"
FAILED_DETAIL = "none of it is used; the ledger keeps it whole. Please report it: any values must be read or refused"


@dataclass(frozen=True, slots=True)
class Together:
    """What several Scans say. n rows and s sweeps, in order of arrival; scan k has rows first[k] to first[k + 1]."""

    scans: Sequence[Scan]
    first: Ints
    told: Told
    rows: Rows
    good: Flags  # (n,) which can be used
    mark: Ints  # (n,) see looks.marks_of
    reasons: list[tuple[Reason, Flags]]  # why others cannot

    def refusals(self, late: Flags) -> list[Refusal]:
        """What of them cannot be used, Scan by Scan. `late` (n,): what came too late for it."""
        reasons = [*self.reasons, (LATE, late)] if late.any() else self.reasons
        out: list[Refusal] = []
        if not reasons:
            return out
        for scan, begin, end in zip(self.scans, self.first[:-1], self.first[1:], strict=True):
            own = [(reason, rows[begin:end]) for reason, rows in reasons if rows[begin:end].any()]
            if own:
                subjects = [scan.sensors[i] for i in scan.sweeps.sensor[scan.detections.sweep]]
                out += refusals_of(scan, own, subjects)
        return out


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads Scans by the site's sensors. `words` is state: words get their numbers in the order in which they come."""

    intake: Intake
    hears_tracks: bool
    own_output: Sequence[str]
    failed: list[Refusal] = field(default_factory=list)

    def together(self, scans: Sequence[Scan], words: Words) -> Together:
        """Rows of all of these. Raises whatever reading one of them raises."""
        words_of, called_of, groups = [], [], dict[tuple[str, ...], list[int]]()
        for number, scan in enumerate(scans):
            texts = scan.detections.texts
            followed = texts.get("source_track") if self.hears_tracks else None
            words_of.append(words.rows(len(scan.detections), texts.get("identity"), texts.get("callsign"), followed))
            called_of.append(words.numbers(texts.get("class")))
            alike = (*scan.detections.values, "" if called_of[-1] is None else "class")
            groups.setdefault(alike, []).append(number)
        told, first = self._told(scans)
        word = _joined(words_of)
        sensor = told.sensor[told.sweep]
        if len(groups) == 1:
            rows, reasons = self.intake.rows(_detections(scans), sensor, word, _called(called_of))
        else:
            rows, reasons = self._by_kind(scans, list(groups.values()), first, sensor, word, called_of)
        reasons += self._whole(scans, first)
        good = np.ones(len(sensor), dtype=np.bool_)
        for _, unusable in reasons:
            good &= ~unusable
        return Together(scans, first, told, rows, good, marks_of(rows, words.marks(word)), reasons)

    def those_that_can(self, scans: Sequence[Scan], words: Words) -> tuple[list[Scan], list[Refusal]]:
        """The Scans that reading does not fail on, and what is to be said of the others."""
        able, refusals = [], []
        for scan in scans:
            try:
                self.together((scan,), words)
            except Exception as error:  # noqa: BLE001  a bad message must never stop the watch
                count = max(1, len(scan.detections))
                detail = f"{type(error).__name__}: {error}. {FAILED_DETAIL}"
                refusals.append(Refusal(scan.received_ns, scan.feed, FAILED, detail, count=count))
            else:
                able.append(scan)
        return able, refusals

    def _told(self, scans: Sequence[Scan]) -> tuple[Told, Ints]:
        """All sweeps, and which each row is of; where each Scan's rows begin."""
        index = self.intake.index
        sources = [np.array([index.get(name, -1) for name in scan.sensors] + [-1], dtype=np.int64) for scan in scans]
        first = np.cumsum([0, *(len(scan.detections) for scan in scans)])
        before = np.cumsum([0, *(len(scan.sweeps.sensor) for scan in scans)])
        told = Told(
            sweeps=_sweeps([scan.sweeps for scan in scans]),
            sensor=_joined([source[scan.sweeps.sensor] for source, scan in zip(sources, scans, strict=True)]),
            told_ns=np.repeat([scan.received_ns for scan in scans], np.diff(before)),
            sweep=_joined([scan.detections.sweep + b for scan, b in zip(scans, before[:-1], strict=True)]),
            received_ns=_joined([scan.detections.received_ns for scan in scans]),
        )
        return told, first

    def _by_kind(
        self,
        scans: Sequence[Scan],
        groups: list[list[int]],
        first: Ints,
        sensor: Ints,
        word: Ints,
        called_of: list[Ints | None],
    ) -> tuple[Rows, list[tuple[Reason, Flags]]]:
        """Rows of Scans that measured different quantities: those that are alike are read together."""
        made, places, reasons = [], [], []
        for group in groups:
            at = np.concatenate([np.arange(first[k], first[k + 1]) for k in group])
            called = _called([called_of[k] for k in group])
            rows, why = self.intake.rows(_detections([scans[k] for k in group]), sensor[at], word[at], called)
            for reason, unusable in why:
                whole = np.zeros(len(sensor), dtype=np.bool_)
                whole[at] = unusable
                reasons.append((reason, whole))
            made.append(rows)
            places.append(at)
        order = np.argsort(np.concatenate(places))
        return Rows._make(np.concatenate(columns).take(order, axis=0) for columns in zip(*made, strict=True)), reasons

    def _whole(self, scans: Sequence[Scan], first: Ints) -> list[tuple[Reason, Flags]]:
        """What whole Scans are refused for, beyond what was measured."""
        reasons = []
        if self.own_output:
            ours = _joined([returned(scan, self.own_output) for scan in scans])
            if ours.any():
                reasons.append((LOOP, ours))
        if np.diff(first).max() > ROWS_MAX:
            within = np.arange(first[-1]) - np.repeat(first[:-1], np.diff(first))
            reasons.append((TOO_MANY, within >= ROWS_MAX))
        return reasons


def _joined(columns: Sequence[np.ndarray]) -> np.ndarray:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def _sweeps(sweeps: Sequence[Sweeps]) -> Sweeps:
    if len(sweeps) == 1:
        return sweeps[0]
    names = ("sensor", "number", "start_ns", "end_ns", "azimuth_from_rad", "azimuth_to_rad", "survey")
    return Sweeps(**{name: np.concatenate([getattr(one, name) for one in sweeps]) for name in names})


def _detections(scans: Sequence[Scan]) -> Detections:
    """Detections of Scans that have the same columns; of which sweeps they are is told apart (`Told`)."""
    if len(scans) == 1:
        return scans[0].detections
    parts = [scan.detections for scan in scans]
    values = {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values}
    times = np.concatenate([part.time_ns for part in parts])
    return Detections(np.zeros(len(times), np.int32), times, times, values)


def _called(called: Iterable[Ints | None]) -> Ints | None:
    """The classes that sensors name; None where none of these Scans has the column."""
    known = [one for one in called if one is not None]
    return _joined(known) if known else None
