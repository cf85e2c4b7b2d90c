"""Requests whose framing can be read in two ways: the material of request smuggling (RFC 9112 sections 6 and 7)."""

from tests.conformance.case import HIDDEN, Case, case, post

CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY = b"0\r\n\r\n"
FIVE = b"5\r\nhello\r\n0\r\n\r\n"


def _coding(name: str, field: bytes, *first: int) -> Case:
    """Give a case in which a reader that overlooks the field takes the hidden request for another one."""
    return case(name, post(field + b"Content-Length: 5\r\n", EMPTY + HIDDEN), *first)


def _alone(name: str, field: bytes, *first: int) -> Case:
    return case(name, post(field, EMPTY + HIDDEN), *first)


def _length(value: bytes, *first: int) -> Case:
    return case(f"length {value!r}", post(b"Content-Length:" + value + b"\r\n", b"hello" + HIDDEN), *first)


def _chunk(name: str, content: bytes, *first: int) -> Case:
    return case(f"chunk {name}", post(CHUNKED, content + HIDDEN), *first)


BOTH = (
    _coding("length after coding", CHUNKED, 400),
    case("coding after length", post(b"Content-Length: 5\r\n" + CHUNKED, EMPTY + HIDDEN), 400),
    _coding("coding in another case", b"tRANSFER-eNCODING: chunked\r\n", 400),
    _coding("coding twice", CHUNKED + CHUNKED, 400, 501),
    _coding("coding identity", b"Transfer-Encoding: identity\r\n", 400, 501),
    _coding("coding unknown", b"Transfer-Encoding: cow\r\n", 400, 501),
    _coding("coding with space before colon", b"Transfer-Encoding : chunked\r\n", 400),
    _coding("coding with tab before colon", b"Transfer-Encoding\t: chunked\r\n", 400),
    _coding("coding folded", b"Transfer-Encoding:\r\n chunked\r\n", 400),
    _coding("coding folded into another field", b"X-A: b\r\n Transfer-Encoding: chunked\r\n", 400),
    _coding("coding after bare LF", b"X-A: b\nTransfer-Encoding: chunked\r\n", 400),
    _coding("coding after bare CR", b"X-A: b\rTransfer-Encoding: chunked\r\n", 400),
    _coding("coding with underscore", b"Transfer_Encoding: chunked\r\n", 400),
    _coding("coding with NUL", b"Transfer-Encoding: chun\0ked\r\n", 400),
    _coding("coding with vertical tab", b"Transfer-Encoding: \x0bchunked\r\n", 400, 501),
    _coding("coding with DEL", b"Transfer-Encoding: chunked\x7f\r\n", 400, 501),
    _coding("coding quoted", b'Transfer-Encoding: "chunked"\r\n', 400, 501),
    _coding("coding empty", b"Transfer-Encoding:\r\n", 400, 501),
    _coding("coding of white space", b"Transfer-Encoding: \t\r\n", 400, 501),
    _coding("coding with comma after", b"Transfer-Encoding: chunked,\r\n", 400, 501),
    _coding("coding with space after", b"Transfer-Encoding: chunked \r\n", 400, 501),
    _coding("coding chunked, then identity", CHUNKED + b"Transfer-Encoding: identity\r\n", 400, 501),
    _coding("name with colon first", b":Transfer-Encoding: chunked\r\n", 400),
    _coding("name with NUL", b"Transfer-Encoding\0: chunked\r\n", 400),
    _coding("name in obs-text", b"Transfer-Encoding\xff: chunked\r\n", 400),
)

