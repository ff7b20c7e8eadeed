"""Make src/tocsin/forecast/calibration/table.toml, and the curve beside it, from nights that the forecast did not know.

    python -m benchmarks.calibrate                 seeds 101 to 103 of each kind in benchmarks.forecast

The seeds by which benchmarks.forecast judges (1 and on) are not among them. A bin of the table goes by the median that
was said. One forecast counts for each target, place and bin, as in the score.
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.forecast import KINDS, SECOND_NS, joined, night
from tocsin.forecast.calibration import BINS_S, PLAIN, SPEEDS, Calibration
from tocsin.messages import QUANTILES, Floats
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import Forecasts, Places
from tocsin.score.warning import calibration as score
from tocsin.score.warning import entries

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src/tocsin/forecast/calibration/table.toml"
CURVE = ROOT / "docs/benchmarks/forecast.svg"
FIRST_SEED = 101
KNOTS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 1.0])


Night = tuple[Forecasts, Objects, Places]


def times(known: list[Night]) -> tuple[Floats, list[int]]:
    """Shares that came before each quantile (bins, 7), and of how many forecasts."""
    forecasts, truth, places = joined(known)
    stayed = entries.stays(truth, places)
    came, counts = np.empty((len(BINS_S), len(QUANTILES))), []
    entry_ns = score._next_entry(forecasts, forecasts.target, stayed)  # noqa: SLF001  the score's own rules
    actual_s = (entry_ns - forecasts.time_ns) / SECOND_NS
    bin_ = np.searchsorted(BINS_S, forecasts.quantile_s[:, QUANTILES.index(0.5)], side="right") - 1
    none = np.zeros(len(actual_s), dtype=np.int64)
    for k in range(len(BINS_S)):
        rows = score._one_each(forecasts, forecasts.target, (entry_ns != NEVER) & (bin_ == k), none)  # noqa: SLF001
        came[k] = (actual_s[rows, None] <= forecasts.quantile_s[rows]).mean(axis=0)
        counts.append(len(rows))
    return came, counts


def chances(known: list[Night]) -> tuple[Floats, Floats]:
    """The chances that were said, and whether they came."""
    forecasts, truth, places = joined(known)
    end_ns = int(truth.time_ns.max()) + 7200 * SECOND_NS
    return score.said_and_came(forecasts, forecasts.target, entries.stays(truth, places), end_ns)


def shares(came: Floats, read: Floats | None = None) -> Floats:
    """(bins, 7): at which share of the paths each of QUANTILES is to be read, so that as many come before it.

    `came` (bins, 7): how many came before what was read at the shares `read` (bins, 7), QUANTILES where none is given.
    """
    out = np.empty(came.shape)
    for k, row in enumerate(came):
        at = np.array(QUANTILES) if read is None else read[k]
        known = np.maximum.accumulate(np.concatenate([[0.0], row, [1.0]]))
        out[k] = np.interp(QUANTILES, known, np.concatenate([[0.0], at, [1.0]]))
    return out


def curve(said: Floats, came: Floats) -> Floats:
    """How often chances near each of KNOTS came true: least squares, then never falling (pool adjacent violators)."""
    at = np.clip(np.searchsorted(KNOTS, said, side="right") - 1, 0, len(KNOTS) - 2)
    part = (said - KNOTS[at]) / (KNOTS[at + 1] - KNOTS[at])
    tents = np.zeros((len(said), len(KNOTS)))
    row = np.arange(len(said))
    tents[row, at], tents[row, at + 1] = 1.0 - part, part
    normal = tents.T @ tents + 0.5 * np.eye(len(KNOTS))
    fitted = np.linalg.solve(normal, tents.T @ came + 0.5 * KNOTS)  # a weak pull to what was said
    weight = tents.sum(axis=0) + 0.5
    blocks = [[value, mass, 1] for value, mass in zip(fitted.tolist(), weight.tolist(), strict=True)]
    k = 0
    while k < len(blocks) - 1:
        if blocks[k][0] <= blocks[k + 1][0]:
            k += 1
            continue
        (a, u, m), (b, v, n) = blocks[k], blocks.pop(k + 1)
        blocks[k] = [(a * u + b * v) / (u + v), u + v, m + n]
        k = max(k - 1, 0)
    flat = np.concatenate([np.full(int(count), value) for value, _, count in blocks])
    flat[0] = 0.0
    return np.asarray(np.clip(flat, 0.0, 1.0))


def written(raw: dict[str, tuple[Floats, list[int]]], read: dict[str, Floats], true: Floats, seeds: int) -> str:
    """The table's text."""
    lines = [
        "# Made by `python -m benchmarks.calibrate`; do not edit. Curve: docs/benchmarks/forecast.svg",
        f"# Nights: {', '.join(KINDS)}, seeds {FIRST_SEED} to {FIRST_SEED + seeds - 1} of benchmarks/forecast.py.",
        "# A row for each bin of the median time to entry; `came` of those before each of messages.QUANTILES, as the",
        "# paths alone have them; `share` of the paths at which each is read.",
        "",
    ]
    for name, (came, counts) in raw.items():
        for begin, row, count, share in zip(BINS_S, came, counts, read[name], strict=True):
            lines += [f"[[{name}]]", f"from_s = {begin:g}", f"forecasts = {count}"]
            lines += [f"came = [{', '.join(f'{one:.4f}' for one in row)}]"]
            lines += [f"share = [{', '.join(f'{one:.4f}' for one in share)}]", ""]
    lines += ["[chances]", f"said = [{', '.join(f'{one:g}' for one in KNOTS)}]"]
    return "\n".join([*lines, f"came = [{', '.join(f'{one:.4f}' for one in true)}]", ""])


