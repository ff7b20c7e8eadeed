"""A directory of recordings, merged in the order of time.

Recorders start a new file each hour, and several sensors record side by side. A file is opened when its first time is
reached and closed at its end, so that a thousand files need few handles.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tocsin.errors import InputError

S = TypeVar("S")
T = TypeVar("T")
FILES_MAX = 100_000


def files(folder: Path) -> list[Path]:
    """The files of a folder, sorted by name; hidden ones and folders inside are left out.

    Raises:
        InputError: there is nothing to read.
    """
    found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not 0 < len(found) <= FILES_MAX:
        raise InputError(f"{folder.name} holds {len(found)} files; expected 1 to {FILES_MAX} recordings")
    return found


def merged(
    sources: Iterable[S],
    first_ns: Callable[[S], int | None],
    read: Callable[[S], Iterator[T]],
    time_ns: Callable[[T], int],
) -> Iterator[T]:
    """What `read` gives for each source (a path, say), in the order of `time_ns`. Ties: in the order of the sources.

    `first_ns` tells the time of a source's first item without reading it all, or None where there is none. A source's
    own items keep their order, even where their times go back.
    """
    # No two entries share (time, number): items and iterators are never compared.
    waiting: list[tuple[int, int, S, Iterator[T] | None, T | None]] = []
    for number, source in enumerate(sources):
        start_ns = first_ns(source)
        if start_ns is not None:
            waiting.append((start_ns, number, source, None, None))
    heapq.heapify(waiting)
    while waiting:
        at_ns, number, source, items, item = heapq.heappop(waiting)
        if items is None:
            items = read(source)
        elif item is not None:
            yield item
        following = next(items, None)
        if following is not None:
            # Never before what it gave last: a clock that was set back must not reorder the others.
            heapq.heappush(waiting, (max(time_ns(following), at_ns), number, source, items, following))
