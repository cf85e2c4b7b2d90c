"""What is said when the screen fails: where, and nothing of what it held."""

import os
import platform
import traceback
from importlib.metadata import version
from pathlib import Path

from shared.printable import printable_line

_OWN = Path(__file__).resolve().parents[2]


def place(error: BaseException) -> str:
    """Give the kind of an error and the line it came from, without its message: that may quote what was captured."""
    frames = traceback.extract_tb(_cause(error).__traceback__)
    where = f" in {_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(_cause(error)).__name__}{where}"


def report(error: BaseException) -> str:
    """Give a report that can be sent to anybody: kinds of errors and lines of source files, no values."""
    lines = [f"hookline {version('hookline')}, textual {version('textual')}, Python {platform.python_version()}"]
    lines.append(f"{platform.system()} {platform.release()}, TERM={printable_line(os.environ.get('TERM', ''))}")
    current: BaseException | None = error
    while current is not None:
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        lines += [
            f"  {_short(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def keep(text: str, directory: Path) -> Path | None:
    """Write a report that only its owner can read; None when that is not possible."""
    path = directory / f"crash-{os.getpid()}.txt"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return path


def _cause(error: BaseException) -> BaseException:
    inner = getattr(error, "error", None)  # a failed worker carries what failed in it
    return inner if isinstance(inner, BaseException) else error


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_OWN)) if path.is_relative_to(_OWN) else "/".join(path.parts[-2:])
