"""Refuses requests without a valid signature before the app sees them."""

from client.signatures.engine import Signatures
from client.signatures.fetch import KeyFetcher
from client.signatures.subject import Subject
from client.signatures.verdict import Reason
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Handler, Request, Response

LARGEST_BYTES = 64 * 1024 * 1024
"""A body must be here whole before its signature can be judged; providers' bodies stay below 25 MiB."""


class Require:
    """A handler: lets through what the rules find valid, or do not cover."""

    def __init__(
        self,
        inner: Handler,
        *,
        signatures: Signatures,
        fetcher: KeyFetcher | None = None,
        largest_bytes: int = LARGEST_BYTES,
    ) -> None:
        """Refuse before `inner`.

        Args:
            inner: what answers.
            signatures: whose rules say what is demanded.
            fetcher: gets the keys that providers publish; None: what is not here is not fetched.
            largest_bytes: of a body.
        """
        self._inner = inner
        self._signatures = signatures
        self._fetcher = fetcher
        self._largest_bytes = largest_bytes

    async def __call__(self, request: Request) -> Response:
        """Pass the request on once its signature is found valid.

        Raises:
            ExchangeFailed: `signature-invalid`: it is not valid, or too large to be judged; or what `inner` raises.
            LinkClosed: as `inner`.
        """
        subject = Subject.of(request.head, request.delivery, None)
        if not self._signatures.requires(subject.path):
            return await self._inner(request)
        if request.head.upgrade:
            raise ExchangeFailed(Failure.SIGNATURE_INVALID, "an upgrade to another protocol cannot carry a signature")
        content = await self._whole(request.content)
        subject = Subject.of(request.head, request.delivery, content)
        judgement = self._signatures.judge(subject)
        if judgement.signature.reason == Reason.CERTIFICATE and self._fetcher is not None:
            await self._fetcher.prepare(self._signatures, subject)
            judgement = self._signatures.judge(subject)
        if judgement.require and judgement.signature.state != "valid":
            sentence = judgement.signature.sentence
            raise ExchangeFailed(Failure.SIGNATURE_INVALID, f"refused before your app saw it: {sentence}")
        passed = Content(content, length=request.content.length)
        passed.trailers = request.content.trailers
        return await self._inner(Request(request.head, request.delivery, passed))

    async def _whole(self, content: Content) -> bytes:
        """Read content to its end.

        Raises:
            ExchangeFailed: it is larger than can be judged, or it broke off.
        """
        data = content.whole()
        if data is None:
            data = await self._gathered(content)
        if len(data) > self._largest_bytes:
            raise ExchangeFailed(
                Failure.SIGNATURE_INVALID,
                f"the body is larger than {self._largest_bytes} bytes, so its signature cannot be judged",
            )
        return data

    async def _gathered(self, content: Content) -> bytes:
        """Read content to its end, or to just beyond the bound."""
        chunks: list[bytes] = []
        size = 0
        try:
            while size <= self._largest_bytes and (chunk := await content.read()):
                chunks.append(chunk)
                size += len(chunk)
        except ContentBroken as broken:
            raise ExchangeFailed(broken.failure, broken.detail) from broken
        return b"".join(chunks)
