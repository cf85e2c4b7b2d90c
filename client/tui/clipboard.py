"""Copies text: by the system's own tool where there is one, else by asking the terminal (OSC 52)."""

import asyncio
import shutil
from collections.abc import Callable, Mapping

_TOOLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "pbcopy", ()),
    ("WAYLAND_DISPLAY", "wl-copy", ()),
    ("DISPLAY", "xclip", ("-selection", "clipboard")),
    ("DISPLAY", "xsel", ("--clipboard", "--input")),
    ("", "clip.exe", ()),
)
"""The variable that must be set, the program, and its arguments."""

_PATIENCE_SECONDS = 2.0


async def copy(text: str, *, environ: Mapping[str, str], ask_terminal: Callable[[str], None]) -> str:
    """Put `text` on the clipboard and give the way it went, as a person would call it.

    Args:
        text: what is copied.
        environ: tells which display there is.
        ask_terminal: writes the OSC 52 sequence; whether the terminal obeys cannot be known.
    """
    for variable, program, arguments in _TOOLS:
        path = shutil.which(program, path=environ.get("PATH"))
        if path and (not variable or environ.get(variable)) and await _feed(path, arguments, text):
            return program
    ask_terminal(text)
    return "the terminal (OSC 52)"


async def _feed(path: str, arguments: tuple[str, ...], text: str) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            path, *arguments, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await process.communicate(text.encode("utf-8", errors="replace"))
    except TimeoutError:
        process.kill()
        await process.wait()
    return process.returncode == 0
