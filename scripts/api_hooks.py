"""Tells schemathesis what it cannot guess: text in the formats of the API's document, and deliveries that exist.

`scripts/check_api.py` has schemathesis load this in an environment of its own, which has nothing of this product.
"""

import json
import os
from base64 import b64encode
from typing import Any

import schemathesis
from hypothesis import strategies as st

_KNOWN: dict[str, list[str]] = json.loads(os.environ["HOOKLINE_KNOWN"])
"""What `check_api` knows: ids of `deliveries`, `filters`, names of `schemes`, `tunnels` and `endpoints`."""

_TOKEN = "!#$%&'*+.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"  # noqa: S105 - letters
_PATH = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
_VALUE = st.binary(max_size=20).filter(lambda value: not set(value) & set(b"\0\r\n"))


def _base64(texts: st.SearchStrategy[bytes]) -> st.SearchStrategy[str]:
    return texts.map(lambda text: b64encode(text).decode())


def _filters(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("({} | {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    )


_tokens = st.text(_TOKEN, min_size=1, max_size=12)
_targets = st.text(_PATH, max_size=20).map(lambda text: f"/{text}".encode())
_names = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
_requests = st.builds("{} {} HTTP/1.1\r\nHost: demo.localhost\r\n\r\n".format, _tokens, _targets.map(bytes.decode))

FORMATS = {
    "filter-expression": st.just("") | st.recursive(st.sampled_from(_KNOWN["filters"]), _filters, max_leaves=5),
    "app-address": st.sampled_from(["127.0.0.1:9", "localhost:9", "http://[::1]:9", "unix:/nowhere/app.sock"]),
    "tunnel-place": st.one_of(st.just(""), _names),
    "byte-range": st.sampled_from(["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=0-99", "bytes=-1000", "lines=0-9"]),
    "base64-method": _base64(_tokens.map(str.encode)),
    "base64-target": _base64(_targets),
    "base64-field-name": _base64(_tokens.map(str.encode)),
    "base64-field-value": _base64(_VALUE),
    "base64-capture": _base64(_requests.map(str.encode)),
    "delivery-id": st.sampled_from(_KNOWN["deliveries"]),
}
for _name, _strategy in FORMATS.items():
    schemathesis.openapi.format(_name, _strategy)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Ask for what exists as often as for what does not."""
    if path_parameters:
        place = context.operation.path.split("/")[2]
        known = _KNOWN.get(place, _KNOWN["deliveries"])
        for name, value in path_parameters.items():
            if name in ("id", "name") and len(str(value)) % 2 == 0:
                path_parameters[name] = known[len(str(value)) // 2 % len(known)]
            elif name == "number" and isinstance(value, int) and value % 2:
                path_parameters[name] = 1
    return path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Write whole numbers as such, as every JSON writer but Python's does: 525.0 is 525.

    An empty name is left out: it means the same, and is no name by which the tunnel could be asked for afterwards.
    """
    if isinstance(body, dict):
        return {name: map_body(context, value) for name, value in body.items() if (name, value) != ("name", "")}
    if isinstance(body, list):
        return [map_body(context, value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body
