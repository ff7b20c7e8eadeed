"""The room on the disk that is kept for decisions."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


class Reserve:
    """A file that holds room on the disk. Given up in eighths: another program may eat what is freed at once.

    `free_bytes` says how much room the disk has.
    """

    def __init__(self, path: Path, size: int, free_bytes: Callable[[], int] | None = None) -> None:
        self._path = path
        self._size = size
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(path.parent).free)

    def left(self) -> int:
        """How many bytes are still reserved."""
        return self._path.stat().st_size if self._path.exists() else 0

    def shrink(self) -> bool:
        """Give up an eighth. False when nothing was left to give."""
        left = self.left()
        if left == 0:
            return False
        os.truncate(self._path, max(0, left - max(1, self._size // 8)))
        return True

    def grow(self) -> bool:
        """Take the whole room again. False while less than an eighth of it would be left: full again at once."""
        missing = self._size - self.left()
        if self._free_bytes() < missing + self._size // 8:
            return False
        if missing <= 0:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._size)
        except OSError:
            os.ftruncate(handle, self._size - missing)
            return False
        finally:
            os.close(handle)
        return True
