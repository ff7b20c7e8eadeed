"""Plots that a sensor makes of one target -> one row, look by look, as looks are released (so whole looks only).

The rule and why its covariance is honest: docs/explanation/maths/groups.md.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tocsin.messages import Flags, Floats, Ints
from tocsin.models.sensing import sensor_sigma
from tocsin.settings import Sensor
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Looks, Rows
from tocsin.tracking.looks import Batch

SIGMAS = 3.0  # a cell is never smaller than this many sigma of a plot: errors alone must not part a target
APART = 8.0  # cells between the looks of one table: farther than any neighbour
TURN_RAD = 2.0 * np.pi
POLAR = (1 << c.RANGE) | (1 << c.AZIMUTH)


class Plots:
    """Merges the plots of sensors whose `multiplicity` is "several"; holds no state."""

    def __init__(self, sensors: Sequence[Sensor], plane: Floats) -> None:
        declared = sensors or (Sensor("none", "report"),)
        self.plane = plane
        self.several = np.array([sensor.multiplicity == "several" for sensor in declared], dtype=np.bool_)
        self.along = np.array([_cell(one, one.resolution_range_m, "range_m") for one in declared])
        self.across = np.array([_cell(one, one.resolution_azimuth_rad, "azimuth_rad") for one in declared])
        self.ground = np.array([_cell(one, one.resolution_range_m, "east_m") for one in declared])
        self.any = bool(self.several.any())

    def merge(self, batch: Batch) -> tuple[Batch, int]:
        """The batch with one row for each cell, and how many rows it has less."""
        rows, looks = batch.rows, batch.looks
        if not self.any or not self.several[looks.sensor].any():
            return batch, 0
        look = np.repeat(np.arange(len(looks.time)), looks.last - looks.first)
        chosen = np.flatnonzero(self.several[looks.sensor[look]])
        if len(chosen) < 2:
            return batch, 0
        part = Rows._make(column[chosen] for column in rows)
        label = self._cells(part, look[chosen], looks)
        if label.max() + 1 == len(chosen):
            return batch, 0
        return _packed(batch, look, chosen, label, part)

    def _cells(self, rows: Rows, look: Ints, looks: Looks) -> Ints:
        """(n,) which rows belong together: neighbours in range and azimuth, or along the ground, of one look."""
        sensor = looks.sensor[look]
        polar = rows.mask & POLAR == POLAR
        across = self.across[sensor]
        ground = (rows.place[:, None, :3] * self.plane).sum(axis=2) / self.ground[sensor][:, None]
        first = np.where(polar, rows.z[:, c.RANGE] / self.along[sensor], ground[:, 0])
        second = np.where(polar, np.mod(rows.z[:, c.AZIMUTH], TURN_RAD) / across, ground[:, 1])
        table = np.stack([first, second, APART * look], axis=1)
        pairs = cKDTree(table).query_pairs(1.0, p=np.inf, output_type="ndarray")
        wrapped = _wrapped(table, polar, TURN_RAD / across)
        i, j = np.concatenate([pairs, wrapped]).T
        n = len(look)
        graph = coo_array((np.ones(len(i)), (i, j)), shape=(n, n))
        return _by_first(connected_components(graph, directed=False)[1].astype(np.int64))


def _cell(sensor: Sensor, resolution: float, name: str) -> float:
    """How far plots of one target may lie apart in one quantity."""
    return max(resolution, SIGMAS * sensor_sigma(sensor, name))


def _wrapped(table: Floats, polar: Flags, turn: Floats) -> Ints:
    """Neighbours across north, where azimuths begin anew."""
    low = np.flatnonzero(polar & (table[:, 1] < 1.0))
    high = np.flatnonzero(polar & (table[:, 1] > turn - 1.0))
    if not len(low) or not len(high):
        return np.zeros((0, 2), dtype=np.int64)
    shifted = table[high].copy()
    shifted[:, 1] -= turn[high]
    near = cKDTree(shifted).sparse_distance_matrix(cKDTree(table[low]), 1.0, p=np.inf, output_type="ndarray")
    return np.stack([high[near["i"]], low[near["j"]]], axis=1)


def _by_first(label: Ints) -> Ints:
    """Labels numbered by the first row of each, so that merged rows keep the order of rows."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse])


def _packed(batch: Batch, look: Ints, chosen: Ints, label: Ints, part: Rows) -> tuple[Batch, int]:
    """The batch with merged rows in the places of their first ones."""
    rows, looks = batch.rows, batch.looks
    merged = _centroids(part, label)
    heads = chosen[np.unique(label, return_index=True)[1]]
    kept = np.ones(len(look), dtype=np.bool_)
    kept[chosen] = False
    kept[heads] = True
    out = Rows._make(column.copy() for column in rows)
    for column, new in zip(out, merged, strict=True):
        column[heads] = new
    before = np.append(0, np.cumsum(kept))
    cut = looks._replace(first=before[looks.first], last=before[looks.last])
    at = batch.at[kept] if len(batch.at) else batch.at
    return Batch(Rows._make(column[kept] for column in out), cut, at), int((~kept).sum())


def _centroids(rows: Rows, label: Ints) -> Rows:
    """One row for each label: means by strength; variance s^2 sum(w^2) + spread, which is s^2 for independent errors.

    So a merged row is never surer than one plot of it, and less sure where the plots lie farther apart than they err.
    """
    k = int(label.max()) + 1
    share = rows.strength / np.bincount(label, rows.strength, k)[label]
    first = np.unique(label, return_index=True)[1]
    strongest = first.copy()
    order = np.lexsort((-np.arange(len(label)), rows.strength))  # the strongest last, of equals the first one
    strongest[label[order]] = order
    out = Rows._make(column[strongest].copy() for column in rows)
    for q in range(c.QUANTITIES):
        has = rows.mask >> q & 1 == 1
        if not has.any() and q != c.ELEVATION:
            continue
        has = has if has.any() else np.ones_like(has)
        weight = np.where(has, share, 0.0)
        total = np.bincount(label, weight, k)
        given = total > 0.0
        weight /= np.where(given, total, 1.0)[label]
        off = rows.z[:, q] - out.z[label, q]
        if q == c.AZIMUTH:
            off = np.mod(off + np.pi, TURN_RAD) - np.pi
        mean = np.bincount(label, weight * off, k)
        noise = np.bincount(label, weight * weight * rows.var[:, q], k)
        spread = np.bincount(label, weight * (off - mean[label]) ** 2, k)
        out.z[:, q] += np.where(given, mean, 0.0)
        out.var[:, q] = np.where(given, noise + spread, out.var[:, q])
    out.z[:, c.AZIMUTH] = np.where(out.z[:, c.AZIMUTH] >= TURN_RAD, out.z[:, c.AZIMUTH] - TURN_RAD, out.z[:, c.AZIMUTH])
    for a in range(3):
        out.place[:, a] = np.bincount(label, share * rows.place[:, a], k)
    np.maximum.at(out.place[:, 3], label, rows.place[:, 3])
    out.mask[:] = np.bitwise_or.reduceat(rows.mask[np.argsort(label, kind="stable")], _starts(label, k))
    for word in range(rows.word.shape[1]):
        np.maximum.at(out.word[:, word], label, rows.word[:, word])
    return out


def _starts(label: Ints, k: int) -> Ints:
    """Where each label begins among sorted ones."""
    return np.append(0, np.cumsum(np.bincount(label, minlength=k))[:-1])
