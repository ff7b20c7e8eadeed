"""Decoders under changed bytes: how many inputs each took, how fast, and what went wrong (R4 of the goals).

    python -m tests.fuzz.decoders                       10,000,000 inputs each, or 120 s of CPU
    python -m tests.fuzz.decoders 1000000 60            so many, or so many seconds of CPU
    NUMBA_BOUNDSCHECK=1 python -m tests.fuzz.decoders   with every access of compiled code checked

An input is one changed message: a datagram, a frame, a line, a document; they are handed over 200 at a time. A decoder
must not raise, must hold no more than a bounded number of bytes, and each call must come back in bounded time;
what it makes of them must keep what messages.py promises. The first thing that goes wrong ends it, with the seed.
"""

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from tests import airwaves
from tests.contract.test_decoders import AIRCRAFT_JSON, CSV, SBS, START_NS, check
from tests.reference.asterix.records import ALL_EDITIONS, block, record, seeded
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.table import FORMATS
from tocsin.messages import Packet

TOGETHER = 200
CHECKED_EACH = 50  # of the calls: what they gave is looked at as a whole
CALL_S_MAX = 5.0  # of CPU, of one call of 200 inputs: a decoder that hangs is found, a busy machine is not
SEED = 20260528


@dataclass(frozen=True, slots=True)
class Target:
    """One decoder, and good messages to begin from. `joined`: it reads a stream, so inputs follow each other."""

    name: str
    seeds: tuple[bytes, ...]
    format: str
    joined: bool = True
    together: int = TOGETHER


def targets() -> tuple[Target, ...]:
    """Every format of feeds.table, and the categories of ASTERIX that it reads."""
    flight = airwaves.flight(4.0)
    rng = seeded(SEED)
    editions = [(f"asterix {one!r}", _blocks(one, rng)) for one in ALL_EDITIONS]
    beast, avr = airwaves.beast(flight), airwaves.avr(flight)
    frames = tuple(b"\x1a" + one for one in beast.split(b"\x1a") if one)
    return (
        *(Target(name[:34], seeds, "asterix", joined=False) for name, seeds in editions),
        Target("beast", frames, "beast"),
        Target("avr", tuple(avr.splitlines(keepends=True)), "avr"),
        Target("sbs", tuple(SBS.splitlines(keepends=True)), "sbs"),
        Target("aircraft_json", (AIRCRAFT_JSON,), "aircraft_json"),
        Target("detections (CSV)", (CSV,), "detections", joined=False, together=1),
    )


def _blocks(edition: Edition, rng: Random) -> tuple[bytes, ...]:
    """Good blocks of three records each."""
    rows = ([record(edition, rng, share=rng.random()) for _ in range(3)] for _ in range(200))
    return tuple(block(edition.category, records) for records in rows)


def changed(seeds: tuple[bytes, ...], rng: np.random.Generator, count: int) -> list[bytes]:
    """So many messages with a few octets changed, cut, doubled or put in; each ninth as it was."""
    which, kind = rng.integers(len(seeds), size=count), rng.integers(9, size=count)
    times, dice = rng.integers(1, 5, size=count), rng.integers(0, 2**31, size=(count, 9))
    out = []
    for k in range(count):
        data = bytearray(seeds[which[k]])
        roll = dice[k].tolist()
        for j in range(int(times[k])):
            at = roll[j] % max(1, len(data))
            match int(kind[k]):
                case 0 | 1 | 2 if data:
                    data[at] ^= 1 << (roll[j + 4] % 8)
                case 3 | 4 if data:
                    data[at] = roll[j + 4] % 256
                case 5:
                    del data[at : at + roll[j + 4] % 12]
                case 6:
                    data[at:at] = data[at : at + roll[j + 4] % 12]
                case 7:
                    data[at:at] = roll[j + 4].to_bytes(4, "big")
        out.append(bytes(data))
    return out


def feed(target: Target, inputs: int, cpu_s: float, seed: int) -> None:
    """Hand changed messages to one decoder, and print how many, how fast. Raises what went wrong."""
    rng = np.random.default_rng(seed)
    decoder = FORMATS[target.format]("fuzz")
    spent, slowest, done, calls, rows, refused = 0.0, 0.0, 0, 0, 0, 0
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    decoder.decode([Packet(START_NS, target.seeds[0], "one")])  # what is compiled is loaded by the first
    for packets in _packets(target, rng):
        began = time.process_time()
        scan = decoder.decode(packets)
        took = time.process_time() - began
        spent, slowest, done, calls = spent + took, max(slowest, took), done + len(packets), calls + 1
        rows, refused = rows + len(scan.detections), refused + sum(one.count for one in scan.refusals)
        if took > CALL_S_MAX:
            raise AssertionError(f"{len(packets)} inputs took {took:.1f} s of CPU")
        if calls % CHECKED_EACH == 0:
            check(scan, packets)
        if done >= inputs or spent >= cpu_s:
            break
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    speed = f"{done / max(spent, 1e-9):,.0f}/s of CPU, slowest call of {target.together} {1e3 * slowest:.1f} ms"
    print(f"{target.name:34} {done:,} inputs, {speed}, {rows:,} rows, {refused:,} refused, {grown_mb:.0f} MB more")


def _packets(target: Target, rng: np.random.Generator) -> Iterator[list[Packet]]:
    number = 0
    while True:
        number += 1
        stamp = START_NS + number * 50_000_000
        yield [Packet(stamp, data, "one") for data in changed(target.seeds, rng, target.together)]


def main(inputs: int, cpu_s: float) -> int:
    """All of them; 1 at the first thing that goes wrong."""
    for number, target in enumerate(targets()):
        try:
            feed(target, inputs, cpu_s, SEED + number)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what was looked for
            print(f"{target.name}: {type(error).__name__}: {error}; seed {SEED + number}")
            return 1
    return 0


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    sys.exit(main(int(given[0]) if given else 10_000_000, given[1] if len(given) > 1 else 120.0))
