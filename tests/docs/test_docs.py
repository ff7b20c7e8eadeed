"""Docs cannot lie: what they name is there, and what is there is named."""

import re
import tomllib
from pathlib import Path

import pytest

from tocsin import site
from tocsin.cli import COMMANDS
from tocsin.messages import ATTRIBUTES, MEASURED, TEXTS
from tocsin.site.tables import SiteFile, Table

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SITE_PAGE = (ROOT / "docs/reference/site.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_the_example_site_file_is_a_right_one() -> None:
    example = re.findall(r"```toml\n(.*?)```", SITE_PAGE, re.DOTALL)[0]
    assert site.parse(example).settings.sensors[0].name == "north"
    assert tomllib.loads(example)["feed"][0]["port"] == 8600


def _tables() -> list[tuple[str, type[Table]]]:
    found = []
    for name, field in SiteFile.model_fields.items():
        kinds = re.findall(r"tables\.(\w+)", str(field.annotation))
        found.append((name, getattr(site.tables, kinds[0])))
    return found


@pytest.mark.parametrize(("name", "table"), _tables(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_key_of_the_site_file_is_explained(name: str, table: type[Table]) -> None:
    assert f"[{name}]" in SITE_PAGE
    for key in table.model_fields:
        assert f"`{key}`" in SITE_PAGE, f"docs/reference/site.md does not explain {name}.{key}"


def test_every_column_of_a_detection_is_promised() -> None:
    promised = (ROOT / "docs/reference/tables.md").read_text(encoding="utf-8")
    for column in (*MEASURED, *ATTRIBUTES, *TEXTS):
        outside = column.replace("_rad", "_deg")
        if column not in ("amplitude_db", "source_track"):
            assert f"`{outside}`" in promised, f"docs/reference/tables.md does not promise {outside}"


def test_every_command_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"tocsin {command}" in readme, f"README.md does not name tocsin {command}"


def test_the_rooms_of_the_architecture_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for room in re.findall(r"^\| `([a-z/]+)/`", text, re.MULTILINE):
        inside = ROOT / "src/tocsin" / room
        assert inside.is_dir() or (ROOT / room).is_dir(), f"ARCHITECTURE.md names {room}/, which is not there"
