"""The picture: components that are likely enough, and those lately lost, as columns at one time."""

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Bytes8, Floats, Indices, Ints, Picture, TrackState, freeze
from tocsin.settings import Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rules, Scratch
from tocsin.tracking.kernels.report import report
from tocsin.tracking.state import State

UPPER = np.flatnonzero(np.triu(np.ones((6, 6))))  # where the upper half of a covariance stands in its 36 numbers
COASTING_MISSED = 1.5  # expected detections that did not come
CALLED_MIN = 0.5  # a class that is less likely than all others together is not said
COASTING_S = 20.0  # or so long without one, where nobody's silence says anything


def draw(
    state: State, settings: Settings, classes: tuple[str, ...], rules: Rules, scratch: Scratch, time_ns: int
) -> Picture:
    """All tracks at one time; see messages.Picture. `scratch`: room to work in."""
    slots = _shown(state, settings.tracking.release_existence)
    lost = state.lifecycle.shown(time_ns)
    n, m = len(slots), len(lost)
    x, p, survived = np.zeros((n + m, 6)), np.zeros((n + m, 6, 6)), np.ones(n + m)
    report(state.bank, slots, time_ns, rules, scratch, x[:n], p[:n], survived[:n])
    if lost:
        age_s = (time_ns - np.array([track.time_ns for track in lost])) / SECOND_NS
        x[n:], p[n:] = np.array([track.x for track in lost]), np.array([track.p for track in lost])
        glided(x[n:], p[n:], rules.modes[0, c.NOISE], age_s)
    if settings.frame.kind == "local" and settings.frame.dimensions == 2:
        p[:, 2::3, :] = 0.0
        p[:, :, 2::3] = 0.0
    tag = _and(state.bank.tag.take(slots, axis=0), [track.tag for track in lost])
    num = _and(state.bank.num.take(slots, axis=0), [np.zeros(c.NUM)] * m)
    existence, missed = num[:, c.EXISTENCE] * survived, num[:, c.MISSED]
    tag[num[:, c.TRUST] > 0.0, c.WITNESS] &= ~c.WITNESS_SENSED
    kind = _and(state.bank.kind.take(slots, axis=0), [track.kind for track in lost])
    for column in (c.NUMBER, c.SWAPPED):
        tag[:, column] = state.past.names.label(tag[:, column])
    order = np.argsort(tag[:, c.NUMBER], kind="stable")
    tag, x, p, kind = tag.take(order, axis=0), x.take(order, axis=0), p.take(order, axis=0), kind.take(order, axis=0)
    known = stand(tag, missed[order], time_ns)
    return paint(state, settings, classes, time_ns, tag, x, p, existence[order], known, kind)


def _and(living: np.ndarray, lost: list[np.ndarray]) -> np.ndarray:
    """A column of the living, and below it that of the lost."""
    return np.concatenate([living, np.array(lost)]) if lost else living


def glided(x: Floats, p: Floats, q: float, dt: Floats) -> None:
    """Constant velocity for n means (n, 6) and covariances (n, 6, 6), in place; dt (n,): as kernels.motion.glide."""
    step, one = dt[:, None, None], np.eye(3)
    x[:, :3] += dt[:, None] * x[:, 3:]
    both, own = p[:, :3, 3:].copy(), p[:, 3:, 3:]
    p[:, :3, :3] += step * (both + both.transpose(0, 2, 1) + step * own) + q * step**3 / 3.0 * one
    p[:, :3, 3:] += step * own + q * step**2 / 2.0 * one
    p[:, 3:, :3] = p[:, :3, 3:].transpose(0, 2, 1)
    p[:, 3:, 3:] += q * step * one


def numbers(state: State, settings: Settings, time_ns: int) -> Ints:
    """The tracks that `draw` would show at a time, ascending."""
    lost = np.array([track.tag[c.NUMBER] for track in state.lifecycle.shown(time_ns)], dtype=np.int64)
    slots = _shown(state, settings.tracking.release_existence)
    inside = np.concatenate([state.bank.tag[slots, c.NUMBER], lost])
    return np.sort(state.past.names.label(inside))


