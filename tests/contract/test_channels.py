"""What every channel promises to the worker, each against a real server of its kind."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.receivers.controller import FIRST, Controller
from tests.receivers.gateway import Gateway
from tests.receivers.others import broker, mail_server, tak_server
from tests.receivers.statements import statement
from tests.running import free_port
from tests.skies import SECOND_NS, START_NS
from tocsin.delivery import trial
from tocsin.delivery.carrier import Carrier, Parcel
from tocsin.delivery.channels import carrier
from tocsin.delivery.declared import KINDS, Channel, problems
from tocsin.delivery.kept import Document
from tocsin.errors import NotDelivered

NOW_NS = START_NS + 100 * SECOND_NS


def parcel(number: int = 1, *, again: bool = False, **other: object) -> Parcel:
    said = statement(number, **other)
    document = Document(NOW_NS, said.identifier, "application/cap+xml", f"<alert>{said.identifier}</alert>".encode())
    return Parcel(said, document, NOW_NS, again)


@dataclass(slots=True)
class Site:
    """A declared channel with the other side up, and a way to take that side down."""

    channel: Channel
    effects: Callable[[], int]  # how often the world was told something
    down: Callable[[], None]


SAY = """import json, sys
said = json.load(sys.stdin)
open(sys.argv[1], "a").write(said["identifier"] + "\\n")
print("told", said["place"])
"""


@contextmanager
def site(kind: str, folder: Path) -> Iterator[Site]:
    """The real other side of one kind."""
    basis = {
        "name": kind,
        "kind": kind,
        "audience": ("public", "staff"),
        "status": ("actual", "test"),
        "timeout_s": 20.0,
    }
    with ExitStack() as up:
        lines = folder / "lines"
        lines.touch()
        parts: dict[str, object] = {}
        effects: Callable[[], int] = lambda: 0  # noqa: E731  most of them replace it
        match kind:
            case "webhook":
                gateway = up.enter_context(Gateway())
                (folder / "key").write_text("a secret")
                parts = {"url": gateway.url, "secret_file": str(folder / "key")}
                effects = lambda: sum(gateway.effects.values())  # noqa: E731
            case "mqtt":
                parts = {"url": f"mqtt://127.0.0.1:{up.enter_context(broker(folder / 'broker'))}"}
            case "email":
                port, box = up.enter_context(mail_server())
                parts = {"url": f"smtp://127.0.0.1:{port}", "sender": "tocsin@site.example", "to": ("a@site.example",)}
                parts["test_to"] = ("me@site.example",)
                effects = lambda: len({mail["Message-ID"] for mail in box.mails})  # noqa: E731
            case "cot":
                parts = {"url": f"tcp://127.0.0.1:{up.enter_context(tak_server(folder))}"}
            case "siren":
                controller = up.enter_context(Controller(free_port()))
                parts = {"url": f"modbus://127.0.0.1:{controller.port}", "country": "de", "register_first": FIRST}
                effects = lambda: len(controller.soundings)  # noqa: E731
            case "command":
                (folder / "say.py").write_text(SAY)
                parts = {"argv": (sys.executable, str(folder / "say.py"), str(lines))}
                effects = lambda: len(set(lines.read_text().split()))  # noqa: E731
        yield Site(Channel(**(basis | parts)), effects, up.close)  # type: ignore[arg-type]


def with_carrier(found: Site, story: Callable[[Carrier], object]) -> None:
    async def main() -> None:
        made = carrier(found.channel, lambda: NOW_NS)
        try:
            await story(made)  # type: ignore[misc]
        finally:
            await made.close()

    asyncio.run(main())


@pytest.fixture(params=KINDS)
def other_side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with site(request.param, tmp_path) as found:
        yield found


def test_every_kind_brings_a_warning_twice_with_one_effect_and_then_its_end(other_side: Site) -> None:
    assert problems(other_side.channel) == []

    async def story(made: Carrier) -> None:
        await made.open()
        assert await made.check()
        first = await made.send(parcel(1))
        assert first.detail
        assert not first.idle
        before = other_side.effects()
        await made.send(parcel(1, again=True))
        assert other_side.effects() == before, "the same identifier once more is no second effect"
        update = parcel(2, kind="update", stage="under way")
        await made.send(update)
        ended = parcel(3, kind="update", stage="all clear")
        assert (await made.send(ended)).detail
        assert await made.check()

    with_carrier(other_side, story)


def test_every_kind_passes_its_trial_and_says_so_when_the_other_side_is_gone(other_side: Site) -> None:
    before = other_side.effects()
    assert trial.trial(other_side.channel, lambda: NOW_NS) == []
    if other_side.channel.kind in ("siren", "cot", "mqtt"):
        assert other_side.effects() == before, "nothing sounds and nothing is drawn by a trial"
    if other_side.channel.kind in ("feed", "command"):
        return  # they have no other side
    other_side.down()
    (said,) = trial.trial(replace(other_side.channel, timeout_s=3.0), lambda: NOW_NS)
    assert f"channel '{other_side.channel.name}'" in said


def test_every_kind_refuses_to_pass_silence_for_a_receipt(other_side: Site) -> None:
    if other_side.channel.kind in ("feed", "command"):
        return  # they have no other side that could fall silent

    async def story(made: Carrier) -> None:
        await made.open()
        await asyncio.to_thread(other_side.down)
        with pytest.raises((NotDelivered, TimeoutError)):
            await asyncio.wait_for(made.send(parcel(1)), 5.0)
        with pytest.raises((NotDelivered, TimeoutError)):
            await asyncio.wait_for(made.check(), 5.0)

    with_carrier(other_side, story)
