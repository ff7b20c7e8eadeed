"""All that the tracker remembers, and its way into bytes and back: `dump`, `load`, continue changes no bit.

THE SEAM FOR WHAT IS LEARNT. Late detections are worked in by going back to a snapshot and working forward again. So all
that working looks changes, or that takes effect at a beat, is a part that `State.copy` copies and `State.restore` puts
back. To add one: a field of `State`; its name in PARTS; a method `copy()` that shares nothing which is written to
(arrays and tuples of arrays need none); its lines in `dump`, `_load` and `digest`. What stands outside of looks (what
was shown, what waits to be handed out, words, the sequencer) is no part.

What was learnt takes effect in `Tracker.beat(time_ns)`: at each whole second of event time, between looks, and again
at the same place when a stretch is worked a second time. `time_ns` is that second; nothing else tells the time there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from tocsin.errors import StateError
from tocsin.messages import Ints, Notice, Refusal
from tocsin.models.model import Model
from tocsin.settings import Settings
from tocsin.tracking import arrays
from tocsin.tracking.directions.memory import Memory
from tocsin.tracking.identity import Identities
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Mixture, Rows
from tocsin.tracking.learning.learner import Learner
from tocsin.tracking.lifecycle import SECOND_NS, Lifecycle, Lost
from tocsin.tracking.looks import Sequencer
from tocsin.tracking.tables import sensors_of
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.words import Words

DUMP_FORMAT = 2
DEFAULT_SLOTS = 1024
# What a snapshot holds beside the bank: see above. Keep the names in the order of State's fields.
PARTS: tuple[str, ...] = ("mixture", "running", "counted", "heard", "learner", "identities", "unseen", "lifecycle")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of what working looks changes, at one moment. `bank` holds the living alone, packed."""

    bank: Bank
    parts: Mapping[str, Any]