def _shown(state: State, release: float) -> Ints:
    """Slots of components whose number a Tick gave, that are likely, or were confirmed and not let go yet."""
    bank, slots = state.bank, state.living()
    number = bank.tag[slots, c.NUMBER]
    numbered = (number > 0) & (number < state.past.names.upto)
    likely = bank.num[slots, c.EXISTENCE] >= release
    return np.asarray(slots[numbered & (likely | (bank.tag[slots, c.STATE] != c.TENTATIVE))])


def stand(tag: Ints, missed: Floats, time_ns: int) -> Bytes8:
    """TrackState of each row: a confirmed track that was not seen when it should have been is coasting."""
    state = tag[:, c.STATE].astype(np.uint8)
    unseen = (missed >= COASTING_MISSED) | (time_ns - tag[:, c.LAST] > COASTING_S * SECOND_NS)
    state[(state == c.CONFIRMED) & unseen] = TrackState.COASTING
    return state


def called(kind: Floats) -> Indices:
    """What each of n things is called: its likeliest class, where that is likely enough, else 0, "unknown"."""
    likeliest = kind.argmax(axis=1)
    sure = kind[np.arange(len(kind)), likeliest] >= CALLED_MIN
    return np.where(sure, likeliest, 0).astype(np.int32)


def paint(
    state: State,
    settings: Settings,
    classes: tuple[str, ...],
    time_ns: int,
    tag: Ints,
    x: Floats,
    p: Floats,
    existence: Floats,
    standing: Bytes8,
    kind: Floats,
) -> Picture:
    """Tracks as columns: tag (n, TAG), x (n, 6), p (n, 6, 6), sorted by number."""
    n = len(tag)
    named = called(kind)
    continues = state.past.names.continued(state.lifecycle.continues)
    followed = np.full(n, -1, dtype=np.int64)
    chance = np.zeros(n)
    for k in np.flatnonzero(np.isin(tag[:, c.NUMBER], list(continues))).tolist() if continues else ():
        followed[k], chance[k] = continues[int(tag[k, c.NUMBER])]
    words = state.words.words  # the first is empty: none
    row, witness, came, recent = state.witnesses.of(tag[:, c.BIRTH])
    picture = Picture(
        time_ns=time_ns,
        frame=settings.frame.kind,
        track=tag[:, c.NUMBER].copy(),
        position_m=x[:, :3].copy(),
        velocity_mps=x[:, 3:].copy(),
        covariance=p.reshape(n, 36).take(UPPER, axis=1),
        existence=existence,
        state=standing,
        born_ns=tag[:, c.BORN].copy(),
        last_detection_ns=tag[:, c.LAST].copy(),
        last_sensor=tag[:, c.LAST_SENSOR].astype(np.int32),
        detections=tag[:, c.DETECTIONS].copy(),
        continues=followed,
        continues_probability=chance,
        swapped=tag[:, c.SWAPPED].copy(),
        group_min=np.maximum(tag[:, c.GROUP], 1).astype(np.int32),
        class_index=named,
        class_confidence=kind[np.arange(n), named] if kind.shape[1] > 1 else np.zeros(n),
        corroborated=(tag[:, c.WITNESS] & c.WITNESS_SENSED) > 0,
        identity=tuple([words[number] or None for number in tag[:, c.IDENTITY].tolist()]),
        callsign=tuple([words[number] or None for number in tag[:, c.CALLSIGN].tolist()]),
        mark=("",) * n,
        sensors=tuple(sensor.name for sensor in settings.sensors),
        classes=classes,
        ended=state.ended.copy(),
        lag_s=0.0,
        class_probability=kind,
        witness_track=tag[row, c.NUMBER],
        witness_sensor=witness,
        witness_detections=came,
        witness_recent=recent,
        sure=np.bincount(row, weights=came, minlength=n).astype(np.int64),
    )
    freeze(picture)
    return picture
