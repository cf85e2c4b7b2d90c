"""cURL lines as people and browsers write them."""

import time

import pytest

from client.deliveries.importing import RequestUnreadable, read_request
from client.deliveries.importing.curl import read_curl
from shared.http import first

FORM = b"application/x-www-form-urlencoded"


def read(line: str | bytes) -> tuple[bytes, str, bytes | None]:
    """Give method, URL and content."""
    (one,) = read_request(line if isinstance(line, bytes) else line.encode())
    return one.method, one.url, one.content


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("curl example.com", (b"GET", "http://example.com/", b"")),
        ("curl -XPUT 'https://h/p?a=[1]' -d a=1 -d 'b=2'", (b"PUT", "https://h/p?a=[1]", b"a=1&b=2")),
        ("curl -sSLk -X POST https://h/ --data-raw '@x'", (b"POST", "https://h/", b"@x")),
        ("curl https://h/ --json '{\"a\":1}' --json ', 2'", (b"POST", "https://h/", b'{"a":1}, 2')),
        ("curl -G https://h/p?x -d a=b --data-urlencode 'c=d e'", (b"GET", "https://h/p?x&a=b&c=d%20e", b"")),
        ("curl -I https://h/p#frag", (b"HEAD", "https://h/p", b"")),
        ("curl https://h/ --data-urlencode 'a b&c'", (b"POST", "https://h/", b"a%20b%26c")),
        (
            "curl https://h/ \\\n  -H 'A: b' \\\n  --data-binary $'it\\'s\\n\\x00\\u00e9\\101'",
            (b"POST", "https://h/", b"it's\n\x00\xc3\xa9A"),
        ),
        ('curl "https://h/\\"q\\"" -d "a\\$b\\\\c\\d\\\ne $ f"', (b"POST", 'https://h/"q"', b"a$b\\c\\de $ f")),
        ("# comment\n$ curl https://h/ -o out.txt --max-time 5 # more", (b"GET", "https://h/", b"")),
        ("printf 'a\\000%%' | curl --data-binary @- https://h/", (b"POST", "https://h/", b"a\x00%")),
        ("printf 'a\\n' | curl -d @- https://h/", (b"POST", "https://h/", b"a")),
        ("curl --request-target '/a b' https://h/", (b"GET", "https://h/a b", b"")),
        ("curl -X DELETE -- https://h/", (b"DELETE", "https://h/", b"")),
        ("curl --url https://h/ --no-keepalive", (b"GET", "https://h/", b"")),
        ("curl https://h?x=1", (b"GET", "https://h/?x=1", b"")),
    ],
)
def test_curl_line(line: str, expected: tuple[bytes, str, bytes]) -> None:
    """Method, URL and content are those that curl would send."""
    assert read(line) == expected


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ("", b"accept", b"*/*"),
        ("-H 'Accept:'", b"accept", None),
        ("-H 'X: a b'", b"x", b"a b"),
        ("-H 'X;'", b"x", b""),
        ("-d a", b"content-type", FORM),
        ("-d a -H 'content-type: t'", b"content-type", b"t"),
        ("--json a", b"content-type", b"application/json"),
        ("-d abc", b"content-length", b"3"),
        ("-u me:pw", b"authorization", b"Basic bWU6cHc="),
        ("--oauth2-bearer t", b"authorization", b"Bearer t"),
        ("-A agent", b"user-agent", b"agent"),
        ("-b a=b", b"cookie", b"a=b"),
        ("-e https://r/", b"referer", b"https://r/"),
        ("--compressed", b"accept-encoding", b"deflate, gzip, br, zstd"),
        ("-r 0-9", b"range", b"bytes=0-9"),
        ("-H \"$(printf 'X: \\351')\"", b"x", b"\xe9"),
        ("", b"host", b"h"),
    ],
)
def test_curl_line_fields(options: str, name: bytes, value: bytes | None) -> None:
    """Fields are those of the options, and curl's own where they were not taken away."""
    (one,) = read_request(f"curl https://h/ {options}".encode())
    assert first(one.fields, name) == value


