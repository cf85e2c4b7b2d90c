"""Whatever is in a file is read, or refused in one way."""

from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.export import CapturedExchange, CapturedResponse, export
from client.deliveries.importing import RequestUnreadable, read_request

PIECES = st.sampled_from(
    [
        *(
            b"curl ",
            b"printf ",
            b"https://h/ ",
            b"-H ",
            b"-d ",
            b"--json ",
            b"'",
            b'"',
            b"$'",
            b"$(",
            b")",
            b"\\",
            b"\n",
            b"|",
        ),
        *(
            b"POST /a HTTP/1.1\r\n",
            b"A: b\r\n",
            b"Content-Length: 3\n",
            b"Transfer-Encoding: chunked\n",
            b"\r\n\r\n",
            b"0\n",
        ),
        *(
            b'{"log":',
            b'{"entries":',
            b"[",
            b"]",
            b"}",
            b'{"request":',
            b'"method":"GET"',
            b'"url":"https://h/"',
            b",",
            b"\x00",
        ),
    ]
)
FILES = st.lists(PIECES | st.binary(max_size=3), max_size=14).map(b"".join)

TOKENS = st.text("abcXYZ09-_!#$%&'*+.^`|~", min_size=1, max_size=6).map(str.encode)
OCTETS = st.binary(max_size=8).map(lambda data: bytes(byte for byte in data if byte >= 0x20 and byte != 0x7F).strip())
TARGETS = st.binary(max_size=10).map(lambda data: b"/" + bytes(byte for byte in data if byte > 0x20 and byte != 0x7F))
FIELDS = st.lists(st.tuples(TOKENS, OCTETS), max_size=4).map(tuple)
RESPONSES = st.none() | st.builds(
    lambda status, reason, fields, content: CapturedResponse(
        status=status, reason=reason, fields=fields, content=content, content_bytes=len(content)
    ),
    *(st.integers(100, 599), OCTETS, FIELDS, st.binary(max_size=12)),
)


@st.composite
def exchanges(draw: st.DrawFn) -> CapturedExchange:
    """Give any exchange."""
    content = draw(st.binary(max_size=20))
    return CapturedExchange(
        method=draw(TOKENS),
        base=draw(st.sampled_from(["https://h", "http://127.0.0.1:1", "https://h/t/demo"])),
        target=draw(TARGETS),
        fields=draw(FIELDS),
        content=content,
        content_bytes=len(content),
        response=draw(RESPONSES),
        started_at=draw(st.floats(0, 4e9)),
        duration_seconds=draw(st.none() | st.floats(0, 1e6)),
    )


@given(FILES)
def test_read_request_of_anything(data: bytes) -> None:
    """No other exception, and what is read can be exported again."""
    try:
        read = read_request(data)
    except RequestUnreadable:
        return
    assert read != []
    export(read, "har")


@given(st.lists(exchanges(), min_size=1, max_size=3))
def test_har_and_json_come_in_again_unchanged(sent: list[CapturedExchange]) -> None:
    """For any octets."""
    assert read_request(export(sent, "har", with_secrets=True).data) == sent
    assert read_request(export(sent, "json", with_secrets=True).data) == sent


@given(exchanges())
def test_curl_and_raw_come_in_again(sent: CapturedExchange) -> None:
    """Method, URL or target, and content are the same."""
    (line,) = read_request(export([sent], "curl", with_secrets=True).data)
    (raw,) = read_request(export([sent], "raw", with_secrets=True).data)
    assert (line.method, line.url, line.content) == (sent.method, sent.url, sent.content)
    assert (raw.method, raw.target, raw.content) == (sent.method, sent.target, sent.content)
