"""What is learnt of the sensors: gathered row by row while looks are worked, applied from the next beat on.

prepare(batch)  rows as they are to be worked: clutter, offsets and variances of the last beat
gather(...)     whose each row was: counted, and nothing else
tick(time)      what was counted becomes what is applied
"""

import copy
from collections.abc import Mapping

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice
from tocsin.models.account import SensorCells
from tocsin.settings import Settings
from tocsin.tracking import arrays
from tocsin.tracking.explain.residuals import Residuals
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Credits, Rules, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Learned, Room, Tally
from tocsin.tracking.kernels.learning.gather import gather
from tocsin.tracking.kernels.learning.prepare import prepare
from tocsin.tracking.learning import cells, offsets, trust
from tocsin.tracking.learning.layout import Layout, layout
from tocsin.tracking.looks import Batch

KEPT = 512  # tracks whose last plot is remembered
STEP_S_MAX = 60.0  # a gap between Ticks is worked in as no more than this
PARTNERS_MAX = 64  # sensors that are told apart in residuals; with more of them all are one


class Learner:
    """What is learnt; `learned` is all of its state. Switched off where a model gives clutter exactly."""

    def __init__(self, settings: Settings, sensors: Sensors, exact: bool = False) -> None:
        self.settings = settings
        self.plan = layout(settings, sensors.num[:, c.PLACED])
        self.exact = exact
        self.learned = new_learned(self.plan)
        self._pd = np.array([s.detection_probability for s in settings.sensors] or [0.0])
        self._clutter = np.array([s.clutter_per_scan for s in settings.sensors] or [0.0])
        self._period = np.array([max(s.period_s, 1e-3) for s in settings.sensors] or [1.0])
        self.room = new_room(self.plan)
        self._told = np.zeros(len(self.learned.factor), dtype=np.bool_)
        self.residuals = Residuals()  # only shown: no part of the state

    def sensors(self, sensors: Sensors) -> Sensors:
        """The kernels' table of sensors with what is learnt of them."""
        return sensors._replace(cells=self.plan.table, registered=self.plan.registered, pd_ratio=self.learned.pd_ratio)

    def prepare(self, batch: Batch, sensors: Sensors, rules: Rules) -> Batch:
        """The batch as it is to be worked; what came stays in `batch`."""
        rows = batch.rows
        if self.exact or len(rows.time) == 0 or self.learned.ticked[0] == 0:
            return batch
        out = rows._replace(
            clutter=rows.clutter.copy(),
            z=rows.z.copy(),
            var=rows.var.copy(),
            place=rows.place.copy(),
            time=rows.time.copy(),
        )
        prepare(rows, batch.looks, sensors, rules, self.learned, out)
        return Batch(out, batch.looks)

    def gather(
        self, batch: Batch, begin: int, end: int, credited: Credits, tallied: Tally, sensors: Sensors, rules: Rules
    ) -> None:
        """Count what looks `begin` to `end` of a batch (as it came) taught."""
        if not self.exact:
            gather(batch.rows, batch.looks, begin, end, credited, tallied, sensors, rules, self.learned, self.room)
            self.residuals.take(batch.rows, tallied, batch.looks.sensor, sensors, self.learned.applied)

    def beat(self, time_ns: int) -> None:
        """Apply what was counted. `time_ns`: event time, all looks before it are worked."""
        learned, learning = self.learned, self.settings.learning
        before = int(learned.ticked[0])
        if self.exact or time_ns <= before:
            return
        dt_s = min((time_ns - before) / SECOND_NS, STEP_S_MAX) if before else 0.0
        learned.ticked[0] = time_ns
        cells.fade(learned, self._period, learning, dt_s, time_ns)
        if learning.clutter:
            cells.clutter(learned, self.plan, self._clutter, learning, dt_s)
        if learning.detection:
            cells.detection(learned, self.plan, self._pd, learning)
        unsettled = offsets.settle(learned, self.plan.registered, dt_s, applied=learning.registration)
        trust.weigh(learned, unsettled, dt_s, applied=learning.weighting)

    def news(self, time_ns: int) -> list[Notice]:
        """Which sensors count for less since this was last asked, and which count fully again."""
        now = self.learned.factor > 1.0
        changed = np.flatnonzero(now != self._told)
        self._told[:] = now
        return [trust.notice(self.settings.sensors[s], float(self.learned.factor[s]), time_ns) for s in changed]

    def copy(self) -> "Learner":
        """A learner that knows the same and learns by itself. What was told is not untold: that is shared."""
        other = copy.copy(self)
        other.learned = Learned._make(column.copy() for column in self.learned)
        return other

    def health(self) -> Mapping[str, Mapping[str, float | bool]]:
        """Fields of SensorHealth that are learnt, by the sensor's name."""
        if self.exact or not self.settings.sensors:
            return {}
        learned = self.learned
        pd, clutter = cells.shown(learned, self.plan, self.settings.sensors, self.settings.learning.prior)
        out: dict[str, dict[str, float | bool]] = {}
        for s, sensor in enumerate(self.settings.sensors):
            out[sensor.name] = {
                "detection_probability": float(pd[s]),
                "clutter_per_scan": float(clutter[s]),
                "down_weighted": bool(learned.factor[s] > 1.0),
                **offsets.shown(learned, int(self.plan.registered[s])),
            }
        return out

    def table(self, name: str) -> SensorCells:
        """What is believed of each cell of a sensor. Raises KeyError where the site knows none of that name."""
        index = {sensor.name: s for s, sensor in enumerate(self.settings.sensors)}
        s = index[name]
        sensor, learned = self.settings.sensors[s], self.learned
        first, kind, rings, sectors = (int(value) for value in self.plan.table[s])
        here = slice(first, first + rings * sectors)
        declared = sensor.clutter_per_scan * self.plan.share[here]
        return SensorCells(
            sensor=name,
            kind="polar" if kind == k.POLAR else "ground",
            rings=rings,
            sectors=sectors,
            least_m=sensor.min_range_m,
            most_m=sensor.max_range_m,
            clutter_per_scan=declared * learned.clutter_ratio[here],
            declared_clutter_per_scan=declared,
            detection_probability=sensor.detection_probability * learned.pd_ratio[here],
            declared_detection_probability=sensor.detection_probability,
            looks=learned.expected[here].copy(),
        )

    def dump(self) -> list[dict[str, object]]:
        """Everything."""
        return [arrays.pack(column) for column in (*self.learned, self._told)]

    def load(self, dumped: list[dict[str, object]]) -> None:
        """Take on the state of a dump. Raises ValueError where it is of another site."""
        columns = [arrays.unpack(packed) for packed in dumped]
        shapes = [column.shape for column in (*self.learned, self._told)]
        if [column.shape for column in columns] != shapes:
            raise ValueError("what was learnt is of other sensors")
        self.learned, self._told = Learned._make(columns[:-1]), columns[-1]


