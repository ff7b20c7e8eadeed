"""What the ledger costs: `python -m benchmarks.ledger [--entries 100000] [--folder DIR]`. Prints, asserts nothing.

Scans are as a radar's sector gives them (8 detections, quantised as in ASTERIX CAT048), encoded by tocsin.wire. The
disk under --folder decides most figures: name it when you quote them.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from tocsin import wire
from tocsin.ledger import archive, verify
from tocsin.ledger.chain import Row
from tocsin.ledger.plan import Committed, Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.messages import Detections, Scan, Sweeps

SECOND_NS = 1_000_000_000
START_NS = 1_750_000_020 * SECOND_NS
END_NS = START_NS + 86_400 * SECOND_NS
SECTOR = 8  # detections: 30 radars of 32 sectors every 4 s share 2,000 reports/s
RADARS = 30
SCANS_PER_S = 240


def sector(k: int, chance: np.random.Generator) -> Scan:
    """One sector of one radar: 8 aircraft."""
    now_ns = START_NS + k * SECOND_NS // SCANS_PER_S
    radar = k % RADARS
    time_ns = now_ns - chance.integers(0, 120, SECTOR) * SECOND_NS // 128
    aircraft = chance.integers(0, 4000, SECTOR)
    sweeps = Sweeps(
        sensor=np.zeros(1, np.int32),
        number=np.array([k // RADARS]),
        start_ns=np.array([now_ns - SECOND_NS // 8]),
        end_ns=np.array([now_ns]),
        azimuth_from_rad=np.array([k % 32 * np.pi / 16]),
        azimuth_to_rad=np.array([(k + 1) % 32 * np.pi / 16]),
        survey=np.ones(1, bool),
    )
    values = {
        "range_m": chance.integers(2_000, 60_000, SECTOR) * (1852 / 256),
        "azimuth_rad": chance.integers(0, 65_536, SECTOR) * (2 * np.pi / 65_536),
        "pressure_altitude_m": chance.integers(0, 1_600, SECTOR) * (25 * 0.3048),
        "amplitude_db": -chance.integers(20, 90, SECTOR).astype(float),
    }
    texts = {
        "identity": tuple(f"icao:{0x400000 + 37 * number:06x}" for number in aircraft),
        "callsign": tuple(f"TOC{number:04d}" for number in aircraft),
        "squawk": tuple(f"{number:04o}" for number in aircraft),
        "source_track": tuple(f"25/{radar}:{number}" for number in aircraft),
    }
    received = np.full(SECTOR, now_ns)
    detections = Detections(np.zeros(SECTOR, np.int32), time_ns, received, values, texts)
    return Scan(f"radar {radar}", now_ns, (f"asterix 25/{radar}",), sweeps, detections, raw_sha256=chance.bytes(32))


def records(count: int) -> list[Record]:
    """As many scans in time's order; the bodies repeat after 5,000."""
    chance = np.random.default_rng(1)
    bodies = [wire.encode(sector(k, chance)) for k in range(min(count, 5_000))]
    step_ns = SECOND_NS // SCANS_PER_S
    return [Record("scan", START_NS + k * step_ns, bodies[k % len(bodies)], input=True) for k in range(count)]


@contextmanager
def opened(folder: Path) -> Iterator[Ledger]:
    """A new ledger whose housekeeping waits until it is asked."""
    with Ledger.open(Path(tempfile.mkdtemp(dir=folder)) / "ledger", b"{}", lambda: END_NS, keep_s=0) as ledger:
        yield ledger


def write(folder: Path, given: list[Record], batch: int) -> float:
    """Durable rows a second, many submissions under way at once."""
    with opened(folder) as ledger:
        begin_s = time.perf_counter()
        futures = [ledger.submit(given[at : at + batch]) for at in range(0, len(given), batch)]
        for future in futures:
            future.result()
        took_s = time.perf_counter() - begin_s
    shutil.rmtree(ledger.folder)
    return len(given) / took_s


