"""Says whose fault a refusal is: what only somebody between sender and app can know."""

from client.views import SignatureView

_REFUSALS = frozenset((400, 401, 403))

_CAUSES = (
    "the likely causes: it verifies a body that it has parsed and written again, it takes its own URL for "
    "http://localhost, its clock tolerance is too small for a replay, or it has another secret"
)


def blame(signature: SignatureView, status: int | None, *, is_replay: bool = False) -> str:
    """Give the sentence that names who is at fault for an answer, or empty where that cannot be said.

    Args:
        signature: the verdict over the bytes as they were received.
        status: what the app answered.
        is_replay: it was not the provider who sent it just now.
    """
    if signature.state == "valid" and status in _REFUSALS:
        replayed = "; this was a replay: sign it afresh if the app checks the time" if is_replay else ""
        return (
            f"signature valid, your app refused it with {status}: the fault is in the app; {_CAUSES}{replayed}. "
            "What the app did with the body cannot be seen from here."
        )
    if signature.state == "invalid" and status is not None and status < 300:  # noqa: PLR2004 - HTTP's redirects begin there
        return f"signature invalid, and your app answered {status}: it does not verify, or it verifies something else"
    return ""
