"""`hookline-relay token`: what an operator does with tokens, whether the relay runs or not."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from relay_server.cli.options import settings_of, settings_options
from relay_server.tokens import TokenInfo, Tokens
from relay_server.tokens.schema import FILE, open_store
from shared.printable import printable_line
from shared.units import UnitError, parse_duration

Place = tuple[Path | None, str | None]


@click.group()
def token() -> None:
    """Make, list, rotate and revoke the tokens that clients use.

    The commands work while the relay runs, which notices a change within a second. They must use the same
    --data-dir as it does, and be run as the same user.

    \b
      hookline-relay token create laptop
      hookline-relay token create ci --names 'ci-*' --expires 30d
      hookline-relay token list
      hookline-relay token revoke laptop
    """  # noqa: D301 - click takes \b for "keep these lines"


@token.command()
@click.argument("name")
@click.option("--names", metavar="GLOB", multiple=True, help="Endpoint names that it may use. Repeatable. Default: *")
@click.option("--expires", metavar="DURATION", help="How long it lives, such as 30d or 12h. Default: until revoked.")
@settings_options("data_dir")
def create(
    name: str, names: tuple[str, ...], expires: str | None, config_file: Path | None, data_dir: str | None
) -> None:
    """Make a token for NAME and print it: the token alone on standard output, once and never again.

    \b
      hookline-relay token create laptop
      hookline-relay token create ci --names 'ci-*' --names staging --expires 30d
    """  # noqa: D301 - click takes \b for "keep these lines"
    expires_at = None if expires is None else time.time() + _lifetime(expires)
    with _tokens(config_file, data_dir) as (tokens, place):
        made = tokens.create(name, names=names or ("*",), expires_at=expires_at)
    ending = "" if expires_at is None else f" until {_when(expires_at)}"
    _say(f"A token for {name}, good for {', '.join(names) or 'every name'}{ending}; {place} keeps only its hash.")
    _say("It is shown this once. Its holder uses it with: hookline login URL")
    click.echo(made)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, times in Unix seconds.")
@settings_options("data_dir")
def list_(config_file: Path | None, data_dir: str | None, *, as_json: bool) -> None:
    """List the tokens: never the tokens themselves."""
    with _tokens(config_file, data_dir) as (tokens, place):
        found = tokens.list()
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    if not found:
        _say(f"There are no tokens in {place}. Make one with: hookline-relay token create NAME")
        return
    rows = [("NAME", "MAY USE", "HAS", "CREATED", "LAST USED", "EXPIRES"), *(_row(one) for one in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@token.command()
@click.argument("name")
@click.option("--free-names", is_flag=True, help="Let anybody claim its endpoint names, now or after a revocation.")
@settings_options("data_dir")
def revoke(name: str, config_file: Path | None, data_dir: str | None, *, free_names: bool) -> None:
    """End the token of NAME: a client that uses it is let go within a second.

    Its endpoint names stay reserved, so that nobody else gets the deliveries that senders still send to them; a new
    token of the same NAME gets them back, --free-names gives them away.
    """
    with _tokens(config_file, data_dir) as (tokens, _):
        kept = tokens.revoke(name, free_names=free_names)
    _say(f"The token {name} is revoked.")
    if kept:
        _say(
            f"Nobody else gets its names ({', '.join(kept)}); "
            f"to free them: hookline-relay token revoke {name} --free-names"
        )


@token.command()
@click.argument("name")
@settings_options("data_dir")
def rotate(name: str, config_file: Path | None, data_dir: str | None) -> None:
    """Print a new token for NAME; the old one ends at once, everything else stays."""
    with _tokens(config_file, data_dir) as (tokens, _):
        made = tokens.rotate(name)
    _say(f"A new token for {name}; the old one has ended. It is shown this once.")
    click.echo(made)


@contextmanager
def _tokens(config_file: Path | None, data_dir: str | None) -> Iterator[tuple[Tokens, Path]]:
    directory = settings_of(config_file, {"data_dir": data_dir}).settings.data_directory
    with closing(open_store(directory)) as store:
        yield Tokens(store, clock=time.time), directory / FILE


def _lifetime(text: str) -> float:
    try:
        lifetime = parse_duration(text)
    except UnitError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from error
    if lifetime <= 0:
        raise click.BadParameter("it would have expired already: write a duration such as 30d", param_hint="--expires")
    return lifetime


def _row(info: TokenInfo) -> tuple[str, ...]:
    expires = "never" if info.expires_at is None else _when(info.expires_at)
    if info.expires_at is not None and info.expires_at <= time.time():
        expires += " (has)"
    return (
        printable_line(info.name),
        ", ".join(info.globs),
        ", ".join(info.names) or "-",
        _when(info.created_at),
        "never" if info.last_used_at is None else _when(info.last_used_at),
        "revoked" if info.revoked else expires,
    )


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
