"""Both back ends give the same set, for any filter over any deliveries."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.deliveries.filter import Head, Row, parse
from client.views import DeliverySummary
from tests.client.deliveries.filter.rows import File, history

NOW = 1_700_000_500.0

TEXTS = st.sampled_from(
    [
        "",
        "charge.succeeded",
        "Charge.Failed",
        "call_ended",
        "/webhooks/stripe",
        "/a%b_c",
        "/É/é",
        "straße",
        "POST",
        "K",
        "a\\b",
        "x*y?",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
CONTENTS = st.sampled_from(
    [
        b"",
        b'{"data":{"object":{"amount":2000,"currency":"usd"}},"list":[1,"two",{"x":null}],"live":false}',
        b'{"a":1.5,"A":"\\u0061","list":[]}',
        b"[1,2,[3]]",
        b"USD \xff\xfe\x00 raw",
        "größe".encode(),
        b"[" * 2000,
        b"1" * 400,
    ]
) | st.binary(max_size=12)
NAMES = st.sampled_from([b"x-github-event", b"X-GitHub-Event", b"Stripe-Signature", b"host"])

SUMMARIES = st.builds(
    DeliverySummary,
    seq=st.just(0),
    id=TEXTS,
    received_at=st.sampled_from([0.0, NOW - 301, NOW - 300, NOW - 10, NOW, NOW + 5]),
    endpoint=TEXTS,
    method=st.sampled_from(["POST", "get", "PUT"]),
    target=TEXTS,
    provider=TEXTS,
    event_type=TEXTS,
    event_id=TEXTS,
    size_bytes=st.integers(0, 20_000),
    signature=st.sampled_from(["valid", "invalid", "unverifiable", "unconfigured"]),
    attempts=st.integers(1, 3),
    state=st.sampled_from(["pending", "answered", "failed", "interrupted"]),
    status=st.none() | st.integers(100, 599),
    failure=st.sampled_from(["", "origin-refused"]),
    duration_seconds=st.none() | st.sampled_from([0.0, 0.5, 0.501, 2.0]),
    kind=st.sampled_from(["received", "retry", "replay", "edit", "resigned"]),
    clock=st.just(""),
    healthy=st.booleans(),
)
HEADS = st.builds(
    Head,
    fields=st.lists(st.tuples(NAMES, st.sampled_from([b"push", b"", b"caf\xe9", b"t=1,v1=a"])), max_size=3).map(tuple),
    public_url=st.sampled_from(["https://demo.example.com", "https://DEMO.localhost:8443/t/x", ""]),
    reason=st.sampled_from(["", "timestamp_too_old", "mismatch"]),
)


def row(summary: DeliverySummary, head: Head, request: bytes, response: bytes, *, truncated: bool) -> Row:
    """Give a row whose kinds are those that its attempts have in the file."""
    return Row(summary, frozenset({summary.kind}), truncated, head, request, response)


ROWS = st.lists(st.builds(row, SUMMARIES, HEADS, CONTENTS, CONTENTS, truncated=st.booleans()), max_size=6)

VALUES = st.sampled_from(
    [
        *[
            "charge.*",
            "charge.succeeded",
            "CHARGE.SUCCEEDED",
            "*",
            "?",
            "*.succ?eded",
            '"usd"',
            '"*"',
            '"É"',
            "é",
            "straße",
        ],
        *[
            "/web/",
            "/^$/",
            "/É/i",
            "/[a-z]+_[a-z]+/",
            "/webhooks/**",
            "/a%b_c",
            '"%"',
            '"_"',
            '"\\\\"',
            "K",
            "k",
            "dlv_0",
        ],
        *["usd,eur", '"\\"two\\""', "/\\d+/,x"],
    ]
)
PLAIN_TERMS = """
status:5xx status:404 status:>=400 status:<300 status:err status:pending status:ok status:200,404
sig:ok sig:bad sig:none sig:skip sig:expired dur:>500ms dur:<=500ms dur:>0s size:>10k size:0 size:<=1
age:<5m age:>=300s since:yesterday until:2023-11-14T22:21:40+00:00 since:2023-11-14T22:21:30+00:00
attempts:>1 attempts:2 is:replayed is:edited is:failed is:truncated is:ok is:retried is:verified
header:x-github-event header:X-GitHub-Event=push header:stripe-signature=/v1=/ header:x-github-event=p*
host:demo host:/^demo/i json:data.object.amount>1000 json:data.object.amount json:data.object.amount=2000
json:live=false json:list[1]=two json:list.2.x=null json:a>=1.5 json:A=a json:"a"!=2 json:[0]<3 json:[2][0]
json:data.object.currency=/U/i json:data.object.currency=u* json:list
"""
TEXT_KEYS = ["source", "type", "method", "path", "host", "route", "id", "event", "body", "resp"]
TERMS = st.one_of(
    st.sampled_from(PLAIN_TERMS.split()),
    st.builds("{}:{}".format, st.sampled_from(TEXT_KEYS), VALUES),
    VALUES.filter(lambda text: "," not in text),
)


def _join(parts: list[str], operator: str) -> str:
    return operator.join(f"({part})" for part in parts)


FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds(
            _join, st.lists(inner, min_size=1, max_size=3), st.sampled_from([" ", " and ", " & ", " or ", " | "])
        ),
        inner.map("-({})".format),
        inner.map("not ({})".format),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[File]:
    """Give one history file for all examples."""
    with history(tmp_path_factory.mktemp("filter")) as opened:
        yield opened


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=ROWS, text=FILTERS)
def test_both_back_ends_find_the_same_deliveries(file: File, rows: list[Row], text: str) -> None:
    """The condition in SQLite and the predicate in memory agree, for each delivery."""
    numbered = [
        Row(_numbered(one.summary, seq), one.kinds, one.truncated, one.head, one.request_content, one.response_content)
        for seq, one in enumerate(rows, start=1)
    ]
    query = parse(text, clock=lambda: NOW)
    file.fill(numbered)
    assert [one.summary.seq for one in numbered if query.matches(one)] == file.find(query)


def _numbered(summary: DeliverySummary, seq: int) -> DeliverySummary:
    return DeliverySummary(seq, *[getattr(summary, name) for name in DeliverySummary.__struct_fields__[1:]])
