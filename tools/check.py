"""`make check`: every reader of the source, at the same time. What fails is shown whole, what passes in one line."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NPM = [sys.executable, "hatch_build.py", "npm", "run", "--silent"]

# The slowest first, so that the others fit beside them.
CHECKS: dict[str, list[str]] = {
    "mypy": [str(BIN / "mypy"), "--no-error-summary"],
    "svelte-check": [*NPM, "types"],
    "eslint": [*NPM, "lint"],
    "tsc": [*NPM, "types:node"],
    "import-linter": [str(BIN / "lint-imports"), "--cache-dir", ".cache/import_linter"],
    "prettier": [*NPM, "format:check"],
    "ruff": [str(BIN / "ruff"), "check", "--quiet"],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "--quiet", "--output-format", "concise"],
    "shape": [sys.executable, "tools/shape.py"],
}


def run(command: list[str]) -> tuple[int, str, float]:
    """Its exit code, all that it said, and the seconds that it took."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout, time.perf_counter() - began


def main(wanted: list[str]) -> int:
    """Run the checks that are named, or all; 1 when one fails."""
    subprocess.run([sys.executable, "hatch_build.py", "npm", "--version"], cwd=ROOT, check=True, capture_output=True)
    chosen = {name: command for name, command in CHECKS.items() if not wanted or name in wanted}
    failed = []
    with ThreadPoolExecutor() as pool:
        for name, (code, said, seconds) in zip(chosen, pool.map(run, chosen.values()), strict=True):
            print(f"{'ok  ' if code == 0 else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
            if code != 0:
                failed.append(name)
                print(said, flush=True)
    print(f"check: {len(chosen) - len(failed)} passed, {len(failed)} failed {failed or ''}".rstrip())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
