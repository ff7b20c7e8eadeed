"""How a component moves: linear modes of (position, velocity), each the exact solution of its stochastic equation.

    dp = v dt,    dv = (-c + w J) v dt + noise,    J: a quarter turn in the horizontal plane

so that predict(a + b) = predict(a), then predict(b). In blocks, with N = integral of M over dt:

    p' = p + N v,    v' = M v,    Q = integral over s of [N(s); M(s)] q [N(s); M(s)]^T

A mode may also turn at a given sideways acceleration (rate = it / speed: a bank angle), be pushed along its velocity (a
motor), or fall (kernels.ballistic).

Sources: Bar-Shalom, Li, Kirubarajan, "Estimation with Applications" (2001), 6.2 and 11.7; Li and Jilkov, IEEE TAES
2003. `mix` is step 1 of the interacting multiple models of Blom and Bar-Shalom (1988).
"""

import math

from tocsin.tracking.kernels.ballistic.fall import fall
from tocsin.tracking.kernels.columns import (
    ALONG,
    FALL,
    LIFE,
    NOISE,
    NOISE_UP,
    SIDEWAYS,
    SLOWING,
    SLOWING_UP,
    TIME,
    TURN,
    Bank,
    Floats,
    Rules,
)
from tocsin.tracking.kernels.njit import inlined, kernel, part

A2 = 6378137.0**2  # WGS 84, semi-axes squared
B2 = 6356752.314245179**2
SLOWEST_TURN_MPS = 10.0  # below this speed a bank turns no faster: a rate of sideways / 0 means nothing
SLOWEST_PUSH_MPS = 30.0  # below this speed a push is weaker in proportion: its direction is not known
FAINT = 1e-6  # what is left of a mode that its class does not have is dropped below this weight


@kernel
def upward(x: Floats, earth: int, up: Floats) -> None:
    """The local vertical at a position (3,) into `up` (3,): normal of the ellipsoid through it."""
    if earth == 0:
        up[0], up[1], up[2] = 0.0, 0.0, 1.0
        return
    a, b, c = x[0] / A2, x[1] / A2, x[2] / B2
    size = math.sqrt(a * a + b * b + c * c)
    up[0], up[1], up[2] = a / size, b / size, c / size


@kernel
def slowing(c: float, q: float, dt: float) -> tuple[float, float, float, float, float]:
    """Velocity that decays at rate c (Ornstein-Uhlenbeck): n, m, and noise of pp, pv, vv. c = 0: constant velocity."""
    a = c * dt
    if a < 1e-2:  # the exact forms lose their digits here; these are their first terms
        n = dt * (1.0 - a / 2.0 + a * a / 6.0 - a * a * a / 24.0)
        pp = q * dt * dt * dt * (1.0 / 3.0 - a / 4.0 + 7.0 * a * a / 60.0 - a * a * a / 24.0)
        vv = q * dt * (1.0 - a + 2.0 * a * a / 3.0 - a * a * a / 3.0)
        return n, math.exp(-a), pp, q * n * n / 2.0, vv
    m = math.exp(-c * dt)
    n = (1.0 - m) / c
    vv = q * (1.0 - m * m) / (2.0 * c)
    pv = q * n * n / 2.0
    pp = q * (dt - 2.0 * n + (1.0 - m * m) / (2.0 * c)) / (c * c)
    return n, m, pp, pv, vv


@kernel
def turning(w: float, q: float, dt: float) -> tuple[float, float, float, float, float, float, float]:
    """Velocity that turns at rate w: N = n I + n2 J, M = m I + m2 J, noise pp, pv, pv2 (of J); vv is q dt."""
    a = w * dt
    n, n2 = math.sin(a) / w, 2.0 * math.sin(0.5 * a) ** 2 / w
    if abs(a) < 0.05:
        pp = q * dt * dt * dt * (1.0 / 3.0 - a * a / 60.0 + a * a * a * a / 2520.0)
        pv2 = -q * dt * dt * (a / 6.0 - a * a * a / 120.0)
    else:
        pp = 2.0 * q * (a - math.sin(a)) / (w * w * w)
        pv2 = q * (math.sin(a) - a) / (w * w)
    return n, n2, math.cos(a), math.sin(a), pp, q * n2 / w, pv2


