"""The page's own tests, of what needs no browser: run by the Node of the locks."""

import os
import subprocess
import sys

from tests.browser import chromium


def test_the_parts_of_the_page_that_need_no_browser() -> None:
    path = f"{chromium.NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [sys.executable, "hatch_build.py", "npm", "run", "--silent", "test"],
        cwd=chromium.ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 0" not in done.stdout
