"""What the URL may have been where it was signed, if it is not the one that we saw."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from client.signatures.verdict import Reason
from shared.http.fields import first
from shared.http.heads import Fields


class UrlVariant(NamedTuple):
    """A URL that may have been signed."""

    reason: Reason
    url: str
    said: str


_MOST_PARAMETERS = 200


def url_variants(url: str, fields: Fields, known: Sequence[str]) -> Iterator[UrlVariant]:
    """Yield what may have been signed in place of `url`, the commonest first.

    Args:
        url: as we saw it.
        fields: a proxy may have noted the original host and scheme in them.
        known: other URLs of this endpoint: the tunnel's public ones, the one registered at the provider.
    """
    seen = {url}
    for variant in _all(url, fields, known):
        if variant.url not in seen:
            seen.add(variant.url)
            yield variant


def _all(url: str, fields: Fields, known: Sequence[str]) -> Iterator[UrlVariant]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    yield UrlVariant(
        Reason.URL_SCHEME, urlunsplit(parts._replace(scheme=_other(parts.scheme))), "with the other scheme"
    )
    bases = list(_bases(fields, known))
    for base in bases:
        yield UrlVariant(Reason.URL_HOST, _moved(parts, base, keep_path=True), "with another host")
        yield UrlVariant(Reason.URL_HOST, _moved(parts, base, keep_path=False), "as another URL of this endpoint")
    yield from _ports(parts, port)
    yield from _slashes(url, parts)
    if parts.query:
        yield from _queries(parts)
    decoded = unquote(url)
    if decoded != url:
        yield UrlVariant(Reason.URL_QUERY_ENCODING, decoded, "with its percent-encoding undone")
    for base in bases:
        moved = _moved(parts, base, keep_path=True)
        for variant in _slashes(moved, urlsplit(moved)):
            yield variant._replace(reason=Reason.URL_HOST, said="with another host and a slash more or less")


def _other(scheme: str) -> str:
    return "http" if scheme == "https" else "https"


def _bases(fields: Fields, known: Sequence[str]) -> Iterator[str]:
    yield from known
    schemes = [(first(fields, b"x-forwarded-proto") or b"https").decode("latin-1"), "https", "http"]
    for name in (b"x-forwarded-host", b"x-original-host", b"host"):
        host = first(fields, name)
        if host:
            authority = host.decode("latin-1").partition(",")[0].strip()
            yield from (f"{scheme}://{authority}" for scheme in dict.fromkeys(schemes))


def _moved(parts: SplitResult, base: str, *, keep_path: bool) -> str:
    """Put a URL's path and query onto another base, which may have a path of its own."""
    try:
        target = urlsplit(base)
    except ValueError:
        return base
    if not keep_path:
        return urlunsplit(target._replace(query=target.query or parts.query))
    path = target.path.rstrip("/") + parts.path
    return urlunsplit((target.scheme, target.netloc, path, parts.query, ""))


def _ports(parts: SplitResult, port: int | None) -> Iterator[UrlVariant]:
    usual = 443 if parts.scheme == "https" else 80
    bare = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    yield UrlVariant(Reason.URL_PORT, urlunsplit(parts._replace(netloc=bare)), "without a port")
    yield UrlVariant(Reason.URL_PORT, urlunsplit(parts._replace(netloc=f"{bare}:{usual}")), "with its usual port")


def _slashes(url: str, parts: SplitResult) -> Iterator[UrlVariant]:
    said = "with a slash more or less at the end of its path"
    path = parts.path
    for changed in (path + "/", path.removesuffix("/"), path.rstrip("/"), path.replace("//", "/")):
        yield UrlVariant(Reason.URL_TRAILING_SLASH, urlunsplit(parts._replace(path=changed)), said)
    if parts.query:
        yield UrlVariant(Reason.URL_TRAILING_SLASH, url.removesuffix("/"), said)
        yield UrlVariant(Reason.URL_TRAILING_SLASH, url + "/", said)


def _queries(parts: SplitResult) -> Iterator[UrlVariant]:
    yield UrlVariant(Reason.URL_QUERY_DROPPED, urlunsplit(parts._replace(query="")), "without its query")
    pieces = parts.query.split("&")
    if len(pieces) > _MOST_PARAMETERS:
        return
    for order in (sorted(pieces), pieces[::-1]):
        yield UrlVariant(
            Reason.URL_QUERY_ORDER,
            urlunsplit(parts._replace(query="&".join(order))),
            "with its parameters in another order",
        )
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    spaced = parts.query.replace("+", "%20"), parts.query.replace("%20", "+")
    for query in (*spaced, urlencode(pairs), urlencode(pairs, quote_via=quote), unquote(parts.query)):
        yield UrlVariant(
            Reason.URL_QUERY_ENCODING, urlunsplit(parts._replace(query=query)), "with its query encoded otherwise"
        )
