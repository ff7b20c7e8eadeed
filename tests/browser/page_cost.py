"""What the page weighs: `python -m tests.browser.page_cost` tells its size, first paint and memory.

An hour is played at 60 times its speed, with the map drawn; the heap is read after a collection of garbage, each ten
minutes of the night. Paint and pictures are timed on the machine that runs this: say which, and how busy it was.
"""

import gzip
import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.browser import chromium
from tests.browser.page_steps import WAIT_MS, WELCOMED
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

SPEED = 60.0
EACH_S = 600  # of the night, between two readings
HOUR_S = 3_600
MIB = 2**20
PAINT = "Object.fromEntries(performance.getEntriesByType('paint').map((one) => [one.name, Math.round(one.startTime)]))"


def sizes(web: Path) -> dict[str, dict[str, int]]:
    """Bytes as they are and packed: of what the first paint needs, of the map, of the shores."""
    groups = {
        "first paint": ("index",),
        "map": ("MapView", "maplibre", "array", "gpu", "webgl", "get-"),
        "shores": ("countries", "land"),
    }
    found: dict[str, dict[str, int]] = {}
    for name, starts in groups.items():
        files = [path.read_bytes() for path in web.rglob("*") if path.is_file() and path.name.startswith(starts)]
        found[name] = {"bytes": sum(map(len, files)), "gzip": sum(len(gzip.compress(one, 6)) for one in files)}
    return found


def heap(session: CDPSession) -> float:
    """MiB of script's heap in use, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return round(float(metrics["JSHeapUsedSize"]) / MIB, 1)


def first(browser: Browser, stage: Stage) -> dict[str, object]:
    """Milliseconds from opening the page, signed in, until paint, picture and map."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WELCOMED)
    page.goto(stage.link())
    page.wait_for_selector("body[data-map=ready]", timeout=WAIT_MS)
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(stage.url)
    page.wait_for_selector("body:not([data-version='0'])[data-version]", timeout=WAIT_MS)
    picture_ms = round(1e3 * (time.perf_counter() - began))
    page.wait_for_selector("body[data-map=ready]", timeout=WAIT_MS)
    map_ms = round(1e3 * (time.perf_counter() - began))
    painted = page.evaluate(PAINT)
    page.close()
    return {**painted, "first picture": picture_ms, "map": map_ms}


def hour(browser: Browser, stage: Stage) -> list[tuple[int, float]]:
    """(second of the night, MiB of heap) over an hour of replay."""
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.add_init_script(WELCOMED)
    page.goto(stage.link())
    page.wait_for_selector("body[data-map=ready]", timeout=WAIT_MS)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    stage.stage_of_plant = "warning"
    stage.speed = SPEED
    begin = stage.scene_s
    found = [(0, heap(session))]
    for at in range(EACH_S, HOUR_S + 1, EACH_S):
        while stage.scene_s < begin + at:
            page.wait_for_timeout(200)
        found.append((at, heap(session)))
    page.close()
    return found


def main(tracks: int) -> None:
    """All three, one line of JSON for each."""
    print(json.dumps({"size": sizes(STATIC)}))
    program = chromium.find()
    chromium.drive()
    with (
        tempfile.TemporaryDirectory() as own,
        Stage(Path(own), STATIC, tracks) as stage,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGS, env=chromium.environment())
        print(json.dumps({"tracks": tracks, "milliseconds": first(browser, stage)}), flush=True)
        print(json.dumps({"tracks": tracks, "heap, MiB at s": hour(browser, stage)}), flush=True)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
