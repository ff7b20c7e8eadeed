"""Words as numbers: identities and callsigns are compared inside compiled code, which knows numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from tocsin.messages import Ints

WORDS_MAX = 1_000_000  # a flood of new identities ends here: later ones are not told apart from each other
OVERFLOW = "one of too many"


@dataclass(slots=True)
class Words:
    """Each word has an index from 1; 0 is no word. State."""

    words: list[str] = field(default_factory=lambda: [""])
    index: dict[str, int] = field(default_factory=dict)
    _marks: list[int] = field(default_factory=lambda: [0], repr=False)

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
        out = np.zeros((n, 4), dtype=np.int64)
        for i, word in enumerate(identity or ()):
            if word:
                out[i, 0] = self.number(word)
                out[i, 2] = self.number(word.partition(":")[0] + ":")
        for i, word in enumerate(callsign or ()):
            out[i, 1] = self.number(word)
        for i, word in enumerate(source_track or ()):
            out[i, 3] = self.number(word)
        return out

    def marks(self, word: Ints) -> Ints:
        """A number (m,) for the words of each row made of their letters, not of when they first came."""
        if not word.any():
            return np.zeros(len(word), dtype=np.int64)
        for new in self.words[len(self._marks) :]:
            self._marks.append(int.from_bytes(blake2b(new.encode(), digest_size=8).digest(), "big", signed=True))
        marks = np.array([[self._marks[index] for index in row] for row in word.tolist()], dtype=np.int64)
        return np.asarray(marks[:, 0] ^ (marks[:, 1] >> 1) ^ (marks[:, 3] >> 2))

    def numbers(self, words: Sequence[str | None] | None) -> Ints | None:
        """The index of each word; None where there are none at all."""
        return None if words is None else np.array([self.number(word) for word in words], dtype=np.int64)

    def text(self, number: int) -> str | None:
        """The word of an index."""
        return self.words[number] if number else None
