"""Plain values fitted into typed ones."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
import pytest

from shared.errors import TunnelError
from shared.fitting import Misfit, Reader, nearest
from shared.units import Duration, Size


class Parsed(str):
    """A type that parses itself."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take anything but `bad`."""
        if text == "bad":
            raise TunnelError("bad is bad: write good")
        return cls(text.upper())


class Inner(msgspec.Struct, frozen=True):
    """A table."""

    path: str
    limit: int = 5

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError("limit cannot be below 0")


STRICT = Reader(directory=Path("/etc/hookline"), text=False)
TEXT = Reader(directory=None, text=True)


@pytest.mark.parametrize(
    ("value", "into", "fitted"),
    [
        (3, int, 3),
        ("30s", Duration, 30.0),
        (30, Duration, 30.0),
        ("64KiB", Size, 65536),
        (512, Size, 512),
        ("a", Literal["a", "b"], "a"),
        ("a", Literal["a", "b"] | None, "a"),
        ("x", Parsed, "X"),
        (3, Parsed | None, "3"),
        ("cert.pem", Path, Path("/etc/hookline/cert.pem")),
        ("/x", Path | None, Path("/x")),
        (["a", "b"], tuple[str, ...], ("a", "b")),
        ("a", tuple[str, ...], ("a",)),
        (["x"], list[Parsed], ["X"]),
        ("x", Annotated[Parsed, msgspec.Meta(description="d")], "X"),
        ({"path": "/"}, Inner, Inner("/")),
        ({"a": {"path": "/"}}, dict[str, Inner], {"a": Inner("/")}),
        ([{"path": "/"}], tuple[Inner, ...], (Inner("/"),)),
        (3, int | str, 3),
        ("3", int | str, "3"),
    ],
)
def test_value_that_fits(value: Any, into: Any, fitted: Any) -> None:
    """A value of a file becomes one of the wanted type."""
    assert STRICT.fit(value, into) == fitted


@pytest.mark.parametrize(
    ("value", "into", "path", "problem", "hint"),
    [
        ("x", int, "", "'x' does not fit", "expected a whole number, got text"),
        ({"pth": "/"}, Inner, ".pth", "there is no such key", 'did you mean "path"?'),
        ({}, Inner, ".path", "this is needed", "add it"),
        ({"path": 3}, Inner, ".path", "3 does not fit", "expected text, got a whole number"),
        ({"path": "", "limit": -1}, Inner, "", "limit cannot be below 0", ""),
        ({"a b": {"path": 3}}, dict[str, Inner], ".'a b'.path", "3 does not fit", "expected text, got a whole number"),
        ([1], tuple[str, ...], "[0]", "1 does not fit", "expected text, got a whole number"),
        (3, tuple[str, ...], "", "3 does not fit", "expected a list, got a whole number"),
        ("c", Literal["aa", "bb"], "", "'c' does not fit", "one of aa, bb fits"),
        ("of", Literal["no", "off"], "", "'of' does not fit", 'one of no, off fits; did you mean "off"?'),
        (True, Duration, "", "True does not fit: expected a duration such as 30s", ""),
        (-3, Duration, "", "-3 does not fit: expected a duration such as 30s", ""),
        (2.5, Size, "", "2.5 does not fit: expected a size such as 64KiB", ""),
        (3, Path, "", "3 does not fit: expected the path of a file", ""),
        ("bad", Parsed, "", "bad is bad: write good", ""),
        ("3", bool, "", "'3' does not fit", "expected true or false, got text"),
    ],
)
def test_value_that_does_not_fit(value: Any, into: Any, path: str, problem: str, hint: str) -> None:
    """A misfit names its place, what is wrong, and what would fit."""
    with pytest.raises(Misfit) as caught:
        STRICT.fit(value, into)
    assert (caught.value.path, caught.value.problem, caught.value.hint) == (path, problem, hint)


def test_bad_duration_says_what_one_looks_like() -> None:
    """A duration with a wrong unit is explained."""
    with pytest.raises(Misfit, match="such as 30s"):
        STRICT.fit("3x", Duration)


@pytest.mark.parametrize(
    ("text", "into", "fitted"),
    [
        ("8080", int, 8080),
        ("true", bool, True),
        ("a, b  c", tuple[str, ...], ("a", "b", "c")),
        ("5m", Duration, 300.0),
        ("~", Path, Path.home()),
    ],
)
def test_text_that_fits(text: str, into: Any, fitted: Any) -> None:
    """Text of the environment becomes what it says."""
    assert TEXT.fit(text, into) == fitted


def test_long_value_is_shown_by_its_beginning() -> None:
    """A misfit does not repeat a whole document."""
    with pytest.raises(Misfit) as caught:
        STRICT.fit("x" * 1000, int)
    assert len(caught.value.problem) < 100


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("adress", 'did you mean "address"?'),
        ("trusted-proxy", 'did you mean "trusted_proxy"?'),
        ("zzz", "known are address, trusted_proxy"),
    ],
)
def test_nearest_word(word: str, hint: str) -> None:
    """A wrong word gets the most likely right one, or all of them."""
    assert nearest(word, ["address", "trusted_proxy"]) == hint
