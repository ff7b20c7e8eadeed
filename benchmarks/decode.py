"""How fast CAT048 is decoded: tocsin beside libasterix and asterix-decoder, on the same octets.

    .venv/bin/python benchmarks/decode.py            (make oracles first, for asterix-decoder)

tocsin is timed from octets to a Scan (metres, radians, words, sweeps); the libraries as far as they go: libasterix
parses records, asterix-decoder makes dicts of values. Rates are medians of seconds of the processor, not of the wall
clock, so that a busy machine says nearly the same; one core.
"""

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tocsin.feeds.asterix.decoder import Asterix
from tocsin.feeds.asterix.inspector import block
from tocsin.feeds.asterix.tables import EDITIONS
from tocsin.messages import Detections, Packet
from tocsin.simulate import asterix_out

START_NS = 1_780_056_000 * 10**9
ORACLE = Path(__file__).parents[1] / ".cache/oracles/bin/python"
AIRCRAFT = 3000
RADARS = 10

THEIRS = """
import asterix, statistics, sys, time
blocks = [bytes.fromhex(line) for line in sys.stdin.read().split()]
seconds = []
for _ in range(int(sys.argv[1])):
    begun = time.process_time()
    count = sum(len(asterix.parse(block, verbose=sys.argv[2] == "verbose")) for block in blocks)
    seconds.append(time.process_time() - begun)
print(count / statistics.median(seconds))
"""


def night(n: int) -> Detections:
    """Mode S plots, ten items each, as a civil radar sends them."""
    rng = np.random.default_rng(48)
    who = rng.integers(0, AIRCRAFT, n)
    addresses = rng.choice(2**24 - 2, AIRCRAFT, replace=False) + 1
    when = START_NS + np.sort(rng.integers(0, 10 * 10**9, n))
    values = {
        "range_m": rng.uniform(1e3, 2e5, n),
        "azimuth_rad": rng.uniform(0, 2 * np.pi, n),
        "pressure_altitude_m": rng.uniform(0, 12_000, n),
        "amplitude_db": rng.uniform(-90, -40, n),
        "range_rate_mps": rng.uniform(-300, 300, n),
    }
    texts: dict[str, tuple[str | None, ...]] = {
        "identity": tuple(f"icao:{addresses[k]:06x}" for k in who),
        "callsign": tuple(f"ABC{k:04d}" for k in who),
        "squawk": tuple(f"{k * 7 % 4096:04o}" for k in who),
        "source_track": tuple(f"25/1:{k % 4096}" for k in who),
    }
    return Detections(np.zeros(n, np.int32), when, when, values, texts)


def packets_of(detections: Detections) -> list[Packet]:
    """Each radar's plots in its own datagrams, interleaved as they are sent."""
    sent: list[tuple[int, bytes]] = []
    n = len(detections)
    for radar in range(RADARS):
        rows = np.arange(radar, n, RADARS)
        made = asterix_out.blocks(48, asterix_out.plots(detections, rows, (25, 10 + radar)))
        sent += [(START_NS + index * 10**7 + radar, octets) for index, octets in enumerate(made)]
    return [Packet(when, octets) for when, octets in sorted(sent)]


def rate(once: Callable[[], int], times: int) -> float:
    """Records a second: the median of `times` runs."""
    seconds = []
    count = 0
    for _ in range(times):
        begun = time.process_time()
        count = once()
        seconds.append(time.process_time() - begun)
    return count / statistics.median(seconds)


def tocsin(packets: Sequence[Packet], batch: int, times: int) -> float:
    """To Scans, so many datagrams in a batch."""

    def once() -> int:
        decoder = Asterix("benchmark")
        return sum(len(decoder.decode(packets[at : at + batch]).detections) for at in range(0, len(packets), batch))

    once()  # compiles, or loads what was compiled
    return rate(once, times)


def inspector(packets: Sequence[Packet], times: int) -> float:
    """Every field, in plain Python."""
    edition = EDITIONS[48][-1]
    return rate(lambda: sum(len(block(edition, one.data, 3, len(one.data))) for one in packets), times)


def libasterix(packets: Sequence[Packet], times: int) -> float:
    """Parsed records."""
    from asterix import base, generated  # noqa: PLC0415  it takes two seconds, which are not to be measured

    def once() -> int:
        count = 0
        for packet in packets:
            records = generated.Cat_048_1_32.cv_uap.parse(base.Bits.from_bytes(packet.data[3:]))
            assert not isinstance(records, ValueError)  # noqa: S101
            count += len(records)
        return count

    return rate(once, times)


def asterix_decoder(packets: Sequence[Packet], times: int, how: str) -> float | None:
    """In its own environment; None where that is not there."""
    if not ORACLE.exists():
        return None
    given = "\n".join(packet.data.hex() for packet in packets)
    command = [str(ORACLE), "-c", THEIRS, str(times), how]
    return float(subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--times", type=int, default=7, help="runs, of which the median is given (default 7)")
    given = parser.parse_args()
    packets = packets_of(night(given.records))
    few = packets[:40]
    octets = sum(len(packet.data) for packet in packets)
    print(f"{given.records} CAT048 records in {len(packets)} datagrams, {octets / given.records:.0f} octets each")
    rows = [(f"tocsin, {size} datagrams a batch", tocsin(packets, size, given.times)) for size in (1000, 100, 10, 1)]
    rows.append(("tocsin inspector (plain Python, every field)", inspector(few, given.times)))
    rows.append(("libasterix 0.36 (parse only)", libasterix(few, given.times)))
    for how in ("quiet", "verbose"):
        theirs = asterix_decoder(packets[:400], given.times, how)
        if theirs is None:
            print("asterix-decoder: NOT RUN: `make oracles` installs it in an environment of its own")
            break
        rows.append((f"asterix-decoder 0.7 ({how})", theirs))
    for name, records in rows:
        print(f"{name:48} {records:12,.0f} records/s")


if __name__ == "__main__":
    main()
