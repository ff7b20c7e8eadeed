"""Copies of what working looks changes, some seconds apart: the older, the farther apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tocsin.tracking.kernels.columns import Bank

CLOSE_S: Final = 4
MANY: Final = 10_000  # components from which a snapshot costs too much to be made each second
MANY_APART: Final = 16  # seconds between them then


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of what working looks changes, at one moment. `bank` holds the living alone, packed."""

    bank: Bank
    parts: Mapping[str, Any]


def copied(part: Any) -> Any:  # noqa: ANN401  an array, a tuple of arrays, a number, or whatever can copy itself
    """A copy of one part that shares nothing with it which is written to."""
    if isinstance(part, int):
        return part
    if isinstance(part, tuple):
        return type(part)(*(column.copy() for column in part))
    return part.copy()


def changed(second: int, worked: int) -> bool:
    """Whether a second deserves a snapshot: there were looks in the one before it, or in the last few. `worked`: the
    last second that had any. Where nothing comes, going back to an older snapshot costs a few beats.
    """
    return worked == second - 1 or (second % CLOSE_S == 0 and worked >= second - CLOSE_S)


def kept(second: int, now: int) -> bool:
    """Whether the snapshot of a second is kept still: 1 s apart below 4 s of age, 2 s below 8, 4 s below 16, and so on.

    Asked of the two seconds alone, so that which are kept does not depend on when somebody asked.
    """
    age = now - second
    return age < CLOSE_S or second % (1 << (age.bit_length() - 2)) == 0
