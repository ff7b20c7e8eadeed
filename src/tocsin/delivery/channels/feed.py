"""The public feed of alerts: what is said stands there for whoever reads it; nothing is pushed, nobody must answer."""

from collections.abc import Callable
from typing import ClassVar

from tocsin.delivery.carrier import Parcel, Taken
from tocsin.delivery.declared import Channel

KEPT = 1_000  # newest parcels; the ledger has all


class Feed:
    """The newest parcels of one feed. `parcels` is read by the route that shows it."""

    keeps_state: ClassVar[bool] = False

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self.parcels: dict[str, Parcel] = {}
        self.told: Callable[[Parcel], None] = lambda _: None

    async def open(self) -> None:
        """There is nothing to open."""

    async def send(self, parcel: Parcel) -> Taken:
        """Stand in the feed; the same identifier stands there once."""
        if parcel.statement.identifier not in self.parcels:
            self.parcels[parcel.statement.identifier] = parcel
            self.told(parcel)
        while len(self.parcels) > KEPT:
            del self.parcels[next(iter(self.parcels))]
        return Taken("stands in the feed")

    async def check(self) -> str:
        """It is part of this process."""
        return f"{len(self.parcels)} in the feed"

    async def trial(self, _parcel: Parcel) -> str:
        """A test is not shown to the public: that the route answers is tried by reading it."""
        return "nothing to try: it is part of this process"

    async def close(self) -> None:
        """There is nothing to close."""
