"""The client's history, read through its local API as any front end does."""

import asyncio
import hashlib
from typing import Any

from tests.system.app import ID_FIELD
from tests.system.supervisor import Client
from tests.system.verify import Row
from tests.system.wire import Fields

PAGE = 500


async def read_history(client: Client) -> list[Row]:
    """Give every delivery that carries an id of a sender's."""
    rows: list[Row] = []
    before = ""
    while True:
        page = await deliveries(client, before)
        rows += await asyncio.gather(*(_row(client, str(summary["id"])) for summary in page))
        if len(page) < PAGE:
            return rows
        before = str(min(summary["seq"] for summary in page))


async def deliveries(client: Client, before: str = "") -> list[dict[str, Any]]:
    """Give a page of summaries."""
    cursor = f"&before={before}" if before else ""
    found = await client.get(f"/api/deliveries?limit={PAGE}{cursor}")
    page: list[dict[str, Any]] = found["deliveries"] if isinstance(found, dict) else found
    return page


async def _row(client: Client, delivery_id: str) -> Row:
    detail = await client.get(f"/api/deliveries/{delivery_id}")
    first = detail["attempts"][0]
    request = first["request"]
    content = await client.content(f"/api/deliveries/{delivery_id}/attempts/{first['number']}/request/content")
    fields: Fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request["fields"]]
    method, target, _ = request["line"].encode("latin-1").split(b" ", 2)
    identity = next((value.decode() for name, value in fields if name.lower() == ID_FIELD.lower()), "")
    return Row(
        id=identity,
        method=method,
        target=target,
        fields=fields,
        content_sha256=hashlib.sha256(content).hexdigest(),
        states=tuple(attempt["state"] for attempt in detail["attempts"]),
    )
