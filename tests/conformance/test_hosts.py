"""Twenty and some hosts in three forms of the target: who is asked for is never in doubt (RFC 9112 section 3.2)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authority import Authority
from tests.conformance.case import Case, case
from tests.conformance.door import Door, opened
from tests.system.wire import Message

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="module")]

SERVED = 200
BAD = 400
ELSEWHERE = (404, 421)

HOSTS: tuple[tuple[bytes, tuple[int, ...]], ...] = (
    (b"demo.localhost", (SERVED,)),
    (b"DEMO.LocalHost", (SERVED,)),
    (b"demo.localhost:8443", (SERVED,)),
    (b"demo.localhost.", (SERVED, BAD, *ELSEWHERE)),
    (b"demo.localhost:", (SERVED, BAD)),
    (b"demo.localhost:http", (BAD,)),
    (b"demo.localhost:99999", (SERVED, BAD)),
    (b"demo.localhost:80:80", (BAD,)),
    (b"", (BAD,)),
    (b"user@demo.localhost", (BAD,)),
    (b"demo.localhost/x", (BAD,)),
    (b"demo.localhost?x", (BAD,)),
    (b"demo.localhost#x", (BAD,)),
    (b"demo.localhost,other.example", (BAD,)),
    (b"demo .localhost", (BAD,)),
    (b"demo%2elocalhost", (BAD, *ELSEWHERE)),
    (b"caf\xc3\xa9.localhost", (BAD,)),
    (b"demo..localhost", (BAD, *ELSEWHERE)),
    (b".localhost", (BAD, *ELSEWHERE)),
    (b"-demo.localhost", (BAD, *ELSEWHERE)),
    (b"x.demo.localhost", ELSEWHERE),
    (b"nobody.localhost", ELSEWHERE),
    (b"other.example", ELSEWHERE),
    (b"[::1]", (*ELSEWHERE, 200)),
    (b"[::1", (BAD,)),
)
PATH_BEGINS = (b"demo.localhost/x", b"demo.localhost?x")
"""No hosts; in an absolute target their second half is a path or query."""
FORMS = ("origin", "absolute", "absolute with another Host")


def _case(form: str, host: bytes, first: tuple[int, ...]) -> Case:
    """Give a request for the host in one of the forms.

    A relay may refuse the absolute form; if it takes it, the authority in it counts and Host does not.
    """
    target = b"/seen" if form == "origin" else b"http://" + host + b"/seen"
    field = b"demo.localhost" if form == "absolute with another Host" else host
    own = b"X-Delivery: {id}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    data = b"POST " + target + b" HTTP/1.1\r\nHost: " + field + b"\r\n" + own
    if form == "origin":
        may = first
    elif host in PATH_BEGINS:
        may = (SERVED, BAD)
    else:
        may = (*first, BAD)
    return case(f"{form} {host!r}", data, *may)


Outcome = tuple[Door, dict[str, list[Message]]]
CASES = tuple(_case(form, host, first) for form in FORMS for host, first in HOSTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def results(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> AsyncIterator[tuple[Door, dict[str, list[Message]]]]:
    """Give what became of all of them."""
    async with opened(tmp_path_factory.mktemp("hosts"), authority, front="direct") as door:
        yield door, await door.results(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_host_decides_alone(results: Outcome, case: Case) -> None:
    """The app is reached under its own host alone; everything else is refused with a code that says why."""
    door, found = results
    statuses = [message.status for message in found[case.name]]
    assert len(statuses) == 1
    assert statuses[0] in case.first
    reached = sum(door.seen(case).values())
    own = b"demo.localhost" in case.data.split(b" ", 2)[1 if case.name.startswith("absolute") else 2].lower()
    assert reached == 0 or (statuses[0] == SERVED and own)
