"""Thinking here and thinking in a process of its own are the same: steps, pictures, dumps, errors, bit for bit."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tocsin.cli.scenarios import load
from tocsin.errors import StateError
from tocsin.geo.units import SECOND_NS
from tocsin.live.apart.pipe import Pipe
from tocsin.live.apart.thinking import Apart, ThinkingEnded
from tocsin.live.intake.sequencer import empty_scan
from tocsin.live.thinking import Pipeline, Thinking
from tocsin.messages import Item, Order, Scan, Tick
from tocsin.simulate.night import night

SECONDS = 15
_, SCENARIO = load("demo-night")
START_NS = SCENARIO.start_ns


def items() -> list[Item]:
    """The beginning of the demo night, with its Ticks, and an order that is carried out and one that is not."""
    found: list[Item] = []
    tick_ns = START_NS + SECOND_NS
    for scan in takewhile(lambda one: one.received_ns < START_NS + SECONDS * SECOND_NS, night(SCENARIO)):
        while tick_ns <= scan.received_ns:
            found.append(Tick(tick_ns))
            tick_ns += SECOND_NS
        found.append(scan)
    for key, value in (("order-1", "0.8"), ("order-2", "seven")):
        arguments = {"value": value}
        found.append(Order(tick_ns, key, "ann", "supervisor", "set", "tracking.confirm_existence", arguments))
    return [*found, Tick(tick_ns)]


ITEMS = items()


def plain(value: object) -> object:
    """All that a value is made of, to be compared bit for bit, whether or not its arrays may be written to."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes(), value.flags.writeable
    if isinstance(value, dict | MappingProxyType):
        return type(value).__name__, [(key, plain(one)) for key, one in value.items()]
    if isinstance(value, tuple | list):
        return type(value).__name__, [plain(one) for one in value]
    fields = getattr(value, "__dataclass_fields__", None) or getattr(value, "__struct_fields__", None)
    if fields:
        return type(value).__name__, [(name, plain(getattr(value, name))) for name in fields]
    return repr(value)


