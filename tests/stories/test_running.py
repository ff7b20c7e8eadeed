"""From a radar's datagrams to a person's screen, through stops, restarts and a kill."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np

from tests.running import Radar, Running, free_port, running, site
from tocsin.ledger.reader import Reader
from tocsin.ledger.verify import verify
from tocsin.messages import TrackState


def confirmed(count: int) -> Callable[[dict[str, Any]], bool]:
    """Frames with so many confirmed tracks."""

    def accepts(frame: dict[str, Any]) -> bool:
        if frame["kind"] not in ("snapshot", "delta"):
            return False
        return int((np.frombuffer(frame["state"], np.uint8) == TrackState.CONFIRMED).sum()) >= count

    return accepts


def snapshot(frame: dict[str, Any]) -> bool:
    return bool(frame["kind"] == "snapshot" and frame["n"])


def fresh(frame: dict[str, Any]) -> bool:
    """Health that says of every sensor that it is heard."""
    return frame["kind"] == "health" and {one["state"] for one in frame["sensors"]} == {"fresh"}


def test_a_radar_is_switched_on_and_three_aircraft_are_on_the_map(tmp_path: Path) -> None:
    path, port = site(tmp_path)
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        tocsin.sign_in()
        radar = Radar(port)
        tocsin.until(confirmed(3), radar.turn)
        health = tocsin.until(fresh, radar.turn)  # one from before the first detection may still be on its way
        assert [one["sensor"] for one in health["sensors"]] == ["north"]
        assert health["transport"]["queue_packets_total|source=radar"] > 0
        assert tocsin.stop() == 0
    assert verify(tmp_path / "ledger").fault is None
    reader = Reader(tmp_path / "ledger")
    kinds = {entry.kind for entry in reader.entries()}
    reader.close()
    assert {"start", "dump", "scan", "tick", "notice", "digest"} <= kinds


def test_what_a_person_said_outlives_a_kill_and_the_picture_goes_on(tmp_path: Path) -> None:
    path, port = site(tmp_path)
    radar = Radar(port)
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        tocsin.sign_in()
        tocsin.until(confirmed(3), radar.turn)
        frame = tocsin.until(snapshot, radar.turn)
        number = str(np.frombuffer(frame["id"], "<u4")[0])
        assert tocsin.order("order-0001", "mark", number, mark="suspect")["accepted"]
        assert tocsin.order("order-0002", "set", "tracking.confirm_existence", value="0.8")["accepted"]
        tocsin.process.kill()  # answered, so it must be there
        tocsin.process.wait()
        cookie = tocsin.headers
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        tocsin.headers = cookie  # a person stays signed in over a restart
        frame = tocsin.until(snapshot, radar.turn)
        assert frame["text"][int(number)][2] == "suspect"
        again = tocsin.order("order-0001", "mark", number, mark="friend")
        assert again == {"key": "order-0001", "accepted": True, "reason": f"track {number}: suspect"}
        assert tocsin.order("order-0003", "set", "tracking.release_existence", value="0.85")["accepted"] is False
        assert tocsin.stop() == 0
    assert verify(tmp_path / "ledger").fault is None


def kept_s(tocsin: Running) -> float:
    """How much of the night is in the ledger."""
    bounds = json.loads(tocsin.request("GET", "/api/ledger")[1])
    return float(bounds["last"] - bounds["first"])


def test_a_night_is_played_paused_and_looked_back_at(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    arguments = ("demo", "--port", str(free_port()), "--speed", "20", "--ledger", str(ledger))
    with running(*arguments, compiled=True) as tocsin:
        tocsin.sign_in()
        frame = tocsin.until(confirmed(1))
        assert frame["speed"] > 0
        tocsin.until(lambda _: kept_s(tocsin) > 8.0)  # the clock of the night runs ahead of a start that still loads
        assert tocsin.request("POST", "/api/control", {"action": "pause"})[0] == 204
        still = tocsin.until(lambda frame: frame["kind"] == "delta" and frame["speed"] == 0.0)
        later = tocsin.until(lambda frame: frame["kind"] == "snapshot")
        assert later["time"] == still["time"]
        bounds = json.loads(tocsin.request("GET", "/api/ledger")[1])
        status, body = tocsin.request("GET", f"/api/at?time={(bounds['first'] + bounds['last']) / 2}")
        assert status == 200, body
        then = (bounds["first"] + bounds["last"]) // 2
        status, body = tocsin.request("GET", f"/api/stood?time={then}")
        assert status == 200, body
        stood = json.loads(body)
        assert 0 <= then - stood["health"]["time"] < 5, "by the newest decision before it"
        assert stood["alerts"]["kind"] == "alerts", "what the desk said then"
        assert {one["place"] for one in stood["health"]["places"] if "stage" in one}, "how each place stood then"
        assert tocsin.request("POST", "/api/control", {"action": "seek", "value": bounds["first"] + 5})[0] == 204
        back = tocsin.until(lambda frame: frame["kind"] in ("snapshot", "delta") and frame["time"] < still["time"] - 1)
        assert back["time"] >= bounds["first"]
        assert tocsin.stop() == 0
    assert verify(ledger).fault is None


def test_a_supervisor_begins_another_scenario_and_nobody_signs_in_again(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with running("demo", "--port", str(free_port()), "--speed", "10", "--ledger", str(ledger), compiled=True) as tocsin:
        tocsin.sign_in()
        tocsin.until(confirmed(1))
        listed = json.loads(tocsin.request("GET", "/api/scenes")[1])
        assert listed["now"] == "demo-night"
        assert {"port", "river-border"} <= {one["name"] for one in listed["scenes"]}
        status, body = tocsin.request("POST", "/api/scenes", {"name": "no-such-night"})
        assert status == 422, body
        assert tocsin.request("POST", "/api/scenes", {"name": "circling", "seed": 3})[0] == 202
        begun = again(tocsin, lambda site: site["scene"] == "circling")
        assert begun["mode"] == "demo"
        tocsin.until(confirmed(1))
        said = json.loads(tocsin.request("GET", "/api/statements")[1])
        assert said["status"] == "exercise"
        assert tocsin.stop() == 0
    for kept in (ledger, ledger / "night-2"):
        assert verify(kept).fault is None


def again(tocsin: Running, accepts: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The site, once the server that begins anew tells of one that is meant."""
    for _ in range(600):
        with suppress(OSError, HTTPException):
            status, body = tocsin.request("GET", "/api/site")
            if status == 200 and accepts(site_now := json.loads(body)):
                return dict(site_now)
        time.sleep(0.1)
    raise AssertionError("no other night began")


