"""The class recursion: recursive Bayes that forgets, so that a class can change its mind.

    log P(c) = log prior(c) + M(c) + l(c)

l is what it does now (`laws`), M what is remembered. What something does now and a second ago is nearly the same
evidence, so it counts once in ALIKE_S, and memory fades with MEMORY_S:

    M <- e^(-dt / MEMORY_S) M + (1 - e^(-dt / MEMORY_S)) (MEMORY_S / ALIKE_S) l

A word of a sensor adds, once in REPEATED_S at its full weight,

    log(sure C[c, said] + (1 - sure) / N),    C: the sensor's confusion matrix

Learnt from looks (`hear`) and put to use between them (`think`): the class decides shares of modes, mean life, and how
long its place is useful. State: Bank.kind, Bank.heard and columns of Bank.tag; nothing is kept here.
"""

from collections.abc import Sequence

import numpy as np

from tocsin.messages import Flags, Floats, Ints
from tocsin.models.groups import GROUPS
from tocsin.models.model import Model
from tocsin.settings import Sensor
from tocsin.tracking.classes.laws import Laws
from tocsin.tracking.grounded.usual import Usual
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Credits, Scratch
from tocsin.tracking.kernels.lives import moves as m
from tocsin.tracking.looks import Batch
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.words import Words

MEMORY_S = 120.0
ALIKE_S = 40.0
REPEATED_S = 20.0
MEMORY_MOST = 9.0  # e^-9: what is remembered rules nothing out for ever
KNOWN_MPS = 60.0  # a velocity known no better than this tells nothing
SHARE_MIN = 0.01  # a way to move that it has less often costs more than it is worth
KIND_MIN = 1e-4  # no class is ever impossible
KEPT_MIN = 0.1  # ways to move that its class does not have are dropped at once where so much is left without them
FALLING_NS = 12_000_000_000  # what falls is seen again within so long, or has fallen
CREDIT_MIN = 0.5  # a word counts for a track when its detection was more likely its own than not


