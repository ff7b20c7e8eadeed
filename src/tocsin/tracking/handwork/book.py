"""Merging, splitting and classifying by hand, as it is laid over a picture.

The filter goes on as it would have: a person's word changes no measurement, and can be taken back. What is said is
kept by track number, and passes on to a track that probably continues the one of which it was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.errors import OrderRefused
from tocsin.messages import NO_CLASSES, Flags, Picture

CONTINUES_MIN = 0.5  # who continues a track less surely than this inherits nothing that was said of it
COUNT_MAX = 200
FORGOTTEN_MAX = 10_000  # numbers that are no more in the picture are remembered so many at most


@dataclass(slots=True)
class Book:
    """`same`: a number and the one that it is shown as. `kind`: a number and its class. `count`: at least so many."""

    same: dict[int, int] = field(default_factory=dict)
    kind: dict[int, str] = field(default_factory=dict)
    count: dict[int, int] = field(default_factory=dict)

    def merge(self, track: int, other: int, picture: Picture) -> str:
        """Say that two tracks are one thing: `other` is shown as `track` from now on. Raises OrderRefused."""
        first, second = self._root(track), self._root(other)
        if first == second:
            raise OrderRefused(f"track {track} and track {other} are one already")
        _known(picture, track, self)
        _known(picture, other, self)
        self.same[second] = first
        return f"track {second} is shown as track {first}"

    def split(self, track: int, count: int) -> str:
        """Take merging back; of one track say that at least `count` fly there. Raises OrderRefused."""
        root = self._root(track)
        merged = sorted(number for number in self.same if self._root(number) == root)
        if merged:
            self.same = {number: of for number, of in self.same.items() if number not in merged}
            return f"track {root} and {', '.join(map(str, merged))} are shown apart again"
        if not 1 <= count <= COUNT_MAX:
            raise OrderRefused(f"count = {count}: say how many fly there, from 1 (take it back) to {COUNT_MAX}")
        if count == 1:
            self.count.pop(track, None)
            return f"track {track}: as many as the sensors say"
        self.count[track] = count
        return f"track {track}: at least {count} fly there"

    def classify(self, track: int, kind: str, classes: tuple[str, ...]) -> str:
        """Say what a track is; "" takes it back. Raises OrderRefused."""
        if kind and kind not in classes:
            raise OrderRefused(f"class {kind!r} is unknown; expected one of {', '.join(classes)}, or nothing")
        if kind:
            self.kind[track] = kind
        else:
            self.kind.pop(track, None)
        return f"track {track}: {kind or 'class as the sensors say'}"

    def inherit(self, picture: Picture) -> None:
        """What was said of a track passes on to the one that continues it; what is long gone is forgotten."""
        sure = (picture.continues >= 0) & (picture.continues_probability >= CONTINUES_MIN)
        for row in np.flatnonzero(sure).tolist():
            number, before = int(picture.track[row]), int(picture.continues[row])
            for said in (self.kind, self.count):
                if before in said and number not in said:
                    said[number] = said[before]  # type: ignore[assignment]  # each of its own type
            if before in self.same and number not in self.same:
                self.same[number] = self.same[before]
        for said in (self.kind, self.count, self.same):
            while len(said) > FORGOTTEN_MAX:
                del said[next(iter(said))]

    def laid(self, picture: Picture) -> Picture:
        """The picture as people said that it is. Who is shown as another one is left out while that one lives."""
        if not (self.same or self.kind or self.count) or not len(picture):
            return picture
        track = picture.track.copy()
        present = set(track.tolist())
        keep = np.ones(len(track), dtype=np.bool_)
        group = picture.group_min.copy()
        for row, number in enumerate(track.tolist()):
            root = self._root(number)
            if root != number and root in present:
                keep[row] = False
            elif root != number:
                track[row] = root  # the one it was merged with has ended: this one goes on under its number
            group[row] = max(int(group[row]), self.count.get(number, 1), self.count.get(root, 1))
        # of several that were merged with one that has ended, the first goes on
        keep &= _first_of(track, keep)
        witness = np.array([self._root(number) for number in picture.witness_track.tolist()], dtype=np.int64)
        laid = _rows(replace(picture, track=track, group_min=group, witness_track=witness), keep)
        return self._classed(laid, picture.track[keep])

    def _classed(self, picture: Picture, before: np.ndarray) -> Picture:
        index, sure = picture.class_index.copy(), picture.class_confidence.copy()
        chances = picture.class_probability.copy()
        names = {name: at for at, name in enumerate(picture.classes)}
        for row, number in enumerate(before.tolist()):
            kind = self.kind.get(int(picture.track[row])) or self.kind.get(number)
            if kind is None or kind not in names:
                continue
            index[row], sure[row] = names[kind], 1.0
            if chances.shape[1:] == (len(names),):
                chances[row] = 0.0
                chances[row, names[kind]] = 1.0
        return replace(picture, class_index=index, class_confidence=sure, class_probability=chances)

    def _root(self, track: int) -> int:
        seen = {track}
        while track in self.same and self.same[track] not in seen:
            track = self.same[track]
            seen.add(track)
        return track

    def dump(self) -> tuple[list[tuple[int, int]], list[tuple[int, str]], list[tuple[int, int]]]:
        """Everything, in the order in which it was said."""
        return list(self.same.items()), list(self.kind.items()), list(self.count.items())

    @classmethod
    def load(cls, dumped: "tuple[list[tuple[int, int]], list[tuple[int, str]], list[tuple[int, int]]]") -> "Book":
        """The book that `dump` wrote."""
        return cls(dict(dumped[0]), dict(dumped[1]), dict(dumped[2]))


def _known(picture: Picture, track: int, book: Book) -> None:
    if track not in set(picture.track.tolist()) and track not in book.same:
        raise OrderRefused(f"no track {track} in the picture now; look it up again, it may have ended")


def _first_of(track: np.ndarray, keep: Flags) -> Flags:
    first = np.zeros(len(track), dtype=np.bool_)
    seen: set[int] = set()
    for row in np.flatnonzero(keep).tolist():
        first[row] = int(track[row]) not in seen
        seen.add(int(track[row]))
    return first


_WORDS = ("identity", "callsign", "mark")
_COLUMNS = (
    *("track", "position_m", "velocity_mps", "covariance", "existence", "state", "born_ns", "last_detection_ns"),
    *("last_sensor", "detections", "continues", "continues_probability", "swapped", "group_min", "class_index"),
    *("class_confidence", "corroborated"),
)


def _rows(picture: Picture, keep: Flags) -> Picture:
    """The rows that are kept, sorted by number again."""
    at = np.flatnonzero(keep)
    at = at[np.argsort(picture.track[at], kind="stable")]
    chosen: Mapping[str, object] = {
        **{name: getattr(picture, name)[at] for name in _COLUMNS},
        "class_probability": picture.class_probability[at] if len(picture.class_probability) else NO_CLASSES,
        **{name: tuple(getattr(picture, name)[row] for row in at.tolist()) for name in _WORDS},
    }
    return replace(picture, **chosen)  # type: ignore[arg-type]  # by name, each of its own type
