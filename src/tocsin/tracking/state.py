"""All that the tracker remembers, and its way into bytes and back: `dump`, `load`, continue changes no bit.

THE SEAM FOR WHAT IS LEARNT. Late detections are worked in by going back to a snapshot and working forward again. So all
that working looks changes, or that takes effect at a beat, is a part that `State.copy` copies and `State.restore` puts
back. To add one: a field of `State`; its name in PARTS; a method `copy()` that shares nothing which is written to
(arrays and tuples of arrays need none); its lines in `parts`, `_load_parts` and `digest`. What stands outside of looks
(what was shown, what waits to be handed out, words, the sequencer, the past) is no part.

Notices that looks or beats bring about are told by `State.tell`, so that none is told twice. A dump holds the parts as
they were at the oldest snapshot, and what was worked since: `Tracker.load` works it again.

What was learnt takes effect in `Tracker.beat(time_ns)`: at each whole second of event time, between looks, and again
at the same place when a stretch is worked a second time. `time_ns` is that second; nothing else tells the time there.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from tocsin.errors import StateError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, Notice, Refusal
from tocsin.models.model import Model
from tocsin.settings import Settings
from tocsin.tracking import arrays
from tocsin.tracking.directions.memory import Memory
from tocsin.tracking.identity import Identities
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import NEVER, Bank, Mixture
from tocsin.tracking.late.past import Past, packed, unpacked
from tocsin.tracking.late.snapshots import Snapshot, copied
from tocsin.tracking.late.told import Happening
from tocsin.tracking.learning.learner import Learner
from tocsin.tracking.lifecycle import Lifecycle, Lost
from tocsin.tracking.looks import Sequencer, Stretch, gathered, ordered
from tocsin.tracking.moving.whereabouts import Whereabouts
from tocsin.tracking.population.census import Census
from tocsin.tracking.tables import sensors_of
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.witnesses.memory import Witnesses
from tocsin.tracking.words import Words

DUMP_FORMAT = 2
DEFAULT_SLOTS = 1024
# What a snapshot holds beside the bank: see above. Keep the names in the order of State's fields.
PARTS: tuple[str, ...] = (
    "mixture",
    "running",
    "counted",
    "heard",
    "learner",
    "identities",
    "unseen",
    "witnesses",
    "census",
    "second",
    "worked",
    "lifecycle",
)


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
    whereabouts: Whereabouts
    witnesses: Witnesses = field(default_factory=Witnesses)
    census: Census = field(default_factory=Census)
    second: int = NEVER  # of event time: its beat is over, later looks are not worked
    worked: int = NEVER  # the last second in which there was a look
    past: Past = field(default_factory=Past)
    words: Words = field(default_factory=Words)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    shown: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # track numbers at the last Tick, sorted
    ended: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of the Tick before, and not shown now
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
        bank = arrays.new_bank(DEFAULT_SLOTS, len(model.modes), len(model.classes.rows))
        learner = Learner(settings, sensors_of(settings), exact=model.clutter_per_m2 == model.clutter_per_m2)
        whereabouts = Whereabouts(settings.sensors, settings.frame, looks.offset_ns)
        unseen = Unseen.of(settings, model, whereabouts=whereabouts)
        counted = np.zeros(c.COUNTERS, dtype=np.int64)
        identities = Identities(settings.sensors, settings.frame, tracking.identity_speed_mps_max)
        mixture, heard = arrays.new_mixture(model, running), Memory.of(settings)
        state = cls(bank, mixture, running, counted, heard, looks, learner, identities, unseen, whereabouts)
        state.census = Census.of(settings, model)
        state.past.tracking = [(NEVER, tracking)]
        state.past.journal.snapshots[NEVER] = state.copy()
        return state

    def living(self) -> Ints:
        """The slots of components that are alive, in order of birth."""
        return arrays.alive(self.bank, self.running)

    def numbers(self) -> set[int]:
        """All track numbers that somebody holds."""
        tags = self.bank.tag[self.living()][:, [c.NUMBER, c.SWAPPED]]
        pairs = [(number, before) for number, (before, _) in self.lifecycle.continues.items()]
        lost = [(number, int(track.tag[c.SWAPPED])) for number, track in self.lifecycle.lost.items()]
        happened = [one.subject for one in self.past.told.happened if isinstance(one.subject, int)]
        return {*tags.reshape(-1).tolist(), *(number for pair in (*pairs, *lost) for number in pair), *happened}

    def births(self) -> tuple[Ints, Ints]:
        """Births, ascending, and their numbers inside, of all components that have one and of those lately lost."""
        living = self.living()
        number, birth = self.bank.tag[living, c.NUMBER], self.bank.tag[living, c.BIRTH]
        named = number > 0
        lost = [(int(track.tag[c.BIRTH]), track.number) for track in self.lifecycle.lost.values()]
        before = np.array(lost, dtype=np.int64).reshape(-1, 2)
        births = np.concatenate([birth[named], before[:, 0]])
        first = np.unique(births, return_index=True)[1]  # who lives comes first
        return births[first], np.concatenate([number[named], before[:, 1]])[first]

    def copy(self) -> Snapshot:
        """A snapshot of all PARTS, which later work does not change."""
        living = self.living()
        bank = Bank._make(column.take(living, axis=0) for column in self.bank)
        return Snapshot(bank, {name: copied(getattr(self, name)) for name in PARTS})

    def restore(self, snapshot: Snapshot) -> None:
        """Be again as at the snapshot, which may be used again."""
        for name in PARTS:
            setattr(self, name, copied(snapshot.parts[name]))
        n = len(snapshot.bank.mu)
        if len(self.bank.mu) < n + DEFAULT_SLOTS:
            self.bank = arrays.new_bank(n + DEFAULT_SLOTS, snapshot.bank.mu.shape[1], snapshot.bank.kind.shape[1])
        for room, column in zip(self.bank, snapshot.bank, strict=True):
            room[:n] = column
        self.running[c.SLOTS] = n

    def digest(self) -> bytes:
        """A digest of all that decides the picture's future, but not of how it lies in memory.

        How far looks are worked between Ticks depends on how scans were cut, and is of no account at the next Tick.
        """
        if self.looks.watermark_ns != self.looks.settled_ns:
            return sha256(self.dump()).digest()
        living = self.living()
        count = int(self.running[c.MIXTURE_COUNT])
        kept = [c.NEXT_NUMBER, c.NEXT_BIRTH, c.MIXTURE_TIME, c.HEARD_TIME]
        looks, held = self.looks, ordered(self.looks.held())[1]
        times = [self.second, looks.watermark_ns, looks.worked_ns, looks.settled_ns, looks.newest_ns]
        return arrays.digest_of(
            *(column[living] for column in self.bank),
            *(column[:count] for column in self.mixture[:3]),
            *self.heard.living(int(self.running[c.HEARD_TIME])),
            self.running[kept],
            np.array(times, dtype=np.int64),
            looks.heard_ns,
            looks.live,
            held.key,
            held.sweep_key,
            *held.rows,
            *self.past.digest_of(),
            *self.whereabouts.digest_of(),
            *self.learner.learned,
            *self.identities.state(),
            np.frombuffer(self.unseen.digest(), dtype=np.uint8),
            *self.witnesses.columns(),
            *self.census.digest_of(),
        )

    def tell(self, time_ns: int, kind: str, subject: str | int, text: str, other: int = 0) -> None:
        """Something that a look or a beat brought about. Tracks by their numbers inside; `other`: {} in the text."""
        self.past.told.happened.append(Happening(self.past.place, time_ns, kind, subject, text, other))

    def dump(self) -> bytes:
        """Everything."""
        looks = self.looks
        held = self._held()
        parts: dict[str, Any] = self._as_of_oldest().parts() | {
            "format": DUMP_FORMAT,
            "past": self.past.pack(looks.settled_ns),
            "looks": {
                "watermark_ns": looks.watermark_ns,
                "settled_ns": looks.settled_ns,
                "floor_ns": looks.floor_ns,
                "newest_ns": looks.newest_ns,
                "heard_ns": arrays.pack(looks.heard_ns),
                "live": arrays.pack(looks.live),
                "held": packed(held),
            },
            "whereabouts": self.whereabouts.pack(),
            "words": self.words.words,
            "shown": self.shown.tolist(),
            "ended": self.ended.tolist(),
            "notices": self.notices,
            "refusals": self.refusals,
        }
        return msgspec.msgpack.encode(parts)

    def _as_of_oldest(self) -> "State":
        """The parts as they were at the oldest snapshot."""
        state = replace(self, bank=arrays.new_bank(0, self.bank.mu.shape[1], self.bank.kind.shape[1]))
        journal = self.past.journal
        state.restore(journal.snapshots[journal.oldest()])
        return state

    def _held(self) -> Stretch:
        """What came since the last Tick, or waits for its time; in order, however it came."""
        _, since = self.past.journal.divided(self.looks.settled_ns)
        return ordered(gathered([since, self.looks.held()]))[1]

    def parts(self) -> dict[str, Any]:
        """PARTS and the bank, as plain data."""
        living, count = self.living(), int(self.running[c.MIXTURE_COUNT])
        running, lifecycle = self.running.copy(), self.lifecycle
        running[c.SLOTS] = len(living)
        return {
            "bank": [arrays.pack(column[living]) for column in self.bank],
            "mixture": [arrays.pack(column[:count]) for column in self.mixture[:3]],
            "running": arrays.pack(running),
            "counted": arrays.pack(self.counted),
            "heard": [arrays.pack(column) for column in self.heard.living(int(running[c.HEARD_TIME]))],
            "second": self.second,
            "worked": self.worked,
            "lost": [
                [lost.number, lost.time_ns, *(arrays.pack(column) for column in (lost.x, lost.p, lost.tag, lost.kind))]
                for lost in lifecycle.lost.values()
            ],
            "continues": [[number, *of] for number, of in lifecycle.continues.items()],
            "learned": self.learner.dump(),
            "identities": self.identities.dump(),
            "unseen": self.unseen.dump(),
            "witnesses": self.witnesses.dump(),
            "census": self.census.dump(),
        }

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
        self.whereabouts.unpack(parts["whereabouts"])
        self._load_parts(parts)
        looks = parts["looks"]
        for name in ("watermark_ns", "settled_ns", "floor_ns", "newest_ns"):
            setattr(self.looks, name, looks[name])
        self.looks.worked_ns = self.looks.settled_ns
        self.looks.heard_ns, self.looks.live = arrays.unpack(looks["heard_ns"]), arrays.unpack(looks["live"])
        held = unpacked(looks["held"])
        self.looks.rows = held.rows if len(held.key) else None
        self.looks.key, self.looks.sweep_key = held.key, held.sweep_key
        self.words = Words.of(parts["words"])
        self.shown, self.ended = (np.array(parts[name], dtype=np.int64) for name in ("shown", "ended"))
        self.notices = msgspec.convert(parts["notices"], list[Notice])
        self.refusals = msgspec.convert(parts["refusals"], list[Refusal])
        self.past.unpack(parts["past"])
        self.past.journal.snapshots = {parts["past"]["oldest"]: self.copy()}
        self.looks.remember(self.past.put_back.sweep_key)
        self.looks.remember(self.past.waiting.sweep_key)

    def _load_parts(self, parts: dict[str, Any]) -> None:
        """What `parts` gave."""
        self.running = arrays.unpack(parts["running"])
        self.counted = arrays.unpack(parts["counted"])
        self.heard.fill(*(arrays.unpack(column) for column in parts["heard"]))
        self.second, self.worked = parts["second"], parts.get("worked", NEVER)
        columns = [arrays.unpack(column) for column in parts["bank"]]
        (n, modes), kinds = columns[2].shape, columns[6].shape[1]
        self.bank = arrays.new_bank(max(n, DEFAULT_SLOTS), modes, kinds)
        for room, column in zip(self.bank, columns, strict=True):
            room[:n] = column
        for room, column_packed in zip(self.mixture[:3], parts["mixture"], strict=True):
            column = arrays.unpack(column_packed)
            room[: len(column)] = column
        lost = [Lost(n, t, *(arrays.unpack(array) for array in kept)) for n, t, *kept in parts["lost"]]
        self.lifecycle.lost = {track.number: track for track in lost}
        self.lifecycle.continues = {number: (of, chance) for number, of, chance in parts["continues"]}
        self.learner.load(parts["learned"])
        self.identities.load(parts["identities"])
        self.unseen.load(parts["unseen"])
        self.witnesses.load(parts["witnesses"])
        self.census.load(parts["census"])
