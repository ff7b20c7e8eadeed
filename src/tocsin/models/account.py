"""What is believed of one sensor, and on what grounds: for a person who asks why it counts as it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.messages import Floats, Ints, SensorHealth


@dataclass(frozen=True, slots=True, eq=False)
class SensorCells:
    """What is believed of each cell of one sensor, for a person to look at. n cells."""

    sensor: str
    kind: str  # "polar": rings of range, sectors of azimuth; "ground": a square of east x north
    rings: int
    sectors: int
    least_m: float
    most_m: float
    clutter_per_scan: Floats  # (n,) false detections in a scan, ring by ring
    declared_clutter_per_scan: Floats  # (n,)
    detection_probability: Floats  # (n,)
    declared_detection_probability: float
    looks: Floats  # (n,) detections that tracks should have given lately: 0, nothing is known


@dataclass(frozen=True, slots=True, eq=False)
class SensorAccount:
    """All of it, as of a time.

    `place` is where it is now, latitude and longitude rad and altitude m, or metres in a local frame; empty: nobody
    knows. `residual_ns` (n,) and `residuals`: its last plots of tracks less where those were thought to be, by the
    names of MEASURED, with the learnt offsets taken off.
    """

    time_ns: int
    health: SensorHealth
    place: tuple[float, ...]
    cells: SensorCells
    residual_ns: Ints
    residuals: Mapping[str, Floats]
