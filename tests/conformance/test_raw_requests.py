"""Raw requests against the whole relay: each is answered as the table says, and the app saw what was answered.

The second half is the oracle that needs no table: the requests that the app took for whole ones are, one for one,
those whose answers came back. A smuggled request is one that the app saw and nobody was answered for.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authority import Authority
from tests.conformance.case import Case
from tests.conformance.door import Door, answered, opened
from tests.conformance.framing import FRAMING
from tests.conformance.heads import HEADS
from tests.system.wire import Message

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="module")]

CASES = FRAMING + HEADS
Results = dict[str, list[Message]]
Outcome = tuple[Door, Results]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def direct(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> AsyncIterator[Outcome]:
    """Give what became of all cases, sent straight to the relay."""
    async with opened(tmp_path_factory.mktemp("direct"), authority, front="direct") as door:
        yield door, await door.results(CASES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def behind_nginx(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> AsyncIterator[Outcome]:
    """Give what became of all cases, sent through nginx."""
    async with opened(tmp_path_factory.mktemp("nginx"), authority, front="nginx") as door:
        yield door, await door.results(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_request_is_answered_as_it_should_be(direct: Outcome, case: Case) -> None:
    """The first answer has a status of the table; a refusal is the last thing on its connection."""
    door, results = direct
    messages = results[case.name]
    statuses = [message.status for message in messages]
    assert not case.first or (statuses and statuses[0] in case.first), statuses
    if statuses and statuses[0] >= 400:
        assert len(statuses) == 1
        assert messages[0].first(b"hookline-error") is not None
        assert door.seen(case) == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_app_saw_what_was_answered(direct: Outcome, case: Case) -> None:
    """Nothing reaches the app under the cover of another request."""
    door, results = direct
    assert door.seen(case) == answered(results[case.name])


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_app_saw_what_was_answered_behind_nginx(behind_nginx: Outcome, case: Case) -> None:
    """The same with nginx in front, whose reading of a request must never differ from the relay's."""
    door, results = behind_nginx
    assert door.seen(case) == answered(results[case.name])