@dataclass(slots=True)
class State:
    """What decides the future, and what waits to be handed out."""

    bank: Bank
    mixture: Mixture
    running: Ints
    counted: Ints
    heard: Memory
    looks: Sequencer
    learner: Learner
    identities: Identities
    unseen: Unseen
    words: Words = field(default_factory=Words)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    shown: frozenset[int] = frozenset()
    ended: tuple[int, ...] = ()
    notices: list[Notice] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @classmethod
    def new(cls, settings: Settings, model: Model) -> "State":
        """The state of a tracker that has seen nothing."""
        tracking = settings.tracking
        running = arrays.new_running()
        looks = Sequencer(
            settings.sensors,
            hold_ns=int(tracking.hold_s * SECOND_NS),
            late_ns=int(tracking.late_s * SECOND_NS),
            offset_ns=int(settings.watching.clock_offset_s_max * SECOND_NS),
        )
        bank = arrays.new_bank(DEFAULT_SLOTS, len(model.modes))
        learner = Learner(settings, sensors_of(settings), exact=model.clutter_per_m2 == model.clutter_per_m2)
        unseen = Unseen.of(settings, model)
        counted = np.zeros(c.COUNTERS, dtype=np.int64)
        identities = Identities(settings.sensors, settings.frame, tracking.identity_speed_mps_max)
        mixture, heard = arrays.new_mixture(model, running), Memory.of(settings)
        return cls(bank, mixture, running, counted, heard, looks, learner, identities, unseen)

    def living(self) -> Ints:
        """The slots of components that are alive, in order of birth."""
        return arrays.alive(self.bank, self.running)

    def copy(self) -> Snapshot:
        """A snapshot of all PARTS, which later work does not change."""
        living = self.living()
        bank = Bank._make(column[living] for column in self.bank)
        return Snapshot(bank, {name: _copied(getattr(self, name)) for name in PARTS})

    def restore(self, snapshot: Snapshot) -> None:
        """Be again as at the snapshot, which may be used again."""
        for name in PARTS:
            setattr(self, name, _copied(snapshot.parts[name]))
        n = len(snapshot.bank.mu)
        if len(self.bank.mu) < n + DEFAULT_SLOTS:
            self.bank = arrays.new_bank(n + DEFAULT_SLOTS, snapshot.bank.mu.shape[1])
        for room, column in zip(self.bank, snapshot.bank, strict=True):
            room[:n] = column
        self.running[c.SLOTS] = n

    def digest(self) -> bytes:
        """A digest of all that decides the picture's future, but not of how it lies in memory."""
        living = self.living()
        count = int(self.running[c.MIXTURE_COUNT])
        kept = [c.NEXT_NUMBER, c.NEXT_BIRTH, c.MIXTURE_TIME, c.HEARD_TIME]
        return arrays.digest_of(
            *(column[living] for column in self.bank),
            *(column[:count] for column in self.mixture[:3]),
            *self.heard.living(int(self.running[c.HEARD_TIME])),
            self.running[kept],
            np.array([self.looks.watermark_ns, self.looks.arrived], dtype=np.int64),
            self.looks.key,
            self.looks.sweep_key,
            *(self.looks.rows or ()),
            *self.learner.learned,
            *self.identities.state(),
            np.frombuffer(self.unseen.digest(), dtype=np.uint8),
        )

    def dump(self) -> bytes:
        """Everything."""
        living, count = self.living(), int(self.running[c.MIXTURE_COUNT])
        running = self.running.copy()
        running[c.SLOTS] = len(living)
        looks, lifecycle = self.looks, self.lifecycle
        parts: dict[str, Any] = {
            "format": DUMP_FORMAT,
            "bank": [arrays.pack(column[living]) for column in self.bank],
            "mixture": [arrays.pack(column[:count]) for column in self.mixture[:3]],
            "running": arrays.pack(running),
            "counted": arrays.pack(self.counted),
            "heard": [arrays.pack(column) for column in self.heard.living(int(running[c.HEARD_TIME]))],
            "looks": {
                "watermark_ns": looks.watermark_ns,
                "arrived": looks.arrived,
                "key": arrays.pack(looks.key),
                "sweep_key": arrays.pack(looks.sweep_key),
                "rows": [arrays.pack(column) for column in looks.rows or ()],
            },
            "learned": self.learner.dump(),
            "identities": self.identities.dump(),
            "unseen": self.unseen.dump(),
            "words": self.words.words,
            "lost": [
                [lost.number, lost.time_ns, arrays.pack(lost.x), arrays.pack(lost.p), arrays.pack(lost.tag)]
                for lost in lifecycle.lost.values()
            ],
            "continues": [[number, *of] for number, of in lifecycle.continues.items()],
            "shown": sorted(self.shown),
            "ended": list(self.ended),
            "notices": self.notices,
            "refusals": self.refusals,
        }
        return msgspec.msgpack.encode(parts)

    def load(self, dumped: bytes) -> None:
        """Take on the state of a dump. Raises StateError when this version cannot read it."""
        try:
            parts = msgspec.msgpack.decode(dumped)
            known = parts["format"]
            if known == DUMP_FORMAT:
                self._load(parts)
                return
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, IndexError) as error:
            message = f"this tracker's dump cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        message = f"a tracker's dump of format {known}, this tocsin reads {DUMP_FORMAT}: replay instead"
        raise StateError(message)

    def _load(self, parts: dict[str, Any]) -> None:
        self.running = arrays.unpack(parts["running"])
        self.counted = arrays.unpack(parts["counted"])
        self.heard.fill(*(arrays.unpack(column) for column in parts["heard"]))
        columns = [arrays.unpack(column) for column in parts["bank"]]
        n, modes = columns[2].shape
        self.bank = arrays.new_bank(max(n, DEFAULT_SLOTS), modes)
        for room, column in zip(self.bank, columns, strict=True):
            room[:n] = column
        for room, packed in zip(self.mixture[:3], parts["mixture"], strict=True):
            column = arrays.unpack(packed)
            room[: len(column)] = column
        self.unseen.load(parts["unseen"])
        looks = parts["looks"]
        self.looks.watermark_ns, self.looks.arrived = looks["watermark_ns"], looks["arrived"]
        self.looks.key, self.looks.sweep_key = arrays.unpack(looks["key"]), arrays.unpack(looks["sweep_key"])
        rows = [arrays.unpack(column) for column in looks["rows"]]
        self.looks.rows = Rows(*rows) if rows else None
        self.learner.load(parts["learned"])
        self.identities.load(parts["identities"])
        self.words = Words.of(parts["words"])
        lost = [Lost(n, t, *(arrays.unpack(array) for array in kept)) for n, t, *kept in parts["lost"]]
        self.lifecycle.lost = {track.number: track for track in lost}
        self.lifecycle.continues = {number: (of, chance) for number, of, chance in parts["continues"]}
        self.shown, self.ended = frozenset(parts["shown"]), tuple(parts["ended"])
        self.notices = msgspec.convert(parts["notices"], list[Notice])
        self.refusals = msgspec.convert(parts["refusals"], list[Refusal])


def _copied(part: Any) -> Any:  # noqa: ANN401  an array, a tuple of arrays, or whatever can copy itself
    """A copy of one part that shares nothing with it which is written to."""
    if isinstance(part, tuple):
        return type(part)(*(column.copy() for column in part))
    return part.copy()
