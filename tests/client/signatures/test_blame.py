"""Whose fault a refusal is."""

import pytest

from client.signatures.blame import blame
from client.views import SignatureView

VALID, INVALID = SignatureView(state="valid"), SignatureView(state="invalid")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_valid_signature_and_a_refusal_is_the_apps_fault(status: int) -> None:
    """The sentence assigns blame, lists the likely causes, and says what cannot be known."""
    said = blame(VALID, status)
    assert said.startswith(f"signature valid, your app refused it with {status}: the fault is in the app")
    assert "cannot be seen from here" in said


def test_replay_is_told_of_its_clock() -> None:
    """A replay may be refused for its age alone."""
    assert "sign it afresh" in blame(VALID, 401, is_replay=True)


def test_invalid_signature_that_an_app_accepts_is_said() -> None:
    """An app that answers 200 to a forgery does not verify."""
    assert "does not verify" in blame(INVALID, 200)


@pytest.mark.parametrize(("view", "status"), [(VALID, 200), (VALID, 500), (VALID, None), (INVALID, 401)])
def test_otherwise_nobody_is_blamed(view: SignatureView, status: int | None) -> None:
    """Where nothing is known, nothing is said."""
    assert blame(view, status) == ""
