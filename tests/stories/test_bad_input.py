"""Feeds bring anything: garbage, floods, half messages. The watch goes on, says what it refused, and keeps the bytes.

Then every feed falls silent, and every place that they watched is blind.
"""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from tests.ledgers.evidence import dice
from tests.running import Radar, Running, free_port, running, site
from tocsin import wire
from tocsin.ledger.reader import Reader
from tocsin.ledger.verify import verify
from tocsin.messages import TrackState

SECONDS = float(os.environ.get("TOCSIN_NOISE_S", "6"))
FLOOD = 3_000  # datagrams at once, where the site file declares 50 a second
CUT_OFF = 0  # instead of a status: what is far too long is answered before it is read, and the connection closed
FEEDS = """
[[feed]]
name = "noise"
format = "asterix"
transport = "udp"
port = {udp}
rate_max = 50

[[feed]]
name = "stream"
format = "beast"
transport = "tcp-server"
port = {tcp}
rate_max = 50

[[feed]]
name = "box"
format = "asterix"
transport = "http"
rate_max = 50
"""
MARKED = {name: f"offending bytes of {name}".encode() for name in ("noise", "stream", "box")}


def spoilt(chance: Random, good: list[bytes], earlier: list[bytes]) -> bytes:
    """Something that should not come: one of seven kinds."""
    message = bytearray(chance.choice(good))
    match chance.randrange(7):
        case 0:
            return chance.randbytes(chance.randrange(1, 1_500))
        case 1:
            return bytes(message[: chance.randrange(1, len(message))])
        case 2:
            message[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
        case 3:
            return bytes(message) + chance.randbytes(40_000)
        case 4:
            return chance.choice(earlier or [b"\0"])  # doubled, and out of its order
        case 5:
            return bytes([48, 0xFF, 0xFF]) + bytes(message)  # says that it is longer than it is
        case _:
            return bytes([48, 0, 0]) + bytes(message)  # says that it is nothing
    return bytes(message)


class Noise:
    """Spoilt bytes for all three feeds until it is over."""

    def __init__(self, tocsin: Running, token: str, udp: int, tcp: int) -> None:
        self.tocsin, self.token, self.udp, self.tcp = tocsin, token, udp, tcp
        self.over = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.sent: Counter[str] = Counter()
        radar = Radar(udp, source=(25, 99))
        self.good = radar.datagrams(time.time_ns(), time.time_ns())

    def _messages(self, seed: int) -> Iterator[bytes]:
        chance, earlier = dice(seed), list[bytes]()
        while not self.over.is_set():
            earlier.append(spoilt(chance, self.good, earlier[-20:]))
            yield earlier[-1]
            del earlier[:-20]

    def datagrams(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"\x30" + MARKED["noise"], ("127.0.0.1", self.udp))
            self.sent["noise"] += 1
            for number, data in enumerate(self._messages(1)):
                out.sendto(data, ("127.0.0.1", self.udp))
                if number % 40 == 0:  # now and then a flood
                    for _ in range(FLOOD):
                        out.sendto(data[:200], ("127.0.0.1", self.udp))
                    self.sent["noise"] += FLOOD
                self.sent["noise"] += 1
                self.over.wait(0.01)

    def last_word(self) -> None:
        """With the next datagram the kernel says how many it dropped before it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"\x30", ("127.0.0.1", self.udp))
        self.sent["noise"] += 1

    def streams(self) -> None:
        messages = self._messages(2)
        for data in messages:
            with socket.create_connection(("127.0.0.1", self.tcp)) as out:
                out.settimeout(0.2)
                try:
                    out.sendall(MARKED["stream"])
                    for _ in range(20):  # then the connection breaks in the middle of something
                        out.sendall(next(messages, data))
                except TimeoutError:
                    self.sent["held back"] += 1
            self.sent["stream"] += 1
            self.over.wait(0.01)

    def posts(self) -> None:
        self.statuses[self.tocsin.send("box", self.token, b"\x30" + MARKED["box"])] += 1
        for number, data in enumerate(self._messages(3)):
            body = bytes(4_000_001) if number == 3 else data
            token = "tcs_stolen" if number == 2 else self.token
            try:
                self.statuses[self.tocsin.send("box", token, body)] += 1
            except OSError:
                self.statuses[CUT_OFF] += 1

    @contextmanager
    def all(self) -> Iterator[None]:
        """All of it, in the background."""
        threads = [threading.Thread(target=one) for one in (self.datagrams, self.streams, self.posts)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()


def health(frame: dict[str, Any]) -> bool:
    return bool(frame["kind"] == "health" and frame["places"])


def tracks(frame: dict[str, Any]) -> bool:
    if frame["kind"] not in ("snapshot", "delta"):
        return False
    return int((np.frombuffer(frame["state"], np.uint8) == TrackState.CONFIRMED).sum()) >= 3


def watched(
    tocsin: Running, accepts: Callable[[dict[str, Any]], bool], radar: Radar
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first accepted frame, and the health of all seconds before it."""
    seen: list[dict[str, Any]] = []

    def look(frame: dict[str, Any]) -> bool:
        seen.extend([frame] if health(frame) else [])
        return accepts(frame)

    return tocsin.until(look, radar.turn), seen


def refused(ledger: Path) -> tuple[Counter[str], dict[str, bytes]]:
    """What the ledger says was refused: counts by feed, bytes by feed."""
    counts, octets = Counter[str](), dict.fromkeys(MARKED, b"")
    reader = Reader(ledger)
    for entry in reader.entries():
        if entry.kind == "scan" and entry.body is not None:
            for refusal in wire.decode(entry.kind, entry.format, entry.body).refusals:
                counts[refusal.feed] += refusal.count
                octets[refusal.feed] = octets.get(refusal.feed, b"") + refusal.data
    reader.close()
    return counts, octets


def test_whatever_comes_the_watch_goes_on_and_silence_is_blindness(tmp_path: Path) -> None:
    path, port = site(tmp_path)
    udp, tcp = free_port(socket.SOCK_DGRAM), free_port()
    path.write_text(path.read_text() + FEEDS.format(udp=udp, tcp=tcp))
    radar = Radar(port)
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        token = tocsin.feed_token()
        tocsin.sign_in()
        before, _ = watched(tocsin, tracks, radar)
        noise = Noise(tocsin, token, udp, tcp)
        with noise.all():
            end_s = time.monotonic() + SECONDS
            _, seconds = watched(tocsin, lambda frame: health(frame) and time.monotonic() > end_s, radar)
        after, _ = watched(tocsin, tracks, radar)
        noise.last_word()
        end_s = time.time() + 2.0
        last, _ = watched(tocsin, lambda frame: health(frame) and frame["time"] > end_s, radar)
        said(noise, last, seconds)
        undisturbed(before, after, seconds)
        blind(tocsin)
        assert tocsin.process.poll() is None
        assert tocsin.stop() == 0
    assert verify(tmp_path / "ledger").whole
    counts, octets = refused(tmp_path / "ledger")
    print(f"refused in the ledger: {dict(counts)}; sent: {dict(noise.sent)}; answers: {dict(noise.statuses)}")
    for feed, marked in MARKED.items():
        assert counts[feed] > 0
        assert marked in octets[feed], feed
    assert counts["radar"] == 0


def said(noise: Noise, last: dict[str, Any], seconds: list[dict[str, Any]]) -> None:
    """The health page counts each reason, and nothing failed in a way that no one had thought of."""
    reasons = last["refusals"]
    print("refused, as the health page says:", reasons)
    assert len([reason for reason in reasons if reason.startswith("asterix")]) >= 3
    assert any(reason.startswith(("beast", "mode s")) for reason in reasons)
    assert {204, 401} <= set(noise.statuses)
    assert {413, CUT_OFF} & set(noise.statuses)
    transport = last["transport"]
    came = transport["queue_packets_total|source=noise"] + transport["queue_shed_total|source=noise"]
    print(f"of {noise.sent['noise']} datagrams {transport['queue_shed_total|source=noise']} were shed")
    assert came + reasons.get("udp: dropped by the kernel", 0) == noise.sent["noise"], "nothing is dropped silently"
    assert transport["queue_packets_total|source=box"] == noise.statuses[204]
    for counter in ("thinking_failures_total", "set_aside_total", "restores_total", "inputs_not_kept_total"):
        assert transport[counter] == 0
    assert not [name for name, count in transport.items() if name.startswith("decoder_failures") and count]
    assert not [name for name, count in transport.items() if name.startswith("task_restarts") and count]
    assert len(seconds) >= SECONDS / 3, "the watch ticked on"


def undisturbed(before: dict[str, Any], after: dict[str, Any], seconds: list[dict[str, Any]]) -> None:
    """The good radar beside the noise: fresh throughout, nothing shed, the same tracks."""
    assert set(np.frombuffer(before["id"], "<u4")) & set(np.frombuffer(after["id"], "<u4"))
    for second in seconds:
        state = {one["sensor"]: one["state"] for one in second["sensors"]}["north"]
        place = {one["place"]: one["observation"] for one in second["places"]}["plant"]
        assert (state, place) != ("expired", "seen clear")
        assert second["transport"]["queue_shed_total|source=radar"] == 0
    fresh = sum({one["sensor"]: one["state"] for one in second["sensors"]}["north"] == "fresh" for second in seconds)
    print(f"the good radar was fresh in {fresh} of {len(seconds)} seconds")
    assert fresh >= 0.8 * len(seconds)


def blind(tocsin: Running) -> None:
    """All feeds are cut: within three periods of a second each, the plant is blind."""

    def is_blind(frame: dict[str, Any]) -> bool:
        return health(frame) and all(place["observation"] == "blind" for place in frame["places"])

    found = tocsin.until(is_blind)
    last_s = next(one["last"] for one in found["sensors"] if one["sensor"] == "north")
    since_s = max(place["since"] for place in found["places"])
    print(f"blind {since_s - last_s:.2f} s after the last byte")
    assert since_s - last_s <= 3 * 1.0 + 1.0, "three periods, judged at the next whole second"
