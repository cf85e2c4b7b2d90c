"""`hookline replay` on a client that runs."""

import json
from pathlib import Path

import pytest

from client.cli.replay import Pace
from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk, answering, event


async def test_replay_command_sends_it_again(desk: Desk, tmp_path: Path) -> None:
    """As it was, edited, several times, from standard input; each is a further attempt."""
    async with running_client(desk, tmp_path) as client:
        await desk.send(*event())
        plain = await client.run("replay", "1")
        edited = await client.run(
            "replay", "--latest", "--method", "PUT", "--header", "X-A: b", "--count", "2", "--json"
        )
        piped = await client.run("replay", "1", "--stdin", stdin=b"\x00new")
        content = await desk.inspector.content("dlv_000001", 5, "request")
        detail = await desk.inspector.delivery("dlv_000001")
    assert (plain.code, plain.out.split("  ")[:2]) == (0, ["dlv_000001.2", "✓ 200 in 0.0 ms"])
    objects = [json.loads(line) for line in edited.out.splitlines()]
    assert [(one["good"], one["attempt"]["number"], one["attempt"]["kind"]) for one in objects] == [
        (True, 3, "edit"),
        (True, 4, "edit"),
    ]
    assert edited.err == "2 of 2 answered below 400\n"
    assert (piped.code, content) == (0, b"\x00new")
    assert detail.attempts[2].request is not None
    assert (detail.attempts[2].request.line, detail.attempts[2].request.fields[-1]) == (
        "PUT /hooks HTTP/1.1",
        ("X-A", "b"),
    )


async def test_replay_command_tells_failure_by_its_code(desk: Desk, tmp_path: Path) -> None:
    """Failed ones are chosen, a dry run sends nothing, and an answer of 500 is exit code 1."""
    async with running_client(desk, tmp_path) as client:
        await desk.send()
        desk.app = answering(500)
        await desk.send()
        await desk.send()
        dry = await client.run("replay", "--failed", "--dry-run")
        done = await client.run("replay", "--failed")
        attempts = [one.attempts for one in await desk.inspector.deliveries()]
    assert (dry.code, dry.out.splitlines()) == (
        0,
        [f"dlv_00000{number}: POST /hooks, to http://localhost:3000" for number in (2, 3)],
    )
    assert (done.code, done.err, attempts) == (1, "0 of 2 answered below 400\n", [1, 2, 2])


async def test_dry_run_in_json_is_for_scripts(desk: Desk, tmp_path: Path) -> None:
    """What would be sent, an object a line; exit code 1 where something would not be."""
    async with running_client(desk, tmp_path) as client:
        await desk.send(b"{}")
        desk.capture_bytes = 4
        desk.record = desk.recorder()
        await desk.send(b"abcdef")
        good = await client.run("replay", "1", "--dry-run", "--json", "--body", "abc", "--count", "3")
        both = await client.run("replay", "1", "2", "--dry-run", "--json")
        attempts = [one.attempts for one in await desk.inspector.deliveries()]
    plan = json.loads(good.out)
    assert (good.code, plan["delivery"], plan["content_bytes"], plan["count"]) == (0, "dlv_000001", 3, 3)
    assert (plan["method"], plan["target"], plan["to"]) == ("POST", "/hooks", "http://localhost:3000")
    refusals = [json.loads(line)["refusal"] for line in both.out.splitlines()]
    assert (both.code, refusals[0], "not captured whole" in refusals[1], attempts) == (1, "", True, [1, 1])


async def test_replay_command_of_a_cut_capture_is_refused(desk: Desk, tmp_path: Path) -> None:
    """It is said, and others go on."""
    async with running_client(desk, tmp_path) as client:
        desk.capture_bytes = 4
        desk.record = desk.recorder()
        await desk.send(b"abcdef")
        await desk.send(b"ab")
        done = await client.run("replay", "1", "2")
    assert (done.code, "dlv_000001 was not sent" in done.err, done.out.split("  ")[0]) == (1, True, "dlv_000002.2")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say which deliveries"),
        (["1", "--latest"], "not both"),
        (["1", "--body", "a", "--stdin"], "use one"),
        (["1", "--body-file", "/nonexistent"], "cannot be read"),
        (["1", "2", "--edit"], "--edit takes one delivery"),
        (["--filter", "sig:bda"], "did you mean bad?"),
        (["1", "--count", "0"], "--count"),
        (["1", "--rate", "0"], "--rate"),
        (["1", "--header", "nonsense"], "write Name: value"),
        (["1", "--header", "two words: x"], "is no field name"),
        (["1", "--header", "X: a\nb"], "holds a line break"),
        (["1", "--method", "P UT"], "is no HTTP method"),
        (["1", "--path", "/x y"], "write %20"),
        (["1", "--path", "x"], "begins with /"),
        (["1", "--to", "nonsense"], "has no port; write 3000"),
    ],
)
async def test_replay_command_refuses_mistakes(desk: Desk, tmp_path: Path, arguments: list[str], words: str) -> None:
    """Exit code 2 and what to write instead."""
    async with running_client(desk, tmp_path) as client:
        done = await client.run("replay", *arguments)
    assert (done.code, done.out, words in done.err, "Traceback" in done.err) == (2, "", True, False)


async def test_pace_keeps_the_rate() -> None:
    """Ten a second are 0.1 s apart, also after a slow one; without a rate there is no pause."""
    now, slept = [100.0], list[float]()

    async def sleep(seconds: float) -> None:
        """Let the time pass."""
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(10, clock=lambda: now[0], sleep=sleep)
    for took in (0.0, 0.04, 0.3, 0.0, 0.0):
        await pace.wait()
        now[0] += took
    await Pace(None, clock=lambda: now[0], sleep=sleep).wait()
    assert slept == [0.1, 0.06, 0.1]
