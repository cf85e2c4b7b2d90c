"""JSON for files that people open in a terminal."""

import re

import msgspec

_STEERING = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""DEL, C1, line and bidi controls, other format characters; C0 is escaped in every JSON text (RFC 8259 section 7)."""


def to_json_text(value: msgspec.Struct) -> bytes:
    """Give a value as indented JSON; what could steer a terminal is escaped, and reads back as it was."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _STEERING.sub(_escaped, text).encode() + b"\n"


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
