"""The filter that figures are paired with: textbook TOMB/P with exact marginals and a stacked state.

Williams, IEEE TAES 2015. Slow, straightforward, for position detections in the plane, one look a scan; shares no line
with the tracker. A component holds the joint Gaussian of its last states (newest first; moments are matched on the
whole stack), how likely it is alive, and the masses with which it ended 1, 2, ... scans ago.
"""

import numpy as np
from numba import njit

from tocsin.messages import Floats

EXACT_MAX, NEGLIGIBLE, FLOOR, GATE, SHOWN = 11, 1e-7, 1e-5, 20.0, 0.4
H = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0]])


@njit(cache=True)
def messages(w: Floats, w0: Floats, wn: Floats) -> tuple[Floats, Floats]:
    """Marginals by belief propagation (Williams and Lau 2014)."""
    n, m = w.shape
    nu, mu = np.ones((n, m)), np.zeros((n, m))
    for _ in range(500):
        worst = 0.0
        for i in range(n):
            s = w0[i] + (w[i] * nu[i]).sum()
            for j in range(m):
                mu[i, j] = w[i, j] / (s - w[i, j] * nu[i, j]) if w[i, j] > 0 else 0.0
        for j in range(m):
            s = wn[j] + mu[:, j].sum()
            for i in range(n):
                if w[i, j] > 0:
                    v = 1.0 / (s - mu[i, j])
                    worst = max(worst, abs(v - nu[i, j]) / v)
                    nu[i, j] = v
        if worst < 1e-6:
            break
    p0, p = np.zeros(n), np.zeros((n, m))
    for i in range(n):
        s = w0[i] + (w[i] * nu[i]).sum()
        p0[i] = w0[i] / s
        p[i] = w[i] * nu[i] / s
    return p0, p


@njit(cache=True)
def forward(w: Floats, w0: Floats, wn: Floats) -> Floats:
    """Weight (n + 1, 2^m) of what the components before each did, by the set of detections used."""
    n, m = w.shape
    out = np.zeros((n + 1, 1 << m))
    out[0, 0] = 1.0
    for i in range(n):
        for s in np.flatnonzero(out[i]):
            out[i + 1, s] += out[i, s] * w0[i]
            for j in range(m):
                if not (s >> j) & 1 and w[i, j] > 0:
                    out[i + 1, s | (1 << j)] += out[i, s] * w[i, j] / wn[j]
    return out


@njit(cache=True)
def backward(w: Floats, w0: Floats, wn: Floats) -> Floats:
    """Weight (n + 1, 2^m) of what the components from each on can still do when a set is used."""
    n, m = w.shape
    out = np.ones((n + 1, 1 << m))
    for i in range(n - 1, -1, -1):
        for s in range(1 << m):
            out[i, s] = w0[i] * out[i + 1, s]
            for j in range(m):
                if not (s >> j) & 1 and w[i, j] > 0:
                    out[i, s] += w[i, j] / wn[j] * out[i + 1, s | (1 << j)]
    return out


@njit(cache=True)
def subsets(w: Floats, w0: Floats, wn: Floats) -> tuple[Floats, Floats]:
    """Exact marginals: forward and backward over the sets of detections that are used."""
    n, m = w.shape
    fw, bw = forward(w, w0, wn), backward(w, w0, wn)
    p0, p = np.zeros(n), np.zeros((n, m))
    for i in range(n):
        for s in np.flatnonzero(fw[i]):
            f = fw[i, s] / bw[0, 0]
            p0[i] += f * w0[i] * bw[i + 1, s]
            for j in range(m):
                if not (s >> j) & 1 and w[i, j] > 0:
                    p[i, j] += f * w[i, j] / wn[j] * bw[i + 1, s | (1 << j)]
    return p0, p


