"""The log: one line an event, `time level event key=value…` or a JSON object, safe to show and free of tokens."""

import json
import logging
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Literal, TextIO

from shared.printable import printable, printable_line

FLUSH_SECONDS = 0.1

Form = Literal["text", "json"]

_TOKEN = re.compile(r"hkl_[0-9A-Za-z_-]+")
_PLAIN = re.compile(r"[!#-&(-<>-\[\]-~]+")
"""ASCII that needs neither quotes nor a look at what it could do to a terminal."""
_UNQUOTED = re.compile(r"[^\s\"'=\\]+")
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
"""What every record has; any other attribute is a field of the event."""


def redacted(text: str) -> str:
    """Give `text` with everything that looks like a token of this product blotted out."""
    return _TOKEN.sub("hkl_***", text) if "hkl_" in text else text


class Log:
    """Logs named events with fields: `log.info("link.opened", owner="laptop", remote="192.0.2.7")`."""

    __slots__ = ("_logger",)

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def enabled(self, level: int) -> bool:
        """Say whether an event of this level would be written, for fields that cost something to make."""
        return self._logger.isEnabledFor(level)

    def debug(self, event: str, **fields: object) -> None:
        """Log what only a person who looks for a fault wants to see."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Log what happened as it should."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log what somebody should look at when there is time."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, *, error: BaseException | None = None, **fields: object) -> None:
        """Log what somebody must look at; `error` is named on the line, its traceback is kept for `--debug`."""
        self._write(logging.ERROR, event, fields, error)

    def _write(self, level: int, event: str, fields: Mapping[str, object], error: BaseException | None = None) -> None:
        logger = self._logger
        if logger.isEnabledFor(level):
            writer = _Quiet.alone
            if error is None and writer is not None and writer.is_alone():
                writer.write(level, event, fields)
                return
            exc_info = None if error is None else (type(error), error, error.__traceback__)
            # Made here and not by Logger.log: looking up the caller's frame would cost more than the line.
            record = logging.LogRecord(logger.name, level, "", 0, event, None, exc_info)
            record.__dict__["fields"] = fields
            logger.handle(record)


class Sparing:
    """Logs an event at most once in a while, then with the number of times it was left out."""

    def __init__(self, log: Log, *, every_seconds: float, clock: Callable[[], float]) -> None:
        self._log = log
        self._every_seconds = every_seconds
        self._clock = clock
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def warning(self, event: str, **fields: object) -> None:
        """Log a warning, unless the same event was logged less than `every_seconds` ago."""
        now = self._clock()
        last = self._last.get(event)
        if last is not None and now - last < self._every_seconds:
            self._left_out[event] = self._left_out.get(event, 0) + 1
            return
        self._last[event] = now
        left_out = self._left_out.pop(event, 0)
        self._log.warning(event, **fields, **({"left_out": left_out} if left_out else {}))


def configure(*, level: int | str, stream: TextIO, form: Form = "text", tracebacks: bool = False) -> None:
    """Send every log line of this process to `stream`. Only a program's command line calls this.

    Args:
        level: the lowest level written, such as `logging.INFO` or `"info"`.
        stream: usually standard error; a reader that went away is not an error.
        form: `text` for people, `json` for collectors.
        tracebacks: write them out; otherwise an exception is one field of its line.
    """
    handler = _Quiet(stream, _Json(tracebacks=tracebacks) if form == "json" else _Text(tracebacks=tracebacks))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    _Quiet.alone = handler
    root.setLevel(level.upper() if isinstance(level, str) else level)


class _Quiet(logging.StreamHandler[TextIO]):
    """Writes lines; those of a busy moment leave together, since a flush costs as much as the line."""

    alone: ClassVar["_Quiet | None"] = None
    """What `configure` made. While nobody else listens, a `Log` gives it events without the way through `logging`,
    which took three quarters of a line's 11 µs."""

    def __init__(self, stream: TextIO, form: "_Event") -> None:
        super().__init__(stream)
        self.setFormatter(form)
        self._form = form
        self._lines: list[str] = []
        self._flushing = False

    def is_alone(self) -> bool:
        """Say whether every event comes here and nowhere else."""
        return logging.root.handlers == [self]

    def write(self, level: int, event: str, fields: Mapping[str, object]) -> None:
        """Write the line of an event."""
        with suppress(Exception):  # a log that cannot be written must not stop what it tells of
            self._add(self._form.line(time.time(), level, event, fields), level)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, and have it leave within FLUSH_SECONDS, a warning at once."""
        try:
            self._add(self.format(record), record.levelno)
        except Exception:  # noqa: BLE001 - logging's own rule for handlers
            self.handleError(record)

    def _add(self, line: str, level: int) -> None:
        self._lines.append(line)
        if level >= logging.WARNING or not self._flush_soon():
            self.flush()

    def flush(self) -> None:
        """Write what waits; standard error would make a system call of every line."""
        lines, self._lines = self._lines, []
        if lines:
            self.stream.write(self.terminator.join([*lines, ""]))
        super().flush()

    def _flush_soon(self) -> bool:
        """Arrange a flush by the event loop; False where none runs."""
        if self._flushing:
            return True
        import asyncio  # noqa: PLC0415 - a command that only prints its help need not load it

        try:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush_now)
        except RuntimeError:
            return False
        self._flushing = True
        return True

    def _flush_now(self) -> None:
        self._flushing = False
        with suppress(OSError, ValueError):
            self.flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the line: a log that cannot be written must not stop what it tells of."""


