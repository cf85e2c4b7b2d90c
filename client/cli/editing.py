"""What a replay changes: from options, and from the user's editor."""

import asyncio
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from client.cli.captured import exchange, octets, request_line
from client.deliveries.edits import edited
from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing import read_request
from client.inspector import Inspector, ReplayRefused
from client.origin.address import OriginAddress
from client.views import AttemptView, DeliveryDetail, Edits
from shared.errors import TunnelError
from shared.http import Fields, without
from shared.http.heads import RequestHead

_LENGTH = frozenset({b"content-length"})


_CUT = "it was not captured whole; give another content with --body-file FILE"


class EditRefused(TunnelError):  # noqa: N818 - reads as the sentence it is
    """Nothing that can be edited, or no editor; says what to do."""


class Wanted(NamedTuple):
    """What the options ask for."""

    to: str | None = None
    method: str | None = None
    target: str | None = None
    set_fields: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    content: bytes | None = None
    resign: bool = False
    editor: bool = False

    def check(self) -> None:
        """See that what is given can be sent, before anything is.

        Raises:
            BadAddress: `to` is no address.
            ReplayRefused: a method, target or field that no request may have.
        """
        if self.to is not None:
            OriginAddress.parse(self.to)
        nothing = RequestHead(b"GET", b"/", ())
        edited(nothing, Edits(method=self.method, target=self.target, fields=self.set_fields))


def read_field(text: str) -> tuple[str, str]:
    """Read `Name: value`.

    Raises:
        UsageError: there is no colon, or no name.
    """
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"--header {text!a}: write Name: value")
    return name.strip(), value.strip()


async def edits_for(inspector: Inspector, detail: DeliveryDetail, wanted: Wanted) -> Edits:
    """Give the edits of a delivery's replay.

    Raises:
        EditRefused: its content is not text, or the editor changed nothing.
        ReplayRefused: it was not captured whole.
        RequestUnreadable: what the editor left is no request.
    """
    received = detail.attempts[0]
    edits = Edits(
        method=wanted.method,
        target=wanted.target,
        fields=_fields(received, wanted),
        content=wanted.content,
        resign=wanted.resign,
        to=wanted.to,
    )
    return await _edited(inspector, detail, received, edits) if wanted.editor else edits


def _fields(received: AttemptView, wanted: Wanted) -> tuple[tuple[str, str], ...] | None:
    """Give the fields with those that are set in the place of the first of their name, or at the end."""
    if (not wanted.set_fields and not wanted.dropped) or received.request is None:
        return None
    gone = {name.lower() for name in wanted.dropped}
    new: dict[str, list[tuple[str, str]]] = {}
    for name, value in wanted.set_fields:
        new.setdefault(name.lower(), []).append((name, value))
    fields: list[tuple[str, str]] = []
    placed: set[str] = set()
    for name, value in received.request.fields:
        key = name.lower()
        if key in new:
            fields.extend([] if key in placed else new[key])
            placed.add(key)
        elif key not in gone:
            fields.append((name, value))
    fields.extend(field for key, group in new.items() if key not in placed for field in group)
    return tuple(fields)


async def _edited(inspector: Inspector, detail: DeliveryDetail, received: AttemptView, edits: Edits) -> Edits:
    before = await exchange(inspector, detail, received)
    if before.content is None:
        raise ReplayRefused(f"{detail.summary.id} was not captured whole: it cannot be replayed")
    content = before.content if edits.content is None else edits.content
    before = CapturedExchange(
        method=before.method if edits.method is None else edits.method.encode("latin-1", "replace"),
        base=before.base,
        target=before.target if edits.target is None else edits.target.encode("latin-1", "replace"),
        fields=without(before.fields if edits.fields is None else octets(edits.fields), _LENGTH),
        content=content,
        content_bytes=len(content),
    )
    after = await asyncio.to_thread(edit, before)
    if (after.method, after.target, after.fields, after.content) == (
        before.method,
        before.target,
        before.fields,
        before.content,
    ):
        raise EditRefused("nothing was changed, so nothing was sent")
    return Edits(
        method=after.method.decode("latin-1"),
        target=after.target.decode("latin-1"),
        fields=_text(after.fields),
        content=after.content,
        resign=edits.resign,
        to=edits.to,
    )


def _text(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)


def edit(before: CapturedExchange) -> CapturedExchange:
    """Have the user edit a request as a raw HTTP message, and give what it became.

    Raises:
        EditRefused: the content is not text, or there is no editor.
        RequestUnreadable: what was saved is no request.
    """
    content = before.content or b""
    if b"\0" in content or not _is_text(content):
        raise EditRefused("the content is not text: give another one with --body-file FILE")
    with tempfile.TemporaryDirectory(prefix="hookline-") as directory:
        path = Path(directory) / "request.http"
        path.write_bytes(_shown(before))
        path.chmod(0o600)
        _run_editor(path)
        saved = path.read_bytes()
    (after,) = read_request(saved)[:1] or [before]
    kept = after.content or b""
    if kept.endswith(b"\n") and not content.endswith(b"\n"):
        kept = kept.removesuffix(b"\n")
    return CapturedExchange(
        method=after.method,
        base=before.base,
        target=after.target,
        fields=without(after.fields, _LENGTH),
        content=kept,
        content_bytes=len(kept),
    )


def _shown(before: CapturedExchange) -> bytes:
    """Give the message as an editor likes it, without a length: that follows from what is written."""
    lines = [b"%s %s HTTP/%s" % (before.method, before.target, before.version)]
    lines += [name + b": " + value for name, value in before.fields]
    return b"\n".join(lines) + b"\n\n" + (before.content or b"")


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _run_editor(path: Path) -> None:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603 - the user's own
    except (OSError, ValueError) as error:
        raise EditRefused(f"the editor {command!a} cannot be started: set VISUAL or EDITOR") from error
    if done.returncode:
        raise EditRefused(f"the editor ended with {done.returncode}, so nothing was sent")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What would be sent for a delivery, and what of it is changed."""

    delivery: str
    method: str
    target: str
    to: str
    fields: tuple[tuple[str, str], ...] | None
    """None: as they came."""
    content_bytes: int | None
    """None: the content as it came."""
    resign: bool
    count: int
    refusal: str
    """Why it would not be sent; empty: it would."""

    @classmethod
    def of(cls, detail: DeliveryDetail, edits: Edits, count: int) -> "Plan":
        """Make the plan of a delivery's replays."""
        received = detail.attempts[0].request
        method, target, _ = ("", "", "") if received is None else request_line(received)
        cut = received is not None and received.captured_bytes < received.content_bytes
        return cls(
            delivery=detail.summary.id,
            method=edits.method or method,
            target=edits.target or target,
            to=edits.to or detail.attempts[0].target,
            fields=edits.fields,
            content_bytes=None if edits.content is None else len(edits.content),
            resign=edits.resign,
            count=count,
            refusal=_CUT if cut and edits.content is None else "",
        )

    def __str__(self) -> str:
        """Say it in a line."""
        if self.refusal:
            return f"{self.delivery}: would not be sent: {self.refusal}"
        said = [f"{self.method} {self.target}", f"to {self.to}" if self.to else "to no app yet: name one with --to"]
        if self.fields is not None:
            said.append(f"{len(self.fields)} fields")
        if self.content_bytes is not None:
            said.append(f"content of {self.content_bytes:,} bytes")
        if self.resign:
            said.append("signed afresh")
        if self.count > 1:
            said.append(f"{self.count:,} times")
        return f"{self.delivery}: " + ", ".join(said)
