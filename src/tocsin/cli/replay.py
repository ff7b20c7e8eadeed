"""`tocsin replay`: a recording, a folder of recordings or a ledger on the same map, at any speed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin import site
from tocsin.cli import add_reading, port, speed
from tocsin.errors import InputError
from tocsin.messages import Refusal, Scan
from tocsin.settings import Settings

EXAMPLE = "tocsin replay capture.pcap --site site.toml --speed 4"
AFTER_NS = 30_000_000_000  # played on after the last byte: a capture of half a second is seen, and what follows it


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("recording", type=Path, help="a capture, a file, a table, a folder of them, or a ledger")
    parser.add_argument("--site", type=Path, help="the site file; without it, what the recording says of itself")
    add_reading(parser)
    parser.add_argument("--speed", type=speed, default=1.0, help="0.25 to 60 (default: 1)")
    parser.add_argument("--port", type=port, help="where the page is (default: 8000)")


def run(arguments: Namespace) -> int:
    """The service's own exit code."""
    from tocsin.live.playback import Span
    from tocsin.live.service import Recording, run
    from tocsin.server.access.roles import Role

    scans, kept = _source(arguments)
    declared = _site(arguments, scans, kept)
    server = declared.server
    if arguments.port:
        server = server.model_copy(update={"port": arguments.port})
    first_ns, last_ns = _span(scans)
    recording = Recording(scans, Span(first_ns, last_ns + AFTER_NS), "replay", arguments.speed)
    with TemporaryDirectory(prefix="tocsin-replay-") as folder:
        people = {"ann": Role.OPERATOR}
        return run(replace(declared, server=server, feeds=()), folder=Path(folder), recording=recording, people=people)


def _source(arguments: Namespace) -> tuple[Callable[[], Iterator[Scan]], Settings | None]:
    """What gives the scans from the start, and the settings that a ledger was made with."""
    from tocsin.ledger.disk.format import STORE

    path: Path = arguments.recording
    if (path / STORE).is_file():
        return (lambda: _ledger_scans(path)), _ledger_settings(path)
    from tocsin.feeds import recordings

    if path.is_file():
        found = recordings.look(path, arguments.format, arguments.framing, arguments.start_ns)
        print(f"{path.name}: {found.format}, {found.framing} ({found.reason})", flush=True)
    return (lambda: recordings.scans(path, arguments.format, arguments.framing, arguments.start_ns)), None


def _site(arguments: Namespace, scans: Callable[[], Iterator[Scan]], kept: Settings | None) -> site.Site:
    if arguments.site is not None:
        return site.read(arguments.site)
    if kept is not None:
        return site.Site(settings=kept, title=kept.site)
    from tocsin.site.recorded import guess

    found = guess(scans(), arguments.recording.name)
    if not found.settings.sensors:
        raise InputError(f"{arguments.recording}: {_unplaced(scans())}")
    for sensor in found.settings.sensors:
        print(f"assumed: {sensor.kind} {sensor.name!r}; give --site for its true place and sigmas", flush=True)
    return found


def _unplaced(scans: Iterator[Scan]) -> str:
    """Why nothing of a recording can be shown without a site file, and what to write into one."""
    names: dict[str, None] = {}
    refusals: list[Refusal] = []
    for scan in scans:
        detections = scan.detections
        heard = scan.sweeps.sensor[detections.sweep] if len(detections) else scan.sweeps.sensor[:0]
        names |= dict.fromkeys(scan.sensors[index] for index in sorted(set(heard.tolist())))
        refusals += scan.refusals
    if names:
        told = ", ".join(repr(name) for name in names)
        return f"nothing says where {told} stands: give --site with a [[sensor]] that has it among its sources"
    if refusals:
        return f"no detection in it; {refusals[0].reason}: {refusals[0].detail}"
    return "no detection in it; if it is of another kind than was guessed, give --format and --framing"


def _span(scans: Callable[[], Iterator[Scan]]) -> tuple[int, int]:
    times = [scan.received_ns for scan in scans()]
    if not times:
        raise InputError("there is nothing in this recording; try --format and --framing")
    return min(times), max(times)


def _ledger_scans(folder: Path) -> Iterator[Scan]:
    from tocsin import wire
    from tocsin.ledger.reader import Reader

    with closing(Reader(folder)) as reader:
        for entry in reader.entries():
            if entry.kind == "scan" and entry.body is not None:
                scan: Scan = wire.decode(entry.kind, entry.format, entry.body)
                yield scan


def _ledger_settings(folder: Path) -> Settings:
    from tocsin.ledger.reader import Reader
    from tocsin.pipeline import State

    with closing(Reader(folder)) as reader:
        dump = reader.last_dump_before(2**62)
        if dump is None or dump.body is None:
            raise InputError(f"{folder}: this ledger holds no state yet; give --site site.toml")
        return State.load(dump.body).settings