@kernel
def transition(mode: Floats, dt: float, up: Floats, f: Floats) -> None:
    """Fill f[:5] (each 3, 3) with N, M, Qpp, Qpv, Qvv of one mode over dt, about the vertical `up`."""
    swing(mode, mode[TURN], dt, up, f)


@kernel
def swing(mode: Floats, turn: float, dt: float, up: Floats, f: Floats) -> None:
    """`transition`, with the rate of turn given."""
    nu, mu, ppu, pvu, vvu = slowing(mode[SLOWING_UP], mode[NOISE_UP], dt)
    if turn != 0.0:
        n, n2, m, m2, pp, pv, pv2 = turning(turn, mode[NOISE], dt)
        vv = mode[NOISE] * dt
    else:
        n, m, pp, pv, vv = slowing(mode[SLOWING], mode[NOISE], dt)
        n2, m2, pv2 = 0.0, 0.0, 0.0
    for i in range(3):
        for j in range(3):
            uu = up[i] * up[j]
            flat = (1.0 if i == j else 0.0) - uu
            f[0, i, j] = n * flat + nu * uu
            f[1, i, j] = m * flat + mu * uu
            f[2, i, j] = pp * flat + ppu * uu
            f[3, i, j] = pv * flat + pvu * uu
            f[4, i, j] = vv * flat + vvu * uu
    if turn != 0.0:
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3  # J v = v x up: clockwise as seen from above
            for sign, a, b in ((1.0, i, j), (-1.0, i, k)):
                c = up[k] if sign > 0.0 else up[j]
                f[0, a, b] += sign * n2 * c
                f[1, a, b] += sign * m2 * c
                f[3, a, b] += sign * pv2 * c


@kernel
def move(x: Floats, p: Floats, f: Floats) -> None:
    """Predict one mean (6,) and covariance (6, 6) in place with the blocks of `transition`; f[5:7] is room.

    With P = [A B; B^T C]:  B1 = B + N C,  A' = A + N B^T + B1 N^T + Qpp,  B' = B1 M^T + Qpv,  C' = M C M^T + Qvv.
    """
    for i in range(3):
        x[i] += f[0, i, 0] * x[3] + f[0, i, 1] * x[4] + f[0, i, 2] * x[5]
    v0, v1, v2 = x[3], x[4], x[5]
    for i in range(3):
        x[3 + i] = f[1, i, 0] * v0 + f[1, i, 1] * v1 + f[1, i, 2] * v2
        for j in range(3):
            f[5, i, j] = p[i, 3 + j] + f[0, i, 0] * p[3, 3 + j] + f[0, i, 1] * p[4, 3 + j] + f[0, i, 2] * p[5, 3 + j]
            f[6, i, j] = f[1, i, 0] * p[3, 3 + j] + f[1, i, 1] * p[4, 3 + j] + f[1, i, 2] * p[5, 3 + j]
    for i in range(3):
        for j in range(i + 1):
            nb = f[0, i, 0] * p[j, 3] + f[0, i, 1] * p[j, 4] + f[0, i, 2] * p[j, 5]
            bn = f[5, i, 0] * f[0, j, 0] + f[5, i, 1] * f[0, j, 1] + f[5, i, 2] * f[0, j, 2]
            p[i, j] += nb + bn + f[2, i, j]
            p[j, i] = p[i, j]
    for i in range(3):
        for j in range(3):
            b = f[5, i, 0] * f[1, j, 0] + f[5, i, 1] * f[1, j, 1] + f[5, i, 2] * f[1, j, 2] + f[3, i, j]
            p[i, 3 + j] = b
            p[3 + j, i] = b
        for j in range(i + 1):
            c = f[6, i, 0] * f[1, j, 0] + f[6, i, 1] * f[1, j, 1] + f[6, i, 2] * f[1, j, 2] + f[4, i, j]
            p[3 + i, 3 + j] = c
            p[3 + j, 3 + i] = c


@kernel
def glide(x: Floats, p: Floats, q: float, dt: float) -> None:
    """`move` for constant velocity with the same noise along every axis: a third of the work."""
    qpp, qpv, qvv = q * dt * dt * dt / 3.0, q * dt * dt / 2.0, q * dt
    for i in range(3):
        x[i] += dt * x[3 + i]
        for j in range(i + 1):
            p[i, j] += dt * (p[i, 3 + j] + p[j, 3 + i] + dt * p[3 + i, 3 + j])
            p[j, i] = p[i, j]
        p[i, i] += qpp
    for i in range(3):
        for j in range(3):
            p[i, 3 + j] += dt * p[3 + i, 3 + j]
        p[i, 3 + i] += qpv
    for i in range(3):
        for j in range(3):
            p[3 + i, j] = p[j, 3 + i]
        p[3 + i, 3 + i] += qvv


