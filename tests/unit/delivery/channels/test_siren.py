"""A siren's controller: a level with a lease, each event once, silence only when no place of it is at warning."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.contract.test_channels import NOW_NS, parcel
from tests.receivers.controller import FIRST, Controller
from tests.running import free_port
from tocsin.delivery.channels.patterns import Pattern, event_number, patterns
from tocsin.delivery.channels.siren import Siren
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered, SiteError

OTHER: dict[str, Any] = {"place": "town", "event": "town-1"}


@pytest.fixture
def controller() -> Iterator[Controller]:
    with Controller(free_port()) as found:
        yield found


def declared(controller: Controller, **other: object) -> Channel:
    parts: dict[str, object] = {
        "name": "roof",
        "kind": "siren",
        "url": f"modbus://127.0.0.1:{controller.port}",
        "country": "de",
        "register_first": FIRST,
        "lease_s": 3.0,
        "battery_v_min": 11.0,
        "current_a_min": 2.0,
    }
    return Channel(**(parts | other))  # type: ignore[arg-type]


def with_siren(controller: Controller, story: Callable[[Siren], Awaitable[None]], **other: object) -> None:
    async def main() -> None:
        siren = Siren(declared(controller, **other), lambda: NOW_NS)
        try:
            await siren.open()
            await story(siren)
        finally:
            await siren.close()

    asyncio.run(main())


async def until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110  the controller is what is waited for
        await asyncio.sleep(0.01)


def test_a_warning_closes_the_relay_and_its_updates_do_not_sound_again(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        assert "relay closed" in (await siren.send(parcel(1))).detail
        await siren.send(parcel(2, kind="update"))
        await siren.send(parcel(3, kind="update", stage="under way"))
        assert len(controller.soundings) == 1
        assert controller.relay
        assert (await siren.send(parcel(4, stage="watch"))).idle

    with_siren(controller, story)


def test_the_lease_is_renewed_and_when_we_are_lost_the_controller_ends_it_by_its_own_timer(
    controller: Controller,
) -> None:
    async def story(siren: Siren) -> None:
        await siren.send(parcel(1))
        await asyncio.sleep(4.0)
        assert controller.relay, "renewed beyond its first lease"
        assert await siren.check()

    with_siren(controller, story)  # closes without a word, as a crash does
    lost_s = time.monotonic()
    assert controller.relay, "a restart of ours does not silence a warning"
    while not controller.soundings[0][2]:
        time.sleep(0.01)
    ended_s = controller.soundings[0][2]
    assert ended_s - lost_s < 3.5


def test_the_longest_sounding_ends_it(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        await siren.send(parcel(1))
        await until(lambda: not controller.relay)
        began_s, ended_s = controller.soundings[0][1:]
        assert 0.5 <= ended_s - began_s < 3.0

    with_siren(controller, story, longest_s=1.0)


def test_the_same_event_sounds_once_also_for_a_process_that_remembers_nothing(controller: Controller) -> None:
    async def first(siren: Siren) -> None:
        await siren.send(parcel(1))
        await until(lambda: not controller.relay)
        await siren.send(parcel(1, **OTHER))
        await until(lambda: not controller.relay)

    async def second(siren: Siren) -> None:
        assert "sounded before" in (await siren.send(parcel(1, again=True))).detail
        assert "sounded before" in (await siren.send(parcel(1, again=True))).detail

    with_siren(controller, first, longest_s=1.0)
    with_siren(controller, second, longest_s=1.0)
    assert len(controller.soundings) == 2


def test_an_answer_that_is_lost_after_the_controller_took_it_sounds_once(controller: Controller) -> None:
    controller.lose = 1

    async def story(siren: Siren) -> None:
        with pytest.raises(NotDelivered):
            await siren.send(parcel(1))
        await siren.send(parcel(1, again=True))
        assert len(controller.soundings) == 1

    with_siren(controller, story)


def test_all_clear_sounds_only_when_no_place_of_the_siren_is_at_warning(controller: Controller) -> None:
    numbers = [event_number("plant-1", "warning"), event_number("town-1", "all clear")]

    async def story(siren: Siren) -> None:
        await siren.send(parcel(1))
        assert "sounds already" in (await siren.send(parcel(2, **OTHER))).detail
        kept = await siren.send(parcel(3, kind="update", stage="all clear"))
        assert kept.idle
        assert controller.relay
        await siren.send(parcel(4, kind="update", stage="all clear", **OTHER))
        await until(lambda: len(controller.soundings) == 2)

    with_siren(controller, story)
    assert [event for event, _, _ in controller.soundings] == numbers


def test_after_a_restart_an_all_clear_does_not_end_what_another_place_was_told(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        siren.remember([parcel(1).statement, parcel(2, **OTHER).statement])
        assert (await siren.send(parcel(3, kind="update", stage="all clear"))).idle

    with_siren(controller, story)
    assert controller.soundings == []


def test_each_warning_sounds_whole_though_it_comes_as_the_one_before_ends(controller: Controller) -> None:
    numbers = [event_number(f"event {k}", "warning") for k in range(3)]

    async def story(siren: Siren) -> None:
        for k in range(3):
            await siren.send(parcel(k + 1, event=f"event {k}"))
            await until(lambda: bool(controller.soundings[-1][2]))

    with_siren(controller, story, longest_s=1.0, current_a_min=0.0)
    assert [event for event, _, _ in controller.soundings] == numbers
    assert all(ended_s - began_s > 0.9 for _, began_s, ended_s in controller.soundings)


def test_a_cancel_silences_at_once(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        await siren.send(parcel(1))
        assert (await siren.send(parcel(2, kind="cancel"))).detail.startswith("silent")
        assert not controller.relay

    with_siren(controller, story)


def test_what_is_wrong_with_the_siren_is_an_alarm(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        controller.battery_v = 10.4
        with pytest.raises(NotDelivered, match=r"battery 10\.40 V"):
            await siren.check()
        controller.battery_v, controller.faults = 13.0, 0b10
        with pytest.raises(NotDelivered, match="amplifier"):
            await siren.check()
        controller.faults = 0
        await siren.send(parcel(1))
        controller.current_a = 0.1
        with pytest.raises(NotDelivered, match="it is silent; go there"):
            await siren.check()

    with_siren(controller, story)


def test_a_relay_that_does_not_close_is_no_receipt(controller: Controller) -> None:
    controller.deaf = True

    async def story(siren: Siren) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(siren.send(parcel(1)), 0.5)

    with_siren(controller, story)


def test_the_daily_silent_test_sounds_nothing_and_finds_faults(controller: Controller) -> None:
    async def story(siren: Siren) -> None:
        assert controller.writes == 2, "told, and told to stop"
        await siren.check()
        assert controller.writes == 2, "once a day"
        controller.faults = 1
        siren._tested_day = -1
        with pytest.raises(NotDelivered, match="relay"):
            await siren.check()

    with_siren(controller, story, silent_test_utc="00:00")
    assert controller.soundings == []


def test_each_country_has_a_warning_with_a_length() -> None:
    for country in ("de", "at", "ch", "pl", "ro", "cz", "ua"):
        assert 10.0 < patterns(country)["warning"].length_s < 600.0
    assert patterns("ro")["warning"] == Pattern(1, 3, 4, 4, 15)
    assert patterns("ro")["warning"].length_s == 116.0
    with pytest.raises(SiteError, match="no siren patterns of country 'xx'"):
        patterns("xx")


def test_the_number_of_a_sounding_comes_from_event_and_sound_alone() -> None:
    first, second = event_number("plant-1", "warning"), event_number("plant-2", "warning")
    assert len({first, second, event_number("plant-1", "all clear")}) == 3
    assert first == 0x6047C1B1, "another process gives the same number"
