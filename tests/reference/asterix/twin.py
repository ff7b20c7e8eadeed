"""The compiled reader's textbook twin: the same answers, made from what the inspector says of each field."""

from dataclasses import dataclass

import numpy as np

from tocsin.feeds.asterix import inspector
from tocsin.feeds.asterix.kernels.records import ABSENT, EXTENDED_FURTHER, READ, extract, walk
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.programs import WANTED, programs

Found = tuple[int, int, int, dict[str, int]]  # start, end, odd, columns


@dataclass(frozen=True)
class Read:
    """What a reader made of the records of one block: those that it could read, and why it stopped (why, start)."""

    records: list[Found]
    problem: tuple[int, int] | None


def compiled(edition: Edition, data: bytes) -> Read:
    """By the kernels. `data` holds records only; what lies behind must not be touched, so nothing does."""
    known = programs()
    program = known.by_category[edition.category]
    root = program.roots[program.editions.index(edition)]
    octets = np.frombuffer(data, np.uint8)
    table = np.array([[0, len(data), *root]], np.int64)
    records, problems = np.empty((len(data) // 3 + 1, 5), np.int64), np.empty((1, 5), np.int64)
    found, failed = walk(octets, table, known.nodes, known.fields, records, problems, np.zeros((1, 1), np.int64))
    rows = np.array([[start, end, *root] for _, start, end, _, _ in records[:found].tolist()], np.int64).reshape(-1, 4)
    raw = np.full((len(program.columns), found), ABSENT, np.int64)
    extract(octets, rows, known.nodes, known.fields, raw)
    said: list[Found] = []
    for row, (_, start, end, odd, _) in enumerate(records[:found].tolist()):
        values = {name: int(raw[column, row]) for name, column in program.columns.items()}
        said.append((start, end, odd, {name: value for name, value in values.items() if value != ABSENT}))
    return Read(said, (int(problems[0, 2]), int(problems[0, 1])) if failed else None)


def plain(edition: Edition, data: bytes) -> Read:
    """By the inspector."""
    found = inspector.block(edition, data, 0, len(data))
    good = [one for one in found if one.why == READ]
    problem = next(((one.why, one.offset) for one in found if one.why != READ), None)
    return Read([(one.offset, one.offset + len(one.octets), one.odd, columns(one)) for one in good], problem)


def columns(record: inspector.Record) -> dict[str, int]:
    """The wanted fields of a record: of an item, or part of one, that has nothing odd about it."""
    wanted = ("010/SAC 010/SIC " + WANTED[record.edition.category]).split()
    said: dict[str, int] = {}
    for part in record.parts:
        for path, value in inspector.flat(part.item, part.content):
            odd = part.odd_parts.get(path.split("/")[1], 0) if part.odd_parts else part.odd
            if odd & ~EXTENDED_FURTHER:
                continue
            name = path.split("[")[0] + "/" + path.rpartition("/")[2] if "[" in path else path
            if name in wanted:
                said.setdefault(name, _integer(record.edition, name, value))
            if name + "*" in wanted:
                said[name] = said.get(name, 0) | 1 << min(value.raw, 62)
    return said


def _integer(edition: Edition, path: str, value: inspector.Value) -> int:
    """The integer as it stands, with its sign."""
    if isinstance(value.value, str):
        return value.raw
    program = programs().by_category[edition.category]
    lsb = program.lsb[program.editions.index(edition), program.columns[path]]
    return round(float(value.value / lsb))
