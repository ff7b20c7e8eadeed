"""A program of this machine: argv as the site lists it, no shell, the statement as JSON on its standard input.

    {"identifier", "event", "place", "audience", "status", "kind", "stage", "lane", "released", "expires" (seconds UTC),
     "note", "media_type", "document" (text)}

Exit code 0 is the receipt, its first line of output the answer. It must take the same identifier twice: after a
timeout it is started again.
"""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from tocsin.delivery.carrier import Parcel, Taken
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

PATH = "/usr/local/bin:/usr/bin:/bin"
SAID_MAX = 500


class Command:
    """One program, started for each statement. It inherits no variable of ours but PATH."""

    keeps_state: ClassVar[bool] = False

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared

    async def open(self) -> None:
        """See that the program is there."""
        await self.check()

    async def send(self, parcel: Parcel) -> Taken:
        """Start it and wait for its end."""
        return Taken(await self._run(self.declared.argv, parcel))

    async def check(self) -> str:
        """The program is a file that may be executed."""
        program = self.declared.argv[0]
        if not (Path(program).is_file() and os.access(program, os.X_OK)):  # noqa: ASYNC240  one look at a local file
            raise NotDelivered(f"{program} is no program that may be started: mend argv", refused=True)
        return "is there"

    async def trial(self, parcel: Parcel) -> str:
        """Start it with a test, where it serves tests."""
        if "test" not in self.declared.status:
            raise NotDelivered('write "test" in status when the program tells tests apart', refused=True)
        return await self._run(self.declared.argv, parcel)

    async def close(self) -> None:
        """Nothing stays open."""

    async def _run(self, argv: Sequence[str], parcel: Parcel) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"PATH": PATH, "LANG": "C.UTF-8"},
                start_new_session=True,  # so that a timeout ends what it has started, too
            )
        except OSError as error:
            raise NotDelivered(f"{argv[0]} cannot be started: {error}", refused=True) from error
        try:
            out, err = await process.communicate(_words(parcel))
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.communicate()  # it is gone: its pipes end, and are closed
        if process.returncode != 0:
            text = err.decode(errors="replace").strip()[:SAID_MAX]
            raise NotDelivered(f"{argv[0]} ended with {process.returncode}: {text}", perhaps=True)
        return out.decode(errors="replace").partition("\n")[0][:SAID_MAX] or "ended with 0"


def _words(parcel: Parcel) -> bytes:
    one = parcel.statement
    names = ("identifier", "event", "place", "audience", "status", "kind", "stage", "lane", "note")
    words: dict[str, object] = {name: getattr(one, name) for name in names}
    words |= {"released": one.released_ns / 1e9, "expires": one.expires_ns / 1e9}
    words |= {"media_type": parcel.document.media_type, "document": parcel.document.body.decode(errors="replace")}
    return json.dumps(words, ensure_ascii=False).encode()
