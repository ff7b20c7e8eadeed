"""The tables as arrays for the compiled reader, and which fields it hands out as columns.

A column is called after its path: item/field, or item/part/field. One array of columns serves all editions of a
category; where an edition writes a field in another scale, `Program.lsb` has a row for it.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from tocsin.feeds.asterix.kernels import records as kernel
from tocsin.feeds.asterix.layout import (
    Chained,
    Compound,
    Edition,
    Explicit,
    Extended,
    Field,
    Fields,
    Fixed,
    Item,
    Repetitive,
)
from tocsin.feeds.asterix.tables import EDITIONS
from tocsin.messages import Floats, Ints

ALWAYS = "010/SAC 010/SIC"
WANTED: dict[int, str] = {
    10: (
        "000/MT 020/TYP 020/SIM 020/TST 020/RAB 020/TOT 020/GBS 040/RHO 040/TH 041/LAT 041/LON 042/X 042/Y 060/V 060/G"
        " 060/MODE3A 090/V 090/G 090/FL 131/PAM 140/TOD 161/TRK 170/TRE 170/CST 170/GHO 200/GSP 200/TRA 202/VX 202/VY"
        " 220/TA 245/STI 245/CHR 300/VFI 500/DEVX 500/DEVY 550/NOGO 550/OVL 550/TSV"
    ),
    21: (
        "020/ECAT 030/TOD 032/TODA 040/ATP 040/SIM 040/TST 040/RAB 040/GBS 040/CL 040/IPC 040/NOGO 040/CPR 040/LDPJ"
        " 040/RCF 040/SPI 070/V 070/G 070/MODE3A 071/TOD 073/TOD 074/FSI 074/TOMRP 080/TA 090/PA 090/NUCRNACV"
        " 090/NUCPNIC 090/NACP 090/GVA 095/VUC 130/LAT 130/LON 131/LAT 131/LON 132/MAM 140/GH 145/FL 155/RE 155/BVR"
        " 157/RE 157/GVR 160/RE 160/GS 160/TA 161/TRNUM 170/TID 200/TS 200/PS 210/VN"
    ),
    34: (
        "000/MT 020/AZ 030/TOD 041/PERIOD 050/COM/NOGO 050/COM/OVLRDP 050/COM/OVLXMT 050/COM/MSC 050/COM/TSV"
        " 050/PSR/OVL 050/PSR/CHAB 050/SSR/OVL 050/SSR/CHAB 050/MDS/OVLSUR 050/MDS/CHAB 100/THETAST 100/THETAEND"
        " 120/HGT 120/LAT 120/LON"
    ),
    48: (
        "020/TYP 020/SIM 020/SPI 020/RAB 020/TST 020/ERR 020/ME 020/MI 020/FOEFRI 030/WE* 040/RHO 040/THETA 070/V 070/G"
        " 070/MODE3A 090/V 090/G 090/FL 110/3DH 120/CAL/D 120/CAL/CAL 130/SAM/SAM 130/PAM/PAM 140/TOD 161/TRN 170/GHO"
        " 170/TRE 220/ACADDR 240/ACID"
    ),
    62: (
        "040/TRN 060/V 060/G 060/MODE3A 070/TOD 080/MON 080/CNF 080/SIM 080/TSE 080/CST 080/AFF 080/PFT 105/LAT 105/LON"
        " 100/X 130/ALT 135/QNH 135/CTB 136/MFL 180/SPEED 180/HEADING 185/VX 185/VY 220/ROCD 245/STI 245/CHR"
        " 380/ADR/ADR 380/ID/ID 380/EMC/EMC 390/CS/CS 500/APC/X 500/APC/Y 500/APW/LAT 500/APW/LON 500/AGA/AGA"
        " 500/ABA/ABA 500/ATV/X 500/ATV/Y 500/ARC/ARC"
    ),
    65: "000/MT 030/TOD 040/NOGO 040/OVL 040/TSV 050/REP",
}
KINDS: dict[type, int] = {
    Fixed: kernel.FIXED,
    Extended: kernel.EXTENDED,
    Repetitive: kernel.REPETITIVE,
    Chained: kernel.CHAINED,
    Explicit: kernel.EXPLICIT,
    Compound: kernel.COMPOUND,
}
NODE = 7  # columns of nodes
BOUNDED = 7  # column of fields
WIDEST = 2**62  # no bound


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One category: its editions, where each begins in the nodes, and the columns that it fills."""

    category: int
    editions: tuple[Edition, ...]
    roots: Ints  # (editions, 2): first node, how many items
    columns: dict[str, int]
    lsb: Floats  # (editions, columns); NaN where the edition has no such field


