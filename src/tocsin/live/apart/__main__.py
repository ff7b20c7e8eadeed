"""The process that thinks: `python -m tocsin.live.apart FD`, begun by `Apart` alone.

It answers what its parent asks over the socket pair FD, one question after the other. It ends when the other end is
closed, however its parent ended; signals are the parent's, which has to keep what waits before thinking ends.
"""

import contextlib
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Sequence

from tocsin.live.apart.pipe import Pipe
from tocsin.live.apart.question import LAST, Answered, Question, Work, Worked
from tocsin.live.thinking import Pipeline
from tocsin.messages import Item, Picture, Step
from tocsin.settings import Settings


class Thinker:
    """Answers questions by thinking."""

    def __init__(self, settings: Settings) -> None:
        self._thinking = Pipeline(settings)
        self._told: Settings | None = None
        self._picture: Picture | None = None  # of the last Step that had one: its outlook is asked for next

    def answer(self, question: Question | Work) -> Answered:
        """What came of it, or why nothing did; with the settings where they are others than before."""
        value, error = None, None
        try:
            value = self._asked(question)
        except Exception as failed:  # noqa: BLE001  who asked hears it
            error = _carried(failed)
        now = self._thinking.settings_now()
        settings, self._told = (now if now is not self._told else None), now
        return Answered(value, error, settings)

    def _asked(self, question: Question | Work) -> object:
        if isinstance(question, Work):
            return self._work(question.items)
        arguments = tuple(self._picture if one == LAST else one for one in question.arguments)
        return getattr(self._thinking, question.name)(*arguments)

    def _work(self, items: Sequence[Item]) -> Worked:
        """Work items in, up to the first on which thinking fails."""
        steps: list[Step] = []
        for item in items:
            try:
                step = self._thinking.advance(item)
            except Exception as failed:  # noqa: BLE001  who sent it sets it aside
                return Worked(steps, _carried(failed))
            self._picture = step.picture or self._picture
            steps.append(step)
        return Worked(steps)


def _carried(error: Exception) -> Exception:
    """An error that crosses the pipe: itself, with where it happened, or its name and words."""
    error.add_note("where it thinks:\n" + "".join(traceback.format_exception(error)))
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  made in this line
    except Exception:  # noqa: BLE001  whatever its class asks for
        again = None
    return error if type(again) is type(error) else RuntimeError(f"{type(error).__name__}: {error}")


def main(end: int) -> None:
    """Answer until the other end is closed."""
    pipe = Pipe(socket.socket(fileno=end))
    with contextlib.suppress(EOFError, ConnectionError):
        settings = pipe.receive()
        assert isinstance(settings, Settings)  # noqa: S101  what Apart says first
        thinker = Thinker(settings)
        while True:
            question = pipe.receive()
            assert isinstance(question, Question | Work)  # noqa: S101  what it says from then on
            pipe.send(thinker.answer(question))


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    main(int(sys.argv[1]))