@kernel
def coast(x0: Floats, p0: Floats, q: float, dt: float, x: Floats, p: Floats) -> None:
    """`glide` of x0 (6,), p0 (6, 6) into x, p, to the same bits: reading and writing each number once.

    A' = A + dt (B + B^T + dt C) + Qpp,  B' = B + dt C + Qpv,  C' = C + Qvv
    """
    qpp, qpv, qvv = q * dt * dt * dt / 3.0, q * dt * dt / 2.0, q * dt
    for i in range(3):
        x[i] = x0[i] + dt * x0[3 + i]
        x[3 + i] = x0[3 + i]
        for j in range(i + 1):
            own = 1.0 if i == j else 0.0
            a = p0[i, j] + dt * (p0[i, 3 + j] + p0[j, 3 + i] + dt * p0[3 + i, 3 + j]) + own * qpp
            c = p0[3 + i, 3 + j] + own * qvv
            p[i, j], p[j, i] = a, a
            p[3 + i, 3 + j], p[3 + j, 3 + i] = c, c
        for j in range(3):
            b = p0[i, 3 + j] + dt * p0[3 + i, 3 + j] + (qpv if i == j else 0.0)
            p[i, 3 + j], p[3 + j, i] = b, b


@kernel
def plain(mode: Floats) -> bool:
    """Is a mode nearly constant velocity, with the same noise along every axis?"""
    bent = mode[TURN] != 0.0 or mode[SIDEWAYS] != 0.0
    slows = mode[SLOWING] != 0.0 or mode[SLOWING_UP] != 0.0
    straight: bool = not bent and not slows and mode[NOISE] == mode[NOISE_UP]
    return straight and mode[ALONG] == 0.0 and not mode[FALL] > 0.0


@kernel
def drift(x: Floats, p: Floats, mode: Floats, dt: float, earth: int, f: Floats) -> None:
    """Predict one mean and covariance in place by one mode; f (7, 3, 3) is room."""
    if mode[FALL] > 0.0:
        fall(x, p, mode, dt, earth, f)
        return
    if mode[ALONG] != 0.0:
        push(x, p, mode, dt, f)
        return
    if plain(mode):
        glide(x, p, mode[NOISE], dt)
        return
    up, turn = f[5, 0], mode[TURN]
    upward(x, earth, up)
    if mode[SIDEWAYS] != 0.0:
        rise = up[0] * x[3] + up[1] * x[4] + up[2] * x[5]
        level = math.sqrt(max(x[3] * x[3] + x[4] * x[4] + x[5] * x[5] - rise * rise, 0.0))
        turn += mode[SIDEWAYS] / max(level, SLOWEST_TURN_MPS)
    swing(mode, turn, dt, up, f)
    move(x, p, f)


@kernel
def push(x: Floats, p: Floats, mode: Floats, dt: float, f: Floats) -> None:
    """Predict in place what is pushed along its velocity by a = mode[ALONG], with e = v / |v|.

    v' = v + a dt e,    p' = p + v dt + a dt^2 e / 2,    dv'/dv = I + a dt / |v| (I - e e^T)

    Exact for mean and derivatives; noise is that of constant velocity, predict(a + b) is off by about a dt / |v| of it.
    """
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    rate = mode[ALONG] / max(speed, SLOWEST_PUSH_MPS)
    q, aside = mode[NOISE], 1.0 / max(speed * speed, 1e-6)
    for i in range(3):
        for j in range(3):
            same = 1.0 if i == j else 0.0
            across = same - x[3 + i] * x[3 + j] * aside
            f[0, i, j] = dt * same + 0.5 * rate * dt * dt * across
            f[1, i, j] = same + rate * dt * across
            f[2, i, j] = q * dt * dt * dt / 3.0 * same
            f[3, i, j] = q * dt * dt / 2.0 * same
            f[4, i, j] = q * dt * same
    v0, v1, v2 = x[3], x[4], x[5]
    move(x, p, f)
    for i, v in enumerate((v0, v1, v2)):
        x[i] += 0.5 * rate * dt * dt * v
        x[3 + i] += rate * dt * v


