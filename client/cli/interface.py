"""Shows a running agent: the terminal interface in a process of its own, lines, or nothing."""

import asyncio
import os
import sys
from contextlib import ExitStack, suppress
from typing import Literal

import click

from client import lines, places, processes
from client.inspector import Inspector
from shared.logs import configure

Shown = Literal["tui", "lines", "json", "quiet"]
STOP_SECONDS = 3.0


def choose(wanted: str) -> Shown:
    """Settle `auto`: the terminal interface where there is a terminal to draw on and type into.

    Raises:
        UsageError: the terminal interface was asked for, and there is no terminal.
    """
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()
    match wanted:
        case "auto":
            return "tui" if terminal else "lines"
        case "tui" if not terminal:
            raise click.UsageError("--ui tui needs a terminal for input and output: use --ui lines here")
        case "tui" | "lines" | "json" | "quiet" as shown:
            return shown
    raise AssertionError(wanted)


async def show(inspector: Inspector, url: str, shown: Shown) -> None:
    """Show what happens until the user ends it.

    Args:
        inspector: what to show.
        url: the agent's local API, for the terminal interface.
        shown: how.
    """
    if shown == "tui":
        if await _terminal_interface(url):
            return
        click.echo("hookline: the terminal interface ended unexpectedly; going on with lines, Ctrl-C ends", err=True)
        shown = "lines"
    if shown == "quiet":
        await asyncio.Event().wait()
    else:
        form: Literal["lines", "json"] = "json" if shown == "json" else "lines"
        await lines.follow(inspector, form, out=sys.stdout, narration=sys.stderr, environ=os.environ)


async def _terminal_interface(url: str) -> bool:
    """Run the terminal interface; True when the user ended it. What is logged meanwhile goes to a file."""
    log = places.log_file()
    with ExitStack() as logging:
        with suppress(OSError):
            log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            stream = logging.enter_context(log.open("a", encoding="utf-8"))
            configure(level="info", stream=stream)
            logging.callback(configure, level="error", stream=sys.stderr)
        process = await processes.start(sys.executable, "-m", "client.tui", url)
        try:
            return await process.wait() == 0
        finally:
            await _dismiss(process)


async def _dismiss(process: asyncio.subprocess.Process) -> None:
    """Have the terminal interface give the screen back and end; one that does not listen is killed."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
    await processes.end(process)
