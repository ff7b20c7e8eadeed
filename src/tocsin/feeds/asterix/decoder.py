"""ASTERIX octets in, Scan out: cut into blocks, choose editions, find records, make rows.

    packets -> Duplicates -> Framer -> Editions -> Columns -> radar, tracks, adsb, services -> Scan

One call is one batch. How packets are batched changes no detection and no sweep, but for the span of open sweeps.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tocsin.feeds.asterix import framing
from tocsin.feeds.asterix.editions import Editions, Reading
from tocsin.feeds.asterix.framing import Blocks, Framer
from tocsin.feeds.asterix.inspector import ODDITIES, REASONS
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.programs import programs
from tocsin.feeds.asterix.sources import services
from tocsin.feeds.asterix.sources.antenna import SweepTable
from tocsin.feeds.asterix.sources.memory import SOURCES_MAX, Sources
from tocsin.feeds.asterix.targets import adsb, radar, tracks
from tocsin.feeds.asterix.targets.columns import Columns, Refuse, Rows, columns_of
from tocsin.feeds.asterix.targets.words import source_name
from tocsin.feeds.draft import REFUSED_BYTES_KEPT, Draft
from tocsin.feeds.duplicates import Duplicates
from tocsin.geo.units import SECOND_NS, TURN_RAD
from tocsin.messages import Detections, Flags, Floats, Ints, Packet, Refusal, Scan, SensorStatus, freeze

TARGET_REPORT = 1  # I010/000


class Asterix:
    """Decodes CAT010, 021, 034, 048, 062 and 065 of any edition.

    `framing`: "datagrams" (each packet holds whole blocks, as UDP brings them; a copy by a second network is refused)
    or "stream" (packets are cut anywhere: TCP, a file read in pieces).
    """

    def __init__(self, feed: str, framing: str = "datagrams") -> None:
        if framing not in ("datagrams", "stream"):
            raise ValueError(f'framing {framing!r}: "datagrams" for UDP and captures, "stream" for TCP and raw files')
        self._feed = feed
        self._programs = programs()
        self._duplicates = Duplicates() if framing == "datagrams" else None
        self._framer = Framer(streams=framing == "stream")
        self._sources = Sources()
        self._editions = Editions(self._programs, self._sources)

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """What these packets say, after all the earlier ones."""
        draft = Draft(self._feed, packets)
        return self._scan(draft, self._framer.cut(self._fresh(packets, draft), _to(draft)))

    def flush(self) -> Scan:
        """What is left of streams at the end of the input."""
        draft = Draft(self._feed)
        return self._scan(draft, self._framer.rest(_to(draft)))

    def editions(self) -> dict[tuple[int, str], Edition]:
        """The edition in which each category and source is read now."""
        return {
            (category, source.name): choice.editions[choice.chosen]
            for source in self._sources.all()
            for category, choice in source.choices.items()
        }

    def _fresh(self, packets: Sequence[Packet], draft: Draft) -> Sequence[Packet]:
        if self._duplicates is None:
            return packets
        fresh = []
        for packet in packets:
            if packet.data and self._duplicates.repeats(packet):
                detail = f"the same {len(packet.data)} octets came just before; this copy from {packet.origin!r}"
                draft.refused("duplicate path", detail, packet.data, packet.received_ns)
            else:
                fresh.append(packet)
        return fresh

    def _scan(self, draft: Draft, blocks: Blocks) -> Scan:
        reading = self._editions.read(blocks)
        for category, source, time_ns, said in reading.said:
            told = self._sources.known(source)
            told.notes[f"CAT{category:03d}"] = said
            _tell(draft, told.status(time_ns))
        _refuse_unread(draft, blocks, reading)
        table = SweepTable()
        parts: list[tuple[Rows, Ints]] = []
        of_record = blocks.data[blocks.bounds[reading.records[:, 0], 0]]
        # Services first: the turns that they tell stand in their own order beside the detections.
        for category in sorted(set(of_record.tolist()), key=lambda number: (number not in (34, 65), number)):
            columns = self._columns(blocks, reading, np.flatnonzero(of_record == category))
            rows = self._category(category, self._remembered(category, columns, draft), draft, table)
            if rows is not None:
                parts.append((rows, self._placed(rows, category, draft, table)))
        self._sources.settle()
        sensors = {source: index for index, source in enumerate(dict.fromkeys(table.sources()))}
        scan = replace(
            draft.scan(),
            sensors=tuple(source_name(source) for source in sensors),
            sweeps=table.columns(sensors),
            detections=_detections(parts),
        )
        freeze(scan)
        return scan

    def _columns(self, blocks: Blocks, reading: Reading, which: Ints) -> Columns:
        """The records of one category."""
        records = reading.records[which]
        block = records[:, 0]
        category = int(blocks.data[blocks.bounds[block[0], 0]])
        bounds = np.hstack([records[:, 1:3], reading.roots[block]])
        received_ns = blocks.received_ns[block]
        return columns_of(self._programs, category, blocks.data, bounds, reading.edition[block], which, received_ns)

    def _remembered(self, category: int, columns: Columns, draft: Draft) -> Columns:
        """Without records of sources for which there is no room."""
        codes, first, inverse = np.unique(columns.source, return_index=True, return_inverse=True)
        room = np.zeros(len(codes), np.bool_)
        for k in np.argsort(first).tolist():
            room[k] = self._sources.of(int(codes[k]), int(columns.received_ns[first[k]])) is not None
        if room.all():
            return columns
        detail = (
            f"{SOURCES_MAX} are heard already: somebody invents them, or parts of the network need a feed of their own"
        )
        _refuser(draft, category, columns)("too many sources", detail, ~room[inverse])
        return columns.keep(room[inverse])

    def _category(self, category: int, columns: Columns, draft: Draft, table: SweepTable) -> Rows | None:
        def tell(status: SensorStatus | None) -> None:
            _tell(draft, status)

        refuse = _refuser(draft, category, columns)
        if category == 48:
            return radar.rows(columns, refuse)
        if category == 62:
            return tracks.system(columns, refuse)
        if category == 21:
            return adsb.rows(columns, refuse)
        for source in np.unique(columns.source).tolist():
            table.open(source, -1, columns.received_ns[columns.source == source])
        if category == 34:
            services.radar(columns, self._sources, table, tell, refuse)
        elif category == 65:
            services.tracker(columns, self._sources, tell)
        else:
            target = columns.small("000/MT", TARGET_REPORT) == TARGET_REPORT
            services.surface(columns.keep(~target), self._sources, tell)
            columns = columns.keep(target)
            return tracks.surface(columns, _refuser(draft, category, columns))
        return None

    def _placed(self, rows: Rows, category: int, draft: Draft, table: SweepTable) -> Ints:
        """The sweep of each row; and a word where a clock leapt."""
        sweep = np.zeros(len(rows.order), np.int64)
        azimuth = rows.values.get("azimuth_rad") if category == 48 else None
        sigma = rows.values.get("time_sigma_s")
        for code in np.unique(rows.source).tolist():
            of = np.flatnonzero(rows.source == code)
            source = self._sources.known(code)
            time_ns = rows.time_ns[of]
            if azimuth is not None:
                turned = azimuth[of] / TURN_RAD
                sweep[of] = source.antenna.place(code, rows.order[of], time_ns, turned, table)
            else:
                sweep[of] = table.open(code, -1, time_ns)
            timed = of if sigma is None else of[np.isnan(sigma[of])]
            late_ns = rows.received_ns[timed] - rows.time_ns[timed]
            for row in source.leaps(category, late_ns) if len(timed) else ():
                event = f"its clock leapt: reports come {late_ns[row] / SECOND_NS:+.1f} s after their time"
                _tell(draft, source.status(int(rows.received_ns[timed[row]]), event))
        return sweep


def _tell(draft: Draft, status: SensorStatus | None) -> None:
    if status is not None:
        draft.told(status)


def _to(draft: Draft) -> framing.Refuse:
    """Where refusals go. Many of one reason come as one, with the octets of the first: a flood costs little."""

    def refuse(reason: str, detail: str, octets: bytes, time_ns: int, length: int, count: int) -> None:
        kept = octets[:REFUSED_BYTES_KEPT]
        draft.counted(Refusal(time_ns, draft.feed, f"asterix: {reason}", detail, kept, length, count))

    return refuse


def _refuser(draft: Draft, category: int, columns: Columns) -> Refuse:
    """Where refusals of whole records go."""
    to = _to(draft)

    def refuse(reason: str, detail: str, which: Flags) -> None:
        first = int(np.flatnonzero(which)[0])
        words = f"CAT{category:03d} of {source_name(int(columns.source[first]))}: {detail}"
        length, count = int(columns.length[which].sum()), int(which.sum())
        to(reason, words, columns.octets(first), int(columns.received_ns[first]), length, count)

    return refuse


def _refuse_unread(draft: Draft, blocks: Blocks, reading: Reading) -> None:
    """Records that could not be read, and items of records that are not used."""
    to = _to(draft)
    problems, records = reading.problems, reading.records
    ends = blocks.bounds[problems[:, 0], 1]
    for why in np.unique(problems[:, 2]).tolist():
        own = problems[:, 2] == why
        block, start, _, frn, where = problems[own][0].tolist()
        begin, end = blocks.bounds[block].tolist()
        reason, meaning = REASONS[why]
        words = f"{_where(reading, block, blocks, frn)} at octet {where - begin} of {end - begin}: {meaning}"
        length = int((ends[own] - problems[own, 1]).sum())
        to(reason, words, blocks.data[start:end].tobytes(), int(blocks.received_ns[block]), length, int(own.sum()))
    for bit, (reason, meaning) in ODDITIES.items():
        own = (records[:, 3] & bit) != 0
        if not own.any():
            continue
        block, start, end, _, frn = records[own][0].tolist()
        at = start - int(blocks.bounds[block, 0])
        words = f"{_where(reading, block, blocks, frn)}, record at octet {at}: {meaning}"
        length = int((records[own, 2] - records[own, 1]).sum())
        to(reason, words, blocks.data[start:end].tobytes(), int(blocks.received_ns[block]), length, int(own.sum()))


def _where(reading: Reading, block: int, blocks: Blocks, frn: int) -> str:
    category = int(blocks.data[blocks.bounds[block, 0]])
    edition = programs().by_category[category].editions[int(reading.edition[block])]
    name = edition.profile[frn - 1] if 0 < frn <= len(edition.profile) else None
    return f"CAT{category:03d} edition {edition.name}, item {name or '?'} (FRN {frn})"


def _detections(parts: list[tuple[Rows, Ints]]) -> Detections:
    """The rows of all categories, in the order in which they came."""
    if not parts:
        none = np.zeros(0, np.int64)
        return Detections(none.astype(np.int32), none, none)
    order = np.argsort(np.concatenate([rows.order for rows, _ in parts]), kind="stable")
    sizes = [len(rows.order) for rows, _ in parts]
    names = sorted({name for rows, _ in parts for name in rows.values})
    words = sorted({name for rows, _ in parts for name in rows.texts})
    values: dict[str, Floats] = {}
    for name in names:
        columns = [rows.values.get(name, np.full(n, np.nan)) for (rows, _), n in zip(parts, sizes, strict=True)]
        values[name] = np.concatenate(columns)[order]
    texts: dict[str, tuple[str | None, ...]] = {}
    for name in words:
        said = [word for (rows, _), n in zip(parts, sizes, strict=True) for word in rows.texts.get(name, [None] * n)]
        texts[name] = tuple(said) if len(parts) == 1 else tuple(said[row] for row in order.tolist())
    return Detections(
        sweep=np.concatenate([sweep for _, sweep in parts])[order].astype(np.int32),
        time_ns=np.concatenate([rows.time_ns for rows, _ in parts])[order],
        received_ns=np.concatenate([rows.received_ns for rows, _ in parts])[order],
        values=values,
        texts=texts,
    )
