"""What expressions mean, and where mistakes are."""

from datetime import UTC

import pytest

from client.deliveries.filter import FilterError, parse
from client.deliveries.filter.tree import And, Compare, Contains, Equal, Is, Like, Matches, Not, Or
from tests.client.deliveries.filter.rows import delivery

NOW = 1_700_000_000.0


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_parse_nothing_is_everything(text: str) -> None:
    """An empty filter finds every delivery."""
    query = parse(text)
    assert (query.everything, query.matches(delivery()), query.sql()) == (True, True, ("1", []))


def test_parse_space_means_and() -> None:
    """Terms beside each other must all hold."""
    assert parse("method:post attempts:>1").tree == And((Equal("method", "post"), Compare("attempts", ">", 1)))


@pytest.mark.parametrize("text", ["a or b", "a | b", "a OR b", "a|b", "(a) or (b)"])
def test_parse_or(text: str) -> None:
    """`or` and `|` are the same."""
    assert parse(text).tree == parse("(a) | (b)").tree


@pytest.mark.parametrize("text", ["-method:get", "!method:get", "not method:get", "NOT method:get", "-(method:get)"])
def test_parse_not(text: str) -> None:
    """`-`, `!` and `not` are the same."""
    assert parse(text).tree == Not(Equal("method", "get"))


def test_parse_and_binds_closer_than_or() -> None:
    """`a b | c` is `(a b) | c`."""
    assert parse("method:a method:b | method:c").tree == Or(
        (And((Equal("method", "a"), Equal("method", "b"))), Equal("method", "c"))
    )


def test_parse_list_is_any_of() -> None:
    """Values with commas between are alternatives."""
    assert parse("status:404,5xx").tree == Or(
        (Compare("status", "=", 404), And((Compare("status", ">=", 500), Compare("status", "<=", 599))))
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("type:charge.*", Like("event_type", "charge.*")),
        ('type:"charge.*"', Equal("event_type", "charge.*")),
        ("path:/health", Contains("target", "/health")),
        (r"path:/orders\?/", Matches("target", r"orders\?", ignore_case=False)),
        ("path:/webhooks/**", Like("target", "/webhooks/**")),
        ("path:/a/b/c", Contains("target", "/a/b/c")),
        ("route:/^bill/i", Matches("endpoint", "^bill", ignore_case=True)),
        ("sig:BAD", Is("signature", "invalid")),
        ("id:dlv_01", Like("id", "dlv_01*")),
        ("size:>1.5k", Compare("size_bytes", ">", 1536)),
        ("dur:<=250ms", Compare("duration_seconds", "<=", 0.25)),
        ("since:1970-01-01T00:00:10", Compare("received_at", ">=", 10)),
        ("until:1970-01-02", Compare("received_at", "<", 86_400)),
        ("since:30m", Compare("received_at", ">=", NOW - 1800)),
        ("since:1h30m", Compare("received_at", ">=", NOW - 5400)),
        ("since:20231114T2213", Compare("received_at", ">=", 1_699_999_980)),
        ("since:today", Compare("received_at", ">=", 1_699_920_000)),
        ("since:22:00", Compare("received_at", ">=", 1_699_999_200)),
        ("since:23:00", Compare("received_at", ">=", 1_699_916_400)),
    ],
)
def test_parse_value(text: str, tree: object) -> None:
    """Each kind of value becomes the test that it says."""
    assert parse(text, clock=lambda: NOW, zone=UTC).tree == tree


