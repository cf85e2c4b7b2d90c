"""`python -m client.tui URL`: look at the client whose local API is at URL.

Exit codes: 0 left by the user · 1 the screen failed · 2 usage, or no terminal · 4 the client has ended.
"""

import argparse
import os
import sys
import time
from collections.abc import MutableMapping, Sequence
from typing import TextIO

import platformdirs

from client.wording import ASCII, UNICODE

_USAGE_CODE = 2


def terminal_problem(stdin: TextIO, stderr: TextIO, environ: MutableMapping[str, str]) -> str:
    """Give why no screen can be drawn; empty when it can."""
    if not stdin.isatty():
        return "standard input is not a terminal, so no key could be read"
    if not stderr.isatty():
        return "standard error is not a terminal, and that is where the screen is drawn"
    if environ.get("TERM", "") in ("", "dumb"):
        return "the terminal (TERM) cannot move its cursor"
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the terminal interface and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m client.tui", description="Look at a running hookline client.")
    parser.add_argument("url", help="the client's local API, such as http://127.0.0.1:4040")
    parser.add_argument("--ascii", action="store_true", help="use no sign beyond ASCII")
    parser.add_argument("--theme", default=os.environ.get("HOOKLINE_THEME", ""), help="a theme's name")
    options = parser.parse_args(arguments)
    if problem := terminal_problem(sys.stdin, sys.stderr, os.environ):
        print(f"hookline: {problem}. Use --ui lines instead.", file=sys.stderr)  # noqa: T201 - narration
        return _USAGE_CODE
    return run(options.url, ascii_only=options.ascii, theme=options.theme)


def run(url: str, *, ascii_only: bool, theme: str) -> int:
    """Run the application on the client at `url` and give the exit code."""
    from client.api.remote import RemoteInspector  # noqa: PLC0415 - not for a usage message
    from client.config import INSPECT_TOKEN_VARIABLE  # noqa: PLC0415
    from client.tui.app import HooklineApp  # noqa: PLC0415
    from client.tui.theme import choose  # noqa: PLC0415

    mono = os.environ.pop("NO_COLOR", "") != ""  # taken away: with it set, Textual would turn our own theme grey
    plain = ascii_only or os.environ.get("TERM") == "linux" or "utf" not in (sys.stderr.encoding or "").lower()
    inspector = RemoteInspector(url, token=os.environ.get(INSPECT_TOKEN_VARIABLE, ""))
    app = HooklineApp(
        inspector,
        close=inspector.close,
        clock=time.time,
        signs=ASCII if plain else UNICODE,
        theme=choose(theme, mono=mono),
        reports=platformdirs.user_log_path("hookline"),
    )
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
