"""The top of the `hookline` command: its subcommands, and how failures leave the program."""

import errno
import importlib
import os
import signal
import sys
from contextlib import suppress
from types import MappingProxyType

import click

from shared.errors import TunnelError
from shared.interrupt import ending_at_once
from shared.streams import open_missing

INTERRUPTED = 130
"""128 and the number of SIGINT: what a shell makes of Ctrl-C."""

COMMANDS = MappingProxyType(
    {
        "http": ("client.cli.http", "Open a tunnel to a local app: `hookline http 3000`."),
        "start": ("client.cli.start", "Open the tunnels of hookline.toml."),
        "demo": ("client.cli.demo", "See it work: relay, app and signed test events on this machine."),
        "login": ("client.cli.login", "Store the token for a relay."),
        "inspect": ("client.cli.inspect", "Attach the terminal interface to a running client."),
        "status": ("client.cli.status", "Show what runs."),
        "list": ("client.cli.list_", "List captured deliveries."),
        "show": ("client.cli.show", "Show a captured delivery."),
        "replay": ("client.cli.replay", "Send captured deliveries to the app again."),
        "diff": ("client.cli.diff", "Compare two deliveries or attempts."),
        "export": ("client.cli.export", "Turn deliveries into cURL, HAR, pytest and more."),
        "import": ("client.cli.import_", "Take in HAR, raw HTTP or cURL."),
        "clear": ("client.cli.clear", "Remove captured deliveries."),
        "pin": ("client.cli.pin", "Keep captured deliveries from being removed."),
        "wait": ("client.cli.wait", "Block until a delivery arrives, for CI."),
        "verify": ("client.cli.verify", "Check a signature and prove why it fails."),
        "schemes": ("client.cli.schemes", "The signature schemes that are known."),
        "send": ("client.cli.send", "Send a signed test event."),
        "config": ("client.cli.config", "Check and show the settings."),
    }
)
"""Name to module and the line of help: listing them imports none."""

_APOLOGY = (
    "this is a bug in hookline ({}); nothing you did wrong. "
    "Run the same with `hookline --debug …` and report what it prints."
)
_UNWRITABLE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF))
"""What a write to a file or terminal fails with, and no connection does."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, the way a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        with ending_at_once():
            command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - every module of the table has one
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one is answered with the one that was meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from shared.fitting import nearest  # noqa: PLC0415 - only a mistake needs it
            from shared.printable import printable_line  # noqa: PLC0415

            ctx.fail(f"there is no command {printable_line(args[0])!r}: {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hookline", prog_name="hookline")
@click.option("--debug", is_flag=True, help="Log everything, with tracebacks, to standard error.")
def command(*, debug: bool) -> None:
    """See the webhooks that reach your laptop, and prove what is wrong with them.

    \b
    First:   hookline demo                             everything on this machine, nothing to set up
    Then:    hookline login https://relay.example.com  once; asks for the token of `hookline-relay token create`
             hookline http 3000                        and give the URL it shows to the provider
    """  # noqa: D301 - \b is click's mark for text that is not to be wrapped
    from shared.logs import configure  # noqa: PLC0415 - `--help` need not wait for it

    configure(level="debug" if debug else "error", stream=sys.stderr, tracebacks=debug)


def main() -> None:
    """Run the command; whatever goes wrong leaves as one sentence and an exit code."""
    open_missing()
    try:
        code = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = 128 + signal.SIGPIPE
        _close_output()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        code = _tell(_plainly(error) or _APOLOGY.format(type(error).__name__))
        _close_output()
    sys.exit(code)


def _run() -> int:
    """Run the command, and give its exit code.

    Raises:
        BrokenPipeError: nobody reads standard output any more.
    """
    try:
        code: int | None = command(standalone_mode=False)
    except SystemExit as ended:  # this is how click takes a broken pipe, with the code of any failure
        raise BrokenPipeError from ended
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TunnelError as error:
        from client.exits import exit_code  # noqa: PLC0415 - only a failure needs to know
        from shared.printable import printable  # noqa: PLC0415

        return _tell(printable(str(error)), exit_code(error))
    return code or 0


def _plainly(error: Exception) -> str:
    """Say what the operating system refused; empty where it did not."""
    if not isinstance(error, OSError):
        return ""
    if error.filename is not None:
        return f"{error.filename!a} cannot be used: {error.strerror}"
    return f"the output cannot be written: {error.strerror}" if error.errno in _UNWRITABLE else ""


def _close_output() -> None:
    """Forget what waits to be written: it has nowhere to go, and the interpreter would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(sentence: str, code: int = 1) -> int:
    with suppress(OSError):
        click.echo(f"hookline: {sentence}", err=True)
    return code
