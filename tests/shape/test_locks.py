"""The locks pin everything by hash, agree with each other, and name no host that a package came from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NODE_LOCKS = [ROOT / "web/package-lock.json", ROOT / "tests/browser/npm/package-lock.json"]
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<marker> ;[^\\]*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(lock: Path) -> dict[tuple[str, str], str]:
    found = (PIN.match(line) for line in lock.read_text().splitlines())
    return {(pin["name"], pin["marker"] or ""): pin["version"] for pin in found if pin}


def test_there_are_locks() -> None:
    assert {lock.stem for lock in PYTHON_LOCKS} == {"run", "dev", "uv", "oracles", "samples", "stonesoup", "norfair"}


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.stem)
def test_a_python_lock_is_pins_and_hashes_and_nothing_else(lock: Path) -> None:
    lines = lock.read_text().splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert not PIN.match(line) or HASH.match(following), f"{line} has no hash"


@pytest.mark.parametrize("lock", NODE_LOCKS, ids=lambda lock: lock.parent.name)
def test_a_node_lock_has_hashes_and_names_no_host(lock: Path) -> None:
    packages: dict[str, dict[str, object]] = json.loads(lock.read_text())["packages"]
    packages.pop("")
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    # What a package carries inside itself is covered by the hash of that package.
    bare = [name for name, package in packages.items() if "integrity" not in package and not package.get("inBundle")]
    assert bare == []


def test_tests_run_on_what_is_shipped() -> None:
    run, dev = pins(ROOT / "requirements/run.txt"), pins(ROOT / "requirements/dev.txt")
    assert len(run) > 20
    assert {name: dev.get(name) for name in run} == run


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=~!\[; ]", line)[0] for line in project["dependencies"]}
    assert wanted <= {name for name, _ in pins(ROOT / "requirements/run.txt")}
