"""`Transfer-Encoding: chunked` with one octet too much, for every octet and place: no reader may be of two minds."""

from pathlib import Path

import pytest

from tests.authority import Authority
from tests.conformance.case import HIDDEN, Case, case, post
from tests.conformance.door import answered, opened

pytestmark = pytest.mark.system

PLACES = {
    "before the name": b"%cTransfer-Encoding: chunked\r\n",
    "after the name": b"Transfer-Encoding%c: chunked\r\n",
    "before the value": b"Transfer-Encoding:%cchunked\r\n",
    "after the value": b"Transfer-Encoding: chunked%c\r\n",
    "at both ends of the name": b"%cTransfer-Encoding%c: chunked\r\n",
    "at both ends of the value": b"Transfer-Encoding:%cchunked%c\r\n",
}
OCTETS = (*range(0x21), *range(0x7F, 0x100))
"""All that is neither a letter nor a digit nor a sign."""


def _case(place: str, octet: int) -> Case:
    """Give a request that ends in two places, depending on whether the field counts."""
    form = PLACES[place]
    field = form % ((octet,) * form.count(b"%c"))
    return case(f"{octet:#04x} {place}", post(field + b"Content-Length: 5\r\n", b"0\r\n\r\n" + HIDDEN), 400, 501)


CASES = tuple(_case(place, octet) for place in PLACES for octet in OCTETS)


async def test_disguised_coding_is_refused(tmp_path: Path, authority: Authority) -> None:
    """Whatever stands around it, the request is refused and its connection ends; the app hears nothing."""
    async with opened(tmp_path, authority, front="direct") as door:
        results = await door.results(CASES)
        wrong = {
            case.name: [message.status for message in results[case.name]]
            for case in CASES
            if [message.status in case.first for message in results[case.name]] != [True]
            or door.seen(case) != answered(results[case.name])
        }
    assert wrong == {}
