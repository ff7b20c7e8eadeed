"""The tracker: Scan in, Picture out. A track-oriented Poisson multi-Bernoulli filter (Williams, IEEE TAES 2015).

    advance(scan)  rows and refusals      (intake)
                   looks in order         (looks)
                   predict, gate, associate, update, give birth, recycle: one call of compiled code for all looks
    beat(second)   between looks, each second of event time: what was learnt takes effect
    tick(time)     what came late is worked in (late), the watermark moves, numbers and notices are handed out
    picture(time)  all tracks at one time, read-only

No clock, no randomness: the same scans in the same order give the same bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Explanation, Notice, Picture, Refusal, Scan, SensorHealth
from tocsin.models.model import Model, usual
from tocsin.settings import Settings, Tracking
from tocsin.tracking import arrays
from tocsin.tracking.arriving.together import Reader, Together
from tocsin.tracking.classes.recursion import Recursion
from tocsin.tracking.directions.network import posts_of
from tocsin.tracking.explain.answer import explanation, measured
from tocsin.tracking.grounded.floor import Floor
from tocsin.tracking.intake import FRONT, Intake
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Credits, Rules
from tocsin.tracking.kernels.learning.columns import Tally
from tocsin.tracking.kernels.lives.lost import retire
from tocsin.tracking.kernels.looks import work
from tocsin.tracking.late.journal import NOTHING, Segment, owners
from tocsin.tracking.late.names import alike
from tocsin.tracking.late.past import COUNTERS as LATE_COUNTERS
from tocsin.tracking.late.snapshots import MANY, MANY_APART, changed, kept
from tocsin.tracking.late.told import refused
from tocsin.tracking.learning.learner import new_tally
from tocsin.tracking.looks import EMPTY, KEY, Batch, Stretch, gathered, looks_of, seconds
from tocsin.tracking.moving.carried import Carried
from tocsin.tracking.picture import draw, numbers
from tocsin.tracking.plots import Plots
from tocsin.tracking.population.uniting import unite
from tocsin.tracking.smoothing.smoother import Smoother
from tocsin.tracking.state import DEFAULT_SLOTS, State
from tocsin.tracking.tables import rules_of, sensors_of

BEATS_MAX = 3600  # of a longer silence, the beats of the last hour are enough
SEGMENTS_MAX = 120  # seconds of the past beyond twice late_s before it is cut without a Tick
REFUSALS_MAX = 10_000  # kept until somebody drains them


class Tracker:
    """All that is known about what flies. Owned by one caller; not for several threads.

    `lag`: smooth pictures so many pictures back (see `smoothed`); 0: all of them at the end; None: no smoothing.
    """

    def __init__(self, settings: Settings, model: Model | None = None, lag: int | None = None) -> None:
        self.settings = settings
        self.model = model or usual(settings.frame)
        self.state = State.new(settings, self.model)
        self._ruled: tuple[Tracking, Rules] | None = None
        self._sensors = sensors_of(settings)
        self._reports = bool((self._sensors.num[:, c.REPORT_RATE] > 0.0).any())
        self._plots = Plots(settings.sensors, self._rules().plane)
        self._intake = Intake(settings.sensors, settings.frame, self.model, self._sensors, settings.tracking.gate)
        hears_tracks = any(sensor.kind == "track" for sensor in settings.sensors)
        self._reader = Reader(self._intake, hears_tracks, settings.tracking.own_output)
        self._posts = posts_of(self._sensors, self._intake.up, self._intake.moving)
        self._carried = Carried(settings, self._sensors, self._posts)
        self._recursion = Recursion(settings.sensors, self.model, earth=settings.frame.kind == "earth")
        self._floor = Floor(settings.sensors, self.model, earth=settings.frame.kind == "earth")
        self._scratch = arrays.new_scratch(DEFAULT_SLOTS, DEFAULT_SLOTS, 4 * DEFAULT_SLOTS, len(self.model.modes))
        self._index = arrays.new_index(DEFAULT_SLOTS)
        self._events = arrays.new_events(8 * DEFAULT_SLOTS, len(self.model.classes.rows))
        self._credits = arrays.new_credits(8 * DEFAULT_SLOTS)
        self._tally = new_tally(0 if self.state.learner.exact else DEFAULT_SLOTS)  # no room: nothing is to be learnt
        self._trail = arrays.new_trail(
            0 if lag is None else 4 * DEFAULT_SLOTS, len(self.model.modes), len(self.model.classes.rows)
        )
        self._smoother = None if lag is None else Smoother(lag, len(self.model.modes), self.model.classes.names)

    @property
    def next_number(self) -> int:
        """The number of the next track."""
        return self.state.past.names.of(int(self.state.running[c.NEXT_NUMBER]))

    def number_from(self, number: int) -> None:
        """Begin at this track number: a tracker that takes over from another repeats none of its numbers."""
        self.state.past.names.shift = number - int(self.state.running[c.NEXT_NUMBER])

    def advance(self, scan: Scan) -> None:
        """Work a batch of detections in. What cannot be used is refused with its reason, never raised."""
        self._take(self._reader.together((scan,), self.state.words))

    def advance_all(self, scans: Sequence[Scan]) -> None:
        """Work several in as one after the other, to the same bits, at the cost of their rows alone.

        Where reading one of them fails, nothing of that one is used; it is refused, and the others are worked in.
        """
        words = self.state.words
        try:
            together = self._reader.together(scans, words)
        except Exception:  # noqa: BLE001  a bad message must never stop the watch
            scans, failed = self._reader.those_that_can(scans, words)
            self._refuse(failed)
            if not scans:
                return
            together = self._reader.together(scans, words)
        self._take(together)

    def _take(self, together: Together) -> None:
        for scan in together.scans:
            self.state.whereabouts.hear(scan)
        late = self.state.looks.take(together.told, together.rows, together.good, together.mark)
        self._refuse(together.refusals(late))
        self._work()

    def tick(self, time_ns: int) -> tuple[Notice, ...]:
        """Time passes: what came late and looks that are over are worked in; what happened to tracks is handed out."""
        state, past = self.state, self.state.past
        state.looks.pass_time(time_ns)
        since = min(self._go_back(time_ns), state.looks.settled_ns // SECOND_NS)
        self._work()
        worked = [segment for second, segment in past.journal.segments.items() if second >= since]
        judged = refused(worked, past.refused)
        state.refusals += judged
        past.hear_refused(judged)
        del state.refusals[REFUSALS_MAX:]
        state.looks.settle(time_ns)
        self._settle_places(time_ns)
        past.names.give(int(state.running[c.NEXT_NUMBER]))
        news = state.learner.news(time_ns)
        notices = (*past.told.hand_out(time_ns, state.second, past.names.of), *state.notices, *news)
        state.notices = []
        self._forget()
        before, state.shown = state.shown, numbers(state, self.settings, time_ns)
        state.ended = before[~np.isin(before, state.shown)]
        return notices

    def _settle_places(self, time_ns: int) -> None:
        """What moving sensors said of their places since the last Tick counts from now on."""
        state = self.state
        refused = state.whereabouts.settle(state.second, time_ns)
        state.refusals += refused
        state.past.hear_refused(refused)
        self._intake.sensors = state.whereabouts.newest()

    def beat(self, time_ns: int) -> None:
        """What was learnt takes effect: add one line for each learner here (see tracking.state), never elsewhere.

        `time_ns` is event time, a whole second: all looks before it are worked, and none after it.
        """
        state = self.state
        self._carried.sensors = state.whereabouts.at(state.second)
        self._carried.put(time_ns)
        state.identities.doubt(state.bank, int(state.running[c.SLOTS]), self._ruling().believed, time_ns)
        self._merge(time_ns)
        self._floor.keep_above(state.bank, state.living, time_ns, self._sensors)
        if not self._recursion.idle:
            self._recursion.think(state.bank, state.living(), time_ns, self._scratch, state.unseen)
        self._retire(time_ns)
        state.learner.beat(time_ns)
        state.witnesses.beat(time_ns)
        state.census.beat(time_ns, state.bank, int(state.running[c.SLOTS]), self._mark())
        state.unseen.beat(time_ns, state.learner.learned.pd_ratio, state.learner.plan.table)
        state.lifecycle.forget(time_ns, lambda: state.bank.tag[state.living(), c.NUMBER])

    def _retire(self, time_ns: int) -> None:
        """Let go of what nobody knows of any more. Where only long silence can do that, most beats need not look."""
        state, ruling = self.state, self._ruling()
        if ruling.useful == np.inf and self._recursion.idle and not self._reports:
            tag = state.bank.tag[: int(state.running[c.SLOTS])]
            silent = tag[:, c.LAST] < time_ns - ruling.coast
            if not silent.any() or not tag[silent, c.ALIVE].any():
                return
        self._make_events(0)
        room = (self._scratch, state.unseen.read, self._events, state.running, state.counted)
        retire(state.bank, time_ns, self._sensors, self._rules(), *room)
        self._hear()

    def _mark(self) -> tuple[int, ...]:
        """Another one once any component has changed its existence, its standing or its number; empty: nobody knows."""
        if self._reports:
            return ()  # silence speaks at every beat
        running, counted = self.state.running, self.state.counted
        return (*counted[[c.C_LOOKS, c.C_PRUNED, c.C_MERGED]].tolist(), int(running[c.ALIVE_COUNT]))

    def _merge(self, time_ns: int) -> None:
        """Components that explain the same become one."""
        state, laboratory = self.state, self.state.unseen.region.grid is None
        self._make_events(0)
        told = (self._events, state.running, state.counted)
        if unite(state.bank, state.living(), time_ns, self._scratch, *told, laboratory=laboratory):
            self._index = arrays.new_index(len(state.bank.mu))  # who was united may be elsewhere
        self._hear()

    def picture(self, time_ns: int) -> Picture:
        """All tracks at one time. It changes no bit of the state."""
        return draw(self.state, self.settings, self.model.classes.names, self._rules(), self._scratch, time_ns)

    def smoothed(self, time_ns: int) -> tuple[Picture, ...]:
        """Note that a picture was drawn at this time, and give the one of `lag` pictures before, as known now.

        An output beside the picture; it changes no bit of the state, and is no part of a dump. Nothing without `lag`.
        """
        if self._smoother is None:
            return ()
        return self._smoother.look(time_ns, self.state, self.settings, self._rules())

    def smoothed_rest(self) -> tuple[Picture, ...]:
        """The pictures for which `smoothed` still waits, once nothing more comes."""
        if self._smoother is None:
            return ()
        return self._smoother.rest(self.state, self.settings, self._rules())

    def explain(self, number: int) -> Explanation:
        """Which detections made a track, and what was refused meanwhile. A number that nobody has: no detections."""
        past = self.state.past
        return explanation(number, *past.made(number, self.state.births()), past.lately, self.settings)

    def keep_contributions(self) -> None:
        """Keep what makes every track, for `contributions`: it grows with every detection."""
        self.state.past.everything = []

    def contributions(self) -> Mapping[str, np.ndarray]:
        """Which detection made which track, as known now: columns time_ns, track, sensor (its index), weight, and what
        was measured, by the names of messages.MEASURED. In order of time.
        """
        past = self.state.past
        lately = past.lately_made(self.state.births())
        made = np.concatenate([*(past.everything or ()), lately])
        made = made[np.argsort(made["time_ns"], kind="stable")]
        columns = {name: made[name].copy() for name in ("time_ns", "track", "sensor", "weight")}
        return columns | measured(made, self.settings.frame.kind)

    def counters(self) -> Mapping[str, int]:
        """What was done, and what the caps cut."""
        known = {name: int(count) for name, count in zip(arrays.COUNTERS, self.state.counted, strict=True)}
        known |= self.state.identities.counters()
        known["components"] = int(self.state.running[c.ALIVE_COUNT])
        known |= {name: int(count) for name, count in zip(LATE_COUNTERS, self.state.past.counted, strict=True)}
        return known

    def learnt(self) -> Mapping[str, Mapping[str, Any]]:
        """Fields of messages.SensorHealth that are learnt, by the sensor's name."""
        return self.state.learner.health()

    def noted(self, sensors: tuple[SensorHealth, ...], time_ns: int) -> tuple[SensorHealth, ...]:
        """Sensors with what the tracker knows against them at a time."""
        return self.state.identities.noted(sensors, time_ns)

    def refusals(self) -> tuple[Refusal, ...]:
        """What could not be used since this was last asked."""
        refusals, self.state.refusals = tuple(self.state.refusals), []
        return refusals

    def tables(self) -> tuple[object, ...]:
        """One of each table that compiled code is called with: their types are what it is compiled for."""
        state, learner = self.state, self.state.learner
        none = looks_of(np.zeros((0, KEY), dtype=np.int64), np.zeros(1, dtype=np.int64))
        sent = (
            EMPTY,
            none,
            learner.sensors(self._sensors),
            self._rules(),
            self._posts,
            state.heard.rings,
            state.unseen.read,
        )
        kept = (state.bank, state.mixture, learner.learned, learner.room)
        return *sent, *kept, self._events, self._credits, self._tally, self._trail, self._index, self._scratch

    def digest(self) -> bytes:
        """Equal digests: equal pictures from the next Tick on, whatever comes. Between Ticks it costs a dump."""
        return self.state.digest()

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        return self.state.dump()

    @classmethod
    def load(cls, settings: Settings, dumped: bytes, model: Model | None = None, lag: int | None = None) -> "Tracker":
        """The tracker that `dump` wrote. Raises StateError when this version cannot read it."""
        tracker = cls(settings, model, lag)
        tracker.state.load(dumped)
        tracker._index = arrays.new_index(len(tracker.state.bank.mu))
        tracker._intake.sensors = tracker.state.whereabouts.newest()
        tracker._put_back()
        return tracker

    def _refuse(self, refusals: list[Refusal]) -> None:
        if refusals:
            self.state.refusals += refusals
            self.state.past.hear_refused(refusals)
            del self.state.refusals[REFUSALS_MAX:]

    def _work(self) -> None:
        """Everything that is due. What came when its place was passed waits for the Tick, and delays nothing else."""
        looks, past = self.state.looks, self.state.past
        if self.settings.tracking != past.tracking[-1][1]:  # an Order changed it: it counts from the next second on
            past.tracking.append((self.state.second + 1, self.settings.tracking))
        stretch = looks.release()
        now = looks.watermark_ns // SECOND_NS
        if stretch is not None:
            self._go(stretch, now)
        self._pass_to(now, now)
        looks.worked_ns = looks.watermark_ns
        if len(past.journal.segments) > SEGMENTS_MAX + 2.0 * self.settings.tracking.late_s:
            self._forget()  # somebody who never ticks

    def _go(self, stretch: Stretch, now: int) -> None:
        """Work a stretch, second by second of event time, with the beats between; `now`: how far it will go."""
        state = self.state
        for second, batch, piece in seconds(stretch):
            if state.second == c.NEVER:
                state.second = second
            self._pass_to(second, now)
            state.worked, state.past.place = second, 2 * second + 1
            self._work_looks(batch, piece, state.past.journal.at(second, piece))

    def _pass_to(self, second: int, now: int) -> None:
        """Event time goes on to a second: its beats, and snapshots to which late detections may go back."""
        state, past = self.state, self.state.past
        if state.second == c.NEVER:
            return
        state.second = max(state.second, second - BEATS_MAX)
        while state.second < second:
            state.second += 1
            past.place = 2 * state.second
            self.beat(state.second * SECOND_NS)
            few = int(state.running[c.ALIVE_COUNT]) <= MANY or state.second % MANY_APART == 0
            if few and changed(state.second, state.worked) and kept(state.second, now):
                past.journal.snapshots[state.second] = state.copy()

    def _go_back(self, time_ns: int) -> int:
        """Work in what came when its place was passed: from the snapshot before it, all since is worked again.

        Returns the second from which on that was.
        """
        state, past, looks = self.state, self.state.past, self.state.looks
        came = looks.release_late() or NOTHING
        admitted = past.admit(came, time_ns, looks.settled_ns, self.settings.tracking.again_rows_per_s)
        if not len(admitted):
            return state.second
        now, second = state.second, past.journal.before(admitted.first_ns())
        snapshot, segments = past.journal.back_to(second)
        past.told.back_to(second)
        state.restore(snapshot)
        self._index = arrays.new_index(len(state.bank.mu))
        first, before = int(state.running[c.NEXT_NUMBER]), owners(segments)
        self._go(gathered([*(segment.whole() for segment in segments), admitted]), now)
        self._pass_to(now, now)
        after = owners([segment for segment in past.journal.segments.values() if segment.second >= second])
        following = int(state.running[c.NEXT_NUMBER])
        past.names.renumber(first, following, alike(before, after, first), state.numbers())
        return second

    def _forget(self) -> None:
        """Let go of a past for which nothing can come any more."""
        state, past, looks = self.state, self.state.past, self.state.looks
        until_ns = min(looks.worked_ns, past.waiting.first_ns()) if len(past.waiting) else looks.worked_ns
        gone = past.journal.forget((until_ns - looks.late_ns) // SECOND_NS, state.second)
        if gone:
            past.enter(gone, state.births(), state.numbers)
        oldest = past.journal.oldest()
        looks.forget(c.NEVER if oldest == c.NEVER else oldest * SECOND_NS)
        self.state.whereabouts.forget(oldest)
        past.told.forget(oldest)
        past.refused = {second: told for second, told in past.refused.items() if second >= oldest}
        while len(past.tracking) > 1 and past.tracking[1][0] <= oldest:
            del past.tracking[0]

    def _put_back(self) -> None:
        """Work again what a dump holds of the past: it was told, and its numbers were given."""
        state, past = self.state, self.state.past
        stretch, past.put_back = past.put_back, NOTHING
        now = state.looks.settled_ns // SECOND_NS
        if len(stretch):
            self._go(stretch, now)
        self._pass_to(now, now)
        past.told.count = len(past.told.happened)
        self._work()

    def _work_looks(self, batch: Batch, stretch: Stretch, segment: Segment) -> None:
        """Looks of one second in one call of compiled code (more only where room runs out)."""
        state, rules, learner = self.state, self._rules(), self.state.learner
        batch, refusals = state.identities.judge(batch, len(state.words.words))
        segment.refused += refusals
        if len(batch.looks.time) == 0:
            return
        batch, merged = self._plots.merge(batch)
        state.counted[c.C_PLOTS_MERGED] += merged
        sensors = learner.sensors(self._sensors)
        self._carried.sensors = state.whereabouts.at(state.second)
        self._carried.put(state.second * SECOND_NS)
        prepared = learner.prepare(batch, sensors, rules)
        fronts = int(state.counted[c.C_FRONTS])
        begin, code = 0, c.MORE_SLOTS
        while code != c.DONE or begin < len(batch.looks.time):
            before = begin
            self._make_room(batch, begin, code)
            code, begin = work(
                state.bank,
                prepared.rows,
                self._carried.upto(batch.looks, begin),
                begin,
                sensors,
                rules,
                state.mixture,
                state.unseen.read,
                self._posts,
                state.heard.rings,
                self._events,
                self._credits,
                self._tally,
                self._trail,
                self._index,
                self._scratch,
                state.running,
                state.counted,
            )
            self._hear()
            count, lines = int(state.running[c.CREDIT_COUNT]), int(state.running[c.TALLY_COUNT])
            state.running[c.CREDIT_COUNT] = state.running[c.TALLY_COUNT] = 0
            credited = Credits._make(column[:count] for column in self._credits)
            tallied = Tally._make(column[:lines] for column in self._tally)
            learner.gather(batch, before, begin, credited, tallied, sensors, rules)
            state.unseen.look(batch.looks, before, begin)
            state.census.look(batch.looks, before, begin)
            segment.credit(stretch, batch.at[credited.row], credited)
            self._learn(batch, credited)
            if self._smoother is not None:
                self._smoother.take(self._trail, state.running)
        if state.counted[c.C_FRONTS] > fronts:  # sounds that only something faster than 0.9 of sound explains
            time_ns, count = int(batch.looks.time[-1]), int(state.counted[c.C_FRONTS]) - fronts
            segment.refused.append(Refusal(time_ns, "", f"tracking: {FRONT.reason}", FRONT.detail, count=count))

    def _learn(self, batch: Batch, credited: Credits) -> None:
        """Hand on whose each row was, in order. What is learnt from it counts from the next `beat` on, never before."""
        state = self.state
        state.witnesses.hear(batch, credited)
        self._recursion.hear(state.bank, int(state.running[c.SLOTS]), state.words, batch, credited)

    def _rules(self) -> Rules:
        """The model and the limits at the second of event time that is worked, with what the census has learnt."""
        return self.state.census.applied(self._ruling())

    def _ruling(self) -> Rules:
        """The model and the limits, as of the settings at that second."""
        tracking = self.state.past.settings_at(self.state.second)
        if self._ruled is None or self._ruled[0] is not tracking:
            self._ruled = tracking, rules_of(replace(self.settings, tracking=tracking), self.model)
        return self._ruled[1]

    def _make_room(self, batch: Batch, begin: int, code: int) -> None:
        """Slots, scratch and events for at least the next looks, as was asked for."""
        state, scratch, modes = self.state, self._scratch, len(self.model.modes)
        rows_wanted = int((batch.looks.last - batch.looks.first)[begin:].max())
        wanted = max(rows_wanted, int(state.running[c.WANTED]))
        used, living = int(state.running[c.SLOTS]), int(state.running[c.ALIVE_COUNT])
        sparse = used > 2 * living + DEFAULT_SLOTS  # each beat reads all that are used
        if sparse or len(state.bank.mu) - used < wanted:
            state.bank = arrays.fit(state.bank, state.running, wanted + DEFAULT_SLOTS)
            self._index = arrays.new_index(len(state.bank.mu))
        slots, rows, pairs = len(state.bank.mu), len(scratch.row_box), len(scratch.pair_row)
        if code == c.MORE_PAIRS:
            pairs *= 2
        if slots > len(scratch.slot) or rows_wanted > rows or pairs > len(scratch.pair_row):
            rows, pairs = max(rows, rows_wanted), max(pairs, 2 * rows_wanted)
            self._scratch = arrays.new_scratch(slots, rows, pairs, modes, scratch)
        if code == c.MORE_CREDITS or len(self._credits.row) < pairs + rows_wanted:
            self._credits = arrays.new_credits(2 * len(self._credits.row) + pairs + rows_wanted)
        if len(self._tally.tag) < slots and not self.state.learner.exact:
            self._tally = new_tally(max(2 * len(self._tally.tag), slots))
        if code == c.MORE_TALLY:
            self._tally = new_tally(2 * len(self._tally.tag))
        if code == c.MORE_TRAIL:
            self._trail = arrays.new_trail(2 * len(self._trail.tag) + wanted + slots, modes, state.bank.kind.shape[1])
        self._make_events(wanted)

    def _make_events(self, rows: int) -> None:
        """Room for all that may happen in one look."""
        wanted = len(self.state.bank.mu) + rows
        if len(self._events.tag) < 4 * wanted:
            self._events = arrays.new_events(8 * wanted, len(self.model.classes.rows))

    def _hear(self) -> None:
        """What happened to tracks, in order."""
        state = self.state
        state.lifecycle.hear(self._events, int(state.running[c.EVENT_COUNT]), self.model, state.tell)
        state.running[c.EVENT_COUNT] = 0