def answer(folder: Path, given: list[Record], seconds: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds from submission to durable, at 240 scans and one tick a second."""
    delays: list[float] = []

    def note(sent_s: float, _done: Future[Committed]) -> None:
        delays.append(time.perf_counter() - sent_s)

    with opened(folder) as ledger:
        begin_s = time.perf_counter()
        for k in range(int(seconds * SCANS_PER_S)):
            time.sleep(max(0.0, begin_s + k / SCANS_PER_S - time.perf_counter()))
            sent_s = time.perf_counter()
            ledger.submit([given[k % len(given)]]).add_done_callback(partial(note, sent_s))
        ledger.submit([]).result()
    shutil.rmtree(ledger.folder)
    return float(np.percentile(delays, 50) * 1e3), float(np.percentile(delays, 99) * 1e3)


def timed_verify(folder: Path) -> tuple[int, float]:
    """Entries checked, and seconds."""
    begin_s = time.perf_counter()
    report = verify.verify(folder)
    took_s = time.perf_counter() - begin_s
    if report.fault:
        raise SystemExit(verify.describe(report.fault))
    return report.entries, took_s


def long(folder: Path, given: list[Record]) -> None:
    """One long ledger: verified in rows, sealed, verified in files, sought in."""
    with opened(folder) as ledger:
        state = np.random.default_rng(2).bytes(2_000_000)  # 4,000 tracks of about 500 bytes
        for at in range(0, len(given), 100):
            if at % (60 * SCANS_PER_S) < 100:
                ledger.dump(given[at].time_ns, state)
            ledger.submit(given[at : at + 100])
        ledger.submit([]).result()
        entries, took_s = timed_verify(ledger.folder)
        print(f"verify, rows:     {entries} entries in {took_s:.2f} s = {entries / took_s:.0f} a second")
        begin_s = time.perf_counter()
        ledger.keep()
        sealed = ledger.reader().sealed()
        print(f"seal:             {sealed} entries in {time.perf_counter() - begin_s:.2f} s")
        entries, took_s = timed_verify(ledger.folder)
        print(f"verify, files:    {entries} entries in {took_s:.2f} s = {entries / took_s:.0f} a second")
        seek(Reader(ledger.folder))
    shutil.rmtree(ledger.folder)


def seek(reader: Reader) -> None:
    """The reading part of a slider's seek: the dump before a time and the items up to it."""
    bounds = reader.bounds()
    chance = np.random.default_rng(3)
    delays, items = [], 0
    for time_ns in chance.integers(bounds.first_ns, bounds.last_ns, 40).tolist():
        begin_s = time.perf_counter()
        dump = reader.last_dump_before(time_ns)
        items = sum(1 for _ in reader.items_between(dump.time_ns if dump else 0, time_ns))
        delays.append(time.perf_counter() - begin_s)
    print(f"seek, reading:    p95 {np.percentile(delays, 95) * 1e3:.0f} ms (a dump of 2 MB and up to {items} items)")


def kept(given: list[Record]) -> None:
    """Bytes for each detection, in the database and sealed."""
    chance = np.random.default_rng(4)
    minute = given[: 20 * SCANS_PER_S]  # the bodies repeat after that
    rows: list[Row] = [(k, one.time_ns, one.kind, 1, None, chance.bytes(32), one.body) for k, one in enumerate(minute)]
    detections = len(rows) * SECTOR
    encoded, sealed = sum(len(one.body) for one in minute) / detections, len(archive.encode(rows)) / detections
    print(f"kept:             {sealed:.1f} bytes a detection sealed ({encoded:.0f} before, in the database)")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    try:
        made = records(given.entries)
        kept(made)
        small = [Record("notice", one.time_ns, bytes(100)) for one in made]
        for batch, count in ((1, 10_000), (10, 50_000), (100, given.entries), (1000, given.entries)):
            print(f"durable rows/s:   {write(folder, small[:count], batch):8.0f} of 100 bytes in batches of {batch}")
        scans = write(folder, made, 100)
        print(f"durable scans/s:  {scans:8.0f} in batches of 100 = {scans * SECTOR:.0f} detections/s")
        print("commit:           p50 {:.1f} ms, p99 {:.1f} ms at 240 scans/s".format(*answer(folder, made, 5.0)))
        long(folder, made)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
