"""How the unseen moves: a jump process between cells, the same for a + b seconds as for a and then b.

Things jump to the neighbouring cells: along each axis Poisson jumps either way with means a in a step of h seconds,
whose difference k has Skellam's law, so that steps compose exactly:

    P(k) = exp(-2a) I_k(2a)                      (Skellam, J. Roy. Stat. Soc. 109, 1946)

Two things say how large a is, and the larger counts. Of things of speed v with headings spread evenly, v h / (pi L)
pass each side of a cell of side L in a step (the flux); and who flies straight for T seconds between turns spreads
like diffusion, with the variance v^2 T h per axis, which is 2 a L^2. Spreading is never less than that of straight
flight over T, which is the safe side: what comes from where nobody looks comes at least as deep. Beyond the grid
nobody looks: the share that has not been seen is 1 there, which is the inflow at the borders.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tocsin.messages import Floats
from tocsin.models.groups import GROUPS, Group

Layers = NDArray[np.float32]

GIVEN_STRAIGHT_S: Final = 30.0  # what tracks gave back is likelier to have turned
STEP_S: Final = 5.0  # the field moves in whole steps
TAIL: Final = 1e-4  # of the jumps, which is cut off on either side
TERMS: Final = 40
MEAN_MOST: Final = 12.0  # jumps in a step: more would leave the terms that are summed
HALVINGS: Final = 20


def jumps(speed_mps: float, straight_s: float, cell_m: float, step_s: float = STEP_S) -> Floats:
    """P(0), P(1), ... of moving so many cells to one side along one axis; P(0) + 2 (P(1) + ...) = 1."""
    flux = 2.0 * speed_mps * step_s / (np.pi * cell_m)
    diffusion = speed_mps**2 * straight_s * step_s / cell_m**2
    mean = min(max(flux, diffusion), MEAN_MOST)
    law = np.array([_bessel(k, mean) for k in range(TERMS)])
    upto = np.cumsum(np.where(np.arange(TERMS) > 0, 2.0, 1.0) * law) * np.exp(-mean)
    kept = law[: int(np.argmax(upto >= 1.0 - TAIL)) + 1] if upto[-1] >= 1.0 - TAIL else law
    return np.asarray(kept / (kept[0] + 2.0 * kept[1:].sum()))


def _bessel(k: int, x: float) -> float:
    """The modified Bessel function I_k(x), by its series."""
    term = 1.0
    for m in range(1, k + 1):
        term *= 0.5 * x / m
    total = term
    for m in range(1, 4 * TERMS):
        term *= (0.5 * x) ** 2 / (m * (m + k))
        total += term
    return total


def climbing(group: Group, step_s: float = STEP_S) -> Floats:
    """P[b, c]: of being in band c a step after band b. The group's split over heights stays what it is."""
    share = np.array(group.heights)
    rate = np.zeros((3, 3))
    for low, high in ((0, 1), (1, 2)):
        flow = min(share[low], share[high]) / group.exchange_s  # as many rise as sink
        rate[low, high], rate[high, low] = flow / share[low], flow / share[high]
    rate -= np.diag(rate.sum(axis=1))
    out = np.eye(3) + rate * step_s / 2.0**HALVINGS
    for _ in range(HALVINGS):  # exp(A h) = exp(A h / 2^n) ^ (2^n)
        out = (out[:, :, None] * out[None, :, :]).sum(axis=1)
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def spread(layers: Layers, law: Floats, beyond: float) -> Layers:
    """Layers (..., along, across) after the jumps of one step along both axes; beyond the grid lies `beyond`."""
    for axis in (-1, -2):
        layers = _spread_along(layers, law, axis, beyond)
    return layers


def _spread_along(layers: Layers, law: Floats, axis: int, beyond: float) -> Layers:
    reach, n = len(law) - 1, layers.shape[axis]
    pad = [(0, 0)] * layers.ndim
    pad[axis] = (reach, reach)
    wide = np.pad(layers, pad, constant_values=np.float32(beyond))
    out = layers * np.float32(law[0])
    for k in range(1, reach + 1):
        left = np.take(wide, range(reach - k, reach - k + n), axis=axis)
        right = np.take(wide, range(reach + k, reach + k + n), axis=axis)
        out += np.float32(law[k]) * (left + right)
    return out


class Motion:
    """The laws of all groups on one grid, and of what tracks have given back."""

    def __init__(self, cell_m: float, given_speed_mps: float, given_life_s: float) -> None:
        self.jumps = [jumps(group.speed_mps, group.straight_s, cell_m) for group in GROUPS]
        self.climbing = [climbing(group) for group in GROUPS]
        self.staying = [np.float32(np.exp(-STEP_S / group.life_s)) for group in GROUPS]
        self.given_jumps = jumps(given_speed_mps, GIVEN_STRAIGHT_S, cell_m)
        self.given_staying = np.float32(np.exp(-STEP_S / given_life_s))

    def step(self, unseen: Layers) -> None:
        """Move the unseen shares (G, 3, along, across) by a step, in place. They near 1 where nobody looks."""
        for g, share in enumerate(unseen):
            moved = spread(share, self.jumps[g], 1.0)
            law = self.climbing[g]
            for b in range(3):
                risen = sum((np.float32(law[b, c]) * moved[c] for c in range(3)), np.float32(0.0))
                unseen[g, b] = 1.0 + (risen - np.float32(1.0)) * self.staying[g]

    def step_given(self, given: Layers) -> Layers:
        """Move what was given back (3, along, across) by a step: it leaves at the borders, and dies."""
        return spread(given, self.given_jumps, 0.0) * self.given_staying
