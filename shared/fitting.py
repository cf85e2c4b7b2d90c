"""Fits plain values (of a TOML file, of the environment) into typed ones; a misfit names its place.

msgspec converts the leaves; the walk is here because msgspec does not say the key of a misfit inside a table.
"""

import difflib
import re
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from shared.errors import TunnelError
from shared.units import Duration, Size, parse_duration, parse_size

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_EXAMPLES = {Duration: "a duration such as 30s", Size: "a size such as 64KiB", Path: "the path of a file"}
_SHOWN = 60


class Misfit(TunnelError):  # noqa: N818 - a noun as good as error
    """A value that does not fit; `path` leads to it from where the fitting began, such as `.billing.address`."""

    def __init__(self, problem: str, hint: str = "", path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.path = path


def nearest(word: str, known: Iterable[str]) -> str:
    """Give a hint: the known word that `word` most likely was meant to be, else all of them."""
    words = list(known)
    close = difflib.get_close_matches(word.replace("-", "_"), words, n=1, cutoff=0.6)
    close = close or difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known are {', '.join(words)}"


class Reader:
    """Fits values of one origin."""

    def __init__(self, *, directory: Path | None, text: bool) -> None:
        """Begin.

        Args:
            directory: what relative paths are relative to; None: the working directory.
            text: values are text: `8080` may become a number, `a, b` a list.
        """
        self._directory = directory
        self._text = text

    def fit(self, value: Any, into: Any) -> Any:
        """Give `value` as the type `into`.

        Raises:
            Misfit: it does not fit.
        """
        if get_origin(into) is Annotated:
            into = get_args(into)[0]
        options = get_args(into) if get_origin(into) in (Union, types.UnionType) else (into,)
        for option in options:
            if hasattr(option, "parse") and isinstance(value, str | int | float):
                return self._made(value, option)
            if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
                return self._struct(value, option)
            if isinstance(value, dict) and get_origin(option) is dict:
                item = get_args(option)[1]
                return {key: self._inside(value[key], item, f".{_key(key)}") for key in value}
            if get_origin(option) in (list, tuple, frozenset):
                if isinstance(value, str) and str not in options:
                    value = [word for word in re.split(r"[,\s]+", value) if word] if self._text else [value]
                if isinstance(value, list | tuple):
                    item = get_args(option)[0]
                    found = [self._inside(one, item, f"[{index}]") for index, one in enumerate(value)]
                    return get_origin(option)(found)
        return self._leaf(value, into, options)

    def _inside(self, value: Any, into: Any, step: str) -> Any:
        try:
            return self.fit(value, into)
        except Misfit as misfit:
            misfit.path = step + misfit.path
            raise

    def _struct(self, value: dict[str, Any], into: type[msgspec.Struct]) -> msgspec.Struct:
        fields = {field.encode_name: field for field in msgspec.structs.fields(into)}
        for key in value:
            if key not in fields:
                raise Misfit("there is no such key", nearest(key, fields), f".{_key(key)}")
        for key, field in fields.items():
            if field.required and key not in value:
                raise Misfit("this is needed", "add it", f".{key}")
        found = {fields[key].name: self._inside(value[key], fields[key].type, f".{key}") for key in value}
        try:
            return into(**found)
        except (ValueError, TunnelError) as error:
            raise Misfit(str(error)) from error

    def _leaf(self, value: Any, into: Any, options: tuple[Any, ...]) -> Any:
        words = [word for option in options if get_origin(option) is Literal for word in get_args(option)]
        if words and isinstance(value, str) and len(words) + options.count(type(None)) >= len(options):
            if value not in words:
                hint = f"one of {', '.join(map(str, words))} fits"
                close = difflib.get_close_matches(value, map(str, words), n=1)
                raise Misfit(f"{_shown(value)} does not fit", f'{hint}; did you mean "{close[0]}"?' if close else hint)
            return value
        try:
            return msgspec.convert(value, into, strict=not self._text, dec_hook=self._parsed)
        except msgspec.ValidationError as error:
            if error.__cause__ is not None:
                raise Misfit(str(error.__cause__)) from error
            raise Misfit(f"{_shown(value)} does not fit", _plain(str(error))) from error

    def _made(self, value: float | str, into: Any) -> Any:
        try:
            return into.parse(str(value))
        except (TunnelError, ValueError) as error:
            raise Misfit(str(error)) from error

    def _parsed(self, into: type, value: Any) -> Any:
        """Make what msgspec does not know by itself: durations, sizes and paths."""
        if issubclass(into, Path) and isinstance(value, str):
            path = Path(value).expanduser()
            return path if self._directory is None else self._directory / path
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if issubclass(into, Duration) and number and value >= 0:
            return Duration(value)
        if issubclass(into, Size) and isinstance(value, int) and number and value >= 0:
            return Size(value)
        parse = {Duration: parse_duration, Size: parse_size}.get(into)
        if parse is None or not isinstance(value, str):
            wanted = _EXAMPLES.get(into, into.__name__)
            raise TypeError(f"{_shown(value)} does not fit: expected {wanted}")
        try:
            return parse(value)
        except TunnelError as error:
            raise ValueError(str(error)) from error  # the only kind that msgspec takes for a misfit


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else repr(key)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _plain(message: str) -> str:
    """Put msgspec's sentence into the words of somebody who writes TOML."""
    words = re.sub(r"`([^`]*)`", lambda match: " or ".join(_WORDS.get(w, w) for w in match[1].split(" | ")), message)
    words = words.split(" - at ")[0]
    return words[0].lower() + words[1:]
