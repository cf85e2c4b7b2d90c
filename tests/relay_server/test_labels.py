"""What a host name's labels are."""

import pytest

from relay_server.labels import is_label


@pytest.mark.parametrize("text", ["a", "7", "a-b", "xn--bcher-kva", "a" * 63])
def test_letters_digits_and_hyphens_inside_are_a_label(text: str) -> None:
    """One to 63 of them."""
    assert is_label(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a.b", "a_b", "ä", "٣", "a\n", "a" * 64])
def test_anything_else_is_none(text: str) -> None:
    """Neither capitals, nor digits of other scripts, nor what follows a line's end."""
    assert not is_label(text)