CODINGS = (
    _alone("gzip before chunked", b"Transfer-Encoding: gzip, chunked\r\n", 400, 501),
    _alone("chunked before gzip", b"Transfer-Encoding: chunked, gzip\r\n", 400, 501),
    _alone("identity before chunked", b"Transfer-Encoding: identity, chunked\r\n", 400, 501),
    _alone("empty element before chunked", b"Transfer-Encoding: , chunked\r\n", 400, 501),
    _alone("chunked twice in a list", b"Transfer-Encoding: chunked, chunked\r\n", 400, 501),
    _alone("chunked with a parameter", b"Transfer-Encoding: chunked;q=1\r\n", 400, 501),
    _alone("two fields", CHUNKED + b"Transfer-Encoding: gzip\r\n", 400, 501),
    case("chunked in HTTP 1.0", post(CHUNKED, EMPTY + HIDDEN, line=b"POST /seen HTTP/1.0"), 400),
    case("chunked in capitals", post(b"Transfer-Encoding: CHUNKED\r\n", FIVE), 200),
    case("chunked as it should be", post(CHUNKED, FIVE + HIDDEN), 200),
)

LENGTHS = (
    _length(b" 5", 200),
    _length(b"5", 200),
    _length(b"\t5 ", 200),
    _length(b" +5", 400),
    _length(b" -5", 400),
    _length(b" 0x5", 400),
    _length(b" 5_0", 400),
    _length(b" 5.0", 400),
    _length(b" 5 5", 400),
    _length(b" 5,6", 400),
    _length(b" 5, 5", 200, 400),
    _length(b"", 400),
    _length(b" ", 400),
    _length(b" five", 400),
    _length(b" \xd9\xa5", 400),
    _length(b" 99999999999999999999999", 400, 413),
    _length(b" 18446744073709551621", 400, 413),
    case("two lengths that differ", post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!" + HIDDEN), 400),
    case("two lengths that agree", post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello" + HIDDEN), 200, 400),
    case("length with underscore", post(b"Content_Length: 5\r\n", HIDDEN), 400),
    case("no length and no coding", post(b"", HIDDEN), 200),
    case("get with content", post(b"Content-Length: 5\r\n", b"hello" + HIDDEN, line=b"GET /seen HTTP/1.1"), 200),
    case(
        "declined upgrade with content",
        post(
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: %d\r\n" % len(HIDDEN),
            HIDDEN,
        ),
        200,
        400,
    ),
)

CHUNKS = (
    _chunk("with extension", b"5;a=b\r\nhello\r\n0\r\n\r\n", 200),
    _chunk("with leading zeros", b"0005\r\nhello\r\n0\r\n\r\n", 200),
    _chunk("with trailer", b"5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n", 200),
    _chunk("size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size with plus", b"+5\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size with minus", b"-5\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size empty", b"\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size no number", b"five\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size overflow", b"FFFFFFFFFFFFFFFFF5\r\nhello\r\n0\r\n\r\n", 400, 413),
    _chunk("size ends in LF", b"5\nhello\r\n0\r\n\r\n", 400),
    _chunk("size ends in CR", b"5\rhello\r\n0\r\n\r\n", 400),
    _chunk("data ends in LF", b"5\r\nhello\n0\r\n\r\n", 400),
    _chunk("data ends in other bytes", b"5\r\nhelloXX0\r\n\r\n", 400),
    _chunk("data too long", b"5\r\nhello there\r\n0\r\n\r\n", 400),
    _chunk("extension with LF", b"5;a=\nb\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size with space first", b" 5\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size with space after", b"5 \r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size with underscore", b"0_5\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("size of nothing with plus", b"+0\r\n\r\n", 400),
    _chunk("semicolon without an extension", b"5;\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("extension that is no token", b"5;a[=b\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("extension with NUL", b"5;\0a\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("extension with CR", b"5;a\rb\r\nhello\r\n0\r\n\r\n", 400),
    _chunk("end in LF", b"5\r\nhello\r\n0\n\n", 400),
    _chunk("trailer with LF", b"5\r\nhello\r\n0\r\nX-T: 1\n\r\n", 400),
    _chunk("trailer with a length", b"5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n", 200, 400),
    _chunk("trailer with a coding", b"5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", 200, 400),
)

FRAMING = BOTH + CODINGS + LENGTHS + CHUNKS