class _Event(logging.Formatter, ABC):
    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks
        self._second = -1
        self._second_text = ""

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """Give the event's fields, whichever way it was logged, with the exception as `error`."""
        own = record.__dict__.get("fields")
        if isinstance(own, dict):
            found: dict[str, object] = own if record.exc_info is None else dict(own)
        else:
            found = {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            found["error"] = f"{type(error).__name__}: {error}".removesuffix(": ")
        return found

    def traceback(self, record: logging.LogRecord) -> str:
        """Give the traceback's text where there is one and it is wanted, else nothing."""
        return self.formatException(record.exc_info) if self._tracebacks and record.exc_info else ""

    @abstractmethod
    def line(self, at: float, level: int, event: str, fields: Mapping[str, object], traceback: str = "") -> str:
        """Write an event, with a traceback where there is a text of one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        return self.line(
            record.created, record.levelno, record.getMessage(), self.fields(record), self.traceback(record)
        )

    def time(self, at: float) -> str:
        """Give a time as RFC 3339 in UTC, to the millisecond."""
        second = int(at)
        if second != self._second:
            self._second, self._second_text = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._second_text}.{int((at - second) * 1000):03d}Z"


class _Text(_Event):
    def line(self, at: float, level: int, event: str, fields: Mapping[str, object], traceback: str = "") -> str:
        """Write an event as one line; a traceback follows on lines of its own."""
        words = [self.time(at), _level(level), event if _PLAIN.fullmatch(event) else printable_line(event)]
        words += [f"{key}={_word(value)}" for key, value in fields.items()]
        line = " ".join(words)
        return redacted(f"{line}\n{printable(traceback)}" if traceback else line)


class _Json(_Event):
    def line(self, at: float, level: int, event: str, fields: Mapping[str, object], traceback: str = "") -> str:
        """Write an event as one JSON object."""
        line: dict[str, Any] = {"time": self.time(at), "level": _level(level), "event": printable_line(event)}
        line |= {key: _value(value) for key, value in fields.items()}
        if traceback:
            line["traceback"] = printable(traceback)
        return redacted(json.dumps(line))


_LEVELS = {level: logging.getLevelName(level).lower() for level in (10, 20, 30, 40, 50)}


def _level(level: int) -> str:
    return _LEVELS.get(level) or logging.getLevelName(level).lower()


def _word(value: object) -> str:
    text = value if type(value) is str else _text(value)
    if _PLAIN.fullmatch(text):
        return text
    text = printable_line(text)
    return text if _UNQUOTED.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _value(value: object) -> bool | int | float | str | None:
    return value if value is None or isinstance(value, bool | int | float) else printable_line(_text(value))


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    return str(value)
