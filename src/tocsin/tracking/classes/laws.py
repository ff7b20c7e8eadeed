"""How well what a component does fits each class: log likelihoods of speed, height, climb, ways to move, identity.

A quantity q known to sigma s, of a class whose law is normal (typical m, sigma S) with a tail (a share TAIL of it, even
from low to high), has the likelihood

    L = (1 - TAIL) N(q; m, S^2 + s^2) + TAIL (F((high - q) / s) - F((low - q) / s)) / (high - low)

with F the normal distribution function: what is hardly measured tells classes hardly apart. Ways to move follow
Blom and Bar-Shalom (1988) one level up: the evidence of the modes' weights mu under shares w is sum over k of
(share of class c in mode k) mu_k / w_k.
"""

import numpy as np
from scipy.special import ndtr

from tocsin.messages import Flags, Floats
from tocsin.models.classes import Classes
from tocsin.tracking.kernels.lives import moves as m

TAIL = 0.1
FINEST = (0.5, 0.1)  # m/s of speed and climb: a filter that is surer than this is too sure to tell classes apart
TURN_RAD = 2.0 * np.pi
SHARE_LEAST = 0.01  # a way to move that a class does not have: gusts and errors look like it now and then
GROUND_SIGMA_M = 150.0  # classes speak of height above ground, the tracker of height above the ellipsoid


class Laws:
    """The laws of all classes as columns."""

    def __init__(self, classes: Classes, ways: tuple[str, ...]) -> None:
        numbers = ("speed", "height")
        self._law = {
            q: [classes.column(f"{q}_{part}{unit}") for part in ("", "sigma_", "min_", "max_")]
            for q, unit in zip(numbers, ("mps", "m"), strict=True)
        }
        climb = classes.column("climb_sigma_mps")
        zeros = np.zeros(len(climb))
        self._law["climb"] = [zeros, climb, -6.0 * climb, 6.0 * climb]
        self.shares = classes.shares(ways)
        self._named = np.log(classes.column("identity"))

    def fit(self, moves: Floats, mu: Floats, share: Floats, named: Flags) -> Floats:
        """Log likelihoods (n, classes) of n components: `moves` (n, 6) of kernels.lives.moves, weights mu and shares
        (n, k) of their modes, and whether they say who they are (n,).
        """
        height_sigma = np.hypot(moves[:, m.HEIGHT_SIGMA], GROUND_SIGMA_M)
        total = self._log("speed", moves[:, m.SPEED], np.maximum(moves[:, m.SPEED_SIGMA], FINEST[0]))
        total += self._log("height", moves[:, m.HEIGHT], height_sigma)
        total += self._log("climb", moves[:, m.CLIMB], np.maximum(moves[:, m.CLIMB_SIGMA], FINEST[1]))
        ways = np.maximum(self.shares, SHARE_LEAST * self.shares.max(axis=1, keepdims=True))
        ratio = mu / np.maximum(share, SHARE_LEAST)
        total += np.log(np.maximum((ratio[:, None] * ways).sum(axis=2), 1e-3))
        total += named[:, None] * self._named
        return np.asarray(total)

    def _log(self, quantity: str, value: Floats, sigma: Floats) -> Floats:
        mean, spread, low, high = (column[None] for column in self._law[quantity])
        q, s = value[:, None], sigma[:, None]
        variance = spread**2 + s**2
        near = np.exp(-0.5 * (q - mean) ** 2 / variance) / np.sqrt(TURN_RAD * variance)
        even = (ndtr((high - q) / s) - ndtr((low - q) / s)) / (high - low)
        return np.asarray(np.log(np.maximum((1.0 - TAIL) * near + TAIL * even, 1e-12)))