def new_learned(plan: Layout) -> Learned:
    """The state of a learner that has seen nothing."""
    cell, sensor = len(plan.owner), len(plan.table)
    partners = sensor if sensor <= PARTNERS_MAX else 1
    bias, cov = offsets.prior(plan.offsets)
    return Learned(
        hits=np.zeros(cell),
        wanted=np.zeros(cell),
        found=np.zeros(cell),
        scans=np.zeros(sensor),
        heard=np.zeros(sensor, dtype=np.int64),
        strain=np.zeros((sensor, partners, 2)),
        clutter=np.zeros((cell, 2)),
        scanned=np.zeros((sensor, 2)),
        expected=np.zeros(cell),
        detected=np.zeros(cell),
        strained=np.zeros((sensor, partners, 2)),
        bias=bias,
        cov=cov,
        kept=np.zeros((KEPT, k.KEPT_TAG), dtype=np.int64),
        plots=np.zeros((KEPT, k.KEPT_NUM)),
        doubted=np.zeros(KEPT, dtype=np.int64),
        counts=np.zeros(k.COUNTS, dtype=np.int64),
        clutter_ratio=np.ones(cell),
        pd_ratio=np.ones(cell),
        applied=np.zeros((sensor, k.OFFSETS)),
        factor=np.ones(sensor),
        ticked=np.zeros(1, dtype=np.int64),
    )


def new_room(plan: Layout) -> Room:
    """Room to work in."""
    return Room(
        x=np.zeros((5, 3)),
        jac=np.zeros((3, 3)),
        cov=np.zeros((3, 3)),
        h=np.zeros((3, 3)),
        hb=np.zeros((3, 2 * k.OFFSETS)),
        nu=np.zeros((3, 2)),
        r=np.zeros((3, 3)),
        s=np.zeros((3, 3)),
        g=np.zeros(k.OFFSETS * plan.offsets + 1),
        where=np.zeros(2 * k.OFFSETS, dtype=np.int64),
        plot=np.zeros(k.KEPT_NUM),
        none=np.zeros(k.OFFSETS),
    )


def new_tally(count: int) -> Tally:
    """Room for lines."""
    return Tally(
        np.zeros((count, k.TALLY_TAG), dtype=np.int64),
        np.zeros((count, k.TALLY_NUM)),
        np.zeros((count, 6)),
        np.zeros((count, 3, 3)),
    )
