"""What happened to tracks, and what of it was told: nothing is told twice, and hindsight is told as hindsight."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from tocsin.messages import Notice, Refusal
from tocsin.tracking.late.journal import Segment

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that looks brought about. `place`: 2 s + 1 in second s of event time, 2 s at the beat before it.

    `subject` is what it concerns, a track by its number inside; `other`: a track that the text names as {}.
    """

    place: int
    time_ns: int
    kind: str
    subject: str | int
    text: str
    other: int = 0


@dataclass(slots=True)
class Told:
    """What happened lately, and what of it was handed out (state: but `happened`, which working again brings back)."""

    happened: list[Happening] = field(default_factory=list)
    told: list[tuple[int, Key]] = field(default_factory=list)
    count: int = 0  # of `happened` that were told
    upto: int = -(2**63)  # the last place told of
    again: int | None = None  # from this place on, things were worked again since

    def back_to(self, second: int) -> None:
        """All that happened from this second on is to happen again."""
        self.happened = [one for one in self.happened if one.place <= 2 * second]
        self.count = min(self.count, len(self.happened))
        self.again = 2 * second + 1 if self.again is None else min(self.again, 2 * second + 1)

    def forget(self, second: int) -> None:
        """Let go of what happened before this second began."""
        gone = bisect_right(self.happened, 2 * second, key=lambda one: one.place)  # in order of places
        if gone:
            self.happened, self.count = self.happened[gone:], max(self.count - gone, 0)
        if self.told and min(self.told[0][0], self.told[-1][0]) <= 2 * second:
            self.told = [one for one in self.told if one[0] > 2 * second]

    def hand_out(self, time_ns: int, second: int, name: Callable[[int], int]) -> list[Notice]:
        """What is news at a Tick, with event time at `second`. `name` gives the number shown for one inside."""
        since, self.again = self.again, None
        if since is None:
            news, taken_back = self.happened[self.count :], Counter[Key]()
        else:
            taken_back = Counter(key for place, key in self.told if place >= since)
            self.told = [one for one in self.told if one[0] < since]
            # `count` was cut in `back_to`: what happened before that place since the last Tick is news as well
            news = [one for one in self.happened[self.count :] if not _take(taken_back, _key(one, name))]
        self.told += [(one.place, _key(one, name)) for one in self.happened[self.count :]]
        self.count = len(self.happened)
        notices = [self._notice(one, name) for one in news]
        for kind, subject, text in taken_back.elements():
            notices.append(Notice(time_ns, kind, subject, f"not {text}, as known now"))
        self.upto = 2 * second
        return notices

    def _notice(self, one: Happening, name: Callable[[int], int]) -> Notice:
        kind, subject, _ = _key(one, name)
        hindsight = ", as known now" if one.place < self.upto else ""
        text = one.text.format(name(one.other)) if one.other else one.text
        return Notice(one.time_ns, kind, subject, text + hindsight)


def refused(segments: Iterable[Segment], told: dict[int, dict[str, int]]) -> list[Refusal]:
    """What working these seconds refused and was not told. `told`: second -> reason and feed -> how many; kept up."""
    out = []
    for segment in segments:
        known = told.get(segment.second, {})
        found: dict[str, list[Refusal]] = {}
        for refusal in segment.refused:
            found.setdefault(f"{refusal.feed}: {refusal.reason}", []).append(refusal)
        for key, refusals in found.items():
            count = sum(refusal.count for refusal in refusals)
            if count > known.get(key, 0):
                out.append(replace(refusals[0], count=count - known.get(key, 0)))
                told.setdefault(segment.second, {})[key] = count
    return out


def _key(one: Happening, name: Callable[[int], int]) -> Key:
    """What is compared: whom it concerns by the number shown, and the first words."""
    subject = str(name(one.subject)) if isinstance(one.subject, int) else one.subject
    return one.kind, subject, one.text.partition(";")[0]


def _take(pool: Counter[Key], key: Key) -> bool:
    """Take one of these out, if there is one."""
    if pool[key] <= 0:
        return False
    pool[key] -= 1
    return True