def marginals(w: Floats, w0: Floats, wn: Floats) -> tuple[Floats, Floats]:
    """Exact in each cluster of up to EXACT_MAX detections, else belief propagation."""
    n = len(w0)
    p0, p = messages(w, w0, wn)
    near = w > NEGLIGIBLE * (w0[:, None] * wn[None, :])
    seen = np.zeros(n, dtype=np.bool_)
    for start in range(n):
        if seen[start]:
            continue
        members = np.zeros(n, dtype=np.bool_)
        members[start] = True
        while True:
            rows = near[members].any(axis=0)
            wider = members | near[:, rows].any(axis=1)
            if (wider == members).all():
                break
            members = wider
        seen |= members
        if rows.any() and rows.sum() <= EXACT_MAX:
            i, j = np.flatnonzero(members), np.flatnonzero(rows)
            part = np.where(near, w, 0.0)[np.ix_(i, j)]
            p0[i], p[i] = 0.0, 0.0
            p0[i], p[np.ix_(i, j)] = subsets(np.ascontiguousarray(part), w0[i], wn[j])
    return p0, p


class Reference:
    """The filter. `step` gives what is shown now and, for a lag, what is shown of `lag` scans ago."""

    def __init__(self, pd: float, clutter_per_m2: float, lag: int) -> None:
        self.pd, self.clutter, self.lag, self.k = pd, clutter_per_m2, lag, 0
        self.f = np.kron(np.eye(2), np.array([[1.0, 1.0], [0.0, 1.0]]))
        self.q = np.kron(np.eye(2), 0.02 * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]))
        self.new_x, self.new_p = np.array([100.0, 0, 100, 0]), np.diag([150.0, 1, 150, 1]) ** 2
        self.depth = 4 * (lag + 1)
        self.x, self.p = np.zeros((0, self.depth)), np.zeros((0, self.depth, self.depth))
        self.r, self.ended, self.age = np.zeros(0), np.zeros((0, max(lag, 1))), np.zeros(0, dtype=int)
        self.held: list[tuple[int, Floats] | None] = []
        self.unseen = [(3.0, self.new_x, self.new_p)]

    def predict(self) -> None:
        """One scan on."""
        d, x, p = self.depth, self.x, self.p
        row = self.f @ p[:, :4]
        grown = np.zeros_like(p)
        grown[:, :4, :4] = row[:, :, :4] @ self.f.T + self.q
        grown[:, :4, 4:] = row[:, :, : d - 4]
        grown[:, 4:, :4] = row[:, :, : d - 4].swapaxes(1, 2)
        grown[:, 4:, 4:] = p[:, : d - 4, : d - 4]
        self.x, self.p = np.concatenate([x[:, :4] @ self.f.T, x[:, : d - 4]], axis=1), grown
        if self.lag:
            self.ended = np.concatenate([0.01 * self.r[:, None], self.ended[:, :-1]], axis=1)
        self.r, self.age = 0.99 * self.r, self.age + 1
        self.unseen = [(0.99 * w, self.f @ x, self.f @ p @ self.f.T + self.q) for w, x, p in self.unseen]
        self.unseen.append((0.005, self.new_x, self.new_p))

    def born(self, z: Floats) -> tuple[float, Floats, Floats]:
        """Rate, mean and covariance of something new at z."""
        rate, mean, square = 0.0, np.zeros(4), np.zeros((4, 4))
        for weight, x, p in self.unseen:
            like, gain, s = _likelihood(x, p, z[None])
            if like[0] > 0.0:
                w = self.pd * weight * like[0]
                m = x + gain @ (z - H @ x)
                rate, mean, square = rate + w, mean + w * m, square + w * (p - gain @ s @ gain.T + np.outer(m, m))
        if rate == 0.0:
            return 0.0, mean, square
        return rate, mean / rate, square / rate - np.outer(mean, mean) / rate**2

    def step(self, z: Floats) -> tuple[Floats, Floats | None]:
        """Work a scan in: places shown now, and of `lag` scans ago."""
        if self.k:
            self.predict()
        n, m = len(self.r), len(z)
        w, gains = np.zeros((n, m)), np.zeros((n, self.depth, 2))
        for i in range(n):
            like, gains[i], _ = _likelihood(self.x[i], self.p[i], z)
            w[i] = self.r[i] * self.pd * like
        w0 = 1.0 - self.r * self.pd
        born = [self.born(one) for one in z]
        wn = self.clutter + np.array([b[0] for b in born])
        p0, p = marginals(w, w0, wn) if n else (np.zeros(0), np.zeros((0, m)))
        for i in range(n):
            self.update(i, z, p0[i], p[i], gains[i], w0[i])
        claimed = np.maximum(1.0 - p.sum(axis=0), 0.0) if n else np.ones(m)
        self.begin(born, claimed * np.array([b[0] for b in born]) / wn)
        self.unseen = [(u[0] * (1.0 - self.pd), *u[1:]) for u in self.unseen if u[0] * (1.0 - self.pd) > FLOOR]
        shown = self.x[self.r > SHOWN][:, [0, 2]]
        late = self.then(self.lag) if self.lag and self.k >= self.lag else None
        keep = np.flatnonzero(self.r + self.ended.sum(axis=1) > FLOOR)
        self.x, self.p, self.r, self.ended, self.age = (
            column[keep] for column in (self.x, self.p, self.r, self.ended, self.age)
        )
        self.held = [self.held[i] for i in keep]
        self.k += 1
        return shown, late

    def update(self, i: int, z: Floats, p0: float, p: Floats, gain: Floats, w0: float) -> None:
        """Match the moments of all hypotheses of one component, on the stack."""
        missed = p0 * self.r[i] * (1.0 - self.pd) / w0
        self.ended[i] *= p0 / w0
        total = missed + p.sum()
        self.r[i] = total
        if total <= 0.0:
            return
        share, off = p / total, z - self.x[i, [0, 2]]
        mean = share @ off
        spread = (off.T * share) @ off - np.outer(mean, mean)
        s = self.p[i][np.ix_([0, 2], [0, 2])] + np.eye(2)
        self.x[i] += gain @ mean
        self.p[i] += gain @ (spread - share.sum() * s) @ gain.T

    def begin(self, born: list[tuple[float, Floats, Floats]], existence: Floats) -> None:
        """A potential component for each detection."""
        m, d = len(born), self.depth
        x, p = np.zeros((m, d)), np.zeros((m, d, d))
        for j, (_, mean, cov) in enumerate(born):
            x[j], p[j, :4, :4] = np.tile(mean, d // 4), cov
        self.x, self.p = np.concatenate([self.x, x]), np.concatenate([self.p, p])
        self.r, self.age = np.append(self.r, existence), np.append(self.age, np.zeros(m, dtype=int))
        self.ended = np.concatenate([self.ended, np.zeros((m, self.ended.shape[1]))])
        self.held += [None] * m

    def then(self, lag: int) -> Floats:
        """Places of `lag` scans ago: of a component that probably ended since, from when it was last likely alive."""
        places = []
        alive = self.r + self.ended[:, :lag].sum(axis=1)
        for i in range(len(self.r)):
            likely = self.r[i] >= 0.5 * alive[i]
            if likely:
                self.held[i] = (self.k, self.x[i].copy())
            held = self.held[i]
            if self.age[i] < lag or alive[i] <= SHOWN:
                continue
            x = self.x[i, 4 * lag : 4 * lag + 4]
            if not likely and held is not None:
                off = lag - (self.k - held[0])
                x = held[1][4 * off : 4 * off + 4] if off >= 0 else self.f @ held[1][:4]
            places.append(x[[0, 2]])
        return np.array(places).reshape(-1, 2)

    def rest(self) -> list[Floats]:
        """The last scans, with the lag that is left."""
        self.k -= 1
        late = [self.then(lag) for lag in range(self.lag - 1, -1, -1)]
        self.k += 1
        return late


def _likelihood(x: Floats, p: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Likelihood of each detection (0 beyond the gate), gain of the whole stack, innovation covariance."""
    s = p[np.ix_([0, 2], [0, 2])] + np.eye(2)
    inverse = np.linalg.inv(s)
    off = z - x[[0, 2]]
    d2 = np.einsum("ja,ab,jb->j", off, inverse, off)
    like = np.where(d2 < GATE, np.exp(-0.5 * d2) / (2.0 * np.pi * np.sqrt(np.linalg.det(s))), 0.0)
    return like, p[:, [0, 2]] @ inverse, s
