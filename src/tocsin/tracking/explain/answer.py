"""The answer to "why is this track there": a message of contributions, sums and refusals."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tocsin.geo.frames import geodetic_from_ecef
from tocsin.messages import Explanation, Floats, Refusal
from tocsin.settings import Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.late.history import POLAR

POLAR_NAMES: Final = ("range_m", "azimuth_rad", "elevation_rad", "range_rate_mps", "altitude_m")
AROUND_NS: Final = 30_000_000_000  # refused so long before its first detection, or after its last, is told with a track


def explanation(
    track: int, made: np.ndarray, sums: dict[int, tuple[int, float]], refused: Sequence[Refusal], settings: Settings
) -> Explanation:
    """A track's explanation, of its contributions (history.CONTRIBUTION) and sums; the refusals near it in time."""
    names = tuple(sensor.name for sensor in settings.sensors)
    near: tuple[Refusal, ...] = ()
    if len(made):
        first, last = int(made["time_ns"].min()) - AROUND_NS, int(made["time_ns"].max()) + AROUND_NS
        near = tuple(refusal for refusal in refused if first <= refusal.time_ns <= last)
    return Explanation(
        track=track,
        time_ns=made["time_ns"].copy(),
        sensor=made["sensor"].copy(),
        weight=made["weight"].astype(np.float64),
        measured=measured(made, settings.frame.kind),
        sensors=names,
        detections={names[s]: count for s, (count, _) in sorted(sums.items())},
        weights={names[s]: weight for s, (_, weight) in sorted(sums.items())},
        refused=near,
    )


def measured(made: np.ndarray, frame: str) -> dict[str, Floats]:
    """What was measured, by the names of messages.MEASURED; NaN where it was not, no column where it never was."""
    columns: dict[str, Floats] = {}
    for a, (name, q) in enumerate(zip(POLAR_NAMES, POLAR, strict=True)):
        has = made["mask"] & (1 << q) > 0
        columns[name] = np.where(has, made["polar"][:, a].astype(np.float64), np.nan)
    here, high = made["mask"] & (1 << c.EAST) > 0, made["mask"] & (1 << c.UP) > 0
    if frame == "local":
        for a, name in enumerate(("east_m", "north_m", "up_m")):
            columns[name] = np.where(high if name == "up_m" else here, made["place"][:, a], np.nan)
    elif here.any():
        latitude, longitude, altitude = (np.full(len(made), np.nan) for _ in range(3))
        latitude[here], longitude[here], altitude[here] = geodetic_from_ecef(made["place"][here])
        columns["latitude_rad"], columns["longitude_rad"] = latitude, longitude
        columns["altitude_m"] = np.where(high, altitude, columns["altitude_m"])
    return {name: column for name, column in columns.items() if not np.isnan(column).all()}
