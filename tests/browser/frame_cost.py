"""How much JavaScript one frame costs: `python -m tests.browser.frame_cost 5000` plays so many tracks and tells.

All script of the page counts: animation frames, messages, timers. Drawing itself is left out: draw calls are counted
and not carried out, because without a GPU the processor draws, and then neither frames come nor do costs mean anything.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

# Wraps what starts script in a page, and adds up its time between one frame and the next.
METER = """(() => {
  let cost = 0
  const frames = []
  const timed = (call) => typeof call !== 'function' ? call : function (...given) {
    const start = performance.now()
    try { return call.apply(this, given) } finally { cost += performance.now() - start }
  }
  const frame = window.requestAnimationFrame.bind(window)
  window.requestAnimationFrame = (call) => frame(timed(call))
  for (const name of ['setTimeout', 'setInterval']) {
    const plain = window[name].bind(window)
    window[name] = (call, ...rest) => plain(timed(call), ...rest)
  }
  const message = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    get() { return message.get.call(this) },
    set(call) { message.set.call(this, timed(call)) },
  })
  let draws = 0
  for (const name of ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']) {
    WebGL2RenderingContext.prototype[name] = function () { draws += 1 }
  }
  const tick = () => { frames.push(cost); cost = 0; frame(tick) }
  frame(tick)
  window.frameCosts = () => frames
  window.drawCalls = () => draws
})()"""


@dataclass(frozen=True)
class Costs:
    """Milliseconds of script in a frame; how many frames were counted, and the draw calls in each that drew."""

    tracks: int
    frames: int
    median: float
    p95: float
    p99: float
    worst: float


def measure(page: Page, tracks: int, seconds: float) -> Costs:
    """Let the open page run, and count. The page must have been opened with METER."""
    page.evaluate("window.frameCosts().length = 0")
    page.wait_for_timeout(seconds * 1000)
    costs = np.array(page.evaluate("window.frameCosts()"))
    parts = np.percentile(costs, [50, 95, 99])
    median, p95, p99 = (round(float(part), 2) for part in parts)
    return Costs(tracks, len(costs), median, p95, p99, round(float(costs.max()), 2))


def main(tracks: int, seconds: float) -> None:
    """Measure a still view and a view that is being moved, with trails, leaders and labels, then all layers."""
    program = chromium.find()
    chromium.drive()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), STATIC, tracks) as stage,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(METER)
        page.add_init_script("localStorage.setItem('tocsin.welcomed.1', 'yes')")
        page.goto(stage.link())
        page.wait_for_selector(f"body[data-map=ready][data-received='{tracks}']", timeout=120_000)
        page.wait_for_timeout(5_000)
        print("still      ", json.dumps(measure(page, tracks, seconds).__dict__))
        page.keyboard.press("e")
        print("ellipses   ", json.dumps(measure(page, tracks, seconds).__dict__))
        page.keyboard.press("e")
        page.evaluate("window.frameCosts().length = 0")
        page.mouse.move(900, 450)
        page.mouse.down()
        for step in range(60):
            page.mouse.move(900 - 6 * step, 450 - 2 * step)
            page.wait_for_timeout(30)
        page.mouse.up()
        costs = np.array(page.evaluate("window.frameCosts()"))
        print("being moved", json.dumps({"frames": len(costs), "p95": round(float(np.percentile(costs, 95)), 2)}))
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000, float(sys.argv[2]) if len(sys.argv) > 2 else 20.0)
