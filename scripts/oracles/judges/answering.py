"""What the judges have in common: requests come in as JSON, verdicts go out. Hookline is not in their environment."""

import base64
import json
import sys
from collections.abc import Callable, Mapping


class Headers(dict[str, str]):
    """Fields by name, whatever its case."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in fields.items()})

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Give a field's value."""
        return super().get(key.lower(), default)


Judge = Callable[[str, str, Headers, bytes], object]
"""Takes key, URL, fields and content; a false value or any exception means that it refuses."""


def answer(judge: Judge) -> None:
    """Judge what comes in."""
    verdicts = []
    for request in json.load(sys.stdin):
        content = base64.b64decode(request["content"])
        try:
            verdicts.append(bool(judge(request["key"], request["url"], Headers(request["headers"]), content)))
        except Exception:  # noqa: BLE001 - each library has its own way to refuse
            verdicts.append(False)
    print(json.dumps(verdicts))
