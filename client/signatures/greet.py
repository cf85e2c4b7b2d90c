"""Answers providers' handshakes in the app's stead, where a rule asks for it."""

from collections.abc import Awaitable, Callable, Sequence

from client.signatures.engine import Signatures
from client.signatures.handshakes import Handshakes, Reply
from client.signatures.rule import AUTO, Rule, covering
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from shared.exchange import Content, Handler, Request, Response
from shared.http.heads import ResponseHead

MOST_BYTES = 16 * 1024
"""A question has some hundred bytes: what is longer goes on to the app while it comes. Well below a stream's window."""

ANSWERED = b"Hookline-Answered"
"""The field that tells such an answer from the app's; its value is the handshake's name."""

_REASONS = {200: b"OK", 204: b"No Content", 401: b"Unauthorized"}


class Greet:
    """A handler: gives handshakes their answer, and passes on all else."""

    def __init__(
        self,
        inner: Handler,
        *,
        signatures: Signatures,
        handshakes: Handshakes,
        on_learned: Callable[[Rule, Secret], Awaitable[None]],
        asking: Sequence[Rule] = (),
    ) -> None:
        """Wrap `inner`.

        Args:
            inner: what answers deliveries.
            signatures: whose rules say where handshakes are answered.
            handshakes: the known ones.
            on_learned: told of a key that a provider has taught for a rule that has none.
            asking: rules of providers that only ask and never sign.
        """
        self._inner = inner
        self._signatures = signatures
        self._handshakes = handshakes
        self._on_learned = on_learned
        self._asking = tuple(asking)

    async def __call__(self, request: Request) -> Response:
        """Answer a handshake, or have `inner` answer.

        Raises:
            ExchangeFailed: as `inner`.
            LinkClosed: as `inner`.
        """
        path = Subject.of(request.head, request.delivery, None).path
        rules = [rule for rule in covering((*self._signatures.rules, *self._asking), path) if rule.handshake]
        if not rules or request.head.upgrade:
            return await self._inner(request)
        await request.content.settle(MOST_BYTES)
        content = request.content.peek()
        if content is None:
            return await self._inner(request)
        subject = Subject.of(request.head, request.delivery, content)
        for rule in rules:
            reply = await self._answer(rule, subject)
            if reply is not None:
                request.content.whole()
                return reply
        return await self._inner(request)

    async def _answer(self, rule: Rule, subject: Subject) -> Response | None:
        provider = self._signatures.recognise(subject) if rule.scheme == AUTO else rule.scheme
        reply = self._handshakes.reply(provider, subject, secrets=rule.secrets, params=dict(rule.params))
        if reply is None or reply.every:
            return None
        if reply.signed and self._signatures.judge(subject).signature.state != "valid":
            return _response(401, reply) if reply.refuse else None
        if reply.learned is not None and not rule.secrets:
            await self._on_learned(rule, reply.learned)
        return _response(reply.status, reply)


def _response(status: int, reply: Reply) -> Response:
    by_us = (ANSWERED, reply.name.encode())
    if status != reply.status:
        return Response(ResponseHead(status, _REASONS[status], ((b"Content-Length", b"0"), by_us)), Content())
    fields = (*reply.fields, by_us)
    if status != 204:  # noqa: PLR2004 - it has no content and no length (RFC 9110 section 8.6)
        fields = (*fields, (b"Content-Length", str(len(reply.content)).encode()))
    return Response(ResponseHead(status, _REASONS.get(status, b""), fields), Content(reply.content))
