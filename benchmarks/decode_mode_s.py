"""How fast Mode S is read: `python -m benchmarks.decode_mode_s [--messages 20000]`. Prints, asserts nothing.

One process, CPU time, the same messages for all: the recorded flight of the traffic library (`make samples`), first
in all its formats, then its squitters alone. Ours is the whole way from bytes to a Scan: framing, parity, addresses,
places followed from message to message, refusals. rs1090 alone reads the fields of one message at a time, or a list
with its places; pyModeS (`make oracles`) is asked in an environment of its own.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import rs1090

from tocsin.feeds.avr import Avr
from tocsin.feeds.beast import Beast
from tocsin.messages import Packet

ROOT = Path(__file__).resolve().parents[1]
FLIGHT = ROOT / ".cache/samples/traffic/data/samples/rs1090/full_flight_short.jsonl"
ORACLE = ROOT / ".cache/oracles/bin/python"
PACKET_FRAMES = 64  # about what one read of a busy receiver's socket brings
PYMODES = """
import json, sys, time
from pyModeS import PipeDecoder, decode
messages = json.load(sys.stdin)
begun = time.process_time()
for _, message in messages:
    decode(message)
alone = time.process_time() - begun
pipe, begun = PipeDecoder(), time.process_time()
for time_s, message in messages:
    pipe.decode(message, timestamp=time_s)
print(json.dumps([alone, time.process_time() - begun]))
"""

Messages = list[tuple[float, bytes]]


def read(count: int, *, squitters: bool) -> Messages:
    """(time in s, message) of the recorded flight; short formats in their 7 bytes."""
    found: Messages = []
    with FLIGHT.open() as lines:
        for line in lines:
            one = json.loads(line)
            message = bytes.fromhex(one["frame"])
            if not squitters or one["df"] == "17":
                found.append((one["timestamp"], message if message[0] >> 7 else message[:7]))
    return found[-count:]


def beast(messages: Messages) -> list[Packet]:
    """Packets of a Beast stream."""
    packets = []
    for at in range(0, len(messages), PACKET_FRAMES):
        part, stream = messages[at : at + PACKET_FRAMES], b""
        for time_s, message in part:
            body = round(time_s % 1e6 * 12e6).to_bytes(6, "big") + b"\x40" + message
            stream += b"\x1a" + (b"3" if len(message) == 14 else b"2") + body.replace(b"\x1a", b"\x1a\x1a")
        packets.append(Packet(round(part[-1][0] * 1e9), stream))
    return packets


def avr(messages: Messages) -> list[Packet]:
    """Packets of AVR lines."""
    return [
        Packet(round(messages[at][0] * 1e9), b"".join(b"*%s;\n" % message.hex().encode() for _, message in part))
        for at in range(0, len(messages), PACKET_FRAMES)
        for part in (messages[at : at + PACKET_FRAMES],)
    ]


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of the best of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def ours(make: Callable[[], Avr | Beast], packets: list[Packet]) -> Callable[[], object]:
    """The whole way, a packet at a time."""

    def work() -> None:
        decoder = make()
        for packet in packets:
            decoder.decode([packet])

    return work


def measure(name: str, messages: Messages) -> None:
    """Print one line for each reader."""
    texts, times = [message.hex() for _, message in messages], [time_s for time_s, _ in messages]
    found = {
        "tocsin, Beast to Scan": cpu_s(ours(lambda: Beast("box"), beast(messages))),
        "tocsin, AVR to Scan": cpu_s(ours(lambda: Avr("box"), avr(messages))),
        "rs1090 alone, fields": cpu_s(lambda: [rs1090.decode(text) for text in texts]),
        "rs1090 alone, list with places": cpu_s(lambda: rs1090.decode(texts, times)),
    }
    if ORACLE.exists():
        asked = json.dumps(list(zip(times, texts, strict=True)))
        answer = subprocess.run([str(ORACLE), "-c", PYMODES], input=asked, check=True, capture_output=True, text=True)
        found["pyModeS, fields"], found["pyModeS, pipe with places"] = json.loads(answer.stdout)
    else:
        print("pyModeS: not asked; run `make oracles`")
    print(f"{name}: {len(messages):,} messages, CPU of one process")
    for reader, seconds in found.items():
        print(f"  {reader:32}{len(messages) / seconds:>10,.0f} messages/s")


def main() -> None:
    """Measure all formats, then squitters alone."""
    parser = argparse.ArgumentParser(description="messages a second, from Mode S bytes", epilog=__doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="how many of the flight's last messages")
    arguments = parser.parse_args()
    if not FLIGHT.exists():
        raise SystemExit(f"{FLIGHT} is not there: run `make samples`")
    measure("all formats", read(arguments.messages, squitters=False))
    measure("squitters (DF 17)", read(arguments.messages, squitters=True))


if __name__ == "__main__":
    main()
