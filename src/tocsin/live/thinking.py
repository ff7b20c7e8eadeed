"""The pipeline and its state, as the runner and the view of the past hold them. One owner each, one thread each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tocsin.alerts.release.desk import Desk
from tocsin.ends import Outlook
from tocsin.messages import Explanation, Item, Picture, Step, Tick
from tocsin.models.account import SensorAccount
from tocsin.settings import Settings

if TYPE_CHECKING:
    from tocsin.pipeline import State


@dataclass(frozen=True, slots=True)
class Anew:
    """Tells the runner that what follows is not what came after what was: begin with this state, or with none."""

    time_ns: int
    reason: str
    dump: bytes | None = None


class Thinking(Protocol):
    """What turns items into pictures and decisions."""

    def begin(self, dump: bytes | None) -> None:
        """Forget everything, or know what `dump` knew. Raises StateError for a dump of another version."""
        ...

    def ahead(self, items: Sequence[Item]) -> None:
        """These are advanced next, in this order and before anything else: work them in together where that helps.

        Up to the first that fails: `advance` raises for that one, and the rest is as if it had not been sent.
        """
        ...

    def advance(self, item: Item) -> Step:
        """Work one item in."""
        ...

    def hurry(self, taken_ns: int) -> Tick | None:
        """A Tick that should be worked in now, because something leaves no time until the next; changes nothing."""
        ...

    def look(self, time_ns: int) -> Picture:
        """The picture at a time; changes nothing."""
        ...

    def explain(self, track: int) -> Explanation:
        """Which detections made a track; changes nothing."""
        ...

    def account(self, sensor: str) -> SensorAccount:
        """What is believed of a sensor, and why; changes nothing. Raises KeyError for one that the site has not."""
        ...

    def desk(self) -> Desk | None:
        """What the people at the desk see; changes nothing. None where nobody releases anything."""
        ...

    def outlook(self, picture: Picture | None = None, chosen: tuple[int, ...] = ()) -> Outlook | None:
        """Where tracks may be, come down and came from; changes nothing. None where nothing is forecast."""
        ...

    def dump(self) -> bytes:
        """Everything known."""
        ...

    def changed(self) -> bool:
        """Whether the site says otherwise than when this state began."""
        ...

    def renewed(self) -> bytes:
        """A state by the site as it is now, which knows nothing and repeats no track number."""
        ...


class Pipeline:
    """Thinking by `tocsin.pipeline`. Importing it loads the compiled kernels, so that happens on first use only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state: State | None = None

    def begin(self, dump: bytes | None) -> None:
        """Forget everything, or know what `dump` knew. Raises StateError for a dump of another version."""
        from tocsin.pipeline import State  # noqa: PLC0415  seconds of loading, in the thread that needs it

        self._state = State.of(self._settings) if dump is None else State.load(dump)

    def _begun(self) -> "State":
        if self._state is None:
            self.begin(None)
        assert self._state is not None  # noqa: S101  for the type checker: begin sets it
        return self._state

    def ahead(self, items: Sequence[Item]) -> None:
        """Each is worked in by its own `advance`."""

    def advance(self, item: Item) -> Step:
        """Work one item in."""
        from tocsin.pipeline import advance  # noqa: PLC0415  as in begin

        return advance(self._begun(), item)

    def hurry(self, taken_ns: int) -> Tick | None:
        """A Tick that should be worked in now, because something leaves no time until the next; changes nothing."""
        from tocsin.pipeline import hurry  # noqa: PLC0415  as in begin

        return hurry(self._begun(), taken_ns)

    def look(self, time_ns: int) -> Picture:
        """The picture at a time; changes nothing."""
        from tocsin.pipeline import look  # noqa: PLC0415  as in begin

        return look(self._begun(), time_ns)

    def explain(self, track: int) -> Explanation:
        """Which detections made a track; changes nothing."""
        from tocsin.pipeline import explain  # noqa: PLC0415  as in begin

        return explain(self._begun(), track)

    def account(self, sensor: str) -> SensorAccount:
        """What is believed of a sensor, and why; changes nothing."""
        from tocsin.pipeline import account  # noqa: PLC0415  as in begin

        return account(self._begun(), sensor)

    def desk(self) -> Desk | None:
        """What the people at the desk see; changes nothing."""
        from tocsin.pipeline import desk  # noqa: PLC0415  as in begin

        return desk(self._begun())

    def outlook(self, picture: Picture | None = None, chosen: tuple[int, ...] = ()) -> Outlook | None:
        """Where tracks may be, come down and came from; changes nothing."""
        from tocsin.pipeline import outlook  # noqa: PLC0415  as in begin

        return outlook(self._begun(), picture, chosen)

    def settings_now(self) -> Settings | None:
        """The settings as orders have changed them; None before anything has begun. From any thread."""
        return None if self._state is None else self._state.settings

    def dump(self) -> bytes:
        """Everything known."""
        return self._begun().dump()

    def changed(self) -> bool:
        """Whether the site file says otherwise than when this state began. Orders since then do not count."""
        from tocsin.pipeline import declared  # noqa: PLC0415  as in begin

        return self._begun().declared != declared(self._settings)

    def renewed(self) -> bytes:
        """A state by the site file as it is now, that gives out no track number a second time."""
        return self._begun().renewed(self._settings).dump()