MISTAKES = [
    ("sig:bda", 4, 3, "no such value; did you mean bad?"),
    ("is:replayd", 3, 7, "no such value; did you mean replayed?"),
    ("sttus:500", 0, 5, "no such key; did you mean status?"),
    ("provider:stripe", 0, 8, "no such key; did you mean source?"),
    ("http://x", 0, 4, "no such key; to search for the text itself put it in quotes"),
    ("status:", 0, 7, "a value is missing behind status: as in status:5xx or status:404"),
    ("a status:6000", 9, 4, "no such value; status knows ok, err, pending, 1xx, 2xx, 3xx, 4xx, 5xx"),
    ("dur:500", 4, 3, "say more or less: dur:>500 or dur:<500"),
    ("dur:>500", 5, 3, "a duration was expected: 500ms, 2s, 1h30m, 7d; did you mean 500ms?"),
    ("size:>big", 6, 3, "a size was expected: 512, 10k, 2MiB"),
    ("since:1x", 6, 2, "a duration was expected: 500ms, 2s, 1h30m, 7d"),
    ("since:25:00", 6, 5, "a time was expected: 14:00, 2026-11-24, 2026-11-24T09:30, yesterday, 30m"),
    ("attempts:many", 9, 4, "a whole number was expected"),
    ("attempts:/1/", 9, 3, "a regular expression does not fit here"),
    ("type:>5", 5, 1, "type cannot be compared with >"),
    ('body:"usd', 5, 4, "this quote is never closed"),
    ("body:/(/", 5, 3, "this regular expression is not accepted: missing ): ("),
    ("body:/(?=a)/", 5, 7, "this regular expression is not accepted: invalid perl operator: (?="),
    ('type:""', 5, 2, "this value is empty"),
    ("(a", 0, 1, "this parenthesis is never closed"),
    ("a)", 1, 1, "this parenthesis was never opened"),
    ("a ()", 2, 2, "nothing stands in these parentheses"),
    ("a or", 2, 2, "nothing follows this `or`"),
    ("or a", 0, 2, "nothing stands before this `or`"),
    ("a | | b", 4, 1, "nothing stands before this `|`"),
    ("a and", 2, 3, "nothing follows this `and`"),
    ("a -", 2, 1, "nothing follows this `-`"),
    ("header:", 7, 1, "a field's name is missing, as in header:x-github-event=push"),
    ("header:a=", 8, 1, "a value is missing behind the equals sign"),
    ("json:", 5, 1, "a path is missing, as in json:data.object.amount>1000"),
    ("json:a>", 6, 1, "a value is missing behind `>`"),
    ("json:a>b", 7, 1, "`>` compares numbers; this is none"),
    ('"a"b', 3, 1, "this is not understood here; a value with such characters stands in quotes"),
    ("(" * 60 + "a", 50, 1, "nested more than 50 deep"),
    ("-" * 60 + "a", 50, 1, "nested more than 50 deep"),
    ("a " * 201, 400, 1, "more than 200 terms"),
    ("a" * 5000, 4000, 1, "longer than 4,000 characters"),
]


@pytest.mark.parametrize(("text", "position", "length", "sentence"), MISTAKES)
def test_parse_mistake_is_shown_at_its_place(text: str, position: int, length: int, sentence: str) -> None:
    """A mistake names its place, what is wrong, and the nearest right word."""
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.length, caught.value.sentence) == (position, length, sentence)


def test_pointing_puts_a_caret_under_the_mistake() -> None:
    """The three lines of a front end without colours."""
    with pytest.raises(FilterError) as caught:
        parse("type:x sig:bda")
    assert caught.value.pointing() == "type:x sig:bda\n           ^^^\nno such value; did you mean bad?"


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", "indexed"),
        ("status:5xx -is:replayed", "indexed"),
        ("type:a status:200", "column"),
        ("word", "column"),
        ("-(body:a)", "scan"),
        ("sig:expired", "scan"),
    ],
)
def test_cost_is_that_of_the_dearest_term(text: str, cost: str) -> None:
    """Callers run what is dear in the background."""
    assert parse(text).cost == cost


def test_age_is_measured_when_asked() -> None:
    """`age:<5m` goes on being true of what comes, and stops being true of what was."""
    now = [NOW]
    query = parse("age:<5m", clock=lambda: now[0])
    row = delivery(received_at=NOW)
    before = query.matches(row)
    now[0] += 300
    assert (before, query.matches(row)) == (True, False)
