"""HAR files as browsers and other tools write them, and as nobody should."""

import msgspec
import pytest

from client.deliveries.importing import RequestUnreadable, read_request

BROWSER = {
    "request": {
        "method": "POST",
        "url": "https://h/p?q=%20#frag",
        "httpVersion": "h2",
        "headers": [
            {"name": ":authority", "value": "h"},
            {"name": ":path", "value": "/p"},
            {"name": "x-é", "value": "☃"},
        ],
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "b c"}]},
        "bodySize": 5,
    },
    "response": {
        "status": 200,
        "statusText": "",
        "headers": [],
        "content": {"size": 2, "text": "b2s=", "encoding": "base64"},
    },
    "startedDateTime": "2026-11-24T10:00:00.500Z",
    "time": 12.5,
    "_initiator": {"type": "script"},
}


def test_har_entry_of_a_browser() -> None:
    """HTTP/2's names become HTTP/1.1's fields, a form is encoded, the answer decoded."""
    (read,) = read_request(msgspec.json.encode(BROWSER))
    assert read.response is not None
    assert (read.url, read.fields, read.content, read.response.content, read.started_at, read.duration_seconds) == (
        "https://h/p?q=%20",
        ((b"Host", b"h"), (b"x-\xe9", b"\xe2\x98\x83")),
        b"a=b+c",
        b"ok",
        1_795_514_400.5,
        0.0125,
    )


@pytest.mark.parametrize(
    "form", [[BROWSER], {"log": {"entries": [BROWSER]}}, {"log": {"version": "1.2", "entries": [BROWSER]}, "x": 1}]
)
def test_har_entries_in_other_forms(form: object) -> None:
    """A list of entries and a file, also an incomplete one, read the same."""
    assert read_request(msgspec.json.encode(form)) == read_request(msgspec.json.encode(BROWSER))


def test_har_without_content_is_not_whole() -> None:
    """A body size without a body means that it was not captured."""
    entry = {
        "request": {"method": "POST", "url": "https://h/", "bodySize": 7},
        "response": {"content": {"size": 3}, "status": 200},
    }
    (read,) = read_request(msgspec.json.encode(entry))
    assert read.response is not None
    assert (read.content, read.content_bytes, read.response.content) == (None, 7, None)


@pytest.mark.parametrize("status", [0, -1])
def test_har_without_an_answer(status: int) -> None:
    """Status 0 is how HAR says that there was none."""
    assert read_request(msgspec.json.encode({**BROWSER, "response": {"status": status}}))[0].response is None


def damaged(**request: object) -> bytes:
    """Give an entry with another request."""
    return msgspec.json.encode({"log": {"entries": [{**BROWSER, "request": {**BROWSER["request"], **request}}]}})  # type: ignore[dict-item]


BAD = [
    (b"", "the file is empty"),
    (b"  \n", "the file is empty"),
    (b"{", "line 1, column 2: this is no JSON"),
    (b'{"log":\n  oops}', "line 2, column 3: this is no JSON"),
    (b"{}", "neither `log` nor `request`"),
    (b'{"log": {}}', "missing required field `entries`"),
    (b'{"log": {"entries": [{"request": {"method": 1, "url": ""}}]}}', "`$.log.entries[0].request.method`"),
    (b'{"log": ' + b'{"a":' * 100_000, "nested too deeply"),
    (b"[" * 100_000, "this is no HAR"),
    (damaged(url="ftp://h/"), "log.entries[0]: 'ftp://h/' is no http:// or https:// URL"),
    (damaged(headers=[{"name": "a", "value": "b\r\nc: d"}]), "holds a line break"),
    (damaged(headers=[{"name": "", "value": "b"}]), "has no name"),
    (damaged(postData={"text": "", "_base64": "?"}), "log.entries[0]: "),
    (msgspec.json.encode({**BROWSER, "startedDateTime": "yesterday"}), "'yesterday' is no ISO 8601 time"),
    (b"\x00\x01\x02", "no request line"),
]


@pytest.mark.parametrize(("data", "words"), BAD)
def test_har_that_cannot_be_read_says_where(data: bytes, words: str) -> None:
    """Line and column, or the member's path."""
    with pytest.raises(RequestUnreadable) as caught:
        read_request(data)
    assert words in str(caught.value)


def test_read_request_refuses_what_is_too_large() -> None:
    """The limit is said."""
    with pytest.raises(RequestUnreadable, match="the file has 11 bytes; at most 10 are read"):
        read_request(b"GET / HTTP/", most_bytes=10)
