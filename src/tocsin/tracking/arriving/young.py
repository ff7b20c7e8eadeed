"""Which tracks are new, between two Ticks: read from the components, and changing none."""

import numpy as np

from tocsin.models.young import FEW, Young
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.state import State


def young(state: State, classes: tuple[str, ...]) -> Young:
    """Confirmed components of few detections. What waits unread is not known yet."""
    bank, slots = state.bank, state.living()
    tag = bank.tag[slots]
    slots = slots[(tag[:, c.STATE] == c.CONFIRMED) & (tag[:, c.DETECTIONS] <= FEW)]
    mean = (bank.mu[slots, :, None] * bank.x[slots]).sum(axis=1)
    named = bank.tag[slots, c.IDENTITY] > 0
    birth, detections = bank.tag[slots, c.BIRTH], bank.tag[slots, c.DETECTIONS]
    return Young(birth, detections, mean[:, :3], mean[:, 3:], bank.kind[slots], np.asarray(named), classes)
