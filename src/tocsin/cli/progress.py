"""How far long work is: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

WIDTH = 30
TERMINAL_S, PLAIN_S = 0.1, 10.0


class Progress:
    """Call it with (done, in all); use it as a context, so that the bar's line is ended."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._terminal = sys.stderr.isatty()
        self._shown_s = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` are done."""
        now_s = time.monotonic()
        if now_s - self._shown_s < (TERMINAL_S if self._terminal else PLAIN_S):
            return
        self._shown_s = now_s
        share = done / total if total else 0.0
        if self._terminal:
            bar = "#" * round(share * WIDTH)
            print(f"\r{self.what} [{bar:<{WIDTH}}] {share:4.0%}", end="", file=sys.stderr, flush=True)
            self._drawn = True
        else:
            print(f"{self.what}: {done} of {total} ({share:.0%})", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the bar's line."""
        if self._drawn:
            print(f"\r{' ' * (WIDTH + len(self.what) + 10)}\r", end="", file=sys.stderr, flush=True)
