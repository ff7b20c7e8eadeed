"""Who may confirm a release, who is asked next, and which accounts belong to one person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.errors import OrderRefused
from tocsin.messages import Order
from tocsin.settings import Place, Releasing

ROLES = ("operator", "supervisor")  # who may answer for a release; a machine's token has no such role


@dataclass(frozen=True, slots=True)
class People:
    """The order of asking, by place. Made of settings; no state."""

    rules: Releasing
    places: Mapping[str, Place]

    def named(self, place: str) -> tuple[str, ...]:
        """Who is named for a place: its own list, else its parents', else the site's. (): whoever is on duty."""
        seen: set[str] = set()
        name = place
        while name in self.places and name not in seen:
            seen.add(name)
            if self.places[name].release_by:
                return self.places[name].release_by
            name = self.places[name].parent
        return self.rules.people

    def order(self, place: str, duty: Iterable[str]) -> tuple[str, ...]:
        """In which order people are asked for a place: those on duty first."""
        on = tuple(duty)
        named = self.named(place)
        if not named:
            return on
        return (*(name for name in named if name in on), *(name for name in named if name not in on))

    def next(self, place: str, duty: Iterable[str], asked: Sequence[str]) -> str:
        """The next to be asked: nobody who was asked under another name; "" where nobody is left."""
        return next((name for name in self.order(place, duty) if not any(self.one(name, other) for other in asked)), "")

    def one(self, name: str, other: str) -> bool:
        """Are these two accounts one person? Equal but for case and space, or declared so by the site."""
        a, b = _plain(name), _plain(other)
        return a == b or any({a, b} <= {_plain(one) for one in group} for group in self.rules.same_person)

    def check(self, order: Order, place: str, what: str) -> None:
        """Raises OrderRefused unless a signed-in person whom the place knows gives it."""
        if order.role not in ROLES or not order.session:
            message = f"{what} is for a person who is signed in as operator or supervisor; {order.person!r} is not"
            raise OrderRefused(message)
        named = self.named(place)
        if named and order.person not in named:
            message = f"{order.person!r} is not named for {place!r}; these are: {', '.join(named)}"
            raise OrderRefused(message)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
