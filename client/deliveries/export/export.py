"""Exports deliveries: what may leave, redacted, in the form asked for."""

from collections.abc import Sequence
from importlib.metadata import version

from client.deliveries.export.as_curl import to_curl
from client.deliveries.export.as_har import to_har
from client.deliveries.export.as_httpie import to_httpie
from client.deliveries.export.as_pytest import to_pytest
from client.deliveries.export.as_python import to_python
from client.deliveries.export.as_raw import to_raw
from client.deliveries.export.errors import ExportRefused
from client.deliveries.export.json_model import FORM, JsonFile, to_json
from client.deliveries.export.json_text import to_json_text
from client.deliveries.export.model import CapturedExchange, Exported, Format
from client.deliveries.export.redact import redacted

_MEDIA: dict[Format, tuple[str, str]] = {
    "curl": ("text/x-shellscript", ".sh"),
    "httpie": ("text/x-shellscript", ".sh"),
    "raw": ("message/http", ".http"),
    "har": ("application/json", ".har"),
    "json": ("application/json", ".json"),
    "pytest": ("text/x-python", ".py"),
    "python": ("text/x-python", ".py"),
}
_MARKED: frozenset[Format] = frozenset({"har", "json"})
"""Formats that can say that a content was not captured whole; none of the others is written then."""


def export(exchanges: Sequence[CapturedExchange], form: Format, *, with_secrets: bool = False) -> Exported:
    """Write exchanges as a file.

    Args:
        exchanges: at least one.
        form: the file's format.
        with_secrets: keep keys, cookies and signatures; without it they are placeholders, named in the result.

    Raises:
        ExportRefused: a content was not captured whole and the format cannot say so, or it cannot hold a field.
    """
    if not exchanges:
        raise ExportRefused("there is nothing to export: no delivery was chosen")
    if form not in _MARKED:
        for one in exchanges:
            _whole(one, form)
    names: dict[str, None] = {}
    if not with_secrets:
        pairs = [redacted(one) for one in exchanges]
        exchanges = [one for one, _ in pairs]
        names = {name: None for _, found in pairs for name in found}
    media_type, suffix = _MEDIA[form]
    return Exported(_write(exchanges, form, tuple(names)), media_type, suffix, tuple(names))


def _whole(exchange: CapturedExchange, form: Format) -> None:
    if exchange.content is None:
        raise ExportRefused(
            f"delivery {exchange.delivery_id or exchange.url} was not captured whole ({exchange.content_bytes:,} bytes "
            f"were sent), so {form} would send something else: export it as har or json, which say that it is cut"
        )


def _write(exchanges: Sequence[CapturedExchange], form: Format, names: tuple[str, ...]) -> bytes:
    if form == "har":
        return to_har(exchanges, version=version("hookline"))
    if form == "json":
        file = JsonFile(hookline=FORM, exchanges=[to_json(one) for one in exchanges])
        return to_json_text(file)
    if form == "raw":
        return b"".join(to_raw(one) for one in exchanges)
    if form == "python":
        return to_python(exchanges).encode()
    if form == "pytest":
        return to_pytest(exchanges, names).encode()
    line = to_curl if form == "curl" else to_httpie
    return "\n".join(line(one) for one in exchanges).encode()
