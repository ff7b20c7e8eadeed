"""The tracker's arrays: made, grown, packed for a dump. Slots keep their order, the order of birth, always."""

import hashlib
from collections.abc import Mapping

import numpy as np

from tocsin.messages import Floats
from tocsin.models.model import Model
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Credits, Events, Index, Ints, Mixture, Scratch, Trail

DENSE = 1 << 18  # room for exact association: 10 detections and 120 components
NEAR_EACH = 4  # rows near a candidate for which there is room, for each pair inside a gate
PARTS_MAX = 512  # of the mixture: its oldest parts have faded long before

# What is counted, by the names under which it is shown: see kernels.columns, C_...
COUNTERS = (
    "looks",
    "pairs",
    "clusters exact",
    "clusters by message passing",
    "message passing not settled",
    "births",
    "pruned",
    "components cut at the cap",
    "parts of the unseen cut",
    "pairs cut at the cap",
    "components parted",
    "recycled",
    "plots merged",
    "births where directions cross",
    "births along a direction",
    "births from directions cut",
    "sounds of something too fast",
    "merged",
)


def new_bank(slots: int, modes: int, kinds: int = 1) -> Bank:
    """Room for components."""
    return Bank(
        x=np.zeros((slots, modes, 6)),
        p=np.zeros((slots, modes, 6, 6)),
        mu=np.zeros((slots, modes)),
        num=np.zeros((slots, c.NUM)),
        tag=np.zeros((slots, c.TAG), dtype=np.int64),
        share=np.zeros((slots, modes)),
        kind=np.zeros((slots, kinds)),
        heard=np.zeros((slots, kinds)),
    )


def new_running() -> Ints:
    """The running numbers of a tracker that has seen nothing."""
    running = np.zeros(c.RUNNING, dtype=np.int64)
    running[c.NEXT_NUMBER] = running[c.NEXT_BIRTH] = 1
    running[c.MIXTURE_TIME] = running[c.HEARD_TIME] = c.NEVER
    return running


def alive(bank: Bank, running: Ints) -> Ints:
    """The slots of components that are alive, in order of birth."""
    return np.flatnonzero(bank.tag[: running[c.SLOTS], c.ALIVE])


def fit(bank: Bank, running: Ints, wanted: int) -> Bank:
    """Pack the living together and make room for `wanted` more slots."""
    living = alive(bank, running)
    n, slots = len(living), len(bank.mu)
    if n + wanted > slots:
        slots = max(n + wanted, 2 * slots)
        packed = new_bank(slots, bank.mu.shape[1], bank.kind.shape[1])
        for new, old in zip(packed, bank, strict=True):
            np.take(old, living, axis=0, out=new[:n], mode="clip")  # an index copies three times as slowly
    else:
        packed = bank
        for column in bank:
            column[:n] = column.take(living, axis=0)
    running[c.SLOTS] = n
    return packed


def new_mixture(model: Model, running: Ints) -> Mixture:
    """What was never detected, at the start. Where the model has no mixture there is no room for one."""
    parts = PARTS_MAX if model.births or model.initial else 0
    mixture = Mixture(
        x=np.zeros((parts, 6)),
        p=np.zeros((parts, 6, 6)),
        w=np.zeros(parts),
        birth_x=_stack([part.mean for part in model.births], (6,)),
        birth_p=_stack([part.covariance for part in model.births], (6, 6)),
        birth_rate=np.array([part.weight for part in model.births], dtype=np.float64),
    )
    for u, part in enumerate(model.initial):
        mixture.x[u], mixture.p[u], mixture.w[u] = part.mean, part.covariance, part.weight
    running[c.MIXTURE_COUNT] = len(model.initial)
    return mixture


def _stack(arrays: list[Floats], shape: tuple[int, ...]) -> Floats:
    return np.array(arrays, dtype=np.float64).reshape((len(arrays), *shape))


def new_events(count: int, kinds: int = 1) -> Events:
    """Room for events. Not cleared: it is far more than is used, and clearing would touch every page of it."""
    return Events(
        tag=np.empty((count, c.EVENT_WIDTH), dtype=np.int64),
        kind=np.empty((count, kinds)),
        x=np.empty((count, 6)),
        p=np.empty((count, 6, 6)),
    )


def new_credits(count: int) -> Credits:
    """Room for credits."""
    row, look, birth, number = (np.zeros(count, dtype=np.int64) for _ in range(4))
    return Credits(row, look, birth, number, np.zeros(count))


