"""The page as PDF: every word as it stands, every drawing with its own colours; without typst, the extra is named."""

import sys
from types import SimpleNamespace

import pytest

from tocsin.errors import InputError
from tocsin.score.report.page import Section, Tile, table
from tocsin.score.report.pdf import document
from tocsin.score.report.svg import Drawing, empty


def page() -> tuple[str, str, list[Tile], list[str], list[Section], str]:
    drawing = Drawing(100.0, 50.0, "one")
    drawing.rectangle(1.0, 1.0, 20.0, 20.0, "fill missed", "a tip")
    sections = [
        Section("Drawn", "What was drawn.", drawing.svg()),
        Section("Told", "", table(("name", "value"), [('#quoted "a\\b"', "1 < 2 & 3")]) + empty(["Nothing else."])),
    ]
    return "A #title", "lead $x$", [Tile("6", "m", "metres")], ["a *note*"], sections, "foot"


class Typst(SimpleNamespace):
    """Keeps what it is asked to set."""

    def compile(self, source: bytes, sys_inputs: dict[str, str]) -> bytes:
        self.source, self.drawings = source.decode(), sys_inputs
        return b"%PDF"


@pytest.fixture
def typst(monkeypatch: pytest.MonkeyPatch) -> Typst:
    one = Typst()
    monkeypatch.setitem(sys.modules, "typst", one)
    return one


def test_words_are_words_and_never_markup(typst: Typst) -> None:
    assert document(*page()) == b"%PDF"
    for words in ('"A #title"', '"lead $x$"', '"a *note*"', '"#quoted \\"a\\\\b\\""', '"1 < 2 & 3"', '"Nothing else."'):
        assert words in typst.source, words


def test_drawings_bring_their_colours_because_no_page_gives_them_any(typst: Typst) -> None:
    document(*page())
    (drawing,) = typst.drawings.values()
    assert drawing.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing
    assert "var(" not in drawing
    assert ".fill.missed { fill: #d8403f; }" in drawing


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"tocsin\[pdf\]"):
        document(*page())
