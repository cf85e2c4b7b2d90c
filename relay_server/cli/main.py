"""The command `hookline-relay`: its subcommands, and how it ends."""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from shared.errors import TunnelError
from shared.interrupt import ending_at_once

DONE, FAILED, MISUSED = 0, 1, 2
INTERRUPTED = 130
"""As a shell counts a program that SIGINT ended."""


@dataclass(frozen=True, slots=True)
class _Command:
    module: str
    attribute: str
    help: str


_COMMANDS = {
    "serve": _Command("relay_server.cli.serve", "serve", "Run the relay."),
    "token": _Command("relay_server.cli.token", "token", "Make, list, rotate and revoke the tokens that clients use."),
    "status": _Command("relay_server.cli.status", "status", "Ask the running relay how it is."),
    "config": _Command("relay_server.cli.config", "config", "Check and show the settings."),
    "version": _Command("relay_server.cli.status", "version_command", "Print the version."),
}
"""Where each subcommand is: it is imported when it is asked for, so that help and completion stay quick."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Give the names in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a subcommand."""
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        with ending_at_once():
            found: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; a word that is none gets the nearest as a hint."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from shared.fitting import nearest  # noqa: PLC0415 - msgspec is not loaded for --help

            raise click.UsageError(f"there is no command {args[0]!r}: {nearest(args[0], _COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in _COMMANDS.items()])


def _tell_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001 - click's
    if wanted:
        from relay_server.version import version  # noqa: PLC0415 - `--help` need not wait for it

        click.echo(f"hookline-relay {version()}")
        context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="Print the version."
)
def hookline_relay() -> None:
    """The server side of Hookline: takes webhooks from the internet and hands them to the developers' machines.

    \b
    Try it out on this machine:
      hookline-relay token create laptop
      hookline-relay serve --domain demo.localhost
    \b
    On a server, with a certificate for relay.example.com and *.relay.example.com:
      hookline-relay serve --domain relay.example.com --cert chain.pem --key key.pem
    \b
    Then, on the developer's machine:
      hookline login https://relay.example.com
      hookline http 3000
    """  # noqa: D301 - click takes \b for "keep these lines"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give the exit code. Whatever happens is told in a sentence, never in a traceback."""
    try:
        result = hookline_relay.main(arguments, prog_name="hookline-relay", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        return _misused(error)
    except BrokenPipeError:
        # Whoever read standard output has enough.
        return DONE
    except TunnelError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - the last resort
        return _broken(error)
    return result if isinstance(result, int) else DONE


def _misused(error: click.ClickException) -> int:
    error.show()
    return error.exit_code


def _failed(error: TunnelError) -> int:
    from shared.config import ConfigError  # noqa: PLC0415 - msgspec is not loaded for --help
    from shared.printable import printable_line  # noqa: PLC0415 - as above

    click.echo(f"hookline-relay: {printable_line(str(error))}", err=True)
    return MISUSED if isinstance(error, ConfigError) else FAILED


def _broken(error: Exception) -> int:
    """Tell of a bug, and where to report it; `--debug` shows the traceback."""
    from shared.logs import redacted  # noqa: PLC0415 - logging is not loaded for --help
    from shared.printable import printable, printable_line  # noqa: PLC0415 - as above

    if "--debug" in sys.argv:
        import traceback  # noqa: PLC0415 - only here

        click.echo(redacted(printable("".join(traceback.format_exception(error)))), err=True)
    what = redacted(printable_line(f"{type(error).__name__}: {error}"))
    click.echo(
        f"hookline-relay: this is a bug in hookline ({what}): run it again with --debug and report what it says "
        "on the project's issue tracker",
        err=True,
    )
    return FAILED
