"""Every sentence that the server's code says to a person has a row in the page's tables of languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tocsin"
TABLE = ROOT / "web" / "src" / "messages" / "server" / "sentences.ts"
# Where sentences begin that people read on the screen.
ROOMS = (
    *(
        "pipeline.py",
        "tracking/handwork",
        "tracking/unseen/observation.py",
        "tracking/learning",
        "tracking/late/told.py",
    ),
    *(
        "alerts/release",
        "server",
        "live/page.py",
        "live/lookback.py",
        "live/playback.py",
        "live/past",
        "live/health.py",
    ),
    *("live/sending", "live/others/poller.py", "delivery/lane.py", "delivery/outbox.py"),
)
REFUSALS = frozenset({"OrderRefused", "SettingError", "LedgerError"})
NAMES = frozenset({"message", "text", "note", "reason"})
# Not for the screen: programs, the terminal at the start, a line of the evidence, what only administrators' tools ask.
ELSEWHERE = re.compile(r"dump|cannot be taken|tls_certificate|ledger entry|^\{\} \{\} of \{\}|^\W+$")

# Put together from pieces: what becomes of them.
COMPOSED = {
    "{} places{}, the worst at {}": ("7 places of 7, the worst at 7", "7 places, the worst at 7"),
    "a standing order {} {}: give another": (
        "a standing order 7 is there already: give another",
        "a standing order 7 needs a name: give another",
    ),
    "{} of {} approaches {}": ("7 of 7 approaches clear of 7",),
}


def told(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be, {} for what is filled in."""
    if isinstance(node, ast.IfExp):
        yield from told(node.body)
        yield from told(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def said(tree: ast.AST) -> Iterator[ast.expr | None]:
    """What is refused, noted, answered, or kept under a name that is shown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"Notice": 3, "HTTPException": 1}.get(name, 0 if name in REFUSALS else 99)
            yield from node.args[at : at + 1]
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id in NAMES for one in targets):
                yield node.value
        elif (isinstance(node, ast.keyword) and node.arg in NAMES) or isinstance(node, ast.Return):
            yield node.value


def sentences() -> Iterator[tuple[str, str]]:
    """Where, and what."""
    for room in ROOMS:
        path = SOURCE / room
        for file in [path] if path.suffix else sorted(path.rglob("*.py")):
            for expression in said(ast.parse(file.read_text())):
                for text in told(expression):
                    whole = text.strip(" ;")
                    if " " in whole.replace("{}", "").strip() and not ELSEWHERE.search(whole):
                        yield f"{file.relative_to(SOURCE)}", whole


def rows() -> list[re.Pattern[str]]:
    """The rows of the table, as what they match."""
    found = re.findall(r"^  (?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"),$", TABLE.read_text(), re.MULTILINE)
    plain = [(one or two).replace("\\'", "'") for one, two in found]
    # a row that is nothing but holes and a short word between them would match everything
    worth = [one for one in plain if len(re.sub(r"\{\d\}", "", one).strip()) > len("and")]
    return [re.compile("(.+?)".join(map(re.escape, re.split(r"\{\d\}", one)))) for one in worth]


def known(text: str, table: list[re.Pattern[str]]) -> bool:
    """Is there a row for it?"""
    whole = COMPOSED.get(text, (text.replace("{}", "7"),))
    return all(any(row.fullmatch(one) for row in table) for one in whole)


def test_every_sentence_of_the_server_has_a_row_in_the_tables() -> None:
    table = rows()
    assert len(table) > 150
    missing = sorted({f"{where}: {text}" for where, text in sentences() if not known(text, table)})
    assert missing == [], "write them into web/src/messages/server/: " + "\n".join(missing)
