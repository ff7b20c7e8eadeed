"""How much JavaScript one frame costs: `python -m tests.browser.frame_cost 5000` plays so many tracks and tells.

All script of the page counts (animation frames, messages, timers, events, collecting garbage), in processor time of the
page's own thread, so that other work on the machine is not counted with it. Drawing itself is left out: draw calls are
counted and not carried out, because without a GPU the processor draws, and then neither frames come nor do costs mean
anything.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

# Counts draw calls in place of drawing, and notes how many there were in each frame that drew.
METER = """(() => {
  let draws = 0
  const frames = []
  for (const name of ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']) {
    WebGL2RenderingContext.prototype[name] = function () { draws += 1 }
  }
  const tick = () => {
    performance.mark('a frame')
    performance.clearMarks()
    if (draws > 0) frames.push(draws)
    draws = 0
    requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
  window.drawCalls = () => frames.splice(0)
})()"""
TRACED = ["devtools.timeline", "v8", "blink.user_timing"]
# What starts script, or cleans up after it; one inside of another is counted once.
SCRIPT = frozenset(
    {
        *("EvaluateScript", "EventDispatch", "FireAnimationFrame", "FunctionCall", "HandlePostMessage"),
        *("RunMicrotasks", "TimerFire", "v8.callFunction", "MajorGC", "MinorGC", "V8.GCFinalizeMC"),
        *("V8.GCIncrementalMarking", "V8.GCScavenger", "V8.GC_MC_INCREMENTAL"),
    }
)
FRAME = "a frame"  # METER marks each


@dataclass(frozen=True)
class Costs:
    """Milliseconds of script in a frame; how many frames were counted, and the draw calls in each that drew."""

    frames: int
    median: float
    p95: float
    p99: float
    worst: float
    draws: int
    draws_most: int


def script(trace: bytes) -> NDArray[np.float64]:
    """Processor time of script between one frame and the next, ms, of the page's main thread."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    of = [(event["pid"], event["tid"]) for event in events if event["name"] == "FireAnimationFrame"]
    main = max(set(of), key=of.count)
    ends = np.sort([event["ts"] for event in events if event["name"] == FRAME])
    mine = [event for event in events if event["ph"] == "X" and (event["pid"], event["tid"]) == main]
    mine.sort(key=lambda event: (event["ts"], -event.get("dur", 0)))
    costs = np.zeros(len(ends) + 1)
    until = -1
    for event in mine:
        if event["name"] in SCRIPT and event["ts"] >= until:
            until = event["ts"] + event.get("dur", 0)
            costs[np.searchsorted(ends, event["ts"])] += event.get("tdur", 0) / 1000
    return costs[1:-1]  # the first and the last frame were not seen whole


def measure(browser: Browser, page: Page, play: Callable[[Page], None]) -> Costs:
    """Let `play` do something with the open page, and count. The page must have been opened with METER."""
    page.evaluate("window.drawCalls()")
    browser.start_tracing(page=page, categories=TRACED)
    play(page)
    draws = np.array(page.evaluate("window.drawCalls()") or [0])
    costs = script(browser.stop_tracing())
    median, p95, p99 = (round(float(part), 2) for part in np.percentile(costs, [50, 95, 99]))
    return Costs(len(costs), median, p95, p99, round(float(costs.max()), 2), int(np.median(draws)), int(draws.max()))


def wait(seconds: float) -> Callable[[Page], None]:
    """Nothing is done; pictures come in."""
    return lambda page: page.wait_for_timeout(seconds * 1000)


def drag(page: Page) -> None:
    """The map is moved to and fro by the mouse."""
    page.mouse.move(900, 450)
    page.mouse.down()
    for step in range(160):
        away = step if step < 80 else 160 - step
        page.mouse.move(900 - 5 * away, 450 - 2 * away)
        page.wait_for_timeout(25)
    page.mouse.up()


def zoom(page: Page) -> None:
    """In and out by the wheel."""
    page.mouse.move(900, 450)
    for step in range(100):
        page.mouse.wheel(0, -40 if step < 50 else 40)
        page.wait_for_timeout(40)


@contextmanager
def opened(tracks: int, web: Path = STATIC) -> Iterator[tuple[Browser, Page]]:
    """A browser with the page before so many tracks, the map drawn."""
    program = chromium.find()
    chromium.drive()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), web, tracks) as stage,
        sync_playwright() as player,
    ):
        browser = player.chromium.launch(executable_path=program, args=chromium.ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(METER)
        page.add_init_script("localStorage.setItem('tocsin.welcomed.1', 'yes')")
        page.goto(stage.link())
        page.wait_for_selector(f"body[data-map=ready][data-received='{tracks}']", timeout=120_000)
        page.wait_for_timeout(5_000)
        yield browser, page
        browser.close()


def main(tracks: int, seconds: float, web: Path = STATIC) -> None:
    """Measure a still view, one that is moved and one that is zoomed; then ellipses, too."""
    with opened(tracks, web) as (browser, page):
        for name, play in (("still", wait(seconds)), ("moved", drag), ("zoomed", zoom)):
            print(f"{name:10}", json.dumps(measure(browser, page, play).__dict__), flush=True)
        page.keyboard.press("e")
        print("ellipses  ", json.dumps(measure(browser, page, wait(seconds)).__dict__))


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 5_000,
        float(given[1]) if len(given) > 1 else 8.0,
        Path(given[2]) if len(given) > 2 else STATIC,
    )