def new_trail(lines: int, modes: int, kinds: int = 1) -> Trail:
    """Room for a trail; no lines: none is kept."""
    return Trail(*new_bank(lines, modes, kinds)[:7], predicted=np.zeros(lines))


def new_index(slots: int) -> Index:
    """An index that is to be built."""
    return Index(
        head=np.full(1 << 12, -1, dtype=np.int64),
        following=np.zeros(slots, dtype=np.int64),
        place=np.zeros((slots, 2)),
        half=np.zeros(slots),
        level=np.zeros(slots, dtype=np.int64),
        wanderers=np.zeros(slots, dtype=np.int64),
        meta=np.array([c.NEVER, 0], dtype=np.int64),
    )


def new_scratch(slots: int, rows: int, pairs: int, modes: int, before: Scratch | None = None) -> Scratch:
    """Room to work in. Zeros: what stands there of a mode without weight is multiplied by 0, and must be a number.

    What of the room `before` has the same size stays as it is.
    """
    grid = 16
    while grid < 2 * rows:
        grid *= 2
    known = {} if before is None else before._asdict()

    def table(name: str, *shape: int, kind: type = np.float64) -> np.ndarray:
        old = known.get(name)
        return old if old is not None and old.shape == shape else np.zeros(shape, dtype=kind)

    def whole(name: str, *shape: int) -> Ints:
        return table(name, *shape, kind=np.int64)

    return Scratch(
        slot=whole("slot", slots),
        source=whole("source", slots),
        time=whole("time", slots),
        x=table("x", slots, modes, 6),
        p=table("p", slots, modes, 6, 6),
        mu=table("mu", slots, modes),
        chance=table("chance", slots, 4),
        box=table("box", slots, 4),
        miss=table("miss", slots, 2),
        kin=whole("kin", slots, 2),
        first=whole("first", slots + 1),
        row_x=table("row_x", rows, 6),
        row_p=table("row_p", rows, 6, 6),
        row_box=table("row_box", rows, 4),
        row_near=_lines(rows),
        row_rate=table("row_rate", rows, 3),
        row_next=whole("row_next", rows),
        row_top=whole("row_top", rows, 2),
        row_share=table("row_share", rows, 2),
        near=whole("near", NEAR_EACH * pairs + c.NEIGHBOURS_MAX),
        nearby=whole("nearby", slots + 1),
        pair_row=whole("pair_row", pairs),
        pair_late=whole("pair_late", pairs),
        pair_w=table("pair_w", pairs, 3),
        pair_x=table("pair_x", pairs, modes, 6),
        pair_p=table("pair_p", pairs, modes, 6, 6),
        pair_mu=table("pair_mu", pairs, modes),
        link=whole("link", slots + rows),
        order=whole("order", slots + rows),
        begin=whole("begin", slots + rows + 1),
        bond=whole("bond", slots, c.HELD_MANY),
        bond_w=table("bond_w", slots, c.HELD_MANY, 2),
        bond_tag=whole("bond_tag", slots * c.HELD_MANY, 4),
        bond_sum=table("bond_sum", slots * c.HELD_MANY, 2),
        none=table("none", slots),
        dense=table("dense", DENSE),
        grid=whole("grid", grid),
        member=whole("member", rows, 4),
        wide=table("wide", c.QUANTITIES),
        room=table("room", 3, c.QUANTITIES, 6),
        mean=table("mean", 2, 6),
        cov=table("cov", 2, 6, 6),
        f=table("f", 7, 3, 3),
    )


def _lines(rows: int) -> Floats:
    """Zeros (rows, 8), each row in one line of cache."""
    room = np.zeros(8 * rows + 7)
    begin = -room.ctypes.data // 8 % 8
    return room[begin : begin + 8 * rows].reshape(rows, 8)


def pack(array: np.ndarray) -> dict[str, object]:
    """An array as plain data, for a dump."""
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": np.ascontiguousarray(array).tobytes()}


def unpack(packed: Mapping[str, object]) -> np.ndarray:
    """The array that `pack` wrote, free to be written to."""
    shape = packed["shape"]
    assert isinstance(shape, list)  # noqa: S101
    data = packed["data"]
    assert isinstance(data, bytes)  # noqa: S101
    return np.frombuffer(data, dtype=np.dtype(str(packed["dtype"]))).reshape(shape).copy()


def digest_of(*arrays: np.ndarray) -> bytes:
    """A digest of arrays: equal digests, equal bits."""
    known = hashlib.sha256()
    for array in arrays:
        known.update(np.ascontiguousarray(array).data)
    return known.digest()
