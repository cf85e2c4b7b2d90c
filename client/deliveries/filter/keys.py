"""The keys of the filter language: what each means and which values it knows. Parser, completion and help read this."""

from typing import NamedTuple

from client.deliveries.filter.tree import And, Compare, Cost, Is, Made, Node, Not, Or, ReasonTest, ScanHead, Truncated


class Choice(NamedTuple):
    """A value with a name."""

    name: str
    meaning: str
    node: Node


class Key(NamedTuple):
    """What may stand before a colon."""

    name: str
    meaning: str
    cost: Cost
    examples: tuple[str, ...]
    choices: tuple[Choice, ...] = ()


def _answered(low: int, high: int) -> Node:
    return And((Compare("status", ">=", low), Compare("status", "<=", high)))


_FAILED: Node = Or(
    (Is("state", "failed"), Is("state", "interrupted"), Compare("status", ">=", 400), Compare("healthy", "=", 0))
)
_OK: Node = And((Is("state", "answered"), _answered(200, 299), Compare("healthy", "=", 1)))

_STATUS = (
    Choice("ok", "answered 2xx, and the provider counts it as success", _OK),
    Choice(
        "err",
        "no answer of the app: refused, timed out, broken off",
        Or((Is("state", "failed"), Is("state", "interrupted"))),
    ),
    Choice("pending", "still being answered", Is("state", "pending")),
    *(Choice(f"{n}xx", f"{n}00 to {n}99", _answered(n * 100, n * 100 + 99)) for n in range(1, 6)),
)
_SIGNATURE = (
    Choice("ok", "valid", Is("signature", "valid")),
    Choice("bad", "invalid", Is("signature", "invalid")),
    Choice("none", "not configured: no check was asked for", Is("signature", "unconfigured")),
    Choice("skip", "a check was wanted and could not be made", Is("signature", "unverifiable")),
    Choice(
        "expired",
        "valid but for its age",
        And((Is("signature", "invalid"), ScanHead(ReasonTest("timestamp_too_old")))),
    ),
    Choice("valid", "the same as ok", Is("signature", "valid")),
    Choice("invalid", "the same as bad", Is("signature", "invalid")),
)
_IS = (
    Choice("replayed", "sent again by you, in whatever form", Made(("replay", "edit", "resigned"))),
    Choice("edited", "sent again with changes", Made(("edit",))),
    Choice("resigned", "sent again with a fresh signature", Made(("resigned",))),
    Choice("retried", "the provider sent the same event again", Made(("retry",))),
    Choice("pinned", "kept until you let it go", Compare("pinned", "=", 1)),
    Choice("failed", "no answer, or one that counts as failure", _FAILED),
    Choice("ok", "the same as status:ok", _OK),
    Choice("pending", "still being answered", Is("state", "pending")),
    Choice("interrupted", "the client ended before the answer did", Is("state", "interrupted")),
    Choice("truncated", "some content was not captured whole", Truncated()),
    Choice("verified", "the signature was checked", Not(Is("signature", "unconfigured"))),
)

_ALL = (
    Key("status", "the answer's status", "indexed", ("status:5xx", "status:404", "status:>=400"), _STATUS),
    Key("sig", "the signature's verdict", "indexed", ("sig:bad",), _SIGNATURE),
    Key("source", "the provider", "column", ("source:stripe",)),
    Key("type", "the event's type", "column", ("type:charge.*", "type:call.ended")),
    Key("method", "the request's method", "column", ("method:POST",)),
    Key("path", "a part of path and query, or a pattern", "column", ("path:/webhooks/**", r"path:/orders\?/")),
    Key("host", "a part of the host that was called", "scan", ("host:demo",)),
    Key("route", "the endpoint's name", "column", ("route:billing",)),
    Key("id", "the beginning of the delivery's id", "column", ("id:dlv_01k9",)),
    Key("event", "the provider's event id", "column", ("event:evt_abc123",)),
    Key("dur", "how long the answer took", "indexed", ("dur:>500ms", "dur:<2s")),
    Key("size", "the content's length", "indexed", ("size:>10k",)),
    Key("age", "how long ago it came", "indexed", ("age:<5m", "age:>1d")),
    Key("since", "came at or after", "indexed", ("since:14:00", "since:2026-11-24", "since:yesterday")),
    Key("until", "came before", "indexed", ("until:14:00", "until:2026-11-24T09:30")),
    Key("attempts", "the number of attempts", "indexed", ("attempts:>1",)),
    Key("is", "what became of it", "indexed", ("is:replayed", "is:failed"), _IS),
    Key("header", "a field of the request", "scan", ("header:x-github-event=push", "header:stripe-signature")),
    Key("body", "a part of the request's content", "scan", ('body:"usd"', "body:/tok_[a-z]+/i")),
    Key("resp", "a part of the answer's content", "scan", ("resp:/error/",)),
    Key("json", "a value in the request's JSON", "scan", ("json:data.object.amount>1000", "json:livemode=false")),
)
KEYS: dict[str, Key] = {key.name: key for key in _ALL}
