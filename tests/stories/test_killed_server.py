"""The whole system is killed at any moment while people and machines use it: nothing that it had answered is lost.

`python -m tests.stories.test_killed_server 50` kills it fifty times and prints a table.
"""

import http.client
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.ledgers.evidence import dice
from tests.running import Radar, Running, running, site
from tocsin import wire
from tocsin.ledger.reader import Reader
from tocsin.ledger.verify import verify
from tocsin.messages import Answer, Detections, Order, Scan
from tocsin.simulate.asterix_out import blocks, plots

KILLS = int(os.environ.get("TOCSIN_SERVER_KILLS", "5"))  # the ledger's own trial kills fifty times, and costs less
BACK_S = 10.0  # from the start of the process to the first durable answer
BOX = """
[[feed]]
name = "box"
format = "asterix"
transport = "http"
"""
OFF = (OSError, http.client.HTTPException)  # what talking to a killed process raises


def plot(address: int) -> bytes:
    """One detection of an aircraft with this address, as bytes."""
    values = {"range_m": np.array([30_000.0]), "azimuth_rad": np.array([1.0])}
    times = np.array([time.time_ns()])
    found = Detections(np.zeros(1, np.int32), times, times, values, {"identity": (f"icao:{address:06x}",)})
    return blocks(48, plots(found, np.arange(1), (25, 12)))[0]


@dataclass(slots=True)
class Life:
    """One process from its start to its kill: when it answered first, and how much."""

    began_s: float = field(default_factory=time.monotonic)
    answered: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)
    back_s: float = float("nan")
    orders: int = 0
    posts: int = 0


@dataclass(slots=True)
class Trial:
    """A site that is killed again and again, and all that it acknowledged."""

    site: Path
    radar: Radar
    lives: list[Life] = field(default_factory=list)
    orders: dict[str, str] = field(default_factory=dict)  # by key: the answer's words
    posts: set[str] = field(default_factory=set)  # identities
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def ledger(self) -> Path:
        return self.site.parent / "ledger"

    def kill_once(self, seed: int) -> None:
        """Start, use, kill at a random moment, check the evidence."""
        chance, life = dice(seed), Life()
        self.lives.append(life)
        with running("serve", str(self.site), "--link", "ann=supervisor") as tocsin, ThreadPoolExecutor(5) as users:
            self._come_in(tocsin)
            uses = (self._turn, self._give_orders, self._send, self._send, self._send)
            works = [users.submit(self._use, use, tocsin, life) for use in uses]
            if seed % 5:
                life.answered.wait()
            time.sleep(chance.uniform(0.0, 1.5 if seed % 5 else 8.0))  # each fifth may still be starting
            tocsin.process.kill()
            tocsin.process.wait()
            life.killed.set()
            for work in works:
                work.result()
        report = verify(self.ledger)
        assert report.whole, report.lines()

    def _come_in(self, tocsin: Running) -> None:
        if not self.token:
            self.token = tocsin.feed_token()
            tocsin.sign_in()
            self.headers = tocsin.headers
        tocsin.headers = self.headers  # who is signed in stays so

    def _use(self, use: Callable[[Running, Life], None], tocsin: Running, life: Life) -> None:
        while not life.killed.is_set():
            try:
                use(tocsin, life)
            except OFF:
                life.killed.wait(0.05)

    def _turn(self, _: Running, life: Life) -> None:
        self.radar.turn()
        life.killed.wait(0.1)

    def _give_orders(self, tocsin: Running, life: Life) -> None:
        key = f"order-{next(self.numbers):06d}"
        body = {"key": key, "action": "note", "subject": "trial", "arguments": {"text": f"said {key}"}}
        status, answer = tocsin.request("POST", "/api/orders", body)
        assert status in (200, 503), answer
        said = json.loads(answer)
        if status == 200 and said["accepted"]:
            self.orders[key] = said["reason"]
            life.orders += 1
            if not life.answered.is_set():
                life.back_s = time.monotonic() - life.began_s
                life.answered.set()

    def _send(self, tocsin: Running, life: Life) -> None:
        address = next(self.numbers)
        status = tocsin.send("box", self.token, plot(address))
        assert status in (204, 503)
        if status == 204:
            self.posts.add(f"icao:{address:06x}")
            life.posts += 1

    def repeat(self) -> int:
        """Start once more, give the last orders again, stop in peace. Returns the exit code."""
        with running("serve", str(self.site), "--link", "ann=supervisor") as tocsin:
            tocsin.headers = self.headers
            for key in list(self.orders)[-3:]:
                while (said := tocsin.order(key, "note", "trial", text="another text"))["reason"].startswith("still"):
                    time.sleep(0.1)
                assert said["reason"] == self.orders[key], "the same key has one effect and one answer"
            return tocsin.stop()

    def lost(self) -> list[str]:
        """What was acknowledged and is not in the ledger."""
        kept: set[str] = set()
        reader = Reader(self.ledger)
        for entry in reader.entries():
            if entry.kind in ("scan", "order", "answer") and entry.body is not None:
                kept |= named(wire.decode(entry.kind, entry.format, entry.body))
        reader.close()
        keys = {f"{kind} ann:{key}" for key in self.orders for kind in ("order", "answer")}
        return sorted((keys | self.posts) - kept)


def named(item: object) -> set[str]:
    """How an acknowledged item is found again."""
    match item:
        case Scan():
            return {word for word in item.detections.texts.get("identity", ()) if word}
        case Order():
            return {f"order {item.key}"}
        case Answer():
            return {f"answer {item.key}"}
    return set()


def prepare(folder: Path) -> Trial:
    """A site with a radar by UDP and a box that posts."""
    path, port = site(folder)
    path.write_text(path.read_text() + BOX)
    return Trial(path, Radar(port))


def test_a_server_killed_at_any_moment_has_lost_nothing_that_it_answered(tmp_path: Path) -> None:
    trial = prepare(tmp_path)
    for seed in range(1, KILLS + 1):
        trial.kill_once(seed)
    assert trial.repeat() == 0
    report = verify(trial.ledger)
    assert report.whole, report.lines()
    assert trial.lost() == []
    assert len(trial.orders) > KILLS
    assert len(trial.posts) > KILLS


def main(kills: int) -> int:
    """Kill so often, print a table. 1 where something was lost or a start took too long."""
    with TemporaryDirectory() as folder:
        trial = prepare(Path(folder))
        print("kill  first answer after s  orders answered  posts answered", flush=True)
        for seed in range(1, kills + 1):
            trial.kill_once(seed)
            life = trial.lives[-1]
            print(f"{seed:4}  {life.back_s:20.2f}  {life.orders:15}  {life.posts:14}", flush=True)
        trial.repeat()
        report, lost = verify(trial.ledger), trial.lost()
    starts = np.array([life.back_s for life in trial.lives])
    starts = starts[np.isfinite(starts)]
    print("\n".join(report.lines()))
    print(f"{kills} kills; {len(trial.orders)} orders and {len(trial.posts)} posts answered; lost: {lost or 'nothing'}")
    print(f"first answer after a start: median {np.median(starts):.2f} s, at most {starts.max():.2f} s")
    return int(bool(lost) or not report.whole or starts.max() > BACK_S)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS))
