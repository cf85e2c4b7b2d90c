"""Reads from an endpoint's other deliveries what one failure alone cannot tell."""

from typing import NamedTuple

import msgspec

from client.signatures.verdict import Reason
from client.views import SignatureView

_ENOUGH = 2


class History(NamedTuple):
    """The verdicts over other deliveries of the same endpoint and scheme, the last few hours or days of them."""

    valid_before: int = 0
    """How many were valid and came earlier."""
    valid_after: int = 0
    """How many were valid and came later."""
    invalid_before: int = 0
    invalid_after: int = 0


def with_history(view: SignatureView, history: History) -> SignatureView:
    """Give an unexplained failure's view with what the other deliveries make likely. It is evidence, never proof.

    Args:
        view: the verdict over one delivery.
        history: those over others.
    """
    if view.state != "invalid" or view.reason not in {Reason.UNEXPLAINED, Reason.SIGNATURE_MISMATCH}:
        return view
    likely = _likely(history)
    if likely is None:
        return view
    sentence, next_step = likely
    return msgspec.structs.replace(view, sentence=f"{view.sentence}; {sentence}", next_step=next_step, proven=False)


def _likely(history: History) -> tuple[str, str] | None:
    valid = history.valid_before + history.valid_after
    invalid = history.invalid_before + history.invalid_after
    if valid == 0:
        if invalid < _ENOUGH:
            return None
        return (
            f"all {invalid + 1} deliveries of this endpoint fail, which points to the secret",
            "compare the secret with the one that the provider shows for this endpoint",
        )
    if history.valid_before and not history.valid_after and history.invalid_after:
        return (
            "earlier deliveries were valid and none is any more, which points to a secret that was changed",
            "look whether the secret was rotated at the provider, and add the new one to the rule",
        )
    return (
        "other deliveries of this endpoint are valid, which points to the body of this one, or to a forgery",
        "look for what rewrites this body on the way, and whether the provider really sent it",
    )
