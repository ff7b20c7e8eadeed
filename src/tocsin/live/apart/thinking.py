"""Thinking in a process of its own, as whoever asks sees it."""

import contextlib
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from typing import Any

from tocsin.alerts.release.desk import Desk
from tocsin.ends import Outlook
from tocsin.live.apart.pipe import Pipe
from tocsin.live.apart.question import LAST, Answered, Question, Work, Worked
from tocsin.messages import Explanation, Item, Picture, Step, Tick
from tocsin.models.account import SensorAccount
from tocsin.settings import Settings

END_S = 10.0  # it reads that we are gone after what it does now


class ThinkingEnded(BaseException):
    """The process that thinks has ended. No Exception: no item is to blame, and the watch cannot go on."""


class Apart:
    """`Thinking` by a child process. One owner, one thread; `settings_now` may be asked by any.

    Raises what thinking raises, of the same type and in the same words, and ThinkingEnded where the child is gone.
    """

    def __init__(self, settings: Settings) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            end = theirs.fileno()
            command = [sys.executable, "-P", "-m", "tocsin.live.apart", str(end)]  # -P: not what lies in this folder
            # a session of its own: Ctrl-C is for us, and what waits is worked in before it ends
            self._child = subprocess.Popen(  # noqa: S603  ourselves
                command, pass_fds=[end], stdout=subprocess.DEVNULL, start_new_session=True
            )
        self._pipe = Pipe(ours)
        self._settings: Settings | None = None
        self._ahead: deque[tuple[Item, Step | Exception]] = deque()
        self._picture: Picture | None = None
        self._send(settings)

    @property
    def process(self) -> int:
        """Its number."""
        return self._child.pid

    def close(self) -> None:
        """End it; nothing is kept of what it knows."""
        self._pipe.close()
        try:
            self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def begin(self, dump: bytes | None) -> None:
        """Forget everything, or know what `dump` knew. Raises StateError for a dump of another version."""
        self._ask("begin", dump)

    def ahead(self, items: Sequence[Item]) -> None:
        """These are advanced next, in this order and before anything else: they are worked in at once."""
        worked: Worked = self._answer(Work(tuple(items)))
        self._ahead = deque(zip(items, worked.steps, strict=False))
        if worked.error is not None:
            self._ahead.append((items[len(worked.steps)], worked.error))

    def advance(self, item: Item) -> Step:
        """Work one item in."""
        if not self._ahead:
            self.ahead([item])
        due, done = self._ahead.popleft()
        if due is not item:
            message = "items that were sent ahead must be advanced first, in their order"
            raise ThinkingEnded(message)
        if isinstance(done, Exception):
            raise done
        self._picture = done.picture or self._picture
        return done

    def hurry(self, taken_ns: int) -> Tick | None:
        """A Tick that should be worked in now, because something leaves no time until the next; changes nothing."""
        return self._ask("hurry", taken_ns)  # type: ignore[no-any-return]

    def look(self, time_ns: int) -> Picture:
        """The picture at a time; changes nothing."""
        return self._ask("look", time_ns)  # type: ignore[no-any-return]

    def explain(self, track: int) -> Explanation:
        """Which detections made a track; changes nothing."""
        return self._ask("explain", track)  # type: ignore[no-any-return]

    def account(self, sensor: str) -> SensorAccount:
        """What is believed of a sensor, and why; changes nothing. Raises KeyError for one that the site has not."""
        return self._ask("account", sensor)  # type: ignore[no-any-return]

    def desk(self) -> Desk | None:
        """What the people at the desk see; changes nothing."""
        return self._ask("desk")  # type: ignore[no-any-return]

    def outlook(self, picture: Picture | None = None, chosen: tuple[int, ...] = ()) -> Outlook | None:
        """Where tracks may be, come down and came from; changes nothing."""
        known = picture is not None and picture is self._picture
        return self._ask("outlook", LAST if known else picture, chosen)  # type: ignore[no-any-return]

    def settings_now(self) -> Settings | None:
        """The settings as orders have changed them; None before anything has begun."""
        return self._settings

    def dump(self) -> bytes:
        """Everything known."""
        return self._ask("dump")  # type: ignore[no-any-return]

    def changed(self) -> bool:
        """Whether the site file says otherwise than when this state began. Orders since then do not count."""
        return self._ask("changed")  # type: ignore[no-any-return]

    def renewed(self) -> bytes:
        """A state by the site file as it is now, that gives out no track number a second time."""
        return self._ask("renewed")  # type: ignore[no-any-return]

    def _send(self, value: object) -> None:
        try:
            self._pipe.send(value)
        except OSError as error:
            raise self._ended() from error

    def _ask(self, name: str, *arguments: object) -> Any:  # noqa: ANN401  what the method of that name gives
        return self._answer(Question(name, arguments))

    def _answer(self, question: Question | Work) -> Any:  # noqa: ANN401  as above
        self._ahead.clear()
        self._send(question)
        try:
            answered = self._pipe.receive()
        except (OSError, EOFError) as error:
            raise self._ended() from error
        assert isinstance(answered, Answered)  # noqa: S101  what the child says
        self._settings = answered.settings or self._settings
        if answered.error is not None:
            raise answered.error
        return answered.value

    def _ended(self) -> ThinkingEnded:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(END_S)
        how = self._child.returncode
        message = f"the process that thinks ({self.process}) ended, with exit code {how}: see what it said above this"
        return ThinkingEnded(message)
