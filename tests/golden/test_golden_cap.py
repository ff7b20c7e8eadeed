"""Golden documents: what each statement becomes, to look at, and to see a change of words or fields before others do.

Meant to change? `python -m tests.golden.test_golden_cap` writes them anew; read the difference before you keep it.
"""

from pathlib import Path

import pytest
from lxml import etree

from tests.said.statements import ALL, ISSUER, PLACE
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.document import document

FOLDER = Path(__file__).parent / "cap"


def pretty(name: str) -> str:
    """A document as people read it: with a line for each element."""
    languages = [wording.shipped(language) for language in wording.LANGUAGES]
    made = document(ALL[name], PLACE, ISSUER, profile.shipped(), languages)
    return str(etree.tostring(etree.fromstring(made.data), pretty_print=True, encoding="unicode"))


@pytest.mark.parametrize("name", ALL)
def test_a_document_is_what_it_was(name: str) -> None:
    assert pretty(name) == (FOLDER / f"{name}.cap").read_text("utf-8")


if __name__ == "__main__":
    for one in ALL:
        (FOLDER / f"{one}.cap").write_text(pretty(one), "utf-8")
