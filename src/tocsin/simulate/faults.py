"""What goes wrong between a sensor and the one who listens to it: applied to what the sensor sends.

bias, clock   the numbers are off            loss, duplicate, late   packets go astray
silent        nothing comes at all           (jammed and clutter act inside the radar, before detection)
"""

from dataclasses import replace

import numpy as np

from tocsin.geo.frames import turn
from tocsin.messages import Floats, Ints
from tocsin.simulate.scenario import Fault
from tocsin.simulate.sensors.batch import Batch, Looks


def apply(batch: Batch, faults: tuple[Fault, ...], rng: np.random.Generator) -> Batch:
    """The batch as it arrives. Faults act in the order of the scenario, each on the scans received while it lasts."""
    for fault in faults:
        batch.looks = _left(batch.looks, fault)
        hit = (batch.received_s >= fault.from_s) & (batch.received_s < fault.to_s)
        if not hit.any():
            continue
        match fault.kind:
            case "bias":
                batch = _biased(batch, fault, hit)
            case "clock":
                batch = _off_clock(batch, fault, hit)
            case "loss":
                batch = _pick(batch, np.flatnonzero(~hit | (rng.random(len(hit)) >= fault.share)))
            case "silent":
                batch = _pick(batch, np.flatnonzero(~hit))
            case "duplicate":
                twice = hit & (rng.random(len(hit)) < fault.share)
                batch = _pick(batch, np.repeat(np.arange(len(hit)), 1 + twice))
            case "late":
                held = hit & (rng.random(len(hit)) < (fault.share or 1.0))
                delay = np.where(held, fault.delay_s * rng.exponential(1.0, len(hit)), 0.0)
                batch = replace(batch, received_s=batch.received_s + delay)
    return batch


def _left(looks: Looks, fault: Fault) -> Looks:
    """What could still be seen through silence and loss."""
    share = {"silent": 1.0, "loss": fault.share}.get(fault.kind, 0.0)
    during = (looks.time_s >= fault.from_s) & (looks.time_s < fault.to_s)
    return Looks.of(looks.time_s, looks.mover, looks.chance * np.where(during, 1.0 - share, 1.0))


def _rows(batch: Batch, hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """1 for rows in scans that are hit, 0 for others."""
    return hit[batch.sweep_scan[batch.row_sweep]].astype(np.float64)


def _biased(batch: Batch, fault: Fault, hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Batch:
    values, rows = dict(batch.values), _rows(batch, hit)
    if "range_m" in values:
        values["range_m"] = np.maximum(values["range_m"] + rows * fault.range_m, 1.0)
    if "azimuth_rad" in values:
        values["azimuth_rad"] = turn(values["azimuth_rad"] + rows * fault.azimuth_rad)
    return replace(batch, values=values)


def _off_clock(batch: Batch, fault: Fault, hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Batch:
    sweeps = hit[batch.sweep_scan] * fault.clock_s
    return replace(
        batch,
        time_s=batch.time_s + _rows(batch, hit) * fault.clock_s,
        sweep_start_s=batch.sweep_start_s + sweeps,
        sweep_end_s=batch.sweep_end_s + sweeps,
    )


def _pick(batch: Batch, scans: Ints) -> Batch:
    """Only these scans, in this order; one may come twice."""
    sweep_at = np.searchsorted(batch.sweep_scan, np.arange(len(batch) + 1))
    sweeps, sweep_scan = _spans(sweep_at, scans)
    row_at = np.searchsorted(batch.row_sweep, np.arange(len(batch.sweep_scan) + 1))
    rows, row_sweep = _spans(row_at, sweeps)
    return replace(
        batch,
        received_s=batch.received_s[scans],
        sweep_scan=sweep_scan,
        row_sweep=row_sweep,
        time_s=batch.time_s[rows],
        values={name: column[rows] for name, column in batch.values.items()},
        texts={name: tuple(column[row] for row in rows) for name, column in batch.texts.items()},
        statuses={new: batch.statuses[int(old)] for new, old in enumerate(scans) if int(old) in batch.statuses},
        target=None if batch.target is None else batch.target[rows],
        **{name: getattr(batch, name)[sweeps] for name in SWEEP_COLUMNS},
    )


SWEEP_COLUMNS = ("sweep_sensor", "sweep_number", "sweep_start_s", "sweep_end_s", "sweep_from_rad", "sweep_to_rad")


def _spans(bounds: Ints, picked: Ints) -> tuple[Ints, Ints]:
    """The members of each picked group, given the groups' bounds; and which pick each member belongs to."""
    sizes = bounds[picked + 1] - bounds[picked]
    group = np.repeat(np.arange(len(picked)), sizes)
    within = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return bounds[picked][group] + within, group
