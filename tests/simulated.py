"""Small scenarios for tests, written as TOML the way a user writes them."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tocsin import site
from tocsin.messages import Floats
from tocsin.simulate import reading
from tocsin.simulate.night import Slab, slabs
from tocsin.simulate.scenario import Scenario
from tocsin.site.lines import Lines

HEAD = """
[scenario]
name = "test"
start = 2031-02-11T01:40:00Z
duration_s = {duration_s}
seed = 3
"""
RADAR = """
[[sensor]]
name = "Radar"
kind = "radar"
latitude_deg = 37.0
longitude_deg = -7.0
altitude_m = 100
sigma_range_m = 20
sigma_azimuth_deg = 0.2
sigma_elevation_deg = 0.3
sigma_range_rate_mps = 1
detection_probability = 0.9
clutter_per_scan = 0
max_range_m = 100000
period_s = 4
"""


def scenario(text: str, duration_s: float = 60.0) -> Scenario:
    """The scenario in `text`, headed by a name, a start and a duration."""
    return whole(HEAD.format(duration_s=duration_s) + text)


def whole(text: str, name: str = "night.toml", folder: Path = Path()) -> Scenario:
    """The scenario in `text` as it stands."""
    table = tomllib.loads(text)
    lines = Lines(text, name)
    own = {key: value for key, value in table.items() if key not in reading.TABLES}
    return reading.read(table, lines.at, site.from_table(own, lines).settings, folder)


def played(night: Scenario, seed: int | None = None) -> list[Slab]:
    """All slabs of the night."""
    return list(slabs(night, seed))


def column(night: Sequence[Slab], name: str, sensor: int = 0) -> Floats:
    """One measured column of one sensor over the whole night; `time_s` and `target` too."""
    parts = []
    for slab in night:
        batch = slab.batches[sensor]
        part = getattr(batch, name) if name in ("time_s", "target") else batch.values[name]
        parts.append(np.asarray(part, dtype=np.float64))
    return np.concatenate(parts)
