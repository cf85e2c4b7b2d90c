"""What content is and how it is best shown: laid out, as text, or as bytes."""

import re
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

from client.tui.model import json_text
from client.tui.model.document import Document
from client.wording import size
from shared.printable import printable

Mode = Literal["auto", "pretty", "raw", "hex"]
MODES: tuple[Mode, ...] = ("auto", "pretty", "raw", "hex")

Kind = Literal["json", "form", "text", "binary"]

_LOOKED_AT_BYTES = 4_096
_FORM = "application/x-www-form-urlencoded"
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_JSON_VALUE = re.compile(rb'["\d-]|(?:true|false|null)\b')
_MOST_PAIRS = 5_000


class Rendering(NamedTuple):
    """Content ready to be shown: as lines of a document, or as bytes when `document` is None."""

    labels: tuple[str, ...]
    """What it is, how long, and what is wrong with it."""
    document: Document | None
    json: bool = False


def kind_of(data: bytes, content_type: str) -> Kind:
    """Tell what content is: by its type when that can be true, else by its first bytes."""
    start = data[:_LOOKED_AT_BYTES]
    media = content_type.partition(";")[0].strip().lower()
    text = _decoded(start, content_type)
    if b"\0" in start or text.count("\ufffd") > len(text) // 10:
        return "binary"
    begins = start.lstrip()
    if begins[:1] in (b"{", b"[") or (media.endswith("json") and _JSON_VALUE.match(begins)):
        return "json"
    return "form" if media == _FORM else "text"


def _decoded(data: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type)
    try:
        return data.decode(declared.group(1) if declared else "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return data.decode("utf-8", errors="replace")


def render(data: bytes, content_type: str, mode: Mode, *, of_bytes: int | None = None) -> Rendering:
    """Prepare content for a view.

    Args:
        data: the bytes.
        content_type: the field's value; may be empty or untrue.
        mode: `auto` decides by what the content is.
        of_bytes: the whole length when `data` is only the beginning; None: it is the whole.
    """
    kind = kind_of(data, content_type)
    length = size(len(data) if of_bytes is None else of_bytes)
    part = "" if of_bytes is None else ", beginning"
    if mode == "hex" or (mode != "raw" and kind == "binary"):
        return Rendering((f"hex{part}", length), None)
    if mode != "raw" and kind == "json":
        text = printable(data.decode("utf-8", errors="replace"))
        mistake = json_text.mistake(data) if of_bytes is None else ""
        labels = (f"JSON, pretty{part}", length, mistake) if mistake else (f"JSON, pretty{part}", length)
        return Rendering(labels, Document(json_text.indented(text)), json=True)
    if mode != "raw" and kind == "form":
        return Rendering((f"form{part}", length), Document(_form(data)))
    label = "JSON, raw" if kind == "json" else "text"
    return Rendering((f"{label}{part}", length), Document(_text(data, content_type)), json=kind == "json")


def _text(data: bytes, content_type: str) -> str:
    text = printable(_decoded(data, content_type))
    return text.expandtabs(4) if "\t" in text else text


def _form(data: bytes) -> str:
    pairs = parse_qsl(data.decode("utf-8", errors="replace"), keep_blank_values=True, separator="&")
    width = min(28, max((len(name) for name, _ in pairs[:_MOST_PAIRS]), default=0))
    lines = [f"{name:<{width}}  {value}" for name, value in pairs[:_MOST_PAIRS]]
    if len(pairs) > _MOST_PAIRS:
        lines.append(f"({len(pairs) - _MOST_PAIRS} more: press v for the raw text)")
    return "\n".join(printable(line).replace("\n", "\u240a").expandtabs(4) for line in lines)
