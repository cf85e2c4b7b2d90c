"""Events as providers send them: templates with fresh ids and times, in `events.toml`."""

import difflib
import re
import secrets
import tomllib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Self
from urllib.parse import urlencode

import msgspec

from shared.errors import TunnelError
from shared.http.heads import Fields

_PLACEHOLDER = re.compile(r"\{\{([a-z]+)(?::([^{}]*))?\}\}")

NewText = Callable[[int], str]
"""Gives that many random bytes in hexadecimal, as `secrets.token_hex` does."""


class EventMistake(TunnelError):  # noqa: N818 - reads as the sentence it is
    """An event that is not known, or a change to one that does not fit; says what would."""


@dataclass(frozen=True, slots=True)
class Event:
    """One request as a provider would send it, not yet signed."""

    provider: str
    """A scheme's id."""
    type: str
    fields: Fields
    content: bytes
    method: bytes = b"POST"


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of `events.toml`: exactly one of `json` and `form`."""

    json: str = ""
    """The body with placeholders; written out compactly, members in this order."""
    form: dict[str, str] = {}
    headers: dict[str, str] = {}
    method: str = "POST"
    content_type: str = ""
    escaped: bool = False
    """The provider writes characters outside ASCII as `\\uXXXX`."""


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills placeholders: the same one gives the same value within an event."""

    now: datetime
    new_text: NewText
    _known: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """Give `text` with its placeholders filled."""
        return _PLACEHOLDER.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        token = match.group()
        if token not in self._known:
            self._known[token] = self._make(match.group(1), match.group(2) or "")
        return self._known[token]

    def _make(self, kind: str, argument: str) -> str:
        if kind in {"now", "s", "ms"}:
            when = self.now + timedelta(seconds=int(argument or 0))
            if kind == "now":
                return when.strftime("%Y-%m-%dT%H:%M:%SZ")
            return str(int(when.timestamp() * (1000 if kind == "ms" else 1)))
        if kind == "id":
            return argument + self.new_text(16)
        if kind == "hex":
            return self.new_text(int(argument or 32))
        if kind == "digits":
            return "1" + str(int(self.new_text(12), 16)).zfill(15)[: int(argument or 9) - 1]
        if kind == "uuid":
            return str(uuid.UUID(self.new_text(32)))
        raise EventMistake(f"a template has an unknown placeholder {kind!r}")


class Events:
    """The known templates by provider and type."""

    def __init__(self, templates: Mapping[str, Mapping[str, Template]]) -> None:
        self._templates = templates

    @classmethod
    def load(cls) -> Self:
        """Read the templates that come with Hookline."""
        text = files("client.simulate").joinpath("events.toml").read_text(encoding="utf-8")
        return cls(msgspec.convert(tomllib.loads(text), dict[str, dict[str, Template]]))

    @property
    def providers(self) -> tuple[str, ...]:
        """The schemes that there are templates for."""
        return tuple(self._templates)

    def types(self, provider: str) -> tuple[str, ...]:
        """Give the event types that are known of a provider."""
        return tuple(self._templates.get(provider, ()))

    def make(self, provider: str, event_type: str, *, now: float, new_text: NewText = secrets.token_hex) -> Event:
        """Make an event with fresh ids and times.

        Args:
            provider: a scheme's id.
            event_type: as the provider calls it.
            now: Unix seconds.
            new_text: where ids come from.

        Raises:
            EventMistake: there is no such template; names the nearest.
        """
        template = self._templates.get(provider, {}).get(event_type)
        if template is None:
            raise EventMistake(self._unknown(provider, event_type))
        filler = Filler(datetime.fromtimestamp(now, UTC), lambda count: new_text((count + 1) // 2)[:count])
        content, content_type = _body(template, filler)
        headers = {"Content-Type": content_type, "User-Agent": f"{provider} (test event)"}
        headers |= {name: filler.fill(value) for name, value in template.headers.items()}
        fields = tuple((name.encode(), value.encode()) for name, value in headers.items())
        return Event(provider, event_type, fields, content, template.method.encode())

    def _unknown(self, provider: str, event_type: str) -> str:
        if provider not in self._templates:
            near = difflib.get_close_matches(provider, self._templates, 3, 0.5)
            meant = f": did you mean {' or '.join(near)}?" if near else ""
            return f"there are no event templates for {provider!r}{meant} Give a body of your own with --data FILE"
        near = difflib.get_close_matches(event_type, self.types(provider), 1, 0.4)
        meant = f"did you mean {near[0]}? " if near else ""
        return f"{provider} has no event template {event_type!r}: {meant}known: {', '.join(self.types(provider))}"


def _body(template: Template, filler: Filler) -> tuple[bytes, str]:
    if template.form:
        pairs = {name: filler.fill(value) for name, value in template.form.items()}
        return urlencode(pairs).encode(), template.content_type or "application/x-www-form-urlencoded"
    content = msgspec.json.encode(msgspec.json.decode(filler.fill(template.json)))
    if template.escaped:
        content = content.decode().encode("ascii", "backslashreplace")
    return content, template.content_type or "application/json"


def content_type(content: bytes) -> bytes:
    """Give the content type of a body of the user's own: JSON, or a form where it reads like one."""
    text = content.strip()
    if text[:1] not in {b"{", b"["} and re.fullmatch(rb"[^\s=&]+=[^\s&]*(&[^\s=&]+=[^\s&]*)*", text):
        return b"application/x-www-form-urlencoded"
    return b"application/json"


def changed(content: bytes, changes: Iterable[str]) -> bytes:
    """Give a JSON body with some of its values set.

    Args:
        content: the body.
        changes: `path=value` each, as `data.duration=12`; a value that is JSON counts as such, else as text.

    Raises:
        EventMistake: the body is not JSON, or a path leads nowhere.
    """
    try:
        document = msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise EventMistake("--set changes JSON bodies, and this one is none") from None
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals or not path:
            raise EventMistake(f"--set {change}: write path=value, as --set data.duration=12")
        _set(document, path, text)
    return msgspec.json.encode(document)


def _set(document: Any, path: str, text: str) -> None:
    try:
        value: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = text
    *way, last = path.split(".")
    place = document
    try:
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value
    except (LookupError, ValueError, TypeError):
        raise EventMistake(f"--set {path}: there is no such place in the body") from None
