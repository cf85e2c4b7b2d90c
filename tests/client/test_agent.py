"""The client as a whole, against a real door and a real app."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from client.agent import Agent
from client.origin.address import BadAddress, OriginAddress
from client.origin.rewrite import BadHostHeader
from client.plan import AgentPlan, TunnelPlan
from client.running import running
from client.signatures.catalogue import UnknownScheme
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from shared.errors import ExchangeFailed, Failure, LinkRefused
from shared.protocol.hello import Notice
from tests.client.deliveries.stage import SECRET, event
from tests.doors import Door, opened
from tests.exchanges import drain, request
from tests.origins import OK, Origin, origin
from tests.waiting import settled

RULE = Rule(scheme="talkifai", secrets=(Secret("env:SECRET", SECRET),))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the client keeps in a directory of the test's."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "home"))


class Set:
    """A door, an app, and a client between them."""

    def __init__(self, directory: Path, door: Door, app: Origin) -> None:
        self.directory = directory
        self.door = door
        self.app = app
        self.token = door.tokens.create("laptop")

    def plan(self, *tunnels: TunnelPlan, **more: Any) -> AgentPlan:
        """Give a plan with these tunnels."""
        return AgentPlan(
            dialer=self.door.dialer(self.token),
            tunnels=tunnels,
            history=self.directory / "history.db",
            inspect_port=0,
            agents=self.directory / "agents",
            **more,
        )

    def tunnel(self, name: str = "demo", **more: Any) -> TunnelPlan:
        """Give a tunnel to the app."""
        return TunnelPlan(name, OriginAddress.parse(self.app.address), **more)


@asynccontextmanager
async def stage(directory: Path) -> AsyncIterator[Set]:
    """Set door and app up for the block."""
    async with opened(directory / "relay") as door, origin(OK) as app:
        yield Set(directory, door, app)


async def built(plan: AgentPlan) -> Agent:
    """Build a client in a thread: it reads its catalogue, which must not hold up the relay and the app of a test."""
    return await asyncio.to_thread(Agent, plan)


@asynccontextmanager
async def online(agent: Agent) -> AsyncIterator[str]:
    """Have a client be on line for the block; give the address of its local API."""
    async with agent.started() as url, asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(agent.serve())
        async with asyncio.timeout(10):
            await agent.state.online.wait()
        yield url
        serving.cancel()


async def test_delivery_is_answered_recorded_and_judged(tmp_path: Path) -> None:
    """From the relay to the app and back, with everything in the history."""
    content, fields = event("evt_1")
    async with stage(tmp_path) as set_:
        agent = await built(set_.plan(set_.tunnel(rules=(RULE,))))
        async with online(agent):
            answer = await set_.door.endpoint("demo")(request(content, fields=fields))
            assert (answer.head.status, await drain(answer.content)) == (200, b"ok")
            answer.close()
            await settled(lambda: agent.state.status().counts.received)
            (row,) = await agent.inspector.deliveries()
            assert (row.event_id, row.signature, row.status) == ("evt_1", "valid", 200)
        assert set_.app.asked[0].content == content


async def test_unsigned_delivery_does_not_reach_the_app(tmp_path: Path) -> None:
    """Where the rule demands a signature, the sender is refused and the attempt is recorded."""
    async with stage(tmp_path) as set_:
        agent = await built(set_.plan(set_.tunnel(rules=(Rule("talkifai", RULE.secrets, require=True),))))
        async with online(agent):
            with pytest.raises(ExchangeFailed) as caught:
                await set_.door.endpoint("demo")(request(b"{}"))
            assert caught.value.failure == Failure.SIGNATURE_INVALID
            await settled(lambda: agent.state.status().counts.received)
        assert set_.app.asked == []


async def test_nothing_is_recorded_where_that_is_wished(tmp_path: Path) -> None:
    """Deliveries pass, and the state says so."""
    async with stage(tmp_path) as set_:
        agent = await built(set_.plan(set_.tunnel(), record=False))
        async with online(agent):
            (await set_.door.endpoint("demo")(request(b"x"))).close()
            assert (await agent.inspector.deliveries(), agent.state.status().history) == (
                [],
                "deliveries are not recorded: --no-record",
            )


async def test_several_tunnels_share_a_link(tmp_path: Path) -> None:
    """Each endpoint has its own chain, in the order in which they were asked for."""
    async with stage(tmp_path) as set_, origin(OK.replace(b"ok", b"no")) as other:
        second = TunnelPlan("second", OriginAddress.parse(other.address))
        agent = await built(set_.plan(set_.tunnel(), second))
        async with online(agent):
            answers = []
            for name in ("demo", "second"):
                asked = request(b"x")
                asked.delivery = type(asked.delivery)("dlv_" + name, 1, name, 0.0, "", "")
                answer = await set_.door.endpoint(name)(asked)
                answers.append(await drain(answer.content))
                answer.close()
            assert answers == [b"ok", b"no"]
            assert [tunnel.origin for tunnel in agent.state.status().tunnels] == [set_.app.address, other.address]


async def test_replay_reaches_the_app_named_for_it(tmp_path: Path) -> None:
    """Through the local API, with the real chain; the address of it is where other commands look."""
    async with stage(tmp_path) as set_, origin(OK) as other:
        agent = await built(set_.plan(set_.tunnel()))
        async with online(agent) as url, aiohttp.ClientSession() as session:
            assert [found.url for found in running(tmp_path / "agents")] == [url]
            (await set_.door.endpoint("demo")(request(b"x"))).close()
            await settled(lambda: agent.state.status().counts.received)
            body = {"to": other.address}
            async with session.post(f"{url}/api/deliveries/dlv_test/replay", json=body) as answer:
                said = json.loads(await answer.text())
            assert (answer.status, said["target"], len(other.asked)) == (201, other.address, 1)
        assert running(tmp_path / "agents") == []


async def test_delivery_that_the_client_leaves_behind_is_interrupted(tmp_path: Path) -> None:
    """Its sender did not go away: the client did."""
    async with stage(tmp_path) as set_, origin(b"HTTP/1.1 100 Continue\r\n\r\n") as app, asyncio.TaskGroup() as tasks:
        set_.app = app
        agent = await built(set_.plan(set_.tunnel()))
        async with online(agent):
            sending = tasks.create_task(_failure(set_.door))
            await settled(lambda: app.asked)
        assert await sending == Failure.ENDPOINT_LOST
        with closing(sqlite3.connect(tmp_path / "history.db")) as history:
            assert history.execute("SELECT state, failure FROM attempts").fetchall() == [("interrupted", "")]


async def _failure(door: Door) -> Failure:
    """Send a delivery that is not answered, and give why."""
    with pytest.raises(ExchangeFailed) as caught:
        await door.endpoint("demo")(request(b"x"))
    return caught.value.failure


async def test_refusal_is_final_and_kept(tmp_path: Path) -> None:
    """Whoever serves hears it as what it is, and the state tells it on."""
    async with stage(tmp_path) as set_:
        set_.token = "hkl_unknown"
        agent = await built(set_.plan(set_.tunnel()))
        async with agent.started():
            with pytest.raises(LinkRefused, match="run `hookline login` again"):
                await agent.serve()
            assert agent.refusal is not None
            assert (agent.refusal.code, agent.state.status().link) == ("bad-token", "refused")


async def test_operator_s_notice_is_passed_on(tmp_path: Path) -> None:
    """What the relay wants the user to read is in the state."""
    async with stage(tmp_path) as set_:
        agent = await built(set_.plan(set_.tunnel()))
        async with online(agent):
            (member,) = set_.door.entrance.members
            member.link.say(Notice("info", "maintenance at noon"))
            await settled(lambda: agent.state.status().detail == "maintenance at noon")
            member.link.say(Notice("info", "n" * 10_000))
            await settled(lambda: agent.state.status().detail == "n" * 500)


@pytest.mark.parametrize(
    ("more", "error"), [({"rules": (Rule("strpe"),)}, UnknownScheme), ({"host_header": "a b"}, BadHostHeader)]
)
async def test_plan_that_does_not_fit_opens_nothing(tmp_path: Path, more: dict[str, Any], error: type) -> None:
    """The history is let go again: another client may have it at once."""
    async with stage(tmp_path) as set_:
        with pytest.raises(error):
            await built(set_.plan(set_.tunnel(**more)))
        agent = await built(set_.plan(set_.tunnel()))
        async with agent.started():
            assert agent.state.status().history == ""


async def test_no_tunnel_leads_to_the_local_api(tmp_path: Path) -> None:
    """Neither one that is opened or changed later, nor a replay to another app, nor one from the start."""
    async with stage(tmp_path) as here:
        agent = await built(here.plan(here.tunnel()))
        async with online(agent) as url:
            own = OriginAddress.parse(url)
            with pytest.raises(BadAddress, match="own API"):
                await agent.openings.open(TunnelPlan("other", own))
            with pytest.raises(BadAddress, match="own API"):
                agent.openings.change("demo", own)
            with pytest.raises(BadAddress, match="own API"):
                agent._elsewhere(url)
    async with stage(tmp_path / "again") as here:
        plan = here.plan(TunnelPlan("demo", own))
        agent = await built(replace(plan, inspect_port=own.port))
        with pytest.raises(BadAddress, match="own API"):
            async with agent.started():
                pass
