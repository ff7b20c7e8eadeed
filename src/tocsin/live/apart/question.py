"""What is asked of the process that thinks, and what it answers."""

from dataclasses import dataclass, field

from tocsin.messages import Item, Step
from tocsin.settings import Settings

LAST = "the picture of the last step"  # stands for it in a question: it need not be sent back


@dataclass(frozen=True, slots=True)
class Question:
    """A method of `Thinking`."""

    name: str
    arguments: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Items to be worked in, one after the other."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """The steps of items up to the first on which thinking failed, and how it failed."""

    steps: list[Step] = field(default_factory=list)
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A value or an error; `settings` where they are others than at the last answer."""

    value: object = None
    error: Exception | None = None
    settings: Settings | None = None
