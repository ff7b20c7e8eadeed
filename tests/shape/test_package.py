"""What is shipped holds the page, and a package without one is refused."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
PAGE = "tocsin/server/static/index.html"
# A stale page is built in the tree: not by two at once.
pytestmark = pytest.mark.xdist_group("package")


def package(kind: str, folder: Path) -> Path:
    hatchling = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    done = subprocess.run(hatchling, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.iterdir())


def test_the_wheel_holds_the_page_and_what_it_runs_on(tmp_path: Path) -> None:
    with zipfile.ZipFile(package("wheel", tmp_path)) as wheel:
        names = set(wheel.namelist())
    assert {PAGE, "tocsin/messages.py", "tocsin/py.typed"} <= names
    assert any(name.startswith("tocsin/server/static/assets/") and name.endswith(".js") for name in names)


def test_the_same_source_gives_the_same_wheel(tmp_path: Path) -> None:
    first, second = (package("wheel", tmp_path / one).read_bytes() for one in ("first", "second"))
    assert first == second


def test_from_the_source_package_nobody_needs_node(tmp_path: Path) -> None:
    shutil.unpack_archive(package("sdist", tmp_path / "sdist"), tmp_path)
    (source,) = (path for path in tmp_path.iterdir() if path.name.startswith("tocsin-"))
    assert hatch_build.fresh(source)
    assert not (source / "web/node_modules").exists()


def test_without_a_page_there_is_no_package(tmp_path: Path) -> None:
    static = tmp_path / "src/tocsin/server/static"
    static.mkdir(parents=True)
    (static / ".stamp").write_text("")
    with pytest.raises(RuntimeError, match="page is missing"):
        hatch_build.build(tmp_path)


def test_a_changed_source_makes_the_page_stale(tmp_path: Path) -> None:
    web, static = tmp_path / "web", tmp_path / "src/tocsin/server/static"
    web.mkdir()
    static.mkdir(parents=True)
    (web / "package.json").write_text("{}")
    (static / ".stamp").write_text(hatch_build.digest(web, hatch_build.sources(web)))
    assert hatch_build.fresh(tmp_path)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "installed.js").write_text("")
    assert hatch_build.fresh(tmp_path)
    (web / "App.svelte").write_text("")
    assert not hatch_build.fresh(tmp_path)
