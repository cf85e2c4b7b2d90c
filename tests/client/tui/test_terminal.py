"""The real program on a real terminal: what reaches it, and how it is left."""

import signal
import subprocess
import sys

import msgspec
import pytest

from client.tui.__main__ import terminal_problem
from tests.client.tui.evil import EVIL_VERDICT, EVIL_WIRE, FORBIDDEN
from tests.client.tui.fake import ONLINE, FakeInspector, contents, delivery
from tests.client.tui.terminal import screen


def hostile() -> FakeInspector:
    """Give a client in which everything that a sender can write is hostile."""
    tunnel = msgspec.structs.replace(ONLINE.tunnels[0], origin=EVIL_WIRE, public_urls=(EVIL_WIRE,), verify=(EVIL_WIRE,))
    fake = FakeInspector(msgspec.structs.replace(ONLINE, tunnels=(tunnel,), detail=EVIL_WIRE, history=EVIL_WIRE))
    body = EVIL_WIRE.encode()
    for seq in range(1, 6):
        one = delivery(
            seq,
            event_type=EVIL_WIRE if seq % 2 else "",
            target="/" + EVIL_WIRE,
            provider=EVIL_WIRE,
            fields=((EVIL_WIRE, EVIL_WIRE),),
            signature=EVIL_VERDICT,
            body=body,
            answer=body,
            content_type=("text/plain", "application/json", EVIL_WIRE)[seq % 3],
            clock=EVIL_WIRE,
        )
        attempt = msgspec.structs.replace(one.attempts[0], clock=EVIL_WIRE, failure_detail=EVIL_WIRE, target=EVIL_WIRE)
        failed = msgspec.structs.replace(attempt, number=2, failure=EVIL_WIRE, response=None, state="failed")
        attempts = (attempt, failed) if seq % 2 else (attempt,)
        fake.put(msgspec.structs.replace(one, attempts=attempts, remote=EVIL_WIRE), contents(body, body))
    return fake


async def test_hostile_content_never_steers_the_terminal() -> None:
    """Through list, every tab, replay refused and found text, no sequence of the sender's reaches the terminal."""
    fake = hostile()
    fake.refuse = EVIL_WIRE
    async with screen(fake) as (terminal, _):
        await terminal.sees("5 of 5")
        await terminal.sees("#5 ")
        await terminal.rests()
        await terminal.press("\t", shows="headers")
        for key in ("2", "3", "4", "5", "1", "v", "v", "v", "W", "h"):
            await terminal.press(key)
        await terminal.press("r", shows="not replayed")
        await terminal.press("K", shows="#4 ")
        await terminal.press("2")
        await terminal.press("/", shows="ind in what is shown")  # on the f stands the cursor
        for key in ("click", "\r"):
            await terminal.press(key)
        await terminal.press("?", shows="Keys")
        terminal.type("\x03")
        assert await terminal.ended() == 0
        found = {sequence: terminal.output.count(sequence) for sequence in FORBIDDEN}
        assert found == dict.fromkeys(FORBIDDEN, 0)


@pytest.mark.parametrize(("how", "code"), [("q", 0), ("\x03", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_terminal_is_left_as_it_was(how: str | signal.Signals, code: int) -> None:
    """However the program ends, modes, screen and mouse are what they were."""
    fake = FakeInspector()
    fake.put(delivery())
    async with screen(fake) as (terminal, _):
        await terminal.sees("call.ended")
        if isinstance(how, str):
            terminal.type(how)
        else:
            terminal.process.send_signal(how)
        assert await terminal.ended() == code
        assert terminal.restored()


async def test_end_of_the_client_is_said() -> None:
    """When the client ends, so does the screen, with a sentence and a code of its own."""
    fake = FakeInspector()
    fake.put(delivery())
    async with screen(fake) as (terminal, server):
        await terminal.sees("call.ended")
        fake.end()
        await server.close()
        assert await terminal.ended() == 4
        await terminal.sees("hookline has ended")
        assert terminal.restored()


async def test_no_colour_when_none_is_wanted() -> None:
    """Under NO_COLOR not one colour is written; what matters is bold, and the cursor is reversed."""
    fake = FakeInspector()
    fake.put(delivery(status=500))
    async with screen(fake, NO_COLOR="1") as (terminal, _):
        await terminal.sees("call.ended")
        await terminal.rests()
        terminal.type("q")
        await terminal.ended()
        codes = _colours(terminal.output)
        assert codes & {b"7", b"1"} == {b"7", b"1"}
        assert {code for code in codes if code.startswith((b"3", b"4", b"9", b"10")) and code not in _STYLES} == set()


_STYLES = {b"3", b"4", b"9", b"39", b"49"}


def _colours(output: bytes) -> set[bytes]:
    codes: set[bytes] = set()
    for piece in output.split(b"\x1b[")[1:]:
        end = piece.find(b"m")
        if end >= 0 and all(byte in b"0123456789;" for byte in piece[:end]):
            codes.update(piece[:end].split(b";"))
    return codes


def test_no_terminal_no_screen() -> None:
    """Without a terminal the program says so, says what to use instead, and gives code 2."""
    command = [sys.executable, "-m", "client.tui", "http://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "hookline: standard input is not a terminal, so no key could be read. Use --ui lines instead.\n"
    )


class Stream:
    """A stream that is or is not a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        """Tell which."""
        return self._terminal


@pytest.mark.parametrize(
    ("stdin", "stderr", "term", "words"),
    [
        (True, True, "xterm", ""),
        (False, True, "xterm", "standard input"),
        (True, False, "xterm", "standard error"),
        (True, True, "dumb", "cannot move its cursor"),
        (True, True, "", "cannot move its cursor"),
    ],
)
def test_terminal_problem(*, stdin: bool, stderr: bool, term: str, words: str) -> None:
    """Each thing that is missing has its own sentence."""
    problem = terminal_problem(Stream(terminal=stdin), Stream(terminal=stderr), {"TERM": term})  # type: ignore[arg-type]
    assert words in problem
    assert bool(problem) == bool(words)
