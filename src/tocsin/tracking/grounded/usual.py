"""A height that nobody measured is what things of its class usually have.

A new track of a radar without elevation begins at one height for everything, known to kilometres. What it is by its
speed and its way to move tells more: what flies at 14 m/s is not at 3,000 m. With the probabilities P(c) of classes,
their heights m_c and sigmas S_c,

    m = sum of P(c) m_c,     s^2 = sum of P(c) (S_c^2 + (m_c - m)^2),

and where the height is known much worse than that, to sigma t > WIDER s, it becomes as good as its class says: worked
in as a measurement of m with variance 1 / (1 / s^2 - 1 / t^2). Classes that disagree leave it open by themselves. It is
no measurement: it is done again only as far as the height has got worse since, and a height that is known no better
than the class tells is no evidence of the class (`says_nothing`), or each would make the other surer. State: Bank;
nothing is kept here.
"""

import numpy as np

from tocsin.messages import Flags, Floats, Ints
from tocsin.models.model import Model
from tocsin.tracking.grounded.floor import heights
from tocsin.tracking.kernels.columns import Bank

WIDER = 1.2
GROUND_SIGMA_M = 150.0  # classes speak of height above ground, the tracker of height above the ellipsoid


class Usual:
    """What heights classes have. Holds tables only."""

    def __init__(self, model: Model, *, earth: bool) -> None:
        classes = model.classes
        self.begins = (model.height_m, model.height_sigma_m)
        self._mean = classes.column("height_m")
        self._variance = classes.column("height_sigma_m") ** 2 + GROUND_SIGMA_M**2
        self._flies = np.array([not (mode.mass_per_drag or mode.along) for mode in model.modes])
        self._falls = np.array([bool(row.mass_per_drag_kgpm2) for row in classes.rows])
        self.on = earth and len(classes.rows) > 1 and not self._falls.all()

    def says_nothing(self, kind: Floats, sigma_m: Floats) -> Flags:
        """(n,) is a height known to sigma no better than the class (n, N) tells? Then it is no evidence of it."""
        return np.asarray(sigma_m**2 * WIDER**2 > self._wanted(kind)[1]) & self.on

    def suppose(self, bank: Bank, slots: Ints) -> None:
        """For components whose class was thought of just now."""
        if not self.on or not len(slots):
            return
        mean, wanted = self._wanted(bank.kind[slots])
        row, mode = np.nonzero((bank.mu[slots] > 0.0) & self._flies)
        slot = slots[row]
        x, p = bank.x[slot, mode], bank.p[slot, mode]
        height, tied, variance = heights(x, p)
        open_ = variance > WIDER**2 * wanted[row]
        if not open_.any():
            return
        row, slot, mode, x, p = row[open_], slot[open_], mode[open_], x[open_], p[open_]
        tied, variance, height = tied[open_], variance[open_], height[open_]
        noise = 1.0 / (1.0 / wanted[row] - 1.0 / variance)
        gain = tied / (variance + noise)[:, None]
        bank.x[slot, mode] = x + gain * (mean[row] - height)[:, None]
        bank.p[slot, mode] = p - gain[:, :, None] * tied[:, None, :]

    def _wanted(self, kind: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the height by classes (n, N); what falls has none of its own."""
        flies = np.where(self._falls, 0.0, kind)
        flies /= flies.sum(axis=1, keepdims=True)
        mean = (flies * self._mean).sum(axis=1)
        return mean, (flies * (self._variance + (self._mean - mean[:, None]) ** 2)).sum(axis=1)
