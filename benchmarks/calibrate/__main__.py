"""Make src/tocsin/forecast/calibration/table.toml, and the curve beside it, from nights that the forecast did not know.

    python -m benchmarks.calibrate          seeds 101 to 104 of each kind in benchmarks.forecast

The seeds by which benchmarks.forecast judges (1 and on) are not among them. A bin of the table goes by the median that
was said. One forecast counts for each target, place and bin, as in the score.
"""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.forecast.movers import night
from benchmarks.forecast.night import Night, joined
from tocsin.forecast.calibration import BINS_S, KINDS, PLAIN, Calibration
from tocsin.geo.units import SECOND_NS
from tocsin.messages import QUANTILES, Floats
from tocsin.score.tables.objects import NEVER
from tocsin.score.warning import calibration as score
from tocsin.score.warning import entries

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src/tocsin/forecast/calibration/table.toml"
CURVE = ROOT / "docs/benchmarks/forecast.svg"
SEEDS = range(101, 105)
MOVERS = {
    "slow": "drones",
    "fast": "missiles",
}  # kinds of the table: nights of benchmarks.forecast
Table = tuple[Floats, list[int], Floats, Floats]
LEAST = 200  # forecasts; a bin with fewer is read as the one before it
KNOTS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 1.0])


def times(known: list[Night]) -> tuple[Floats, list[int]]:
    """Shares that came before each quantile (bins, 7), and of how many forecasts."""
    whole = joined(known)
    forecasts, stayed = whole.forecasts, entries.stays(whole.truth, whole.places)
    came, counts = np.tile(QUANTILES, (len(BINS_S), 1)), []
    entry_ns = score._next_entry(forecasts, forecasts.target, stayed)  # noqa: SLF001  the score's own rules
    actual_s = (entry_ns - forecasts.time_ns) / SECOND_NS
    bin_ = np.searchsorted(BINS_S, forecasts.quantile_s[:, QUANTILES.index(0.5)], side="right") - 1
    none = np.zeros(len(actual_s), dtype=np.int64)
    tail_ns = (forecasts.quantile_s[:, -1] * SECOND_NS).astype(np.int64)
    outside = (entry_ns != NEVER) & (forecasts.time_ns <= whole.known_ns - tail_ns)  # as the score has it
    outside &= ~score._inside(forecasts, forecasts.target, stayed)  # noqa: SLF001
    for k in range(len(BINS_S)):
        rows = score._one_each(forecasts, forecasts.target, outside & (bin_ == k), none)  # noqa: SLF001
        if len(rows):
            came[k] = (actual_s[rows, None] <= forecasts.quantile_s[rows]).mean(axis=0)
        counts.append(len(rows))
    return came, counts


def chances(known: list[Night]) -> tuple[Floats, Floats]:
    """The chances that were said, and whether they came."""
    whole = joined(known)
    stayed = entries.stays(whole.truth, whole.places)
    return score.said_and_came(whole.forecasts, whole.forecasts.target, stayed, whole.known_ns)


def shares(came: Floats, counts: list[int], read: Floats | None = None) -> Floats:
    """(bins, 7): at which share of the paths each of QUANTILES is to be read, so that as many come before it.

    `came` (bins, 7): how many of `counts` came before what was read at the shares `read` (bins, 7), or at QUANTILES.
    """
    out = np.empty(came.shape)
    for k, row in enumerate(came):
        if counts[k] < LEAST and k:
            out[k] = out[k - 1]
            continue
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


def written(tables: list[Table]) -> str:
    """The table's text."""
    seeds = f"{SEEDS[0]} to {SEEDS[-1]}"
    lines = [
        "# Made by `python -m benchmarks.calibrate`; do not edit. Curve: docs/benchmarks/forecast.svg",
        f"# Nights: {', '.join(MOVERS.values())}, seeds {seeds} of benchmarks/forecast.",
        "# A row for each bin of the median time to entry; `came` of those before each of",
        "# messages.QUANTILES, as the paths alone have them; `share` of the paths at which each is read.",
        "",
    ]
    for name, (came, counts, read, _) in zip(MOVERS, tables, strict=True):
        for begin, row, count, share in zip(BINS_S, came, counts, read, strict=True):
            lines += [f"[[{name}]]", f"from_s = {begin:g}", f"forecasts = {count}"]
            lines += [f"came = [{', '.join(f'{one:.4f}' for one in row)}]"]
            lines += [f"share = [{', '.join(f'{one:.4f}' for one in share)}]", ""]
    lines += ["[chances]", f"said = [{', '.join(f'{one:g}' for one in KNOTS)}]"]
    for name, (*_, true) in zip(MOVERS, tables, strict=True):
        lines.append(f"{name} = [{', '.join(f'{one:.4f}' for one in true)}]")
    return "\n".join([*lines, ""])


def drawn(tables: list[Table]) -> str:
    """Said against came, as SVG: chances, and a line for each bin of times."""

    def line(x: Floats, y: Floats, colour: str, name: str, row: int) -> str:
        points = " ".join(f"{60 + 400 * a:.1f},{440 - 400 * b:.1f}" for a, b in zip(x, y, strict=True))
        text = f'<text x="480" y="{60 + 22 * row}" fill="{colour}">{name}</text>'
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>{text}'

    names = ("0 to 2 min", "2 to 5 min", "5 to 15 min", "15 min and more")
    colours = ("#0072b2", "#009e73", "#e69f00", "#cc79a7")
    rows = [
        (f"{kind}, {names[k]}", colours[k], row)
        for kind, table in zip(MOVERS, tables, strict=True)
        for k, row in enumerate(table[0])
        if table[1][k] >= LEAST
    ]
    parts = [line(np.array(QUANTILES), row, colour, name, k) for k, (name, colour, row) in enumerate(rows)]
    for kind, (*_, true) in zip(MOVERS, tables, strict=True):
        parts.append(line(KNOTS, true, "#d55e00", f"{kind}, chance of entry", len(parts)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" font-family="sans-serif" font-size="14">'
        '<rect width="640" height="480" fill="white"/>'
        '<path d="M60 440 L460 40 M60 40 V440 H460" stroke="#888" fill="none"/>'
        '<text x="220" y="470">said</text><text x="10" y="240">came</text>' + "".join(parts) + "</svg>\n"
    )


def table_of(kind: str) -> Table:
    """What came (bins, 7) of how many forecasts, as the paths alone have it, the shares to read, and the chances.

    Twice: what the first shares leave, between the seven of them, the second ones take.
    """

    def flown(known: Calibration) -> list[Night]:
        return [night(MOVERS[kind], seed, known) for seed in SEEDS]

    plain = flown(PLAIN)
    came, counts = times(plain)
    true = curve(*chances(plain))
    first = np.tile(shares(came, counts), (len(KINDS), 1, 1))
    left = times(flown(Calibration(first, KNOTS, np.tile(true, (len(KINDS), 1)))))
    return came, counts, shares(*left, first[0]), true


def main() -> None:
    """All kinds, two at once."""
    with ProcessPoolExecutor(2) as pool:
        tables = list(pool.map(table_of, MOVERS))
    TABLE.write_text(written(tables), encoding="utf-8")
    CURVE.write_text(drawn(tables), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
