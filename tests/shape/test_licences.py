"""What is shipped may be shipped: every locked package says its licence, and none binds whoever uses tocsin."""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==")
LOCK = (ROOT / "requirements/run.txt").read_text().splitlines()
RUN = sorted({pin["name"] for line in LOCK if (pin := PIN.match(line))})
ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|EPL-2\.0|0BSD|Zlib|CC0|BlueOak|any-OSI)"
)
BINDS = re.compile(r"GPL|SSPL|BUSL|Commons Clause|Proprietary|Commercial", re.IGNORECASE)


def licence(name: str) -> str:
    """What a package says of itself: an SPDX expression, or classifiers, or the first line of its own words."""
    said = metadata(name)
    named = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    words = [(said.get_all(key) or [""])[0].partition("\n")[0] for key in ("License-Expression", "License")]
    return next((one for one in (words[0], ", ".join(named), words[1]) if one), "")


def test_a_licence_that_binds_is_told_from_one_that_does_not() -> None:
    for word in ("GPL-3.0-only", "LGPL-2.1", "AGPL-3.0", "Proprietary"):
        assert BINDS.search(word)
    assert not any(BINDS.search(word) for word in ("MIT", "BSD-3-Clause", "Apache-2.0 OR BSD-2-Clause"))


@pytest.mark.parametrize("name", RUN)
def test_a_python_package_says_a_licence_that_binds_nobody(name: str) -> None:
    try:
        said = licence(name)
    except PackageNotFoundError:  # of another platform: its lock has a marker that leaves it out here
        assert any(line.startswith(f"{name}==") and " ; " in line for line in LOCK), f"{name} is not installed"
        return
    assert ALLOWED.search(said), f"{name} says {said!r}"
    assert not BINDS.search(said) or " OR " in said, f"{name} says {said!r}"


def test_packages_of_the_page_say_licences_that_bind_nobody() -> None:
    packages: dict[str, dict[str, object]] = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    packages.pop("")
    said = {name: str(one.get("license", "")) for name, one in packages.items()}
    assert {name: word for name, word in said.items() if not ALLOWED.search(word) or BINDS.search(word)} == {}
