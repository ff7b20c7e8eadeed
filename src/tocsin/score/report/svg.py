"""Just enough drawing: axes with round ticks, lines, areas, bars, as SVG text that takes its colours from the page.

Colours are CSS classes, so that one drawing serves light, dark and paper. Coordinates are pixels of a viewBox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

import numpy as np

from tocsin.messages import Floats, Ints

POINTS_MAX: Final = 1_200  # of one line: more than a screen has columns
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` on pixels from `begin` to `end`, with (value, label) ticks."""

    low: float
    high: float
    begin: float
    end: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, values: Floats | float) -> Floats:
        """Pixels of values."""
        share = (np.asarray(values, np.float64) - self.low) / ((self.high - self.low) or 1.0)
        return self.begin + share * (self.end - self.begin)


def round_step(span: float, ticks: int) -> float:
    """1, 2 or 5 times a power of ten, so that about `ticks` of them fill the span."""
    rough = max(span, 1e-12) / ticks
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * next(m for m in (1, 2, 5, 10) if m * power >= rough * 0.999))


def number_axis(low: float, high: float, begin: float, end: float, ticks: int = 5) -> Axis:
    """An axis from a round number at or below `low` to one at or above `high`."""
    step = round_step((high - low) or abs(high) or 1.0, ticks)
    first, last = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    last = max(last, first + step)
    values = first + step * np.arange(round((last - first) / step) + 1)
    return Axis(first, last, begin, end, tuple((float(v), label(v)) for v in values))


def time_axis(times_ns: Ints, begin: float, end: float, ticks: int = 8) -> Axis:
    """UTC times, in seconds since the first; labels are hours and minutes, or seconds where the span is short."""
    span_s = float(times_ns[-1] - times_ns[0]) / 1e9 or 1.0
    step_s = next((s for s in STEPS_S if span_s / s <= ticks), STEPS_S[-1] * int(np.ceil(span_s / ticks / STEPS_S[-1])))
    start_s = int(times_ns[0]) / 1e9
    first = np.ceil(start_s / step_s) * step_s
    values = np.arange(first, start_s + span_s + 1e-6, step_s)
    unit = "s" if step_s < 60 else "m"
    words = [str(np.datetime64(round(v), "s").astype(f"datetime64[{unit}]")) for v in values]
    labels = [word[:10] if step_s >= STEPS_S[-1] else word[11:] for word in words]
    return Axis(0.0, span_s, begin, end, tuple(zip((values - start_s).tolist(), labels, strict=True)))


def label(value: float) -> str:
    """A number as people write it on an axis."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


@dataclass(slots=True)
class Drawing:
    """SVG in the making. `title` is what a screen reader says of the whole."""

    width: float
    height: float
    title: str
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """Words at a place."""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str, tip: str = "") -> None:
        """A straight line."""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}">{_tip(tip)}</line>'
        )

    def rectangle(self, x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> None:
        """A filled box."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.0):.1f}" height="{max(height, 0.0):.1f}" '
            f'class="{kind}">{_tip(tip)}</rect>'
        )

    def dot(self, x: float, y: float, radius: float, kind: str, tip: str = "") -> None:
        """A filled circle."""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}">{_tip(tip)}</circle>')

    def path(self, x: Floats, y: Floats, kind: str, tip: str = "", closed: bool = False) -> None:
        """A line through points; it breaks where one is NaN."""
        pieces = []
        there = np.isfinite(x) & np.isfinite(y)
        runs = np.flatnonzero(np.diff(np.concatenate(([False], there, [False])).astype(np.int8)))
        for begin, end in runs.reshape(-1, 2).tolist():
            points = [f"{a:.1f},{b:.1f}" for a, b in zip(x[begin:end].tolist(), y[begin:end].tolist(), strict=True)]
            if end - begin == 1:
                points *= 2  # a line of one point: round caps draw it as a dot
            pieces.append("M" + "L".join(points) + ("Z" if closed else ""))
        if pieces:
            self.parts.append(f'<path d="{"".join(pieces)}" class="{kind}">{_tip(tip)}</path>')

    def band(self, x: Floats, low: Floats, high: Floats, kind: str, tip: str = "") -> None:
        """The area between two lines; it breaks where one is NaN."""
        there = np.isfinite(low) & np.isfinite(high)
        runs = np.flatnonzero(np.diff(np.concatenate(([False], there, [False])).astype(np.int8)))
        for begin, end in runs.reshape(-1, 2).tolist():
            part = slice(begin, end)
            around = np.concatenate((x[part], x[part][::-1]))
            self.path(around, np.concatenate((high[part], low[part][::-1])), kind, tip, closed=True)

    def frame(self, x: Axis, y: Axis, x_title: str, y_title: str) -> None:
        """Both axes: light lines across for y, ticks below for x, titles."""
        for value, words in y.ticks:
            at = float(y.at(value))
            self.line(x.begin, at, x.end, at, "grid")
            self.text(x.begin - 8, at + 4, words, "tick", "end")
        for value, words in x.ticks:
            at = float(x.at(value))
            self.line(at, y.begin, at, y.begin + 4, "axis")
            self.text(at, y.begin + 18, words, "tick", "middle")
        self.line(x.begin, y.begin, x.end, y.begin, "axis")
        self.text(x.begin - 8, y.end - 12, y_title, "name")
        self.text(x.end, y.begin + 34, x_title, "name", "end")

    def legend(self, x: float, y: float, entries: Iterable[tuple[str, str]]) -> None:
        """Boxes in their colours, with words, from left to right."""
        for kind, words in entries:
            self.rectangle(x, y - 9, 12, 10, kind)
            self.text(x + 17, y, words, "key")
            x += 17 + 6.6 * len(words) + 22

    def svg(self) -> str:
        """The whole, to be put into a page."""
        body = "".join(self.parts)
        box = f"0 0 {self.width:g} {self.height:g}"
        return f'<svg viewBox="{box}" role="img" aria-label="{escape(self.title)}">{body}</svg>'


def _tip(words: str) -> str:
    return f"<title>{escape(words)}</title>" if words else ""


def bins(steps: int, most: int = POINTS_MAX) -> Ints:
    """Where to cut `steps` into at most `most` parts of equal length: first index of each."""
    each = -(-steps // most) if steps > most else 1
    return np.arange(0, steps, each)


def means(values: Floats, cuts: Ints) -> Floats:
    """The mean of each part between cuts, NaN left out; NaN where nothing is left."""
    there = np.isfinite(values)
    count = np.add.reduceat(there.astype(np.float64), cuts)
    total = np.add.reduceat(np.where(there, values, 0.0), cuts)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def thinned(points: Floats, tolerance: float, most: int = POINTS_MAX) -> Ints:
    """Indices of the points that a line needs: those that move by `tolerance`, at most about `most` of them."""
    if len(points) <= 2:
        return np.arange(len(points))
    moved = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    every = max(tolerance, float(moved[-1]) / most)
    kept = np.flatnonzero(np.diff(np.floor(moved / every), prepend=-1.0))
    return np.unique(np.append(kept, len(points) - 1))


def empty(words: Sequence[str]) -> str:
    """What stands where there is nothing to draw: the reason."""
    return f'<p class="nothing">{escape(" ".join(words))}</p>'
