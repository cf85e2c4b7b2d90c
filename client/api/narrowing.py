"""What the API's document says of values beyond their JSON types: which text is a method, a path, an address, a filter.

Where a regular expression says it all there is a `pattern`. What has a grammar of its own has a `format` with a name of
ours, described in `FORMATS`.
"""

from typing import Any

from client.deliveries.taking_in import ANSWER_NUMBERS, NUMBERS, Bounds

_BASE64 = {"pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}
_TOKEN = {"pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}
_VALUE = {"pattern": "^[\\x01-\\x09\\x0b\\x0c\\x0e-\\xff]*$"}
_PAIRS = ({"format": "base64-field-name"}, {"format": "base64-field-value"})

ADDRESS = {"format": "app-address"}
PLACE = {"format": "tunnel-place"}
FILTER = {"format": "filter-expression"}

FORMATS = {
    "filter-expression": "An expression of the filter language, such as `status:5xx type:charge.*`.",
    "app-address": "Where an app listens: `3000`, `host:3000`, `http://host:3000`, `https://host`, `unix:/path`.",
    "tunnel-place": "An endpoint at the relay: `NAME`, `NAME.relay.example.com`, or one of its URLs.",
    "delivery-id": "A delivery's id, or an unambiguous beginning of it.",
    "byte-range": "One range within what was captured, such as `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.",
    "base64-method": "An HTTP method, in base 64.",
    "base64-target": "A path with its query, or `*`, in base 64.",
    "base64-field-name": "A field's name, in base 64.",
    "base64-field-value": "A field's value without line breaks and NUL, in base 64.",
    "base64-capture": "A HAR file, a raw HTTP/1.1 request or a cURL line, in base 64.",
}

_NARROWER: dict[str, dict[str, Any]] = {
    "Edits": {
        "method": _TOKEN,
        "target": {"pattern": "^/[\\x21-\\x7e\\x80-\\xff]*$"},
        "fields": (_TOKEN, _VALUE),
        "to": ADDRESS,
    },
    "CapturedExchange": {
        "method": {"format": "base64-method"},
        "target": {"format": "base64-target"},
        "fields": _PAIRS,
        **NUMBERS,
    },
    "CapturedResponse": {"fields": _PAIRS, **ANSWER_NUMBERS},
    "Import": {"file": {"format": "base64-capture"}},
    "Asked": {
        "addr": ADDRESS,
        "proto": {"enum": ["http", "https", ""]},
        **dict.fromkeys(("subdomain", "hostname", "domain", "url"), PLACE),
    },
    "Upstream": {"url": ADDRESS},
    "Replay": {"id": {"format": "delivery-id"}},
}

_ONE_OF: dict[str, tuple[str, ...]] = {"Import": ("exchanges", "file"), "Asked": ("addr", "upstream")}
"""At least one of these must say something."""

_PORT = {"minimum": 1, "maximum": 65535}


def narrow(components: dict[str, Any], *, harmless: frozenset[str]) -> None:
    """Say in the schemas what is wanted.

    Args:
        components: schemas by their names; they are changed.
        harmless: options of a tunnel that are taken and make no difference.
    """
    for name, schema in components.items():
        properties = schema.get("properties", {})
        for one, more in _NARROWER.get(name, {}).items():
            _say(properties[one], more)
        for told in properties.values():
            _base64(told)
        if name in _ONE_OF:
            schema["anyOf"] = [_present(properties, one) for one in _ONE_OF[name]]
    asked = components["Asked"]
    asked["properties"] |= {name: {} for name in sorted(harmless)}
    asked["additionalProperties"] = {"enum": [None, "", [], {}, False]}


def _say(schema: dict[str, Any], more: Any) -> None:
    """Say it of text, wherever it stands in a schema; a tuple is said of the members of pairs."""
    for branch in schema.get("anyOf", ()):
        _say(branch, more)
    if isinstance(more, Bounds) and schema.get("type") in {"integer", "number"}:
        schema |= more.schema
        return
    kind = schema.get("type")
    if kind == "array" and isinstance(more, tuple):
        for item, said in zip(schema["items"]["prefixItems"], more, strict=True):
            _say(item, said)
    elif kind == "string" and isinstance(more, dict):
        schema |= more
    elif kind == "integer" and more is ADDRESS:
        schema |= _PORT


def _base64(schema: dict[str, Any]) -> None:
    """Say what base 64 looks like where nothing narrower is said."""
    for inner in (*schema.get("anyOf", ()), *schema.get("prefixItems", ())):
        _base64(inner)
    if isinstance(schema.get("items"), dict):
        _base64(schema["items"])
    if schema.get("contentEncoding") == "base64" and "format" not in schema:
        schema |= _BASE64


def _present(properties: dict[str, Any], name: str) -> dict[str, Any]:
    """Require a property that says something."""
    shown = properties[name]
    if shown.get("type") == "array":
        return {"required": [name], "properties": {name: {"minItems": 1}}}
    shown.pop("default")
    branches = [branch for branch in shown.get("anyOf", ()) if branch.get("type") != "null"]
    if len(branches) == 1:
        del shown["anyOf"]
        shown |= branches[0]
    return {"required": [name]}
