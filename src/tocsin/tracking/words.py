"""Words as numbers: identities and callsigns are compared inside compiled code, which knows numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from tocsin.messages import Ints
from tocsin.tracking.rows.alike import WORDS, alike

WORDS_MAX = 1_000_000  # a flood of new identities ends here: later ones are not told apart from each other
OVERFLOW = "one of too many"
NOBODY = (0, 0)


def _mark(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(slots=True)
class Words:
    """Each word has an index from 1; 0 is no word. State."""

    words: list[str] = field(default_factory=lambda: [""])
    index: dict[str, int] = field(default_factory=dict)
    _marks: Ints = field(default_factory=lambda: np.zeros(1, np.int64), repr=False)  # of words, as far as asked for
    _called: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)  # an identity's number, its kind's

    @classmethod
    def of(cls, words: list[str]) -> "Words":
        """The words of a dump."""
        return cls(words, {word: i for i, word in enumerate(words) if i})

    def number(self, word: str | None) -> int:
        """The index of a word, new ones included."""
        if not word:
            return 0
        known = self.index.get(word)
        if known is None:
            if len(self.words) > WORDS_MAX:
                known = self.index.setdefault(OVERFLOW, len(self.words))
                if known == len(self.words):
                    self.words.append(OVERFLOW)
                return known
            known = len(self.words)
            self.words.append(word)
            self.index[word] = known
        return known

    def rows(
        self,
        n: int,
        identity: Sequence[str | None] | None,
        callsign: Sequence[str | None] | None,
        source_track: Sequence[str | None] | None = None,
    ) -> Ints:
        """Columns of Rows.word: identity, callsign, what kind of identity it is ("icao" of "icao:4ca7b3"), track."""
        if not (identity or callsign or source_track):
            return alike(WORDS, n)
        out = np.zeros((n, 4), dtype=np.int64)
        if identity:
            out[:, [0, 2]] = [self._called.get(word) or self._call(word) if word else NOBODY for word in identity]
        for column, words in ((1, callsign), (3, source_track)):
            if words:
                out[:, column] = [self.number(word) for word in words]
        return out

    def _call(self, identity: str) -> tuple[int, int]:
        called = self.number(identity), self.number(identity.partition(":")[0] + ":")
        if len(self._called) < WORDS_MAX:
            self._called[identity] = called
        return called

    def marks(self, word: Ints) -> Ints:
        """A number (m,) for the words of each row made of their letters, not of when they first came."""
        if not word.any():
            return np.zeros(len(word), dtype=np.int64)
        new = [_mark(one) for one in self.words[len(self._marks) :]]
        if new:
            self._marks = np.concatenate((self._marks, np.array(new, np.int64)))
        marks = self._marks[word]
        return np.asarray(marks[:, 0] ^ (marks[:, 1] >> 1) ^ (marks[:, 3] >> 2))

    def numbers(self, words: Sequence[str | None] | None) -> Ints | None:
        """The index of each word; None where there are none at all."""
        return None if words is None else np.array([self.number(word) for word in words], dtype=np.int64)

    def text(self, number: int) -> str | None:
        """The word of an index."""
        return self.words[number] if number else None
