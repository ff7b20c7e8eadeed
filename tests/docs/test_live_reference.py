"""The page about the live server names every route, role, key and column, and no other column."""

import re
from pathlib import Path

import msgspec

from tests.doors import house
from tests.skies import START_NS, picture
from tocsin.server.access.roles import TABLE, Action, Role
from tocsin.server.app import api
from tocsin.server.frames import COLUMNS, shown, snapshot
from tocsin.server.past import Past
from tocsin.server.trails import Trails
from tocsin.settings import Frame

PAGE = (Path(__file__).parents[2] / "docs/reference/live.md").read_text(encoding="utf-8")


def test_every_route_is_there_and_no_other(tmp_path: Path) -> None:
    with house(tmp_path) as server:
        app = api(server.station, server.door, server.hub, Past(server.station), Trails(), tmp_path / "web")
        real = {f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    assert set(re.findall(r"^\| `([A-Z]+ /\S+)` \|", PAGE, re.MULTILINE)) == real


def test_every_key_and_column_of_a_frame_is_there_and_no_other() -> None:
    frame = snapshot(shown(picture(START_NS, [1]), Frame(), sent_ns=START_NS, live=True, speed=1.0))
    keys = set(msgspec.msgpack.decode(frame, strict=False))
    tables = PAGE.partition("| key | what |")[2].partition("The other kinds")[0]
    named = {
        word for row in re.findall(r"^\| (`[^|]+) \|", tables, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)
    }
    assert named == keys >= set(COLUMNS)


def test_the_types_of_the_columns_are_the_real_ones() -> None:
    names = {"<u4": "uint32", "<f8": "float64", "<f4": "float32", "<u1": "uint8", "<u2": "uint16", "<i4": "int32"}
    table = PAGE.partition("| column | type | what |")[2].partition("The other kinds")[0]
    promised: dict[str, str] = {}
    for columns, types in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", table, re.MULTILINE):
        found, kinds = re.findall(r"`(\w+)`", columns), types.split(", ")
        promised |= dict(zip(found, kinds * len(found) if len(kinds) == 1 else kinds, strict=False))
    assert promised == {column: names[dtype] for column, (dtype, _) in COLUMNS.items()}


def test_the_table_of_roles_is_the_real_one() -> None:
    columns = (Action.GLANCE, Action.SEE, Action.MARK, Action.SET, Action.ADMIT)
    assert TABLE[Action.MARK] == TABLE[Action.CONTROL] == TABLE[Action.ACKNOWLEDGE] == TABLE[Action.RELEASE]
    assert TABLE[Action.SET] == TABLE[Action.SIGN] == TABLE[Action.END] == TABLE[Action.BEGIN]
    for role in Role:
        cells = next(line for line in PAGE.splitlines() if line.startswith(f"| {role.value} |")).split("|")[2:-1]
        assert [cell.strip() == "yes" for cell in cells] == [role in TABLE[action] for action in columns]
