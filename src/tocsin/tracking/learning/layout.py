"""Where the cells of each sensor lie, what share of its declared clutter each holds, and who is registered."""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.models.sensing import ground_area_m2
from tocsin.settings import Sensor, Settings
from tocsin.tracking.kernels.learning import columns as k

RINGS, SECTORS, SIDE = 16, 32, 16  # 15 km x 11 degrees of a radar that sees 250 km
BLOCK = 4  # a cell with few detections leans on its block of 4 x 4, and that on the whole sensor
DIRECTIONS = 8  # sectors of a direction sensor
MANY, HOSTS = 64, 512  # sensors, from which cells are fewer, and from which each sensor is one cell
REGISTERED_MAX = 64  # sensors in one filter: its cost grows with the square
SOUND_MPS = 1e6  # what is slower than this arrives late, and is left to the tracker
STEPS = 32  # into which a sector is cut to see how much of it lies in the field of view


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """K cells of S sensors. `block` and `owner` index the cell's block (B of them) and sensor."""

    table: Ints  # (S, 4), see kernels.learning.columns
    share: Floats  # (K,) of the declared clutter of a scan
    block: Ints  # (K,)
    owner: Ints  # (K,)
    block_owner: Ints  # (B,)
    registered: Ints  # (S,)

    @property
    def offsets(self) -> int:
        """How many sensors are registered."""
        return int((self.registered >= 0).sum())


def layout(settings: Settings, placed: Floats) -> Layout:
    """The cells of a site's sensors; `placed` (S,) is 1 where range and angles make sense."""
    sensors = settings.sensors or (Sensor("none", "report"),)
    table = np.zeros((len(sensors), 4), dtype=np.int64)
    shares, blocks, owners, block_owners = [], [], [], []
    first = first_block = 0
    for s, sensor in enumerate(sensors):
        kind, rings, sectors = _shape(sensor, bool(placed[s]), len(sensors))
        table[s] = first, kind, rings, sectors
        share = _shares(sensor, kind, rings, sectors)
        ring, sector = np.divmod(np.arange(rings * sectors), max(sectors, 1))
        across = -(-sectors // BLOCK)
        block = ring // BLOCK * across + sector // BLOCK
        shares.append(share)
        blocks.append(first_block + block)
        owners.append(np.full(len(share), s))
        count = int(block.max(initial=-1)) + 1
        block_owners.append(np.full(count, s))
        first, first_block = first + len(share), first_block + count
    return Layout(
        table,
        np.concatenate(shares),
        np.concatenate(blocks).astype(np.int64),
        np.concatenate(owners).astype(np.int64),
        np.concatenate(block_owners).astype(np.int64),
        _registered(sensors, placed),
    )


def _shape(sensor: Sensor, placed: bool, count: int) -> tuple[int, int, int]:
    """Kind, rings and sectors of one sensor's cells."""
    few = 4 if count > MANY else 1  # per side
    if sensor.kind == "direction" or (sensor.kind == "radar" and count > HOSTS):
        return k.POLAR, 1, DIRECTIONS if count <= HOSTS else 1
    if placed:
        return k.POLAR, RINGS // few, SECTORS // few
    side = SIDE // few if count <= HOSTS else 1
    return k.GROUND, side, side


def _shares(sensor: Sensor, kind: int, rings: int, sectors: int) -> Floats:
    """(rings x sectors,) what share of the declared clutter each cell holds: even in what was measured."""
    if kind == k.GROUND:
        side_m = 2.0 * sensor.max_range_m
        return np.full(rings * sectors, min(side_m * side_m / (rings * sectors) / ground_area_m2(sensor), 1.0))
    edges = np.linspace(sensor.min_range_m, sensor.max_range_m, rings + 1)
    deep = np.diff(edges**2 if sensor.kind not in {"radar", "direction"} else edges)
    wide = _seen(sensor, sectors)
    share = (deep / deep.sum())[:, None] * (wide / wide.sum())[None, :]
    return np.asarray(share.reshape(-1))


def _seen(sensor: Sensor, sectors: int) -> Floats:
    """(sectors,) how much of each sector lies in the field of view."""
    width = (sensor.azimuth_to_rad - sensor.azimuth_from_rad) % (2.0 * np.pi)
    if not width > 0.0:
        return np.ones(sectors)
    middle = (np.arange(sectors * STEPS) + 0.5) / (sectors * STEPS) * 2.0 * np.pi
    seen = (middle - sensor.azimuth_from_rad) % (2.0 * np.pi) < width
    wide = seen.reshape(sectors, STEPS).mean(axis=1)
    return np.asarray(wide if wide.any() else np.ones(sectors))


def _registered(sensors: tuple[Sensor, ...], placed: Floats) -> Ints:
    """Index of each radar among those whose offsets are sought; anchors are who tells its own place; -1 the rest."""
    out, next_one = np.full(len(sensors), -1, dtype=np.int64), 0
    for s, sensor in enumerate(sensors):
        if sensor.kind == "radar" and placed[s] and sensor.propagation_mps > SOUND_MPS:
            if next_one < REGISTERED_MAX:
                out[s] = next_one
                next_one += 1
        elif sensor.kind == "position" and sensor.reporting == "event":
            out[s] = k.ANCHOR
    return out
