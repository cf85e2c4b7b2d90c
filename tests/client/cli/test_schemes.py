"""`hookline schemes`."""

import json

from click.testing import CliRunner

from client.cli.schemes import command


def test_list_has_every_scheme() -> None:
    """One line a scheme."""
    lines = CliRunner().invoke(command, []).output.splitlines()
    assert len(lines) == 99
    assert lines == sorted(lines)


def test_entry_in_full() -> None:
    """One scheme with all that a person needs to set it up."""
    output = CliRunner().invoke(command, ["talkifai"]).output
    for words in (
        "X-TalkifAI-Signature",
        "HMAC-SHA-256",
        "10 s",
        "3: 30 s, 5 min, 30 min",
        "200",
        "TalkifAI documentation",
    ):
        assert words in output


def test_entry_for_scripts() -> None:
    """The entry as data."""
    assert json.loads(CliRunner().invoke(command, ["stripe", "--json"]).output)["tolerance_seconds"] == 300