def told(thinking: Thinking) -> Iterator[tuple[str, object]]:
    """Everything that the two can be asked, over the night."""
    thinking.begin(None)
    worked, sizes, at = list(ITEMS), (1, 40, 7, 300), 0
    while worked:
        some, worked = worked[: sizes[at % 4]], worked[sizes[at % 4] :]
        at += 1
        thinking.ahead(some)
        steps = [thinking.advance(item) for item in some]
        yield "steps", steps
        step, last = steps[-1], steps[-1].picture
        yield "outlook", thinking.outlook(last) if last is not None else None
        yield "hurry", thinking.hurry(step.time_ns + SECOND_NS // 2)
        yield "look", thinking.look(step.time_ns + SECOND_NS // 4)
    picture = thinking.look(ITEMS[-1].time_ns)  # type: ignore[union-attr]  # a Tick
    assert len(picture)
    for track in picture.track.tolist():
        yield f"track {track}", thinking.explain(track)
    for sensor in SCENARIO.settings.sensors[:3]:
        yield sensor.name, thinking.account(sensor.name)
    yield "outlook of one", thinking.outlook(None, (int(picture.track[0]),))
    yield "desk", thinking.desk()
    yield "changed", thinking.changed()
    yield "settings", thinking.settings_now()  # type: ignore[attr-defined]
    dump = thinking.dump()
    yield "dump", dump
    thinking.begin(dump)
    yield "after the dump", thinking.advance(Tick(ITEMS[-1].time_ns + SECOND_NS))  # type: ignore[union-attr]
    yield "renewed", thinking.renewed()


@pytest.fixture
def apart() -> Iterator[Apart]:
    with closing(Apart(SCENARIO.settings)) as thinking:
        yield thinking


def test_both_tell_the_same_of_a_night(apart: Apart) -> None:
    asked = 0
    for (name, here), (also, there) in zip(told(Pipeline(SCENARIO.settings)), told(apart), strict=True):
        assert name == also
        assert plain(here) == plain(there), name
        asked += 1
    assert asked > 20


def test_errors_come_across_with_their_type_and_words(apart: Apart) -> None:
    for thinking in (Pipeline(SCENARIO.settings), apart):
        with pytest.raises(StateError, match="this dump cannot be read"):
            thinking.begin(b"no dump")
        thinking.begin(None)
        with pytest.raises(KeyError, match="nowhere"):
            thinking.account("nowhere")
    with pytest.raises(KeyError) as raised:
        apart.account("nowhere")
    assert "in account" in raised.value.__notes__[0]  # where it happened is not lost


def poison() -> Scan:
    """A scan on which thinking fails: its column is shorter than its detections."""
    scan = next(one for one in ITEMS if isinstance(one, Scan) and len(one.detections) > 1)
    broken = replace(scan.detections, values={name: column[:1] for name, column in scan.detections.values.items()})
    return replace(scan, detections=broken)


def failed(thinking: Thinking, some: list[Item]) -> str:
    """On which of these it fails, and how."""
    thinking.begin(None)
    thinking.ahead(some)
    for k, item in enumerate(some):
        try:
            thinking.advance(item)
        except Exception as error:  # noqa: BLE001  whichever it is
            return f"{k} {type(error).__name__}: {error}"
    return ""


def test_what_is_sent_ahead_is_worked_in_up_to_what_fails(apart: Apart) -> None:
    here = Pipeline(SCENARIO.settings)
    some: list[Item] = [empty_scan("box", START_NS), poison(), Tick(START_NS + SECOND_NS)]
    assert failed(here, some) == failed(apart, some) != ""
    for thinking in (here, apart):  # the rest was not sent; it goes on from what it is told next
        thinking.begin(None)
        assert thinking.advance(Tick(START_NS + SECOND_NS)).digest


def test_ahead_of_their_turn_items_cannot_be_mixed_up(apart: Apart) -> None:
    first, second = empty_scan("box", START_NS), empty_scan("box", START_NS + 1)
    apart.ahead([first, second])
    with pytest.raises(ThinkingEnded, match="in their order"):
        apart.advance(second)


def test_when_it_dies_the_watch_hears_of_it_at_the_next_question() -> None:
    with closing(Apart(SCENARIO.settings)) as apart:
        apart.begin(None)
        os.kill(apart.process, signal.SIGKILL)
        with pytest.raises(ThinkingEnded, match="exit code -9"):
            apart.look(START_NS)
    assert not issubclass(ThinkingEnded, Exception)  # else the item at hand would be set aside for it


def test_signals_are_its_parents(apart: Apart) -> None:
    apart.begin(None)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(apart.process, number)
    assert apart.advance(Tick(START_NS)).digest


def gone(process: int) -> bool:
    """Whether a process has ended: no such one, or nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_it_ends_however_its_parent_ends() -> None:
    parent = (
        "import sys; from tests.contract.test_thinking import *\n"
        "apart = Apart(SCENARIO.settings); apart.begin(None); print(apart.process, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        assert not gone(child)
        started.kill()
    while not gone(child):
        time.sleep(0.01)


@pytest.mark.parametrize("length", [0, 1, 3_000_000])
def test_columns_cross_the_pipe_as_they_are(length: int) -> None:
    import socket  # noqa: PLC0415
    import threading  # noqa: PLC0415

    rng = np.random.default_rng(length)
    frozen = rng.normal(size=length)
    frozen.setflags(write=False)
    sent: dict[str, Any] = {
        "frozen": frozen,
        "table": rng.normal(size=(length // 3, 3)),
        "flags": rng.random(length) < 0.5,
        "strided": rng.integers(0, 99, length)[::2],
        "many": [rng.normal(size=k % 3) for k in range(700)],
        "words": MappingProxyType({"identity": ("icao:3c6444", None)}),
        "bytes": bytes(length),
    }
    one, other = socket.socketpair()
    sender = threading.Thread(target=Pipe(one).send, args=(sent,))
    sender.start()
    came = Pipe(other).receive()
    sender.join()
    assert plain(came) == plain(sent)
    one.close()
    with pytest.raises(EOFError):
        Pipe(other).receive()
    other.close()
