"""What a site may declare of its channels, whom they serve, and that exercise and actual never meet."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.receivers.gateway import Gateway
from tests.receivers.statements import statement
from tests.skies import START_NS
from tocsin import site
from tocsin.delivery.declared import Channel, Delivery, Routes, gate
from tocsin.delivery.outside import Outside
from tocsin.errors import SiteError
from tocsin.live.sending.dispatch import Dispatch

BASE = """
[site]
name = "x"

[[place]]
name = "county"
kind = "zone"
points_deg = [[57.0, 21.0], [57.0, 22.0], [58.0, 22.0]]

[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.0
longitude_deg = 21.0
ring_m = 5000
parent = "county"

[delivery]
instance = "actual"

[[channel]]
name = "gateway"
kind = "webhook"
audience = ["public"]
status = ["actual"]
url = "https://gateway.example/alerts"
secret_file = "key"
"""


def refused(old: str, new: str) -> str:
    assert old in BASE
    with pytest.raises(SiteError) as error:
        site.parse(BASE.replace(old, new), "site.toml")
    return str(error.value)


def test_nothing_is_sent_until_it_is_configured() -> None:
    declared = site.parse(BASE.replace('instance = "actual"', "")).delivery
    assert declared.instance == "off"
    assert gate(declared) == ()
    assert Routes(declared).of(statement()) == ()


def test_a_right_one_is_read() -> None:
    (channel,) = site.parse(BASE).delivery.channels
    assert (channel.name, channel.kind, channel.audience, channel.status) == (
        "gateway", "webhook", ("public",), ("actual",),
    )  # fmt: skip


def test_a_secret_in_the_site_file_is_refused_without_repeating_it() -> None:
    said = refused('secret_file = "key"', 'secret = "hunter2"')
    assert "secret_file = ..." in said
    assert "site.toml:27" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("https://gateway", "http://gateway", "can be read and changed on the way; write https"),
        ("https://gateway", "https://me:pw@gateway", "a user or a password stands in url"),
        ("https://gateway.example/alerts", "gateway.example", 'write url = "https://host:port"'),
        ('secret_file = "key"', "", "no secret to sign with"),
        ('secret_file = "key"', 'secret_file = "key"\nsecret_env = "KEY"', "write one of them"),
        ('audience = ["public"]', "", 'write audience = ["staff"]'),
        ('status = ["actual"]', "", 'write status = ["test"] first'),
        ('status = ["actual"]', 'status = ["actual", "exercise"]', "kept apart"),
        ('status = ["actual"]', 'status = ["exercise"]', "may never be opened here"),
        ('instance = "actual"', 'instance = "exercise"', "may never be opened here"),
        ('kind = "webhook"', 'kind = "webhok"', 'write kind = "webhook"'),
        ('secret_file = "key"', 'secret_file = "key"\nplaces = ["palace"]', "'palace' is no place here"),
        ('secret_file = "key"', 'secret_file = "key"\nread_back = "https://gateway.example"', "{identifier}"),
    ],
)
def test_what_is_wrong_is_refused_with_what_to_write(old: str, new: str, advice: str) -> None:
    assert advice in refused(old, new)


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ('kind = "command"\nargv = ["say"]', "no program by its full path"),
        ('kind = "siren"\nurl = "modbus://10.0.0.1"', "no patterns"),
        ('kind = "email"\nurl = "smtps://mail.example"', "nobody sends it"),
        ('kind = "mqtt"\nurl = "mqtts://broker.example"\ntopic = "a/#"', "is no topic to publish to"),
        ('kind = "cot"\nurl = "tcp://tak.example"', "write tls"),
    ],
)
def test_each_kind_says_what_it_needs(kind: str, advice: str) -> None:
    lines = 'kind = "webhook"\naudience = ["public"]\nstatus = ["actual"]\nurl = "https://gateway.example/alerts"'
    assert advice in refused(lines, f'{kind}\naudience = ["staff"]\nstatus = ["actual"]')


def test_a_channel_serves_its_places_and_what_lies_below_them() -> None:
    (channel,) = site.parse(BASE.replace('"key"', '"key"\nplaces = ["county"]')).delivery.channels
    assert set(channel.places) == {"county", "plant"}
    routes = Routes(Delivery("actual", (channel,)))
    assert routes.of(statement()) == ("gateway",)
    assert routes.of(statement(place="elsewhere")) == ()
    assert routes.of(statement(audience="staff")) == ()
    assert routes.of(statement(status="test")) == ()
    assert routes.of(statement(state="asked")) == ()


def test_a_channel_of_some_stages_still_hears_a_cancel() -> None:
    channel = Channel("a", "feed", ("public",), ("actual",), stages=("warning",))
    routes = Routes(Delivery("actual", (channel,)))
    assert routes.of(statement(stage="all clear")) == ()
    assert routes.of(statement(stage="all clear", kind="cancel")) == ("a",)


def test_in_many_random_sites_no_exercise_reaches_a_live_channel_nor_the_other_way_round() -> None:
    chance = random.Random(7)  # noqa: S311  no secret is made of it
    lanes = ("actual", "exercise", "test")
    crossed = opened = 0
    for _ in range(20_000):
        made = Channel("a", "feed", ("public",), tuple(one for one in lanes if chance.random() < 0.5))
        delivery = Delivery(chance.choice(("off", "actual", "exercise")), (made,))
        said = statement(status=chance.choice(lanes))
        try:
            channels = gate(delivery)
        except SiteError:
            channels = ()
        going = Routes(delivery).of(said) if channels else ()
        opened += bool(channels)
        wrong = {"actual": "exercise", "exercise": "actual"}.get(delivery.instance)
        crossed += any(wrong in one.status for one in channels) or (bool(going) and said.status == wrong)
    assert (crossed, opened > 1000) == (0, True)


def test_a_playback_sends_nothing_actual_and_says_so() -> None:
    async def main() -> None:
        channel = Channel("a", "feed", ("public",), ("actual",))
        delivery = Delivery("actual", (channel,))
        dispatch = Dispatch(delivery, (), True, lambda: START_NS, lambda: None, lambda _: None)
        assert dispatch.outbox.lanes == {}
        assert dispatch.rows(statement()) == ()
        assert "playback" in dispatch.troubles()[0]
        live = Dispatch(delivery, (), False, lambda: START_NS, lambda: None, lambda _: None)
        (row,) = live.rows(statement())
        assert (row.key, row.channel) == ("tocsin-1/a", "a")

    asyncio.run(main())


def test_the_outside_hears_from_us_while_all_is_well_and_only_then(tmp_path: Path) -> None:
    troubles: list[str] = []

    async def main(gateway: Gateway) -> None:
        key = tmp_path / "key"
        key.write_text("a secret")
        delivery = Delivery("actual", (), f"{gateway.url}/alive", 0.02, str(key))
        outside = Outside(delivery, "site", lambda: START_NS, lambda: troubles)
        running = asyncio.create_task(outside.run())
        while outside.told < 2:  # noqa: ASYNC110  a server is what is waited for
            await asyncio.sleep(0.005)
        troubles.append("the disk is full")
        while outside.withheld < 1:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.005)
        told, posts = outside.told, len(gateway.posts)
        while outside.withheld < 4:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.005)
        assert (outside.told, len(gateway.posts)) == (told, posts)
        troubles.clear()
        while outside.told == told:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        lost = Outside(replace(delivery, outside_url="http://127.0.0.1:9/"), "site", lambda: START_NS, list)
        running = asyncio.create_task(lost.run())
        while not lost.trouble():  # noqa: ASYNC110  as above
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert "it will raise its alarm" in lost.trouble()

    with Gateway() as gateway:
        asyncio.run(main(gateway))
        assert all("tocsin-signature" in headers for headers, _ in gateway.posts)