@part
def put(x: Floats, p: Floats, mean: Floats, cov: Floats) -> None:
    """Copy a mean (6,) and a covariance (6, 6) into x and p; a slice assignment compiles to ten times the code."""
    for a in range(6):
        x[a] = mean[a]
        for b in range(6):
            p[a, b] = cov[a, b]


@part
def clear(x: Floats, p: Floats) -> None:
    """Zero a mean (6,) and a covariance (6, 6)."""
    for a in range(6):
        x[a] = 0.0
        for b in range(6):
            p[a, b] = 0.0


@part
def blend(p: Floats, cov: Floats, mean: Floats, x: Floats, share: float, kept: float) -> None:
    """P = kept P + share (cov + (mean - x)(mean - x)^T): one part of a mixture whose mean is x; kept: 0 begins."""
    for a in range(6):
        da = mean[a] - x[a]
        for b in range(6):
            p[a, b] = kept * p[a, b] + share * (cov[a, b] + da * (mean[b] - x[b]))


@part
def gather_in(p: Floats, cov: Floats, mean: Floats, x: Floats, share: float, begins: bool) -> None:
    """`blend` of symmetric matrices, the lower half alone; `begins`: the first part. `reflect` then fills the rest."""
    for a in range(6):
        da = mean[a] - x[a]
        for b in range(a + 1):
            part = share * (cov[a, b] + da * (mean[b] - x[b]))
            p[a, b] = part if begins else p[a, b] + part


@part
def reflect(p: Floats) -> None:
    """The upper half of a symmetric matrix, from its lower half."""
    for a in range(1, 6):
        for b in range(a):
            p[b, a] = p[a, b]


@part
def mix(bank: Bank, i: int, k: int, stay: float, share: float, x: Floats, p: Floats) -> float:
    """Mode k of component i after modes exchanged weight: into x (6,), p (6, 6); returns its weight.

    Switching happens at one rate s to a mode drawn from the stationary shares w: exp(A dt) = e I + (1 - e) 1 w^T with
    e = exp(-s dt) = `stay`, which is a semigroup, so the weights do not depend on how a stretch of time is cut.
    """
    weight: float = stay * bank.mu[i, k] + (1.0 - stay) * share
    if weight <= 0.0:
        put(x, p, bank.x[i, k], bank.p[i, k])
        return 0.0
    clear(x, p)
    for j in range(bank.mu.shape[1]):
        part = ((stay if j == k else 0.0) + (1.0 - stay) * share) * bank.mu[i, j] / weight
        if part > 0.0:
            for a in range(6):
                x[a] += part * bank.x[i, j, a]
    for j in range(bank.mu.shape[1]):
        part = ((stay if j == k else 0.0) + (1.0 - stay) * share) * bank.mu[i, j] / weight
        if part > 0.0:
            gather_in(p, bank.p[i, j], bank.x[i, j], x, part, False)
    reflect(p)
    return weight


@inlined
def predict(bank: Bank, i: int, time: int, rules: Rules, x: Floats, p: Floats, mu: Floats, f: Floats) -> float:
    """Component i at `time` (ns): fill x (K, 6), p (K, 6, 6), mu (K,); f (7, 3, 3) is room. Returns exp(-dt / life).

    A mode that it is not in and that its class does not have is left out: mu is 0, and x and p are of no use.
    """
    dt = float(time - bank.tag[i, TIME]) * 1e-9
    modes = bank.mu.shape[1]
    stay = math.exp(-rules.switching * dt) if modes > 1 else 1.0
    for k in range(modes):
        share = bank.share[i, k]
        mu[k] = bank.mu[i, k]
        if share == 0.0 and stay * mu[k] < FAINT:
            mu[k] = 0.0
            continue
        if stay == 1.0 and dt != 0.0 and plain(rules.modes[k]):
            coast(bank.x[i, k], bank.p[i, k], rules.modes[k, NOISE], dt, x[k], p[k])
            continue
        if stay == 1.0:
            put(x[k], p[k], bank.x[i, k], bank.p[i, k])
        else:
            mu[k] = mix(bank, i, k, stay, share, x[k], p[k])
        if dt != 0.0:
            drift(x[k], p[k], rules.modes[k], dt, rules.earth, f)
    survived: float = math.exp(-max(dt, 0.0) / bank.num[i, LIFE])
    return survived
