"""What one sensor (or network) sends in a slab of time, as columns: many small scans at once.

Sensors work in seconds from the scenario's start. `cut` turns a batch into Scans, with times in nanoseconds UTC, as a
decoder would have made them of the packets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Detections, Flags, Floats, Indices, Ints, Scan, SensorStatus, Sweeps

Texts = Mapping[str, tuple[str | None, ...]]
SWEEPS = Sweeps.__slots__
SEEABLE = 0.5  # the chance of detection from which a look counts (ALERTS, section 5)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """When a sensor looked at something that it could see at least every second time: k moments, movers, chances."""

    time_s: Floats
    mover: Ints
    chance: Floats

    @classmethod
    def of(cls, time_s: Floats, mover: Ints, chance: Floats) -> "Looks":
        """Those with a chance of at least SEEABLE."""
        kept = chance >= SEEABLE
        return cls(time_s[kept], mover[kept], chance[kept])


NO_LOOKS = Looks(np.zeros(0), np.zeros(0, np.int64), np.zeros(0))


@dataclass(slots=True, eq=False)
class Batch:
    """k scans with s sweeps and n detections. Sweeps and rows are grouped by scan; `scan` says which one each is in."""

    feed: str
    sensors: tuple[str, ...]
    received_s: Floats  # (k,)
    sweep_scan: Ints  # (s,) ascending
    sweep_sensor: Indices
    sweep_number: Ints
    sweep_start_s: Floats
    sweep_end_s: Floats
    sweep_from_rad: Floats
    sweep_to_rad: Floats
    survey: bool
    row_sweep: Ints  # (n,) ascending by scan: index into the batch's sweeps
    time_s: Floats
    values: Mapping[str, Floats]
    texts: Texts = field(default_factory=dict)
    statuses: Mapping[int, tuple[SensorStatus, ...]] = field(default_factory=dict)
    target: Ints | None = None  # (n,) which mover a row is of, -1 for none: for tests and scores, never sent
    looks: Looks = field(default_factory=lambda: NO_LOOKS)  # for scores, never sent

    def __len__(self) -> int:
        return len(self.received_s)


def nanoseconds(time_s: Floats, start_ns: int) -> Ints:
    """Seconds from the scenario's start as nanoseconds UTC."""
    return start_ns + np.rint(time_s * SECOND_NS).astype(np.int64)


def cut(batch: Batch, start_ns: int) -> Iterator[Scan]:
    """The scans of a batch, read-only, in the order of the batch."""
    scans = np.arange(len(batch) + 1)
    sweep_at = np.searchsorted(batch.sweep_scan, scans).tolist()
    row_at = np.searchsorted(batch.sweep_scan[batch.row_sweep], scans).tolist()
    received = nanoseconds(batch.received_s, start_ns)
    time_ns = nanoseconds(batch.time_s, start_ns)
    row_received = received[batch.sweep_scan[batch.row_sweep]]
    row_sweep = batch.row_sweep.astype(np.int32)
    start, end = nanoseconds(batch.sweep_start_s, start_ns), nanoseconds(batch.sweep_end_s, start_ns)
    survey: Flags = np.full(len(start), batch.survey)
    part = Sweeps(batch.sweep_sensor, batch.sweep_number, start, end, batch.sweep_from_rad, batch.sweep_to_rad, survey)
    for column in (time_ns, row_received, *batch.values.values(), *(getattr(part, name) for name in SWEEPS)):
        column.setflags(write=False)
    for scan in range(len(batch)):
        s, e = sweep_at[scan], sweep_at[scan + 1]
        a, b = row_at[scan], row_at[scan + 1]
        sweep = row_sweep[a:b] - np.int32(s)
        sweep.setflags(write=False)
        detections = Detections(
            sweep,
            time_ns[a:b],
            row_received[a:b],
            {name: column[a:b] for name, column in batch.values.items()} if b > a else {},
            {name: column[a:b] for name, column in batch.texts.items()} if b > a else {},
        )
        sweeps = Sweeps(
            part.sensor[s:e],
            part.number[s:e],
            start[s:e],
            end[s:e],
            part.azimuth_from_rad[s:e],
            part.azimuth_to_rad[s:e],
            survey[s:e],
        )
        yield Scan(
            batch.feed, int(received[scan]), batch.sensors, sweeps, detections, tuple(batch.statuses.get(scan, ()))
        )