@dataclass(frozen=True, slots=True, eq=False)
class Programs:
    """All categories, in two arrays."""

    nodes: Ints
    fields: Ints
    by_category: dict[int, Program]


class _Writer:
    """Writes editions down as rows."""

    def __init__(self) -> None:
        self.nodes: list[list[int]] = []
        self.fields: list[list[int]] = []

    def program(self, category: int, editions: tuple[Edition, ...], wanted: tuple[str, ...]) -> Program:
        columns = {path.rstrip("*"): index for index, path in enumerate(wanted)}
        gathered = {path.rstrip("*") for path in wanted if path.endswith("*")}
        lsb = np.full((len(editions), len(columns)), np.nan)
        roots = np.zeros((len(editions), 2), np.int64)
        for row, edition in enumerate(editions):
            roots[row] = len(self.nodes), len(edition.profile)
            items = [(name, edition.items[name]) if name else None for name in edition.profile]
            self._rows(items, columns, gathered, lsb[row], "")
        return Program(category, editions, roots, columns, lsb)

    def _rows(
        self,
        items: "list[tuple[str, Item] | None]",
        columns: dict[str, int],
        gathered: set[str],
        lsb: Floats,
        above: str,
    ) -> None:
        """Nodes of one level, side by side; then those below them."""
        first = len(self.nodes)
        self.nodes += [[0] * NODE for _ in items]
        for index, named in enumerate(items):
            if named is None:
                continue
            name, item = named
            path = f"{above}{name}/"
            begin = len(self.fields)
            self._fields(item, path, columns, gathered, lsb)
            bounded = any(row[BOUNDED] for row in self.fields[begin:])
            node = [KINDS[type(item)], _size(item), begin, len(self.fields), 0, 0, int(bounded)]
            if isinstance(item, Extended) and item.closed:
                node[0] = kernel.CLOSED
            if isinstance(item, Compound):
                node[4:6] = len(self.nodes), len(self.nodes) + len(item.parts)
                self._rows(list(item.parts), columns, gathered, lsb, path)
            self.nodes[first + index] = node

    def _fields(self, item: Item, path: str, columns: dict[str, int], gathered: set[str], lsb: Floats) -> None:
        bit = 0
        for part in parts_of(item):
            for field in part:
                name = path + field.name
                column = columns.get(name, -1)
                if column >= 0:
                    lsb[column] = field.lsb
                use = kernel.GATHER if name in gathered else kernel.STORE if column >= 0 else kernel.CHECK
                last = bit + field.bits - 1
                where = [bit // 8, last // 8, 7 - last % 8, field.bits, int(field.kind == "signed"), column]
                if field.kind == "spare":
                    self.fields.append([*where, kernel.SPARE, 1, 0, 0])
                elif column >= 0 or field.low is not None:
                    self.fields.append([*where, use, int(field.low is not None), *_bounds(field)])
                bit += field.bits
            bit += -bit % 8  # FX


def parts_of(item: Item) -> tuple[Fields, ...]:
    """The fields of an item, one tuple for each part that ends with FX, else one for all."""
    if isinstance(item, Extended):
        return item.parts
    return () if isinstance(item, Explicit | Compound) else (item.fields,)


def _bounds(field: Field) -> tuple[int, int]:
    low = -WIDEST if field.low is None else round(field.low / field.lsb)
    high = WIDEST if field.high is None else round(field.high / field.lsb)
    return low, high


def _size(item: Item) -> int:
    """SIZE of a node: octets of the item or element; for an Extended the parts that are known."""
    if isinstance(item, Extended):
        for part in item.parts:
            bits = sum(field.bits for field in part)
            if bits != (8 if item.closed and part is item.parts[-1] else 7):
                raise ValueError(f"{item.title}: the compiled reader knows parts of one octet, not of {bits} bits")
        return len(item.parts)
    if isinstance(item, Fixed | Repetitive):
        return sum(field.bits for field in item.fields) // 8
    return sum(field.bits for field in item.fields) // 8 + 1 if isinstance(item, Chained) else 0


@cache
def programs() -> Programs:
    """All tables, written down once."""
    writer = _Writer()
    by_category = {
        category: writer.program(category, editions, (*ALWAYS.split(), *WANTED[category].split()))
        for category, editions in EDITIONS.items()
    }
    nodes, fields = np.array(writer.nodes, np.int64), np.array(writer.fields, np.int64)
    nodes.setflags(write=False)
    fields.setflags(write=False)
    return Programs(nodes, fields, by_category)
