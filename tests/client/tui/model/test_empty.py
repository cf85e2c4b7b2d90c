"""The panel of an empty list."""

import shlex

import msgspec
import pytest

from client.tui.model.empty import empty_lines
from client.tui.model.spans import text_of
from client.views import Status
from client.wording import UNICODE
from tests.client.tui.evil import EVIL
from tests.client.tui.fake import ONLINE


def panel(status: Status, *, width: int = 90, filtered: bool = False) -> list[str]:
    """Give the panel's lines."""
    return [
        text_of(line).rstrip() for line in empty_lines(status, now=100, width=width, filtered=filtered, signs=UNICODE)
    ]


def test_panel_while_waiting() -> None:
    """The public URLs, the app, the signatures, and a line to try it with."""
    lines = panel(ONLINE)
    assert lines[0] == "Waiting for the first delivery"
    assert "  Public URL    https://ab12cd.relay.example.dev" in lines
    assert "                https://relay.example.dev/t/ab12cd" in lines
    assert "  Forwards to   http://localhost:3000  ✓ answering" in lines
    assert "  Signatures    talkifai" in lines


def test_panel_says_where_the_local_api_is() -> None:
    """The port may be another one than was asked for."""
    lines = panel(msgspec.structs.replace(ONLINE, inspect_url="http://127.0.0.1:4041"))
    assert lines[lines.index("  Local API     http://127.0.0.1:4041") + 1] == ""


@pytest.mark.parametrize("width", [50, 200])
def test_panel_has_a_curl_line_that_a_shell_understands(width: int) -> None:
    """The line can be pasted at either width."""
    lines = panel(ONLINE, width=width)
    start = next(number for number, line in enumerate(lines) if "curl" in line)
    command = "\n".join(lines[start : lines.index("", start)])
    assert "--cacert" not in command
    assert shlex.split(command)[-1] == '{"hello":"world"}'
    assert "https://ab12cd.relay.example.dev/" in shlex.split(command)


@pytest.mark.parametrize("width", [50, 200])
def test_panel_names_the_authority_of_a_relay_of_ones_own(width: int) -> None:
    """Where the relay's certificate is signed by a file's authority, the line has curl trust that file."""
    lines = panel(msgspec.structs.replace(ONLINE, ca_file="/home/a b/ca.pem"), width=width)
    start = next(number for number, line in enumerate(lines) if "curl" in line)
    words = shlex.split("\n".join(lines[start : lines.index("", start)]))
    assert words[words.index("--cacert") + 1] == "/home/a b/ca.pem"
    assert words[-1] == '{"hello":"world"}'


def test_panel_says_that_nothing_is_recorded() -> None:
    """Nobody waits for a list that will stay empty."""
    assert "deliveries are not recorded" in panel(
        msgspec.structs.replace(ONLINE, history="deliveries are not recorded")
    )


def test_panel_says_that_nothing_listens() -> None:
    """A closed port is said before the first delivery, with the question to ask."""
    tunnel = msgspec.structs.replace(ONLINE.tunnels[0], origin_state="refused", verify=())
    lines = panel(msgspec.structs.replace(ONLINE, tunnels=(tunnel,)))
    assert "                ⊘ nothing is listening: is your app running on 3000?" in lines
    assert "  Signatures    none is checked" in lines


@pytest.mark.parametrize(
    ("status", "first"),
    [
        (Status("1", "https://r", "connecting"), "◐ Connecting to https://r"),
        (Status("1", "r", "reconnecting", retry_at=103.2), "◐ The relay is away: reconnecting 4 s"),
        (Status("1", "r", "offline"), "○ Not connected to a relay"),
        (Status("1", "r", "refused", detail="The token is not known."), "✗ The relay refused this client"),
    ],
)
def test_panel_never_claims_more_than_the_relay_said(status: Status, first: str) -> None:
    """Each state of the link has its own first line, and its sentence."""
    lines = panel(status)
    assert lines[0] == first
    assert "curl" not in "".join(lines)
    assert status.detail in "\n".join(lines)


def test_panel_of_a_filter_without_matches() -> None:
    """Deliveries that a filter hides are not waited for."""
    assert panel(ONLINE, filtered=True)[0] == "No delivery matches the filter"


def test_panel_of_hostile_text() -> None:
    """A relay's sentence cannot steer the terminal."""
    tunnel = msgspec.structs.replace(ONLINE.tunnels[0], public_urls=(EVIL,), origin=EVIL, verify=(EVIL,))
    for state in ("online", "connecting"):
        lines = panel(Status("1", EVIL, state, detail=EVIL, tunnels=(tunnel,)))
        assert all(line.isprintable() for line in lines)
