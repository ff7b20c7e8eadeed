"""What each other channel does beside the contract, against real servers."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from lxml import etree

from tests.contract.test_channels import NOW_NS, parcel
from tests.receivers.gateway import Gateway
from tests.receivers.others import Listener, broker, mail_server, tak_server
from tests.skies import SECOND_NS
from tocsin.delivery.carrier import Carrier, Parcel
from tocsin.delivery.channels import carrier
from tocsin.delivery.channels.cot import drawing
from tocsin.delivery.channels.mail import message
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'


def run(channel: Channel, story: Callable[[Any], Awaitable[None]]) -> None:
    async def main() -> None:
        made: Carrier = carrier(channel, lambda: NOW_NS)
        try:
            await made.open()
            await story(made)
        finally:
            await made.close()

    asyncio.run(main())


def webhook(gateway: Gateway, folder: Path, **other: Any) -> Channel:  # noqa: ANN401
    (folder / "key").write_text("a secret")
    return Channel("gateway", "webhook", url=gateway.url, secret_file=str(folder / "key"), **other)


@pytest.mark.parametrize("dedup", [True, False])
def test_a_gateway_that_accepts_and_does_not_answer_is_asked_before_it_is_told_again(
    tmp_path: Path, *, dedup: bool
) -> None:
    with Gateway(dedup=dedup, lose=1) as gateway:

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered) as lost:
                await made.send(parcel(1))
            assert lost.value.perhaps
            assert "accepted before" in (await made.send(parcel(1, again=True))).detail

        run(webhook(gateway, tmp_path, read_back=f"{gateway.url}/{{identifier}}"), story)
        assert gateway.effects == {"tocsin-1": 1}


def test_a_gateway_that_cannot_be_asked_and_honours_the_identifier_has_one_effect(tmp_path: Path) -> None:
    with Gateway(lose=1) as gateway:

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered):
                await made.send(parcel(1))
            await made.send(parcel(1, again=True))

        run(webhook(gateway, tmp_path), story)
        assert (gateway.effects, len(gateway.posts)) == ({"tocsin-1": 1}, 2)


def test_a_gateway_that_shows_other_bytes_is_an_alarm(tmp_path: Path) -> None:
    with Gateway(alter=True) as gateway:

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered, match="shows other bytes than those sent"):
                await made.send(parcel(1))

        run(webhook(gateway, tmp_path, read_back=f"{gateway.url}/{{identifier}}"), story)


@pytest.mark.parametrize(("status", "refused"), [(403, True), (422, True), (503, False), (429, False)])
def test_what_a_gateway_answers_says_whether_to_ask_again_soon(tmp_path: Path, status: int, *, refused: bool) -> None:
    with Gateway(refuse=1, status=status) as gateway:

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered, match=str(status)) as error:
                await made.send(parcel(1))
            assert error.value.refused is refused

        run(webhook(gateway, tmp_path), story)


def test_who_subscribes_later_hears_what_stands_now_and_nothing_that_is_over(tmp_path: Path) -> None:
    heard: list[aiomqtt.Message] = []
    with broker(tmp_path / "broker") as port:

        async def story(made: Any) -> None:  # noqa: ANN401
            await made.send(parcel(1, place="a/b +#"))
            soon = parcel(2, place="soon", expires_ns=NOW_NS + SECOND_NS)
            await made.send(soon)
            await asyncio.sleep(2.2)
            client = aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5)
            async with client:
                await client.subscribe("tocsin/#", qos=1)
                await made.send(parcel(3, place="plant"))
                async for message in client.messages:
                    heard.append(message)
                    if len(heard) == 2:
                        break

        run(Channel("broker", "mqtt", url=f"mqtt://127.0.0.1:{port}"), story)
    topics = [str(one.topic) for one in heard]
    assert topics == ["tocsin/actual/public/a%2Fb%20%2B%23", "tocsin/actual/public/plant"]
    properties: Any = heard[0].properties
    assert ("identifier", "tocsin-1") in properties.UserProperty
    assert properties.ContentType == "application/cap+xml"


def test_a_broker_that_refuses_the_topic_does_not_pass_for_one_that_has_it(tmp_path: Path) -> None:
    with broker(tmp_path / "broker", denied="tocsin") as port:

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered, match="the broker refuses"):
                await made.send(parcel(1))

        run(Channel("broker", "mqtt", url=f"mqtt://127.0.0.1:{port}"), story)


def test_a_broker_that_comes_back_is_found_again(tmp_path: Path) -> None:
    port = 0

    async def story(made: Any) -> None:  # noqa: ANN401
        await asyncio.to_thread(first.__exit__, None, None, None)
        with pytest.raises(NotDelivered):
            await made.send(parcel(1))
        second = broker(tmp_path / "broker", port)
        await asyncio.to_thread(second.__enter__)
        try:
            assert (await made.send(parcel(1, again=True))).detail
        finally:
            await asyncio.to_thread(second.__exit__, None, None, None)

    first = broker(tmp_path / "broker")
    port = first.__enter__()
    run(Channel("broker", "mqtt", url=f"mqtt://127.0.0.1:{port}", timeout_s=5.0), story)


def mail(port: int, *to: str) -> Channel:
    return Channel("mail", "email", url=f"smtp://127.0.0.1:{port}", sender="tocsin@site.example", to=to)


def test_a_mail_that_comes_twice_has_one_message_id_and_shows_no_address_to_another() -> None:
    with mail_server() as (port, box):
        box.lose = 1

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered) as lost:
                await made.send(parcel(1))
            assert lost.value.perhaps
            await made.send(parcel(1, again=True))

        run(mail(port, "a@site.example", "b@site.example"), story)
    assert [one["Message-ID"] for one in box.mails] == ["<tocsin-1@site.example>"] * 2
    assert box.envelopes[1] == ["a@site.example", "b@site.example"]
    assert "b@site.example" not in box.mails[1].as_string()
    (attached,) = box.mails[1].iter_attachments()
    assert attached.get_payload(decode=True) == parcel(1).document.body


def test_who_has_the_mail_is_not_sent_it_again_for_one_that_is_refused() -> None:
    with mail_server() as (port, box):
        box.refused = {"gone@site.example"}

        async def story(made: Any) -> None:  # noqa: ANN401
            with pytest.raises(NotDelivered, match=r"1 of 2 have it, refused are gone@site\.example: 550"):
                await made.send(parcel(1))
            box.refused = set()
            await made.send(parcel(1, again=True))

        run(mail(port, "a@site.example", "gone@site.example"), story)
    assert box.envelopes == [["a@site.example"], ["gone@site.example"]]


def test_others_on_the_tak_server_see_marker_and_outline_and_their_removal(tmp_path: Path) -> None:
    now_ns = time.time_ns()  # the server forgets what is stale by its own clock
    times: dict[str, Any] = {"released_ns": now_ns, "expires_ns": now_ns + 600 * SECOND_NS}
    with tak_server(tmp_path) as port, Listener(port) as listener:

        async def story(made: Any) -> None:  # noqa: ANN401
            await made.send(parcel(1, **times))
            await made.send(parcel(2, kind="update", stage="all clear", **times))
            while listener.heard.count(b"</event>") < 4:  # noqa: ASYNC110  the server is what is waited for
                await asyncio.sleep(0.01)

        run(Channel("tak", "cot", url=f"tcp://127.0.0.1:{port}"), story)
    root = etree.fromstring(b"<all>" + listener.heard.replace(DECLARED, b"") + b"</all>")
    events = [(one.get("type"), one.get("uid")) for one in root.iter("event")]
    name = "tocsin.actual.public.plant-1"
    assert events == [
        ("b-m-p-s-m", f"{name}.marker"),
        ("u-d-f", f"{name}.area.0"),
        ("t-x-d-d", f"{name}.marker.remove"),
        ("t-x-d-d", f"{name}.area.0.remove"),
    ]
    assert [link.get("uid") for link in root.iter("link") if link.get("uid")] == [f"{name}.marker", f"{name}.area.0"]


def test_an_exercise_says_so_on_the_map_and_odd_names_break_no_xml() -> None:
    sent = parcel(1, status="exercise", place='<plant> & "works"')
    for event in drawing(sent):
        element = etree.fromstring(event)
        assert element.get("opex") == "e-tocsin"
        contact = element.find("detail/contact")
        assert contact is not None
        assert contact.get("callsign") == 'EXERCISE WARNING: <plant> & "works"'


def test_a_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    (tmp_path / "hang.py").write_text(
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\ntime.sleep(60)\n"
    )
    number = tmp_path / "pid"
    channel = Channel("local", "command", argv=(sys.executable, str(tmp_path / "hang.py"), str(number)))

    async def story(made: Any) -> None:  # noqa: ANN401
        sending = asyncio.create_task(made.send(parcel(1)))
        while not (number.exists() and number.read_text()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    run(channel, story)
    status = Path(f"/proc/{number.read_text()}/status")
    while status.exists() and "zombie" not in status.read_text():
        time.sleep(0.01)


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "fail.py").write_text("import sys\nsys.exit('the loudspeaker is off')\n")
    channel = Channel("local", "command", argv=(sys.executable, str(tmp_path / "fail.py")))

    async def story(made: Any) -> None:  # noqa: ANN401
        with pytest.raises(NotDelivered, match="ended with 1: the loudspeaker is off"):
            await made.send(parcel(1))

    run(channel, story)


def test_a_mail_is_the_same_however_often_it_is_made() -> None:
    sent: Parcel = parcel(1, references=(("tocsin-0", NOW_NS),))
    first = message(sent, "tocsin@site.example")
    assert first["References"] == "<tocsin-0@site.example>"
    assert first["Subject"] == message(sent, "tocsin@site.example")["Subject"] == "warning: plant"
