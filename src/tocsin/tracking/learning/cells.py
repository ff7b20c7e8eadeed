"""Clutter and detection probability of each cell: counts that fade, leaning on the block, the sensor, the declared.

    cell ratio = (counted + prior x block ratio) / (expected + prior)          (a Gamma prior, its mean the block's)
    block ratio likewise on the sensor's, and the sensor's on 1, which is the declared value

A second count with a short half-life notices what has just begun: only what it surely exceeds is believed. What is
applied rises at most twofold a minute. docs/explanation/maths/clutter.md has the derivation.
"""

import numpy as np

from tocsin.messages import Floats
from tocsin.settings import Learning, Sensor
from tocsin.tracking.kernels.learning.columns import Learned
from tocsin.tracking.learning.layout import Layout

SHORT_S = 120.0  # half-life of the second count
SURELY = 2.0  # standard deviations by which the short count must exceed what is expected
LEAST, MOST = 0.02, 100.0  # of a clutter ratio: it stays a matter of degree
PD_LEAST, PD_MOST = 0.02, 0.999
HEARD_NS = 60_000_000_000  # a sensor without surveys that is silent for longer looks no more


def fade(learned: Learned, periods_s: Floats, learning: Learning, dt_s: float, now_ns: int) -> None:
    """Let what was counted fade by dt_s, and add what was counted since the last beat."""
    keep = np.array([0.5 ** (dt_s / learning.half_life_s), 0.5 ** (dt_s / SHORT_S)])
    quiet = (learned.scans == 0.0) & (learned.heard > 0) & (now_ns - learned.heard < HEARD_NS)
    scans = np.where(quiet, dt_s / periods_s, learned.scans)
    learned.scanned[:] = learned.scanned * keep + scans[:, None]
    learned.clutter[:] = learned.clutter * keep + np.maximum(learned.hits, 0.0)[:, None]
    learned.expected[:] = learned.expected * keep[0] + learned.wanted
    learned.detected[:] = learned.detected * keep[0] + learned.found
    for column in (learned.hits, learned.wanted, learned.found, learned.scans):
        column[:] = 0.0


def leaning(counted: Floats, expected: Floats, plan: Layout, prior: float) -> tuple[Floats, Floats]:
    """(K,) ratio of each cell and (S,) of each sensor, level by level."""
    sensors, blocks = len(plan.table), len(plan.block_owner)
    by_sensor = [np.bincount(plan.owner, column, sensors) for column in (counted, expected)]
    by_block = [np.bincount(plan.block, column, blocks) for column in (counted, expected)]
    sensor = (by_sensor[0] + prior) / (by_sensor[1] + prior)
    block = (by_block[0] + prior * sensor[plan.block_owner]) / (by_block[1] + prior)
    cell = (counted + prior * block[plan.block]) / (expected + prior)
    return cell, sensor


def clutter(learned: Learned, plan: Layout, declared: Floats, learning: Learning, dt_s: float) -> None:
    """Set the clutter ratio of each cell."""
    share = declared[plan.owner] * plan.share
    slow, _ = leaning(learned.clutter[:, 0], share * learned.scanned[plan.owner, 0], plan, learning.prior)
    soon = share * learned.scanned[plan.owner, 1]
    blocks = len(plan.block_owner)
    counted, expected = learned.clutter[:, 1], soon * slow
    by_block = [np.bincount(plan.block, column, blocks) for column in (counted, expected)]
    # by block first: one cell alone holds too few detections to tell a change from chance
    grown = by_block[0] - SURELY * np.sqrt(by_block[0] + 1.0)
    rise = np.maximum(grown / np.maximum(by_block[1], 1e-9), 1.0)
    surely = counted - SURELY * np.sqrt(counted + 1.0)
    own = np.maximum(surely / np.maximum(expected, 1e-9), 1.0)
    wanted = np.clip(slow * np.where(expected > 0.0, np.maximum(rise[plan.block], own), 1.0), LEAST, MOST)
    most = learned.clutter_ratio * learning.rise_per_minute ** (dt_s / 60.0)
    learned.clutter_ratio[:] = np.minimum(wanted, most)


def detection(learned: Learned, plan: Layout, declared: Floats, learning: Learning) -> None:
    """Set the ratio of each cell's detection probability."""
    ratio, _ = leaning(learned.detected, learned.expected, plan, learning.prior)
    declared_of = np.maximum(declared[plan.owner], 1e-9)
    learned.pd_ratio[:] = np.clip(ratio, PD_LEAST / declared_of, np.maximum(PD_MOST / declared_of, 1.0))


def shown(learned: Learned, plan: Layout, sensors: tuple[Sensor, ...], prior: float) -> tuple[Floats, Floats]:
    """(S,) detection probability and (S,) false detections in a scan, as now believed."""
    count = len(plan.table)
    declared_pd = np.array([s.detection_probability for s in sensors])
    declared = np.array([s.clutter_per_scan for s in sensors])
    _, pd = leaning(learned.detected, learned.expected, plan, prior)
    counted = np.bincount(plan.owner, learned.clutter[:, 0], count)
    # the prior weighs as much as `prior` false detections, or as one scan where hardly any are declared
    weight = prior / np.maximum(declared, prior)
    return np.minimum(declared_pd * pd, PD_MOST), (counted + declared * weight) / (learned.scanned[:, 0] + weight)
