"""The options that commands share."""

import click
import pytest
from click.testing import CliRunner

from client.cli.options import settings_options, tunnel_options


@click.command()
@tunnel_options
@settings_options
def described(**given: object) -> None:
    """Tell what was given."""
    click.echo(repr({name: value for name, value in given.items() if value}))


def given(*words: str) -> str:
    """Give what a command with all options is called with."""
    result = CliRunner().invoke(described, words)
    return result.output.strip()


def test_nothing_given_is_the_defaults() -> None:
    """Settings are left to files and environment; a tunnel's own have values."""
    assert given() == "{'host_header': 'rewrite', 'timeout': '30s'}"


@pytest.mark.parametrize("option", ["--url", "--subdomain", "--domain"])
def test_name_has_the_spellings_that_hands_know(option: str) -> None:
    """The words of ngrok mean the same."""
    assert "'url': 'demo'" in given(option, "demo")


def test_help_names_every_choice() -> None:
    """Each option tells what it does."""
    said = given("--help")
    assert all(word in said for word in ("auto|tui|lines|json|quiet", "rewrite|preserve|VALUE"))
