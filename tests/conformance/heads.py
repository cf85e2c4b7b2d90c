"""Request lines, line ends and fields that a strict reader refuses, beside some that it must not (RFC 9112 2 to 5)."""

from tests.conformance.case import HIDDEN, HOST, case, post


def _line(line: bytes) -> bytes:
    return post(b"Content-Length: 0\r\n", HIDDEN, line=line)


def _lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


LINE_ENDS = (
    case("all lines end in LF", _lf(post(b"Content-Length: 0\r\n")), 400),
    case(
        "request line ends in LF",
        b"POST /seen HTTP/1.1\n" + HOST + b"X-Delivery: {id}\r\nContent-Length: 0\r\n\r\n",
        400,
    ),
    case(
        "request line ends in CR",
        b"POST /seen HTTP/1.1\r" + HOST + b"X-Delivery: {id}\r\nContent-Length: 0\r\n\r\n",
        400,
    ),
    case("head ends in LF", b"POST /seen HTTP/1.1\r\n" + HOST + b"X-Delivery: {id}\r\nContent-Length: 0\r\n\n", 400),
    case("one empty line first", b"\r\n" + post(b"Content-Length: 0\r\n"), 200, 400),
    case("space first", b" " + post(b"Content-Length: 0\r\n"), 400),
    case("no colon", post(b"Content-Length: 0\r\nnonsense\r\n"), 400),
    case("space before the first field", b"POST /seen HTTP/1.1\r\n " + HOST + b"Content-Length: 0\r\n\r\n", 400),
    case("empty field name", post(b": x\r\nContent-Length: 0\r\n"), 400),
    case("space in a field name", post(b"X A: x\r\nContent-Length: 0\r\n"), 400),
    case("NUL in a value", post(b"X-A: a\0b\r\nContent-Length: 0\r\n"), 400),
    case("ESC in a value", post(b"X-A: a\x1bb\r\nContent-Length: 0\r\n"), 400),
    case("obs-text in a value", post(b"X-A: a\xe9b\r\nContent-Length: 0\r\n"), 200),
)

REQUEST_LINES = (
    case("HTTP 0.9", b"GET /seen\r\n\r\n", 400),
    case("HTTP 2.0", _line(b"POST /seen HTTP/2.0"), 400, 505),
    case("HTTP 1.2", _line(b"POST /seen HTTP/1.2"), 400, 505),
    case("HTTP 1.01", _line(b"POST /seen HTTP/1.01"), 400, 505),
    case("version in lower case", _line(b"POST /seen http/1.1"), 400),
    case("version without a minor digit", _line(b"POST /seen HTTP/1"), 400),
    case("version with leading zeros", _line(b"POST /seen HTTP/01.01"), 400),
    case("space in the version", _line(b"POST /seen HTTP/ 1.1"), 400),
    case("version in place of the target", _line(b"POST HTTP/1.1"), 400),
    case("white space for a request line", b"   \r\n\r\n", 400),
    case("line of white space after the request line", b"POST /seen HTTP/1.1\r\n \r\n" + HOST + b"\r\n", 400),
    case("another protocol", _line(b"POST /seen RTSP/1.0"), 400, 505),
    case("space after the version", _line(b"POST /seen HTTP/1.1 "), 400),
    case("tab between", _line(b"POST\t/seen\tHTTP/1.1"), 400),
    case("two spaces between", _line(b"POST  /seen HTTP/1.1"), 400),
    case("space in the target", _line(b"POST /se en HTTP/1.1"), 400, 505),
    case("NUL in the target", _line(b"POST /se\0en HTTP/1.1"), 400),
    case("tab in the target", _line(b"POST /se\ten HTTP/1.1"), 400),
    case("obs-text in the target", _line(b"POST /se\xe9en HTTP/1.1"), 400),
    case("target without a slash", _line(b"POST seen HTTP/1.1"), 400),
    case("target that is an address", _line(b"POST @evil.example/ HTTP/1.1"), 400),
    case("star", _line(b"POST * HTTP/1.1"), 400),
    case("star for OPTIONS", _line(b"OPTIONS * HTTP/1.1"), 200),
    case("empty target", _line(b"POST  HTTP/1.1"), 400, 505),
    case("CONNECT", _line(b"CONNECT demo.localhost:443 HTTP/1.1"), 405),
    case("TRACE", _line(b"TRACE /seen HTTP/1.1"), 405),
    case("method of nobody's", _line(b"FOOBAR /seen HTTP/1.1"), 405, 501),
    case("method in lower case", _line(b"post /seen HTTP/1.1"), 405, 501),
    case("method of 100,000 bytes", _line(b"A" * 100_000 + b" /seen HTTP/1.1"), 400),
    case("method with a control byte", _line(b"PO\x01ST /seen HTTP/1.1"), 400),
    case("method with brackets", _line(b"PO(ST /seen HTTP/1.1"), 400),
    case("another expectation", post(b"Expect: the-unexpected\r\nContent-Length: 0\r\n"), 417),
    case("no Host", post(b"Content-Length: 0\r\n", host=b""), 400),
    case("two Hosts", post(HOST + b"Content-Length: 0\r\n"), 400),
    case("two Hosts that differ", post(b"Host: other.example\r\nContent-Length: 0\r\n"), 400),
    case("target of 20,000 bytes", _line(b"POST /" + b"a" * 20_000 + b" HTTP/1.1"), 414, 431),
    case("target of 7,900 bytes", post(b"Content-Length: 0\r\n", line=b"POST /" + b"a" * 7_900 + b" HTTP/1.1"), 200),
    case("field name of 70,000 bytes", post(b"A" * 70_000 + b": a\r\nContent-Length: 0\r\n"), 400, 431),
    case("field of 70,000 bytes", post(b"X-A: " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n"), 431),
    case("101 fields more", post(b"X-A: a\r\n" * 101 + b"Content-Length: 0\r\n"), 431),
    case("TLS on the plain door", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x11" * 160),
)

HEADS = LINE_ENDS + REQUEST_LINES
