"""What a search for a cause tries, and what it finds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from client.signatures.check import Check
from client.signatures.search import Change, Search
from client.signatures.secret import Secret
from client.signatures.variants_body import BodyVariant, body_variants
from client.signatures.verdict import Reason


class Explanation(NamedTuple):
    """A cause, in words for people."""

    reason: Reason
    sentence: str
    next_step: str
    proven: bool = True
    ruled_out: tuple[str, ...] = ()


class Suspects(NamedTuple):
    """What a search may try beside the request itself."""

    secrets: Sequence[Secret] = ()
    """The rule's own."""
    others: Sequence[Secret] = ()
    """Every other one that the user has stored."""
    urls: Sequence[str] = ()
    """Other URLs of this endpoint."""
    schemes: Sequence[Check] = ()
    """Other schemes whose signature may stand where this one's does."""
    settings: Sequence[Mapping[str, str]] = ()
    """The user's settings for other endpoints of the same scheme."""


Step = Callable[[Search, Suspects], Explanation | None]


def bodies(search: Search) -> Iterator[BodyVariant]:
    """Yield what the body may have been; nothing where the scheme does not sign it."""
    content = search.subject.content
    if content is None or search.scheme.binds == "nothing":
        return
    yield from body_variants(content, is_form=bool(search.reading(Change()).form))
