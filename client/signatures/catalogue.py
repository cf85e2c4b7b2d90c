"""Loads the catalogue of schemes: ours, and a user's own beside it."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import msgspec

from client.signatures import scheme as grammar
from client.signatures.check import Check
from client.signatures.facts import Facts
from client.signatures.scheme import Scheme
from shared.errors import TunnelError


class CatalogueMistake(TunnelError):  # noqa: N818 - reads as the sentence it is
    """An entry that does not fit the grammar: names file, entry, key and what would fit."""

    def __init__(self, file: str, entry: str, problem: str, hint: str = "") -> None:
        where = f"{file}, [{entry}]" if entry else file
        super().__init__(f"{where}: {problem}" + (f"; {hint}" if hint else ""))
        self.file = file
        self.entry = entry
        self.problem = problem
        self.hint = hint


class UnknownScheme(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A name that is in no catalogue; gives the nearest ones."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        meant = f": did you mean {' or '.join(nearest)}?" if nearest else ";"
        super().__init__(f"there is no signature scheme {name!r}{meant} `hookline schemes` lists all of them")
        self.name = name
        self.nearest = nearest


class Catalogue:
    """The schemes by their ids, in the order in which they are written."""

    def __init__(self, schemes: Mapping[str, Scheme]) -> None:
        self._schemes = dict(schemes)

    @classmethod
    def load(cls, own: Path | None = None) -> Self:
        """Read the catalogue that comes with Hookline.

        Args:
            own: a user's `schemes.toml`, whose entries are added and replace ours of the same id; None, or a file that
                is not there: no such entries.

        Raises:
            CatalogueMistake: the user's file is not TOML, or an entry does not fit.
        """
        text = files("client.signatures").joinpath("catalogue.toml").read_text(encoding="utf-8")
        schemes = dict(read(text, "catalogue.toml"))
        if own is not None and own.is_file():
            try:
                schemes.update(read(own.read_text(encoding="utf-8"), str(own), prove=True))
            except (OSError, UnicodeDecodeError) as error:
                raise CatalogueMistake(str(own), "", f"cannot be read: {error}") from error
        return cls(schemes)

    def get(self, name: str) -> Scheme:
        """Give the scheme called `name`.

        Raises:
            UnknownScheme: there is none.
        """
        scheme = self._schemes.get(name)
        if scheme is None:
            raise UnknownScheme(name, tuple(difflib.get_close_matches(name.lower(), self._schemes, 3, 0.5)))
        return scheme

    def find(self, name: str) -> Scheme | None:
        """Give the scheme called `name`, or None."""
        return self._schemes.get(name)

    def __iter__(self) -> Iterator[Scheme]:
        return iter(self._schemes.values())

    def __len__(self) -> int:
        return len(self._schemes)


def read(text: str, file: str, *, prove: bool = False) -> Iterator[tuple[str, Scheme]]:
    """Yield the entries of a catalogue's text with their ids.

    Args:
        text: TOML, a table for each scheme.
        file: the name under which mistakes are reported.
        prove: build each entry's check too, so that sources and templates are known to be right.

    Raises:
        CatalogueMistake: it is not TOML, or an entry does not fit the grammar.
    """
    try:
        entries = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogueMistake(file, "", f"not TOML: {error}") from error
    for name, entry in entries.items():
        yield name, _entry(name, entry, file, prove=prove)


def _entry(name: str, entry: Any, file: str, *, prove: bool) -> Scheme:
    if not isinstance(entry, dict):
        raise CatalogueMistake(file, name, "a scheme is a table", f"write [{name}] and its keys below")
    try:
        scheme = msgspec.convert({**entry, "id": name}, Scheme)
        if prove:
            Check(scheme)
            Facts(scheme)
            re.compile(scheme.key_url)
    except msgspec.ValidationError as error:
        raise CatalogueMistake(file, name, *_explained(error)) from error
    except re.error as error:
        raise CatalogueMistake(file, name, f"key_url is no regular expression: {error}") from error
    except ValueError as error:
        raise CatalogueMistake(file, name, str(error)) from error
    return scheme


def _explained(error: msgspec.ValidationError) -> tuple[str, str]:
    """Give msgspec's finding in our words: the key, and what would fit."""
    problem, _, place = str(error).partition(" - at `$")
    key = place.rstrip("`").lstrip(".")
    if problem.startswith("Object contains unknown field"):
        unknown = problem.split("`")[1]
        known = _keys_at(key)
        nearest = difflib.get_close_matches(unknown, known, 1, 0.5)
        where = f" in {key}" if key else ""
        return (
            f"unknown key {unknown!r}{where}",
            f"did you mean {nearest[0]!r}?" if nearest else f"known: {', '.join(known)}",
        )
    if problem.startswith("Object missing required field"):
        missing = problem.split("`")[1]
        return f"key {missing!r} is missing" + (f" in {key}" if key else ""), ""
    return f"{key or 'the entry'}: {problem}", _choices(key)


def _struct_at(key: str) -> type[msgspec.Struct] | None:
    """Give the table type that stands at `key` of an entry."""
    known: dict[str, type[msgspec.Struct]] = {
        "": grammar.Scheme,
        "signature": grammar.Place,
        "body_hash": grammar.BodyHash,
        "event": grammar.Event,
        "delivery": grammar.DeliveryRules,
    }
    return grammar.Field if key.startswith("fields") else known.get(key)


def _keys_at(key: str) -> list[str]:
    kind = _struct_at(key)
    return [name for name in kind.__struct_encode_fields__ if name != "id" or key] if kind else []


def _choices(key: str) -> str:
    """Give the words that fit at `key`, where it takes one of a few."""
    table, _, last = key.rpartition(".")
    kind = _struct_at(table)
    if kind is None:
        return ""
    for field in msgspec.structs.fields(kind):
        choices = getattr(field.type, "__args__", ()) if field.encode_name == last else ()
        words = [choice for choice in choices if isinstance(choice, str) and choice]
        if words:
            return f"one of {', '.join(words)}"
    return ""
