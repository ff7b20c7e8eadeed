"""Three questions that an investigator asks, answered from the picture and set beside the truth: one page.

    python -m benchmarks.questions                         seeds 1 to 3; docs/benchmarks/questions.md
    python -m benchmarks.questions river-border --seeds 5 --workers 2 --again

Did it cross the border, where, for how long, did it turn back. Where did the rocket come from, where did it fall.
What was seen of a contested strike, and what is only claimed. Nights are played through `advance` exactly as live; a
night that was played is kept under .cache/questions, `--again` plays it anew.
"""

import argparse
import shutil
from pathlib import Path

from benchmarks.questions.page import page
from benchmarks.questions.playing import KEPT, play
from tocsin.cli.progress import Progress
from tocsin.cluster.local import each
from tocsin.cluster.night import Job

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/benchmarks/questions.md"
STRETCHES = {"river-border": (0.0, 1900.0), "rocket-in-the-lake": (180.0, 700.0), "contested-strike": (0.0, 1200.0)}


def main() -> None:
    """Play what is asked for, and write the page of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[[], *STRETCHES], metavar="scenario")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    asked = parser.parse_args()
    if asked.again:
        shutil.rmtree(KEPT, ignore_errors=True)
    jobs = []
    for name in asked.scenarios or STRETCHES:
        path, (from_s, until_s) = ROOT / "scenarios" / f"{name}.toml", STRETCHES[name]
        text = path.read_text(encoding="utf-8")
        jobs += [(Job(name, text, str(path.parent), k + 1, until_s), from_s) for k in range(asked.seeds)]
    nights = []
    with Progress("playing nights") as progress:
        for done, one in enumerate(each(jobs, play, asked.workers), 1):
            progress(done, len(jobs))
            if one.result is None:
                raise SystemExit(f"{one.job[0].name} {one.job[0].seed}: {one.error}")
            nights.append(one.result)
    asked.output.write_text(page(nights), encoding="utf-8")
    print(asked.output)


if __name__ == "__main__":
    main()
