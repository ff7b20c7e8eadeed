"""The results page: Markdown with every figure, and one SVG beside it."""

import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path

INK = {"tocsin": "#0b6e4f", "Stone Soup GNN": "#8d99ae", "Stone Soup JPDA": "#5c677d", "norfair": "#d4a373"}
BAR, GAP, LEFT, WIDE = 14, 16, 190, 520


def machine() -> str:
    """Cores and model of the processor, and the versions that matter; no name of a host."""
    import os  # noqa: PLC0415

    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}; Python {platform.python_version()}; load at the start {load:.1f}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def bars(groups: Sequence[tuple[str, Sequence[tuple[str, float, str]]]], title: str) -> str:
    """Horizontal bars: groups of (who, value, words) under a name each, drawn from zero, the longest in full width."""
    most = max((value for _, members in groups for _, value, _ in members), default=1.0)
    y, parts = 46, [f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>']
    for name, members in groups:
        middle = y + len(members) * BAR / 2 + 4
        parts.append(f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>')
        for who, value, words in members:
            long = WIDE * value / most
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{long:.1f}" height="{BAR - 2}" fill="{INK[who]}"/>')
            parts.append(f'<text x="{LEFT + long + 6:.1f}" y="{y + 10}" font-size="11">{escape(words)}</text>')
            y += BAR
        y += GAP
    for index, (who, colour) in enumerate(INK.items()):
        x = LEFT + 140 * index
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="{y + 10}" font-size="12">{who}</text>')
    size = f'width="{LEFT + WIDE + 180}" height="{y + 30}"'
    style = 'font-family="system-ui, sans-serif" font-size="13" fill="#1b1b1e"'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{ground}{"".join(parts)}</svg>\n'