class Recursion:
    """Classes of components. Holds tables only."""

    def __init__(self, sensors: Sequence[Sensor], model: Model, *, earth: bool) -> None:
        self.classes = model.classes
        self.earth = int(earth)
        self.idle = len(self.classes.rows) == 1
        ways = tuple(mode.name for mode in model.modes)
        self._laws = Laws(self.classes, ways)
        self._usual = Usual(model, earth=earth)
        self._falls = np.array([bool(mode.mass_per_drag or mode.along) for mode in model.modes])
        self._prior = np.log(self.classes.column("prior"))
        self._death = 1.0 / self.classes.column("survival_s")
        self._useful = self.classes.column("useful_sigma_m")
        group = {one.name: g for g, one in enumerate(GROUPS)}  # "unknown" is none of them, and nobody launches it
        self._group = np.array([group.get(row.group, len(GROUPS)) for row in self.classes.rows])
        self._confusion = [self.classes.confusion(sensor.confusion) for sensor in sensors]

    def hear(self, bank: Bank, count: int, words: Words, batch: Batch, credited: Credits) -> None:
        """Remember what sensors called things, row by row. `count`: slots in use."""
        said = batch.rows.said
        if self.idle or not len(credited.row) or not said[:, 0].any():
            return
        births = bank.tag[:count, c.BIRTH]  # ascending: slots are in the order of birth
        for k in np.flatnonzero((said[credited.row, 0] > 0.0) & (credited.weight >= CREDIT_MIN)):
            row = int(credited.row[k])
            slot = int(np.searchsorted(births, credited.birth[k]))
            if slot == count or births[slot] != credited.birth[k]:
                continue
            sensor = int(batch.looks.sensor[credited.look[k]])
            self._called(bank, slot, words, said[row], sensor, int(batch.rows.time[row]))

    def _called(self, bank: Bank, slot: int, words: Words, said: Floats, sensor: int, time_ns: int) -> None:
        """One word for one component."""
        meaning = self.classes.meaning(words.text(int(said[0])) or "")
        if not meaning:
            return
        table = self._confusion[sensor]
        likely = table[:, [self.classes.index[name] for name in meaning]].sum(axis=1)
        likely = float(said[1]) * likely + (1.0 - float(said[1])) * len(meaning) / len(table)
        since_s = (time_ns - int(bank.tag[slot, c.CALLED_TIME])) * 1e-9
        weight = 1.0 if bank.tag[slot, c.CALLED_TIME] == 0 else 1.0 - np.exp(-max(since_s, 0.0) / REPEATED_S)
        bank.tag[slot, c.CALLED_TIME] = max(time_ns, int(bank.tag[slot, c.CALLED_TIME]))
        heard = bank.heard[slot] + weight * np.log(likely)
        bank.heard[slot] = np.maximum(heard - heard.max(), -MEMORY_MOST)

    def think(self, bank: Bank, living: Ints, time_ns: int, scratch: Scratch, unseen: Unseen) -> None:
        """Classes of the components that were detected since, and what follows from them."""
        if self.idle or not len(living):
            return
        self._let_fall(bank, living, time_ns)
        tag = bank.tag[living]
        slots = living[(tag[:, c.DETECTIONS] != tag[:, c.CLASSED]) & (tag[:, c.DETECTIONS] > 1)]
        if not len(slots):
            return
        if len(unseen.region.launching.groups):
            self._begun_at(bank, slots[bank.tag[slots, c.CLASSED] == 0], unseen)
        moved = np.empty((len(slots), m.MOVES))
        m.moves(bank, slots, self.earth, scratch, moved)
        supposed = self._usual.says_nothing(bank.kind[slots], moved[:, m.HEIGHT_SIGMA])
        moved[supposed, m.HEIGHT], moved[supposed, m.HEIGHT_SIGMA] = self._usual.begins
        known = moved[:, m.SPEED_SIGMA] < KNOWN_MPS
        named = bank.tag[slots, c.IDENTITY] > 0
        fit = self._laws.fit(moved, bank.mu[slots], bank.share[slots], named)
        fit -= fit.max(axis=1, keepdims=True)
        fit[~known] = 0.0
        before = np.where(bank.tag[slots, c.CLASSED] > 0, bank.tag[slots, c.CLASSED_TIME], bank.tag[slots, c.BORN])
        since_s = np.maximum(bank.tag[slots, c.TIME] - before, 0) * 1e-9
        kept = np.exp(-since_s / MEMORY_S)[:, None]
        heard = kept * bank.heard[slots] + (1.0 - kept) * (MEMORY_S / ALIKE_S) * fit
        bank.heard[slots] = np.maximum(heard - heard.max(axis=1, keepdims=True), -MEMORY_MOST)
        self._follow(bank, slots, self._prior + bank.heard[slots] + fit, known)
        bank.tag[slots, c.CLASSED] = bank.tag[slots, c.DETECTIONS]
        bank.tag[slots, c.CLASSED_TIME] = bank.tag[slots, c.TIME]
        self._usual.suppose(bank, slots[known])

    def _begun_at(self, bank: Bank, slots: Ints, unseen: Unseen) -> None:
        """What begins where things are launched is likelier to be one of those (`Unseen.lift`)."""
        for slot in slots.tolist():
            lift = np.append(unseen.lift(bank.x[slot, int(bank.mu[slot].argmax()), :3]), 1.0)[self._group]
            heard = bank.heard[slot] + np.log(lift)
            bank.heard[slot] = np.maximum(heard - heard.max(), -MEMORY_MOST)

    def _follow(self, bank: Bank, slots: Ints, log: Floats, known: Flags) -> None:
        """Probabilities of log weights (n, classes), and the modes, lives and ends that follow from them."""
        kind = np.exp(log - log.max(axis=1, keepdims=True))
        kind = np.maximum(kind / kind.sum(axis=1, keepdims=True), KIND_MIN)
        kind /= kind.sum(axis=1, keepdims=True)
        bank.kind[slots] = kind
        bank.num[slots, c.LIFE] = 1.0 / (kind * self._death).sum(axis=1)
        bank.num[slots, c.USEFUL] = (kind * self._useful).sum(axis=1)
        share = (kind[:, :, None] * self._laws.shares).sum(axis=1)
        share[share < SHARE_MIN] = 0.0
        share /= share.sum(axis=1, keepdims=True)
        slots, share = slots[known], share[known]
        bank.share[slots] = share
        self._drop(bank, slots, share == 0.0)

    def _let_fall(self, bank: Bank, living: Ints, time_ns: int) -> None:
        """What was seen once and never again did not fall: those ways to move cost most, and spread fastest."""
        tag = bank.tag[living]
        old = (tag[:, c.DETECTIONS] == 1) & (time_ns - tag[:, c.LAST] > FALLING_NS)
        slots = living[old]
        slots = slots[(bank.share[slots] * self._falls).any(axis=1)]
        if len(slots):
            share = np.where(self._falls, 0.0, bank.share[slots])
            bank.share[slots] = share / share.sum(axis=1, keepdims=True)
            self._drop(bank, slots, np.broadcast_to(self._falls, share.shape))

    def _drop(self, bank: Bank, slots: Ints, out: Flags) -> None:
        """Leave out modes that the class does not have, unless nearly all that is known rests on them."""
        mu = np.where(out, 0.0, bank.mu[slots])
        total = mu.sum(axis=1, keepdims=True)
        good = total[:, 0] >= KEPT_MIN
        bank.mu[slots[good]] = mu[good] / total[good]