def drawn(came: dict[str, Floats], true: Floats) -> str:
    """Said against came, as SVG: chances, and a line for each bin of times."""

    def line(x: Floats, y: Floats, colour: str, name: str, row: int) -> str:
        points = " ".join(f"{60 + 400 * a:.1f},{440 - 400 * b:.1f}" for a, b in zip(x, y, strict=True))
        text = f'<text x="480" y="{60 + 22 * row}" fill="{colour}">{name}</text>'
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>{text}'

    names = ("0 to 2 min", "2 to 5 min", "5 to 15 min", "15 min and more")
    colours = ("#0072b2", "#009e73", "#e69f00", "#cc79a7")
    rows = [(f"{speed}, {names[k]}", colours[k], row) for speed, table in came.items() for k, row in enumerate(table)]
    parts = [line(np.array(QUANTILES), row, colour, name, k) for k, (name, colour, row) in enumerate(rows)]
    parts.append(line(KNOTS, true, "#d55e00", "chance of entry", len(rows)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" font-family="sans-serif" font-size="14">'
        '<rect width="640" height="480" fill="white"/>'
        '<path d="M60 440 L460 40 M60 40 V440 H460" stroke="#888" fill="none"/>'
        '<text x="220" y="470">said</text><text x="10" y="240">came</text>' + "".join(parts) + "</svg>\n"
    )


def main(seeds: int) -> None:
    """Twice: what the first table leaves, between its seven shares, the second one takes."""
    flown = {kind: [night(kind, FIRST_SEED + k, PLAIN) for k in range(seeds)] for kind in KINDS}
    raw = {speed: times(flown[kind]) for speed, kind in zip(SPEEDS, KINDS, strict=True)}
    true = curve(*chances([one for some in flown.values() for one in some]))
    first = Calibration(np.array([shares(came) for came, _ in raw.values()]), KNOTS, true)
    left = {kind: [night(kind, FIRST_SEED + k, first) for k in range(seeds)] for kind in KINDS}
    second = [shares(times(some)[0], share) for some, share in zip(left.values(), first.share, strict=True)]
    TABLE.write_text(written(raw, dict(zip(SPEEDS, second, strict=True)), true, seeds), encoding="utf-8")
    CURVE.write_text(drawn({name: table[0] for name, table in raw.items()}, true), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
