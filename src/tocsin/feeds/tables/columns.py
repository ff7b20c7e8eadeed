"""The columns of a detections table: what each is called, what it becomes, and what it may hold.

DESIGN of the table: docs/reference/tables.md. Degrees are turned into radians here and nowhere else.
"""

import math
from dataclasses import dataclass
from typing import Final

from tocsin.messages import ATTRIBUTES, MEASURED, TEXTS

KEYS: Final = ("time", "sensor", "scan", "received")
DEGREE: Final = math.pi / 180.0
FAR_M: Final = 1e8  # a quarter of the way to the moon: beyond it a length is a mistake of units
FAST_MPS: Final = 2e4  # more than any orbit


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a row: its heading, its name in messages, and its bounds as written in the table."""

    heading: str
    name: str
    scale: float
    lowest: float
    highest: float


def _bounds(name: str) -> tuple[float, float]:
    exact = {
        "range_m": (0.0, FAR_M),
        "azimuth_rad": (-180.0, 360.0),
        "elevation_rad": (-90.0, 90.0),
        "latitude_rad": (-90.0, 90.0),
        "longitude_rad": (-180.0, 360.0),
        "time_sigma_s": (0.0, 86_400.0),
        "class_confidence": (0.0, 1.0),
        "amplitude_db": (-1e4, 1e4),
    }
    return exact.get(name, (-FAST_MPS, FAST_MPS) if name.endswith("_mps") else (-FAR_M, FAR_M))


def _number(name: str) -> Column:
    angle = name.endswith("_rad")
    return Column(f"{name[:-4]}_deg" if angle else name, name, DEGREE if angle else 1.0, *_bounds(name))


def _sigma(name: str) -> Column:
    column = _number(name)
    # A sigma of 0 would be a perfect sensor: no filter survives one.
    return Column(f"{column.heading}_sigma", f"{name}_sigma", column.scale, math.ulp(0.0), _bounds(name)[1])


MEASUREMENTS: Final = tuple(_number(name) for name in MEASURED)
NUMBERS: Final = (*MEASUREMENTS, *(_sigma(name) for name in MEASURED), *(_number(name) for name in ATTRIBUTES))
WORDS: Final = TEXTS
HEADINGS: Final = (*KEYS, *(column.heading for column in NUMBERS), *WORDS)
