"""What a hostile sender puts into everything it can."""

from client.views import SignatureView

EVIL = (
    "A\x1b]52;c;cHduZWQ=\x1b\\B\x1b[31mC\x9b31mD\x1b]0;TITLE\x07E\u202eF\u200bG\rH\x08I\x0bJ"
    "[@click=app.bell]K[/]\x1b[6nL\x1bPq\x1b\\M\x7fN\x00O\ud800"
)
"""Clipboard, colours, C1, a title, bidi and zero-width controls, markup, a report request, a device string, NUL."""

FORBIDDEN = (b"\x1b]52", b"\x1b]0;TITLE", b"\x1b[6n", b"\x1bPq", "\x9b".encode(), "\u202e".encode(), b"\x00", b"\x08")

EVIL_WIRE = EVIL.replace("\ud800", "")
"""The same without the lone surrogate, which no JSON document can carry."""

EVIL_VERDICT = SignatureView(
    state="invalid",
    scheme=EVIL_WIRE,
    reason=EVIL_WIRE,
    sentence=EVIL_WIRE,
    next_step=EVIL_WIRE,
    checked=((EVIL_WIRE, EVIL_WIRE),),
    ruled_out=(EVIL_WIRE, EVIL_WIRE),
)
