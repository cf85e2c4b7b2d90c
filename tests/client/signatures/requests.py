"""A request in one line, for tests by value."""

from client.signatures.reading import Reading
from client.signatures.subject import Subject

URL = "https://demo.example.com/hooks?a=1&b=two%20words"


def reading(
    *fields: tuple[str, str],
    content: bytes | None = b"",
    url: str = URL,
    method: bytes = b"POST",
    params: dict[str, str] | None = None,
) -> Reading:
    """Make a request as the sources see it."""
    encoded = tuple((name.encode(), value.encode("latin-1")) for name, value in fields)
    return Reading(Subject(method, url, encoded, content, 1_700_000_000.0), params)
