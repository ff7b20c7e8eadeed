"""The tracker's algorithms as a textbook writes them: matrices, all associations one by one, no speed."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from scipy.linalg import expm

from tocsin.messages import Floats


def associations(gated: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Every way to give each component one of its detections or none (-1), no detection to two of them."""
    for chosen in product(*[(-1, *rows) for rows in gated]):
        used = [j for j in chosen if j >= 0]
        if len(used) == len(set(used)):
            yield chosen


def marginals(w0: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Marginal probabilities of "missed" (n,) and of each pair (n, m), by enumeration."""
    n, m = w.shape
    p0, p, total = np.zeros(n), np.zeros((n, m)), 0.0
    for chosen in associations([np.flatnonzero(row > 0.0).tolist() for row in w]):
        weight = float(np.prod([w0[i] if j < 0 else w[i, j] for i, j in enumerate(chosen)]))
        total += weight
        for i, j in enumerate(chosen):
            if j < 0:
                p0[i] += weight
            else:
                p[i, j] += weight
    return p0 / total, p / total


def linear_motion(
    slowing: float, slowing_up: float, turn: float, noise: float, noise_up: float, up: Floats, dt: float
) -> tuple[Floats, Floats]:
    """F and Q of a motion mode over dt, by the matrix exponential of Van Loan (IEEE TAC 1978)."""
    flat = np.eye(3) - np.outer(up, up)
    quarter = -np.array([[0.0, -up[2], up[1]], [up[2], 0.0, -up[0]], [-up[1], up[0], 0.0]])  # v -> v x up
    a = np.zeros((6, 6))
    a[:3, 3:] = np.eye(3)
    a[3:, 3:] = turn * quarter - slowing_up * np.outer(up, up) - (0.0 if turn else slowing) * flat
    q = np.zeros((6, 6))
    q[3:, 3:] = noise * flat + noise_up * np.outer(up, up)
    block = np.zeros((12, 12))
    block[:6, :6], block[:6, 6:], block[6:, 6:] = -a, q, a.T
    e = expm(block * dt)
    f = e[6:, 6:].T
    return f, f @ e[:6, 6:]


def kalman(x: Floats, p: Floats, h: Floats, nu: Floats, r: Floats) -> tuple[Floats, Floats, float, float]:
    """The update with all scalars at once: mean, covariance, squared distance, likelihood."""
    s = h @ p @ h.T + r
    gain = p @ h.T @ np.linalg.inv(s)
    d2 = float(nu @ np.linalg.solve(s, nu))
    likelihood = float(np.exp(-0.5 * d2) / np.sqrt(np.linalg.det(2.0 * np.pi * s)))
    return x + gain @ nu, p - gain @ s @ gain.T, d2, likelihood


class Tomb:
    """A track-oriented Poisson multi-Bernoulli filter for position detections of one scan after another, in the plane.

    State (east, north, velocities). All associations of a scan are enumerated, so keep it small.
    """

    def __init__(
        self, pd: float, clutter: float, survival: float, q: float, birth: tuple[float, Floats, Floats], start: float
    ) -> None:
        self.pd, self.clutter, self.survival, self.birth = pd, clutter, survival, birth
        one = np.array([[1.0, 1.0], [0.0, 1.0]])
        self.f = np.kron(one, np.eye(2))
        self.q = np.kron(q * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2))
        self.h = np.eye(2, 4)
        self.unseen = [(start, birth[1], birth[2])]
        self.tracks: list[tuple[float, Floats, Floats]] = []

    def predict(self) -> None:
        """One scan period."""

        def ahead(part: tuple[float, Floats, Floats]) -> tuple[float, Floats, Floats]:
            r, x, p = part
            return self.survival * r, self.f @ x, self.f @ p @ self.f.T + self.q

        self.unseen = [*map(ahead, self.unseen), self.birth]
        self.tracks = [ahead(track) for track in self.tracks]

    def update(self, z: Floats, gate: float, prune: float) -> None:
        """The detections of one scan, each (2,) with unit variance."""
        n, m = len(self.tracks), len(z)
        updated = [[self._seen(track, row) for row in z] for track in self.tracks]
        inside = [[one if one[2] < gate else None for one in row] for row in updated]
        new = [self._born(row, gate) for row in z]
        other = np.array([self.clutter + rate for rate, _, _ in new])
        w = np.zeros((n, m))
        for i, j in product(range(n), range(m)):
            one = inside[i][j]
            if one is not None:
                w[i, j] = self.tracks[i][0] * self.pd * one[3] / other[j]
        w0 = np.array([1.0 - r * self.pd for r, _, _ in self.tracks])
        p0, p = marginals(w0, w) if n else (w0, w)
        after = []
        for i, (r, x, cov) in enumerate(self.tracks):
            parts = [(p0[i] * r * (1.0 - self.pd) / w0[i], x, cov)]
            parts += [(p[i, j], updated[i][j][0], updated[i][j][1]) for j in range(m) if p[i, j] > 0.0]
            after.append(match(parts))
        for j, (rate, x, cov) in enumerate(new):
            after.append(((1.0 - float(p[:, j].sum())) * rate / float(other[j]), x, cov))
        self.tracks = [track for track in after if track[0] >= prune]
        self.unseen = [(w_ * (1.0 - self.pd), x, cov) for w_, x, cov in self.unseen]

    def _seen(self, track: tuple[float, Floats, Floats], z: Floats) -> tuple[Floats, Floats, float, float]:
        _, x, p = track
        return kalman(x, p, self.h, z - self.h @ x, np.eye(2))

    def _born(self, z: Floats, gate: float) -> tuple[float, Floats, Floats]:
        seen = [(part[0], *self._seen(part, z)) for part in self.unseen]
        parts = [(weight * self.pd * like, x, p) for weight, x, p, d2, like in seen if d2 < gate]
        return match(parts) if parts else (0.0, np.zeros(4), np.eye(4))


def match(parts: Sequence[tuple[float, Floats, Floats]]) -> tuple[float, Floats, Floats]:
    """The weight, mean and covariance of a mixture."""
    total = sum(weight for weight, _, _ in parts)
    mean = np.sum([weight * x for weight, x, _ in parts], axis=0) / total
    cov = np.sum([weight * (p + np.outer(x - mean, x - mean)) for weight, x, p in parts], axis=0) / total
    return total, mean, cov
