"""The options of curl(1) that a line may carry, as a table."""

from typing import NamedTuple


class Option(NamedTuple):
    """An option of curl."""

    name: str
    takes_value: bool
    unreadable: str = ""
    """Why a line with it cannot be read; empty: it can, or it changes nothing of the request."""


_REQUEST_WITH_VALUE = (
    "request", "header", "data", "data-raw", "data-binary", "data-urlencode", "json", "url", "user",
    "user-agent", "referer", "cookie", "request-target", "oauth2-bearer", "range",
)  # fmt: skip
_REQUEST_FLAGS = ("get", "head", "compressed", "http1.0")
_IGNORED_WITH_VALUE = (
    "output", "max-time", "connect-timeout", "write-out", "retry", "retry-delay", "retry-max-time", "cacert",
    "capath", "cert", "key", "proxy", "noproxy", "resolve", "connect-to", "cookie-jar", "dump-header",
    "trace", "trace-ascii", "stderr", "max-redirs", "interface", "limit-rate", "ciphers", "tls-max",
    "unix-socket", "dns-servers", "keepalive-time", "max-filesize", "speed-limit", "speed-time",
    "expect100-timeout", "proxy-user", "output-dir",
)  # fmt: skip
_IGNORED_FLAGS = (
    "insecure", "silent", "show-error", "location", "include", "verbose", "fail", "fail-with-body",
    "globoff", "path-as-is", "http1.1", "http2", "http2-prior-knowledge", "http3", "no-buffer",
    "progress-bar", "remote-name", "remote-header-name", "no-keepalive", "no-progress-meter", "tcp-nodelay",
    "ipv4", "ipv6", "tlsv1.2", "tlsv1.3", "basic", "raw", "parallel", "compressed-ssh", "location-trusted",
    "create-dirs", "post301", "post302", "post303", "retry-connrefused", "styled-output",
)  # fmt: skip
_UNREADABLE = {
    "form": (True, "sends a multipart form with a boundary that curl makes up; import a HAR or raw request instead"),
    "form-string": (
        True,
        "sends a multipart form with a boundary that curl makes up; import a HAR or raw request instead",
    ),
    "upload-file": (True, "sends a file, which is not in the line"),
    "config": (True, "reads a file, which is not in the line"),
    "next": (False, "begins a second request; give one request"),
    "digest": (False, "needs an answer of the server before the request can be made"),
    "ntlm": (False, "needs an answer of the server before the request can be made"),
    "negotiate": (False, "needs an answer of the server before the request can be made"),
    "anyauth": (False, "needs an answer of the server before the request can be made"),
    "netrc": (False, "reads a file, which is not in the line"),
    "aws-sigv4": (True, "signs with the time of sending, which is not in the line"),
    "url-query": (True, "is not read; write the query into the URL"),
}

KNOWN: dict[str, Option] = {
    **{name: Option(name, takes_value=True) for name in _REQUEST_WITH_VALUE + _IGNORED_WITH_VALUE},
    **{name: Option(name, takes_value=False) for name in _REQUEST_FLAGS + _IGNORED_FLAGS},
    **{name: Option(name, takes, why) for name, (takes, why) in _UNREADABLE.items()},
}
KNOWN["data-ascii"] = KNOWN["data"]

SHORT: dict[str, str] = {
    "X": "request", "H": "header", "d": "data", "u": "user", "A": "user-agent", "e": "referer",
    "b": "cookie", "r": "range", "G": "get", "I": "head", "0": "http1.0", "o": "output", "m": "max-time",
    "w": "write-out", "x": "proxy", "c": "cookie-jar", "D": "dump-header", "E": "cert", "k": "insecure",
    "s": "silent", "S": "show-error", "L": "location", "i": "include", "v": "verbose", "f": "fail",
    "g": "globoff", "N": "no-buffer", "#": "progress-bar", "O": "remote-name", "J": "remote-header-name",
    "4": "ipv4", "6": "ipv6", "F": "form", "T": "upload-file", "K": "config", "n": "netrc", "Z": "parallel",
    "U": "proxy-user", "y": "speed-time", "Y": "speed-limit",
}  # fmt: skip
"""Letters of curl(1) and the long names that they stand for."""
