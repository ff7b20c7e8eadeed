"""Which edition a source writes: what is known of it, and the two rules by which that changes (see `editions`)."""

from dataclasses import dataclass, field

from tocsin.feeds.asterix.layout import Edition

LEARNED = 64  # records; one in a hundred holds an item that tells two neighbouring editions apart
CHANGED = 8  # blocks in a row; damage hits one block, an update all of them


@dataclass(slots=True)
class Choice:
    """What is known of one source and category."""

    editions: tuple[Edition, ...]
    points: list[int] = field(default_factory=list)
    records: int = 0
    chosen: int = -1
    told: str = ""
    suspected: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.points = [0] * len(self.editions)
        self.suspected = [0] * len(self.editions)
        self.chosen = len(self.editions) - 1

    @property
    def settled(self) -> bool:
        """Is the first rule over?"""
        return len(self.editions) == 1 or self.records >= LEARNED

    def learn(self, misfits: list[int], records: int) -> int:
        """One block: its points for each edition, and how many records the best of them found in it."""
        if not self.settled:
            self.points = [before + more for before, more in zip(self.points, misfits, strict=True)]
            fewest = min(self.points)
            self.chosen = max(index for index, points in enumerate(self.points) if points == fewest)
            self.records += records
            return self.chosen
        if misfits[self.chosen] == 0:
            self.suspected = [0] * len(self.editions)
            return self.chosen
        self.suspected = [count + 1 if not bad else 0 for count, bad in zip(self.suspected, misfits, strict=True)]
        if max(self.suspected) >= CHANGED:
            most = max(self.suspected)
            self.chosen = max(index for index, count in enumerate(self.suspected) if count == most)
            self.points = [0 if index == self.chosen else 1 for index in range(len(self.editions))]
            self.suspected = [0] * len(self.editions)
        return self.chosen

    def trust(self) -> None:
        """A block was read cleanly: no suspicion is left."""
        self.suspected = [0] * len(self.editions)

    def said(self) -> str:
        """In words: "CAT048 edition 1.32 (1.14-1.30, 1.31 fit as well)"."""
        edition = self.editions[self.chosen]
        alike = [
            other.name
            for index, other in enumerate(self.editions)
            if index != self.chosen and self.points[index] == self.points[self.chosen]
        ]
        also = f" ({', '.join(alike)} fit{'s' if len(alike) == 1 else ''} as well)" if alike else ""
        doubt = "" if self.points[self.chosen] == 0 else ", but not cleanly: see the refusals"
        return f"CAT{edition.category:03d} edition {edition.name}{also}{doubt}"
