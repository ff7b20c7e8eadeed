"""An experiment: components that exchange hypotheses after each look, beside exact TOMB/P, on W15 without lag.

    python -m benchmarks.engine.variational A 20      set, runs: RMS GOSPA of both, paired

Williams, "An efficient, variational approximation of the best fitting multi-Bernoulli filter", IEEE TSP 2015. TOMB/P
gives component i the mixture of all that i may have done. Where two targets met, each mixture has a part at either
place, and its mean is in the middle. Any other way to share the same hypotheses out among components has the same
density of all targets: find the one that single Gaussians fit best.

    minimise over q   sum over t, h of q(t, h) CE(h, t),   sum over t of q = p_h,   sum over h of q = r_t
    CE(h, t) = ln|P_t| / 2 + tr(P_t^-1 (P_h + d d^T)) / 2,   d = x_h - x_t

by turns: a transport problem for q, moments of each t for x_t and P_t. Existences r_t stay those of TOMB/P.
"""

import sys

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog

from benchmarks.engine.meeting import GIVEN, run_of, squares
from benchmarks.engine.reference import H, Reference, _likelihood, marginals
from benchmarks.tracking import AREA_M, SETS
from tocsin.messages import Floats, Ints

LIKELY, TURNS, LEAST = 0.1, 20, 1e-4


class Exchanging(Reference):
    """The reference without lag, whose likely components share their hypotheses out anew after each look."""

    def step(self, z: Floats) -> tuple[Floats, Floats | None]:
        """Work a scan in: places shown now."""
        if self.k:
            self.predict()
        n, m = len(self.r), len(z)
        w, gains = np.zeros((n, m)), np.zeros((n, self.depth, 2))
        covs = np.zeros((n, 2, 2))
        for i in range(n):
            like, gains[i], covs[i] = _likelihood(self.x[i], self.p[i], z)
            w[i] = self.r[i] * self.pd * like
        w0 = 1.0 - self.r * self.pd
        born = [self.born(one) for one in z]
        wn = self.clutter + np.array([b[0] for b in born])
        p0, p = marginals(w, w0, wn) if n else (np.zeros(0), np.zeros((0, m)))
        missed = p0 * self.r * (1.0 - self.pd) / w0
        before = self.x.copy(), self.p.copy()
        for i in range(n):
            self.update(i, z, p0[i], p[i], gains[i], w0[i])
        for members in _groups(self.r, p):
            self.exchange(members, z, missed, p, gains, covs, before)
        claimed = np.maximum(1.0 - p.sum(axis=0), 0.0) if n else np.ones(m)
        self.begin(born, claimed * np.array([b[0] for b in born]) / wn)
        self.unseen = [(u[0] * (1.0 - self.pd), *u[1:]) for u in self.unseen if u[0] * (1.0 - self.pd) > 1e-5]
        shown = self.x[self.r > 0.4][:, [0, 2]]
        keep = np.flatnonzero(self.r > 1e-5)
        self.x, self.p, self.r, self.ended, self.age = (
            column[keep] for column in (self.x, self.p, self.r, self.ended, self.age)
        )
        self.held = [self.held[i] for i in keep]
        self.k += 1
        return shown, None

    def exchange(
        self,
        members: Ints,
        z: Floats,
        missed: Floats,
        p: Floats,
        gains: Floats,
        covs: Floats,
        before: tuple[Floats, Floats],
    ) -> None:
        """Share the hypotheses of these components out among them."""
        weight, mean, cov, owner, row = [], [], [], [], []
        for t, i in enumerate(members):
            x, c = before[0][i], before[1][i]
            seen = c - gains[i] @ covs[i] @ gains[i].T
            if missed[i] > LEAST:
                weight.append(missed[i])
                owner.append(t)
                row.append(-1)
                mean.append(x)
                cov.append(c)
            for j in np.flatnonzero(p[i] > LEAST):
                weight.append(p[i, j])
                owner.append(t)
                row.append(int(j))
                mean.append(x + gains[i] @ (z[j] - H @ x))
                cov.append(seen)
        ph, xh, ch = np.array(weight), np.array(mean), np.array(cov)
        have = self.r[members] * ph.sum() / self.r[members].sum()
        first = _assigned(members, p, ph, owner, row)
        starts = ((self.x[members], self.p[members]), (xh[first], ch[first]))  # TOMB/P's own; the likeliest association
        found = [_fitted(xh, ch, ph, have, *start) for start in starts]
        best = min(found, key=lambda one: one[0])
        if best[0] < np.inf:
            self.x[members], self.p[members] = best[1], best[2]


