"""A directory of recordings, merged in the order of time.

Recorders start a new file each hour, and several sensors record side by side. A file is opened when its first time is
reached and closed at its end, so that a thousand files need few handles.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tocsin.errors import InputError

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
    paths: Iterable[Path],
    first_ns: Callable[[Path], int | None],
    read: Callable[[Path], Iterator[T]],
    time_ns: Callable[[T], int],
) -> Iterator[T]:
    """What `read` gives for each path, in the order of `time_ns`. Ties: in the order of the paths.

    `first_ns` tells the time of a path's first item without reading it all, or None where there is none. Each path's
    own items keep their order, even where their times go back.
    """
    # No two entries share (time, number): items and iterators are never compared.
    waiting: list[tuple[int, int, Path, Iterator[T] | None, T | None]] = []
    for number, path in enumerate(paths):
        start_ns = first_ns(path)
        if start_ns is not None:
            waiting.append((start_ns, number, path, None, None))
    heapq.heapify(waiting)
    while waiting:
        at_ns, number, path, items, item = heapq.heappop(waiting)
        if items is None:
            items = read(path)
        elif item is not None:
            yield item
        following = next(items, None)
        if following is not None:
            # Never before what this path gave last: a clock that was set back must not reorder the others.
            heapq.heappush(waiting, (max(time_ns(following), at_ns), number, path, items, following))
