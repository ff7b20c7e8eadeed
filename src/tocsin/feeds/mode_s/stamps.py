"""From a receiver's counter to UTC.

Beast and AVR stamp messages with a 48-bit counter of 12 MHz that starts anywhere. When a message came is known, but a
network adds a delay that varies; the counter has no delay, but no date. Together: the smallest difference between the
two seen lately is the offset, and counter plus offset is the time. Where the counter does not run with the clock
(zeros, GPS stamps, several receivers merged into one stream) the time of arrival alone is used.
"""

TICK_NS_NUMERATOR, TICK_NS_DENOMINATOR = 250, 3  # 12 MHz
CONSISTENT_NS = 500_000_000  # a live network delay varies less than this
LEAK = 10_000  # the offset may rise by 1 / LEAK: more than any receiver's quartz drifts (100 ppm)
TIME_NS_MAX = 2**62  # the year 2116
PAUSE_NS_MAX = 3_600 * 1_000_000_000  # in a recording: a longer step is another counter


class Stamps:
    """The offset of one counter. `untimed`: packets carry no time of arrival (a plain file), the counter alone runs."""

    def __init__(self, untimed: bool) -> None:
        self._untimed = untimed
        self._offset_ns: int | None = None
        self._newest_ns = 0  # of the counter
        self._arrival_ns = 0

    def time_ns(self, ticks: int, received_ns: int) -> int:
        """When the message with this counter was measured."""
        counter_ns = ticks * TICK_NS_NUMERATOR // TICK_NS_DENOMINATOR
        return self._recorded(counter_ns, received_ns) if self._untimed else self._live(counter_ns, received_ns)

    def _live(self, counter_ns: int, received_ns: int) -> int:
        fresh = received_ns - counter_ns
        offset = self._offset_ns
        passed_ns, self._arrival_ns = received_ns - self._arrival_ns, received_ns
        if offset is None or abs(fresh - offset) > CONSISTENT_NS or counter_ns <= self._newest_ns:
            self._offset_ns, self._newest_ns = fresh, counter_ns
            return received_ns
        self._newest_ns = counter_ns
        self._offset_ns = min(fresh, offset + max(passed_ns, 0) // LEAK)
        return counter_ns + self._offset_ns

    def _recorded(self, counter_ns: int, received_ns: int) -> int:
        step_ns = counter_ns - self._newest_ns
        if self._offset_ns is None:
            self._offset_ns = received_ns - counter_ns
        elif abs(step_ns) > PAUSE_NS_MAX:
            # Another counter: go on where the last one stopped, as nothing tells how long the pause was.
            self._offset_ns -= step_ns
        self._newest_ns = counter_ns
        if counter_ns + self._offset_ns > TIME_NS_MAX:
            # Only a stream made to do harm gets here: start again.
            self._offset_ns = received_ns - counter_ns
        return counter_ns + self._offset_ns
