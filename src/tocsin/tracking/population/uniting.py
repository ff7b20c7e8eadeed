"""Which components may be one: those of a family, and tentative ones that claim the same detection."""

import numpy as np

from tocsin.messages import Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Events, Scratch
from tocsin.tracking.kernels.merging.duplicates import merge
from tocsin.tracking.kernels.merging.families import shorten


def unite(
    bank: Bank,
    living: Ints,
    time_ns: int,
    scratch: Scratch,
    events: Events,
    running: Ints,
    counters: Ints,
    *,
    laboratory: bool,
) -> bool:
    """Merge what explains the same, among the slots `living`; returns whether anything was.

    Of laboratory data families alone are touched: what else is there is compared with a paper.
    """
    tag, before = bank.tag, int(running[c.ALIVE_COUNT])
    kin = living[tag[living, c.FAMILY] > 0]
    if len(kin):
        shorten(bank, _by(tag, kin, c.FAMILY), time_ns, scratch, events, running, counters)
    if not laboratory:
        seen = living[(tag[living, c.DETECTIONS] > 1) & (tag[living, c.ALIVE] == 1)]
        merge(bank, _by(tag, seen, c.LAST), running, counters, scratch.mean, scratch.cov)
    return int(running[c.ALIVE_COUNT]) < before


def _by(tag: Ints, slots: Ints, column: int) -> Ints:
    """Slots in the order of a column, and else as they were."""
    return slots[np.argsort(tag[slots, column], kind="stable")]
