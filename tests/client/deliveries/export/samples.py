"""Exchanges that try to leave the quotes they are put in."""

from client.deliveries.export import CapturedExchange, CapturedResponse
from shared.http import Fields

FIELDS: Fields = (
    (b"Host", b"demo.example.com"),
    (b"User-Agent", b'Sender/1.0 (it\'s "quoted"; $HOME `id` $(id) !! \\n %s)'),
    (b"Accept", b"*/*"),
    (b"Content-Type", b"application/json; charset=utf-8"),
    (b"X-Empty", b""),
    (b"X-Twice", b"one"),
    (b"x-twice", b"two"),
    (b"X-Obs", b"caf\xe9 \xff"),
    (b"X-Tab", b"a\tb"),
    (b"X-At", b"@/etc/passwd"),
    (b"X-Equals", b"=5:@;"),
)

CONTENTS = {
    "plain": b'{"id":"evt_1","type":"call.ended"}',
    "empty": b"",
    "quotes": b"it's \"quoted\" '\\'' `id` $(id) $HOME ${IFS} \\",
    "history": b"!! !$ !echo wow! '!' \"!\"",
    "history on a later line": b"first\n!! second\n'!'",
    "line ends": b"\n\na\r\nb\n\n",
    "nul": b"a\x00b\x00\x00",
    "every byte": bytes(range(256)) * 3,
    "terminal": b"\x1b]0;owned\x07\x1b[2J\x9b31m",
    "bidi": "user\u202eexe.txt".encode(),
    "utf-8": "größe ☃ 日本語".encode(),
    "not utf-8": b"\xff\xfe\xfa",
    "at": b"@/etc/passwd",
    "dash": b"-d x --next",
    "percent": b"%s%n%% 100% \\x41 \\101 \\c",
    "heredoc": b"EOF\nrm -rf /\nEOF\n",
    "tab": b"a\tb",
    "long text": b"x" * 40_000,
    "long binary": b"\x00'%\\" * 50_000,
}

TARGETS = {
    "plain": b"/webhooks/stripe?x=1&y=%20",
    "dots": b"/a//b/../c/./d",
    "empty query": b"/?",
    "braces": b"/{a,b}/[1-3]",
    "quotes": b"/it's\"$(id)`id`!!?a=';&b=|<>",
    "backslash": b"/a\\b^{}",
    "percent": b"/%00%ff%2e%2e/%7Euser",
    "raw octets": b"/caf\xc3\xa9/\xff?\xe9",
    "hash": b"/a#b",
    "double slash": b"//evil.example.com/x",
}


def exchange(base: str = "https://demo.example.com", **changes: object) -> CapturedExchange:
    """Give an exchange as the store would, with changes."""
    content = changes.get("content", CONTENTS["plain"])
    assert content is None or isinstance(content, bytes)
    ordinary: dict[str, object] = {
        "method": b"POST",
        "base": base,
        "target": TARGETS["plain"],
        "fields": (*FIELDS, (b"Content-Length", str(len(content or b"")).encode())),
        "content_bytes": len(content or b""),
        "content": content,
        "started_at": 1_700_000_000.123456,
        "duration_seconds": 0.0123,
        "response": CapturedResponse(
            status=201,
            reason=b"Created",
            fields=((b"Content-Type", b"text/plain"), (b"Set-Cookie", b"sid=secret; Path=/")),
            content=b"\xff\x00done",
            content_bytes=6,
        ),
        "delivery_id": "dlv_01k9wzexample00000",
    }
    return CapturedExchange(**{**ordinary, **changes})  # type: ignore[arg-type]
