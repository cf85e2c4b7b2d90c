"""The state of a running client."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from client.origin.address import OriginAddress
from client.plan import AgentPlan, TunnelPlan
from client.relay import Dialer, RelayAddress, TetherState
from client.signatures.rule import Rule
from client.state import SILENT_SECONDS, AgentState
from client.views import Status
from shared.errors import LinkRefused
from shared.protocol.hello import Granted
from tests.client.deliveries.stage import Desk
from tests.origins import OK, origin

GRANTED = (Granted("demo", ("https://demo.relay.test", "https://relay.test/t/demo")),)


class Stage:
    """A state, and what it told of itself."""

    def __init__(self, desk: Desk, address: str = "3000", *, record: bool = True, ca: Path | None = None) -> None:
        self.desk = desk
        rules = (Rule("stripe"), Rule("talkifai", path="/voice"), Rule("stripe", path="/two"))
        tunnel = TunnelPlan("", OriginAddress.parse(address), rules, label="billing")
        dialer = Dialer(RelayAddress.parse("https://relay.test"), "hkl_x", "test", ca)
        plan = AgentPlan(dialer, (tunnel,), Path("history.db"), record=record)
        self.state = AgentState(
            plan=plan, tunnels=lambda: plan.tunnels, store=desk.store, feed=desk.feed, clock=desk.clock
        )

    def told(self) -> list[Status]:
        """Give the states that were published so far."""
        return [change.status for change in self.desk.feed._ring if change.status is not None]


def test_client_that_starts_is_connecting(desk: Desk) -> None:
    """The tunnel is known by what was asked for; each scheme is named once."""
    status = Stage(desk).state.status()
    (tunnel,) = status.tunnels
    assert (status.relay, status.link, status.history) == ("https://relay.test", "connecting", "")
    assert (tunnel.name, tunnel.public_urls, tunnel.origin, tunnel.origin_state) == (
        "",
        (),
        "http://localhost:3000",
        "unknown",
    )
    assert tunnel.verify == ("stripe", "talkifai")


def test_ca_of_the_relay_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With its whole path, for whoever is somewhere else; the system's CAs are not named."""
    monkeypatch.chdir(tmp_path)
    told = [Stage(desk, ca=ca).state.status().ca_file for ca in (None, Path("ca.pem"))]
    assert told == ["", str(tmp_path / "ca.pem")]


def test_link_s_story_is_told(desk: Desk) -> None:
    """From the first dial to a lost connection, with the moment of the next try."""
    stage = Stage(desk)
    for state in (
        TetherState(False, "nothing listens", wait_seconds=2.0),
        TetherState(True, granted=GRANTED),
        TetherState(False, "cut", GRANTED, 1, 0.5),
    ):
        stage.state.link_changed(state)
    now = desk.clock.now
    assert [(status.link, status.detail, status.retry_at) for status in stage.told()] == [
        ("connecting", "nothing listens", now + 2),
        ("online", "", None),
        ("reconnecting", "cut", now + 0.5),
    ]
    assert stage.told()[2].tunnels[0].public_urls == GRANTED[0].urls
    assert stage.state.online.is_set()


def test_refusal_stays(desk: Desk) -> None:
    """The relay's last word, and no next try."""
    stage = Stage(desk)
    stage.state.refused(LinkRefused("superseded", "another hookline took over", final=True))
    status = stage.state.status()
    assert (status.link, status.detail, status.retry_at) == ("refused", "another hookline took over", None)


def test_nothing_new_is_not_told(desk: Desk) -> None:
    """Followers hear of changes only."""
    stage = Stage(desk)
    for _ in range(3):
        stage.state.publish()
    stage.state.say("the secret was told")
    assert [status.detail for status in stage.told()] == ["", "the secret was told"]


def test_what_keeps_recording_off_is_said(desk: Desk) -> None:
    """The user asked for it, and should not wonder later."""
    assert Stage(desk, record=False).state.status().history == "deliveries are not recorded: --no-record"


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "1 delivery was"), (12, "12 deliveries were")])
def test_what_the_last_run_left_is_said(desk: Desk, count: int, said: str) -> None:
    """Who starts the client after it was killed is told how much it was busy with, and where to look."""
    desk.store.interrupted = count
    detail = Stage(desk).state.status().detail
    assert detail.startswith(said)
    assert detail.endswith("hookline list is:interrupted" if count else "")


class Connection:
    """What a state asks of the link, with the times of a test."""

    round_trip_seconds: float | None = 0.01234567
    silent_seconds = 0.0


async def test_watch_sees_app_and_round_trip(desk: Desk) -> None:
    """An app that listens is told from one that does not; the round trip is rounded, so that it is seldom news."""
    async with origin(OK) as app:
        stage = Stage(desk, app.address)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stage.state.watch(cast("Any", Connection()))
        status = stage.state.status()
        assert (status.tunnels[0].origin_state, status.round_trip_seconds) == ("answering", 0.0123)


async def test_watch_sees_that_nothing_listens(desk: Desk, free_port: int) -> None:
    """Before the first delivery comes."""
    stage = Stage(desk, str(free_port))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await stage.state.watch(cast("Any", Connection()))
    assert stage.state.status().tunnels[0].origin_state == "refused"


@pytest.mark.parametrize(("seconds", "said"), [(SILENT_SECONDS, ""), (13.4, "no contact for 13 s")])
async def test_silence_is_said_before_the_link_is_given_up(desk: Desk, seconds: float, said: str) -> None:
    """The user sees that something is wrong; while reconnecting, the reason stays."""
    stage, connection = Stage(desk), Connection()
    connection.silent_seconds = seconds
    for online, expected in ((True, said), (False, "cut")):
        stage.state.link_changed(TetherState(online, "" if online else "cut", GRANTED))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stage.state.watch(cast("Any", connection))
        assert stage.state.status().detail == expected


@pytest.mark.parametrize(
    ("online", "seconds", "detail"),
    [(True, 12.6, "no contact for 13 s"), (True, 9.0, ""), (False, 20.0, "cut")],
)
def test_silence_is_told_while_the_link_seems_up(desk: Desk, online: bool, seconds: float, detail: str) -> None:
    """A connection that has gone quiet is no news for ten seconds, and then it is."""
    stage = Stage(desk)
    stage.state.link_changed(TetherState(online, "" if online else "cut", GRANTED))
    stage.state._note_silence(seconds)
    assert stage.state.status().detail == detail