def thinks(server: int) -> int:
    """The process that thinks for a server: the only one that it has begun."""
    begun = " ".join(task.read_text() for task in Path(f"/proc/{server}/task").glob("*/children")).split()
    assert len(begun) == 1
    return int(begun[0])


def test_when_the_process_that_thinks_dies_the_watch_ends_with_a_reason(tmp_path: Path) -> None:
    path, port = site(tmp_path)
    radar = Radar(port)
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        tocsin.sign_in()
        tocsin.until(confirmed(3), radar.turn)
        os.kill(thinks(tocsin.process.pid), signal.SIGKILL)
        assert tocsin.process.wait() == 1
    assert verify(tmp_path / "ledger").fault is None
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:  # as whoever supervises it would
        tocsin.sign_in()
        tocsin.until(confirmed(3), radar.turn)
        thinker = thinks(tocsin.process.pid)
        assert tocsin.stop() == 0
    assert not Path(f"/proc/{thinker}").exists()


def test_nothing_outlives_a_killed_server(tmp_path: Path) -> None:
    path, port = site(tmp_path)
    radar = Radar(port)
    with running("serve", str(path), "--link", "ann=supervisor") as tocsin:
        tocsin.sign_in()
        tocsin.until(confirmed(3), radar.turn)
        thinker = Path(f"/proc/{thinks(tocsin.process.pid)}/cmdline")
        assert b"tocsin.live.apart" in thinker.read_bytes()
        tocsin.process.kill()
        while thinker.exists() and thinker.read_bytes():  # empty: it has ended, and nobody has asked how
            time.sleep(0.01)
