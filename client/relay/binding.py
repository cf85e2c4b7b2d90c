"""Endpoints that are asked for while the link is there, until the relay has answered."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from shared.errors import LinkRefused
from shared.protocol.hello import Bound, Granted, Refused, Wanted

ANSWER_SECONDS = 10.0


class _Question(NamedTuple):
    wanted: Wanted
    on_bound: Callable[[Granted], None]
    answer: asyncio.Future[Granted]


class Binding:
    """Questions in the order in which they were asked, which is that of the relay's answers."""

    def __init__(self) -> None:
        self._open: deque[_Question] = deque()

    def asks_for(self, name: str) -> bool:
        """Tell whether an endpoint of this name is being asked for."""
        return bool(name) and any(question.wanted.name == name for question in self._open)

    def ask(self, wanted: Wanted, on_bound: Callable[[Granted], None]) -> "asyncio.Future[Granted]":
        """Expect an answer; `on_bound` is told of it before the first delivery can come."""
        answer: asyncio.Future[Granted] = asyncio.get_running_loop().create_future()
        self._open.append(_Question(wanted, on_bound, answer))
        return answer

    def bound(self, event: Bound) -> Wanted | None:
        """Take a yes; give what was wanted, by the name that it has now, or None where nobody wants it any more."""
        if not self._open:
            return None
        wanted, on_bound, answer = self._open.popleft()
        if answer.done():
            return None
        on_bound(event.endpoint)
        answer.set_result(event.endpoint)
        return Wanted(event.endpoint.name, wanted.pool)

    def refused(self, event: Refused) -> bool:
        """Take a no; False where it answers none of these questions."""
        if not self._open or self._open[0].wanted.name != event.name:
            return False
        answer = self._open.popleft().answer
        if not answer.done():
            answer.set_exception(LinkRefused(event.code, event.sentence, final=event.final))
        return True

    def lost(self) -> None:
        """Know that the link is gone with what was asked over it."""
        while self._open:
            answer = self._open.popleft().answer
            if not answer.done():
                answer.set_exception(no_link())


def no_link() -> LinkRefused:
    """Give the refusal that there is nobody to ask."""
    return LinkRefused("offline", "there is no link to the relay now: try again when it is back", final=False)