def test_curl_line_takes_the_user_from_the_url() -> None:
    """`user:password@` is an `Authorization` field and no part of the URL."""
    (one,) = read_request(b"curl https://me:p%40w@h/")
    assert (one.url, first(one.fields, b"authorization")) == ("https://h/", b"Basic bWU6cEB3")


BAD = [
    ("curl", "names no URL"),
    ("curl https://h/ https://i/", "two URLs"),
    ("curl https://h/ -d @secret.txt", "reads a file, which is not in the line"),
    ("curl https://h/ --data-urlencode @f", "reads a file"),
    ("curl https://h/ -H @f", "reads a file"),
    ("curl https://h/ -b cookies.txt", "reads a file"),
    ("curl https://h/ -F a=b", "option --form sends a multipart form"),
    ("curl https://h/ -T f", "option --upload-file sends a file"),
    ("curl https://h/ --next", "option --next begins a second request"),
    ("curl https://h/ --aws-sigv4 x", "signs with the time of sending"),
    ("curl https://h/ --heder x", "'--heder' is not known here; did you mean --header?"),
    ("curl https://h/ -Q x", "'-Q' is not known here"),
    ("curl https://h/ -H", "--header needs a value"),
    ("curl https://h/ --header", "'--header' needs a value"),
    ("curl https://h/ -H nonsense", "`Name: value` was expected"),
    ("curl https://h/ -H 'a b: c'", "cannot be sent as one field"),
    ("curl https://h/ -H $'A: b\\nC: d'", "cannot be sent as one field"),
    ("curl https://h/ -X 'a b'", "is no method"),
    ("curl ftp://h/", "is no http:// or https:// URL"),
    ("curl https://h/ -d 'open", "line 1, column 20: this quote is never closed"),
    ('curl https://h/ -d "open', "this quote is never closed"),
    ("curl https://h/ -d $'open", "this quote is never closed"),
    ("curl https://h/ -d $HOME", "a shell variable"),
    ('curl https://h/ -d "a $HOME"', "a shell variable"),
    ('curl https://h/ -d "`id`"', "a shell variable or command"),
    ('curl https://h/ -d "$(cat /etc/passwd)"', "only `$(printf '…')` is read"),
    ("curl https://h/ -d $(printf '%s' x)", "only `$(printf '…')` is read"),
    ("curl https://h/ > out", "does more than call one command"),
    ("curl https://h/; rm -rf /", "does more than call one command"),
    ("curl https://h/\nrm -rf /", "line 2, column 1: a second command begins here"),
    ("curl https://h/ | sh", "only `printf '…' |` can stand before"),
    ("printf a | curl https://h/ | sh", "goes on behind the command"),
    ("printf a", "the command is not curl"),
]


@pytest.mark.parametrize(("line", "words"), BAD)
def test_curl_line_that_cannot_be_read_says_why(line: str, words: str) -> None:
    """The option is named, or the place; nothing is ever run or read from disk."""
    with pytest.raises(RequestUnreadable) as caught:
        read(line)
    assert words in str(caught.value)


@pytest.mark.parametrize("line", [b"#\n", b" # x\n", b"\n", b"  \n", b" ", b"#"])
def test_prompt_behind_thousands_of_lines_is_found_at_once(line: bytes) -> None:
    """Comments and blanks before a line cost no more than reading them, with a prompt behind them or without."""
    began = time.process_time()
    with_prompt = read(line * 5000 + b"\n$ curl https://h/") if line != b"#" else (b"GET", "https://h/", b"")
    with pytest.raises(RequestUnreadable):
        read_curl(line * 5000 + b"x")
    with pytest.raises(RequestUnreadable):
        read_request(line * 5000 + b"x")
    assert (with_prompt, time.process_time() - began < 1) == ((b"GET", "https://h/", b""), True)


@pytest.mark.parametrize("opening", [b"$(", b'"$(', b'$(printf "'])
def test_substitutions_deep_inside_one_another_are_refused(opening: bytes) -> None:
    """However deep, it is the line that is at fault."""
    with pytest.raises(RequestUnreadable):
        read_curl(b"curl https://h/ -d " + opening * 3000)
