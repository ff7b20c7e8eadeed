"""How well places are warned, over the whole scenario library: every row of what was promised, with seeds, as one page.

    python -m benchmarks.warning                          all 19 scenarios, seed 1; docs/benchmarks/warning.md
    python -m benchmarks.warning port pop-up --seeds 2 --workers 2
    python -m benchmarks.warning --page                   the page again, of the nights that were played already

Nights are played through `advance` exactly as live (tocsin.cluster.warned). A night that was played is kept under
.cache/warning and played again only where the code that thinks, the rules or its stretch are others; a run that was
stopped goes on where it was. `--any-code` takes nights of older code as they are; the page names the code. Rows that
other commands measured are kept in elsewhere.toml, each with its command.
"""

import argparse
from functools import partial
from pathlib import Path

from benchmarks.warning.page import drawing, page
from benchmarks.warning.playing import KEPT, Night, keep_job, read
from benchmarks.warning.pooling import points, pool
from benchmarks.warning.stretches import ROOT, STRETCHES
from tocsin.cli.progress import Progress
from tocsin.cluster.local import each

PAGE = ROOT / "docs/benchmarks/warning.md"


def main() -> None:
    """Play what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[[], *STRETCHES], metavar="scenario")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="nights that are played at once")
    parser.add_argument("--page", action="store_true", help="write the page of what was played, and play nothing")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--any-code", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    asked = parser.parse_args()
    jobs = [(name, seed) for seed in range(1, asked.seeds + 1) for name in asked.scenarios or STRETCHES]
    if not asked.page:
        do = partial(keep_job, again=asked.again, any_code=asked.any_code)
        with Progress("playing nights") as progress:
            for done, one in enumerate(each(jobs, do, asked.workers), 1):
                progress(done, len(jobs))
                print(f"{one.job[0]} {one.job[1]}: {one.error or one.result}", flush=True)
    nights = _kept()
    if not nights:
        parser.error(f"no night was played yet: {KEPT} is empty; leave out --page")
    asked.output.write_text(page(nights, pool(nights)), encoding="utf-8")
    drawing(points(nights), asked.output.with_suffix(".svg"))
    print(asked.output)


def _kept() -> list[Night]:
    found = [night for path in sorted(KEPT.glob("*.pickle")) if (night := read(path)) is not None]
    order = list(STRETCHES)
    return sorted(found, key=lambda one: (order.index(one.scenario), one.seed))


if __name__ == "__main__":
    main()
