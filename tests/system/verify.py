"""The one function that says whether a run kept its promises.

N1  what was acknowledged is in the history, once, as it was sent
N2  every delivery ended: an answer, a refusal with a code, or a break that cannot be taken for an answer
N3  the app saw each delivery at most once, and never half of one as a whole
N4  every sender got the answer to its own delivery
N5  memory and file descriptors came back
N6  every delivery that failed after it reached the client is told in the history
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.system.app import ID_FIELD, Entry
from tests.system.sender import Sent
from tests.system.wire import Fields

REFUSAL_FIELD = b"Hookline-Error"
"""Present: the relay answered; absent: the app did."""
ALLOWED_GROWTH = 1.10
SLACK_KIB = 8 * 1024
"""Growth that an allocator may keep whatever it served."""
SLACK_FILES = 4

_ADDED = frozenset({b"forwarded", b"via", b"x-real-ip"})
_ADDED_PREFIXES = (b"x-forwarded-", b"hookline-")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the history has it."""

    id: str
    method: bytes
    target: bytes
    fields: Fields
    content_sha256: str
    states: tuple[str, ...]
    """Of its attempts: `answered`, `failed`, `interrupted`, `pending`."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process holds."""

    memory_kib: int
    files: int

    @classmethod
    def of(cls, pid: int) -> "Weight":
        """Weigh a process of this machine."""
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return cls(memory, len(list(Path(f"/proc/{pid}/fd").iterdir())))


def verify(
    manifest: Sequence[Sent],
    journal: Sequence[Entry],
    history: Iterable[Row],
    *,
    weights: Mapping[str, tuple[Weight, Weight]] | None = None,
) -> list[str]:
    """Give a sentence for each broken promise; an empty list is what a test asserts.

    Args:
        manifest: of every sender of the run.
        journal: of the app.
        history: of the client, retries of one event included as further attempts.
        weights: by process, before the load and after it.
    """
    rows: dict[str, list[Row]] = {}
    for row in history:
        rows.setdefault(row.id, []).append(row)
    seen = Counter(entry.id for entry in journal if entry.complete)
    found: list[str] = []
    for sent in manifest:
        found += _acknowledged(sent, rows.get(sent.id, []))
        found += _ended(sent)
        found += _answered_own(sent)
        if sent.id in seen and sent.status is not None and not 200 <= sent.status < 300 and sent.id not in rows:
            found.append(f"N6 {sent.id}: reached the app, answered {sent.status}, and is not in the history")
    found += _once(manifest, journal, seen)
    for name, (before, after) in (weights or {}).items():
        found += _bounded(name, before, after)
    return found


def _acknowledged(sent: Sent, rows: Sequence[Row]) -> list[str]:
    if sent.status is None or not 200 <= sent.status < 300:
        return []
    if len(rows) != 1:
        return [f"N1 {sent.id}: answered {sent.status} and {len(rows)} times in the history"]
    (row,) = rows
    wrong = [
        f"N1 {sent.id}: {what} in the history is {kept!r}, sent was {was!r}"
        for what, kept, was in (
            ("method", row.method, sent.method),
            ("target", row.target, sent.target),
            ("content", row.content_sha256, sent.content_sha256),
            ("fields", own_fields(row.fields), own_fields(sent.fields)),
        )
        if kept != was
    ]
    if "answered" not in row.states:
        wrong.append(f"N1 {sent.id}: answered {sent.status}, the history says {row.states}")
    return wrong


def _ended(sent: Sent) -> list[str]:
    if sent.ending == "hung":
        return [f"N2 {sent.id}: no end: {sent.why}"]
    response = sent.response
    if response is None or response.status < 400 or response.first(ID_FIELD) is not None:
        return []
    if response.first(REFUSAL_FIELD) is None and sent.method != b"HEAD":
        return [f"N2 {sent.id}: {response.status} comes neither from the app nor with a code of the relay's"]
    return []


def _answered_own(sent: Sent) -> list[str]:
    nonce = sent.response.first(ID_FIELD) if sent.response is not None else None
    if nonce is not None and nonce != sent.id.encode():
        return [f"N4 {sent.id}: got the answer to {nonce.decode()}"]
    return []


def _once(manifest: Sequence[Sent], journal: Sequence[Entry], seen: Counter[str]) -> list[str]:
    found = [f"N3 {name}: {count} times at the app" for name, count in seen.items() if count > 1]
    contents = {sent.id: sent.content_sha256 for sent in manifest}
    found += [
        f"N3 {entry.id}: the app took {entry.message.size} bytes for the whole, which they are not"
        for entry in journal
        if entry.complete and entry.id in contents and entry.message.sha256 != contents[entry.id]
    ]
    return found + [f"N3 {name}: at the app, and nobody sent it" for name in seen if name not in contents]


def _bounded(name: str, before: Weight, after: Weight) -> list[str]:
    found = []
    if after.memory_kib > before.memory_kib * ALLOWED_GROWTH + SLACK_KIB:
        found.append(f"N5 {name}: memory went from {before.memory_kib} to {after.memory_kib} KiB and stayed")
    if after.files > before.files + SLACK_FILES:
        found.append(f"N5 {name}: open files went from {before.files} to {after.files} and stayed")
    return found


def own_fields(fields: Fields) -> Fields:
    """Give the fields that the sender wrote: without framing, Host and what a relay adds."""
    hop = {b"content-length", b"transfer-encoding", b"connection", b"host", b"expect", b"te", b"trailer", b"keep-alive"}
    return [
        (name, value)
        for name, value in fields
        if name.lower() not in hop | _ADDED and not name.lower().startswith(_ADDED_PREFIXES)
    ]