def _assigned(members: Ints, p: Floats, ph: Floats, owner: list[int], row: list[int]) -> Ints:
    """For each component its hypothesis in the likeliest association of all of them."""
    n, m = len(members), p.shape[1]
    cost = np.full((n, m + n), 50.0)
    at = np.zeros((n, m + n), dtype=int)
    for h, (i, j) in enumerate(zip(owner, row, strict=True)):
        column = j if j >= 0 else m + i
        cost[i, column], at[i, column] = -np.log(ph[h]), h
    _, columns = linear_sum_assignment(cost)
    return at[np.arange(n), columns]


def _fitted(xh: Floats, ch: Floats, ph: Floats, have: Floats, x: Floats, c: Floats) -> tuple[float, Floats, Floats]:
    """What alternating comes to from a start: cost, means, covariances."""
    last = np.inf
    for _ in range(TURNS):
        cost = _cost(xh, ch, x, c)
        q = _transport(cost, have, ph)
        if q is None:
            return np.inf, x, c
        now = float((q * cost).sum())
        x = q @ xh / have[:, None]
        off = xh[None] - x[:, None]
        c = np.einsum("th,hab->tab", q, ch) + np.einsum("th,tha,thb->tab", q, off, off)
        c /= have[:, None, None]
        if last - now < 1e-6:
            break
        last = now
    return last, x, c


def _groups(r: Floats, p: Floats) -> list[Ints]:
    """Likely components that share detections, two or more."""
    likely = np.flatnonzero(r > LIKELY)
    near = p[likely] > 1e-3
    joined = near.astype(int) @ near.T.astype(int) > 0
    left, out = set(range(len(likely))), []
    while left:
        group, more = set(), {left.pop()}
        while more:
            group |= more
            more = {int(b) for a in more for b in np.flatnonzero(joined[a])} & left
            left -= more
        if len(group) > 1:
            out.append(likely[sorted(group)])
    return out


def _cost(xh: Floats, ch: Floats, x: Floats, c: Floats) -> Floats:
    """Cross entropies (t, h)."""
    inverse, (_, logdet) = np.linalg.inv(c), np.linalg.slogdet(c)
    off = xh[None] - x[:, None]
    trace = np.einsum("tab,hba->th", inverse, ch) + np.einsum("tha,tab,thb->th", off, inverse, off)
    return np.asarray(0.5 * (logdet[:, None] + trace))


def _transport(cost: Floats, have: Floats, want: Floats) -> Floats | None:
    """Q (t, h) with the sums `have` and `want` that costs least."""
    t, h = cost.shape
    if t == 2:  # those that gain most go first
        order = np.argsort(cost[0] - cost[1], kind="stable")
        q = np.zeros_like(cost)
        filled = np.concatenate([[0.0], np.cumsum(want[order])])
        q[0, order] = np.clip(have[0] - filled[:-1], 0.0, want[order])
        q[1] = want - q[0]
        return q
    rows = np.kron(np.eye(t), np.ones(h))
    columns = np.kron(np.ones(t), np.eye(h))
    found = linprog(cost.ravel(), A_eq=np.vstack([rows, columns[:-1]]), b_eq=np.concatenate([have, want[:-1]]))
    return None if found.x is None else np.asarray(found.x).reshape(t, h)


def main() -> None:
    """Both on the same runs."""
    name, runs = sys.argv[1], int(sys.argv[2])
    base = int(sys.argv[3]) if len(sys.argv) > 3 else GIVEN
    _, pd, clutter, _ = SETS[name]
    sums = np.zeros((2, runs))
    for run in range(runs):
        truth, detections = run_of(name, run, base)
        for row, kind in enumerate((Reference, Exchanging)):
            filter_ = kind(pd, clutter / AREA_M**2, 0)
            sums[row, run] = squares(truth, [filter_.step(z)[0] for z in detections]).mean()
        plain, other = np.sqrt(sums[:, : run + 1].mean(axis=1))
        print(f"{name}, {run + 1} runs: TOMB/P {plain:.3f}, exchanging {other:.3f}", flush=True)


if __name__ == "__main__":
    main()
