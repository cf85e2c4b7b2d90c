"""Answers of an app that are none, or end too early, each with what its sender is to be told."""

OK = b"HTTP/1.1 200 OK\r\n"
BAD = "origin-bad-response"
CLOSED = "origin-closed"
BROKEN = "broken"
"""The answer had begun: the connection ends in a way that cannot be taken for the end of the answer."""
PASSES = "passes"
"""Odd, and still an answer."""

MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", CLOSED),
    "half a status line": (b"HTTP/1.1 2", CLOSED),
    "half a head": (OK + b"Content-Le", CLOSED),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", BAD),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x28", BAD),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD),
    "version 2.0": (b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "version 0.9": (b"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "lower-case version": (b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "no status": (b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "status of two digits": (b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "status of four digits": (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", BAD),
    "status 99": (b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n", BAD),
    "status 600": (b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", BAD),
    "status 999": (b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", BAD),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", PASSES),
    "reason beyond ASCII": (b"HTTP/1.1 200 Pr\xe4chtig\r\nContent-Length: 0\r\n\r\n", PASSES),
    "ESC in the reason": (b"HTTP/1.1 200 \x1b[31mred\r\nContent-Length: 0\r\n\r\n", BAD),
    "field without a colon": (OK + b"Content-Length 0\r\n\r\n", BAD),
    "space before the colon": (OK + b"X-A : 1\r\nContent-Length: 0\r\n\r\n", BAD),
    "empty field name": (OK + b": 1\r\nContent-Length: 0\r\n\r\n", BAD),
    "odd field name": (OK + b"X(A): 1\r\nContent-Length: 0\r\n\r\n", BAD),
    "NUL in a value": (OK + b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n", BAD),
    "ESC in a value": (OK + b"X-A: a\x1b]0;t\x07b\r\nContent-Length: 0\r\n\r\n", BAD),
    "bare CR in a value": (OK + b"X-A: a\rb\r\nContent-Length: 0\r\n\r\n", BAD),
    "obsolete line folding": (OK + b"X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n", BAD),
    "bytes beyond ASCII in a value": (OK + b"X-A: \xe9\r\nContent-Length: 0\r\n\r\n", PASSES),
    "field of 9 KiB": (OK + b"X-A: " + b"a" * 9216 + b"\r\nContent-Length: 0\r\n\r\n", PASSES),
    "head of 100 KiB": (OK + b"X-A: " + b"a" * 102_400 + b"\r\nContent-Length: 0\r\n\r\n", BAD),
    "300 fields": (OK + b"X-A: 1\r\n" * 300 + b"Content-Length: 0\r\n\r\n", BAD),
    "head without an end": (OK + b"X-A: 1\r\n" * 100_000, BAD),
    "two lengths that differ": (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", BAD),
    "length with a sign": (OK + b"Content-Length: +1\r\n\r\na", BAD),
    "length that is no number": (OK + b"Content-Length: one\r\n\r\na", BAD),
    "length without an end": (OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\na", BAD),
    "length and chunks": (OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", BAD),
    "unknown coding": (OK + b"Transfer-Encoding: gzip\r\n\r\nabc", BAD),
    "chunk size that is none": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", BAD),
    "chunk longer than its size": (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", BAD),
    "chunk size beyond 64 bits": (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\na", BAD),
    "no last chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", BROKEN),
    "shorter than its length": (OK + b"Content-Length: 10\r\n\r\nabc", BROKEN),
    "longer than its length": (OK + b"Content-Length: 3\r\n\r\nabcdefgh", PASSES),
    "content with 204": (b"HTTP/1.1 204 No Content\r\n\r\nabc", PASSES),
    "nothing but interim answers": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200_000, BAD),
    "interim answer alone": (b"HTTP/1.1 100 Continue\r\n\r\n", CLOSED),
    "101 that nobody asked for": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        BAD,
    ),
}
