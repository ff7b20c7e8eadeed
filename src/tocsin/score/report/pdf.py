"""The same page as a PDF, set by typst (an extra: `pip install tocsin[pdf]`): plots stay drawings, tables stay text.

Takes the sections that the HTML page takes. The same page gives the same bytes: no date but those in its words.
"""

import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from typing import Final

from tocsin.errors import InputError
from tocsin.score.report.page import Section, Tile

SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
VARIABLE: Final = re.compile(r"var\((--[\w-]+)\)")
FONT: Final = "Libertinus Serif"  # inside typst: no font of the machine changes a page
COLUMNS_FREE: Final = 6  # of a table, each as wide as its words
PREAMBLE: Final = f"""#set page(paper: "a4", margin: (x: 17mm, y: 16mm), numbering: "1 / 1")
#set text(font: "{FONT}", size: 9.5pt, lang: "en")
#set par(leading: 0.55em)
#show heading: set block(above: 1.3em, below: 0.55em)
#set table(stroke: (x, y) => (bottom: 0.4pt + luma(215)), inset: (x: 3pt, y: 2.6pt))
#show table: set text(size: 7.6pt)
"""


def document(
    title: str, lead: str, tiles: Sequence[Tile], notes: Sequence[str], sections: Sequence[Section], foot: str
) -> bytes:
    """The page as PDF. Raises InputError where typst is not installed."""
    try:
        import typst  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InputError("typst is not installed: pip install 'tocsin[pdf]', or leave --pdf out") from error
    drawings: dict[str, str] = {}
    style = _style()
    parts = [PREAMBLE, f"#set document(title: {_text(title)}, date: none)", f"= #{_text(title)}", f"#{_text(lead)}"]
    if tiles:
        cells = [_tile(one) for one in tiles]
        parts.append(f"#grid(columns: (1fr,) * 4, gutter: 6pt, {', '.join(cells)})")
    parts.append(
        "== Before scoring\n" + "\n".join(f"- #{_text(note)}" for note in notes or ["Nothing had to be done."])
    )
    for section in sections:
        caption = f"#text(fill: luma(90), size: 8.5pt)[#{_text(section.caption)}]" if section.caption else ""
        whole = f"== #{_text(section.title)}\n{caption}\n{_body(section.body, drawings, style)}"
        # a drawing stays with its heading; a table may run over pages
        parts.append(f"#block(breakable: false)[\n{whole}\n]" if section.body.startswith("<svg") else whole)
    parts.append(f"#v(1em) #text(fill: luma(90), size: 8pt)[#{_text(foot)}]")
    made: bytes = typst.compile("\n\n".join(parts).encode(), sys_inputs=drawings)
    return made


def _tile(one: Tile) -> str:
    value = f'#text(size: 14pt, weight: "semibold")[#{_text(one.value)}] #{_text(one.unit)}'
    words = f"#text(size: 8pt, fill: luma(90))[#{_text(one.words)}]"
    return f"box(width: 100%, inset: 6pt, stroke: 0.5pt + luma(205), radius: 3pt)[{value} #linebreak() {words}]"


def _text(words: str) -> str:
    """Words as a string of typst: nothing in them is markup."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _style() -> str:
    """The page's own colours for paper, with the variables put in: what draws SVG in a PDF knows none."""
    css = files("tocsin.score.report").joinpath("style.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"(--[\w-]+):\s*([^;}]+)", css.partition("}")[0]))
    rules = re.findall(r"^(?:text|\.)[^@{]*\{[^}]*\}.*$", css.partition("@media print")[0], re.MULTILINE)
    drawn = [VARIABLE.sub(lambda found: named.get(found[1], "#000"), rule) for rule in rules]
    return f'<style>text{{font-family:"{FONT}";font-size:12px}}{"".join(drawn)}</style>'


def _body(body: str, drawings: dict[str, str], style: str) -> str:
    """A section's HTML as typst; its drawings are handed over beside it."""
    out, at = [], 0
    for found in SVG.finditer(body):
        out.append(_Markup.read(body[at : found.start()]))
        name = f"drawing{len(drawings)}"
        drawings[name] = _alone(found[0], style)
        out.append(f'#image(bytes(sys.inputs.at("{name}")), format: "svg", width: 100%)')
        at = found.end()
    return "\n".join([*out, _Markup.read(body[at:])])


def _alone(svg: str, style: str) -> str:
    """A drawing that needs no page around it."""
    head, _, rest = svg.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}'


class _Markup(HTMLParser):
    """The little HTML that sections are made of: headings, paragraphs, tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.words = ""
        self.cells: list[list[str]] = []
        self.heads = 0

    @classmethod
    def read(cls, html: str) -> str:
        """As typst."""
        one = cls()
        one.feed(html)
        one.close()
        return "\n".join(one.out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a row or a text begins."""
        del attrs
        if tag == "table":
            self.cells, self.heads = [], 0
        elif tag == "tr":
            self.cells.append([])
        if tag in ("td", "th", "h3", "p"):
            self.words = ""

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag in ("td", "th") and self.cells:
            self.cells[-1].append(self.words)
            self.heads += tag == "th"
        elif tag == "h3":
            self.out.append(f"=== #{_text(self.words)}")
        elif tag == "p":
            self.out.append(f"#block(inset: 8pt, stroke: 0.5pt + luma(190), width: 100%)[#{_text(self.words)}]")
        elif tag == "table" and self.cells:
            self.out.append(self._table())

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words += data

    def handle_entityref(self, name: str) -> None:
        """A sign by its name."""
        self.words += unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """A sign by its number."""
        self.words += unescape(f"&#{name};")

    def _table(self) -> str:
        count = max(len(row) for row in self.cells)
        if count > COLUMNS_FREE:  # so many would leave the first none of the width
            widths = ", ".join(["1.3fr", *["1fr"] * (count - 1)])
        else:
            widths = "1.6fr" + ", auto" * (count - 2) + (", 1fr" if count > 1 else "")
        padded = [[*row, *[""] * (count - len(row))] for row in self.cells]
        first = padded[0] if self.heads else []
        head = [f"table.header({', '.join(f'strong({_text(one)})' for one in first)})"] if first else []
        cells = [_text(one) for row in padded[bool(first) :] for one in row]
        return f"#table(columns: ({widths}), {', '.join([*head, *cells])})"
