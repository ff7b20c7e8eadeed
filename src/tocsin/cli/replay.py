"""`tocsin replay`: a recording, a folder of recordings or a ledger on the same map, at any speed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin import site
from tocsin.cli import port, speed
from tocsin.errors import InputError
from tocsin.messages import Scan
from tocsin.settings import Settings

EXAMPLE = "tocsin replay capture.pcap --site site.toml --speed 4"
AFTER_NS = 30_000_000_000  # played on after the last byte: a capture of half a second is seen, and what follows it


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("recording", type=Path, help="a capture, a file, a table, a folder of them, or a ledger")
    parser.add_argument("--site", type=Path, help="the site file; without it, what the recording says of itself")
    parser.add_argument("--format", default="", help="what it is, when its content does not show it")
    parser.add_argument("--framing", default="", help="stream, final, lengths16, lengths16le, lengths32, lengths32le")
    parser.add_argument("--start", help="when it began (ISO 8601), for files that do not say")
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
        return run(replace(declared, server=server), folder=Path(folder), recording=recording, people=people)


def _source(arguments: Namespace) -> tuple[Callable[[], Iterator[Scan]], Settings | None]:
    """What gives the scans from the start, and the settings that a ledger was made with."""
    from tocsin.ledger.disk.format import STORE

    path: Path = arguments.recording
    if (path / STORE).is_file():
        return (lambda: _ledger_scans(path)), _ledger_settings(path)
    start_ns = None
    if arguments.start:
        try:
            moment = datetime.fromisoformat(arguments.start)
        except ValueError as error:
            raise InputError(f"--start {arguments.start}: {error}; write 2031-02-11T01:40:00Z") from error
        start_ns = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)

    from tocsin.feeds import recordings

    if path.is_file():
        found = recordings.look(path, arguments.format, arguments.framing, start_ns)
        print(f"{path.name}: {found.format}, {found.framing} ({found.reason})", flush=True)
    return (lambda: recordings.scans(path, arguments.format, arguments.framing, start_ns)), None


def _site(arguments: Namespace, scans: Callable[[], Iterator[Scan]], kept: Settings | None) -> site.Site:
    if arguments.site is not None:
        return site.read(arguments.site)
    if kept is not None:
        return site.Site(settings=kept, title=kept.site)
    from tocsin.site.recorded import guess

    found = guess(scans(), arguments.recording.name)
    if not found.settings.sensors:
        raise InputError(
            f"{arguments.recording}: it says of no sensor where it stands; describe them: --site site.toml"
        )
    for sensor in found.settings.sensors:
        print(f"assumed: {sensor.kind} {sensor.name!r}; give --site for its true place and sigmas", flush=True)
    return found


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
